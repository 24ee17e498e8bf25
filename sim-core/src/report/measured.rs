//! What was measured in a window: per client and class what users saw, per node what operators would have seen.
//!
//! ## Invariant: an empty statistic is `None`
//! A mean of nothing and a rate over no time are absent, never zero. Names and units are those of the JSON report.

use serde::Serialize;

use crate::engine::visit::Outcome;
use crate::model::{CacheId, InstanceId, Model, Node, NodeId, NodeKind};
use crate::observe::histogram::Histogram;
use crate::observe::tally::{ClassTally, NodeTally};
use crate::sorted::Map;
use crate::time::Time;

use super::counters::{Counters, Owners, pools_of};

const NANOSECONDS_PER_MILLISECOND: f64 = 1e6;
const NANOSECONDS_PER_SECOND: f64 = 1e9;

/// Percentiles of a cohort of which a larger share is still in flight say too little.
const MOST_IN_FLIGHT: f64 = 0.01;

/// A window, seen from its clients and from its nodes.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Measured {
    /// The length of the window in seconds.
    pub measured_s: f64,
    /// By name of a client node.
    pub clients: Map<String, ClientReport>,
    /// By name of a node that is no client.
    pub nodes: Map<String, NodeReport>,
}

/// What the users of a client node, or of one of its classes, saw. Counts follow the requests sent in the window.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ClientReport {
    /// Requests sent.
    pub offered: u64,
    /// Requests answered while the client still waited.
    pub completed: u64,
    /// Requests answered within their objective.
    pub good: u64,
    /// Failed requests by reason; `timeout` always, others where there are any.
    pub failed: Map<&'static str, u64>,
    /// Requests that had neither an answer nor failed when the run ended.
    pub in_flight: u64,
    /// Answers that came after the client had given up.
    pub late: u64,
    /// Attempts, first ones included.
    pub attempts: u64,
    /// Completed requests a second.
    pub throughput_rps: Option<f64>,
    /// Requests answered within their objective, a second.
    pub goodput_rps: Option<f64>,
    /// Failed requests over those that have ended.
    pub error_rate: Option<f64>,
    /// From the intended send time to the answer, over completed requests.
    pub latency_ms: LatencyReport,
    /// More than one percent of the requests were still in flight, so that the percentiles are too low.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub censored: bool,
    /// The same by class, where there are several.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub classes: Map<String, ClientReport>,
    /// The length of the client's window in seconds: it ends with the last completion where a run ends idle.
    #[serde(skip)]
    pub window_s: f64,
}

/// A distribution of times in milliseconds.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct LatencyReport {
    /// The exact mean.
    pub mean: Option<f64>,
    /// Percentiles, within 0.2 %.
    pub p50: Option<f64>,
    /// See `p50`.
    pub p90: Option<f64>,
    /// See `p50`.
    pub p95: Option<f64>,
    /// See `p50`.
    pub p99: Option<f64>,
    /// See `p50`.
    pub p999: Option<f64>,
    /// The exact maximum.
    pub max: Option<f64>,
    /// All values, in nanoseconds.
    #[serde(skip)]
    pub histogram: Histogram,
}

/// What a node did.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct NodeReport {
    /// The word for its kind.
    pub kind: &'static str,
    /// Visits that came, and lookups of a cache or a name.
    pub requests: u64,
    /// Visits that failed here, by reason.
    pub failed: Map<&'static str, u64>,
    /// Busy time over capacity of its main pool.
    pub utilization: Option<f64>,
    /// How many instances existed.
    pub instances: InstancesReport,
    /// The line for its first pool, where visits wait to be accepted.
    pub queue: QueueReport,
    /// From arrival to reply, over visits that ended well.
    pub latency_ms: LatencyReport,
    /// The time average of the visits at the node.
    pub present: Option<f64>,
    /// By name: cores, threads, connections.
    pub pools: Map<&'static str, PoolReport>,
    /// Its instances, those that never existed in the window left out.
    pub per_instance: Vec<InstanceReport>,
    /// What its instances cost in the window, booting and draining ones included, where they have a price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// What it did as a cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<CacheReport>,
    /// What its writes waited for, where they take locks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locks: Option<LockReport>,
    /// Lookups it answered as a DNS name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lookups: Option<u64>,
    /// The name of the main pool.
    #[serde(skip)]
    pub main_pool: Option<&'static str>,
    /// The name of the first pool.
    #[serde(skip)]
    pub accept_pool: Option<&'static str>,
    /// How it stands at the end of the window.
    #[serde(skip)]
    pub at_end: NodeNow,
    /// The length of the window in seconds.
    #[serde(skip)]
    pub window_s: f64,
}

