//! Retries: whether a failed call is tried again, and after how long.
//!
//! Sources: Brooker's backoff-and-jitter article and simulator (AWS 2015); Finagle's `RetryBudget`, whose deposits
//! and withdrawals both expire after a window.

use serde::{Deserialize, Serialize};

use crate::arena::Arena;
use crate::distribution::Sampler;
use crate::model::SamplerId;
use crate::random::Draws;
use crate::time::{Duration, Time};

/// When a failed call is tried again.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Retry {
    /// Attempts in all, the first one included; none: until it succeeds.
    pub attempts: Option<u32>,
    /// How long to wait before the next attempt.
    pub backoff: Backoff,
    /// What bounds the retries of this call site as a share of its requests.
    pub budget: Option<Budget>,
}

/// The wait before a retry, from base `b` and cap `C`; `n` counts retries from 0 and exp(n) = min(C, b·2ⁿ).
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub enum Backoff {
    /// No wait.
    None,
    /// Always the same wait.
    Fixed(Duration),
    /// exp(n).
    Exponential(Range),
    /// Uniform in [0, exp(n)].
    FullJitter(Range),
    /// exp(n)/2 plus uniform in [0, exp(n)/2].
    EqualJitter(Range),
    /// min(C, uniform in [b, 3·previous]), where the first previous one is b.
    Decorrelated(Range),
    /// Drawn from a distribution.
    Drawn(SamplerId),
}

/// The base and the cap of a growing wait.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Range {
    /// The wait before the first retry, before jitter.
    pub base: Duration,
    /// The longest wait.
    pub cap: Duration,
}

impl Range {
    fn exponential(self, retry: u32) -> f64 {
        let factor = if retry < 63 { (1u64 << retry) as f64 } else { f64::MAX };
        (self.base.0 as f64 * factor).min(self.cap.0 as f64)
    }
}

/// A budget: within any window, retries ≤ `ratio` × requests + `floor` × window.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Budget {
    /// Retries allowed for each request.
    pub ratio: f64,
    /// Retries a second that are always allowed.
    pub floor: f64,
    /// How long requests and retries are remembered.
    pub window: Duration,
}

impl Backoff {
    /// The wait before the `retry`-th retry (from 0). `draws` belongs to the request, so a chain of decorrelated
    /// waits can be computed again from its start instead of being remembered.
    pub fn wait(&self, retry: u32, draws: &mut Draws, samplers: &Arena<SamplerId, Sampler>) -> Duration {
        match *self {
            Backoff::None => Duration::ZERO,
            Backoff::Fixed(wait) => wait,
            Backoff::Exponential(range) => Duration::from_nanos_f64(range.exponential(retry)),
            Backoff::FullJitter(range) => {
                let unit = skip(draws, retry).unit();
                Duration::from_nanos_f64(unit * range.exponential(retry))
            }
            Backoff::EqualJitter(range) => {
                let half = range.exponential(retry) / 2.0;
                Duration::from_nanos_f64(half + skip(draws, retry).unit() * half)
            }
            Backoff::Decorrelated(range) => {
                let (base, cap) = (range.base.0 as f64, range.cap.0 as f64);
                let last = (0..=retry)
                    .fold(base, |previous, _| (base + draws.unit() * (3.0 * previous - base)).min(cap));
                Duration::from_nanos_f64(last)
            }
            Backoff::Drawn(sampler) => {
                let mut own = crate::random::Key(skip(draws, retry).bits()).draws();
                samplers[sampler].sample_duration(&mut own)
            }
        }
    }
}

/// `draws` after one number for each earlier retry, so that every retry has its own.
fn skip(draws: &mut Draws, retry: u32) -> &mut Draws {
    draws.skip(u64::from(retry));
    draws
}

/// How finely a budget's window slides.
const SLOTS: usize = 10;

/// Requests and retries of the last window, in tenths of it.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct BudgetMemory {
    slots: [(u64, u64); SLOTS],
    /// The number of the tenth that the latest count belongs to.
    latest: u64,
    requests: u64,
    retries: u64,
}

impl BudgetMemory {
    /// Counts a first attempt at `now`.
    pub fn deposit(&mut self, budget: &Budget, now: Time) {
        let slot = self.slide(budget, now);
        self.slots[slot].0 += 1;
        self.requests += 1;
    }

