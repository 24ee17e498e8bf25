//! When requests are made: rates over time, arrival processes, closed loops and replays.
//!
//! A rate that changes is applied by a change of clock: arrivals come at rate one in operational time Λ(t) = ∫ rate,
//! and real time is its inverse (Çinlar 1975). So every arrival process works under every rate, exactly.

use serde::{Deserialize, Serialize};

use crate::distribution::ziggurat::exponential;
use crate::math;
use crate::random::Draws;
use crate::time::{Duration, Time};

use super::{Delay, SamplerId};

/// When requests are made.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Load {
    /// At a rate, whatever becomes of earlier requests.
    Open {
        /// The rate over time.
        rate: Rate,
        /// How regularly.
        arrivals: Arrivals,
        /// Requests that come together.
        batch: u32,
    },
    /// At rates that change by chance: a Markov-modulated Poisson process that goes through its states in turn.
    Bursty {
        /// The states.
        states: Vec<Burst>,
    },
    /// By users who wait for an answer, think, and ask again.
    Closed {
        /// How many.
        users: u32,
        /// How long they think.
        think: Delay,
        /// Over how long they start, evenly.
        ramp: Duration,
    },
    /// As recorded.
    Replay {
        /// The requests in the order of their times.
        rows: Vec<Recorded>,
    },
}

/// How regularly requests come.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub enum Arrivals {
    /// Independently of each other.
    Poisson,
    /// Evenly.
    Constant,
    /// After independent spans of a distribution, whose mean is set by the rate.
    Renewal {
        /// The distribution.
        spans: SamplerId,
        /// Its mean in nanoseconds.
        mean: f64,
    },
}

/// A state of a bursty load.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Burst {
    /// Requests a second while it lasts.
    pub rate: f64,
    /// How long it lasts on average, in seconds; exponential.
    pub stay: f64,
}

/// A recorded request.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Recorded {
    /// When it was sent.
    pub at: Time,
    /// The position of its class.
    pub class: u8,
    /// Its key.
    pub key: Option<u64>,
    /// Its size in bytes.
    pub size: Option<u64>,
}

/// A rate over time: the sum of its parts, in requests a second.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Rate {
    /// The parts.
    pub parts: Vec<Part>,
}

/// A part of a rate. Times are seconds.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Part {
    /// Always the same.
    Constant(f64),
    /// From each time on, another rate; zero before the first.
    Steps(Vec<(f64, f64)>),
    /// Straight from one rate to another, and the second one from then on.
    Ramp {
        /// When the ramp starts.
        start: f64,
        /// How long it takes.
        span: f64,
        /// The rate before.
        from: f64,
        /// The rate after.
        to: f64,
    },
    /// A wave around zero: amplitude · sin(2π (t − shift) / period).
    Sinusoid {
        /// Half the difference of peak and trough.
        amplitude: f64,
        /// The length of a wave.
        period: f64,
        /// When it crosses zero upwards.
        shift: f64,
    },
    /// More for a while.
    Spike {
        /// When it starts.
        at: f64,
        /// How long it lasts.
        span: f64,
        /// How much more.
        rate: f64,
    },
}

impl Rate {
    /// The rate if it never changes.
    pub fn constant(&self) -> Option<f64> {
        self.parts.iter().try_fold(0.0, |sum, part| match part {
            Part::Constant(rate) => Some(sum + rate),
            Part::Steps(_) | Part::Ramp { .. } | Part::Sinusoid { .. } | Part::Spike { .. } => None,
        })
    }

    /// Requests a second at `seconds`.
    pub fn at(&self, seconds: f64) -> f64 {
        self.parts.iter().map(|part| part.at(seconds)).sum()
    }

    /// The expected number of requests up to `seconds`.
    pub fn integral(&self, seconds: f64) -> f64 {
        self.parts.iter().map(|part| part.integral(seconds)).sum()
    }

    /// The largest rate that any time can see, as a bound.
    pub fn most(&self) -> f64 {
        self.parts.iter().map(Part::most).sum()
    }

    /// The smallest rate that any time can see, as a bound.
    pub fn least(&self) -> f64 {
        self.parts.iter().map(Part::least).sum()
    }

    /// When `target` requests are expected to have come, not before `from` and at most `end` seconds.
    fn time_of(&self, target: f64, from: f64, end: f64) -> Option<f64> {
        let (mut low, mut span) = (from, 1.0 / self.most().max(1e-12));
        let mut high = (low + span).min(end);
        while self.integral(high) < target {
            if high >= end {
                return None;
            }
            low = high;
            span *= 2.0;
            high = (low + span).min(end);
        }
        // Newton's method held inside a bracket that halves when it strays.
        let mut guess = low + (high - low) / 2.0;
        for _ in 0..128 {
            let excess = self.integral(guess) - target;
            if excess >= 0.0 {
                high = guess
            } else {
                low = guess
            }
            let rate = self.at(guess);
            let newton = guess - excess / rate;
            let next =
                if rate > 0.0 && newton > low && newton < high { newton } else { low + (high - low) / 2.0 };
            if (next - guess).abs() < 0.25e-9 {
                return Some(next);
            }
            guess = next;
        }
        Some(guess)
    }
}

