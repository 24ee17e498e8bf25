//! The stampede on one hot key: what the origin sees each time the entry expires.

use crate::math::expm1;

use super::is_positive;

/// How a cache treats misses that arrive while the key is being fetched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MissPolicy {
    /// Each fetches for itself; the first fill sets the time to live.
    Independent,
    /// Each fetches for itself, and every fill sets the time to live anew.
    IndependentOverwriting,
    /// They wait for the one fetch under way (single flight).
    Coalesced,
}

/// One key in its steady state, from a cycle of fetch, life and the wait for the next request.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Stampede {
    /// Share of requests answered from the cache.
    pub hit_ratio: f64,
    /// Share of requests that waited for another's fetch.
    pub coalesced_ratio: f64,
    /// Fetches at the origin per second.
    pub origin_rate: f64,
    /// Fetches each time the entry is gone.
    pub fetches_per_expiry: f64,
    /// Mean time a request waits for its answer; a hit takes none.
    pub mean_latency: f64,
}

/// Poisson requests at `rate` for one key that lives `time_to_live` after a fill that takes `fetch`.
///
/// Renewal–reward over the cycle D + T + 1/λ with 1 + λD misses and λT hits. Overwriting prolongs the life by the mean
/// age of the last miss, D − (1 − e^(−λD))/λ; it assumes D ≤ T, so that late fills find the entry alive.
pub fn stampede(rate: f64, time_to_live: f64, fetch: f64, policy: MissPolicy) -> Option<Stampede> {
    if !is_positive(rate) || !is_positive(time_to_live) || !super::is_rate(fetch) {
        return None;
    }
    let during_fetch = rate * fetch;
    let prolonged = match policy {
        MissPolicy::Independent | MissPolicy::Coalesced => 0.0,
        MissPolicy::IndependentOverwriting => fetch + expm1(-during_fetch) / rate,
    };
    let live = time_to_live + prolonged;
    let cycle = fetch + live + 1.0 / rate;
    let requests = rate * cycle;
    let (fetches, waited) = match policy {
        MissPolicy::Independent | MissPolicy::IndependentOverwriting => {
            (1.0 + during_fetch, (1.0 + during_fetch) * fetch)
        }
        // Those that join come at uniform instants of the fetch and wait for half of it on average.
        MissPolicy::Coalesced => (1.0, fetch + during_fetch * fetch / 2.0),
    };
    Some(Stampede {
        hit_ratio: rate * live / requests,
        coalesced_ratio: (1.0 + during_fetch - fetches) / requests,
        origin_rate: fetches / cycle,
        fetches_per_expiry: fetches,
        mean_latency: waited / requests,
    })
}
