//! Overrides: edits of the text at a path, for cases, `--set` and changes over time.

use std::cell::RefCell;
use std::ops::Range;

use super::mend::{carried_over, in_place};
use super::{Means, compile_start};
use crate::diagnostic::{Diagnostic, Fix, suggest};
use crate::scenario::Scenario;
use crate::scenario::read::read;
use crate::scenario::text::{Document, Entry, Value, misspelt, scan, set_loose};

/// The text with each value put where its path leads. A value is tried as RON first, then as a string, then with
/// brackets.
pub fn apply_overrides(text: &str, overrides: &[(String, String)]) -> Result<String, Diagnostic> {
    let accepts = |text: &str| read::<Scenario>(text).is_ok();
    overrides.iter().try_fold(text.to_owned(), |text, (path, value)| set_loose(&text, path, value, &accepts))
}

/// The text with one value put where its path leads, and the scenario that it reads as, if it does.
pub(super) fn apply_override(
    text: &str,
    path: &str,
    value: &str,
) -> Result<(String, Option<Scenario>), Diagnostic> {
    let accepted = RefCell::new(None);
    let accepts = |text: &str| {
        *accepted.borrow_mut() = read::<Scenario>(text).ok();
        accepted.borrow().is_some()
    };
    let edited = set_loose(text, path, value, &accepts)?;
    Ok((edited, accepted.into_inner()))
}

/// The names of the scenario's cases, in the order of the text.
pub fn case_names(text: &str) -> Vec<String> {
    let Ok(document) = scan(text) else { return Vec::new() };
    let named = |entry: &Entry| entry.key.as_ref().map(|key| document.key_text(key).into_owned());
    let cases = document.root.entries.iter().find(|entry| named(entry).as_deref() == Some("cases"));
    cases.map_or(&[][..], |cases| &cases.value.entries).iter().filter_map(named).collect()
}

/// The text of the case called `name`: the scenario with the overrides of that case.
pub fn case(text: &str, name: &str) -> Result<String, Diagnostic> {
    let document = scan(text).map_err(|problems| {
        problems.into_iter().next().unwrap_or_else(|| Diagnostic::error("empty", "nothing is here"))
    })?;
    let cases = document
        .root
        .entries
        .iter()
        .find(|entry| entry.key.as_ref().is_some_and(|key| document.key_text(key) == "cases"));
    let named = |key: &Option<Range<usize>>| key.as_ref().map(|key| document.key_text(key));
    let entries = cases.map_or(&[][..], |cases| cases.value.entries.as_slice());
    let Some(found) = entries.iter().find(|entry| named(&entry.key).as_deref() == Some(name)) else {
        let names: Vec<_> = entries.iter().filter_map(|entry| named(&entry.key)).collect();
        let problem = Diagnostic::error("unknown-case", format!("the scenario has no case `{name}`"));
        return Err(match suggest(name, names.iter().map(AsRef::as_ref)) {
            Some(near) => problem.with_help(format!("did you mean `{near}`?")),
            None => problem,
        });
    };
    let mut overrides = Vec::new();
    for entry in &found.value.entries {
        let Some(path) = named(&entry.key) else { continue };
        overrides.push((path.into_owned(), raw(text, entry.value.span.clone())));
    }
    apply_overrides(text, &overrides).map_err(|problem| {
        // Its place would be one in the edited text.
        Diagnostic { span: Some(found.span.clone()), fix: None, ..problem }
    })
}

/// What is wrong with the cases: each is applied and compiled, and told at its place in the text.
pub(super) fn check_cases(text: &str, document: &Document<'_>, means: Means<'_>) -> Vec<Diagnostic> {
    let keyed = |value: &Value| -> Vec<(String, Entry)> {
        let entries = value.entries.iter();
        entries
            .filter_map(|entry| Some((document.key_text(entry.key.as_ref()?).into_owned(), entry.clone())))
            .collect()
    };
    let cases = keyed(&document.root).into_iter().filter(|(key, _)| key == "cases");
    let mut problems = Vec::new();
    for (name, entry) in cases.flat_map(|(_, cases)| keyed(&cases.value)) {
        // One override after another, so that a mistake is told at the override that makes it.
        let mut edited = text.to_owned();
        let mut is_sound = true;
        for (path, put) in keyed(&entry.value) {
            let value = raw(text, put.value.span.clone());
            match apply_overrides(&edited, &[(path.clone(), value)]) {
                Ok(next) => match read::<Scenario>(&next) {
                    Ok(_) => edited = next,
                    Err(wrong) => {
                        is_sound = false;
                        problems.extend(wrong.into_iter().take(1).map(|problem| {
                            let fix = carried_over(&problem, &next, text, &put.span);
                            moved(problem, &name, put.value.span.clone(), fix)
                        }));
                    }
                },
                Err(problem) => {
                    is_sound = false;
                    let place = put.key.clone().unwrap_or(put.span.clone());
                    let meant = misspelt(&edited, &path);
                    let fix = meant.and_then(|(wrong, right)| in_place(text, &place, &wrong, &right));
                    problems.push(moved(problem, &name, place, fix));
                }
            }
        }
        if is_sound
            && !entry.value.entries.is_empty()
            && let Err(wrong) = compile_start(&edited, means)
        {
            let place = entry.key.clone().unwrap_or(entry.span.clone());
            problems.extend(wrong.into_iter().map(|problem| {
                let fix = carried_over(&problem, &edited, text, &entry.value.span);
                moved(problem, &name, place.clone(), fix)
            }));
        }
    }
    problems
}

/// A problem of an edited text, told at the place of the edit.
fn moved(problem: Diagnostic, case: &str, span: Range<usize>, fix: Option<Fix>) -> Diagnostic {
    let message = format!("in the case `{case}`: {}", problem.message);
    Diagnostic { message, span: Some(span), fix, ..problem }
}

/// What a value says: the content of a plain string, so that `"5ms"` and `"PowerOf(d: 2)"` both mean what they say; else
/// its text.
pub(crate) fn raw(text: &str, span: Range<usize>) -> String {
    let written = &text[span];
    ron::from_str::<String>(written).unwrap_or_else(|_| written.to_owned())
}