/// How a node stands at an instant.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct NodeNow {
    /// Instances that exist: booting, up, draining or down.
    pub instances: u32,
    /// The same without those that are draining.
    pub replicas: u32,
    /// Visits at the node.
    pub present: u64,
    /// Visits in the line of its first pool.
    pub queue: u64,
}

/// How many instances existed in the window.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct InstancesReport {
    /// The fewest at a time.
    pub min: u32,
    /// The time average.
    pub mean: Option<f64>,
    /// The most at a time.
    pub max: u32,
}

/// A line.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize)]
pub struct QueueReport {
    /// The time average of the visits in line, over all instances together.
    pub mean: Option<f64>,
    /// The longest line of any one instance.
    pub max: u32,
}

/// A pool of a node, over all its instances.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct PoolReport {
    /// Servers of one instance; `null` where there is no bound.
    pub servers: Option<u32>,
    /// Whether it is a host's that several instances use; its numbers are then those of the whole host.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
    /// Busy time over capacity.
    pub utilization: Option<f64>,
    /// Its line.
    pub queue: QueueReport,
    /// How long visits waited in line, those who did not have to included.
    pub wait_ms: WaitReport,
}

/// A distribution of waits in milliseconds.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct WaitReport {
    /// The exact mean.
    pub mean: Option<f64>,
    /// Percentiles, within 0.2 %.
    pub p50: Option<f64>,
    /// See `p50`.
    pub p90: Option<f64>,
    /// See `p50`.
    pub p95: Option<f64>,
    /// See `p50`.
    pub p99: Option<f64>,
    /// The mean of the squares, in square milliseconds.
    pub second_moment: Option<f64>,
    /// The share that waited at all.
    pub share_waited: Option<f64>,
    /// How many waits were counted.
    pub count: u64,
}

/// What an instance did.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct InstanceReport {
    /// `app/0`.
    pub id: String,
    /// Visits that came.
    pub requests: u64,
    /// Busy time over capacity of its main pool.
    pub utilization: Option<f64>,
    /// The time average of the visits there, while it existed.
    pub present: Option<f64>,
}

/// What a cache did.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct CacheReport {
    /// Lookups that found a living entry.
    pub hits: u64,
    /// Lookups that did not.
    pub misses: u64,
    /// Hits over lookups.
    pub hit_ratio: Option<f64>,
    /// Misses that waited for the fetch of another.
    pub coalesced: u64,
    /// Entries written after a fetch.
    pub fills: u64,
    /// The time average of the number of living entries.
    pub live_entries: Option<f64>,
}

/// What the locks of a database did.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct LockReport {
    /// How long writes waited for their lock, those who did not have to included.
    pub wait_ms: WaitReport,
}

impl Measured {
    /// What is known of a model before it has run.
    pub(crate) fn nothing(model: &Model) -> Measured {
        Measured::of(model, &Counters::none(model))
    }

    /// What the counts of a span say about a model.
    pub(crate) fn of(model: &Model, span: &Counters) -> Measured {
        let clients = model.sources.enumerate().map(|(id, source)| {
            let window = seconds(span.clients_at);
            (model.nodes[source.node].name.clone(), client(source, &span.clients[id], window))
        });
        let owners = Owners::of(model);
        let nodes =
            model.nodes.enumerate().filter(|(_, node)| node.kind != NodeKind::Clients).map(|(id, node)| {
                (node.name.clone(), Observed { model, span, owners: &owners }.node(id, node))
            });
        Measured { measured_s: seconds(span.at), clients: clients.collect(), nodes: nodes.collect() }
    }

    /// The report of an instance such as `app/0`.
    pub fn instance(&self, id: &str) -> Option<&InstanceReport> {
        let (node, _) = id.split_once('/')?;
        self.nodes.get(node)?.per_instance.iter().find(|instance| instance.id == id)
    }
}

