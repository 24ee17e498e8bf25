//! Visits at work: coming to a node, running its program, and leaving it.

use crate::model::step::Step;
use crate::model::{Choice, ChoiceId, Delay, Model, NodeId, SourceId};
use crate::random::Key;
use crate::time::{Duration, Time};

use super::state::{BalancerState, Life, State};
use super::visit::{Outcome, Phase, VisitId, hold};

impl State {
    /// Runs the step that `id` is at, and says who goes on: itself, another visit, or nobody.
    #[inline(always)]
    pub(crate) fn run_step(&mut self, model: &Model, id: VisitId) -> VisitId {
        if self.is_ahead()
            && !std::mem::take(&mut self.ahead.is_allowed)
            && !self.is_own_business(model, &self.visits[id], self.now)
        {
            return self.wait_for_the_clock(id);
        }
        let visit = &mut self.visits[id];
        match model.steps[usize::from(visit.step)] {
            Step::Work { pool, demand, tag } => self.work(model, id, pool, demand, tag),
            Step::Take { pool } => self.take(model, id, pool),
            Step::Give { pool } => {
                visit.step += 1;
                self.give(model, id, pool);
                id
            }
            Step::Wait { span, tag } => {
                let key = visit.stream.child(tag);
                self.wait(model, id, span, key)
            }
            Step::Transmit { wire, is_reply } => self.transmit(model, id, wire, is_reply),
            Step::Call(call) => {
                visit.attempt = 0;
                self.call(model, id, call)
            }
            Step::Fork { .. } | Step::FanOut { .. } => {
                visit.attempt = 0;
                self.attempt(model, id)
            }
            Step::Lookup { cache, miss } => self.look_up(model, id, cache, miss),
            Step::Fill { cache } => {
                visit.step += 1;
                self.fill(model, id, cache);
                id
            }
            Step::Resolve(name) => self.resolve(model, id, name),
            Step::Lock(locks) => self.lock(model, id, locks),
            Step::Unlock(locks) => {
                visit.step += 1;
                self.unlock(model, id, locks);
                id
            }
            Step::Choose { choice, tag } => {
                let key = visit.stream.child(tag);
                let target = self.choose(model, id, choice, key);
                self.visits[id].step = target;
                id
            }
            Step::Jump(target) => {
                visit.step = target;
                id
            }
            Step::Reply => self.reply(model, id),
            Step::Fail => self.fail(model, id, Outcome::Failed),
        }
    }

    /// `id` comes to its instance; says who goes on.
    #[inline(always)]
    pub(crate) fn arrive(&mut self, model: &Model, id: VisitId) -> VisitId {
        let now = self.now;
        let visit = &mut self.visits[id];
        let place = visit.place;
        (visit.entered, visit.wake, visit.phase) = (now, Time::NEVER, Phase::Running);
        if self.ahead.is_watched {
            self.record_arrival(id);
        }
        let instance = &mut self.instances[place];
        instance.arrivals += 1;
        if !matches!(instance.life, Life::Up | Life::Draining) {
            return self.turn_away(model, id, Outcome::Refused);
        }
        instance.present.rise(now);
        id
    }

    #[cold]
    fn record_arrival(&mut self, id: VisitId) {
        let visit = &self.visits[id];
        if let Some(recorder) = &mut self.tally.recorder {
            recorder.arrived(visit.ordinal, visit.place);
        }
        self.trace_arrival(id);
    }

    /// Lets time pass for `id`. It passes elsewhere, so neither the speed of the instance nor a fault stretches it.
    #[inline(always)]
    fn wait(&mut self, model: &Model, id: VisitId, span: Delay, key: Key) -> VisitId {
        let span = self.drawn(model, span, key);
        let visit = &mut self.visits[id];
        visit.phase = Phase::Waiting;
        visit.wake = self.now.saturating_add(span);
        self.finish_ahead(model, id)
    }

    /// The length of `delay`.
    #[inline]
    pub(crate) fn drawn(&self, model: &Model, delay: Delay, key: Key) -> Duration {
        match delay {
            Delay::None => Duration::ZERO,
            Delay::Constant(span) => span,
            Delay::Drawn(sampler) => Duration::from_nanos_f64(model.samplers[sampler].value(key)),
        }
    }

    fn choose(&self, model: &Model, id: VisitId, choice: ChoiceId, key: Key) -> u16 {
        match &model.choices[choice] {
            Choice::Weighted(shares) => {
                let drawn = key.draws().bits();
                let chosen = shares.iter().find(|(upper, _)| drawn < *upper).or(shares.last());
                chosen.map_or(0, |(_, target)| *target)
            }
            Choice::ByClass(cases, otherwise) => {
                let root = self.root_of(id);
                let source = self.source_of(root);
                let class = &model.sources[source].classes[usize::from(self.visits[root].class)];
                cases.iter().find(|(tag, _)| *tag == class.tag).map_or(*otherwise, |(_, target)| *target)
            }
        }
    }

    /// The root of the tree of `id`.
    #[inline]
    pub(crate) fn root_of(&self, id: VisitId) -> VisitId {
        let visit = &self.visits[id];
        if visit.depth == 0 { id } else { VisitId(visit.root) }
    }

