//! The tenant's contents: people, devices, incidents, alerts.
//! Invented, the same at every start, and dated back from the start, so that a demonstration is never stale.

pub(crate) mod alert;
pub(crate) mod comment;
mod correlation;
pub(crate) mod device;
pub(crate) mod evidence;
mod generate;
pub(crate) mod incident;
pub(crate) mod person;
mod scenario;
pub(crate) mod seed;
mod source;
pub(crate) mod store;
pub(crate) mod tenant;
pub(crate) mod vocabulary;
