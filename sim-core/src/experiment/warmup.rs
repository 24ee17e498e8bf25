//! Warm-up: how much of the start of a run to leave out, found by pilot runs.
//!
//! The pilots are runs with other seeds. How much goes on in all nodes together is averaged over some hundred slices of the
//! time of each, then over the pilots (Welch 1983), and MSER-5 says where that series becomes stationary (White, Cobb and
//! Spratt 2000).

use crate::engine::{Engine, Stop};
use crate::statistics::mser5;
use crate::time::{Duration, Time};

use super::replicate::seed_of;

/// The pilots that are worth their time: the spread of one run hides a short rise.
pub const PILOTS: u32 = 5;

/// The most slices; half as many remain when they are joined.
const MOST_SLICES: usize = 1_024;

/// The length of the first slices.
const FIRST_SLICE: Duration = Duration(1 << 16);

/// Events between two looks at whether the caller wants to go on.
const STRIDE: u64 = 1 << 20;

/// The start to leave out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Warmup {
    /// How long it is.
    pub length: Duration,
    /// Whether the runs settle in their first half; else they are too short, or nothing in them ever settles.
    pub is_reliable: bool,
}

/// The seeds of the pilots: of other runs than those that are measured, however many these are.
pub fn pilot_seeds(seed: u64) -> Vec<u64> {
    (0..PILOTS).map(|pilot| seed_of(seed, u32::MAX - pilot)).collect()
}

/// How much was going on in a pilot, slice by slice.
#[derive(Clone, PartialEq, Debug)]
pub struct Pilot {
    slice: Duration,
    /// ∫ visits present dt of each slice.
    slices: Vec<u128>,
}

impl Pilot {
    /// Runs an engine until its clients have made their last request; `None` if a
    /// bound of the run came before, or `goes_on` said no.
    pub fn run(engine: &mut Engine, goes_on: &dyn Fn() -> bool) -> Option<Pilot> {
        let mut pilot = Pilot { slice: FIRST_SLICE, slices: Vec::new() };
        let (mut integral, mut offered, mut made_in) = (0, 0, 0);
        loop {
            let until = Time(pilot.slice.0 * (pilot.slices.len() as u64 + 1));
            if until > engine.model().run.end {
                break;
            }
            while engine.state().now < until && engine.stopped().is_none() {
                if !goes_on() {
                    return None;
                }
                engine.advance(until, STRIDE);
            }
            match engine.stopped() {
                Some(Stop::Limit(_)) => return None,
                Some(Stop::Reached | Stop::Idle) => break,
                None => {}
            }
            let before = std::mem::replace(&mut integral, presence(engine));
            pilot.slices.push(integral - before);
            let made = engine.state().tally.ledger.offered;
            if made > std::mem::replace(&mut offered, made) {
                made_in = pilot.slices.len();
            }
            if pilot.slices.len() == MOST_SLICES {
                pilot.join_neighbours();
                made_in = made_in.div_ceil(2);
            }
        }
        // After the last request there is only less and less to do: that tells nothing about the start.
        pilot.slices.truncate(made_in);
        Some(pilot)
    }

    fn join_neighbours(&mut self) {
        self.slices = self.slices.chunks_exact(2).map(|pair| pair.iter().sum()).collect();
        self.slice = self.slice + self.slice;
    }
}

/// ∫ visits present dt since the start, over all nodes: also of work whose client has given up.
fn presence(engine: &Engine) -> u128 {
    let state = engine.state();
    state.instances.iter().map(|instance| instance.present.integral(state.now)).sum()
}

