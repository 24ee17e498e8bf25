//! In passing: a call of nodes next door that do nothing but one piece of foreseen work, done at once.
//!
//! Start and end of the work are known on arrival, and who waits for the answer does nothing before it is there. So no
//! visits are made: what they would have done is written down, and the caller goes on when it is answered. A balancer on
//! the way chooses as ever, and hears of the answer in time for its next choice.

use crate::model::step::{PoolSlot, Step};
use crate::model::{BalancerId, Call, CallId, Delay, InstanceId, Model, SamplerId, Target};
use crate::time::Time;

use super::agenda::{Event, Rank};
use super::call::{Caller, Errand};
use super::pool::Service;
use super::state::{Life, State};
use super::visit::{Outcome, Phase, Visit, VisitId};

/// A program that may be run in passing.
enum Plain {
    /// Work, and a reply.
    Work(PoolSlot, SamplerId, u64),
    /// A balancer's choice, a call of who was chosen, and a reply.
    Choice(BalancerId, CallId),
}

/// How far a call has come in passing.
enum Passing {
    /// It will be answered then.
    Answered(Time),
    /// To where it sets out.
    Sent(Errand),
    /// To a balancer by the first errand, which calls whom it has chosen by the second.
    Chosen(Errand, CallId, Errand),
    /// Nowhere.
    Refused(Outcome),
}

impl State {
    /// Whether a call next door may be done in passing: who calls is at the clock, and may go beyond.
    #[inline(always)]
    pub(crate) fn may_pass(&self) -> bool {
        self.now == self.ahead.clock && self.now < self.ahead.reach
    }

    /// Makes a call of `id` in passing as far as that can be done. Says who goes on.
    #[inline(never)]
    pub(crate) fn call_in_passing(&mut self, model: &Model, id: VisitId, call: &Call) -> VisitId {
        let attempt = self.begin_attempt(model, id, call);
        let passing = self.pass(model, self.caller(id), call, attempt);
        self.carry_on(model, id, call, passing)
    }

    /// Makes a request that has been counted, and whose program is this call, in passing: without a visit if it is
    /// answered so. Says who goes on.
    #[inline(always)]
    pub(crate) fn request_in_passing(&mut self, model: &Model, root: Visit, call: &Call) -> VisitId {
        if let Some(retry) = call.retry {
            self.deposit(model, retry);
        }
        match self.pass(model, Caller::of_request(&root), call, 0) {
            Passing::Answered(at) => {
                self.ahead.furthest = self.ahead.furthest.max(at);
                self.count_end(model, &root, at, Outcome::Completed);
                VisitId::NONE
            }
            passing => {
                let id = self.visits.insert(Visit { attempt: 1, ..root });
                self.carry_on(model, id, call, passing)
            }
        }
    }

    /// Goes on with a call of `id` from where it could be made in passing to. Says who goes on.
    #[inline(always)]
    fn carry_on(&mut self, model: &Model, id: VisitId, call: &Call, passing: Passing) -> VisitId {
        match passing {
            Passing::Answered(at) => {
                // The answer is counted where it was written down.
                self.events -= 1;
                self.pass_to(at, Rank::Completion);
                self.visits[id].step += 1;
                id
            }
            Passing::Sent(errand) => self.set_out(model, self.caller(id), call, errand),
            Passing::Chosen(errand, upstream, chosen) => {
                self.go_upstream(model, id, call, errand, upstream, chosen)
            }
            Passing::Refused(outcome) => self.after_attempt(model, id, outcome),
        }
    }

    /// Makes a call in passing as far as that can be done.
    #[inline(always)]
    fn pass(&mut self, model: &Model, caller: Caller, call: &Call, attempt: u16) -> Passing {
        let errand = match self.errand(model, caller, call, u64::from(attempt)) {
            Ok(errand) => errand,
            Err(outcome) => return Passing::Refused(outcome),
        };
        // Later answers are as if there were none.
        let latest = match call.timeout {
            None => self.ahead.reach,
            Some(Delay::Constant(span)) => self.ahead.reach.min(self.now.saturating_add(span)),
            Some(_) => Time::ZERO,
        };
        let plain = if errand.counted.is_none() { self.plain_program(model, &errand, latest) } else { None };
        match plain {
            Some(Plain::Work(pool, demand, tag)) => {
                match self.work_in_passing(model, &errand, (pool, demand, tag), latest) {
                    Some(at) => Passing::Answered(at),
                    None => Passing::Sent(errand),
                }
            }
            Some(Plain::Choice(balancer, upstream)) => {
                // Who asks for the address of a request asks its visit.
                if !caller.id.is_some() && model.balancers[balancer].needs_address() {
                    return Passing::Sent(errand);
                }
                let operation = model.calls[upstream].operation;
                let root = VisitId(caller.root);
                let Some(chosen) = self.choose_upstream(model, balancer, operation, root, errand.stream)
                else {
                    return Passing::Sent(errand);
                };
                let Some(at) = self.upstream_in_passing(model, &chosen, latest) else {
                    return Passing::Chosen(errand, upstream, chosen);
                };
                self.stay_in_passing(model, errand.place, at);
                if let Some(slot) = chosen.counted {
                    let (ordinal, stream) = (caller.ordinal, chosen.stream);
                    let answer = Event::of_request(at, Rank::Completion, ordinal, stream, slot);
                    self.balancers[balancer].note_answer(&model.balancers[balancer].policy, answer);
                }
                Passing::Answered(at)
            }
            None => Passing::Sent(errand),
        }
    }

