//! `escala check`: everything that is wrong with scenarios, without running them.

use std::path::{Path, PathBuf};

use sim_core::diagnostic::{Diagnostic, Lines, Severity, sort};
use sim_core::experiment::sweep::Sweep;
use sim_core::scenario::text::scan;

use crate::exit::{Exit, Failure};
use crate::input::Source;
use crate::output::Output;
use crate::prepare::{Edits, Unfit, try_prepare};
use crate::sweep::asked::{Asked, Options};
use crate::sweep::cases::Mistake;

/// Say everything that is wrong with scenarios, without running them
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// Scenarios, or `-`
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The findings as JSON: a list of severity, code, message, file, line, column, end_line, end_column and help
    #[arg(long)]
    json: bool,
}

/// Checks all files.
pub fn run(arguments: &Arguments, output: &Output) -> Result<Exit, Failure> {
    let mut records = Vec::new();
    let (mut errors, mut warnings) = (0, 0);
    for path in &arguments.files {
        let source = Source::read(path)?;
        let findings = match Sweep::is_meant(&source.text) {
            true => findings_of_sweep(path, &source, output),
            false => findings(&source),
        };
        let wrong = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
        errors += wrong;
        warnings += findings.len() - wrong;
        if arguments.json {
            let lines = Lines::new(&source.text);
            records.extend(findings.iter().map(|finding| finding.record(&source.name, &lines)));
        } else {
            output.diagnostics(&source.name, &source.text, &findings);
        }
    }
    if arguments.json {
        output.json(&records)?;
    } else {
        let files = plural(arguments.files.len(), "scenario");
        let verdict = match (errors, warnings) {
            (0, 0) => format!("{files} checked, nothing is wrong"),
            (0, _) => format!("{files} checked, {}", plural(warnings, "warning")),
            (_, 0) => format!("{files} checked, {}", plural(errors, "error")),
            (_, _) => {
                format!("{files} checked, {} and {}", plural(errors, "error"), plural(warnings, "warning"))
            }
        };
        output.note(&verdict);
    }
    Ok(if errors > 0 { Exit::Invalid } else { Exit::Fine })
}

/// `1 error`, `2 errors`.
pub fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("{count} {word}") } else { format!("{count} {word}s") }
}

/// All findings about a text, its cases included.
fn findings(source: &Source) -> Vec<Diagnostic> {
    let prepared = match try_prepare(source, &Edits::default()) {
        Ok(prepared) => prepared,
        Err(unfit) => return unfit.diagnostics,
    };
    let mut findings = prepared.compiled.warnings.clone();
    for name in prepared.compiled.scenario.cases.keys() {
        let edits = Edits { case: Some(name.clone()), ..Edits::default() };
        if let Err(unfit) = try_prepare(source, &edits) {
            let is_edited = unfit.text != source.text;
            findings.extend(
                unfit
                    .diagnostics
                    .into_iter()
                    .map(|finding| if is_edited { at_case(source, name, finding) } else { finding }),
            );
        }
    }
    sort(&mut findings);
    findings
}

/// All findings about a sweep. What is wrong with a case is told where the axes are: its own text nobody has written.
fn findings_of_sweep(path: &Path, source: &Source, output: &Output) -> Vec<Diagnostic> {
    if let Err(problems) = Sweep::read(&source.text) {
        return problems;
    }
    let at = |field: &str| {
        let located = scan(&source.text).ok().and_then(|document| document.locate(field));
        located.map(|located| located.key.unwrap_or(located.value))
    };
    let asked = Asked::read(path, &Options::default(), output);
    let cases = match asked.and_then(|asked| asked.cases(output)) {
        Ok(cases) => cases,
        Err(Failure { message, help, .. }) => {
            let is_said = message.is_empty();
            let message = if is_said { "what it sweeps cannot run, as was said".to_owned() } else { message };
            let problem = Diagnostic::error("bad-sweep", message);
            return vec![Diagnostic { span: at("scenario"), help, ..problem }];
        }
    };
    let mistakes = cases.all_mistakes(&cases.numbers(None)).into_iter();
    let told = mistakes.flat_map(|Mistake { unfit: Unfit { name, diagnostics, .. }, .. }| {
        diagnostics.into_iter().map(move |finding| (name.clone(), finding))
    });
    told.map(|(name, finding)| {
        let message = format!("{name}: {}", finding.message);
        Diagnostic { message, span: at("vary"), label: None, fix: None, ..finding }
    })
    .collect()
}

/// A finding about the text of a case, at the case: its own place is in a text that nobody has written.
fn at_case(source: &Source, name: &str, finding: Diagnostic) -> Diagnostic {
    let path = format!("cases.{}", sim_core::scenario::text::quote(name));
    let located = scan(&source.text).ok().and_then(|document| document.locate(&path));
    let span = located.map(|located| located.key.unwrap_or(located.value));
    Diagnostic {
        message: format!("in case `{name}`: {}", finding.message),
        span,
        label: None,
        fix: None,
        ..finding
    }
}
