//! What somebody who watches a run while it goes on wants to know besides its counts: how much goes along each arrow of the
//! graph, and how long answers took in the last moments.
//!
//! Everything counts from the start of the run, warm-up included, for who watches sees that too.

use crate::arena::Arena;
use crate::model::{Model, NodeId, SourceId};
use crate::sorted::Map;

use super::histogram::{CELL_BITS, cell_of, middle_of_wide};

/// Cells of a histogram that are one here, as a power of two: there are sixteen an octave.
const WIDTH_BITS: u32 = CELL_BITS - 4;
/// No value needs more.
const CELLS: usize = 1024;

/// Counts for whoever watches.
#[derive(Clone, PartialEq, Debug)]
pub struct Live {
    /// The position in `arrows` of the arrow between two nodes.
    places: Map<(NodeId, NodeId), usize>,
    /// What went along each arrow.
    pub arrows: Vec<ArrowCount>,
    /// What clients saw.
    pub clients: Arena<SourceId, ClientCount>,
    /// What nodes did.
    pub nodes: Arena<NodeId, NodeCount>,
}

/// What went along an arrow of the graph.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ArrowCount {
    /// Calls and lookups.
    pub sent: u64,
    /// Calls that were answered with an error, or not in time.
    pub failed: u64,
    /// Calls that were tries beyond the first.
    pub retries: u64,
}

/// What a client saw.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ClientCount {
    /// Requests answered.
    pub completed: u64,
    /// Requests failed.
    pub failed: u64,
    /// Attempts beyond the first.
    pub retries: u64,
    /// How long answers took since this was last taken.
    pub latency: Recent,
}

/// What a node did.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct NodeCount {
    /// Visits that failed.
    pub failed: u64,
    /// Lookups of a cache that found what they looked for.
    pub hits: u64,
    /// Lookups of a cache or a name.
    pub lookups: u64,
    /// How long visits took, from arrival to reply, since this was last taken.
    pub latency: Recent,
}

impl Live {
    /// Nothing counted yet, along these arrows.
    pub fn new(model: &Model, arrows: &[(NodeId, NodeId)]) -> Live {
        Live {
            places: arrows.iter().enumerate().map(|(place, arrow)| (*arrow, place)).collect(),
            arrows: vec![ArrowCount::default(); arrows.len()],
            clients: model.sources.map(|_| ClientCount::default()),
            nodes: model.nodes.map(|_| NodeCount::default()),
        }
    }

    /// The counts of the arrow between two nodes, if there is one.
    pub fn arrow(&mut self, from: NodeId, to: NodeId) -> Option<&mut ArrowCount> {
        let place = *self.places.get(&(from, to))?;
        self.arrows.get_mut(place)
    }
}

/// A coarse histogram of values of late.
#[derive(Clone, PartialEq, Debug)]
pub struct Recent(Box<[u32; CELLS]>);

impl Default for Recent {
    fn default() -> Recent {
        Recent(Box::new([0; CELLS]))
    }
}

impl Recent {
    /// Counts `value`.
    pub fn record(&mut self, value: u64) {
        self.0[(cell_of(value) >> WIDTH_BITS) % CELLS] += 1;
    }

    /// What was counted.
    pub fn counts(&self) -> Counts {
        let cells = self.0.iter().enumerate().filter(|(_, count)| **count > 0);
        Counts(cells.map(|(cell, count)| (cell as u16, *count)).collect())
    }

    /// What was counted; nothing is, afterwards.
    pub fn take(&mut self) -> Counts {
        let counts = self.counts();
        self.0.fill(0);
        counts
    }
}

/// The cells of a [`Recent`] that hold values: (cell, count), by cell.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Counts(Vec<(u16, u32)>);

impl Counts {
    /// The values at which these shares of all parts together are reached, within 3 %; none where there are no values.
    pub fn quantiles<const N: usize>(parts: &[&Counts], shares: [f64; N]) -> Option<[u64; N]> {
        let mut cells = [0u32; CELLS];
        for (cell, count) in parts.iter().flat_map(|part| &part.0) {
            cells[usize::from(*cell)] += count;
        }
        let total: u64 = cells.iter().map(|count| u64::from(*count)).sum();
        if total == 0 {
            return None;
        }
        let mut found = [0; N];
        for (place, share) in found.iter_mut().zip(shares) {
            let rank = ((share * total as f64).ceil() as u64).clamp(1, total);
            let mut seen = 0;
            let cell = cells.iter().position(|count| {
                seen += u64::from(*count);
                seen >= rank
            });
            *place = middle_of_wide(cell.unwrap_or(CELLS - 1), WIDTH_BITS);
        }
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_several_parts_are_within_three_percent() {
        let (mut low, mut high) = (Recent::default(), Recent::default());
        (1..=5_000u64).for_each(|value| low.record(value * 1_000));
        (5_001..=10_000u64).for_each(|value| high.record(value * 1_000));
        let (low, high) = (low.take(), high.take());
        let [p50, p99] = Counts::quantiles(&[&low, &high], [0.5, 0.99]).expect("there are values");
        assert!((p50 as f64 / 5e6 - 1.0).abs() < 0.04, "{p50}");
        assert!((p99 as f64 / 9.9e6 - 1.0).abs() < 0.04, "{p99}");
        assert_eq!(Counts::quantiles(&[&Counts::default()], [0.5]), None);
        assert!(cell_of(u64::MAX) >> WIDTH_BITS < CELLS, "each value has a cell of its own");
    }

    #[test]
    fn what_was_taken_is_gone() {
        let mut recent = Recent::default();
        recent.record(7);
        assert_eq!(recent.take(), Counts(vec![(0, 1)]));
        assert_eq!(recent.take(), Counts::default());
    }
}
