//! `escala search`: the cheapest configuration that keeps its limits.

use std::path::PathBuf;

use sim_core::experiment::design::MOST_CASES;
use sim_core::experiment::search::MOST_CANDIDATES;

use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::prepare::Edits;
use crate::search::{Question, search};
use crate::show::search::show;
use crate::threads;

/// Find the cheapest configuration that keeps its limits, in few runs
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The scenario, or `-`
    file: PathBuf,
    /// What is to be least: `cost` of all instances, `instances` of all services, the number at a path, or a metric
    #[arg(long, value_name = "WHAT", required_unless_present = "maximize")]
    minimize: Option<String>,
    /// What is to be most, such as `nodes.users.load.rate`
    #[arg(long, value_name = "WHAT", conflicts_with = "minimize")]
    maximize: Option<String>,
    /// A limit that has to be kept, as a claim: `p99(users) < 250ms`; may be repeated
    #[arg(long, value_name = "CLAIM", required = true)]
    such_that: Vec<String>,
    /// What may be chosen: a path and its values, as a list or a range; may be repeated
    #[arg(long, value_name = "PATH=VALUES", required = true)]
    over: Vec<String>,
    /// Draw so many candidates at random instead of taking the whole grid
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_CASES)))]
    random: Option<u32>,
    /// Draw so many candidates as a Latin hypercube: one in each of N equal parts of every axis
    #[arg(long, value_name = "N", conflicts_with = "random", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_CASES)))]
    latin: Option<u32>,
    /// The most runs of a candidate; those that are clear get fewer
    #[arg(long, value_name = "N", default_value = "64", value_parser = clap::value_parser!(u32).range(4..=100_000))]
    replications: u32,
    /// Run every candidate, instead of ruling out those with less of everything than one that breaks a limit
    #[arg(long)]
    exhaustive: bool,
    /// What was found as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    edits: Edits,
    /// How many threads run; by default one for each core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

const EXAMPLES: &str = "\
Values: `1,2,4` · `1..16` · `RoundRobin,PowerOf(d: 2)` · `50/s..400/s step 50/s` · `1..64 log 7`
How much does it cost to keep the objective?   --minimize cost --such-that 'p99(users) < 250ms'
How much load does it take?                    --maximize nodes.users.load.rate --such-that 'p99(users) < 250ms'";

/// Searches, and tells what was found.
pub fn run(arguments: &Arguments, output: &Output) -> Result<Exit, Failure> {
    let (what, is_most) = match (&arguments.minimize, &arguments.maximize) {
        (Some(what), _) => (what, false),
        (None, Some(what)) => (what, true),
        (None, None) => return Err(Failure::usage("say what to `--minimize` or to `--maximize`")),
    };
    let question = Question {
        file: &arguments.file,
        what,
        is_most,
        limits: &arguments.such_that,
        over: &arguments.over,
        random: arguments.random,
        latin: arguments.latin,
        replications: arguments.replications,
        is_exhaustive: arguments.exhaustive,
        edits: &arguments.edits,
    };
    let found = threads::with(arguments.threads, || search(&question, output))?;
    if arguments.json {
        output.json(&found)?;
    } else {
        output.results(&show(&found, output.style))?;
    }
    if found.winner.is_some() {
        return Ok(Exit::Fine);
    }
    output.note(&format!(
        "none of {} candidates keeps the limits; widen `--over`, or see `escala run` of the nearest one",
        found.candidates
    ));
    Ok(Exit::Failed)
}

/// Says that there are too many.
pub fn too_many(count: u32) -> Failure {
    let failure = Failure::usage(format!("{count} candidates are too many to compare with each other"));
    failure.with_help(format!("take at most {MOST_CANDIDATES}: longer steps, `log n`, or `--latin 1000`"))
}
