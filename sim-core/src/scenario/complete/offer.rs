//! Collecting what fits a place and what is typed there already.

use std::ops::Range;

use super::path;
use super::quantity;
use super::{Completion, CompletionKind, Slot, escaped, hole};
use crate::scenario::form::{Fill, Form, Shape, in_ron, template};
use crate::scenario::names::{Candidate, Names};
use crate::scenario::text::{Cursor, Document, Value, quote};

pub(super) struct Offers<'o> {
    pub(super) text: &'o str,
    pub(super) offset: usize,
    pub(super) cursor: &'o Cursor,
    pub(super) names: &'o Names,
    /// What has been collected.
    pub(super) found: Vec<Completion>,
    /// What is replaced, without quotes.
    pub(super) word: Range<usize>,
}

impl Offers<'_> {
    /// All that fits a place.
    pub(super) fn of(
        mut self,
        slot: Slot<'_, '_>,
        document: &Document<'_>,
        root: Form<'_>,
    ) -> Vec<Completion> {
        match slot {
            Slot::Field(table, value) => self.fields(table, value, document),
            Slot::Key(map, value) => self.keys(map, value, document, root),
            Slot::Put(path) => {
                if let Some(form) = path::form_at(document, root, &path) {
                    self.values(form);
                }
            }
            Slot::Value(form) if form.names().contains(&"path") => self.paths(document, root),
            Slot::Value(form) => self.values(form),
        }
        self.found
    }

    /// What is typed before the cursor.
    fn typed(&self) -> &str {
        &self.text[self.word.start..self.offset.max(self.word.start)]
    }

    /// Adds what begins as the word does.
    fn add(&mut self, kind: CompletionKind, label: &str, insert: String, detail: String, doc: &str) {
        self.add_at(self.word.clone(), kind, label, insert, detail, doc);
    }

    fn add_at(
        &mut self,
        range: Range<usize>,
        kind: CompletionKind,
        label: &str,
        insert: String,
        detail: String,
        doc: &str,
    ) {
        let typed = self.text[range.start..self.offset.max(range.start)].to_lowercase();
        if label.to_lowercase().starts_with(&typed) {
            let doc = doc.split_whitespace().collect::<Vec<_>>().join(" ");
            let (label, from, to) = (label.to_owned(), range.start, range.end);
            self.found.push(Completion { label, insert, from, to, detail, doc, kind });
        }
    }

    /// The fields of a table that are not written yet.
    fn fields(&mut self, table: Form<'_>, value: &Value, document: &Document<'_>) {
        if self.cursor.is_text {
            return;
        }
        let Shape::Table(fields) = table.shape() else { return };
        let keys = value.entries.iter().filter_map(|entry| entry.key.as_ref());
        let others = keys.filter(|key| key.start != self.cursor.start);
        let written: Vec<String> = others.map(|key| document.key_text(key).into_owned()).collect();
        let is_written = |name: &str| written.iter().any(|one| one == name);
        let groups = table.one_of();
        let chosen = groups.iter().find(|group| group.iter().any(|name| is_written(name)));
        for field in fields {
            let is_of_another_group = chosen.is_some_and(|chosen| {
                !chosen.contains(&field.name) && groups.iter().any(|group| group.contains(&field.name))
            });
            if is_written(field.name) || is_of_another_group {
                continue;
            }
            let insert = if self.cursor.before_colon {
                field.name.to_owned()
            } else {
                format!("{}: {}", field.name, hole(field.form))
            };
            let detail = match (field.is_required, field.form.default().filter(|default| !default.is_null()))
            {
                (true, _) => "required".to_owned(),
                (false, Some(default)) => format!("default {}", in_ron(default, field.form)),
                (false, None) => String::new(),
            };
            self.add(CompletionKind::Field, field.name, insert, detail, field.form.doc());
        }
    }

    /// The keys of a map that name something, and are not written yet.
    fn keys(&mut self, map: Form<'_>, value: &Value, document: &Document<'_>, root: Form<'_>) {
        let kinds = map.keys();
        if kinds.contains(&"path") {
            return self.paths(document, root);
        }
        let Shape::Map(values) = map.shape() else { return };
        let keys = value.entries.iter().filter_map(|entry| entry.key.as_ref());
        let others = keys.filter(|key| key.start != self.cursor.start);
        let written: Vec<String> = others.map(|key| document.key_text(key).into_owned()).collect();
        let rest = if self.cursor.before_colon { String::new() } else { format!(": {}", hole(values)) };
        for candidate in self.names.candidates(&kinds) {
            if !written.contains(&candidate.name) {
                // Beyond the quotes nothing is replaced, so the value is left to be typed.
                let rest = if self.cursor.is_text { "" } else { &rest };
                self.name(candidate, rest);
            }
        }
    }

    fn name(&mut self, candidate: Candidate, rest: &str) {
        let Candidate { name, what } = candidate;
        let insert = if self.cursor.is_text { escaped(&name) } else { format!("{}{rest}", quote(&name)) };
        self.add(CompletionKind::Name, &name, insert, what, "");
    }

    /// A value in the quotes that are there, or as it stands.
    fn value_text(&self, value: &str) -> String {
        if self.cursor.is_text { escaped(value) } else { value.to_owned() }
    }

    /// The values that fit.
    fn values(&mut self, form: Form<'_>) {
        match form.shape() {
            Shape::Choice(variants) => {
                for variant in variants {
                    let mut insert = template(&variant, Fill::Hole);
                    if self.cursor.before_bracket {
                        insert = variant.name.to_owned();
                    }
                    let insert = self.value_text(&insert);
                    self.add(
                        CompletionKind::Variant,
                        variant.name,
                        insert,
                        detail_of(variant.payload),
                        variant.doc,
                    );
                }
            }
            Shape::Text => {
                let candidates = self.names.candidates(&form.names());
                if candidates.is_empty() && self.typed().is_empty() && !self.cursor.is_text {
                    self.add(CompletionKind::Value, "\"\"", quote(""), String::new(), form.doc());
                }
                for candidate in candidates {
                    self.name(candidate, "");
                }
            }
            Shape::Truth => {
                for word in ["true", "false"] {
                    self.add(CompletionKind::Value, word, word.to_owned(), String::new(), "");
                }
            }
            Shape::Quantity(unit) => self.quantities(form, unit),
            // A group that is still to be begun.
            Shape::Table(_) | Shape::Tuple(_) | Shape::Map(_) | Shape::List(_) if self.typed().is_empty() => {
                let empty = hole(form);
                let insert = self.value_text(&empty);
                self.add(CompletionKind::Value, &empty, insert, String::new(), form.doc());
            }
            Shape::Table(_)
            | Shape::Tuple(_)
            | Shape::Map(_)
            | Shape::List(_)
            | Shape::Whole
            | Shape::Anything => {}
        }
    }

    /// The number that is typed with each unit, or examples where none is.
    fn quantities(&mut self, form: Form<'_>, unit: &str) {
        let typed = self.typed().to_owned();
        let Some((start, number)) = quantity::number_at_end(&typed) else {
            if typed.is_empty() {
                for example in form.examples() {
                    let written = example.to_string();
                    let plain = example.as_str().map_or(written.clone(), str::to_owned);
                    let insert = if self.cursor.is_text { plain.clone() } else { written };
                    self.add(CompletionKind::Value, &plain, insert, format!("a {unit}"), "");
                }
            }
            return;
        };
        let range = self.word.start + start..self.word.end;
        for (word, meaning) in quantity::units(unit) {
            let label = format!("{number}{word}");
            let insert = if self.cursor.is_text { label.clone() } else { quote(&label) };
            self.add_at(range.clone(), CompletionKind::Value, &label, insert, (*meaning).to_owned(), "");
        }
    }

    /// The next segment of a path.
    fn paths(&mut self, document: &Document<'_>, root: Form<'_>) {
        let typed = self.typed().to_owned();
        let (above, start) = path::above(&typed);
        let range = self.word.start + start..self.word.end;
        for part in path::below(document, root, above) {
            let insert = if self.cursor.is_text { escaped(&part.segment) } else { quote(&part.segment) };
            self.add_at(range.clone(), CompletionKind::Name, &part.segment, insert, part.detail, &part.doc);
        }
    }
}

/// What a variant takes, in a few words.
fn detail_of(payload: Option<Form<'_>>) -> String {
    match payload.map(|payload| payload.shape()) {
        Some(Shape::Table(fields)) => fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", "),
        Some(Shape::Quantity(unit)) => format!("a {unit}"),
        Some(Shape::Choice(_)) => {
            payload.and_then(|payload| payload.table).unwrap_or_default().to_lowercase()
        }
        Some(Shape::List(_)) => "a list".to_owned(),
        Some(Shape::Whole) => "a whole number".to_owned(),
        _ => String::new(),
    }
}
