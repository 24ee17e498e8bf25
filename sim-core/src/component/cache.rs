//! Caches: remember keys, or hit by chance.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compile::{AskedCache, Compiler, Site};
use crate::component::wiring::Canvas;
use crate::component::{Kind, Node};
use crate::diagnostic::Diagnostic;
use crate::distribution::Distribution;
use crate::model::{Cache as Gate, Delay, NodeKind};
use crate::policy::evict::Evict;
use crate::quantity::{Rate, Ratio};
use crate::time::Duration;

/// Remembers keys. A service asks it by `Get`, and stores the key after its miss steps.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cache {
    /// How many entries fit; unlimited by default.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub capacity: Option<u64>,
    /// How long an entry lives; for ever by default.
    #[serde(default)]
    pub ttl: Option<Duration>,
    /// Whether a hit starts the entry's life again; goes with `ttl`.
    #[serde(default)]
    pub sliding: bool,
    /// Whether the end of a fetch renews an entry that another fetch has stored meanwhile; goes with `ttl`.
    #[serde(default)]
    pub refill: bool,
    /// Which entry makes room.
    #[serde(default)]
    pub evict: EvictTable,
    /// Whether requests that miss a key being fetched wait for that fetch instead of fetching it too.
    #[serde(default)]
    pub single_flight: bool,
    /// How long a hit takes; no time by default.
    #[serde(default)]
    pub hit: Option<Distribution<Duration>>,
    /// How long it takes to find out that a key is missing; no time by default.
    #[serde(default)]
    pub miss: Option<Distribution<Duration>>,
    /// Whether it is empty at the start, or holds the most popular keys.
    #[serde(default)]
    pub start: Start,
    /// A fixed share of hits, by an independent coin flip for each request, instead of keys. Coin flips of several caches
    /// are independent too, so their hits multiply: real caches that see the same keys do not.
    #[serde(default)]
    pub hit_ratio: Option<Ratio>,
    /// What it costs while it exists, such as `"0.10/h"`, in any currency; nothing by default.
    #[serde(default)]
    pub price: Option<Rate>,
}

/// Which entry of a full cache makes room.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub enum EvictTable {
    /// The least recently used.
    #[default]
    Lru,
    /// The oldest.
    Fifo,
    /// The oldest that was not used since the hand last passed.
    Clock,
    /// A random one.
    Random,
}

/// What a cache holds at the start.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub enum Start {
    /// Nothing.
    #[default]
    Cold,
    /// The keys 0, 1, 2 … up to its capacity, which are the most popular ones.
    Warm,
}

/// What there is to know of caches.
pub const KIND: Kind = Kind {
    variant: "Cache",
    word: NodeKind::Cache.word(),
    doc: "Remembers keys.",
    models: "keys, capacity, LRU, FIFO, CLOCK and random eviction, fixed and sliding TTL, single flight, a cold or warm start, \
             latencies of hit and miss.",
    models_not: "sizes of entries, memory, invalidation, shards, load on the cache itself: it answers any number of lookups at \
                 once.",
    laws: "Che's approximation for LRU and random, exact forms for small catalogues, the TTL hit ratio.",
    care: "`hit_ratio` flips a coin for each request. Coins of several caches are independent; real caches are not.",
    sketch,
};

/// Keys are remembered where all requests have one.
fn sketch(canvas: &Canvas<'_>) -> Result<String, Diagnostic> {
    let clients = canvas.scenario.nodes.values().filter_map(|node| match node {
        Node::Clients(clients) => Some(clients.key.is_some()),
        Node::Dns(_) | Node::Balancer(_) | Node::Service(_) | Node::Cache(_) | Node::Database(_) => None,
    });
    let keyed: Vec<bool> = clients.collect();
    let has_keys = !keyed.is_empty() && keyed.into_iter().all(|is_keyed| is_keyed);
    Ok(if has_keys { "Cache(capacity: 10_000)" } else { "Cache(hit_ratio: \"80%\")" }.to_owned())
}

/// Entries are numbered in 32 bits.
const MOST_ENTRIES: u64 = u32::MAX as u64 - 1;

impl Cache {
    pub(crate) fn declare(&self, compiler: &mut Compiler<'_>, site: &Site<'_>) {
        if let Some(capacity) = self.capacity
            && !(1..=MOST_ENTRIES).contains(&capacity)
        {
            let message = format!("a cache holds from 1 to {MOST_ENTRIES} entries, not {capacity}");
            compiler.error("out-of-range", message, &site.under("capacity"));
        }
        if let Some(ttl) = self.ttl {
            compiler.above_zero(ttl, &site.under("ttl"), "a lifetime");
        }
        if let Some(ratio) = self.hit_ratio {
            compiler.share(ratio, &site.under("hit_ratio"), "a hit ratio");
        }
        for (name, is_given) in self.useless() {
            if is_given {
                let why = if self.hit_ratio.is_some() { "beside a `hit_ratio`" } else { "without a `ttl`" };
                compiler.error("useless-field", format!("`{name}` does nothing {why}"), &site.under(name));
            }
        }
        let mut latency = |name: &str, given: &Option<Distribution<Duration>>| {
            given.as_ref().map_or(Delay::None, |given| compiler.delay(given, &site.under(name)))
        };
        let (hit, miss) = (latency("hit", &self.hit), latency("miss", &self.miss));
        let tag = compiler.tag(site, "cache");
        let id = compiler.model.caches.push(Gate {
            node: site.node,
            capacity: self.capacity.unwrap_or(MOST_ENTRIES),
            ttl: self.ttl,
            sliding: self.sliding,
            refill: self.refill,
            evict: match self.evict {
                EvictTable::Lru => Evict::Lru,
                EvictTable::Fifo => Evict::Fifo,
                EvictTable::Clock => Evict::Clock,
                EvictTable::Random => Evict::Random,
            },
            single_flight: self.single_flight,
            hit_ratio: self.hit_ratio.map(|ratio| ratio.0),
            warm: self.start == Start::Warm,
            tag,
        });
        compiler.gates.caches.insert(site.name.to_owned(), AskedCache { id, hit, miss });
    }

    /// The fields that change nothing beside the others, and whether they are given.
    fn useless(&self) -> Vec<(&'static str, bool)> {
        if self.hit_ratio.is_some() {
            return vec![
                ("capacity", self.capacity.is_some()),
                ("ttl", self.ttl.is_some()),
                ("sliding", self.sliding),
                ("refill", self.refill),
                ("evict", self.evict != EvictTable::Lru),
                ("single_flight", self.single_flight),
                ("start", self.start != Start::Cold),
            ];
        }
        if self.ttl.is_none() {
            return vec![("sliding", self.sliding), ("refill", self.refill)];
        }
        Vec::new()
    }
}
