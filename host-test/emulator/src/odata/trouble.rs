//! Why a query option is not applied.
//! A value of its own, because only the caller knows how Graph wraps an error.

/// Why a query option is not applied.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It is wrong, in the words of the OData library.
    Query(String),
    /// It may be right, but is not emulated.
    NotEmulated(String),
}

impl From<String> for Trouble {
    fn from(message: String) -> Self {
        Self::Query(message)
    }
}
