//! The actions: each checks its arguments, calls Graph and decodes the answer, as typed values or as JSON for `invoke`.

pub mod check;
pub mod generic;
pub mod get_incident;
pub mod list_incidents;
mod page;
pub mod poll_incidents;
mod read;
pub mod run_hunting_query;
pub mod triage;
mod update;
pub mod update_incident;
