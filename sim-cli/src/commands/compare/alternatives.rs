//! What is compared: files, what varies at paths in them, or the cases of one file.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use sim_core::compile::case_names;
use sim_core::diagnostic::Diagnostic;
use sim_core::experiment::axis::{Axis, Values};
use sim_core::experiment::compare::{Alternative, MOST_ALTERNATIVES, Setting, named_settings};
use sim_core::experiment::design::{Design, Plan};
use sim_core::scenario::text::parse_assignment;

use crate::exit::Failure;
use crate::input::Source;
use crate::output::Output;
use crate::prepare::{Edits, Prepared, try_prepare};

/// An alternative that can run.
pub struct Choice {
    pub alternative: Alternative,
    pub prepared: Prepared,
}

/// The alternatives that the command line asks for, two at least.
pub fn alternatives(
    files: &[PathBuf],
    vary: &[String],
    edits: &Edits,
    output: &Output,
) -> Result<Vec<Choice>, Failure> {
    edits.check()?;
    let settings = settings(vary, edits, files.len())?;
    let sources = sources(files)?;
    let mut wanted: Vec<(&Source, Alternative, Edits)> = Vec::new();
    match sources.as_slice() {
        [source] if vary.is_empty() => {
            // A file that is not valid is told as such, not as one without cases.
            try_prepare(source, edits).map_err(|unfit| unfit.tell(output))?;
            if let Some(case) = &edits.case {
                return Err(Failure::usage(format!("`--case {case}` leaves one alternative only"))
                    .with_help("leave it out to compare the cases, or add `--vary` or a second file"));
            }
            for name in case_names(&source.text) {
                let alternative = Alternative { name: name.clone(), ..Alternative::default() };
                wanted.push((source, alternative, Edits { case: Some(name), ..edits.clone() }));
            }
            if wanted.len() < 2 {
                return Err(too_few(&source.name, wanted.len()));
            }
        }
        _ => {
            for (source, file) in sources.iter().zip(names(&sources)) {
                for (name, set) in settings.clone() {
                    let name = match (sources.len(), vary.is_empty()) {
                        (1, _) => name,
                        (_, true) => file.clone(),
                        (_, false) => format!("{file}: {name}"),
                    };
                    let edits = with_settings(edits, &set);
                    wanted.push((source, Alternative { name, set, ..Alternative::default() }, edits));
                }
            }
        }
    }
    if wanted.len() < 2 {
        return Err(Failure::usage("there is one alternative only")
            .with_help("give `--vary` a second value, or name a second file"));
    }
    few_enough(wanted.len())?;
    let mut told = BTreeSet::new();
    wanted.into_iter().map(|(source, it, edits)| choice(source, it, &edits, &mut told, output)).collect()
}

fn too_few(file: &str, cases: usize) -> Failure {
    let count = if cases == 0 { "no cases" } else { "one case only, and a comparison needs two" };
    Failure::usage(format!("`{file}` has {count}")).with_help(
        "add `cases` (an empty one, `{}`, is the scenario as it stands), vary a path with `--vary path=a,b`, or name a second file",
    )
}

fn few_enough(count: usize) -> Result<(), Failure> {
    if count <= MOST_ALTERNATIVES {
        return Ok(());
    }
    Err(Failure::usage(format!("{count} alternatives are too many to compare with each other")).with_help(
        format!("compare at most {MOST_ALTERNATIVES}: take fewer values, or some of them at a time"),
    ))
}

/// Compiles an alternative; what was warned of one is not said again of the next.
fn choice(
    source: &Source,
    alternative: Alternative,
    edits: &Edits,
    told: &mut BTreeSet<String>,
    output: &Output,
) -> Result<Choice, Failure> {
    let prepared = try_prepare(source, edits).map_err(|unfit| unfit.tell(output))?;
    let warnings = prepared.compiled.warnings.iter();
    let new: Vec<_> = warnings.filter(|warning| told.insert(warning.message.clone())).cloned().collect();
    output.diagnostics(&prepared.name, &prepared.text, &new);
    let scenario = prepared.model().name.clone();
    let alternative = Alternative { scenario, case: edits.case.clone(), ..alternative };
    Ok(Choice { alternative, prepared })
}

/// What `--vary` puts where, with a name for each combination; one without settings if nothing varies.
fn settings(vary: &[String], edits: &Edits, files: usize) -> Result<Vec<(String, Vec<Setting>)>, Failure> {
    if vary.is_empty() {
        return Ok(vec![(String::new(), Vec::new())]);
    }
    let refused = |problem: Diagnostic| {
        let failure = Failure::usage(problem.message);
        failure.with_help(problem.help.unwrap_or_else(|| "write `--vary path=a,b`".to_owned()))
    };
    let axes = vary.iter().map(|text| Axis::parse(text)).collect::<Result<Vec<_>, _>>().map_err(refused)?;
    for axis in &axes {
        let path = &axis.path;
        if let Values::Range(_) = axis.values {
            return Err(Failure::usage(format!(
                "`{path}={}` does not say which values to compare",
                axis.text
            ))
            .with_help("add `step n` or `log n`, or list them with commas between"));
        }
        let is_set = |text: &String| parse_assignment(text).is_ok_and(|(set, _)| set == path);
        let fixed = if edits.set.iter().any(is_set) {
            Some("--set")
        } else if path == "run.duration" && edits.duration.is_some() {
            Some("--duration")
        } else {
            None
        };
        if let Some(option) = fixed {
            return Err(Failure::usage(format!("`{option}` fixes `{path}`, which is to vary"))
                .with_help(format!("leave one of the two out: `{option}` or `--vary`")));
        }
    }
    let design = Design::new(axes, Plan::Grid, 0).map_err(|problems| {
        let problem = problems.into_iter().next();
        problem.map_or_else(|| Failure::usage("there is nothing to vary"), refused)
    })?;
    few_enough(design.cases() as usize * files)?;
    Ok(named_settings(&design))
}

/// What varies is put last, so that it can be inside of what is set for all.
fn with_settings(edits: &Edits, settings: &[Setting]) -> Edits {
    let settings = settings.iter().map(|setting| format!("{}={}", setting.path, setting.value));
    Edits { set: edits.set.iter().cloned().chain(settings).collect(), ..edits.clone() }
}

fn sources(files: &[PathBuf]) -> Result<Vec<Source>, Failure> {
    let mut seen = BTreeSet::new();
    for file in files {
        if !seen.insert(fs::canonicalize(file).unwrap_or_else(|_| file.clone())) {
            return Err(Failure::usage(format!("`{}` is given twice", file.display()))
                .with_help("a file is compared with others; `--vary` compares values in one"));
        }
    }
    files.iter().map(|file| Source::read(file)).collect()
}

/// Files by their names without folder and ending, or as given where that would not tell them apart.
fn names(sources: &[Source]) -> Vec<String> {
    let stem = |source: &Source| {
        let stem = Path::new(&source.name).file_stem();
        stem.map_or_else(|| source.name.clone(), |stem| stem.to_string_lossy().into_owned())
    };
    let is_clear = |name: &str| sources.iter().filter(|other| stem(other) == name).count() == 1;
    let name = |source: &Source| Some(stem(source)).filter(|stem| is_clear(stem));
    sources.iter().map(|source| name(source).unwrap_or_else(|| source.name.clone())).collect()
}
