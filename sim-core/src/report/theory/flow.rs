//! Which stations a model's requests pass, and by which arrival process: what has to be known before a law may be named.
//!
//! A Poisson stream stays one through random splitting, independent delays, and stations whose output is Poisson
//! (Burke 1956 for M/M/c; Kelly 1979 for processor sharing and preemptive last come first served). Everything that is
//! not known to keep a stream makes it [`Flow::Other`], of which no law is claimed.

use std::collections::BTreeSet;

use crate::distribution::Sampler;
use crate::model::load::{Arrivals, Load};
use crate::model::step::{PoolSlot, Program, Step};
use crate::model::{
    CacheId, Call, CallId, Choice, Delay, Discipline, InstanceId, Link, Model, NodeId, Pool, SourceId, Target,
};
use crate::policy::balance::Balance;
use crate::report::counters::Owners;
use crate::sorted::Map;

/// A call graph that is deeper is not followed.
const MOST_DEPTH: u32 = 64;

/// A stream of requests; rates are those of all instances of a node together, per second.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Flow {
    Poisson(f64),
    /// Evenly spaced.
    Even(f64),
    /// A Poisson stream of this rate, of which each instance takes every n-th request.
    EveryNth(f64, u32),
    Other,
}

/// How long a server is held by one visit, in seconds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Hold {
    pub mean: f64,
    /// The mean square, if it is finite.
    pub second: Option<f64>,
    pub law: Law,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Law {
    Exponential,
    Constant,
    General,
}

/// Visits of one call site to a pool of a node.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Arrival {
    pub source: SourceId,
    /// Its rate is that of one instance.
    pub flow: Flow,
    /// None if a server is held while something else is waited for.
    pub hold: Option<Hold>,
    /// Whether the node does nothing else, so that its response is wait and service.
    pub is_alone: bool,
}

/// What is known of the paths of one source, or of all.
#[derive(Debug)]
pub(super) struct Paths<'m> {
    model: &'m Model,
    owners: Owners,
    /// By node and pool.
    pub stations: Map<(NodeId, PoolSlot), Vec<Arrival>>,
    /// By cache: who asks it, and how.
    pub lookups: Map<CacheId, Vec<(SourceId, Flow)>>,
    /// The mean time a request spends without waiting for anybody, in seconds.
    pub delay: f64,
    /// Whether some requests go other ways than others.
    pub is_branched: bool,
    /// Whether the paths could not be followed to their ends.
    pub is_lost: bool,
    /// Programs that were followed without a known stream.
    seen: BTreeSet<Program>,
    source: SourceId,
    depth: u32,
}

