//! The shape of a query once it is read: a source and the operators after it.
//! Names are not looked up yet; that needs the columns of the step before.

use super::cell::{Cell, Kind};

#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) source: Source,
    pub(crate) operators: Vec<Operator>,
}

#[derive(Debug)]
pub(crate) enum Source {
    Table(String),
    /// `search "text"` over all tables.
    Search(String),
}

/// One step after a pipe.
#[derive(Debug)]
pub(crate) enum Operator {
    Where(Expression),
    Project(Vec<Named>),
    ProjectAway(Vec<String>),
    Extend(Vec<Named>),
    Summarize {
        aggregates: Vec<Named>,
        by: Vec<Named>,
    },
    Sort(Vec<Key>),
    Top(usize, Key),
    Take(usize),
    Count,
    /// No columns means all of them.
    Distinct(Vec<Named>),
    Search(String),
}

impl Operator {
    /// The name in error messages.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Where(_) => "where",
            Self::Project(_) => "project",
            Self::ProjectAway(_) => "project-away",
            Self::Extend(_) => "extend",
            Self::Summarize { .. } => "summarize",
            Self::Sort(_) => "sort",
            Self::Top(..) => "top",
            Self::Take(_) => "take",
            Self::Count => "count",
            Self::Distinct(_) => "distinct",
            Self::Search(_) => "search",
        }
    }
}

/// An expression, and the name it was given, if any.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) name: Option<String>,
    pub(crate) expression: Expression,
}

/// Something to sort by.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) expression: Expression,
    pub(crate) descending: bool,
    pub(crate) nulls_first: bool,
}

#[derive(Debug)]
pub(crate) enum Expression {
    Column(String),
    Literal(Kind, Cell),
    /// All columns, in `arg_max(x, *)`.
    Star,
    Call(String, Vec<Expression>),
    Binary(Binary, Box<Expression>, Box<Expression>),
    /// A named string operator, with its argument or list of arguments.
    Match(String, Box<Expression>, Vec<Expression>),
    Between(Box<Expression>, Box<Expression>, Box<Expression>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binary {
    And,
    Or,
    Equal,
    NotEqual,
    EqualIgnoringCase,
    NotEqualIgnoringCase,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}
