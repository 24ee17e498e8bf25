//! How often a cache hits, by closed forms.

use crate::model::{Cache, Source};
use crate::policy::evict::Evict;
use crate::theory::cache::{TimeToLive, fifo_ttl_of_groups, lru_che_of_groups};

/// The share of lookups that hit, for one source that asks `rate` times a second.
pub(super) fn hit_ratio(cache: &Cache, source: &Source, rate: f64) -> f64 {
    if let Some(ratio) = cache.hit_ratio {
        return ratio;
    }
    let Some(keys) = &source.keys else { return 1.0 };
    let groups = keys.groups();
    let by_room = if cache.capacity < keys.keys() {
        let capacity = cache.capacity as f64;
        match cache.evict {
            Evict::Lru | Evict::Clock => lru_che_of_groups(&groups, capacity),
            Evict::Fifo | Evict::Random => fifo_ttl_of_groups(&groups, capacity),
        }
    } else {
        None
    };
    let by_time = cache.ttl.filter(|_| rate > 0.0).map(|ttl| {
        let law = if cache.sliding { TimeToLive::Sliding } else { TimeToLive::Fixed };
        let rates: Vec<(f64, f64)> = groups.iter().map(|(share, many)| (share * rate, *many)).collect();
        law.hit_ratio_of_groups(&rates, ttl.as_secs_f64())
    });
    // Where both bounds hold, the tighter one is near enough.
    by_room.map_or(1.0, |(hit_ratio, _)| hit_ratio).min(by_time.unwrap_or(1.0))
}
