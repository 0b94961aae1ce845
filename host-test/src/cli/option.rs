//! The option of a parameter: its name and its help.
//!
//! Commands, examples and `describe` show the same ones.

use defender_xdr_host::bindings::catalog::Parameter;

use super::globals;

/// The long option of a parameter.
pub(crate) fn name(parameter: &Parameter) -> String {
    let name = parameter.name.replace('_', "-");
    if globals::NAMES.contains(&name.as_str()) { format!("input-{name}") } else { name }
}

/// Description, allowed values, range, default, example and further rules, each unless the description already says it.
pub(crate) fn help(parameter: &Parameter) -> String {
    let mut parts = vec![parameter.description.trim().to_owned()];
    let says = |text: &str| parameter.description.contains(text);
    let allowed = parameter.allowed_values.join(", ");
    if !allowed.is_empty() && !says(&allowed) {
        parts.push(format!("Allowed: {allowed}."));
    }
    match (parameter.minimum, parameter.maximum) {
        (Some(least), Some(most)) => parts.push(format!("Range: {least} to {most}.")),
        (Some(least @ 1..), None) => parts.push(format!("At least {least}.")),
        (None, Some(most)) => parts.push(format!("At most {most}.")),
        (_, None) => {}
    }
    if let Some(default) = &parameter.default_value {
        parts.push(format!("Default: {default}."));
    }
    if let Some(comment) = parameter.comment.as_ref().filter(|comment| !says(comment)) {
        parts.push(format!("{}.", comment.trim().trim_end_matches('.')));
    }
    if let Some(example) = parameter.example.as_ref().filter(|example| !says(example) && !allowed.contains(*example)) {
        parts.push(format!("Example: {example}"));
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use defender_xdr_host::bindings::catalog::ParameterKind;

    use super::*;
    use crate::cli::sample::parameter;

    #[test]
    fn help_says_everything_once() {
        let parameter = Parameter {
            description: "Enter it. Example: 10".into(),
            default_value: Some("5".into()),
            allowed_values: vec!["a".into(), "b".into()],
            maximum: Some(50),
            example: Some("10".into()),
            ..parameter("p", ParameterKind::Integer)
        };
        assert_eq!(help(&parameter), "Enter it. Example: 10 Allowed: a, b. At most 50. Default: 5.");
    }
}
