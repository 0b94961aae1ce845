//! Compares `describe` with the app's documentation, whose facts are transcribed in `app_parameters.tsv`.

use serde_json::Value;

use crate::support::catalog;

const DOCUMENTED: &str = include_str!("app_parameters.tsv");

/// What the connector accepts beyond the documentation; any other difference is a mistake on one of the two sides.
const OURS: [(&str, &str); 13] = [
    ("configuration", "certificate"),
    ("configuration", "private_key"),
    ("configuration", "client_assertion"),
    ("configuration", "access_token"),
    ("configuration", "cloud"),
    ("configuration", "endpoints"),
    ("get_incident_details", "expand"),
    ("list_incidents", "order_by"),
    ("list_incidents", "cursor"),
    ("update_incident", "tag_mode"),
    ("update_incident", "clear"),
    ("update_incident", "unchanged_since"),
    ("update_incident", "dry_run"),
];

fn described() -> Vec<(String, Value)> {
    let catalog = catalog();
    let place = |place: &str, parameters: &Value| {
        let parameters = parameters.as_array().expect("a list").clone();
        parameters.into_iter().map(|parameter| (place.to_owned(), parameter)).collect::<Vec<_>>()
    };
    let actions = catalog["actions"].as_array().expect("a list").iter();
    let actions = actions.flat_map(|action| place(action["name"].as_str().expect("a name"), &action["parameters"]));
    place("configuration", &catalog["configuration"]).into_iter().chain(actions).collect()
}

/// A number or text as written in the table; empty if absent.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[test]
fn describes_every_documented_parameter_and_no_other() {
    let described = described();
    let mut documented = Vec::new();
    for line in DOCUMENTED.lines().filter(|line| !line.starts_with('#')) {
        let [place, name, required, default, least, greatest, allowed] =
            line.split('\t').collect::<Vec<_>>().try_into().expect("seven cells");
        documented.push((place, name));
        let (_, parameter) = described
            .iter()
            .find(|(known, parameter)| known == place && parameter["name"] == name)
            .unwrap_or_else(|| panic!("{place} {name} is not described"));
        assert_eq!(parameter["required"], required == "required", "{place} {name}");
        assert_eq!(cell(&parameter["default_value"]), default, "{place} {name}");
        assert_eq!(cell(&parameter["maximum"]), greatest, "{place} {name}");
        if !least.is_empty() {
            assert_eq!(cell(&parameter["minimum"]), least, "{place} {name}");
        }
        let values: Vec<&str> =
            parameter["allowed_values"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        for value in allowed.split(',').filter(|value| !value.is_empty()) {
            assert!(values.contains(&value), "{place} {name} {value}");
        }
    }
    let is_documented = |place: &str| documented.iter().any(|(known, _)| *known == place);
    for (place, parameter) in described.iter().filter(|(place, _)| is_documented(place)) {
        let name = parameter["name"].as_str().expect("a name");
        let known = documented.contains(&(place, name)) || OURS.contains(&(place, name));
        assert!(known, "{place} {name} is described but not documented");
    }
}
