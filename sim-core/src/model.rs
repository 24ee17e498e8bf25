//! The compiled scenario: flat arrays and step programs that the engine runs without looking at names or text.
//!
//! ## Invariant: what compiled can run
//! Every identifier here points at something, every jump stays inside its program, every number is in range.
//! Nothing after compilation returns an error.

use serde::{Deserialize, Serialize};

use crate::arena::Arena;
use crate::arena::ids;
use crate::distribution::Sampler;
use crate::policy::balance::Balance;
use crate::policy::evict::Evict;
use crate::policy::retry::Retry;
use crate::random::Key;
use crate::sorted::Map;
use crate::time::{Duration, Time};

pub mod control;
pub mod load;
pub mod pool;
pub mod source;
pub mod step;
pub mod traffic;

pub use control::{Controller, Fault, LinkFault, Strike};
pub use pool::{Discipline, Patience, Pool, PoolKind};
pub use source::{Class, Source};

use step::{Concern, Program, Step, Stretch};

ids! {
    /// A node of the scenario; numbered in the order of names, so that the order of the text does not matter.
    NodeId;
    /// One instance of a node; every node has at least one.
    InstanceId;
    /// Something visits wait for: cores, workers, connections.
    PoolId;
    /// A client node seen as a maker of requests.
    SourceId;
    /// A compiled distribution.
    SamplerId;
    /// A place in a program from which another node is called.
    CallId;
    /// A retry policy of a call.
    RetryId;
    /// A balancer's choice among upstream instances.
    BalancerId;
    /// A key-value cache.
    CacheId;
    /// A DNS name with its records.
    DnsId;
    /// A set of locks: one of a table, or one for each row.
    LockId;
    /// One direction of a network link with a bandwidth.
    WireId;
    /// A controller: something that looks now and then and changes something.
    ControllerId;
    /// A weighted choice, or a choice by class.
    ChoiceId;
}

/// Everything the engine needs to know about a scenario. Immutable while a run uses it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Model {
    /// The scenario's name, for reports only.
    pub name: String,
    /// How long to run and what to measure.
    pub run: RunPlan,
    /// The nodes, by name.
    pub nodes: Arena<NodeId, Node>,
    /// All instances that can exist; those of one node are neighbours.
    pub instances: Arena<InstanceId, Instance>,
    /// All pools.
    pub pools: Arena<PoolId, Pool>,
    /// The programs of all nodes, one after another.
    pub steps: Vec<Step>,
    /// By step: who is concerned.
    pub concerns: Vec<Concern>,
    /// By step: whose time a wait is, where it is not all the time of the node that waits.
    pub stretches: Map<Program, Vec<Stretch>>,
    /// All distributions.
    pub samplers: Arena<SamplerId, Sampler>,
    /// The makers of requests.
    pub sources: Arena<SourceId, Source>,
    /// How far requests come before others see them, where there is one source.
    pub lead: Option<Lead>,
    /// The call sites.
    pub calls: Arena<CallId, Call>,
    /// The retry policies of call sites.
    pub retries: Arena<RetryId, Retry>,
    /// The balancers.
    pub balancers: Arena<BalancerId, Balancer>,
    /// The caches.
    pub caches: Arena<CacheId, Cache>,
    /// The DNS names.
    pub names: Arena<DnsId, Dns>,
    /// The lock sets.
    pub locks: Arena<LockId, LockSet>,
    /// The links between nodes.
    pub links: Vec<Link>,
    /// By link: the node that calls over it and the one that is called.
    pub ends: Vec<(NodeId, NodeId)>,
    /// The links with a bandwidth, one a direction.
    pub wires: Arena<WireId, Wire>,
    /// Autoscalers and faults.
    pub controllers: Arena<ControllerId, Controller>,
    /// The choices of programs.
    pub choices: Arena<ChoiceId, Choice>,
}