    /// `id` fails at its node: it gives everything back and leaves with an error. Says who goes on.
    #[cold]
    #[inline(never)]
    pub(crate) fn fail(&mut self, model: &Model, id: VisitId, outcome: Outcome) -> VisitId {
        let visit = &self.visits[id];
        if visit.depth == 0 {
            self.end_request(model, id, outcome);
            return VisitId::NONE;
        }
        if visit.holds & hold::BRANCH == 0 {
            self.leave(model, id);
            self.count_failure(model, id, outcome);
        } else {
            self.give_back(model, id);
        }
        self.send_back::<false>(model, id, outcome)
    }

    /// `id` is not let in at all. Says who goes on.
    #[cold]
    #[inline(never)]
    pub(crate) fn turn_away(&mut self, model: &Model, id: VisitId, outcome: Outcome) -> VisitId {
        self.count_failure(model, id, outcome);
        self.send_back::<false>(model, id, outcome)
    }

    fn count_failure(&mut self, model: &Model, id: VisitId, outcome: Outcome) {
        let node = model.instances[self.visits[id].place].node;
        if self.is_live() {
            self.see_failure(node);
        }
        if let Some(index) = crate::observe::tally::failure_index(outcome) {
            self.tally.nodes[node].failed[index] += 1;
        }
    }

    /// Takes `id` out of its instance's account and returns how long it was there.
    #[inline(always)]
    pub(super) fn leave(&mut self, model: &Model, id: VisitId) -> Duration {
        let now = self.now;
        let visit = &self.visits[id];
        let (stay, place) = (now - visit.entered, visit.place);
        if visit.holds & !(hold::BRANCH | hold::UPSTREAM) != 0 {
            self.give_back(model, id);
        }
        let instance = &mut self.instances[place];
        instance.present.fall(now);
        instance.stays += u128::from(stay.0);
        if instance.present.count() == 0 && instance.life == Life::Draining {
            self.retire(model, place);
        }
        stay
    }

    /// Gives back whatever `id` holds.
    #[inline(never)]
    pub(crate) fn give_back(&mut self, model: &Model, id: VisitId) {
        let holds = self.visits[id].holds;
        if holds & hold::FETCH != 0 {
            self.abandon_fetches(id);
        }
        if holds & hold::LOCK != 0 {
            let locks = model.locks.ids();
            locks.for_each(|locks| self.unlock(model, id, locks));
        }
        for pool in 0..2u8 {
            if holds & (1 << pool) != 0 {
                self.give(model, id, pool);
            }
        }
    }

    /// Whether what happens to `id` has to wait because its instance stands still; then it is put off.
    #[inline]
    pub(crate) fn is_postponed(&mut self, id: VisitId) -> bool {
        if self.hung_until <= self.now {
            return false;
        }
        let visit = &self.visits[id];
        let until = self.instances[visit.place].hung_until;
        if until <= self.now
            || matches!(visit.phase, Phase::Returning | Phase::Unsent | Phase::Unheard | Phase::Thinking)
        {
            return false;
        }
        let is_held_up = !matches!(visit.phase, Phase::InLine | Phase::Calling | Phase::BackingOff);
        let span = until - self.now;
        self.schedule(id, span);
        if is_held_up {
            self.trace_hold_up(id, None);
        }
        true
    }

    /// The instances that `node` has from the start are up.
    pub(crate) fn start_instances(&mut self, model: &Model, node: NodeId) {
        let spec = &model.nodes[node];
        let instances: Vec<_> = model.instances_of(node).take(spec.instances as usize).collect();
        for &instance in &instances {
            self.instances[instance].life = Life::Up;
        }
        self.refresh_rotation(model, node);
        let count = model.nodes[node].instances;
        self.tally.nodes[node].set_instances(Time::ZERO, count);
    }

    /// Rebuilds the lists of who takes calls to `node`.
    pub(crate) fn refresh_rotation(&mut self, model: &Model, node: NodeId) {
        // A crashed instance stays in rotation: nobody has noticed yet.
        let takes_calls = |life: Life| matches!(life, Life::Up | Life::Down);
        let states = &self.instances;
        let ready = model.instances_of(node).filter(|id| takes_calls(states[*id].life));
        self.turns[node].ready = ready.collect();
        for (id, balancer) in model.balancers.enumerate() {
            if balancer.upstreams.iter().all(|(upstream, _)| *upstream != node) {
                continue;
            }
            let BalancerState { memory, slots, connections, .. } = &mut self.balancers[id];
            let states = &self.instances;
            let slots = slots.iter().enumerate();
            let ready = slots.filter(|(_, (instance, _))| takes_calls(states[*instance].life));
            memory.set_rotation(ready.map(|(slot, _)| slot as u32));
            connections.retain(|_, slot| memory.is_in_rotation(*slot));
        }
    }

    /// The source that made the request with this root.
    #[inline]
    pub(crate) fn source_of(&self, root: VisitId) -> SourceId {
        SourceId(u32::from(self.visits[root].via))
    }
}
