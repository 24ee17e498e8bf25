//! A scenario that was compiled: what a live run of it plays, and what it is of.

use serde_json::{Value, json};
use sim_core::compile::{Compiled, compile_knowing};
use sim_core::live::{Description, Script};
use sim_core::model::Model;
use sim_core::report::claim::BASE;
use sim_core::report::run::claims;
use sim_core::report::{Claims, Findings, Names, NoFindings, Reading, Report, Seen, Watch};
use sim_core::sorted::Map;
use sim_core::time::{Duration, Time};
use wasm_bindgen::prelude::*;

use crate::text::{failure, known, to_value};

/// A scenario without a mistake.
#[wasm_bindgen]
pub struct Scenario {
    text: String,
    compiled: Compiled,
}

#[wasm_bindgen]
impl Scenario {
    /// Reads and compiles a text; throws all that is wrong with it.
    #[wasm_bindgen(constructor)]
    pub fn new(text: &str) -> Result<Scenario, JsError> {
        match compile_knowing(text, &|_| None, &known()) {
            Ok(compiled) => Ok(Scenario { text: text.to_owned(), compiled }),
            Err(problems) => Err(failure(text, &problems)),
        }
    }

    /// What an arm of `sim-web-live` plays.
    pub fn script(&self) -> Vec<u8> {
        Script::of(&self.compiled).encode()
    }

    /// What the scenario is of, as it is at a time in seconds: `Description` as JSON.
    pub fn description(&self, at: f64) -> String {
        let at = Time::ZERO + Duration::from_secs_f64(at);
        let mut description = to_value(Description::of(&self.text, &self.compiled, at));
        let warnings = sim_core::diagnostic::problems(&self.text, &self.compiled.warnings);
        description["warnings"] = to_value(warnings);
        description.to_string()
    }

    /// The report of what an arm has found, as `escala run --json` prints it.
    pub fn report(&self, findings: &[u8]) -> Result<String, JsError> {
        Ok(self.of(findings)?.1.to_json(false).to_string())
    }

    /// Laws beside what an arm has found: `TheoryLine[]` as JSON.
    pub fn theory(&self, findings: &[u8]) -> Result<String, JsError> {
        let (model, report) = self.of(findings)?;
        let rows = report.theory_so_far(model);
        let lines = rows.iter().map(|row| {
            json!({
                "node": row.node, "law": row.law, "metric": row.quantity, "expected": row.expected,
                "simulated": row.measured, "unit": row.unit, "assumptions": row.assumptions,
            })
        });
        Ok(Value::Array(lines.collect()).to_string())
    }
}

#[wasm_bindgen]
impl Scenario {
    /// How to watch a whole run: in the spans that its claims name, and for intervals; or, of one of several replications, whose
    /// spread says how sure they are, in the spans that metrics such as `p99(users)` name (a list of texts as JSON).
    pub fn watch(&self, metrics: Option<String>) -> Result<Vec<u8>, JsError> {
        let watch = match metrics {
            None => Watch::new(self.claims()?.spans()),
            Some(metrics) => {
                let readings = self.readings(&metrics)?;
                Watch::new(readings.iter().map(|reading| reading.span)).without_batches()
            }
        };
        Ok(watch.encode())
    }

    /// The report of what was seen of a whole run, as `escala run --json` prints it, its claims judged.
    pub fn whole_report(&self, seen: &[u8]) -> Result<String, JsError> {
        let mut report = Seen::report(seen, &self.compiled.models)?;
        report.expect = self.claims()?.check(&Map::from([(BASE.to_owned(), &report)]));
        Ok(report.to_json(false).to_string())
    }

    /// Metrics of a whole run: `{digest, values, censored}` as JSON, a value being `null` where nothing was counted,
    /// and `censored` the clients with so many requests unanswered at the end that their percentiles are too low. A run that cannot
    /// be compared, because a bound on memory stopped it or a law did not hold, throws.
    pub fn measured(&self, seen: &[u8], metrics: &str) -> Result<String, JsError> {
        let report = Seen::report(seen, &self.compiled.models)?;
        if let Some(violation) = report.violations.first() {
            return Err(JsError::new(violation));
        }
        if report.digest.is_none() {
            return Err(JsError::new(&format!("stopped: {}", report.limit.unwrap_or(report.stopped))));
        }
        let value = |reading: &Reading| {
            reading.estimate(&report).map(|estimate| estimate.value).filter(|value| value.is_finite())
        };
        let values: Vec<Option<f64>> = self.readings(metrics)?.iter().map(value).collect();
        let censored: Vec<&String> =
            report.measured.clients.iter().filter(|one| one.1.censored).map(|one| one.0).collect();
        Ok(json!({ "digest": report.digest, "values": values, "censored": censored }).to_string())
    }
}

impl Scenario {
    fn claims(&self) -> Result<Claims, JsError> {
        claims(&self.text, &self.compiled).map_err(|problems| failure(&self.text, &problems))
    }

    fn readings(&self, metrics: &str) -> Result<Vec<Reading>, JsError> {
        let metrics: Vec<String> = serde_json::from_str(metrics)?;
        let names = Names::of(&self.compiled.models[0], []);
        let read =
            |metric: &String| Reading::parse(metric, &names).map_err(|problems| failure(metric, &problems));
        metrics.iter().map(read).collect()
    }

    fn of(&self, findings: &[u8]) -> Result<(&Model, Report), NoFindings> {
        let (findings, model) = Findings::decode(findings, &self.compiled.models)?;
        Ok((model, Report::of(model, findings)))
    }
}