/// How long a run lasts, what is measured, and what stops it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RunPlan {
    /// The seed of all draws.
    pub seed: u64,
    /// When measuring starts.
    pub warmup: Time,
    /// When the sources stop and measuring ends; [`Time::NEVER`] where totals end the run.
    pub end: Time,
    /// Whether the run goes on after `end` until nothing is in flight.
    pub drain: bool,
    /// What stops a run that would not end well.
    pub limits: Limits,
    /// The span between two samples of the time series.
    pub sample_every: Duration,
}

impl RunPlan {
    /// When the run is over at the latest.
    pub fn over_at(&self) -> Time {
        if self.drain { self.limits.time } else { self.end.min(self.limits.time) }
    }
}

/// The bounds of a run. Whichever is reached first stops it, and the report says which.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// Model events.
    pub events: u64,
    /// Visits in flight at one time; a request is one visit at its client and one at each node that handles it.
    pub visits: u32,
    /// Simulated time.
    pub time: Time,
}

/// What kind a node is, for reports and for its behaviour on arrival.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum NodeKind {
    /// Makes requests.
    Clients,
    /// Translates a name.
    Dns,
    /// Chooses an upstream instance.
    Balancer,
    /// Runs programs on instances.
    Service,
    /// Answers lookups at once.
    Cache,
    /// Runs queries on connections.
    Database,
}

impl NodeKind {
    /// The word used in reports.
    pub const fn word(self) -> &'static str {
        match self {
            NodeKind::Clients => "clients",
            NodeKind::Dns => "dns",
            NodeKind::Balancer => "balancer",
            NodeKind::Service => "service",
            NodeKind::Cache => "cache",
            NodeKind::Database => "database",
        }
    }
}

/// A node: its name, its programs and its instances.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Node {
    /// As written in the scenario.
    pub name: String,
    /// What it is.
    pub kind: NodeKind,
    /// The tag of its name in keys of draws and in the digest.
    pub tag: u64,
    /// Where a visit starts: one program for reads (or all calls), one for writes.
    pub entry: [Program; 2],
    /// The source it is, if it is one of clients.
    pub source: Option<SourceId>,
    /// The first instance.
    pub first_instance: InstanceId,
    /// How many instances can exist at a time.
    pub most_instances: u32,
    /// How many instances there are at the start.
    pub instances: u32,
    /// How the pool whose utilization stands for the node's is called.
    pub main_pool: Option<u8>,
    /// What visits wait for, in the order of an instance's pools.
    pub pool_kinds: Vec<PoolKind>,
    /// What an instance costs for each second of its existence.
    pub price: Option<f64>,
}

impl Node {
    /// The word for its pool in this place of an instance's pools.
    pub fn pool_word(&self, slot: usize) -> Option<&'static str> {
        self.pool_kinds.get(slot).map(|kind| kind.word())
    }
}

/// One instance of a node.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Instance {
    /// Its node.
    pub node: NodeId,
    /// Its number within the node.
    pub number: u32,
    /// Its pools: workers (or threads, or connections) and cores. A pool on a shared host belongs to several
    /// instances; a place without a pool repeats the first one, and no step uses it.
    pub pools: [PoolId; 2],
    /// One over the speed of its cores.
    pub slowness: f64,
    /// Where a visit starts: as [`Node::entry`] says.
    pub entry: [Program; 2],
}

impl Instance {
    /// Its pools, each once.
    pub fn distinct_pools(&self) -> impl Iterator<Item = PoolId> + use<> {
        let [first, second] = self.pools;
        std::iter::once(first).chain((second != first).then_some(second))
    }
}

