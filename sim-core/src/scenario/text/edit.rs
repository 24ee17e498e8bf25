//! The one edit operation: set, remove or rename what a path leads to, every other byte left as it is.

use super::locate::{Found, Segment, parse_path, segment_length};
use super::scan::{Document, Entry, Kind, Value, scan};
use super::token::{is_number, is_space};
use crate::diagnostic::{Diagnostic, suggest};
use std::ops::Range;

/// Puts `value_text` where `path` leads. What is absent is added: a key of a map, a field of a struct (with the structs
/// around it), or the element after a list's last.
pub fn set(text: &str, path: &str, value_text: &str) -> Result<String, Diagnostic> {
    let document = parsed(text)?;
    let segments = parse_path(path)?;
    let value = one_value(value_text)?;
    if let Some(found) = document.find(&segments) {
        return Ok(replaced(text, vec![(found.value.span.clone(), value.to_owned())]));
    }
    // The longest part of the path that exists, and what has to be added there.
    let mut at = Found { entry: None, value: &document.root };
    let mut known = 0;
    while let Some(next) = segments.get(known).and_then(|segment| document.step(at, segment)) {
        at = next;
        known += 1;
    }
    add(&document, at.value, &segments, known, value)
}

/// As [`set`], with the value as typed on a command line: taken as RON if the text it gives is accepted, else as a
/// string, so `timeout=2s` needs no quotes, else with brackets, so `policy=LeastConnections` needs none. If nothing is
/// accepted the likelier of the first two is returned, to be complained about.
pub fn set_loose(
    text: &str,
    path: &str,
    raw: &str,
    accepts: &dyn Fn(&str) -> bool,
) -> Result<String, Diagnostic> {
    loosely(raw, accepts, &|value| set(text, path, value))
}

/// The edit that `put` makes of a value as typed, taken as [`set_loose`] says.
pub(super) fn loosely(
    raw: &str,
    accepts: &dyn Fn(&str) -> bool,
    put: &dyn Fn(&str) -> Result<String, Diagnostic>,
) -> Result<String, Diagnostic> {
    let as_ron = put(raw);
    if let Ok(edited) = &as_ron
        && accepts(edited)
    {
        return as_ron;
    }
    let as_text = put(&quote(raw))?;
    if accepts(&as_text) {
        return Ok(as_text);
    }
    let in_brackets = if is_name(raw) { put(&format!("{raw}()")).ok() } else { None };
    if let Some(edited) = in_brackets.filter(|edited| accepts(edited)) {
        return Ok(edited);
    }
    let is_ron = scan(raw).is_ok_and(|document| {
        document.root.kind != Kind::Number || is_number(&raw[document.root.span.clone()])
    });
    if is_ron { as_ron } else { Ok(as_text) }
}

/// Takes away the entry that `path` leads to, with its comma, and the line if nothing else is left on it.
pub fn remove(text: &str, path: &str) -> Result<String, Diagnostic> {
    let document = parsed(text)?;
    let segments = parse_path(path)?;
    let found = document.find(&segments).ok_or_else(|| nothing_at(&document, &segments))?;
    let Some(entry) = found.entry else {
        return Err(Diagnostic::error("bad-path", "the whole scenario cannot be removed"));
    };
    Ok(replaced(text, removal(text, holder(&document.root, entry), entry)))
}

/// Gives the entry that `path` leads to another key.
pub fn rename_key(text: &str, path: &str, name: &str) -> Result<String, Diagnostic> {
    let document = parsed(text)?;
    let segments = parse_path(path)?;
    let found = document.find(&segments).ok_or_else(|| nothing_at(&document, &segments))?;
    let Some((entry, key)) = found.entry.and_then(|entry| Some((entry, entry.key.clone()?))) else {
        return Err(Diagnostic::error("bad-path", format!("what stands at `{path}` has no name")));
    };
    let keys = holder(&document.root, entry).entries.iter().filter_map(|entry| entry.key.as_ref());
    if keys.filter(|other| **other != key).any(|other| document.key_text(other) == name) {
        return Err(Diagnostic::error("duplicate-key", format!("`{name}` already exists")).with_span(key));
    }
    let is_text = text[key.clone()].ends_with(['"', '#']);
    if !is_text && !is_name(name) {
        return Err(Diagnostic::error("bad-path", format!("`{name}` cannot be the name of a field")));
    }
    let name = if is_text { quote(name) } else { name.to_owned() };
    Ok(replaced(text, vec![(key, name)]))
}

