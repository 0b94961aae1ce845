//! Reading and writing of texts: JSON, URLs, times, secrets, and the faults that messages are made of.

pub mod datetime;
pub mod excerpt;
pub mod fault;
pub mod json;
pub mod origin;
pub mod percent;
pub mod record;
pub mod secret;
