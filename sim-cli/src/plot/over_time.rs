//! A run over time: load and answers, latency, visits present, utilization and instances, below each other.

use sim_core::report::{Report, SeriesRow, Unit};

use crate::exit::Failure;
use crate::show::number::round_span_of_ms;

use super::axis::{Axis, round_large};
use super::happenings::{bands, marks};
use super::heading::Heading;
use super::lines::of_unit;
use super::palette::{BESIDE, BLUE, INK, ORANGE, SERIES, VERMILLION};
use super::panel::{Band, Kind, Mark, Panel, Shape, Shared};
use super::stack::Stack;

/// The height of a panel in pixels.
const PANEL: i32 = 148;

/// As many ticks as a low panel has room for.
const MOST_TICKS: usize = 7;

/// Latencies further apart than this are shown by their logarithm.
const FAR_APART: f64 = 20.0;

/// More nodes in one panel are not told apart.
const MOST_NODES: usize = SERIES.len() - 1;

/// Lays out what a report tells over time; of several replications, the first.
pub fn over_time(report: &Report) -> Result<Stack, Failure> {
    let rows: Vec<Interval> = intervals(&report.series);
    let end = report.series.last().map_or(report.simulated_s, |row| row.t);
    let mut heading = Heading::of(report, "over time");
    if report.seeds.len() > 1 {
        heading.add("shown is the first of them");
    }
    let nodes = Nodes::of(report);
    if nodes.left_out > 0 {
        heading.add(&format!("the {} fullest nodes", nodes.names.len()));
    }
    let mut shared = Shared {
        x: Axis::time(end),
        x_name: "simulated time".to_owned(),
        bands: bands(&report.actions, end),
        marks: marks(&report.actions),
    };
    if report.warmup_s > 0.0 {
        shared.bands.insert(0, Band { from: 0.0, to: report.warmup_s, colour: INK });
        let label = "warm-up".to_owned();
        shared.marks.insert(0, Mark { at: 0.0, label, colour: None, is_dashed: false });
    }
    let mut panels = vec![requests(&rows), latency(&rows), present(&rows, &nodes)];
    panels.extend(utilization(&rows, &nodes));
    panels.extend(instances(&rows, report));
    Stack::new(heading, shared, panels.into_iter().map(|panel| (PANEL, panel)).collect())
}

/// A row of the series with the middle of its interval, where what was averaged over it is drawn.
struct Interval<'r> {
    middle: f64,
    row: &'r SeriesRow,
}

/// The rows whose interval has a length.
fn intervals(rows: &[SeriesRow]) -> Vec<Interval<'_>> {
    let mut from = 0.0;
    let middle = |row: &'_ SeriesRow| {
        let from = std::mem::replace(&mut from, row.t);
        (row.t > from).then_some((from + row.t) / 2.0)
    };
    let middles: Vec<Option<f64>> = rows.iter().map(middle).collect();
    rows.iter().zip(middles).filter_map(|(row, middle)| Some(Interval { middle: middle?, row })).collect()
}

/// The nodes that are shown, those at which most visits are present, in alphabetical order.
struct Nodes {
    names: Vec<String>,
    left_out: usize,
}

impl Nodes {
    fn of(report: &Report) -> Nodes {
        // A balancer holds what its upstreams hold, and a name holds nothing.
        let holds = |kind: &str| !matches!(kind, "balancer" | "dns");
        let nodes = report.measured.nodes.iter().filter(|(_, node)| holds(node.kind));
        let mut nodes: Vec<(&String, f64)> =
            nodes.map(|(name, node)| (name, node.present.unwrap_or(0.0))).collect();
        nodes.sort_by(|a, b| b.1.total_cmp(&a.1));
        let left_out = nodes.len().saturating_sub(MOST_NODES);
        nodes.truncate(MOST_NODES);
        let mut names: Vec<String> = nodes.into_iter().map(|(name, _)| name.clone()).collect();
        names.sort();
        Nodes { names, left_out }
    }

    /// A line for each, in a colour that is its own in all panels.
    fn lines(&self, kind: Kind, read: impl Fn(&str) -> Vec<(f64, Option<f64>)>) -> Vec<Shape> {
        let line = |(index, name): (usize, &String)| Shape {
            name: name.clone(),
            colour: SERIES[index % SERIES.len()],
            kind,
            points: read(name),
        };
        self.names.iter().enumerate().map(line).collect()
    }
}

