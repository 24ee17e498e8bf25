//! The tree of a text as serde reads it, by the rules of RON: `Some` may be left out, and the fields of what a variant holds
//! stand in the variant's own brackets.
//!
//! Each type is read by this one deserializer from values whose place is known. So a refusal has its exact place, and there
//! is one copy of each type's code: pages that load it have to be small.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::slice::Iter;

use serde::de::{DeserializeSeed, Visitor};

use super::number::{self, Whole};
use super::refusal::{Refusal, Why};
use crate::scenario::text::{Document, Entry, Kind, Value, plain, spelled};

mod access;

/// What the types of a scenario are looking for, in the user's words.
pub(super) const TEXT: &str = "a text in quotes";
pub(super) const NAME: &str = "a name";
const LIST: &str = "a list `[ … ]`";
const MAP: &str = "a map `{ … }`";
const TRUTH: &str = "`true` or `false`";
const CHARACTER: &str = "a character";
const WHOLE_NUMBER: &str = "a whole number";
const NUMBER: &str = "a number";
const UNIT: &str = "`()`";
const BYTES: &str = "a list of bytes";

/// A value of a text, to be read as some type.
#[derive(Clone, Copy)]
pub(super) struct Reader<'d> {
    source: Source<'d>,
    value: &'d Value,
    /// Whether it is what stands in the value's brackets that is read: what a variant holds.
    is_payload: bool,
}

/// What all readers of a text share.
#[derive(Clone, Copy)]
struct Source<'d> {
    text: &'d str,
    /// Entries that are passed over, by their first byte.
    left_out: &'d BTreeSet<usize>,
}

impl<'d> Reader<'d> {
    /// Reads a whole text, without the entries that begin at these bytes.
    pub(super) fn new(document: &'d Document<'d>, left_out: &'d BTreeSet<usize>) -> Reader<'d> {
        let source = Source { text: document.text, left_out };
        Reader { source, value: &document.root, is_payload: false }
    }

    fn of(self, value: &'d Value) -> Reader<'d> {
        Reader { value, is_payload: false, ..self }
    }

    fn payload(self) -> Reader<'d> {
        Reader { is_payload: true, ..self }
    }

    fn word(self) -> &'d str {
        &self.source.text[self.value.span.clone()]
    }

    fn start(self) -> usize {
        self.value.span.start
    }

    /// Where a refusal of all of it is told: at the end of the brackets, or else of the only value.
    fn end(self) -> usize {
        if self.value.is_group() { self.value.close() } else { self.start() }
    }

