//! Title and legend of a panel: on one line if there is room, else the legend below in as many as it takes.

use plotters::element::{Circle, DashedPathElement, PathElement, Rectangle};
use plotters::style::Color;
use plotters_backend::text_anchor::{HPos, Pos, VPos};

use crate::exit::Failure;

use super::page::{Area, Drawn, UNITS, bold, px, width_of, words};
use super::palette::INK;
use super::panel::{Kind, LEFT, RIGHT, Shape, fill, stroke, units};

/// The height of the title and of each further line, in pixels.
const TITLE: i32 = 24;
const LINE: i32 = 17;
/// The room for a sample before a name, and the gap after the name.
const SAMPLE: f64 = 26.0;
const GAP: f64 = 16.0;
/// Of titles and names.
const EM_OF_TITLE: f64 = 12.0;
const EM: f64 = 11.0;

/// Where names stand.
#[derive(Clone, PartialEq, Debug)]
pub struct Legend {
    /// By shape that has a name: its number, its line from the title's on, and where its sample begins, in pixels.
    entries: Vec<(usize, i32, f64)>,
    lines: i32,
}

impl Legend {
    /// Of a panel with this title in a picture of this width.
    pub fn new(title: &str, shapes: &[Shape], width: i32) -> Result<Legend, Failure> {
        let title = width_of(title, &bold(EM_OF_TITLE, INK))?;
        let mut named = Vec::new();
        for (number, shape) in shapes.iter().enumerate().filter(|(_, shape)| !shape.name.is_empty()) {
            named.push((number, SAMPLE + width_of(&shape.name, &words(EM, INK))?));
        }
        let (left, right) = (f64::from(LEFT), f64::from(width - RIGHT));
        let all: f64 = named.iter().map(|(_, wide)| wide + GAP).sum::<f64>() - GAP;
        let is_beside = left + title + 2.0 * GAP + all <= right;
        let (mut at, mut line) = if is_beside { (right - all, 0) } else { (left, 1) };
        let mut entries = Vec::new();
        for (number, wide) in named {
            if at > left && at + wide > right {
                (at, line) = (left, line + 1);
            }
            entries.push((number, line, at));
            at += wide + GAP;
        }
        Ok(Legend { lines: entries.last().map_or(0, |(_, line, _)| *line), entries })
    }

    /// How high title and legend are together, in pixels.
    pub fn height(&self) -> i32 {
        TITLE + LINE * self.lines
    }

    /// How much higher than a title alone.
    pub fn extra(&self) -> i32 {
        LINE * self.lines
    }

    /// Draws it.
    pub fn draw(&self, area: &Area, title: &str, shapes: &[Shape]) -> Drawn {
        let base = Pos::new(HPos::Left, VPos::Bottom);
        area.draw_text(title, &bold(EM_OF_TITLE, INK).pos(base), (px(LEFT), px(TITLE - 5)))?;
        for (number, line, at) in &self.entries {
            let shape = &shapes[*number];
            let (left, y) = (units(*at), px(TITLE - 5 + LINE * line));
            sample(area, shape, (left, y))?;
            area.draw_text(&shape.name, &words(EM, INK).pos(base), (left + units(SAMPLE), y))?;
        }
        Ok(())
    }
}

/// How a shape looks, on the line at `y`.
fn sample(area: &Area, shape: &Shape, (left, y): (i32, i32)) -> Drawn {
    let line = vec![(left, y - px(6)), (left + px(20), y - px(6))];
    match shape.kind {
        Kind::Line(wide) => area.draw(&PathElement::new(line, stroke(shape.colour, wide))),
        Kind::Steps => area.draw(&PathElement::new(line, stroke(shape.colour, 2.0))),
        Kind::Dashed(wide) => {
            area.draw(&DashedPathElement::new(line, px(5), px(3), stroke(shape.colour, wide)))
        }
        Kind::Dots(radius) => {
            area.draw(&Circle::new((left + px(10), y - px(6)), units(radius), shape.colour.filled()))
        }
        Kind::Area | Kind::Bars | Kind::Ribbon => area
            .draw(&Rectangle::new([(left, y - px(10)), (left + 20 * UNITS, y - px(2))], fill(shape.colour))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::palette::BLUE;
    use super::*;

    fn legend(title: &str, names: &[&str]) -> Legend {
        let shape = |name: &&str| Shape {
            name: (*name).to_owned(),
            colour: BLUE,
            kind: Kind::Line(2.0),
            points: Vec::new(),
        };
        Legend::new(title, &names.iter().map(shape).collect::<Vec<_>>(), 1_000).expect("the fonts are sound")
    }

    #[test]
    fn a_short_legend_stands_beside_the_title_and_a_long_one_below() {
        let short = legend("latency", &["p99", "", "p50"]);
        assert_eq!(short.extra(), 0);
        assert_eq!(short.entries.iter().map(|(number, ..)| *number).collect::<Vec<_>>(), [0, 2]);
        assert_eq!(legend("nothing is named", &[""]).extra(), 0);
        let name = "instances=4, policy=PowerOf(d: 2), rate=100/s";
        let long = legend("p99(users)", &[name; 6]);
        assert_eq!(long.extra(), 2 * LINE);
        for (_, line, at) in &long.entries {
            assert!((1..=2).contains(line) && *at >= f64::from(LEFT) && *at < 700.0, "{long:?}");
        }
    }
}
