//! Paths as they are typed: what is below what stands before the last dot.

use crate::scenario::form::Form;
use crate::scenario::outline::Place;
use crate::scenario::text::{Document, parse_path, quote};

/// A next segment.
pub(super) struct Part {
    pub(super) segment: String,
    /// What stands there.
    pub(super) detail: String,
    pub(super) doc: String,
}

/// The path before the last dot, and the byte at which the last segment begins.
pub(super) fn above(typed: &str) -> (&str, usize) {
    let mut is_quoted = false;
    let mut start = 0;
    for (at, letter) in typed.char_indices() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '.' if !is_quoted => start = at + 1,
            _ => {}
        }
    }
    (typed[..start].trim_end_matches('.'), start)
}

/// What is below a path.
pub(super) fn below(document: &Document<'_>, root: Form<'_>, path: &str) -> Vec<Part> {
    let Some(place) = place_at(document, root, path) else { return Vec::new() };
    let parts = place.parts(document).into_iter().map(|part| {
        let written = part.value.map(|value| document.text[value.span.clone()].to_owned());
        let text = written.or_else(|| part.default_text()).unwrap_or_default();
        let line = text.lines().next().unwrap_or_default();
        let short: String = line.chars().take(40).collect();
        let detail = if short.len() < text.len() { format!("{short}…") } else { short };
        Part { segment: segment(&part.name), detail, doc: part.form.doc().to_owned() }
    });
    parts.collect()
}

/// What can stand at a path.
pub(super) fn form_at<'s>(document: &'s Document<'s>, root: Form<'s>, path: &str) -> Option<Form<'s>> {
    place_at(document, root, path).map(|place| place.form)
}

fn place_at<'s>(document: &'s Document<'s>, root: Form<'s>, path: &str) -> Option<Place<'s>> {
    let segments = parse_path(path).ok()?;
    segments.iter().try_fold(Place::root(root, &document.root), |at, segment| at.step(segment, document).ok())
}

/// A segment within the quotes of a text, where further quotes would need a backslash each.
fn segment(name: &str) -> String {
    if name.contains(['.', '"']) { quote(name) } else { name.to_owned() }
}
