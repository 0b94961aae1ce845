//! Builds the component that this harness loads by default. It selects a compiler and never installs one.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Figures of an unoptimised program are meaningless, and only the build knows the level.
    println!("cargo::rustc-env=HOST_TEST_OPT_LEVEL={}", std::env::var("OPT_LEVEL").unwrap_or_default());
    let workspace = component_build::workspace();
    for source in ["src", "wit", "Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={}", workspace.join(source).display());
    }
    match component_build::build(&workspace) {
        Ok(component) => {
            // Missing or replaced by hand: build again.
            println!("cargo::rerun-if-changed={}", component.display());
            println!("cargo::rustc-env=DEFENDER_XDR_COMPONENT={}", component.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("cargo::error={error}");
            ExitCode::FAILURE
        }
    }
}
