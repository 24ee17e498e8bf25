//! Failure arithmetic: retries, redundancy, repair crews, stale records and the time to notice a failure.

use crate::math::{expm1, ln, ln_1p, pow};
use crate::statistics::special::beta_cdf;

use super::birth_death::stationary;
use super::is_positive;

/// Attempts per request when each fails independently with `failure` and up to `retries` follow: 1 + p + … + p^k.
///
/// At p = 1 this is the worst case, k + 1.
pub fn retry_amplification(failure: f64, retries: u32) -> f64 {
    let attempts = f64::from(retries) + 1.0;
    if failure >= 1.0 {
        return attempts;
    }
    // 1 − p is exact for p ≥ ½, so its logarithm and the quotient keep their digits close to p = 1.
    if failure <= 0.0 { 1.0 } else { -expm1(attempts * ln_1p(failure - 1.0)) / (1.0 - failure) }
}

/// Share of requests that succeed within `retries` further attempts: 1 − p^(k+1).
pub fn retry_success(failure: f64, retries: u32) -> f64 {
    if failure <= 0.0 { 1.0 } else { -expm1((f64::from(retries) + 1.0) * ln(failure)) }
}

/// Attempts per request with a budget of retries per request: the budget bounds what [`retry_amplification`] adds.
pub fn budgeted_amplification(failure: f64, retries: u32, budget: f64) -> f64 {
    1.0 + (retry_amplification(failure, retries) - 1.0).min(budget)
}

/// Attempts on the lowest of `layers` layers that each make up to `attempts` attempts, when it fails always: attempts^layers.
pub fn nested_attempts(attempts: u32, layers: u32) -> f64 {
    pow(f64::from(attempts), f64::from(layers))
}

/// The arrival rate above which timeouts with `retries` retries keep an overload alive after its cause has gone:
/// capacity / (1 + retries) (Bronson et al. 2021).
pub fn metastable_threshold(capacity: f64, retries: u32) -> f64 {
    capacity / (1.0 + f64::from(retries))
}

/// The chance that at least `needed` of `count` independent parts are up, each with `availability`.
///
/// One needed is a parallel set, all needed a series.
pub fn k_of_n(needed: u32, count: u32, availability: f64) -> f64 {
    if needed == 0 || availability >= 1.0 {
        return if needed <= count { 1.0 } else { 0.0 };
    }
    if availability <= 0.0 || needed > count {
        return 0.0;
    }
    // The binomial tail as an incomplete beta function.
    beta_cdf(f64::from(needed), f64::from(count - needed) + 1.0, availability)
}

/// A set of instances that fail and are repaired.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Availability {
    /// Share of time with enough instances up.
    pub availability: f64,
    /// The rest, without the cancellation of 1 − availability.
    pub unavailability: f64,
    /// Time average of the number of instances up.
    pub mean_up: f64,
    /// Outages per second.
    pub outage_rate: f64,
    /// Mean length of an outage.
    pub mean_outage: f64,
    /// Mean time from the start of one outage to the next.
    pub mean_between_outages: f64,
}

/// `count` instances of which `needed` must be up, each failing after an exponential time of mean `mean_to_failure`,
/// repaired in `mean_repair` by at most `crews` crews. Birth–death in the number of failed ones.
pub fn repaired_k_of_n(
    needed: u32,
    count: u32,
    mean_to_failure: f64,
    mean_repair: f64,
    crews: u32,
) -> Option<Availability> {
    if needed == 0
        || needed > count
        || crews == 0
        || !is_positive(mean_to_failure)
        || !is_positive(mean_repair)
    {
        return None;
    }
    let law = stationary(
        count,
        |failed| f64::from(count - failed) / mean_to_failure,
        |failed| f64::from(failed.min(crews)) / mean_repair,
    )?;
    let spare = (count - needed) as usize;
    let unavailability: f64 = law.iter().skip(spare + 1).rev().sum();
    let outage_rate = law.get(spare).copied().unwrap_or(0.0) * f64::from(needed) / mean_to_failure;
    Some(Availability {
        availability: law.iter().take(spare + 1).sum(),
        unavailability,
        mean_up: law.iter().enumerate().map(|(failed, p)| p * (f64::from(count) - failed as f64)).sum(),
        outage_rate,
        mean_outage: if outage_rate > 0.0 { unavailability / outage_rate } else { 0.0 },
        mean_between_outages: 1.0 / outage_rate,
    })
}

/// Share of a resolver's queries answered with the old record `elapsed` seconds after a change: λ(T − t) / (1 + λT).
///
/// Poisson queries at `rate`, records kept for `time_to_live` from the fetch: the age of a cached one is uniform.
pub fn stale_answers(rate: f64, time_to_live: f64, elapsed: f64) -> f64 {
    rate * (time_to_live - elapsed.max(0.0)).max(0.0) / (1.0 + rate * time_to_live)
}

/// Queries per second that such a resolver sends on: λ / (1 + λT).
pub fn refetch_rate(rate: f64, time_to_live: f64) -> f64 {
    rate / (1.0 + rate * time_to_live)
}

/// How long periodic checks take to notice a failure: the shortest, mean and longest delay.
///
/// Checks start every `interval` whatever the last one said, at a phase uniform to the failure; `failures` in a row,
/// each known after `timeout`, mark the instance down.
pub fn detection_delay(interval: f64, timeout: f64, failures: u32) -> (f64, f64, f64) {
    let shortest = interval * (f64::from(failures.max(1)) - 1.0) + timeout;
    (shortest, shortest + interval / 2.0, shortest + interval)
}

/// An outage in the fluid limit: requests queue at `arrival_rate` for `outage` seconds, then drain at the spare rate.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Backlog {
    /// The queue when service comes back: λd.
    pub peak: f64,
    /// From then until the queue is empty: λd / (μ − λ); infinite without spare capacity.
    pub drain: f64,
}

/// The backlog of an outage.
pub fn outage_backlog(arrival_rate: f64, capacity: f64, outage: f64) -> Backlog {
    let peak = arrival_rate * outage;
    Backlog {
        peak,
        drain: if capacity > arrival_rate { peak / (capacity - arrival_rate) } else { f64::INFINITY },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crew_for_each_instance_makes_them_independent() {
        let alone = 100.0 / 105.0;
        for needed in 1..=5 {
            let repaired = repaired_k_of_n(needed, 5, 100.0, 5.0, 5).unwrap();
            assert!((repaired.availability - k_of_n(needed, 5, alone)).abs() < 1e-13);
            assert!((repaired.availability + repaired.unavailability - 1.0).abs() < 1e-14);
        }
    }
}
