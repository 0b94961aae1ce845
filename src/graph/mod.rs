//! All requests to Microsoft Graph, and what its refusals mean.

pub mod refusal;
pub mod session;