impl<'m> Paths<'m> {
    pub fn new(model: &'m Model) -> Paths<'m> {
        Paths {
            model,
            owners: Owners::of(model),
            stations: Map::new(),
            lookups: Map::new(),
            delay: 0.0,
            is_branched: false,
            is_lost: false,
            seen: BTreeSet::new(),
            source: SourceId(0),
            depth: 0,
        }
    }

    /// Follows the requests of a source. `is_retried`: its requests may be sent again or taken back.
    pub fn follow(&mut self, source: SourceId, is_retried: bool) {
        self.source = source;
        self.seen.clear();
        let spec = &self.model.sources[source];
        let flow = match &spec.load {
            _ if is_retried => Flow::Other,
            Load::Open { rate, arrivals, batch: 1 } => match (rate.constant(), arrivals) {
                (Some(rate), Arrivals::Poisson) => Flow::Poisson(rate),
                (Some(rate), Arrivals::Constant) => Flow::Even(rate),
                (_, Arrivals::Poisson | Arrivals::Constant | Arrivals::Renewal { .. }) => Flow::Other,
            },
            Load::Open { .. } | Load::Bursty { .. } | Load::Closed { .. } | Load::Replay { .. } => {
                Flow::Other
            }
        };
        self.program(spec.place, spec.entry, flow);
    }

    /// Follows a program at an instance; returns the stream of its answers.
    fn program(&mut self, place: InstanceId, start: Program, mut flow: Flow) -> Flow {
        let mut at = start;
        loop {
            // What follows an unknown stream is itself unknown, and need be seen only once, unless it is counted.
            if self.is_branched && flow == Flow::Other && !self.seen.insert(at) {
                return Flow::Other;
            }
            match self.model.steps[usize::from(at)] {
                Step::Work { pool, demand, .. } => {
                    let hold = self.work(place, demand);
                    let is_alone = at == start && self.ends(at + 1);
                    flow = self.serve(place, pool, flow, Some(hold), is_alone);
                }
                Step::Take { pool } => {
                    let (end, hold) = self.held(place, pool, at + 1);
                    if let Some(end) = end {
                        let is_alone = at == start && self.ends(end);
                        flow = self.serve(place, pool, flow, hold, is_alone);
                        at = end;
                        continue;
                    }
                    flow = self.serve(place, pool, flow, None, false);
                }
                Step::Give { .. } => {}
                Step::Wait { span, .. } => flow = self.delayed(flow, span),
                Step::Transmit { .. } => {
                    self.is_branched = true;
                    flow = Flow::Other;
                }
                Step::Resolve(name) => {
                    // All who ask during a lookup go on together when it is done.
                    if self.model.names[name].lookup != Delay::None {
                        self.is_branched = true;
                        flow = Flow::Other;
                    }
                }
                Step::Call(call) => flow = self.call(call, flow),
                Step::FanOut { call, .. } => {
                    self.is_branched = true;
                    self.call(call, Flow::Other);
                    flow = Flow::Other;
                }
                Step::Fork { first, branches, .. } => {
                    self.is_branched = true;
                    for branch in 0..branches {
                        self.program(place, first + branch, Flow::Other);
                    }
                    flow = Flow::Other;
                }
                Step::Lookup { cache, miss } => {
                    self.lookups.get_or_insert_with(cache, Vec::new).push((self.source, flow));
                    self.is_branched = true;
                    self.program(place, miss, Flow::Other);
                    flow = Flow::Other;
                }
                Step::Fill { .. } => {}
                Step::Lock(_) | Step::Unlock(_) => {
                    self.is_branched = true;
                    flow = Flow::Other;
                }
                Step::Choose { choice, .. } => {
                    self.is_branched = true;
                    let targets: Vec<Program> = match &self.model.choices[choice] {
                        Choice::Weighted(shares) => shares.iter().map(|(_, target)| *target).collect(),
                        Choice::ByClass(cases, otherwise) => {
                            cases.iter().map(|(_, target)| *target).chain([*otherwise]).collect()
                        }
                    };
                    for target in targets {
                        self.program(place, target, Flow::Other);
                    }
                    return Flow::Other;
                }
                Step::Jump(target) => {
                    at = target;
                    continue;
                }
                Step::Reply => return flow,
                Step::Fail => return Flow::Other,
            }
            at += 1;
        }
    }

    /// Whether the program only replies from here on.
    fn ends(&self, at: Program) -> bool {
        match self.model.steps[usize::from(at)] {
            Step::Reply => true,
            Step::Give { .. } => self.ends(at + 1),
            _ => false,
        }
    }

    fn work(&self, place: InstanceId, demand: crate::model::SamplerId) -> Hold {
        let slowness = self.model.instances[place].slowness;
        hold_of(&self.model.samplers[demand], slowness)
    }

    /// How long a kept server is held, and where the program goes on after it; `None` if it is kept across calls. The
    /// hold is unknown if there is a line for something else meanwhile.
    fn held(&self, place: InstanceId, pool: PoolSlot, mut at: Program) -> (Option<Program>, Option<Hold>) {
        let mut total: Option<Hold> = None;
        let mut is_known = true;
        let mut add = |part: Hold| {
            total = Some(match total {
                None => part,
                Some(before) => before.followed_by(part),
            });
        };
        loop {
            match self.model.steps[usize::from(at)] {
                Step::Work { pool: inner, demand, .. } => {
                    let spec = |slot: PoolSlot| self.pool(place, slot);
                    is_known &= spec(inner).servers >= spec(pool).servers
                        && self.is_own(place, inner)
                        && is_plain(spec(inner));
                    add(self.work(place, demand));
                }
                // A slow machine does not stretch what happens elsewhere.
                Step::Wait { span, .. } => match span {
                    Delay::None => {}
                    Delay::Constant(span) => {
                        let mean = span.as_secs_f64();
                        add(Hold { mean, second: Some(mean * mean), law: Law::Constant });
                    }
                    Delay::Drawn(sampler) => add(hold_of(&self.model.samplers[sampler], 1.0)),
                },
                Step::Give { .. } => return (Some(at + 1), total.filter(|_| is_known)),
                Step::Reply => return (Some(at), total.filter(|_| is_known)),
                _ => return (None, None),
            }
            at += 1;
        }
    }

    /// Notes visits to a pool; returns the stream that leaves it.
    fn serve(
        &mut self,
        place: InstanceId,
        slot: PoolSlot,
        flow: Flow,
        hold: Option<Hold>,
        is_alone: bool,
    ) -> Flow {
        let node = self.model.instances[place].node;
        let spec = self.pool(place, slot);
        let is_own = self.is_own(place, slot);
        let hold = hold.filter(|_| is_own);
        let share = 1.0 / f64::from(self.model.nodes[node].instances.max(1));
        let arrival = Arrival { source: self.source, flow: flow.scaled(share), hold, is_alone };
        self.stations.get_or_insert_with((node, slot), Vec::new).push(arrival);
        let (Flow::Poisson(_), Some(hold)) = (flow, hold) else { return Flow::Other };
        let loses_nobody = spec.queue == u32::MAX && spec.patience.is_none();
        let keeps = match spec.discipline {
            Discipline::Fifo => hold.law == Law::Exponential,
            Discipline::LifoPreemptive => true,
            Discipline::Sharing { at_most: u32::MAX, contention: 0.0, coherency: 0.0 } => {
                spec.servers == 1 || hold.law == Law::Exponential
            }
            Discipline::Sharing { .. }
            | Discipline::Lifo
            | Discipline::Priority
            | Discipline::PriorityPreemptive => false,
        };
        if loses_nobody && keeps { flow } else { Flow::Other }
    }

    /// Follows a call; returns the stream of the answers.
    fn call(&mut self, call: CallId, flow: Flow) -> Flow {
        if self.depth >= MOST_DEPTH {
            self.is_lost = true;
            return Flow::Other;
        }
        self.depth += 1;
        let model = self.model;
        let spec = &model.calls[call];
        let is_client = self.depth == 1;
        // Of a client it is known whether its requests were retried.
        // A call without a timeout takes nothing back by itself.
        let is_simple = spec.retry.is_none() && !(spec.cancels && spec.timeout.is_some());
        let flow = if is_simple || is_client { flow } else { Flow::Other };
        let answered = match &spec.target {
            Target::Node(node, link) => self.visit(*node, *link, flow, Split::Turns, spec),
            Target::Name(_, records) => match records.as_slice() {
                [(node, link)] => self.visit(*node, *link, flow, Split::Turns, spec),
                records => {
                    self.is_branched = true;
                    for (node, link) in records {
                        self.visit(*node, *link, Flow::Other, Split::Unknown, spec);
                    }
                    Flow::Other
                }
            },
            Target::Upstream(balancer) => {
                let balancer = &model.balancers[*balancer];
                let split = match &balancer.policy {
                    _ if balancer.per_connection || balancer.upstreams.len() > 1 => Split::Unknown,
                    Balance::RoundRobin => Split::Turns,
                    Balance::Random => Split::Random,
                    Balance::SmoothWeighted { .. }
                    | Balance::LeastConnections { .. }
                    | Balance::PowerOf { .. }
                    | Balance::IpHash => Split::Unknown,
                };
                self.is_branched |= balancer.upstreams.len() > 1;
                let mut answered = Flow::Other;
                for (node, link) in &balancer.upstreams {
                    answered = self.visit(*node, *link, flow, split, spec);
                }
                answered
            }
        };
        self.depth -= 1;
        if spec.timeout.is_some() && !is_client { Flow::Other } else { answered }
    }

    fn visit(&mut self, node: NodeId, link: Link, flow: Flow, split: Split, call: &Call) -> Flow {
        let spec = &self.model.nodes[node];
        let arriving = match (self.linked(flow, link), split) {
            // Together with those of the other instances, the turns of one are no simple stream.
            (Flow::EveryNth(..), _) => Flow::Other,
            (flow, _) if spec.instances == 1 => flow,
            (Flow::Poisson(rate), Split::Turns) => Flow::EveryNth(rate, spec.instances),
            (flow @ Flow::Poisson(_), Split::Random) | (flow @ Flow::Even(_), Split::Turns) => flow,
            (Flow::Poisson(_) | Flow::Even(_) | Flow::Other, _) => Flow::Other,
        };
        let Some(place) = self.model.instances_of(node).next() else { return Flow::Other };
        let has_equals = self
            .model
            .instances_of(node)
            .all(|id| self.model.instances[id].slowness == self.model.instances[place].slowness);
        let arriving = if has_equals { arriving } else { Flow::Other };
        let leaving = self.program(place, spec.entry[usize::from(call.operation)], arriving);
        let together = if let Flow::EveryNth(..) = leaving { Flow::Other } else { leaving };
        self.linked(together, link)
    }

    fn linked(&mut self, flow: Flow, link: Link) -> Flow {
        let flow = self.delayed(flow, link.latency);
        if link.wires.is_some() {
            self.is_branched = true;
            return Flow::Other;
        }
        flow
    }

    fn delayed(&mut self, flow: Flow, span: Delay) -> Flow {
        self.delay += mean(self.model, span);
        match (flow, span) {
            (Flow::Poisson(_), _) | (_, Delay::None | Delay::Constant(_)) => flow,
            // Requests may overtake each other.
            (Flow::Even(_) | Flow::EveryNth(..) | Flow::Other, Delay::Drawn(_)) => Flow::Other,
        }
    }

    /// Whether some source comes to a pool more than once on a known stream, so that its requests meet themselves.
    pub fn is_tangled(&self) -> bool {
        self.stations.values().any(|arrivals| {
            let mut sources: Vec<_> = arrivals.iter().map(|arrival| arrival.source).collect();
            sources.sort_unstable();
            let repeats = sources.windows(2).any(|pair| pair[0] == pair[1]);
            repeats && arrivals.iter().any(|arrival| arrival.flow != Flow::Other)
        })
    }

    pub fn pool(&self, place: InstanceId, slot: PoolSlot) -> &'m Pool {
        let model = self.model;
        &model.pools[model.instances[place].pools[usize::from(slot)]]
    }

