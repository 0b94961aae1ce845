//! Many calls in a row on warm instances, with faults in between: what adds up, adds up here.
//!
//! A leak of a kilobyte or one lost answer in a thousand shows in no single test.

mod ended;
mod random;
mod report;
mod run;
mod service;

pub use report::{Report, Sample};
pub use run::{Soak, run};
