//! What is told about a run: one value that the terminal, JSON, CSV and the browser all print from.
//!
//! ## Invariant: the report knows what was counted and nothing else
//! It is computed from the counters of a run after the fact, so asking for it changes no result.

use serde::Serialize;

use crate::engine::{Engine, Limit, Stop};
use crate::model::Model;
use crate::model::traffic::traffic;
use crate::observe::digest::RESULTS;
use crate::observe::tally::{Action, LogEntry, Struck};
use crate::sorted::Map;

pub mod bottleneck;
pub mod claim;
mod counters;
mod findings;
pub mod interval;
pub mod measured;
pub mod merge;
pub mod metric;
pub mod pooled;
pub mod run;
pub mod series;
pub mod spent;
pub mod theory;
pub mod watch;

pub use bottleneck::{Bottleneck, Saturation};
pub use claim::{Claims, Names, Reading};
use counters::Counters;
pub(crate) use counters::UNLIMITED;
pub use findings::{Findings, NoFindings, digest};
pub use measured::{
    CacheReport, ClientReport, InstanceReport, InstancesReport, LatencyReport, LockReport, Measured, NodeNow,
    NodeReport, PoolReport, QueueReport, WaitReport,
};
pub use merge::Merge;
pub use metric::{Better, METRICS, Metric, Scope, Subject, Unit};
pub use pooled::Pooled;
pub use series::{SeriesCounts, SeriesRow};
use spent::Spent;
pub use spent::{HopReport, NodeSpent, SlowReport, SpentReport};
use watch::Watched;
pub use watch::{Seen, Span, Watch};

/// The version of the JSON report: fields may be added under the same number, not renamed.
pub const SCHEMA: u32 = 1;

/// Everything a run has to tell. Its JSON form is a contract with those who read it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The version of results, see [`RESULTS`].
    pub results: u32,
    /// The name of the scenario.
    pub scenario: String,
    /// The case of the scenario, where one was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// The seed of all draws.
    pub seed: u64,
    /// The seeds of all replications, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub seeds: Vec<u64>,
    /// The digest of every request's fate; absent unless the run came to an end that is the same everywhere.
    pub digest: Option<String>,
    /// Simulated seconds.
    pub simulated_s: f64,
    /// When measuring started.
    pub warmup_s: f64,
    /// Model events.
    pub events: u64,
    /// Seconds on the clock on the wall; whoever has a clock sets it.
    pub wall_s: f64,
    /// `reached`, `idle` or `limit`; `running` before the end.
    pub stopped: &'static str,
    /// Which bound stopped the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<&'static str>,
    /// What was measured.
    #[serde(flatten)]
    pub measured: Measured,
    /// By the path of a number in this report: its 95 % interval, low and high.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub interval95: Map<String, [f64; 2]>,
    /// Closed forms beside the simulation, wherever a node meets their assumptions.
    pub theory: Vec<TheoryRow>,
    /// What saturates first.
    pub bottleneck: Option<Bottleneck>,
    /// The claims of the scenario and whether they hold; whoever checks them sets them.
    pub expect: Vec<ClaimResult>,
    /// What scaled and what broke, in order.
    pub actions: Vec<ActionReport>,
    /// By client and percentile: where requests around it spent their time; where it was asked for.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub spent: Map<String, Map<&'static str, SpentReport>>,
    /// The slowest requests, the slowest first; as many as were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub slowest: Vec<SlowReport>,
    /// Laws that do not hold: the run is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<String>,
    /// The run over time; printed on request only.
    #[serde(skip)]
    pub series: Vec<SeriesRow>,
    /// How many models were in force, one after another.
    #[serde(skip)]
    pub(crate) variants: u64,
    /// What the measurement was computed from, to be added to that of other seeds.
    #[serde(skip)]
    pub(crate) counters: Counters,
    /// The same over consecutive parts of the run, or by replication.
    #[serde(skip)]
    pub(crate) parts: Vec<Measured>,
    /// What tells where time went, to be added to that of other seeds.
    #[serde(skip)]
    pub(crate) time: Spent,
    /// What was measured in the spans that claims name.
    #[serde(skip)]
    pub(crate) spans: Map<Span, Watched>,
}

/// Something that was done to the system.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ActionReport {
    /// When, in seconds.
    pub t: f64,
    /// The node, the instance such as `app/0`, or the link such as `app->db`.
    pub target: String,
    /// `scaled`; of what a fault struck `broke` and `mended`; of the load of clients `surged` and `calmed`; of a cache
    /// `flushed`.
    pub what: &'static str,
    /// Instances before, if scaled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<u32>,
    /// Instances wanted, if scaled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<u32>,
}

/// A closed form and what the simulation measured.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct TheoryRow {
    /// Where.
    pub node: String,
    /// What: `mean wait`, `mean response`, `hit ratio`, …
    pub quantity: &'static str,
    /// What the law gives, in seconds or as a share.
    pub expected: f64,
    /// What was measured, in the same unit.
    pub measured: f64,
    /// What both are measured in.
    pub unit: Unit,
    /// The law, as `M/M/4`.
    pub law: String,
    /// What the law assumes and the node meets.
    pub assumptions: Vec<String>,
}

