//! The machine that a run was measured on.

use serde::Serialize;

/// Of the package `host-test`; `Cargo.toml` gives the native side the same.
const OPT_LEVEL: &str = env!("HOST_TEST_OPT_LEVEL");

/// A machine and a program on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// Threads that can run at the same time.
    pub cores: usize,
    /// Operating system.
    pub os: &'static str,
    /// Processor architecture.
    pub architecture: &'static str,
    /// Whether the program was compiled with optimisation; if not, its figures are meaningless.
    pub optimised: bool,
}

impl Machine {
    /// This machine.
    #[must_use]
    pub fn here() -> Self {
        Self {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            os: std::env::consts::OS,
            architecture: std::env::consts::ARCH,
            optimised: OPT_LEVEL != "0",
        }
    }
}
