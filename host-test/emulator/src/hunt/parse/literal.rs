//! Literals of a query: strings, numbers, time spans, and typed ones such as `datetime(2024-02-01)`
//! (lexical rules: <https://github.com/microsoft/Kusto-Query-Language/blob/master/grammar/KqlTokens.g4>).
//! A form that Kusto has and this engine lacks is named, so that it is not mistaken for a syntax error.

use crate::hunt::cell::{Cell, Kind};
use crate::hunt::date_time;

/// Why there is no literal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    Syntax,
    NotEmulated(String),
}

/// A value, its type, and the length of its text.
pub(crate) type Literal = (Kind, Cell, usize);

/// Names that form a literal with the parentheses after them. Some types have several names.
const TYPES: [(&str, Kind); 12] = [
    ("bool", Kind::Bool),
    ("boolean", Kind::Bool),
    ("date", Kind::DateTime),
    ("datetime", Kind::DateTime),
    ("double", Kind::Real),
    ("int", Kind::Int),
    ("int32", Kind::Int),
    ("int64", Kind::Long),
    ("long", Kind::Long),
    ("real", Kind::Real),
    ("time", Kind::TimeSpan),
    ("timespan", Kind::TimeSpan),
];
const OTHER_TYPES: [&str; 6] = ["decimal", "dynamic", "guid", "typeof", "uniqueid", "uuid"];

/// A form that starts here and is not emulated.
pub(crate) fn unsupported(text: &str) -> Option<Flaw> {
    let is_multi_line = |text: &str| text.starts_with("```") || text.starts_with("~~~");
    let obfuscated = text.strip_prefix(['h', 'H']).map(|rest| rest.strip_prefix('@').unwrap_or(rest));
    if obfuscated.is_some_and(|rest| rest.starts_with(['\'', '"']) || is_multi_line(rest)) {
        return Some(Flaw::NotEmulated("obfuscated string literals such as h'…'".into()));
    }
    is_multi_line(text).then(|| Flaw::NotEmulated("multi-line string literals between ``` or ~~~".into()))
}

/// `'text'` or `"text"`, with the escapes of Kusto and no others.
pub(crate) fn string(text: &str) -> Result<Literal, Flaw> {
    let quote = text.chars().next().ok_or(Flaw::Syntax)?;
    let mut value = String::new();
    let mut at = quote.len_utf8();
    loop {
        let rest = &text[at..];
        match rest.chars().next().ok_or(Flaw::Syntax)? {
            '\n' | '\r' => return Err(Flaw::Syntax),
            '\\' => {
                let (letter, length) = escape(&rest[1..])?;
                value.push(letter);
                at += 1 + length;
            }
            letter => {
                at += letter.len_utf8();
                if letter == quote {
                    return Ok((Kind::String, value.into(), at));
                }
                value.push(letter);
            }
        }
    }
}

/// The character after a backslash, and the length of its code.
fn escape(text: &str) -> Result<(char, usize), Flaw> {
    let hexadecimal = |length: usize| {
        let digits = text.get(1..=length).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).ok_or(Flaw::Syntax)?;
        if (0xD800..0xE000).contains(&code) {
            return Err(Flaw::NotEmulated("surrogates in string literals".into()));
        }
        Ok((char::from_u32(code).ok_or(Flaw::Syntax)?, length + 1))
    };
    let letter = match text.chars().next().ok_or(Flaw::Syntax)? {
        same @ ('\'' | '"' | '\\') => same,
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        'x' => return hexadecimal(2),
        'u' => return hexadecimal(4),
        'U' => return hexadecimal(8),
        first @ '0'..='7' => {
            // Up to three digits, as long as they fit in a byte.
            let most = if first <= '3' { 3 } else { 2 };
            let length = text.bytes().take(most).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
            let code = u32::from_str_radix(&text[..length], 8).map_err(|_| Flaw::Syntax)?;
            return Ok((char::from_u32(code).ok_or(Flaw::Syntax)?, length));
        }
        _ => return Err(Flaw::Syntax),
    };
    Ok((letter, 1))
}

