//! Answers of reads that are given again, byte for byte: for benchmarks, in which the emulator must not be what is measured.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::refusal::Refusal;
use crate::message::{Answer, Request};

/// The answers so far.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<HashMap<Vec<u8>, Answer>>);

impl Kept {
    /// The answer to a read: the one that was given before to the same request, if nothing has been written since.
    pub(crate) fn read(
        &self,
        request: &Request,
        answer: impl FnOnce() -> Result<Answer, Refusal>,
    ) -> Result<Answer, Refusal> {
        let key = key(request);
        if let Some(answer) = self.answers().get(&key) {
            return Ok(answer.clone());
        }
        let answer = answer()?;
        // In one piece, as a service would send it from a cache.
        let kept = Answer { body: vec![answer.bytes()], ..answer };
        self.answers().insert(key, kept.clone());
        Ok(kept)
    }

    /// Forgets them all, after a write.
    pub(crate) fn forget(&self) {
        self.answers().clear();
    }

    fn answers(&self) -> MutexGuard<'_, HashMap<Vec<u8>, Answer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Everything in a request that an answer depends on.
fn key(request: &Request) -> Vec<u8> {
    let prefer = request.headers.get("prefer").map_or(&b""[..], |value| value.as_bytes());
    let query = request.query.as_deref().unwrap_or_default();
    let parts: [&[u8]; 6] = [
        request.origin.as_bytes(),
        request.method.as_str().as_bytes(),
        request.path.as_bytes(),
        query.as_bytes(),
        prefer,
        &request.body,
    ];
    parts.join(&b'\n')
}
