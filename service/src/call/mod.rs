//! A caller's request: what it asks for, and whether it may.

pub mod http;
pub mod key;
pub mod media;
pub mod route;
