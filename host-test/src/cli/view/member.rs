//! Members of the service's objects.

use serde_json::Value;

pub(crate) fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

pub(crate) fn texts<'a>(object: &'a Value, name: &str) -> Vec<&'a str> {
    object.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

pub(crate) fn joined<'a>(texts: impl IntoIterator<Item = &'a str>, separator: &str) -> String {
    texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(separator)
}

/// Classification and determination, once if both say the same.
pub(crate) fn classification(object: &Value) -> String {
    let (classification, determination) = (text(object, "classification"), text(object, "determination"));
    if classification == determination {
        classification.to_owned()
    } else {
        joined([classification, determination], ", ")
    }
}
