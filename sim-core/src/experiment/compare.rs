//! Which alternative is better, and by how much: paired differences on the same random numbers.
//!
//! Every alternative runs with the same seeds, and draws are keyed by what they are for, so a replication shows all of
//! them the same requests. The differences within replications vary far less than the alternatives do, and the interval
//! of their mean is Student's t (Law 2015, §10.2 and §11.2).

use serde::{Deserialize, Serialize};

use crate::observe::digest::RESULTS;
use crate::report::interval::Estimate;
use crate::report::{Better, Reading, Unit};
use crate::statistics::{PairedDifference, holm, paired_difference_around};

mod question;
mod sample;
mod settings;

pub use question::usual_metrics;
pub use sample::{Sample, Unusable};
pub use settings::{Setting, named_settings};

/// The version of the JSON of a comparison: fields may be added under the same number, not renamed.
pub const SCHEMA: u32 = 1;

/// Of its intervals; and of alternatives that do not differ, no more than the rest are said to.
pub const CONFIDENCE: f64 = 0.95;

/// The most alternatives: all pairs are compared, and nobody reads a longer table.
pub const MOST_ALTERNATIVES: usize = 100;

/// Alternatives, compared by each metric.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Comparison {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The version of results, see [`RESULTS`].
    pub results: u32,
    /// The seeds that every alternative ran with.
    pub seeds: Vec<u64>,
    /// [`CONFIDENCE`].
    pub confidence: f64,
    /// How verdicts are corrected for being several: `holm`, over all alternatives by one metric.
    pub correction: &'static str,
    /// The alternative that all others are compared with.
    pub baseline: String,
    /// All alternatives, the baseline included.
    pub alternatives: Vec<Alternative>,
    /// What is said of them, metric by metric.
    pub metrics: Vec<ByMetric>,
}

/// Something that could be built.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Alternative {
    /// What it is called here.
    pub name: String,
    /// The name of its scenario.
    pub scenario: String,
    /// The case of the scenario.
    pub case: Option<String>,
    /// What was put at which paths to make it.
    pub set: Vec<Setting>,
    /// Clients with more than one percent of their requests unanswered when the runs ended: their percentiles are too
    /// low.
    pub censored: Vec<String>,
    /// How many of its runs a bound on events or simulated time has ended early.
    pub cut_short: u32,
    /// Percentiles asked for whose intervals are too narrow, because each run has too few requests beyond them.
    pub thin: Vec<Thin>,
}

/// A percentile of runs that are too short for it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Thin {
    /// As asked for: `p99(users)`.
    pub metric: String,
    /// How many requests of a run lie beyond it, on average; about 200 are enough.
    pub beyond: f64,
}

/// The alternatives by one metric. Numbers are in base units: seconds, per second, shares of one.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ByMetric {
    /// As asked for: `p99(users)`.
    pub metric: String,
    /// What it is measured in.
    pub unit: Unit,
    /// Which direction is the better one.
    pub better: Better,
    /// What it is, in a sentence.
    pub doc: &'static str,
    /// Of every alternative, in their order.
    pub estimates: Vec<Estimated>,
    /// Every alternative but the baseline against it, in their order.
    pub differences: Vec<Difference>,
    /// All alternatives, the best first.
    pub ranking: Vec<Ranked>,
}

/// A metric of an alternative.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Estimated {
    /// Of which one.
    pub alternative: String,
    /// That of all replications merged, as `run --replications` tells it; of counts and extremes the mean.
    pub value: Option<f64>,
    /// Its 95 % interval, low and high.
    pub interval95: Option<[f64; 2]>,
    /// By replication.
    pub values: Vec<Option<f64>>,
}

/// An alternative against the baseline.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Difference {
    /// Which one.
    pub alternative: String,
    /// Its value minus that of the baseline.
    pub difference: Option<f64>,
    /// The 95 % interval of this difference alone, low and high.
    pub interval95: Option<[f64; 2]>,
    /// The difference as a share of the baseline's value; none where that is zero.
    pub relative: Option<f64>,
    /// The chance of a difference this far from zero if there were none.
    pub p_value: Option<f64>,
    /// The same, corrected for all alternatives by this metric.
    pub p_corrected: Option<f64>,
    /// What that amounts to.
    pub verdict: Verdict,
    /// How many times as many replications independent random numbers would need for an interval as narrow; none where the
    /// difference does not vary.
    pub gain: Option<f64>,
    /// How many replications of each alternative that makes; below zero where the common random numbers cost some.
    pub replications_saved: Option<i64>,
}

/// What a difference amounts to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Better than the baseline.
    Better,
    /// Worse than the baseline.
    Worse,
    /// Higher than the baseline, by a metric of which neither direction is better.
    Higher,
    /// Lower than the baseline, by such a metric.
    Lower,
    /// It may be chance.
    NoDifferenceShown,
    /// Nothing was counted in a replication of one of the two.
    NotMeasured,
}

/// A place in a ranking.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Ranked {
    /// One more than the number of alternatives that are shown to be better, all pairs compared (Holm): those of one
    /// rank cannot be told apart. None where nothing was measured.
    pub rank: Option<u32>,
    /// Which one.
    pub alternative: String,
}

impl Comparison {
    /// Compares samples of the same replications by the same metrics with the one of them at `baseline`.
    pub fn of(samples: &[Sample], readings: &[Reading], baseline: usize, seeds: &[u64]) -> Comparison {
        let alternatives: Vec<Alternative> = samples.iter().map(Sample::summary).collect();
        let by_metric = |(number, reading): (usize, &Reading)| {
            let columns: Vec<Column> = samples.iter().map(|sample| Column::of(sample, number)).collect();
            by_metric(reading, &columns, baseline)
        };
        Comparison {
            schema: SCHEMA,
            results: RESULTS,
            seeds: seeds.to_vec(),
            confidence: CONFIDENCE,
            correction: "holm",
            baseline: alternatives[baseline].name.clone(),
            metrics: readings.iter().enumerate().map(by_metric).collect(),
            alternatives,
        }
    }
}

