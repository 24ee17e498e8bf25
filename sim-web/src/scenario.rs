//! A scenario that was compiled: what a live run of it plays, and what it is of.

use serde_json::{Value, json};
use sim_core::compile::{Compiled, compile_knowing};
use sim_core::live::{Description, Script};
use sim_core::model::Model;
use sim_core::report::{Findings, NoFindings, Report};
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

impl Scenario {
    fn of(&self, findings: &[u8]) -> Result<(&Model, Report), NoFindings> {
        let (findings, model) = Findings::decode(findings, &self.compiled.models)?;
        Ok((model, Report::of(model, findings)))
    }
}
