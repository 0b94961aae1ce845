//! `emulator`: Graph and Entra ID on loopback, until stopped, for any host that tries the component.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use defender_emulator::{Emulator, Options};
use tempfile::TempPath;

use super::environment::pem;
use super::exit;
use super::failure::{Failure, Outcome};
use super::globals::Globals;
use super::source;
use super::terminal::Terminal;

pub(crate) const NAME: &str = "emulator";

pub(crate) fn command() -> Command {
    Command::new(NAME)
        .about("Serve an emulator of the service on loopback until stopped")
        .long_about(
            "Serve an emulator of Microsoft Graph and Entra ID on loopback until stopped.\n\n\
             Prints one line of JSON: a complete configuration for `invoke` and any other host.",
        )
        .arg(
            Arg::new("port")
                .long("port")
                .value_name("N")
                .value_parser(value_parser!(u16))
                .default_value("0")
                .help("Port to listen on; 0 picks a free one"),
        )
        .arg(
            Arg::new("tls")
                .long("tls")
                .action(ArgAction::SetTrue)
                .help("Serve over TLS, with a certificate of its own"),
        )
        .arg(
            Arg::new("ca-out")
                .long("ca-out")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .requires("tls")
                .help("Write the certificate that clients have to trust to this file"),
        )
        .arg(
            Arg::new("certificate")
                .long("certificate")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Register the certificates in this PEM file for the app, beside its secret"),
        )
        .arg(Arg::new("until-stdin-ends").long("until-stdin-ends").action(ArgAction::SetTrue).help(
            "Also stop when standard input closes, for programs that start the emulator and may exit at any time",
        ))
        .arg(
            Arg::new("incidents")
                .long("incidents")
                .value_name("N")
                .value_parser(value_parser!(usize))
                .help("Number of incidents to generate"),
        )
        .arg(
            Arg::new("keep-answers")
                .long("keep-answers")
                .action(ArgAction::SetTrue)
                .help("Answer a read again with the same bytes until something is written, for benchmarks"),
        )
}

pub(crate) async fn run(arguments: &ArgMatches, _globals: &Globals, terminal: &Terminal) -> Outcome {
    let mut options = Options {
        port: arguments.get_one("port").copied().unwrap_or_default(),
        tls: arguments.get_flag("tls"),
        keeps_answers: arguments.get_flag("keep-answers"),
        ..Options::default()
    };
    if let Some(incidents) = arguments.get_one("incidents") {
        options.incidents = *incidents;
    }
    let (emulator, config) = source::start_emulator(options)?;
    if let Some(path) = arguments.get_one::<PathBuf>("certificate") {
        register(&emulator, path)?;
    }
    let stopped = exit::stop_signal()?;
    let wanted: Option<&PathBuf> = arguments.get_one("ca-out");
    let authority = emulator.ca_pem().map(|pem| authority(pem, wanted)).transpose();
    let authority = authority.map_err(|error| Failure::usage(format!("cannot write the certificate: {error}")))?;
    // The certificate is in place before this line is printed.
    terminal.print_json(&config)?;
    terminal
        .note(&format!("Emulator of Microsoft Graph and Entra ID on {}. Press Ctrl-C to stop.", emulator.base_url()));
    if let Some((file, _)) = &authority {
        terminal.note(&format!("Trust its certificate with --ca-file {}", file.display()));
    }
    if arguments.get_flag("until-stdin-ends") {
        tokio::select! {
            () = stopped => {}
            () = end_of_input() => {}
        }
    } else {
        stopped.await;
    }
    Ok(())
}

/// Registers the certificates in a file for the default app.
fn register(emulator: &Emulator, path: &Path) -> Result<(), Failure> {
    let shown = path.display();
    let pem = pem(path).map_err(|why| Failure::usage(format!("cannot read {shown}: {why}")))?;
    emulator.register_certificate(&pem).map_err(|error| Failure::usage(format!("cannot register {shown}: {error}")))
}

/// Writes the certificate to the user's path, or to a temporary file that is removed with the emulator.
fn authority(pem: &str, wanted: Option<&PathBuf>) -> io::Result<(PathBuf, Option<TempPath>)> {
    let temporary = match wanted {
        Some(_) => None,
        None => Some(tempfile::Builder::new().prefix("defender-emulator-").suffix(".pem").tempfile()?.into_temp_path()),
    };
    let file = wanted.cloned().or_else(|| temporary.as_ref().map(|file| file.to_path_buf())).unwrap_or_default();
    std::fs::write(&file, pem)?;
    Ok((file, temporary))
}

/// Completes when standard input is closed.
async fn end_of_input() {
    let (over, ended) = tokio::sync::oneshot::channel();
    // A thread, because the program would wait for a blocking task before it exits.
    std::thread::spawn(move || {
        // Unreadable input counts as closed.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        let _ = over.send(());
    });
    let _ = ended.await;
}
