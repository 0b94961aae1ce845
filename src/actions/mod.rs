//! The actions: each checks its arguments, calls Graph and decodes the answer, as typed values or as JSON for `invoke`.

pub mod check;
pub mod generic;
pub mod get_incident;
pub mod list_incidents;
pub mod poll_incidents;
pub mod run_hunting_query;
pub mod update_incident;
