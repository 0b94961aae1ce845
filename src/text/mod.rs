//! Reads and writes texts: JSON, URLs, times, secrets, and errors.

pub mod datetime;
pub mod excerpt;
pub mod fault;
pub mod json;
pub mod jwt;
pub mod origin;
pub mod percent;
pub mod record;
pub mod secret;
