//! What is seen of a candidate, replication by replication.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::objective::Objective;
use super::{Limit, Seen};
use crate::experiment::compare::Unusable;
use crate::model::Model;
use crate::report::claim::Claims;
use crate::report::pooled::Pooled;
use crate::report::{Reading, Report};

/// The runs of a candidate so far; no report is kept.
#[derive(Clone, Debug)]
pub struct Look {
    model: Arc<Model>,
    objective: Arc<Objective>,
    limits: Arc<Claims>,
    /// By replication: what it costs, and by how much each limit is kept.
    runs: BTreeMap<u32, (Option<f64>, Vec<Option<f64>>)>,
    pooled: Option<Pooled>,
    /// Whether a bound on requests in flight has ended a run: then there are more than any limit allows for.
    is_flooded: bool,
}

impl Look {
    /// No runs yet of a candidate; `model` is the one at its start.
    pub fn new(model: Arc<Model>, objective: Arc<Objective>, limits: Arc<Claims>) -> Look {
        Look { model, objective, limits, runs: BTreeMap::new(), pooled: None, is_flooded: false }
    }

    /// Adds a run, in any order, unless it is wrong.
    pub fn add(&mut self, replication: u32, report: &Report) -> Result<(), Unusable> {
        match Unusable::check(report) {
            Ok(()) => {}
            Err(Unusable::Stopped("in_flight")) => self.is_flooded = true,
            Err(why) => return Err(why),
        }
        let value = |reading: &Reading| reading.estimate(report).map(|estimate| estimate.value);
        let limits = self.limits.iter().map(|limit| limit.margin(&value).map(|margin| margin.by));
        let cost = self.objective.measured(&report.measured, &value);
        self.runs.insert(replication, (cost, limits.collect()));
        match &mut self.pooled {
            Some(pooled) => pooled.add(report),
            None => self.pooled = Some(Pooled::of(report)),
        }
        Ok(())
    }

    /// How many replications there are.
    pub fn replications(&self) -> u32 {
        self.runs.len() as u32
    }

    /// What they say.
    pub fn seen(&self) -> Seen {
        let costs = self.runs.values().map(|(cost, _)| *cost).collect();
        let value = |reading: &Reading| {
            let measured = self.pooled.as_ref()?.measured(&self.model, reading.span)?;
            reading.metric.value(&measured, &reading.subject)
        };
        let limit = |(number, claim): (usize, &crate::report::claim::Claim)| {
            let each: Option<Vec<f64>> = self.runs.values().map(|(_, margins)| margins[number]).collect();
            let margin = claim.margin(&value).filter(|_| !self.is_flooded)?;
            Some(Limit::new(margin, &each?))
        };
        Seen { costs, limits: self.limits.iter().enumerate().map(limit).collect() }
    }
}
