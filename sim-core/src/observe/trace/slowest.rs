//! The slowest requests of a run, as many as somebody wants.

use std::cmp::Reverse;

use crate::engine::visit::Outcome;
use crate::model::SourceId;
use crate::sorted::Map;
use crate::time::{Duration, Time};

use super::{Hop, Trace};

/// One of the slowest requests, explained.
#[derive(Clone, PartialEq, Debug)]
pub struct Slow {
    /// Its client.
    pub source: SourceId,
    /// Its number at the client.
    pub number: u64,
    /// The position of its class.
    pub class: u8,
    /// When it was meant to be sent.
    pub sent: Time,
    /// How long it took.
    pub latency: Duration,
    /// How it ended.
    pub outcome: Outcome,
    /// Where it spent its time.
    pub hops: Vec<Hop>,
}

/// By how slow: the slowest last, and of equals the one that was sent last first.
pub(super) type Slowness = (Duration, Reverse<(Time, SourceId, u64)>);

/// How slow a request was.
pub(super) fn slowness(trace: &Trace, latency: Duration) -> Slowness {
    (latency, Reverse((trace.root().sent, trace.source, trace.number)))
}

/// The slowest so many.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Slowest<T> {
    most: usize,
    found: Map<Slowness, T>,
}

impl<T> Slowest<T> {
    /// None so far.
    pub(super) fn new(most: u32) -> Slowest<T> {
        Slowest { most: most as usize, found: Map::new() }
    }

    /// Whether a request is among the slowest so far.
    pub(super) fn has_room_for(&self, slowness: Slowness) -> bool {
        let is_slower = self.found.first_key_value().is_some_and(|(least, _)| slowness > *least);
        self.most > 0 && (is_slower || self.found.len() < self.most)
    }

    /// Adds one, in whose stead the least slow may go.
    pub(super) fn add(&mut self, slowness: Slowness, request: T) {
        self.found.insert(slowness, request);
        if self.found.len() > self.most {
            self.found.pop_first();
        }
    }

    /// All of them, the slowest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.found.values().rev()
    }

    /// Takes all of them, the slowest first.
    pub(super) fn take(&mut self) -> impl Iterator<Item = T> + use<T> {
        std::mem::take(&mut self.found).into_values().rev()
    }
}
