//! All counts and integrals of a run at one instant, and their difference between two: what happened in between.
//!
//! Everything a report says is computed from such a difference, be it the measured window, a window that a claim
//! names, or a batch of a long run. Sums stay whole numbers until the last division.

use serde::{Deserialize, Serialize};

use crate::arena::Arena;
use crate::engine::Engine;
use crate::engine::pool::Account;
use crate::engine::state::{InstanceState, Life, State};
use crate::model::{CacheId, Controller, InstanceId, LockId, Model, NodeId, PoolId, SourceId};
use crate::observe::histogram::Histogram;
use crate::observe::tally::{CacheTally, ClassTally, NodeTally};
use crate::time::Time;

/// Servers of a pool that nobody ever waits for; it has no utilization.
pub(crate) const UNLIMITED: u32 = u32::MAX;

/// Of so many classes the histograms are kept for each batch of a run, at about 0.1 MB each.
const FEW_CLASSES: usize = 6;

/// How much to copy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Depth {
    /// Everything.
    Full,
    /// Without the histograms of nodes, and without those of clients where there are many: their means remain.
    Light,
}

/// Counts and integrals.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Counters {
    /// The instant of the counts, or the span of their difference in nanoseconds.
    pub at: Time,
    /// The same for clients, whose window ends with the last completion where a run ends idle.
    pub clients_at: Time,
    pub clients: Arena<SourceId, Vec<ClassTally>>,
    pub nodes: Arena<NodeId, NodeTally>,
    pub caches: Arena<CacheId, CacheCount>,
    /// How long writes waited for locks.
    pub lock_waits: Arena<LockId, Histogram>,
    pub instances: Arena<InstanceId, InstanceCount>,
    pub pools: Arena<PoolId, PoolCount>,
}

/// What a cache did.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct CacheCount {
    pub tally: CacheTally,
    /// ∫ living entries dt.
    pub life: i128,
}

/// What an instance did.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct InstanceCount {
    pub arrivals: u64,
    /// ∫ present dt.
    pub presence: u128,
    /// Nanoseconds of existence.
    pub alive: u64,
    /// Visits there at the end.
    pub present: u32,
    /// Whether it exists at the end, and whether it will stay.
    pub exists: bool,
    pub stays: bool,
}

/// What a pool did.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct PoolCount {
    /// ∫ busy dt.
    pub busy: u128,
    /// ∫ waiting dt.
    pub waiting: u128,
    /// ∫ servers dt.
    pub capacity: u128,
    /// The longest line since measuring started.
    pub longest: u32,
    /// Visits in line at the end.
    pub in_line: u32,
}

impl Counters {
    /// Whether there is a count for everything in `model`, and for nothing else.
    pub fn are_of(&self, model: &Model) -> bool {
        let classes = self.clients.iter().map(Vec::len);
        classes.eq(model.sources.iter().map(|source| source.classes.len()))
            && self.nodes.len() == model.nodes.len()
            && self.caches.len() == model.caches.len()
            && self.lock_waits.len() == model.locks.len()
            && self.instances.len() == model.instances.len()
            && self.pools.len() == model.pools.len()
    }

    /// The counts now.
    pub fn now(engine: &Engine, depth: Depth) -> Counters {
        let (model, state) = (engine.model(), engine.state());
        let now = state.now;
        let tally = &state.tally;
        let nodes = tally.nodes.map(|node| {
            let mut copy = match depth {
                Depth::Full => node.clone(),
                Depth::Light => light_copy(node),
            };
            copy.set_instances(now, copy.instances);
            copy.instances_range = node.instances_range;
            copy
        });
        let has_many_classes = tally.clients.iter().flatten().count() > FEW_CLASSES;
        let client = |class: &ClassTally| {
            let mut copy = ClassTally::new();
            copy.merge(class);
            if depth == Depth::Light && has_many_classes {
                copy.latency = copy.latency.without_cells();
            }
            copy
        };
        let caches = state
            .caches
            .enumerate()
            .map(|(id, cache)| CacheCount { tally: tally.caches[id], life: cache.store.life_until(now) });
        Counters {
            at: now,
            clients_at: now,
            clients: tally.clients.iter().map(|classes| classes.iter().map(client).collect()).collect(),
            nodes,
            caches: caches.collect(),
            lock_waits: tally.lock_waits.map(|waits| match depth {
                Depth::Full => waits.clone(),
                Depth::Light => waits.without_cells(),
            }),
            instances: instances(state, &state.instances, now),
            pools: pools(engine, &state.pools.map(|pool| pool.account), &state.instances, now),
        }
        .with_unlimited(model)
    }

