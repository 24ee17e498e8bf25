//! Adding to a list or a map that may not be there yet.

use super::edit::{
    indent_of, insertion, is_first_on_line, loosely, nothing_at, one_value, parsed, replaced, set,
};
use super::locate::parse_path;
use super::scan::Kind;
use crate::diagnostic::Diagnostic;

/// Adds `value_text` at the end of the list that `path` leads to. A list that is absent is added too, as [`set`] does.
pub fn append(text: &str, path: &str, value_text: &str) -> Result<String, Diagnostic> {
    let value = one_value(value_text)?;
    let text = with_group(text, path, ['[', ']'])?;
    let document = parsed(&text)?;
    let segments = parse_path(path)?;
    let found = document.find(&segments).ok_or_else(|| nothing_at(&document, &segments))?;
    let mut list = found.value;
    while let Some(payload) = list.payload() {
        list = &payload.value;
    }
    if list.kind != Kind::Square {
        let message = format!("what stands at `{path}` is no list");
        return Err(Diagnostic::error("not-a-list", message).with_span(found.value.span.clone()));
    }
    Ok(replaced(&text, insertion(&document, list, value)))
}

/// As [`append`], with the value as typed: what [`super::set_loose`] makes of it.
pub fn append_loose(
    text: &str,
    path: &str,
    raw: &str,
    accepts: &dyn Fn(&str) -> bool,
) -> Result<String, Diagnostic> {
    loosely(raw, accepts, &|value| append(text, path, value))
}

/// The text with something at `path`: an empty group in these brackets, if nothing stands there. A field of the scenario
/// itself gets a line for each entry, where the scenario has one for each field.
pub(crate) fn with_group(text: &str, path: &str, brackets: [char; 2]) -> Result<String, Diagnostic> {
    let document = parsed(text)?;
    let segments = parse_path(path)?;
    if document.find(&segments).is_some() {
        return Ok(text.to_owned());
    }
    let [open, close] = brackets;
    let last = document.root.entries.last().map(|entry| entry.span.start);
    match last.filter(|start| segments.len() == 1 && is_first_on_line(text, *start)) {
        Some(start) => set(text, path, &format!("{open}\n{}{close}", indent_of(text, start))),
        None => set(text, path, &format!("{open}{close}")),
    }
}
