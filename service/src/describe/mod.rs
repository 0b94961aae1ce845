//! What the service says about itself: to programs as OpenAPI, to people as a page.

pub mod console;
pub mod openapi;
pub mod schema;
