//! How the latencies of a client are distributed: the share answered within a time, and where the answers lie.

use sim_core::model::Model;
use sim_core::observe::histogram::Histogram;
use sim_core::report::{ClientReport, Report, Unit};

use crate::exit::Failure;
use crate::show::number::{count, percent, round_span_of_ms, span_of_ms};

use super::axis::{Axis, per_cent};
use super::heading::Heading;
use super::lines::of_unit;
use super::palette::{BLUE, INK, ORANGE, SERIES, SKY, VERMILLION};
use super::panel::{Kind, Mark, Panel, Shape, Shared};
use super::stack::Stack;

/// The heights of the panels in pixels.
const SHARES: i32 = 210;
const TAIL: i32 = 190;
const HISTOGRAM: i32 = 170;

/// As many ticks as there is room for below the panels.
const MOST_TICKS: usize = 13;

/// Points of a line, about two for each pixel.
const POINTS: u32 = 1_800;
/// Bars of the histogram.
const BARS: u32 = 90;
/// More classes are not told apart.
const MOST_CLASSES: usize = SERIES.len() - 1;

const NANOSECONDS_PER_MILLISECOND: f64 = 1e6;

/// Lays out the latencies that a client of `model` saw.
pub fn latency(report: &Report, model: &Model, name: &str, client: &ClientReport) -> Result<Stack, Failure> {
    let mut heading = Heading::of(report, &format!("latency seen by {name}"));
    heading.add(&answered(client));
    let objectives = objectives(model, name);
    let x = span(client, &objectives);
    let marks = marks(client, &objectives, &x);
    let shared = Shared { x, x_name: "latency, on a logarithmic axis".to_owned(), bands: Vec::new(), marks };
    let panels = vec![
        (SHARES, shares(client, &shared.x)),
        (TAIL, tail(client, &shared.x)),
        (HISTOGRAM, histogram(&client.latency_ms.histogram, &shared.x)),
    ];
    Stack::new(heading, shared, panels)
}

/// Whose answers are shown, and whose are not.
fn answered(client: &ClientReport) -> String {
    let others = client.offered.saturating_sub(client.completed);
    let of_all = format!("{} of {} requests were answered", count(client.completed), count(client.offered));
    match others {
        0 => of_all,
        _ => format!("{of_all}, the others are not in the picture"),
    }
}

/// The objectives of a client, by the name of the class, or of no class, in milliseconds.
fn objectives(model: &Model, name: &str) -> Vec<(String, f64)> {
    let sources = model.sources.iter().filter(|source| model.nodes[source.node].name == name);
    let classes = sources.flat_map(|source| &source.classes);
    let objective =
        |class: &sim_core::model::Class| Some((class.name.clone(), class.objective?.as_secs_f64() * 1e3));
    let mut objectives: Vec<(String, f64)> = classes.filter_map(objective).collect();
    let first = objectives.first().map(|(_, first)| *first);
    if objectives.len() > 1 && objectives.iter().all(|(_, other)| Some(*other) == first) {
        objectives.truncate(1);
        objectives[0].0.clear();
    }
    objectives
}

/// From the fastest to the slowest answers, with the objectives that are not far beyond.
fn span(client: &ClientReport, objectives: &[(String, f64)]) -> Axis {
    let latency = &client.latency_ms;
    let fastest = latency.histogram.quantile(0.002).map(|value| value as f64 / NANOSECONDS_PER_MILLISECOND);
    let (Some(fastest), Some(slowest)) = (fastest, latency.max) else {
        return Axis::of_times(1.0, 1_000.0, MOST_TICKS);
    };
    let near =
        objectives.iter().map(|(_, objective)| *objective).filter(|objective| *objective < 10.0 * slowest);
    let slowest = near.fold(slowest, f64::max);
    Axis::of_times(fastest, slowest, MOST_TICKS)
}

/// The median, the 99th percentile and the objectives, from left to right.
fn marks(client: &ClientReport, objectives: &[(String, f64)], x: &Axis) -> Vec<Mark> {
    let latency = &client.latency_ms;
    let mut marks = Vec::new();
    let mut mark = |value: Option<f64>, label: String, colour, is_dashed| {
        if let Some(at) = value.filter(|value| x.has(*value)) {
            marks.push(Mark { at, label, colour: Some(colour), is_dashed });
        }
    };
    for (name, value, colour) in [("p50", latency.p50, BLUE), ("p99", latency.p99, ORANGE)] {
        mark(value, format!("{name} {}", value.map(span_of_ms).unwrap_or_default()), colour, false);
    }
    for (class, objective) in objectives {
        let whose = if class.is_empty() { client } else { client.classes.get(class).unwrap_or(client) };
        let within =
            whose.latency_ms.histogram.share_at_most((objective * NANOSECONDS_PER_MILLISECOND) as u64);
        let within = within.map(|share| format!(", met by {}", percent(share))).unwrap_or_default();
        let of = if class.is_empty() { String::new() } else { format!(" of {class}") };
        let label = format!("objective{of} {}{within}", round_span_of_ms(*objective));
        mark(Some(*objective), label, VERMILLION, true);
    }
    marks.sort_by(|a, b| a.at.total_cmp(&b.at));
    marks
}

