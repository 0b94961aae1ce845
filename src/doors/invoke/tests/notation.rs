//! How people and playbook engines write input.

use super::*;

/// The input of an update is refused.
#[track_caller]
fn refuses_update(input: &str, message: &str) {
    refuses("update_incident", CONFIG, input, message);
}

#[test]
fn numbers_and_booleans_may_be_strings_and_texts_may_be_numbers() {
    let base = "GET https://graph.microsoft.com/v1.0/security/incidents";
    for (input, query) in [
        (r#"{"max_results":10,"skip":0,"count":false}"#, "?$top=10&$skip=0"),
        (r#"{"max_results":" 10 ","skip":"0","count":"True"}"#, "?$top=10&$skip=0&$count=true"),
        (r#"{"count":"yes"}"#, "?$count=true"),
        (r#"{"count":"1"}"#, "?$count=true"),
        (r#"{"count":1}"#, "?$count=true"),
        (r#"{"count":"no"}"#, ""),
        (r#"{"count":"FALSE"}"#, ""),
        (r#"{"count":0}"#, ""),
    ] {
        sends("list_incidents", input, PAGE, &format!("{base}{query}"));
    }
    sends("get_incident_details", r#"{"incident_id":2972395}"#, INCIDENT, &format!("{base}/2972395"));
    sends("get_incident_details", r#"{"incident_id":" 29 "}"#, INCIDENT, &format!("{base}/29"));
}

#[test]
fn empty_and_null_mean_absent() {
    for empty in [r#""""#, r#"" ""#, r#""\n""#, "null", "[]", "{}", "[ ]"] {
        let input = format!(
            r#"{{"filter":{empty},"max_results":{empty},"skip":{empty},"count":{empty},"expand":{empty},"order_by":{empty},"cursor":{empty}}}"#
        );
        sends("list_incidents", &input, PAGE, "GET https://graph.microsoft.com/v1.0/security/incidents");
        let message = "incident_id: is required";
        refuses("get_incident_details", CONFIG, &format!(r#"{{"incident_id":{empty}}}"#), message);
        refuses("run_hunting_query", CONFIG, &format!(r#"{{"query":{empty}}}"#), "query: is required");
        let input = format!(r#"{{"method":{empty},"endpoint":"x"}}"#);
        refuses("generic_action", CONFIG, &input, "method: is required");
    }
}

#[test]
fn names_the_nearest_known_key() {
    for (key, nearest) in [
        ("incidentid", "incident_id"),
        ("incidentId", "incident_id"),
        ("Incident ID", "incident_id"),
        ("display-name", "display_name"),
        ("determinaton", "determination"),
        ("tags", "custom_tags"),
        ("classification_type", "classification"),
        ("customtags", "custom_tags"),
    ] {
        refuses_update(&format!(r#"{{"{key}":"x"}}"#), &format!("{key}: is unknown; did you mean {nearest}?"));
    }
    refuses(
        "run_hunting_query",
        CONFIG,
        r#"{"completely_different":1}"#,
        "completely_different: is unknown; allowed: query, time_span",
    );
    refuses(
        "generic_action",
        CONFIG,
        r#"{"method":"GET","endpoint":"x","extra_fields":{"retries":1}}"#,
        "extra_fields.retries: is unknown; allowed: headers, payload_json, download, files, filename, retry_wait, \
         retry_count, custom_output, response_type",
    );
    refuses(
        "generic_action",
        CONFIG,
        r#"{"method":"GET","endpoint":"x","extra_fields":{"retry-count":1}}"#,
        "extra_fields.retry-count: is unknown; did you mean extra_fields.retry_count?",
    );
    refuses(
        "generic_action",
        CONFIG,
        r#"{"method":"POST","endpoint":"x","extra_fields":{"files":[{"field":"f","filename":"a","content_bas64":"aGk="}]}}"#,
        "extra_fields.files[0].content_bas64: is unknown; did you mean extra_fields.files[0].content_base64?",
    );
}

#[test]
fn refuses_a_doubled_key() {
    refuses_update(r#"{"incident_id":"1","status":"active","status":"resolved"}"#, "status: is given twice");
    refuses_update(r#"{"incident_id":"1","st\u0061tus":"active","status":null}"#, "status: is given twice");
    refuses(
        "generic_action",
        CONFIG,
        r#"{"method":"GET","endpoint":"x","extra_fields":{"download":true,"download":true}}"#,
        "extra_fields.download: is given twice",
    );
    refuses_config(r#"{"tenant_id":"a","tenant_id":"b"}"#, "tenant_id: is given twice");
}

#[test]
fn an_input_is_one_object() {
    let one = r#"{"incident_id":"1"}"#;
    refuses_update(&format!("[{one},{one}]"), "input: must be an object or a list of one object; this list has 2");
    refuses_update("[]", "input: must be an object or a list of one object; this list has 0");
    for json in ["[[]]", "[1]", "\"text\"", "7", "null", "true", "[null]"] {
        refuses_update(json, "input: must be a JSON object");
    }
    refuses_update("", "input: is empty; a JSON object is needed, such as {}");
    refuses_update(" \n", "input: is empty; a JSON object is needed, such as {}");
}

#[test]
fn invalid_json_is_not_quoted() {
    for (input, place) in [
        (r#"{"incident_id":"planted~Secret.1"#, "line 1, column 32"),
        ("{\n\"planted~Secret.1\"}", "line 2, column 19"),
        ("planted~Secret.1", "line 1, column 1"),
        (r#"[{"a":planted~Secret.1}]"#, "line 1, column 7"),
        (r#"{"a":1} planted~Secret.1"#, "line 1, column 9"),
        ("{'a':1}", "line 1, column 2"),
        ("{\"a\":\"tab\tbed\"}", "line 1, column 9"),
    ] {
        refuses_update(input, &format!("input: is not valid JSON at {place}"));
        refuses_config(input, &format!("config: is not valid JSON at {place}"));
    }
    refuses_update(r#"{"incident_id":"\ud800"}"#, "incident_id: must be decimal digits, such as 2972395");
    let deep = "[".repeat(100_000);
    let error = invoke(&ScriptedHost::new([]), "update_incident", CONFIG, &deep).expect_err("too deep");
    assert_eq!(error.kind, ErrorKind::InvalidInput);
}

#[test]
fn names_the_known_actions() {
    let known = "allowed: get_incident_details, list_incidents, run_hunting_query, update_incident, generic_action, \
         add_incident_comment, list_alerts, get_alert, update_alert, add_alert_comment, merge_incidents, move_alerts, poll_incidents";
    for (action, hint) in [
        ("list_incident", "; did you mean list_incidents?"),
        ("get_incident", "; did you mean get_incident_details?"),
        ("hunting", "; did you mean run_hunting_query?"),
        ("Update Incidents", "; did you mean update_incident?"),
        ("run-hunting-query", "; did you mean run_hunting_query?"),
        ("delete_everything_now", ""),
        ("", ""),
    ] {
        refuses(action, CONFIG, "{}", &format!("action: '{action}' is unknown; {known}{hint}"));
    }
    sends(
        " get_incident_details ",
        r#"{"incident_id":"29"}"#,
        INCIDENT,
        "GET https://graph.microsoft.com/v1.0/security/incidents/29",
    );
}

#[test]
fn reads_lists_in_any_notation() {
    for (tags, sent) in [
        (r#"["Phishing","CriticalAsset"]"#, r#"["Phishing","CriticalAsset"]"#),
        (r#""$LIST[Phishing, CriticalAsset]""#, r#"["Phishing","CriticalAsset"]"#),
        (r#""Phishing,CriticalAsset""#, r#"["Phishing","CriticalAsset"]"#),
        (r#""[\"Phishing\", \"Critical, Asset\"]""#, r#"["Phishing","Critical, Asset"]"#),
        (r#"["Phishing", null, " ", 7, true]"#, r#"["Phishing","7","true"]"#),
        (r#""Phishing""#, r#"["Phishing"]"#),
        ("7", r#"["7"]"#),
    ] {
        sends(
            "update_incident",
            &format!(r#"{{"incident_id":"29","custom_tags":{tags}}}"#),
            INCIDENT,
            &format!(r#"PATCH https://graph.microsoft.com/v1.0/security/incidents/29 {{"customTags":{sent}}}"#),
        );
    }
    for tags in [r#"{"a":1}"#, r#"["a",["b"]]"#, r#""[a, b]""#] {
        refuses_update(
            &format!(r#"{{"incident_id":"29","custom_tags":{tags}}}"#),
            "custom_tags: must be a list of texts, 10,000 at most",
        );
    }
    for tags in [r#""$LIST[]""#, r#"" , ""#, "[null]", "[\"\"]"] {
        refuses_update(
            &format!(r#"{{"incident_id":"29","custom_tags":{tags}}}"#),
            "nothing to change: give at least one field besides incident_id",
        );
    }
}

#[test]
fn names_the_value_that_is_wrong() {
    for (input, message) in [
        (
            r#"{"incident_id":"1","severity":"urgent"}"#,
            "severity: 'urgent' is unknown; allowed: unknown, informational, low, medium, high",
        ),
        (
            r#"{"incident_id":"1","clear":["status"]}"#,
            "clear: 'status' is unknown; allowed: assigned_to, classification, determination, description, \
             resolving_comment, display_name, summary, custom_tags",
        ),
        (r#"{"incident_id":"1","tag_mode":"merge"}"#, "tag_mode: 'merge' is unknown; allowed: replace, append, remove"),
        (r#"{"incident_id":"1","summary":["a"]}"#, "summary: must be text"),
        (r#"{"incident_id":"1","dry_run":"perhaps"}"#, "dry_run: 'perhaps' is neither true nor false"),
        (r#"{"incident_id":"1/comments","status":"active"}"#, "incident_id: must be decimal digits, such as 2972395"),
    ] {
        refuses_update(input, message);
    }
}
