//! Components that misbehave, as no build of the connector would, with the connector's interface.
//!
//! [`GUEST`] does what the action that is invoked says; the others are the same guest with one difference.

/// Does what the action says: [`Mood::action`].
pub const GUEST: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/guest.wasm"));

/// Imports the arguments of the host's command line.
pub const CURIOUS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/curious.wasm"));

/// Computes for ever as soon as there is an instance.
pub const RESTLESS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/restless.wasm"));

/// Waits for ever as soon as there is an instance.
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
    /// Takes memory until it gets no more, and crashes.
    Grows,
    /// Gives an address outside its memory for its answer.
    Lies,
    /// Calls itself for ever.
    Recurses,
    /// Crashes.
    Traps,
    /// Waits for ever.
    Waits,
}

impl Mood {
    /// The action that brings it about.
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
