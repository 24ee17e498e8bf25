//! Watching a run: looks at its counters at instants that claims name, and now and then, for intervals.
//!
//! Long runs are cut into between 16 and 32 batches of equal simulated time, which are joined two by two as the run grows.
//! Whatever a report tells has a value in each batch, and the spread of these values says how sure the whole is,
//! autocorrelation included (batch means; Law 2015, §9.5.3; for quantiles Asmussen and Glynn 2007, §III.5).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::engine::{Engine, Stop};
use crate::model::Model;
use crate::sorted::Map;
use crate::time::{Duration, Time};

use super::Report;
use super::counters::{Counters, Depth};
use super::findings::{Findings, NoFindings};
use super::measured::Measured;

/// The most batches; half as many remain when they are joined.
const MOST_BATCHES: usize = 32;

/// The length of the first batches.
const FIRST_BATCH: Duration = Duration(1 << 16);

/// Parts of a window that a claim names, for its interval.
const PARTS: u64 = 16;

/// A part of a run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
pub struct Span {
    /// Its start; none: the start of measuring.
    pub from: Option<Time>,
    /// Its end; none: the end of the run.
    pub to: Option<Time>,
}

impl Span {
    /// The measured window.
    pub const WHOLE: Span = Span { from: None, to: None };

    /// The instants that cut a span of known ends into equal parts, ends included.
    fn cuts(self) -> Vec<Time> {
        match (self.from, self.to) {
            (Some(from), Some(to)) if to > from => {
                let length = u128::from((to - from).0);
                let cut = |part: u64| Duration((length * u128::from(part) / u128::from(PARTS)) as u64);
                (0..=PARTS).map(|part| from + cut(part)).collect()
            }
            (from, to) => from.into_iter().chain(to).collect(),
        }
    }
}

/// What was measured in a span, and in parts of it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Watched {
    pub counters: Counters,
    pub measured: Measured,
    pub parts: Vec<Measured>,
}

/// Runs an engine and looks at it on the way.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Watch {
    spans: Vec<Span>,
    instants: BTreeSet<Time>,
    seen: Map<Time, Counters>,
    has_batches: bool,
    batches: Vec<Counters>,
    batch: Duration,
    next_batch: Time,
}

impl Watch {
    /// Watches for what is told of these spans, besides the measured window as a whole.
    pub fn new(spans: impl IntoIterator<Item = Span>) -> Watch {
        let spans: Vec<Span> = spans.into_iter().filter(|span| *span != Span::WHOLE).collect();
        let instants = spans.iter().flat_map(|span| span.cuts()).collect();
        Watch {
            spans,
            instants,
            seen: Map::new(),
            has_batches: true,
            batches: Vec::new(),
            batch: FIRST_BATCH,
            next_batch: Time::ZERO,
        }
    }

    /// The same without batches, so that the report has no intervals: for one of many runs whose spread says how sure they
    /// are. In short runs the batches cost more than the run.
    pub fn without_batches(self) -> Watch {
        Watch { has_batches: false, next_batch: Time::NEVER, ..self }
    }

    /// Runs to the end.
    pub fn run(&mut self, engine: &mut Engine) -> Stop {
        loop {
            if let Some(stop) = self.advance(engine, u64::MAX) {
                return stop;
            }
        }
    }

    /// Runs for about `events` model events and says if the run is over.
    pub fn advance(&mut self, engine: &mut Engine, events: u64) -> Option<Stop> {
        let target = engine.state().events.saturating_add(events);
        loop {
            self.look(engine);
            let events = engine.state().events;
            if engine.stopped().is_some() || events >= target {
                return engine.stopped();
            }
            let is_measuring = engine.state().baseline.is_some();
            let batch_ends = if is_measuring { self.next_batch } else { engine.model().run.warmup };
            let until = self.instants.first().map_or(batch_ends, |instant| batch_ends.min(*instant));
            engine.advance(until, target - events);
        }
    }

    /// The report of the run so far, with intervals and the spans asked for.
    pub fn report(&self, engine: &Engine) -> Report {
        let (start, now) = (Counters::at_start(engine), Counters::now(engine, Depth::Full));
        self.completed(Report::new(engine), engine.model(), start.as_ref(), &now)
    }

