//! `escala run`: one run of a scenario, and what its users and operators would have seen.

use std::path::PathBuf;
use std::time::Duration;

use sim_core::experiment::replicate::Precision;
use sim_core::quantity::Ratio;
use sim_core::report::claim::Reading;
use sim_core::report::{Names, Report};

use crate::claims::{Checked, Subject, run_and_check, run_one};
use crate::exit::{Exit, Failure};
use crate::input::Source;
use crate::interrupt;
use crate::output::{Folder, Output};
use crate::plot::{self, Look};
use crate::prepare::{Edits, Prepared, prepare, time, try_prepare};
use crate::progress::{Parts, Progress};
use crate::replicate::{Repeat, replicate};
use crate::series::SeriesFile;
use crate::show::report::show;
use crate::simulate::{Oversight, RequestsFile};
use crate::threads;
use crate::trace::Traced;
use crate::warmup::Start;

/// Run a scenario and say what its users and operators would have seen
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The scenario, or `-`
    file: PathBuf,
    /// The report as JSON
    #[arg(long)]
    json: bool,
    /// Write the run over time, row by row: to `out.csv`, `out.parquet`, or `out.om` for Prometheus; without a file, with
    /// `--json`, into the report
    #[arg(long, value_name = "FILE")]
    series: Option<Option<PathBuf>>,
    #[command(flatten)]
    edits: Edits,
    /// How much of the start is not measured: `30s`, or `auto` to find it by pilot runs
    #[arg(long, value_name = "TIME", value_parser = Start::parse)]
    warmup: Option<Start>,
    /// Write a line for each request: client, class, key, sent, outcome, latency, attempts, instances visited
    #[arg(long, value_name = "FILE")]
    requests: Option<PathBuf>,
    /// Draw the run into this folder, as `escala plot` does
    #[arg(long, value_name = "DIR")]
    plot: Option<PathBuf>,
    #[command(flatten)]
    traced: Traced,
    /// End the run after so much time of yours, and report what it saw: `60s`
    #[arg(long, value_name = "TIME", value_parser = time)]
    wall_limit: Option<sim_core::time::Duration>,
    /// Run so many times, each with another seed, and report all together; with `--precision`: at most so often
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MOST_REPLICATIONS),
        conflicts_with_all = ["requests", "wall_limit"])]
    replications: Option<u32>,
    /// Run again and again until half the 95 % interval is at most such a share of the value: `2%`
    #[arg(long, value_name = "SHARE", value_parser = share, conflicts_with_all = ["requests", "wall_limit"])]
    precision: Option<f64>,
    /// What `--precision` is about, such as `p99(users)`; by default the mean latency of the first client
    #[arg(long, value_name = "METRIC", requires = "precision")]
    of: Option<String>,
    /// How many threads run replications, and the cases that an `expect` compares; by default one for each core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

/// More replications than anybody waits for.
const MOST_REPLICATIONS: i64 = 1_000_000;

/// As often `--precision` runs at most, unless `--replications` says otherwise.
const PATIENCE: u32 = 1_000;

/// A share on the command line.
fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share: &Ratio| share.0 > 0.0 && share.0 < 1.0);
    share.map(|share| share.0).ok_or_else(|| "a precision is between 0% and 100%, such as `2%`".to_owned())
}

/// Runs it and reports.
pub fn run(arguments: &Arguments, output: &Output) -> Result<Exit, Failure> {
    let source = Source::read(&arguments.file)?;
    let mut prepared = prepare(&source, &arguments.edits, output)?;
    let pictures = arguments.plot.as_deref().map(Folder::new).transpose()?;
    let series = series_file(arguments)?;
    let report = threads::with(arguments.threads, || {
        interrupt::listen();
        let edits = match arguments.warmup {
            None => arguments.edits.clone(),
            Some(warmup) => warmup.edits(&arguments.edits, &prepared, output)?,
        };
        if edits != arguments.edits {
            prepared = try_prepare(&source, &edits).map_err(|unfit| unfit.tell(output))?;
        }
        simulate(arguments, &edits, &source, &prepared, output)
    })?;
    if let Some(series) = series {
        series.write(&report)?;
    }
    if arguments.json {
        output.json(&report.to_json(matches!(arguments.series, Some(None))))?;
    } else {
        output.results(&show(&report, &prepared.graph(), output.style))?;
    }
    if let Some(folder) = &pictures {
        let files = plot::write(&plot::of_run(&report, prepared.model())?, folder, Look::default())?;
        output.note(&format!("drawn: {}", files.join(", ")));
    }
    let holds = report.expect.iter().all(|claim| claim.holds);
    let is_fine = report.is_sound() && report.limit.is_none() && holds;
    Ok(if is_fine { Exit::Fine } else { Exit::Failed })
}

