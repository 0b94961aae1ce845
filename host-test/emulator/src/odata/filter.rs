//! `$filter`: a parser that knows the types, and the evaluation of what it read.
//! Strict about names, members and types, because the service refuses what a lenient parser would accept.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::entity::{EntityType, Kind, Operand, Property, Record};
use super::lexer::{Token, Word, words};
use super::trouble::Trouble;
use super::{known, literal};

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
    pub(crate) fn read(expression: &str, entity: &EntityType) -> Result<Self, Trouble> {
        let tokens = words(expression)?;
        let mut parser = Parser { expression, entity, tokens: &tokens, nodes: 0 };
        let condition = parser.disjunction()?;
        match parser.tokens.first() {
            None => Ok(condition),
            Some(token) => Err(parser.after_a_condition(token)),
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
    fn disjunction(&mut self) -> Result<Condition, Trouble> {
        let mut left = self.conjunction()?;
        while self.take_keyword("or") {
            left = Condition::Or(Box::new(left), Box::new(self.conjunction()?));
        }
        Ok(left)
    }

    fn conjunction(&mut self) -> Result<Condition, Trouble> {
        let mut left = self.term()?;
        while self.take_keyword("and") {
            left = Condition::And(Box::new(left), Box::new(self.term()?));
        }
        Ok(left)
    }

    fn term(&mut self) -> Result<Condition, Trouble> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(format!("The node count limit of '{MAX_NODES}' has been exceeded.").into());
        }
        if self.take_keyword("not") {
            return Ok(Condition::Not(Box::new(self.term()?)));
        }
        match self.next() {
            Some(Token { word: Word::Open, .. }) => {
                let inner = self.disjunction()?;
                match self.next() {
                    Some(Token { word: Word::Close, .. }) => Ok(inner),
                    Some(token) => Err(self.after_a_condition(token)),
                    None => Err(self.syntax_error(self.expression.len())),
                }
            }
            Some(Token { word: Word::Bare(name), at }) => self.comparison(name, *at),
            Some(Token { word: Word::Text(_) | Word::Typed(..), .. }) => Err(literal_first()),
            Some(token) => Err(self.syntax_error(token.at)),
            None => Err(self.expression_expected()),
        }
    }

    fn comparison(&mut self, name: &str, at: usize) -> Result<Condition, Trouble> {
        if let Some(trouble) = known::other_operator(name, Operator::read) {
            return Err(trouble);
        }
        if matches!(self.tokens.first(), Some(Token { word: Word::Open, .. })) {
            return Err(self.call(name));
        }
        if literal::bare_type(name).is_some() || name == "null" {
            return Err(literal_first());
        }
        let property = self.entity.property_or_path(name)?;
        if !property.filterable {
            return Err(format!("The property '{name}' cannot be used in the $filter query option.").into());
        }
        let operator = match self.next() {
            Some(Token { word: Word::Bare(word), at }) => Operator::read(word)
                .ok_or_else(|| known::other_operator(word, Operator::read).unwrap_or_else(|| self.syntax_error(*at)))?,
            other => return Err(self.syntax_error(other.map_or(at + name.len(), |token| token.at))),
        };
        let token = self.next().ok_or_else(|| self.expression_expected())?;
        let literal = self.literal(property, operator, token)?;
        Ok(Condition::Compare(property, operator, literal))
    }

    /// A name followed by a parenthesis.
    fn call(&self, name: &str) -> Trouble {
        if known::is_function(name) {
            return Trouble::NotEmulated(format!("the OData function '{name}'"));
        }
        match self.entity.property_or_path(name) {
            Err(trouble @ Trouble::NotEmulated(_)) => trouble,
            _ => Trouble::Query(format!("An unknown function with name '{name}' was found.")),
        }
    }

    /// The trouble with a token after a condition: OData that is not emulated, or a syntax error.
    fn after_a_condition(&self, token: &Token) -> Trouble {
        let found = match &token.word {
            Word::Bare(word) => {
                known::other_operator(word, Operator::read).or_else(|| Operator::read(word).map(|_| literal_first()))
            }
            _ => None,
        };
        found.unwrap_or_else(|| self.syntax_error(token.at))
    }

    fn literal(&self, property: &Property, operator: Operator, token: &Token) -> Result<Literal, Trouble> {
        let mismatch = |found: &str| {
            Trouble::Query(format!(
                "A binary operator with incompatible types was detected. Found operand types '{}' and '{found}' for \
                 operator kind '{operator:?}'.",
                literal::property_type(&property.kind)
            ))
        };
        let (text, named) = match &token.word {
            Word::Bare(word) if word == "null" => return Ok(Literal::Null),
            Word::Bare(word) => return self.bare(property, word, token.at, mismatch),
            Word::Text(text) => (text, None),
            Word::Typed(named, text) => (text, Some(named.as_str())),
            Word::Open => return Err(Trouble::NotEmulated("a parenthesis on the right of a comparison".into())),
            Word::Close => return Err(self.syntax_error(token.at)),
        };
        match (&property.kind, named) {
            (Kind::Text, None) => Ok(Literal::Text(text.clone())),
            (Kind::Member(vocabulary), named) if named.is_none_or(|named| named == vocabulary.name) => vocabulary
                .read(text)
                .and_then(|member| vocabulary.rank(member))
                .map(Literal::Member)
                .ok_or_else(|| format!("The string '{text}' is not a valid enumeration type constant.").into()),
            (_, None) => Err(mismatch("Edm.String")),
            (_, Some("duration")) => Err(mismatch("Edm.Duration")),
            (_, Some("binary")) => Err(mismatch("Edm.Binary")),
            (_, Some(named)) if named.contains('.') => Err(mismatch(named)),
            (_, Some(_)) => Err(self.syntax_error(token.at)),
        }
    }

    /// A word without quotes: a date where a time is expected; anything else has a wrong type or is not a literal.
    fn bare(
        &self,
        property: &Property,
        word: &str,
        at: usize,
        mismatch: impl Fn(&str) -> Trouble,
    ) -> Result<Literal, Trouble> {
        if matches!(self.tokens.first(), Some(Token { word: Word::Open, .. })) {
            return Err(self.call(word));
        }
        match (&property.kind, literal::bare_type(word)) {
            (Kind::Time, Some("Edm.DateTimeOffset" | "Edm.Date")) => {
                literal::time(word).map(Literal::Time).ok_or_else(|| self.syntax_error(at))
            }
            (_, Some(found)) => Err(mismatch(found)),
            (Kind::Time, None) if word.starts_with(|first: char| first.is_ascii_digit()) => Err(self.syntax_error(at)),
            (_, None) => {
                self.entity.property_or_path(word)?;
                Err(Trouble::NotEmulated("the comparison of two properties".into()))
            }
        }
    }

    fn expression_expected(&self) -> Trouble {
        format!("Expression expected at position {} in '{}'.", self.expression.len(), self.expression).into()
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

    fn syntax_error(&self, at: usize) -> Trouble {
        format!("Syntax error at position {at} in '{}'.", self.expression).into()
    }
}

fn literal_first() -> Trouble {
    Trouble::NotEmulated("a comparison that does not start with a property".into())
}

#[cfg(test)]
mod tests;
