//! `escala report`: what runs, comparisons and sweeps answer, on a page to hand around.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sim_core::observe::trace::Wish;

use super::plot::REPLICATIONS_OF_A_LOAD;
use super::plot::load::Loads;
use crate::claims::{Checked, Subject, run_and_check, run_one};
use crate::comparison::Comparison;
use crate::exit::{Exit, Failure};
use crate::input::Source;
use crate::interrupt;
use crate::output::{FileInMaking, Output, write_file};
use crate::plot::{self, Named};
use crate::prepare::{Edits, Prepared, prepare, time};
use crate::progress::{Parts, Progress};
use crate::replicate::{Repeat, replicate};
use crate::report::read::Run;
use crate::report::{
    Document, Part, Pictures, Seen, Told, html, markdown, of_comparison, of_run, of_sweep, quoted,
};
use crate::simulate::Oversight;
use crate::threads;

/// Write a page about runs, comparisons and sweeps: question, graph, tables, pictures, verdict, and how to repeat it
///
/// Of a scenario, which it runs; of what `run --json` or `compare --json` has written; of the folder of a sweep. Several are
/// sections of one page. The page is one file that needs no network, is light or dark as its reader's system is set, and is
/// the same, byte by byte, whenever it is written of the same inputs.
#[derive(clap::Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// Scenarios, or `-`; the JSON of a run or of a comparison; folders of sweeps
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// What to write; by default what the ending of `--out` says, or HTML
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// What the page is called; by default what its inputs are called
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// The names of the files as JSON; with `--out`
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    edits: Edits,
    /// Run each scenario so many times with different seeds; what is over time is of the first
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..))]
    replications: u32,
    /// Tell where the slowest N requests spent their time, hop by hop
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(..=100))]
    explain_slow: u32,
    /// Also run each scenario at loads from almost nothing to almost all that it can serve, and draw latency against load
    #[arg(long)]
    load_curve: bool,
    /// Of sweeps: what is told of each case, such as `p99(users)`; may be repeated. By default p99 of the first client
    #[arg(long, value_name = "METRIC")]
    metric: Vec<String>,
    /// Do not follow each request to tell where time went: several times as fast
    #[arg(long, conflicts_with = "explain_slow")]
    no_breakdown: bool,
    /// End a run after so much time of yours, and tell what it saw: `60s`
    #[arg(long, value_name = "TIME", value_parser = time)]
    wall_limit: Option<sim_core::time::Duration>,
    /// How many threads run; by default one for each core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

const AFTER_HELP: &str = "\
The page is written also where a run failed or an `expect` did not hold; the exit code is 1 then.";

/// What a page is written as.
#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Format {
    /// One file with everything in it
    Html,
    /// A text, with its pictures as SVG files beside it
    Markdown,
}

/// What an input is.
enum Input {
    Scenario(Source),
    Run(Box<Run>, String),
    Comparison(Comparison, String),
    Sweep(PathBuf),
}

/// A part of the page, and how what it tells of came to its end.
struct Done {
    part: Part,
    exit: Exit,
}

