//! What will happen, in the order in which it must happen.
//!
//! ## Invariant: order is a rule of the model
//! Events are ordered by (time, rank, request, stream of draws), never by the order in which they were written down or
//! by the slots that visits happen to have. So a faster way to schedule the same events gives the same run.
//!
//! Time is cut into slots. An event that is not due yet is thrown into its slot and sorted only when the slot is: a
//! wheel of slots for the time next to come, and wheels of ever wider ones for what is farther off.
//!
//! The next arrival of an only source stands beside them: there is one at a time, and to compare it with the head of the
//! others is less work than to throw it into a slot.

use super::visit::{Visit, VisitId};
use crate::policy::balance::Moment;
use crate::random::Key;
use crate::time::Time;

mod chain;
mod wheel;

use chain::{Due, Link, NONE, Slab};
use wheel::Wheels;

/// What an event is about; the order of the variants is the order at equal times.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Rank {
    /// A shared pool ends the work of a visit.
    PoolDone,
    /// A visit's work or wait is over, or its answer has arrived.
    Completion,
    /// A source makes a request.
    SourceArrival,
    /// A visit arrives at a node.
    Arrival,
    /// A visit has waited long enough: for an answer, in a line, before a retry.
    Deadline,
    /// A controller looks.
    Control,
    /// The observers look.
    Sample,
}

/// The rank of each number that four bits can hold.
const RANKS: [Rank; 16] = {
    let mut ranks = [Rank::Sample; 16];
    ranks[Rank::PoolDone as usize] = Rank::PoolDone;
    ranks[Rank::Completion as usize] = Rank::Completion;
    ranks[Rank::SourceArrival as usize] = Rank::SourceArrival;
    ranks[Rank::Arrival as usize] = Rank::Arrival;
    ranks[Rank::Deadline as usize] = Rank::Deadline;
    ranks[Rank::Control as usize] = Rank::Control;
    ranks
};

/// A point on the agenda: when, what about, and whom; in the order of the model.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Event {
    time: Time,
    /// Rank, ordinal and what tells the visits of a request apart.
    order: u64,
    slot: u32,
}

const _: () =
    assert!(size_of::<Event>() <= 24, "events stay small: they are many, and gone through to be sorted");

impl Event {
    /// After all others.
    pub const NEVER: Event = Event { time: Time::NEVER, order: u64::MAX, slot: u32::MAX };

    /// An event of the thing number `slot`, which belongs to no request.
    #[inline(always)]
    pub fn new(time: Time, rank: Rank, slot: u32) -> Event {
        Event { time, order: (rank as u64) << 60, slot }
    }

    /// An event of the visit `id`.
    #[inline(always)]
    pub fn of(visit: &Visit, id: VisitId, time: Time, rank: Rank) -> Event {
        Event::of_request(time, rank, visit.ordinal, visit.stream, id.0)
    }

    /// An event of the thing number `slot`, where the request `ordinal` with the draws of `stream` is.
    #[inline(always)]
    pub fn of_request(time: Time, rank: Rank, ordinal: u32, stream: Key, slot: u32) -> Event {
        let order = (rank as u64) << 60 | u64::from(ordinal) << 28 | stream.0 >> 36;
        Event { time, order, slot }
    }

    /// When.
    #[inline(always)]
    pub fn time(self) -> Time {
        self.time
    }

    /// When, and what comes first then.
    #[inline(always)]
    pub fn moment(self) -> Moment {
        (self.time, self.order)
    }

    /// What about.
    #[inline(always)]
    pub fn rank(self) -> Rank {
        RANKS[(self.order >> 60) as usize]
    }

    /// Whom.
    #[inline(always)]
    pub fn slot(self) -> u32 {
        self.slot
    }
}

/// All events to come.
#[derive(Clone, PartialEq, Debug)]
pub struct Agenda {
    /// An arrival that is beside the others; [`Event::NEVER`] if there is none.
    arrival: Event,
    /// No event later than this comes.
    until: Time,
    /// What is before this comes before the arrival and is not too late: the time of the arrival or `until`.
    bound: Time,
    /// Those whose slot has come, in order.
    due: Due,
    /// The others, by slot.
    wheels: Wheels,
    slab: Slab,
    /// Slots that have come since their width was last looked at.
    came: u64,
    /// The slot that had come then.
    since: u64,
    /// So much work is done before their width is looked at again.
    patience: u64,
}

/// How wide slots are at first: 16 µs.
const FIRST_SHIFT: u32 = 14;

/// How wide they may become: 18 minutes.
const MOST_SHIFT: u32 = 40;

/// The least work between two looks at the width of slots.
const LEAST_PATIENCE: u64 = 512;

impl Default for Agenda {
    fn default() -> Agenda {
        Agenda {
            arrival: Event::NEVER,
            until: Time::NEVER,
            bound: Time::NEVER,
            due: Due::NOTHING,
            wheels: Wheels::empty(FIRST_SHIFT, Time::ZERO),
            slab: Slab::EMPTY,
            came: 0,
            since: 0,
            patience: LEAST_PATIENCE,
        }
    }
}

