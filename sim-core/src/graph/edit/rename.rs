//! Another name for a node, wherever it is named.

use std::ops::Range;

use super::draft::{Draft, Words};
use super::overrides::{Override, Value, overrides, rewritten};
use crate::compile::{NODE_NAMES, Path, is_node_name};
use crate::diagnostic::Diagnostic;
use crate::scenario::text::{parse_path, quote, replaced};

/// That a node can be called so and none is yet.
pub(super) fn free(draft: &Draft<'_>, name: &str) -> Result<(), Vec<Diagnostic>> {
    if !is_node_name(name) {
        let message = format!("`{name}` cannot be the name of a node");
        return Err(vec![Diagnostic::error("bad-name", message).with_help(NODE_NAMES)]);
    }
    if draft.scenario.nodes.contains_key(name) {
        let message = format!("there is a node called `{name}` already");
        return Err(vec![Diagnostic::error("duplicate-key", message).with_help("give it another name")]);
    }
    Ok(())
}

pub(super) fn rename_node(text: &str, old: &str, new: &str) -> Result<String, Vec<Diagnostic>> {
    let draft = Draft::of(text)?;
    draft.node(old)?;
    if old == new {
        return Ok(text.to_owned());
    }
    free(&draft, new)?;
    let mut edits = edits(&draft, old, new);
    let all = overrides(&draft);
    for index in 0..all.len() {
        let value = rewritten(text, &all, index, &|applied, value| {
            let applied = Draft::of(applied).ok()?;
            let inside = self::edits(&applied, old, new)
                .into_iter()
                .filter(|(range, _)| value.start <= range.start && range.end <= value.end);
            let inside: Vec<_> = inside
                .map(|(range, new)| (range.start - value.start..range.end - value.start, new))
                .collect();
            Some(replaced(&applied.text[value.clone()], inside))
        });
        match value {
            Value::Same | Value::Gone => {}
            Value::New(value) => edits.push((all[index].value.clone(), value)),
        }
    }
    edits.sort_by_key(|(range, _)| range.start);
    Ok(replaced(text, edits))
}

/// What gives the node another name, but for what cases and changes put elsewhere; in order.
fn edits(draft: &Draft<'_>, old: &str, new: &str) -> Vec<(Range<usize>, String)> {
    let document = &draft.document;
    let mut words = Words::of(document);
    let mut keys = Vec::new();
    let definition = document.locate(&Path::root().under("nodes").key(old).to_string());
    if let Some((entry, key)) = definition.and_then(|found| Some((found.entry, found.key?))) {
        words.change(&key, 0..old.len(), new);
        keys.push((entry, old.to_owned(), new.to_owned()));
    }
    for reference in draft.references().into_iter().filter(|it| it.name == old) {
        let Some(token) = draft.token(&reference) else { continue };
        let said = document.key_text(&token);
        if said.get(reference.bytes.clone()) != Some(old) {
            continue;
        }
        words.change(&token, reference.bytes.clone(), new);
        if let Some(found) = document.locate(&reference.path.to_string()).filter(|_| reference.is_key) {
            let now = match keys.iter().find(|(entry, ..)| *entry == found.entry) {
                // Both ends of a link.
                Some(_) => said.split("->").map(|_| new).collect::<Vec<_>>().join("->"),
                None => replaced(&said, vec![(reference.bytes, new.to_owned())]),
            };
            keys.retain(|(entry, ..)| *entry != found.entry);
            keys.push((found.entry, said.into_owned(), now));
        }
    }
    for it in overrides(draft) {
        for (bytes, segment) in segments(draft, &it, &keys) {
            words.change(&it.token, bytes, &segment);
        }
    }
    words.edits()
}

/// The parts of an override's path that say a key which changes, and what they say then.
fn segments(
    draft: &Draft<'_>,
    it: &Override,
    keys: &[(Range<usize>, String, String)],
) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    for landing in draft.document.trail(&it.path) {
        let Some((_, old, new)) = keys.iter().find(|(entry, ..)| *entry == landing.entry) else { continue };
        let segment = parse_path(&it.path[landing.segment.clone()]).unwrap_or_default();
        let Some(segment) = segment.first().filter(|segment| segment.text == *old) else { continue };
        let new = if segment.is_quoted { quote(new) } else { new.clone() };
        found.push((landing.segment, new));
    }
    found
}
