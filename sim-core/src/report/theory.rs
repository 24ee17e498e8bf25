//! Theory beside simulation: a closed form for every station, cache and closed loop that meets its assumptions.
//!
//! Assumptions are read off the model, not off the measurement; where one cannot be shown to hold, nothing is claimed.

use crate::model::Model;

use super::TheoryRow;
use super::measured::Measured;
use super::metric::Unit;

mod cache;
mod closed;
mod flow;
mod station;

use flow::Paths;

/// Keeps the sums of closed forms short.
const MOST_SERVERS: u32 = 10_000;

/// All closed forms that apply to a model, with what was measured. `variants`: how many the scenario goes through.
pub fn rows(model: &Model, variants: u64, measured: &Measured) -> Vec<TheoryRow> {
    // A scenario that changes, breaks or scales is in no steady state.
    if variants > 1 || !model.controllers.is_empty() {
        return Vec::new();
    }
    let mut paths = Paths::new(model);
    for (id, source) in model.sources.enumerate() {
        let client = &measured.clients[&model.nodes[source.node].name];
        paths.follow(id, client.attempts != client.offered);
    }
    if paths.is_lost {
        return Vec::new();
    }
    let mut told = Told { measured, rows: Vec::new() };
    if !paths.is_tangled() {
        for ((node, slot), arrivals) in &paths.stations {
            told.station(model, *node, *slot, arrivals, &paths);
        }
    }
    for (id, cache) in model.caches.enumerate() {
        if let Some([(source, flow)]) = paths.lookups.get(&id).map(Vec::as_slice) {
            told.cache(model, cache, *source, *flow);
        }
    }
    if model.sources.len() == 1 {
        told.closed_loop(model, &paths);
    }
    told.rows
}

/// The rows so far.
struct Told<'a> {
    measured: &'a Measured,
    rows: Vec<TheoryRow>,
}

/// A law by its short name, and what it assumes.
struct Applied {
    law: String,
    assumptions: Vec<String>,
}

impl Told<'_> {
    /// Adds a row, unless nothing was measured or the law diverges.
    fn add(
        &mut self,
        node: &str,
        quantity: &'static str,
        unit: Unit,
        expected: f64,
        measured: Option<f64>,
        applied: &Applied,
    ) {
        if let Some(measured) = measured.filter(|_| expected.is_finite()) {
            self.rows.push(TheoryRow {
                node: node.to_owned(),
                quantity,
                expected,
                measured,
                unit,
                law: applied.law.clone(),
                assumptions: applied.assumptions.clone(),
            });
        }
    }
}

fn seconds(milliseconds: f64) -> f64 {
    milliseconds / 1e3
}

#[cfg(test)]
mod tests;