    /// The counts of a run that has not begun.
    pub fn none(model: &Model) -> Counters {
        let nothing =
            InstanceCount { arrivals: 0, presence: 0, alive: 0, present: 0, exists: false, stays: false };
        let idle = PoolCount { busy: 0, waiting: 0, capacity: 0, longest: 0, in_line: 0 };
        Counters {
            at: Time::ZERO,
            clients_at: Time::ZERO,
            clients: model.sources.map(|source| source.classes.iter().map(|_| ClassTally::new()).collect()),
            nodes: model.nodes.map(|_| NodeTally::new()),
            caches: model.caches.map(|_| CacheCount { tally: CacheTally::default(), life: 0 }),
            lock_waits: model.locks.map(|_| Histogram::new()),
            instances: model.instances.map(|_| nothing),
            pools: model.pools.map(|_| idle),
        }
        .with_unlimited(model)
    }

    /// The counts when measuring started; none if it has not.
    pub fn at_start(engine: &Engine) -> Option<Counters> {
        let (model, state) = (engine.model(), engine.state());
        let baseline = state.baseline.as_deref()?;
        let at = baseline.at;
        Some(
            Counters {
                at,
                clients_at: at,
                clients: model
                    .sources
                    .map(|source| source.classes.iter().map(|_| ClassTally::new()).collect()),
                nodes: model.nodes.map(|_| NodeTally::new()),
                caches: baseline
                    .cache_life
                    .iter()
                    .map(|life| CacheCount { tally: CacheTally::default(), life: *life })
                    .collect(),
                lock_waits: model.locks.map(|_| Histogram::new()),
                instances: instances(state, &baseline.instances, at),
                pools: pools(engine, &baseline.pools, &baseline.instances, at),
            }
            .with_unlimited(model),
        )
    }

    /// What happened since `earlier`.
    pub fn since(&self, earlier: &Counters) -> Counters {
        let mut span = self.clone();
        span.at = Time(self.at.since(earlier.at).0);
        span.clients_at = Time(self.clients_at.since(earlier.clients_at).0);
        for (mine, before) in span.clients.iter_mut().flatten().zip(earlier.clients.iter().flatten()) {
            subtract_class(mine, before);
        }
        for (mine, before) in span.nodes.iter_mut().zip(earlier.nodes.iter()) {
            subtract_node(mine, before);
        }
        for (mine, before) in span.caches.iter_mut().zip(earlier.caches.iter()) {
            mine.life -= before.life;
            mine.tally.hits -= before.tally.hits;
            mine.tally.misses -= before.tally.misses;
            mine.tally.coalesced -= before.tally.coalesced;
            mine.tally.fills -= before.tally.fills;
        }
        for (mine, before) in span.lock_waits.iter_mut().zip(earlier.lock_waits.iter()) {
            subtract_waits(mine, before);
        }
        for (mine, before) in span.instances.iter_mut().zip(earlier.instances.iter()) {
            mine.arrivals -= before.arrivals;
            mine.presence -= before.presence;
            mine.alive -= before.alive;
        }
        for (mine, before) in span.pools.iter_mut().zip(earlier.pools.iter()) {
            mine.busy -= before.busy;
            mine.waiting -= before.waiting;
            mine.capacity = mine.capacity.saturating_sub(before.capacity);
        }
        span
    }

