//! The laws of one station: who comes how, who is served for how long and in which order.

use crate::distribution::Sampler;
use crate::model::step::PoolSlot;
use crate::model::{Delay, Discipline, Model, NodeId, Pool};
use crate::report::measured::{NodeReport, PoolReport};
use crate::report::metric::Unit;
use crate::theory::deterministic::{Md1, mdc_mean_wait};
use crate::theory::erlang::erlang_b;
use crate::theory::general::{Mg1, Moments, last_come_preemptive_response, processor_sharing_response};
use crate::theory::impatience::{erlang_a, mm1_queue_timeout};
use crate::theory::renewal::GiM1;
use crate::theory::station::{Mmc, MmcK};

use super::flow::{Arrival, Flow, Hold, Law, Paths};
use super::{Applied, MOST_SERVERS, Told, seconds};

/// A station that a law may apply to.
struct Station<'a> {
    name: &'a str,
    spec: &'a Pool,
    node: &'a NodeReport,
    pool: &'a PoolReport,
    /// Of one instance.
    flow: Flow,
    hold: Hold,
    is_alone: bool,
    patience: Option<(f64, Law)>,
}

impl Told<'_> {
    pub(super) fn station(
        &mut self,
        model: &Model,
        node: NodeId,
        slot: PoolSlot,
        arrivals: &[Arrival],
        paths: &Paths,
    ) {
        let spec = &model.nodes[node];
        let (Some(place), Some(report)) =
            (model.instances_of(node).next(), self.measured.nodes.get(&spec.name))
        else {
            return;
        };
        let Some(pool) = spec.pool_word(usize::from(slot)).and_then(|word| report.pools.get(word)) else {
            return;
        };
        let (Some(flow), Some(hold)) = (joined(arrivals), arrivals[0].hold) else { return };
        if arrivals.iter().any(|arrival| arrival.hold != Some(hold)) {
            return;
        }
        let pool_spec = paths.pool(place, slot);
        let patience = match &pool_spec.patience {
            None => None,
            Some(patience) => match patience.span {
                Delay::None => return,
                Delay::Constant(span) => Some((span.as_secs_f64(), Law::Constant)),
                Delay::Drawn(sampler) => match model.samplers[sampler] {
                    Sampler::Exponential(mean) => Some((mean / 1e9, Law::Exponential)),
                    _ => return,
                },
            },
        };
        let station = Station {
            name: &spec.name,
            spec: pool_spec,
            node: report,
            pool,
            flow,
            hold,
            is_alone: arrivals.iter().all(|arrival| arrival.is_alone),
            patience,
        };
        if station.spec.servers > MOST_SERVERS {
            return;
        }
        match station.spec.discipline {
            Discipline::Fifo => match (station.patience, station.spec.queue) {
                (None, u32::MAX) => self.endless_queue(&station),
                (None, _) => self.bounded_queue(&station),
                (Some(patience), u32::MAX) => self.impatient_queue(&station, patience),
                (Some(_), _) => {}
            },
            Discipline::Sharing { at_most: u32::MAX, contention: 0.0, coherency: 0.0 } => {
                self.sharing(&station)
            }
            Discipline::LifoPreemptive => self.preemptive(&station),
            // Who is served next does not change the mean wait.
            Discipline::Lifo if station.patience.is_none() && station.spec.queue == u32::MAX => {
                if let (Flow::Poisson(rate), Law::Exponential) = (station.flow, station.hold.law)
                    && let Some(queue) = Mmc::new(rate, 1.0 / station.hold.mean, station.spec.servers)
                {
                    let applied =
                        station.applied(format!("M/M/{}-LCFS", queue.servers), "last come, first served");
                    self.add(
                        station.name,
                        "mean wait",
                        Unit::Time,
                        queue.mean_wait,
                        station.mean_wait(),
                        &applied,
                    );
                }
            }
            Discipline::Lifo
            | Discipline::Priority
            | Discipline::PriorityPreemptive
            | Discipline::Sharing { .. } => {}
        }
    }

    fn endless_queue(&mut self, station: &Station) {
        let Hold { mean, second, law } = station.hold;
        let servers = station.spec.servers;
        let order = "first come, first served, endless queue";
        match (station.flow, law) {
            (Flow::Poisson(rate), Law::Exponential) => {
                let Some(queue) = Mmc::new(rate, 1.0 / mean, servers) else { return };
                let applied = station.applied(format!("M/M/{servers}"), order);
                let waits = station.pool.wait_ms.share_waited;
                self.add(
                    station.name,
                    "share that waits",
                    Unit::Share,
                    queue.wait_probability,
                    waits,
                    &applied,
                );
                self.waits(station, queue.mean_wait, queue.wait_quantile(0.99), &applied);
                self.responses(station, queue.mean_response, queue.response_quantile(0.99), &applied);
            }
            (Flow::Poisson(rate), Law::Constant) => {
                let applied = station.applied(format!("M/D/{servers}"), order);
                if servers > 1 {
                    if let Some(wait) = mdc_mean_wait(rate, mean, servers) {
                        self.waits(station, wait, None, &applied);
                        self.responses(station, wait + mean, None, &applied);
                    }
                } else if let Some(queue) = Md1::new(rate, mean) {
                    self.waits(station, queue.mean_wait(), queue.wait_quantile(0.99), &applied);
                    let response = queue.wait_quantile(0.99).map(|wait| wait + mean);
                    self.responses(station, queue.mean_wait() + mean, response, &applied);
                }
            }
            (Flow::Poisson(rate), Law::General) if servers == 1 => {
                let Some(second) = second else { return };
                let moments = Moments { mean, second, third: f64::INFINITY };
                let Some(queue) = Mg1::new(rate, moments) else { return };
                let applied = station.applied("M/G/1".to_owned(), order);
                self.waits(station, queue.mean_wait, None, &applied);
                self.responses(station, queue.mean_response, None, &applied);
            }
            (Flow::EveryNth(rate, count), Law::Exponential) if servers == 1 => {
                let whole = rate * f64::from(count);
                let Some(queue) = GiM1::round_robin(count, whole, 1.0 / mean) else { return };
                let applied = station.applied(format!("E{count}/M/1"), order);
                self.waits(station, queue.mean_wait, queue.wait_quantile(0.99), &applied);
                self.responses(station, queue.mean_response, queue.response_quantile(0.99), &applied);
            }
            (Flow::Even(rate), Law::Exponential) if servers == 1 => {
                let Some(queue) = GiM1::deterministic(rate, 1.0 / mean) else { return };
                let applied = station.applied("D/M/1".to_owned(), order);
                self.waits(station, queue.mean_wait, queue.wait_quantile(0.99), &applied);
                self.responses(station, queue.mean_response, queue.response_quantile(0.99), &applied);
            }
            (Flow::Even(rate), Law::Constant) if rate * mean <= f64::from(servers) => {
                let applied = station.applied(format!("D/D/{servers}"), order);
                self.waits(station, 0.0, None, &applied);
            }
            (Flow::Poisson(_) | Flow::Even(_) | Flow::EveryNth(..) | Flow::Other, _) => {}
        }
    }

    fn bounded_queue(&mut self, station: &Station) {
        let (Flow::Poisson(rate), Hold { mean, law, .. }) = (station.flow, station.hold) else { return };
        let (servers, room) = (station.spec.servers, station.spec.queue);
        let rejected = station.share_failed("rejected");
        if room == 0 {
            let applied = station.applied(format!("M/G/{servers}/{servers}"), "no queue");
            let blocking = erlang_b(rate * mean, servers);
            self.add(station.name, "blocking", Unit::Share, blocking, rejected, &applied);
            return;
        }
        let capacity = servers.saturating_add(room);
        if law != Law::Exponential || capacity > MOST_SERVERS {
            return;
        }
        let Some(queue) = MmcK::new(rate, 1.0 / mean, servers, capacity) else { return };
        let order = "first come, first served, bounded queue";
        let applied = station.applied(format!("M/M/{servers}/{capacity}"), order);
        self.add(station.name, "blocking", Unit::Share, queue.blocking_probability, rejected, &applied);
        self.waits(station, queue.mean_wait, None, &applied);
        self.responses(station, queue.mean_response, None, &applied);
    }

    fn impatient_queue(&mut self, station: &Station, (patience, law): (f64, Law)) {
        let (Flow::Poisson(rate), Law::Exponential) = (station.flow, station.hold.law) else { return };
        let (service, servers) = (1.0 / station.hold.mean, station.spec.servers);
        let (queue, name) = match law {
            Law::Exponential => (erlang_a(rate, service, servers, patience), format!("M/M/{servers}+M")),
            Law::Constant if servers == 1 => {
                (mm1_queue_timeout(rate, service, patience), "M/M/1+D".to_owned())
            }
            Law::Constant | Law::General => return,
        };
        let Some(queue) = queue else { return };
        let applied = station.applied(name, "first come, first served, leaving the queue only");
        let left = station.share_failed("abandoned");
        self.add(station.name, "abandonment", Unit::Share, queue.abandonment_probability, left, &applied);
        self.waits(station, queue.mean_wait, None, &applied);
    }

    fn sharing(&mut self, station: &Station) {
        let (Flow::Poisson(rate), Hold { mean, law, .. }) = (station.flow, station.hold) else { return };
        let servers = station.spec.servers;
        let (response, name) = match law {
            _ if servers == 1 => (processor_sharing_response(rate, mean), "M/G/1-PS".to_owned()),
            Law::Exponential => {
                let queue = Mmc::new(rate, 1.0 / mean, servers);
                (queue.map(|queue| queue.mean_response), format!("M/M/{servers}-PS"))
            }
            Law::Constant | Law::General => return,
        };
        if let Some(response) = response {
            let applied = station.applied(name, "processor sharing");
            self.responses(station, response, None, &applied);
        }
    }

    fn preemptive(&mut self, station: &Station) {
        let Flow::Poisson(rate) = station.flow else { return };
        if station.spec.servers != 1 || station.patience.is_some() || station.spec.queue != u32::MAX {
            return;
        }
        if let Some(response) = last_come_preemptive_response(rate, station.hold.mean) {
            let applied = station.applied("M/G/1-LCFS-PR".to_owned(), "the last interrupts, work resumes");
            self.responses(station, response, None, &applied);
        }
    }

    fn waits(&mut self, station: &Station, mean: f64, p99: Option<f64>, applied: &Applied) {
        self.add(station.name, "mean wait", Unit::Time, mean, station.mean_wait(), applied);
        if let Some(p99) = p99.filter(|p99| *p99 > 0.0) {
            let measured = station.pool.wait_ms.p99.map(seconds);
            self.add(station.name, "p99 wait", Unit::Time, p99, measured, applied);
        }
    }

    fn responses(&mut self, station: &Station, mean: f64, p99: Option<f64>, applied: &Applied) {
        if !station.is_alone {
            return;
        }
        let latency = &station.node.latency_ms;
        self.add(station.name, "mean response", Unit::Time, mean, latency.mean.map(seconds), applied);
        if let Some(p99) = p99 {
            self.add(station.name, "p99 response", Unit::Time, p99, latency.p99.map(seconds), applied);
        }
    }
}

