//! Runs the unfinished cases of a sweep on all threads, in order, and keeps each as soon as it is finished.
//!
//! Threads take one replication after another, so those of a case run side by side, it is compiled once, and no more cases
//! are open at a time than there are threads: memory does not grow with the sweep.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Instant;

use sim_core::engine::Engine;
use sim_core::model::Model;
use sim_core::report::Watch;

use super::cases::Cases;
use super::folder::Folder;
use super::log::Log;
use super::table::lines;
use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::progress::Parts;
use crate::simulate::{Oversight, simulate};
use crate::threads::{held, released};

/// Cases to run, and where they are kept.
pub struct Work<'a> {
    cases: &'a Cases,
    folder: &'a Folder,
    log: &'a Log,
    turn: Mutex<Turn<'a>>,
    progress: Option<Mutex<Parts>>,
    /// Runs that are over, and all there are.
    done: AtomicU64,
    all: u64,
    is_over: AtomicBool,
    failure: Mutex<Option<Failure>>,
}

/// What comes next.
struct Turn<'a> {
    /// Cases that nobody has begun.
    numbers: std::slice::Iter<'a, u32>,
    /// The case that is being given out, and its next replication.
    current: Option<(Arc<Open>, u32)>,
}

/// A case that has been begun.
struct Open {
    number: u32,
    start: Instant,
    models: OnceLock<Result<Vec<Arc<Model>>, Failure>>,
    rows: Mutex<Rows>,
}

/// The rows of the replications of a case that are over, and how many are not.
struct Rows {
    of: Vec<String>,
    missing: usize,
}

impl<'a> Work<'a> {
    /// Runs these cases and returns when all are kept, or with the first reason why not.
    pub fn run(
        cases: &'a Cases,
        folder: &'a Folder,
        log: &'a Log,
        numbers: &'a [u32],
        progress: Option<Parts>,
    ) -> Result<(), Failure> {
        let work = Work {
            cases,
            folder,
            log,
            turn: Mutex::new(Turn { numbers: numbers.iter(), current: None }),
            progress: progress.map(Mutex::new),
            done: AtomicU64::new(0),
            all: numbers.len() as u64 * u64::from(folder.manifest.replications),
            is_over: AtomicBool::new(false),
            failure: Mutex::new(None),
        };
        rayon::broadcast(|_| work.take_turns());
        if let Some(progress) = &work.progress {
            held(progress).clear();
        }
        let failure = released(work.failure);
        failure.map_or(Ok(()), Err)
    }

    fn take_turns(&self) {
        while let Some((case, replication)) = self.next() {
            if let Err(failure) = self.replicate(&case, replication) {
                self.is_over.store(true, Ordering::Relaxed);
                held(&self.failure).get_or_insert(failure);
            }
        }
    }

    fn next(&self) -> Option<(Arc<Open>, u32)> {
        let mut turn = held(&self.turn);
        let replications = self.folder.manifest.replications;
        if turn.current.as_ref().is_none_or(|(_, next)| *next == replications) {
            turn.current = None;
            let open = Open::new(*turn.numbers.next()?, replications);
            turn.current = Some((Arc::new(open), 0));
        }
        if interrupt::is_asked() {
            held(&self.failure).get_or_insert(Failure::said(Exit::Interrupted));
            return None;
        }
        if self.is_over.load(Ordering::Relaxed) {
            return None;
        }
        let (case, next) = turn.current.as_mut()?;
        *next += 1;
        Some((Arc::clone(case), *next - 1))
    }

    fn replicate(&self, case: &Open, replication: u32) -> Result<(), Failure> {
        let models = case.models.get_or_init(|| self.compile(case.number)).clone()?;
        let mut engine = Engine::with_variants(models, self.folder.manifest.seed(replication));
        let report = simulate(&mut engine, Watch::new([]).without_batches(), &mut Oversight::default())?;
        let values = self.cases.design.case(case.number);
        let lines = lines(case.number, &values, replication + 1, &report);
        self.count();
        let mut rows = held(&case.rows);
        rows.of[replication as usize] = lines;
        rows.missing -= 1;
        if rows.missing == 0 {
            self.folder.keep(case.number, &rows.of.concat())?;
            let seconds = case.start.elapsed().as_secs_f64();
            self.log.line(&format!("case {}: {seconds:.3} s", case.number));
        }
        Ok(())
    }

    /// One more run is over. Who finds another thread showing the progress leaves it to that one.
    fn count(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some(Ok(mut progress)) = self.progress.as_ref().map(Mutex::try_lock) {
            progress.show(done, self.all, "runs");
        }
    }

    fn compile(&self, number: u32) -> Result<Vec<Arc<Model>>, Failure> {
        let prepared = self.cases.prepare(number);
        // All were compiled before anything ran.
        let prepared =
            prepared.map_err(|unfit| Failure::failed(format!("{} changed meanwhile", unfit.name)))?;
        Ok(prepared.models())
    }
}

impl Open {
    fn new(number: u32, replications: u32) -> Open {
        let missing = replications as usize;
        let rows = Mutex::new(Rows { of: vec![String::new(); missing], missing });
        Open { number, start: Instant::now(), models: OnceLock::new(), rows }
    }
}
