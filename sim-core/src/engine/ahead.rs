//! Running ahead: a visit goes on at once to the end of a wait whose length is known, without an event on the agenda.
//!
//! ## Invariant: who runs ahead changes nothing that others see, and nobody looks meanwhile
//! A visit runs ahead of the clock while what it does is its own business: nobody else's fate depends on it, nor its
//! own on others. Before its first step that is not, it waits on the agenda for the clock. It never passes the next *look*: an
//! instant at which a controller, the observers or whoever runs the engine see the state. So all of them see what they
//! would have seen if everything had been done by the clock, and results are the same bits.

use crate::model::step::Step;
use crate::model::{Model, RunPlan, Target};
use crate::time::Time;

use super::agenda::{Event, Rank};
use super::state::{Life, State};
use super::visit::{Outcome, Phase, VisitId, hold};

/// Where the clock stands, and how far beyond it visits may be.
#[derive(Clone, PartialEq, Debug)]
pub struct Ahead {
    /// The time of the event that is being handled; [`State::now`] is beyond it for who runs ahead.
    pub clock: Time,
    /// Up to here visits may run ahead.
    pub reach: Time,
    /// How far the furthest visit so far has gone.
    pub furthest: Time,
    /// The rank of the event that the visit which runs ahead would have had.
    rank: Rank,
}

impl Default for Ahead {
    fn default() -> Ahead {
        Ahead { clock: Time::ZERO, reach: Time::ZERO, furthest: Time::ZERO, rank: Rank::Completion }
    }
}

/// The looks to come, of controllers and observers; the soonest last. There are few of them.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Looks(Vec<Event>);

impl Looks {
    /// Writes a look down.
    pub fn push(&mut self, look: Event) {
        let place = self.0.partition_point(|other| *other > look);
        self.0.insert(place, look);
    }

    /// When the next one is.
    pub fn next(&self) -> Time {
        self.0.last().map_or(Time::NEVER, |look| look.time())
    }

    /// Takes the next one.
    pub fn pop(&mut self) -> Option<Event> {
        self.0.pop()
    }
}

impl State {
    /// Lets visits run ahead up to `until`, where that is possible at all.
    pub(crate) fn set_reach(&mut self, model: &Model, until: Time) {
        // What stands still is put off event by event.
        let stands_still = self.hung_until > self.ahead.clock;
        // A call that is given up and cancelled undoes what is under way below it.
        let cancels = model.calls.iter().any(|call| call.cancels && call.timeout.is_some());
        self.ahead.reach =
            if self.is_near_bound(&model.run) || stands_still || cancels { Time::ZERO } else { until };
    }

    /// Whether half of a bound of the run is reached: from there on nobody runs ahead, so that the run stops where the
    /// clock would stop it.
    pub(crate) fn is_near_bound(&self, plan: &RunPlan) -> bool {
        self.events > plan.limits.events / 2 || self.visits.in_flight() > plan.limits.visits / 2
    }

    /// Whether `now` is beyond the clock.
    #[inline(always)]
    pub(crate) fn is_ahead(&self) -> bool {
        self.now != self.ahead.clock
    }

    /// Whether a wait that ends at `at` need not be written down.
    #[inline(always)]
    pub(crate) fn is_within_reach(&self, at: Time) -> bool {
        self.ahead.clock < at && at <= self.ahead.reach
    }

    /// `id` waits until a time that is known: it goes there at once, or has it written down. Says who goes on.
    #[inline(always)]
    pub(crate) fn go_ahead(&mut self, model: &Model, id: VisitId) -> VisitId {
        let visit = &mut self.visits[id];
        let (at, phase) = (visit.wake, visit.phase);
        let Some(rank) = phase.rank() else { return VisitId::NONE };
        // Of several events at one instant the last one in order counts.
        let stands_still = at == self.now && self.now != self.ahead.clock;
        let rank = if stands_still { self.ahead.rank.max(rank) } else { rank };
        if self.ahead.clock >= at || at > self.ahead.reach {
            self.agenda.push(Event::new(at, rank, visit.ordinal, id.0));
            return VisitId::NONE;
        }
        if phase == Phase::Working || phase == Phase::Waiting {
            visit.step += 1;
            visit.phase = Phase::Due;
        }
        if phase != Phase::Returning {
            let step = model.steps[usize::from(visit.step)];
            if !self.is_own_business(model, id, step, at) {
                let event = Event::new(at, rank, self.visits[id].ordinal, id.0);
                self.agenda.push(event);
                return VisitId::NONE;
            }
        }
        self.ahead.rank = rank;
        self.ahead.furthest = self.ahead.furthest.max(at);
        self.now = at;
        self.events += 1;
        match phase {
            Phase::Travelling => self.arrive(model, id),
            Phase::Returning => self.deliver(model, id),
            _ => {
                let visit = &mut self.visits[id];
                (visit.phase, visit.wake) = (Phase::Running, Time::NEVER);
                id
            }
        }
    }

