//! The run over time, row by row, for charts: what happened in each interval, and how things stood at its end.
//!
//! A run that was taken back keeps the rows it has already made, for it will make the same again, until a change of the
//! scenario makes them void.

use std::collections::VecDeque;

use crate::engine::Engine;
use crate::model::Model;
use crate::observe::live::Counts;
use crate::time::{Duration, Time};

use super::count::{Places, Totals};
use super::frame::{Layout, write_row};
use super::history::Mark;

/// Rows an expected duration has at least.
const ROWS_A_SAMPLE: u64 = 2;
/// After so many rows, and again and again after so many more, an interval is twice as long: their number stays bounded.
const ROWS_BEFORE_DOUBLING: usize = 4_000;
/// Of so many of the last rows counts and latencies are kept, to tell of the last moments.
const MOST_PAST: usize = 400;

/// The rows so far, and the one that is being made.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    layout: Layout,
    /// All rows, one after another.
    values: Vec<f64>,
    /// When each row ends.
    ends: Vec<Time>,
    /// The row that is being made.
    current: usize,
    /// The counts at its start.
    start: Totals,
    /// What happened in the rows before it, the latest last.
    past: VecDeque<Past>,
    every: Duration,
}

/// A row that is over.
#[derive(Clone, Debug)]
pub(super) struct Past {
    /// The counts at its start.
    pub start: Totals,
    pub latencies: Latencies,
}

/// How long answers took in a row, by client and by node.
#[derive(Clone, Debug)]
pub(super) struct Latencies {
    pub clients: Vec<Counts>,
    pub nodes: Vec<Counts>,
}

impl Rows {
    pub fn new(model: &Model, start: Totals) -> Rows {
        let every = Duration((model.run.sample_every.0 / ROWS_A_SAMPLE).max(1));
        let layout = Layout::of_row(model, start.arrows.len());
        Rows { layout, values: Vec::new(), ends: Vec::new(), current: 0, start, past: VecDeque::new(), every }
    }

    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// When the row that is being made ends.
    pub fn next_end(&self) -> Time {
        match self.ends.get(self.current) {
            Some(end) => *end,
            None => {
                let doublings = (self.current / ROWS_BEFORE_DOUBLING).min(30) as u32;
                self.start.at.saturating_add(Duration(self.every.0.saturating_mul(1 << doublings)))
            }
        }
    }

    /// Where the rows stand, to come back to.
    pub fn position(&self) -> (usize, &Totals) {
        (self.current, &self.start)
    }

    /// The counts at the start of the row that is being made, and what happened in those before, the latest last.
    pub fn lately(&self) -> (&Totals, &VecDeque<Past>) {
        (&self.start, &self.past)
    }

    /// Ends a row now.
    pub fn close(&mut self, engine: &mut Engine, places: &Places) {
        let totals = Totals::of(engine, places);
        if totals.at == self.start.at {
            return;
        }
        let Some(live) = engine.live_counts() else { return };
        let latencies = Latencies {
            clients: live.clients.iter_mut().map(|client| client.latency.take()).collect(),
            nodes: live.nodes.iter_mut().map(|node| node.latency.take()).collect(),
        };
        let is_known = self.ends.get(self.current) == Some(&totals.at);
        if !is_known {
            self.truncate(self.current);
            self.ends.push(totals.at);
            write_row(&self.layout, engine, places, &self.start, &totals, &latencies, &mut self.values);
        }
        self.current += 1;
        let start = std::mem::replace(&mut self.start, totals);
        self.past.push_back(Past { start, latencies });
        if self.past.len() > MOST_PAST {
            self.past.pop_front();
        }
    }

    /// The run is where `mark` was made.
    pub fn return_to(&mut self, mark: &Mark) {
        self.current = mark.row;
        self.start = mark.row_start.clone();
        self.past.clear();
    }

    /// Rows that end after `at`, or there, are void.
    pub fn forget_from(&mut self, at: Time) {
        let keep = self.ends.partition_point(|end| *end < at);
        self.truncate(keep);
    }

    fn truncate(&mut self, keep: usize) {
        self.ends.truncate(keep);
        self.values.truncate(keep * self.layout.length);
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The rows from this position on, one after another.
    pub fn values(&self, from: usize) -> &[f64] {
        self.values.get(from * self.layout.length..).unwrap_or_default()
    }
}
