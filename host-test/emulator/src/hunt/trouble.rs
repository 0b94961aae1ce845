//! Why a hunt has no result.
//! The engine's own wording, because a client passes it on to the person who wrote the query.

/// Why there is no result.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The query is wrong, in the engine's words.
    Query(String),
    /// The query may be right, but is beyond this engine.
    NotEmulated(String),
}

impl Trouble {
    /// A name or type that does not fit.
    pub(crate) fn semantic(operator: &str, message: impl std::fmt::Display) -> Self {
        if operator.is_empty() {
            return Self::Query(format!("{message}. Fix semantic errors in your query."));
        }
        Self::Query(format!("'{operator}' operator: {message}. Fix semantic errors in your query."))
    }

    /// Text that is not a query.
    pub(crate) fn syntax(found: &str, line: usize, column: usize) -> Self {
        Self::Query(format!(
            "The query contains syntax errors: Query could not be parsed at '{found}' on line [{line},{column}]. Fix syntax \
             errors in your query."
        ))
    }
}