/// A RON string that says `text`.
pub fn quote(text: &str) -> String {
    format!("{text:?}")
}

/// Splits at the commas outside brackets and quotes: `RoundRobin,PowerOf(d: 2),"a,b"` is three values.
pub fn split_list(list: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut quoted, mut escaped, mut start) = (0_usize, false, false, 0);
    for (at, c) in list.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(list[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    if !list[start..].trim().is_empty() {
        parts.push(list[start..].trim());
    }
    parts
}

/// Splits `path=value` at the first `=` outside a quoted key.
pub fn parse_assignment(assignment: &str) -> Result<(&str, &str), Diagnostic> {
    let mut from = 0;
    loop {
        let rest = &assignment[from..];
        let is_quoted = rest.starts_with('"');
        let length =
            if is_quoted { segment_length(rest) } else { rest.find(['.', '=']).unwrap_or(rest.len()) };
        match rest[length..].chars().next() {
            Some('.') => from += length + 1,
            Some('=') => {
                let (path, value) = assignment.split_at(from + length);
                parse_path(path.trim())?;
                return Ok((path.trim(), value[1..].trim()));
            }
            _ => {
                let message = format!("`{assignment}` is not of the form `path=value`");
                return Err(Diagnostic::error("bad-assignment", message));
            }
        }
    }
}

pub(super) fn parsed(text: &str) -> Result<Document<'_>, Diagnostic> {
    let first = |problems: Vec<Diagnostic>| problems.into_iter().next();
    scan(text)
        .map_err(|problems| first(problems).unwrap_or_else(|| Diagnostic::error("empty", "nothing is here")))
}

/// The value alone, without blanks and comments around it.
pub(crate) fn one_value(value_text: &str) -> Result<&str, Diagnostic> {
    match scan(value_text) {
        Ok(document) => Ok(&value_text[document.root.span.clone()]),
        Err(problems) => {
            let why = problems.first().map_or("", |problem| problem.message.as_str());
            Err(Diagnostic::error("bad-value", format!("`{value_text}` is not a value: {why}")))
        }
    }
}

pub(super) fn nothing_at(document: &Document<'_>, segments: &[Segment]) -> Diagnostic {
    let mut at = Found { entry: None, value: &document.root };
    for (known, segment) in segments.iter().enumerate() {
        match document.step(at, segment) {
            Some(next) => at = next,
            None => return unknown_path(document, at.value, segments, known),
        }
    }
    Diagnostic::error("unknown-path", "nothing stands at this path")
}

fn unknown_path(document: &Document<'_>, parent: &Value, segments: &[Segment], known: usize) -> Diagnostic {
    let name = &segments[known].text;
    let place = match segments[..known].iter().map(|segment| segment.text.as_str()).collect::<Vec<_>>() {
        above if above.is_empty() => "the scenario".to_owned(),
        above => format!("`{}`", above.join(".")),
    };
    let problem = Diagnostic::error("unknown-path", format!("there is no `{name}` in {place}"))
        .with_span(parent.name.clone().unwrap_or(parent.span.start..parent.span.start + 1));
    match near_key(document, parent, name) {
        Some(near) => problem.with_help(format!("did you mean `{near}`?")),
        None => problem,
    }
}

/// The key of a group that `name` was probably meant to be.
fn near_key(document: &Document<'_>, group: &Value, name: &str) -> Option<String> {
    let keys = group.entries.iter().filter_map(|entry| entry.key.as_ref());
    let keys: Vec<_> = keys.map(|key| document.key_text(key)).collect();
    suggest(name, keys.iter().map(AsRef::as_ref)).map(str::to_owned)
}

