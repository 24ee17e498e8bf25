//! The table of a sweep as CSV: its head and its rows. Numbers are the shortest that read back to the same value.

use std::fmt::Write;

use sim_core::experiment::tidy::rows;
use sim_core::report::{METRICS, Report};

use crate::csv::field;

/// What tells rows of one run apart and what a reader filters by, before the axes.
const RUN: [(&str, Kind); 4] =
    [("case", Kind::Count), ("replication", Kind::Count), ("seed", Kind::Seed), ("stopped", Kind::Text)];
/// What metrics are asked of, after the axes.
const SUBJECT: [(&str, Kind); 3] = [("scope", Kind::Text), ("subject", Kind::Text), ("part", Kind::Text)];

/// In the column `stopped`: a run that broke a law of queueing.
pub const UNSOUND: &str = "unsound";
/// In the column `stopped`: runs that came to a good end.
pub const WELL_ENDED: [&str; 2] = ["reached", "idle"];

/// What stands in a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A whole number.
    Count,
    /// A seed.
    Seed,
    /// A text.
    Text,
    /// A number, or nothing.
    Number,
}

/// The columns, for these axes.
pub fn columns<'a>(axes: impl Iterator<Item = (&'a str, Kind)>) -> Vec<(&'a str, Kind)> {
    let metrics = METRICS.iter().map(|metric| (metric.name, Kind::Number));
    RUN.into_iter().chain(axes).chain(SUBJECT).chain(metrics).collect()
}

/// The line of names.
pub fn head(columns: &[(&str, Kind)]) -> String {
    let names: Vec<_> = columns.iter().map(|(name, _)| field(name)).collect();
    names.join(",") + "\n"
}

/// How every row of a replication of a case begins; both count from 1.
pub fn beginning(case: u32, replication: u32) -> String {
    format!("{case},{replication},")
}

/// In which way the run of a row ended: the fourth column, before any that may hold a comma.
pub fn stopped(row: &str) -> &str {
    row.split(',').nth(3).unwrap_or_default()
}

/// The rows of one run.
pub fn lines(case: u32, values: &[String], replication: u32, report: &Report) -> String {
    let stopped = match report.limit {
        _ if !report.is_sound() => UNSOUND,
        Some(limit) => limit,
        None => report.stopped,
    };
    let mut start = format!("{}{},{stopped}", beginning(case, replication), report.seed);
    for value in values {
        start.push(',');
        start.push_str(&field(value));
    }
    let mut out = String::new();
    for row in rows(&report.measured) {
        let (place, part) = (row.subject.place.as_deref(), row.subject.part.as_deref());
        let (place, part) = (field(place.unwrap_or_default()), field(part.unwrap_or_default()));
        // Writing to a string cannot fail.
        let _ = write!(out, "{start},{},{place},{part}", row.scope);
        for value in row.values(&report.measured) {
            let _ = match value {
                Some(value) => write!(out, ",{value}"),
                None => write!(out, ","),
            };
        }
        out.push('\n');
    }
    out
}