    fn is_own(&self, place: InstanceId, slot: PoolSlot) -> bool {
        !self.owners.is_shared(self.model.instances[place].pools[usize::from(slot)])
    }
}

/// How calls are split among the instances of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Split {
    Turns,
    Random,
    Unknown,
}

impl Flow {
    fn scaled(self, share: f64) -> Flow {
        match self {
            Flow::Poisson(rate) => Flow::Poisson(rate * share),
            Flow::Even(rate) => Flow::Even(rate * share),
            Flow::EveryNth(rate, count) => Flow::EveryNth(rate * share, count),
            Flow::Other => Flow::Other,
        }
    }
}

impl Hold {
    /// The hold of two independent parts in a row.
    fn followed_by(self, next: Hold) -> Hold {
        let both = |one: Option<f64>, other: Option<f64>| Some(one? + other?);
        let second = both(self.second, next.second).map(|squares| squares + 2.0 * self.mean * next.mean);
        let is_constant = self.law == Law::Constant && next.law == Law::Constant;
        let law = if is_constant { Law::Constant } else { Law::General };
        Hold { mean: self.mean + next.mean, second, law }
    }
}

/// A pool that serves its visits at full speed as long as there are no more of them than servers.
fn is_plain(pool: &Pool) -> bool {
    match pool.discipline {
        Discipline::Sharing { contention, coherency, .. } => contention == 0.0 && coherency == 0.0,
        Discipline::Fifo
        | Discipline::Lifo
        | Discipline::Priority
        | Discipline::LifoPreemptive
        | Discipline::PriorityPreemptive => true,
    }
}

fn hold_of(sampler: &Sampler, slowness: f64) -> Hold {
    let scale = slowness / 1e9;
    let law = match sampler {
        Sampler::Exponential(_) => Law::Exponential,
        Sampler::Constant(_) => Law::Constant,
        _ => Law::General,
    };
    Hold {
        mean: sampler.mean().map_or(f64::INFINITY, |mean| mean * scale),
        second: sampler.second_moment().map(|second| second * scale * scale),
        law,
    }
}

fn mean(model: &Model, delay: Delay) -> f64 {
    match delay {
        Delay::None => 0.0,
        Delay::Constant(span) => span.as_secs_f64(),
        Delay::Drawn(sampler) => model.samplers[sampler].mean().map_or(f64::INFINITY, |mean| mean / 1e9),
    }
}