    /// Adds what happened in another span, of the same model with another seed.
    pub fn add(&mut self, other: &Counters) {
        self.at = Time(self.at.0 + other.at.0);
        self.clients_at = Time(self.clients_at.0 + other.clients_at.0);
        for (mine, its) in self.clients.iter_mut().flatten().zip(other.clients.iter().flatten()) {
            mine.merge(its);
        }
        for (mine, its) in self.nodes.iter_mut().zip(other.nodes.iter()) {
            add_node(mine, its);
        }
        for (mine, its) in self.caches.iter_mut().zip(other.caches.iter()) {
            mine.life += its.life;
            mine.tally.hits += its.tally.hits;
            mine.tally.misses += its.tally.misses;
            mine.tally.coalesced += its.tally.coalesced;
            mine.tally.fills += its.tally.fills;
        }
        for (mine, its) in self.lock_waits.iter_mut().zip(other.lock_waits.iter()) {
            mine.merge(its);
        }
        for (mine, its) in self.instances.iter_mut().zip(other.instances.iter()) {
            mine.arrivals += its.arrivals;
            mine.presence += its.presence;
            mine.alive += its.alive;
        }
        for (mine, its) in self.pools.iter_mut().zip(other.pools.iter()) {
            mine.busy += its.busy;
            mine.waiting += its.waiting;
            mine.capacity += its.capacity;
            mine.longest = mine.longest.max(its.longest);
        }
    }

    /// A pool without a bound has no capacity that could be used up.
    fn with_unlimited(mut self, model: &Model) -> Counters {
        for (pool, spec) in self.pools.iter_mut().zip(model.pools.iter()) {
            if spec.servers == UNLIMITED {
                pool.capacity = 0;
            }
        }
        self
    }
}

fn light_copy(node: &NodeTally) -> NodeTally {
    NodeTally {
        latency: node.latency.without_cells(),
        waits: [node.waits[0].without_cells(), node.waits[1].without_cells()],
        lookups: node.lookups,
        failed: node.failed,
        instance_time: node.instance_time,
        instances_since: node.instances_since,
        instances: node.instances,
        instances_range: node.instances_range,
    }
}

fn subtract_class(mine: &mut ClassTally, before: &ClassTally) {
    mine.offered -= before.offered;
    mine.completed -= before.completed;
    mine.good -= before.good;
    mine.late -= before.late;
    mine.retries -= before.retries;
    mine.failed.iter_mut().zip(before.failed).for_each(|(mine, before)| *mine -= before);
    if before.latency.count() > 0 {
        mine.latency = since(&mine.latency, &before.latency);
    }
}

fn subtract_node(mine: &mut NodeTally, before: &NodeTally) {
    mine.lookups -= before.lookups;
    mine.failed.iter_mut().zip(before.failed).for_each(|(mine, before)| *mine -= before);
    mine.instance_time -= before.instance_time;
    if before.latency.count() > 0 {
        mine.latency = since(&mine.latency, &before.latency);
    }
    mine.waits.iter_mut().zip(&before.waits).for_each(|(mine, before)| subtract_waits(mine, before));
}

fn subtract_waits(mine: &mut Histogram, before: &Histogram) {
    if before.count() > 0 {
        *mine = since(mine, before);
    }
}

/// The difference of two histograms of which either may have lost its cells.
fn since(mine: &Histogram, before: &Histogram) -> Histogram {
    if before.quantile(0.5).is_none() { mine.without_cells().since(before) } else { mine.since(before) }
}

fn add_node(mine: &mut NodeTally, its: &NodeTally) {
    mine.lookups += its.lookups;
    mine.failed.iter_mut().zip(its.failed).for_each(|(mine, its)| *mine += its);
    mine.instance_time += its.instance_time;
    mine.latency.merge(&its.latency);
    mine.waits.iter_mut().zip(&its.waits).for_each(|(mine, its)| mine.merge(its));
    mine.instances_range.0 = mine.instances_range.0.min(its.instances_range.0);
    mine.instances_range.1 = mine.instances_range.1.max(its.instances_range.1);
}

