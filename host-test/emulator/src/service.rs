//! The two services of one tenant, and which of them a request is for.
//! Free of sockets, so that every answer can be tested by a function call.

use std::sync::Arc;

use crate::data::store::Store;
use crate::entra::directory::Directory;
use crate::hunt::Tables;
use crate::message::{Answer, Request, clock};
use crate::{entra, graph};

/// Entra ID and Graph of one tenant.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) directory: Directory,
    store: Arc<Store>,
    tables: Tables,
}

impl Service {
    pub(crate) fn new(incidents: usize, token_seconds: i64, synthetic_rows: usize) -> Self {
        let store = Arc::new(Store::new(incidents, clock::now()));
        let tables = Tables::new(store.clone(), synthetic_rows);
        Self { directory: Directory::new(token_seconds), store, tables }
    }

    /// Answers any request that is not for the emulator itself.
    pub(crate) fn answer(&self, request: &Request) -> Answer {
        entra::answer(&self.directory, request)
            .unwrap_or_else(|| graph::answer(&self.directory.tokens, &self.store, &self.tables, request))
    }
}
