//! Compares the catalog with the app's documentation, typed here a second time.

mod accepted;
mod documented;

use self::documented::{CONFIGURATION, Documented, GENERIC, GET, HUNT, LIST, UPDATE};
use super::*;
use crate::request::vocabulary::words;
use crate::wit::actions::Determination;
use crate::wit::catalog::{Effect, ParameterKind};

/// Compares the documented parameters. `ours` and `our_values` list what the catalog adds, for a reader to judge.
#[track_caller]
fn same(parameters: &[Parameter], documented: &[Documented], ours: &[&str], our_values: &[(&str, &[&str])]) {
    let names: Vec<&str> = documented.iter().map(|parameter| parameter.name).chain(ours.iter().copied()).collect();
    assert_eq!(parameters.iter().map(|parameter| parameter.name.as_str()).collect::<Vec<_>>(), names);
    for (parameter, documented) in parameters.iter().zip(documented) {
        let name = documented.name;
        assert_eq!(
            (parameter.title.as_str(), parameter.description.as_str()),
            (documented.title, documented.description)
        );
        assert_eq!(parameter.kind, documented.kind, "{name}");
        assert_eq!(parameter.required, documented.required, "{name}");
        assert_eq!(parameter.default_value.as_deref(), documented.default, "{name}");
        assert_eq!((parameter.minimum, parameter.maximum), documented.range, "{name}");
        let added = our_values.iter().find(|(of, _)| *of == name).map(|(_, values)| *values).unwrap_or_default();
        assert_eq!(parameter.allowed_values, [documented.allowed, added].concat(), "{name}");
        if documented.example.is_some() {
            assert_eq!(parameter.example.as_deref(), documented.example, "{name}");
        }
    }
    for parameter in parameters {
        assert!(!parameter.title.is_empty() && parameter.description.ends_with('.'), "{}", parameter.name);
        assert!(!parameter.required || parameter.default_value.is_none(), "{}", parameter.name);
    }
}

/// An action of the catalog.
fn action(name: &str) -> Action {
    describe().actions.into_iter().find(|action| action.name == name).expect(name)
}

#[test]
fn the_app_matches_its_documentation() {
    let connector = describe();
    assert_eq!(connector.name, "Microsoft Defender XDR");
    assert_eq!((connector.vendor.as_str(), connector.category.as_str()), ("Microsoft", "Endpoint"));
    assert_eq!(connector.api_version, "1.0.0");
    // Our own versions.
    assert_eq!(connector.connector_version, "1.0.0");
    assert_eq!(connector.component_version, env!("CARGO_PKG_VERSION"));
    assert_eq!(
        connector.description,
        "Microsoft Defender XDR provides a unified API for automating threat detection, investigation, and response across endpoints, identities, email, and cloud resources, enabling faster and coordinated security operations."
    );
}

#[test]
fn the_configuration_matches_the_documentation() {
    let configuration = describe().configuration;
    let (ours, documented): (Vec<Parameter>, Vec<Parameter>) = configuration.into_iter().partition(|parameter| {
        ["certificate", "private_key", "client_assertion", "access_token"].contains(&&parameter.name[..])
    });
    same(&documented, &CONFIGURATION, &["cloud", "endpoints"], &[("api_version", &["v1.0", "beta"])]);
    same(&ours, &[], &["certificate", "private_key", "client_assertion", "access_token"], &[]);
    let group = documented.iter().chain(&ours).filter(|parameter| parameter.one_of.as_deref() == Some("credential"));
    let names: Vec<&str> = group.map(|parameter| &parameter.name[..]).collect();
    assert_eq!(names, ["client_secret", "certificate", "client_assertion", "access_token"]);
}

#[test]
fn the_actions_match_the_documentation() {
    let read = ["SecurityIncident.Read.All", "SecurityIncident.ReadWrite.All"];
    let documented = [
        (
            "get_incident_details",
            "get-incident",
            "Get Incident Details",
            "This action retrieves the details of a specific incident.",
            Effect::Read,
            &read[..],
        ),
        (
            "list_incidents",
            "list-incidents",
            "List Incidents",
            "This action lists all incidents that have been created to track and manage attacks targeting your organization.",
            Effect::Read,
            &read,
        ),
        (
            "run_hunting_query",
            "run-hunting-query",
            "Run Hunting Query",
            "This action runs a query on a specified set of event, activity, or entity data to proactively search for specific threats in your environment.",
            Effect::Read,
            &["ThreatHunting.Read.All"],
        ),
        (
            "update_incident",
            "update-incident",
            "Update Incident",
            "This action updates the details of an existing incident.",
            Effect::Write,
            &read[1..],
        ),
        (
            "generic_action",
            "generic-action",
            "Generic Action",
            "This is a generic action used to make requests to any Microsoft Defender XDR endpoint.",
            Effect::Any,
            &[],
        ),
    ];
    for (action, (name, function, title, description, effect, permissions)) in describe().actions.iter().zip(documented)
    {
        assert_eq!((action.name.as_str(), action.function.as_str()), (name, function));
        assert_eq!((action.title.as_str(), action.description.as_str()), (title, description));
        assert_eq!(action.effect, effect);
        assert_eq!(action.permissions, permissions);
    }
}

