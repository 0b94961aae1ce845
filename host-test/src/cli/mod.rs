//! From arguments to a command.
//!
//! The commands of the actions come from the catalog of the loaded component, so its new actions and parameters appear
//! automatically. That is why arguments are parsed twice: once with the fixed commands and, if that is not enough, again
//! with those of the component.

mod action;
mod bench;
mod chaos;
mod check;
mod demo;
mod describe;
mod emulator;
mod environment;
mod example;
mod exit;
mod failure;
mod figure;
mod globals;
mod inspect;
mod invoke;
mod option;
mod replay;
#[cfg(test)]
mod sample;
mod session;
mod soak;
mod source;
mod terminal;
mod value;
mod view;
mod visible;
mod watch;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ArgMatches, Command};
use defender_xdr_host::bindings::catalog;
use defender_xdr_host::{Connector, Settings};

use failure::{Failure, Outcome};
use globals::Globals;
use terminal::Terminal;

/// The environment variables, as shown by `--help`.
const ENVIRONMENT: &str = "\
Environment:
  DEFENDER_…   Configuration, one variable for each parameter, such as DEFENDER_TENANT_ID;
               with _FILE appended, the name of a file, such as DEFENDER_PRIVATE_KEY_FILE
  AZURE_…      Those of Azure workload identity: TENANT_ID, CLIENT_ID, FEDERATED_TOKEN_FILE, AUTHORITY_HOST
  HTTPS_PROXY  Proxy, http://[user:password@]host[:port]; if not set, ALL_PROXY
  NO_PROXY     Hosts, domains and networks to reach directly; * for all";

/// Runs the program and returns its exit code.
pub(crate) async fn run(arguments: Vec<OsString>) -> ExitCode {
    let terminal = Terminal::detect();
    let early = root().allow_external_subcommands(true).try_get_matches_from(&arguments);
    if let Ok(matches) = &early {
        let globals = Globals::read(matches);
        if let Some(outcome) = always_there(matches, &globals, &terminal).await {
            return exit::code(outcome, globals.json, &terminal);
        }
    }
    with_actions(&arguments, &terminal).await
}

/// The commands that do not depend on the component.
fn root() -> Command {
    globals::add(Command::new("host-test"))
        .about("Runs the Microsoft Defender XDR connector component")
        .version(env!("CARGO_PKG_VERSION"))
        .after_help(ENVIRONMENT)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(demo::command().display_order(1))
        .subcommand(describe::command().display_order(2))
        .subcommand(check::command().display_order(3))
        .subcommand(watch::command().display_order(4))
        .subcommand(invoke::command().display_order(900))
        .subcommand(emulator::command().display_order(901))
        .subcommand(inspect::command().display_order(902))
        .subcommand(replay::command().display_order(903))
        .subcommand(chaos::command().display_order(904))
        .subcommand(soak::command().display_order(905))
        .subcommand(bench::command().display_order(906))
}

async fn always_there(matches: &ArgMatches, globals: &Globals, terminal: &Terminal) -> Option<Outcome> {
    Some(match matches.subcommand()? {
        (demo::NAME, _) => demo::run(globals, terminal).await,
        (describe::NAME, arguments) => describe::run(arguments, globals, terminal).await,
        (check::NAME, _) => check::run(globals, terminal).await,
        (watch::NAME, arguments) => watch::run(arguments, globals, terminal).await,
        (invoke::NAME, arguments) => invoke::run(arguments, globals, terminal).await,
        (emulator::NAME, arguments) => emulator::run(arguments, globals, terminal).await,
        (inspect::NAME, _) => inspect::run(globals, terminal).await,
        (replay::NAME, arguments) => replay::run(arguments, globals, terminal).await,
        (chaos::NAME, arguments) => chaos::run(arguments, globals, terminal).await,
        (soak::NAME, arguments) => soak::run(arguments, globals, terminal).await,
        (bench::NAME, arguments) => bench::run(arguments, globals, terminal).await,
        _ => return None,
    })
}

/// Parses the arguments with the commands of the actions, which requires the component.
async fn with_actions(arguments: &[OsString], terminal: &Terminal) -> ExitCode {
    let catalog = catalog(arguments).await;
    let actions = catalog.as_ref().map_or(&[][..], |catalog| catalog.actions.as_slice());
    let mut command = root();
    for (order, action) in actions.iter().enumerate() {
        command = command.subcommand(action::command(action).display_order(10 + order));
    }
    if let Err(error) = &catalog {
        command =
            command.after_help(format!("The commands of the actions are not available: {error}\n\n{ENVIRONMENT}"));
    }
    match (command.try_get_matches_from(arguments), &catalog) {
        (Ok(matches), _) => {
            let globals = Globals::read(&matches);
            let outcome = run_action(&matches, actions, &globals, terminal).await;
            exit::code(outcome, globals.json, terminal)
        }
        (Err(error), Err(_)) if error.kind() == ErrorKind::InvalidSubcommand => {
            exit::code(catalog.map(drop), false, terminal)
        }
        (Err(error), _) => {
            terminal.help(&error);
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(failure::USAGE))
        }
    }
}

async fn run_action(
    matches: &ArgMatches,
    actions: &[catalog::Action],
    globals: &Globals,
    terminal: &Terminal,
) -> Outcome {
    let (name, arguments) = matches.subcommand().ok_or_else(|| Failure::usage("no command"))?;
    let action = actions.iter().find(|action| action.function == name);
    let action = action.ok_or_else(|| Failure::usage(format!("unknown command {name}")))?;
    action::run(action, arguments, globals, terminal).await
}

async fn catalog(arguments: &[OsString]) -> Result<catalog::Connector, Failure> {
    let connector = Connector::load(globals::component(arguments), Settings::default())?;
    Ok(connector.catalog().await?.clone())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fixed_commands_are_consistent() {
        super::root().debug_assert();
    }
}