impl Station<'_> {
    fn mean_wait(&self) -> Option<f64> {
        self.pool.wait_ms.mean.map(seconds)
    }

    fn share_failed(&self, reason: &str) -> Option<f64> {
        let failed = self.node.failed.get(reason).copied().unwrap_or(0) as f64;
        (self.node.requests > 0).then(|| failed / self.node.requests as f64)
    }

    fn applied(&self, law: String, order: &str) -> Applied {
        let arrivals = match self.flow {
            Flow::Poisson(_) => "Poisson arrivals".to_owned(),
            Flow::Even(_) => "evenly spaced arrivals".to_owned(),
            Flow::EveryNth(_, count) => {
                format!("Poisson arrivals of which each instance takes every {count}th")
            }
            Flow::Other => "any arrivals".to_owned(),
        };
        let service = match self.hold.law {
            Law::Exponential => "exponential service",
            Law::Constant => "constant service",
            Law::General => "independent service times",
        };
        Applied {
            law,
            assumptions: vec![arrivals, service.to_owned(), order.to_owned(), "steady state".to_owned()],
        }
    }
}

/// The stream of several sources together: Poisson if each is.
fn joined(arrivals: &[Arrival]) -> Option<Flow> {
    match arrivals {
        [] => None,
        [only] => (only.flow != Flow::Other).then_some(only.flow),
        several => several.iter().try_fold(Flow::Poisson(0.0), |sum, arrival| match (sum, arrival.flow) {
            (Flow::Poisson(sum), Flow::Poisson(rate)) => Some(Flow::Poisson(sum + rate)),
            _ => None,
        }),
    }
}
