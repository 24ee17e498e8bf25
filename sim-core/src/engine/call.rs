//! Calls: sending a visit below another, waiting for its answer, trying again.

use crate::model::step::{Program, Step};
use crate::model::{BalancerId, Call, CallId, InstanceId, Model, NodeId, RetryId, Target};
use crate::random::{Key, hash_name};
use crate::time::{Duration, Time};

use super::state::State;
use super::visit::{Outcome, Phase, Visit, VisitId, hold};

/// Keys what a call draws.
pub(crate) mod purpose {
    use super::hash_name;
    pub const REQUEST: u64 = hash_name("link, request");
    pub const REPLY: u64 = hash_name("link, reply");
    pub const BACKOFF: u64 = hash_name("back-off");
    pub const BRANCH: u64 = hash_name("branch");
    pub const TIMEOUT: u64 = hash_name("timeout");
}

impl State {
    /// Makes the present call of `id`: its first attempt, or another one. Says who goes on.
    #[inline(never)]
    pub(crate) fn attempt(&mut self, model: &Model, id: VisitId) -> VisitId {
        match model.steps[usize::from(self.visits[id].step)] {
            Step::Call(call) => self.call(model, id, call),
            Step::FanOut { call, count, need } => self.fan_out(model, id, call, count, need),
            Step::Fork { first, branches, need } => self.fork(id, first, branches, need),
            _ => id,
        }
    }

    /// Makes an attempt of a call. Says who goes on.
    #[inline(always)]
    pub(crate) fn call(&mut self, model: &Model, id: VisitId, call: CallId) -> VisitId {
        let spec = &model.calls[call];
        if spec.is_next_door && self.may_pass() {
            return self.call_in_passing(model, id, spec);
        }
        let attempt = self.begin_attempt(model, id, spec);
        let caller = self.caller(id);
        match self.errand(model, caller, spec, u64::from(attempt)) {
            Ok(errand) => self.set_out(model, caller, spec, errand),
            Err(outcome) => {
                if self.is_live() {
                    self.see_lost_call(model, id, spec, VisitId::NONE);
                }
                self.after_attempt(model, id, outcome)
            }
        }
    }

    /// Sends a visit on `errand` for the caller, who waits for it from now on. Says who goes on.
    #[inline(always)]
    pub(crate) fn set_out(&mut self, model: &Model, caller: Caller, spec: &Call, errand: Errand) -> VisitId {
        let child = self.send_below(model, caller, spec, errand);
        self.travel::<true>(model, child, Phase::Travelling)
    }

    /// Makes the visit that sets out on `errand` for the caller, who waits for it from now on.
    #[inline(always)]
    pub(crate) fn send_below(
        &mut self,
        model: &Model,
        caller: Caller,
        spec: &Call,
        errand: Errand,
    ) -> VisitId {
        let child = self.insert_below(caller, caller.id, errand);
        if self.is_live() {
            self.see_sent(model, caller.id, errand.place);
        }
        let visit = &mut self.visits[caller.id];
        visit.link = child.0;
        visit.phase = Phase::Calling;
        if let Some(slot) = errand.counted {
            visit.since = u64::from(slot);
            visit.holds |= hold::UPSTREAM;
        }
        if spec.timeout.is_some() {
            self.set_deadline(model, caller.id, spec);
        }
        child
    }

    /// Begins an attempt of `id`, and says how many there were before.
    #[inline(always)]
    pub(crate) fn begin_attempt(&mut self, model: &Model, id: VisitId, spec: &Call) -> u16 {
        let visit = &mut self.visits[id];
        let before = visit.attempt;
        visit.attempt = before.saturating_add(1);
        if before > 0 {
            self.count_retry(id);
        } else if let Some(retry) = spec.retry {
            self.deposit(model, retry);
        }
        before
    }

    #[inline(never)]
    pub(crate) fn deposit(&mut self, model: &Model, retry: RetryId) {
        if let Some(budget) = &model.retries[retry].budget {
            self.budgets[retry].deposit(budget, self.now);
        }
    }

    /// Writes down when `id` gives its call up.
    pub(crate) fn set_deadline(&mut self, model: &Model, id: VisitId, spec: &Call) {
        self.visits[id].wake = Time::NEVER;
        if let Some(timeout) = spec.timeout {
            let key = self.visits[id].stream.child(purpose::TIMEOUT).child(spec.tag);
            let span = self.drawn(model, timeout, key);
            self.schedule(id, span);
        }
    }