/// How a call site calls.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Call {
    /// Whom.
    pub target: Target,
    /// How long an attempt may take.
    pub timeout: Option<Delay>,
    /// What happens after a failure.
    pub retry: Option<RetryId>,
    /// Keys the draws of the callee.
    pub tag: u64,
    /// Whether it is a write (0 read, 1 write): selects the program of a database.
    pub operation: u8,
    /// Whether a call that is given up stops the work below it.
    pub cancels: bool,
    /// Whether the way to whoever it may go to takes no time.
    pub is_next_door: bool,
    /// The deepest nesting of calls, where the call graph has cycles.
    pub depth_bound: Option<u16>,
}

/// Whom a call goes to.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Target {
    /// One node; its instances take turns.
    Node(NodeId, Link),
    /// The node that a name was resolved to.
    Name(DnsId, Vec<(NodeId, Link)>),
    /// An instance chosen by a balancer.
    Upstream(BalancerId),
}

/// The way of all requests before others see them: each goes the same way for as long.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Lead {
    /// How long it takes.
    pub span: Duration,
    /// What the calls on it key.
    pub tags: Vec<u64>,
    /// The nodes on it, of one instance each.
    pub nodes: Vec<NodeId>,
    /// The balancer that chooses at its end, in the order in which requests come.
    pub choice: Option<BalancerId>,
}

/// The network between two nodes.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Link {
    /// Its place in [`Model::links`].
    pub number: u16,
    /// The latency one way.
    pub latency: Delay,
    /// The wire there and the wire back, where there is a bandwidth.
    pub wires: Option<(WireId, WireId)>,
}

impl Link {
    /// Whether it takes no time at all.
    #[inline(always)]
    pub fn is_instant(&self) -> bool {
        self.latency == Delay::None && self.wires.is_none()
    }

    /// When who sets out at `now` is over the link, if that is always the same.
    #[inline(always)]
    pub fn crossed_at(&self, now: Time) -> Option<Time> {
        match (self.latency, self.wires) {
            (Delay::None, None) => Some(now),
            (Delay::Constant(span), None) => Some(now.saturating_add(span)),
            _ => None,
        }
    }
}

/// One direction of a link with a bandwidth: bytes follow each other, first come, first served.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Wire {
    /// Nanoseconds a byte.
    pub nanoseconds_per_byte: f64,
}

/// A span of time before something happens.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub enum Delay {
    /// At once.
    None,
    /// Always the same.
    Constant(Duration),
    /// Drawn.
    Drawn(SamplerId),
}

/// A balancer's upstreams and policy.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Balancer {
    /// The node.
    pub node: NodeId,
    /// The upstream nodes and the links to them.
    pub upstreams: Vec<(NodeId, Link)>,
    /// How it chooses.
    pub policy: Balance,
    /// Whether it chooses once for each session rather than for each request.
    pub per_connection: bool,
    /// Keys its draws.
    pub tag: u64,
}

impl Balancer {
    /// Whether its choice depends on who asks.
    #[inline(always)]
    pub fn needs_address(&self) -> bool {
        self.per_connection || self.policy == Balance::IpHash
    }
}

/// A cache.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Cache {
    /// The node.
    pub node: NodeId,
    /// Entries that fit.
    pub capacity: u64,
    /// How long an entry lives.
    pub ttl: Option<Duration>,
    /// Whether a hit renews the entry's life.
    pub sliding: bool,
    /// Whether the end of a fetch renews an entry that another fetch has filled meanwhile.
    pub refill: bool,
    /// Which entry makes room.
    pub evict: Evict,
    /// Whether requests that miss a key being fetched wait for that fetch.
    pub single_flight: bool,
    /// A fixed hit ratio instead of keys.
    pub hit_ratio: Option<f64>,
    /// Whether it starts with the keys 0 … capacity − 1.
    pub warm: bool,
    /// Keys its draws.
    pub tag: u64,
}

/// A DNS name.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Dns {
    /// The node.
    pub node: NodeId,
    /// How many records take turns.
    pub records: u32,
    /// How long a client keeps an answer.
    pub ttl: Duration,
    /// How long a lookup takes.
    pub lookup: Delay,
    /// Keys its draws.
    pub tag: u64,
}

