//! Tokens of Entra ID: asked for, kept, renewed, and what a refusal means.

pub mod cache;
pub mod challenge;
pub mod entra;
pub mod token;
