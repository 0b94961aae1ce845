//! Reads of objects and lists, with or without their alerts.

use crate::answer::envelope::{self, Meta};
use crate::answer::resource::Resource;
use crate::graph::call::{Answer, Call};
use crate::graph::refusal::spliced_object;
use crate::graph::session::Session;
use crate::request::incident::{EXPAND, EXPANDABLE};
use crate::sign_in::cache::Wanted;
use crate::text::fault::Fault;
use crate::wire::exchange::Patience;
use crate::wire::host::Host;
use crate::wit::types::{Error, ErrorKind};

/// Gets an object and passes the answer to `take`.
pub(super) async fn get<H: Host, T>(
    session: &Session<'_, H>,
    path: &str,
    take: impl FnMut(Answer) -> Result<T, Fault>,
) -> Result<T, Fault> {
    session.send(&Call::read(session.path(path)), take).await
}

/// Decodes an answer as an object.
pub(super) fn decoded<R: Resource>(answer: Answer, warning: Option<&str>) -> Result<R, Fault> {
    let service_warnings = Meta::of(&answer).warnings;
    let mut object = R::decode(answer.into_body()?.text)?;
    object.notes().0.extend(service_warnings.into_iter().chain(warning.map(str::to_owned)));
    Ok(object)
}

/// Checks that an answer is such an object, and puts it into the envelope.
pub(super) fn enveloped<R: Resource>(answer: Answer, warning: Option<&str>) -> Result<String, Fault> {
    let mut meta = Meta::of(&answer);
    meta.warnings.extend(warning.map(str::to_owned));
    let body = answer.into_body()?;
    let checked = R::check(body.json()).map_err(|fault| spliced_object(body.json()).unwrap_or(fault));
    meta.warnings.extend(checked?);
    Ok(envelope::close(body, &meta))
}

/// Reads what may ask for alerts. If the service cannot deliver them in time, it is asked without them, and `take` gets a warning.
pub(super) async fn with_alerts<H: Host, T>(
    session: &Session<'_, H>,
    target: String,
    what: &str,
    mut take: impl FnMut(Answer, Option<&str>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let Some(plain) = without_alerts(&target) else {
        return session.send(&Call::read(target), |answer| take(answer, None)).await;
    };
    // Without a token, leaving out the alerts does not help.
    session.token(Wanted::Any).await?;
    // Under load, expanding is what fails.
    let hurried = session.with(Patience::LeavesHalf);
    match hurried.send(&Call::read(target), |answer| take(answer, None)).await {
        Err(error) if is_overload(&error) => {
            let warning = format!("{what} without {EXPANDABLE}: {}", error.message);
            session.send(&Call::read(plain), |answer| take(answer, Some(&warning))).await
        }
        result => result,
    }
}

fn is_overload(error: &Error) -> bool {
    match error.kind {
        ErrorKind::Interrupted => true,
        ErrorKind::Unavailable | ErrorKind::Throttled => error.status.is_some_and(|status| status >= 500),
        _ => false,
    }
}

/// The target without the request for alerts; `None` if it does not ask for them.
fn without_alerts(target: &str) -> Option<String> {
    let (path, query) = target.split_once('?')?;
    let rest: Vec<&str> = query.split('&').filter(|pair| !asks_for_alerts(pair)).collect();
    if rest.len() == query.split('&').count() {
        return None;
    }
    Some(if rest.is_empty() { path.to_owned() } else { format!("{path}?{}", rest.join("&")) })
}

/// The link with alerts requested: after a page without them, the service's own link does not ask for them.
pub(super) fn expanded(link: String) -> String {
    match link.split_once('?') {
        Some((_, query)) if !query.split('&').any(asks_for_alerts) => format!("{link}&{EXPAND}={EXPANDABLE}"),
        _ => link,
    }
}

/// Whether a target asks for alerts.
pub(super) fn expands(target: &str) -> bool {
    target.split_once('?').is_some_and(|(_, query)| query.split('&').any(asks_for_alerts))
}

/// Whether a query parameter asks for alerts.
fn asks_for_alerts(pair: &str) -> bool {
    let pair = pair.to_ascii_lowercase();
    let name = pair.strip_prefix('$').or_else(|| pair.strip_prefix("%24"));
    name.and_then(|name| name.strip_prefix("expand=")).is_some_and(|value| value.starts_with(EXPANDABLE))
}
