//! The commands of the actions, generated from the catalog.
//!
//! A parameter becomes an option of the same name; a required one may also be given by position, as in
//! `get-incident 2972395`. Help texts are the catalog's, so they match the forms that hosts show.

use clap::{Arg, ArgAction, ArgMatches, Command};
use defender_xdr_host::bindings::catalog::{Action, Effect, Parameter, ParameterKind};
use host_test::text;
use serde_json::{Map, Value};

use super::failure::{Failure, Outcome};
use super::globals::Globals;
use super::session::Session;
use super::terminal::Terminal;
use super::{example, option, value, view};

/// The command of an action.
pub(crate) fn command(action: &Action) -> Command {
    let mut command = Command::new(action.function.clone())
        .about(first_sentence(&action.description).to_owned())
        .long_about(long_about(action));
    for (position, parameter) in action.parameters.iter().filter(|parameter| parameter.required).enumerate() {
        command = command.arg(positional(parameter, position + 1));
    }
    command.args(action.parameters.iter().map(option))
}

/// Runs the action of a command and shows its answer.
pub(crate) async fn run(action: &Action, arguments: &ArgMatches, globals: &Globals, terminal: &Terminal) -> Outcome {
    let input = input(action, arguments)?.to_string();
    let session = Session::open(globals, terminal).await?;
    let answer = session.invoke(&action.name, &input, terminal).await?;
    if globals.json {
        return terminal.print_json(&answer.json);
    }
    let envelope = view::Envelope::parse(&answer.json)?;
    terminal.print(&view::data(&envelope.data, action.effect, terminal))?;
    terminal.note(&view::closing(&envelope, answer.took, terminal));
    Ok(())
}

fn input(action: &Action, arguments: &ArgMatches) -> Result<Value, Failure> {
    let mut input = Map::new();
    for parameter in &action.parameters {
        for id in [option_id(parameter), position_id(parameter)] {
            // Only required parameters have a position.
            let given = arguments.try_get_many::<String>(&id).ok().flatten();
            let given: Vec<&str> = given.into_iter().flatten().map(|given| text::unmarked(given)).collect();
            if !given.is_empty() {
                input.insert(parameter.name.clone(), value::json(parameter, &given)?);
            }
        }
    }
    Ok(Value::Object(input))
}

fn option_id(parameter: &Parameter) -> String {
    format!("option {}", parameter.name)
}

fn position_id(parameter: &Parameter) -> String {
    format!("position {}", parameter.name)
}

fn positional(parameter: &Parameter, position: usize) -> Arg {
    Arg::new(position_id(parameter))
        .index(position)
        .value_name(match parameter.kind {
            ParameterKind::TextList => format!("{},…", parameter.name.to_ascii_uppercase()),
            _ => parameter.name.to_ascii_uppercase(),
        })
        // clap accepts that a required argument is missing if one that it conflicts with is present.
        .required(true)
        .conflicts_with(option_id(parameter))
        .help(option::help(parameter))
}

fn option(parameter: &Parameter) -> Arg {
    let arg = Arg::new(option_id(parameter))
        .long(option::name(parameter))
        .help(option::help(parameter))
        // Help shows the positional form.
        .hide(parameter.required);
    match parameter.kind {
        // The component checks the value; its message does not repeat a secret that was pasted here.
        ParameterKind::Boolean => arg.num_args(0..=1).default_missing_value("true").value_name("true|false"),
        ParameterKind::Integer => arg.value_name("N"),
        ParameterKind::TextList => arg.value_name("TEXT,…").action(ArgAction::Append),
        ParameterKind::KeyValue => arg.value_name("NAME=VALUE|JSON").action(ArgAction::Append),
        ParameterKind::Any => arg.value_name("JSON|TEXT"),
        ParameterKind::Text | ParameterKind::Password => arg.value_name("TEXT"),
    }
}

fn long_about(action: &Action) -> String {
    let effect = match action.effect {
        Effect::Read => "Changes nothing.",
        Effect::Write => "Changes data in the service.",
        Effect::Any => "May change data in the service, depending on the request.",
    };
    let permissions = match action.permissions.as_slice() {
        [] => "The application permission it needs depends on the request.".to_owned(),
        [one] => format!("Needs the application permission {one}."),
        several => format!("Needs one of the application permissions {}.", several.join(", ")),
    };
    format!("{}\n\n{effect} {permissions}\n\nExample: {}", action.description, example::command_line(action, &[]))
}

fn first_sentence(text: &str) -> &str {
    text.split_inclusive(". ").next().unwrap_or(text).trim_end().trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cli::sample::parameter;

    fn action() -> Action {
        let required = |name| Parameter { required: true, ..parameter(name, ParameterKind::Text) };
        Action {
            name: "do_it".into(),
            function: "do-it".into(),
            title: "Do It".into(),
            description: "Does it. And more.".into(),
            effect: Effect::Read,
            permissions: Vec::new(),
            parameters: vec![
                required("first_id"),
                parameter("deep", ParameterKind::Boolean),
                parameter("tags", ParameterKind::TextList),
                required("second"),
                parameter("json", ParameterKind::Any),
            ],
            example_json: "{}".into(),
        }
    }

    #[track_caller]
    fn read(arguments: &[&str]) -> Value {
        let action = action();
        let command = crate::cli::globals::add(Command::new("host-test")).subcommand(command(&action));
        let matches = command.try_get_matches_from([&["host-test", "do-it"], arguments].concat()).unwrap();
        input(&action, matches.subcommand().unwrap().1).unwrap()
    }

    #[test]
    fn required_parameters_are_given_by_position_or_by_name() {
        let expected = json!({"first_id": "1", "second": "2"});
        assert_eq!(read(&["1", "2"]), expected);
        assert_eq!(read(&["--first-id", "1", "--second", "2"]), expected);
        assert_eq!(read(&["1", "--second=2"]), expected);
    }

    #[test]
    fn a_boolean_may_stand_alone() {
        assert_eq!(read(&["1", "2", "--deep"])["deep"], "true");
        assert_eq!(read(&["1", "2", "--deep", "No"])["deep"], "No");
        assert_eq!(read(&["1", "2", "--deep", "--tags", "a"])["deep"], "true");
    }

    #[test]
    fn values_may_look_like_options_behind_an_equals_sign() {
        assert_eq!(read(&["1", "2", "--tags=-a,b"])["tags"], json!(["-a", "b"]));
    }

    #[test]
    fn an_option_of_the_program_is_not_taken() {
        assert_eq!(read(&["1", "2", "--input-json", "[1]", "--json"])["json"], json!([1]));
    }

    #[test]
    fn a_missing_required_parameter_is_a_usage_error() {
        let error = command(&action()).try_get_matches_from(["do-it", "1"]).unwrap_err();
        assert_eq!(error.kind(), clap::error::ErrorKind::MissingRequiredArgument);
        assert!(error.to_string().contains("<SECOND>"), "{error}");
    }
}
