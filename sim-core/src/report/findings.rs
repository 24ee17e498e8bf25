//! What a run has found until now: all that a report is made of, but for the rows over time and where time went.
//!
//! It is small and plain, so that a run can go on in one place and be reported in another.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::engine::{Engine, Limit, Stop};
use crate::model::Model;
use crate::observe::tally::LogEntry;
use crate::time::Time;

use super::counters::{Counters, Depth};

/// What was found.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Findings {
    pub(super) seed: u64,
    /// The position of the model in force, and how many models there are.
    variant: u32,
    pub(super) variants: u64,
    pub(super) now: Time,
    pub(super) events: u64,
    pub(super) stop: Option<Stop>,
    pub(super) digest: Option<String>,
    pub(super) counters: Counters,
    pub(super) log: Vec<LogEntry>,
    /// Laws that do not hold.
    pub(super) violations: Vec<String>,
}

/// Bytes that are no findings of a run of this scenario.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoFindings;

impl fmt::Display for NoFindings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("these are no findings of a run of this scenario")
    }
}

impl std::error::Error for NoFindings {}

impl Findings {
    /// Of a run, at its end or as it stands.
    pub fn of(engine: &Engine) -> Findings {
        let state = engine.state();
        Findings {
            seed: engine.seed(),
            variant: state.variant,
            variants: engine.variants().len() as u64,
            now: state.now,
            events: state.events,
            stop: engine.stopped(),
            digest: digest(engine),
            counters: measured_window(engine),
            log: state.tally.log.clone(),
            violations: engine.check().iter().map(ToString::to_string).collect(),
        }
    }

    /// As bytes, for [`Findings::decode`] of the same version.
    pub fn encode(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("lists have a length")
    }

    /// What was encoded, and which of the scenario's models was in force.
    pub fn decode<'m>(bytes: &[u8], models: &'m [Model]) -> Result<(Findings, &'m Model), NoFindings> {
        let findings: Findings = postcard::from_bytes(bytes).map_err(|_| NoFindings)?;
        let model = findings.model(models).ok_or(NoFindings)?;
        Ok((findings, model))
    }

    /// The model that was in force, if these are the models of the scenario.
    pub(super) fn model<'m>(&self, models: &'m [Model]) -> Option<&'m Model> {
        let model = models.get(self.variant as usize)?;
        (self.variants == models.len() as u64 && self.counters.are_of(model)).then_some(model)
    }
}

/// What was counted since measuring started.
fn measured_window(engine: &Engine) -> Counters {
    let mut now = Counters::now(engine, Depth::Full);
    if engine.stopped() == Some(Stop::Idle) {
        now.clients_at = engine.state().tally.last_ended;
    }
    let start = Counters::at_start(engine).unwrap_or_else(|| now.clone());
    now.since(&start)
}

/// The digest of a run that is over by a bound of its own: where the clock or the memory of a machine ends a run,
/// another machine would have ended it elsewhere.
pub fn digest(engine: &Engine) -> Option<String> {
    match engine.stopped()? {
        Stop::Reached | Stop::Idle | Stop::Limit(Limit::Events | Limit::SimulatedTime) => {}
        Stop::Limit(Limit::WallTime | Limit::InFlight) => return None,
    }
    let tally = &engine.state().tally;
    let mut digest = tally.digest;
    for (id, node) in engine.model().nodes.enumerate() {
        let count = &tally.nodes[id];
        digest.count(node.tag, 0, engine.state().requests(engine.model(), id));
        for (reason, failed) in (1..).zip(count.failed) {
            digest.count(node.tag, reason, failed);
        }
    }
    Some(digest.text())
}
