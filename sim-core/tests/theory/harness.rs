//! Judges a case: every metric is measured and compared, a failing one once more with a second seed.
//!
//! Seeds are hashes of the names of cases, so that nobody picks one.

use sim_core::random::hash_name;

use crate::reference::{self, Case, Metric, Tolerance};
use crate::run::Run;
use crate::table::{self, Row};

/// Tests of a module and the list of the cases they cover.
macro_rules! cases {
    ($($test:ident: $id:literal => $measure:expr;)*) => {
        /// The cases that are tested here.
        pub const COVERED: &[&str] = &[$($id),*];
        $(
            #[test]
            fn $test() {
                $crate::harness::judge($id, $measure);
            }
        )*
    };
}

/// One measurement of a case.
pub struct Trial {
    pub seed: u64,
}

impl Trial {
    pub fn new(name: &str, attempt: u32) -> Trial {
        Trial { seed: hash_name(&format!("{name} {attempt}")) }
    }

    /// A seed for the replication of this number.
    pub fn replication(&self, number: u64) -> u64 {
        sim_core::random::mix(self.seed ^ sim_core::random::mix(number))
    }
}

/// What was found out about a metric.
enum Finding {
    /// Simulated, from so many observations.
    Measured { value: f64, count: f64 },
    /// Not simulated: why, and what the closed form here gives.
    Reference { value: Option<f64>, why: &'static str },
    /// Simulated, and on the right side of a bound or not.
    Bound { value: f64, holds: bool },
}

/// What was found out about a case.
#[derive(Default)]
pub struct Findings {
    list: Vec<(String, Finding)>,
    run: Option<Run>,
}

impl Findings {
    pub fn new() -> Findings {
        Findings::default()
    }

    /// Metrics that nobody mentions are those of this run, by their usual names.
    pub fn of(run: Run) -> Findings {
        Findings { list: Vec::new(), run: Some(run) }
    }

    pub fn measured(&mut self, metric: impl Into<String>, value: f64, count: impl Into<f64>) -> &mut Self {
        self.list.push((metric.into(), Finding::Measured { value, count: count.into() }));
        self
    }

    /// A count or a time that chance does not touch.
    pub fn exact(&mut self, metric: impl Into<String>, value: f64) -> &mut Self {
        self.measured(metric, value, 1.0)
    }

    /// A metric that cannot be simulated; `value` is what a closed form of this crate gives for it.
    pub fn reference(&mut self, metric: &str, value: Option<f64>, why: &'static str) -> &mut Self {
        self.list.push((metric.to_owned(), Finding::Reference { value, why }));
        self
    }

    pub fn bound(&mut self, metric: &str, value: f64, holds: bool) -> &mut Self {
        self.list.push((metric.to_owned(), Finding::Bound { value, holds }));
        self
    }

    fn take(&mut self, metric: &str) -> Option<Finding> {
        let place = self.list.iter().position(|(name, _)| name == metric)?;
        Some(self.list.swap_remove(place).1)
    }
}

/// Measures the case called `id` and fails if a metric is wrong twice in the same direction.
pub fn judge(id: &str, measure: impl Fn(&Trial) -> Findings) {
    let case = reference::case(id);
    let mut rows = compare(&case, measure(&Trial::new(id, 0)));
    if rows.iter().any(Row::is_off) {
        let again = compare(&case, measure(&Trial::new(id, 1)));
        for (row, again) in rows.iter_mut().zip(again) {
            if row.is_off() {
                row.second = Some(Box::new(again));
            }
        }
    }
    let failures: Vec<String> = rows.iter().filter(|row| row.fails()).map(Row::sentence).collect();
    table::add(rows);
    assert!(failures.is_empty(), "{id}\n{}", failures.join("\n"));
}

fn compare(case: &Case, mut findings: Findings) -> Vec<Row> {
    let rows = case.metrics.iter().map(|metric| {
        let run = findings.run.as_ref();
        let standard = || {
            let run = run?;
            Some(Finding::Measured { value: run.metric(&metric.name)?, count: run.offered() as f64 })
        };
        let standard = standard();
        let finding = findings.take(&metric.name).or(standard);
        let finding = finding.unwrap_or_else(|| panic!("{}: `{}` is not measured", case.id, metric.name));
        row(case, metric, finding)
    });
    let rows = rows.collect();
    let rest: Vec<_> = findings.list.iter().map(|(name, _)| name).collect();
    assert!(rest.is_empty(), "{} has no {rest:?}", case.id);
    rows
}

fn row(case: &Case, metric: &Metric, finding: Finding) -> Row {
    let expected = metric.value;
    let mut row = Row {
        case: case.id.clone(),
        metric: metric.name.clone(),
        expected,
        measured: None,
        count: None,
        distance: 0.0,
        score: None,
        scale: String::new(),
        note: None,
        second: None,
    };
    match finding {
        Finding::Measured { value, count } => {
            row.measured = Some(value);
            row.count = (count > 1.0).then_some(count);
            row.compare(metric, value, count);
        }
        Finding::Reference { value, why } => {
            row.note = Some(why);
            row.measured = value;
            if let Some(value) = value {
                row.compare(metric, value, 1e6);
            }
        }
        Finding::Bound { value, holds } => {
            row.measured = Some(value);
            row.scale = "bound".to_owned();
            row.distance = if holds { 0.0 } else { f64::INFINITY };
        }
    }
    row
}

impl Row {
    fn compare(&mut self, metric: &Metric, value: f64, count: f64) {
        let Some(expected) = metric.value else { return };
        let Some(bound) = metric.tolerance.bound(expected, count) else {
            self.scale = "reference".to_owned();
            return;
        };
        let difference = value - expected;
        self.distance = if difference == 0.0 { 0.0 } else { difference / bound };
        self.scale = match metric.tolerance {
            Tolerance::StandardErrors(_) | Tolerance::OfDispersion => {
                let score = 4.0 * self.distance;
                // What has no spread says nothing about the spread of scores.
                self.score = (metric.tolerance != Tolerance::StandardErrors(0.0)).then_some(score);
                format!("z = {score:.2}")
            }
            Tolerance::Absolute(0.0) => "exact".to_owned(),
            Tolerance::Absolute(bound) if bound < 1e-3 => format!("{:.2} of ± {bound:e}", self.distance),
            Tolerance::Absolute(bound) => format!("{:.2} of ± {bound:.3}", self.distance),
            Tolerance::Relative(share) => format!("{:.2} of ± {:.1} %", self.distance, share * 100.0),
            Tolerance::None => String::new(),
        };
    }
}
