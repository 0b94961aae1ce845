//! All requests to Microsoft Graph, and what its refusals mean.

pub mod call;
pub mod refusal;
pub mod session;
