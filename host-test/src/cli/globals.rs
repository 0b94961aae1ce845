//! Options that every command takes.
//!
//! `--component` is needed before the others can be read, because the component determines which commands exist.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::source::Source;

/// Long names of the options here, which no action parameter may take.
pub(crate) const NAMES: [&str; 7] = ["component", "config", "emulator", "json", "ca-file", "verbose", "help"];

/// Options of the program.
#[derive(Clone, Debug)]
pub(crate) struct Globals {
    pub(crate) component: PathBuf,
    pub(crate) source: Source,
    pub(crate) json: bool,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) verbose: bool,
}

/// Adds the options to the program.
pub(crate) fn add(command: Command) -> Command {
    let file = |name: &'static str| {
        Arg::new(name).long(name).value_name("FILE").value_parser(value_parser!(PathBuf)).global(true)
    };
    let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).global(true);
    command.next_help_heading("Common options").args([
        flag("emulator").conflicts_with("config").help("Start the built-in emulator of the service for this call"),
        file("config")
            .help("Configuration in JSON, instead of the variables DEFENDER_TENANT_ID, DEFENDER_CLIENT_ID, …"),
        flag("json").help("Print the answer, or the error, as JSON"),
        file("ca-file").help("Also trust the authorities in this PEM file"),
        flag("verbose").short('v').help("Show each HTTP exchange, without secrets"),
        file("component").help("Use this component instead of the one that was built"),
    ])
}

impl Globals {
    pub(crate) fn read(matches: &ArgMatches) -> Self {
        let path = |name: &str| matches.get_one::<PathBuf>(name).cloned();
        let source = match path("config") {
            _ if matches.get_flag("emulator") => Source::Emulator,
            Some(file) => Source::File(file),
            None => Source::Environment,
        };
        Self {
            component: path("component").unwrap_or_else(host_test::built),
            source,
            json: matches.get_flag("json"),
            ca_file: path("ca-file"),
            verbose: matches.get_flag("verbose"),
        }
    }
}

/// The component that the arguments name, wherever the option stands.
pub(crate) fn component(arguments: &[OsString]) -> PathBuf {
    let mut rest = arguments.iter().take_while(|argument| *argument != "--");
    while let Some(argument) = rest.next() {
        if argument == "--component" {
            if let Some(file) = rest.next() {
                return file.into();
            }
        } else if let Some(file) = argument.to_str().and_then(|text| text.strip_prefix("--component=")) {
            return file.into();
        }
    }
    host_test::built()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn found(arguments: &[&str]) -> PathBuf {
        component(&arguments.iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn finds_the_component_anywhere() {
        assert_eq!(found(&["host-test", "get", "1", "--component", "a.wasm"]), PathBuf::from("a.wasm"));
        assert_eq!(found(&["host-test", "--component=a.wasm", "get", "1"]), PathBuf::from("a.wasm"));
        assert_eq!(found(&["host-test", "get", "--", "--component", "a.wasm"]), host_test::built());
        assert_eq!(found(&["host-test", "get", "--component"]), host_test::built());
    }
}