/// The share of the answers that came within each time, of all and by class.
fn shares(client: &ClientReport, x: &Axis) -> Panel {
    Panel {
        title: "share of the answers within this time".to_owned(),
        y: Axis::share(),
        shapes: lines(client, x, &|within| Some(within)),
        notes: Vec::new(),
        if_empty: "no request was answered",
    }
}

/// The share of the answers that took longer than each time, by its logarithm: the tail, which the share within it hides.
fn tail(client: &ClientReport, x: &Axis) -> Panel {
    // Less than one of them is rounding.
    let least = 0.5 / client.completed.max(1) as f64;
    let mut shapes = lines(client, x, &|within| Some(1.0 - within).filter(|beyond| *beyond > least));
    let seen = shapes.iter().flat_map(|shape| shape.points.iter().filter_map(|(_, beyond)| *beyond));
    let smallest = seen.fold(0.1, f64::min);
    for shape in &mut shapes {
        shape.name.clear();
    }
    Panel {
        title: "share of the answers that took longer, on a logarithmic axis".to_owned(),
        y: Axis::logarithmic((smallest, 1.0), 7, &per_cent),
        shapes,
        notes: Vec::new(),
        if_empty: "no request was answered",
    }
}

/// A line for all and for each class, of something that follows from the share within each time.
fn lines(client: &ClientReport, x: &Axis, of: &dyn Fn(f64) -> Option<f64>) -> Vec<Shape> {
    let line = |name: &str, histogram: &Histogram, colour, wide| {
        let point = |(latency, bound): (f64, u64)| (latency, histogram.share_at_most(bound).and_then(of));
        Shape {
            name: name.to_owned(),
            colour,
            kind: Kind::Line(wide),
            points: along(x, POINTS).map(point).collect(),
        }
    };
    let mut shapes = Vec::new();
    let classes = client.classes.iter().take(MOST_CLASSES).zip(SERIES);
    for ((name, class), colour) in classes {
        shapes.push(line(name, &class.latency_ms.histogram, colour, 1.75));
    }
    let all = if shapes.is_empty() { "" } else { "all" };
    shapes.push(line(all, &client.latency_ms.histogram, INK, 2.25));
    shapes
}

/// The share of the answers in each of many spans of equal ratio.
fn histogram(latencies: &Histogram, x: &Axis) -> Panel {
    let edges: Vec<(f64, u64)> = along(x, BARS).collect();
    let below = |bound: u64| latencies.share_at_most(bound);
    let bars = edges.windows(2).map(|pair| {
        let share = below(pair[1].1).zip(below(pair[0].1)).map(|(to, from)| to - from);
        (pair[0].0, share)
    });
    let mut points: Vec<(f64, Option<f64>)> = bars.collect();
    let largest = points.iter().filter_map(|(_, share)| *share).fold(0.0, f64::max);
    // The right edge of the last bar.
    points.extend(edges.last().map(|(edge, _)| (*edge, (latencies.count() > 0).then_some(0.0))));
    let width = edges.get(1).map_or(0.0, |second| (second.0 / edges[0].0 - 1.0) * 100.0);
    Panel {
        title: format!("share of the answers in spans {width:.0}% wide"),
        y: of_unit(Unit::Share, (0.0, largest), MOST_TICKS),
        shapes: vec![Shape { name: String::new(), colour: SKY, kind: Kind::Bars, points }],
        notes: Vec::new(),
        if_empty: "no request was answered",
    }
}

/// Times from one end of the axis to the other, evenly on it: in milliseconds, and in nanoseconds.
fn along(x: &Axis, parts: u32) -> impl Iterator<Item = (f64, u64)> + '_ {
    (0..=parts).map(move |part| {
        let milliseconds = x.value_at(f64::from(part) / f64::from(parts));
        (milliseconds, (milliseconds * NANOSECONDS_PER_MILLISECOND).round() as u64)
    })
}
