//! `$filter`: a parser that knows the types, and the evaluation of what it read.
//! Strict about names, members and types, because the service refuses what a lenient one would let pass.

use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use super::lexer::{Token, Word, words};
use super::{EntityType, Kind, Operand, Property, Record};

/// The OData library stops at this many nodes; it also bounds the recursion here.
const MAX_NODES: usize = 100;

/// A filter that can be applied.
#[derive(Debug)]
pub(crate) enum Condition {
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
    Compare(&'static Property, Operator, Literal),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    GreaterThan,
    GreaterThanOrEqual,
    LessThan,
    LessThanOrEqual,
}

/// The other side of a comparison, already of the property's type.
#[derive(Debug)]
pub(crate) enum Literal {
    Null,
    Text(String),
    Time(Timestamp),
    Member(usize),
}

impl Condition {
    /// Reads an expression over the properties of a type.
    pub(crate) fn read(expression: &str, entity: &EntityType) -> Result<Self, String> {
        let tokens = words(expression)?;
        let mut parser = Parser { expression, entity, tokens: &tokens, nodes: 0 };
        let condition = parser.disjunction()?;
        match parser.tokens.first() {
            None => Ok(condition),
            Some(token) => Err(parser.syntax_error(token.at)),
        }
    }

    /// Whether a record passes.
    pub(crate) fn holds(&self, record: &impl Record) -> bool {
        match self {
            Self::And(left, right) => left.holds(record) && right.holds(record),
            Self::Or(left, right) => left.holds(record) || right.holds(record),
            Self::Not(inner) => !inner.holds(record),
            Self::Compare(property, operator, literal) => {
                let operand = match literal {
                    Literal::Null => Operand::Null,
                    Literal::Text(text) => Operand::Text(text),
                    Literal::Time(time) => Operand::Time(*time),
                    Literal::Member(rank) => Operand::Member(*rank),
                };
                operator.holds(record.operand(property), operand)
            }
        }
    }
}

impl Operator {
    fn read(word: &str) -> Option<Self> {
        Some(match word {
            "eq" => Self::Equal,
            "ne" => Self::NotEqual,
            "gt" => Self::GreaterThan,
            "ge" => Self::GreaterThanOrEqual,
            "lt" => Self::LessThan,
            "le" => Self::LessThanOrEqual,
            _ => return None,
        })
    }

    /// Null equals null only; in comparisons by size it makes them false (OData 4.01 URL conventions, 5.1.1.1).
    fn holds(self, left: Operand<'_>, right: Operand<'_>) -> bool {
        let order = left.cmp(&right);
        let sized = left != Operand::Null && right != Operand::Null;
        match self {
            Self::Equal => order == Ordering::Equal,
            Self::NotEqual => order != Ordering::Equal,
            Self::GreaterThan => sized && order == Ordering::Greater,
            Self::GreaterThanOrEqual => sized && order != Ordering::Less,
            Self::LessThan => sized && order == Ordering::Less,
            Self::LessThanOrEqual => sized && order != Ordering::Greater,
        }
    }
}

struct Parser<'a> {
    expression: &'a str,
    entity: &'a EntityType,
    tokens: &'a [Token],
    nodes: usize,
}

impl<'a> Parser<'a> {
    fn disjunction(&mut self) -> Result<Condition, String> {
        let mut left = self.conjunction()?;
        while self.take_keyword("or") {
            left = Condition::Or(Box::new(left), Box::new(self.conjunction()?));
        }
        Ok(left)
    }

    fn conjunction(&mut self) -> Result<Condition, String> {
        let mut left = self.term()?;
        while self.take_keyword("and") {
            left = Condition::And(Box::new(left), Box::new(self.term()?));
        }
        Ok(left)
    }

    fn term(&mut self) -> Result<Condition, String> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(format!("The node count limit of '{MAX_NODES}' has been exceeded."));
        }
        if self.take_keyword("not") {
            return Ok(Condition::Not(Box::new(self.term()?)));
        }
        match self.next() {
            Some(Token { word: Word::Open, .. }) => {
                let inner = self.disjunction()?;
                match self.next() {
                    Some(Token { word: Word::Close, .. }) => Ok(inner),
                    other => Err(self.syntax_error(other.map_or(self.expression.len(), |token| token.at))),
                }
            }
            Some(Token { word: Word::Bare(name), at }) => self.comparison(name, *at),
            Some(token) => Err(self.syntax_error(token.at)),
            None => Err(format!("Expression expected at position {} in '{}'.", self.expression.len(), self.expression)),
        }
    }

    fn comparison(&mut self, name: &str, at: usize) -> Result<Condition, String> {
        if matches!(self.tokens.first(), Some(Token { word: Word::Open, .. })) {
            return Err(format!("An unknown function with name '{name}' was found."));
        }
        let property = self.entity.property(name)?;
        if !property.filterable {
            return Err(format!("The property '{name}' cannot be used in the $filter query option."));
        }
        let operator = match self.next() {
            Some(Token { word: Word::Bare(word), at }) => Operator::read(word).ok_or_else(|| self.syntax_error(*at))?,
            other => return Err(self.syntax_error(other.map_or(at + name.len(), |token| token.at))),
        };
        let literal = match self.next() {
            Some(token) => self.literal(property, operator, token)?,
            None => {
                return Err(format!(
                    "Expression expected at position {} in '{}'.",
                    self.expression.len(),
                    self.expression
                ));
            }
        };
        Ok(Condition::Compare(property, operator, literal))
    }

    fn literal(&self, property: &Property, operator: Operator, token: &Token) -> Result<Literal, String> {
        match (&token.word, &property.kind) {
            (Word::Bare(word), _) if word == "null" => Ok(Literal::Null),
            (Word::Text(text), Kind::Text) => Ok(Literal::Text(text.clone())),
            (Word::Text(text), Kind::Member(vocabulary)) => vocabulary
                .read(text)
                .and_then(|member| vocabulary.rank(member))
                .map(Literal::Member)
                .ok_or_else(|| format!("The string '{text}' is not a valid enumeration type constant.")),
            (Word::Bare(word), Kind::Time) => {
                read_time(word).map(Literal::Time).ok_or_else(|| self.syntax_error(token.at))
            }
            (Word::Text(_), Kind::Time) => Err(format!(
                "A binary operator with incompatible types was detected. Found operand types 'Edm.DateTimeOffset' and \
                 'Edm.String' for operator kind '{operator:?}'."
            )),
            (Word::Bare(word), _) => {
                Err(format!("Could not find a property named '{word}' on type '{}'.", self.entity.name))
            }
            _ => Err(self.syntax_error(token.at)),
        }
    }

    fn next(&mut self) -> Option<&'a Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = matches!(self.tokens.first(), Some(Token { word: Word::Bare(word), .. }) if word == keyword);
        if found {
            self.next();
        }
        found
    }

    fn syntax_error(&self, at: usize) -> String {
        format!("Syntax error at position {at} in '{}'.", self.expression)
    }
}

/// A date-time with its zone, or a date, which means its midnight in UTC.
fn read_time(word: &str) -> Option<Timestamp> {
    if let Ok(date) = word.parse::<Date>()
        && word.len() == 10
    {
        return Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok();
    }
    word.parse().ok()
}

#[cfg(test)]
mod tests;
