//! The two services of one tenant, and which of them a request is for.
//! Free of sockets, so that every answer can be tested by a function call.

use std::sync::Arc;

use crate::data::store::Store;
use crate::entra::directory::Directory;
use crate::graph::Source;
use crate::graph::kept::Kept;
use crate::hunt::Tables;
use crate::message::{Answer, Request, clock};
use crate::options::Options;
use crate::{entra, graph};

/// Entra ID and Graph of one tenant.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) directory: Directory,
    store: Arc<Store>,
    tables: Tables,
    kept: Option<Kept>,
}

impl Service {
    pub(crate) fn new(options: &Options) -> Self {
        let store = Arc::new(Store::new(options.incidents, clock::now()));
        let tables = Tables::new(store.clone(), options.synthetic_rows);
        let kept = options.keeps_answers.then(Kept::default);
        Self { directory: Directory::new(i64::from(options.token_seconds)), store, tables, kept }
    }

    /// Answers any request that is not for the emulator itself.
    pub(crate) fn answer(&self, request: &Request) -> Answer {
        entra::answer(&self.directory, request).unwrap_or_else(|| {
            let Self { directory, store, tables, kept } = self;
            graph::answer(&Source { tokens: &directory.tokens, store, tables, kept: kept.as_ref() }, request)
        })
    }
}
