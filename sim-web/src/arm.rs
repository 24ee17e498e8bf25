//! An arm: a live run as a worker holds it, one of two where policies are compared.

use serde::Serialize;
use serde_json::{Value, json};
use sim_core::live::{Amended, Live, status};
use sim_core::model::SourceId;
use sim_core::observe::histogram::Histogram;
use sim_core::report::ActionReport;
use sim_core::time::{Duration, Time};
use wasm_bindgen::prelude::*;

use crate::text::{failure, outcome, tables};

/// A run that can be looked at, changed and taken back while it goes on.
#[wasm_bindgen]
pub struct Arm(Live);

#[wasm_bindgen]
impl Arm {
    /// The run of a scenario at its start; throws all that is wrong with the text.
    #[wasm_bindgen(constructor)]
    pub fn new(text: &str) -> Result<Arm, JsError> {
        Live::sharing(text, tables()).map(Arm).map_err(|problems| failure(text, &problems))
    }

    /// What the run is of: `Description` as JSON.
    pub fn description(&self) -> String {
        let mut description = to_value(self.0.describe());
        let warnings = sim_core::diagnostic::problems(self.0.text(), &self.0.compiled().warnings);
        description["warnings"] = to_value(warnings);
        description.to_string()
    }

    /// Goes on until a time in seconds or for about so many events, whichever comes first; says how the run stands.
    pub fn advance(&mut self, until: f64, events: u32) -> u8 {
        let stop = self.0.advance(time(until), u64::from(events));
        status(stop) as u8
    }

    /// Simulated seconds.
    pub fn now(&self) -> f64 {
        self.0.now().as_secs_f64()
    }

    /// How the run stands, with rates over about the last `window` seconds; laid out as the description says.
    pub fn frame(&self, window: f64) -> Vec<f64> {
        self.0.frame(Duration::from_secs_f64(window))
    }

    /// The rows from this position on, one after another.
    pub fn rows(&self, from: u32) -> Vec<f64> {
        self.0.rows(from as usize).to_vec()
    }

    /// How many rows there are.
    pub fn row_count(&self) -> u32 {
        self.0.row_count() as u32
    }

    /// What scaled and what broke from this position on: `LogEntry[]` as JSON.
    pub fn log(&self, from: u32) -> String {
        let model = self.0.model();
        let entries = self.0.log().iter().skip(from as usize).map(|entry| {
            let node = model.nodes[entry.node].name.as_str();
            let ActionReport { t, target, what, from, to } = ActionReport::of(model, entry);
            json!({ "at": t, "node": node, "what": what, "from": from, "to": to, "detail": target })
        });
        Value::Array(entries.collect()).to_string()
    }

    /// Goes on under another text; an outcome of `{since, goal}` as JSON. Afterwards the run may stand earlier than `goal`.
    pub fn amend(&mut self, text: &str) -> String {
        let seconds = |Amended { since, goal }: Amended| {
            let since = (since < Time::NEVER).then(|| since.as_secs_f64());
            json!({ "since": since, "goal": goal.as_secs_f64() })
        };
        outcome(text, self.0.amend(text).map(seconds))
    }

    /// Goes back to the last checkpoint before a time in seconds, from which it can be advanced to there.
    pub fn seek(&mut self, at: f64) {
        self.0.seek(time(at));
    }

    /// Handles one event; says when that was.
    pub fn step(&mut self) -> f64 {
        self.0.step().as_secs_f64()
    }

    /// The report of the run so far, as `escala run --json` prints it.
    pub fn report(&self) -> String {
        self.0.report().to_json(false).to_string()
    }

    /// Laws beside what was measured: `TheoryLine[]` as JSON.
    pub fn theory(&self) -> String {
        let rows = self.0.theory();
        let lines = rows.iter().map(|row| {
            json!({
                "node": row.node, "law": row.law, "metric": row.quantity, "expected": row.expected,
                "simulated": row.measured, "unit": row.unit, "assumptions": row.assumptions,
            })
        });
        Value::Array(lines.collect()).to_string()
    }

    /// The latencies of a client's answers since measuring started: pairs of the upper edge of a cell in milliseconds and how
    /// many lie in it.
    pub fn histogram(&self, client: u32) -> Vec<f64> {
        let clients = &self.0.engine().state().tally.clients;
        if client as usize >= self.0.model().sources.len() {
            return Vec::new();
        }
        let mut all = Histogram::new();
        clients[SourceId(client)].iter().for_each(|class| all.merge(&class.latency));
        let mut pairs: Vec<f64> = Vec::new();
        for (_, upper, count) in all.occupied() {
            // Sixteen cells an octave are as many as can be seen.
            let edge = coarse(upper) as f64 / 1e6;
            match pairs.len().checked_sub(2).map(|last| pairs[last]) {
                Some(last) if last == edge => {
                    let counted = pairs.len() - 1;
                    pairs[counted] += count as f64;
                }
                _ => pairs.extend([edge, count as f64]),
            }
        }
        pairs
    }

    /// The run over time as CSV: a column for each number of a row.
    pub fn csv(&self) -> String {
        self.0.csv()
    }

    /// The digest of the run; empty unless it has come to an end that is the same everywhere.
    pub fn digest(&self) -> String {
        self.0.report().digest.unwrap_or_default()
    }
}

/// The least multiple of a sixteenth of its octave that is not below `value`.
fn coarse(value: u64) -> u64 {
    let step = 1u64 << (63 - value.max(16).leading_zeros()).saturating_sub(4);
    value.div_ceil(step).saturating_mul(step)
}

fn time(seconds: f64) -> Time {
    if seconds >= Time::NEVER.as_secs_f64() {
        Time::NEVER
    } else {
        Time::ZERO + Duration::from_secs_f64(seconds)
    }
}

pub(crate) fn to_value(value: impl Serialize) -> Value {
    serde_json::to_value(value).expect("what goes over has string keys")
}
