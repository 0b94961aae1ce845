//! Faults: which requests they hit, and what they do to the answers.
//! For tests of everything that a client must survive and a healthy service never does.

pub(crate) mod list;
pub(crate) mod script;
pub(crate) mod spoil;
pub(crate) mod wire;
