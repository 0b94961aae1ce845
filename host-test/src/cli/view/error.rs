//! An error as one paragraph: what, why, and what to do about it.

use console::StyledObject;
use defender_xdr_host::{CallError, kind_name};

use crate::cli::visible::{indented, line};

/// The paragraph, styled for the stream that it goes to.
pub(crate) fn paragraph(error: &CallError, styled: impl Fn(String) -> StyledObject<String>) -> String {
    let headline = |kind: &str| styled(format!("{kind}:")).red().bold();
    let Some(error) = error.action() else {
        return format!("{} {}", headline(error.kind()), indented(&error.to_string()));
    };
    let mut lines = vec![format!("{} {}", headline(kind_name(error.kind)), indented(&error.message))];
    if let Some(remedy) = &error.remedy {
        lines.push(format!("{} {}", styled("What to do:".to_owned()).bold(), indented(remedy)));
    }
    let facts = [
        error.status.map(|status| format!("status {status}")),
        error.code.as_ref().map(|code| format!("code {code}")),
        error.retry_after_seconds.map(|seconds| format!("retry after {seconds} s")),
        error.request_id.as_ref().map(|id| format!("request-id {id}")),
    ];
    let facts = facts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let ours = error.client_request_id.as_ref().map(|id| format!("client-request-id {id}")).unwrap_or_default();
    lines.extend([facts, ours].iter().filter(|fact| !fact.is_empty()).map(|fact| styled(line(fact)).dim().to_string()));
    lines.join("\n")
}
