//! Running ahead: a visit goes on at once to the end of a wait whose length is known, without an event on the agenda.
//!
//! ## Invariant: who runs ahead changes nothing that others see, and nobody looks meanwhile
//! A visit runs ahead of the clock while what it does is its own business: nobody else's fate depends on it, nor its
//! own on others. Before its first step that is not, it waits on the agenda for the clock. It never passes the next
//! *look*: an instant at which a controller, the observers or whoever runs the engine see the state. So all of them see
//! what they would have seen if everything had been done by the clock, and results are the same bits.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::model::step::Concern;
use crate::model::{Delay, Model, RunPlan};
use crate::time::Time;

use super::agenda::{Event, Rank};
use super::state::{Life, State};
use super::visit::{Outcome, Phase, Visit, VisitId, hold};

/// Where the clock stands, and how far beyond it visits may be.
#[derive(Clone, PartialEq, Debug)]
pub struct Ahead {
    /// The time of the event that is being handled; [`State::now`] is beyond it for who runs ahead.
    pub clock: Time,
    /// That event.
    pub present: Event,
    /// Up to here visits may run ahead.
    pub reach: Time,
    /// How far the furthest visit so far has gone.
    pub furthest: Time,
    /// Whether requests are made when others first see them.
    pub leads: bool,
    /// The rank of the event that the visit which runs ahead would have had.
    rank: Rank,
    /// Whether it is known that this visit may do its next step.
    pub is_allowed: bool,
    /// Whether what each visit does is recorded or traced.
    pub is_watched: bool,
    /// Whether a fault has struck some link.
    pub is_disturbed: bool,
    /// Whether one ever has: what was lost then comes later than others who came after it.
    pub was_disturbed: bool,
}

impl Default for Ahead {
    fn default() -> Ahead {
        Ahead {
            clock: Time::ZERO,
            present: Event::new(Time::ZERO, Rank::PoolDone, 0),
            reach: Time::ZERO,
            furthest: Time::ZERO,
            leads: false,
            rank: Rank::Completion,
            is_allowed: false,
            is_watched: false,
            is_disturbed: false,
            was_disturbed: false,
        }
    }
}

impl Ahead {
    /// Whether a wait that ends at `at` need not be written down.
    #[inline(always)]
    pub(crate) fn reaches(&self, at: Time) -> bool {
        self.clock < at && at <= self.reach
    }
}

/// The looks to come, of controllers and observers.
#[derive(Clone, Debug, Default)]
pub struct Looks(BinaryHeap<Reverse<Event>>);

impl Looks {
    /// Writes a look down.
    pub fn push(&mut self, look: Event) {
        self.0.push(Reverse(look));
    }

    /// When the next one is.
    pub fn next(&self) -> Time {
        self.0.peek().map_or(Time::NEVER, |Reverse(look)| look.time())
    }

    /// Takes the next one.
    pub fn pop(&mut self) -> Option<Event> {
        self.0.pop().map(|Reverse(look)| look)
    }
}

impl State {
    /// Lets visits run ahead up to `until`, where that is possible at all.
    pub(crate) fn set_reach(&mut self, model: &Model, until: Time) {
        // What stands still is put off event by event.
        let stands_still = self.hung_until > self.ahead.clock;
        // A call that is given up and cancelled undoes what is under way below it.
        let cancels = model.calls.iter().any(|call| call.cancels && call.timeout.is_some());
        // What a struck link does to a message is decided when it is sent.
        let is_held = stands_still || self.ahead.is_disturbed || cancels;
        let stays =
            self.is_near_bound(&model.run) || is_held || self.tally.tracer.is_some() || self.is_live();
        self.ahead.reach = if stays { Time::ZERO } else { until };
        self.set_lead(model);
    }

    /// Whether half of a bound of the run is reached: from there on nobody runs ahead, so that the run stops where the
    /// clock would stop it.
    pub(crate) fn is_near_bound(&self, plan: &RunPlan) -> bool {
        self.events > plan.limits.events / 2 || self.visits.in_flight() > plan.limits.visits / 2
    }

    /// Whether `now` is beyond the clock.
    #[inline(always)]
    pub(crate) fn is_ahead(&self) -> bool {
        self.now > self.ahead.clock
    }

    /// The clock and whoever goes on now are at `at`.
    #[inline(always)]
    pub(crate) fn set_clock(&mut self, at: Time) {
        (self.now, self.ahead.clock) = (at, at);
    }

    /// `event` is being handled. The clock is there, or beyond it if a request begins that has been put off.
    #[inline(always)]
    pub(crate) fn set_present(&mut self, event: Event) {
        self.now = event.time();
        self.ahead.clock = self.ahead.clock.max(event.time());
        self.ahead.present = event;
    }

    /// `id` was put off until others had done what they do at this instant. It waits until a time that is known: it goes
    /// there at once, or has it written down. Says who goes on.
    #[inline(never)]
    pub(crate) fn go_ahead(&mut self, model: &Model, id: VisitId) -> VisitId {
        match self.visits[id].phase {
            Phase::Working | Phase::Waiting => self.finish_ahead(model, id),
            Phase::Travelling => self.arrive_ahead(model, id),
            Phase::Returning => self.deliver_ahead(model, id),
            _ => VisitId::NONE,
        }
    }

