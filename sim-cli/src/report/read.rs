//! Reads what `escala run --json` has written: as much of it as a report tells.

use std::collections::BTreeMap;

use serde::Deserialize;
use sim_core::report::{SCHEMA, Unit};

use crate::exit::Failure;

/// A run, or several that differ in their seeds.
#[derive(Deserialize, Debug)]
pub struct Run {
    pub results: u32,
    pub scenario: String,
    pub case: Option<String>,
    pub seed: u64,
    #[serde(default)]
    pub seeds: Vec<u64>,
    pub digest: Option<String>,
    pub simulated_s: f64,
    pub measured_s: f64,
    pub warmup_s: f64,
    pub events: u64,
    pub stopped: String,
    pub limit: Option<String>,
    pub clients: BTreeMap<String, Client>,
    pub nodes: BTreeMap<String, Node>,
    #[serde(default)]
    pub interval95: BTreeMap<String, [f64; 2]>,
    #[serde(default)]
    pub theory: Vec<Theory>,
    pub bottleneck: Option<Bottleneck>,
    #[serde(default)]
    pub expect: Vec<Claim>,
    #[serde(default)]
    pub actions: Vec<Action>,
    #[serde(default)]
    pub spent: BTreeMap<String, BTreeMap<String, Spent>>,
    #[serde(default)]
    pub slowest: Vec<Slow>,
    #[serde(default)]
    pub violations: Vec<String>,
}

#[derive(Deserialize, Debug)]
pub struct Client {
    pub offered: u64,
    pub completed: u64,
    pub failed: BTreeMap<String, u64>,
    pub in_flight: u64,
    pub late: u64,
    pub attempts: u64,
    pub throughput_rps: Option<f64>,
    pub goodput_rps: Option<f64>,
    pub error_rate: Option<f64>,
    pub latency_ms: Latency,
    #[serde(default)]
    pub censored: bool,
    #[serde(default)]
    pub classes: BTreeMap<String, Client>,
}

#[derive(Deserialize, Debug)]
pub struct Latency {
    pub mean: Option<f64>,
    pub p50: Option<f64>,
    pub p90: Option<f64>,
    pub p99: Option<f64>,
    pub p999: Option<f64>,
    pub max: Option<f64>,
}

#[derive(Deserialize, Debug)]
pub struct Node {
    pub kind: String,
    pub requests: u64,
    pub failed: BTreeMap<String, u64>,
    pub utilization: Option<f64>,
    pub instances: Instances,
    pub queue: Queue,
    pub latency_ms: Latency,
    pub pools: BTreeMap<String, serde_json::Value>,
    pub cost: Option<f64>,
    pub cache: Option<Cache>,
}

#[derive(Deserialize, Debug)]
pub struct Instances {
    pub min: u32,
    pub max: u32,
}

#[derive(Deserialize, Debug)]
pub struct Queue {
    pub mean: Option<f64>,
    pub max: u32,
}

#[derive(Deserialize, Debug)]
pub struct Cache {
    pub hits: u64,
    pub misses: u64,
    pub hit_ratio: Option<f64>,
}

#[derive(Deserialize, Debug)]
pub struct Theory {
    pub node: String,
    pub quantity: String,
    pub expected: f64,
    pub measured: f64,
    pub unit: Unit,
    pub law: String,
    #[serde(default)]
    pub assumptions: Vec<String>,
}

#[derive(Deserialize, Debug)]
pub struct Bottleneck {
    pub offered_rps: f64,
    pub saturates_at_rps: f64,
    pub sentence: String,
}

#[derive(Deserialize, Debug)]
pub struct Claim {
    pub claim: String,
    pub value: String,
    pub holds: bool,
    pub why: String,
}

#[derive(Deserialize, Debug)]
pub struct Action {
    pub t: f64,
    pub target: String,
    pub what: String,
    pub from: Option<u32>,
    pub to: Option<u32>,
}

#[derive(Deserialize, Debug)]
pub struct Spent {
    pub requests: u64,
    pub latency_ms: f64,
    pub repeated_ms: f64,
    pub nodes: BTreeMap<String, NodeSpent>,
}

#[derive(Deserialize, Debug)]
pub struct NodeSpent {
    pub queue_ms: f64,
    pub service_ms: f64,
    pub network_ms: f64,
    pub back_off_ms: f64,
    pub stalled_ms: f64,
    #[serde(default)]
    pub untold_ms: f64,
    pub share: f64,
}

#[derive(Deserialize, Debug)]
pub struct Slow {
    pub client: String,
    pub number: u64,
    #[serde(default)]
    pub class: String,
    pub seed: u64,
    pub sent_s: f64,
    pub latency_ns: u64,
    pub outcome: String,
    pub hops: Vec<Hop>,
}

#[derive(Deserialize, Debug)]
pub struct Hop {
    pub place: String,
    pub depth: u8,
    pub attempt: Option<u16>,
    pub outcome: String,
    pub repeated: bool,
    pub queue_ns: u64,
    pub service_ns: u64,
    pub network_ns: u64,
    pub back_off_ns: u64,
    pub stalled_ns: u64,
    #[serde(default)]
    pub untold_ns: u64,
}

impl Run {
    /// Reads the JSON of a run; `name` is that of its file, for messages.
    pub fn read(json: serde_json::Value, name: &str) -> Result<Run, Failure> {
        let schema = json.get("schema").and_then(serde_json::Value::as_u64);
        if schema != Some(u64::from(SCHEMA)) {
            let version =
                schema.map_or_else(|| "no version".to_owned(), |schema| format!("version {schema}"));
            let failure = format!("`{name}` has {version} of a run's JSON");
            return Err(Failure::usage(format!("{failure}, and this escala reads version {SCHEMA}"))
                .with_help("run the scenario again with this escala"));
        }
        serde_json::from_value(json).map_err(|error| {
            Failure::usage(format!("`{name}` is not the JSON of a run: {error}"))
                .with_help("`escala run FILE --json -o run.json` writes one")
        })
    }

    /// The 95 % interval of a number of the report by its path.
    pub fn interval(&self, path: &str) -> Option<[f64; 2]> {
        // It reaches as far down as up, but nothing that is told with one can be below zero.
        self.interval95.get(path).map(|[low, high]| [low.max(0.0), *high])
    }
}
