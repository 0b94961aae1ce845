//! The real engine, WASI 0.3: requests from callers, and the connector's own requests.

pub mod client;
pub mod server;