/// Where the mean of the pilots settles; `None` without pilots, or if they are shorter than ten slices.
pub fn settled(mut pilots: Vec<Pilot>) -> Option<Warmup> {
    let slice = pilots.iter().map(|pilot| pilot.slice.0).max()?;
    for pilot in &mut pilots {
        while pilot.slice.0 < slice {
            pilot.join_neighbours();
        }
    }
    let count = pilots.iter().map(|pilot| pilot.slices.len()).min()?;
    let mean = |number: usize| {
        pilots.iter().map(|pilot| pilot.slices[number] as f64).sum::<f64>()
            / (slice as f64 * pilots.len() as f64)
    };
    let means: Vec<f64> = (0..count).map(mean).collect();
    let truncation = mser5(&means)?;
    let length = Duration(round_up(truncation.leave_out * slice));
    Some(Warmup { length, is_reliable: truncation.is_reliable })
}

/// To two digits: more would say that the point is known that well.
fn round_up(nanoseconds: u64) -> u64 {
    let digits = nanoseconds.checked_ilog10().unwrap_or(0);
    let unit = 10u64.pow(digits.saturating_sub(1));
    nanoseconds.div_ceil(unit) * unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::run::Prepared;

    /// Where runs of a scenario settle.
    fn of(run: &str, more: &str) -> Warmup {
        let text = format!(
            r#"(run: ({run}), nodes: {{
                "users": Clients(to: "server", load: Open(rate: "800/s")),
                "server": Service(serve: [Cpu(Exp("1ms"))]),
            }}, {more})"#
        );
        let prepared = Prepared::new(&text, &|_| None).unwrap();
        let pilot = |seed: u64| Pilot::run(&mut prepared.engine(Some(seed)), &|| true).unwrap();
        settled(pilot_seeds(7).into_iter().map(pilot).collect()).unwrap()
    }

    const STEADY: &str = r#"warmup: "0s", duration: "60s""#;

    #[test]
    fn an_empty_queue_settles_within_some_of_its_relaxation_times() {
        // 1 ms / (1 − √0.8)² = 90 ms is how long a start is felt (Kleinrock 1975), and MSER-5 gives away some more.
        let warmup = of(STEADY, "");
        assert!(warmup.is_reliable && warmup.length < Duration::from_secs_f64(6.0), "{warmup:?}");
    }

    #[test]
    fn a_start_that_is_slow_for_a_while_is_left_out() {
        // Ten seconds at half the speed leave 3,000 requests behind, which take 15 s more.
        let warmup = of(STEADY, r#"timeline: [At("0s", Slow(target: "server/0", factor: 2, for: "10s"))]"#);
        let seconds = warmup.length.as_secs_f64();
        assert!(warmup.is_reliable && (20.0..30.0).contains(&seconds), "{warmup:?}");
    }

    #[test]
    fn overload_never_settles() {
        let slow = r#"timeline: [At("0s", Slow(target: "server/0", factor: 2, for: "60s"))]"#;
        assert!(!of(STEADY, slow).is_reliable);
    }

    #[test]
    fn what_ends_with_its_last_request_is_judged_up_to_there() {
        let text = r#"(run: (drain: true), nodes: {
            "users": Clients(to: "server", load: Open(rate: "100/s"), total: 2_000),
            "server": Service(serve: [Wait(Constant("30s"))]),
        })"#;
        let prepared = Prepared::new(text, &|_| None).unwrap();
        let pilot = Pilot::run(&mut prepared.engine(None), &|| true).unwrap();
        let length = pilot.slice.0 as f64 * pilot.slices.len() as f64 / 1e9;
        // Two thousand requests take 20 s to come, and the last of them 30 s more.
        assert!((18.0..23.0).contains(&length), "{length}");
        assert!(Pilot::run(&mut prepared.engine(None), &|| false).is_none());
    }

    #[test]
    fn lengths_are_told_in_two_digits() {
        let told = [(0, 0), (7, 7), (99, 99), (101, 110), (1_258_291_200, 1_300_000_000)];
        assert!(told.iter().all(|(length, told)| round_up(*length) == *told));
    }

    #[test]
    fn pilots_are_other_runs_than_those_that_are_measured() {
        let measured = super::super::replicate::seeds(7, 10_000);
        assert!(pilot_seeds(7).iter().all(|seed| !measured.contains(seed)));
    }
}
