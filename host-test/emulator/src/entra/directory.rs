//! What Entra ID knows of the tenant: its app registrations and the tokens it issued.
//! Separate from the records, which only Graph serves.

use std::sync::{PoisonError, RwLock};

use super::app::App;
use super::token_store::TokenStore;

/// The directory of one tenant.
#[derive(Debug)]
pub(crate) struct Directory {
    pub(crate) token_seconds: i64,
    pub(crate) tokens: TokenStore,
    apps: RwLock<Vec<App>>,
}

impl Directory {
    pub(crate) fn new(token_seconds: i64) -> Self {
        Self { token_seconds, tokens: TokenStore::default(), apps: RwLock::new(vec![App::standard()]) }
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
}
