//! Lines over something that was varied, each value with its 95 % interval as a band, and what theory says dashed.

use plotters::style::RGBColor;
use sim_core::report::Unit;

use crate::show::number::round_span_of_ms;

use super::axis::{Axis, per_cent, round_large};
use super::palette::{BLUE, GREEN, INK, ORANGE, PURPLE, SKY, VERMILLION};
use super::panel::{Kind, Panel, Shape};

/// Values further apart than this are shown by their logarithm.
const FAR_APART: f64 = 20.0;
/// As many ticks as there is room for beside a panel.
const MOST_TICKS: usize = 9;

/// In this order: the first are the furthest apart.
const COLOURS: [RGBColor; MOST_LINES] = [BLUE, ORANGE, GREEN, PURPLE, VERMILLION, SKY];

/// More lines are not told apart.
pub const MOST_LINES: usize = 6;

/// What was measured at a place.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Value {
    /// Along the axis.
    pub at: f64,
    /// In the base unit of the chart; none where nothing was counted.
    pub value: Option<f64>,
    /// Its 95 % interval, low and high.
    pub interval: Option<[f64; 2]>,
}

/// Values that belong together.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    /// In the legend.
    pub name: String,
    /// From left to right.
    pub values: Vec<Value>,
}

/// What closed forms say.
#[derive(Clone, PartialEq, Debug)]
pub struct Theory {
    /// By which law; empty: not in the legend.
    pub law: String,
    /// Along the axis, and in the base unit of the chart.
    pub points: Vec<(f64, f64)>,
}

/// Lines over one axis, in base units.
#[derive(Clone, PartialEq, Debug)]
pub struct Chart {
    /// What is shown.
    pub title: String,
    /// What it is measured in.
    pub unit: Unit,
    /// What was measured, at most [`MOST_LINES`].
    pub lines: Vec<Line>,
    /// Whether the places along the axis are names: then nothing is between them.
    pub are_names: bool,
    /// What is expected.
    pub theory: Vec<Theory>,
}

impl Chart {
    /// As a panel.
    pub fn panel(&self) -> Panel {
        let y = self.axis();
        let factor = factor(self.unit);
        let (mut shapes, mut dots) = (Vec::new(), Vec::new());
        for (line, colour) in self.lines.iter().zip(COLOURS) {
            let bands = if self.are_names { whiskers } else { ribbons };
            shapes.extend(bands(line, colour, &y, factor));
        }
        for (line, colour) in self.lines.iter().zip(COLOURS) {
            let points: Vec<(f64, Option<f64>)> =
                line.values.iter().map(|it| (it.at, it.value.map(|value| value * factor))).collect();
            if self.are_names {
                dots.push(Shape { name: line.name.clone(), colour, kind: Kind::Dots(4.0), points });
                continue;
            }
            dots.push(Shape { name: String::new(), colour, kind: Kind::Dots(2.75), points: points.clone() });
            shapes.push(Shape { name: line.name.clone(), colour, kind: Kind::Line(1.75), points });
        }
        for Theory { law, points } in &self.theory {
            let points = points.iter().map(|(at, value)| (*at, Some(value * factor))).collect();
            shapes.push(Shape { name: law.clone(), colour: INK, kind: Kind::Dashed(1.5), points });
        }
        shapes.extend(dots);
        Panel { title: self.title.clone(), y, shapes, notes: Vec::new(), if_empty: "nothing was measured" }
    }

    /// Of what is measured and how sure it is; theory alone does not stretch it.
    fn axis(&self) -> Axis {
        let values = self.lines.iter().flat_map(|line| &line.values);
        let all = values.filter_map(|it| it.value.map(|value| (value, it.interval)));
        let (mut smallest, mut largest): (f64, f64) = (f64::INFINITY, 0.0);
        for (value, interval) in all {
            smallest = smallest.min(value);
            // A band that few replications make as high as the sky is cut.
            largest = largest.max(interval.map_or(value, |[_, high]| high.min(3.0 * value)));
        }
        of_unit(self.unit, (smallest, largest), MOST_TICKS)
    }
}

/// An axis from zero for what is measured in a unit, or by its logarithm where values are far apart.
pub fn of_unit(unit: Unit, (smallest, largest): (f64, f64), most: usize) -> Axis {
    // Of all there is, a share is best seen from none on.
    if unit != Unit::Share && are_far((smallest, largest), FAR_APART) {
        return logarithmic(unit, (smallest, largest), most);
    }
    let largest = largest * factor(unit);
    match unit {
        Unit::Share if largest > 0.4 => Axis::share(),
        _ => Axis::from_zero(largest, &|value| round(unit, value)),
    }
}

/// An axis just as long as values are apart, with such a share of that as room at both ends; by their logarithm where
/// the largest is more than `apart` times the smallest.
pub fn around(unit: Unit, (smallest, largest): (f64, f64), room: f64, most: usize, apart: f64) -> Axis {
    if are_far((smallest, largest), apart) {
        return logarithmic(unit, (smallest, largest), most);
    }
    Axis::between((smallest * factor(unit), largest * factor(unit)), room, &|value| round(unit, value))
}

fn are_far((smallest, largest): (f64, f64), apart: f64) -> bool {
    smallest > 0.0 && largest > apart * smallest
}

