//! `escala run`: one run of a scenario, and what its users and operators would have seen.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use sim_core::report::Report;
use sim_core::report::claim::BASE;

use crate::claims::{Runs, cases_needed, check, run_cases, run_one};
use crate::exit::{Exit, Failure};
use crate::input::Source;
use crate::interrupt;
use crate::output::Output;
use crate::prepare::{Edits, Prepared, prepare, time};
use crate::progress::Progress;
use crate::show::report::show;
use crate::simulate::{Oversight, RequestsFile};
use crate::threads;

/// Run a scenario and say what its users and operators would have seen
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The scenario, or `-`
    file: PathBuf,
    /// The report as JSON
    #[arg(long)]
    json: bool,
    /// With `--json`: also the run over time, row by row
    #[arg(long, requires = "json")]
    series: bool,
    #[command(flatten)]
    edits: Edits,
    /// Write a line for each request: client, class, key, sent, outcome, latency, attempts, instances visited
    #[arg(long, value_name = "FILE")]
    requests: Option<PathBuf>,
    /// End the run after so much time of yours, and report what it saw: `60s`
    #[arg(long, value_name = "TIME", value_parser = time)]
    wall_limit: Option<sim_core::time::Duration>,
    /// How many threads run the cases that an `expect` compares; by default one for each core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

/// Runs it and reports.
pub fn run(arguments: &Arguments, output: &Output) -> Result<Exit, Failure> {
    let source = Source::read(&arguments.file)?;
    let prepared = prepare(&source, &arguments.edits, output)?;
    let report = threads::with(arguments.threads, || simulate(arguments, &source, &prepared, output))?;
    if arguments.json {
        output.json(&report.to_json(arguments.series))?;
    } else {
        output.results(&show(&report, &prepared.graph(), output.style))?;
    }
    let holds = report.expect.iter().all(|claim| claim.holds);
    let is_fine = report.is_sound() && report.limit.is_none() && holds;
    Ok(if is_fine { Exit::Fine } else { Exit::Failed })
}

/// Runs the scenario, and beside it the cases with which its claims compare it.
fn simulate(
    arguments: &Arguments,
    source: &Source,
    prepared: &Prepared,
    output: &Output,
) -> Result<Report, Failure> {
    interrupt::listen();
    let own = prepared.case.as_deref().unwrap_or(BASE);
    // Who asks for one case wants that one only.
    let others = if own == BASE { cases_needed(prepared, own) } else { BTreeSet::new() };
    let beside = || Oversight {
        wall_limit: arguments.wall_limit.map(|limit| Duration::from_nanos(limit.0)),
        ..Oversight::default()
    };
    let mut oversight = beside();
    oversight.requests = arguments.requests.as_deref().map(RequestsFile::new).transpose()?;
    oversight.progress = (!output.is_quiet).then(Progress::new);
    let (main, others) = rayon::join(
        || run_one(prepared, &mut oversight),
        || run_cases(source, &arguments.edits, &others, &beside, output),
    );
    let (main, mut runs): (Report, Runs) = (main?, others?);
    for (case, report) in &runs {
        if !report.is_sound() || report.limit.is_some() {
            let name = if case == BASE { "the scenario itself" } else { case };
            output.note(&format!(
                "the run of {name} did not end well, so claims about it mean little; see `escala run --case {name}`"
            ));
        }
    }
    runs.insert(own.to_owned(), main);
    let expect = check(prepared, &runs, &BTreeSet::from([own]));
    let left_out = prepared.claims.iter().count() - expect.len();
    if left_out > 0 {
        output.note(&format!(
            "{left_out} of the claims compare with other cases; `escala test {}` checks them",
            arguments.file.display()
        ));
    }
    let mut report = runs.remove(own).ok_or_else(|| Failure::failed("the run left no report"))?;
    report.expect = expect;
    Ok(report)
}
