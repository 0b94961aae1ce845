//! Evaluation: from a table and the operators of a query to rows.
//! Each expression is bound once to the columns of the step before, then applied to every row.

mod aggregate;
mod binary;
mod bind;
mod function;
mod matching;
pub(super) mod pipeline;
mod projection;
mod scope;
pub(super) mod search;
mod summarize;
