//! Why a component cannot be used, in one sentence that names the file.
//!
//! This is what an operator sees first, so it says what is wrong and never exposes wasmtime's internals.

use crate::outbound::proxy::InvalidProxy;
use crate::outbound::tls::InvalidAuthority;

/// A component or settings that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file cannot be read.
    #[error("cannot read {name}: {source}")]
    Unreadable {
        /// The file.
        name: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file is something else.
    #[error("{name} is {found}")]
    NotAComponent {
        /// The file.
        name: String,
        /// What it is.
        found: &'static str,
    },
    /// It looks like a component but does not compile.
    #[error("{name} is not a valid component: {reason}")]
    Invalid {
        /// The file.
        name: String,
        /// What the compiler said.
        reason: String,
    },
    /// Another component.
    #[error("{name} is not the Defender XDR connector: it lacks the export {missing}")]
    Incomplete {
        /// The file.
        name: String,
        /// Interfaces that are missing.
        missing: String,
    },
    /// It imports more than the sandbox offers.
    #[error("{name} imports what the sandbox does not offer: {foreign}")]
    Foreign {
        /// The file.
        name: String,
        /// Interfaces that are not offered.
        foreign: String,
    },
    /// Its interfaces have other types or versions.
    #[error("{name} was built for another version of the interface: {reason}")]
    Incompatible {
        /// The file.
        name: String,
        /// The first difference.
        reason: String,
    },
    /// The private authority's certificates cannot be used.
    #[error("the CA certificates cannot be used: {0}")]
    Authority(String),
    /// The proxy cannot be used.
    #[error("{0}")]
    Proxy(String),
    /// The machine cannot run WebAssembly as configured.
    #[error("cannot start the WebAssembly engine: {0}")]
    Engine(String),
}

impl LoadError {
    #[expect(clippy::needless_pass_by_value, reason = "fits map_err")]
    pub(crate) fn engine(error: wasmtime::Error) -> Self {
        Self::Engine(format!("{error:#}"))
    }
}

impl From<InvalidAuthority> for LoadError {
    fn from(error: InvalidAuthority) -> Self {
        Self::Authority(error.to_string())
    }
}

impl From<InvalidProxy> for LoadError {
    fn from(error: InvalidProxy) -> Self {
        Self::Proxy(error.to_string())
    }
}
