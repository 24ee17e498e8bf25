//! `escala test`: every model runs, holds what it claims, and gives the digests it gave before.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rayon::prelude::*;
use serde::Serialize;
use sim_core::experiment::sweep::Sweep;
use sim_core::report::ClaimResult;
use sim_core::report::claim::BASE;

use super::check::plural;
use crate::claims::{Runs, cases_needed, check, run_cases};
use crate::exit::{Exit, Failure};
use crate::goldens::{Golden, Goldens};
use crate::input::Source;
use crate::interrupt;
use crate::output::Output;
use crate::prepare::{Edits, Prepared, time, try_prepare};
use crate::show::number::span_of_s;
use crate::simulate::Oversight;
use crate::sweep::asked::{Asked, Options};
use crate::terminal::Tone;
use crate::threads;

/// Run models and check what they claim
///
/// Each case of a model runs with the same seed. Where a file of goldens lies beside the models, their events and digests
/// are compared with it too.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// Scenarios, or folders of them
    #[arg(required = true, value_name = "DIR|FILE")]
    paths: Vec<PathBuf>,
    /// The results as JSON: a list of model, rows and expect
    #[arg(long)]
    json: bool,
    /// Compare events and digests with this file; by default with `goldens.txt` in a folder that has it
    #[arg(long, value_name = "FILE")]
    goldens: Option<PathBuf>,
    /// Write the file of goldens anew instead of comparing
    #[arg(long)]
    bless: bool,
    /// End each run after so much time of yours; it has failed then
    #[arg(long, value_name = "TIME", value_parser = time)]
    wall_limit: Option<sim_core::time::Duration>,
    /// How many threads run models; by default one for each core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

/// What became of a model.
#[derive(Serialize)]
struct Outcome {
    model: String,
    passed: bool,
    rows: Vec<Row>,
    expect: Vec<ClaimResult>,
    /// How many cases a sweep has; they are compiled, not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    cases: Option<usize>,
    /// Why it failed, besides claims that do not hold.
    problems: Vec<String>,
}

/// One run of a model.
#[derive(Serialize)]
struct Row {
    /// Empty for the scenario as it stands.
    case: String,
    seed: u64,
    events: u64,
    digest: Option<String>,
    simulated_s: f64,
    wall_s: f64,
    stopped: &'static str,
}

/// Tests all models.
pub fn run(arguments: &Arguments, output: &Output) -> Result<Exit, Failure> {
    let paths = scenarios(&arguments.paths)?;
    let mut goldens = Goldens::find(arguments.goldens.as_deref(), &arguments.paths, arguments.bless)?;
    interrupt::listen();
    let mut outcomes = threads::with(arguments.threads, || {
        paths.par_iter().map(|path| test(path, arguments, output)).collect::<Result<Vec<_>, Failure>>()
    })?;
    if let Some(goldens) = &mut goldens {
        for (path, outcome) in paths.iter().zip(&mut outcomes) {
            let problems = goldens.compare(path, &outcome.rows.iter().map(Row::golden).collect::<Vec<_>>());
            outcome.problems.extend(problems);
            outcome.passed &= outcome.problems.is_empty();
        }
        if arguments.bless {
            goldens.write(arguments.paths.iter().all(|path| path.is_dir()))?;
            output.note(&format!("wrote {}", goldens.path().display()));
        }
    }
    let mut passed = outcomes.iter().filter(|outcome| outcome.passed).count();
    let mut failed = outcomes.len() - passed;
    // A line without its model is a failure of nobody in particular.
    let orphans = match &goldens {
        Some(goldens) if !arguments.bless => goldens.orphans(&arguments.paths),
        _ => Vec::new(),
    };
    for orphan in orphans {
        outcomes.push(Outcome {
            model: orphan,
            passed: false,
            rows: Vec::new(),
            expect: Vec::new(),
            cases: None,
            problems: vec![
                "the file of goldens has it, but it is not there; `--bless` forgets it".to_owned(),
            ],
        });
        failed += 1;
    }
    if outcomes.is_empty() {
        (passed, failed) = (0, 0);
    }
    if arguments.json {
        output.json(&outcomes)?;
    } else {
        output.results(&show(&outcomes, passed, failed, output))?;
    }
    Ok(if failed == 0 { Exit::Fine } else { Exit::Failed })
}

/// All scenarios that `paths` name, in order.
fn scenarios(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            let before = found.len();
            collect(path, &mut found)?;
            if found.len() == before {
                return Err(Failure::usage(format!("there are no scenarios in `{}`", path.display()))
                    .with_help("scenarios end in .ron"));
            }
        } else {
            found.push(path.clone());
        }
    }
    Ok(found)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let cannot_read =
        |error: std::io::Error| Failure::usage(format!("`{}` cannot be read: {error}", folder.display()));
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(cannot_read)? {
        entries.push(entry.map_err(cannot_read)?.path());
    }
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "ron") {
            found.push(path);
        }
    }
    Ok(())
}

