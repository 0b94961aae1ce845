//! How to start the emulator.

/// How to start the emulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// TCP port on 127.0.0.1; 0 picks a free one.
    pub port: u16,
    /// Whether to speak TLS, with a certificate generated at start-up.
    pub tls: bool,
    /// How many incidents the tenant has.
    pub incidents: usize,
    /// Lifetime of tokens, in seconds.
    pub token_seconds: u32,
    /// Rows of the hunting table `SyntheticEvents`, about 500 bytes each, at most 100,000. Generated on first use. The only
    /// hunts on it are `SyntheticEvents` and `SyntheticEvents | take N`.
    pub synthetic_rows: usize,
    /// Whether a read that was answered before gets the same bytes again, until something is written: for benchmarks.
    pub keeps_answers: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            tls: false,
            incidents: 250,
            token_seconds: 3_599,
            synthetic_rows: 100_000,
            keeps_answers: false,
        }
    }
}
