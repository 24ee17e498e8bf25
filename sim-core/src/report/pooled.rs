//! Several runs of one model told as one: counts added, histograms merged, the runs themselves forgotten.
//!
//! Counts are whole numbers, so it does not matter in which order the runs come. Unlike [`super::Merge`], nothing of a
//! single run is kept: it takes no more memory for a thousand runs than for one.

use crate::model::Model;
use crate::sorted::Map;

use super::Report;
use super::counters::Counters;
use super::measured::Measured;
use super::watch::Span;

/// What several runs counted together.
#[derive(Clone, PartialEq, Debug)]
pub struct Pooled {
    whole: Counters,
    /// What every one of the runs counted in the spans that were watched.
    spans: Map<Span, Counters>,
}

impl Pooled {
    /// What one run counted.
    pub fn of(report: &Report) -> Pooled {
        let spans = report.spans.iter().map(|(span, watched)| (*span, watched.counters.clone()));
        Pooled { whole: report.counters.clone(), spans: spans.collect() }
    }

    /// Adds another run of the same model.
    pub fn add(&mut self, report: &Report) {
        self.whole.add(&report.counters);
        // A span that one of the runs did not reach is told of none.
        self.spans.retain(|span, _| report.spans.contains_key(span));
        for (span, counters) in self.spans.iter_mut() {
            if let Some(watched) = report.spans.get(span) {
                counters.add(&watched.counters);
            }
        }
    }

    /// What was measured in a span of all runs; `None` where one of them did not get there.
    pub fn measured(&self, model: &Model, span: Span) -> Option<Measured> {
        let counters = if span == Span::WHOLE { &self.whole } else { self.spans.get(&span)? };
        Some(Measured::of(model, counters))
    }
}
