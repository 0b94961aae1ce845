//! What the program `host-test` is made of, beside its command line: the trials of the component, and how its files are read.
//!
//! To run the component in a platform, depend on `defender-xdr-host`; nothing here is needed for that.

mod component;
pub mod json;
mod metadata;
pub mod text;
pub mod trials;

pub use component::{built, gzip_bytes};
pub use metadata::{Documentation, Metadata};
