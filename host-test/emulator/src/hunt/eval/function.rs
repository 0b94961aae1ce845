//! Scalar functions.
//! A name that Kusto does not have gets the engine's error; the set here is what hunts commonly use.

use std::ops::RangeInclusive;

use jiff::Timestamp;

use super::aggregate;
use super::scope::{Scalar, Scope};
use crate::hunt::cell::{Cell, Kind, add_ticks};
use crate::hunt::syntax::Expression;
use crate::hunt::trouble::Trouble;
use crate::hunt::{date_time, vocabulary};

const TICKS_PER_DAY: i64 = 864_000_000_000;

/// Name, kind of the result, fewest and most arguments, and what it does.
type Function = (&'static str, Kind, usize, usize, fn(&[Cell], Timestamp) -> Cell);

const FUNCTIONS: [Function; 18] = [
    ("now", Kind::DateTime, 0, 1, |arguments, now| moved(now, arguments.first(), 1)),
    ("ago", Kind::DateTime, 1, 1, |arguments, now| moved(now, arguments.first(), -1)),
    ("not", Kind::Bool, 1, 1, |arguments, _| not(&arguments[0])),
    ("isempty", Kind::Bool, 1, 1, |arguments, _| Cell::Bool(arguments[0].text().is_empty())),
    ("isnotempty", Kind::Bool, 1, 1, |arguments, _| Cell::Bool(!arguments[0].text().is_empty())),
    ("isnull", Kind::Bool, 1, 1, |arguments, _| Cell::Bool(arguments[0] == Cell::Null)),
    ("isnotnull", Kind::Bool, 1, 1, |arguments, _| Cell::Bool(arguments[0] != Cell::Null)),
    ("tolower", Kind::String, 1, 1, |arguments, _| arguments[0].text().to_lowercase().into()),
    ("toupper", Kind::String, 1, 1, |arguments, _| arguments[0].text().to_uppercase().into()),
    ("tostring", Kind::String, 1, 1, |arguments, _| Cell::String(arguments[0].text())),
    ("strlen", Kind::Long, 1, 1, |arguments, _| Cell::count(arguments[0].text().chars().count())),
    ("strcat", Kind::String, 1, 64, |arguments, _| {
        arguments.iter().map(|it| it.text().to_string()).collect::<String>().into()
    }),
    ("toint", Kind::Int, 1, 1, |arguments, _| whole(&arguments[0], i64::from(i32::MIN)..=i64::from(i32::MAX))),
    ("tolong", Kind::Long, 1, 1, |arguments, _| whole(&arguments[0], i64::MIN..=i64::MAX)),
    ("todatetime", Kind::DateTime, 1, 1, |arguments, _| date_time(&arguments[0])),
    ("startofday", Kind::DateTime, 1, 1, |arguments, _| floor(&arguments[0], &Cell::TimeSpan(TICKS_PER_DAY))),
    ("bin", Kind::Dynamic, 2, 2, |arguments, _| floor(&arguments[0], &arguments[1])),
    ("iff", Kind::Dynamic, 3, 3, |arguments, _| arguments[if arguments[0].is_true() { 1 } else { 2 }].clone()),
];

/// The function of this name, if it takes this many arguments.
pub(crate) fn find_function(name: &str, arguments: usize, scope: &Scope<'_>) -> Result<&'static Function, Trouble> {
    if aggregate::is_known(name) {
        if scope.operator == "summarize" {
            return Err(Trouble::NotEmulated(format!("the aggregate '{name}' inside another expression")));
        }
        let details = "Details: aggregates need summarize";
        return Err(scope.semantic(format!("Function '{name}' cannot be invoked in current context. {details}")));
    }
    // `iif` and `floor` are other names of the same functions.
    let known = match name {
        "iif" => "iff",
        "floor" => "bin",
        other => other,
    };
    let Some(function @ (_, _, fewest, most, _)) = FUNCTIONS.iter().find(|(other, ..)| *other == known) else {
        vocabulary::check_function(name)?;
        return Err(scope.semantic(format!("Unknown function: '{name}'")));
    };
    if name == "startofday" && arguments == 2 {
        return Err(Trouble::NotEmulated("an offset of startofday()".into()));
    }
    if !(*fewest..=*most).contains(&arguments) {
        return Err(scope.semantic(format!("{name}(): function expects [{fewest}..{most}] argument(s).")));
    }
    Ok(function)
}

/// Binds a call by the name that the query uses. The first argument is needed as written too: a literal says more than
/// its type.
pub(crate) fn bind_function(
    (known, kind, _, _, function): &'static Function,
    name: &str,
    written: Option<&Expression>,
    arguments: Vec<Scalar>,
    scope: &Scope<'_>,
) -> Result<Scalar, Trouble> {
    check_arguments(name, known, &arguments, written, scope)?;
    let kind = match (*known, arguments.as_slice()) {
        ("bin", [value, _]) => value.kind,
        ("iff", [_, then, other]) if then.kind.is_number() && other.kind == Kind::Real => Kind::Real,
        ("iff", [_, then, _]) => then.kind,
        _ => *kind,
    };
    let now = scope.now;
    let eval = move |row: &[Cell]| {
        let values: Vec<Cell> = arguments.iter().map(|argument| (argument.eval)(row)).collect();
        function(&values, now)
    };
    Ok(Scalar { kind, eval: Box::new(eval) })
}

/// Checks the type of the first argument, and refuses what is not emulated.
fn check_arguments(
    name: &str,
    known: &str,
    arguments: &[Scalar],
    written: Option<&Expression>,
    scope: &Scope<'_>,
) -> Result<(), Trouble> {
    let Some(first) = arguments.first() else { return Ok(()) };
    let wanted = match known {
        "ago" | "now" => Kind::TimeSpan,
        "not" | "iff" => Kind::Bool,
        "startofday" => Kind::DateTime,
        _ => first.kind,
    };
    if first.kind != wanted && (wanted == Kind::TimeSpan || first.kind != Kind::Dynamic) {
        let wanted = wanted.kusto_name();
        return Err(scope.semantic(format!("{name}(): argument #1 expected to be a {wanted} expression")));
    }
    let not_emulated = |what: String| Err(Trouble::NotEmulated(what));
    match (known, first.kind) {
        ("todatetime", kind) if kind.is_number() => not_emulated("todatetime() of a number".into()),
        ("toint" | "tolong", Kind::DateTime | Kind::TimeSpan) => not_emulated(format!("{name}() of a time")),
        ("todatetime", Kind::String) => match written {
            Some(Expression::Literal(_, Cell::String(text)))
                if date_time::read(text).is_none() && date_time::may_be_a_date(text) =>
            {
                not_emulated(format!("the date '{text}', of a form that Kusto does not document"))
            }
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Null stays null.
fn not(cell: &Cell) -> Cell {
    if *cell == Cell::Null { Cell::Null } else { Cell::Bool(!cell.is_true()) }
}

fn moved(now: Timestamp, span: Option<&Cell>, sign: i64) -> Cell {
    let ticks = match span {
        None => 0,
        Some(Cell::TimeSpan(ticks)) => *ticks,
        Some(_) => return Cell::Null,
    };
    ticks.checked_mul(sign).and_then(|ticks| add_ticks(now, ticks)).map_or(Cell::Null, Cell::DateTime)
}

/// A whole number; null for anything else and outside the range.
fn whole(cell: &Cell, range: RangeInclusive<i64>) -> Cell {
    let value = match cell {
        Cell::Long(value) => Some(*value),
        Cell::Bool(value) => Some(i64::from(*value)),
        #[expect(clippy::cast_possible_truncation, reason = "the fraction is cut off, and the range is checked before")]
        Cell::Real(value) => (value.abs() < 9.2e18).then_some(*value as i64),
        other => other.text().trim().parse().ok(),
    };
    value.filter(|value| range.contains(value)).map_or(Cell::Null, Cell::Long)
}

fn date_time(cell: &Cell) -> Cell {
    match cell {
        Cell::DateTime(at) => Cell::DateTime(*at),
        other => date_time::read(&other.text()).map_or(Cell::Null, Cell::DateTime),
    }
}

/// Rounds down to a multiple.
fn floor(value: &Cell, step: &Cell) -> Cell {
    match (value, step) {
        (Cell::Long(value), Cell::Long(step)) if *step > 0 => {
            value.checked_sub(value.rem_euclid(*step)).map_or(Cell::Null, Cell::Long)
        }
        (Cell::TimeSpan(value), Cell::TimeSpan(step)) if *step > 0 => {
            value.checked_sub(value.rem_euclid(*step)).map_or(Cell::Null, Cell::TimeSpan)
        }
        (Cell::DateTime(at), Cell::TimeSpan(step)) if *step > 0 => {
            let step = i128::from(*step) * 100;
            let floored = at.as_nanosecond() - at.as_nanosecond().rem_euclid(step);
            Timestamp::from_nanosecond(floored).map_or(Cell::Null, Cell::DateTime)
        }
        _ => match (value.number(), step.number()) {
            (Some(value), Some(step)) if step > 0.0 => Cell::Real((value / step).floor() * step),
            _ => Cell::Null,
        },
    }
}
