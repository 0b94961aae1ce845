//! `component-build` builds the component and prints its path; `component-build toolchain` installs what that needs.

use std::process::ExitCode;

use component_build::{Compiler, build, workspace};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => build(&workspace()).map(|path| println!("{}", path.display())).map_err(|error| error.to_string()),
        ["toolchain"] => Compiler::find_or_install().map(drop),
        _ => {
            eprintln!("usage: component-build [toolchain]");
            return ExitCode::from(2);
        }
    };
    if let Err(message) = outcome {
        eprintln!("error: {message}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
