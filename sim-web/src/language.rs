//! What the language of scenarios allows at a place of a text, for inspectors and editors.
//!
//! What it allows comes from outside, since a schema made of types is larger than the engine.

use serde_json::{Value, json};
use sim_core::diagnostic::Utf16;
use wasm_bindgen::prelude::*;

use crate::text::outcome;
use crate::text::to_value;

/// The language by its schema.
#[wasm_bindgen]
pub struct Language(Value);

#[wasm_bindgen]
impl Language {
    /// `schema` is that of the catalogue, as JSON; see `escala explain --catalogue`.
    #[wasm_bindgen(constructor)]
    pub fn new(schema: &str) -> Result<Language, JsError> {
        Ok(Language(serde_json::from_str(schema)?))
    }

    /// What stands at a path and what could: an outcome of `Outline` as JSON.
    pub fn outline(&self, text: &str, path: &str) -> String {
        let told = sim_core::scenario::outline::outline(&self.0, text, path).map(|outline| {
            let mut value = to_value(outline);
            recount(&mut value, &Utf16::new(text));
            value
        });
        outcome(text, told)
    }

    /// What could be written at an offset: `Completion[]` as JSON.
    pub fn complete(&self, text: &str, offset: usize) -> String {
        let offsets = Utf16::new(text);
        let found = sim_core::editing::complete(&self.0, text, offsets.byte(offset));
        let told = found.into_iter().map(|found| {
            let mut value = to_value(&found);
            value["from"] = json!(offsets.units(found.from));
            value["to"] = json!(offsets.units(found.to));
            value
        });
        json!(told.collect::<Vec<_>>()).to_string()
    }
}

/// Spans of bytes become spans of UTF-16 code units.
fn recount(outline: &mut Value, offsets: &Utf16<'_>) {
    if let Some(span) = outline["span"].as_object_mut() {
        for place in span.values_mut() {
            *place = json!(offsets.units(place.as_u64().unwrap_or(0) as usize));
        }
    }
    outline["parts"].as_array_mut().into_iter().flatten().for_each(|part| recount(part, offsets));
}
