//! Every kind of answer against the shapes of the published metadata.
//! The file with the shapes lies beside the repository; without it the test says so and passes.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::client::{Client, Reply};

/// OpenAPI 3.0 marks what may be null with a word that JSON Schema does not have.
fn as_json_schema(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let nullable = members.shift_remove("nullable") == Some(Value::Bool(true));
            if nullable && let Some(kind) = members.get("type").cloned() {
                // A nullable object stands, in the source, for "or null" beside another schema.
                members.insert("type".into(), json!([kind, "null"]));
            }
            // The service's dates are checked by the pattern beside the format.
            members.shift_remove("format");
            members.values_mut().for_each(as_json_schema);
        }
        Value::Array(items) => items.iter_mut().for_each(as_json_schema),
        _ => {}
    }
}

/// The published shapes, and the validators made of them so far.
struct Shapes(Value, RefCell<HashMap<String, Rc<Validator>>>);

impl Shapes {
    fn load() -> Result<Self, String> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/graph/openapi-slice.yaml");
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut document: Value = serde_norway::from_str(&text).map_err(|error| error.to_string())?;
        as_json_schema(&mut document["components"]);
        Ok(Self(document["components"].take(), RefCell::default()))
    }

    fn validator(&self, name: &str) -> Rc<Validator> {
        let make = || {
            let schema = json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "$ref": format!("#/components/schemas/{name}"),
                "components": self.0,
            });
            Rc::new(jsonschema::validator_for(&schema).unwrap())
        };
        self.1.borrow_mut().entry(name.to_owned()).or_insert_with(make).clone()
    }

    #[track_caller]
    fn check(&self, name: &str, value: &Value) {
        let errors: Vec<String> = self
            .validator(name)
            .iter_errors(value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }

    /// The members of a type, those of its base types included.
    fn members(&self, name: &str) -> Vec<String> {
        let mut members = Vec::new();
        let mut open = vec![self.0["schemas"][name].clone()];
        while let Some(schema) = open.pop() {
            open.extend(schema["allOf"].as_array().cloned().unwrap_or_default());
            if let Some(reference) = schema["$ref"].as_str() {
                open.push(self.0["schemas"][reference.rsplit('/').next().unwrap()].clone());
            }
            members.extend(schema["properties"].as_object().into_iter().flat_map(|it| it.keys().cloned()));
        }
        members
    }

    /// Every member is one of the type's, and all but the given ones are there.
    #[track_caller]
    fn check_members(&self, name: &str, value: &Value, absent: &[&str]) {
        let known = self.members(name);
        let found: Vec<&String> = value.as_object().unwrap().keys().filter(|key| *key != "@odata.context").collect();
        for key in &found {
            assert!(known.contains(key), "{name} has no {key}");
        }
        for key in known.iter().filter(|key| !absent.contains(&key.as_str()) && !key.starts_with('@')) {
            assert!(found.contains(&key), "{name} lacks {key}");
        }
    }
}

#[test]
fn every_kind_of_answer_has_the_published_shape() {
    let shapes = match Shapes::load() {
        Ok(shapes) => shapes,
        Err(why) => return println!("skipped: {why}"),
    };
    let client = Client::new();
    let incident = "microsoft.graph.security.incident";
    let alert = "microsoft.graph.security.alert";
    let get = |path: &str| {
        client.send("GET", &format!("/v1.0/security/{path}"), &[("Prefer", "include-unknown-enum-members")], "")
    };

    for skip in (0..250).step_by(50) {
        let page = get(&format!("incidents?$count=true&$expand=alerts&$skip={skip}")).json();
        shapes.check("microsoft.graph.security.incidentCollectionResponse", &page);
        for item in page["value"].as_array().unwrap() {
            shapes.check_members(incident, item, &[]);
            for item in item["alerts"].as_array().unwrap() {
                shapes.check_members(alert, item, &["categories"]);
                for item in item["evidence"].as_array().unwrap() {
                    shapes.check("microsoft.graph.security.alertEvidence", item);
                }
            }
        }
    }
    let one = get("incidents/2972395").json();
    shapes.check(incident, &one);
    shapes.check_members(incident, &one, &["alerts"]);
    let id = get("incidents/2972395/alerts").ids().remove(0);
    shapes.check("microsoft.graph.security.alertCollectionResponse", &get("incidents/2972395/alerts").json());
    shapes.check("microsoft.graph.security.alertCollectionResponse", &get("alerts_v2?$top=1000&$count=true").json());
    shapes.check(alert, &get(&format!("alerts_v2/{id}")).json());

    let write = |method: &str, path: &str, body: Value| client.write(method, &format!("/v1.0/security/{path}"), &body);
    let comments = "microsoft.graph.security.alertCommentCollectionResponse";
    shapes.check(incident, &write("PATCH", "incidents/2972395", json!({"assignedTo": null})).json());
    shapes.check(comments, &client.comment("incidents/2972395", "x").json());
    shapes.check(alert, &write("PATCH", &format!("alerts_v2/{id}"), json!({"status": "resolved"})).json());
    shapes.check(comments, &client.comment(&format!("alerts_v2/{id}"), "x").json());
    for query in ["DeviceInfo", "SyntheticEvents | take 3", "search 'malicious'", "EmailEvents | where false"] {
        let answer = client.hunt(&json!({"Query": query})).json();
        shapes.check("microsoft.graph.security.huntingQueryResults", &answer);
    }

    let refused: [(u16, Reply); 8] = [
        (400, get("incidents?$top=51")),
        (400, write("PATCH", "incidents/2972395", json!({"status": "open"}))),
        (400, client.hunt(&json!({"Query": "Nope"}))),
        (401, client.send("GET", "/v1.0/security/incidents", &[("Authorization", "Bearer x")], "")),
        (403, Client::with_roles(&[]).get("/v1.0/security/incidents")),
        (404, get("incidents/1")),
        (405, write("POST", "incidents", json!({}))),
        (501, get("secureScores")),
    ];
    for (status, reply) in refused {
        assert_eq!(reply.status, status);
        shapes.check("microsoft.graph.ODataErrors.ODataError", &reply.json());
    }
}

#[test]
fn the_shapes_would_notice_a_wrong_answer() {
    let Ok(shapes) = Shapes::load() else { return println!("skipped: the shapes are not here") };
    let wrong = json!({"id": "1", "status": "open"});
    assert!(!shapes.validator("microsoft.graph.security.incident").is_valid(&wrong));
    let null = json!({"id": "1", "status": null});
    assert!(!shapes.validator("microsoft.graph.security.incident").is_valid(&null));
}
