//! How often a cache hits, by closed forms.

use crate::model::{Cache, Source};
use crate::policy::evict::Evict;
use crate::theory::cache::{TimeToLive, fifo_ttl, lru_che};

/// Beyond this an estimate costs more than it tells, and the cache is taken as never missing.
const MOST_KEYS: u64 = 200_000;

/// The share of lookups that hit, for one source that asks `rate` times a second.
pub(super) fn hit_ratio(cache: &Cache, source: &Source, rate: f64) -> f64 {
    if let Some(ratio) = cache.hit_ratio {
        return ratio;
    }
    let Some(keys) = source.keys.as_ref().filter(|keys| keys.keys() <= MOST_KEYS) else { return 1.0 };
    let popularity: Vec<f64> = (0..keys.keys()).map(|rank| keys.probability(rank)).collect();
    let by_room =
        u32::try_from(cache.capacity).ok().filter(|_| cache.capacity < keys.keys()).and_then(|capacity| {
            match cache.evict {
                Evict::Lru | Evict::Clock => lru_che(&popularity, capacity),
                Evict::Fifo | Evict::Random => fifo_ttl(&popularity, capacity),
            }
        });
    let by_time = cache.ttl.filter(|_| rate > 0.0).map(|ttl| {
        let law = if cache.sliding { TimeToLive::Sliding } else { TimeToLive::Fixed };
        let rates: Vec<f64> = popularity.iter().map(|share| share * rate).collect();
        law.catalogue(&rates, ttl.as_secs_f64()).hit_ratio
    });
    // Where both bounds hold, the tighter one is near enough.
    by_room.map_or(1.0, |estimate| estimate.hit_ratio).min(by_time.unwrap_or(1.0))
}
