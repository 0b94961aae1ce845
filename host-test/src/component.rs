//! The component that was built with this program.
//!
//! The library accepts any file; this default is for people who try the program.

use std::io::{self, Write as _};
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;

/// Where the build leaves the component.
#[must_use]
pub fn built() -> PathBuf {
    PathBuf::from(env!("DEFENDER_XDR_COMPONENT"))
}

/// Size of a component when compressed, as registries store it.
///
/// # Errors
/// If there is not enough memory.
pub fn gzip_bytes(wasm: &[u8]) -> io::Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(wasm)?;
    Ok(encoder.finish()?.len())
}