fn instances(
    state: &State,
    instances: &Arena<InstanceId, InstanceState>,
    at: Time,
) -> Arena<InstanceId, InstanceCount> {
    let count = |(id, then): (InstanceId, &InstanceState)| {
        let life = state.instances[id].life;
        InstanceCount {
            arrivals: then.arrivals,
            presence: then.present.integral(at),
            alive: then.alive_until(at),
            present: then.present.count(),
            exists: life != Life::Absent,
            stays: matches!(life, Life::Booting(_) | Life::Up | Life::Down),
        }
    };
    instances.enumerate().map(count).collect()
}

fn pools(
    engine: &Engine,
    accounts: &Arena<PoolId, Account>,
    instances: &Arena<InstanceId, InstanceState>,
    at: Time,
) -> Arena<PoolId, PoolCount> {
    let model = engine.model();
    let owners = Owners::of(model);
    let count = |(id, account): (PoolId, &Account)| {
        let alive = match owners.only(id) {
            Some(instance) => u128::from(instances[instance].alive_until(at)),
            None => u128::from(at.0),
        };
        PoolCount {
            busy: account.busy.integral(at),
            waiting: account.waiting.integral(at),
            capacity: capacity(engine, id, alive, at),
            longest: account.longest,
            in_line: account.waiting.count(),
        }
    };
    accounts.enumerate().map(count).collect()
}

/// ∫ servers dt of a pool that has existed for `alive`. Where a variant of the scenario changes the number of servers,
/// the average number so far counts.
pub(super) fn capacity(engine: &Engine, pool: PoolId, alive: u128, at: Time) -> u128 {
    let variants = engine.variants();
    let servers = |variant: usize| u128::from(variants[variant].pools[pool].servers);
    if variants.iter().all(|variant| variant.pools[pool].servers == variants[0].pools[pool].servers) {
        return alive * servers(0);
    }
    let mut changes: Vec<(Time, usize)> = variants[0]
        .controllers
        .iter()
        .filter_map(|controller| match controller {
            Controller::Change { at, variant } => Some((*at, *variant as usize)),
            Controller::Hpa { .. } | Controller::Scheduled { .. } | Controller::Recurring { .. } => None,
        })
        .collect();
    changes.sort_unstable();
    let (mut total, mut since, mut variant) = (0, Time::ZERO, 0);
    for (change, next) in changes.into_iter().filter(|(change, _)| *change < at) {
        total += u128::from(change.since(since).0) * servers(variant);
        (since, variant) = (change, next);
    }
    total += u128::from(at.since(since).0) * servers(variant);
    if alive == u128::from(at.0) { total } else { total * alive / u128::from(at.0.max(1)) }
}

/// Which instances use each pool.
#[derive(Debug)]
pub(crate) struct Owners(Arena<PoolId, Vec<InstanceId>>);

impl Owners {
    pub fn of(model: &Model) -> Owners {
        let mut owners = model.pools.map(|_| Vec::new());
        for (id, instance) in model.instances.enumerate() {
            let named = model.nodes[instance.node].pool_kinds.len();
            for pool in instance.pools.iter().take(named) {
                owners[*pool].push(id);
            }
        }
        Owners(owners)
    }

    /// The instance a pool belongs to, if no other uses it.
    pub fn only(&self, pool: PoolId) -> Option<InstanceId> {
        match self.0[pool].as_slice() {
            [instance] => Some(*instance),
            _ => None,
        }
    }

    /// Whether several instances use the pool, as those on one host do.
    pub fn is_shared(&self, pool: PoolId) -> bool {
        self.0[pool].len() > 1
    }
}

/// The identifiers of the pools of `instance` with their places.
pub(crate) fn pools_of(model: &Model, instance: InstanceId) -> impl Iterator<Item = (usize, PoolId)> + '_ {
    let spec = &model.instances[instance];
    let named = model.nodes[spec.node].pool_kinds.len();
    spec.pools.iter().copied().enumerate().take(named)
}
