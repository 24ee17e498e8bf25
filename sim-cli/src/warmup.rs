//! The warm-up of a run, given or found by pilot runs.

use rayon::prelude::*;
use sim_core::experiment::warmup::{Pilot, pilot_seeds, settled};
use sim_core::time::Duration;

use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::output::Output;
use crate::prepare::{Edits, Prepared, time};
use crate::show::number::span_of_s;

/// What `--warmup` says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Start {
    /// So much of the start is not measured.
    Given(Duration),
    /// Pilots tell how much.
    Found,
}

impl Start {
    /// Reads `30s` or `auto`.
    pub fn parse(text: &str) -> Result<Start, String> {
        match text {
            "auto" => Ok(Start::Found),
            given => time(given).map(Start::Given).map_err(|problem| format!("{problem}, or `auto`")),
        }
    }

    /// The edits that bring it about.
    pub fn edits(self, edits: &Edits, prepared: &Prepared, output: &Output) -> Result<Edits, Failure> {
        let length = match self {
            Start::Given(length) => Some(length),
            Start::Found => find(prepared, output)?,
        };
        let set = length.map(|length| format!("run.warmup={length}"));
        Ok(Edits { set: edits.set.iter().cloned().chain(set).collect(), ..edits.clone() })
    }
}

/// Runs the pilots and says what they found; `None` where they found nothing that would help.
fn find(prepared: &Prepared, output: &Output) -> Result<Option<Duration>, Failure> {
    let model = prepared.model();
    let pilot = |seed: &u64| {
        let mut engine = prepared.engine_with(*seed);
        Pilot::run(&mut engine, &|| !interrupt::is_asked())
    };
    let pilots: Option<Vec<Pilot>> = pilot_seeds(model.run.seed).par_iter().map(pilot).collect();
    if interrupt::is_asked() {
        return Err(Failure { exit: Exit::Interrupted, message: "interrupted".to_owned(), help: None });
    }
    let Some(pilots) = pilots else {
        let failure = Failure::failed("a pilot run for the warm-up reached a bound of the run");
        return Err(failure
            .with_help("give the warm-up yourself, such as `--warmup 30s`, or see `escala run` without it"));
    };
    let count = pilots.len();
    let found = settled(pilots);
    match found {
        Some(found) if found.is_reliable => {
            output.note(&format!(
                "the warm-up is {}: from there on the work in flight in {count} pilot runs is stationary (MSER-5); \
                 `--warmup {}` repeats this",
                span_of_s(found.length.as_secs_f64()),
                found.length,
            ));
            Ok(Some(found.length))
        }
        _ => {
            output.note(&format!(
                "no warm-up was found: the work in flight in {count} pilot runs does not settle in the first half, so the \
                 scenario's own {} remains; make the run longer, or see whether the load is too high (`escala explain`)",
                span_of_s(model.run.warmup.as_secs_f64()),
            ));
            Ok(None)
        }
    }
}