impl Part {
    fn at(&self, t: f64) -> f64 {
        match self {
            Part::Constant(rate) => *rate,
            Part::Steps(steps) => {
                steps.iter().take_while(|(at, _)| *at <= t).last().map_or(0.0, |(_, rate)| *rate)
            }
            Part::Ramp { start, span, from, to } => from + (to - from) * ((t - start) / span).clamp(0.0, 1.0),
            Part::Sinusoid { amplitude, period, shift } => amplitude * math::sin(turn(t - shift, *period)),
            Part::Spike { at, span, rate } => {
                if (*at..at + span).contains(&t) {
                    *rate
                } else {
                    0.0
                }
            }
        }
    }

    fn integral(&self, t: f64) -> f64 {
        match self {
            Part::Constant(rate) => rate * t,
            Part::Steps(steps) => {
                let ends = steps.iter().skip(1).map(|(at, _)| *at).chain([f64::INFINITY]);
                steps.iter().zip(ends).map(|((at, rate), end)| rate * (t.min(end) - at).max(0.0)).sum()
            }
            Part::Ramp { start, span, from, to } => {
                let inside = (t - start).clamp(0.0, *span);
                let after = (t - start - span).max(0.0);
                from * t.min(*start) + inside * (from + (to - from) * inside / (2.0 * span)) + to * after
            }
            Part::Sinusoid { amplitude, period, shift } => {
                let wave = |t: f64| math::cos(turn(t - shift, *period));
                amplitude * period / std::f64::consts::TAU * (wave(0.0) - wave(t))
            }
            Part::Spike { at, span, rate } => rate * (t - at).clamp(0.0, *span),
        }
    }

    fn most(&self) -> f64 {
        match self {
            Part::Constant(rate) => *rate,
            Part::Steps(steps) => steps.iter().map(|(_, rate)| *rate).fold(0.0, f64::max),
            Part::Ramp { from, to, .. } => from.max(*to),
            Part::Sinusoid { amplitude, .. } => amplitude.abs(),
            Part::Spike { rate, .. } => rate.max(0.0),
        }
    }

    fn least(&self) -> f64 {
        match self {
            Part::Constant(rate) => *rate,
            Part::Steps(_) => 0.0,
            Part::Ramp { from, to, .. } => from.min(*to),
            Part::Sinusoid { amplitude, .. } => -amplitude.abs(),
            Part::Spike { rate, .. } => rate.min(0.0),
        }
    }
}

/// The angle of `t` within a wave, reduced before it meets the sine, so that late times lose no digits.
fn turn(t: f64, period: f64) -> f64 {
    let waves = t / period;
    (waves - waves.floor()) * std::f64::consts::TAU
}

/// Where a source stands between two requests.
#[derive(Clone, PartialEq, Debug)]
pub struct LoadMemory {
    /// How many times as often requests come as the load says.
    pace: f64,
    /// Nanoseconds between arrivals where the rate never changes.
    interval: Option<f64>,
    /// The same where they come by chance and there are any.
    poisson_interval: Option<f64>,
    /// Requests expected up to the last arrival, plus what chance has added.
    operational: f64,
    /// Since when this load is in force, and how many arrivals it has made.
    origin: Time,
    arrivals: u64,
    /// The present state of a bursty load, and when it ends in seconds.
    state: u32,
    state_ends: f64,
    /// How the next arrival of a bursty load came about.
    plan: Option<Plan>,
}

impl Default for LoadMemory {
    fn default() -> LoadMemory {
        LoadMemory {
            pace: 1.0,
            interval: None,
            poisson_interval: None,
            operational: 0.0,
            origin: Time::ZERO,
            arrivals: 0,
            state: 0,
            state_ends: 0.0,
            plan: None,
        }
    }
}

impl LoadMemory {
    /// The memory of a load that comes into force at `now` and makes `pace` times as many requests as it says.
    pub fn starting(load: &Load, now: Time, pace: f64) -> LoadMemory {
        let (operational, interval) = match load {
            Load::Open { rate, .. } => {
                (rate.integral(now.as_secs_f64()), rate.constant().map(|rate| 1e9 / (rate * pace)))
            }
            Load::Bursty { .. } | Load::Closed { .. } | Load::Replay { .. } => (0.0, None),
        };
        let is_poisson = matches!(load, Load::Open { arrivals: Arrivals::Poisson, .. });
        let poisson_interval = interval.filter(|span| is_poisson && span.is_finite() && *span >= 0.0);
        LoadMemory { pace, operational, interval, poisson_interval, origin: now, ..LoadMemory::default() }
    }

