//! Why a value was refused, and where: what serde says, kept apart from how it is put into words.

use std::fmt;

use serde::de::{Error, Expected, Unexpected};

/// Why reading stopped.
#[derive(Debug)]
pub(super) enum Why {
    UnknownField {
        found: String,
        known: &'static [&'static str],
    },
    UnknownVariant {
        found: String,
        known: &'static [&'static str],
    },
    MissingField(&'static str),
    DuplicateField(&'static str),
    /// Something else is needed here.
    WrongType(String),
    /// Fields in brackets were needed, and a word or another value stands there.
    MissingBrackets,
    /// A variant without parameters has brackets.
    NeedlessBrackets,
    /// Brackets of fields have another name before them.
    WrongName,
    /// A number that has to be whole is not.
    NotWhole,
    OutOfRange,
    WrongLength {
        found: usize,
        expected: String,
    },
    TooManyValues,
    /// A text whose escapes mean nothing.
    BadText(String),
    /// What a type says of a value it refuses; help may stand on a second line.
    Message(String),
}

/// The first reason to stop. The innermost value that knows where it stands says where.
#[derive(Debug)]
pub(super) struct Refusal(Box<Inner>);

#[derive(Debug)]
struct Inner {
    why: Why,
    offset: Option<usize>,
}

impl Refusal {
    pub(super) fn new(why: Why) -> Refusal {
        Refusal(Box::new(Inner { why, offset: None }))
    }

    pub(super) fn wrong_type(expected: &str) -> Refusal {
        Refusal::new(Why::WrongType(expected.to_owned()))
    }

    /// The same at this byte, unless it is known already where.
    pub(super) fn at(mut self, offset: usize) -> Refusal {
        self.0.offset.get_or_insert(offset);
        self
    }

    pub(super) fn why(&self) -> &Why {
        &self.0.why
    }

    pub(super) fn offset(&self) -> usize {
        self.0.offset.unwrap_or(0)
    }
}

impl Error for Refusal {
    fn custom<T: fmt::Display>(message: T) -> Refusal {
        Refusal::new(Why::Message(message.to_string()))
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Refusal {
        Refusal::new(Why::WrongType(expected.to_string()))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Refusal {
        Refusal::new(Why::WrongType(expected.to_string()))
    }

    fn invalid_length(found: usize, expected: &dyn Expected) -> Refusal {
        Refusal::new(Why::WrongLength { found, expected: expected.to_string() })
    }

    fn unknown_variant(found: &str, known: &'static [&'static str]) -> Refusal {
        Refusal::new(Why::UnknownVariant { found: found.to_owned(), known })
    }

    fn unknown_field(found: &str, known: &'static [&'static str]) -> Refusal {
        Refusal::new(Why::UnknownField { found: found.to_owned(), known })
    }

    fn missing_field(field: &'static str) -> Refusal {
        Refusal::new(Why::MissingField(field))
    }

    fn duplicate_field(field: &'static str) -> Refusal {
        Refusal::new(Why::DuplicateField(field))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.0.why)
    }
}

impl std::error::Error for Refusal {}
