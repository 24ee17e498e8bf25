//! Where requests spent their time: node by node around the median and the 99th percentile, and the slowest of them hop
//! by hop.

use serde::Serialize;

use crate::engine::Engine;
use crate::engine::visit::Outcome;
use crate::model::{Model, NodeKind};
use crate::observe::trace::breakdown::{Breakdown, Share};
use crate::observe::trace::{Hop, Part, Slow, Tracer};
use crate::sorted::Map;

/// Around which percentiles it is told, and which shares of all requests, ordered by latency, stand for each.
pub const AROUND: [(&str, f64, f64); 2] = [("p50", 0.45, 0.55), ("p99", 0.985, 0.995)];

/// Where a client's requests of about the same latency spent their time, on average.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct SpentReport {
    /// How many requests.
    pub requests: u64,
    /// Their mean latency.
    pub latency_ms: f64,
    /// What of it went into attempts that were repeated, and into waiting to repeat them. It is part of the nodes' times.
    pub repeated_ms: f64,
    /// By node, whoever took no time left out. These times add up to the latency.
    pub nodes: Map<String, NodeSpent>,
}

/// The time that a request spent at a node, its calls of others left out.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct NodeSpent {
    /// In line, or waiting for a lock or for another visit's fetch.
    pub queue_ms: f64,
    /// Being served, or waiting as a step says.
    pub service_ms: f64,
    /// On the way there and back.
    pub network_ms: f64,
    /// Waiting before another attempt.
    pub back_off_ms: f64,
    /// Held up by an instance that stood still.
    pub stalled_ms: f64,
    /// Waiting for visits that were left out because there were too many of one request.
    #[serde(skip_serializing_if = "is_zero")]
    pub untold_ms: f64,
    /// All this as a share of the latency.
    pub share: f64,
}

/// A slow request.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct SlowReport {
    /// Its client.
    pub client: String,
    /// Its number at the client.
    pub number: u64,
    /// Its class, where there are several.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub class: String,
    /// The seed of its run.
    pub seed: u64,
    /// When it was meant to be sent.
    pub sent_s: f64,
    /// How long it took.
    pub latency_ns: u64,
    /// How it ended.
    pub outcome: &'static str,
    /// Where it spent its time, in the order in which it came there. The parts of all hops add up to the latency.
    pub hops: Vec<HopReport>,
}

/// A visit on the way of a request, or a cache or a name that a visit asked.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct HopReport {
    /// The node, or the instance where there are several: `app/3`.
    pub place: String,
    /// How many callers are above it.
    pub depth: u8,
    /// Which attempt it is, where it is one of a call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u16>,
    /// How it ended for its caller; `given_up` if the caller gave up before.
    pub outcome: &'static str,
    /// Whether another attempt followed.
    pub repeated: bool,
    /// In line, or waiting for a lock or for another visit's fetch.
    pub queue_ns: u64,
    /// Being served, or waiting as a step says.
    pub service_ns: u64,
    /// On the way there and back.
    pub network_ns: u64,
    /// Waiting before another attempt.
    pub back_off_ns: u64,
    /// Held up by an instance that stood still.
    pub stalled_ns: u64,
    /// Waiting for visits that were left out because there were too many.
    #[serde(skip_serializing_if = "is_none")]
    pub untold_ns: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_none(value: &u64) -> bool {
    *value == 0
}

impl HopReport {
    /// All parts together, in nanoseconds.
    pub fn total_ns(&self) -> u64 {
        let parts = [self.queue_ns, self.service_ns, self.network_ns, self.back_off_ns];
        parts.iter().sum::<u64>() + self.stalled_ns + self.untold_ns
    }
}

/// What a run has to tell about where time went.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Spent {
    pub breakdown: Breakdown,
    pub slowest: Vec<SlowReport>,
    /// How many of the slowest were asked for.
    pub most: u32,
}

