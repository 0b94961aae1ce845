//! The component that was built with this program.
//!
//! The library takes any file; that there is one at hand without a word on the command line is for people who try it.

use std::io::{self, Write as _};
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;

/// Where the build leaves the component.
#[must_use]
pub fn built() -> PathBuf {
    PathBuf::from(env!("DEFENDER_XDR_COMPONENT"))
}

/// Size of a component when it is compressed, as registries keep it.
///
/// # Errors
/// When there is no memory for it.
pub fn gzip_bytes(wasm: &[u8]) -> io::Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(wasm)?;
    Ok(encoder.finish()?.len())
}
