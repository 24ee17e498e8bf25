//! What cases and changes put elsewhere: a path, which may lead through what is edited, and a value, which may name it.

use std::ops::Range;

use super::draft::{Draft, requoted};
use crate::compile::{Path, apply_overrides, raw};
use crate::component::control::{Happening, Moment};
use crate::scenario::text::scan;

/// A path and what is put there.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Override {
    pub(super) path: String,
    /// The string that says the path.
    pub(super) token: Range<usize>,
    /// What is put there, as it is written.
    pub(super) value: Range<usize>,
    pub(super) by: By,
}

/// Who puts it there.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum By {
    /// A case, by its name.
    Case(String),
    /// A line of the timeline.
    Change(usize),
}

impl Override {
    /// The path of the entry that is the override.
    pub(super) fn place(&self) -> String {
        match &self.by {
            By::Case(case) => Path::root().under("cases").key(case).key(&self.path).to_string(),
            By::Change(index) => Path::root().under("timeline").at(*index).to_string(),
        }
    }
}

/// All overrides, in the order in which they are made.
pub(super) fn overrides(draft: &Draft<'_>) -> Vec<Override> {
    let document = &draft.document;
    let mut found = Vec::new();
    let cases = Path::root().under("cases");
    for case in draft.scenario.cases.keys() {
        let held = document.locate(&cases.key(case).to_string()).and_then(|it| document.holder_of(&it.entry));
        let Some((group, index)) = held else { continue };
        for entry in &group.entries[index].value.entries {
            let Some(token) = entry.key.clone() else { continue };
            let path = document.key_text(&token).into_owned();
            found.push(Override { path, token, value: entry.value.span.clone(), by: By::Case(case.clone()) });
        }
    }
    let timeline = Path::root().under("timeline");
    for (index, moment) in draft.scenario.timeline.iter().enumerate() {
        let Moment::At(_, Happening::Set(path, _)) = moment else { continue };
        let set = timeline.at(index).under("At").at(1);
        let part = |number| document.locate(&set.at(number).to_string()).map(|it| it.value);
        let (Some(token), Some(value)) = (part(0), part(1)) else { continue };
        found.push(Override { path: path.clone(), token, value, by: By::Change(index) });
    }
    found
}

/// What becomes of a value.
pub(super) enum Value {
    Same,
    New(String),
    Gone,
}

/// What is put by the override at `index`, after `edit` of its value in the text that it makes: `edit` gets that text and
/// where the value stands in it, and returns the value or that nothing is left of it.
pub(super) fn rewritten(
    text: &str,
    all: &[Override],
    index: usize,
    edit: &dyn Fn(&str, &Range<usize>) -> Option<String>,
) -> Value {
    let it = &all[index];
    let said = |it: &Override| raw(text, it.value.clone());
    // What the case has put before is there already.
    let before = all[..index].iter().filter(|other| other.by == it.by && matches!(it.by, By::Case(_)));
    let puts: Vec<_> = before.chain([it]).map(|it| (it.path.clone(), said(it))).collect();
    let Ok(applied) = apply_overrides(text, &puts) else { return Value::Same };
    let Some(place) = scan(&applied).ok().and_then(|document| document.locate(&it.path)) else {
        return Value::Same;
    };
    let old = &applied[place.value.clone()];
    let Some(new) = edit(&applied, &place.value) else { return Value::Gone };
    if new == old {
        return Value::Same;
    }
    let written = &text[it.value.clone()];
    let said = said(it);
    if said == written {
        return Value::New(new);
    }
    // In quotes, around RON or around what is meant as a string.
    let new = if said == old { new } else { ron::from_str(&new).unwrap_or(new) };
    Value::New(requoted(written, &said, &new))
}
