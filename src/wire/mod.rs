//! One request and its retries within a deadline, and the host that sends it.

pub mod body;
pub mod error_codes;
pub mod exchange;
pub mod failure;
pub mod host;
pub mod proxy_page;
pub mod retry;
#[cfg(any(test, feature = "scripted"))]
pub mod scripted;
#[cfg(all(feature = "wasi", any(target_arch = "wasm32", lint_transport)))]
pub mod wasi;