/// `@"C:\Windows"`: backslashes as they are, the quote doubled.
pub(crate) fn verbatim(text: &str) -> Result<Literal, Flaw> {
    let quote = text.chars().nth(1).ok_or(Flaw::Syntax)?;
    let mut value = String::new();
    let mut letters = text.char_indices().skip(2).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter == '\n' || letter == '\r' {
            return Err(Flaw::Syntax);
        }
        if letter != quote {
            value.push(letter);
        } else if letters.next_if(|(_, next)| *next == quote).is_some() {
            value.push(quote);
        } else {
            return Ok((Kind::String, value.into(), at + 1));
        }
    }
    Err(Flaw::Syntax)
}

/// A number or a time span; `None` for a name that starts with a digit.
pub(crate) fn number(text: &str) -> Option<Result<Literal, Flaw>> {
    let end = |digits: usize| !text[digits..].starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_');
    if let Some(rest) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        let length = rest.find(|next: char| !next.is_ascii_hexdigit()).unwrap_or(rest.len());
        let value = i64::from_str_radix(&rest[..length], 16);
        return end(length + 2)
            .then(|| value.map(|value| (Kind::Long, value.into(), length + 2)).map_err(|_| Flaw::Syntax));
    }
    if let Some((ticks, length)) = ticks(text) {
        return Some(ticks.map(|ticks| (Kind::TimeSpan, Cell::TimeSpan(ticks), length)).ok_or(Flaw::Syntax));
    }
    let whole = digits(text);
    let fraction = fraction(&text[whole..]);
    let exponent = exponent(&text[whole + fraction..]);
    let length = whole + fraction + exponent;
    if !end(length) {
        return None;
    }
    let number = &text[..length];
    Some(if fraction + exponent == 0 {
        number.parse::<i64>().map(|value| (Kind::Long, value.into(), length)).map_err(|_| Flaw::Syntax)
    } else {
        number.parse().map(|value| (Kind::Real, Cell::Real(value), length)).map_err(|_| Flaw::Syntax)
    })
}

fn digits(text: &str) -> usize {
    text.find(|next: char| !next.is_ascii_digit()).unwrap_or(text.len())
}

/// Length of a point and the digits after it.
fn fraction(text: &str) -> usize {
    match text.strip_prefix('.').map(digits) {
        Some(length) if length > 0 => length + 1,
        _ => 0,
    }
}

/// Length of `e5`, `E+5` or `e-5`.
fn exponent(text: &str) -> usize {
    let Some(rest) = text.strip_prefix(['e', 'E']) else { return 0 };
    let unsigned = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    match digits(unsigned) {
        0 => 0,
        length => 1 + rest.len() - unsigned.len() + length,
    }
}

const TICKS_PER_SECOND: i128 = 10_000_000;

/// A number with a unit, in ticks, and its length. The ticks are `None` on overflow.
fn ticks(text: &str) -> Option<(Option<i64>, usize)> {
    let whole = digits(text);
    let length = whole + fraction(&text[whole..]);
    let unit_length =
        text[length..].find(|next: char| !(next.is_ascii_alphanumeric() || next == '_')).unwrap_or(text.len() - length);
    let unit = unit(&text[length..length + unit_length])?;
    Some((scaled(&text[..length], unit), length + unit_length))
}

/// Numerator and denominator of a unit in ticks.
fn unit(name: &str) -> Option<(i128, i128)> {
    Some(match name {
        "d" | "day" | "days" => (86_400 * TICKS_PER_SECOND, 1),
        "h" | "hour" | "hours" | "hr" | "hrs" => (3_600 * TICKS_PER_SECOND, 1),
        "m" | "min" | "minute" | "minutes" => (60 * TICKS_PER_SECOND, 1),
        "s" | "sec" | "second" | "seconds" => (TICKS_PER_SECOND, 1),
        "ms" | "milli" | "millis" | "millisec" | "millisecond" | "milliseconds" => (TICKS_PER_SECOND / 1_000, 1),
        "micro" | "micros" | "microsec" | "microsecond" | "microseconds" => (10, 1),
        "nano" | "nanos" | "nanosec" | "nanosecond" | "nanoseconds" => (1, 100),
        "tick" | "ticks" => (1, 1),
        _ => return None,
    })
}

