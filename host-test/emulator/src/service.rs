//! The two services and what they share; the way of one request through them.
//! Free of sockets, so that every answer can be tested by a function call.

use std::sync::{Arc, PoisonError, RwLock};

use crate::answer::Answer;
use crate::app::App;
use crate::clock;
use crate::data::store::Store;
use crate::entra;
use crate::entra::token_store::TokenStore;
use crate::graph;
use crate::hunt::Tables;
use crate::request::Request;

/// Entra ID and Graph of one tenant.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) base_url: String,
    pub(crate) token_seconds: i64,
    pub(crate) tokens: TokenStore,
    pub(crate) store: Arc<Store>,
    pub(crate) tables: Tables,
    apps: RwLock<Vec<App>>,
}

impl Service {
    pub(crate) fn new(base_url: String, incidents: usize, token_seconds: i64, synthetic_rows: usize) -> Self {
        let store = Arc::new(Store::new(incidents, clock::now()));
        let tables = Tables::new(store.clone(), synthetic_rows);
        Self {
            base_url,
            token_seconds,
            tokens: TokenStore::default(),
            store,
            tables,
            apps: RwLock::new(vec![App::standard()]),
        }
    }

    /// Registers an app; one with the same client id is replaced.
    pub(crate) fn register(&self, app: App) {
        let mut apps = self.apps.write().unwrap_or_else(PoisonError::into_inner);
        apps.retain(|known| !known.client_id.eq_ignore_ascii_case(&app.client_id));
        apps.push(app);
    }

    pub(crate) fn app(&self, client_id: &str) -> Option<App> {
        let apps = self.apps.read().unwrap_or_else(PoisonError::into_inner);
        apps.iter().find(|app| app.client_id.eq_ignore_ascii_case(client_id)).cloned()
    }

    /// Answers any request that is not for the emulator itself.
    pub(crate) fn answer(&self, request: &Request) -> Answer {
        match entra::answer(self, request) {
            Some(answer) => answer,
            None => graph::answer(self, request),
        }
    }
}
