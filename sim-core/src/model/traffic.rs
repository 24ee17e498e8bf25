//! The traffic equations: how often each node is visited, how busy each pool is at the offered load, and which saturates
//! first. Nothing fails, times out or is tried again here; caches are as Che's approximation and renewal theory say.

use super::load::Load;
use super::{Controller, Delay, Model, NodeId, PoolId, Source, SourceId};
use crate::arena::Id;
use crate::sorted::Map;

mod cache;
mod fastest;
mod profile;

pub use fastest::fastest_answer;

use profile::Profiles;

/// What the traffic equations say of a model.
#[derive(Clone, PartialEq, Debug)]
pub struct Traffic {
    /// Requests a second of all open loads together; those of closed ones depend on the answers.
    pub offered: f64,
    /// Visits a second to each node, in the order of nodes; where there is no open load, visits a request.
    pub arrivals: Vec<f64>,
    /// What visits wait for, the most utilized first.
    pub stations: Vec<Station>,
}

/// The pools of one kind that the instances of a node have, or the cores of a host.
#[derive(Clone, PartialEq, Debug)]
pub struct Station {
    /// The node; of several that share a host, the first.
    pub node: NodeId,
    /// Which of the node's pools.
    pub slot: u8,
    /// Servers of all instances together, at most.
    pub servers: f64,
    /// Seconds of a server that a request of the whole mix takes.
    pub demand: f64,
    /// Busy servers over servers at the offered load; above 1 the line grows without end.
    pub utilization: f64,
    /// Requests a second, of the same mix, at which all servers are busy.
    pub saturates_at: f64,
}

/// How often each node is visited and how long its pools are held, by one request.
struct Flow {
    visits: Vec<f64>,
    demand: Vec<[f64; 2]>,
}

/// Solves the traffic equations.
pub fn traffic(model: &Model) -> Traffic {
    let weights = mix(model);
    let total: f64 = weights.iter().map(|(_, weight)| weight).sum();
    let is_open = model.sources.iter().any(|source| offered_rate(model, source) > 0.0);
    let mut visits = vec![0.0; model.nodes.len()];
    let mut demand = vec![[0.0; 2]; model.nodes.len()];
    for (source, weight) in weights {
        let flow = flow(model, source, weight);
        for node in 0..model.nodes.len() {
            visits[node] += weight * flow.visits[node];
            let [first, second] = flow.demand[node];
            demand[node] = [demand[node][0] + weight * first, demand[node][1] + weight * second];
        }
    }
    let total = if total > 0.0 { total } else { 1.0 };
    let offered = if is_open { total } else { 0.0 };
    let scale = if is_open { 1.0 } else { 1.0 / total };
    let mut stations = stations(model, &demand, total, offered);
    stations.sort_by(|one, other| {
        let busy = |station: &Station| station.demand / station.servers;
        busy(other).total_cmp(&busy(one)).then(one.node.cmp(&other.node)).then(one.slot.cmp(&other.slot))
    });
    Traffic { offered, arrivals: visits.into_iter().map(|visits| visits * scale).collect(), stations }
}

fn stations(model: &Model, demand: &[[f64; 2]], total: f64, offered: f64) -> Vec<Station> {
    let mut by_pool: Map<PoolId, Station> = Map::new();
    for (id, node) in model.nodes.enumerate() {
        let Some(first) = model.instances_of(id).next() else { continue };
        let instances: Vec<_> = model.instances_of(id).take(most(model, id)).collect();
        for (slot, seconds) in demand[id.index()].iter().enumerate().take(node.pool_kinds.len()) {
            let mut pools: Vec<PoolId> =
                instances.iter().map(|instance| model.instances[*instance].pools[slot]).collect();
            pools.sort();
            pools.dedup();
            let servers = pools.iter().map(|pool| f64::from(model.pools[*pool].servers)).sum();
            let station = by_pool.get_or_insert_with(model.instances[first].pools[slot], || Station {
                node: id,
                slot: u8::try_from(slot).unwrap_or(0),
                servers,
                demand: 0.0,
                utilization: 0.0,
                saturates_at: f64::INFINITY,
            });
            station.demand += seconds / total;
        }
    }
    let mut stations: Vec<Station> = by_pool.into_values().collect();
    for station in &mut stations {
        station.utilization = offered * station.demand / station.servers;
        station.saturates_at = station.servers / station.demand;
    }
    stations
}

/// How many instances a node can have in service.
fn most(model: &Model, node: NodeId) -> usize {
    let is_scaled = model.controllers.iter().any(|controller| match controller {
        Controller::Hpa { node: scaled, .. } => *scaled == node,
        Controller::Scheduled { .. } | Controller::Recurring { .. } | Controller::Change { .. } => false,
    });
    let spec = &model.nodes[node];
    (if is_scaled { spec.most_instances } else { spec.instances }) as usize
}

/// How much each source counts: open ones by their rate; if there are none, closed ones by their users.
fn mix(model: &Model) -> Vec<(SourceId, f64)> {
    let open: Vec<_> =
        model.sources.enumerate().map(|(id, source)| (id, offered_rate(model, source))).collect();
    if open.iter().any(|(_, rate)| *rate > 0.0) {
        return open;
    }
    let users = model.sources.enumerate().map(|(id, source)| match &source.load {
        Load::Closed { users, .. } => (id, f64::from(*users)),
        Load::Open { .. } | Load::Bursty { .. } | Load::Replay { .. } => (id, 0.0),
    });
    users.collect()
}