    /// What was seen of the run so far, to be reported elsewhere.
    pub fn seen(&self, engine: &Engine) -> Seen {
        Seen {
            findings: Findings::of(engine),
            watch: self.clone(),
            start: Counters::at_start(engine),
            now: Counters::now(engine, Depth::Full),
        }
    }

    /// As bytes, for [`Watch::decode`] of the same version.
    pub fn encode(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("lists have a length")
    }

    /// The watch that was encoded.
    pub fn decode(bytes: &[u8]) -> Result<Watch, NoFindings> {
        postcard::from_bytes(bytes).map_err(|_| NoFindings)
    }

    /// A report with intervals and the spans asked for.
    fn completed(
        &self,
        mut report: Report,
        model: &Model,
        start: Option<&Counters>,
        now: &Counters,
    ) -> Report {
        report.parts = parts(model, self.batches.iter());
        for span in &self.spans {
            let from = span.from.map_or(start, |from| self.seen.get(&from));
            let to = span.to.map_or(Some(now), |to| self.seen.get(&to));
            if let (Some(from), Some(to)) = (from, to) {
                let counters = to.since(from);
                let measured = Measured::of(model, &counters);
                let cuts = span.cuts();
                let parts = match cuts.len() {
                    0..=2 => Vec::new(),
                    _ => parts(model, cuts.iter().filter_map(|cut| self.seen.get(cut))),
                };
                report.spans.insert(*span, Watched { counters, measured, parts });
            }
        }
        report.add_intervals();
        report
    }

    /// Copies the counters if it is time to.
    fn look(&mut self, engine: &Engine) {
        let state = engine.state();
        let is_measuring = state.baseline.is_some();
        while let Some(&instant) = self.instants.first()
            && instant <= state.now
        {
            self.instants.pop_first();
            // Before measuring started there is nothing to subtract from later counts.
            if is_measuring && instant == state.now {
                let is_end = |span: &Span| span.from == Some(instant) || span.to == Some(instant);
                let depth = if self.spans.iter().any(is_end) { Depth::Full } else { Depth::Light };
                self.seen.insert(instant, Counters::now(engine, depth));
            }
        }
        if is_measuring && self.has_batches && (self.batches.is_empty() || state.now >= self.next_batch) {
            self.batches.push(Counters::now(engine, Depth::Light));
            if self.batches.len() > MOST_BATCHES {
                let mut number = 0;
                self.batches.retain(|_| {
                    number += 1;
                    number % 2 == 1
                });
                self.batch = self.batch + self.batch;
            }
            self.next_batch = state.now.saturating_add(self.batch);
        }
    }
}

/// What was seen of a run, of which a report is made.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Seen {
    findings: Findings,
    watch: Watch,
    start: Option<Counters>,
    now: Counters,
}

impl Seen {
    /// As bytes, for [`Seen::report`] of the same version.
    pub fn encode(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("lists have a length")
    }

    /// What [`Watch::report`] says of a run of a scenario with these models, of the bytes of what was seen of it. It tells neither
    /// where time went nor of the run over time.
    pub fn report(bytes: &[u8], models: &[Model]) -> Result<Report, NoFindings> {
        let Seen { findings, watch, start, now } = postcard::from_bytes(bytes).map_err(|_| NoFindings)?;
        let model = findings.model(models).ok_or(NoFindings)?;
        let mut counters = watch.batches.iter().chain(watch.seen.values()).chain(&start).chain([&now]);
        if counters.all(|counters| counters.are_of(model)) {
            Ok(watch.completed(Report::of(model, findings), model, start.as_ref(), &now))
        } else {
            Err(NoFindings)
        }
    }
}

/// What was measured between each of the counters and the next.
fn parts<'a>(model: &Model, counters: impl Iterator<Item = &'a Counters> + Clone) -> Vec<Measured> {
    let pairs = counters.clone().zip(counters.skip(1));
    pairs.map(|(before, after)| Measured::of(model, &after.since(before))).collect()
}