/// A metric of an alternative over its replications.
struct Column {
    name: String,
    values: Vec<Option<f64>>,
    /// All values, if none is missing.
    known: Option<Vec<f64>>,
    point: Option<f64>,
}

impl Column {
    fn of(sample: &Sample, number: usize) -> Column {
        let values = sample.values(number);
        let known: Option<Vec<f64>> = values.iter().copied().collect();
        // What is missing in one run is missing in the difference.
        let point = known.as_ref().and_then(|known| {
            let mean = known.iter().sum::<f64>() / known.len() as f64;
            if sample.reading(number).metric.is_of_all_runs() { sample.merged(number) } else { Some(mean) }
        });
        Column { name: sample.name().to_owned(), values, known, point }
    }

    fn estimate(&self) -> Estimated {
        let estimate =
            self.point.zip(self.known.as_ref()).map(|(point, known)| Estimate::of_parts(point, known));
        Estimated {
            alternative: self.name.clone(),
            value: self.point,
            interval95: estimate.and_then(|estimate| estimate.interval95()),
            values: self.values.clone(),
        }
    }

    /// This one minus `other`.
    fn minus(&self, other: &Column) -> Option<PairedDifference> {
        let (mine, its) = (self.known.as_ref()?, other.known.as_ref()?);
        paired_difference_around(self.point? - other.point?, mine, its, CONFIDENCE)
    }
}

fn by_metric(reading: &Reading, columns: &[Column], baseline: usize) -> ByMetric {
    let metric = reading.metric;
    ByMetric {
        metric: reading.text.clone(),
        unit: metric.unit,
        better: metric.better,
        doc: metric.doc,
        estimates: columns.iter().map(Column::estimate).collect(),
        differences: differences(columns, baseline, metric.better),
        ranking: ranking(columns, metric.better),
    }
}

/// All against the baseline, their verdicts corrected together.
fn differences(columns: &[Column], baseline: usize, better: Better) -> Vec<Difference> {
    let base = &columns[baseline];
    let others = columns.iter().enumerate().filter(|(number, _)| *number != baseline);
    let found: Vec<_> = others.map(|(_, column)| (column, column.minus(base))).collect();
    let p_values: Vec<f64> = found.iter().filter_map(|(_, paired)| Some(paired.as_ref()?.p_value)).collect();
    let mut corrected = holm(&p_values).into_iter();
    let tell = |(column, paired): (&Column, Option<PairedDifference>)| {
        let point = paired.map(|paired| paired.difference.mean);
        let p_corrected = paired.and_then(|_| corrected.next());
        Difference {
            alternative: column.name.clone(),
            difference: point,
            interval95: paired.map(|paired| [paired.difference.low(), paired.difference.high()]),
            relative: point
                .zip(base.point)
                .filter(|(_, base)| *base != 0.0)
                .map(|(by, base)| by / base.abs()),
            p_value: paired.map(|paired| paired.p_value),
            p_corrected,
            verdict: Verdict::of(point, p_corrected, better),
            gain: paired.and_then(|paired| paired.gain),
            replications_saved: paired
                .and_then(|paired| paired.gain)
                .map(|gain| ((gain - 1.0) * base.values.len() as f64).round() as i64),
        }
    };
    found.into_iter().map(tell).collect()
}

impl Verdict {
    fn of(difference: Option<f64>, p_corrected: Option<f64>, better: Better) -> Verdict {
        let Some((difference, p_value)) = difference.zip(p_corrected) else { return Verdict::NotMeasured };
        if p_value > 1.0 - CONFIDENCE || difference == 0.0 {
            return Verdict::NoDifferenceShown;
        }
        match (better, difference > 0.0) {
            (Better::Less, false) | (Better::More, true) => Verdict::Better,
            (Better::Less, true) | (Better::More, false) => Verdict::Worse,
            (Better::Neither, true) => Verdict::Higher,
            (Better::Neither, false) => Verdict::Lower,
        }
    }
}

/// From the best to the worst, or from the lowest up where no direction is better.
fn ranking(columns: &[Column], better: Better) -> Vec<Ranked> {
    let sign = if better == Better::More { -1.0 } else { 1.0 };
    let mut pairs = Vec::new();
    for (number, one) in columns.iter().enumerate() {
        for (other_number, other) in columns.iter().enumerate().skip(number + 1) {
            if let Some(paired) = one.minus(other) {
                let ahead = if sign * paired.difference.mean < 0.0 { number } else { other_number };
                pairs.push((ahead, number + other_number - ahead, paired.p_value));
            }
        }
    }
    let corrected = holm(&pairs.iter().map(|(_, _, p_value)| *p_value).collect::<Vec<_>>());
    let mut ahead_of = vec![0u32; columns.len()];
    for ((_, behind, _), p_value) in pairs.iter().zip(corrected) {
        ahead_of[*behind] += u32::from(p_value <= 1.0 - CONFIDENCE);
    }
    let mut order: Vec<usize> = (0..columns.len()).collect();
    let place = |number: usize| columns[number].point.map_or(f64::INFINITY, |point| sign * point);
    order.sort_by(|&a, &b| place(a).total_cmp(&place(b)));
    let ranked = |number: usize| Ranked {
        rank: columns[number].point.map(|_| ahead_of[number] + 1),
        alternative: columns[number].name.clone(),
    };
    order.into_iter().map(ranked).collect()
}

#[cfg(test)]
mod tests;
