//! Reads what `escala compare --json` has written.

use serde::Deserialize;
use sim_core::experiment::compare::{Alternative, Ranked, SCHEMA, Verdict};
use sim_core::report::{Better, Unit};

use crate::exit::Failure;

/// Alternatives, compared by each metric.
#[derive(Deserialize, Debug)]
pub struct Comparison {
    pub results: u32,
    pub seeds: Vec<u64>,
    pub baseline: String,
    pub alternatives: Vec<Alternative>,
    pub metrics: Vec<ByMetric>,
}

/// The alternatives by one metric.
#[derive(Deserialize, Debug)]
pub struct ByMetric {
    pub metric: String,
    pub unit: Unit,
    pub better: Better,
    pub doc: String,
    pub estimates: Vec<Estimated>,
    pub differences: Vec<Difference>,
    pub ranking: Vec<Ranked>,
}

/// A metric of an alternative.
#[derive(Deserialize, Debug)]
pub struct Estimated {
    pub alternative: String,
    pub value: Option<f64>,
    pub interval95: Option<[f64; 2]>,
}

/// An alternative against the baseline.
#[derive(Deserialize, Debug)]
pub struct Difference {
    pub alternative: String,
    pub difference: Option<f64>,
    pub interval95: Option<[f64; 2]>,
    pub relative: Option<f64>,
    pub verdict: Verdict,
    pub replications_saved: Option<i64>,
}

impl Comparison {
    /// Reads the JSON of a comparison; `name` is that of its file, for messages.
    pub fn read(text: &str, name: &str) -> Result<Comparison, Failure> {
        let none = |error: serde_json::Error| {
            Failure::usage(format!("`{name}` is no comparison: {error}"))
                .with_help("`escala compare --json -o comparison.json` writes one")
        };
        let Versioned { schema } = serde_json::from_str(text).map_err(none)?;
        if schema != SCHEMA {
            let versions = format!("`{name}` has version {schema} of a comparison's JSON");
            let failure = Failure::usage(format!("{versions}, and this escala reads version {SCHEMA}"));
            return Err(failure.with_help("compare again with this escala"));
        }
        serde_json::from_str(text).map_err(none)
    }

    /// What was compared: the names of the scenarios.
    pub fn title(&self) -> String {
        let mut scenarios: Vec<&str> = self.alternatives.iter().map(|it| it.scenario.as_str()).collect();
        scenarios.dedup();
        scenarios.join(", ")
    }
}

/// Whatever else is in it.
#[derive(Deserialize)]
struct Versioned {
    schema: u32,
}