fn requests(rows: &[Interval]) -> Panel {
    let line = |name: &str, colour, kind, read: &dyn Fn(&SeriesRow) -> f64| Shape {
        name: name.to_owned(),
        colour,
        kind,
        points: rows.iter().map(|it| (it.middle, Some(read(it.row)))).collect(),
    };
    let mut shapes = Vec::new();
    if rows.iter().any(|it| it.row.failed_rps > 0.0) {
        shapes.push(line("failed", VERMILLION, Kind::Area, &|row| row.failed_rps));
    }
    shapes.push(line("sent", BESIDE, Kind::Line(4.0), &|row| row.offered_rps));
    shapes.push(line("answered", BLUE, Kind::Line(1.75), &|row| row.completed_rps));
    Panel {
        title: "requests a second".to_owned(),
        y: Axis::from_zero(largest(&shapes), &|value| format!("{}/s", round_large(value))),
        shapes,
        notes: Vec::new(),
        if_empty: "the run was too short for a series",
    }
}

fn latency(rows: &[Interval]) -> Panel {
    let line = |name: &str, colour, wide, read: &dyn Fn(&SeriesRow) -> Option<f64>| Shape {
        name: name.to_owned(),
        colour,
        kind: Kind::Line(wide),
        points: rows.iter().map(|it| (it.middle, read(it.row))).collect(),
    };
    // The wider one is seen below the other where both are the same.
    let shapes =
        vec![line("p99", ORANGE, 2.75, &|row| row.p99_ms), line("p50", BLUE, 1.5, &|row| row.p50_ms)];
    let values = shapes.iter().flat_map(|shape| shape.points.iter().filter_map(|(_, value)| *value));
    let smallest = values.filter(|value| *value > 0.0).reduce(f64::min);
    let largest = largest(&shapes);
    let y = match smallest {
        Some(smallest) if largest > FAR_APART * smallest => Axis::of_times(smallest, largest, MOST_TICKS),
        _ => Axis::from_zero(largest, &round_span_of_ms),
    };
    Panel {
        title: "latency of answers".to_owned(),
        y,
        shapes,
        notes: Vec::new(),
        if_empty: "no request was answered",
    }
}

fn present(rows: &[Interval], nodes: &Nodes) -> Panel {
    let read = |name: &str| {
        let count = |row: &SeriesRow| row.present.get(name).map(|count| f64::from(*count));
        rows.iter().map(|it| (it.row.t, count(it.row))).collect()
    };
    let shapes = nodes.lines(Kind::Line(1.75), read);
    Panel {
        title: "visits present, in line and in service".to_owned(),
        y: Axis::count(largest(&shapes)),
        shapes,
        notes: Vec::new(),
        if_empty: "no node holds visits",
    }
}

/// Of the nodes that have a bound on what they do at a time.
fn utilization(rows: &[Interval], nodes: &Nodes) -> Option<Panel> {
    let read =
        |name: &str| rows.iter().map(|it| (it.middle, it.row.utilization.get(name).copied())).collect();
    let mut shapes = nodes.lines(Kind::Line(1.75), read);
    shapes.retain(|shape| shape.points.iter().any(|(_, value)| value.is_some()));
    let y = of_unit(Unit::Share, (0.0, largest(&shapes)), MOST_TICKS);
    let title = "utilization".to_owned();
    (!shapes.is_empty()).then_some(Panel {
        title,
        y,
        shapes,
        notes: Vec::new(),
        if_empty: "nothing was at work",
    })
}

/// Of the nodes that had now more, now fewer of them.
fn instances(rows: &[Interval], report: &Report) -> Option<Panel> {
    let count = |row: &SeriesRow, name: &str| row.instances.get(name).map(|count| f64::from(*count));
    let changes =
        |name: &str| rows.windows(2).any(|pair| count(pair[0].row, name) != count(pair[1].row, name));
    let nodes = Nodes::of(report);
    let read = |name: &str| rows.iter().map(|it| (it.row.t, count(it.row, name))).collect();
    let mut shapes = nodes.lines(Kind::Steps, read);
    shapes.retain(|shape| changes(&shape.name));
    (!shapes.is_empty()).then(|| Panel {
        title: "instances that take calls".to_owned(),
        y: Axis::count(largest(&shapes)),
        shapes,
        notes: Vec::new(),
        if_empty: "",
    })
}

/// The largest value of any shape, or zero.
fn largest(shapes: &[Shape]) -> f64 {
    let values = shapes.iter().flat_map(|shape| shape.points.iter().filter_map(|(_, value)| *value));
    values.fold(0.0, f64::max)
}
