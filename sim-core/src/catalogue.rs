//! What the simulator offers, as JSON: kinds of nodes, parameters, metrics and faults, for programs that offer them in turn.

use serde_json::{Value, json};

use crate::component::KINDS;
use crate::component::fault::{FAULTS, FaultKind, Strikes};
use crate::model::NodeKind;
use crate::observe::digest::RESULTS;
use crate::report::METRICS;
use crate::scenario::schema;

/// The kinds of nodes, the faults and the metrics, each with its documentation, and the schema of scenarios.
pub fn catalogue() -> Value {
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
        "schema": schema(),
    })
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
