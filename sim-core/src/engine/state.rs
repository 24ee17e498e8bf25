//! Everything that changes during a run, in one value that can be cloned: a clone is a snapshot.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use crate::arena::Arena;
use crate::distribution::Sampler;
use crate::model::load::LoadMemory;
use crate::model::{
    BalancerId, CacheId, ControllerId, DnsId, InstanceId, LockId, Model, NodeId, PoolId, RetryId, SourceId,
    WireId,
};
use crate::observe::tally::Tally;
use crate::policy::balance::{Balance, BalanceMemory};
use crate::policy::retry::BudgetMemory;
use crate::random::Key;
use crate::time::{Duration, Time};

use super::agenda::{Agenda, Event};
use super::ahead::{Ahead, Looks};
use super::control::ControllerState;
use super::gate::{CacheState, DnsState, LockState};
use super::level::Level;
use super::network::Network;
use super::pool::foreseen::foreseeable;
use super::pool::{Account, PoolState};
use super::visit::{Slab, VisitId};

/// The state of a run.
#[derive(Clone, Debug)]
pub struct State {
    /// Simulated time; while a visit runs ahead of the clock, where that visit is.
    pub now: Time,
    /// The clock, and who is ahead of it.
    pub ahead: Ahead,
    /// When controllers and observers look.
    pub looks: Looks,
    /// What is to come.
    pub agenda: Agenda,
    /// The visits in flight.
    pub visits: Slab,
    /// Visits that can go on at once; drained before time moves.
    pub ready: VecDeque<VisitId>,
    /// Model facts so far.
    pub events: u64,
    /// Requests made so far by all sources, for the order of simultaneous events.
    pub ordinal: u32,
    /// Which variant of the scenario is in force.
    pub variant: u32,
    /// Whether there is no other one.
    pub is_constant: bool,
    /// The run's key.
    pub key: Key,
    /// The instances.
    pub instances: Arena<InstanceId, InstanceState>,
    /// What each node's callers remember of whose turn it is.
    pub turns: Arena<NodeId, Turns>,
    /// The pools.
    pub pools: Arena<PoolId, PoolState>,
    /// The sources.
    pub sources: Arena<SourceId, SourceState>,
    /// The balancers.
    pub balancers: Arena<BalancerId, BalancerState>,
    /// The retry budgets.
    pub budgets: Arena<RetryId, BudgetMemory>,
    /// The caches.
    pub caches: Arena<CacheId, CacheState>,
    /// The DNS names.
    pub names: Arena<DnsId, DnsState>,
    /// The locks.
    pub locks: Arena<LockId, LockState>,
    /// When each wire is free again; a wire is one direction of a link with a bandwidth.
    pub wires: Arena<WireId, Time>,
    /// The links that faults have struck.
    pub network: Network,
    /// Autoscalers and faults.
    pub controllers: Arena<ControllerId, ControllerState>,
    /// What was counted.
    pub tally: Tally,
    /// Sources that will make another request.
    pub active_sources: u32,
    /// Until when at least one instance stands still.
    pub hung_until: Time,
    /// The integrals when measuring started.
    pub baseline: Option<Box<Baseline>>,
}

/// The integrals at the start of measuring: what came before is not reported.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// When.
    pub at: Time,
    /// The pools.
    pub pools: Arena<PoolId, Account>,
    /// The instances.
    pub instances: Arena<InstanceId, InstanceState>,
    /// Nanoseconds that entries of each cache had lived.
    pub cache_life: Arena<CacheId, i128>,
}

/// Whether an instance takes part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Life {
    /// It does not exist.
    Absent,
    /// It starts, and will be up at a time.
    Booting(Time),
    /// It takes calls.
    Up,
    /// It finishes what it has and takes no new calls.
    Draining,
    /// It has crashed and will be up again.
    Down,
}

/// The state of an instance.
#[derive(Clone, PartialEq, Debug)]
pub struct InstanceState {
    /// Whether it takes part.
    pub life: Life,
    /// Until when it stands still.
    pub hung_until: Time,
    /// How many times as long everything takes: its own slowness times that of faults.
    pub slowness: f64,
    /// Visits that have come, since the start.
    pub arrivals: u64,
    /// Visits at the instance.
    pub present: Level,
    /// The nanoseconds that visits which have left were here.
    pub stays: u128,
    /// Since when it has existed, if it does.
    pub alive_since: Time,
    /// Nanoseconds of existence before `alive_since`.
    pub alive: u64,
}

impl InstanceState {
    /// How long a work takes here whose demand has this law and this key.
    #[inline(always)]
    pub fn work_span(&self, demand: &Sampler, key: Key) -> Duration {
        Duration::from_nanos_f64(demand.value(key) * self.slowness)
    }

    /// For how many nanoseconds it has existed until `now`, whether or not it was working.
    pub fn alive_until(&self, now: Time) -> u64 {
        match self.life {
            Life::Absent => self.alive,
            Life::Booting(_) | Life::Up | Life::Draining | Life::Down => {
                self.alive + (now - self.alive_since).0
            }
        }
    }
}

/// Whose turn it is among a node's instances that take calls without a balancer in between.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Turns {
    /// The instances that take calls, in order.
    pub ready: Vec<InstanceId>,
    /// The next one.
    pub next: u32,
}

