//! What can stand where in a scenario: its JSON Schema, as those ask it who complete a text or show it as controls.
//!
//! Beside what JSON Schema says the schema names the unit of a quantity (`x-unit`), the order of a table's fields
//! (`x-order`), what a text is the name of (`x-names`), or a map's key (`x-keys`), and the fields of which only one group
//! is given (`x-one-of`).

use serde_json::{Map, Value as Json};

use super::text::{Document, Entry, Kind, Value};
use super::{Scenario, text};

mod order;
mod write;

pub(super) use write::{Fill, in_ron, template};

/// The JSON Schema of a scenario.
pub(super) fn schema() -> Json {
    let mut schema = schemars::schema_for!(Scenario).to_value();
    order::put_into(&mut schema);
    schema
}

/// What can stand at a place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form<'s> {
    schema: &'s Json,
    /// What is said about this place.
    said: &'s Json,
    /// What is said about all places of its kind.
    is: &'s Json,
    /// The kind as the schema calls it, where it has a name.
    pub(super) table: Option<&'s str>,
    /// Whether nothing, or `None`, may stand there.
    pub(super) is_optional: bool,
    names: Option<&'s Json>,
}

/// A form by its kind.
pub(super) enum Shape<'s> {
    /// `(field: value)`, or so in the brackets of a variant.
    Table(Vec<Field<'s>>),
    /// One of several variants.
    Choice(Vec<Variant<'s>>),
    /// `{"key": value}`.
    Map(Form<'s>),
    /// `[value]`.
    List(Form<'s>),
    /// `(value, value)`.
    Tuple(Vec<Form<'s>>),
    /// A number with a unit, or a share or number that can do without.
    Quantity(&'s str),
    /// A whole number.
    Whole,
    /// `true` or `false`.
    Truth,
    /// Text in quotes.
    Text,
    /// Anything at all.
    Anything,
}

/// A field of a table.
pub(super) struct Field<'s> {
    pub(super) name: &'s str,
    pub(super) form: Form<'s>,
    pub(super) is_required: bool,
}

/// A variant of a choice.
pub(super) struct Variant<'s> {
    pub(super) name: &'s str,
    pub(super) doc: &'s str,
    /// What stands in its brackets; a bare one has none.
    pub(super) payload: Option<Form<'s>>,
}

impl<'s> Form<'s> {
    /// What a whole scenario is.
    pub(super) fn root(schema: &'s Json) -> Form<'s> {
        Form { schema, said: schema, is: schema, table: Some("Scenario"), is_optional: false, names: None }
    }

    /// What `said`, a part of the schema, stands for.
    fn of(self, said: &'s Json) -> Form<'s> {
        let mut form =
            Form { said, is: said, table: None, is_optional: false, names: said.get("x-names"), ..self };
        loop {
            let next = if let Some(name) = form.is.get("$ref").and_then(Json::as_str) {
                let name = name.rsplit('/').next().unwrap_or(name);
                form.table = Some(name);
                self.schema.get("$defs").and_then(|all| all.get(name))
            } else if form.is.get("x-unit").is_none() && form.is.get("anyOf").is_some() {
                form.is_optional = true;
                let choices = form.is.get("anyOf").and_then(Json::as_array);
                choices.and_then(|all| all.iter().find(|one| one.get("type") != Some(&Json::from("null"))))
            } else {
                None
            };
            match next {
                Some(next) => form.is = next,
                None => break,
            }
        }
        let kinds = form.is.get("type").and_then(Json::as_array);
        form.is_optional |= kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind == "null"));
        form
    }

    pub(super) fn shape(&self) -> Shape<'s> {
        let is = self.is;
        if let Some(unit) = self.unit() {
            return Shape::Quantity(unit);
        }
        if let Some(variants) = is.get("oneOf").and_then(Json::as_array) {
            return Shape::Choice(variants.iter().filter_map(|variant| self.variant(variant)).collect());
        }
        if let Some(fields) = is.get("properties").and_then(Json::as_object) {
            return Shape::Table(self.fields(fields));
        }
        let kind = match is.get("type") {
            Some(Json::Array(kinds)) => kinds.iter().find(|kind| **kind != "null").and_then(Json::as_str),
            kind => kind.and_then(Json::as_str),
        };
        match (kind, is.get("prefixItems").and_then(Json::as_array)) {
            (_, Some(parts)) => Shape::Tuple(parts.iter().map(|part| self.of(part)).collect()),
            (Some("array"), None) => Shape::List(self.inner("items")),
            (Some("object"), None) => Shape::Map(self.inner("additionalProperties")),
            (Some("integer"), None) => Shape::Whole,
            (Some("boolean"), None) => Shape::Truth,
            (Some("string"), None) => Shape::Text,
            _ => Shape::Anything,
        }
    }

    /// What the elements of a list or the values of a map are; what a list's text names is said at the list.
    fn inner(&self, key: &str) -> Form<'s> {
        let form = self.of(self.is.get(key).unwrap_or(&Json::Null));
        Form { names: form.names.or(self.names), ..form }
    }

    fn variant(self, variant: &'s Json) -> Option<Variant<'s>> {
        let doc = words(variant);
        if let Some(name) = variant.get("const").and_then(Json::as_str) {
            return Some(Variant { name, doc, payload: None });
        }
        let (name, payload) = variant.get("properties")?.as_object()?.iter().next()?;
        Some(Variant { name, doc, payload: Some(self.of(payload)) })
    }

    fn fields(self, fields: &'s Map<String, Json>) -> Vec<Field<'s>> {
        let required = self.is.get("required").and_then(Json::as_array);
        let field = |name: &'s str| {
            let form = self.of(fields.get(name)?);
            let is_required = required.is_some_and(|names| names.iter().any(|one| one == name));
            Some(Field { name, form, is_required })
        };
        match self.is.get("x-order").and_then(Json::as_array) {
            Some(order) => order.iter().filter_map(Json::as_str).filter_map(field).collect(),
            None => fields.keys().filter_map(|name| field(name)).collect(),
        }
    }

    /// What it is for.
    pub(super) fn doc(&self) -> &'s str {
        let own = words(self.said);
        if own.is_empty() { words(self.is) } else { own }
    }

    /// The unit of a quantity.
    pub(super) fn unit(&self) -> Option<&'s str> {
        self.is.get("x-unit").and_then(Json::as_str)
    }

    /// How a quantity can be written.
    pub(super) fn examples(&self) -> &'s [Json] {
        let examples = self.said.get("examples").or_else(|| self.is.get("examples"));
        examples.and_then(Json::as_array).map_or(&[], Vec::as_slice)
    }

    /// What is taken where nothing is written; `null` where that is nothing.
    pub(super) fn default(&self) -> Option<&'s Json> {
        self.said.get("default")
    }

    /// The least number, or the least number of elements, that is allowed.
    pub(super) fn least(&self) -> Option<&'s Json> {
        self.is.get("minimum").or_else(|| self.is.get("minItems"))
    }

    /// The largest number that is allowed.
    pub(super) fn most(&self) -> Option<&'s Json> {
        self.is.get("maximum")
    }

    /// The kinds of things that its text is the name of.
    pub(super) fn names(&self) -> Vec<&'s str> {
        strings(self.names)
    }

    /// The kinds of things that a map's keys are the names of.
    pub(super) fn keys(&self) -> Vec<&'s str> {
        strings(self.is.get("x-keys"))
    }

    /// The groups of fields of which exactly one is given.
    pub(super) fn one_of(&self) -> Vec<Vec<&'s str>> {
        let groups = self.is.get("x-one-of").and_then(Json::as_array);
        groups.into_iter().flatten().map(|group| strings(Some(group))).collect()
    }

    /// The field of this name.
    pub(super) fn field(&self, name: &str) -> Option<Field<'s>> {
        match self.shape() {
            Shape::Table(fields) => fields.into_iter().find(|field| field.name == name),
            _ => None,
        }
    }

    /// The variant that a value is written as.
    pub(super) fn variant_of(&self, value: &Value, document: &Document<'_>) -> Option<Variant<'s>> {
        let name = document.key_text(value.name.as_ref()?);
        match self.shape() {
            Shape::Choice(variants) => variants.into_iter().find(|variant| variant.name == name),
            _ => None,
        }
    }

    /// What can stand in the brackets of a written value: its own form, or that of its variant. `Some( … )` is looked
    /// through by [`Form::entry`].
    pub(super) fn inside(&self, value: &Value, document: &Document<'_>) -> Option<Form<'s>> {
        match self.shape() {
            Shape::Choice(_) => self.variant_of(value, document)?.payload,
            _ => Some(*self),
        }
    }

    /// What can stand at an entry, the `index`th, of a value that is written where this can stand.
    pub(super) fn entry(
        &self,
        value: &Value,
        index: usize,
        entry: &Entry,
        document: &Document<'_>,
    ) -> Option<Form<'s>> {
        let name = value.name.as_ref().map(|name| document.key_text(name));
        if self.is_optional && name.as_deref() == Some("Some") && value.kind == Kind::Round {
            return Some(Form { is_optional: false, ..*self });
        }
        let is_variant = matches!(self.shape(), Shape::Choice(_));
        let inside = self.inside(value, document)?;
        let key = entry.key.as_ref().map(|key| document.key_text(key));
        match (inside.shape(), value.kind, key) {
            (Shape::Table(_), Kind::Round, Some(key)) => inside.field(&key).map(|field| field.form),
            (Shape::Tuple(parts), Kind::Round, None) => parts.get(index).copied(),
            (Shape::Map(values), Kind::Curly, Some(_)) => Some(values),
            (Shape::List(items), Kind::Square, None) => Some(items),
            (_, Kind::Round, None) if is_variant => Some(inside),
            _ => None,
        }
    }
}

fn words(json: &Json) -> &str {
    json.get("description").and_then(Json::as_str).unwrap_or_default()
}

fn strings(list: Option<&Json>) -> Vec<&str> {
    list.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect()
}

/// A map's key as a segment of a path.
pub(super) fn segment(key: &str) -> String {
    let is_plain = key.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
        && key.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'));
    if is_plain { key.to_owned() } else { text::quote(key) }
}
