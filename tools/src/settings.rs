//! The configuration and the limits, from the host's variables.

use std::fmt;
use std::ops::RangeInclusive;

use defender_xdr::catalog;
use defender_xdr::catalog::environment::{self, Fault, trimmed};
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
        let mut faults = Vec::new();
        let config = match environment::read(&configuration, &variable) {
            Ok(environment) => environment.config,
            Err(missing) => {
                faults.extend(missing);
                String::new()
            }
        };
        let writes_now = match trimmed(variable(WRITE)).as_deref() {
            None => false,
            Some(word) if word.eq_ignore_ascii_case(NOW) => true,
            Some(_) => {
                faults.push(Fault { variable: WRITE.into(), why: format!("must be {NOW} or not set") });
                false
            }
        };
        let max_bytes = match trimmed(variable(MAX_BYTES)).map(|text| text.parse()) {
            None => MAX_BYTES_DEFAULT,
            Some(Ok(bytes)) if MAX_BYTES_RANGE.contains(&bytes) => bytes,
            Some(_) => {
                let (least, most) = (MAX_BYTES_RANGE.start(), MAX_BYTES_RANGE.end());
                faults.push(Fault {
                    variable: MAX_BYTES.into(),
                    why: format!("must be a whole number from {least} to {most}"),
                });
                MAX_BYTES_DEFAULT
            }
        };
        if faults.is_empty() {
            let refused = invoke::connection(&config).err();
            faults.extend(refused.map(|error| environment::refused(&configuration, &error)));
        }
        if faults.is_empty() {
            return Ok(Self { config, writes_now, max_bytes });
        }
        let faults: Vec<String> = faults.into_iter().map(|fault| format!("{} {}", fault.variable, fault.why)).collect();
        Err(format!("the host's variables are incomplete: {}; a person has to set them", faults.join(", ")))
    }
}
