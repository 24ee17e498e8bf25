//! Taking an entry out of its group, or putting in its place what is inside of it.

use std::ops::Range;

use super::edit::{indent_of, is_first_on_line, removal};
use super::scan::{Document, Value};

impl Document<'_> {
    /// The group that an entry stands in, and its position there.
    pub(crate) fn holder_of(&self, entry: &Range<usize>) -> Option<(&Value, usize)> {
        let mut group = &self.root;
        loop {
            let index = group.entries.partition_point(|other| other.span.end < entry.end);
            let other = group.entries.get(index)?;
            if other.span == *entry {
                return Some((group, index));
            }
            group = &other.value;
        }
    }
}

/// What takes away an entry, with its comma.
pub(crate) fn taken(document: &Document<'_>, entry: &Range<usize>) -> Vec<(Range<usize>, String)> {
    let Some((group, index)) = document.holder_of(entry) else { return Vec::new() };
    removal(document.text, group, &group.entries[index])
}

/// What puts the entries of the list `inner`, which stands inside of an entry of a list, in the place of that entry.
pub(crate) fn unwrapped(
    document: &Document<'_>,
    entry: &Range<usize>,
    inner: &Value,
) -> Vec<(Range<usize>, String)> {
    let (Some(first), Some(last)) = (inner.entries.first(), inner.entries.last()) else {
        return taken(document, entry);
    };
    let text = document.text;
    let (outer_indent, inner_indent) = (indent_of(text, entry.start), indent_of(text, first.span.start));
    let body = text[inner.span.start + 1..last.span.end].trim_start();
    let mut kept = match is_first_on_line(text, first.span.start) {
        true => body.replace(&format!("\n{inner_indent}"), &format!("\n{outer_indent}")),
        false => body.to_owned(),
    };
    let comma = document.holder_of(entry).and_then(|(group, index)| group.entries[index].comma);
    let mut end = entry.end;
    if let Some(comma) = comma.filter(|comma| text[entry.end..*comma].trim().is_empty()) {
        kept.push(',');
        end = comma + 1;
    }
    // Comments that stand behind the last entry, within the brackets.
    let behind = document.comments.iter().filter(|it| last.span.end <= it.start && it.end < inner.span.end);
    for comment in behind {
        kept.push(' ');
        kept.push_str(&text[comment.clone()]);
        if text[comment.clone()].starts_with("//") {
            kept.push('\n');
            kept.push_str(outer_indent);
        }
    }
    if text[end..].trim_start_matches([' ', '\t']).starts_with(['\n', '\r']) {
        kept.truncate(kept.trim_end().len());
    }
    vec![(entry.start..end, kept)]
}
