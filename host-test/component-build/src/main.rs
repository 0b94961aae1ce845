//! Builds the component and prints its path. `cargo-component` builds it with that tool, `toolchain` installs what is needed.

use std::process::ExitCode;

use component_build::{Compiler, build, build_with_cargo_component, workspace};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let built = match arguments[..] {
        [] => build(&workspace()).map(Some).map_err(|error| error.to_string()),
        ["cargo-component"] => build_with_cargo_component(&workspace()).map(Some).map_err(|error| error.to_string()),
        ["toolchain"] => Compiler::find_or_install().map(|_| None),
        _ => {
            eprintln!("usage: component-build [cargo-component | toolchain]");
            return ExitCode::from(2);
        }
    };
    match built {
        Ok(component) => {
            if let Some(component) = component {
                println!("{}", component.display());
            }
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
