//! Runs replications side by side.

use std::collections::BTreeSet;
use std::time::Instant;

use rayon::prelude::*;
use sim_core::engine::Engine;
use sim_core::experiment::replicate::{Next, Precision, seed_of};
use sim_core::report::claim::Reading;
use sim_core::report::{Merge, Report, Span, Watch};

use crate::exit::Failure;
use crate::prepare::Prepared;
use crate::progress::Parts;
use crate::simulate::{Oversight, simulate};

/// So many reports are kept at a time for each thread before they are merged.
const REPORTS_PER_THREAD: u32 = 4;

/// How often a scenario is run.
#[derive(Clone, Debug)]
pub enum Repeat {
    /// So many times.
    Times(u32),
    /// Until what is told of a metric is as sure as it has to be.
    Until(Precision, Reading),
}

/// The report of all replications, and whether they are as sure as was asked for.
pub struct Replicated {
    /// Of all of them.
    pub report: Report,
    /// Half the 95 % interval of the metric over its value, where a bound came before it was small enough.
    pub short_of: Option<Option<f64>>,
}

/// Runs a scenario again and again, with further seeds, and merges the reports.
pub fn replicate(
    prepared: &Prepared,
    repeat: &Repeat,
    oversight: &(dyn Fn() -> Oversight + Sync),
    mut progress: Option<Parts>,
) -> Result<Replicated, Failure> {
    let start = Instant::now();
    let mut merge = Merge::default();
    let mut short_of = None;
    loop {
        let done = merge.count() as u32;
        let until = match repeat {
            Repeat::Times(count) if done >= *count => break,
            Repeat::Times(count) => *count,
            Repeat::Until(precision, reading) => {
                let report = merge.report(prepared.model());
                let estimate = report.and_then(|report| reading.estimate(&report));
                match precision.next(done, estimate) {
                    Next::Enough => break,
                    Next::Bound => {
                        short_of = Some(Precision::reached(estimate));
                        break;
                    }
                    Next::Until(count) => count,
                }
            }
        };
        add_replications(prepared, &mut merge, until, oversight, progress.as_mut())?;
    }
    if let Some(progress) = &mut progress {
        progress.clear();
    }
    let report = merge.report(prepared.model());
    let mut report = report.ok_or_else(|| Failure::failed("no replication was run"))?;
    report.wall_s = start.elapsed().as_secs_f64();
    Ok(Replicated { report, short_of })
}

/// Runs and merges replications until there are so many, a few at a time.
fn add_replications(
    prepared: &Prepared,
    merge: &mut Merge,
    until: u32,
    oversight: &(dyn Fn() -> Oversight + Sync),
    mut progress: Option<&mut Parts>,
) -> Result<(), Failure> {
    let seed = prepared.model().run.seed;
    let at_a_time = rayon::current_num_threads() as u32 * REPORTS_PER_THREAD;
    while (merge.count() as u32) < until {
        let done = merge.count() as u32;
        let next = until.min(done + at_a_time);
        if let Some(progress) = &mut progress {
            progress.show(u64::from(done), u64::from(until), "replications");
        }
        let seeds: Vec<u64> = (done..next).map(|replication| seed_of(seed, replication)).collect();
        replications(prepared, &seeds, oversight)?.into_iter().for_each(|report| merge.add(report));
    }
    Ok(())
}

/// Runs a scenario once with each of `seeds`, and reports in their order.
pub fn replications(
    prepared: &Prepared,
    seeds: &[u64],
    oversight: &(dyn Fn() -> Oversight + Sync),
) -> Result<Vec<Report>, Failure> {
    each_replication(prepared, seeds, &prepared.claims.spans(), oversight, |_, report| Ok(report))
}

/// The same, with each report given to `then` as soon as it is there, with the number of its replication: so nobody has to
/// keep them all. Besides the measured window, reports tell of `spans`.
pub fn each_replication<T: Send>(
    prepared: &Prepared,
    seeds: &[u64],
    spans: &BTreeSet<Span>,
    oversight: &(dyn Fn() -> Oversight + Sync),
    then: impl Fn(u32, Report) -> Result<T, Failure> + Sync,
) -> Result<Vec<T>, Failure> {
    let models = prepared.models();
    let run = |(replication, seed): (usize, &u64)| {
        let mut engine = Engine::with_variants(models.clone(), *seed);
        // Their own spread says how sure they are.
        let watch = Watch::new(spans.iter().copied()).without_batches();
        let mut report = simulate(&mut engine, watch, &mut oversight())?;
        report.case.clone_from(&prepared.case);
        then(replication as u32, report)
    };
    seeds.par_iter().enumerate().map(run).collect()
}
