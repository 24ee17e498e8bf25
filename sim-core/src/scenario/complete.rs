//! What could be written at a place of a text that is being written: fields, variants, values and names, by the schema and
//! by what the scenario has already.

use std::ops::Range;

use serde::Serialize;
use serde_json::Value as Json;

use super::form::{Fill, Form, Shape};
use super::names::Names;
use super::text::{Cursor, Document, Entry, Kind, Lenient, Value, is_closed_text, lenient, quote};

mod offer;
mod path;
mod quantity;

use offer::Offers;
pub(crate) use quantity::{number_at_end, units};

/// Something that could be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Completion {
    /// What it is called in a list.
    pub label: String,
    /// What comes in place of the bytes from `from` to `to`.
    pub insert: String,
    /// Where the word that it completes begins.
    pub from: usize,
    /// Where that word ends, at the cursor or behind it.
    pub to: usize,
    /// A few words: what kind of value, which default, what has that name.
    pub detail: String,
    /// What it is for.
    pub doc: String,
    /// For the sign beside it.
    pub kind: CompletionKind,
}

/// What a completion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CompletionKind {
    /// A field of a table.
    Field,
    /// A variant of a choice.
    Variant,
    /// A value, or a part of one.
    Value,
    /// The name of something in the scenario.
    Name,
}

/// What stands at the cursor.
pub(crate) enum Proposals {
    /// Something of the scenario's own language.
    Here(Vec<Completion>),
    /// A claim, of which the report knows the language.
    Claim(Claim),
}

/// A claim at the cursor.
pub(crate) struct Claim {
    /// The bytes between its quotes.
    pub(crate) span: Range<usize>,
    pub(crate) names: Names,
}

/// What could be written at byte `offset`, which may be any; `schema` is that of a scenario.
pub(crate) fn complete(schema: &Json, text: &str, offset: usize) -> Proposals {
    let offset = text.floor_char_boundary(offset);
    let tree = lenient(text, offset);
    let cursor = tree.cursor(offset);
    if cursor.is_in_comment {
        return Proposals::Here(Vec::new());
    }
    let root = Form::root(schema);
    let names = Names::of(&tree.document, root);
    let search = Search { tree: &tree, cursor: &cursor };
    let Some(slot) = search.slot(root, &tree.document.root) else { return Proposals::Here(Vec::new()) };
    if let Slot::Value(form) = &slot
        && form.names().contains(&"claim")
        && cursor.is_text
    {
        return Proposals::Claim(Claim { span: word(text, &cursor), names });
    }
    let offers =
        Offers { text, offset, cursor: &cursor, names: &names, found: Vec::new(), word: word(text, &cursor) };
    Proposals::Here(offers.of(slot, &tree.document, root))
}

/// The word at the cursor, without its quotes.
fn word(text: &str, cursor: &Cursor) -> Range<usize> {
    if !cursor.is_text {
        return cursor.start..cursor.end;
    }
    let written = &text[cursor.start..cursor.end];
    let start = cursor.start + written.find('"').map_or(0, |at| at + 1);
    let hashes = written.len() - written.trim_end_matches('#').len();
    let end = if is_closed_text(written) { cursor.end - hashes - 1 } else { cursor.end };
    start..end.max(start)
}

/// What kind of place the cursor is at.
enum Slot<'s, 'd> {
    /// The name of a field, in a table that is written as this value.
    Field(Form<'s>, &'d Value),
    /// A key of a map.
    Key(Form<'s>, &'d Value),
    /// A value.
    Value(Form<'s>),
    /// What an override puts at this path.
    Put(String),
}

struct Search<'d> {
    tree: &'d Lenient<'d>,
    cursor: &'d Cursor,
}

impl<'d> Search<'d> {
    fn document(&self) -> &'d Document<'d> {
        &self.tree.document
    }

    /// The place of the cursor at or in a value that is written where `form` can stand.
    fn slot<'s>(&self, form: Form<'s>, value: &'d Value) -> Option<Slot<'s, 'd>> {
        let at = self.cursor.start;
        if !self.tree.holds(value, at) {
            // Beside the only value of the text.
            return (value.span.start >= at).then_some(Slot::Value(form));
        }
        let inside = value.entries.iter().enumerate().find(|(_, entry)| self.tree.holds(&entry.value, at));
        if let Some((index, entry)) = inside {
            return self.slot(form.entry(value, index, entry, self.document())?, &entry.value);
        }
        if let Some(colon) = self.cursor.colon_before {
            let is_its = |entry: &Entry| {
                entry.key.as_ref().is_some_and(|key| key.end <= colon) && entry.value.span.start > colon
            };
            let (index, entry) = value.entries.iter().enumerate().find(|(_, entry)| is_its(entry))?;
            return self.value_slot(form, value, index, entry);
        }
        if !self.cursor.begins_entry {
            return None;
        }
        self.beginning(form, value)
    }

    fn value_slot<'s>(
        &self,
        form: Form<'s>,
        value: &'d Value,
        index: usize,
        entry: &Entry,
    ) -> Option<Slot<'s, 'd>> {
        let inside = form.inside(value, self.document())?;
        if let (true, Some(key)) = (inside.keys().contains(&"path"), &entry.key) {
            return Some(Slot::Put(self.document().key_text(key).into_owned()));
        }
        form.entry(value, index, entry, self.document()).map(Slot::Value)
    }

    /// Where an entry of a group begins.
    fn beginning<'s>(&self, form: Form<'s>, value: &'d Value) -> Option<Slot<'s, 'd>> {
        let name = value.name.as_ref().map(|name| self.document().key_text(name));
        if form.is_optional && name.as_deref() == Some("Some") {
            return Some(Slot::Value(form));
        }
        let is_variant = matches!(form.shape(), Shape::Choice(_));
        let inside = form.inside(value, self.document())?;
        let index = value.entries.iter().filter(|entry| entry.span.end < self.cursor.start).count();
        match (inside.shape(), value.kind) {
            (Shape::Table(_), Kind::Round) => Some(Slot::Field(inside, value)),
            (Shape::Tuple(parts), Kind::Round) => {
                // The second value of a change is put where the first one says.
                let path = value.entries.first().filter(|_| index == 1 && parts[0].names().contains(&"path"));
                match path {
                    Some(path) => Some(Slot::Put(self.document().key_text(&path.value.span).into_owned())),
                    None => parts.get(index).copied().map(Slot::Value),
                }
            }
            (Shape::Map(_), Kind::Curly) => Some(Slot::Key(inside, value)),
            (Shape::List(items), Kind::Square) => Some(Slot::Value(items)),
            (_, Kind::Round) if is_variant && index == 0 => Some(Slot::Value(inside)),
            _ => None,
        }
    }
}

/// A hole for a value, with the quotes or brackets that it will have.
fn hole(form: Form<'_>) -> String {
    Fill::Hole.value(form, 0)
}

/// The inside of a text in quotes that says this.
fn escaped(text: &str) -> String {
    let quoted = quote(text);
    quoted[1..quoted.len() - 1].to_owned()
}
