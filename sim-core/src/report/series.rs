//! The run over time, row by row: printed on request, and drawn as sparklines.

use serde::Serialize;

use crate::arena::Id;
use crate::engine::Engine;
use crate::model::{Node, NodeId, NodeKind};
use crate::observe::series::{NodeRow, Row};
use crate::sorted::Map;
use crate::time::{Duration, Time};

use super::counters::{UNLIMITED, capacity};

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
    pub present: Map<String, u32>,
    /// By node: instances that take calls.
    pub instances: Map<String, u32>,
    /// By node with a bounded main pool: its busy time over its capacity in the interval.
    pub utilization: Map<String, f64>,
    /// What was counted, for formats that want counts.
    #[serde(skip)]
    pub counts: SeriesCounts,
}

/// The counts of an interval.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SeriesCounts {
    /// The end of the interval.
    pub at: Time,
    /// Requests sent.
    pub offered: u64,
    /// Requests answered.
    pub completed: u64,
    /// Requests failed.
    pub failed: u64,
    /// How many answers took less than each latency, and not less than the one before; at most eight an octave.
    pub latencies: Vec<(Duration, u64)>,
}

/// The rows of a run so far, warm-up included.
pub(crate) fn rows(engine: &Engine) -> Vec<SeriesRow> {
    let model = engine.model();
    let mut before: Option<&Row> = None;
    let rows = engine.state().tally.series.rows.iter().map(|row| {
        let earlier = before.replace(row);
        let t = row.at.as_secs_f64();
        let span = t - earlier.map_or(0.0, |row| row.at.as_secs_f64());
        let rate = |count: u64| if span > 0.0 { count as f64 / span } else { 0.0 };
        let latency = |share| row.latency(share).map(|latency| latency.as_secs_f64() * 1e3);
        let nodes = || {
            let ids = model.nodes.ids().zip(&row.nodes);
            ids.map(|(id, its)| (&model.nodes[id], id, its))
                .filter(|(node, ..)| node.kind != NodeKind::Clients)
        };
        let utilization = |(node, id, _): (&Node, NodeId, &NodeRow)| {
            Some((node.name.clone(), utilization(engine, id, earlier, row)?))
        };
        SeriesRow {
            t,
            offered_rps: rate(row.offered),
            completed_rps: rate(row.completed),
            failed_rps: rate(row.failed),
            p50_ms: latency(0.5),
            p99_ms: latency(0.99),
            present: nodes().map(|(node, _, its)| (node.name.clone(), its.present)).collect(),
            instances: nodes().map(|(node, _, its)| (node.name.clone(), its.ready)).collect(),
            utilization: nodes().filter_map(utilization).collect(),
            counts: SeriesCounts {
                at: row.at,
                offered: row.offered,
                completed: row.completed,
                failed: row.failed,
                latencies: row.latencies().collect(),
            },
        }
    });
    rows.collect()
}

/// Busy time over capacity of the main pools of a node between two rows; none where there is no bound or no instance.
fn utilization(engine: &Engine, id: NodeId, before: Option<&Row>, now: &Row) -> Option<f64> {
    let model = engine.model();
    let node = &model.nodes[id];
    let slot = usize::from(node.main_pool?);
    let pool = model.instances[model.instances_of(id).next()?].pools[slot];
    if model.pools[pool].servers == UNLIMITED {
        return None;
    }
    let then = before.map_or_else(NodeRow::default, |row| row.nodes[id.index()]);
    let (from, to) = (before.map_or(Time::ZERO, |row| row.at), now.at);
    let so_far = now.nodes[id.index()];
    let (busy, alive) = (so_far.busy - then.busy, so_far.alive - then.alive);
    // The pools of a node are alike, and a change of the scenario may change their servers meanwhile.
    let servers_until = |at: Time| capacity(engine, pool, u128::from(at.0), at);
    let servers = (servers_until(to) - servers_until(from)) as f64 / to.since(from).0 as f64;
    let share = busy as f64 / (alive as f64 * servers);
    share.is_finite().then_some(share)
}
