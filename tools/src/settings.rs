//! The configuration and the limits, from the host's variables.

use std::fmt;
use std::ops::RangeInclusive;

use defender_xdr::catalog;
use defender_xdr::catalog::environment::{self, Environment, Fault, trimmed};
use defender_xdr::doors::invoke;

const WRITE: &str = "DEFENDER_TOOLS_WRITE";
const MAX_BYTES: &str = "DEFENDER_TOOLS_MAX_BYTES";
/// The value that makes writing the default.
const NOW: &str = "now";
/// What a model reads without losing sight of the rest.
const MAX_BYTES_DEFAULT: usize = 64 * 1024;
const MAX_BYTES_RANGE: RangeInclusive<usize> = 4096..=1024 * 1024;

/// The settings of the tools.
pub struct Settings {
    /// The configuration as `json.invoke` expects it.
    pub config: String,
    /// Whether a write is done unless its caller wants it only checked.
    pub writes_now: bool,
    /// Longest answer.
    pub max_bytes: usize,
}

impl fmt::Debug for Settings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Settings(***)")
    }
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// Everything that is missing or wrong, in one sentence without values.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let configuration = catalog::describe().configuration;
        let environment = environment::read(&configuration, &variable);
        let (writes_now, max_bytes) = (writes_now(trimmed(variable(WRITE))), max_bytes(trimmed(variable(MAX_BYTES))));
        let faults = match (environment, writes_now, max_bytes) {
            (Ok(Environment { config, .. }), Ok(writes_now), Ok(max_bytes)) => match invoke::connection(&config) {
                Ok(_) => return Ok(Self { config, writes_now, max_bytes }),
                Err(error) => vec![environment::refused(&configuration, &error)],
            },
            (environment, writes_now, max_bytes) => {
                let missing = environment.err().unwrap_or_default();
                missing.into_iter().chain(writes_now.err()).chain(max_bytes.err()).collect()
            }
        };
        let faults: Vec<String> = faults.into_iter().map(|fault| format!("{} {}", fault.variable, fault.why)).collect();
        Err(format!("the host's variables are incomplete: {}; a person has to set them", faults.join(", ")))
    }
}

fn writes_now(variable: Option<String>) -> Result<bool, Fault> {
    match variable {
        None => Ok(false),
        Some(word) if word.eq_ignore_ascii_case(NOW) => Ok(true),
        Some(_) => Err(Fault { variable: WRITE.into(), why: format!("must be {NOW} or not set") }),
    }
}

fn max_bytes(variable: Option<String>) -> Result<usize, Fault> {
    let Some(text) = variable else { return Ok(MAX_BYTES_DEFAULT) };
    text.parse().ok().filter(|bytes| MAX_BYTES_RANGE.contains(bytes)).ok_or_else(|| {
        let why = format!("must be a whole number from {} to {}", MAX_BYTES_RANGE.start(), MAX_BYTES_RANGE.end());
        Fault { variable: MAX_BYTES.into(), why }
    })
}
