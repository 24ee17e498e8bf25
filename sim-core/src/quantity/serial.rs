//! Reading and writing quantities through serde, and their JSON schema.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    BANDWIDTH, Bandwidth, Kind, NUMBER, Number, QuantityError, RATE, RATIO, Rate, Ratio, SIZE, Size, TIME,
};
use crate::time::Duration;

/// How a type reads: what it is called, and what it makes of a bare number.
trait Written: FromStr<Err = QuantityError> {
    const KIND: Kind;

    fn from_number(_number: f64) -> Result<Self, QuantityError> {
        Err(Self::KIND.needs_unit())
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

struct Reader<T>(PhantomData<T>);

impl<T: Written> Visitor<'_> for Reader<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} such as \"{}\"", T::KIND.name, T::KIND.example)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        T::from_number(number).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        self.visit_f64(number as f64)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        self.visit_f64(number as f64)
    }
}

impl Written for Ratio {
    const KIND: Kind = RATIO;

    fn from_number(number: f64) -> Result<Ratio, QuantityError> {
        Ratio::from_f64(number)
    }
}

impl Written for Number {
    const KIND: Kind = NUMBER;

    fn from_number(number: f64) -> Result<Number, QuantityError> {
        Number::from_f64(number)
    }
}

impl Written for Duration {
    const KIND: Kind = TIME;

    // Compiled models have spans too, and go from one worker to another as bytes.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(Reader(PhantomData))
        } else {
            u64::deserialize(deserializer).map(Duration)
        }
    }
}

impl Written for Rate {
    const KIND: Kind = RATE;
}

impl Written for Size {
    const KIND: Kind = SIZE;
}

impl Written for Bandwidth {
    const KIND: Kind = BANDWIDTH;
}

macro_rules! readable {
    ($($type:ident: $schema:tt;)*) => {$(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                <$type as Written>::read(deserializer)
            }
        }

        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )*};
}

readable! {
    Duration: {
        "type": "string",
        "x-unit": "time",
        "pattern": r"^([0-9][0-9_]*(\.[0-9][0-9_]*)? *(ns|us|µs|μs|ms|s|min|h|d) *)+$",
        "examples": ["5ms", "1.5s", "1h30min"]
    };
    Rate: {
        "type": "string",
        "x-unit": "rate",
        "pattern": r"^[0-9][0-9_]*(\.[0-9][0-9_]*)? *[kM]? */ *(s|min|h|d)$",
        "examples": ["800/s", "20/min"]
    };
    Ratio: {
        "anyOf": [
            { "type": "number", "minimum": 0 },
            { "type": "string", "pattern": r"^[0-9][0-9_]*(\.[0-9_]*)?([eE][+-]?[0-9]+)? *%?$" }
        ],
        "x-unit": "ratio",
        "examples": [0.7, "70%"]
    };
    Number: {
        "anyOf": [
            { "type": "number" },
            { "type": "string", "pattern": r"^[+-]?[0-9][0-9_]*(\.[0-9_]*)?([eE][+-]?[0-9]+)?$" }
        ],
        "x-unit": "number",
        "examples": [1.5]
    };
    Size: {
        "type": "string",
        "x-unit": "size",
        "pattern": r"^[0-9][0-9_]*(\.[0-9][0-9_]*)? *(B|[kKMGT]B|[KMGT]iB)$",
        "examples": ["512B", "2KiB", "1MB"]
    };
    Bandwidth: {
        "type": "string",
        "x-unit": "bandwidth",
        "pattern": r"^[0-9][0-9_]*(\.[0-9][0-9_]*)? *(B|[kKMGT]B|[KMGT]iB|[kMGT]?bit)/s$",
        "examples": ["2MiB/s", "100Mbit/s"]
    };
}

macro_rules! written_as_text {
    ($($type:ident)*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    )*};
}

macro_rules! written_as_number {
    ($($type:ident)*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_f64(self.0)
            }
        }
    )*};
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_u64(self.0)
        }
    }
}

written_as_text!(Rate Size Bandwidth);
written_as_number!(Ratio Number);