impl Agenda {
    /// Writes `event` down.
    #[inline(always)]
    pub fn push(&mut self, event: Event) {
        let slot = self.wheels.slot_of(event.time);
        if slot <= self.wheels.now() {
            let link = self.slab.add(event, NONE);
            return self.put_due(link);
        }
        let chain = self.wheels.chain(slot);
        *chain = self.slab.add(event, *chain);
    }

    /// Puts the node `link` in its place, whose event is written down once its slot has come.
    #[inline(never)]
    fn put_due(&mut self, link: Link) {
        let Some(event) = self.slab.event(link) else { return };
        self.due.insert(&mut self.slab, link, event);
        if self.due.steps > self.patience {
            self.adapt();
        }
    }

    /// Writes down when a source makes its next request: beside the others if no other source does, so that the place is
    /// free again for the one after it.
    #[inline(always)]
    pub fn push_arrival(&mut self, event: Event, is_only: bool) {
        if is_only && self.arrival.time == Time::NEVER {
            self.set_arrival(event);
        } else {
            self.push(event);
        }
    }

    /// Writes the only source's next request down another way.
    pub fn replace_arrival(&mut self, event: Event) {
        self.set_arrival(event);
    }

    #[inline(always)]
    fn set_arrival(&mut self, event: Event) {
        self.arrival = event;
        self.bound = self.until.min(event.time);
    }

    /// From now on no event later than `until` comes.
    pub fn set_until(&mut self, until: Time) {
        self.until = until;
        self.bound = until.min(self.arrival.time);
    }

    /// The next event, unless it comes too late.
    #[inline(always)]
    pub fn pop(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.slab.event(self.due.chain) {
                if event.time < self.bound || event.time == self.bound && event < self.arrival {
                    return self.slab.take(&mut self.due.chain);
                }
                break;
            }
            if self.slab.is_empty() || !self.advance() {
                break;
            }
        }
        self.pop_arrival()
    }

    /// The arrival beside the others, once it is before them.
    #[inline(always)]
    fn pop_arrival(&mut self) -> Option<Event> {
        let arrival = self.arrival;
        if arrival.time > self.until || arrival.time == Time::NEVER {
            return None;
        }
        if self.slab.is_empty() {
            // So that what it brings about is soon to come, as the wheels see it.
            self.wheels.set_now(arrival.time);
        }
        self.set_arrival(Event::NEVER);
        Some(arrival)
    }

    /// Once nothing is due: goes on to the next slot that has events, but not far past the bound. What is written down
    /// later for a slot before it is due as well. Says if any may be.
    #[inline(always)]
    fn advance(&mut self) -> bool {
        if self.due.refill(&mut self.slab) {
            return true;
        }
        let Some(chain) = self.wheels.advance(self.bound) else { return self.turn() };
        self.came += 1;
        self.due.sort(&mut self.slab, chain);
        true
    }

    /// Goes on to where the next slot of a wider wheel begins, unless that is past the bound. Says if any event may be due.
    #[inline(never)]
    fn turn(&mut self) -> bool {
        let last = self.wheels.slot_of(self.bound);
        if last <= self.wheels.now() {
            return false;
        }
        if self.adapt() {
            return true;
        }
        let Some(chain) = self.wheels.turn(&mut self.slab, last) else { return false };
        self.due.sort(&mut self.slab, chain);
        true
    }

    /// Makes slots narrower if sorting is much work, and wider if it is hardly any. Says if it has.
    #[inline(never)]
    fn adapt(&mut self) -> bool {
        let steps = self.due.steps;
        if steps.max(self.came) < self.patience {
            return false;
        }
        let came = self.came.max(1);
        let passed = self.wheels.now().saturating_sub(self.since);
        let shift = self.wheels.shift();
        let better = if steps > 4 * came {
            shift.saturating_sub((steps / came).ilog2() / 2)
        } else if 16 * steps < came {
            (shift + ((passed / came).max(1).ilog2() / 2).max(1)).min(MOST_SHIFT)
        } else {
            shift
        };
        if better != shift {
            self.rebuild(better);
        }
        self.due.steps = 0;
        self.came = 0;
        self.since = self.wheels.now();
        self.patience = LEAST_PATIENCE.max(self.slab.most() as u64);
        better != shift
    }

    /// Cuts time into slots of another width.
    #[cold]
    #[inline(never)]
    fn rebuild(&mut self, shift: u32) {
        let mut since = self.wheels.since();
        let mut rest = self.wheels.take_all(&mut self.slab, NONE);
        while self.due.chain != NONE || self.due.refill(&mut self.slab) {
            let first = self.due.chain;
            since = since.min(self.slab.event(first).map_or(since, Event::time));
            self.due.chain = self.slab.next(first);
            self.slab.set_next(first, rest);
            rest = first;
        }
        self.wheels = Wheels::empty(shift, since);
        while let Some(event) = self.slab.event(rest) {
            let next = self.slab.next(rest);
            if self.wheels.slot_of(event.time) <= self.wheels.now() {
                self.due.insert(&mut self.slab, rest, event);
            } else {
                self.wheels.put(&mut self.slab, rest, event);
            }
            rest = next;
        }
    }
}

#[cfg(test)]
mod tests;
