//! What metrics of runs of two arms on the same random numbers say together: for a page that spreads the runs over its workers.

use serde_json::json;
use sim_core::experiment::compare::usual_metrics;
use sim_core::experiment::replicate::seeds;
use sim_core::report::run::Prepared;
use sim_core::report::{Names, Reading};
use sim_core::statistics::{interval_of, paired_difference};
use wasm_bindgen::prelude::*;

use crate::text::failure;

const CONFIDENCE: f64 = 0.95;

/// The seeds of so many replications, the scenario's own first: a list of texts as JSON, since they have 64 bits.
#[wasm_bindgen]
pub fn replication_seeds(seed: &str, count: u32) -> Result<String, JsError> {
    let seeds = seeds(seed.parse()?, count);
    Ok(json!(seeds.iter().map(u64::to_string).collect::<Vec<_>>()).to_string())
}

/// What is asked of a comparison of two scenarios where nobody says otherwise: metrics of clients that both have. An outcome of
/// `{name, unit, better}[]` as JSON.
#[wasm_bindgen]
pub fn comparable_metrics(text: &str, other: &str) -> Result<String, JsError> {
    let prepared = |text: &str| Prepared::new(text, &|_| None).map_err(|problems| failure(text, &problems));
    let (one, other) = (prepared(text)?, prepared(other)?);
    let models = [&one.compiled.models[0], &other.compiled.models[0]];
    let names = Names::of(models[0], []);
    let told = usual_metrics(&models).into_iter().filter_map(|name| {
        let metric = Reading::parse(&name, &names).ok()?.metric;
        Some(json!({ "name": name, "unit": metric.unit, "better": metric.better, "doc": metric.doc }))
    });
    Ok(json!({ "ok": true, "value": told.collect::<Vec<_>>() }).to_string())
}

/// The mean difference of two lists of values, pair by pair (second less first), with its interval of 95 %, the chance of one
/// as far from zero if there were none, and how many times as many runs independent seeds would have taken:
/// `{mean, low, high, p, gain}` as JSON; `null` below two pairs.
#[wasm_bindgen]
pub fn difference(first: &[f64], second: &[f64]) -> String {
    let found = paired_difference(second, first, CONFIDENCE).map(|found| {
        let interval = found.difference;
        json!({
            "mean": interval.mean, "low": interval.low(), "high": interval.high(),
            "p": found.p_value, "gain": found.gain,
        })
    });
    json!(found).to_string()
}

/// The mean of values with its interval of 95 %: `{mean, low, high}` as JSON; `null` below two values.
#[wasm_bindgen]
pub fn interval(values: &[f64]) -> String {
    let found = interval_of(values, CONFIDENCE);
    json!(found.map(|found| json!({ "mean": found.mean, "low": found.low(), "high": found.high() })))
        .to_string()
}

/// Holm's correction of chances that are looked at together: each may then be compared with one level.
#[wasm_bindgen]
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    sim_core::statistics::holm(p_values)
}
