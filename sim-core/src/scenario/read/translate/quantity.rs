//! What a quantity with a missing or a wrong unit was probably meant to be, by what its error says.

use crate::diagnostic::{Diagnostic, suggest};
use crate::scenario::text::quote;

/// The problem with a fix, where one is likely; `word` is what is written, quotes included.
pub(super) fn mended(problem: Diagnostic, word: &str) -> Diagnostic {
    let Some(span) = problem.span.clone() else { return problem };
    let meant = with_unit(&problem.message, word).or_else(|| with_other_unit(&problem));
    let Some(meant) = meant else { return problem };
    let quoted = quote(&meant);
    let problem = match problem.help {
        None => problem.with_help(format!("did you mean `{quoted}`?")),
        Some(_) => problem,
    };
    problem.with_fix(span, quoted)
}

/// A bare number takes the unit of the example that its error gives.
fn with_unit(message: &str, word: &str) -> Option<String> {
    let (_, example) = message.split_once(" needs a unit, such as \"")?;
    let unit = example
        .trim_end_matches('"')
        .trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    let number = word.trim_matches('"').trim();
    let is_number = number.starts_with(|letter: char| letter.is_ascii_digit())
        && number.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '.' | '_'));
    is_number.then(|| format!("{number}{unit}"))
}

/// An unknown unit becomes the one of its kind that is near.
fn with_other_unit(problem: &Diagnostic) -> Option<String> {
    let (unit, rest) = problem.message.strip_prefix("unknown unit `")?.split_once("` in `")?;
    let (whole, known) = rest.split_once("`: ")?;
    let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    let is_minutes = problem.help.as_deref().is_some_and(|help| help.ends_with("`min`"));
    let per_second = || known.iter().copied().find(|known| known.strip_suffix("/s") == Some(unit));
    let near =
        if is_minutes { Some("min") } else { per_second().or_else(|| suggest(unit, known.iter().copied())) }?;
    let at = whole.rfind(unit)?;
    Some(format!("{}{near}{}", &whole[..at], &whole[at + unit.len()..]))
}
