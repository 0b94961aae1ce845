//! Many calls in a row on warm instances, with faults in between, to find what accumulates.
//!
//! A leak of a kilobyte or one lost answer in a thousand does not show in a single test.

mod ended;
mod random;
mod report;
mod run;
mod service;

pub use report::{Report, Sample};
pub use run::{Soak, run};
