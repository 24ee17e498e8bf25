//! What stands at a path and what could: every field with its words, its bounds, its default and its alternatives, for
//! controls that are built without knowing the tables.
//!
//! Text and schema are walked side by side, so a text that breaks rules has an outline all the same, as long as its
//! brackets are sound.

use std::ops::Range;

use serde::Serialize;
use serde_json::Value as Json;

use super::form::{Fill, Form, Shape, template};
use super::names::Names;
use super::text::{Document, parse_path, scan};
use crate::diagnostic::Diagnostic;

mod place;

pub(super) use place::Place;

/// A place of the scenario, with what is below it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outline {
    /// Where edits find it.
    pub path: String,
    /// The field, the key, the number in its list, or the variant in whose brackets it stands.
    pub name: String,
    /// `table`, `choice`, `map`, `list`, `tuple`, `quantity`, `whole`, `truth`, `text` or `anything`.
    pub kind: &'static str,
    /// What the schema calls the table or choice.
    pub table: Option<String>,
    /// What it is for.
    pub doc: String,
    /// Whether there has to be something.
    pub required: bool,
    /// Whether `None` may be written.
    pub optional: bool,
    /// Whether the text says it.
    pub written: bool,
    /// As written, or else what is taken instead; nothing where there is none.
    pub text: Option<String>,
    /// What is taken if nothing is written.
    pub default: Option<String>,
    /// The bytes of the value as written.
    pub span: Option<Range<usize>>,
    /// `time`, `rate`, `ratio`, `size`, `bandwidth` or `number`, of a quantity.
    pub unit: Option<String>,
    /// How a quantity can be written.
    pub examples: Vec<String>,
    /// The least number, or the least number of elements.
    pub minimum: Option<f64>,
    /// The largest number.
    pub maximum: Option<f64>,
    /// What a text can name, as far as the scenario has it.
    pub names: Vec<String>,
    /// What a key of a map can name.
    pub keys: Vec<String>,
    /// The variant of a choice, as written or as taken.
    pub variant: Option<String>,
    /// Every variant of a choice.
    pub variants: Vec<Alternative>,
    /// The groups of fields of which a table has exactly one.
    pub one_of: Vec<Vec<String>>,
    /// A value to begin with.
    pub template: String,
    /// What further elements of a list or a map are; it stands nowhere and has no path.
    pub item: Option<Box<Outline>>,
    /// The fields of a table, written or not; the elements of a list, map or tuple; what is in a variant's brackets.
    pub parts: Vec<Outline>,
}

/// A variant of a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alternative {
    /// As in scenario text.
    pub name: String,
    /// What it means.
    pub doc: String,
    /// With what it needs, to be put in place of another one.
    pub template: String,
}

/// The outline of what stands at `path`, or of what could, where only a default is taken. `schema` is
/// [`schema`](super::schema), which who asks often makes once.
pub fn outline(schema: &Json, text: &str, path: &str) -> Result<Outline, Vec<Diagnostic>> {
    let document = scan(text)?;
    let segments = parse_path(path).map_err(|problem| vec![problem])?;
    let root = Form::root(schema);
    let teller = Teller { document: &document, names: Names::of(&document, root) };
    let place = segments
        .iter()
        .try_fold(Place::root(root, &document.root), |at, segment| at.step(segment, &document))
        .map_err(|problem| vec![problem])?;
    Ok(teller.outline(&place, MOST_ITEMS))
}

/// Items of items are told so deep: lists of lists of steps.
const MOST_ITEMS: u32 = 2;

struct Teller<'o> {
    document: &'o Document<'o>,
    names: Names,
}

impl Teller<'_> {
    /// A place with what is below it; `items` is how many levels of items are told.
    fn outline(&self, place: &Place<'_>, items: u32) -> Outline {
        let form = place.form;
        let shape = form.shape();
        let default = place.default_text();
        let written = place.value.map(|value| self.document.text[value.span.clone()].to_owned());
        let number = |limit: Option<&Json>| limit.and_then(Json::as_f64);
        let variant = place.variant(self.document);
        // The fields of a variant are parts of the choice.
        let one_of = variant.and_then(|(_, payload)| payload).unwrap_or(form).one_of();
        let (names, keys) = match shape {
            Shape::Text => (self.named(&form.names()), Vec::new()),
            Shape::Map(_) => (Vec::new(), self.named(&form.keys())),
            _ => Default::default(),
        };
        Outline {
            path: place.path.clone(),
            name: place.name.clone(),
            kind: kind(&shape),
            table: form.table.map(str::to_owned),
            doc: form.doc().to_owned(),
            required: place.is_required,
            optional: form.is_optional,
            written: written.is_some(),
            text: written.or_else(|| default.clone()),
            default,
            span: place.value.map(|value| value.span.clone()),
            unit: form.unit().map(str::to_owned),
            examples: form.examples().iter().map(Json::to_string).collect(),
            minimum: number(form.least()),
            maximum: number(form.most()),
            names,
            keys,
            variant: variant.map(|(name, _)| name.to_owned()),
            one_of: one_of
                .iter()
                .map(|group| group.iter().map(|name| (*name).to_owned()).collect())
                .collect(),
            template: Fill::Example(&|form| self.example(form)).value(form, 0),
            item: match shape {
                Shape::Map(inner) | Shape::List(inner) if items > 0 => {
                    Some(Box::new(self.outline(&Place::nowhere(inner), items - 1)))
                }
                _ => None,
            },
            variants: self.alternatives(shape),
            parts: place.parts(self.document).iter().map(|part| self.outline(part, MOST_ITEMS)).collect(),
        }
    }

    fn alternatives(&self, shape: Shape<'_>) -> Vec<Alternative> {
        let Shape::Choice(variants) = shape else { return Vec::new() };
        let alternatives = variants.iter().map(|variant| Alternative {
            name: variant.name.to_owned(),
            doc: variant.doc.to_owned(),
            template: template(variant, Fill::Example(&|form| self.example(form))),
        });
        alternatives.collect()
    }

    fn example(&self, form: Form<'_>) -> Option<String> {
        self.named(&form.names()).into_iter().next()
    }

    fn named(&self, kinds: &[&str]) -> Vec<String> {
        self.names.candidates(kinds).into_iter().map(|candidate| candidate.name).collect()
    }
}

fn kind(shape: &Shape<'_>) -> &'static str {
    match shape {
        Shape::Table(_) => "table",
        Shape::Choice(_) => "choice",
        Shape::Map(_) => "map",
        Shape::List(_) => "list",
        Shape::Tuple(_) => "tuple",
        Shape::Quantity(_) => "quantity",
        Shape::Whole => "whole",
        Shape::Truth => "truth",
        Shape::Text => "text",
        Shape::Anything => "anything",
    }
}

#[cfg(test)]
mod tests;
