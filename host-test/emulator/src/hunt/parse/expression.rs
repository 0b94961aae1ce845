//! Reads expressions, from `or` down to names and literals.
//! One function per level of precedence.

use super::cursor::Cursor;
use super::lexer::Word;
use crate::hunt::cell::{Cell, Kind};
use crate::hunt::syntax::{Binary, Expression, Named};
use crate::hunt::trouble::Trouble;
use crate::hunt::vocabulary;

/// String operators. Each also exists with the prefix `!`, the suffix `_cs`, and both.
const MATCHES: [&str; 6] = ["contains", "has", "startswith", "endswith", "hasprefix", "hassuffix"];
/// Operators with a list of arguments.
const LIST_MATCHES: [&str; 6] = ["in", "!in", "in~", "!in~", "has_any", "has_all"];

/// `name = expression`, or the expression alone.
pub(crate) fn named(cursor: &mut Cursor<'_>) -> Result<Named, Trouble> {
    let name = match (cursor.peek(), cursor.peek_second()) {
        (Some(Word::Name(name)), Some(Word::Sign("="))) => {
            cursor.next();
            cursor.next();
            Some(name.clone())
        }
        _ => None,
    };
    Ok(Named { name, expression: expression(cursor)? })
}

pub(crate) fn expression(cursor: &mut Cursor<'_>) -> Result<Expression, Trouble> {
    cursor.nested(disjunction)
}

/// Chains nest to the left and are evaluated recursively, so their length is limited.
const MAX_CHAIN: usize = 500;

