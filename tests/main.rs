//! The built component against the emulator: what a platform sees.
//!
//! These tests belong to the package `host-test`, so that those of the guest need no WebAssembly engine.

mod bench;
mod catalog;
mod chaos;
mod cli;
mod deadline;
mod documents;
mod examples;
mod limits;
mod metadata;
mod permission;
mod proxy;
mod replay;
mod sandbox;
mod secrets;
mod service;
mod sign_in;
mod soak;
mod support;
mod terminal;
mod text;
mod tls;
mod token;
mod trigger;