    /// What the visit that `caller` sends to the target of a call sets out for; or why it is not sent.
    #[inline(always)]
    pub(crate) fn errand(
        &mut self,
        model: &Model,
        caller: Caller,
        spec: &Call,
        number: u64,
    ) -> Result<Errand, Outcome> {
        if caller.depth == u8::MAX || spec.depth_bound.is_some_and(|bound| u16::from(caller.depth) >= bound) {
            return Err(Outcome::TooDeep);
        }
        let (node, link) = match &spec.target {
            Target::Upstream(balancer) => {
                let root = VisitId(caller.root);
                let chosen = self.choose_upstream(model, *balancer, spec.operation, root, caller.stream);
                return chosen.ok_or(Outcome::Refused);
            }
            Target::Node(node, link) => (*node, link),
            Target::Name(name, nodes) => {
                let (node, link) = &nodes[self.resolved(model, caller.id, *name)];
                (*node, link)
            }
        };
        let place = self.next_turn(node).ok_or(Outcome::Refused)?;
        let (stream, via) = (caller.stream.numbered_child(spec.tag, number), link.number);
        let step = model.instances[place].entry[usize::from(spec.operation)];
        Ok(Errand { stream, place, step, via, counted: None })
    }

    /// What a visit hands down to those below it.
    #[inline(always)]
    pub(crate) fn caller(&self, id: VisitId) -> Caller {
        let visit = &self.visits[id];
        Caller {
            id,
            stream: visit.stream,
            place: visit.place,
            ordinal: visit.ordinal,
            root: if visit.depth == 0 { id.0 } else { visit.root },
            class: visit.class,
            depth: visit.depth,
            priority: visit.priority,
        }
    }

    /// Makes a visit below `caller`, for which `parent` waits.
    #[inline(always)]
    pub(crate) fn insert_below(&mut self, caller: Caller, parent: VisitId, errand: Errand) -> VisitId {
        self.visits[VisitId(caller.root)].root += 1;
        self.visits.insert(Visit {
            stream: errand.stream,
            entered: Time::ZERO,
            wake: Time::NEVER,
            since: 0,
            parent,
            link: VisitId::NONE.0,
            place: errand.place,
            ordinal: caller.ordinal,
            root: caller.root,
            step: errand.step,
            attempt: 0,
            via: errand.via,
            class: caller.class,
            phase: Phase::Running,
            holds: 0,
            outcome: Outcome::Completed,
            depth: caller.depth + 1,
            priority: caller.priority,
        })
    }

    #[inline(always)]
    pub(crate) fn next_turn(&mut self, node: NodeId) -> Option<InstanceId> {
        let turns = &mut self.turns[node];
        let turn = if (turns.next as usize) < turns.ready.len() { turns.next } else { 0 };
        turns.next = turn + 1;
        turns.ready.get(turn as usize).copied()
    }

    /// What the visit sets out for that `balancer` sends upstream, for a request with this root and with the draws of
    /// `stream`, which it hands on: a balancer changes none of the draws upstream.
    #[inline(always)]
    pub(crate) fn choose_upstream(
        &mut self,
        model: &Model,
        balancer: BalancerId,
        operation: u8,
        root: VisitId,
        stream: Key,
    ) -> Option<Errand> {
        let spec = &model.balancers[balancer];
        let mut draws = stream.child(spec.tag).draws();
        let address = if spec.needs_address() { self.address_of(model, root) } else { 0 };
        let state = &mut self.balancers[balancer];
        state.hear_answers(self.ahead.present);
        let kept = if spec.per_connection { state.connections.get(&address).copied() } else { None };
        let slot = match kept {
            Some(slot) => slot,
            None => {
                spec.policy.choose(&mut state.memory, address, self.ahead.present.moment(), &mut draws)?
            }
        };
        if spec.per_connection && kept.is_none() {
            state.connections.insert(address, slot);
        }
        let (place, upstream) = state.slots[slot as usize];
        let counted = state.counts_in_flight.then_some(slot);
        if state.counts_in_flight {
            state.memory.sent(slot);
        }
        let via = spec.upstreams[upstream as usize].1.number;
        let step = model.instances[place].entry[usize::from(operation)];
        Some(Errand { stream, place, step, via, counted })
    }

    /// Notes at a balancer that the request it sent upstream has been answered.
    #[inline(always)]
    pub(crate) fn upstream_answered(&mut self, model: &Model, id: VisitId) {
        let visit = &mut self.visits[id];
        visit.holds &= !hold::UPSTREAM;
        let slot = visit.since as u32;
        if let Step::Call(call) = model.steps[usize::from(visit.step)]
            && let Target::Upstream(balancer) = model.calls[call].target
        {
            self.balancers[balancer].memory.answered(slot);
        }
    }

