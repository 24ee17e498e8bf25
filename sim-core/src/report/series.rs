//! The run over time, row by row: printed on request, and drawn as sparklines.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::engine::Engine;
use crate::model::NodeKind;

/// What happened in an interval, and how the nodes stood at its end.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct SeriesRow {
    /// The end of the interval in seconds.
    pub t: f64,
    /// Requests sent a second.
    pub offered_rps: f64,
    /// Requests answered a second.
    pub completed_rps: f64,
    /// Requests failed a second.
    pub failed_rps: f64,
    /// The median latency of the answers of this interval in milliseconds, within 6 %.
    pub p50_ms: Option<f64>,
    /// The 99th percentile, likewise.
    pub p99_ms: Option<f64>,
    /// By node: visits present at the end of the interval.
    pub present: BTreeMap<String, u32>,
    /// By node: instances that take calls.
    pub instances: BTreeMap<String, u32>,
}

/// The rows of a run so far, warm-up included.
pub(crate) fn rows(engine: &Engine) -> Vec<SeriesRow> {
    let model = engine.model();
    let mut since = 0.0;
    let rows = engine.state().tally.series.rows.iter().map(|row| {
        let t = row.at.as_secs_f64();
        let span = t - std::mem::replace(&mut since, t);
        let rate = |count: u64| if span > 0.0 { count as f64 / span } else { 0.0 };
        let latency = |share| row.latency(share).map(|latency| latency.as_secs_f64() * 1e3);
        let nodes = || {
            let named = model.nodes.iter().zip(&row.nodes);
            named.filter(|(node, _)| node.kind != NodeKind::Clients)
        };
        SeriesRow {
            t,
            offered_rps: rate(row.offered),
            completed_rps: rate(row.completed),
            failed_rps: rate(row.failed),
            p50_ms: latency(0.5),
            p99_ms: latency(0.99),
            present: nodes().map(|(node, (present, _))| (node.name.clone(), *present)).collect(),
            instances: nodes().map(|(node, (_, instances))| (node.name.clone(), *instances)).collect(),
        }
    });
    rows.collect()
}
