//! Which requests are traced: chosen when they are sent, or when they have ended.

use crate::engine::visit::Outcome;
use crate::random::{Key, hash_name};
use crate::time::{Duration, NANOSECONDS_PER_SECOND, Time};

use super::Trace;

/// Keys the draw that decides at the start of a request: the same request draws the same, whatever else changes.
const SAMPLE: u64 = hash_name("trace");

/// A way to choose requests.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Sampling {
    /// This share of all, decided when a request is sent. The requests of a smaller share are among those of a larger.
    Head(f64),
    /// So many a second of simulated time, at most: a share that follows the load, decided when a request is sent.
    Adaptive(f64),
    /// The slowest so many of the run.
    Slowest(u32),
    /// All that took longer.
    SlowerThan(Duration),
    /// All that failed.
    Errors,
}

impl Sampling {
    /// The word by which it is told.
    pub fn word(self) -> &'static str {
        match self {
            Sampling::Head(_) => "head",
            Sampling::Adaptive(_) => "adaptive",
            Sampling::Slowest(_) => "slowest",
            Sampling::SlowerThan(_) => "slower",
            Sampling::Errors => "errors",
        }
    }

    /// How many it keeps back until the end of the run.
    pub(super) fn most(self) -> u32 {
        match self {
            Sampling::Slowest(most) => most,
            Sampling::Head(_) | Sampling::Adaptive(_) | Sampling::SlowerThan(_) | Sampling::Errors => 0,
        }
    }

    /// Whether every request has to be followed to its end to decide.
    pub(super) fn decides_late(self) -> bool {
        match self {
            Sampling::Head(_) | Sampling::Adaptive(_) => false,
            Sampling::Slowest(_) | Sampling::SlowerThan(_) | Sampling::Errors => true,
        }
    }

    /// Whether it chooses a request that has ended, however many there are.
    pub(super) fn takes(self, trace: &Trace) -> bool {
        match self {
            Sampling::SlowerThan(bound) => trace.latency().is_some_and(|latency| latency > bound),
            Sampling::Errors => trace.root().ended.is_some() && trace.root().outcome != Outcome::Completed,
            Sampling::Head(_) | Sampling::Adaptive(_) | Sampling::Slowest(_) => false,
        }
    }

    /// With which probability it chooses a request that is sent now, if it does.
    pub(super) fn takes_new(self, pace: &mut Pace, stream: Key, now: Time) -> Option<f64> {
        let drawn = || stream.child(SAMPLE).draws().unit();
        match self {
            Sampling::Head(share) => (drawn() < share).then_some(share),
            Sampling::Adaptive(budget) => {
                let share = pace.share(budget, now);
                (drawn() < share && pace.spend()).then_some(share)
            }
            Sampling::Slowest(_) | Sampling::SlowerThan(_) | Sampling::Errors => None,
        }
    }
}

/// What adaptive sampling remembers: how many requests came, and how much of its budget is left.
///
/// The share is the budget over the rate of the second before, so that traces are spread evenly; what a spike brings
/// above it is cut off by a bucket that holds a second's worth.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Pace {
    second: u64,
    came: u64,
    came_before: Option<u64>,
    tokens: f64,
}

impl Pace {
    fn share(&mut self, budget: f64, now: Time) -> f64 {
        let second = now.0 / NANOSECONDS_PER_SECOND;
        if self.came == 0 && self.came_before.is_none() {
            self.tokens = budget.max(1.0);
        }
        if second > self.second {
            // A second in which nobody came leaves nothing to go by.
            self.came_before = (second == self.second + 1).then_some(self.came);
            let earned = budget * (second - self.second) as f64;
            self.tokens = (self.tokens + earned).min(budget.max(1.0));
            (self.second, self.came) = (second, 0);
        }
        self.came += 1;
        match self.came_before {
            Some(before) if before > 0 => (budget / before as f64).min(1.0),
            _ => 1.0,
        }
    }

    fn spend(&mut self) -> bool {
        let has_one = self.tokens >= 1.0;
        if has_one {
            self.tokens -= 1.0;
        }
        has_one
    }
}
