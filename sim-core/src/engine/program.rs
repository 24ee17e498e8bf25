//! Visits at work: coming to a node, running its program, and leaving it.

use crate::model::step::Step;
use crate::model::{Choice, ChoiceId, Delay, NodeId, SourceId};
use crate::random::Key;
use crate::time::{Duration, Time};

use super::Run;
use super::state::Life;
use super::visit::{Outcome, Phase, VisitId, hold};

impl Run<'_> {
    /// `id` comes to its instance.
    pub(crate) fn arrive(&mut self, id: VisitId) {
        let now = self.state.now;
        let visit = &mut self.state.visits[id];
        let place = visit.place;
        let node = self.model.instances[place].node;
        visit.entered = now;
        let instance = &mut self.state.instances[place];
        self.state.tally.arrivals[place] += 1;
        self.state.tally.nodes[node].requests += 1;
        if let Some(recorder) = &mut self.state.tally.recorder {
            recorder.arrived(visit.ordinal, place);
        }
        if !matches!(instance.life, Life::Up | Life::Draining) {
            return self.turn_away(id, Outcome::Refused);
        }
        instance.touch(now);
        instance.present += 1;
        visit.phase = Phase::Running;
        self.go_on(id);
    }

    /// Lets `id` run its program until it has to wait.
    #[inline]
    pub(crate) fn go_on(&mut self, id: VisitId) {
        let model = self.model;
        loop {
            let visit = &mut self.state.visits[id];
            let stream = visit.stream;
            match model.steps[usize::from(visit.step)] {
                Step::Work { pool, demand, tag } => return self.work(id, pool, demand, tag),
                Step::Take { pool } => {
                    if !self.take(id, pool) {
                        return;
                    }
                    self.state.visits[id].step += 1;
                }
                Step::Give { pool } => {
                    visit.step += 1;
                    self.give(id, pool);
                }
                Step::Wait { span, tag } => return self.pause(id, span, stream.child(tag)),
                Step::Call(_) => {
                    visit.attempt = 0;
                    return self.attempt(id);
                }
                Step::Fork { .. } | Step::FanOut { .. } => {
                    visit.attempt = 0;
                    return self.attempt(id);
                }
                Step::Lookup { cache, miss } => {
                    if !self.look_up(id, cache, miss) {
                        return;
                    }
                }
                Step::Fill { cache } => {
                    visit.step += 1;
                    self.fill(id, cache);
                }
                Step::Resolve(name) => {
                    if !self.resolve(id, name) {
                        return;
                    }
                }
                Step::Lock(locks) => {
                    if !self.lock(id, locks) {
                        return;
                    }
                    self.state.visits[id].step += 1;
                }
                Step::Unlock(locks) => {
                    visit.step += 1;
                    self.unlock(id, locks);
                }
                Step::Choose { choice, tag } => {
                    let target = self.choose(id, choice, stream.child(tag));
                    self.state.visits[id].step = target;
                }
                Step::Jump(target) => visit.step = target,
                Step::Reply => return self.reply(id),
                Step::Fail => return self.fail(id, Outcome::Failed),
            }
        }
    }

    /// Lets time pass for `id`.
    fn pause(&mut self, id: VisitId, span: Delay, key: Key) {
        let slowness = self.state.instances[self.state.visits[id].place].slowness;
        self.state.visits[id].phase = Phase::Waiting;
        let (span, lane) = self.drawn(span, key);
        if slowness == 1.0 {
            self.schedule(id, span, lane);
        } else {
            self.schedule(id, Duration::from_nanos_f64(span.0 as f64 * slowness), None);
        }
    }

    /// The length of `delay`, and its lane if it always is this long.
    #[inline]
    pub(crate) fn drawn(&self, delay: Delay, key: Key) -> (Duration, Option<u8>) {
        match delay {
            Delay::None => (Duration::ZERO, None),
            Delay::Constant { span, lane } => (span, lane),
            Delay::Drawn(sampler) => (self.model.samplers[sampler].sample_duration(&mut key.draws()), None),
        }
    }

    fn choose(&self, id: VisitId, choice: ChoiceId, key: Key) -> u16 {
        match &self.model.choices[choice] {
            Choice::Weighted(shares) => {
                let drawn = key.draws().bits();
                let chosen = shares.iter().find(|(upper, _)| drawn < *upper).or(shares.last());
                chosen.map_or(0, |(_, target)| *target)
            }
            Choice::ByClass(cases, otherwise) => {
                let root = self.root_of(id);
                let source = self.source_of(root);
                let class = &self.model.sources[source].classes[usize::from(self.state.visits[root].class)];
                cases.iter().find(|(tag, _)| *tag == class.tag).map_or(*otherwise, |(_, target)| *target)
            }
        }
    }

    /// The root of the tree of `id`.
    #[inline]
    pub(crate) fn root_of(&self, id: VisitId) -> VisitId {
        let visit = &self.state.visits[id];
        if visit.depth == 0 { id } else { VisitId(visit.root) }
    }

    /// `id` has done its work: it leaves its node with an answer.
    fn reply(&mut self, id: VisitId) {
        let visit = &self.state.visits[id];
        if visit.depth == 0 {
            return self.end_request(id, Outcome::Completed);
        }
        if visit.holds & hold::BRANCH == 0 {
            let stay = self.leave(id);
            let visit = &self.state.visits[id];
            let node = self.model.instances[visit.place].node;
            if visit.entered >= self.state.tally.from {
                self.state.tally.nodes[node].latency.record(stay.0);
            }
        }
        self.send_back(id, Outcome::Completed);
    }

    /// `id` fails at its node: it gives everything back and leaves with an error.
    pub(crate) fn fail(&mut self, id: VisitId, outcome: Outcome) {
        let visit = &self.state.visits[id];
        if visit.depth == 0 {
            return self.end_request(id, outcome);
        }
        if visit.holds & hold::BRANCH == 0 {
            self.leave(id);
            self.count_failure(id, outcome);
        } else {
            self.give_back(id);
        }
        self.send_back(id, outcome);
    }

    /// `id` is not let in at all.
    pub(crate) fn turn_away(&mut self, id: VisitId, outcome: Outcome) {
        self.count_failure(id, outcome);
        self.send_back(id, outcome);
    }

    fn count_failure(&mut self, id: VisitId, outcome: Outcome) {
        let node = self.model.instances[self.state.visits[id].place].node;
        if let Some(index) = crate::observe::tally::failure_index(outcome) {
            self.state.tally.nodes[node].failed[index] += 1;
        }
    }

    /// Takes `id` out of its instance's account and returns how long it was there.
    fn leave(&mut self, id: VisitId) -> Duration {
        self.give_back(id);
        let now = self.state.now;
        let visit = &self.state.visits[id];
        let stay = now - visit.entered;
        let place = visit.place;
        let instance = &mut self.state.instances[place];
        instance.touch(now);
        instance.present -= 1;
        instance.stays += u128::from(stay.0);
        if instance.life == Life::Draining && instance.present == 0 {
            self.retire(place);
        }
        stay
    }

    /// Gives back whatever `id` holds.
    #[inline]
    pub(crate) fn give_back(&mut self, id: VisitId) {
        let holds = self.state.visits[id].holds;
        if holds & !(hold::BRANCH | hold::UPSTREAM) == 0 {
            return;
        }
        if holds & hold::FETCH != 0 {
            self.abandon_fetches(id);
        }
        if holds & hold::LOCK != 0 {
            let locks = self.model.locks.ids();
            locks.for_each(|locks| self.unlock(id, locks));
        }
        for pool in 0..2u8 {
            if holds & (1 << pool) != 0 {
                self.give(id, pool);
            }
        }
    }

    /// Whether what happens to `id` has to wait because its instance stands still; then it is put off.
    #[inline]
    pub(crate) fn is_postponed(&mut self, id: VisitId) -> bool {
        let visit = &self.state.visits[id];
        let until = self.state.instances[visit.place].hung_until;
        if until <= self.state.now || matches!(visit.phase, Phase::Returning | Phase::Thinking) {
            return false;
        }
        let span = until - self.state.now;
        self.schedule(id, span, None);
        true
    }

    /// The instances that `node` has from the start are up.
    pub(crate) fn start_instances(&mut self, node: NodeId) {
        let spec = &self.model.nodes[node];
        let instances: Vec<_> = self.model.instances_of(node).take(spec.instances as usize).collect();
        for &instance in &instances {
            self.state.instances[instance].life = Life::Up;
        }
        self.refresh_rotation(node);
        let count = self.model.nodes[node].instances;
        self.state.tally.nodes[node].set_instances(Time::ZERO, count);
    }

    /// Rebuilds the lists of who takes calls to `node`.
    pub(crate) fn refresh_rotation(&mut self, node: NodeId) {
        // A crashed instance stays in rotation: nobody has noticed yet.
        let takes_calls = |life: Life| matches!(life, Life::Up | Life::Down);
        let states = &self.state.instances;
        let ready = self.model.instances_of(node).filter(|id| takes_calls(states[*id].life));
        self.state.turns[node].ready = ready.collect();
        for (id, balancer) in self.model.balancers.enumerate() {
            if balancer.upstreams.iter().all(|(upstream, _)| *upstream != node) {
                continue;
            }
            let memory = &mut self.state.balancers[id];
            let states = &self.state.instances;
            let slots = memory.slots.iter().enumerate();
            let ready = slots.filter(|(_, (instance, _))| takes_calls(states[*instance].life));
            memory.memory.rotation = ready.map(|(slot, _)| slot as u32).collect();
            let rotation = &memory.memory.rotation;
            memory.connections.retain(|_, slot| rotation.contains(slot));
        }
    }

    /// The source that made the request with this root.
    #[inline]
    pub(crate) fn source_of(&self, root: VisitId) -> SourceId {
        let node = self.model.instances[self.state.visits[root].place].node;
        self.model.nodes[node].source.expect("the root of a tree is at a client")
    }
}
