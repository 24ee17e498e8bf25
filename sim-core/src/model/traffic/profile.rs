//! What one visit does on average, found by following its program with probabilities, and what follows for a request.
//!
//! Programs only jump forwards, so the steps are gone through once in their order.

use super::mean;
use crate::arena::Id;
use crate::model::step::{Program, Step};
use crate::model::{CallId, Choice, Link, Model, NodeId, SourceId, Target};
use crate::sorted::Map;

/// Cycles of calls are followed this deep, as deep as the engine does.
const ROUNDS: usize = 64;

/// What one run of a program does on average.
#[derive(Default)]
struct Profile {
    /// How often each call is made.
    calls: Vec<(CallId, f64)>,
    /// How often each cache is asked.
    asked: Vec<(usize, f64)>,
    /// Seconds of work in each pool.
    work: [f64; 2],
    /// Seconds without calls while a server of each pool is kept.
    kept: [f64; 2],
    /// The calls made while a server of each pool is kept.
    kept_calls: [Vec<(CallId, f64)>; 2],
    /// Seconds without calls.
    time: f64,
    /// The calls that the visit waits for, one after another.
    waited: Vec<(CallId, f64)>,
}

/// The profiles of all programs for the requests of one source.
pub(super) struct Profiles<'m> {
    model: &'m Model,
    /// By node and operation.
    nodes: Vec<[Profile; 2]>,
    source: Profile,
}

