//! What a quantity with a missing or a wrong unit was probably meant to be, by what its error says.

use crate::diagnostic::{Diagnostic, suggest};
use crate::scenario::text::quote;

/// The problem with a fix, where one is likely; `word` is what is written, quotes included.
pub(super) fn mended(problem: Diagnostic, word: &str) -> Diagnostic {
    let Some(span) = problem.span.clone() else { return problem };
    if let Some(quantity) = with_unit(&problem.message, word) {
        let quoted = quote(&quantity);
        // Which unit was meant nobody can tell, so this is an example.
        return problem.with_help(format!("write the unit too, such as `{quoted}`")).with_fix(span, quoted);
    }
    match with_other_unit(&problem.message) {
        Some(quantity) => {
            let quoted = quote(&quantity);
            problem.with_help(format!("did you mean `{quoted}`?")).with_fix(span, quoted)
        }
        None => problem,
    }
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
fn with_other_unit(message: &str) -> Option<String> {
    let (unit, rest) = message.strip_prefix("unknown unit `")?.split_once("` in `")?;
    let (whole, known) = rest.split_once("`: ")?;
    let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    let per_second = || known.iter().copied().find(|known| known.strip_suffix("/s") == Some(unit));
    let near = match unit {
        "m" if known.contains(&"min") => "min",
        _ => per_second().or_else(|| suggest(unit, known.iter().copied()))?,
    };
    let at = whole.rfind(unit)?;
    Some(format!("{}{near}{}", &whole[..at], &whole[at + unit.len()..]))
}