/// The file for the run over time.
fn series_file(arguments: &Arguments) -> Result<Option<SeriesFile>, Failure> {
    match &arguments.series {
        Some(Some(path)) => SeriesFile::new(path).map(Some),
        Some(None) if !arguments.json => {
            let failure = Failure::usage("`--series` needs a file, or `--json`");
            Err(failure
                .with_help("write `--series out.csv`, or `--json --series` for the rows in the report"))
        }
        Some(None) | None => Ok(None),
    }
}

/// How often the scenario is run.
fn repeat(arguments: &Arguments, prepared: &Prepared, output: &Output) -> Result<Repeat, Failure> {
    let Some(share) = arguments.precision else {
        return Ok(Repeat::Times(arguments.replications.unwrap_or(1)));
    };
    let names = Names::of(prepared.model(), []);
    let of = match (&arguments.of, names.clients.keys().next()) {
        (Some(metric), _) => metric.clone(),
        (None, Some(client)) => format!("mean({client})"),
        (None, None) => return Err(Failure::usage("there is no client whose latency could be told")),
    };
    let reading = Reading::parse(&of, &names).map_err(|problems| {
        output.diagnostics("--of", &of, &problems);
        Failure::said(Exit::Usage)
    })?;
    if let Some(case) = &reading.case {
        let failure = Failure::usage(format!("`--of` is about the run at hand, not about the case `{case}`"));
        return Err(failure.with_help(format!("choose the case by `--case {case}`")));
    }
    let most = arguments.replications.unwrap_or(PATIENCE);
    Ok(Repeat::Until(Precision { share, most }, reading))
}

/// The report of replications; says how many there were, and whether they are enough.
fn replicated(
    prepared: &Prepared,
    repeat: &Repeat,
    beside: &(dyn Fn() -> Oversight + Sync),
    output: &Output,
) -> Result<Report, Failure> {
    let replicated = replicate(prepared, repeat, beside, (!output.is_quiet).then(Parts::new))?;
    if let (Repeat::Until(precision, reading), Some(reached)) = (repeat, replicated.short_of) {
        let reached = match reached {
            Some(reached) => format!("±{:.2} %", reached * 100.0),
            None => "no interval".to_owned(),
        };
        output.note(&format!(
            "after {} replications {} has {reached}, not the ±{:.2} % that {} % ask for; raise `--replications`, or run longer",
            replicated.report.seeds.len(),
            reading.text,
            precision.target() * 100.0,
            precision.share * 100.0,
        ));
    }
    Ok(replicated.report)
}

/// Runs the scenario, and beside it the cases with which its claims compare it.
fn simulate(
    arguments: &Arguments,
    edits: &Edits,
    source: &Source,
    prepared: &Prepared,
    output: &Output,
) -> Result<Report, Failure> {
    let beside = || Oversight {
        wall_limit: arguments.wall_limit.map(|limit| Duration::from_nanos(limit.0)),
        ..Oversight::default()
    };
    let mut oversight = beside();
    oversight.requests = arguments.requests.as_deref().map(RequestsFile::new).transpose()?;
    oversight.wish = arguments.traced.wish(true);
    oversight.traces = arguments.traced.file()?;
    oversight.progress = (!output.is_quiet).then(Progress::new);
    let repeat = repeat(arguments, prepared, output)?;
    let subject = Subject { source, edits, prepared };
    let is_single = matches!(repeat, Repeat::Times(1));
    let main = || {
        if is_single {
            return run_one(prepared, &mut oversight);
        }
        let watched = || Oversight { wish: arguments.traced.wish(false), ..beside() };
        replicated(prepared, &repeat, &watched, output)
    };
    let Checked { report, doubts } = run_and_check(subject, is_single, main, &beside, output)?;
    doubts.iter().for_each(|doubt| output.note(doubt));
    Ok(report)
}