impl<'m> Profiles<'m> {
    /// Follows all programs; `hits` is the hit ratio of each cache.
    pub(super) fn new(model: &'m Model, source: SourceId, hits: &[f64]) -> Profiles<'m> {
        let follower = Follower { model, hits, classes: classes(model, source) };
        let nodes = model.nodes.enumerate().map(|(id, node)| match node.source {
            Some(_) => [Profile::default(), Profile::default()],
            None => node.entry.map(|entry| follower.follow(id, entry)),
        });
        let nodes = nodes.collect();
        let spec = &model.sources[source];
        Profiles { model, nodes, source: follower.follow(spec.node, spec.entry) }
    }

    /// Visits to each node and operation for each request.
    pub(super) fn visits(&self) -> Vec<[f64; 2]> {
        let mut visits = vec![[0.0; 2]; self.nodes.len()];
        let mut wave = vec![[0.0; 2]; self.nodes.len()];
        self.send(&self.source, 1.0, &mut wave);
        for _ in 0..ROUNDS {
            let mut next = vec![[0.0; 2]; self.nodes.len()];
            let mut is_over = true;
            for (node, arrivals) in wave.iter().enumerate() {
                for operation in 0..2 {
                    visits[node][operation] += arrivals[operation];
                    if arrivals[operation] > 1e-12 {
                        is_over = false;
                        self.send(&self.nodes[node][operation], arrivals[operation], &mut next);
                    }
                }
            }
            if is_over {
                break;
            }
            wave = next;
        }
        visits
    }

    fn send(&self, profile: &Profile, times: f64, wave: &mut [[f64; 2]]) {
        for (call, count) in &profile.calls {
            for (node, share, _) in targets(self.model, *call) {
                wave[node.index()][usize::from(self.model.calls[*call].operation)] += times * count * share;
            }
        }
    }

    /// How often each cache is asked for each request.
    pub(super) fn asked(&self, visits: &[[f64; 2]]) -> Vec<f64> {
        let mut asked = vec![0.0; self.model.caches.len()];
        for (profiles, visits) in self.nodes.iter().zip(visits) {
            for (profile, visits) in profiles.iter().zip(visits) {
                for (cache, count) in &profile.asked {
                    asked[*cache] += count * visits;
                }
            }
        }
        asked
    }

    /// Seconds that servers of each node's pools are held for each request.
    pub(super) fn demand(&self, visits: &[[f64; 2]]) -> Vec<[f64; 2]> {
        let answer = self.answer_times();
        let of_call = |call: CallId| -> f64 {
            let operation = usize::from(self.model.calls[call].operation);
            targets(self.model, call)
                .map(|(node, share, link)| {
                    share * (2.0 * mean(self.model, &link.latency) + answer[node.index()][operation])
                })
                .sum()
        };
        let held = |profile: &Profile, slot: usize| -> f64 {
            let calls: f64 =
                profile.kept_calls[slot].iter().map(|(call, count)| count * of_call(*call)).sum();
            profile.work[slot] + profile.kept[slot] + calls
        };
        self.nodes
            .iter()
            .zip(visits)
            .map(|(profiles, visits)| {
                [0, 1].map(|slot| {
                    profiles.iter().zip(visits).map(|(profile, visits)| visits * held(profile, slot)).sum()
                })
            })
            .collect()
    }

    /// How long each node takes for an answer when nobody else is there.
    fn answer_times(&self) -> Vec<[f64; 2]> {
        let mut times = vec![[0.0; 2]; self.nodes.len()];
        for _ in 0..ROUNDS {
            let mut next = times.clone();
            for (node, profiles) in self.nodes.iter().enumerate() {
                for (operation, profile) in profiles.iter().enumerate() {
                    let calls = profile.waited.iter().flat_map(|(call, count)| {
                        let spec = &self.model.calls[*call];
                        let times = &times;
                        targets(self.model, *call).map(move |(node, share, link)| {
                            let there = times[node.index()][usize::from(spec.operation)];
                            count * share * (2.0 * mean(self.model, &link.latency) + there)
                        })
                    });
                    next[node][operation] = profile.time + calls.sum::<f64>();
                }
            }
            if next == times {
                break;
            }
            times = next;
        }
        times
    }
}

/// The nodes a call can go to, with the share of each and the link to it.
pub(super) fn targets<'m>(
    model: &'m Model,
    call: CallId,
) -> Box<dyn Iterator<Item = (NodeId, f64, &'m Link)> + 'm> {
    match &model.calls[call].target {
        Target::Node(node, link) => Box::new(std::iter::once((*node, 1.0, link))),
        Target::Name(_, records) => {
            let share = 1.0 / records.len() as f64;
            Box::new(records.iter().map(move |(node, link)| (*node, share, link)))
        }
        Target::Upstream(balancer) => {
            let upstreams = &model.balancers[*balancer].upstreams;
            let count = |node: NodeId| f64::from(model.nodes[node].instances);
            let total: f64 = upstreams.iter().map(|(node, _)| count(*node)).sum();
            Box::new(upstreams.iter().map(move |(node, link)| (*node, count(*node) / total, link)))
        }
    }
}

/// The tag and the share of each class of a source.
fn classes(model: &Model, source: SourceId) -> Vec<(u64, f64)> {
    let spec = &model.sources[source];
    let shares = match spec.class_choice.map(|choice| &model.choices[choice]) {
        Some(Choice::Weighted(shares)) => differences(shares.iter().map(|(upper, _)| *upper)),
        Some(Choice::ByClass(..)) | None => vec![1.0],
    };
    spec.classes.iter().map(|class| class.tag).zip(shares).collect()
}

/// The shares that cumulated ones stand for.
fn differences(cumulated: impl Iterator<Item = u64>) -> Vec<f64> {
    let mut before = 0;
    let shares = cumulated.map(|upper| {
        let share = upper.saturating_sub(before) as f64 / u64::MAX as f64;
        before = upper;
        share
    });
    shares.collect()
}

struct Follower<'f> {
    model: &'f Model,
    hits: &'f [f64],
    classes: Vec<(u64, f64)>,
}

/// Where visits are: how many, and which pools they keep a server of.
type Front = Map<usize, (f64, [bool; 2])>;

fn arrive(front: &mut Front, step: usize, share: f64, kept: [bool; 2]) {
    let at = front.get_or_insert_with(step, || (0.0, kept));
    at.0 += share;
    at.1 = [at.1[0] || kept[0], at.1[1] || kept[1]];
}

