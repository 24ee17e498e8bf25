//! Places of a scenario, written or not: the text and the schema side by side.

use serde_json::Value as Json;

use crate::diagnostic::{Diagnostic, suggest};
use crate::scenario::form::{Form, Shape, in_ron, segment};
use crate::scenario::text::{Document, Kind, Segment, Value};

/// A place, and what is known of it.
pub(in crate::scenario) struct Place<'o> {
    pub(in crate::scenario) path: String,
    pub(in crate::scenario) name: String,
    pub(in crate::scenario) form: Form<'o>,
    /// What is written there, without a `Some( … )` around it.
    pub(in crate::scenario) value: Option<&'o Value>,
    /// What is taken where nothing is written, where that is something.
    default: Option<&'o Json>,
    pub(in crate::scenario) is_required: bool,
}

impl<'o> Place<'o> {
    /// The whole scenario.
    pub(in crate::scenario) fn root(form: Form<'o>, value: &'o Value) -> Place<'o> {
        Place {
            path: String::new(),
            name: String::new(),
            form,
            value: Some(value),
            default: None,
            is_required: true,
        }
    }

    /// What stands nowhere.
    pub(in crate::scenario) fn nowhere(form: Form<'o>) -> Place<'o> {
        Place {
            path: String::new(),
            name: String::new(),
            form,
            value: None,
            default: None,
            is_required: true,
        }
    }

    fn part(&self, segment: &str, name: &str, form: Form<'o>, value: Option<&'o Value>) -> Place<'o> {
        let path = if self.path.is_empty() { segment.to_owned() } else { format!("{}.{segment}", self.path) };
        Place { path, name: name.to_owned(), form, value, default: None, is_required: true }
    }

    /// What is taken if nothing is written, in scenario text.
    pub(in crate::scenario) fn default_text(&self) -> Option<String> {
        match (self.form.shape(), self.default) {
            (_, Some(default)) => Some(in_ron(default, self.form)),
            (Shape::List(_), None) if !self.is_required => Some("[]".to_owned()),
            (Shape::Map(_), None) if !self.is_required => Some("{}".to_owned()),
            _ => None,
        }
    }

    /// The variant of a choice, as written or as taken, and what can stand in its brackets.
    pub(in crate::scenario) fn variant(
        &self,
        document: &Document<'_>,
    ) -> Option<(&'o str, Option<Form<'o>>)> {
        let variant = match self.value {
            Some(value) => self.form.variant_of(value, document)?,
            None => {
                let name = match self.default? {
                    Json::String(name) => name.as_str(),
                    Json::Object(fields) => fields.keys().next()?,
                    _ => return None,
                };
                let Shape::Choice(variants) = self.form.shape() else { return None };
                variants.into_iter().find(|variant| variant.name == name)?
            }
        };
        Some((variant.name, variant.payload))
    }

    /// What is below it.
    pub(in crate::scenario) fn parts(&self, document: &Document<'_>) -> Vec<Place<'o>> {
        match (self.form.shape(), self.value) {
            (Shape::Table(_), _) => self.fields(self.form, self.value, document),
            (Shape::Choice(_), Some(value)) => self.in_brackets(value, document),
            (Shape::Map(inner), Some(value)) if value.kind == Kind::Curly => {
                let keyed =
                    value.entries.iter().filter_map(|entry| Some((entry.key.as_ref()?, &entry.value)));
                keyed
                    .map(|(key, value)| {
                        let key = document.key_text(key);
                        self.part(&segment(&key), &key, inner, Some(peeled(inner, value, document)))
                    })
                    .collect()
            }
            (Shape::List(inner), Some(value)) if value.kind == Kind::Square => {
                let numbered = value.entries.iter().enumerate();
                numbered
                    .map(|(number, entry)| {
                        let number = number.to_string();
                        self.part(&number, &number, inner, Some(peeled(inner, &entry.value, document)))
                    })
                    .collect()
            }
            (Shape::Tuple(forms), Some(value)) if value.kind == Kind::Round => {
                self.tuple("", &forms, value, document)
            }
            _ => Vec::new(),
        }
    }

    fn in_brackets(&self, value: &'o Value, document: &Document<'_>) -> Vec<Place<'o>> {
        let Some((name, Some(payload))) = self.variant(document) else { return Vec::new() };
        match payload.shape() {
            Shape::Table(_) => {
                // `Service((cores: 2))` says the same as `Service(cores: 2)`.
                let inner = value.payload().map_or(value, |entry| &entry.value);
                self.fields(payload, Some(inner), document)
            }
            Shape::Tuple(forms) => self.tuple(&format!("{name}."), &forms, value, document),
            _ => {
                let inner = value.payload().map(|entry| peeled(payload, &entry.value, document));
                vec![self.part(name, name, payload, inner)]
            }
        }
    }

    fn tuple(
        &self,
        above: &str,
        forms: &[Form<'o>],
        value: &'o Value,
        document: &Document<'_>,
    ) -> Vec<Place<'o>> {
        let parts = forms.iter().enumerate().map(|(number, form)| {
            let written = value.entries.get(number).map(|entry| peeled(*form, &entry.value, document));
            self.part(&format!("{above}{number}"), &number.to_string(), *form, written)
        });
        parts.collect()
    }

    /// The fields of a table: of one that is written, or of one that is taken with what it has by default.
    fn fields(&self, table: Form<'o>, value: Option<&'o Value>, document: &Document<'_>) -> Vec<Place<'o>> {
        let Shape::Table(fields) = table.shape() else { return Vec::new() };
        let taken = match value {
            // A bare name is a table without fields, or takes its brackets with the first one.
            Some(value) if matches!(value.kind, Kind::Round | Kind::Name) => None,
            Some(_) => return Vec::new(),
            None => match self.default.and_then(Json::as_object) {
                Some(taken) => Some(taken),
                None => return Vec::new(),
            },
        };
        let entries = value.map_or(&[][..], |value| &value.entries);
        let places = fields.into_iter().map(|field| {
            let has_name = |key: &std::ops::Range<usize>| document.key_text(key) == field.name;
            let entry = entries.iter().find(|entry| entry.key.as_ref().is_some_and(has_name));
            let written = entry.map(|entry| peeled(field.form, &entry.value, document));
            let default = taken.map_or(field.form.default(), |taken| taken.get(field.name));
            Place {
                default: default.filter(|default| !default.is_null()),
                is_required: field.is_required,
                ..self.part(field.name, field.name, field.form, written)
            }
        });
        places.collect()
    }

    /// One segment further, over what is written and what is not, as [`Document::locate`] goes over what is written.
    pub(in crate::scenario) fn step(
        self,
        segment: &Segment,
        document: &Document<'_>,
    ) -> Result<Place<'o>, Diagnostic> {
        let mut parts = self.parts(document);
        let wanted = &segment.text;
        if let Some(index) = parts.iter().position(|part| part.name == *wanted) {
            return Ok(parts.swap_remove(index));
        }
        let variant = self.variant(document).map(|(name, _)| name);
        if variant == Some(wanted.as_str()) {
            return Ok(self);
        }
        let names: Vec<String> = parts.iter().map(|part| part.name.clone()).collect();
        if let (Some(only), Some(variant)) = (parts.pop().filter(|_| names.len() == 1), variant)
            && only.name == variant
        {
            // What stands alone in brackets is counted, and looked through.
            return if wanted == "0" { Ok(only) } else { only.step(segment, document) };
        }
        let place = if self.path.is_empty() { "the scenario".to_owned() } else { format!("`{}`", self.path) };
        let problem = Diagnostic::error("unknown-path", format!("there is no `{wanted}` in {place}"));
        Err(match suggest(wanted, names.iter().map(String::as_str)) {
            Some(near) => problem.with_help(format!("did you mean `{near}`?")),
            None => problem,
        })
    }
}

/// What `Some( … )` holds, where that may be written.
fn peeled<'o>(form: Form<'_>, value: &'o Value, document: &Document<'_>) -> &'o Value {
    let is_some = value.name.as_ref().is_some_and(|name| document.key_text(name) == "Some");
    match value.payload() {
        Some(inside) if is_some && form.is_optional => &inside.value,
        _ => value,
    }
}