#[test]
fn ours_follow_with_the_permissions_of_the_service() {
    let (incidents, alerts) = ("SecurityIncident.ReadWrite.All", "SecurityAlert.ReadWrite.All");
    let ours = [
        ("add_incident_comment", Effect::Write, &[incidents][..]),
        ("list_alerts", Effect::Read, &["SecurityAlert.Read.All", alerts]),
        ("get_alert", Effect::Read, &["SecurityAlert.Read.All", alerts]),
        ("update_alert", Effect::Write, &[alerts]),
        ("add_alert_comment", Effect::Write, &[alerts]),
        ("merge_incidents", Effect::Write, &["SecurityData.Manage.All"]),
        ("move_alerts", Effect::Write, &["SecurityData.Manage.All"]),
        ("poll_incidents", Effect::Read, &["SecurityIncident.Read.All", incidents]),
    ];
    let actions = describe().actions;
    let found: Vec<_> = actions.iter().skip(5).map(|action| (&action.name[..], action.effect)).collect();
    assert_eq!(found, ours.map(|(name, effect, _)| (name, effect)));
    for (action, (name, _, permissions)) in actions.iter().skip(5).zip(ours) {
        assert_eq!(action.function, name.replace('_', "-"));
        assert_eq!(action.permissions, permissions);
        assert!(action.description.starts_with("This action "), "{}", action.description);
    }
}

#[test]
fn the_parameters_match_the_documentation() {
    same(&action("get_incident_details").parameters, &GET, &["expand"], &[]);
    same(&action("list_incidents").parameters, &LIST, &["order_by", "cursor"], &[("expand", &["alerts"])]);
    same(&action("run_hunting_query").parameters, &HUNT, &[], &[]);
    same(
        &action("update_incident").parameters,
        &UPDATE,
        &["tag_mode", "clear", "unchanged_since", "dry_run"],
        &[("status", &["inProgress", "awaitingAction"]), ("determination", &words::<Determination>())],
    );
    same(&action("generic_action").parameters, &GENERIC, &[], &[("method", &["PATCH"])]);
}

#[test]
fn comments_contain_the_documented_rules() {
    let comment = |action_name: &str, name: &str| {
        let parameters = action(action_name).parameters;
        parameters.into_iter().find(|parameter| parameter.name == name).and_then(|found| found.comment).expect(name)
    };
    assert_eq!(
        comment("list_incidents", "filter"),
        "Allowed fields: assignedTo, classification, createdDateTime, determination, lastUpdateDateTime, severity, status"
    );
    for action in ["get_incident_details", "update_incident"] {
        assert_eq!(comment(action, "incident_id"), "You can retrieve this using the action List Incidents.");
    }
    assert!(comment("run_hunting_query", "time_span").contains("Default: the last 30 days"));
    let determination = comment("update_incident", "determination");
    for rule in [
        "For True Positive: MultiStagedAttack, MaliciousUserActivity, CompromisedAccount, Malware, Phishing, UnwantedSoftware, apt, Other.",
        "For Informational, expected activity: SecurityTesting, securityPersonnel, LineOfBusinessApplication, ConfirmedActivity, Other.",
        "For False positive: Clean (notMalicious), NoEnoughDataToValidate (notEnoughDataToValidate), Other.",
    ] {
        assert!(determination.contains(rule), "{determination}");
    }
}

#[test]
fn each_cloud_has_its_hosts() {
    let connector = describe();
    let hosts: Vec<_> = connector
        .hosts
        .iter()
        .map(|hosts| (hosts.cloud.as_str(), hosts.login.as_str(), hosts.graph.as_str()))
        .collect();
    assert_eq!(
        hosts,
        [
            ("global", "login.microsoftonline.com", "graph.microsoft.com"),
            ("us-gov", "login.microsoftonline.us", "graph.microsoft.us"),
            ("us-gov-dod", "login.microsoftonline.us", "dod-graph.microsoft.us"),
        ]
    );
}