fn logarithmic(unit: Unit, (smallest, largest): (f64, f64), most: usize) -> Axis {
    let (smallest, largest) = (smallest * factor(unit), largest * factor(unit));
    if unit == Unit::Time {
        return Axis::of_times(smallest, largest, most);
    }
    Axis::logarithmic((smallest, largest), most, &|value| round(unit, value))
}

/// A round value on an axis.
fn round(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Time => round_span_of_ms(value),
        Unit::Share => per_cent(value),
        Unit::Rate => per_second(value),
        Unit::TimeSquared | Unit::Count | Unit::Number => round_large(value),
    }
}

/// A rate that is a round number.
pub fn per_second(value: f64) -> String {
    format!("{}/s", round_large(value))
}

/// What a value in base units is multiplied by on an axis: times are in milliseconds there.
pub fn factor(unit: Unit) -> f64 {
    if unit == Unit::Time { 1e3 } else { 1.0 }
}

/// The interval of each value as a line of its own.
fn whiskers(line: &Line, colour: RGBColor, y: &Axis, factor: f64) -> Vec<Shape> {
    let whisker = |value: &Value| {
        let ends = value.interval?.map(|end| (value.at, Some((end * factor).clamp(y.from, y.to))));
        Some(Shape { name: String::new(), colour, kind: Kind::Line(1.5), points: ends.to_vec() })
    };
    line.values.iter().filter_map(whisker).collect()
}

/// The band of a line, in pieces where intervals are missing.
fn ribbons(line: &Line, colour: RGBColor, y: &Axis, factor: f64) -> Vec<Shape> {
    let mut pieces: Vec<Vec<(f64, [f64; 2])>> = vec![Vec::new()];
    for Value { at, interval, .. } in &line.values {
        match (interval, pieces.last_mut()) {
            (Some(interval), Some(piece)) => {
                piece.push((*at, interval.map(|end| (end * factor).clamp(y.from, y.to))));
            }
            _ => pieces.push(Vec::new()),
        }
    }
    pieces.retain(|piece| piece.len() > 1);
    let outline = |piece: Vec<(f64, [f64; 2])>| {
        let upper = piece.iter().map(|(at, [_, high])| (*at, Some(*high)));
        let lower = piece.iter().rev().map(|(at, [low, _])| (*at, Some(*low)));
        Shape { name: String::new(), colour, kind: Kind::Ribbon, points: upper.chain(lower).collect() }
    };
    pieces.into_iter().map(outline).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A place, the value there, and its interval.
    type Known = (f64, Option<f64>, Option<[f64; 2]>);

    fn line(values: &[Known]) -> Line {
        let values =
            values.iter().map(|(at, value, interval)| Value { at: *at, value: *value, interval: *interval });
        Line { name: "mean".to_owned(), values: values.collect() }
    }

    fn chart(unit: Unit, lines: Vec<Line>) -> Chart {
        Chart { title: "latency".to_owned(), unit, are_names: false, lines, theory: Vec::new() }
    }

    #[test]
    fn bands_go_there_and_back_and_stop_where_nothing_is_known() {
        let known = |at: f64| (at, Some(0.02), Some([0.01, 0.03]));
        let line = line(&[known(1.0), known(2.0), (3.0, None, None), known(4.0), known(5.0)]);
        let panel = chart(Unit::Time, vec![line]).panel();
        let bands: Vec<&Shape> = panel.shapes.iter().filter(|shape| shape.kind == Kind::Ribbon).collect();
        assert_eq!(bands.len(), 2);
        let outline = [(1.0, Some(30.0)), (2.0, Some(30.0)), (2.0, Some(10.0)), (1.0, Some(10.0))];
        assert_eq!(bands[0].points, outline);
        // Bands are behind all lines, and only lines are in the legend.
        assert_eq!(panel.shapes.iter().position(|shape| !shape.name.is_empty()), Some(2));
    }

    #[test]
    fn bands_stay_on_the_axis() {
        let wide = (1.0, Some(0.1), Some([-0.5, 9.0]));
        let panel =
            chart(Unit::Time, vec![line(&[(0.0, Some(0.001), None), wide, (2.0, Some(0.1), wide.2)])])
                .panel();
        let band = panel.shapes.iter().find(|shape| shape.kind == Kind::Ribbon).expect("there is one");
        for (_, end) in &band.points {
            assert!(
                end.is_some_and(|end| panel.y.from <= end && end <= panel.y.to),
                "{band:?} {:?}",
                panel.y
            );
        }
        assert!(panel.y.to > 299.0 && panel.y.to < 1_000.0, "three times the value: {:?}", panel.y);
    }

    #[test]
    fn axes_are_labelled_in_the_unit_of_the_metric() {
        for (unit, span, last) in [
            (Unit::Time, (0.010, 0.045), "50ms"),
            (Unit::Time, (0.010, 0.450), "200ms"),
            (Unit::Share, (0.0, 0.9), "100%"),
            (Unit::Share, (0.02, 0.9), "100%"),
            (Unit::Share, (0.0, 0.018), "2%"),
            (Unit::Rate, (0.0, 900.0), "1000/s"),
            (Unit::Count, (1.0, 9.0), "10"),
        ] {
            let axis = of_unit(unit, span, MOST_TICKS);
            assert_eq!(axis.ticks.last().map(|(_, label)| label.as_str()), Some(last), "{axis:?}");
        }
    }
}
