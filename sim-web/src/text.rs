//! What is done with texts alone: checks, edits, whole runs.

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

/// Runs a scenario to its end, with another seed where one is given: the run's JSON, as `escala run --json` prints it.
///
/// With a seed it is one of several replications, whose spread says how sure they are: it has no intervals of its own.
#[wasm_bindgen]
pub fn run(text: &str, seed: Option<String>) -> Result<String, JsError> {
    let seed = seed.map(|seed| seed.parse::<u64>()).transpose()?;
    let prepared =
        Prepared::knowing(text, &|_| None, &known()).map_err(|problems| failure(text, &problems))?;
    let report = match seed {
        None => prepared.run(None),
        Some(_) => {
            let mut engine = prepared.engine(seed);
            let mut watch = prepared.watch().without_batches();
            watch.run(&mut engine);
            watch.report(&engine)
        }
    };
    Ok(report.to_json(false).to_string())
}

/// Runs the scenario `text`, or the case of it with this name: the run's JSON, as `escala run --json` prints it.
#[wasm_bindgen]
pub fn run_case(text: &str, case: Option<String>) -> Result<String, JsError> {
    let edited = match case {
        None => text.to_owned(),
        Some(name) => sim_core::compile::case(text, &name).map_err(|problem| failure(text, &[problem]))?,
    };
    run(&edited, None)
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