    /// [`State::go_ahead`] to the end of a wait or of work.
    #[inline(always)]
    pub(crate) fn finish_ahead(&mut self, model: &Model, id: VisitId) -> VisitId {
        let visit = &mut self.visits[id];
        let at = visit.wake;
        if self.ahead.reaches(at) {
            visit.step += 1;
            (visit.phase, visit.wake) = (Phase::Running, Time::NEVER);
            if self.is_own_business(model, &self.visits[id], at) {
                self.move_to(at, Rank::Completion);
                self.ahead.is_allowed = true;
                return id;
            }
            let visit = &mut self.visits[id];
            (visit.phase, visit.wake) = (Phase::Due, at);
        }
        self.write_down(id, at, Rank::Completion)
    }

    /// [`State::go_ahead`] to the node that `id` travels to.
    #[inline(always)]
    pub(crate) fn arrive_ahead(&mut self, model: &Model, id: VisitId) -> VisitId {
        let visit = &self.visits[id];
        let at = visit.wake;
        let is_on_its_lead = self.now < self.ahead.clock && at <= self.ahead.clock;
        if is_on_its_lead || self.ahead.reaches(at) && self.is_own_business(model, visit, at) {
            self.move_to(at, Rank::Arrival);
            return self.arrive(model, id);
        }
        self.write_down(id, at, Rank::Arrival)
    }

    /// [`State::go_ahead`] with an answer to who waits for it.
    #[inline(always)]
    pub(crate) fn deliver_ahead(&mut self, model: &Model, id: VisitId) -> VisitId {
        let at = self.visits[id].wake;
        if self.ahead.reaches(at) {
            self.move_to(at, Rank::Completion);
            return self.deliver(model, id);
        }
        self.write_down(id, at, Rank::Completion)
    }

    /// The visit that goes on is where an event of this rank at `at` would have brought it.
    #[inline(always)]
    fn move_to(&mut self, at: Time, rank: Rank) {
        self.ahead.rank = self.rank_at(at, rank);
        self.ahead.furthest = self.ahead.furthest.max(at);
        self.now = at;
        self.events += 1;
    }

    /// The visit that goes on is at `at`, now or ahead of the clock, where an event of this rank would have brought it.
    #[inline(always)]
    pub(super) fn pass_to(&mut self, at: Time, rank: Rank) {
        if at > self.now {
            return self.move_to(at, rank);
        }
        self.events += 1;
    }

    /// Of several events of a visit at one instant ahead of the clock the last one in order counts.
    #[inline(always)]
    fn rank_at(&self, at: Time, rank: Rank) -> Rank {
        if at == self.now && self.is_ahead() { self.ahead.rank.max(rank) } else { rank }
    }

    #[inline(always)]
    fn write_down(&mut self, id: VisitId, at: Time, rank: Rank) -> VisitId {
        let event = Event::of(&self.visits[id], id, at, self.rank_at(at, rank));
        self.agenda.push(event);
        self.trace_wait(id);
        VisitId::NONE
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
        let event = Event::of(visit, id, at, self.ahead.rank);
        self.agenda.push(event);
        // It is counted when the event comes.
        self.events -= 1;
        VisitId::NONE
    }

    /// Whether a visit may do the step it is at, at `at` and ahead of the clock.
    #[inline(always)]
    pub(crate) fn is_own_business(&self, model: &Model, visit: &Visit, at: Time) -> bool {
        match model.concerns[usize::from(visit.step)] {
            Concern::Itself => true,
            Concern::ItselfUnlessItFails => self.leaves_nothing(visit),
            Concern::WhoWaits => self.leaves_nothing(visit) && self.is_awaited(model, visit, at),
            Concern::Others => false,
        }
    }

    /// Whether nobody notices if a visit leaves its node: it gives nothing back, and its instance does not wait for it.
    #[inline(always)]
    fn leaves_nothing(&self, visit: &Visit) -> bool {
        visit.holds & !hold::UPSTREAM == 0 && self.instances[visit.place].life == Life::Up
    }

    /// Whether it is known that somebody will still wait for a visit at `at`, or that nobody does. A balancer that counts
    /// gets no answer ahead of the clock: a visit beside it stays at its node until then.
    #[inline(always)]
    fn is_awaited(&self, model: &Model, visit: &Visit, at: Time) -> bool {
        let parent = visit.parent;
        if !parent.is_some() {
            return true;
        }
        let above = &self.visits[parent];
        let is_counted = above.holds & hold::UPSTREAM != 0;
        above.wake >= at && !(is_counted && model.links[usize::from(visit.via)].latency == Delay::None)
    }

    /// Whether `id` may get this answer ahead of the clock: it waits for no other one, has not given up before, and
    /// nobody else sees that it got it.
    #[inline(always)]
    pub(crate) fn may_be_answered(&self, id: VisitId, outcome: Outcome) -> bool {
        let visit = &self.visits[id];
        let is_plain = outcome == Outcome::Completed && visit.phase == Phase::Calling;
        is_plain && visit.wake >= self.now && visit.holds & hold::UPSTREAM == 0
    }
}

/// The next instant that nobody passes ahead of the clock, look or not: the next one comes after at most an eighth of the
/// time so far. So a run that comes near a bound has everybody near the clock.
pub(crate) fn milestone_after(time: Time) -> Time {
    let eighth = (1u64 << time.0.max(1).ilog2()) / 8;
    let grain = eighth.max(LEAST_MILESTONE);
    Time((time.0 / grain).saturating_add(1).saturating_mul(grain))
}

/// The first milestones are so far apart.
const LEAST_MILESTONE: u64 = 1 << 16;