/// A decimal number times a unit.
fn scaled(number: &str, (numerator, denominator): (i128, i128)) -> Option<i64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    // Ticks are far coarser than the twelfth digit.
    let fraction = &fraction[..fraction.len().min(12)];
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let scale = 10_i128.pow(u32::try_from(fraction.len()).ok()?);
    i64::try_from(digits.checked_mul(numerator)? / denominator / scale).ok()
}

/// `datetime(…)`, `long(…)` and the like, for a name before a parenthesis; `None` for any other name.
pub(crate) fn typed(name: &str, text: &str) -> Option<Result<Literal, Flaw>> {
    let other = OTHER_TYPES.contains(&name);
    let kind = TYPES.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind);
    if !other && kind.is_none() {
        return None;
    }
    let inside = text[name.len()..].strip_prefix('(')?;
    let Some(end) = inside.find(')') else { return Some(Err(Flaw::Syntax)) };
    let length = name.len() + end + 2;
    let not_emulated = || Flaw::NotEmulated(format!("the literal {}", &text[..length]));
    let inside = inside[..end].trim();
    Some(match kind {
        None => Err(Flaw::NotEmulated(format!("{name}(…) literals"))),
        Some(kind) if inside == "null" => Ok((kind, Cell::Null, length)),
        Some(kind) => value(kind, inside).map(|cell| (kind, cell, length)).ok_or_else(not_emulated),
    })
}

/// A truth value in one of its three spellings.
pub(crate) fn bool(text: &str) -> Option<Cell> {
    match text {
        "true" | "True" | "TRUE" => Some(true.into()),
        "false" | "False" | "FALSE" => Some(false.into()),
        _ => None,
    }
}

fn value(kind: Kind, text: &str) -> Option<Cell> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    match kind {
        Kind::Bool => bool(text),
        Kind::DateTime => date_time::read(text.trim_matches(['"', '\''])).map(Cell::DateTime),
        Kind::TimeSpan => time_span(text).map(Cell::TimeSpan),
        _ => match (kind, number(unsigned)?.ok().filter(|(_, _, length)| *length == unsigned.len())?.1) {
            (Kind::Real, cell) => Some(Cell::Real(f64::from(sign) * cell.number()?)),
            (Kind::Int | Kind::Long, Cell::Long(value)) => {
                let value = value * i64::from(sign);
                (kind == Kind::Long || i32::try_from(value).is_ok()).then_some(Cell::Long(value))
            }
            _ => None,
        },
    }
}

/// `2d`, `15 seconds`, `2` (days) or `1.02:03:04.5`.
fn time_span(text: &str) -> Option<i64> {
    let joined = text.replace(' ', "");
    if let Some((ticks, length)) = ticks(&joined) {
        return ticks.filter(|_| length == joined.len());
    }
    if !text.contains(':') {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        return if is_number { scaled(text, unit("d")?) } else { None };
    }
    let clock = text.split_once('.').filter(|(days, _)| !days.contains(':'));
    let (days, clock) = clock.unwrap_or(("0", text));
    let mut parts = clock.splitn(3, ':');
    let [hours, minutes, seconds] = [parts.next()?, parts.next()?, parts.next().unwrap_or("0")];
    let pieces = [(days, "d"), (hours, "h"), (minutes, "m"), (seconds, "s")];
    pieces.into_iter().try_fold(0_i64, |sum, (number, name)| {
        let is_number = number.starts_with(|first: char| first.is_ascii_digit())
            && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' && name == "s");
        sum.checked_add(scaled(number, unit(name)?).filter(|_| is_number)?)
    })
}

#[cfg(test)]
mod tests;
