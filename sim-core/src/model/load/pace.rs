//! The pace of a load: requests come more or less often for a while, by a change of the clock that they come by.
//!
//! What is left of the wait for the next request shrinks or grows by the change of pace, so no draw is made again. Only a
//! bursty load, whose states go by real time, goes on from where it is by draws of its own: its arrivals are memoryless.

use crate::distribution::ziggurat::exponential;
use crate::random::Draws;
use crate::time::{Duration, Time};

use super::{Arrivals, Burst, Load, LoadMemory, MOST_TIME, whole};

/// How the next arrival of a bursty load came about: from which state on, and by which draws.
#[derive(Clone, PartialEq, Debug)]
pub struct Plan {
    state: u32,
    state_ends: f64,
    is_first: bool,
    from: Time,
    draws: Draws,
}

impl Plan {
    pub(super) fn new(memory: &LoadMemory, from: Time, draws: &Draws) -> Plan {
        let LoadMemory { state, state_ends, arrivals, .. } = *memory;
        Plan { state, state_ends, is_first: arrivals == 0, from, draws: draws.clone() }
    }
}

/// When the next request of a bursty load comes that is at `at` and has no request before; or, once its state lasts beyond
/// `until`, that it is in that state then.
pub(super) fn walk(
    states: &[Burst],
    memory: &mut LoadMemory,
    mut at: f64,
    until: f64,
    draws: &mut Draws,
) -> Time {
    // A load whose states are all silent never sends; the compiler refuses it.
    loop {
        let state = states[memory.state as usize];
        let next = at + exponential(draws) / (state.rate * memory.pace);
        if next < memory.state_ends || memory.state_ends > until {
            return Time(whole(next * 1e9));
        }
        at = memory.state_ends;
        memory.state = (memory.state + 1) % states.len() as u32;
        memory.state_ends = at + states[memory.state as usize].stay * exponential(draws);
    }
}

impl LoadMemory {
    /// From `now` on requests come `pace` times as often as the load says. Says when the next one comes, which was to come
    /// at `next`, perhaps after `end`; [`Time::NEVER`] if none comes before a time far beyond. `fresh` are draws for what
    /// cannot be told from those made before.
    pub fn set_pace(
        &mut self,
        load: &Load,
        pace: f64,
        now: Time,
        next: Time,
        end: Time,
        fresh: &mut Draws,
    ) -> Time {
        let before = std::mem::replace(&mut self.pace, pace);
        let ratio = before / pace;
        match load {
            Load::Open { rate, arrivals, .. } => match rate.constant() {
                Some(rate) => {
                    self.set_interval(1e9 / (rate * pace));
                    if next == Time::NEVER {
                        return next;
                    }
                    let left = next.since(now).0 as f64 * ratio;
                    let next = now.saturating_add(Duration::from_nanos_f64(left));
                    if *arrivals == Arrivals::Constant {
                        // Those after it are counted from there.
                        (self.origin, self.arrivals) = (next, 0);
                    }
                    next
                }
                None => {
                    let at = now.as_secs_f64();
                    let passed = rate.integral(at);
                    self.operational = passed + (self.operational - passed).max(0.0) * ratio;
                    let horizon = end.0.min(MOST_TIME) as f64 / 1e9;
                    match rate.time_of(self.operational, at, horizon) {
                        Some(seconds) => Time(whole(seconds * 1e9)).max(now),
                        None => Time::NEVER,
                    }
                }
            },
            Load::Bursty { states } => self.go_on(states, before, now, fresh),
            Load::Closed { .. } | Load::Replay { .. } => next,
        }
    }

    fn set_interval(&mut self, interval: f64) {
        self.interval = Some(interval);
        self.poisson_interval = self.poisson_interval.map(|_| interval);
    }

    /// From now on the users of a closed load think `pace` times as fast as it says.
    pub fn set_closed_pace(&mut self, pace: f64) {
        self.pace = pace;
    }

    /// What comes after a request at `last` if the rate never changes, `step` times the mean later, whether or not the run
    /// lasts so long; never before what even arrivals have planned.
    pub fn after(&self, last: Time, step: f64) -> Time {
        match self.interval.filter(|interval| interval.is_finite() && *interval >= 0.0) {
            Some(interval) => last.saturating_add(Duration::from_nanos_f64(step * interval)),
            None => Time::NEVER,
        }
    }

    /// The next request of a bursty load from the state that it is in at `now`, with draws of its own. It has come so far
    /// with the pace `before`.
    fn go_on(&mut self, states: &[Burst], before: f64, now: Time, fresh: &mut Draws) -> Time {
        let at = now.as_secs_f64();
        if let Some(Plan { state, state_ends, is_first, from, mut draws }) = self.plan.take() {
            let pace = std::mem::replace(&mut self.pace, before);
            let since = from.as_secs_f64();
            (self.state, self.state_ends) = (state, state_ends);
            if is_first {
                self.state_ends = since + states[0].stay * exponential(&mut draws);
            }
            walk(states, self, since, at, &mut draws);
            self.pace = pace;
        }
        self.plan = Some(Plan::new(self, now, fresh));
        walk(states, self, at, f64::INFINITY, fresh).max(now)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Part, Rate, next_arrival, next_burst};
    use super::*;
    use crate::random::Key;

