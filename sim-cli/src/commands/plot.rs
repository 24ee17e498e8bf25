//! `escala plot`: pictures of a run.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sim_core::report::Report;

use crate::claims::run_one;
use crate::exit::{Exit, Failure};
use crate::input::Source;
use crate::interrupt;
use crate::output::{Folder, Output};
use crate::plot::{self, Look};
use crate::prepare::{Edits, Prepared, prepare, time};
use crate::progress::{Parts, Progress};
use crate::replicate::{Repeat, replicate};
use crate::simulate::Oversight;
use crate::threads;

/// Run a scenario and draw it: over time, and the latencies of each client
///
/// The pictures are written to the folder that `--out` names, by default the current one, which is made if it is not there. What
/// is printed are the names of the files.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The scenario, or `-`
    file: PathBuf,
    /// The names of the files as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    look: Look,
    #[command(flatten)]
    edits: Edits,
    /// Run it so many times with different seeds: the latencies are those of all runs, what is over time is of the first
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..))]
    replications: u32,
    /// End a run after so much time of yours, and draw what it saw: `60s`
    #[arg(long, value_name = "TIME", value_parser = time)]
    wall_limit: Option<sim_core::time::Duration>,
    /// How many threads run the replications; by default one for each core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

/// Runs it and draws.
pub fn run(arguments: &Arguments, output: &Output) -> Result<Exit, Failure> {
    let source = Source::read(&arguments.file)?;
    let prepared = prepare(&source, &arguments.edits, output)?;
    // Before the run: nobody waits for pictures that cannot be written.
    let folder = Folder::new(output.file.as_deref().unwrap_or(Path::new(".")))?;
    let report = threads::with(arguments.threads, || simulate(arguments, &prepared, output))?;
    let files = plot::write(&report, prepared.model(), &folder, arguments.look)?;
    if let Some(limit) = report.limit {
        output.note(&format!(
            "stopped early by the bound on {}: the pictures are of the part that ran",
            limit.replace('_', " ")
        ));
    }
    let printed = Output::new(output.is_quiet, None);
    if arguments.json {
        printed.json(&serde_json::json!({
            "schema": 1, "scenario": report.scenario, "case": report.case, "seed": report.seed, "digest": report.digest,
            "pictures": files,
        }))?;
    } else {
        printed.results(&(files.join("\n") + "\n"))?;
    }
    for violation in &report.violations {
        output.note(&format!(
            "self-check failed: {violation}: the pictures are wrong; please report this with the scenario"
        ));
    }
    Ok(if report.is_sound() && report.limit.is_none() { Exit::Fine } else { Exit::Failed })
}

fn simulate(arguments: &Arguments, prepared: &Prepared, output: &Output) -> Result<Report, Failure> {
    interrupt::listen();
    let oversight = || Oversight {
        wall_limit: arguments.wall_limit.map(|limit| Duration::from_nanos(limit.0)),
        ..Oversight::default()
    };
    if arguments.replications == 1 {
        let progress = (!output.is_quiet).then(Progress::new);
        return run_one(prepared, &mut Oversight { progress, ..oversight() });
    }
    let repeat = Repeat::Times(arguments.replications);
    let replicated = replicate(prepared, &repeat, &oversight, (!output.is_quiet).then(Parts::new))?;
    Ok(replicated.report)
}
