//! `escala plot`: pictures of runs, comparisons and sweeps.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sim_core::report::Report;

use crate::claims::run_one;
use crate::comparison::Comparison;
use crate::exit::{Exit, Failure};
use crate::input::Source;
use crate::interrupt;
use crate::output::{Folder, Output};
use crate::plot::{self, Look, Named, Wanted};
use crate::prepare::{Edits, Prepared, prepare, time};
use crate::progress::{Parts, Progress};
use crate::replicate::{Repeat, replicate};
use crate::show::number::three;
use crate::simulate::Oversight;
use crate::threads;

pub mod load;

use load::Loads;

/// Draw a run of a scenario, a comparison, or the results of a sweep
///
/// Of a scenario: its run over time and the latencies of each client, or, with `--load-curve`, latency against load. Of what
/// `compare --json` has written: a forest plot. Of the folder of a sweep: lines over one axis, a heat map over two, or what no case
/// beats by two metrics. The pictures are written to the folder that `--out` names, by default the current one, which is made if
/// it is not there. What is printed are the names of the files.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// A scenario, or `-`; a comparison's JSON; or the folder of a sweep
    file: PathBuf,
    /// The names of the files as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    look: Look,
    #[command(flatten)]
    edits: Edits,
    /// Run it at loads from almost nothing to almost all that it can serve, and draw latency against load, with the law
    #[arg(long)]
    load_curve: bool,
    /// Run it so many times with different seeds: the latencies are those of all runs, what is over time is of the first;
    /// by default once, and each load of a curve five times
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    replications: Option<u32>,
    /// End a run after so much time of yours, and draw what it saw: `60s`
    #[arg(long, value_name = "TIME", value_parser = time)]
    wall_limit: Option<sim_core::time::Duration>,
    /// How many threads run the replications; by default one for each core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

/// As often each load of a curve is run.
pub const REPLICATIONS_OF_A_LOAD: u32 = 5;

/// Pictures, and how what they show came to its end.
struct Drawn {
    pictures: Vec<Named>,
    /// What else the JSON says.
    told: serde_json::Value,
    exit: Exit,
}

/// Draws what the file is.
pub fn run(arguments: &Arguments, output: &Output) -> Result<Exit, Failure> {
    // First: nobody waits for pictures that cannot be written.
    let folder = Folder::new(output.file.as_deref().unwrap_or(Path::new(".")))?;
    interrupt::listen();
    let Drawn { pictures, mut told, exit } = draw(arguments, output)?;
    let files = plot::write(&pictures, &folder, arguments.look)?;
    let printed = Output::new(output.is_quiet, None);
    if arguments.json {
        told["schema"] = 1.into();
        told["pictures"] = files.into();
        printed.json(&told)?;
    } else {
        printed.results(&(files.join("\n") + "\n"))?;
    }
    Ok(exit)
}

/// The pictures of what the file is.
fn draw(arguments: &Arguments, output: &Output) -> Result<Drawn, Failure> {
    if arguments.file.is_dir() {
        arguments.check_is_of_results("a sweep")?;
        let pictures = plot::of_sweep(&arguments.file, &arguments.wanted)?;
        return Ok(Drawn { pictures, told: serde_json::json!({}), exit: Exit::Fine });
    }
    if arguments.wanted != Wanted::default() {
        let name = arguments.file.display();
        let failure = Failure::usage(format!(
            "`{name}` is no folder of a sweep, which `--over`, `--metric`, `--against` and `--where` are about"
        ));
        return Err(failure.with_help("`escala sweep FILE -o results` fills one"));
    }
    let source = Source::read(&arguments.file)?;
    if source.text.trim_start().starts_with('{') {
        arguments.check_is_of_results("a comparison")?;
        let comparison = Comparison::read(&source.text, &source.name)?;
        let pictures = vec![plot::of_comparison(&comparison, &source.name)?];
        return Ok(Drawn { pictures, told: serde_json::json!({}), exit: Exit::Fine });
    }
    let prepared = prepare(&source, &arguments.edits, output)?;
    threads::with(arguments.threads, || {
        if arguments.load_curve {
            of_loads(arguments, &source, &prepared, output)
        } else {
            of_run(arguments, &prepared, output)
        }
    })
}

impl Arguments {
    /// Refuses options that say how to run a scenario.
    fn check_is_of_results(&self, what: &str) -> Result<(), Failure> {
        let others = [
            ("--load-curve", self.load_curve),
            ("--replications", self.replications.is_some()),
            ("--wall-limit", self.wall_limit.is_some()),
        ];
        self.edits.check_unused(&others, &format!("{what} has"))
    }
}

/// The pictures of a run, or of replications.
fn of_run(arguments: &Arguments, prepared: &Prepared, output: &Output) -> Result<Drawn, Failure> {
    let report = simulate(arguments, prepared, output)?;
    let told = serde_json::json!({
        "scenario": report.scenario, "case": report.case, "seed": report.seed, "digest": report.digest,
    });
    let pictures = plot::of_run(&report, prepared.model())?;
    Ok(Drawn { pictures, told, exit: end_of(&report, "the run", output) })
}

/// The pictures of latency against load.
fn of_loads(
    arguments: &Arguments,
    source: &Source,
    prepared: &Prepared,
    output: &Output,
) -> Result<Drawn, Failure> {
    let replications = arguments.replications.unwrap_or(REPLICATIONS_OF_A_LOAD);
    let loads = Loads::of(source, &arguments.edits, prepared, output)?;
    let levels = loads.run(replications, &|| oversight(arguments), output)?;
    let ends = levels.iter().map(|level| {
        end_of(&level.report, &format!("the run at {} requests a second", three(level.load)), output)
    });
    let exit = ends.fold(Exit::Fine, |all, end| if end == Exit::Fine { all } else { end });
    let told = serde_json::json!({
        "scenario": prepared.model().name, "case": prepared.case, "seed": prepared.model().run.seed,
        "loads": levels.iter().map(|level| level.load).collect::<Vec<f64>>(),
    });
    let pictures = plot::of_loads(prepared, loads.curves(prepared, &levels)?)?;
    Ok(Drawn { pictures, told, exit })
}

/// Says what is wrong with a run that did not end as it should.
fn end_of(report: &Report, run: &str, output: &Output) -> Exit {
    if let Some(limit) = report.limit {
        output.note(&format!(
            "{run} was stopped early by the bound on {}: the pictures are of the part that ran",
            limit.replace('_', " ")
        ));
    }
    for violation in &report.violations {
        output.note(&format!(
            "self-check failed: {violation}: the pictures are wrong; please report this with the scenario"
        ));
    }
    if report.is_sound() && report.limit.is_none() { Exit::Fine } else { Exit::Failed }
}

fn simulate(arguments: &Arguments, prepared: &Prepared, output: &Output) -> Result<Report, Failure> {
    let replications = arguments.replications.unwrap_or(1);
    if replications == 1 {
        let progress = (!output.is_quiet).then(Progress::new);
        return run_one(prepared, &mut Oversight { progress, ..oversight(arguments) });
    }
    let progress = (!output.is_quiet).then(Parts::new);
    let repeat = Repeat::Times(replications);
    Ok(replicate(prepared, &repeat, &|| oversight(arguments), progress)?.report)
}

fn oversight(arguments: &Arguments) -> Oversight {
    let wall_limit = arguments.wall_limit.map(|limit| Duration::from_nanos(limit.0));
    Oversight { wall_limit, ..Oversight::default() }
}
