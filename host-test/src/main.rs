//! The program `host-test`: tries the connector from a command line, against a tenant or the built-in emulator.
//!
//! Everything a platform would copy is in the library; this is arguments in, text out.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(cli::run(std::env::args_os().collect()));
    // A name lookup that nobody waits for any more must not delay the exit.
    runtime.shutdown_background();
    code
}
