//! Calls: sending a visit below another, waiting for its answer, giving up, trying again, joining several answers.

use crate::model::step::{Program, Step};
use crate::model::{BalancerId, Call, CallId, Delay, InstanceId, Link, Model, NodeId, RetryId, Target};
use crate::random::{Key, hash_name};
use crate::time::{Duration, Time};

use super::state::State;
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
        let attempt = self.begin_attempt(model, id, spec);
        let caller = self.caller(id);
        match self.spawn(model, caller, id, spec, u64::from(attempt)) {
            Ok((child, link)) => {
                let visit = &mut self.visits[id];
                visit.link = child.0;
                visit.phase = Phase::Calling;
                if spec.timeout.is_some() {
                    self.set_deadline(model, id, spec);
                }
                self.travel(model, child, link, purpose::REQUEST, Phase::Travelling)
            }
            Err(outcome) => self.after_attempt(model, id, outcome),
        }
    }

    #[inline(never)]
    fn fan_out(&mut self, model: &Model, id: VisitId, call: CallId, count: u16, need: u16) -> VisitId {
        let spec = &model.calls[call];
        let attempt = self.begin_attempt(model, id, spec);
        let join = self.join(id, count, need);
        self.visits[id].phase = Phase::Calling;
        self.set_deadline(model, id, spec);
        let caller = self.caller(id);
        for branch in 0..u64::from(count) {
            let number = u64::from(attempt) * u64::from(count) + branch;
            let next = match self.spawn(model, caller, join, spec, number) {
                Ok((child, link)) => self.travel(model, child, link, purpose::REQUEST, Phase::Travelling),
                Err(outcome) => self.answer(model, join, outcome),
            };
            if next.is_some() {
                self.ready.push_back(next);
            }
        }
        VisitId::NONE
    }

    #[inline(never)]
    fn fork(&mut self, id: VisitId, first: Program, branches: u16, need: u16) -> VisitId {
        let join = self.join(id, branches, need);
        self.visits[id].phase = Phase::Calling;
        self.visits[id].wake = Time::NEVER;
        let caller = self.caller(id);
        for branch in 0..branches {
            let stream = caller.stream.child(purpose::BRANCH).numbered(u64::from(branch));
            let child = self.insert_below(caller, stream, join, caller.place, first + branch);
            let visit = &mut self.visits[child];
            (visit.entered, visit.holds) = (self.now, hold::BRANCH);
            self.ready.push_back(child);
        }
        VisitId::NONE
    }

    /// Counts an attempt of `id`, and says how many there were before.
    #[inline(always)]
    fn begin_attempt(&mut self, model: &Model, id: VisitId, spec: &Call) -> u16 {
        let visit = &mut self.visits[id];
        let before = visit.attempt;
        visit.attempt = before.saturating_add(1);
        if visit.depth == 0 {
            self.count_attempt(model, id, before == 0);
        }
        if let Some(retry) = spec.retry
            && before == 0
        {
            self.deposit(model, retry);
        }
        before
    }

    #[inline(never)]
    fn deposit(&mut self, model: &Model, retry: RetryId) {
        if let Some(budget) = &model.retries[retry].budget {
            self.budgets[retry].deposit(budget, self.now);
        }
    }

    /// Writes down when `id` gives its call up.
    fn set_deadline(&mut self, model: &Model, id: VisitId, spec: &Call) {
        self.visits[id].wake = Time::NEVER;
        if let Some(timeout) = spec.timeout {
            let key = self.visits[id].stream.child(purpose::TIMEOUT).child(spec.tag);
            let (span, lane) = self.drawn(model, timeout, key);
            self.schedule(id, span, lane);
        }
    }

    /// Makes the visit that `caller` sends to the target of a call, with `parent` waiting for it, and says over
    /// which link it goes; or says why it is not sent.
    #[inline(always)]
    fn spawn(
        &mut self,
        model: &Model,
        caller: Caller,
        parent: VisitId,
        spec: &Call,
        number: u64,
    ) -> Result<(VisitId, Link), Outcome> {
        if caller.depth == u8::MAX || spec.depth_bound.is_some_and(|bound| u16::from(caller.depth) >= bound) {
            return Err(Outcome::TooDeep);
        }
        let (place, link) = self.destination(model, caller.id, spec).ok_or(Outcome::Refused)?;
        let stream = match spec.target {
            // A balancer hands the request on: it changes none of its draws.
            Target::Upstream(_) => caller.stream,
            Target::Node(..) | Target::Name(..) => caller.stream.numbered_child(spec.tag, number),
        };
        let step = model.nodes[model.instances[place].node].entry[usize::from(spec.operation)];
        Ok((self.insert_below(caller, stream, parent, place, step), link))
    }

    /// What a visit hands down to those below it.
    #[inline(always)]
    fn caller(&self, id: VisitId) -> Caller {
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
    fn insert_below(
        &mut self,
        caller: Caller,
        stream: Key,
        parent: VisitId,
        place: InstanceId,
        step: Program,
    ) -> VisitId {
        self.visits[VisitId(caller.root)].root += 1;
        self.visits.insert(Visit {
            stream,
            entered: Time::ZERO,
            wake: Time::NEVER,
            since: 0,
            parent,
            link: VisitId::NONE.0,
            place,
            ordinal: caller.ordinal,
            root: caller.root,
            step,
            attempt: 0,
            class: caller.class,
            phase: Phase::Running,
            holds: 0,
            outcome: Outcome::Completed,
            depth: caller.depth + 1,
            priority: caller.priority,
        })
    }

    /// Which instance takes the call, and over which link.
    #[inline(always)]
    fn destination(&mut self, model: &Model, caller: VisitId, spec: &Call) -> Option<(InstanceId, Link)> {
        match &spec.target {
            Target::Node(node, link) => Some((self.next_turn(*node)?, *link)),
            Target::Upstream(balancer) => self.choose_upstream(model, caller, *balancer),
            Target::Name(name, nodes) => {
                let (node, link) = nodes[self.resolved(model, caller, *name)];
                Some((self.next_turn(node)?, link))
            }
        }
    }

    #[inline(always)]
    fn next_turn(&mut self, node: NodeId) -> Option<InstanceId> {
        let turns = &mut self.turns[node];
        let turn = if (turns.next as usize) < turns.ready.len() { turns.next } else { 0 };
        turns.next = turn + 1;
        turns.ready.get(turn as usize).copied()
    }

    #[inline(always)]
    fn choose_upstream(
        &mut self,
        model: &Model,
        caller: VisitId,
        balancer: BalancerId,
    ) -> Option<(InstanceId, Link)> {
        let spec = &model.balancers[balancer];
        let mut draws = self.visits[caller].stream.child(spec.tag).draws();
        let address = if spec.needs_address() { self.address_of(model, caller) } else { 0 };
        let state = &mut self.balancers[balancer];
        let kept = if spec.per_connection { state.connections.get(&address).copied() } else { None };
        let slot = match kept {
            Some(slot) => slot,
            None => spec.policy.choose(&mut state.memory, address, &mut draws)?,
        };
        if spec.per_connection && kept.is_none() {
            state.connections.insert(address, slot);
        }
        state.memory.in_flight[slot as usize] += 1;
        let (place, upstream) = state.slots[slot as usize];
        let visit = &mut self.visits[caller];
        visit.since = u64::from(slot);
        visit.holds |= hold::UPSTREAM;
        Some((place, spec.upstreams[upstream as usize].1))
    }

    /// Notes at a balancer that the request it sent upstream has been answered.
    #[inline(always)]
    fn upstream_answered(&mut self, model: &Model, id: VisitId) {
        let visit = &mut self.visits[id];
        visit.holds &= !hold::UPSTREAM;
        let slot = visit.since as usize;
        if let Step::Call(call) = model.steps[usize::from(visit.step)]
            && let Target::Upstream(balancer) = model.calls[call].target
        {
            self.balancers[balancer].memory.in_flight[slot] -= 1;
        }
    }

    /// The link over which an answer from `place` goes back to the caller.
    #[inline(always)]
    fn link_back(&self, model: &Model, place: InstanceId, caller: VisitId) -> Option<Link> {
        let visit = &self.visits[caller];
        let (Step::Call(call) | Step::FanOut { call, .. }) = model.steps[usize::from(visit.step)] else {
            return None;
        };
        Some(match &model.calls[call].target {
            Target::Node(_, link) => *link,
            Target::Upstream(balancer) => {
                let (_, upstream) = self.balancers[*balancer].slots[visit.since as usize];
                model.balancers[*balancer].upstreams[upstream as usize].1
            }
            Target::Name(_, nodes) => {
                let node = model.instances[place].node;
                nodes.iter().find(|(target, _)| *target == node)?.1
            }
        })
    }

    /// Sends `id` over `link`, to its node or back from it. Says who goes on if that takes no time.
    #[inline(always)]
    fn travel(&mut self, model: &Model, id: VisitId, link: Link, purpose: u64, phase: Phase) -> VisitId {
        let visit = &mut self.visits[id];
        visit.phase = phase;
        let (span, lane) = match link {
            Link { latency: Delay::None, wires: None } => {
                // Hand-offs happen at once, unless the instance stands still: it hears nothing meanwhile.
                if phase != Phase::Returning && self.is_postponed(id) {
                    return VisitId::NONE;
                }
                self.events += 1;
                return match phase {
                    Phase::Returning => self.deliver(model, id),
                    _ => self.arrive(model, id),
                };
            }
            Link { latency: Delay::Constant { span, lane }, wires: None } => (span, lane),
            Link { .. } => (self.transfer(model, id, link, purpose), None),
        };
        self.schedule(id, span, lane);
        VisitId::NONE
    }

    /// How long `id` is on its way over a link with a drawn latency or a bandwidth.
    #[inline(never)]
    fn transfer(&mut self, model: &Model, id: VisitId, link: Link, purpose: u64) -> Duration {
        let visit = &self.visits[id];
        // The two hops around a balancer carry the same stream; the node tells them apart.
        let tag = model.nodes[model.instances[visit.place].node].tag;
        let key = visit.stream.child(purpose.wrapping_add(tag));
        let is_reply = visit.phase == Phase::Returning;
        let (latency, _) = self.drawn(model, link.latency, key);
        let Some((there, back)) = link.wires else { return latency };
        let wire = if is_reply { back } else { there };
        let bytes = if is_reply { self.reply_bytes(model, id) } else { self.request_bytes(model, id) };
        let free = self.wires[wire].max(self.now);
        let sent = free + Duration::from_nanos_f64(bytes as f64 * model.wires[wire].nanoseconds_per_byte);
        self.wires[wire] = sent;
        latency + (sent - self.now)
    }

    /// `id` has left its node; its outcome goes back to whoever waits for it. Says who goes on.
    #[inline(always)]
    pub(crate) fn send_back(&mut self, model: &Model, id: VisitId, outcome: Outcome) -> VisitId {
        let visit = &mut self.visits[id];
        visit.outcome = outcome;
        if !visit.parent.is_some() {
            self.orphan_ends(model, id);
            return VisitId::NONE;
        }
        if visit.holds & hold::BRANCH != 0 {
            return self.deliver(model, id);
        }
        let (place, parent) = (visit.place, visit.parent);
        // The join of a fan-out stands at the same step as the caller, so either leads to the call.
        match self.link_back(model, place, parent) {
            Some(link) => self.travel(model, id, link, purpose::REPLY, Phase::Returning),
            None => self.deliver(model, id),
        }
    }

    /// The answer of `id` is there. Says who goes on.
    #[inline(always)]
    pub(crate) fn deliver(&mut self, model: &Model, id: VisitId) -> VisitId {
        let visit = &self.visits[id];
        let (parent, outcome) = (visit.parent, visit.outcome);
        if !parent.is_some() {
            self.orphan_ends(model, id);
            return VisitId::NONE;
        }
        self.visits.release(id);
        self.answer(model, parent, outcome)
    }

    /// The work of a visit that nobody waits for any more is over.
    #[cold]
    #[inline(never)]
    fn orphan_ends(&mut self, model: &Model, id: VisitId) {
        let visit = &self.visits[id];
        if visit.parent == VisitId::GIVEN_UP && visit.outcome == Outcome::Completed {
            self.count_late(model, id);
        }
        self.visits.release(id);
    }

    /// `id` gets an answer to its call, or one of the answers it joins. Says who goes on.
    #[inline(always)]
    fn answer(&mut self, model: &Model, id: VisitId, outcome: Outcome) -> VisitId {
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
    fn after_attempt(&mut self, model: &Model, id: VisitId, outcome: Outcome) -> VisitId {
        let visit = &mut self.visits[id];
        if outcome == Outcome::Completed {
            let hung_until = self.instances[visit.place].hung_until;
            if hung_until <= self.now {
                visit.step += 1;
                return id;
            }
            // An instance that stands still goes on with the answer later.
            visit.phase = Phase::Waiting;
            self.schedule(id, hung_until - self.now, None);
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
                self.schedule(id, wait, None);
                VisitId::NONE
            }
        }
    }

    /// How long `id` waits before it tries again, if it does.
    fn retry_after(&mut self, model: &Model, id: VisitId, call: CallId) -> Option<Duration> {
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

    /// The call of `id` has taken too long: it is given up, but the work below goes on unless it is cancelled. Says
    /// who goes on.
    #[inline(never)]
    pub(crate) fn call_timed_out(&mut self, model: &Model, id: VisitId) -> VisitId {
        let visit = &mut self.visits[id];
        let is_client = visit.depth == 0;
        let below = VisitId(visit.link);
        (visit.link, visit.phase) = (VisitId::NONE.0, Phase::Running);
        if visit.holds & hold::UPSTREAM != 0 {
            self.upstream_answered(model, id);
        }
        self.let_go(below, is_client);
        if let Step::Call(call) | Step::FanOut { call, .. } = model.steps[usize::from(self.visits[id].step)]
            && model.calls[call].cancels
        {
            self.cancel(model, below);
        }
        let outcome = if is_client { Outcome::Timeout } else { Outcome::UpstreamTimeout };
        self.after_attempt(model, id, outcome)
    }

    /// Nobody waits for `id` any more.
    pub(crate) fn let_go(&mut self, id: VisitId, by_client: bool) {
        if !id.is_some() {
            return;
        }
        self.visits[id].parent = if by_client { VisitId::GIVEN_UP } else { VisitId::NONE };
    }

    /// Makes a visit that collects `count` answers for `id`, of which `need` must be good.
    fn join(&mut self, id: VisitId, count: u16, need: u16) -> VisitId {
        let caller = self.caller(id);
        let step = self.visits[id].step;
        let join = self.insert_below(caller, caller.stream, id, caller.place, step);
        let visit = &mut self.visits[join];
        (visit.phase, visit.link, visit.since) = (Phase::Joining, u32::from(count), u64::from(need));
        self.visits[id].link = join.0;
        join
    }

    #[inline(never)]
    fn join_answer(&mut self, model: &Model, id: VisitId, outcome: Outcome) -> VisitId {
        let join = &mut self.visits[id];
        join.link -= 1;
        let parent = join.parent;
        let still_out = u64::from(join.link);
        let verdict = if outcome == Outcome::Completed {
            join.since = join.since.saturating_sub(1);
            (join.since == 0).then_some(Outcome::Completed)
        } else {
            (still_out < join.since).then_some(outcome)
        };
        let mut next = VisitId::NONE;
        if let Some(verdict) = verdict
            && parent.is_some()
        {
            // Later answers count for nobody.
            self.visits[id].parent = VisitId::NONE;
            next = self.answer_once(model, parent, verdict);
        }
        if still_out == 0 {
            self.visits.release(id);
        }
        next
    }

    /// [`State::answer`] for a caller that joins, out of line to end the recursion of inlining.
    #[inline(never)]
    fn answer_once(&mut self, model: &Model, id: VisitId, outcome: Outcome) -> VisitId {
        self.answer(model, id, outcome)
    }

    /// Stops the work of `id` and of what it waits for, where the scenario says that giving up is told downwards.
    pub(crate) fn cancel(&mut self, model: &Model, id: VisitId) {
        if !id.is_some() {
            return;
        }
        let visit = &self.visits[id];
        let is_calling = visit.phase == Phase::Calling;
        let below = VisitId(visit.link);
        match visit.phase {
            // What travels back, or collects answers, uses nothing.
            Phase::Returning | Phase::Joining | Phase::Over | Phase::Free | Phase::Thinking => return,
            Phase::Travelling => return self.visits.release(id),
            Phase::Running => return,
            Phase::InLine
            | Phase::Working
            | Phase::Waiting
            | Phase::Calling
            | Phase::BackingOff
            | Phase::Parked => {}
        }
        if is_calling {
            self.visits[id].link = VisitId::NONE.0;
            self.let_go(below, false);
            self.cancel(model, below);
        }
        self.kill(model, id, Outcome::Cancelled);
    }

    /// Ends `id` wherever it is, with an error for whoever waits for it.
    #[inline(never)]
    pub(crate) fn kill(&mut self, model: &Model, id: VisitId, outcome: Outcome) {
        let id = self.withdraw(model, id);
        let visit = &mut self.visits[id];
        visit.wake = Time::NEVER;
        if visit.phase == Phase::Calling {
            let below = VisitId(visit.link);
            let is_upstream = visit.holds & hold::UPSTREAM != 0;
            self.let_go(below, false);
            if is_upstream {
                self.upstream_answered(model, id);
            }
        }
        self.visits[id].phase = Phase::Running;
        let next = self.fail(model, id, outcome);
        if next.is_some() {
            self.ready.push_back(next);
        }
    }

    /// The number that stands for the source address of the request that `id` belongs to.
    #[inline(never)]
    pub(crate) fn address_of(&self, model: &Model, id: VisitId) -> u64 {
        let root = self.root_of(id);
        self.session_of(model, root).unwrap_or(self.visits[root].since)
    }
}

/// What a visit hands down to those below it: read out once, since it may be over before the last of them sets out.
#[derive(Clone, Copy)]
struct Caller {
    id: VisitId,
    stream: Key,
    place: InstanceId,
    ordinal: u32,
    root: u32,
    class: u8,
    depth: u8,
    priority: u8,
}