    /// `id` gets an answer to its call, or one of the answers it joins. Says who goes on.
    #[inline(always)]
    pub(crate) fn answer(&mut self, model: &Model, id: VisitId, outcome: Outcome) -> VisitId {
        let visit = &mut self.visits[id];
        if visit.phase == Phase::Joining {
            return self.join_answer(model, id, outcome);
        }
        visit.wake = Time::NEVER;
        visit.link = VisitId::NONE.0;
        visit.phase = Phase::Running;
        if visit.holds & hold::UPSTREAM != 0 {
            self.upstream_answered(model, id);
        }
        if outcome == Outcome::Completed && self.hung_until <= self.now {
            self.visits[id].step += 1;
            return id;
        }
        self.after_attempt(model, id, outcome)
    }

    /// An attempt of `id` has ended, not as plainly as it may: it goes on later, tries again or fails.
    #[cold]
    #[inline(never)]
    pub(crate) fn after_attempt(&mut self, model: &Model, id: VisitId, outcome: Outcome) -> VisitId {
        let visit = &mut self.visits[id];
        if outcome == Outcome::Completed {
            let hung_until = self.instances[visit.place].hung_until;
            if hung_until <= self.now {
                visit.step += 1;
                return id;
            }
            // An instance that stands still goes on with the answer later.
            visit.phase = Phase::Waiting;
            self.schedule(id, hung_until - self.now);
            return VisitId::NONE;
        }
        let step = model.steps[usize::from(visit.step)];
        let (Step::Call(call) | Step::FanOut { call, .. }) = step else {
            return self.fail(model, id, outcome);
        };
        match self.retry_after(model, id, call) {
            None => self.fail(model, id, outcome),
            Some(wait) => {
                self.visits[id].phase = Phase::BackingOff;
                // Even without a wait it is an event of its own, so that endless retries meet the bound of events.
                self.schedule(id, wait);
                VisitId::NONE
            }
        }
    }

    /// How long `id` waits before it tries again, if it does.
    pub(crate) fn retry_after(&mut self, model: &Model, id: VisitId, call: CallId) -> Option<Duration> {
        let retry = model.calls[call].retry?;
        let policy = &model.retries[retry];
        let visit = &self.visits[id];
        if policy.attempts.is_some_and(|attempts| u32::from(visit.attempt) >= attempts) {
            return None;
        }
        if let Some(budget) = &policy.budget
            && !self.budgets[retry].withdraw(budget, self.now)
        {
            return None;
        }
        let key = visit.stream.child(purpose::BACKOFF).child(model.calls[call].tag);
        let retries = u32::from(visit.attempt).saturating_sub(1);
        Some(policy.backoff.wait(retries, &mut key.draws(), &model.samplers))
    }

    /// The number that stands for the source address of the request with this root.
    #[inline(never)]
    pub(crate) fn address_of(&self, model: &Model, root: VisitId) -> u64 {
        self.session_of(model, root).unwrap_or(self.visits[root].since)
    }
}

/// What a visit hands down to those below it: read out once, since it may be over before the last of them sets out.
#[derive(Clone, Copy)]
pub(crate) struct Caller {
    pub(crate) id: VisitId,
    pub(crate) stream: Key,
    pub(crate) place: InstanceId,
    pub(crate) ordinal: u32,
    pub(crate) root: u32,
    class: u8,
    depth: u8,
    priority: u8,
}

impl Caller {
    /// The client of a request whose visit is not made yet.
    #[inline(always)]
    pub(crate) fn of_request(root: &Visit) -> Caller {
        Caller {
            id: VisitId::NONE,
            stream: root.stream,
            place: root.place,
            ordinal: root.ordinal,
            root: VisitId::NONE.0,
            class: root.class,
            depth: 0,
            priority: root.priority,
        }
    }
}

/// What a visit sets out for.
#[derive(Clone, Copy)]
pub(crate) struct Errand {
    /// Keys its draws.
    pub(crate) stream: Key,
    /// Where to.
    pub(crate) place: InstanceId,
    /// The program it runs there.
    pub(crate) step: Program,
    /// The link it goes over.
    pub(crate) via: u16,
    /// The slot under which a balancer counts it.
    pub(crate) counted: Option<u32>,
}
