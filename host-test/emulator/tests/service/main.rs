//! The emulator over real sockets: each fact of the wire contract that it implements, as a test.
//! One program, because linking a dozen would take longer than running them.

mod alert;
mod bearer;
mod body_fault;
mod certificate_assertion;
mod certificate_assertion_form;
mod client;
mod connection_fault;
mod control;
mod correlation;
mod fault;
mod federated_assertion;
mod hunting;
mod incident;
mod incident_change;
mod incident_list;
mod key;
mod lifecycle;
mod managed_identity;
mod schema;
mod signer;
mod token;
