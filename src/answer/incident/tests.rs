//! Incidents as the service sends them, whole, sparse and newer than this connector.

use super::*;
use crate::sample::INCIDENT;
use crate::wit::actions::{Alert, Comment};
use crate::wit::types::ErrorKind;

const WHOLE: &str = r##"{
  "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#security/incidents/$entity",
  "id": "2972395", "tenantId": "b3c1b5fc-828c-45fa-a1e1-10d74f6d6e9c", "status": "redirected",
  "severity": "medium", "classification": "truePositive", "determination": "multiStagedAttack",
  "displayName": "Multi-stage incident", "description": "d", "summary": "s", "resolvingComment": "r",
  "assignedTo": "analyst@contoso.com", "customTags": ["Demo", null, "ü"], "systemTags": ["Defender Experts"],
  "comments": [
    {"comment": "one", "createdByDisplayName": "DavidS", "createdDateTime": "2021-09-30T12:07:37.2756993Z"},
    {"comment": null, "createdByDisplayName": null, "createdDateTime": "2021-09-30T12:07:38Z"}
  ],
  "createdDateTime": "2021-08-13T08:43:35.5533333Z", "lastUpdateDateTime": "2021-09-30T09:35:45.1133333Z",
  "lastModifiedBy": "API-App:Playbook", "incidentWebUrl": "https://security.microsoft.com/incident2/2972395/overview?tid=x",
  "redirectIncidentId": "2972396", "priorityScore": 100, "recommendedActions": "beta",
  "alerts": [
    {"id": "a1", "title": "t", "severity": "low", "status": "new", "classification": null, "determination": null,
     "serviceSource": "microsoftDefenderForEndpoint", "detectionSource": "antivirus", "category": "Persistence",
     "assignedTo": null, "mitreTechniques": ["T1546.003", null], "alertWebUrl": "https://x",
     "createdDateTime": "2021-08-13T08:43:35Z", "lastUpdateDateTime": "2021-08-13T08:43:36Z",
     "evidence": [{"@odata.type": "#microsoft.graph.security.newKindEvidence"}], "additionalData": {}},
    {"id": "a2", "severity": "newSeverity", "status": "newStatus"}
  ]
}"##;

fn text(value: &str) -> String {
    value.to_owned()
}

#[test]
fn every_property_is_decoded() {
    let actual = Incident::decode(WHOLE.to_owned()).expect("an incident");
    let first = Alert {
        id: text("a1"),
        title: Some(text("t")),
        severity: Some(text("low")),
        status: Some(text("new")),
        classification: None,
        determination: None,
        service_source: Some(text("microsoftDefenderForEndpoint")),
        detection_source: Some(text("antivirus")),
        category: Some(text("Persistence")),
        assigned_to: None,
        mitre_techniques: vec![text("T1546.003")],
        alert_web_url: Some(text("https://x")),
        created_at: Some(text("2021-08-13T08:43:35Z")),
        last_update_at: Some(text("2021-08-13T08:43:36Z")),
    };
    let second = Alert {
        id: text("a2"),
        title: None,
        severity: Some(text("newSeverity")),
        status: Some(text("newStatus")),
        service_source: None,
        detection_source: None,
        category: None,
        mitre_techniques: Vec::new(),
        alert_web_url: None,
        created_at: None,
        last_update_at: None,
        ..first.clone()
    };
    let comment = |comment: Option<&str>, by: Option<&str>, at: &str| Comment {
        comment: comment.map(text),
        created_by: by.map(text),
        created_at: Some(text(at)),
    };
    let expected = Incident {
        id: text("2972395"),
        tenant_id: Some(text("b3c1b5fc-828c-45fa-a1e1-10d74f6d6e9c")),
        status: Some(text("redirected")),
        severity: Some(text("medium")),
        classification: Some(text("truePositive")),
        determination: Some(text("multiStagedAttack")),
        display_name: Some(text("Multi-stage incident")),
        description: Some(text("d")),
        summary: Some(text("s")),
        resolving_comment: Some(text("r")),
        assigned_to: Some(text("analyst@contoso.com")),
        custom_tags: vec![text("Demo"), text("ü")],
        system_tags: vec![text("Defender Experts")],
        comments: vec![
            comment(Some("one"), Some("DavidS"), "2021-09-30T12:07:37.2756993Z"),
            comment(None, None, "2021-09-30T12:07:38Z"),
        ],
        created_at: Some(text("2021-08-13T08:43:35.5533333Z")),
        last_update_at: Some(text("2021-09-30T09:35:45.1133333Z")),
        last_modified_by: Some(text("API-App:Playbook")),
        incident_web_url: Some(text("https://security.microsoft.com/incident2/2972395/overview?tid=x")),
        redirect_incident_id: Some(text("2972396")),
        priority_score: Some(100),
        alerts: Some(vec![first, second]),
        warnings: vec![text("incident 2972395 was merged into incident 2972396: get 2972396 for its present state")],
        raw_json: text(WHOLE),
    };
    assert_eq!(format!("{actual:#?}"), format!("{expected:#?}"));
}

