//! `escala sweep`: many cases of one scenario, each with several seeds, into a folder.

use std::path::PathBuf;
use std::time::Instant;

use sim_core::experiment::design::Shard;

use super::check::plural;
use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::output::Output;
use crate::progress::Parts;
use crate::show::number::{count, span_of_s};
use crate::sweep::asked::{Asked, Options};
use crate::sweep::assemble::{Assembled, assemble};
use crate::sweep::cases::Cases;
use crate::sweep::folder::Folder;
use crate::sweep::log::Log;
use crate::sweep::manifest::Manifest;
use crate::sweep::work::Work;
use crate::threads;

/// Run a scenario for all combinations of values, into a folder with tables
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The scenario, or a file that says what to sweep, or `-`
    file: PathBuf,
    #[command(flatten)]
    options: Options,
    /// Run only part i of n, from `1/n` to `n/n`, for `escala merge` to join
    #[arg(long, value_name = "i/n")]
    shard: Option<Shard>,
    /// How many threads run cases; by default one for each core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// What was done as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Values: `1,2,4` · `RoundRobin,PowerOf(d: 2)` · `50/s..400/s step 50/s` · `1..64 log 7`
With --random and --latin also ranges without points: `1ms..1s`, `1ms..1s log`
The folder of --out gets `results.csv`, `results.parquet` and `manifest.json`.
Stopped at any moment, the same command goes on.";

/// Runs what is not finished and writes the results.
pub fn run(arguments: &Arguments, output: &Output) -> Result<Exit, Failure> {
    let path = folder_wanted(output)?;
    let output = &Output::new(output.is_quiet, None);
    let asked = Asked::read(&arguments.file, &arguments.options, output)?;
    let replications = asked.replications;
    let cases = asked.cases(output)?;
    threads::with(arguments.threads, || {
        cases.check(&cases.numbers(arguments.shard), output)?;
        let manifest = Manifest::new(&cases, replications, arguments.shard);
        let (folder, log) = Folder::open(&path, manifest)?;
        log.begin(rayon::current_num_threads());
        let done = finish(&cases, &folder, &log, output);
        log.line(&match &done {
            Ok(done) => format!("ended: {} run, {:.3} s", plural(done.ran, "case"), done.seconds),
            Err(failure) => format!("ended: {}", failure.message),
        });
        tell(arguments, &folder, &done?, output)
    })
}

/// What was done.
struct Done {
    assembled: Assembled,
    /// Cases that were not finished before.
    ran: usize,
    seconds: f64,
}

/// Runs what is not finished and puts the results together.
fn finish(cases: &Cases, folder: &Folder, log: &Log, output: &Output) -> Result<Done, Failure> {
    let start = Instant::now();
    let unfinished = folder.unfinished();
    let all = folder.manifest.numbers().len();
    let kept = all - unfinished.len();
    if kept > 0 {
        output.note(&format!("{} of {} are finished already", count(kept as u64), plural(all, "case")));
    }
    interrupt::listen();
    let progress = (!output.is_quiet).then(Parts::new);
    let assembled = Work::run(cases, folder, log, &unfinished, progress)
        .and_then(|()| assemble(folder))
        .map_err(|failure| stopped(failure, folder, all))?;
    Ok(Done { assembled, ran: unfinished.len(), seconds: start.elapsed().as_secs_f64() })
}

/// The folder that `--out` names.
pub fn folder_wanted(output: &Output) -> Result<PathBuf, Failure> {
    output.file.clone().ok_or_else(|| {
        Failure::usage("there is no folder to write to").with_help("name one, such as `--out results`")
    })
}

/// Why a sweep does not come to its end, and what is kept.
fn stopped(failure: Failure, folder: &Folder, all: usize) -> Failure {
    let why = match failure.exit {
        Exit::Interrupted => "interrupted".to_owned(),
        Exit::Usage => failure.message,
        Exit::Fine | Exit::Failed | Exit::Invalid => return failure,
    };
    let finished = all - folder.unfinished().len();
    let kept = format!("{finished} of {} are finished and kept in `{}`", plural(all, "case"), folder.name());
    let first = match failure.help {
        Some(help) if failure.exit == Exit::Usage => format!("{help}; then "),
        Some(_) | None => String::new(),
    };
    let help = format!("{first}the same command goes on with the rest");
    Failure { exit: failure.exit, message: format!("{why}; {kept}"), help: Some(help) }
}

fn tell(arguments: &Arguments, folder: &Folder, done: &Done, output: &Output) -> Result<Exit, Failure> {
    let Done { assembled: Assembled { cases, rows, ill }, ran, seconds } = *done;
    let Manifest { replications, shard, .. } = &folder.manifest;
    if arguments.json {
        output.json(&serde_json::json!({
            "schema": 1, "folder": folder.name(), "cases": cases, "replications": replications,
            "shard": shard, "rows": rows, "ran": ran, "ill": ill, "wall_s": seconds,
        }))?;
    } else {
        let of = shard.as_ref().map_or_else(String::new, |shard| format!(" of shard {shard}"));
        let wall = span_of_s(seconds);
        let rows = written(folder, rows);
        output.results(&format!("{} cases{of} × {replications} in {wall}: {rows}\n", count(cases)))?;
    }
    Ok(health(ill, output))
}

/// How many rows stand where.
pub fn written(folder: &Folder, rows: u64) -> String {
    format!("{} rows in {} and .parquet", count(rows), folder.path("results.csv").display())
}

/// With what a command ends whose results hold so many ill cases.
pub fn health(ill: u64, output: &Output) -> Exit {
    if ill == 0 {
        return Exit::Fine;
    }
    let cases = plural(ill as usize, "case");
    output.note(&format!(
        "{cases} did not end well and mean little: the column `stopped` of the results says which and why"
    ));
    Exit::Failed
}
