//! What is done with texts alone: checks and edits.

use serde::Serialize;
use serde_json::{Value, json};
use sim_core::compile::Known;
use sim_core::diagnostic::{Diagnostic, problems};
use sim_core::graph::edit::{Edit, apply};
use sim_core::report::run::Prepared;
use wasm_bindgen::prelude::*;

/// All that is wrong with a scenario, or strange: `{problems: Problem[]}` as JSON.
#[wasm_bindgen]
pub fn check(text: &str) -> String {
    let found = match Prepared::knowing(text, &|_| None, &known()) {
        Ok(prepared) => prepared.compiled.warnings,
        Err(problems) => problems,
    };
    json!({ "problems": problems(text, &found) }).to_string()
}

/// The text after a list of edits (`Edit[]` as JSON): an outcome of `{text}` as JSON.
#[wasm_bindgen]
pub fn edit(text: &str, edits: &str) -> Result<String, JsError> {
    let edits: Vec<Edit> = serde_json::from_str(edits)?;
    Ok(outcome(text, apply(text, &edits).map(|text| json!({ "text": text }))))
}

/// The text as `escala fmt` would write it: an outcome of `{text}` as JSON.
#[wasm_bindgen]
pub fn format(text: &str) -> String {
    outcome(text, sim_core::scenario::text::format(text).map(|text| json!({ "text": text })))
}

/// The text of the case of `text` with this name: an outcome of `{text}` as JSON.
#[wasm_bindgen]
pub fn case_text(text: &str, name: &str) -> String {
    let found = sim_core::compile::case(text, name).map_err(|problem| vec![problem]);
    outcome(text, found.map(|text| json!({ "text": text })))
}

thread_local! {
    /// What texts of this worker had in them: the next text most often has nearly the same.
    static KNOWN: Known = Known::default();
}

pub(crate) fn known() -> Known {
    KNOWN.with(Known::clone)
}

/// What went well, or what is wrong with `text`, as JSON.
pub(crate) fn outcome(text: &str, result: Result<Value, Vec<Diagnostic>>) -> String {
    match result {
        Ok(value) => json!({ "ok": true, "value": value }),
        Err(found) => json!({ "ok": false, "problems": problems(text, &found) }),
    }
    .to_string()
}

/// What is wrong with `text`, as an error to throw.
pub(crate) fn failure(text: &str, found: &[Diagnostic]) -> JsError {
    JsError::new(&to_value(problems(text, found)).to_string())
}

pub(crate) fn to_value(value: impl Serialize) -> Value {
    serde_json::to_value(value).expect("what goes over has string keys")
}
