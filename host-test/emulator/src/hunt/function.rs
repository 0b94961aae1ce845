//! Scalar functions.
//! A name that Kusto does not have gets the engine's error; the set here is what hunts commonly use.

use jiff::Timestamp;

use super::Trouble;
use super::aggregate;
use super::cell::{Cell, Kind};
use super::scalar::{Scalar, Scope, add_ticks, bind};
use super::syntax::Expression;
use super::vocabulary;

const TICKS_PER_DAY: i64 = 864_000_000_000;

type Function = fn(&[Cell], Timestamp) -> Cell;

/// Name, kind of the result, fewest and most arguments, and what it does.
const FUNCTIONS: [(&str, Kind, usize, usize, Function); 18] = [
    ("now", Kind::DateTime, 0, 1, |arguments, now| moved(now, arguments.first(), 1)),
    ("ago", Kind::DateTime, 1, 1, |arguments, now| moved(now, arguments.first(), -1)),
    ("not", Kind::Bool, 1, 1, |arguments, _| Cell::Bool(!arguments[0].is_true())),
    ("isempty", Kind::Bool, 1, 1, |arguments, _| Cell::Bool(arguments[0].text().is_empty())),
    ("isnotempty", Kind::Bool, 1, 1, |arguments, _| Cell::Bool(!arguments[0].text().is_empty())),
    ("isnull", Kind::Bool, 1, 1, |arguments, _| Cell::Bool(arguments[0] == Cell::Null)),
    ("isnotnull", Kind::Bool, 1, 1, |arguments, _| Cell::Bool(arguments[0] != Cell::Null)),
    ("tolower", Kind::String, 1, 1, |arguments, _| arguments[0].text().to_lowercase().into()),
    ("toupper", Kind::String, 1, 1, |arguments, _| arguments[0].text().to_uppercase().into()),
    ("tostring", Kind::String, 1, 1, |arguments, _| Cell::String(arguments[0].text())),
    ("strlen", Kind::Long, 1, 1, |arguments, _| length(&arguments[0])),
    ("strcat", Kind::String, 1, 64, |arguments, _| {
        arguments.iter().map(|it| it.text().to_string()).collect::<String>().into()
    }),
    ("toint", Kind::Int, 1, 1, |arguments, _| whole(&arguments[0])),
    ("tolong", Kind::Long, 1, 1, |arguments, _| whole(&arguments[0])),
    ("todatetime", Kind::DateTime, 1, 1, |arguments, _| date_time(&arguments[0])),
    ("startofday", Kind::DateTime, 1, 1, |arguments, _| floor(&arguments[0], &Cell::TimeSpan(TICKS_PER_DAY))),
    ("bin", Kind::Dynamic, 2, 2, |arguments, _| floor(&arguments[0], &arguments[1])),
    ("iff", Kind::Dynamic, 3, 3, |arguments, _| arguments[if arguments[0].is_true() { 1 } else { 2 }].clone()),
];

/// Binds a call.
pub(crate) fn bind_call(name: &str, arguments: &[Expression], scope: &Scope<'_>) -> Result<Scalar, Trouble> {
    if aggregate::is_known(name) {
        if scope.operator == "summarize" {
            return Err(Trouble::NotEmulated(format!("the aggregate '{name}' inside another expression")));
        }
        return Err(Trouble::semantic(
            scope.operator,
            format!("Function '{name}' cannot be invoked in current context. Details: aggregates need summarize"),
        ));
    }
    // `iif` and `floor` are other names of the same functions.
    let known = match name {
        "iif" => "iff",
        "floor" => "bin",
        other => other,
    };
    let Some((_, kind, fewest, most, function)) = FUNCTIONS.iter().find(|(other, ..)| *other == known) else {
        vocabulary::check_function(name)?;
        return Err(Trouble::semantic(scope.operator, format!("Unknown function: '{name}'")));
    };
    if !(*fewest..=*most).contains(&arguments.len()) {
        return Err(Trouble::semantic(
            scope.operator,
            format!("{name}(): function expects [{fewest}..{most}] argument(s)."),
        ));
    }
    let arguments: Vec<Scalar> = arguments.iter().map(|argument| bind(argument, scope)).collect::<Result<_, _>>()?;
    let kind = match (known, arguments.as_slice()) {
        ("bin", [value, _]) => value.kind,
        ("iff", [_, then, other]) if then.kind.is_number() && other.kind == Kind::Real => Kind::Real,
        ("iff", [_, then, _]) => then.kind,
        ("ago" | "now", [span]) if span.kind != Kind::TimeSpan => {
            let message = format!("{name}(): argument #1 expected to be a timespan expression");
            return Err(Trouble::semantic(scope.operator, message));
        }
        _ => *kind,
    };
    let (function, now) = (*function, scope.now);
    let eval = move |row: &[Cell]| {
        let values: Vec<Cell> = arguments.iter().map(|argument| (argument.eval)(row)).collect();
        function(&values, now)
    };
    Ok(Scalar { kind, eval: Box::new(eval) })
}

fn moved(now: Timestamp, span: Option<&Cell>, sign: i64) -> Cell {
    let ticks = match span {
        None => 0,
        Some(Cell::TimeSpan(ticks)) => *ticks,
        Some(_) => return Cell::Null,
    };
    ticks.checked_mul(sign).and_then(|ticks| add_ticks(now, ticks)).map_or(Cell::Null, Cell::DateTime)
}

fn length(cell: &Cell) -> Cell {
    i64::try_from(cell.text().chars().count()).map_or(Cell::Null, Cell::Long)
}

fn whole(cell: &Cell) -> Cell {
    match cell {
        Cell::Long(value) => Cell::Long(*value),
        Cell::Bool(value) => Cell::Long(i64::from(*value)),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "tolong cuts the fraction off and stops at the ends of the range"
        )]
        Cell::Real(value) => Cell::Long(*value as i64),
        other => other.text().trim().parse().map_or(Cell::Null, Cell::Long),
    }
}

fn date_time(cell: &Cell) -> Cell {
    match cell {
        Cell::DateTime(at) => Cell::DateTime(*at),
        other => other.text().trim().parse().map_or(Cell::Null, Cell::DateTime),
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
