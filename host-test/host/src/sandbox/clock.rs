//! `wasi:clocks/monotonic-clock` at any multiple of real time.
//!
//! A 15-second deadline can be tested in half a second: at a speed of 30, thirty guest seconds pass in one real second.

use std::time::{Duration, Instant};

use wasmtime::component::{HasData, Resource, ResourceTable};
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock;
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};

/// A clock that runs `speed` times as fast as real time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    started: Instant,
    speed: u32,
}

impl Clock {
    /// A clock that starts at zero now. A speed of zero counts as one.
    pub(crate) fn new(speed: u32) -> Self {
        Self { started: Instant::now(), speed: speed.max(1) }
    }

    /// How many times faster than real time it runs; at least 1.
    pub(crate) fn speed(self) -> u32 {
        self.speed
    }

    /// The real duration of `guest` time.
    fn real(self, guest: Duration) -> Duration {
        guest / self.speed
    }

    fn now_nanoseconds(self) -> u64 {
        let elapsed = self.started.elapsed().saturating_mul(self.speed);
        u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX)
    }
}

/// The clock with the table that holds its timers.
pub(crate) struct ClockView<'a> {
    pub(crate) clock: Clock,
    pub(crate) table: &'a mut ResourceTable,
}

/// Tells the linker that [`ClockView`] implements the interface.
pub(crate) struct Monotonic;

impl HasData for Monotonic {
    type Data<'a> = ClockView<'a>;
}

impl monotonic_clock::Host for ClockView<'_> {
    fn now(&mut self) -> wasmtime::Result<u64> {
        Ok(self.clock.now_nanoseconds())
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        Ok(u64::from(self.clock.speed))
    }

    fn subscribe_instant(&mut self, when: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let left = when.saturating_sub(self.clock.now_nanoseconds());
        self.subscribe_duration(left)
    }

    fn subscribe_duration(&mut self, duration: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let real = self.clock.real(Duration::from_nanos(duration));
        let timer = self.table.push(Timer::after(real))?;
        subscribe(self.table, timer)
    }
}

/// Becomes ready at its instant.
struct Timer {
    /// `None` if the instant is beyond the range of the clock.
    at: Option<tokio::time::Instant>,
    /// A guest that polls zero-length timers in a busy loop must not starve the sockets: such a timer yields once.
    gives_way: bool,
}

impl Timer {
    fn after(real: Duration) -> Self {
        Self { at: tokio::time::Instant::now().checked_add(real), gives_way: real.is_zero() }
    }
}

#[async_trait::async_trait]
impl Pollable for Timer {
    async fn ready(&mut self) {
        match self.at {
            Some(at) if at <= tokio::time::Instant::now() => {
                if std::mem::take(&mut self.gives_way) {
                    tokio::task::yield_now().await;
                }
            }
            Some(at) => tokio::time::sleep_until(at).await,
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use super::*;

    #[test]
    fn runs_faster_than_real_time() {
        let clock = Clock::new(1000);
        std::thread::sleep(Duration::from_millis(2));
        assert!(clock.now_nanoseconds() >= 2_000_000_000);
        assert_eq!(clock.real(Duration::from_secs(15)), Duration::from_millis(15));
    }

    #[tokio::test]
    async fn a_due_timer_is_ready_at_the_first_poll() {
        let looks = |timer: &mut Timer| timer.ready().as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
        let mut timer = Timer::after(Duration::from_nanos(1));
        std::thread::sleep(Duration::from_millis(1));
        assert!(looks(&mut timer));
        let mut at_once = Timer::after(Duration::ZERO);
        assert!(!looks(&mut at_once));
        assert!(looks(&mut at_once));
        assert!(!looks(&mut Timer::after(Duration::MAX)));
    }

    #[test]
    fn a_speed_of_zero_is_real_time() {
        assert_eq!(Clock::new(0).real(Duration::from_secs(1)), Duration::from_secs(1));
    }
}
