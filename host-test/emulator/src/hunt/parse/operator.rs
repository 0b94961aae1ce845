//! Reads one operator after a pipe.
//! Keywords are lower case, as in Kusto.

use super::cursor::Cursor;
use super::expression::{expression, named};
use super::lexer::Word;
use crate::hunt::syntax::{Key, Named, Operator};
use crate::hunt::trouble::Trouble;
use crate::hunt::vocabulary;

pub(crate) fn parse(cursor: &mut Cursor<'_>) -> Result<Operator, Trouble> {
    let start = *cursor;
    let name = cursor.name()?;
    Ok(match name.as_str() {
        "where" | "filter" => Operator::Where(expression(cursor)?),
        "project" => Operator::Project(cursor.list(named)?),
        "project-away" => Operator::ProjectAway(cursor.list(away)?),
        "extend" => Operator::Extend(cursor.list(named)?),
        "summarize" => summarize(cursor)?,
        "order" | "sort" => {
            cursor.expect_keyword("by")?;
            Operator::Sort(cursor.list(key)?)
        }
        "top" => {
            let count = cursor.count()?;
            cursor.expect_keyword("by")?;
            Operator::Top(count, key(cursor)?)
        }
        "take" | "limit" => Operator::Take(cursor.count()?),
        "count" => Operator::Count,
        "distinct" if cursor.take_sign("*") => Operator::Distinct(Vec::new()),
        "distinct" => Operator::Distinct(cursor.list(named)?),
        "search" => Operator::Search(cursor.search_text()?),
        other => {
            vocabulary::check_operator(other)?;
            return Err(start.unexpected());
        }
    })
}

fn away(cursor: &mut Cursor<'_>) -> Result<String, Trouble> {
    if !cursor.peek_is_sign("*") {
        let name = cursor.name()?;
        if !cursor.peek_is_sign("*") {
            return Ok(name);
        }
    }
    Err(Trouble::NotEmulated("wildcards in project-away".into()))
}

fn summarize(cursor: &mut Cursor<'_>) -> Result<Operator, Trouble> {
    let by_first = matches!(cursor.peek(), Some(Word::Name(name)) if name == "by");
    let aggregates: Vec<Named> = if by_first { Vec::new() } else { cursor.list(named)? };
    let by = if cursor.take_keyword("by") { cursor.list(named)? } else { Vec::new() };
    Ok(Operator::Summarize { aggregates, by })
}

/// `x`, `x asc`, `x desc nulls last`: descending unless said otherwise, nulls where they are smallest.
fn key(cursor: &mut Cursor<'_>) -> Result<Key, Trouble> {
    let expression = expression(cursor)?;
    let ascending = cursor.take_keyword("asc");
    if !ascending {
        cursor.take_keyword("desc");
    }
    let mut nulls_first = ascending;
    if cursor.take_keyword("nulls") {
        nulls_first = cursor.take_keyword("first");
        if !nulls_first {
            cursor.expect_keyword("last")?;
        }
    }
    Ok(Key { expression, descending: !ascending, nulls_first })
}
