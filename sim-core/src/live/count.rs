//! All counts and integrals of a live run at an instant: what happened between two of them is told by their difference.

use crate::arena::Id;
use crate::engine::Engine;
use crate::model::{InstanceId, Model, NodeId, PoolId};
use crate::observe::live::ArrowCount;
use crate::report::UNLIMITED;
use crate::time::Time;

/// Which pools belong to which node: as long as the structure of a scenario stays.
#[derive(Clone, Debug)]
pub(super) struct Places {
    /// By node: its pools, each once.
    pub pools: Vec<Vec<PoolId>>,
    /// By node: the pools whose utilization stands for it, each with the instance it belongs to, if to one only.
    pub main: Vec<Vec<(PoolId, Option<InstanceId>)>>,
    /// By instance: the pool whose utilization stands for it.
    pub main_of: Vec<Option<PoolId>>,
    /// By arrow: the number of its link, if it has one.
    pub links: Vec<Option<u16>>,
}

impl Places {
    pub fn of(model: &Model, arrows: &[(NodeId, NodeId)]) -> Places {
        let mut users = vec![0u32; model.pools.len()];
        let main_of = |instance: InstanceId| {
            let spec = &model.instances[instance];
            let slot = usize::from(model.nodes[spec.node].main_pool?);
            let pool = spec.pools[slot];
            (model.pools[pool].servers != UNLIMITED).then_some(pool)
        };
        for instance in model.instances.ids() {
            if let Some(pool) = main_of(instance) {
                users[pool.index()] += 1;
            }
        }
        let mut pools = Vec::new();
        let mut main = Vec::new();
        for node in model.nodes.ids() {
            let named = model.nodes[node].pool_kinds.len();
            let mut all: Vec<PoolId> = Vec::new();
            let mut mains: Vec<(PoolId, Option<InstanceId>)> = Vec::new();
            for instance in model.instances_of(node) {
                all.extend(model.instances[instance].pools.iter().take(named));
                if let Some(pool) = main_of(instance)
                    && mains.last().is_none_or(|(last, _)| *last != pool)
                {
                    mains.push((pool, (users[pool.index()] == 1).then_some(instance)));
                }
            }
            all.sort_unstable();
            all.dedup();
            pools.push(all);
            main.push(mains);
        }
        let link = |arrow: &(NodeId, NodeId)| {
            let number = model.ends.iter().position(|ends| ends == arrow)?;
            u16::try_from(number).ok()
        };
        Places {
            pools,
            main,
            main_of: model.instances.ids().map(main_of).collect(),
            links: arrows.iter().map(link).collect(),
        }
    }
}

/// Counts and integrals since the start of the run.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Totals {
    pub at: Time,
    pub clients: Vec<ClientTotal>,
    pub nodes: Vec<NodeTotal>,
    pub arrows: Vec<ArrowCount>,
    /// By instance: ∫ busy dt of its main pool, and nanoseconds of its existence.
    pub instances: Vec<(u128, u64)>,
}

#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct ClientTotal {
    pub offered: u64,
    pub completed: u64,
    pub failed: u64,
    pub retries: u64,
}

#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct NodeTotal {
    /// Visits and lookups.
    pub visits: u64,
    pub failed: u64,
    pub hits: u64,
    pub lookups: u64,
    /// ∫ busy dt of its main pools.
    pub busy: u128,
    /// ∫ servers dt of them, by the servers they have now.
    pub capacity: u128,
}

impl Totals {
    pub fn of(engine: &Engine, places: &Places) -> Totals {
        let (model, state) = (engine.model(), engine.state());
        let at = state.now;
        let live = state.tally.live.as_deref().expect("a live run is watched");
        let clients = model.sources.ids().map(|source| {
            let seen = &live.clients[source];
            ClientTotal {
                offered: state.sources[source].made,
                completed: seen.completed,
                failed: seen.failed,
                retries: seen.retries,
            }
        });
        let instances = model.instances.ids().map(|instance| {
            let busy = places.main_of[instance.index()]
                .map_or(0, |pool| state.pools[pool].account.busy.integral(at));
            (busy, state.instances[instance].alive_until(at))
        });
        Totals {
            at,
            clients: clients.collect(),
            nodes: model.nodes.ids().map(|node| node_total(engine, places, node)).collect(),
            arrows: live.arrows.clone(),
            instances: instances.collect(),
        }
    }
}

fn node_total(engine: &Engine, places: &Places, node: NodeId) -> NodeTotal {
    let (model, state) = (engine.model(), engine.state());
    let at = state.now;
    let live = state.tally.live.as_deref().expect("a live run is watched");
    let seen = &live.nodes[node];
    let visits: u64 = model.instances_of(node).map(|instance| state.instances[instance].arrivals).sum();
    let (mut busy, mut capacity) = (0, 0);
    for (pool, owner) in &places.main[node.index()] {
        let alive = owner.map_or(at.0, |instance| state.instances[instance].alive_until(at));
        busy += state.pools[*pool].account.busy.integral(at);
        capacity += u128::from(alive) * u128::from(model.pools[*pool].servers);
    }
    NodeTotal {
        visits: visits + seen.lookups,
        failed: seen.failed,
        hits: seen.hits,
        lookups: seen.lookups,
        busy,
        capacity,
    }
}
