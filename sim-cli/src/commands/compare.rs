//! `escala compare`: which of several alternatives is better, and by how much, on the same random numbers.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rayon::prelude::*;
use sim_core::diagnostic::suggest;
use sim_core::experiment::compare::{Comparison, Sample, Unusable, usual_metrics};
use sim_core::experiment::replicate::seeds;
use sim_core::model::Model;
use sim_core::report::{Names, Reading};

use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::output::Output;
use crate::prepare::{Edits, time};
use crate::progress::Parts;
use crate::replicate::each_replication;
use crate::show::compare::show;
use crate::simulate::Oversight;
use crate::threads;

mod alternatives;

use alternatives::{Choice, alternatives};

/// Compare files, values or cases on the same random numbers, with intervals
#[derive(clap::Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// The scenarios, or `-`
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Compare these values at a path, such as `nodes.lb.policy=RoundRobin,PowerOf(d: 2)`, or a range with its step; repeated, every combination
    #[arg(long, value_name = "PATH=A,B")]
    vary: Vec<String>,
    /// Compare by this metric, such as `p99(users)`; may be repeated. By default by mean and p99 of latency, answers a
    /// second and error rate of each client
    #[arg(long, value_name = "METRIC")]
    metric: Vec<String>,
    /// How often each alternative runs, each time with another seed
    #[arg(long, value_name = "N", default_value = "10", value_parser = several)]
    replications: u32,
    /// What the others are compared with; by default the first alternative
    #[arg(long, value_name = "NAME")]
    baseline: Option<String>,
    /// The comparison as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    edits: Edits,
    /// Give up if one of the runs takes longer than so much time of yours: `60s`
    #[arg(long, value_name = "TIME", value_parser = time)]
    wall_limit: Option<sim_core::time::Duration>,
    /// How many threads run; by default one for each core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

const AFTER_HELP: &str = "\
Several files are compared with each other; with `--vary`, the values at a path are; a single file alone compares its cases.
All of them see the same requests, so differences show in few runs.";

const MOST_REPLICATIONS: u32 = 1_000_000;

fn several(text: &str) -> Result<u32, String> {
    match text.parse::<u32>() {
        Ok(0 | 1) => Err("one run has no spread: give at least 2".to_owned()),
        Ok(count) if count <= MOST_REPLICATIONS => Ok(count),
        _ => Err(format!("give a whole number from 2 to {MOST_REPLICATIONS}")),
    }
}

/// Runs all alternatives and compares them.
pub fn run(arguments: &Arguments, output: &Output) -> Result<Exit, Failure> {
    let choices = alternatives(&arguments.files, &arguments.vary, &arguments.edits, output)?;
    let baseline = baseline(&choices, arguments.baseline.as_deref())?;
    let readings = readings(&choices, &arguments.metric)?;
    let seeds = seeds(seed(&choices, &arguments.edits, output), arguments.replications);
    interrupt::listen();
    let samples =
        threads::with(arguments.threads, || sample(arguments, &choices, &readings, &seeds, output))?;
    let comparison = Comparison::of(&samples, &readings, baseline, &seeds);
    if arguments.json {
        output.json(&comparison)?;
    } else {
        output.results(&show(&comparison, output.style))?;
    }
    Ok(Exit::Fine)
}

fn baseline(choices: &[Choice], wanted: Option<&str>) -> Result<usize, Failure> {
    let Some(wanted) = wanted else { return Ok(0) };
    let names = || choices.iter().map(|choice| choice.alternative.name.as_str());
    names().position(|name| name == wanted).ok_or_else(|| {
        let help = match suggest(wanted, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the alternatives are `{}`", names().collect::<Vec<_>>().join("`, `")),
        };
        Failure::usage(format!("there is no alternative `{wanted}`")).with_help(help)
    })
}

/// What to ask of every alternative: what was asked for, or the usual.
fn readings(choices: &[Choice], wanted: &[String]) -> Result<Vec<Reading>, Failure> {
    let usual = if wanted.is_empty() {
        usual_metrics(&choices.iter().map(|choice| choice.prepared.model()).collect::<Vec<_>>())
    } else {
        Vec::new()
    };
    let texts = if wanted.is_empty() { &usual } else { wanted };
    if texts.is_empty() {
        return Err(Failure::usage("the alternatives have no client in common")
            .with_help("say what to compare, such as `--metric 'utilization(app)'`"));
    }
    let mut readings: Vec<Reading> = Vec::new();
    for text in texts {
        let reading = reading(choices, text)?;
        let is_same = |other: &Reading| {
            (other.metric.name, &other.subject, other.span)
                == (reading.metric.name, &reading.subject, reading.span)
        };
        if readings.iter().any(is_same) {
            return Err(Failure::usage(format!("`--metric {text}` is given twice")).with_help("give it once"));
        }
        readings.push(reading);
    }
    Ok(readings)
}