/// A claim and whether it holds.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ClaimResult {
    /// As written in the scenario.
    pub claim: String,
    /// The measured side of it, with its unit; both sides where both were measured.
    pub value: String,
    /// Whether it holds.
    pub holds: bool,
    /// How far from the edge it is, and why it fails if it does.
    pub why: String,
}

impl Report {
    /// The report of a run, at its end or as it stands.
    pub fn new(engine: &Engine) -> Report {
        let model = engine.model();
        let time = Spent::of(engine);
        Report {
            spent: time.around(model),
            slowest: time.slowest.clone(),
            series: series::rows(engine),
            time,
            ..Report::of(model, Findings::of(engine))
        }
    }

    /// The same of what a run has found, while `model` is in force. It tells neither where time went nor of the run over time.
    pub fn of(model: &Model, findings: Findings) -> Report {
        let Findings { stop, counters, variants, .. } = findings;
        let measured = Measured::of(model, &counters);
        // Before the end there is no steady state to compare, and whoever watches asks often.
        let (theory, bottleneck) = match stop {
            Some(_) => {
                let rows = theory::rows(model, variants, &measured);
                (rows, bottleneck::of(model, &traffic(model), &measured))
            }
            None => (Vec::new(), None),
        };
        let limit = match stop {
            Some(Stop::Limit(limit)) => Some(limit),
            Some(Stop::Reached | Stop::Idle) | None => None,
        };
        Report {
            schema: SCHEMA,
            results: RESULTS,
            scenario: model.name.clone(),
            case: None,
            seed: findings.seed,
            seeds: Vec::new(),
            digest: findings.digest,
            simulated_s: findings.now.as_secs_f64(),
            warmup_s: model.run.warmup.as_secs_f64(),
            events: findings.events,
            wall_s: 0.0,
            stopped: match stop {
                None => "running",
                Some(Stop::Reached) => "reached",
                Some(Stop::Idle) => "idle",
                Some(Stop::Limit(_)) => "limit",
            },
            limit: limit.map(Limit::word),
            measured,
            interval95: Map::new(),
            theory,
            bottleneck,
            expect: Vec::new(),
            actions: findings.log.iter().map(|entry| ActionReport::of(model, entry)).collect(),
            spent: Map::new(),
            slowest: Vec::new(),
            violations: findings.violations,
            series: Vec::new(),
            variants,
            counters,
            parts: Vec::new(),
            time: Spent::default(),
            spans: Map::new(),
        }
    }

    /// Closed forms beside what was measured so far, whether the run is over or not; none where the scenario changes, breaks or
    /// scales.
    pub fn theory_so_far(&self, model: &Model) -> Vec<TheoryRow> {
        theory::rows(model, self.variants, &self.measured)
    }

    /// From how many replications, or batches of a single run, intervals come; at least one.
    pub fn part_count(&self) -> usize {
        self.parts.len().max(1)
    }

    /// One report of several runs of `model` that differ only in their seeds, by [`Merge`]. `None` if there is no report.
    pub fn merge(model: &Model, reports: Vec<Report>) -> Option<Report> {
        let mut merge = Merge::default();
        reports.into_iter().for_each(|report| merge.add(report));
        merge.report(model)
    }

    /// Whether every law held.
    pub fn is_sound(&self) -> bool {
        self.violations.is_empty()
    }

    /// The report as JSON, with the rows of the run over time where they are asked for.
    pub fn to_json(&self, with_series: bool) -> serde_json::Value {
        let mut json =
            serde_json::to_value(self).expect("a report has string keys and finite or absent numbers");
        if with_series && let Some(fields) = json.as_object_mut() {
            let rows = serde_json::to_value(&self.series).expect("rows have string keys");
            fields.insert("series".to_owned(), rows);
        }
        json
    }
}

/// What happened since measuring started.
impl ActionReport {
    /// What an entry of a run's log tells.
    pub fn of(model: &Model, entry: &LogEntry) -> ActionReport {
        let name = || model.nodes[entry.node].name.clone();
        let target = |struck: Struck| match struck {
            Struck::Instance(instance) => model.instance_name(instance),
            Struck::Link(link) => model.link_name(link),
            Struck::Load => name(),
        };
        let (target, what, from, to) = match entry.what {
            Action::Scaled { from, to } => (name(), "scaled", Some(from), Some(to)),
            Action::Broke(Struck::Load) => (name(), "surged", None, None),
            Action::Mended(Struck::Load) => (name(), "calmed", None, None),
            Action::Broke(struck) => (target(struck), "broke", None, None),
            Action::Mended(struck) => (target(struck), "mended", None, None),
            Action::Flushed => (name(), "flushed", None, None),
        };
        ActionReport { t: entry.at.as_secs_f64(), target, what, from, to }
    }
}

#[cfg(test)]
mod tests;
