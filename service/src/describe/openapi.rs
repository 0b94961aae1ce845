//! Describes the service as OpenAPI 3.1, generated from the catalog: one path per action.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::call::route::ACTIONS;
use crate::describe::schema;
use crate::problem::{CONTENT_TYPE, KINDS};
use defender_xdr::wit::catalog::{Action, Connector, Effect};

/// Statuses of a failure on a route without input; an action can fail with any status.
const UNAUTHORIZED: u16 = 401;
const NOT_CONFIGURED: u16 = 503;

/// The whole document.
pub fn document(connector: &Connector) -> Value {
    let mut paths = Map::new();
    for entry in &connector.actions {
        paths.insert(format!("{ACTIONS}/{}", entry.name), json!({ "post": action(entry) }));
    }
    let open = json!([]);
    let bearer = json!([{ "key": [] }]);
    let routes: [(&str, [&str; 3], &Value, &[u16]); 4] = [
        (
            ACTIONS,
            ["listActions", "The catalog", "Everything needed to build a form, a permission check or a client."],
            &bearer,
            &[UNAUTHORIZED, NOT_CONFIGURED],
        ),
        (
            "/openapi.json",
            ["describeService", "This document", "It needs no key because it reveals nothing about the tenant."],
            &open,
            &[NOT_CONFIGURED],
        ),
        (
            "/livez",
            ["checkLife", "Whether the service answers at all", "It needs neither key nor configuration."],
            &open,
            &[],
        ),
        (
            "/healthz",
            [
                "checkHealth",
                "Whether the service is configured",
                "It needs no key, because probes have none, and sends nothing to Microsoft.",
            ],
            &open,
            &[NOT_CONFIGURED],
        ),
    ];
    paths.extend(routes.map(|(path, about, security, statuses)| (path.to_owned(), get(about, security, statuses))));
    json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": connector.name,
            "description": connector.description,
            "version": connector.component_version,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        // Relative to wherever the document was read from.
        "servers": [{ "url": "/" }],
        "security": bearer,
        "paths": paths,
        "components": {
            "securitySchemes": { "key": { "type": "http", "scheme": "bearer", "description": "The callers' key." } },
            "schemas": { "Answer": answer(), "Problem": problem() },
            "responses": responses(),
        },
    })
}

fn action(action: &Action) -> Value {
    let permissions = match action.permissions.as_slice() {
        [] => "Which permission it needs depends on the request.".to_owned(),
        names => format!("Needs one of the application permissions {}.", names.join(", ")),
    };
    let statuses: Vec<u16> = KINDS.iter().map(|(_, status, _)| *status).collect();
    json!({
        "operationId": action.name,
        "summary": action.title,
        "description": format!("{} {permissions}", action.description),
        "x-effect": effect(action.effect),
        "requestBody": {
            "required": true,
            "content": { "application/json": { "schema": schema::input(action), "example": schema::example(action) } },
        },
        "responses": answers("The service's data, and metadata about the call.", &json!({ "$ref": "#/components/schemas/Answer" }), &statuses),
    })
}

fn get([id, summary, description]: [&str; 3], security: &Value, statuses: &[u16]) -> Value {
    let answers = answers("The requested document.", &json!({ "type": "object" }), statuses);
    // HEAD is the same as GET without the body.
    json!({ "get": { "operationId": id, "summary": summary, "description": description, "security": security, "responses": answers } })
}

fn answers(success: &str, schema: &Value, statuses: &[u16]) -> Value {
    let mut answers = Map::new();
    answers.insert(
        "200".into(),
        json!({ "description": success, "content": { "application/json": { "schema": schema } } }),
    );
    for status in statuses {
        answers.insert(status.to_string(), json!({ "$ref": format!("#/components/responses/{status}") }));
    }
    Value::Object(answers)
}

/// The answer of an action, as `json.invoke` documents it.
fn answer() -> Value {
    let text = json!({ "type": "string" });
    json!({
        "type": "object",
        "required": ["data", "meta"],
        "properties": {
            "data": { "description": "The service's JSON, unchanged." },
            "meta": {
                "type": "object",
                "properties": {
                    "request_id": text,
                    "client_request_id": text,
                    "total": { "type": "integer" },
                    "cursor": { "type": "string", "description": "Input for the next page; absent on the last page." },
                    "row_count": { "type": "integer" },
                    "warnings": { "type": "array", "items": text },
                },
            },
        },
    })
}

