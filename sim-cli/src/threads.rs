//! How many threads simulate at a time; it changes no result.

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
