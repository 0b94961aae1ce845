//! Reads a query: the source, then the operators after the pipes.
//! Text in, syntax out. Names are not looked up here, because that needs the columns of the step before.

mod cursor;
mod expression;
mod lexer;
mod literal;
mod operator;

use super::syntax::{Query, Source};
use super::trouble::Trouble;
use super::vocabulary;
use cursor::Cursor;
use lexer::{Word, words};

/// Reads a whole query.
pub(crate) fn parse(text: &str) -> Result<Query, Trouble> {
    let tokens = words(text)?;
    let mut cursor = Cursor::new(&tokens, text);
    let source = source(&mut cursor)?;
    let mut operators = Vec::new();
    while cursor.take_sign("|") {
        operators.push(operator::parse(&mut cursor)?);
    }
    let ended = cursor.take_sign(";");
    match cursor.peek() {
        None => Ok(Query { source, operators }),
        Some(_) if ended => Err(Trouble::NotEmulated("several statements".into())),
        Some(_) => Err(cursor.unexpected()),
    }
}

fn source(cursor: &mut Cursor<'_>) -> Result<Source, Trouble> {
    if cursor.peek_is_sign("(") {
        return Err(Trouble::NotEmulated("a query in parentheses".into()));
    }
    let name = cursor.name()?;
    if name == "search" {
        return cursor.search_text().map(Source::Search);
    }
    vocabulary::check_operator(&name)?;
    match cursor.peek() {
        Some(Word::Sign("(")) => Err(Trouble::NotEmulated(format!("the function '{name}' in place of a table"))),
        Some(Word::Sign(".")) => Err(Trouble::NotEmulated("tables of another database".into())),
        _ => Ok(Source::Table(name)),
    }
}
