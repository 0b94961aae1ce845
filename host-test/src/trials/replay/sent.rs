//! Checks that the component sent the recorded request.

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::compare::{Rule, differences};
use super::recording::Recording;
use super::report::Mismatch;
use super::server::Received;
use super::target::{Target, pairs};

/// The time span that is sent with a hunt that has none.
const DEFAULT_TIME_SPAN: &str = "P30D";

/// Where a request to Graph differs from the recorded one.
pub(crate) fn to_graph(recording: &Recording, target: &Target, received: &Received) -> Vec<Mismatch> {
    let mut all = Vec::new();
    let recorded = &recording.request;
    if received.method != recorded.method {
        all.push(Mismatch::new("request.method", format!("{} was sent, not {}", received.method, recorded.method)));
    }
    let path = format!("/{}/{}", target.api_version, target.resource);
    if decoded(&received.path) != decoded(&path) {
        all.push(Mismatch::new("request.path", format!("{} was sent, not {path}", received.path)));
    }
    all.extend(options(&target.query, &pairs(&received.query)));
    all.extend(body(&target.body, &received.body));
    all
}

/// Where a token request differs from the recorded one.
pub(crate) fn to_token_endpoint(recording: &Recording, received: &Received) -> Vec<Mismatch> {
    let mut all = Vec::new();
    if received.method != recording.request.method {
        let message = format!("{} was sent, not {}", received.method, recording.request.method);
        all.push(Mismatch::new("request.method", message));
    }
    // Secret, tenant and scope differ; the grant must not.
    let Some(form) = recording.request.body.as_str() else { return all };
    let grant = |form: &str| pairs(form).into_iter().find(|(name, _)| name == "grant_type").map(|(_, value)| value);
    if grant(form) != grant(&received.body) {
        let message = format!("grant_type {:?} was sent, not {:?}", grant(&received.body), grant(form));
        all.push(Mismatch::new("request.body", message));
    }
    all
}

fn decoded(path: &str) -> String {
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}

fn options(recorded: &[(String, String)], sent: &[(String, String)]) -> Vec<Mismatch> {
    let missing = recorded.iter().filter(|pair| !sent.contains(pair)).map(|pair| (pair, "was not sent"));
    let added = sent.iter().filter(|pair| !recorded.contains(pair)).map(|pair| (pair, "was sent, but not recorded"));
    missing
        .chain(added)
        .map(|((name, value), what)| Mismatch::new("request.path", format!("the option {name}={value} {what}")))
        .collect()
}

fn body(recorded: &Value, sent: &str) -> Vec<Mismatch> {
    let mut parsed = match sent {
        "" => Value::Null,
        text => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)),
    };
    if let (Some(recorded), Some(sent)) = (recorded.as_object(), parsed.as_object_mut()) {
        let given = recorded.keys().any(|key| key.eq_ignore_ascii_case("timespan"));
        // The service's own default, stated explicitly.
        sent.retain(|key, value| given || !key.eq_ignore_ascii_case("timespan") || *value != json!(DEFAULT_TIME_SPAN));
    }
    differences("request.body", recorded, &parsed, Rule::Sent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_time_span_is_the_one_addition() {
        let recorded = json!({ "Query": "A" });
        assert!(body(&recorded, r#"{"query":"A","Timespan":"P30D"}"#).is_empty());
        let added = body(&recorded, r#"{"query":"A","Timespan":"P7D","x":1}"#);
        let fields: Vec<&str> = added.iter().map(|mismatch| mismatch.field.as_str()).collect();
        assert_eq!(fields, ["request.body.Timespan", "request.body.x"]);
        assert!(body(&Value::Null, "").is_empty());
    }

    #[test]
    fn options_are_compared_decoded_and_in_any_order() {
        let recorded = pairs("$top=5&$filter=a+eq+'b'");
        assert!(options(&recorded, &pairs("%24filter=a%20eq%20%27b%27&$top=5")).is_empty());
        let all = options(&recorded, &pairs("$top=6&$filter=a+eq+'b'"));
        let messages: Vec<&str> = all.iter().map(|mismatch| mismatch.message.as_str()).collect();
        assert_eq!(messages, ["the option $top=5 was not sent", "the option $top=6 was sent, but not recorded"]);
    }
}
