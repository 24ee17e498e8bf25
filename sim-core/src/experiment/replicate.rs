//! Replications: runs of one scenario that differ only in their seeds, and how many of them it takes.

use crate::random::{Key, hash_name};
use crate::report::interval::Estimate;
use crate::report::{ClientReport, Report};

/// Seeds are whole numbers that every reader of JSON keeps exactly.
const SEED_BITS: u32 = 53;

/// The seed of a replication: the scenario's own for the first, and one derived from it for each further one. So two
/// scenarios of one seed see the same requests in the same replication, and more replications repeat the first ones.
pub fn seed_of(seed: u64, replication: u32) -> u64 {
    match replication {
        0 => seed,
        further => Key::from_seed(seed).child(REPLICATION).numbered(u64::from(further)).0 >> (64 - SEED_BITS),
    }
}

/// The seeds of the first `count` replications.
pub fn seeds(seed: u64, count: u32) -> Vec<u64> {
    (0..count).map(|replication| seed_of(seed, replication)).collect()
}

/// Keys the seeds of replications.
const REPLICATION: u64 = hash_name("replication");

/// How sure an estimate has to be.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Precision {
    /// The error that is tolerated, as a share of the value.
    pub share: f64,
    /// The most replications.
    pub most: u32,
}

/// What is to be done next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// The estimate is as sure as it has to be.
    Enough,
    /// Run replications until there are so many.
    Until(u32),
    /// There are as many as allowed, and it is not.
    Bound,
}

impl Precision {
    /// So many replications are run before the first look: fewer tell their own spread badly, and a run that stops at
    /// the first interval that happens to be narrow is too sure of itself.
    pub const FIRST: u32 = 10;

    /// Half the 95 % interval over the value at which the error is at most the share: an interval around an estimate
    /// that is itself off by γ is judged by γ/(1 + γ) (Law 2015, §9.4.1).
    pub fn target(self) -> f64 {
        self.share / (1.0 + self.share)
    }

    /// Half the 95 % interval of an estimate over its value; none where that cannot be told.
    pub fn reached(estimate: Option<Estimate>) -> Option<f64> {
        let estimate = estimate?;
        let [low, high] = estimate.interval95()?;
        let half = (high - low) / 2.0;
        (estimate.value != 0.0).then_some(half / estimate.value.abs())
    }

    /// What comes after `done` replications with this estimate. As many as the spread says are needed, but at most twice
    /// as many as there are: a first spread may be far off.
    pub fn next(self, done: u32, estimate: Option<Estimate>) -> Next {
        let first = Precision::FIRST.min(self.most);
        if done < first {
            return Next::Until(first);
        }
        let reached = Precision::reached(estimate);
        if reached.is_some_and(|reached| reached <= self.target()) {
            return Next::Enough;
        }
        if done >= self.most {
            return Next::Bound;
        }
        let double = done.saturating_mul(2);
        let needed = reached.map_or(double, |reached| {
            let times = reached / self.target();
            (f64::from(done) * times * times).ceil().min(f64::from(double)) as u32
        });
        Next::Until(needed.clamp(done + 1, self.most))
    }
}

/// A percentile that so few requests lie beyond, in each replication or each batch of a single run, that its interval is too
/// narrow.
#[derive(Clone, PartialEq, Debug)]
pub struct ThinTail {
    /// The client.
    pub client: String,
    /// Which percentile, such as 99.
    pub percentile: f64,
    /// How many requests of a replication or batch lie beyond it, on average.
    pub beyond: f64,
}

impl ThinTail {
    /// From so many requests beyond it on, an interval by ten replications or by batches covers the true percentile as often
    /// as it says; with a tenth of them some 80 times in 100 (`tests/coverage.rs`).
    pub const ENOUGH: f64 = 200.0;
}

/// The lowest percentile of each client whose interval is too narrow, among those that people read first.
pub fn thin_tails(report: &Report) -> Vec<ThinTail> {
    let parts = report.part_count() as f64;
    let thin = |(client, measured): (&String, &ClientReport)| {
        let answered = measured.completed as f64 / parts;
        let beyond = |percentile: f64| answered * (1.0 - percentile / 100.0);
        let has_interval = |percentile: f64| {
            report.interval95.contains_key(&format!("clients.{client}.latency_ms.p{percentile}"))
        };
        let thin = [90.0, 95.0, 99.0]
            .into_iter()
            .find(|percentile| has_interval(*percentile) && beyond(*percentile) < ThinTail::ENOUGH);
        thin.map(|percentile| ThinTail { client: client.clone(), percentile, beyond: beyond(percentile) })
    };
    report.measured.clients.iter().filter_map(thin).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_first_replication_is_the_scenario_itself_and_all_differ() {
        let many = seeds(7, 10_000);
        assert_eq!(many[0], 7);
        assert_eq!(many.iter().collect::<BTreeSet<_>>().len(), many.len());
        assert!(many.iter().all(|seed| *seed < 1 << SEED_BITS));
        assert_eq!(seeds(7, 3), many[..3]);
        assert_ne!(seeds(8, 3)[1..], many[1..3]);
    }

    /// An estimate whose interval is `half` wide on each side, at ten degrees of freedom.
    fn estimate(value: f64, half: f64) -> Option<Estimate> {
        Some(Estimate { value, error: Some(half / 2.228_138_852), freedom: 10.0 })
    }

    #[test]
    fn as_many_follow_as_the_spread_asks_for() {
        let precision = Precision { share: 0.02, most: 1_000 };
        assert_eq!(precision.next(0, None), Next::Until(10));
        // Half the interval is 2.4 % where 1.96 % is asked for: (2.4/1.96)² as many, so 15.
        assert_eq!(precision.next(10, estimate(100.0, 2.4)), Next::Until(15));
        assert_eq!(precision.next(15, estimate(100.0, 1.9)), Next::Enough);
        // A first spread is not trusted farther than to twice as many.
        assert_eq!(precision.next(10, estimate(100.0, 40.0)), Next::Until(20));
        // Nothing to divide by, or nothing counted: go on.
        assert_eq!(precision.next(10, estimate(0.0, 1.0)), Next::Until(20));
        assert_eq!(precision.next(20, None), Next::Until(40));
    }

    #[test]
    fn a_bound_ends_it() {
        let precision = Precision { share: 0.01, most: 16 };
        assert_eq!(precision.next(10, estimate(1.0, 0.5)), Next::Until(16));
        assert_eq!(precision.next(16, estimate(1.0, 0.5)), Next::Bound);
        assert_eq!(Precision { share: 0.01, most: 4 }.next(0, None), Next::Until(4));
    }
}
