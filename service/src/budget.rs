//! A budget of bytes that calls share: who needs more than is free waits in line.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

/// Bytes that large bodies may take at a time.
#[derive(Clone, Debug)]
pub struct Budget(Rc<RefCell<State>>);

#[derive(Debug)]
struct State {
    size: usize,
    free: usize,
    /// Whose turn is next. Tickets count upwards.
    line: VecDeque<(u64, Option<Waker>)>,
    next_ticket: u64,
}

/// A share of a budget, given back when it is dropped.
#[derive(Debug)]
pub struct Share {
    budget: Budget,
    bytes: usize,
}

/// A place in the line, given up when it is dropped.
struct Place<'b>(&'b Budget, u64);

impl Budget {
    /// A budget of this many bytes.
    pub fn new(size: usize) -> Self {
        Self(Rc::new(RefCell::new(State { size, free: size, line: VecDeque::new(), next_ticket: 0 })))
    }

    /// Takes a share, first come, first served. One that is larger than the budget gets all of it.
    pub async fn take(&self, bytes: usize) -> Share {
        let place = {
            let mut state = self.0.borrow_mut();
            let ticket = state.next_ticket;
            state.next_ticket += 1;
            state.line.push_back((ticket, None));
            Place(self, ticket)
        };
        poll_fn(|context| {
            let mut state = self.0.borrow_mut();
            let bytes = bytes.min(state.size);
            if state.line.front().is_some_and(|(ticket, _)| *ticket == place.1) && bytes <= state.free {
                state.free -= bytes;
                return Poll::Ready(Share { budget: self.clone(), bytes });
            }
            if let Some((_, waker)) = state.line.iter_mut().find(|(ticket, _)| *ticket == place.1) {
                *waker = Some(context.waker().clone());
            }
            Poll::Pending
        })
        .await
    }

    fn wake_first(&self) {
        let first = self.0.borrow_mut().line.front_mut().and_then(|(_, waker)| waker.take());
        if let Some(waker) = first {
            waker.wake();
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.0.borrow_mut().line.retain(|(ticket, _)| *ticket != self.1);
        self.0.wake_first();
    }
}

impl Share {
    /// How many bytes it is.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.0.borrow_mut().free += self.bytes;
        self.budget.wake_first();
    }
}

#[cfg(test)]
mod tests {
    use std::pin::{Pin, pin};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Wake};

    use super::*;

    #[derive(Default)]
    struct Wakes(AtomicUsize);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn poll<T>(future: Pin<&mut impl Future<Output = T>>, wakes: &Arc<Wakes>) -> Option<T> {
        match future.poll(&mut Context::from_waker(&wakes.clone().into())) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        }
    }

    #[test]
    fn serves_in_the_order_of_arrival() {
        let (budget, wakes) = (Budget::new(10), [Arc::default(), Arc::default()]);
        let first = poll(pin!(budget.take(6)), &wakes[0]).expect("there is room");
        let (mut second, mut third) = (pin!(budget.take(6)), pin!(budget.take(1)));
        assert!(poll(second.as_mut(), &wakes[0]).is_none());
        assert!(poll(third.as_mut(), &wakes[1]).is_none(), "it fits, and it is not its turn");
        drop(first);
        assert_eq!(wakes[0].0.load(Ordering::Relaxed), 1);
        let _second = poll(second, &wakes[0]).expect("its turn");
        assert_eq!(wakes[1].0.load(Ordering::Relaxed), 1, "the next one is woken");
        assert!(poll(third, &wakes[1]).is_some());
    }

    #[test]
    fn who_goes_away_holds_up_nobody() {
        let (budget, wakes) = (Budget::new(10), [Arc::default(), Arc::default()]);
        let _first = poll(pin!(budget.take(6)), &wakes[0]).expect("there is room");
        let mut third = pin!(budget.take(1));
        {
            let mut second = pin!(budget.take(6));
            assert!(poll(second.as_mut(), &wakes[0]).is_none());
            assert!(poll(third.as_mut(), &wakes[1]).is_none());
        }
        assert_eq!(wakes[1].0.load(Ordering::Relaxed), 1);
        assert!(poll(third, &wakes[1]).is_some());
    }

    #[test]
    fn more_than_everything_is_everything() {
        let (budget, wakes) = (Budget::new(10), Arc::default());
        let all = poll(pin!(budget.take(1000)), &wakes).expect("it is free");
        assert_eq!(all.bytes(), 10);
        let mut next = pin!(budget.take(1));
        assert!(poll(next.as_mut(), &wakes).is_none());
        drop(all);
        assert!(poll(next, &wakes).is_some());
    }
}
