//! Resolves host names.
//!
//! The system's resolver, with errors that differ from those of TCP, so that the guest learns that a name is wrong.

use std::error::Error as StdError;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tower_service::Service;

pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;
pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// The system's resolver.
#[derive(Clone, Debug)]
pub(crate) struct Resolver(GaiResolver);

/// A name that does not resolve.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct DnsFailure(std::io::Error);

impl Resolver {
    pub(crate) fn new() -> Self {
        Self(GaiResolver::new())
    }
}

impl Service<Name> for Resolver {
    type Response = <GaiResolver as Service<Name>>::Response;
    type Error = BoxError;
    type Future = BoxFuture<Self::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let resolving = self.0.call(name);
        Box::pin(async move { resolving.await.map_err(|error| DnsFailure(error).into()) })
    }
}
