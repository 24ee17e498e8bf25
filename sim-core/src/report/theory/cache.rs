//! The laws of a cache: which share of lookups it answers.

use crate::model::load::Load;
use crate::model::{Cache, Model, SourceId};
use crate::policy::evict::Evict;
use crate::report::metric::Unit;
use crate::theory::cache::{TimeToLive, fifo_ttl_of_groups, lru_che_of_groups};

use super::flow::Flow;
use super::{Applied, Told, seconds};

/// Keeps the sums of closed forms short.
const MOST_KEYS: u64 = 1_000_000;

/// A cache has to have been asked this many times for each entry that fits before its start is forgotten.
const LOOKUPS_PER_ENTRY: f64 = 20.0;

impl Told<'_> {
    pub(super) fn cache(&mut self, model: &Model, cache: &Cache, source: SourceId, flow: Flow) {
        let name = &model.nodes[cache.node].name;
        let spec = &model.sources[source];
        let report = self.measured.nodes.get(name).and_then(|node| node.cache);
        let (Some(report), Some(keys)) = (report, &spec.keys) else { return };
        let client = &self.measured.clients[&model.nodes[spec.node].name];
        let count = keys.keys();
        let is_fresh = client.attempts == client.offered && cache.hit_ratio.is_none();
        if !is_fresh || count > MOST_KEYS || matches!(spec.load, Load::Replay { .. }) {
            return;
        }
        let groups = keys.groups();
        // While a key is fetched, who asks for it misses too; that has to be rare to be left out.
        let lookups = (report.hits + report.misses) as f64;
        let rate = lookups / self.measured.measured_s;
        let fetch = client.latency_ms.mean.map_or(f64::INFINITY, seconds);
        let fetches = |hottest: f64| rate * hottest * fetch < 0.05;
        let references = "independent references by popularity".to_owned();
        let fits = cache.capacity.min(count) as f64;
        if lookups < LOOKUPS_PER_ENTRY * fits {
            return;
        }
        let estimate = match (cache.ttl, cache.evict) {
            (None, Evict::Lru) if cache.capacity < count => {
                lru_che_of_groups(&groups, fits).map(|(ratio, stay)| (ratio, stay, "Che"))
            }
            (None, Evict::Fifo | Evict::Random) if cache.capacity < count => {
                fifo_ttl_of_groups(&groups, fits).map(|(ratio, stay)| (ratio, stay, "Martina"))
            }
            (Some(ttl), _) if cache.capacity >= count => {
                let (Flow::Poisson(rate), false) = (flow, cache.single_flight) else { return };
                let ttl = ttl.as_secs_f64();
                if self.measured.measured_s < LOOKUPS_PER_ENTRY * ttl || !fetches(keys.probability(0)) {
                    return;
                }
                let rates: Vec<(f64, f64)> =
                    groups.iter().map(|(share, many)| (share * rate, *many)).collect();
                let kind = if cache.sliding { TimeToLive::Sliding } else { TimeToLive::Fixed };
                let hit_ratio = kind.hit_ratio_of_groups(&rates, ttl);
                Some((hit_ratio, f64::INFINITY, "renewal of TTLs"))
            }
            (None | Some(_), Evict::Lru | Evict::Fifo | Evict::Random | Evict::Clock) => None,
        };
        // Without a time to live, a fetch has to be short against the time that an untouched entry stays.
        let Some((hit_ratio, stay, law)) = estimate else { return };
        if stay.is_finite() && fetch * rate > 0.05 * stay {
            return;
        }
        let assumptions = vec![references, "fetches take no time".to_owned(), "steady state".to_owned()];
        let applied = Applied { law: law.to_owned(), assumptions };
        self.add(name, "hit ratio", Unit::Share, hit_ratio, report.hit_ratio, &applied);
    }
}