    /// How many times as often requests come as the load says.
    pub fn pace(&self) -> f64 {
        self.pace
    }

    /// When the next request comes after `now` by [`next_arrival`], for the plainest and most frequent of loads.
    #[inline(always)]
    pub fn next_poisson(&self, now: Time, end: Time, draws: &mut Draws) -> Option<Time> {
        let interval = self.poisson_interval?;
        let next = now + Duration::from_nanos_f64(exponential(draws) * interval);
        Some(if next.0 > end.0.min(MOST_TIME) { Time::NEVER } else { next })
    }
}

/// No request comes later than this: 146 years.
const MOST_TIME: u64 = 1 << 62;

/// When the next request of an open load comes after `now`, or [`Time::NEVER`] if not before `end`.
pub fn next_arrival(
    rate: &Rate,
    arrivals: Arrivals,
    memory: &mut LoadMemory,
    now: Time,
    end: Time,
    draws: &mut Draws,
    spans: impl FnOnce(SamplerId, &mut Draws) -> f64,
) -> Time {
    memory.arrivals += 1;
    let step = match arrivals {
        Arrivals::Poisson => exponential(draws),
        Arrivals::Constant => 1.0,
        Arrivals::Renewal { spans: sampler, mean } => spans(sampler, draws) / mean,
    };
    let horizon = end.0.min(MOST_TIME);
    let next = match memory.interval {
        Some(interval) if !interval.is_finite() || interval < 0.0 => return Time::NEVER,
        // Even arrivals are counted from the origin, so that their rounding does not add up.
        Some(interval) if arrivals == Arrivals::Constant => {
            memory.origin.saturating_add(Duration::from_nanos_f64(memory.arrivals as f64 * interval))
        }
        Some(interval) => now + Duration::from_nanos_f64(step * interval),
        None => {
            memory.operational += step / memory.pace;
            match rate.time_of(memory.operational, now.as_secs_f64(), horizon as f64 / 1e9) {
                Some(seconds) => Time(whole(seconds * 1e9)).max(now),
                None => return Time::NEVER,
            }
        }
    };
    if next.0 > horizon { Time::NEVER } else { next }
}

/// When the next request of a bursty load comes after `now`.
pub fn next_burst(states: &[Burst], memory: &mut LoadMemory, now: Time, draws: &mut Draws) -> Time {
    memory.plan = Some(Plan::new(memory, now, draws));
    let at = now.as_secs_f64();
    if memory.arrivals == 0 {
        memory.state_ends = at + states[0].stay * exponential(draws);
    }
    memory.arrivals += 1;
    pace::walk(states, memory, at, f64::INFINITY, draws).max(now)
}

mod pace;

pub use pace::Plan;

fn whole(nanoseconds: f64) -> u64 {
    (nanoseconds + 0.5) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate() -> Rate {
        Rate {
            parts: vec![
                Part::Constant(10.0),
                Part::Steps(vec![(0.0, 1.0), (3.0, 5.0), (9.0, 0.0)]),
                Part::Ramp { start: 2.0, span: 4.0, from: 1.0, to: 7.0 },
                Part::Sinusoid { amplitude: 8.0, period: 5.0, shift: 1.0 },
                Part::Spike { at: 6.0, span: 1.5, rate: 30.0 },
            ],
        }
    }

    #[test]
    fn integrals_are_the_sums_of_their_rates() {
        for part in rate().parts {
            let step = 1e-4;
            let mut sum = 0.0;
            for n in 0..120_000 {
                let middle = (n as f64 + 0.5) * step;
                sum += part.at(middle) * step;
                let exact = part.integral((n + 1) as f64 * step);
                assert!((sum - exact).abs() < 5e-3, "{part:?} at {middle}: {sum} against {exact}");
            }
        }
    }

    #[test]
    fn the_inverse_finds_its_way_back() {
        let rate = rate();
        let mut from = 0.0;
        for target in 1..150 {
            let seconds = rate.time_of(f64::from(target), from, 100.0).expect("the rate goes on");
            assert!((rate.integral(seconds) - f64::from(target)).abs() < 1e-6, "{target} at {seconds}");
            assert!(seconds >= from);
            from = seconds;
        }
        let silent = Rate { parts: vec![Part::Steps(vec![(0.0, 1.0), (2.0, 0.0)])] };
        assert_eq!(silent.time_of(3.0, 0.0, 50.0), None);
    }
}
