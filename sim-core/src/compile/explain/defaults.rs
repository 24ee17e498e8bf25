//! Which defaults a scenario took: what was read and what was written, walked side by side.

use serde_json::Value as Json;

use crate::compile::Compiled;
use crate::scenario::text::{Kind, Value, scan};

/// Every field that the text does not name, by its path, with what was taken for it.
pub fn defaults(text: &str, compiled: &Compiled) -> Vec<(String, String)> {
    let (Ok(document), Ok(taken)) = (scan(text), serde_json::to_value(&compiled.scenario)) else {
        return Vec::new();
    };
    let mut walk = Walk { key_text: &|range| document.key_text(range).into_owned(), found: Vec::new() };
    walk.compare(&taken, Some(&document.root), "");
    walk.found
}

/// Walks what was read and what was written side by side.
struct Walk<'w> {
    key_text: &'w dyn Fn(&std::ops::Range<usize>) -> String,
    found: Vec<(String, String)>,
}

impl Walk<'_> {
    fn compare(&mut self, taken: &Json, written: Option<&Value>, path: &str) {
        let Some(written) = written else {
            return self.found.push((path.to_owned(), shown(taken)));
        };
        match taken {
            Json::Object(fields) => {
                // A variant is an object with its name as the only field, and the written value carries that name.
                let name = written.name.as_ref().map(|name| (self.key_text)(name));
                if let (Some(name), 1) = (name, fields.len())
                    && let Some(inside) = fields.get(&name)
                {
                    return self.inside(inside, written, path);
                }
                self.fields(fields, written, path);
            }
            Json::Array(values) if written.is_group() => {
                for (number, (value, entry)) in values.iter().zip(&written.entries).enumerate() {
                    self.compare(value, Some(&entry.value), &format!("{path}.{number}"));
                }
            }
            Json::Array(_) | Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }

    /// What stands in the brackets of a variant: its fields, or its only value.
    fn inside(&mut self, inside: &Json, written: &Value, path: &str) {
        match inside {
            Json::Object(fields) => match written.entries.as_slice() {
                [only] if only.key.is_none() => self.compare(inside, Some(&only.value), path),
                _ => self.fields(fields, written, path),
            },
            Json::Array(values) => match written.entries.as_slice() {
                [only] if only.key.is_none() && only.value.kind == Kind::Square => {
                    self.compare(inside, Some(&only.value), path);
                }
                entries => {
                    for (number, (value, entry)) in values.iter().zip(entries).enumerate() {
                        self.compare(value, Some(&entry.value), &format!("{path}.{number}"));
                    }
                }
            },
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }

    fn fields(&mut self, fields: &serde_json::Map<String, Json>, written: &Value, path: &str) {
        for (name, value) in fields {
            let entry = written
                .entries
                .iter()
                .find(|entry| entry.key.as_ref().is_some_and(|key| (self.key_text)(key) == *name));
            let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            // The three ways to write a lognormal or a Pareto law leave fields out that are no defaults.
            self.compare(value, entry.map(|entry| &entry.value), &below);
        }
    }
}

/// A default as people would write it.
fn shown(value: &Json) -> String {
    match value {
        Json::Null => "not given".to_owned(),
        Json::String(text) => text.clone(),
        Json::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{name}: {}", shown(value)));
            format!("({})", fields.collect::<Vec<_>>().join(", "))
        }
        Json::Array(values) => {
            let values = values.iter().map(shown);
            format!("[{}]", values.collect::<Vec<_>>().join(", "))
        }
        Json::Bool(_) | Json::Number(_) => value.to_string(),
    }
}
