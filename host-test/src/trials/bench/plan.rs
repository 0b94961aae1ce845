//! How long to measure: enough for two runs to agree, or a quick run.

use std::time::Duration;

/// Each round has six turns, two of each side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// Loads of the component, and first answers after them.
    pub(crate) loads: usize,
    pub(crate) instantiations: usize,
    pub(crate) action_rounds: usize,
    pub(crate) page_rounds: usize,
    /// For the smallest hunt; larger ones get fewer.
    pub(crate) hunt_rounds: [usize; 5],
    /// How many sizes of what surrounds a call, the smaller ones first.
    pub(crate) growth_sizes: usize,
    pub(crate) caller_rounds: usize,
    /// The length of a turn of concurrent callers.
    pub(crate) caller_turn: Duration,
}

impl Plan {
    pub(crate) fn new(quick: bool) -> Self {
        if quick {
            Self {
                loads: 5,
                instantiations: 500,
                action_rounds: 10,
                page_rounds: 5,
                hunt_rounds: [5, 5, 5, 3, 1],
                growth_sizes: 3,
                caller_rounds: 1,
                caller_turn: Duration::from_millis(150),
            }
        } else {
            Self {
                loads: 30,
                instantiations: 5_000,
                action_rounds: 150,
                page_rounds: 75,
                hunt_rounds: [100, 100, 100, 40, 20],
                growth_sizes: 4,
                caller_rounds: 8,
                caller_turn: Duration::from_millis(500),
            }
        }
    }
}
