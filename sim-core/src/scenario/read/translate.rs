//! Refusals in plain words.

use crate::diagnostic::{Diagnostic, suggest};
use crate::scenario::text::{Document, Entry, Kind, Value, cut, quote};
use std::ops::Range;

use super::reader::{NAME, TEXT};
use super::refusal::Why;

mod quantity;

/// Where a refusal is: a byte, and what holds it from the root inwards.
pub(super) struct Place<'d> {
    pub(super) offset: usize,
    pub(super) chain: Vec<(Option<&'d Entry>, &'d Value)>,
}

impl<'d> Place<'d> {
    /// The innermost value.
    pub(super) fn value(&self) -> Option<&'d Value> {
        self.chain.last().map(|(_, value)| *value)
    }

    /// The key, if that is what holds the byte.
    fn key(&self) -> Option<Range<usize>> {
        let key = self.chain.last()?.0?.key.clone()?;
        key.contains(&self.offset).then_some(key)
    }

    /// The value that the innermost entry stands in.
    fn holder(&self) -> Option<(Option<&'d Entry>, &'d Value)> {
        self.chain.len().checked_sub(2).map(|at| self.chain[at])
    }
}

/// A diagnostic, and the field that a misspelt one was probably meant to be.
pub(super) struct Translated {
    pub(super) diagnostic: Diagnostic,
    pub(super) meant: Option<String>,
}

pub(super) fn translate(document: &Document<'_>, why: &Why, place: &Place<'_>) -> Translated {
    let meant = match why {
        Why::UnknownField { found, known } => suggest(found, known.iter().copied()).map(str::to_owned),
        _ => None,
    };
    Translated { diagnostic: Teller { document, place }.diagnostic(why), meant }
}

struct Teller<'p> {
    document: &'p Document<'p>,
    place: &'p Place<'p>,
}

