//! What a page can offer: kinds of nodes, parameters, metrics and faults, all from the simulator.

use serde_json::{Value, json};
use sim_core::observe::digest::RESULTS;
use sim_core::report::METRICS;
use wasm_bindgen::prelude::*;

/// `Catalogue` as JSON.
#[wasm_bindgen]
pub fn catalogue() -> String {
    let schema = sim_core::scenario::schema();
    let metrics = METRICS.iter().map(|metric| {
        json!({
            "name": metric.name, "unit": metric.unit, "doc": metric.doc, "better": metric.better,
            "scopes": metric.scopes().iter().map(|scope| scope.argument()).collect::<Vec<_>>(),
        })
    });
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "results": RESULTS,
        "kinds": kinds(&schema),
        "faults": [],
        "metrics": metrics.collect::<Vec<_>>(),
        "schema": schema,
    })
    .to_string()
}

fn kinds(schema: &Value) -> Vec<Value> {
    let variants = schema["$defs"]["Node"]["oneOf"].as_array().into_iter().flatten();
    variants
        .filter_map(|variant| {
            let name = variant["properties"].as_object()?.keys().next()?;
            Some(json!({
                "variant": name, "word": name.to_lowercase(), "doc": variant["description"], "models": "", "modelsNot": "",
            }))
        })
        .collect()
}
