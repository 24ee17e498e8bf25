//! The checkpoints of a live run: as many as fit the memory, and evenly spread over what has been simulated.

use crate::engine::Engine;
use crate::engine::live::Checkpoint;
use crate::time::Time;

use super::count::Totals;
use super::rows::Rows;

/// What all checkpoints together may take.
const MOST_BYTES: usize = 128 << 20;

/// A checkpoint, and where the rows stood.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub checkpoint: Checkpoint,
    /// Events so far.
    events: u64,
    /// The row that was being made.
    pub row: usize,
    /// The counts at its start.
    pub row_start: Totals,
}

/// All checkpoints, by time.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    marks: Vec<Mark>,
    bytes: usize,
    /// By how much more than asked for checkpoints are apart, as a power of two: the memory was full so often.
    thinned: u32,
}

impl History {
    /// Whether a checkpoint is due that is at least so many events after the last one before it.
    pub fn is_due(&self, engine: &Engine, events: u64) -> bool {
        let (now, done) = (engine.state().now, engine.state().events);
        let place = self.marks.partition_point(|mark| mark.checkpoint.at() <= now);
        let before = place.checked_sub(1).map(|place| &self.marks[place]);
        before.is_none_or(|mark| {
            done >= mark.events.saturating_add(events << self.thinned) && mark.checkpoint.at() < now
        })
    }

    /// Adds a checkpoint now.
    pub fn add(&mut self, engine: &Engine, rows: &Rows) {
        let checkpoint = engine.checkpoint();
        let place = self.marks.partition_point(|mark| mark.checkpoint.at() <= checkpoint.at());
        self.bytes += checkpoint.bytes();
        let (row, row_start) = rows.position();
        let mark = Mark { checkpoint, events: engine.state().events, row, row_start: row_start.clone() };
        self.marks.insert(place, mark);
        if self.bytes > MOST_BYTES && self.marks.len() > 2 {
            self.thin();
        }
    }

    /// The last checkpoint that is not later than `at` and that will do.
    pub fn before(&self, at: Time, does: impl Fn(&Mark) -> bool) -> Option<&Mark> {
        let place = self.marks.partition_point(|mark| mark.checkpoint.at() <= at);
        self.marks[..place].iter().rev().find(|mark| does(mark))
    }

    /// Forgets the checkpoints from `at` on: the run goes another way from there.
    pub fn forget_from(&mut self, at: Time) {
        self.marks.retain(|mark| mark.checkpoint.at() < at);
        self.count_bytes();
    }

    /// Every second checkpoint goes; the first one stays.
    fn thin(&mut self) {
        let mut number = 0;
        self.marks.retain(|_| {
            number += 1;
            number % 2 == 1
        });
        self.thinned += 1;
        self.count_bytes();
    }

    fn count_bytes(&mut self) {
        self.bytes = self.marks.iter().map(|mark| mark.checkpoint.bytes()).sum();
    }
}