impl Follower<'_> {
    fn follow(&self, node: NodeId, entry: Program) -> Profile {
        let slowness =
            self.model.instances_of(node).next().map_or(1.0, |id| self.model.instances[id].slowness);
        let mut profile = Profile::default();
        self.walk(usize::from(entry), [false; 2], slowness, &mut profile);
        profile
    }

    fn walk(&self, entry: usize, kept: [bool; 2], slowness: f64, profile: &mut Profile) {
        let mut front = Front::new();
        arrive(&mut front, entry, 1.0, kept);
        while let Some((at, (share, mut kept))) = front.pop_first() {
            let mut spend = |seconds: f64, kept: [bool; 2]| {
                profile.time += share * seconds;
                for (total, is_kept) in profile.kept.iter_mut().zip(kept) {
                    *total += if is_kept { share * seconds } else { 0.0 };
                }
            };
            match self.model.steps[at] {
                Step::Work { pool, demand, .. } => {
                    let seconds = self.model.samplers[demand].mean().unwrap_or(0.0) / 1e9 * slowness;
                    spend(seconds, kept);
                    profile.work[usize::from(pool)] += share * seconds;
                }
                Step::Wait { span, .. } => spend(mean(self.model, &span), kept),
                Step::Take { pool } => kept[usize::from(pool)] = true,
                Step::Give { pool } => kept[usize::from(pool)] = false,
                Step::Call(call) => profile.add_call(call, share, share, kept),
                Step::FanOut { call, count, .. } => {
                    profile.add_call(call, share * f64::from(count), share, kept);
                }
                Step::Fork { first, branches, .. } => {
                    self.fork(first, branches, share, kept, slowness, profile)
                }
                Step::Lookup { cache, miss } => {
                    profile.asked.push((cache.index(), share));
                    let hit = self.hits[cache.index()];
                    arrive(&mut front, usize::from(miss), share * (1.0 - hit), kept);
                    arrive(&mut front, at + 1, share * hit, kept);
                    continue;
                }
                Step::Choose { choice, .. } => {
                    for (target, part) in self.alternatives(&self.model.choices[choice]) {
                        arrive(&mut front, usize::from(target), share * part, kept);
                    }
                    continue;
                }
                Step::Jump(target) => {
                    arrive(&mut front, usize::from(target), share, kept);
                    continue;
                }
                Step::Reply | Step::Fail => continue,
                Step::Fill { .. }
                | Step::Transmit { .. }
                | Step::Resolve(_)
                | Step::Lock(_)
                | Step::Unlock(_) => {}
            }
            arrive(&mut front, at + 1, share, kept);
        }
    }

    fn alternatives(&self, choice: &Choice) -> Vec<(Program, f64)> {
        match choice {
            Choice::Weighted(shares) => {
                let parts = differences(shares.iter().map(|(upper, _)| *upper));
                shares.iter().map(|(_, target)| *target).zip(parts).collect()
            }
            Choice::ByClass(cases, otherwise) => {
                let target =
                    |tag| cases.iter().find(|(case, _)| *case == tag).map_or(*otherwise, |(_, to)| *to);
                self.classes.iter().map(|(tag, share)| (target(*tag), *share)).collect()
            }
        }
    }

    /// The branches of a fork work side by side: what they do adds up, how long they take does not.
    fn fork(
        &self,
        first: Program,
        branches: u16,
        share: f64,
        kept: [bool; 2],
        slowness: f64,
        profile: &mut Profile,
    ) {
        let mut longest: f64 = 0.0;
        for branch in 0..branches {
            let mut part = Profile::default();
            self.walk(usize::from(first + branch), [false; 2], slowness, &mut part);
            for slot in 0..2 {
                profile.work[slot] += share * part.work[slot];
                profile.kept[slot] += share * part.kept[slot];
                let calls = std::mem::take(&mut part.kept_calls[slot]);
                profile.kept_calls[slot].extend(calls.into_iter().map(|(call, count)| (call, share * count)));
            }
            profile.calls.extend(part.calls.iter().map(|(call, count)| (*call, share * count)));
            profile.asked.extend(part.asked.iter().map(|(cache, count)| (*cache, share * count)));
            // Which branch is waited for differs from time to time: each stands for its share.
            let portion = share / f64::from(branches);
            let waited = part.waited.iter().map(|(call, count)| (*call, portion * count));
            for slot in (0..2).filter(|slot| kept[*slot]) {
                profile.kept_calls[slot].extend(waited.clone());
            }
            profile.waited.extend(waited);
            longest = longest.max(part.time);
        }
        profile.time += share * longest;
        for slot in (0..2).filter(|slot| kept[*slot]) {
            profile.kept[slot] += share * longest;
        }
    }
}

impl Profile {
    fn add_call(&mut self, call: CallId, calls: f64, waits: f64, kept: [bool; 2]) {
        self.calls.push((call, calls));
        self.waited.push((call, waits));
        for slot in (0..2).filter(|slot| kept[*slot]) {
            self.kept_calls[slot].push((call, waits));
        }
    }
}
