//! From a file to code that can run: recognised, checked, compiled or taken from the cache.
//!
//! ```text
//! file ─ source (what is it) ─ cache (compiled before?) ─ shape (imports and exports: is it the connector, does it fit)
//! ```

pub(crate) mod cache;
pub(crate) mod load_error;
#[cfg(test)]
pub(crate) mod sample;
pub(crate) mod shape;
pub(crate) mod source;