    /// Whether a retry is allowed at `now`; an allowed one is counted at once, before its back-off.
    pub fn withdraw(&mut self, budget: &Budget, now: Time) -> bool {
        let slot = self.slide(budget, now);
        let allowed = budget.ratio * self.requests as f64 + budget.floor * budget.window.as_secs_f64();
        // A retry fits if the allowance covers it whole; the margin forgives the rounding of `ratio`.
        let fits = (self.retries + 1) as f64 <= allowed + 1e-9;
        if fits {
            self.slots[slot].1 += 1;
            self.retries += 1;
        }
        fits
    }

    /// Forgets what is older than the window and returns the slot of `now`.
    fn slide(&mut self, budget: &Budget, now: Time) -> usize {
        let tenth = now.0 / (budget.window.0 / SLOTS as u64).max(1);
        let passed = tenth.saturating_sub(self.latest).min(SLOTS as u64);
        for step in 1..=passed {
            let (requests, retries) =
                std::mem::take(&mut self.slots[((self.latest + step) % SLOTS as u64) as usize]);
            self.requests -= requests;
            self.retries -= retries;
        }
        if passed == SLOTS as u64 {
            *self = BudgetMemory::default();
        }
        self.latest = tenth.max(self.latest);
        (self.latest % SLOTS as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Key;

    const RANGE: Range = Range { base: Duration(100), cap: Duration(1_000) };

    fn mean_wait(backoff: Backoff, retry: u32) -> f64 {
        let samplers = Arena::new();
        let count = 20_000;
        (0..count)
            .map(|n| backoff.wait(retry, &mut Key(n).numbered(n).draws(), &samplers).0 as f64)
            .sum::<f64>()
            / count as f64
    }

    #[test]
    fn waits_have_the_documented_means() {
        // (policy, retry, mean, five standard errors of 20,000 draws)
        for (backoff, retry, mean, tolerance) in [
            (Backoff::None, 3, 0.0, 0.0),
            (Backoff::Fixed(Duration(70)), 3, 70.0, 0.0),
            (Backoff::Exponential(RANGE), 0, 100.0, 0.0),
            (Backoff::Exponential(RANGE), 3, 800.0, 0.0),
            (Backoff::Exponential(RANGE), 4, 1_000.0, 0.0),
            (Backoff::Exponential(RANGE), 500, 1_000.0, 0.0),
            (Backoff::FullJitter(RANGE), 2, 200.0, 4.1),
            (Backoff::EqualJitter(RANGE), 2, 300.0, 2.1),
            (Backoff::Decorrelated(RANGE), 0, 200.0, 2.1),
        ] {
            let measured = mean_wait(backoff, retry);
            assert!((measured - mean).abs() <= tolerance, "{backoff:?} {retry}: {measured} against {mean}");
        }
    }

    #[test]
    fn every_retry_draws_anew() {
        let samplers = Arena::new();
        let wait = |retry| Backoff::FullJitter(RANGE).wait(retry, &mut Key(5).draws(), &samplers).0;
        assert_ne!(wait(4), wait(5), "both are capped at 1,000");
    }

    #[test]
    fn a_budget_allows_its_share_and_forgets_after_its_window() {
        let budget = Budget { ratio: 0.1, floor: 0.0, window: Duration::from_secs_f64(10.0) };
        let mut memory = BudgetMemory::default();
        let at = |seconds: f64| Time::ZERO + Duration::from_secs_f64(seconds);
        for _ in 0..100 {
            memory.deposit(&budget, at(1.0));
        }
        let granted = (0..50).filter(|_| memory.withdraw(&budget, at(2.0))).count();
        assert_eq!(granted, 10);
        assert!(!memory.withdraw(&budget, at(30.0)), "the requests are forgotten");
    }

    #[test]
    fn a_floor_allows_retries_without_requests() {
        let budget = Budget { ratio: 0.0, floor: 2.0, window: Duration::from_secs_f64(10.0) };
        let mut memory = BudgetMemory::default();
        let granted = (0..50).filter(|_| memory.withdraw(&budget, Time(0))).count();
        assert_eq!(granted, 20);
    }
}
