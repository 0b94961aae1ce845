//! Reads a query: the source, the operators, and the cursor that both parsers share.
//! Operators are in `operator`, expressions in `expression`; all of them move the same cursor.

use super::Trouble;
use super::cell::Cell;
use super::lexer::{Token, Word, words};
use super::operator;
use super::syntax::{Query, Source};
use super::vocabulary;

/// Nesting beyond this is refused; the parser works recursively.
const MAX_DEPTH: usize = 64;

/// Reads a whole query.
pub(crate) fn parse(text: &str) -> Result<Query, Trouble> {
    let tokens = words(text)?;
    let mut cursor = Cursor { tokens: &tokens, end: end_of(text), depth: 0 };
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

fn end_of(text: &str) -> (usize, usize) {
    (text.matches('\n').count() + 1, text.rsplit('\n').next().unwrap_or_default().chars().count() + 1)
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

/// The place in the words of a query.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    tokens: &'a [Token],
    end: (usize, usize),
    depth: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn peek(&self) -> Option<&'a Word> {
        self.tokens.first().map(|token| &token.word)
    }

    pub(crate) fn peek_second(&self) -> Option<&'a Word> {
        self.tokens.get(1).map(|token| &token.word)
    }

    pub(crate) fn next(&mut self) -> Option<&'a Word> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(&first.word)
    }

    /// The error for the word that comes next.
    pub(crate) fn unexpected(&self) -> Trouble {
        match self.tokens.first() {
            Some(token) => Trouble::syntax(&token.text, token.line, token.column),
            None => Trouble::syntax("", self.end.0, self.end.1),
        }
    }

    pub(crate) fn peek_is_sign(&self, sign: &str) -> bool {
        matches!(self.peek(), Some(Word::Sign(found)) if *found == sign)
    }

    pub(crate) fn take_sign(&mut self, sign: &str) -> bool {
        let found = self.peek_is_sign(sign);
        if found {
            self.next();
        }
        found
    }

    pub(crate) fn expect_sign(&mut self, sign: &str) -> Result<(), Trouble> {
        if self.take_sign(sign) { Ok(()) } else { Err(self.unexpected()) }
    }

    pub(crate) fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = matches!(self.peek(), Some(Word::Name(name)) if name == keyword);
        if found {
            self.next();
        }
        found
    }

    pub(crate) fn name(&mut self) -> Result<String, Trouble> {
        match self.peek() {
            Some(Word::Name(name)) => {
                self.next();
                Ok(name.clone())
            }
            Some(Word::Sign("[")) if matches!(self.peek_second(), Some(Word::Literal(_, Cell::String(_)))) => {
                Err(Trouble::NotEmulated("names in brackets such as ['…']".into()))
            }
            _ => Err(self.unexpected()),
        }
    }

    pub(crate) fn count(&mut self) -> Result<usize, Trouble> {
        match self.peek() {
            Some(Word::Literal(_, Cell::Long(count))) => {
                let count = usize::try_from(*count).map_err(|_| self.unexpected())?;
                self.next();
                Ok(count)
            }
            _ => Err(self.unexpected()),
        }
    }

    pub(crate) fn text(&mut self) -> Result<String, Trouble> {
        match self.peek() {
            Some(Word::Literal(_, Cell::String(text))) => {
                self.next();
                Ok(text.to_string())
            }
            _ => Err(self.unexpected()),
        }
    }

    /// What `search` looks for: one text, without the further grammar of that operator.
    pub(crate) fn search_text(&mut self) -> Result<String, Trouble> {
        let not_emulated = |what: &str| Trouble::NotEmulated(format!("search {what}"));
        match self.peek() {
            Some(Word::Name(scope)) => return Err(not_emulated(scope)),
            Some(Word::Sign(sign @ ("*" | "("))) => return Err(not_emulated(sign)),
            _ => {}
        }
        let text = self.text()?;
        if text.contains('*') {
            return Err(not_emulated("with wildcards"));
        }
        match self.peek() {
            Some(Word::Name(word)) => Err(not_emulated(&format!("'…' {word}"))),
            _ => Ok(text),
        }
    }

    /// Runs a parser one level deeper.
    pub(crate) fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T, Trouble>) -> Result<T, Trouble> {
        if self.depth >= MAX_DEPTH {
            return Err(self.unexpected());
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    /// Items with commas between them.
    pub(crate) fn list<T>(&mut self, item: impl Fn(&mut Self) -> Result<T, Trouble>) -> Result<Vec<T>, Trouble> {
        let mut items = vec![item(self)?];
        while self.take_sign(",") {
            items.push(item(self)?);
        }
        Ok(items)
    }
}