    const SECOND: u64 = 1_000_000_000;

    /// The arrivals of a load up to `end` seconds that comes three times as often from 200 s to 300 s.
    fn arrivals(load: &Load, end: u64) -> Vec<Time> {
        let key = Key::from_seed(1);
        let end = Time(end * SECOND);
        let mut memory = LoadMemory::starting(load, Time::ZERO, 1.0);
        let mut changes = vec![(Time(300 * SECOND), 1.0), (Time(200 * SECOND), 3.0)];
        let (mut now, mut found) = (Time::ZERO, Vec::new());
        loop {
            let mut draws = key.numbered(found.len() as u64).draws();
            let mut next = match load {
                Load::Open { rate, arrivals, .. } => {
                    next_arrival(rate, *arrivals, &mut memory, now, end, &mut draws, |_, _| 0.0)
                }
                Load::Bursty { states } => next_burst(states, &mut memory, now, &mut draws),
                Load::Closed { .. } | Load::Replay { .. } => Time::NEVER,
            };
            while let Some((at, pace)) = changes.pop_if(|(at, _)| *at < next) {
                let mut fresh = key.child(pace as u64).draws();
                next = memory.set_pace(load, pace, at, next, end, &mut fresh);
            }
            if next >= end {
                return found;
            }
            assert!(next >= now);
            found.push(next);
            now = next;
        }
    }

    fn open(parts: Vec<Part>, arrivals: Arrivals) -> Load {
        Load::Open { rate: Rate { parts }, arrivals, batch: 1 }
    }

    #[test]
    fn it_is_a_spike_of_the_load_itself() {
        let spike = Part::Spike { at: 200.0, span: 100.0, rate: 200.0 };
        for arrivals_are in [Arrivals::Poisson, Arrivals::Constant] {
            let by_pace = arrivals(&open(vec![Part::Constant(100.0)], arrivals_are), 500);
            let wavy = vec![Part::Constant(50.0), Part::Steps(vec![(0.0, 50.0)])];
            let by_pace_of_shape = arrivals(&open(wavy, arrivals_are), 500);
            let shaped = open(vec![Part::Constant(100.0), spike.clone()], arrivals_are);
            let mut memory = LoadMemory::starting(&shaped, Time::ZERO, 1.0);
            let Load::Open { rate, .. } = &shaped else { return };
            let (mut now, key) = (Time::ZERO, Key::from_seed(1));
            for number in 0..by_pace.len().min(by_pace_of_shape.len()) - 1 {
                let mut draws = key.numbered(number as u64).draws();
                let end = Time(500 * SECOND);
                now = next_arrival(rate, arrivals_are, &mut memory, now, end, &mut draws, |_, _| 0.0);
                // Rounding to whole nanoseconds adds up.
                for other in [by_pace[number], by_pace_of_shape[number]] {
                    assert!(now.0.abs_diff(other.0) < 20_000, "{number}: {now:?} against {other:?}");
                }
            }
            assert!((by_pace.len() as f64 - 70_000.0).abs() < 5.0 * 70_000f64.sqrt(), "{}", by_pace.len());
        }
    }

    #[test]
    fn a_bursty_load_comes_more_often_in_each_of_its_states() {
        let states = vec![Burst { rate: 40.0, stay: 0.5 }, Burst { rate: 10.0, stay: 0.7 }];
        let load = Load::Bursty { states };
        let found = arrivals(&load, 500);
        let within = |from: u64, to: u64| {
            found.iter().filter(|at| (from * SECOND..to * SECOND).contains(&at.0)).count() as f64
        };
        let (calm, busy) = ((within(0, 200) + within(300, 500)) / 400.0, within(200, 300) / 100.0);
        assert!((busy / calm - 3.0).abs() < 0.6, "{busy} against {calm}");
    }

    #[test]
    fn a_pace_that_does_not_last_moves_nothing() {
        let load = open(vec![Part::Constant(100.0)], Arrivals::Poisson);
        let mut memory = LoadMemory::starting(&load, Time::ZERO, 1.0);
        let before = memory.clone();
        let (now, next, mut draws) = (Time(SECOND), Time(3 * SECOND), Key::from_seed(1).draws());
        let sooner = memory.set_pace(&load, 2.0, now, next, Time::NEVER, &mut draws);
        assert_eq!(sooner, Time(2 * SECOND));
        assert_eq!(memory.set_pace(&load, 1.0, now, sooner, Time::NEVER, &mut draws), next);
        assert_eq!(memory, before);
    }
}