/// Writes the page.
pub fn run(arguments: &Arguments, output: &Output) -> Result<Exit, Failure> {
    let format = format(arguments, output)?;
    if arguments.json && output.file.is_none() {
        return Err(Failure::usage(
            "`--json` tells which files were written, and the page goes to standard output",
        )
        .with_help("name a file by `--out`"));
    }
    // First: nobody waits for a page that cannot be written.
    let file = output.file.as_deref().map(FileInMaking::new).transpose()?;
    let inputs = arguments.inputs.iter().map(|path| Input::read(path)).collect::<Result<Vec<_>, _>>()?;
    if !inputs.iter().any(|input| matches!(input, Input::Scenario(_))) {
        arguments.check_has_no_run()?;
    }
    if !arguments.metric.is_empty() && !inputs.iter().any(|input| matches!(input, Input::Sweep(_))) {
        let failure = Failure::usage("`--metric` is about sweeps, and no input is the folder of one");
        return Err(failure.with_help("leave it out: all is told of runs and comparisons"));
    }
    interrupt::listen();
    let done = threads::with(arguments.threads, || {
        inputs.into_iter().map(|input| tell(input, arguments, output)).collect::<Result<Vec<_>, _>>()
    })?;
    let exit = done.iter().fold(Exit::Fine, |all, done| all.worst(done.exit));
    let parts: Vec<Part> = done.into_iter().map(|done| done.part).collect();
    let titles = || parts.iter().map(|part| part.title.as_str()).collect::<Vec<_>>().join(" · ");
    let document = Document { title: arguments.title.clone().unwrap_or_else(titles), parts };
    let (text, pictures) = match format {
        Format::Html => (html(&document), Vec::new()),
        Format::Markdown => {
            let pictures = if file.is_some() { Pictures::Beside } else { Pictures::LeftOut };
            markdown(&document, pictures)
        }
    };
    let folder = output.file.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
    let mut files = Vec::new();
    for (name, figure) in pictures {
        let path = folder.join(name);
        write_file(&path, figure.alone.as_bytes())?;
        files.push(path.display().to_string());
    }
    match file {
        Some(mut file) => {
            file.add(text.as_bytes())?;
            file.finish()?;
        }
        None => output.results(&text)?,
    }
    if format == Format::Markdown && output.file.is_none() {
        output.note("the pictures are left out; `-o report.md` writes them beside the text");
    }
    if arguments.json {
        files.splice(0..0, output.file.iter().map(|file| file.display().to_string()));
        Output::new(output.is_quiet, None).json(&serde_json::json!({ "schema": 1, "files": files }))?;
    }
    Ok(exit)
}

fn format(arguments: &Arguments, output: &Output) -> Result<Format, Failure> {
    if let Some(format) = arguments.format {
        return Ok(format);
    }
    let Some(path) = &output.file else { return Ok(Format::Html) };
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    match ending.as_deref() {
        Some("html" | "htm") => Ok(Format::Html),
        Some("md" | "markdown") => Ok(Format::Markdown),
        _ => Err(Failure::usage(format!("the ending of `{}` names no format", path.display()))
            .with_help("end it with .html or .md, or say `--format`")),
    }
}

impl Input {
    fn read(path: &Path) -> Result<Input, Failure> {
        if path.is_dir() {
            return Ok(Input::Sweep(path.to_owned()));
        }
        let source = Source::read(path)?;
        if !source.text.trim_start().starts_with(['{', '[']) {
            return Ok(Input::Scenario(source));
        }
        let name = source.name;
        let json: serde_json::Value = serde_json::from_str(&source.text).map_err(|error| {
            Failure::usage(format!("`{name}` is no JSON: {error}")).with_help(HELP_OF_INPUTS)
        })?;
        let has = |fields: [&str; 2]| fields.iter().all(|field| json.get(field).is_some());
        if has(["alternatives", "baseline"]) {
            return Ok(Input::Comparison(Comparison::read(&source.text, &name)?, name));
        }
        if has(["clients", "nodes"]) {
            return Ok(Input::Run(Box::new(Run::read(json, &name)?), name));
        }
        Err(Failure::usage(format!("`{name}` is JSON of something that no report is about"))
            .with_help(HELP_OF_INPUTS))
    }
}

const HELP_OF_INPUTS: &str = "a report is of a scenario, of what `escala run --json` or `escala compare --json` has written, or \
                              of the folder of a sweep";

impl Arguments {
    /// Refuses options that say how to run a scenario where none is run.
    fn check_has_no_run(&self) -> Result<(), Failure> {
        let others = [
            ("--replications", self.replications > 1),
            ("--load-curve", self.load_curve),
            ("--no-breakdown", self.no_breakdown),
            ("--wall-limit", self.wall_limit.is_some()),
        ];
        self.edits.check_unused(&others, "these inputs have")
    }

    fn oversight(&self) -> Oversight {
        let wall_limit = self.wall_limit.map(|limit| Duration::from_nanos(limit.0));
        Oversight { wall_limit, ..Oversight::default() }
    }

    /// What a run has to watch for.
    fn wish(&self) -> Option<Wish> {
        let wish = || Wish { slowest: self.explain_slow, breakdown: true, ..Wish::default() };
        (!self.no_breakdown).then(wish)
    }

