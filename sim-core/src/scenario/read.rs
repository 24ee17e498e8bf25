//! Reads scenario text into a type: every mistake at once, each at its exact token.
//!
//! serde stops at the first mistake, and its position is roughly right at best. So the tree of the text says what stands at
//! that position; the entry in question is reported, blanked out and the rest read again, until nothing is found. What
//! goes missing by blanking is not reported. A mistake in a custom `Deserialize` may put its help on a second line of its
//! message.

use super::text::{Document, Entry, Kind, Value, scan};
use crate::diagnostic::{Diagnostic, Lines, sort};
use ron::error::{Error, SpannedError};
use ron::extensions::Extensions;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

mod translate;
mod tree;

/// Bounds the work on a large text full of mistakes; nobody reads so many at once.
const MAX_READS: usize = 50;

/// Reads a value, or says everything that is wrong with the text, in its order.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Vec<Diagnostic>> {
    let document = scan(text)?;
    let mut reading = Reading {
        document: &document,
        lines: Lines::new(text),
        rest: text.to_owned(),
        found: Vec::new(),
        wounds: BTreeMap::new(),
    };
    for mistake in tree::mistakes(&document, &reading.lines) {
        reading.found.push(mistake.diagnostic);
        reading.blank_at(mistake.offset, None);
    }
    let options = ron::Options::default()
        .with_default_extension(Extensions::UNWRAP_VARIANT_NEWTYPES)
        .with_default_extension(Extensions::IMPLICIT_SOME);
    for _ in 0..MAX_READS {
        match options.from_str::<T>(&reading.rest) {
            Ok(value) if reading.found.is_empty() => return Ok(value),
            Ok(_) => break,
            Err(error) => {
                if !reading.take(&error) {
                    break;
                }
            }
        }
    }
    sort(&mut reading.found);
    Err(reading.found)
}

/// What was blanked out of a struct, list or map.
struct Wound {
    key: String,
    /// The field it was probably meant to be.
    meant: Option<String>,
}

struct Reading<'d> {
    document: &'d Document<'d>,
    lines: Lines<'d>,
    /// The text, what was reported being blanked out: every byte keeps its place.
    rest: String,
    found: Vec<Diagnostic>,
    /// By the first byte of the group.
    wounds: BTreeMap<usize, Vec<Wound>>,
}

impl<'d> Reading<'d> {
    /// Reports an error of the reader and blanks its entry; false if nothing is left to blank.
    fn take(&mut self, error: &SpannedError) -> bool {
        let cursor = Cursor {
            start: self.offset(error.span.start.line, error.span.start.col),
            end: self.offset(error.span.end.line, error.span.end.col),
        };
        let place = self.place(&error.code, &cursor);
        if !self.is_consequence(&error.code, &place) {
            let translated = translate::translate(self.document, &error.code, &place);
            let is_known = self.found.iter().any(|known| known.span == translated.diagnostic.span);
            if !is_known {
                self.found.push(translated.diagnostic);
            }
            return self.blank_at(place.offset, translated.meant);
        }
        self.blank_at(place.offset, None)
    }

    /// The byte offset of a position that counts characters.
    fn offset(&self, line: usize, column: usize) -> usize {
        let start = self.lines.start_of(line);
        let rest = &self.rest[start..];
        start + rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at)
    }

    /// Which place an error is about. The reader gives where it was before and after the last word it took.
    fn place(&self, error: &Error, cursor: &Cursor) -> translate::Place<'d> {
        let start = cursor.start.min(cursor.end);
        let took_word = !self.rest[start..cursor.end].trim().is_empty();
        let offset = match error {
            // The word was taken, and is wrong.
            Error::NoSuchStructField { .. }
            | Error::NoSuchEnumVariant { .. }
            | Error::DuplicateStructField { .. }
            | Error::ExpectedDifferentStructName { .. } => start,
            // The word before lacks its brackets or its value.
            Error::ExpectedStructLike | Error::ExpectedNamedStructLike(_) | Error::ExpectedMapColon => {
                let before = self.word_before(cursor.end);
                let lacks = self
                    .innermost(before)
                    .is_some_and(|value| value.kind == Kind::Name && value.span.end <= cursor.end);
                if lacks { before } else { cursor.end }
            }
            Error::MissingStructField { .. } | Error::ExpectedDifferentLength { .. } => {
                if self.is_close(cursor.end) { cursor.end } else { self.word_before(cursor.end) }
            }
            // A value was read whole and then refused, or else a struct at its closing bracket.
            Error::InvalidValueForType { .. } | Error::Message(_) | Error::IntegerOutOfBounds => {
                if !took_word && self.is_close(cursor.end) {
                    cursor.end
                } else {
                    self.word_before(cursor.end)
                }
            }
            _ => cursor.end,
        };
        let offset = offset.min(self.document.text.len().saturating_sub(1));
        translate::Place { offset, cursor: cursor.end, chain: self.document.chain(offset) }
    }

    fn innermost(&self, offset: usize) -> Option<&Value> {
        self.document.chain(offset).last().map(|(_, value)| *value)
    }

    fn is_close(&self, offset: usize) -> bool {
        self.rest[offset..].starts_with([')', ']', '}'])
    }

    /// The last byte before `offset` that belongs to a word.
    fn word_before(&self, offset: usize) -> usize {
        let mut end = offset;
        loop {
            end = self.rest[..end].trim_end().len();
            let comments = &self.document.comments;
            let next = comments.partition_point(|comment| comment.end < end);
            match comments.get(next).filter(|comment| comment.start < end && end <= comment.end) {
                Some(comment) => end = comment.start,
                None => return self.rest[..end].char_indices().next_back().map_or(0, |(at, _)| at),
            }
        }
    }

    /// Whether an error is only there because something was blanked.
    fn is_consequence(&self, error: &Error, place: &translate::Place<'_>) -> bool {
        let Some(wounds) = place.value().and_then(|value| self.wounds.get(&value.span.start)) else {
            return false;
        };
        match error {
            Error::MissingStructField { field, .. } => {
                wounds.iter().any(|wound| wound.key == *field || wound.meant.as_deref() == Some(field))
            }
            _ => self.is_close(place.offset),
        }
    }

    /// Blanks the entry at `offset`, false if there is none or it is blank already. What stands alone in a variant's
    /// brackets takes the variant along, which could not be read without it.
    fn blank_at(&mut self, offset: usize, meant: Option<String>) -> bool {
        let document = self.document;
        let chain = document.chain(offset);
        let mut at = chain.len() - 1;
        while at > 1
            && chain[at].0.is_some_and(|entry| entry.key.is_none())
            && chain[at - 1].1.kind == Kind::Round
        {
            at -= 1;
        }
        let Some(entry) = chain[at].0 else { return false };
        let group = chain[at - 1].1.span.start;
        let key = entry.key.as_ref().map_or(String::new(), |key| document.key_text(key).into_owned());
        self.wounds.entry(group).or_default().push(Wound { key, meant });
        self.blank(entry)
    }

    fn blank(&mut self, entry: &Entry) -> bool {
        if self.rest[entry.span.clone()].trim().is_empty() {
            return false;
        }
        let comma = entry.comma.map(|comma| comma..comma + 1);
        for range in std::iter::once(entry.span.clone()).chain(comma) {
            let blank: String =
                self.rest[range.clone()].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
            self.rest.replace_range(range, &blank);
        }
        true
    }
}

/// Where the reader stood before and after the last word it took.
struct Cursor {
    start: usize,
    end: usize,
}