    fn entries(self) -> Entries<'d> {
        Entries { reader: self, left: self.value.entries.iter(), value: None }
    }

    /// Reads it as what the seed is for. Whatever is refused without a place of its own is refused here.
    pub(super) fn read<'de, S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Refusal> {
        seed.deserialize(self).map_err(|refusal| refusal.at(self.spot()))
    }

    /// Of what a variant holds, the value itself is meant.
    fn spot(self) -> usize {
        let mut entries = self.entries();
        match (self.is_payload, entries.following(), entries.following()) {
            (true, Some(only), None) if only.key.is_none() => only.span.start,
            (true, None, _) => self.end(),
            _ => self.start(),
        }
    }

    fn refuse(self, why: Why) -> Refusal {
        Refusal::new(why).at(self.start())
    }

    fn needs(self, expected: &str) -> Refusal {
        Refusal::wrong_type(expected).at(self.start())
    }

    /// The one value to read: itself, or the only one in its brackets.
    fn only(self, expected: &str) -> Result<Reader<'d>, Refusal> {
        if !self.is_payload {
            return Ok(self);
        }
        let mut entries = self.entries();
        let Some(first) = entries.following() else {
            return Err(Refusal::wrong_type(expected).at(self.end()));
        };
        if first.key.is_some() {
            return Err(Refusal::wrong_type(expected).at(first.span.start));
        }
        entries.end()?;
        Ok(self.of(&first.value))
    }

    fn text(self) -> Result<Cow<'d, str>, Refusal> {
        if self.value.kind != Kind::Text || self.word().starts_with('b') {
            return Err(self.needs(TEXT));
        }
        spelled(self.word()).map_err(|wrong| self.refuse(Why::BadText(wrong)))
    }

    fn name(self) -> Result<Cow<'d, str>, Refusal> {
        match (&self.value.name, self.value.kind) {
            (Some(name), Kind::Name | Kind::Round) => Ok(plain(&self.source.text[name.clone()])),
            _ => Err(self.needs(NAME)),
        }
    }

    fn truth(self) -> Result<bool, Refusal> {
        match (self.value.kind, self.word()) {
            (Kind::Name, "true") => Ok(true),
            (Kind::Name, "false") => Ok(false),
            _ => Err(self.needs(TRUTH)),
        }
    }

    fn whole(self) -> Result<i128, Refusal> {
        if self.value.kind != Kind::Number {
            return Err(self.needs(WHOLE_NUMBER));
        }
        match number::whole(self.word()) {
            Whole::Is(number) => Ok(number),
            Whole::IsTooLarge => Err(self.refuse(Why::OutOfRange)),
            Whole::IsNot => Err(self.refuse(Why::NotWhole)),
        }
    }

    fn number(self) -> Result<f64, Refusal> {
        let number = (self.value.kind == Kind::Number).then(|| number::real(self.word())).flatten();
        number.ok_or_else(|| self.needs(NUMBER))
    }

    /// The brackets of a struct: its own name may stand before them, and no other.
    fn fields(self, name: &str) -> Result<Entries<'d>, Refusal> {
        if self.is_payload {
            return Ok(self.entries());
        }
        let is_named = match &self.value.name {
            Some(written) => plain(&self.source.text[written.clone()]) == name,
            None => true,
        };
        match self.value.kind {
            Kind::Round if is_named => Ok(self.entries()),
            Kind::Round | Kind::Name if !is_named => Err(self.refuse(Why::WrongName)),
            _ => Err(self.refuse(Why::MissingBrackets)),
        }
    }

    /// What a variant with parameters has in its brackets.
    fn parameters(self) -> Result<Reader<'d>, Refusal> {
        match self.value.kind {
            Kind::Round => Ok(self.payload()),
            _ => Err(self.refuse(Why::MissingBrackets)),
        }
    }

    /// The entries between these brackets; nothing else will do.
    fn group(self, kind: Kind, expected: &str) -> Result<Entries<'d>, Refusal> {
        let at = self.only(expected)?;
        if at.value.kind == kind { Ok(at.entries()) } else { Err(at.needs(expected)) }
    }

    /// The entries of a tuple.
    fn values(self) -> Result<Entries<'d>, Refusal> {
        match self.value.kind {
            Kind::Round if self.is_payload || self.value.name.is_none() => Ok(self.entries()),
            _ => Err(self.refuse(Why::MissingBrackets)),
        }
    }

    /// What may be anything, as what it looks like.
    fn looks(self) -> Result<Looks<'d>, Refusal> {
        let has_fields = || self.entries().following().is_some_and(|entry| entry.key.is_some());
        if self.is_payload {
            let mut entries = self.entries();
            return Ok(match (entries.following(), entries.following()) {
                (None, _) => Looks::Unit,
                (Some(first), _) if first.key.is_some() => Looks::Fields(self.entries()),
                (Some(first), None) => return self.of(&first.value).looks(),
                (Some(_), Some(_)) => Looks::Values(self.entries()),
            });
        }
        Ok(match self.value.kind {
            Kind::Text => Looks::Text(self.text()?),
            Kind::Char => Looks::Text(Cow::Borrowed(self.word().trim_matches('\''))),
            Kind::Number => match number::whole(self.word()) {
                Whole::Is(number) => match (u64::try_from(number), i64::try_from(number)) {
                    (Ok(number), _) => Looks::Natural(number),
                    (_, Ok(number)) => Looks::Negative(number),
                    _ => Looks::Number(number as f64),
                },
                _ => Looks::Number(self.number()?),
            },
            Kind::Name => match self.word() {
                "true" => Looks::Truth(true),
                "false" => Looks::Truth(false),
                "None" => Looks::Nothing,
                _ => Looks::Unit,
            },
            Kind::Round if self.value.entries.is_empty() => Looks::Unit,
            Kind::Round if has_fields() => Looks::Fields(self.entries()),
            Kind::Round | Kind::Square => Looks::Values(self.entries()),
            Kind::Curly => Looks::Fields(self.entries()),
        })
    }
}

/// What a value is where its type takes anything.
enum Looks<'d> {
    Nothing,
    Unit,
    Truth(bool),
    Natural(u64),
    Negative(i64),
    Number(f64),
    Text(Cow<'d, str>),
    Values(Entries<'d>),
    Fields(Entries<'d>),
}

/// What stands in a value's brackets, entry by entry.
struct Entries<'d> {
    reader: Reader<'d>,
    left: Iter<'d, Entry>,
    /// Of the entry whose key was read last.
    value: Option<&'d Value>,
}

impl<'d> Entries<'d> {
    fn following(&mut self) -> Option<&'d Entry> {
        let left_out = self.reader.source.left_out;
        self.left.find(|entry| !left_out.contains(&entry.span.start))
    }

    /// Refuses what was not asked for.
    fn end(&mut self) -> Result<(), Refusal> {
        match self.following() {
            None => Ok(()),
            Some(entry) => Err(Refusal::new(Why::TooManyValues).at(entry.span.start)),
        }
    }

    fn visit_values<'de, V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Refusal> {
        let value = visitor.visit_seq(&mut self)?;
        self.end()?;
        Ok(value)
    }

    fn visit_fields<'de, V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_map(&mut self)
    }
}