    /// What is done on an errand, if that is plain and may be over by `latest`.
    #[inline(always)]
    fn plain_program(&self, model: &Model, errand: &Errand, latest: Time) -> Option<Plain> {
        let step = usize::from(errand.step);
        let is_seen = latest <= self.now || self.tally.recorder.is_some();
        if is_seen || self.instances[errand.place].life != Life::Up {
            return None;
        }
        let plain = match model.steps[step] {
            Step::Work { pool, demand, tag } => Plain::Work(pool, demand, tag),
            Step::Call(call) => match model.calls[call].target {
                Target::Upstream(balancer) => Plain::Choice(balancer, call),
                Target::Node(..) | Target::Name(..) => return None,
            },
            _ => return None,
        };
        matches!(model.steps[step + 1], Step::Reply).then_some(plain)
    }

    /// Works on what a balancer has sent upstream. Says when that is over, if it can be done.
    #[inline(always)]
    fn upstream_in_passing(&mut self, model: &Model, chosen: &Errand, latest: Time) -> Option<Time> {
        if !model.links[usize::from(chosen.via)].is_instant() {
            return None;
        }
        match self.plain_program(model, chosen, latest)? {
            Plain::Work(pool, demand, tag) => {
                self.work_in_passing(model, chosen, (pool, demand, tag), latest)
            }
            Plain::Choice(..) => None,
        }
    }

    /// Works on an errand, if that is over by `latest`. Says when.
    #[inline(always)]
    fn work_in_passing(
        &mut self,
        model: &Model,
        errand: &Errand,
        (slot, demand, tag): (PoolSlot, SamplerId, u64),
        latest: Time,
    ) -> Option<Time> {
        let now = self.now;
        let place = &model.instances[errand.place];
        let pool = &mut self.pools[place.pools[usize::from(slot)]];
        let Service::Foreseen(foreseen) = &mut pool.service else { return None };
        let instance = &self.instances[errand.place];
        let span = instance.work_span(&model.samplers[demand], errand.stream.child(tag));
        let start = foreseen.start(now);
        let end = start.saturating_add(span);
        if end <= now || end > latest {
            return None;
        }
        if start > now && !foreseen.line_up(&mut pool.account, now, start, latest) {
            return None;
        }
        foreseen.occupy(end);
        pool.account.start(start, span, true);
        if now >= self.tally.from {
            self.tally.nodes[place.node].waits[usize::from(slot)].record((start - now).0);
        }
        self.events += 1;
        self.stay_in_passing(model, errand.place, end);
        Some(end)
    }

    /// Writes down a visit to `place` from now to `end`: its coming, and that of its answer.
    #[inline(always)]
    fn stay_in_passing(&mut self, model: &Model, place: InstanceId, end: Time) {
        let now = self.now;
        let stay = end - now;
        let instance = &mut self.instances[place];
        instance.arrivals += 1;
        instance.present.pass(now, end);
        instance.stays += u128::from(stay.0);
        if now >= self.tally.from {
            self.tally.nodes[model.instances[place].node].latency.record(stay.0);
        }
        self.events += 2;
    }

    /// A balancer has chosen who cannot be visited in passing: the visits to both are made after all. Says who goes on.
    #[inline(never)]
    fn go_upstream(
        &mut self,
        model: &Model,
        id: VisitId,
        call: &Call,
        errand: Errand,
        upstream: CallId,
        chosen: Errand,
    ) -> VisitId {
        let balancer = self.send_below(model, self.caller(id), call, errand);
        self.travel::<true>(model, balancer, Phase::Travelling);
        self.visits[balancer].attempt = 1;
        self.set_out(model, self.caller(balancer), &model.calls[upstream], chosen)
    }
}
