//! Input from callers, checked before anything is sent.

pub mod alert;
pub mod certificate;
pub mod config;
pub mod credential;
pub mod endpoint;
pub mod fields;
pub mod filter;
pub mod guid;
pub mod incident;
pub mod list;
pub mod multipart;
pub mod poll;
pub mod time_span;
pub mod vocabulary;

/// A blank text counts as absent.
pub fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}
