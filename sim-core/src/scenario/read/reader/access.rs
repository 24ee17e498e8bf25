//! What serde asks of a reader.

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::{
    BYTES, CHARACTER, Entries, LIST, Looks, MAP, NAME, NUMBER, Reader, TEXT, TRUTH, UNIT, WHOLE_NUMBER,
};
use crate::scenario::read::refusal::{Refusal, Why};
use crate::scenario::text::{Kind, Value, kind_of};

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
