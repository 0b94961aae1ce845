//! Finds the causes of an error.
//!
//! The HTTP stack wraps errors several times, some of them in an `io::Error` that hides what it wraps.

use std::error::Error as StdError;
use std::io;

/// The first error of a type in a chain of causes.
pub(crate) fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    chain(error).find_map(|cause| cause.downcast_ref())
}

pub(crate) fn deepest_io<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a io::Error> {
    chain(error).filter_map(|cause| cause.downcast_ref()).last()
}

/// An error and its causes. `source` of an `io::Error` skips the wrapped error and returns the cause of that.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |cause| {
        let cause: &'a (dyn StdError + 'static) = *cause;
        match cause.downcast_ref::<io::Error>() {
            Some(io) => io.get_ref().map(|inner| inner as &(dyn StdError + 'static)),
            None => cause.source(),
        }
    })
}