/// Requests a second on average over the run.
fn offered_rate(model: &Model, source: &Source) -> f64 {
    match &source.load {
        Load::Open { rate, batch, .. } => {
            let end = model.run.end.0.min(1 << 62) as f64 / 1e9;
            let mean = rate.constant().unwrap_or_else(|| {
                // Without an end the rate settles, or swings around what it is.
                let end = end.min(1e6);
                rate.integral(end) / end
            });
            mean * f64::from(*batch)
        }
        Load::Bursty { states } => {
            let stay: f64 = states.iter().map(|state| state.stay).sum();
            states.iter().map(|state| state.rate * state.stay).sum::<f64>() / stay
        }
        Load::Replay { rows } => match (rows.first(), rows.last()) {
            (Some(first), Some(last)) if last.at > first.at => {
                rows.len() as f64 / (last.at - first.at).as_secs_f64()
            }
            _ => 0.0,
        },
        Load::Closed { .. } => 0.0,
    }
}

fn flow(model: &Model, source: SourceId, rate: f64) -> Flow {
    // First as if everything were in the caches, which tells how often they are asked.
    let mut hits = vec![1.0; model.caches.len()];
    let mut profiles = Profiles::new(model, source, &hits);
    let mut visits = profiles.visits();
    let asked = profiles.asked(&visits);
    for (id, cache) in model.caches.enumerate() {
        hits[id.index()] = cache::hit_ratio(cache, &model.sources[source], rate * asked[id.index()]);
    }
    if hits.iter().any(|hit| *hit < 1.0) {
        profiles = Profiles::new(model, source, &hits);
        visits = profiles.visits();
    }
    let demand = profiles.demand(&visits);
    let visits = visits.iter().map(|by_operation| by_operation.iter().sum()).collect();
    Flow { visits, demand }
}

/// The mean of a delay in seconds.
fn mean(model: &Model, delay: &Delay) -> f64 {
    match delay {
        Delay::None => 0.0,
        Delay::Constant(span) => span.as_secs_f64(),
        Delay::Drawn(sampler) => model.samplers[*sampler].mean().unwrap_or(0.0) / 1e9,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::compile;

    fn of(text: &str) -> (Model, Traffic) {
        let compiled = compile(text, &|_| None).expect("the scenario is sound");
        let model = compiled.models.into_iter().next().expect("there is one");
        let traffic = traffic(&model);
        (model, traffic)
    }

    fn utilization(model: &Model, traffic: &Traffic, name: &str) -> f64 {
        let named = |station: &&Station| model.nodes[station.node].name == name;
        let main = |station: &&Station| model.nodes[station.node].main_pool == Some(station.slot);
        traffic.stations.iter().filter(named).find(main).expect("it has a pool").utilization
    }

    #[test]
    fn the_third_workload_is_utilized_as_its_definition_says() {
        let text = include_str!("../../../models/bench/w3.ron");
        let (model, traffic) = of(text);
        assert!((utilization(&model, &traffic, "app") - 0.7).abs() < 1e-9);
        assert!((utilization(&model, &traffic, "db") - 0.7).abs() < 1e-9);
        assert!((traffic.stations[0].saturates_at - 16_000.0).abs() < 1e-6);
    }

    #[test]
    fn threads_are_held_while_they_call() {
        let (model, traffic) = of(r#"(nodes: {
            "users": Clients(to: "app", load: Open(rate: "10/s")),
            "app": Service(run: Threads(4), serve: [Cpu(Constant("10ms")), Call(to: "db"), Wait(Constant("5ms"))]),
            "db": Database(read: Constant("80ms")),
        }, links: {"app->db": (latency: Constant("2.5ms"))})"#);
        let threads = traffic
            .stations
            .iter()
            .find(|station| model.nodes[station.node].name == "app" && station.slot == 0);
        // 10 ms + 2 · 2.5 ms + 80 ms + 5 ms = 100 ms of one of four threads, ten times a second.
        assert!((threads.expect("it has threads").utilization - 0.25).abs() < 1e-9);
        assert!((utilization(&model, &traffic, "app") - 0.1).abs() < 1e-9);
    }

    #[test]
    fn the_fastest_answer_of_a_fast_machine_waits_as_long_as_any() {
        let (model, _) = of(r#"(nodes: {
            "users": Clients(to: "app", load: Open(rate: "1/s")),
            "app": Service(speed: 2, serve: [Cpu(Constant("10ms")), Wait(Constant("10ms"))]),
        })"#);
        let call = model.calls.ids().next().expect("users call");
        assert!((fastest_answer(&model, call) - 0.015).abs() < 1e-9);
    }

    #[test]
    fn choices_classes_and_fan_out_multiply() {
        let (model, traffic) = of(r#"(nodes: {
            "users": Clients(to: "app", load: Open(rate: "8/s"), classes: {"a": (weight: 3), "b": (weight: 1)}),
            "app": Service(serve: [
                ByClass(cases: {"b": [FanOut(to: "leaf", count: 10, need: 5)]}),
                Choose([(1, [Call(to: "leaf")]), (3, [])]),
                Parallel(branches: [[Call(to: "leaf")], [Cpu(Constant("1ms"))]]),
            ]),
            "leaf": Service(instances: 2, serve: [Cpu(Constant("10ms"))]),
        })"#);
        // 10/4 + 1/4 + 1 calls a request.
        assert!((utilization(&model, &traffic, "leaf") - 8.0 * 3.75 * 0.01 / 2.0).abs() < 1e-9);
        assert!((traffic.arrivals[1] - 30.0).abs() < 1e-9, "{:?}", traffic.arrivals);
    }
}
