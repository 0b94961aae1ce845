//! Components with the connector's interface that misbehave as no build of the connector does.
//!
//! [`GUEST`] does what the invoked action says; the others are the same guest with one difference.

/// Does what the action says: [`Mood::action`].
pub const GUEST: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/guest.wasm"));

/// Imports the arguments of the host's command line.
pub const CURIOUS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/curious.wasm"));

/// Computes for ever as soon as it is instantiated.
pub const RESTLESS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/restless.wasm"));

/// Waits for ever as soon as it is instantiated.
pub const SLEEPY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/sleepy.wasm"));

/// What [`GUEST`] answers when it is good.
pub const ANSWER: &str = "good";

/// What [`GUEST`] does when it is invoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Answers.
    Good,
    /// Computes for ever.
    Computes,
    /// Allocates memory until it gets no more, and crashes.
    Grows,
    /// Returns an address outside its memory as its answer.
    Lies,
    /// Calls itself for ever.
    Recurses,
    /// Crashes.
    Traps,
    /// Waits for ever.
    Waits,
}

impl Mood {
    /// The action that triggers it.
    #[must_use]
    pub fn action(self) -> &'static str {
        match self {
            Self::Good => "answer",
            Self::Computes => "compute",
            Self::Grows => "grow",
            Self::Lies => "lie",
            Self::Recurses => "recurse",
            Self::Traps => "trap",
            Self::Waits => "wait",
        }
    }
}
