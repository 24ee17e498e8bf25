//! The run over time: load, answers, latency, and how full, how busy and how many each node was.
//!
//! A run of unknown length keeps at most [`MOST_ROWS`] rows: when they are full, neighbours are joined and the
//! interval doubles. Percentiles of an interval come from a coarse histogram of that interval alone.

use super::histogram::{CELL_BITS, lowest_of, middle_of_wide};
use super::tally::Ledger;
use crate::time::{Duration, Time};

/// The most rows a series keeps.
pub const MOST_ROWS: usize = 240;

/// Cells of a histogram that are one here, as a power of two: there are eight an octave.
const WIDTH_BITS: u32 = CELL_BITS - 3;
/// No value needs more.
const CELLS: usize = 512;

/// What happened in one interval, and how things stood at its end.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// The end of the interval.
    pub at: Time,
    /// Requests made.
    pub offered: u64,
    /// Requests answered.
    pub completed: u64,
    /// Requests failed.
    pub failed: u64,
    /// Latencies of answered requests, coarsely.
    latencies: Vec<u32>,
    /// By node, at the end of the interval.
    pub nodes: Vec<NodeRow>,
}

/// How a node stands at an instant.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct NodeRow {
    /// Visits present.
    pub present: u32,
    /// Instances that take calls.
    pub ready: u32,
    /// ∫ busy dt of its main pools, since the start of the run.
    pub busy: u128,
    /// Nanoseconds for which these pools have existed, all added.
    pub alive: u128,
}

impl Row {
    /// How many answers took less than each latency, and not less than the one before; cells without any are left out.
    pub fn latencies(&self) -> impl Iterator<Item = (Duration, u64)> + '_ {
        let cells = self.latencies.iter().enumerate().filter(|(_, count)| **count > 0);
        cells.map(|(cell, count)| (Duration(lowest_of((cell + 1) << WIDTH_BITS)), u64::from(*count)))
    }

    /// The latency of `share` of the answers of this interval, within 6 % or 32 ns.
    pub fn latency(&self, share: f64) -> Option<Duration> {
        let total: u64 = self.latencies.iter().map(|&count| u64::from(count)).sum();
        let rank = (share * total as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        self.latencies.iter().enumerate().find_map(|(cell, &count)| {
            seen += u64::from(count);
            (seen >= rank).then(|| Duration(middle_of_wide(cell, WIDTH_BITS)))
        })
    }
}

/// The rows so far and the interval that is going on.
#[derive(Clone, PartialEq, Debug)]
pub struct Series {
    /// The intervals that are over.
    pub rows: Vec<Row>,
    /// The length of an interval.
    pub every: Duration,
    /// The counts at the end of the last interval.
    before: Ledger,
    latencies: Box<[u32; CELLS]>,
}

impl Series {
    /// An empty series of intervals of this length.
    pub fn new(every: Duration) -> Series {
        Series { rows: Vec::new(), every, before: Ledger::default(), latencies: Box::new([0; CELLS]) }
    }

    /// Counts an answer whose latency has this cell in histograms.
    #[inline(always)]
    pub(super) fn completed(&mut self, cell: usize) {
        self.latencies[(cell >> WIDTH_BITS) % CELLS] += 1;
    }

    /// Ends the interval at `at`, when the run's counts were `ledger` and the nodes stood so.
    pub fn close(&mut self, at: Time, ledger: Ledger, nodes: Vec<NodeRow>) {
        let before = std::mem::replace(&mut self.before, ledger);
        self.rows.push(Row {
            at,
            offered: ledger.offered - before.offered,
            completed: ledger.completed - before.completed,
            failed: ledger.failed - before.failed,
            latencies: self.latencies.to_vec(),
            nodes,
        });
        self.latencies.fill(0);
        if self.rows.len() >= MOST_ROWS {
            self.join_neighbours();
        }
    }

    fn join_neighbours(&mut self) {
        let mut joined = Vec::with_capacity(MOST_ROWS);
        let mut rows = self.rows.drain(..);
        while let Some(mut row) = rows.next() {
            if let Some(next) = rows.next() {
                row.at = next.at;
                row.offered += next.offered;
                row.completed += next.completed;
                row.failed += next.failed;
                row.latencies.iter_mut().zip(&next.latencies).for_each(|(mine, its)| *mine += its);
                row.nodes = next.nodes;
            }
            joined.push(row);
        }
        drop(rows);
        self.rows = joined;
        self.every = Duration(self.every.0 * 2);
    }
}

#[cfg(test)]
mod tests {
    use super::super::histogram::cell_of;
    use super::*;

    #[test]
    fn rows_are_joined_without_losing_counts() {
        let mut series = Series::new(Duration(10));
        for step in 1..=1_000u64 {
            series.completed(cell_of(step));
            let ledger = Ledger { offered: step, completed: step, ..Ledger::default() };
            series.close(Time(step * 10), ledger, vec![NodeRow { present: 1, ..NodeRow::default() }]);
        }
        assert!(series.rows.len() < MOST_ROWS);
        assert_eq!(series.rows.iter().map(|row| row.completed).sum::<u64>(), 1_000);
        assert!(series.rows.windows(2).all(|pair| pair[0].at < pair[1].at));
        assert_eq!(series.rows.last().map(|row| row.at), Some(Time(10_000)));
    }

    #[test]
    fn a_coarse_percentile_is_within_six_percent() {
        let mut series = Series::new(Duration(10));
        (1..=10_000u64).for_each(|value| series.completed(cell_of(value * 1_000)));
        series.close(Time(10), Ledger::default(), vec![]);
        let p99 = series.rows[0].latency(0.99).expect("there are answers").0 as f64;
        assert!((p99 / 9_900_000.0 - 1.0).abs() < 0.07, "{p99}");
        assert!(cell_of(u64::MAX) >> WIDTH_BITS < CELLS, "each value has a cell of its own octave");
    }
}
