//! Calls: sending a visit below another, waiting for its answer, giving up, trying again, joining several answers.

use crate::model::step::Step;
use crate::model::{Call, CallId, InstanceId, Link, Target};
use crate::random::{Key, hash_name};
use crate::time::{Duration, Time};

use super::Run;
use super::visit::{Outcome, Phase, Visit, VisitId, hold};

/// Keys what a call draws.
mod purpose {
    use super::hash_name;
    pub const REQUEST: u64 = hash_name("link, request");
    pub const REPLY: u64 = hash_name("link, reply");
    pub const BACKOFF: u64 = hash_name("back-off");
    pub const BRANCH: u64 = hash_name("branch");
    pub const TIMEOUT: u64 = hash_name("timeout");
}

impl Run<'_> {
    /// Makes the present call of `id`: its first attempt, or another one.
    pub(crate) fn attempt(&mut self, id: VisitId) {
        let model = self.model;
        let visit = &self.state.visits[id];
        let attempt = visit.attempt;
        match model.steps[usize::from(visit.step)] {
            Step::Call(call) => {
                let spec = &model.calls[call];
                self.begin_attempt(id, spec);
                let caller = self.state.visits[id];
                if let Some(child) = self.spawn(&caller, id, id, call, u64::from(attempt)) {
                    self.state.visits[id].link = child.0;
                    self.await_answer(id, spec);
                    self.set_out(child, spec);
                }
            }
            Step::FanOut { call, count, need } => {
                let spec = &model.calls[call];
                self.begin_attempt(id, spec);
                let join = self.join(id, count, need);
                self.await_answer(id, spec);
                // A copy: the caller may be over before the last branch is on its way.
                let caller = self.state.visits[id];
                for branch in 0..u64::from(count) {
                    let numbered = u64::from(attempt) * u64::from(count) + branch;
                    if let Some(child) = self.spawn(&caller, id, join, call, numbered) {
                        self.set_out(child, spec);
                    }
                }
            }
            Step::Fork { first, branches, need } => {
                let join = self.join(id, branches, need);
                self.state.visits[id].phase = Phase::Calling;
                for branch in 0..branches {
                    let caller = &self.state.visits[id];
                    let stream = caller.stream.child(purpose::BRANCH).numbered(u64::from(branch));
                    let mut child = below(caller, id, stream);
                    (child.parent, child.place, child.entered) = (join, caller.place, self.state.now);
                    (child.step, child.phase, child.holds) = (first + branch, Phase::Running, hold::BRANCH);
                    let child = self.insert_below(child);
                    self.state.ready.push(child);
                }
            }
            _ => {}
        }
    }

    /// Counts an attempt of `id`.
    fn begin_attempt(&mut self, id: VisitId, spec: &Call) {
        let now = self.state.now;
        let visit = &mut self.state.visits[id];
        let is_first = visit.attempt == 0;
        visit.attempt = visit.attempt.saturating_add(1);
        if is_first
            && let Some(retry) = spec.retry
            && let Some(budget) = &self.model.retries[retry].budget
        {
            self.state.budgets[retry].deposit(budget, now);
        }
        if self.state.visits[id].depth == 0 {
            self.count_attempt(id, is_first);
        }
    }

    /// Lets `id` wait for the answer to its call, for as long as the call may take.
    #[inline]
    fn await_answer(&mut self, id: VisitId, spec: &Call) {
        let visit = &mut self.state.visits[id];
        visit.phase = Phase::Calling;
        visit.wake = Time::NEVER;
        if let Some(timeout) = spec.timeout {
            let key = visit.stream.child(purpose::TIMEOUT).child(spec.tag);
            let (span, lane) = self.drawn(timeout, key);
            self.schedule(id, span, lane);
        }
    }

    /// Makes the visit that `caller` sends to the target of a call, with `parent` waiting for it; or tells the
    /// parent that nobody takes it.
    #[inline]
    fn spawn(
        &mut self,
        visit: &Visit,
        caller: VisitId,
        parent: VisitId,
        call: CallId,
        number: u64,
    ) -> Option<VisitId> {
        let spec = &self.model.calls[call];
        if spec.depth_bound.is_some_and(|bound| u16::from(visit.depth) >= bound) || visit.depth == u8::MAX {
            self.answer(parent, Outcome::TooDeep);
            return None;
        }
        let stream = match spec.target {
            // A balancer hands the request on: it changes none of its draws.
            Target::Upstream(_) => visit.stream,
            Target::Node(..) | Target::Name(..) => visit.stream.child(spec.tag).numbered(number),
        };
        let mut child = below(visit, caller, stream);
        child.parent = parent;
        let Some(place) = self.destination(caller, call) else {
            self.answer(parent, Outcome::Refused);
            return None;
        };
        child.place = place;
        child.step = self.model.nodes[self.model.instances[place].node].entry[usize::from(spec.operation)];
        Some(self.insert_below(child))
    }

    fn insert_below(&mut self, child: Visit) -> VisitId {
        let root = VisitId(child.root);
        self.state.visits[root].root += 1;
        self.state.visits.insert(child)
    }

    /// Which instance takes the call.
    fn destination(&mut self, caller: VisitId, call: CallId) -> Option<InstanceId> {
        match &self.model.calls[call].target {
            Target::Node(node, _) => self.next_turn(*node),
            Target::Name(name, nodes) => {
                let record = self.resolved(caller, *name);
                self.next_turn(nodes[record].0)
            }
            Target::Upstream(balancer) => self.choose_upstream(caller, *balancer),
        }
    }

    fn next_turn(&mut self, node: crate::model::NodeId) -> Option<InstanceId> {
        let turns = &mut self.state.turns[node];
        match turns.ready.len() {
            0 => None,
            1 => Some(turns.ready[0]),
            count => {
                let turn = if (turns.next as usize) < count { turns.next } else { 0 };
                turns.next = turn + 1;
                Some(turns.ready[turn as usize])
            }
        }
    }

    fn choose_upstream(&mut self, caller: VisitId, balancer: crate::model::BalancerId) -> Option<InstanceId> {
        let spec = &self.model.balancers[balancer];
        let address = self.address_of(caller);
        let mut draws = self.state.visits[caller].stream.child(spec.tag).draws();
        let state = &mut self.state.balancers[balancer];
        let slot = if spec.per_connection {
            match state.connections.get(&address) {
                Some(&slot) => slot,
                None => {
                    let slot = spec.policy.choose(&mut state.memory, address, &mut draws)?;
                    state.connections.insert(address, slot);
                    slot
                }
            }
        } else {
            spec.policy.choose(&mut state.memory, address, &mut draws)?
        };
        state.memory.in_flight[slot as usize] += 1;
        let visit = &mut self.state.visits[caller];
        visit.since = u64::from(slot);
        visit.holds |= hold::UPSTREAM;
        Some(state.slots[slot as usize].0)
    }

    /// Notes at a balancer that the request it sent upstream has been answered.
    fn upstream_answered(&mut self, id: VisitId, balancer: crate::model::BalancerId) {
        let visit = &mut self.state.visits[id];
        if visit.holds & hold::UPSTREAM != 0 {
            visit.holds &= !hold::UPSTREAM;
            self.state.balancers[balancer].memory.in_flight[visit.since as usize] -= 1;
        }
    }

    /// Sends `child` over the link to its node.
    #[inline]
    fn set_out(&mut self, child: VisitId, spec: &Call) {
        let link = self.link_to(child, spec);
        self.travel(child, link, purpose::REQUEST, Phase::Travelling);
    }

    /// The link between a call site and the instance that `child` is for.
    fn link_to(&self, child: VisitId, spec: &Call) -> Link {
        let node = self.model.instances[self.state.visits[child].place].node;
        let upstreams = match &spec.target {
            Target::Node(_, link) => return *link,
            Target::Name(_, nodes) => nodes,
            Target::Upstream(balancer) => &self.model.balancers[*balancer].upstreams,
        };
        let found = upstreams.iter().find(|(upstream, _)| *upstream == node);
        found.expect("a call goes to one of its targets").1
    }

    #[inline]
    fn travel(&mut self, id: VisitId, link: Link, purpose: u64, phase: Phase) {
        let visit = &mut self.state.visits[id];
        visit.phase = phase;
        // The two hops around a balancer carry the same stream; the node tells them apart.
        let tag = self.model.nodes[self.model.instances[visit.place].node].tag;
        let key = visit.stream.child(purpose.wrapping_add(tag));
        let (mut span, mut lane) = self.drawn(link.latency, key);
        if let Some((there, back)) = link.wires {
            let (wire, bytes) = match phase {
                Phase::Returning => (back, self.reply_bytes(id)),
                _ => (there, self.request_bytes(id)),
            };
            let free = self.state.wires[wire].max(self.state.now);
            let sent =
                free + Duration::from_nanos_f64(bytes as f64 * self.model.wires[wire].nanoseconds_per_byte);
            self.state.wires[wire] = sent;
            span = span + (sent - self.state.now);
            lane = None;
        }
        if span == Duration::ZERO {
            // Hand-offs happen at once.
            self.state.events += 1;
            match phase {
                Phase::Returning => self.deliver(id),
                _ => self.arrive(id),
            }
        } else {
            self.schedule(id, span, lane);
        }
    }

    /// `id` has left its node; its outcome goes back to whoever waits for it.
    pub(crate) fn send_back(&mut self, id: VisitId, outcome: Outcome) {
        let visit = &mut self.state.visits[id];
        visit.outcome = outcome;
        let parent = visit.parent;
        if !parent.is_some() {
            self.orphan_ends(id);
            return;
        }
        let is_branch = visit.holds & hold::BRANCH != 0;
        match self.call_of(parent) {
            Some(call) if !is_branch => {
                let link = self.link_to(id, &self.model.calls[call]);
                self.travel(id, link, purpose::REPLY, Phase::Returning);
            }
            _ => self.deliver(id),
        }
    }

    /// The call that `parent` (a caller, or the join of a fan-out) waits for.
    fn call_of(&self, parent: VisitId) -> Option<CallId> {
        match self.model.steps[usize::from(self.state.visits[parent].step)] {
            Step::Call(call) | Step::FanOut { call, .. } => Some(call),
            _ => None,
        }
    }

    /// The answer of `id` is there.
    pub(crate) fn deliver(&mut self, id: VisitId) {
        let visit = &self.state.visits[id];
        let (parent, outcome) = (visit.parent, visit.outcome);
        if !parent.is_some() {
            return self.orphan_ends(id);
        }
        self.state.visits.release(id);
        self.answer(parent, outcome);
    }

    /// The work of a visit that nobody waits for any more is over.
    fn orphan_ends(&mut self, id: VisitId) {
        let visit = &self.state.visits[id];
        if visit.parent == VisitId::GIVEN_UP && visit.outcome == Outcome::Completed {
            self.count_late(id);
        }
        self.state.visits.release(id);
    }

    /// `id` gets an answer to its call, or one of the answers it joins.
    fn answer(&mut self, id: VisitId, outcome: Outcome) {
        let visit = &mut self.state.visits[id];
        if visit.phase == Phase::Joining {
            return self.join_answer(id, outcome);
        }
        visit.wake = Time::NEVER;
        visit.link = VisitId::NONE.0;
        visit.phase = Phase::Running;
        self.after_attempt(id, outcome);
    }

    /// An attempt of `id` has ended: it goes on, tries again or fails.
    fn after_attempt(&mut self, id: VisitId, outcome: Outcome) {
        let model = self.model;
        let visit = &mut self.state.visits[id];
        let step = model.steps[usize::from(visit.step)];
        if let Step::Call(call) = step
            && let Target::Upstream(balancer) = model.calls[call].target
        {
            self.upstream_answered(id, balancer);
        }
        let visit = &mut self.state.visits[id];
        if outcome == Outcome::Completed {
            let hung_until = self.state.instances[visit.place].hung_until;
            if hung_until > self.state.now {
                // An instance that stands still goes on with the answer later.
                visit.phase = Phase::Waiting;
                return self.schedule(id, hung_until - self.state.now, None);
            }
            visit.step += 1;
            self.state.ready.push(id);
            return;
        }
        let (Step::Call(call) | Step::FanOut { call, .. }) = step else { return self.fail(id, outcome) };
        match self.retry_after(id, call) {
            None => self.fail(id, outcome),
            Some(wait) => {
                self.state.visits[id].phase = Phase::BackingOff;
                // Even without a wait it is an event of its own, so that endless retries meet the bound of events.
                self.schedule(id, wait, None);
            }
        }
    }

    /// How long `id` waits before it tries again, if it does.
    fn retry_after(&mut self, id: VisitId, call: CallId) -> Option<Duration> {
        let retry = self.model.calls[call].retry?;
        let policy = &self.model.retries[retry];
        let visit = &self.state.visits[id];
        if policy.attempts.is_some_and(|attempts| u32::from(visit.attempt) >= attempts) {
            return None;
        }
        if let Some(budget) = &policy.budget
            && !self.state.budgets[retry].withdraw(budget, self.state.now)
        {
            return None;
        }
        let key = visit.stream.child(purpose::BACKOFF).child(self.model.calls[call].tag);
        let retries = u32::from(visit.attempt).saturating_sub(1);
        Some(policy.backoff.wait(retries, &mut key.draws(), &self.model.samplers))
    }

    /// The call of `id` has taken too long: it is given up, but the work below goes on unless it is cancelled.
    pub(crate) fn call_timed_out(&mut self, id: VisitId) {
        let visit = &self.state.visits[id];
        let is_client = visit.depth == 0;
        let below = VisitId(visit.link);
        let cancels = self.call_of(id).is_some_and(|call| self.model.calls[call].cancels);
        self.state.visits[id].link = VisitId::NONE.0;
        self.state.visits[id].phase = Phase::Running;
        self.let_go(below, is_client);
        if cancels {
            self.cancel(below);
        }
        let outcome = if is_client { Outcome::Timeout } else { Outcome::UpstreamTimeout };
        self.after_attempt(id, outcome);
    }

    /// Nobody waits for `id` any more.
    pub(crate) fn let_go(&mut self, id: VisitId, by_client: bool) {
        if !id.is_some() {
            return;
        }
        self.state.visits[id].parent = if by_client { VisitId::GIVEN_UP } else { VisitId::NONE };
    }

    /// Makes a visit that collects `count` answers for `id`, of which `need` must be good.
    fn join(&mut self, id: VisitId, count: u16, need: u16) -> VisitId {
        let caller = &self.state.visits[id];
        let mut join = below(caller, id, caller.stream);
        (join.parent, join.place, join.step) = (id, caller.place, caller.step);
        (join.phase, join.link, join.since) = (Phase::Joining, u32::from(count), u64::from(need));
        let join = self.insert_below(join);
        self.state.visits[id].link = join.0;
        join
    }

    fn join_answer(&mut self, id: VisitId, outcome: Outcome) {
        let join = &mut self.state.visits[id];
        join.link -= 1;
        let parent = join.parent;
        let still_out = u64::from(join.link);
        let verdict = if outcome == Outcome::Completed {
            join.since = join.since.saturating_sub(1);
            (join.since == 0).then_some(Outcome::Completed)
        } else {
            (still_out < join.since).then_some(outcome)
        };
        if let Some(verdict) = verdict
            && parent.is_some()
        {
            // Later answers count for nobody.
            self.state.visits[id].parent = VisitId::NONE;
            self.answer(parent, verdict);
        }
        if still_out == 0 {
            self.state.visits.release(id);
        }
    }

    /// Stops the work of `id` and of what it waits for, where the scenario says that giving up is told downwards.
    pub(crate) fn cancel(&mut self, id: VisitId) {
        if !id.is_some() {
            return;
        }
        let visit = &self.state.visits[id];
        let is_calling = visit.phase == Phase::Calling;
        let below = VisitId(visit.link);
        match visit.phase {
            // What travels back, or collects answers, uses nothing.
            Phase::Returning | Phase::Joining | Phase::Over | Phase::Free | Phase::Thinking => return,
            Phase::Travelling => return self.state.visits.release(id),
            Phase::Running => return,
            Phase::InLine
            | Phase::Working
            | Phase::Waiting
            | Phase::Calling
            | Phase::BackingOff
            | Phase::Parked => {}
        }
        if is_calling {
            self.state.visits[id].link = VisitId::NONE.0;
            self.let_go(below, false);
            self.cancel(below);
        }
        self.kill(id, Outcome::Cancelled);
    }

    /// Ends `id` wherever it is, with an error for whoever waits for it.
    pub(crate) fn kill(&mut self, id: VisitId, outcome: Outcome) {
        let id = self.withdraw(id);
        let visit = &mut self.state.visits[id];
        visit.wake = Time::NEVER;
        if visit.phase == Phase::Calling {
            let below = VisitId(visit.link);
            self.let_go(below, false);
            let step = self.model.steps[usize::from(self.state.visits[id].step)];
            if let Step::Call(call) = step
                && let Target::Upstream(balancer) = self.model.calls[call].target
            {
                self.upstream_answered(id, balancer);
            }
        }
        self.state.visits[id].phase = Phase::Running;
        self.fail(id, outcome);
    }

    /// The number that stands for the source address of the request that `id` belongs to.
    pub(crate) fn address_of(&self, id: VisitId) -> u64 {
        let root = self.root_of(id);
        self.session_of(root).unwrap_or(self.state.visits[root].since)
    }
}

/// A visit below `caller`, with everything that the request hands down.
#[inline]
fn below(caller: &Visit, id: VisitId, stream: Key) -> Visit {
    Visit {
        stream,
        entered: Time::ZERO,
        wake: Time::NEVER,
        since: 0,
        parent: id,
        link: VisitId::NONE.0,
        place: caller.place,
        ordinal: caller.ordinal,
        root: if caller.depth == 0 { id.0 } else { caller.root },
        step: 0,
        attempt: 0,
        class: caller.class,
        phase: Phase::Running,
        holds: 0,
        outcome: Outcome::Completed,
        depth: caller.depth + 1,
        priority: caller.priority,
    }
}
