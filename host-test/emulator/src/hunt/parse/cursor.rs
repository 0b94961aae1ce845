//! The place in the words of a query, with the moves that every parser makes.
//! Shared by the parsers of operators and expressions, which would otherwise each need the other.

use super::lexer::{Token, Word};
use crate::hunt::cell::Cell;
use crate::hunt::trouble::Trouble;

/// Nesting beyond this is refused; the parser works recursively.
const MAX_DEPTH: usize = 64;

/// The place in the words of a query.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    tokens: &'a [Token],
    /// Line and column after the last word.
    end: (usize, usize),
    depth: usize,
}

impl<'a> Cursor<'a> {
    /// The start of a text that was cut into these words.
    pub(crate) fn new(tokens: &'a [Token], text: &str) -> Self {
        let last_line = text.rsplit('\n').next().unwrap_or_default();
        let end = (text.matches('\n').count() + 1, last_line.chars().count() + 1);
        Self { tokens, end, depth: 0 }
    }

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

    pub(crate) fn expect_keyword(&mut self, keyword: &str) -> Result<(), Trouble> {
        if self.take_keyword(keyword) { Ok(()) } else { Err(self.unexpected()) }
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

    /// Items separated by commas.
    pub(crate) fn list<T>(&mut self, item: impl Fn(&mut Self) -> Result<T, Trouble>) -> Result<Vec<T>, Trouble> {
        let mut items = vec![item(self)?];
        while self.take_sign(",") {
            items.push(item(self)?);
        }
        Ok(items)
    }
}
