//! The runs of one alternative, each kept as a few numbers and forgotten.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::experiment::replicate::ThinTail;
use crate::model::Model;
use crate::report::{Pooled, Reading, Report, Scope, Span};

use super::{Alternative, Thin};

/// What is known of an alternative: its metrics by replication, and all its runs as one.
#[derive(Clone, Debug)]
pub struct Sample {
    alternative: Alternative,
    model: Arc<Model>,
    readings: Vec<Reading>,
    /// By replication: a value for each reading.
    runs: BTreeMap<u32, Vec<Option<f64>>>,
    pooled: Option<Pooled>,
    cut_short: u32,
}

/// Why a run cannot enter a comparison.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unusable {
    /// A law did not hold: the run is wrong.
    Broken(String),
    /// The clock or the memory of the machine has ended it; the word is that of the report.
    Stopped(&'static str),
}

impl Unusable {
    /// Why a run cannot enter, if it cannot.
    pub(in crate::experiment) fn check(report: &Report) -> Result<(), Unusable> {
        if let Some(violation) = report.violations.first() {
            return Err(Unusable::Broken(violation.clone()));
        }
        match report.digest {
            Some(_) => Ok(()),
            None => Err(Unusable::Stopped(report.limit.unwrap_or(report.stopped))),
        }
    }
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unusable::Broken(violation) => write!(f, "its self-check failed: {violation}"),
            Unusable::Stopped("in_flight") => f.write_str("the bound on requests in flight ended it"),
            Unusable::Stopped("wall_time") => f.write_str("the limit of wall time ended it"),
            Unusable::Stopped(other) => write!(f, "it did not come to an end of its own ({other})"),
        }
    }
}

impl Sample {
    /// No runs yet of an alternative, of which `readings` will be asked. `model` is the one at its start.
    pub fn new(alternative: Alternative, model: Arc<Model>, readings: Vec<Reading>) -> Sample {
        Sample { alternative, model, readings, runs: BTreeMap::new(), pooled: None, cut_short: 0 }
    }

    /// Adds a run, in any order, unless it cannot enter a comparison: another machine would have stopped it elsewhere,
    /// or it is wrong.
    pub fn add(&mut self, replication: u32, report: &Report) -> Result<(), Unusable> {
        Unusable::check(report)?;
        let value = |reading: &Reading| {
            reading.estimate(report).map(|estimate| estimate.value).filter(|value| value.is_finite())
        };
        self.runs.insert(replication, self.readings.iter().map(value).collect());
        self.cut_short += u32::from(report.limit.is_some());
        match &mut self.pooled {
            Some(pooled) => pooled.add(report),
            None => self.pooled = Some(Pooled::of(report)),
        }
        Ok(())
    }

    pub(super) fn name(&self) -> &str {
        &self.alternative.name
    }

    pub(super) fn reading(&self, number: usize) -> &Reading {
        &self.readings[number]
    }

    /// The values of a reading in the order of the replications.
    pub(super) fn values(&self, number: usize) -> Vec<Option<f64>> {
        self.runs.values().map(|values| values[number]).collect()
    }

    /// The value of a reading of all runs merged.
    pub(super) fn merged(&self, number: usize) -> Option<f64> {
        let reading = self.reading(number);
        let measured = self.pooled.as_ref()?.measured(&self.model, reading.span)?;
        reading.metric.value(&measured, &reading.subject)
    }

    /// The alternative, with what its runs say of themselves.
    pub(super) fn summary(&self) -> Alternative {
        let measured = self.pooled.as_ref().and_then(|pooled| pooled.measured(&self.model, Span::WHOLE));
        let clients = measured.into_iter().flat_map(|measured| measured.clients);
        let censored = clients.filter(|(_, client)| client.censored).map(|(name, _)| name).collect();
        let thin = self.readings.iter().filter_map(|reading| self.thin(reading)).collect();
        Alternative { censored, cut_short: self.cut_short, thin, ..self.alternative.clone() }
    }

    /// Whether a percentile of latency has too few requests beyond it in each run.
    fn thin(&self, reading: &Reading) -> Option<Thin> {
        let percentile = reading.metric.percentile.filter(|_| reading.metric.is_told_of(Scope::Client))?;
        let measured = self.pooled.as_ref()?.measured(&self.model, reading.span)?;
        let place = reading.subject.place.as_ref()?;
        let latency = match (measured.clients.get(place), &reading.subject.part) {
            (Some(client), None) => &client.latency_ms,
            (Some(client), Some(class)) => &client.classes.get(class)?.latency_ms,
            (None, _) => &measured.nodes.get(place)?.latency_ms,
        };
        let answered = latency.histogram.count() as f64 / self.runs.len() as f64;
        let beyond = answered * (1.0 - percentile / 100.0);
        (beyond < ThinTail::ENOUGH).then(|| Thin { metric: reading.text.clone(), beyond })
    }
}
