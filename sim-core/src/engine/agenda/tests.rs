use std::collections::BTreeSet;

use super::*;
use crate::random::{Draws, Key};

/// An event of any request.
fn any(time: Time, rank: Rank, ordinal: u32, slot: u32) -> Event {
    Event { time, order: (rank as u64) << 60 | u64::from(ordinal) << 28, slot }
}

/// An agenda beside a list that is always in order.
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

    fn push_arrival(&mut self, at: u64, source: u32, is_only: bool) {
        let event = Event::new(Time(at), Rank::SourceArrival, source);
        // Twice at one instant is once.
        if self.expected.insert(event) {
            self.agenda.push_arrival(event, is_only);
        }
    }

    fn pop(&mut self, until: Time) -> bool {
        let expected = self.expected.first().copied().filter(|event| event.time() <= until);
        self.agenda.set_until(until);
        assert_eq!(self.agenda.pop(), expected);
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
fn arrivals_come_in_their_order_among_the_others() {
    for seed in 0..60 {
        let mut draws = Key::from_seed(100 + seed).draws();
        let mut checked = Checked::default();
        let sources = [1, 1, 2, 3, 50][draws.below(5) as usize];
        let most = [2, 12, 24, 44][draws.below(4) as usize];
        (0..sources).for_each(|source| checked.push_arrival(u64::from(source % 2), source, source == 0));
        for _ in 0..2_000 {
            let pause = Time(checked.now.0 + span(&mut draws, most));
            let until = if draws.below(8) == 0 { pause } else { Time::NEVER };
            let next = checked.expected.first().copied();
            if !checked.pop(until) {
                continue;
            }
            // An arrival is followed by the next one; so it is by others at the same instant and later.
            let arrival = next.filter(|event| event.rank() == Rank::SourceArrival);
            if let Some(arrival) = arrival {
                let at = checked.now.0 + span(&mut draws, most);
                // Whether it is the only source may change.
                let is_only = sources == 1 || draws.below(4) == 0;
                checked.push_arrival(at, arrival.slot(), is_only);
            }
            for _ in 0..draws.below(if arrival.is_some() { 3 } else { 2 }) {
                let at = checked.now.0 + span(&mut draws, most);
                checked.push(at, &mut draws);
            }
            // Now and then a source starts again, and what it had planned stays written down.
            if draws.below(50) == 0 {
                let at = checked.now.0 + span(&mut draws, most);
                checked.push_arrival(at, draws.below(sources), true);
            }
        }
        checked.pop_all();
    }
}

#[test]
fn at_one_instant_arrivals_come_after_what_ends_and_before_who_arrives() {
    let at = Time(1_000_000);
    let arrival = |source| Event::new(at, Rank::SourceArrival, source);
    let expected = [
        any(at, Rank::PoolDone, 7, 7),
        any(at, Rank::Completion, 7, 7),
        arrival(0),
        arrival(1),
        arrival(2),
        any(at, Rank::Arrival, 7, 7),
        any(at, Rank::Deadline, 7, 7),
    ];
    // Whichever stands beside the others, or none.
    for beside in 0..4 {
        let mut agenda = Agenda::default();
        for source in [2, 0, 1] {
            agenda.push_arrival(arrival(source), source == beside);
        }
        let others = expected.iter().filter(|event| event.rank() != Rank::SourceArrival);
        others.rev().for_each(|event| agenda.push(*event));
        assert!(std::iter::from_fn(|| agenda.pop()).eq(expected));
    }
}

#[test]
fn the_arrivals_of_an_only_source_take_no_place_among_the_others() {
    let mut agenda = Agenda::default();
    for nth in 1..1_000 {
        agenda.push_arrival(Event::new(Time(nth * 1_000_000), Rank::SourceArrival, 0), true);
        assert!(agenda.pop().is_some());
    }
    assert_eq!((agenda.slab.most(), agenda.pop()), (0, None));
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
    assert!(expected.iter().all(|event| agenda.pop() == Some(*event)));
    assert_eq!(agenda.pop(), None);
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
        let event = agenda.pop().expect("as many come as go");
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
    agenda.set_until(Time(4));
    assert_eq!(agenda.pop(), None);
    agenda.set_until(Time(5));
    assert!(agenda.pop().is_some());
    assert_eq!(agenda.pop(), None);
}
