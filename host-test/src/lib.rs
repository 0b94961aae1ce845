//! The parts of the program `host-test` besides its command line: the trials of the component, and the reading of files.
//!
//! To run the component in a platform, depend on `defender-xdr-host`; nothing here is needed for that.

mod component;
pub mod json;
mod metadata;
pub mod text;
pub mod trials;

pub use component::{built, gzip_bytes};
pub use metadata::{Documentation, Metadata};