/// The first part of a path that leads nowhere, and what it was probably meant to be.
pub(crate) fn misspelt(text: &str, path: &str) -> Option<(String, String)> {
    let document = scan(text).ok()?;
    let mut at = Found { entry: None, value: &document.root };
    for segment in parse_path(path).ok()? {
        match document.step(at, &segment) {
            Some(next) => at = next,
            None => {
                let near = near_key(&document, at.value, &segment.text)?;
                return Some((segment.text, near));
            }
        }
    }
    None
}

/// Adds what is left of the path from segment `known` on to `parent`.
fn add(
    document: &Document<'_>,
    parent: &Value,
    segments: &[Segment],
    known: usize,
    value: &str,
) -> Result<String, Diagnostic> {
    let segment = &segments[known];
    if let Some(payload) = parent.payload() {
        return add(document, &payload.value, segments, known, value);
    }
    let is_last = known + 1 == segments.len();
    let is_field = !segment.is_quoted && is_name(&segment.text);
    let is_struct = parent.kind == Kind::Round && parent.entries.iter().all(|entry| entry.key.is_some());
    let is_unit = parent.kind == Kind::Name
        && !matches!(&document.text[parent.span.clone()], "true" | "false" | "None");
    let entry = match parent.kind {
        Kind::Round | Kind::Name if is_field && (is_struct || is_unit) => {
            format!("{}: {}", segment.text, nested(&segments[known + 1..], value))
        }
        // Whole new nodes are given at once: a longer path is a misspelt key.
        Kind::Curly if is_last => format!("{}: {value}", map_key(document, parent, &segment.text)),
        Kind::Square if is_last && segment.text == parent.entries.len().to_string() => value.to_owned(),
        Kind::Round | Kind::Name | Kind::Curly | Kind::Square | Kind::Text | Kind::Char | Kind::Number => {
            return Err(unknown_path(document, parent, segments, known));
        }
    };
    if is_unit {
        let end = parent.span.end;
        return Ok(replaced(document.text, vec![(end..end, format!("({entry})"))]));
    }
    Ok(replaced(document.text, insertion(document, parent, &entry)))
}

/// The value within the structs and maps that the rest of a path asks for.
fn nested(rest: &[Segment], value: &str) -> String {
    match rest.split_first() {
        None => value.to_owned(),
        Some((first, rest)) if !first.is_quoted && is_name(&first.text) => {
            format!("({}: {})", first.text, nested(rest, value))
        }
        Some((first, rest)) => format!("{{{}: {}}}", quote(&first.text), nested(rest, value)),
    }
}

/// Keys are written as the map's first one is: in quotes, or bare.
fn map_key(document: &Document<'_>, map: &Value, key: &str) -> String {
    let is_bare = map
        .entries
        .first()
        .and_then(|entry| entry.key.clone())
        .is_some_and(|first| !document.text[first].ends_with(['"', '#']));
    if is_bare { key.to_owned() } else { quote(key) }
}

pub(super) fn insertion(document: &Document<'_>, group: &Value, entry: &str) -> Vec<(Range<usize>, String)> {
    let text = document.text;
    let Some(last) = group.entries.last() else { return insertion_into_empty(text, group, entry) };
    let end = last.comma.map_or(last.span.end, |comma| comma + 1);
    if !is_first_on_line(text, last.span.start) {
        let addition = if last.comma.is_some() { format!(" {entry},") } else { format!(", {entry}") };
        return vec![(end..end, addition)];
    }
    // A comment behind the last entry belongs to it, so the new line begins behind the comment.
    let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at);
    let behind = if line_end < group.close() { end + text[end..line_end].trim_end().len() } else { end };
    let within = document.comments.iter().find(|comment| comment.start < behind && behind < comment.end);
    let behind = within.map_or(behind, |comment| comment.end);
    let line = format!("\n{}{entry}", indent_of(text, last.span.start));
    match last.comma {
        Some(_) => vec![(behind..behind, line + ",")],
        None => vec![(end..end, ",".to_owned()), (behind..behind, line)],
    }
}