#[test]
fn optional_members_may_be_missing_or_null() {
    let nulls = [
        "tenantId",
        "classification",
        "determination",
        "displayName",
        "description",
        "summary",
        "resolvingComment",
        "assignedTo",
        "customTags",
        "systemTags",
        "comments",
        "lastModifiedBy",
        "incidentWebUrl",
        "redirectIncidentId",
        "priorityScore",
        "alerts",
    ];
    let members: String = nulls.iter().map(|name| [",\"", name, "\":null"].concat()).collect();
    let with_nulls = INCIDENT.replacen('}', &format!("{members}}}"), 1);
    for json in [INCIDENT, &with_nulls] {
        let incident = Incident::decode(json.to_owned()).expect(json);
        assert_eq!(
            (incident.id.as_str(), incident.status.as_deref(), incident.severity.as_deref()),
            ("29", Some("active"), Some("high"))
        );
        assert_eq!((incident.tenant_id, incident.assigned_to, incident.classification), (None, None, None));
        assert_eq!((incident.alerts.is_none(), incident.comments.len(), incident.custom_tags.len()), (true, 0, 0));
        assert_eq!((incident.warnings.len(), incident.raw_json.as_str()), (0, json));
    }
}

#[test]
fn a_score_that_is_not_a_whole_number_is_left_to_the_raw_json() {
    for (score, decoded) in [
        ("100", Some(100)),
        ("0", Some(0)),
        ("-1", Some(-1)),
        ("99999999999", None),
        ("18446744073709551615", None),
        ("85.5", None),
        ("\"85\"", None),
        ("true", None),
        ("{\"value\":[85]}", None),
        ("[[85]]", None),
    ] {
        let json = INCIDENT.replacen('}', &format!(",\"priorityScore\":{score}}}"), 1);
        assert_eq!(Incident::decode(json).expect(score).priority_score, decoded, "{score}");
    }
}

#[test]
fn an_odd_member_is_absent_and_never_loses_the_incident() {
    let odd = r#"{"id":29,"status":7,"severity":null,"classification":{"a":[1]},"determination":["x"],"displayName":false,
        "customTags":["a",7,null,["b"],{"c":1},"d"],"systemTags":"none","comments":[null,"x",7,{"comment":null},{"comment":1.5}],
        "createdDateTime":0,"lastUpdateDateTime":{},"assignedTo":1e999,"k\ud83d":-1E+999,"alerts":[null,{},{"id":"a1","severity":[],"mitreTechniques":7},7]}"#;
    let incident = Incident::decode(odd.to_owned()).expect("an incident");
    assert_eq!((incident.id.as_str(), incident.raw_json.as_str()), ("29", odd));
    let texts = [
        incident.status,
        incident.severity,
        incident.classification,
        incident.determination,
        incident.display_name,
        incident.assigned_to,
        incident.created_at,
        incident.last_update_at,
    ];
    assert!(texts.iter().all(Option::is_none), "{texts:?}");
    assert_eq!((incident.custom_tags, incident.system_tags.len()), (vec![text("a"), text("d")], 0));
    assert!(incident.comments.iter().all(|comment| comment.comment.is_none()));
    assert_eq!(incident.comments.len(), 2);
    let alerts = incident.alerts.expect("a list");
    assert_eq!((alerts.len(), alerts[0].id.as_str()), (1, "a1"));
    assert_eq!((&alerts[0].severity, alerts[0].mitre_techniques.len()), (&None, 0));
    assert_eq!(incident.warnings, ["3 alerts of incident 29 cannot be read and are left out; raw_json has them"]);
}

