//! Parameters of the catalog as JSON Schema, which OpenAPI 3.1 uses to describe bodies.
//!
//! Stricter than the connector, which also accepts numbers and booleans as strings and words in any case: forms and generated
//! clients need only one way to write a value.

use serde_json::{Map, Value, json};

use defender_xdr::wit::catalog::{Action, Parameter, ParameterKind};

/// An action's input.
pub fn input(action: &Action) -> Value {
    let properties: Map<String, Value> =
        action.parameters.iter().map(|entry| (entry.name.clone(), parameter(entry))).collect();
    let required: Vec<&str> =
        action.parameters.iter().filter(|entry| entry.required).map(|entry| entry.name.as_str()).collect();
    json!({
        "type": "object",
        "title": action.title,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// An action's example, with the types of its schema.
pub fn example(action: &Action) -> Value {
    let Ok(Value::Object(given)) = serde_json::from_str(&action.example_json) else { return json!({}) };
    let value = |name: &str, given: Value| {
        let parameter = action.parameters.iter().find(|entry| entry.name == name);
        match (&given, parameter) {
            (Value::String(text), Some(parameter)) => typed(parameter, text).unwrap_or(given),
            _ => given,
        }
    };
    Value::Object(given.into_iter().map(|(name, given)| (name.clone(), value(&name, given))).collect())
}

fn parameter(parameter: &Parameter) -> Value {
    let mut schema = match parameter.kind {
        ParameterKind::Text => json!({ "type": "string" }),
        ParameterKind::Password => json!({ "type": "string", "format": "password" }),
        ParameterKind::Integer => json!({ "type": "integer" }),
        ParameterKind::Boolean => json!({ "type": "boolean" }),
        ParameterKind::TextList => json!({ "type": "array", "items": { "type": "string" } }),
        ParameterKind::KeyValue => json!({ "type": "object" }),
        ParameterKind::Any => json!({}),
    };
    let Value::Object(object) = &mut schema else { return schema };
    object.insert("title".into(), parameter.title.as_str().into());
    let comment = parameter.comment.iter().map(String::as_str);
    let description: Vec<&str> = std::iter::once(parameter.description.as_str()).chain(comment).collect();
    object.insert("description".into(), description.join(" ").into());
    if !parameter.allowed_values.is_empty() {
        let allowed = json!(parameter.allowed_values);
        match parameter.kind {
            ParameterKind::TextList => object.insert("items".into(), json!({ "type": "string", "enum": allowed })),
            ParameterKind::KeyValue => object.insert("propertyNames".into(), json!({ "enum": allowed })),
            _ => object.insert("enum".into(), allowed),
        };
    }
    for (name, value) in [("minimum", parameter.minimum), ("maximum", parameter.maximum)] {
        if let Some(value) = value {
            object.insert(name.into(), value.into());
        }
    }
    if let Some(default) = parameter.default_value.as_deref().and_then(|text| typed(parameter, text)) {
        object.insert("default".into(), default);
    }
    if let Some(example) = parameter.example.as_deref().and_then(|text| typed(parameter, text)) {
        object.insert("examples".into(), json!([example]));
    }
    schema
}

/// A value of the catalog, where everything is text, with the parameter's type. The app's documentation writes lists as
/// `$LIST[a, b]` and JSON as `$JSON[…]`.
fn typed(parameter: &Parameter, text: &str) -> Option<Value> {
    let within = |mark: &str| text.strip_prefix(mark)?.strip_suffix(']');
    let json = || serde_json::from_str(within("$JSON[").unwrap_or(text)).ok();
    let value = match parameter.kind {
        ParameterKind::Text | ParameterKind::Password => text.into(),
        ParameterKind::Integer => text.trim().parse::<u32>().ok()?.into(),
        ParameterKind::Boolean => text.trim().parse::<bool>().ok()?.into(),
        ParameterKind::TextList => {
            json!(within("$LIST[").unwrap_or(text).split(',').map(str::trim).collect::<Vec<_>>())
        }
        ParameterKind::KeyValue => json().filter(Value::is_object)?,
        ParameterKind::Any => json()?,
    };
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted::parameter as entry;

    #[track_caller]
    fn schema(change: impl FnOnce(&mut Parameter), expected: &str) {
        let mut entry = entry("p", ParameterKind::Text);
        change(&mut entry);
        assert_eq!(parameter(&entry).to_string(), expected);
    }

    #[test]
    fn numbers_have_their_range_default_and_example() {
        schema(
            |entry| {
                *entry = Parameter {
                    kind: ParameterKind::Integer,
                    minimum: Some(1),
                    maximum: Some(50),
                    default_value: Some("10".into()),
                    example: Some("ten".into()),
                    comment: Some("More.".into()),
                    ..entry.clone()
                }
            },
            r#"{"type":"integer","title":"P","description":"About p. More.","minimum":1,"maximum":50,"default":10}"#,
        );
    }

    #[test]
    fn allowed_values_stand_where_they_apply() {
        let allowed = |kind, example: &str| {
            let example = Some(example.to_owned());
            move |entry: &mut Parameter| {
                *entry = Parameter { kind, allowed_values: vec!["a".into()], example, ..entry.clone() }
            }
        };
        schema(
            allowed(ParameterKind::Text, "a"),
            r#"{"type":"string","title":"P","description":"About p.","enum":["a"],"examples":["a"]}"#,
        );
        schema(
            allowed(ParameterKind::TextList, "$LIST[a, b]"),
            r#"{"type":"array","items":{"type":"string","enum":["a"]},"title":"P","description":"About p.","examples":[["a","b"]]}"#,
        );
        schema(
            allowed(ParameterKind::KeyValue, r#"{"a":1}"#),
            r#"{"type":"object","title":"P","description":"About p.","propertyNames":{"enum":["a"]},"examples":[{"a":1}]}"#,
        );
    }

    #[test]
    fn json_examples_lose_their_mark() {
        schema(
            |entry| {
                *entry =
                    Parameter { kind: ParameterKind::Any, example: Some(r#"$JSON[{"a": 1}]"#.into()), ..entry.clone() }
            },
            r#"{"title":"P","description":"About p.","examples":[{"a":1}]}"#,
        );
    }

    #[test]
    fn example_of_an_action_takes_the_forms_of_the_schema() {
        let mut action = crate::scripted::action("list_incidents");
        action.parameters = vec![entry("n", ParameterKind::Integer), entry("b", ParameterKind::Boolean)];
        action.example_json = r#"{"n": "2", "b": "true", "other": "2"}"#.into();
        assert_eq!(example(&action).to_string(), r#"{"n":2,"b":true,"other":"2"}"#);
        action.example_json = "no".into();
        assert_eq!(example(&action).to_string(), "{}");
    }
}
