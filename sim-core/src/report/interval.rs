//! How sure a report is of its numbers: standard errors and 95 % intervals, from batches of one run or from replications.

use crate::statistics::{standard_error_around, student_t_quantile};

use super::Report;
use super::measured::Measured;
use super::metric::{METRICS, Metric, Subject};
use super::watch::Span;

/// Fewer batches of one run do not tell how it is correlated.
const LEAST_BATCHES: usize = 10;

/// Fewer replications do not tell a spread.
const LEAST_REPLICATIONS: usize = 2;

/// A number and how sure it is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Estimate {
    /// The number, in base units.
    pub value: f64,
    /// Its standard error; none for counts and where there is too little to tell.
    pub error: Option<f64>,
    /// The degrees of freedom of the error.
    pub freedom: f64,
}

impl Estimate {
    /// A number without chance.
    pub fn exact(value: f64) -> Estimate {
        Estimate { value, error: None, freedom: f64::INFINITY }
    }

    /// A number with the spread of the parts that it was taken from, such as replications, around it.
    pub fn of_parts(value: f64, parts: &[f64]) -> Estimate {
        Estimate { value, error: standard_error_around(value, parts), freedom: parts.len() as f64 - 1.0 }
    }

    /// The 95 % interval.
    pub fn interval95(&self) -> Option<[f64; 2]> {
        let half = self.error? * student_t_quantile(0.975, self.freedom);
        Some([self.value - half, self.value + half])
    }
}

impl Report {
    /// A metric of something over a span of the run; `None` if nothing was counted, or the run did not get there.
    pub fn estimate(&self, metric: &Metric, subject: &Subject, span: Span) -> Option<Estimate> {
        let (measured, parts) = match span {
            Span::WHOLE => (&self.measured, &self.parts),
            span => {
                let watched = self.spans.get(&span)?;
                (&watched.measured, &watched.parts)
            }
        };
        let value = metric.value(measured, subject)?;
        let estimate = self.spread(metric, subject, value, parts);
        Some(estimate.unwrap_or(Estimate::exact(value)))
    }

    fn spread(&self, metric: &Metric, subject: &Subject, value: f64, parts: &[Measured]) -> Option<Estimate> {
        if !metric.is_of_all_runs() {
            return None;
        }
        let values: Vec<f64> = parts.iter().filter_map(|part| metric.value(part, subject)).collect();
        let least = if self.seeds.is_empty() { LEAST_BATCHES } else { LEAST_REPLICATIONS };
        // A part in which nothing was counted says that the parts are too short.
        if values.len() < least || values.len() < parts.len() {
            return None;
        }
        Some(Estimate::of_parts(value, &values))
    }

    /// Fills in [`Report::interval95`].
    pub(crate) fn add_intervals(&mut self) {
        let mut found = Vec::new();
        for (name, client) in &self.measured.clients {
            let whole = (Subject::place(name), format!("clients.{name}"));
            let classes = client.classes.keys().map(|class| {
                let subject = Subject { place: Some(name.clone()), part: Some(class.clone()) };
                (subject, format!("clients.{name}.classes.{class}"))
            });
            found.extend(std::iter::once(whole).chain(classes).map(|place| (place, CLIENT_PATHS)));
        }
        for name in self.measured.nodes.keys() {
            found.push(((Subject::place(name), format!("nodes.{name}")), NODE_PATHS));
        }
        for ((subject, prefix), paths) in found {
            for (metric, path, scale) in paths {
                let metric = METRICS.iter().find(|row| row.name == *metric);
                let estimate = metric.and_then(|metric| self.estimate(metric, &subject, Span::WHOLE));
                if let Some([low, high]) = estimate.and_then(|estimate| estimate.interval95()) {
                    self.interval95.insert(format!("{prefix}.{path}"), [low * scale, high * scale]);
                }
            }
        }
    }
}

/// Metrics with intervals, where they stand in the report, and the factor between their units.
type Paths = &'static [(&'static str, &'static str, f64)];

const CLIENT_PATHS: Paths = &[
    ("mean", "latency_ms.mean", 1e3),
    ("p50", "latency_ms.p50", 1e3),
    ("p90", "latency_ms.p90", 1e3),
    ("p95", "latency_ms.p95", 1e3),
    ("p99", "latency_ms.p99", 1e3),
    ("p999", "latency_ms.p999", 1e3),
    ("throughput", "throughput_rps", 1.0),
    ("goodput", "goodput_rps", 1.0),
    ("error_rate", "error_rate", 1.0),
];

const NODE_PATHS: Paths = &[
    ("utilization", "utilization", 1.0),
    ("present", "present", 1.0),
    ("queue_mean", "queue.mean", 1.0),
    ("mean", "latency_ms.mean", 1e3),
    ("hit_ratio", "cache.hit_ratio", 1.0),
    ("lock_wait_mean", "locks.wait_ms.mean", 1e3),
];
