//! Converts the arguments of a command line to the JSON of a parameter.
//!
//! Only the syntax is handled here; the component decides whether a value is allowed.

use defender_xdr_host::bindings::catalog::{Parameter, ParameterKind};
use serde_json::{Map, Value};

use super::failure::Failure;

/// The value of a parameter, from its arguments.
pub(crate) fn json(parameter: &Parameter, given: &[&str]) -> Result<Value, Failure> {
    let last = given.last().copied().unwrap_or_default();
    match parameter.kind {
        ParameterKind::Text | ParameterKind::Password | ParameterKind::Integer | ParameterKind::Boolean => {
            Ok(Value::from(last))
        }
        ParameterKind::TextList => list(parameter, given),
        ParameterKind::KeyValue => pairs(parameter, given),
        ParameterKind::Any => Ok(serde_json::from_str(last).unwrap_or_else(|_| Value::from(last))),
    }
}

/// `a --x b`, `a,b` and `["a", "b"]` are the same.
fn list(parameter: &Parameter, given: &[&str]) -> Result<Value, Failure> {
    let mut items = Vec::new();
    for text in given {
        if text.trim_start().starts_with('[') {
            let listed: Vec<Value> = serde_json::from_str(text).map_err(|error| not_json(parameter, &error))?;
            items.extend(listed);
        } else {
            items.extend(text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(Value::from));
        }
    }
    Ok(Value::Array(items))
}

/// `a=1 --x b=2` and `{"a": "1", "b": "2"}` are the same.
fn pairs(parameter: &Parameter, given: &[&str]) -> Result<Value, Failure> {
    let mut members = Map::new();
    for text in given {
        if text.trim_start().starts_with('{') {
            let object: Map<String, Value> = serde_json::from_str(text).map_err(|error| not_json(parameter, &error))?;
            members.extend(object);
        } else if let Some((name, value)) = text.split_once('=') {
            members.insert(name.trim().to_owned(), Value::from(value));
        } else {
            let name = &parameter.name;
            return Err(Failure::usage(format!("{name}: must be name=value or a JSON object")));
        }
    }
    Ok(Value::Object(members))
}

fn not_json(parameter: &Parameter, error: &serde_json::Error) -> Failure {
    Failure::usage(format!("{}: not valid JSON: {error}", parameter.name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cli::sample::parameter;

    fn value(kind: ParameterKind, given: &[&str]) -> Result<Value, Failure> {
        json(&parameter("p", kind), given)
    }

    #[test]
    fn scalars_stay_as_they_were_given() {
        assert_eq!(value(ParameterKind::Integer, &["007"]).unwrap(), json!("007"));
        assert_eq!(value(ParameterKind::Text, &["{}"]).unwrap(), json!("{}"));
    }

    #[test]
    fn lists_are_repeated_separated_or_json() {
        assert_eq!(value(ParameterKind::TextList, &["a, b", "c"]).unwrap(), json!(["a", "b", "c"]));
        assert_eq!(value(ParameterKind::TextList, &[r#"["a, b"]"#, "c"]).unwrap(), json!(["a, b", "c"]));
        assert!(value(ParameterKind::TextList, &["[1"]).is_err());
    }

    #[test]
    fn pairs_are_repeated_or_json() {
        assert_eq!(value(ParameterKind::KeyValue, &["a=b=c", "d="]).unwrap(), json!({"a": "b=c", "d": ""}));
        assert_eq!(value(ParameterKind::KeyValue, &[r#"{"a": 1}"#]).unwrap(), json!({"a": 1}));
        assert_eq!(
            value(ParameterKind::KeyValue, &["x"]).unwrap_err().to_string(),
            "p: must be name=value or a JSON object"
        );
    }

    #[test]
    fn anything_is_json_if_it_can_be() {
        assert_eq!(value(ParameterKind::Any, &["[1]"]).unwrap(), json!([1]));
        assert_eq!(value(ParameterKind::Any, &["plain text"]).unwrap(), json!("plain text"));
    }
}