/// Operands with operators of one level between them.
fn chain(
    cursor: &mut Cursor<'_>,
    operand: fn(&mut Cursor<'_>) -> Result<Expression, Trouble>,
    operators: &[(&str, Binary)],
) -> Result<Expression, Trouble> {
    let mut left = operand(cursor)?;
    for _ in 0..MAX_CHAIN {
        let found = operators.iter().find(|(word, _)| cursor.take_sign(word) || cursor.take_keyword(word));
        let Some((_, operator)) = found else { return Ok(left) };
        left = binary(*operator, left, operand(cursor)?);
    }
    Err(Trouble::NotEmulated(format!("expressions of more than {MAX_CHAIN} terms")))
}

fn disjunction(cursor: &mut Cursor<'_>) -> Result<Expression, Trouble> {
    chain(cursor, conjunction, &[("or", Binary::Or)])
}

fn conjunction(cursor: &mut Cursor<'_>) -> Result<Expression, Trouble> {
    chain(cursor, comparison, &[("and", Binary::And)])
}

fn comparison(cursor: &mut Cursor<'_>) -> Result<Expression, Trouble> {
    let left = sum(cursor)?;
    let operator = match cursor.peek() {
        Some(Word::Sign(sign)) => match *sign {
            "==" => Binary::Equal,
            "!=" | "<>" => Binary::NotEqual,
            "=~" => Binary::EqualIgnoringCase,
            "!~" => Binary::NotEqualIgnoringCase,
            "<" => Binary::Less,
            "<=" => Binary::LessOrEqual,
            ">" => Binary::Greater,
            ">=" => Binary::GreaterOrEqual,
            _ => return Ok(left),
        },
        Some(Word::Name(name)) => return matched(cursor, left, name),
        _ => return Ok(left),
    };
    cursor.next();
    Ok(binary(operator, left, sum(cursor)?))
}

fn matched(cursor: &mut Cursor<'_>, left: Expression, name: &str) -> Result<Expression, Trouble> {
    let left = Box::new(left);
    let plain = name.strip_prefix('!').unwrap_or(name);
    if MATCHES.contains(&plain.strip_suffix("_cs").unwrap_or(plain)) {
        cursor.next();
        let right = sum(cursor)?;
        return Ok(Expression::Match(name.to_owned(), left, vec![right]));
    }
    if LIST_MATCHES.contains(&name) {
        cursor.next();
        cursor.expect_sign("(")?;
        let items = cursor.list(expression)?;
        let items = close(cursor, items)?;
        return Ok(Expression::Match(name.to_owned(), left, items));
    }
    match name {
        "matches" => {
            cursor.next();
            cursor.expect_keyword("regex")?;
            let pattern = sum(cursor)?;
            Ok(Expression::Match("matches regex".to_owned(), left, vec![pattern]))
        }
        "between" => {
            cursor.next();
            cursor.expect_sign("(")?;
            let low = sum(cursor)?;
            cursor.expect_sign("..")?;
            let high = sum(cursor)?;
            cursor.expect_sign(")")?;
            Ok(Expression::Between(left, Box::new(low), Box::new(high)))
        }
        _ => vocabulary::check_match(name).map(|()| *left),
    }
}

fn sum(cursor: &mut Cursor<'_>) -> Result<Expression, Trouble> {
    chain(cursor, product, &[("+", Binary::Add), ("-", Binary::Subtract)])
}

fn product(cursor: &mut Cursor<'_>) -> Result<Expression, Trouble> {
    chain(cursor, primary, &[("*", Binary::Multiply), ("/", Binary::Divide), ("%", Binary::Modulo)])
}

fn primary(cursor: &mut Cursor<'_>) -> Result<Expression, Trouble> {
    if cursor.take_sign("(") {
        let inner = expression(cursor)?;
        return close(cursor, inner);
    }
    if cursor.take_sign("-") {
        let inner = cursor.nested(primary)?;
        return Ok(match inner {
            Expression::Literal(kind, Cell::TimeSpan(ticks)) => Expression::Literal(kind, Cell::TimeSpan(-ticks)),
            other => binary(Binary::Subtract, Expression::Literal(Kind::Long, Cell::Long(0)), other),
        });
    }
    match cursor.peek() {
        Some(Word::Sign("*")) => {
            cursor.next();
            Ok(Expression::Star)
        }
        Some(Word::Literal(kind, cell)) => {
            cursor.next();
            Ok(Expression::Literal(*kind, cell.clone()))
        }
        Some(Word::Sign("[")) => Err(Trouble::NotEmulated("names and values in brackets".into())),
        Some(Word::Name(name)) => {
            cursor.next();
            if cursor.peek_is_sign(".") || cursor.peek_is_sign("[") {
                return Err(Trouble::NotEmulated(format!("members of the dynamic value {name}")));
            }
            check_source(name, cursor.peek())?;
            if !cursor.take_sign("(") {
                return Ok(Expression::Column(name.clone()));
            }
            let arguments = if cursor.peek_is_sign(")") { Vec::new() } else { cursor.list(expression)? };
            Ok(Expression::Call(name.clone(), close(cursor, arguments)?))
        }
        _ => Err(cursor.unexpected()),
    }
}

/// Words that begin a query within parentheses, where an expression could stand.
const SOURCES: [&str; 8] = ["datatable", "externaldata", "find", "print", "range", "search", "table", "union"];

/// Refuses a query in place of an expression, recognised by its first word and what follows it.
fn check_source(name: &str, next: Option<&Word>) -> Result<(), Trouble> {
    let has_source = matches!(next, Some(Word::Name(_) | Word::Literal(..) | Word::Sign("(")));
    if SOURCES.contains(&name) && has_source { Err(vocabulary::inner_query()) } else { Ok(()) }
}

/// The closing parenthesis, and what must not follow it.
fn close<T>(cursor: &mut Cursor<'_>, inside: T) -> Result<T, Trouble> {
    if cursor.peek_is_sign("|") {
        return Err(vocabulary::inner_query());
    }
    cursor.expect_sign(")")?;
    if cursor.peek_is_sign(".") || cursor.peek_is_sign("[") {
        return Err(Trouble::NotEmulated("members of dynamic values".into()));
    }
    Ok(inside)
}

fn binary(operator: Binary, left: Expression, right: Expression) -> Expression {
    Expression::Binary(operator, Box::new(left), Box::new(right))
}
