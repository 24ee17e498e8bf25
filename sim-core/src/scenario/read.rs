//! Reads scenario text into a type: every mistake at once, each at its exact token.
//!
//! serde stops at the first mistake. So the entry it is in is reported and left out, and the rest read again, until nothing is
//! found. What goes missing so is not reported. A mistake in a custom `Deserialize` may put its help on a second line of its
//! message.

use super::text::{Document, scan};
use crate::diagnostic::{Diagnostic, Lines, sort};
use crate::scenario::text::Kind;
use reader::Reader;
use refusal::{Refusal, Why};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

mod number;
mod reader;
mod refusal;
mod translate;
mod tree;

/// Bounds the work on a large text full of mistakes; nobody reads so many at once.
const MAX_READS: usize = 50;

/// Reads a value, or says everything that is wrong with the text, in its order.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Vec<Diagnostic>> {
    let document = scan(text)?;
    let mut reading = Reading::of(&document);
    for _ in 0..MAX_READS {
        match Reader::new(&document, &reading.left_out).read(PhantomData::<T>) {
            Ok(value) if reading.found.is_empty() => return Ok(value),
            Ok(_) => break,
            Err(refusal) => {
                if !reading.take(&refusal) {
                    break;
                }
            }
        }
    }
    sort(&mut reading.found);
    Err(reading.found)
}

/// What was left out of a struct, list or map.
struct Wound {
    key: String,
    /// The field it was probably meant to be.
    meant: Option<String>,
}

struct Reading<'d> {
    document: &'d Document<'d>,
    found: Vec<Diagnostic>,
    /// The entries that were reported, by their first byte.
    left_out: BTreeSet<usize>,
    /// By the first byte of the group.
    wounds: BTreeMap<usize, Vec<Wound>>,
}

impl<'d> Reading<'d> {
    /// Begins with what a reader would let pass.
    fn of(document: &'d Document<'d>) -> Reading<'d> {
        let mut reading =
            Reading { document, found: Vec::new(), left_out: BTreeSet::new(), wounds: BTreeMap::new() };
        for mistake in tree::mistakes(document, &Lines::new(document.text)) {
            reading.found.push(mistake.diagnostic);
            reading.leave_out(mistake.offset, None);
        }
        reading
    }

    /// Reports a refusal and leaves its entry out; false if nothing is left to leave out.
    fn take(&mut self, refusal: &Refusal) -> bool {
        let offset = refusal.offset().min(self.document.text.len().saturating_sub(1));
        let place = translate::Place { offset, chain: self.document.chain(offset) };
        if self.is_consequence(refusal.why(), &place) {
            return self.leave_out(offset, None);
        }
        let translated = translate::translate(self.document, refusal.why(), &place);
        let is_known = self.found.iter().any(|known| known.span == translated.diagnostic.span);
        if !is_known {
            self.found.push(translated.diagnostic);
        }
        self.leave_out(offset, translated.meant)
    }

    /// Whether something is only refused because something else was left out.
    fn is_consequence(&self, why: &Why, place: &translate::Place<'_>) -> bool {
        let Some(wounds) = place.value().and_then(|value| self.wounds.get(&value.span.start)) else {
            return false;
        };
        match why {
            Why::MissingField(field) => {
                wounds.iter().any(|wound| wound.key == *field || wound.meant.as_deref() == Some(field))
            }
            Why::WrongLength { .. } => true,
            _ => place.value().is_some_and(|value| value.is_group() && value.close() == place.offset),
        }
    }

    /// Leaves the entry at `offset` out, false if there is none or it is left out already. What stands alone in a variant's
    /// brackets takes the variant along, which could not be read without it.
    fn leave_out(&mut self, offset: usize, meant: Option<String>) -> bool {
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
        self.left_out.insert(entry.span.start)
    }
}