    /// The command that writes the page of this scenario alone.
    fn command(&self, source: &Source) -> String {
        let name = if source.name.starts_with('<') { "scenario.ron" } else { &source.name };
        let Edits { case, seed, duration, set } = &self.edits;
        let mut words = vec!["escala".to_owned(), "report".to_owned(), quoted(name)];
        let mut add = |option: &str, value: Option<String>| {
            words.extend(value.map(|value| format!("{option} {}", quoted(&value))));
        };
        add("--case", case.clone());
        add("--seed", seed.map(|seed| seed.to_string()));
        add("--duration", duration.map(|duration| duration.to_string()));
        set.iter().for_each(|set| add("--set", Some(set.clone())));
        add("--replications", (self.replications > 1).then(|| self.replications.to_string()));
        add("--explain-slow", (self.explain_slow != 1).then(|| self.explain_slow.to_string()));
        words.extend(self.load_curve.then(|| "--load-curve".to_owned()));
        words.extend(self.no_breakdown.then(|| "--no-breakdown".to_owned()));
        words.extend(self.wall_limit.map(|limit| format!("--wall-limit {limit}")));
        words.push("-o report.html".to_owned());
        words.join(" ")
    }
}

/// What there is to tell of an input.
fn tell(input: Input, arguments: &Arguments, output: &Output) -> Result<Done, Failure> {
    match input {
        Input::Scenario(source) => {
            let prepared = prepare(&source, &arguments.edits, output)?;
            let Checked { report, doubts } = simulate(arguments, &source, &prepared, output)?;
            let mut pictures = plot::of_run(&report, prepared.model())?.into_iter();
            let over_time = pictures.next().ok_or_else(|| Failure::failed("the run has no picture"))?;
            let clients = report.measured.clients.keys().cloned();
            let told = Told {
                text: prepared.text.clone(),
                graph: prepared.graph(),
                command: arguments.command(&source),
            };
            let latency = clients.zip(pictures).collect();
            let loads = loads(arguments, &source, &prepared, output)?;
            let seen = Seen { told, over_time, latency, loads, doubts };
            let run = Run::read(report.to_json(false), &source.name)?;
            let exit = exit_of(&run);
            Ok(Done { part: of_run(&run, Some(seen), &source.name)?, exit })
        }
        Input::Comparison(comparison, name) => {
            Ok(Done { part: of_comparison(&comparison, &name)?, exit: Exit::Fine })
        }
        Input::Sweep(folder) => Ok(Done { part: of_sweep(&folder, &arguments.metric)?, exit: Exit::Fine }),
        Input::Run(run, name) => Ok(Done { part: of_run(&run, None, &name)?, exit: exit_of(&run) }),
    }
}

/// By client: latency against load, if it is asked for.
fn loads(
    arguments: &Arguments,
    source: &Source,
    prepared: &Prepared,
    output: &Output,
) -> Result<Vec<(String, Named)>, Failure> {
    if !arguments.load_curve {
        return Ok(Vec::new());
    }
    let loads = Loads::of(source, &arguments.edits, prepared, output)?;
    let levels = loads.run(REPLICATIONS_OF_A_LOAD, &|| arguments.oversight(), output)?;
    let curves = loads.curves(prepared, &levels)?;
    let clients: Vec<String> = curves.iter().map(|(client, _)| client.clone()).collect();
    Ok(clients.into_iter().zip(plot::of_loads(prepared, curves)?).collect())
}

/// As `escala run` would have ended.
fn exit_of(run: &Run) -> Exit {
    let is_fine =
        run.violations.is_empty() && run.limit.is_none() && run.expect.iter().all(|claim| claim.holds);
    if is_fine { Exit::Fine } else { Exit::Failed }
}

/// Runs a scenario as often as asked for, and checks its claims.
fn simulate(
    arguments: &Arguments,
    source: &Source,
    prepared: &Prepared,
    output: &Output,
) -> Result<Checked, Failure> {
    let beside = || arguments.oversight();
    let watched = || Oversight { wish: arguments.wish(), ..beside() };
    let is_single = arguments.replications == 1;
    let main = || {
        if is_single {
            let progress = (!output.is_quiet).then(Progress::new);
            return run_one(prepared, &mut Oversight { progress, ..watched() });
        }
        let progress = (!output.is_quiet).then(Parts::new);
        Ok(replicate(prepared, &Repeat::Times(arguments.replications), &watched, progress)?.report)
    };
    run_and_check(Subject { source, edits: &arguments.edits, prepared }, is_single, main, &beside, output)
}
