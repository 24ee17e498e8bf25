//! The laws of a closed loop: users who wait for their answers before they ask again.

use crate::model::load::Load;
use crate::model::{Delay, Discipline, Model};
use crate::report::metric::Unit;
use crate::theory::network::{ClosedStation, finite_source, mean_value_analysis};

use super::flow::{Hold, Law, Paths};
use super::{Applied, MOST_SERVERS, Told, seconds};

impl Told<'_> {
    /// Users who wait for their answers: exact mean values where every station allows them.
    pub(super) fn closed_loop(&mut self, model: &Model, paths: &Paths) {
        let Some((_, source)) = model.sources.enumerate().next() else { return };
        let Load::Closed { users, think, .. } = &source.load else { return };
        let client = &self.measured.clients[&model.nodes[source.node].name];
        let has_failures = client.failed.values().any(|count| *count > 0);
        if paths.is_branched || has_failures || client.attempts != client.offered || *users > MOST_SERVERS {
            return;
        }
        let think = match think {
            Delay::None => 0.0,
            Delay::Constant(span) => span.as_secs_f64(),
            Delay::Drawn(sampler) => match model.samplers[*sampler].mean() {
                Some(mean) => mean / 1e9,
                None => return,
            },
        };
        let mut stations = Vec::new();
        let mut shared = Vec::new();
        for ((node, slot), arrivals) in &paths.stations {
            let Some(place) = model.instances_of(*node).next() else { return };
            let pool = paths.pool(place, *slot);
            let holds: Option<Vec<Hold>> = arrivals.iter().map(|arrival| arrival.hold).collect();
            let Some(holds) = holds else { return };
            let demand: f64 = holds.iter().map(|hold| hold.mean).sum();
            let is_one = model.nodes[*node].instances == 1;
            let is_exponential = holds.iter().all(|hold| hold.law == Law::Exponential && *hold == holds[0]);
            let is_endless = pool.queue == u32::MAX && pool.patience.is_none();
            if is_one && pool.servers >= *users && pool.discipline == Discipline::Fifo {
                stations.push(ClosedStation::Delay { demand });
                continue;
            }
            let is_sharing =
                pool.discipline == Discipline::Sharing { at_most: u32::MAX, contention: 0.0, coherency: 0.0 };
            let is_allowed =
                is_one && is_endless && (is_sharing || pool.discipline == Discipline::Fifo && is_exponential);
            match pool.servers {
                1 if is_allowed => stations.push(ClosedStation::Queue { demand }),
                servers if is_allowed && is_exponential => shared.push((demand, servers)),
                _ => return,
            }
        }
        let delay = ClosedStation::Delay { demand: paths.delay };
        let (throughput, response, law) = match (stations.as_slice(), shared.as_slice()) {
            ([], [(demand, servers)]) => {
                let away = think + paths.delay;
                let Some(network) = finite_source(*users, away, *demand, *servers) else { return };
                (network.throughput, network.mean_response + paths.delay, format!("M/M/{servers}//{users}"))
            }
            (_, []) => {
                let all: Vec<_> = stations.into_iter().chain([delay]).collect();
                let Some(network) = mean_value_analysis(*users, think, &all) else { return };
                (network.throughput, network.mean_response, format!("MVA of {users} users"))
            }
            _ => return,
        };
        let assumptions = vec![
            "one class of users".to_owned(),
            "product-form stations".to_owned(),
            "steady state".to_owned(),
        ];
        let applied = Applied { law, assumptions };
        let name = &model.nodes[source.node].name;
        self.add(name, "throughput", Unit::Rate, throughput, client.throughput_rps, &applied);
        self.add(name, "mean response", Unit::Time, response, client.latency_ms.mean.map(seconds), &applied);
    }
}
