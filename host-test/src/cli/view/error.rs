//! An error as one paragraph: what, why, and what to do about it.

use host_test::CallError;

use crate::cli::terminal::Terminal;

/// The paragraph, for standard error.
pub(crate) fn paragraph(error: &CallError, terminal: &Terminal) -> String {
    let headline = |text: &str| terminal.aside(text.to_owned()).red().bold();
    let Some(error) = error.action() else {
        return format!("{} {error}", headline(&format!("{}:", error.kind())));
    };
    let kind = host_test::kind_name(error.kind);
    let mut lines = vec![format!("{} {}", headline(&format!("{kind}:")), error.message)];
    if let Some(remedy) = &error.remedy {
        lines.push(format!("{} {remedy}", terminal.aside("What to do:").bold()));
    }
    let facts = [
        error.status.map(|status| format!("status {status}")),
        error.code.as_ref().map(|code| format!("code {code}")),
        error.retry_after_seconds.map(|seconds| format!("retry after {seconds} s")),
        error.request_id.as_ref().map(|id| format!("request-id {id}")),
    ];
    let facts = facts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let ours = error.client_request_id.as_ref().map(|id| format!("client-request-id {id}")).unwrap_or_default();
    lines.extend(
        [facts, ours].iter().filter(|line| !line.is_empty()).map(|line| terminal.aside(line).dim().to_string()),
    );
    lines.join("\n")
}