/// The state of a source.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SourceState {
    /// The key of its requests.
    pub key: Key,
    /// Where its load stands.
    pub load: LoadMemory,
    /// Requests made so far.
    pub made: u64,
    /// When it makes the next one: the ticket of its event.
    pub next: Time,
    /// When it made the last one, if it makes no more.
    pub last: Time,
    /// When it would make the next one after its last, where a change of its pace has told that.
    pub beyond: Option<Time>,
    /// How often a fault has changed its pace.
    pub changes: u64,
}

/// The state of a balancer.
#[derive(Clone, Debug)]
pub struct BalancerState {
    /// What its policy remembers.
    pub memory: BalanceMemory,
    /// Whether its policy, or one that may come into force, asks how many requests are unanswered.
    pub counts_in_flight: bool,
    /// When it will have the answers that are known ahead of the clock, and which slots they come from; those of whom a
    /// choice does not look at are with its memory.
    to_come: BinaryHeap<Reverse<Event>>,
    /// The instance of each slot and which upstream node it belongs to.
    pub slots: Vec<(InstanceId, u32)>,
    /// The slot that each session's connection goes to.
    pub connections: BTreeMap<u64, u32>,
}

impl BalancerState {
    /// Notes an answer to come of the slot that it names.
    #[inline(always)]
    pub fn note_answer(&mut self, policy: &Balance, answer: Event) {
        if policy.looks_at_few() {
            self.memory.will_be_answered(answer.slot(), answer.moment());
        } else {
            self.to_come.push(Reverse(answer));
        }
    }

    /// Counts the answers that have come before `present`.
    #[inline(always)]
    pub fn hear_answers(&mut self, present: Event) {
        while let Some(Reverse(answer)) = self.to_come.peek()
            && *answer < present
        {
            self.memory.answered(answer.slot());
            self.to_come.pop();
        }
    }
}

impl State {
    /// The state at the start of a run of `model` with `seed`; `is_constant` says that no other model follows it.
    pub fn new(model: &Model, seed: u64, is_constant: bool) -> State {
        let key = model.key(seed);
        let foreseeable = foreseeable(model);
        State {
            now: Time::ZERO,
            ahead: Ahead::default(),
            looks: Looks::default(),
            agenda: Agenda::default(),
            visits: Slab::default(),
            ready: VecDeque::new(),
            events: 0,
            ordinal: 0,
            variant: 0,
            is_constant,
            key,
            instances: model.instances.map(|spec| InstanceState {
                life: Life::Absent,
                hung_until: Time::ZERO,
                slowness: spec.slowness,
                arrivals: 0,
                present: Level::default(),
                stays: 0,
                alive_since: Time::ZERO,
                alive: 0,
            }),
            turns: model.nodes.map(|_| Turns::default()),
            pools: {
                let pools = model.pools.enumerate();
                pools.map(|(id, pool)| PoolState::new(pool, is_constant && foreseeable[id])).collect()
            },
            sources: model.sources.map(|source| SourceState {
                key: key.child(source.tag),
                load: LoadMemory::starting(&source.load, Time::ZERO, 1.0),
                ..Default::default()
            }),
            balancers: model.balancers.map(|balancer| {
                let slots: Vec<_> = balancer
                    .upstreams
                    .iter()
                    .enumerate()
                    .flat_map(|(upstream, (node, _))| {
                        model.instances_of(*node).map(move |id| (id, upstream as u32))
                    })
                    .collect();
                BalancerState {
                    memory: BalanceMemory::new(slots.len()),
                    counts_in_flight: balancer.policy.counts_in_flight() || !is_constant,
                    to_come: BinaryHeap::new(),
                    slots,
                    connections: BTreeMap::new(),
                }
            }),
            budgets: model.retries.map(|_| BudgetMemory::default()),
            caches: model.caches.map(CacheState::new),
            names: model.names.map(|_| DnsState::default()),
            locks: model.locks.map(|_| LockState::default()),
            wires: model.wires.map(|_| Time::ZERO),
            network: Network::default(),
            controllers: model.controllers.map(ControllerState::new),
            tally: Tally::new(model),
            active_sources: 0,
            hung_until: Time::ZERO,
            baseline: None,
        }
    }

    /// Visits that have come to `instance` since measuring started.
    pub fn arrivals(&self, instance: InstanceId) -> u64 {
        let before = self.baseline.as_ref().map_or(0, |baseline| baseline.instances[instance].arrivals);
        self.instances[instance].arrivals - before
    }

    /// Visits and lookups that have come to `node` since measuring started.
    pub fn requests(&self, model: &Model, node: NodeId) -> u64 {
        let visits: u64 = model.instances_of(node).map(|instance| self.arrivals(instance)).sum();
        visits + self.tally.nodes[node].lookups
    }

    /// How long the entries of `cache` have lived since measuring started, in nanoseconds summed over entries.
    pub fn cache_life(&self, cache: CacheId) -> i128 {
        let before = self.baseline.as_ref().map_or(0, |baseline| baseline.cache_life[cache]);
        self.caches[cache].store.life_until(self.now) - before
    }
}
