//! Where requests spent their time, by how long they took: sums over all requests of nearly the same latency.

use crate::model::{NodeId, SourceId};
use crate::observe::histogram::{CELL_BITS, cell_of};
use crate::sorted::Map;
use crate::time::Duration;

use super::{Hop, Part};

/// Cells of a histogram that are one here, as a power of two: there are 32 an octave, so latencies in one differ by at
/// most 2.2 %.
const WIDTH_BITS: u32 = CELL_BITS - 5;

/// Time by what it was spent on, in nanoseconds.
pub type Sums = [u128; Part::ALL.len()];

/// Sums over requests that took nearly as long.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Cell {
    /// How many.
    pub requests: u64,
    /// Their latencies.
    pub latency: u128,
    /// The part of it spent on attempts that were repeated, and on waiting to repeat them.
    pub repeated: u128,
    /// Where it was spent, and on what.
    pub nodes: Map<NodeId, Sums>,
}

/// Sums by client and latency.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Breakdown {
    cells: Map<(SourceId, u32), Cell>,
}

/// What was summed up over a part of the requests, each counting as much as it belongs to that part.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Share {
    /// How many requests.
    pub requests: f64,
    /// Their mean latency in seconds.
    pub latency: f64,
    /// The seconds of it that were spent on attempts that were repeated.
    pub repeated: f64,
    /// The seconds of it that were spent at each node, by [`Part::ALL`].
    pub nodes: Map<NodeId, [f64; Part::ALL.len()]>,
}

impl Breakdown {
    /// Adds a request that took `latency`, of which the hops say where it was spent.
    pub fn add(&mut self, source: SourceId, latency: Duration, hops: &[Hop]) {
        let cell =
            self.cells.get_or_insert_with((source, (cell_of(latency.0) >> WIDTH_BITS) as u32), Cell::default);
        cell.requests += 1;
        cell.latency += u128::from(latency.0);
        for hop in hops {
            let sums = cell.nodes.get_or_insert_with(hop.node, Default::default);
            for (sum, part) in sums.iter_mut().zip(Part::ALL) {
                *sum += u128::from(hop.parts.of(part).0);
            }
            let lost = if hop.is_repeated { hop.parts.total() } else { hop.parts.of(Part::BackOff) };
            cell.repeated += u128::from(lost.0);
        }
    }

    /// Adds the sums of another run of the same scenario.
    pub fn merge(&mut self, other: &Breakdown) {
        for (key, theirs) in &other.cells {
            let mine = self.cells.get_or_insert_with(*key, Cell::default);
            mine.requests += theirs.requests;
            mine.latency += theirs.latency;
            mine.repeated += theirs.repeated;
            for (node, sums) in &theirs.nodes {
                let mine = mine.nodes.get_or_insert_with(*node, Default::default);
                mine.iter_mut().zip(sums).for_each(|(mine, its)| *mine += its);
            }
        }
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// What the requests of a client spent their time on whose ranks by latency lie between two shares of all, such as
    /// 0.985 and 0.995 for those around the 99th percentile. Of a cell across a bound a part counts.
    pub fn between(&self, source: SourceId, from: f64, to: f64) -> Option<Share> {
        let cells = || self.cells.between(&(source, 0), &(source, u32::MAX)).map(|(_, cell)| cell);
        let total: u64 = cells().map(|cell| cell.requests).sum();
        let (from, to) = (from * total as f64, to * total as f64);
        let mut share = Share::default();
        let mut before = 0.0;
        for cell in cells() {
            let requests = cell.requests as f64;
            let inside = (before + requests).min(to) - f64::max(before, from);
            before += requests;
            if inside <= 0.0 {
                continue;
            }
            let weight = inside / requests;
            let seconds = |sum: u128| sum as f64 * 1e-9 * weight;
            share.requests += inside;
            share.latency += seconds(cell.latency);
            share.repeated += seconds(cell.repeated);
            for (node, sums) in &cell.nodes {
                let mine = share.nodes.get_or_insert_with(*node, Default::default);
                mine.iter_mut().zip(sums).for_each(|(mine, sum)| *mine += seconds(*sum));
            }
        }
        if share.requests <= 0.0 {
            return None;
        }
        let requests = share.requests;
        share.latency /= requests;
        share.repeated /= requests;
        share.nodes.values_mut().flatten().for_each(|part| *part /= requests);
        Some(share)
    }
}