/// Runs a model and checks its claims. Only Ctrl-C and files that cannot be read end the whole test.
fn test(path: &Path, arguments: &Arguments, output: &Output) -> Result<Outcome, Failure> {
    let source = Source::read(path)?;
    if Sweep::is_meant(&source.text) {
        return test_sweep(path, source.name, output);
    }
    let mut outcome = Outcome {
        model: source.name.clone(),
        passed: false,
        rows: Vec::new(),
        expect: Vec::new(),
        cases: None,
        problems: Vec::new(),
    };
    let prepared = match try_prepare(&source, &Edits::default()) {
        Ok(prepared) => prepared,
        Err(unfit) => {
            unfit.tell(output);
            outcome.problems.push(format!("is not valid; see `escala check {}`", source.name));
            return Ok(outcome);
        }
    };
    let oversight = || Oversight {
        wall_limit: arguments.wall_limit.map(|limit| Duration::from_nanos(limit.0)),
        ..Oversight::default()
    };
    let cases = cases_of(&prepared);
    let runs = match run_cases(&source, &Edits::default(), &cases, 1, &oversight, output) {
        Ok(runs) => runs,
        Err(failure) if failure.exit == Exit::Invalid => {
            outcome
                .problems
                .push(format!("has a case that is not valid; see `escala check {}`", source.name));
            return Ok(outcome);
        }
        Err(failure) => return Err(failure),
    };
    outcome.expect = check(&prepared, &runs, &runs.keys().map(String::as_str).collect());
    outcome.problems = problems(&runs);
    outcome.rows = runs.iter().map(|(case, report)| Row::new(case, report)).collect();
    outcome.passed = outcome.problems.is_empty() && outcome.expect.iter().all(|claim| claim.holds);
    Ok(outcome)
}

/// Compiles the cases of a sweep: to run them all is what it is for.
fn test_sweep(path: &Path, model: String, output: &Output) -> Result<Outcome, Failure> {
    let quiet = Output::new(true, None);
    let checked = Asked::read(path, &Options::default(), &quiet)
        .and_then(|asked| asked.cases(&quiet))
        .and_then(|cases| {
            let numbers = cases.numbers(None);
            cases.check(&numbers, output).map(|()| numbers.len())
        });
    let problem = checked.as_ref().err().map(|failure| match failure.message.is_empty() {
        true => format!("has cases that are not valid; see `escala check {model}`"),
        false => failure.message.clone(),
    });
    Ok(Outcome {
        model,
        passed: problem.is_none(),
        rows: Vec::new(),
        expect: Vec::new(),
        cases: checked.ok(),
        problems: problem.into_iter().collect(),
    })
}

/// Every case; and the scenario as it stands, where it has no cases or a claim is about it.
fn cases_of(prepared: &Prepared) -> BTreeSet<String> {
    let mut cases: BTreeSet<String> = prepared.compiled.scenario.cases.keys().cloned().collect();
    cases.extend(cases_needed(prepared, ""));
    if cases.is_empty() || prepared.claims.iter().any(|claim| claim.cases().contains(BASE)) {
        cases.insert(BASE.to_owned());
    }
    cases
}

fn problems(runs: &Runs) -> Vec<String> {
    let mut problems = Vec::new();
    for (case, report) in runs {
        let of_case = if case == BASE { String::new() } else { format!(" @ {case}") };
        problems.extend(report.violations.iter().map(|law| format!("self-check failed{of_case}: {law}")));
        if let Some(limit) = report.limit {
            problems.push(format!("stopped early{of_case} by the bound on {}", limit.replace('_', " ")));
        }
    }
    problems
}

impl Row {
    fn new(case: &str, report: &sim_core::report::Report) -> Row {
        Row {
            case: case.to_owned(),
            seed: report.seed,
            events: report.events,
            digest: report.digest.clone(),
            simulated_s: report.simulated_s,
            wall_s: report.wall_s,
            stopped: report.stopped,
        }
    }

    fn golden(&self) -> Golden {
        Golden {
            case: self.case.clone(),
            events: self.events,
            digest: self.digest.clone().unwrap_or_default(),
        }
    }
}

/// A line for each model, what failed below it, and the sum.
fn show(outcomes: &[Outcome], passed: usize, failed: usize, output: &Output) -> String {
    let style = output.style;
    let mut out = String::new();
    let width = outcomes.iter().map(|outcome| outcome.model.chars().count()).max().unwrap_or(0);
    for outcome in outcomes {
        let (tone, mark) = if outcome.passed {
            (Tone::Good, style.pick("✓", "ok  "))
        } else {
            (Tone::Bad, style.pick("✗", "FAIL"))
        };
        let wall: f64 = outcome.rows.iter().map(|row| row.wall_s).sum();
        let facts = format!(
            "{}, {}, {}",
            plural(outcome.rows.len(), "run"),
            plural(outcome.expect.len(), "claim"),
            span_of_s(wall)
        );
        let facts = match outcome.cases {
            Some(cases) => format!("{} compiled", plural(cases, "case")),
            None if outcome.rows.is_empty() => String::new(),
            None => style.plain(&facts),
        };
        let line = format!(
            "{} {:width$}  {}",
            style.paint(tone, mark),
            outcome.model,
            style.paint(Tone::Faint, &facts)
        );
        out.push_str(line.trim_end());
        out.push('\n');
        for problem in &outcome.problems {
            out.push_str(&format!("    {}\n", style.plain(problem)));
        }
        for claim in outcome.expect.iter().filter(|claim| !claim.holds) {
            let line = format!("    {} does not hold: {}", claim.claim, claim.why);
            out.push_str(&style.plain(&line));
            out.push('\n');
        }
    }
    let sum = format!("{passed} passed, {failed} failed");
    out.push_str(&style.paint(if failed == 0 { Tone::Good } else { Tone::Bad }, &sum));
    out.push('\n');
    out
}
