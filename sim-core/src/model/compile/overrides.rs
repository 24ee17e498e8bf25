//! Overrides: edits of the text at a path, for cases, `--set` and changes over time.

use crate::diagnostic::{Diagnostic, suggest};
use crate::scenario::Scenario;
use crate::scenario::read::read;
use crate::scenario::text::{scan, set_loose};

/// The text with each value put where its path leads. A value is tried as RON first, then as a string.
pub fn apply_overrides(text: &str, overrides: &[(String, String)]) -> Result<String, Diagnostic> {
    let accepts = |text: &str| read::<Scenario>(text).is_ok();
    overrides.iter().try_fold(text.to_owned(), |text, (path, value)| set_loose(&text, path, value, &accepts))
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
    let named = |key: &Option<std::ops::Range<usize>>| key.as_ref().map(|key| document.key_text(key));
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

/// What a value says: the content of a plain string, so that `"5ms"` and `"PowerOf(d: 2)"` both mean what they say; else
/// its text.
fn raw(text: &str, span: std::ops::Range<usize>) -> String {
    let written = &text[span];
    ron::from_str::<String>(written).unwrap_or_else(|_| written.to_owned())
}