/// Every alternative must know what the metric is told of.
fn reading(choices: &[Choice], text: &str) -> Result<Reading, Failure> {
    let mut first = None;
    for (number, choice) in choices.iter().enumerate() {
        let cases = choice.prepared.compiled.scenario.cases.keys().cloned();
        let reading =
            Reading::parse(text, &Names::of(choice.prepared.model(), cases)).map_err(|problems| {
                let problem = problems.into_iter().next();
                let (message, help) = problem.map_or_else(Default::default, |one| (one.message, one.help));
                // The first one stands for all, unless only others lack it.
                let place = match number {
                    0 => String::new(),
                    _ => format!(" in the alternative `{}`", choice.alternative.name),
                };
                let failure = Failure::usage(format!("`--metric {text}`: {message}{place}"));
                failure
                    .with_help(help.unwrap_or_else(|| "metrics are those of claims: `p99(users)`".to_owned()))
            })?;
        if let Some(case) = &reading.case {
            return Err(Failure::usage(format!("`--metric {text}` is about one case"))
                .with_help(format!("leave out `@{case}`: a metric is asked of every alternative")));
        }
        first.get_or_insert(reading);
    }
    first.ok_or_else(|| Failure::usage("there is nothing to compare"))
}

/// All alternatives draw the random numbers of the first one.
fn seed(choices: &[Choice], edits: &Edits, output: &Output) -> u64 {
    let of = |choice: &Choice| choice.prepared.model().run.seed;
    let first = choices.first().map_or(0, of);
    if edits.seed.is_none() && choices.iter().any(|choice| of(choice) != first) {
        output.note(&format!(
            "all alternatives run with the seed of the first, {first}, to draw the same random numbers"
        ));
    }
    edits.seed.unwrap_or(first)
}

/// Runs every alternative with every seed.
fn sample(
    arguments: &Arguments,
    choices: &[Choice],
    readings: &[Reading],
    seeds: &[u64],
    output: &Output,
) -> Result<Vec<Sample>, Failure> {
    let spans: BTreeSet<_> = readings.iter().map(|reading| reading.span).collect();
    let all = (choices.len() * seeds.len()) as u64;
    let progress = Mutex::new((0, Parts::new()));
    let one_done = || {
        let (done, parts) = &mut *threads::held(&progress);
        *done += 1;
        if !output.is_quiet {
            parts.show(*done, all, "runs");
        }
    };
    let oversight = || Oversight {
        wall_limit: arguments.wall_limit.map(|limit| Duration::from_nanos(limit.0)),
        ..Oversight::default()
    };
    let of_choice = |choice: &Choice| {
        let model: Arc<Model> = Arc::new(choice.prepared.model().clone());
        let sample = Mutex::new(Sample::new(choice.alternative.clone(), model, readings.to_vec()));
        each_replication(&choice.prepared, seeds, &spans, &oversight, |replication, report| {
            one_done();
            let added = threads::held(&sample).add(replication, &report);
            added.map_err(|why| unusable(&choice.alternative.name, replication, report.seed, &why))
        })?;
        Ok(threads::released(sample))
    };
    let samples = choices.par_iter().map(of_choice).collect();
    threads::held(&progress).1.clear();
    samples
}

fn unusable(name: &str, replication: u32, seed: u64, why: &Unusable) -> Failure {
    let number = replication + 1;
    let message =
        format!("replication {number} of `{name}` (seed {seed}) cannot enter the comparison: {why}");
    let help = match why {
        Unusable::Broken(_) => "this is a mistake in Escala: please report it with the scenario and the seed",
        Unusable::Stopped("wall_time") => "raise `--wall-limit`, or shorten the runs with `--duration`",
        Unusable::Stopped(_) => {
            "more comes in than goes out: bound a queue, give the clients a timeout, or raise `run.limits.in_flight`"
        }
    };
    Failure::failed(message).with_help(help)
}
