//! The manifest of a sweep: everything that defines its results, and nothing else.
//!
//! Two folders with the same manifest have the same results, byte by byte; where, when and how fast they were found out
//! is in `run.log`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sim_core::experiment::axis::Axis;
use sim_core::experiment::design::Shard;
use sim_core::experiment::replicate::seeds;
use sim_core::observe::digest::RESULTS;

use super::cases::Cases;
use super::table::Kind;

/// The version of the folder's files.
pub const SCHEMA: u32 = 1;

/// What `manifest.json` holds.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The version of results.
    pub results: u32,
    /// The version of this program.
    pub version: String,
    /// What is varied.
    scenario: Scenario,
    /// The files that the scenario names, and the SHA-256 of each.
    files: BTreeMap<String, String>,
    design: DesignEntry,
    /// How many cases the whole design has.
    pub cases: u32,
    /// How many times each case is run.
    pub replications: u32,
    /// With which seeds.
    pub seeds: Vec<u64>,
    /// Which part of the design this is, as `2/4`; none if it is all of it.
    pub shard: Option<String>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Scenario {
    /// The SHA-256 of the text.
    sha256: String,
    /// The text with all edits of the command line.
    text: String,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct DesignEntry {
    /// `grid`, `random` or `latin`.
    plan: String,
    axes: Vec<AxisEntry>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct AxisEntry {
    path: String,
    values: String,
}

impl Manifest {
    /// The manifest of these cases, or of a shard of them, all of which are compiled.
    pub fn new(cases: &Cases, replications: u32, shard: Option<Shard>) -> Manifest {
        let Cases { design, text, seed, .. } = cases;
        let axis = |axis: &Axis| AxisEntry { path: axis.path.clone(), values: axis.text.clone() };
        Manifest {
            schema: SCHEMA,
            results: RESULTS,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: Scenario { sha256: sha256(text), text: text.clone() },
            files: cases.files(),
            design: DesignEntry {
                plan: design.plan().word().to_owned(),
                axes: design.axes().iter().map(axis).collect(),
            },
            cases: design.cases(),
            replications,
            seeds: seeds(*seed, replications),
            shard: shard.map(|shard| shard.to_string()),
        }
    }

    /// The seed of a replication, counted from 0.
    pub fn seed(&self, replication: u32) -> u64 {
        self.seeds[replication as usize]
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("a manifest has string keys and whole numbers");
        text + "\n"
    }

    /// The text of the scenario with all edits of the command line.
    pub fn scenario(&self) -> &str {
        &self.scenario.text
    }

    /// `grid`, `random` or `latin`.
    pub fn plan(&self) -> &str {
        &self.design.plan
    }

    /// The path and the values of each axis, as they were given.
    pub fn varied(&self) -> impl Iterator<Item = (&str, &str)> {
        self.design.axes.iter().map(|axis| (axis.path.as_str(), axis.values.as_str()))
    }

    /// The shard, if it is one and its text says so.
    pub fn shard(&self) -> Option<Shard> {
        self.shard.as_ref()?.parse().ok()
    }

    /// The numbers of the cases that belong to it.
    pub fn numbers(&self) -> Vec<u32> {
        self.shard().unwrap_or(Shard::WHOLE).cases(self.cases).collect()
    }

    /// The path of each axis, and what stands in its column: numbers where all its values are.
    pub fn axes(&self) -> impl Iterator<Item = (&str, Kind)> {
        self.design.axes.iter().map(|AxisEntry { path, values }| {
            let is_number = Axis::parse(&format!("{path}={values}")).is_ok_and(|axis| axis.is_numeric());
            (path.as_str(), if is_number { Kind::Number } else { Kind::Text })
        })
    }

    /// In what two manifests differ, in words; nothing if they are of the same sweep, whatever their shards.
    pub fn difference(&self, other: &Manifest) -> Option<&'static str> {
        let files_differ =
            self.files.iter().any(|(name, hash)| other.files.get(name).is_some_and(|it| it != hash));
        let differences = [
            (self.schema != other.schema || self.version != other.version, "another version of escala"),
            (self.results != other.results, "another version of results"),
            (self.scenario != other.scenario, "another scenario, or other edits of it"),
            (files_differ, "other contents of the files that the scenario names"),
            (self.design != other.design || self.cases != other.cases, "another design"),
            (self.replications != other.replications, "another number of replications"),
            (self.seeds != other.seeds, "other seeds"),
        ];
        differences.iter().find(|(differs, _)| *differs).map(|(_, words)| *words)
    }

    /// The manifest of the whole of which these are all shards.
    pub fn joined(shards: &[Manifest]) -> Option<Manifest> {
        let mut whole = shards.first()?.clone();
        whole.shard = None;
        whole.files = shards.iter().flat_map(|shard| shard.files.clone()).collect();
        Some(whole)
    }
}

/// The SHA-256 of a text, in hexadecimal digits.
pub fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
