//! The digest of a run: one number that two runs share exactly if every request met the same fate at the same time.
//!
//! ## Invariant: the digest knows outcomes, not how they were computed
//! It is a sum over requests and nodes, so the order in which the engine handles simultaneous or independent events
//! does not enter it, nor do observers.

use crate::random::mix;
use crate::time::Time;

/// The version of results: raised when the same scenario and seed give other numbers than before, on purpose.
pub const RESULTS: u32 = 2;

/// A sum over facts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Digest(u64);

impl Digest {
    /// Adds the fate of a request: its stream (seed, client and number), when it was sent, and how and when it ended.
    #[inline(always)]
    pub fn request(&mut self, stream: u64, sent: Time, ended: Time, outcome: u8) {
        let fate = mix(sent.0 ^ (u64::from(outcome) << 56)).wrapping_add(ended.0);
        self.0 = self.0.wrapping_add(mix(stream.wrapping_add(fate)));
    }

    /// Adds a final count of something named; nothing is added for what never happened, so that a node which nobody
    /// calls leaves the digest alone.
    pub fn count(&mut self, tag: u64, what: u64, count: u64) {
        if count > 0 {
            self.0 = self.0.wrapping_add(mix(tag ^ mix(what ^ mix(count))));
        }
    }

    /// The sixteen digits that stand for the run.
    pub fn text(self) -> String {
        format!("{:016x}", mix(self.0 ^ u64::from(RESULTS)))
    }
}
