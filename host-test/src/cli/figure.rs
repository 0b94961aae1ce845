//! Numbers formatted for people.

use std::time::Duration;

/// A span of time, in a suitable unit.
pub(crate) fn span(span: Duration) -> String {
    match span.as_secs_f64() {
        seconds if seconds < 0.001 => format!("{:.1} ms", seconds * 1000.0),
        seconds if seconds < 1.0 => format!("{:.0} ms", seconds * 1000.0),
        seconds => format!("{seconds:.1} s"),
    }
}

/// A number with its noun.
pub(crate) fn plural(number: u64, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}

/// A size in KiB, rounded up.
pub(crate) fn kibibytes(bytes: usize) -> String {
    format!("{} KiB", bytes.div_ceil(1024))
}

/// A size in MiB, rounded down.
pub(crate) fn mebibytes(bytes: usize) -> String {
    format!("{} MiB", bytes >> 20)
}
