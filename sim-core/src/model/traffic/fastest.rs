//! The fastest answers there can be: a timeout below them is one that always strikes.

use super::profile::targets;
use crate::distribution::Sampler;
use crate::model::step::{Program, Step};
use crate::model::{CallId, Choice, Delay, Model, NodeId};
use crate::sorted::Map;

/// A value is as good as impossible if this share at most lies below it.
const IMPOSSIBLE: f64 = 1e-9;

/// A lower bound of the seconds that an attempt of a call takes to succeed, undisturbed; infinite if it never can.
pub fn fastest_answer(model: &Model, call: CallId) -> f64 {
    Fastest { model, known: Map::new() }.call(call)
}

struct Fastest<'m> {
    model: &'m Model,
    /// By node and operation; zero, a bound that always holds, while it is being found.
    known: Map<(NodeId, u8), f64>,
}

impl Fastest<'_> {
    fn call(&mut self, call: CallId) -> f64 {
        let model = self.model;
        let operation = model.calls[call].operation;
        let mut best = f64::INFINITY;
        for (node, _, link) in targets(model, call) {
            let there = self.node(node, operation) + 2.0 * shortest(model, &link.latency);
            best = best.min(there);
        }
        best
    }

    fn node(&mut self, node: NodeId, operation: u8) -> f64 {
        if let Some(known) = self.known.get(&(node, operation)) {
            return *known;
        }
        self.known.insert((node, operation), 0.0);
        let slowness =
            self.model.instances_of(node).map(|id| self.model.instances[id].slowness).fold(1.0, f64::min);
        let entry = self.model.nodes[node].entry[usize::from(operation)];
        let seconds = self.program(entry, slowness);
        self.known.insert((node, operation), seconds);
        seconds
    }

    /// Programs only jump forwards: the earliest time at each step is known when its turn comes.
    fn program(&mut self, entry: Program, slowness: f64) -> f64 {
        let model = self.model;
        let mut front: Map<usize, f64> = Map::from([(usize::from(entry), 0.0)]);
        let mut best = f64::INFINITY;
        while let Some((at, mut now)) = front.pop_first() {
            let mut go = |target: usize, now: f64| {
                let known = front.get_or_insert_with(target, || f64::INFINITY);
                *known = known.min(now);
            };
            match model.steps[at] {
                Step::Work { demand, .. } => now += smallest(&model.samplers[demand]) / 1e9 * slowness,
                Step::Wait { span, .. } => now += shortest(model, &span),
                Step::Call(call) | Step::FanOut { call, .. } => now += self.call(call),
                Step::Fork { first, branches, need } => {
                    let mut times: Vec<f64> =
                        (0..branches).map(|branch| self.program(first + branch, slowness)).collect();
                    times.sort_by(f64::total_cmp);
                    now += times.get(usize::from(need).saturating_sub(1)).copied().unwrap_or(0.0);
                }
                Step::Lookup { miss, .. } => go(usize::from(miss), now),
                Step::Choose { choice, .. } => {
                    match &model.choices[choice] {
                        Choice::Weighted(shares) => {
                            shares.iter().for_each(|(_, target)| go(usize::from(*target), now));
                        }
                        Choice::ByClass(cases, otherwise) => {
                            cases.iter().for_each(|(_, target)| go(usize::from(*target), now));
                            go(usize::from(*otherwise), now);
                        }
                    }
                    continue;
                }
                Step::Jump(target) => {
                    go(usize::from(target), now);
                    continue;
                }
                Step::Reply => {
                    best = best.min(now);
                    continue;
                }
                Step::Fail => continue,
                Step::Take { .. }
                | Step::Give { .. }
                | Step::Fill { .. }
                | Step::Transmit { .. }
                | Step::Resolve(_)
                | Step::Lock(_)
                | Step::Unlock(_) => {}
            }
            go(at + 1, now);
        }
        best
    }
}

/// The shortest a delay can be, in seconds.
fn shortest(model: &Model, delay: &Delay) -> f64 {
    match delay {
        Delay::None => 0.0,
        Delay::Constant(span) => span.as_secs_f64(),
        Delay::Drawn(sampler) => smallest(&model.samplers[*sampler]) / 1e9,
    }
}

/// The value that practically nothing lies below, by bisection of the distribution function.
fn smallest(sampler: &Sampler) -> f64 {
    if let Sampler::Constant(value) = sampler {
        return *value;
    }
    let (mut low, mut high) = (0.0, sampler.mean().unwrap_or(1e18));
    for _ in 0..64 {
        let middle = low + (high - low) / 2.0;
        if sampler.cdf(middle) > IMPOSSIBLE { high = middle } else { low = middle }
    }
    low
}
