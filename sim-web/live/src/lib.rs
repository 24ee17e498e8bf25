//! What a page loads first: runs of scripts, which `sim-web` makes of scenario text.
//!
//! Nothing here reads text, reports or explains: it would be more than three times as large. What is said is numbers, in flat arrays that
//! `ui/src/engine/protocol.ts` describes, and bytes that `sim-web` understands.

use sim_core::distribution::discrete::Tables;
use sim_core::live::{Amended, Live, NoScript, Script, status};
use sim_core::model::SourceId;
use sim_core::observe::histogram::Histogram;
use sim_core::report::{ActionReport, Watch, digest};
use sim_core::time::{Duration, Time};
use wasm_bindgen::prelude::*;

/// A run that can be looked at, changed and taken back while it goes on: one of two where policies are compared.
#[wasm_bindgen]
pub struct Arm(Live);

/// Runs a script to its end, with another seed where one is given, and looks at it on the way as a `Scenario` wants it watched:
/// what was seen, of which a `Scenario` makes a report.
#[wasm_bindgen]
pub fn run(script: &[u8], seed: Option<String>, watch: &[u8]) -> Result<Vec<u8>, JsError> {
    let seed = seed.map(|seed| seed.parse::<u64>()).transpose()?;
    let mut engine = decoded(script)?.engine(seed);
    let mut watch = Watch::decode(watch)?;
    watch.run(&mut engine);
    Ok(watch.seen(&engine).encode())
}

thread_local! {
    /// Tables of popularity that scripts of this worker had: the next one most often has the same.
    static TABLES: Tables = Tables::default();
}

fn decoded(script: &[u8]) -> Result<Script, NoScript> {
    TABLES.with(|tables| Script::decode(script, tables))
}

#[wasm_bindgen]
impl Arm {
    /// The run of a script at its start; throws if these bytes are none.
    #[wasm_bindgen(constructor)]
    pub fn new(script: &[u8]) -> Result<Arm, JsError> {
        Ok(Arm(Live::new(decoded(script)?)))
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

    /// What scaled and what broke from this position on, six values each: when in seconds, the node, what, instances before and
    /// after or `null`, the target.
    pub fn log(&self, from: u32) -> Vec<JsValue> {
        let model = self.0.model();
        let entries = self.0.log().get(from as usize..).unwrap_or_default();
        let told = entries.iter().flat_map(|entry| {
            let node = model.nodes[entry.node].name.as_str();
            let ActionReport { t, target, what, from, to } = ActionReport::of(model, entry);
            let count = |count: Option<u32>| count.map_or(JsValue::NULL, JsValue::from);
            [t.into(), node.into(), what.into(), count(from), count(to), target.into()]
        });
        told.collect()
    }

    /// Goes on under another script: since when the run differs, infinity if it does not, and where it stood. Afterwards it may
    /// stand earlier.
    pub fn amend(&mut self, script: &[u8]) -> Result<Vec<f64>, JsError> {
        let Amended { since, goal } = self.0.amend(decoded(script)?);
        let since = if since < Time::NEVER { since.as_secs_f64() } else { f64::INFINITY };
        Ok(vec![since, goal.as_secs_f64()])
    }

    /// Goes back to the last checkpoint before a time in seconds, from which it can be advanced to there.
    pub fn seek(&mut self, at: f64) {
        self.0.seek(time(at));
    }

    /// Handles one event; says when that was.
    pub fn step(&mut self) -> f64 {
        self.0.step().as_secs_f64()
    }

    /// What the run has found so far, of which a `Scenario` makes a report.
    pub fn findings(&self) -> Vec<u8> {
        self.0.findings().encode()
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

    /// The digest of the run; empty unless it has come to an end that is the same everywhere.
    pub fn digest(&self) -> String {
        digest(self.0.engine()).unwrap_or_default()
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

/// A panic prints where and why before it becomes a trap, which tells neither.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}
