//! Long work without the lock of Python, which a signal ends and a listener hears of.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crm_core::value::Result;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::input::Listener;

/// How often a signal is looked for and the listener hears.
const PULSE: Duration = Duration::from_millis(100);

/// Told how many items are done; answers whether to go on.
pub type Progress<'a> = &'a (dyn Fn(usize) -> bool + Sync);

/// Runs the work on a thread of its own. The calling thread, which alone hears signals in Python, waits for it: it ends the
/// work if a signal raises an exception (`KeyboardInterrupt`) or if the listener does.
pub fn watched<T: Send>(
    py: Python<'_>,
    heard: Option<&Listener>,
    work: impl FnOnce(Progress<'_>) -> Result<T> + Send,
) -> PyResult<T> {
    let (done, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let progress = |so_far: usize| {
        done.fetch_max(so_far, Ordering::Relaxed);
        !stop.load(Ordering::Relaxed)
    };
    let mut told = 0;
    let mut tell = || {
        Python::attach(|py| {
            py.check_signals()?;
            let so_far = done.load(Ordering::Relaxed);
            match heard {
                Some(heard) if so_far > told => {
                    told = so_far;
                    heard.0.call1(py, (so_far,)).map(drop)
                }
                _ => Ok(()),
            }
        })
    };
    let answer = py.detach(|| {
        thread::scope(|scope| {
            let (ended, end) = mpsc::channel::<()>();
            let worker = scope.spawn(|| {
                // Dropped at the end, also by a panic; the other side wakes up.
                let _ended = ended;
                work(&progress)
            });
            let mut failure = None;
            while matches!(end.recv_timeout(PULSE), Err(RecvTimeoutError::Timeout)) {
                if let Err(error) = tell() {
                    failure = Some(error);
                    stop.store(true, Ordering::Relaxed);
                    break;
                }
            }
            (worker.join(), failure)
        })
    });
    match answer {
        (_, Some(error)) => Err(error),
        (Err(_), None) => Err(PyRuntimeError::new_err("the work ended early")),
        (Ok(Err(error)), None) => Err(error.into()),
        (Ok(Ok(answer)), None) => {
            tell()?;
            Ok(answer)
        }
    }
}