#[test]
fn absent_alerts_are_not_an_empty_list() {
    for (alerts, decoded) in
        [("", None), (r#","alerts":null"#, None), (r#","alerts":"x""#, None), (r#","alerts":[]"#, Some(0))]
    {
        let incident = Incident::decode(INCIDENT.replacen('}', &format!("{alerts}}}"), 1)).expect(alerts);
        assert_eq!(incident.alerts.map(|alerts| alerts.len()), decoded, "{alerts}");
    }
}

#[test]
fn a_title_cut_in_the_middle_of_a_character_is_shown() {
    let json = INCIDENT.replacen('}', r#","displayName":"Phish \ud83d","description":"\ud83d\ude00"}"#, 1);
    let incident = Incident::decode(json.clone()).expect("an incident");
    assert_eq!(incident.display_name.as_deref(), Some("Phish \u{fffd}"));
    assert_eq!((incident.description.as_deref(), incident.raw_json), (Some("\u{1f600}"), json));
}

#[test]
fn the_length_of_lists_is_limited() {
    let with = |name: &str, item: &str, count: usize| {
        let items = vec![item; count].join(",");
        Incident::decode(INCIDENT.replacen('}', &format!(",\"{name}\":[{items}]}}"), 1)).expect(name)
    };
    assert_eq!(with("customTags", "\"a\"", 100_000).custom_tags.len(), 100_000);
    let tags = with("customTags", "\"a\"", 100_001);
    assert_eq!(
        (tags.custom_tags.len(), tags.warnings.join("; ").as_str()),
        (0, "incident 29 has too many custom tags; they are left out, and raw_json has them")
    );
    let alerts = with("alerts", r#"{"id":"1"}"#, 10_003);
    assert_eq!(alerts.alerts.map(|alerts| alerts.len()), Some(10_000));
    assert_eq!(alerts.warnings, ["3 alerts of incident 29 cannot be read and are left out; raw_json has them"]);
}

#[test]
fn newer_words_are_kept() {
    let json = INCIDENT.replace("active", "queued").replace("high", "critical");
    let incident = Incident::decode(json).expect("an incident");
    assert_eq!((incident.status.as_deref(), incident.severity.as_deref()), (Some("queued"), Some("critical")));
}

#[test]
fn only_a_redirected_incident_says_where_it_went() {
    let with = |status: &str, to: &str| {
        let json = format!(r#"{{"id":"1","status":"{status}","redirectIncidentId":{to}}}"#);
        Brief::parse(&json).expect("an incident").warnings()
    };
    let warning = "incident 1 was merged into incident 2: get 2 for its present state";
    assert_eq!(with("redirected", "\"2\""), [warning]);
    assert_eq!(with("Redirected", "\"2\""), [warning]);
    assert_eq!(with("redirected", "null"), Vec::<String>::new());
    assert_eq!(with("active", "\"2\""), Vec::<String>::new());
}

#[test]
fn what_is_not_an_incident_is_malformed() {
    for (json, why) in [
        ("", "EOF while parsing a value at line 1 column 0"),
        ("[]", "expected an incident at line 1 column 0"),
        ("null", "expected an incident at line 1 column 4"),
        ("{}", "missing field `id` at line 1 column 2"),
        (r#"{"id":null}"#, "missing field `id` at line 1 column 11"),
        (r#"{"id":{},"status":"active"}"#, "missing field `id` at line 1 column 27"),
        (r#"{"id":"29","status":"#, "EOF while parsing a value at line 1 column 20"),
        (r#"{"id":"29"}x"#, "trailing characters at line 1 column 12"),
    ] {
        let error = Incident::decode(json.to_owned()).expect_err(why);
        let message = format!("the answer is not a valid incident: {why}");
        assert_eq!((error.kind, error.message), (ErrorKind::MalformedResponse, message), "{json}");
    }
}
