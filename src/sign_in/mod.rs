//! Tokens from Entra ID: how they are requested, kept and renewed, and what a refusal means.

pub mod assertion;
pub mod cache;
pub mod challenge;
pub mod entra;
pub mod token;