impl Spent {
    /// What was traced in a run so far.
    pub fn of(engine: &Engine) -> Spent {
        let Some(tracer) = engine.state().tally.tracer.as_deref() else { return Spent::default() };
        Spent {
            breakdown: tracer.breakdown().clone(),
            slowest: slowest(tracer, engine.model(), engine.seed()),
            most: tracer.wish().slowest,
        }
    }

    /// Adds another run of the same scenario.
    pub fn merge(&mut self, other: Spent) {
        self.breakdown.merge(&other.breakdown);
        self.slowest.extend(other.slowest);
        // Of equals those of earlier runs come first.
        self.slowest.sort_by_key(|slow| std::cmp::Reverse(slow.latency_ns));
        self.slowest.truncate(self.most as usize);
    }

    /// By client and percentile.
    pub fn around(&self, model: &Model) -> Map<String, Map<&'static str, SpentReport>> {
        if self.breakdown.is_empty() {
            return Map::new();
        }
        let of_source = |source| {
            let shares = AROUND.iter().filter_map(|(name, from, to)| {
                let share = self.breakdown.between(source, *from, *to)?;
                Some((*name, report(model, &share)))
            });
            shares.collect::<Map<_, _>>()
        };
        let sources = model.sources.enumerate();
        let told = sources.map(|(id, source)| (model.nodes[source.node].name.clone(), of_source(id)));
        told.filter(|(_, around)| !around.is_empty()).collect()
    }
}

fn report(model: &Model, share: &Share) -> SpentReport {
    let spent = |parts: &[f64; Part::ALL.len()]| {
        let of = |part: Part| parts[part as usize] * 1e3;
        NodeSpent {
            queue_ms: of(Part::Queue),
            service_ms: of(Part::Service),
            network_ms: of(Part::Network),
            back_off_ms: of(Part::BackOff),
            stalled_ms: of(Part::Stalled),
            untold_ms: of(Part::Untold),
            share: if share.latency > 0.0 { parts.iter().sum::<f64>() / share.latency } else { 0.0 },
        }
    };
    let nodes = share.nodes.iter().filter(|(_, parts)| parts.iter().any(|part| *part > 0.0));
    SpentReport {
        requests: (share.requests + 0.5) as u64,
        latency_ms: share.latency * 1e3,
        repeated_ms: share.repeated * 1e3,
        nodes: nodes.map(|(node, parts)| (model.nodes[*node].name.clone(), spent(parts))).collect(),
    }
}

fn slowest(tracer: &Tracer, model: &Model, seed: u64) -> Vec<SlowReport> {
    let told = |slow: &Slow| {
        let source = &model.sources[slow.source];
        SlowReport {
            client: model.nodes[source.node].name.clone(),
            number: slow.number,
            class: source.classes[usize::from(slow.class)].name.clone(),
            seed,
            sent_s: slow.sent.as_secs_f64(),
            latency_ns: slow.latency.0,
            outcome: slow.outcome.word(),
            hops: slow.hops.iter().map(|hop| hop_report(model, hop)).collect(),
        }
    };
    tracer.slowest().map(told).collect()
}

fn hop_report(model: &Model, hop: &Hop) -> HopReport {
    let node = &model.nodes[hop.node];
    let of = |part: Part| hop.parts.of(part).0;
    HopReport {
        place: match hop.place {
            Some(place) if node.most_instances > 1 && node.kind != NodeKind::Clients => {
                model.instance_name(place)
            }
            _ => node.name.clone(),
        },
        depth: hop.depth,
        attempt: (hop.attempt > 0).then_some(hop.attempt),
        outcome: hop.outcome.map_or("given_up", Outcome::word),
        repeated: hop.is_repeated,
        queue_ns: of(Part::Queue),
        service_ns: of(Part::Service),
        network_ns: of(Part::Network),
        back_off_ns: of(Part::BackOff),
        stalled_ns: of(Part::Stalled),
        untold_ns: of(Part::Untold),
    }
}
