//! The emulator over real sockets: each fact of the wire contract that it implements, as a test.
//! One program, because linking a dozen would take longer than running them.

mod alert;
mod bearer;
mod body_fault;
mod client;
mod connection_fault;
mod control;
mod fault;
mod hunting;
mod incident;
mod incident_change;
mod incident_list;
mod lifecycle;
mod schema;
mod token;
