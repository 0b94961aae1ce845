//! Without an argument, builds the component and prints its path. `toolchain` installs what the build needs. `link` does the first
//! and longest part of the build without any dependency. `cargo-component` builds with that tool, `service` builds the service
//! form, `tools` the tools forms, and `manifest DIRECTORY` the package there.

use std::process::ExitCode;

use component_build::Compiler;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(Some(line)) => println!("{line}"),
        Ok(None) => {}
        Err(message) => {
            eprintln!("error: {message}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// The line to print, if there is one.
fn run(arguments: &[&str]) -> Result<Option<String>, String> {
    match arguments {
        ["toolchain"] => Compiler::find_or_install().map(|_| None),
        ["link"] => {
            let linked = component_build::link(&component_build::workspace(), "defender-xdr");
            linked.map(|_| None).map_err(|error| error.to_string())
        }
        _ => build(arguments).map(Some),
    }
}

#[cfg(feature = "build")]
fn build(arguments: &[&str]) -> Result<String, String> {
    let workspace = component_build::workspace();
    let built =
        match arguments {
            [] => component_build::build(&workspace).map_err(Into::into),
            ["cargo-component"] => component_build::build_with_cargo_component(&workspace).map_err(Into::into),
            #[cfg(feature = "release")]
            ["release"] => component_build::release(&workspace),
            ["service"] => component_build::build_service(&workspace).map_err(Into::into),
            ["tools"] => component_build::build_tools(&workspace).map_err(Into::into),
            ["manifest", directory] => {
                let directory = workspace.join(directory);
                let package = directory.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                component_build::link_in(&workspace, &directory, package, &[]).map_err(Into::into)
            }
            _ => return Err(
                "usage: component-build [cargo-component | link | manifest DIRECTORY | release | service | tools | toolchain]"
                    .to_owned(),
            ),
        };
    built.map(|path| path.display().to_string()).map_err(|error: anyhow::Error| format!("{error:#}"))
}

#[cfg(not(feature = "build"))]
fn build(_: &[&str]) -> Result<String, String> {
    Err("usage: component-build link | toolchain (more commands with the feature `build`)".to_owned())
}
