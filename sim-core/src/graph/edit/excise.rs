//! Taking out an entry, with what cases and changes put inside of it; their paths to what stands behind it in a list follow.

use std::ops::Range;

use super::draft::{Draft, Words};
use super::overrides::{By, Override, overrides};
use crate::diagnostic::Diagnostic;
use crate::scenario::text::{self, Document, Kind, Landing, Value, replaced, taken, unwrapped};

/// Takes away what `path` leads to. What cases put at a field stays: it can be put there though the field is absent.
pub(super) fn remove(text: &str, path: &str) -> Result<String, Vec<Diagnostic>> {
    let is_listed = |draft: &Draft<'_>| {
        let entry = draft.document.locate(path).map(|it| it.entry);
        let holder = entry.and_then(|entry| draft.document.holder_of(&entry).map(|(group, _)| group.kind));
        holder == Some(Kind::Square)
    };
    match Draft::of(text) {
        Ok(draft) if is_listed(&draft) => excise(text, path, None),
        Ok(_) | Err(_) => text::remove(text, path).map_err(|problem| vec![problem]),
    }
}

/// The text without the entry at `path`; with `keeps` the elements of the list at that path, which stands inside of the
/// entry, take its place.
pub(super) fn excise(text: &str, path: &str, keeps: Option<&str>) -> Result<String, Vec<Diagnostic>> {
    let mut text = text.to_owned();
    loop {
        let draft = Draft::of(&text)?;
        let Some(cut) = Cut::of(&draft.document, path, keeps) else { return Ok(text) };
        let all = overrides(&draft);
        let fates: Vec<Fate> = all.iter().map(|it| cut.fate(&draft.document, &all, it)).collect();
        // A line of the timeline that goes with another one would leave `path` leading elsewhere.
        let is_moving = |it: &Override| path.starts_with("timeline") && matches!(it.by, By::Change(_));
        let doomed = all
            .iter()
            .zip(&fates)
            .find(|(it, fate)| **fate == Fate::Goes && !is_moving(it))
            .map(|(it, _)| it);
        if let Some(it) = doomed {
            let place = it.place();
            text = match it.by {
                By::Case(_) => text::remove(&text, &place).map_err(|problem| vec![problem])?,
                By::Change(_) => excise(&text, &place, None)?,
            };
            continue;
        }
        let mut words = Words::of(&draft.document);
        for (it, fate) in all.iter().zip(&fates) {
            match fate {
                Fate::Moves(bytes, segment) if !cut.holds(&it.token) => {
                    words.change(&it.token, bytes.clone(), segment);
                }
                Fate::Stays | Fate::Goes | Fate::Moves(..) => {}
            }
        }
        let mut edits = words.edits();
        edits.extend(match cut.inner {
            Some(inner) => unwrapped(&draft.document, &cut.entry, inner),
            None => taken(&draft.document, &cut.entry),
        });
        edits.sort_by_key(|(range, _)| range.start);
        return Ok(replaced(&text, edits));
    }
}

/// An entry that is taken out.
struct Cut<'d> {
    entry: Range<usize>,
    group: &'d Value,
    index: usize,
    /// The list whose elements take its place.
    inner: Option<&'d Value>,
}

/// What becomes of an override.
#[derive(PartialEq)]
enum Fate {
    Stays,
    Goes,
    /// These bytes of its path say something else.
    Moves(Range<usize>, String),
}

impl<'d> Cut<'d> {
    fn of(document: &'d Document<'d>, path: &str, keeps: Option<&str>) -> Option<Cut<'d>> {
        let entry = document.locate(path)?.entry;
        let (group, index) = document.holder_of(&entry)?;
        let inner = keeps.and_then(|keeps| document.locate(keeps)).and_then(|found| {
            let (group, index) = document.holder_of(&found.entry)?;
            Some(&group.entries[index].value)
        });
        Some(Cut { entry, group, index, inner })
    }

    fn holds(&self, range: &Range<usize>) -> bool {
        self.entry.start <= range.start && range.end <= self.entry.end
    }

    fn fate(&self, document: &Document<'_>, all: &[Override], it: &Override) -> Fate {
        // What a case has put somewhere is not what stands there in the text.
        let before = all.iter().take_while(|other| *other != it).filter(|other| other.by == it.by);
        let put: Vec<Range<usize>> = before
            .filter_map(|other| document.trail(&other.path).pop())
            .map(|landing| landing.entry)
            .collect();
        let trail = document.trail(&it.path);
        for (number, landing) in trail.iter().enumerate() {
            if landing.entry == self.entry {
                return self.fate_inside(it, landing, &trail[number + 1..]);
            }
            let kept = self.inner.map_or(0, |inner| inner.entries.len());
            if let Some(position) = self.position(it, landing, self.group).filter(|at| *at > self.index) {
                return Fate::Moves(landing.segment.clone(), (position + kept - 1).to_string());
            }
            if put.contains(&landing.entry) {
                return Fate::Stays;
            }
        }
        Fate::Stays
    }

    /// What becomes of an override of something inside of the entry, where its path goes on by `rest`.
    fn fate_inside(&self, it: &Override, here: &Landing, rest: &[Landing]) -> Fate {
        for landing in rest {
            if let Some(position) = self.inner.and_then(|inner| self.position(it, landing, inner)) {
                return Fate::Moves(
                    here.segment.start..landing.segment.end,
                    (self.index + position).to_string(),
                );
            }
        }
        Fate::Goes
    }

    /// The position in the list `group` to which a part of a path leads.
    fn position(&self, it: &Override, landing: &Landing, group: &Value) -> Option<usize> {
        let position = group.entries.iter().position(|entry| entry.span == landing.entry)?;
        let is_counted = it.path[landing.segment.clone()].parse() == Ok(position);
        (group.kind == Kind::Square && is_counted).then_some(position)
    }
}
