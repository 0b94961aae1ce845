//! What passes between the rooms: a request, an answer, and the formats of time in both.
//! At the bottom of everything, so that each room can be tested without the one before it.

mod answer;
pub(crate) mod clock;
mod request;

pub(crate) use answer::{Answer, Pieces};
pub(crate) use request::Request;
