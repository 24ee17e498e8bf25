//! Taking nodes and connections away, so that what is left still makes sense where it can.

use std::ops::Range;

use super::draft::Draft;
use super::excise::excise;
use super::overrides::{Value, overrides, rewritten};
use crate::compile::Path;
use crate::component::control::Moment;
use crate::component::wiring::{Reference, Role};
use crate::diagnostic::Diagnostic;
use crate::scenario::text::{quote, replaced, scan, set};

/// Which references are meant.
type Meant<'m> = &'m dyn Fn(&Draft<'_>, &Reference) -> bool;

pub(super) fn disconnect(text: &str, from: &str, to: &str) -> Result<String, Vec<Diagnostic>> {
    let draft = Draft::of(text)?;
    draft.node(from)?;
    draft.node(to)?;
    let is_meant = |it: &Reference| it.from.as_deref() == Some(from) && it.name == to;
    let found: Vec<_> = draft.references().into_iter().filter(is_meant).collect();
    if found.is_empty() {
        let message = format!("`{from}` is not connected to `{to}`");
        return Err(vec![Diagnostic::error("not-connected", message)]);
    }
    if found.iter().any(|it| it.role == Role::Target) {
        let message = format!("`{from}` has to call somebody, and calls `{to}` only");
        let help = "connect it to another node instead, or remove it";
        return Err(vec![Diagnostic::error("needs-target", message).with_help(help)]);
    }
    without(text, &|_, it| is_meant(it), None).and_then(|text| without_faults(&text, from, to))
}

/// The text without faults of the link between two nodes over which nothing goes any more: there is no such link.
pub(super) fn without_faults(text: &str, from: &str, to: &str) -> Result<String, Vec<Diagnostic>> {
    let timeline = Path::root().under("timeline");
    let mut text = text.to_owned();
    loop {
        let draft = Draft::of(&text)?;
        let is_struck = |(index, moment): &(usize, &Moment)| {
            let struck = moment.references(&timeline.at(*index)).into_iter().map(|it| it.name);
            struck.collect::<Vec<_>>() == [from, to]
        };
        let Some((index, _)) = draft.scenario.timeline.iter().enumerate().find(is_struck) else {
            return Ok(text);
        };
        text = excise(&text, &timeline.at(index).to_string(), None)?;
    }
}

pub(super) fn remove_node(text: &str, name: &str) -> Result<String, Vec<Diagnostic>> {
    let draft = Draft::of(text)?;
    let node = draft.node(name)?;
    let mut below: Vec<String> = node.references(name).into_iter().map(|it| it.name).collect();
    below.retain(|to| to != name);
    below.sort();
    below.dedup();
    let is_meant = |it: &Reference| it.name == name && it.from.as_deref() != Some(name);
    let text = without_in_overrides(text, &is_meant, &below, name)?;
    let text = without(&text, &|_, it| is_meant(it), Some(&below))?;
    excise(&text, &Path::root().under("nodes").key(name).to_string(), None)
}

/// The text without the references that are meant. Whoever needs a target gets the only one of `below` that will do; else
/// the name stays, and the compiler tells that there is no such node.
fn without(text: &str, is_meant: Meant<'_>, below: Option<&[String]>) -> Result<String, Vec<Diagnostic>> {
    let mut text = text.to_owned();
    let mut left = usize::MAX;
    loop {
        let draft = Draft::of(&text)?;
        let meant: Vec<_> = draft.references().into_iter().filter(|it| is_meant(&draft, it)).collect();
        // Each round takes one away.
        if meant.len() >= left {
            return Ok(text);
        }
        left = meant.len();
        let edited = meant.iter().find_map(|reference| {
            let heir = below.and_then(|below| heir(&draft, reference, below));
            detached(&draft, reference, heir).transpose()
        });
        match edited {
            Some(edited) => text = edited?,
            None => return Ok(text),
        }
    }
}

/// The one node of `below` that whoever refers can be connected to.
fn heir<'b>(draft: &Draft<'_>, reference: &Reference, below: &'b [String]) -> Option<&'b str> {
    let from = reference.from.as_deref()?;
    let node = draft.scenario.nodes.get(from)?;
    let fits = |to: &&String| {
        let other = draft.scenario.nodes.get(*to);
        to.as_str() != from && other.is_some_and(|other| node.joint(from, to, other).is_ok())
    };
    let mut fitting = below.iter().filter(fits);
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Some(only),
        (Some(_) | None, _) => None,
    }
}

