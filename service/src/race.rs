//! Two futures, of which the first to end counts.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

/// Runs `work` until it ends or `limit` does; `None` means that the limit came first. Dropping `work` is up to the caller.
pub async fn until<W: Future, L: Future>(mut work: Pin<&mut W>, limit: L) -> Option<W::Output> {
    let mut limit = pin!(limit);
    poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(Some(done));
        }
        limit.as_mut().poll(context).map(|_| None)
    })
    .await
}

/// Runs `work` to its end, and `beside` as long as that takes.
pub async fn beside<W: Future>(work: W, beside: impl Future<Output = ()>) -> W::Output {
    let (mut work, mut beside) = (pin!(work), pin!(beside));
    let mut is_over = false;
    poll_fn(|context| {
        if !is_over {
            is_over = beside.as_mut().poll(context).is_ready();
        }
        work.as_mut().poll(context)
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::task::{Context, Waker};

    use super::*;

    fn now<T>(future: impl Future<Output = T>) -> Option<T> {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        }
    }

    #[test]
    fn the_first_counts_and_work_wins_a_draw() {
        assert_eq!(now(until(pin!(ready(1)), ready(()))), Some(Some(1)));
        assert_eq!(now(until(pin!(pending::<u8>()), ready(()))), Some(None));
        assert_eq!(now(until(pin!(pending::<u8>()), pending::<()>())), None);
    }

    #[test]
    fn what_runs_beside_is_not_waited_for() {
        assert_eq!(now(beside(ready(1), pending())), Some(1));
        assert_eq!(now(beside(pending::<u8>(), ready(()))), None);
    }
}