fn client(source: &crate::model::Source, tallies: &[ClassTally], window_s: f64) -> ClientReport {
    let mut total = ClassTally::new();
    tallies.iter().for_each(|class| total.merge(class));
    let mut report = class(&total, window_s);
    if source.classes.iter().any(|class| !class.name.is_empty()) {
        let named = source.classes.iter().zip(tallies);
        report.classes = named.map(|(spec, tally)| (spec.name.clone(), class(tally, window_s))).collect();
    }
    report
}

fn class(tally: &ClassTally, window_s: f64) -> ClientReport {
    let failures = tally.failures();
    let ended = tally.completed + failures;
    let in_flight = tally.offered.saturating_sub(ended);
    let mut failed = by_reason(&tally.failed);
    failed.get_or_insert_with(Outcome::Timeout.word(), || 0);
    ClientReport {
        offered: tally.offered,
        completed: tally.completed,
        good: tally.good,
        failed,
        in_flight,
        late: tally.late,
        attempts: tally.attempts(),
        throughput_rps: ratio(tally.completed as f64, window_s),
        goodput_rps: ratio(tally.good as f64, window_s),
        error_rate: ratio(failures as f64, ended as f64),
        latency_ms: LatencyReport::of(tally.latency.clone()),
        censored: in_flight as f64 > MOST_IN_FLIGHT * tally.offered as f64,
        classes: Map::new(),
        window_s,
    }
}

impl LatencyReport {
    /// The statistics of a histogram of nanoseconds.
    pub fn of(histogram: Histogram) -> LatencyReport {
        let percentile = |share: f64| histogram.quantile(share).map(|value| milliseconds(value as f64));
        LatencyReport {
            mean: histogram.mean().map(milliseconds),
            p50: percentile(0.5),
            p90: percentile(0.9),
            p95: percentile(0.95),
            p99: percentile(0.99),
            p999: percentile(0.999),
            max: histogram.largest().map(|value| milliseconds(value as f64)),
            histogram,
        }
    }
}

impl WaitReport {
    fn of(waits: &Histogram) -> WaitReport {
        let percentile = |share: f64| waits.quantile(share).map(|value| milliseconds(value as f64));
        let square = NANOSECONDS_PER_MILLISECOND * NANOSECONDS_PER_MILLISECOND;
        WaitReport {
            mean: waits.mean().map(milliseconds),
            p50: percentile(0.5),
            p90: percentile(0.9),
            p95: percentile(0.95),
            p99: percentile(0.99),
            second_moment: waits.mean_of_squares().map(|value| value / square),
            share_waited: waits.share_at_most(0).map(|at_once| 1.0 - at_once),
            count: waits.count(),
        }
    }
}

/// A span of a model, about to be told node by node.
struct Observed<'a> {
    model: &'a Model,
    span: &'a Counters,
    owners: &'a Owners,
}

