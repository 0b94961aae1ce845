//! What comes back: incidents, alerts and comments, and the envelope around the data of `invoke`.

pub mod alert;
pub mod comment;
pub mod envelope;
pub mod incident;
pub mod resource;
