//! The part of OData 4 that the security endpoints take: query options, filters, pages.
//! Knows nothing of incidents; a collection describes itself as an [`EntityType`].

mod entity;
mod filter;
mod known;
mod lexer;
mod literal;
mod option;
mod page;
mod trouble;
mod vocabulary;

pub(crate) use entity::{EntityType, Kind, Operand, Property, Record, filtered, shown};
pub(crate) use option::{Options, Scope};
pub(crate) use page::next_link;
pub(crate) use trouble::Trouble;
pub(crate) use vocabulary::{SENTINEL, Vocabulary};
