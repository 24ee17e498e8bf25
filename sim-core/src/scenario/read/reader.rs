//! The tree of a text as serde reads it, by the rules of RON: `Some` may be left out, and the fields of what a variant holds
//! stand in the variant's own brackets.
//!
//! Each type is read by this one deserializer from values whose place is known. So a refusal has its exact place, and there
//! is one copy of each type's code: pages that load it have to be small.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::slice::Iter;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::number::{self, Whole};
use super::refusal::{Refusal, Why};
use crate::scenario::text::{Document, Entry, Kind, Value, kind_of, plain, spelled};

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
        let at = self;
        let has_fields = || at.entries().following().is_some_and(|entry| entry.key.is_some());
        if at.is_payload {
            let mut entries = at.entries();
            return Ok(match (entries.following(), entries.following()) {
                (None, _) => Looks::Unit,
                (Some(first), _) if first.key.is_some() => Looks::Fields(at.entries()),
                (Some(first), None) => return at.of(&first.value).looks(),
                (Some(_), Some(_)) => Looks::Values(at.entries()),
            });
        }
        Ok(match at.value.kind {
            Kind::Text if at.word().starts_with('b') => return Err(at.needs(TEXT)),
            Kind::Text => Looks::Text(at.text()?),
            Kind::Char => Looks::Text(Cow::Borrowed(at.word().trim_matches('\''))),
            Kind::Number => match number::whole(at.word()) {
                Whole::Is(number) => match (u64::try_from(number), i64::try_from(number)) {
                    (Ok(number), _) => Looks::Natural(number),
                    (_, Ok(number)) => Looks::Negative(number),
                    _ => Looks::Number(number as f64),
                },
                _ => Looks::Number(at.number()?),
            },
            Kind::Name => match at.word() {
                "true" => Looks::Truth(true),
                "false" => Looks::Truth(false),
                "None" => Looks::Nothing,
                _ => Looks::Unit,
            },
            Kind::Round if at.value.entries.is_empty() => Looks::Unit,
            Kind::Round if has_fields() => Looks::Fields(at.entries()),
            Kind::Round | Kind::Square => Looks::Values(at.entries()),
            Kind::Curly => Looks::Fields(at.entries()),
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

macro_rules! whole_numbers {
    ($($deserialize:ident $visit:ident;)*) => {$(
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
            let at = self.only(WHOLE_NUMBER)?;
            let number = at.whole()?.try_into().map_err(|_| at.refuse(Why::OutOfRange))?;
            visitor.$visit(number)
        }
    )*};
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.looks()? {
            Looks::Nothing => visitor.visit_none(),
            Looks::Unit => visitor.visit_unit(),
            Looks::Truth(truth) => visitor.visit_bool(truth),
            Looks::Natural(number) => visitor.visit_u64(number),
            Looks::Negative(number) => visitor.visit_i64(number),
            Looks::Number(number) => visitor.visit_f64(number),
            Looks::Text(text) => visitor.visit_str(&text),
            Looks::Values(entries) => entries.visit_values(visitor),
            Looks::Fields(entries) => entries.visit_fields(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_bool(self.only(TRUTH)?.truth()?)
    }

    whole_numbers! {
        deserialize_i8 visit_i8;
        deserialize_i16 visit_i16;
        deserialize_i32 visit_i32;
        deserialize_i64 visit_i64;
        deserialize_u8 visit_u8;
        deserialize_u16 visit_u16;
        deserialize_u32 visit_u32;
        deserialize_u64 visit_u64;
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_f64(self.only(NUMBER)?.number()?)
    }

    fn deserialize_char<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Refusal> {
        Err(self.needs(CHARACTER))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_str(&self.only(TEXT)?.text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Refusal> {
        Err(self.needs(BYTES))
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        if self.is_payload {
            return visitor.visit_some(self);
        }
        match (self.value.kind, self.name().as_deref()) {
            (Kind::Name, Ok("None")) => visitor.visit_none(),
            (Kind::Round, Ok("Some")) => visitor.visit_some(self.payload()),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.value.kind {
            Kind::Round if self.value.entries.is_empty() => visitor.visit_unit(),
            _ => Err(self.needs(UNIT)),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        if !self.is_payload {
            self.fields(name)?;
        }
        visitor.visit_newtype_struct(self.payload())
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.group(Kind::Square, LIST)?.visit_values(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Refusal> {
        self.values()?.visit_values(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.fields(name)?.visit_values(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.group(Kind::Curly, MAP)?.visit_fields(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.fields(name)?.visit_fields(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        visitor.visit_enum(self.only(NAME)?)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_str(&self.name()?)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_unit()
    }
}

impl<'de, 'd> EnumAccess<'de> for Reader<'d> {
    type Error = Refusal;
    type Variant = Reader<'d>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Reader<'d>), Refusal> {
        Ok((self.read(seed)?, self))
    }
}

impl<'de> VariantAccess<'de> for Reader<'_> {
    type Error = Refusal;

    fn unit_variant(self) -> Result<(), Refusal> {
        match self.value.kind {
            Kind::Name => Ok(()),
            _ => Err(self.refuse(Why::NeedlessBrackets)),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Refusal> {
        self.parameters()?.read(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Refusal> {
        self.parameters()?.entries().visit_values(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.parameters()?.entries().visit_fields(visitor)
    }
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

impl<'de> SeqAccess<'de> for &mut Entries<'_> {
    type Error = Refusal;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Refusal> {
        let Some(entry) = self.following() else { return Ok(None) };
        if entry.key.is_some() {
            return Err(Refusal::wrong_type("a value without a name").at(entry.span.start));
        }
        self.reader.of(&entry.value).read(seed).map(Some)
    }
}

impl<'de> MapAccess<'de> for &mut Entries<'_> {
    type Error = Refusal;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Refusal> {
        let Some(entry) = self.following() else { return Ok(None) };
        let Some(key) = &entry.key else {
            return Err(Refusal::wrong_type(NAME).at(entry.span.start));
        };
        self.value = Some(&entry.value);
        let kind = kind_of(&self.reader.source.text[key.clone()]);
        let name = (kind == Kind::Name).then(|| key.clone());
        let value = Value { span: key.clone(), name, kind, entries: Vec::new() };
        let reader = Reader { source: self.reader.source, value: &value, is_payload: false };
        reader.read(seed).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Refusal> {
        let value = self.value.take().expect("a value is asked for after its key");
        self.reader.of(value).read(seed)
    }
}
