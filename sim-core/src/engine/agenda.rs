//! What will happen, in the order in which it must happen.
//!
//! ## Invariant: order is a rule of the model
//! Events are ordered by (time, rank, request, stream of draws), never by the order in which they were written down or
//! by the slots that visits happen to have. So a faster way to schedule the same events gives the same run.
//!
//! Time is cut into slots. An event that is not due yet is thrown into its slot and sorted only when the slot is: a
//! wheel of slots for the time next to come, and wheels of ever wider ones for what is farther off.

use super::visit::{Visit, VisitId};
use crate::random::Key;
use crate::time::Time;

mod chain;
mod wheel;

use chain::{Due, NONE, Slab};
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
            return self.push_due(event);
        }
        let chain = self.wheels.chain(slot);
        *chain = self.slab.add(event, *chain);
    }

    /// Writes down an `event` whose slot has come.
    #[inline(never)]
    fn push_due(&mut self, event: Event) {
        let link = self.slab.add(event, NONE);
        self.due.insert(&mut self.slab, link, event);
        if self.due.steps > self.patience {
            self.adapt();
        }
    }

    /// The next event, unless it is later than `until`.
    #[inline(always)]
    pub fn pop(&mut self, until: Time) -> Option<Event> {
        loop {
            if let Some(event) = self.slab.event(self.due.chain) {
                return (event.time <= until).then(|| self.slab.take(&mut self.due.chain)).flatten();
            }
            if !self.advance() {
                return None;
            }
        }
    }

    /// Once nothing is due: goes on to the next slot that has events. What is written down later for a slot before it is
    /// due as well. Says if there are any.
    #[inline(always)]
    fn advance(&mut self) -> bool {
        if self.due.refill(&mut self.slab) {
            return true;
        }
        let Some(chain) = self.wheels.advance() else { return self.turn() };
        self.came += 1;
        self.due.sort(&mut self.slab, chain);
        true
    }

    /// Goes on to where the next slot of a wider wheel begins, once the first one has no more events. Says if there are
    /// any.
    #[inline(never)]
    fn turn(&mut self) -> bool {
        self.adapt() || self.wheels.turn(&mut self.slab)
    }

    /// Makes slots narrower if sorting is much work, and wider if it is hardly any. Says if it has.
    #[inline(never)]
    fn adapt(&mut self) -> bool {
        let steps = self.due.steps;
        if steps.max(self.came) < self.patience {
            return false;
        }
        let came = self.came.max(1);
        let passed = self.wheels.now() - self.since;
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
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::random::{Draws, Key};

    /// An agenda beside a list that is always in order.
    /// An event of any request.
    fn any(time: Time, rank: Rank, ordinal: u32, slot: u32) -> Event {
        Event { time, order: (rank as u64) << 60 | u64::from(ordinal) << 28, slot }
    }

    #[derive(Default)]
    struct Checked {
        agenda: Agenda,
        expected: BTreeSet<Event>,
        now: Time,
        written: u32,
    }

    impl Checked {
        fn push(&mut self, at: u64, draws: &mut Draws) {
            // Ordinals in any order, and every event another.
            let rank = if draws.below(2) == 0 { Rank::Completion } else { Rank::Deadline };
            let event = any(Time(at), rank, draws.below(1 << 20), self.written);
            self.written += 1;
            self.agenda.push(event);
            assert!(self.expected.insert(event));
        }

        fn pop(&mut self, until: Time) -> bool {
            let expected = self.expected.first().copied().filter(|event| event.time() <= until);
            assert_eq!(self.agenda.pop(until), expected);
            self.now = expected.map_or(self.now.max(until.min(Time(u64::MAX / 2))), Event::time);
            if let Some(event) = expected {
                self.expected.remove(&event);
            }
            expected.is_some()
        }

        fn pop_all(&mut self) {
            while self.pop(Time::NEVER) {}
            assert!(self.expected.is_empty());
        }
    }

    /// A span of any magnitude up to `most`, and often one of a few that are always the same.
    fn span(draws: &mut Draws, most: u32) -> u64 {
        match draws.below(4) {
            0 => 0,
            1 => [1, 500_000, 30_000_000_000][draws.below(3) as usize],
            _ => {
                let bits = draws.below(most + 1);
                draws.bits() & ((1 << bits) - 1)
            }
        }
    }

    #[test]
    fn events_come_in_their_order_whenever_they_are_written_down() {
        for seed in 0..40 {
            let mut draws = Key::from_seed(seed).draws();
            let mut checked = Checked::default();
            let most = [8, 16, 24, 34, 44, 57][draws.below(6) as usize];
            for _ in 0..200 {
                // Now many are written down, now many come; sometimes the run pauses before the next one.
                let pushes = draws.below(100);
                for _ in 0..pushes {
                    let at = checked.now.0 + span(&mut draws, most);
                    checked.push(at, &mut draws);
                }
                let pause = Time(checked.now.0 + span(&mut draws, most));
                for _ in 0..draws.below(100) {
                    let until = if draws.below(8) == 0 { pause } else { Time::NEVER };
                    checked.pop(until);
                }
            }
            checked.pop_all();
        }
    }

    #[test]
    fn bursts_come_in_their_order() {
        let mut draws = Key::from_seed(7).draws();
        let mut checked = Checked::default();
        for burst in 0..6 {
            let at = checked.now.0 + [0, 3_000, 40_000_000][burst % 3];
            for _ in 0..20_000 {
                let apart = if burst < 3 { 0 } else { u64::from(draws.below(10_000)) };
                checked.push(at + apart, &mut draws);
            }
            // Each of them is followed by another at the same instant, or soon after.
            for _ in 0..20_000 {
                checked.pop(Time::NEVER);
                let apart = u64::from(draws.below(2) * draws.below(50));
                checked.push(checked.now.0 + apart, &mut draws);
            }
            checked.pop_all();
        }
    }

    #[test]
    fn a_million_events_come_in_their_order() {
        let mut draws = Key::from_seed(11).draws();
        let mut agenda = Agenda::default();
        let mut expected: Vec<Event> = (0..1_000_000)
            .map(|ordinal| any(Time(draws.bits() >> 24), Rank::Arrival, ordinal, draws.below(9)))
            .collect();
        expected.iter().for_each(|event| agenda.push(*event));
        expected.sort_unstable();
        assert!(expected.iter().all(|event| agenda.pop(Time::NEVER) == Some(*event)));
        assert_eq!(agenda.pop(Time::NEVER), None);
    }

    #[test]
    fn time_may_be_as_late_as_it_gets() {
        let mut draws = Key::from_seed(13).draws();
        let mut checked = Checked::default();
        for late in [u64::MAX - 1, u64::MAX / 2 + 1, u64::MAX / 2, 1 << 40, 1, 0] {
            for earlier in 0..=late.min(700) {
                checked.push(late - earlier, &mut draws);
            }
        }
        checked.pop_all();
    }

    /// Events that are each followed by another after a span of up to twice `mean` nanoseconds.
    fn hold(pending: u64, mean: u32, events: u32) -> Agenda {
        let mut draws = Key::from_seed(17).draws();
        let mut agenda = Agenda::default();
        (0..pending).for_each(|nth| agenda.push(Event::new(Time(nth), Rank::Completion, nth as u32)));
        for nth in 0..events {
            let event = agenda.pop(Time::NEVER).expect("as many come as go");
            let at = event.time().0 + u64::from(draws.below(2 * mean));
            agenda.push(any(Time(at), Rank::Completion, nth, event.slot()));
        }
        agenda
    }

    #[test]
    fn slots_become_as_wide_as_events_are_apart() {
        for (pending, mean) in [(100, 1_000), (100, 1_000_000), (100, 1_000_000_000), (10_000, 100_000_000)] {
            let agenda = hold(pending, mean, 200_000);
            let apart = (u64::from(mean) / pending).ilog2();
            let shift = agenda.wheels.shift();
            assert!(
                (apart.saturating_sub(1)..=apart + 3).contains(&shift),
                "2^{apart} ns apart, slots of 2^{shift}"
            );
        }
    }

    #[test]
    fn nothing_grows_with_time() {
        assert_eq!(hold(1_000, 1_000_000, 200_000).slab.most(), 1_000);
    }

    #[test]
    fn an_event_says_what_it_was_made_of() {
        let event = any(Time(77), Rank::Deadline, u32::MAX, u32::MAX);
        assert_eq!((event.time(), event.rank(), event.slot()), (Time(77), Rank::Deadline, u32::MAX));
    }

    #[test]
    fn nothing_comes_before_its_time() {
        let mut agenda = Agenda::default();
        agenda.push(Event::new(Time(5), Rank::Sample, 0));
        assert_eq!(agenda.pop(Time(4)), None);
        assert!(agenda.pop(Time(5)).is_some());
        assert_eq!(agenda.pop(Time::NEVER), None);
    }
}