fn problem() -> Value {
    let kinds: Vec<&str> = KINDS.iter().map(|(kind, ..)| *kind).collect();
    let text = |description: &str| json!({ "type": "string", "description": description });
    json!({
        "type": "object",
        "title": "Problem",
        "description": "RFC 9457.",
        "required": ["type", "title", "status", "detail", "kind"],
        "properties": {
            "type": { "type": "string", "format": "uri-reference", "description": "urn:defender-xdr:error: followed by the kind." },
            "title": text("The kind in words."),
            "status": { "type": "integer", "description": "Status of this answer." },
            "detail": text("What failed, for people; the service's own words if it gave any."),
            "kind": { "type": "string", "enum": kinds },
            "remedy": text("What to do about it, for people."),
            "code": text("The service's error code."),
            "service_status": { "type": "integer", "description": "Status of the service's answer." },
            "request_id": text("The service's id of the request; Microsoft support asks for it."),
            "client_request_id": text("The connector's id of the request."),
            "retry_after_seconds": { "type": "integer", "description": "Seconds to wait, as in Retry-After." },
            "details": { "description": "The service's error body." },
            "variables": { "type": "array", "items": { "type": "string" }, "description": "Names of the variables to set." },
            "actions": { "type": "array", "items": { "type": "string" }, "description": "Names of the available actions." },
        },
    })
}

/// A response for each status, listing the kinds that use it.
fn responses() -> Value {
    let mut by_status: BTreeMap<u16, Vec<String>> = BTreeMap::new();
    for (kind, status, title) in KINDS {
        by_status.entry(*status).or_default().push(format!("`{kind}`: {title}."));
    }
    let response = |(status, kinds): (u16, Vec<String>)| {
        let schema = json!({ "$ref": "#/components/schemas/Problem" });
        let mut response = json!({ "description": kinds.join(" "), "content": { CONTENT_TYPE: { "schema": schema } } });
        let header = match status {
            401 => Some(("WWW-Authenticate", "string")),
            405 => Some(("Allow", "string")),
            429 | 503 => Some(("Retry-After", "integer")),
            _ => None,
        };
        if let (Some((name, kind)), Value::Object(object)) = (header, &mut response) {
            object.insert("headers".into(), json!({ name: { "schema": { "type": kind } } }));
        }
        (status.to_string(), response)
    };
    Value::Object(by_status.into_iter().map(response).collect())
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Read => "read",
        Effect::Write => "write",
        Effect::Any => "any",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::Connector as _;
    use crate::scripted::Scripted;

    fn made() -> Value {
        document(&(&Scripted::default()).describe())
    }

    #[test]
    fn every_action_has_a_path_with_its_parameters() {
        let document = made();
        let post = &document["paths"]["/actions/list_incidents"]["post"];
        assert_eq!(post["operationId"], "list_incidents");
        assert_eq!(
            post["description"],
            "About list_incidents. Needs one of the application permissions A.Read, A.ReadWrite."
        );
        let body = &post["requestBody"]["content"]["application/json"];
        assert_eq!(body["schema"]["properties"]["max_results"]["type"], "integer");
        assert_eq!(body["schema"]["required"].to_string(), "[]");
        assert_eq!(body["example"].to_string(), r#"{"max_results":5}"#);
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn walk(value: &Value, document: &Value) {
            match value {
                Value::Object(members) => {
                    if let Some(Value::String(reference)) = members.get("$ref") {
                        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
                    }
                    members.values().for_each(|member| walk(member, document));
                }
                Value::Array(items) => items.iter().for_each(|item| walk(item, document)),
                _ => {}
            }
        }
        let document = made();
        walk(&document, &document);
    }

    #[test]
    fn only_probes_and_the_document_itself_need_no_key() {
        let document = made();
        let paths = document["paths"].as_object().expect("paths");
        let open: Vec<&String> =
            paths.iter().filter(|(_, path)| path["get"]["security"] == json!([])).map(|(path, _)| path).collect();
        assert_eq!(open, ["/openapi.json", "/livez", "/healthz"]);
        assert_eq!(document["security"], json!([{ "key": [] }]));
    }
}