/// The text without a reference, or with `heir` in its place; `None` if it has to stay.
fn detached(
    draft: &Draft<'_>,
    reference: &Reference,
    heir: Option<&str>,
) -> Result<Option<String>, Vec<Diagnostic>> {
    let path = reference.path.to_string();
    let is_last = || {
        let entry = draft.document.locate(&path).map(|it| it.entry);
        let holder = entry.and_then(|entry| draft.document.holder_of(&entry).map(|(group, _)| group));
        holder.is_some_and(|group| group.entries.len() == 1)
    };
    let inherited = |heir: &str| set(draft.text, &path, &quote(heir)).map_err(|problem| vec![problem]);
    match (&reference.role, heir) {
        (Role::Target, None) => Ok(None),
        (Role::Target, Some(heir)) => inherited(heir).map(Some),
        (Role::Member, Some(heir)) if is_last() => inherited(heir).map(Some),
        (Role::Member, _) => excise(draft.text, &path, None).map(Some),
        (Role::Step(entry) | Role::Remark(entry), _) => {
            excise(draft.text, &entry.to_string(), None).map(Some)
        }
        (Role::Lookup(step), _) => {
            excise(draft.text, &step.to_string(), Some(&step.under("miss").to_string())).map(Some)
        }
    }
}

/// The text with the same done in what cases and changes put elsewhere.
fn without_in_overrides(
    text: &str,
    is_meant: &dyn Fn(&Reference) -> bool,
    below: &[String],
    name: &str,
) -> Result<String, Vec<Diagnostic>> {
    let mut text = text.to_owned();
    let mut index = 0;
    loop {
        let draft = Draft::of(&text)?;
        let all = overrides(&draft);
        let Some(it) = all.get(index) else { return Ok(text) };
        index += 1;
        let node = draft.document.locate(&Path::root().under("nodes").key(name).to_string());
        let trail = draft.document.trail(&it.path);
        if node.is_some_and(|node| trail.iter().any(|landing| landing.entry == node.entry)) {
            // It goes with the node.
            continue;
        }
        let value = rewritten(&text, &all, index - 1, &|applied, value| {
            value_without(applied, value, &it.path, is_meant, below)
        });
        match value {
            Value::Same => {}
            Value::New(value) => text = replaced(&text, vec![(it.value.clone(), value)]),
            Value::Gone => {
                index -= 1;
                text = excise(&text, &it.place(), None)?;
            }
        }
    }
}

/// The value at `path` without the references that are meant; `None` if it would have to be one of them, or if it was a
/// list of nothing else.
fn value_without(
    applied: &str,
    value: &Range<usize>,
    path: &str,
    is_meant: &dyn Fn(&Reference) -> bool,
    below: &[String],
) -> Option<String> {
    let same = || Some(applied[value.clone()].to_owned());
    let place = |draft: &Draft<'_>| draft.document.locate(path).map(|it| it.value);
    let is_inside = |draft: &Draft<'_>, it: &Reference| {
        let inside = place(draft).zip(draft.token(it));
        is_meant(it) && inside.is_some_and(|(value, it)| value.start <= it.start && it.end <= value.end)
    };
    let Ok(before) = Draft::of(applied) else { return same() };
    let is_member = |it: &Reference| it.role == Role::Member && is_inside(&before, it);
    let was_named = before.references().iter().any(is_member);
    let Ok(edited) = without(applied, &is_inside, Some(below)) else { return same() };
    let value = scan(&edited).ok().and_then(|it| it.locate(path)).map(|it| it.value)?;
    let Ok(draft) = Draft::of(&edited) else { return same() };
    let is_all = |it: &Reference| is_inside(&draft, it) && draft.token(it).as_ref() == Some(&value);
    let is_empty = was_named && edited[value.clone()].trim_matches(['[', ']']).trim().is_empty();
    if is_empty || draft.references().iter().any(is_all) {
        return None;
    }
    Some(edited[value].to_owned())
}
