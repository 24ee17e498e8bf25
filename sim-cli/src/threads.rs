//! How many threads simulate at a time; it changes no result.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::exit::Failure;

/// Does `work` on so many threads, or on one for each core.
pub fn with<T: Send>(
    threads: Option<u16>,
    work: impl FnOnce() -> Result<T, Failure> + Send,
) -> Result<T, Failure> {
    let Some(threads) = threads else { return work() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build();
    let pool = pool.map_err(|error| Failure::failed(format!("no threads can be started: {error}")))?;
    pool.install(work)
}

/// A lock that a panic elsewhere does not spoil: what is guarded is changed in single steps, and a thread that panics ends the
/// command.
pub fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a lock guarded, when nobody needs it any more.
pub fn released<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(PoisonError::into_inner)
}
