//! The same work for many items on several threads; what comes out does not depend on their number.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use crate::value::{Error, ErrorCode, Problem, Result};

/// The most threads.
pub(super) const MAX_THREADS: usize = 256;

/// Works on every item and gives the answers in their order. `progress` is told how many are done, and may stop the work.
///
/// # Errors
/// `OutOfRange` (`threads`) for none or too many; `Unavailable` if the work was stopped, or a thread ended early.
pub(super) fn in_order<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    work: impl Fn(&T) -> R + Sync,
    progress: &(dyn Fn(usize) -> bool + Sync),
) -> Result<Vec<R>> {
    if !(1..=MAX_THREADS).contains(&threads) {
        let problem = Problem::of_field(ErrorCode::OutOfRange, "threads", "the number of threads is out of range");
        return Err(problem.with("min", 1).with("max", MAX_THREADS).into_invalid());
    }
    let (next, done, stopped) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let worker = || {
        let mut mine = Vec::new();
        while !stopped.load(Ordering::Relaxed) {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(place) else { break };
            mine.push((place, work(item)));
            if !progress(done.fetch_add(1, Ordering::Relaxed).saturating_add(1)) {
                stopped.store(true, Ordering::Relaxed);
            }
        }
        mine
    };
    let mut answers = thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads.min(items.len().max(1))).map(|_| scope.spawn(worker)).collect();
        let mut answers = worker();
        for helper in helpers {
            answers.extend(helper.join().map_err(|_| Error::unavailable(ErrorCode::Store, "a thread ended early"))?);
        }
        Ok::<_, Error>(answers)
    })?;
    if answers.len() < items.len() {
        return Err(Error::unavailable(ErrorCode::Closed, "the work was stopped"));
    }
    answers.sort_by_key(|(place, _)| *place);
    Ok(answers.into_iter().map(|(_, answer)| answer).collect())
}
