//! Builds the components: code with the interface of `guest.wit`.
//!
//! This is done here so that the tests need no encoder.

#[path = "code.rs"]
mod code;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use code::{Start, guest};

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let [interface, connector] = ["guest.wit", "../../wit"].map(|name| here.join(name));
    for file in [&interface, &connector] {
        println!("cargo::rerun-if-changed={}", file.display());
    }
    let mut resolve = Resolve::default();
    resolve.push_dir(&connector)?;
    let package = resolve.push_file(&interface)?;
    let world = resolve.select_world(&[package], Some("guest"))?;
    let out = env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?;
    for (name, curious, start) in [
        ("guest", false, Start::Nothing),
        ("curious", true, Start::Nothing),
        ("restless", false, Start::Compute),
        ("sleepy", false, Start::Wait),
    ] {
        let mut module = guest(curious, start);
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
        let component = ComponentEncoder::default().validate(true).module(&module)?.encode()?;
        fs::write(Path::new(&out).join(name).with_extension("wasm"), component)?;
    }
    Ok(())
}
