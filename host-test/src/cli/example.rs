//! An action's example as a command line that can be copied.
//!
//! The catalog has the example as JSON; as a command it shows how the options are used.

use std::borrow::Cow;

use defender_xdr_host::bindings::catalog::{Action, ParameterKind};
use serde_json::{Map, Value};

use super::option;

/// The example of an action as a command, with further options at the end.
pub(crate) fn command_line(action: &Action, options: &[&str]) -> String {
    let example = input(action);
    let mut words = vec![program(), action.function.clone()];
    let (required, optional): (Vec<_>, Vec<_>) = action.parameters.iter().partition(|parameter| parameter.required);
    for parameter in required {
        words.extend(example.get(&parameter.name).map(|value| quote(&text(value)).into_owned()));
    }
    for parameter in optional {
        let is_given = |value: &&Value| value.as_object().is_none_or(|members| !members.is_empty());
        let Some(value) = example.get(&parameter.name).filter(is_given) else { continue };
        words.push(format!("--{}", option::name(parameter)));
        let alone = parameter.kind == ParameterKind::Boolean && text(value) == "true";
        if !alone {
            words.push(quote(&text(value)).into_owned());
        }
    }
    words.extend(options.iter().map(|option| (*option).to_owned()));
    words.join(" ")
}

/// The example of an action as an object; the catalog may have it as a list of one.
pub(crate) fn input(action: &Action) -> Map<String, Value> {
    let example: Value = serde_json::from_str(&action.example_json).unwrap_or_default();
    example.get(0).unwrap_or(&example).as_object().cloned().unwrap_or_default()
}

/// How this program was started: cargo sets a variable for the programs that it runs.
pub(crate) fn program() -> String {
    if std::env::var_os("CARGO").is_some() {
        return "cargo run -q -p host-test --".to_owned();
    }
    std::env::args().next().unwrap_or_else(|| "host-test".to_owned())
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            if items.iter().any(|item| item.contains(',')) { value.to_string() } else { items.join(",") }
        }
        other => other.to_string(),
    }
}

/// Quotes a word for a POSIX shell where it needs it.
pub(crate) fn quote(word: &str) -> Cow<'_, str> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./,:=@%+".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into();
    }
    if word.contains(['"', '$', '`', '\\', '!']) {
        return format!("'{}'", word.replace('\'', r"'\''")).into();
    }
    format!("\"{word}\"").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(quote("2972395"), "2972395");
        assert_eq!(quote("severity eq 'high'"), r#""severity eq 'high'""#);
        assert_eq!(quote(r#"{"a": 'b'}"#), r#"'{"a": '\''b'\''}'"#);
        assert_eq!(quote("$top"), "'$top'");
        assert_eq!(quote(""), r#""""#);
    }
}