/// The locks of a database.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LockSet {
    /// The node.
    pub node: NodeId,
    /// One lock for each key rather than one for the table.
    pub by_key: bool,
}

/// A choice among programs.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Choice {
    /// By chance: cumulated shares of 2⁶⁴, and where to go on.
    Weighted(Vec<(u64, Program)>),
    /// By the request's class name hash; the last is for all others.
    ByClass(Vec<(u64, Program)>, Program),
}

impl Choice {
    /// Where it may go on.
    pub fn targets(&self) -> Vec<Program> {
        match self {
            Choice::Weighted(shares) => shares.iter().map(|(_, target)| *target).collect(),
            Choice::ByClass(cases, otherwise) => {
                cases.iter().map(|(_, target)| *target).chain([*otherwise]).collect()
            }
        }
    }
}

impl Model {
    /// The key of all draws of a run with `seed`.
    pub fn key(&self, seed: u64) -> Key {
        Key::from_seed(seed)
    }

    /// The identifiers of the instances that `node` can have.
    pub fn instances_of(&self, node: NodeId) -> impl ExactSizeIterator<Item = InstanceId> + use<> {
        let node = &self.nodes[node];
        let first = node.first_instance.0;
        (first..first + node.most_instances).map(InstanceId)
    }

    /// Whether every link to whom a call of `target` may go takes no time.
    pub fn is_next_door(&self, target: &Target) -> bool {
        match target {
            Target::Node(_, link) => link.is_instant(),
            Target::Name(_, nodes) => nodes.iter().all(|(_, link)| link.is_instant()),
            Target::Upstream(balancer) => {
                self.balancers[*balancer].upstreams.iter().all(|(_, link)| link.is_instant())
            }
        }
    }

    /// The call of a node next door that `program` is, if that is all it is and its reply may be done ahead of the clock.
    pub fn only_call_next_door(&self, program: Program) -> Option<CallId> {
        let step = usize::from(program);
        let Step::Call(call) = self.steps[step] else { return None };
        let replies =
            matches!(self.steps[step + 1], Step::Reply) && self.concerns[step + 1] == Concern::WhoWaits;
        let is_plain = self.calls[call].is_next_door && matches!(self.calls[call].target, Target::Node(..));
        (replies && is_plain).then_some(call)
    }

    /// The steps that a visit to `node` may come to, in no particular order.
    pub fn steps_of(&self, node: NodeId) -> Vec<Step> {
        let mut seen = vec![false; self.steps.len()];
        let mut found = Vec::new();
        let mut open: Vec<Program> = self.nodes[node].entry.to_vec();
        if let Some(source) = self.nodes[node].source {
            open.push(self.sources[source].entry);
        }
        while let Some(place) = open.pop() {
            let Some(step) = self.steps.get(usize::from(place)) else { continue };
            if std::mem::replace(&mut seen[usize::from(place)], true) {
                continue;
            }
            found.push(*step);
            match step {
                Step::Reply | Step::Fail => {}
                Step::Jump(target) => open.push(*target),
                Step::Choose { choice, .. } => open.extend(self.choices[*choice].targets()),
                Step::Lookup { miss, .. } => open.extend([place + 1, *miss]),
                Step::Fork { first, branches, .. } => {
                    open.extend((*first..first + branches).chain([place + 1]))
                }
                _ => open.push(place + 1),
            }
        }
        found
    }

    /// The name people give a link: `app->db`.
    pub fn link_name(&self, link: u16) -> String {
        let (from, to) = self.ends[usize::from(link)];
        format!("{}->{}", self.nodes[from].name, self.nodes[to].name)
    }

    /// The name people give an instance: `app/3`.
    pub fn instance_name(&self, instance: InstanceId) -> String {
        let spec = &self.instances[instance];
        format!("{}/{}", self.nodes[spec.node].name, spec.number)
    }
}
