//! Values as a scenario writes them, from JSON by their form, and beginnings of values that are not written yet.

use serde_json::Value as Json;

use super::{Field, Form, Shape, Variant};
use crate::scenario::text::quote;

/// A JSON value, such as a default of the schema, in scenario text.
pub(in crate::scenario) fn in_ron(value: &Json, form: Form<'_>) -> String {
    match (value, form.shape()) {
        (Json::Null, _) => "None".to_owned(),
        (Json::String(name), Shape::Choice(_)) => name.clone(),
        (Json::String(text), _) => quote(text),
        (Json::Object(fields), Shape::Choice(variants)) => {
            let Some((name, inside)) = fields.iter().next() else { return "()".to_owned() };
            let payload =
                variants.iter().find(|variant| variant.name == name).and_then(|variant| variant.payload);
            let inside = payload.map_or(String::new(), |payload| in_ron(inside, payload));
            // Tables and tuples bring their brackets along.
            if inside.starts_with('(') { format!("{name}{inside}") } else { format!("{name}({inside})") }
        }
        (Json::Object(values), Shape::Map(inner)) => {
            let written =
                values.iter().map(|(key, value)| format!("{}: {}", quote(key), in_ron(value, inner)));
            format!("{{{}}}", written.collect::<Vec<_>>().join(", "))
        }
        (Json::Object(values), Shape::Table(fields)) => {
            let given = fields.iter().filter_map(|field| Some((field, values.get(field.name)?)));
            let written = given
                .filter(|(_, value)| !value.is_null())
                .map(|(field, value)| format!("{}: {}", field.name, in_ron(value, field.form)));
            format!("({})", written.collect::<Vec<_>>().join(", "))
        }
        (Json::Array(values), Shape::List(inner)) => {
            let written: Vec<String> = values.iter().map(|value| in_ron(value, inner)).collect();
            format!("[{}]", written.join(", "))
        }
        (Json::Array(values), Shape::Tuple(parts)) => {
            let written = values.iter().zip(parts).map(|(value, part)| in_ron(value, part));
            format!("({})", written.collect::<Vec<_>>().join(", "))
        }
        // A float that is whole is written as people write it.
        (Json::Number(number), Shape::Quantity(_)) => {
            number.as_f64().map_or(number.to_string(), |one| one.to_string())
        }
        (other, _) => other.to_string(),
    }
}

/// What comes where a value is still to be chosen.
#[derive(Clone, Copy)]
pub(in crate::scenario) enum Fill<'n> {
    /// Nothing: the quotes and brackets in which it will be typed.
    Hole,
    /// Something that is right, or nearly; a text is the first of the names that it can be.
    Example(&'n dyn Fn(Form<'_>) -> Option<String>),
}

/// A variant with what it needs.
pub(in crate::scenario) fn template(variant: &Variant<'_>, fill: Fill<'_>) -> String {
    let Some(payload) = variant.payload else { return variant.name.to_owned() };
    let inside = match (payload.shape(), fill) {
        (Shape::List(inner), Fill::Example(_)) => format!("[{}]", fill.value(inner, 0)),
        (Shape::Table(_) | Shape::Tuple(_), _) => return format!("{}{}", variant.name, fill.group(payload)),
        _ => fill.value(payload, 0),
    };
    format!("{}({inside})", variant.name)
}

impl Fill<'_> {
    /// A value of this form; `turn` counts those of one table, so that examples differ: `min` from `max`.
    pub(in crate::scenario) fn value(self, form: Form<'_>, turn: usize) -> String {
        let example = |hole: &str, example: &dyn Fn() -> String| match self {
            Fill::Hole => hole.to_owned(),
            Fill::Example(_) => example(),
        };
        match form.shape() {
            Shape::Table(_) | Shape::Tuple(_) => self.group(form),
            Shape::Choice(variants) => {
                example("", &|| variants.first().map_or(String::new(), |variant| template(variant, self)))
            }
            Shape::Map(_) => "{}".to_owned(),
            Shape::List(inner) => example("[]", &|| match form.least() {
                Some(_) => format!("[{}]", self.value(inner, turn)),
                None => "[]".to_owned(),
            }),
            Shape::Quantity(unit) => {
                let hole = if matches!(unit, "ratio" | "number") { "" } else { "\"\"" };
                let examples = form.examples();
                example(hole, &|| {
                    examples.get(turn % examples.len().max(1)).map_or(String::new(), Json::to_string)
                })
            }
            Shape::Whole => example("", &|| {
                form.least().and_then(Json::as_u64).map_or(1, |least| least.max(1)).to_string()
            }),
            Shape::Truth => example("", &|| "true".to_owned()),
            Shape::Text => match self {
                Fill::Hole => quote(""),
                Fill::Example(name) => quote(&name(form).unwrap_or_default()),
            },
            Shape::Anything => String::new(),
        }
    }

    /// The brackets of a table with the fields it needs, or of a tuple.
    fn group(self, form: Form<'_>) -> String {
        let written: Vec<String> = match form.shape() {
            Shape::Table(fields) => {
                let groups = form.one_of();
                let chosen = groups.first().map_or(&[][..], Vec::as_slice);
                let is_needed = |field: &&Field<'_>| field.is_required || chosen.contains(&field.name);
                let needed = fields.iter().filter(is_needed).enumerate();
                needed
                    .map(|(turn, field)| format!("{}: {}", field.name, self.value(field.form, turn)))
                    .collect()
            }
            Shape::Tuple(parts) => parts.iter().map(|part| self.value(*part, 0)).collect(),
            _ => Vec::new(),
        };
        format!("({})", written.join(", "))
    }
}
