//! One report of several runs that differ only in their seeds.

use crate::model::Model;
use crate::model::traffic::traffic;

use super::measured::Measured;
use super::{Report, bottleneck, theory};

/// Gathers the reports of replications one by one, so that not all of them have to be kept: counts are added, histograms
/// merged, and each leaves its measured values behind, whose spread gives the intervals.
#[derive(Clone, Debug, Default)]
pub struct Merge {
    merged: Option<Report>,
}

impl Merge {
    /// Adds the report of another seed.
    pub fn add(&mut self, mut report: Report) {
        if let Some(merged) = &mut self.merged {
            return merged.absorb(report);
        }
        report.seeds = vec![report.seed];
        report.parts = vec![report.measured.clone()];
        for watched in report.spans.values_mut() {
            watched.parts = vec![watched.measured.clone()];
        }
        self.merged = Some(report);
    }

    /// How many have been added.
    pub fn count(&self) -> usize {
        self.merged.as_ref().map_or(0, |merged| merged.seeds.len())
    }

    /// The report of all so far, which are runs of `model`. What happened when, such as scaling actions and the run over
    /// time, is that of the first. `None` if there is no report.
    pub fn report(&self, model: &Model) -> Option<Report> {
        let mut merged = self.merged.clone()?;
        merged.measured = Measured::of(model, &merged.counters);
        for watched in merged.spans.values_mut() {
            watched.measured = Measured::of(model, &watched.counters);
        }
        // The closed forms hold of all runs as of each.
        merged.theory = theory::rows(model, merged.variants, &merged.measured);
        merged.bottleneck = bottleneck::of(model, &traffic(model), &merged.measured);
        merged.spent = merged.time.around(model);
        merged.slowest.clone_from(&merged.time.slowest);
        merged.interval95.clear();
        merged.add_intervals();
        Some(merged)
    }
}

impl Report {
    fn absorb(&mut self, other: Report) {
        self.seeds.push(other.seed);
        self.counters.add(&other.counters);
        self.parts.push(other.measured);
        // A span that one of the runs did not reach is told of none.
        self.spans.retain(|span, _| other.spans.contains_key(span));
        for (span, theirs) in other.spans {
            if let Some(mine) = self.spans.get_mut(&span) {
                mine.counters.add(&theirs.counters);
                mine.parts.push(theirs.measured);
            }
        }
        self.digest = None;
        self.simulated_s += other.simulated_s;
        self.events += other.events;
        self.wall_s += other.wall_s;
        if other.limit.is_some() {
            (self.stopped, self.limit) = (other.stopped, other.limit);
        }
        self.time.merge(other.time);
        self.violations.extend(other.violations);
    }
}
