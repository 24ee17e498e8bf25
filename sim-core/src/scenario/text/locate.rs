//! Where a path leads: `nodes.app.serve.1`, `nodes.lb.policy`, `links."a.b".latency`.
//!
//! A segment names a field of a struct, a key of a map, or counts (from 0) the elements of a list or of a variant's
//! brackets. Variants are transparent: `nodes.app.instances` looks into `Service( … )` and `serve.0.0` is what stands
//! in `Cpu( … )`; the brackets of `Name(value)` with a single value are looked through by any segment that does not
//! count. A variant may be named to be sure of it: `serve.0.Cpu` is the value in `Cpu( … )`, and leads nowhere in a
//! `Wait( … )`; of a variant with named fields it is the variant itself. A key with dots is quoted.

use super::scan::{Document, Entry, Kind, Value, plain};
use crate::diagnostic::Diagnostic;
use std::borrow::Cow;
use std::ops::Range;

/// The byte ranges of what a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The entry with its key, without its comma.
    pub entry: Range<usize>,
    /// The key, where there is one.
    pub key: Option<Range<usize>>,
    /// The value.
    pub value: Range<usize>,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// What it says, without quotes.
    pub text: String,
    /// Whether it was written in quotes, and so can only be a map's key.
    pub is_quoted: bool,
}

impl Segment {
    fn index(&self) -> Option<usize> {
        if self.is_quoted { None } else { self.text.parse().ok() }
    }
}

/// Splits a path at its dots; an empty path is the whole text.
pub fn parse_path(path: &str) -> Result<Vec<Segment>, Diagnostic> {
    let bad = |why: &str| Err(Diagnostic::error("bad-path", format!("the path `{path}` {why}")));
    let mut segments = Vec::new();
    let mut rest = path;
    while !path.is_empty() {
        let length = segment_length(rest);
        let word = &rest[..length];
        let is_quoted = word.starts_with('"');
        if word.is_empty() {
            return bad("has an empty part");
        }
        if is_quoted && (word.len() < 2 || !word.ends_with('"')) {
            return bad("has a quote that is never closed");
        }
        let text = if is_quoted { plain(word) } else { Cow::Borrowed(word) };
        segments.push(Segment { text: text.into_owned(), is_quoted });
        match rest[length..].strip_prefix('.') {
            Some(more) => rest = more,
            None if length == rest.len() => break,
            None => return bad("needs a dot after the quote"),
        }
    }
    Ok(segments)
}

/// The bytes up to the dot that ends the first segment.
pub(super) fn segment_length(path: &str) -> usize {
    if !path.starts_with('"') {
        return path.find('.').unwrap_or(path.len());
    }
    let mut escaped = false;
    for (at, c) in path.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    path.len()
}

/// A value, and the entry that holds it unless it is the root.
#[derive(Clone, Copy)]
pub(super) struct Found<'d> {
    pub(super) entry: Option<&'d Entry>,
    pub(super) value: &'d Value,
}

/// A segment of a path and the entry it leads to.
pub(crate) struct Landing {
    /// The segment, as bytes of the path.
    pub(crate) segment: Range<usize>,
    /// The entry, as bytes of the text.
    pub(crate) entry: Range<usize>,
}

impl Document<'_> {
    /// What a path leads to; `None` if nothing stands there or the path is malformed.
    pub fn locate(&self, path: &str) -> Option<Located> {
        let found = self.find(&parse_path(path).ok()?)?;
        Some(Located {
            entry: found.entry.map_or(found.value.span.clone(), |entry| entry.span.clone()),
            key: found.entry.and_then(|entry| entry.key.clone()),
            value: found.value.span.clone(),
        })
    }

    /// The entries that a path goes through, as far as it leads.
    pub(crate) fn trail(&self, path: &str) -> Vec<Landing> {
        let mut trail = Vec::new();
        let mut at = Found { entry: None, value: &self.root };
        let mut start = 0;
        for segment in parse_path(path).unwrap_or_default() {
            let Some(next) = self.step(at, &segment) else { break };
            at = next;
            let end = start + segment_length(&path[start..]);
            if let Some(entry) = at.entry {
                trail.push(Landing { segment: start..end, entry: entry.span.clone() });
            }
            start = end + 1;
        }
        trail
    }

    pub(super) fn find(&self, path: &[Segment]) -> Option<Found<'_>> {
        path.iter().try_fold(Found { entry: None, value: &self.root }, |at, segment| self.step(at, segment))
    }

    /// One segment further.
    pub(super) fn step<'d>(&'d self, at: Found<'d>, segment: &Segment) -> Option<Found<'d>> {
        let into = |entry: &'d Entry| Found { entry: Some(entry), value: &entry.value };
        let value = at.value;
        match value.kind {
            Kind::Square => value.entries.get(segment.index()?).map(into),
            Kind::Curly => value.entries.iter().find(|entry| self.is_named(entry, segment)).map(into),
            Kind::Round => {
                if let Some(entry) = value.entries.iter().find(|entry| self.is_named(entry, segment)) {
                    return Some(into(entry));
                }
                if let Some(index) = segment.index() {
                    return value.entries.get(index).filter(|entry| entry.key.is_none()).map(into);
                }
                match (self.is_variant(value, segment), value.payload()) {
                    (true, Some(payload)) => Some(into(payload)),
                    (true, None) => Some(at),
                    (false, Some(payload)) => self.step(into(payload), segment),
                    (false, None) => None,
                }
            }
            Kind::Name => self.is_variant(value, segment).then_some(at),
            Kind::Text | Kind::Char | Kind::Number => None,
        }
    }

    fn is_named(&self, entry: &Entry, segment: &Segment) -> bool {
        entry.key.as_ref().is_some_and(|key| self.key_text(key) == segment.text)
    }

    fn is_variant(&self, value: &Value, segment: &Segment) -> bool {
        !segment.is_quoted && value.name.as_ref().is_some_and(|name| self.key_text(name) == segment.text)
    }
}
