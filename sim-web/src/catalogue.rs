//! What a page can offer: kinds of nodes, parameters, metrics and faults, all from the simulator.

use serde_json::{Value, json};
use sim_core::component::KINDS;
use sim_core::component::fault::{FAULTS, FaultKind, Strikes};
use sim_core::model::NodeKind;
use sim_core::observe::digest::RESULTS;
use sim_core::report::METRICS;
use wasm_bindgen::prelude::*;

/// `Catalogue` as JSON.
#[wasm_bindgen]
pub fn catalogue() -> String {
    let metrics = METRICS.iter().map(|metric| {
        json!({
            "name": metric.name, "unit": metric.unit, "doc": metric.doc, "better": metric.better,
            "scopes": metric.scopes().iter().map(|scope| scope.argument()).collect::<Vec<_>>(),
        })
    });
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "results": RESULTS,
        "kinds": KINDS,
        "faults": FAULTS.iter().map(fault).collect::<Vec<_>>(),
        "metrics": metrics.collect::<Vec<_>>(),
        "schema": sim_core::scenario::schema(),
    })
    .to_string()
}

fn fault(fault: &FaultKind) -> Value {
    let words = |kinds: &[NodeKind]| kinds.iter().map(|kind| kind.word()).collect();
    let (strikes, per_instance): (Vec<&str>, bool) = match fault.strikes {
        Strikes::Instances(kinds) => (words(kinds), true),
        Strikes::Nodes(kinds) => (words(kinds), false),
        Strikes::Links => (vec!["link"], false),
    };
    json!({
        "name": fault.name, "doc": fault.doc, "strikes": strikes, "perInstance": per_instance, "template": fault.template,
    })
}