fn insertion_into_empty(text: &str, group: &Value, entry: &str) -> Vec<(Range<usize>, String)> {
    let close = group.close();
    let inside = text[..close].trim_end_matches(is_space).len().max(group.span.start + 1);
    if text[inside..close].contains('\n') {
        let line = format!("\n{}    {entry},", indent_of(text, close));
        return vec![(inside..inside, line)];
    }
    vec![(close..close, entry.to_owned())]
}

pub(super) fn removal(text: &str, group: &Value, entry: &Entry) -> Vec<(Range<usize>, String)> {
    let mut cut = vec![entry.span.clone()];
    let previous = group.entries.iter().rev().find(|other| other.span.end <= entry.span.start);
    match (entry.comma, previous.and_then(|previous| previous.comma)) {
        (Some(comma), _) if text[entry.span.end..comma].trim().is_empty() => cut[0].end = comma + 1,
        (Some(comma), _) => cut.push(comma..comma + 1),
        // The last entry takes along the comma before it.
        (None, Some(comma)) => cut.insert(0, comma..comma + 1),
        (None, None) => {}
    }
    let main = cut.iter().position(|range| range.start == entry.span.start).unwrap_or(0);
    let range = cut[main].clone();
    let behind = range.end + blanks(&text[range.end..]);
    let is_at_the_end = text[range.end..group.close()].trim().is_empty();
    // Lines may only join where no comment would change its line.
    let is_only_space = |from: usize| {
        let between = &text[from..range.start];
        blanks(between) == between.len() || is_at_the_end && between.trim().is_empty()
    };
    if is_first_on_line(text, range.start) && text[behind..].starts_with(['\n', '\r']) {
        // Nothing else stands on its lines: they go as a whole.
        let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[behind..].find('\n').map_or(behind, |at| behind + at + 1);
        cut[main] = start..end;
    } else if let (Some(_), Some(before)) = (entry.comma, previous.and_then(|previous| previous.comma))
        && is_at_the_end
        && is_only_space(before + 1)
    {
        cut[main].start = before + 1;
    } else if entry.comma.is_some() {
        cut[main].end = behind;
    } else if main > 0 && is_only_space(cut[0].end) {
        cut[main].start = cut[0].end;
    }
    cut.into_iter().map(|range| (range, String::new())).collect()
}

/// The group that `entry` stands in.
pub(super) fn holder<'d>(root: &'d Value, entry: &Entry) -> &'d Value {
    let mut group = root;
    loop {
        let next = group.entries.partition_point(|other| other.span.end < entry.span.end);
        match group.entries.get(next) {
            Some(other) if !std::ptr::eq(other, entry) => group = &other.value,
            Some(_) | None => return group,
        }
    }
}

/// Applies edits that are in order and do not overlap.
pub(crate) fn replaced(text: &str, edits: Vec<(Range<usize>, String)>) -> String {
    let mut result = String::with_capacity(text.len() + 64);
    let mut from = 0;
    for (range, replacement) in edits {
        result.push_str(&text[from..range.start]);
        result.push_str(&replacement);
        from = range.end;
    }
    result.push_str(&text[from..]);
    result
}

fn is_name(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(|c| c == '_' || c.is_alphabetic())
        && chars.all(|c| c == '_' || c.is_alphanumeric())
}

pub(super) fn indent_of(text: &str, offset: usize) -> &str {
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let line = &text[start..offset];
    &line[..blanks(line)]
}

pub(super) fn is_first_on_line(text: &str, offset: usize) -> bool {
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    start > 0 && text[start..offset].chars().all(|c| c == ' ' || c == '\t')
}

fn blanks(text: &str) -> usize {
    text.find(|c| c != ' ' && c != '\t').unwrap_or(text.len())
}