    /// `id`, which has run ahead, goes on when the clock is where it is.
    #[inline(always)]
    pub(crate) fn wait_for_the_clock(&mut self, id: VisitId) -> VisitId {
        let at = self.now;
        let visit = &mut self.visits[id];
        visit.wake = at;
        if visit.phase == Phase::Running {
            visit.phase = Phase::Due;
        }
        let event = Event::new(at, self.ahead.rank, visit.ordinal, id.0);
        self.agenda.push(event);
        // It is counted when the event comes.
        self.events -= 1;
        VisitId::NONE
    }

    /// Whether `id` may do this step at `at`, ahead of the clock.
    #[inline(always)]
    pub(crate) fn is_own_business(&self, model: &Model, id: VisitId, step: Step, at: Time) -> bool {
        match step {
            Step::Wait { .. } | Step::Choose { .. } | Step::Jump(_) => true,
            Step::Lookup { cache, .. } | Step::Fill { cache } => model.caches[cache].hit_ratio.is_some(),
            Step::Reply | Step::Fail => {
                model.wires.is_empty() && self.leaves_nothing(id) && self.is_awaited(id, at)
            }
            Step::Call(call) => {
                let call = &model.calls[call];
                let has_budget = call.retry.is_some_and(|retry| model.retries[retry].budget.is_some());
                let is_only_one = match call.target {
                    Target::Node(node, _) => model.nodes[node].most_instances == 1,
                    Target::Name(..) | Target::Upstream(_) => false,
                };
                is_only_one && !has_budget && model.wires.is_empty() && self.leaves_nothing(id)
            }
            Step::Work { .. }
            | Step::Take { .. }
            | Step::Give { .. }
            | Step::Fork { .. }
            | Step::FanOut { .. }
            | Step::Resolve(_)
            | Step::Lock(_)
            | Step::Unlock(_) => false,
        }
    }

    /// Whether nobody notices if `id` leaves its node: it gives nothing back, and its instance does not wait for it.
    #[inline(always)]
    fn leaves_nothing(&self, id: VisitId) -> bool {
        let visit = &self.visits[id];
        visit.holds & !hold::UPSTREAM == 0 && self.instances[visit.place].life == Life::Up
    }

    /// Whether it is known that somebody will still wait for `id` at `at`, or that nobody does.
    #[inline(always)]
    fn is_awaited(&self, id: VisitId, at: Time) -> bool {
        let parent = self.visits[id].parent;
        !parent.is_some() || self.visits[parent].wake >= at
    }

    /// Whether `id` may get this answer ahead of the clock: it waits for no other one, has not given up before, and
    /// nobody else sees that it got it.
    #[inline(always)]
    pub(crate) fn may_be_answered(&self, model: &Model, id: VisitId, outcome: Outcome) -> bool {
        let visit = &self.visits[id];
        let is_plain =
            outcome == Outcome::Completed && visit.phase == Phase::Calling && visit.wake >= self.now;
        if visit.holds & hold::UPSTREAM == 0 {
            return is_plain;
        }
        let Step::Call(call) = model.steps[usize::from(visit.step)] else { return false };
        let Target::Upstream(balancer) = model.calls[call].target else { return false };
        is_plain && !model.balancers[balancer].policy.counts_in_flight()
    }

    /// When the run goes up to `horizon`: the next instant at which somebody looks.
    pub(crate) fn next_look(&self, horizon: Time) -> Time {
        self.looks.next().min(horizon)
    }
}

/// When a run with this plan is over at the latest.
pub(crate) fn end_of(plan: &RunPlan) -> Time {
    if plan.drain { plan.limits.time } else { plan.end.min(plan.limits.time) }
}