impl Observed<'_> {
    fn node(&self, id: NodeId, node: &Node) -> NodeReport {
        let tally = &self.span.nodes[id];
        let pools: Map<_, _> = node
            .pool_kinds
            .iter()
            .enumerate()
            .map(|(slot, kind)| (kind.word(), self.pool(id, slot, tally)))
            .collect();
        let name_of = |slot: usize| node.pool_word(slot);
        let main_pool = node.main_pool.and_then(|slot| name_of(usize::from(slot)));
        let accept_pool = name_of(0);
        let presence: u128 = self.model.instances_of(id).map(|it| self.span.instances[it].presence).sum();
        let visits: u64 = self.model.instances_of(id).map(|it| self.span.instances[it].arrivals).sum();
        let cache = self.model.caches.enumerate().find(|(_, cache)| cache.node == id);
        let locks = self.model.locks.enumerate().find(|(_, locks)| locks.node == id);
        let is_name = node.kind == NodeKind::Dns;
        NodeReport {
            kind: node.kind.word(),
            requests: visits + tally.lookups,
            failed: by_reason(&tally.failed),
            utilization: main_pool.and_then(|name| pools[name].utilization),
            instances: InstancesReport {
                min: tally.instances_range.0.min(tally.instances_range.1),
                mean: self.average(tally.instance_time),
                max: tally.instances_range.1,
            },
            queue: accept_pool.map(|name| pools[name].queue).unwrap_or_default(),
            latency_ms: LatencyReport::of(tally.latency.clone()),
            present: self.average(presence),
            pools,
            per_instance: self.instances(id, node),
            cost: node.price.map(|price| price * (tally.instance_time as f64 / 1e9)),
            cache: cache.map(|(id, _)| self.cache(id)),
            locks: locks.map(|(id, _)| LockReport { wait_ms: WaitReport::of(&self.span.lock_waits[id]) }),
            lookups: is_name.then_some(tally.lookups),
            main_pool,
            accept_pool,
            at_end: self.at_end(id),
            window_s: seconds(self.span.at),
        }
    }

    /// A time integral as an average over the window.
    fn average(&self, integral: u128) -> Option<f64> {
        ratio(integral as f64, self.span.at.0 as f64)
    }

    fn pool(&self, node: NodeId, slot: usize, tally: &NodeTally) -> PoolReport {
        let mut ids: Vec<_> =
            self.model.instances_of(node).map(|id| self.model.instances[id].pools[slot]).collect();
        ids.sort_unstable();
        ids.dedup();
        let counts = || ids.iter().map(|id| &self.span.pools[*id]);
        let spec = ids.first().map(|id| &self.model.pools[*id]);
        let busy: u128 = counts().map(|pool| pool.busy).sum();
        let capacity: u128 = counts().map(|pool| pool.capacity).sum();
        PoolReport {
            servers: spec.map(|spec| spec.servers).filter(|servers| *servers != super::counters::UNLIMITED),
            shared: ids.iter().any(|id| self.owners.is_shared(*id)),
            utilization: ratio(busy as f64, capacity as f64),
            queue: QueueReport {
                mean: self.average(counts().map(|pool| pool.waiting).sum()),
                max: counts().map(|pool| pool.longest).max().unwrap_or(0),
            },
            wait_ms: WaitReport::of(&tally.waits[slot]),
        }
    }

    fn instances(&self, id: NodeId, node: &Node) -> Vec<InstanceReport> {
        let existed = |id: &InstanceId| self.span.instances[*id].alive > 0;
        let report = |id: InstanceId| {
            let count = &self.span.instances[id];
            let main = node.main_pool.map(usize::from);
            let pool = pools_of(self.model, id).find(|(slot, _)| Some(*slot) == main);
            InstanceReport {
                id: self.model.instance_name(id),
                requests: count.arrivals,
                utilization: pool.and_then(|(_, pool)| {
                    let pool = &self.span.pools[pool];
                    ratio(pool.busy as f64, pool.capacity as f64)
                }),
                present: ratio(count.presence as f64, count.alive as f64),
            }
        };
        self.model.instances_of(id).filter(existed).map(report).collect()
    }

    fn cache(&self, id: CacheId) -> CacheReport {
        let count = &self.span.caches[id];
        let tally = count.tally;
        CacheReport {
            hits: tally.hits,
            misses: tally.misses,
            hit_ratio: ratio(tally.hits as f64, (tally.hits + tally.misses) as f64),
            coalesced: tally.coalesced,
            fills: tally.fills,
            live_entries: ratio(count.life as f64, self.span.at.0 as f64),
        }
    }

    fn at_end(&self, id: NodeId) -> NodeNow {
        let mut now = NodeNow::default();
        for instance in self.model.instances_of(id) {
            let count = &self.span.instances[instance];
            now.instances += u32::from(count.exists);
            now.replicas += u32::from(count.stays);
            now.present += u64::from(count.present);
            if let Some((_, pool)) = pools_of(self.model, instance).next() {
                now.queue += u64::from(self.span.pools[pool].in_line);
            }
        }
        now
    }
}

fn by_reason(failed: &[u64; Outcome::FAILURES.len()]) -> Map<&'static str, u64> {
    let reasons = Outcome::FAILURES.iter().zip(failed).filter(|(_, count)| **count > 0);
    reasons.map(|(outcome, count)| (outcome.word(), *count)).collect()
}

fn milliseconds(nanoseconds: f64) -> f64 {
    nanoseconds / NANOSECONDS_PER_MILLISECOND
}

/// The length of a span of counters.
fn seconds(span: Time) -> f64 {
    span.0 as f64 / NANOSECONDS_PER_SECOND
}

fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}