impl Teller<'_> {
    fn diagnostic(&self, why: &Why) -> Diagnostic {
        match why {
            Why::UnknownField { found, known } => {
                let message = format!("{} has no field `{found}`", self.owner(self.place.holder()));
                let problem = Diagnostic::error("unknown-field", message).with_span(self.key_or_token());
                with_alternatives(problem, found, known, "it has no fields")
            }
            Why::UnknownVariant { found, known } => {
                let holder = self.place.chain.last().and_then(|(entry, _)| entry.as_ref()?.key.as_ref());
                let message = match holder {
                    Some(key) if !key.contains(&self.place.offset) => {
                        format!("`{}` cannot be `{found}`", self.document.key_text(key))
                    }
                    _ => format!("there is no `{found}`"),
                };
                let problem = Diagnostic::error("unknown-variant", message).with_span(self.name_or_token());
                with_alternatives(problem, found, known, "nothing can stand here")
            }
            Why::MissingField(field) => {
                let message =
                    format!("{} lacks the field `{field}`", self.owner(self.place.chain.last().copied()));
                Diagnostic::error("missing-field", message).with_span(self.heading())
            }
            Why::DuplicateField(field) => {
                Diagnostic::error("duplicate-field", format!("the field `{field}` is written twice"))
                    .with_span(self.key_or_token())
            }
            Why::MissingBrackets => self.missing_brackets(),
            Why::NeedlessBrackets => self.needless_brackets(),
            Why::WrongName => {
                let span = self.name_or_token();
                let found = &self.document.text[span.clone()];
                Diagnostic::error("wrong-type", format!("`{found}` cannot stand here"))
                    .with_span(span.clone())
                    .with_help("write the fields in brackets without a name: `(field: value)`")
                    .with_fix(span, "")
            }
            Why::TooManyValues => {
                let message = format!("{} is one too many", self.words(&self.token()));
                Diagnostic::error("too-many-values", message).with_span(self.token())
            }
            Why::WrongLength { found, expected } => {
                Diagnostic::error("wrong-length", format!("expected {expected}, found {found} values"))
                    .with_span(self.heading())
            }
            Why::WrongType(expected) => self.wrong_type(expected),
            Why::NotWhole => {
                let word = self.words(&self.token());
                Diagnostic::error("wrong-type", format!("expected a whole number, found {word}"))
                    .with_span(self.token())
            }
            Why::OutOfRange => {
                let word = self.words(&self.token());
                Diagnostic::error("out-of-range", format!("the number {word} is out of range"))
                    .with_span(self.token())
            }
            Why::BadText(wrong) => Diagnostic::error("syntax", wrong.to_lowercase()).with_span(self.token()),
            Why::Message(message) => {
                let (message, help) = message.split_once('\n').unwrap_or((message, ""));
                let problem = Diagnostic::error("wrong-value", message).with_span(self.token());
                let problem = if help.is_empty() { problem } else { problem.with_help(help) };
                quantity::mended(problem, &self.document.text[self.token()])
            }
        }
    }

    fn wrong_type(&self, expected: &str) -> Diagnostic {
        let span = self.token();
        let value = self.place.value();
        let is_empty = value.is_some_and(|value| value.is_group() && value.close() == self.place.offset);
        if is_empty {
            let message =
                format!("{} needs {expected} in its brackets", self.owner(self.place.chain.last().copied()));
            return Diagnostic::error("missing-value", message).with_span(self.heading());
        }
        let found = if let Some(key) = self.place.key() {
            format!("the name {}", self.words(&key))
        } else {
            value.map_or("nothing".to_owned(), |value| self.described(value))
        };
        let problem = Diagnostic::error("wrong-type", format!("expected {expected}, found {found}"))
            .with_span(span.clone());
        let word = &self.document.text[span.clone()];
        match value.map(|value| value.kind) {
            Some(Kind::Name) if expected == TEXT => {
                let quoted = quote(word);
                problem.with_help(format!("text is written in quotes: `{quoted}`")).with_fix(span, quoted)
            }
            Some(Kind::Number) if expected == TEXT => {
                problem.with_help("a quantity is written in quotes, with its unit: `\"5ms\"`")
            }
            Some(Kind::Text) if expected == NAME => {
                let plain = self.document.key_text(&span).into_owned();
                problem.with_help(format!("it is written without quotes: `{plain}`")).with_fix(span, plain)
            }
            Some(
                Kind::Text
                | Kind::Name
                | Kind::Number
                | Kind::Char
                | Kind::Round
                | Kind::Square
                | Kind::Curly,
            )
            | None => problem,
        }
    }

    /// A variant that takes parameters stands without brackets, or something else stands where brackets are needed.
    fn missing_brackets(&self) -> Diagnostic {
        let Some(value) = self.place.value().filter(|value| value.kind == Kind::Name) else {
            return self.wrong_type("`( … )`");
        };
        let word = &self.document.text[value.span.clone()];
        Diagnostic::error(
            "missing-brackets",
            format!("`{word}` takes parameters, so it is written with brackets"),
        )
        .with_span(value.span.clone())
        .with_help(format!("write `{word}()`, with what it needs inside"))
        .with_fix(value.span.end..value.span.end, "()")
    }

    fn needless_brackets(&self) -> Diagnostic {
        let Some((value, name)) = self.place.value().and_then(|value| Some((value, value.name.clone()?)))
        else {
            return self.wrong_type(NAME);
        };
        let plain = &self.document.text[name.clone()];
        let brackets = name.end..value.span.end;
        Diagnostic::error("needless-brackets", format!("`{plain}` takes no parameters"))
            .with_span(brackets.clone())
            .with_help(format!("write `{plain}`, without brackets"))
            .with_fix(brackets, "")
    }

    /// The key, or else the value, that holds the place; a whole group only by its name or its bracket.
    fn token(&self) -> Range<usize> {
        if let Some(key) = self.place.key() {
            return key;
        }
        match self.place.value() {
            Some(value) if value.is_group() => self.head_of(value),
            Some(value) => value.span.clone(),
            None => self.place.offset..self.place.offset,
        }
    }

    fn key_or_token(&self) -> Range<usize> {
        self.place.key().unwrap_or_else(|| self.token())
    }

    fn name_or_token(&self) -> Range<usize> {
        let name = self.place.value().and_then(|value| value.name.clone());
        name.filter(|name| name.contains(&self.place.offset)).unwrap_or_else(|| self.token())
    }

    /// What a reader of the text would call the innermost group: its name, else its key, else its bracket.
    fn heading(&self) -> Range<usize> {
        let Some((entry, value)) = self.place.chain.last() else { return 0..0 };
        let key = entry.and_then(|entry| entry.key.clone());
        value.name.clone().or(key).unwrap_or_else(|| self.head_of(value))
    }

    fn head_of(&self, value: &Value) -> Range<usize> {
        value.name.clone().unwrap_or(value.span.start..value.span.start + 1)
    }

    fn owner(&self, group: Option<(Option<&Entry>, &Value)>) -> String {
        let key = |entry: Option<&Entry>| entry.and_then(|entry| entry.key.clone());
        match group {
            Some((entry, value)) => match value.name.clone().or_else(|| key(entry)) {
                Some(name) => format!("`{}`", self.document.key_text(&name)),
                None => "this".to_owned(),
            },
            None => "this".to_owned(),
        }
    }

    fn described(&self, value: &Value) -> String {
        let word = self.words(&value.span);
        match value.kind {
            Kind::Text => format!("the text {word}"),
            Kind::Char => format!("the character {word}"),
            Kind::Number => format!("the number {word}"),
            Kind::Name if matches!(word.as_str(), "`true`" | "`false`") => word,
            Kind::Name => format!("the name {word}"),
            Kind::Round => match &value.name {
                Some(name) => format!("`{}( … )`", &self.document.text[name.clone()]),
                None => "`( … )`".to_owned(),
            },
            Kind::Square => "a list `[ … ]`".to_owned(),
            Kind::Curly => "a map `{ … }`".to_owned(),
        }
    }

    fn words(&self, span: &Range<usize>) -> String {
        cut(&self.document.text[span.clone()])
    }
}

/// Offers the nearest alternative, or names them all.
fn with_alternatives(problem: Diagnostic, found: &str, known: &[&'static str], none: &str) -> Diagnostic {
    let span = problem.span.clone();
    match (suggest(found, known.iter().copied()), span) {
        (Some(near), Some(span)) => problem.with_help(format!("did you mean `{near}`?")).with_fix(span, near),
        _ if known.is_empty() => problem.with_help(none),
        _ => {
            let all: Vec<_> = known.iter().map(|one| format!("`{one}`")).collect();
            problem.with_help(format!("known here: {}", all.join(", ")))
        }
    }
}
