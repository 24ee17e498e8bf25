//! The run over time as OpenMetrics text (openmetrics.io, version 1.0): counters, a histogram and gauges with the times of
//! the simulation, for `promtool tsdb create-blocks-from openmetrics` and whatever else reads the format.
//!
//! All points of one metric stand together, in order of time, and metrics of one family too: so the format wants it.

use std::collections::BTreeSet;
use std::fmt::{Display, Write};

use sim_core::report::{Report, SeriesCounts, SeriesRow};
use sim_core::time::{Duration, NANOSECONDS_PER_SECOND, Time};

use crate::trace::EPOCH_S;

/// The text of a report's series.
pub(super) fn text(report: &Report) -> String {
    let mut text = Text { out: String::new(), run: of_run(report) };
    let rows = &report.series;
    text.family("escala_requests", "counter", "", "Requests sent.");
    text.counter("escala_requests_total", "", rows, |counts| counts.offered);
    text.family("escala_responses", "counter", "", "Requests that ended, by how.");
    text.counter("escala_responses_total", "outcome=\"completed\"", rows, |counts| counts.completed);
    text.counter("escala_responses_total", "outcome=\"failed\"", rows, |counts| counts.failed);
    text.family("escala_latency_seconds", "histogram", "seconds", "Latency of answered requests.");
    text.histogram("escala_latency_seconds", rows);
    let nodes = || rows.first().into_iter().flat_map(|row| row.present.keys());
    text.family("escala_visits", "gauge", "", "Visits at a node, at the end of an interval.");
    nodes().for_each(|node| text.gauge("escala_visits", node, rows, |row| row.present.get(node)));
    text.family("escala_instances", "gauge", "", "Instances of a node that take calls.");
    nodes().for_each(|node| text.gauge("escala_instances", node, rows, |row| row.instances.get(node)));
    let name = "escala_utilization_ratio";
    text.family(name, "gauge", "ratio", "Busy time of a node's pool over its capacity in an interval.");
    nodes().for_each(|node| text.gauge(name, node, rows, |row| row.utilization.get(node)));
    text.out.push_str("# EOF\n");
    text.out
}

/// The labels that tell this run from others.
fn of_run(report: &Report) -> String {
    let mut labels = format!("scenario=\"{}\",seed=\"{}\"", escaped(&report.scenario), report.seed);
    if let Some(case) = &report.case {
        labels.push_str(&format!(",case=\"{}\"", escaped(case)));
    }
    labels
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

struct Text {
    out: String,
    run: String,
}

impl Text {
    fn family(&mut self, name: &str, kind: &str, unit: &str, help: &str) {
        let unit = if unit.is_empty() { String::new() } else { format!("# UNIT {name} {unit}\n") };
        self.out.push_str(&format!("# TYPE {name} {kind}\n{unit}# HELP {name} {help}\n"));
    }

    fn point(&mut self, name: &str, label: &str, value: impl Display, at: Time) {
        let comma = if label.is_empty() { "" } else { "," };
        let stamp = seconds(EPOCH_S, at.0);
        // Writing to a string cannot fail.
        let _ = writeln!(self.out, "{name}{{{}{comma}{label}}} {value} {stamp}", self.run);
    }

    fn counter(&mut self, name: &str, label: &str, rows: &[SeriesRow], count: fn(&SeriesCounts) -> u64) {
        let mut sum = 0;
        for SeriesRow { counts, .. } in rows {
            sum += count(counts);
            self.point(name, label, sum, counts.at);
        }
    }

    fn gauge<'r, V: Display + 'r>(
        &mut self,
        name: &str,
        node: &str,
        rows: &'r [SeriesRow],
        read: impl Fn(&'r SeriesRow) -> Option<&'r V>,
    ) {
        let label = format!("node=\"{}\"", escaped(node));
        for row in rows {
            if let Some(value) = read(row) {
                self.point(name, &label, value, row.counts.at);
            }
        }
    }

    /// Counts are cumulated over buckets and over time; each row has every bucket that any of them needs.
    fn histogram(&mut self, name: &str, rows: &[SeriesRow]) {
        let bounds: BTreeSet<Duration> =
            rows.iter().flat_map(|row| row.counts.latencies.iter().map(|(bound, _)| *bound)).collect();
        let bounds: Vec<Duration> = bounds.into_iter().collect();
        let mut sums = vec![0; bounds.len()];
        let name = format!("{name}_bucket");
        for SeriesRow { counts, .. } in rows {
            for (bound, count) in &counts.latencies {
                if let Ok(place) = bounds.binary_search(bound) {
                    sums[place] += count;
                }
            }
            let mut below = 0;
            for (bound, sum) in bounds.iter().zip(&sums) {
                below += sum;
                self.point(&name, &format!("le=\"{}\"", seconds(0, bound.0)), below, counts.at);
            }
            self.point(&name, "le=\"+Inf\"", below, counts.at);
        }
    }
}

/// Seconds, every nanosecond of them, after a number of whole ones.
fn seconds(base: u64, nanoseconds: u64) -> String {
    let (whole, rest) = (nanoseconds / NANOSECONDS_PER_SECOND, nanoseconds % NANOSECONDS_PER_SECOND);
    let text = format!("{}.{rest:09}", base + whole);
    let short = text.trim_end_matches('0');
    if short.ends_with('.') { format!("{short}0") } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_exact_and_have_a_point() {
        assert_eq!(seconds(0, 0), "0.0");
        assert_eq!(seconds(0, 1_536_000), "0.001536");
        assert_eq!(seconds(946_684_800, 2_500_000_000), "946684802.5");
        assert_eq!(seconds(0, 10_000_000_000), "10.0");
    }

    #[test]
    fn labels_are_escaped() {
        assert_eq!(escaped("a\"b\\c\nd"), "a\\\"b\\\\c\\nd");
    }
}
