//! Tries the cells of the matrix, several at a time: most of the time is spent waiting for peers that stay silent.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use defender_emulator::{Emulator, Options};
use tokio::task::JoinSet;

use super::action::ACTIONS;
use super::cell::{Attempt, Cell};
use super::trouble::{Place, all};
use crate::trials::TrialError;

/// Each with an emulator of its own.
const WORKERS: usize = 16;
/// For faults that keep a processor busy.
const HEAVY_WORKERS: usize = 2;
/// For cells that are tried again.
const CALM_WORKERS: usize = 4;
/// How much slower the guest's clock runs when a cell is tried again.
const CALMER: u32 = 6;
/// The tenant of these emulators.
const INCIDENTS: usize = 30;

/// The matrix of faults and actions.
#[derive(Debug)]
pub struct Matrix {
    component: PathBuf,
    attempts: Vec<Attempt>,
    clock_speed: u32,
}

/// Cells with their places in the matrix.
type Numbered = Result<Vec<(usize, Cell)>, TrialError>;
type Queue = Arc<Mutex<VecDeque<(usize, Attempt)>>>;

impl Matrix {
    /// For the component in a file: all of it, or its most informative part.
    #[must_use]
    pub fn new(component: &Path, quick: bool) -> Self {
        let mut attempts = Vec::new();
        for place in [Place::Graph, Place::TokenEndpoint] {
            for trouble in all().into_iter().filter(|trouble| trouble.quick || !quick).map(Arc::new) {
                if trouble.only.is_none_or(|only| only == place) {
                    attempts.extend(ACTIONS.map(|action| Attempt { trouble: trouble.clone(), place, action }));
                }
            }
        }
        // 15 guest seconds take one real second, or half of one in the quick matrix.
        Self { component: component.to_owned(), attempts, clock_speed: if quick { 30 } else { 15 } }
    }

    /// The number of cells.
    #[must_use]
    pub fn size(&self) -> usize {
        self.attempts.len()
    }

    /// Tries all cells; `done` is called after each.
    ///
    /// # Errors
    /// If there is no emulator, or the component cannot be used at all.
    pub async fn run(&self, done: impl Fn() + Send + Sync + 'static) -> Result<Vec<Cell>, TrialError> {
        let done = Arc::new(done);
        let numbered = self.attempts.iter().cloned().enumerate();
        let (heavy, light): (VecDeque<_>, VecDeque<_>) = numbered.partition(|(_, attempt)| attempt.trouble.heavy);
        let mut cells = self.drain(light, WORKERS, self.clock_speed, &done).await?;
        // Faults that load the machine come last, when nothing else is being measured.
        cells.extend(self.drain(heavy, HEAVY_WORKERS, self.clock_speed, &done).await?);
        // A machine under load misses deadlines that were scaled down to fractions of a second. What failed without harm is
        // tried again, with few others and more time, and that result counts.
        let pressed = cells.iter().filter(|(_, cell)| cell.pressed);
        let again = pressed.filter_map(|(place, _)| Some((*place, self.attempts.get(*place)?.clone()))).collect();
        let calm = (self.clock_speed / CALMER).max(1);
        for (place, again) in self.drain(again, CALM_WORKERS, calm, &Arc::new(|| ())).await? {
            cells.iter_mut().filter(|(known, _)| *known == place).for_each(|(_, cell)| *cell = again.clone());
        }
        cells.sort_by_key(|(place, _)| *place);
        Ok(cells.into_iter().map(|(_, cell)| cell).collect())
    }

    /// Lets workers try everything in the queue.
    async fn drain<F>(
        &self,
        queue: VecDeque<(usize, Attempt)>,
        workers: usize,
        clock_speed: u32,
        done: &Arc<F>,
    ) -> Numbered
    where
        F: Fn() + Send + Sync + 'static,
    {
        let queue: Queue = Arc::new(Mutex::new(queue));
        let mut tasks = JoinSet::new();
        for _ in 0..workers {
            tasks.spawn(work(emulator()?, self.component.clone(), clock_speed, queue.clone(), done.clone()));
        }
        let mut cells = Vec::new();
        while let Some(finished) = tasks.join_next().await {
            match finished {
                Ok(finished) => cells.extend(finished?),
                Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
            }
        }
        Ok(cells)
    }
}

/// The columns, in order.
#[must_use]
pub fn columns() -> Vec<&'static str> {
    ACTIONS.iter().map(|action| action.title).collect()
}

fn emulator() -> Result<Emulator, TrialError> {
    Ok(Emulator::start(Options { tls: true, incidents: INCIDENTS, ..Options::default() })?)
}

/// Takes attempts from the queue until it is empty.
async fn work(
    emulator: Emulator,
    component: PathBuf,
    clock_speed: u32,
    queue: Queue,
    done: Arc<impl Fn()>,
) -> Numbered {
    let mut cells = Vec::new();
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some((place, attempt)) = next else { return Ok(cells) };
        let own = if attempt.action.uses_up { Some(self::emulator()?) } else { None };
        let emulator = own.as_ref().unwrap_or(&emulator);
        cells.push((place, attempt.run(&component, emulator, clock_speed).await?));
        done();
    }
}
