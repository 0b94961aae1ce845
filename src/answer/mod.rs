//! What comes back: incidents, and the envelope around the data of `invoke`.

pub mod envelope;
pub mod incident;
