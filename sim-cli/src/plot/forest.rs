//! A forest plot: how far each alternative is from the baseline, with its interval, about a line where nothing differs.

use plotters::element::{Circle, PathElement};
use plotters::style::{Color, RGBColor};
use plotters_backend::text_anchor::{HPos, Pos, VPos};
use sim_core::report::Unit;

use crate::exit::Failure;
use crate::show::number::{difference_in_unit, three};

use super::axis::{Axis, ROOM, round_difference};
use super::heading::{HEIGHT, Heading, MARGIN};
use super::page::{Area, Drawn, Picture, bold, fitted, px, words};
use super::palette::{AXIS, BLUE, FAINT, GRID, INK, PAPER, VERMILLION};
use super::panel::stroke;

/// In pixels: the picture, where the drawing begins and ends, and where the columns of numbers and words are.
const WIDTH: i32 = 1_000;
const FROM: i32 = 250;
const TO: i32 = 650;
const DIFFERENCE: i32 = 745;
const RELATIVE: i32 = 820;
const VERDICT: i32 = 840;

/// The heights of a title, of a row, and of the labels below, in pixels.
const TITLE: i32 = 28;
const ROW: i32 = 24;
const BELOW: i32 = 40;

/// Alternatives against a baseline, by several metrics.
#[derive(Clone, PartialEq, Debug)]
pub struct Forest {
    /// Of what it is.
    pub heading: Heading,
    /// By metric.
    pub blocks: Vec<Block>,
}

/// Alternatives by one metric.
#[derive(Clone, PartialEq, Debug)]
pub struct Block {
    /// The metric and the value of the baseline.
    pub title: String,
    /// What differences are measured in.
    pub unit: Unit,
    /// What is said below the axis of its left and its right side.
    pub sides: Option<[&'static str; 2]>,
    /// The alternatives.
    pub rows: Vec<Row>,
}

/// An alternative by a metric, in base units.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// What it is called.
    pub name: String,
    /// Its value minus that of the baseline.
    pub difference: Option<f64>,
    /// The 95 % interval of the difference, low and high.
    pub interval: Option<[f64; 2]>,
    /// The difference as a share of the baseline.
    pub relative: Option<f64>,
    /// What that amounts to.
    pub verdict: Verdict,
}

/// What a difference amounts to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It is shown to be this much better.
    Better,
    /// It is shown to be worse.
    Worse,
    /// It is shown to differ, by a metric of which neither direction is better: this is the word for it.
    Different(&'static str),
    /// It may be chance.
    NoDifferenceShown,
    /// Nothing was counted.
    NotMeasured,
}

impl Verdict {
    fn words(self) -> &'static str {
        match self {
            Verdict::Better => "better",
            Verdict::Worse => "worse",
            Verdict::Different(word) => word,
            Verdict::NoDifferenceShown => "no difference shown",
            Verdict::NotMeasured => "not measured",
        }
    }

    fn colour(self) -> RGBColor {
        match self {
            Verdict::Better => BLUE,
            Verdict::Worse => VERMILLION,
            Verdict::Different(_) => INK,
            Verdict::NoDifferenceShown | Verdict::NotMeasured => FAINT,
        }
    }
}

impl Block {
    fn height(&self) -> i32 {
        TITLE + ROW * self.rows.len() as i32 + BELOW
    }

    /// Of all differences and their intervals, with zero.
    fn axis(&self) -> Axis {
        let ends = self.rows.iter().flat_map(|row| {
            let interval = row.interval.into_iter().flatten();
            row.difference.into_iter().chain(interval)
        });
        let (low, high) = ends.fold((0.0_f64, 0.0_f64), |(low, high), end| (low.min(end), high.max(end)));
        let unit = self.unit;
        let mut axis = Axis::between((low, high), ROOM, &|at| round_difference(at, unit));
        // Where nothing differs at all, there is no scale.
        axis.ticks.retain(|(at, _)| low < high || *at == 0.0);
        axis
    }

    fn draw(&self, area: &Area) -> Drawn {
        let x = self.axis();
        let place = |value: f64| px(FROM) + (x.share_of(value) * f64::from(px(TO - FROM))) as i32;
        let (top, bottom) = (TITLE, TITLE + ROW * self.rows.len() as i32);
        let left = Pos::new(HPos::Left, VPos::Bottom);
        area.draw_text(&self.title, &bold(12.0, INK).pos(left), (px(MARGIN), px(TITLE - 8)))?;
        let below = words(11.0, FAINT).pos(Pos::new(HPos::Center, VPos::Top));
        for (at, label) in &x.ticks {
            let line = vec![(place(*at), px(top)), (place(*at), px(bottom))];
            area.draw(&PathElement::new(line, stroke(GRID, 1.0)))?;
            area.draw_text(label, &below, (place(*at), px(bottom + 4)))?;
        }
        let zero = vec![(place(0.0), px(top)), (place(0.0), px(bottom))];
        area.draw(&PathElement::new(zero, stroke(AXIS, 1.5)))?;
        if let Some([low, high]) = self.sides {
            let y = px(bottom + 19);
            area.draw_text(&format!("← {low}"), &words(11.0, FAINT), (px(FROM), y))?;
            let right = words(11.0, FAINT).pos(Pos::new(HPos::Right, VPos::Top));
            area.draw_text(&format!("{high} →"), &right, (px(TO), y))?;
        }
        for (number, row) in self.rows.iter().enumerate() {
            row.draw(area, px(top + ROW * number as i32 + ROW / 2), self.unit, &place)?;
        }
        Ok(())
    }
}

impl Row {
    fn draw(&self, area: &Area, middle: i32, unit: Unit, place: &dyn Fn(f64) -> i32) -> Drawn {
        let colour = self.verdict.colour();
        let base = middle + px(5);
        let (left, right) = (Pos::new(HPos::Left, VPos::Bottom), Pos::new(HPos::Right, VPos::Bottom));
        let style = words(12.0, INK).pos(left);
        area.draw_text(&fitted(&self.name, &style, FROM - MARGIN - 12)?, &style, (px(MARGIN), base))?;
        if let Some([low, high]) = self.interval {
            for line in [
                vec![(place(low), middle), (place(high), middle)],
                vec![(place(low), middle - px(4)), (place(low), middle + px(4))],
                vec![(place(high), middle - px(4)), (place(high), middle + px(4))],
            ] {
                area.draw(&PathElement::new(line, stroke(colour, 1.75)))?;
            }
        }
        if let Some(difference) = self.difference {
            area.draw(&Circle::new((place(difference), middle), px(5), colour.filled()))?;
            if self.verdict == Verdict::NoDifferenceShown {
                // Hollow, for those who do not see the colour.
                area.draw(&Circle::new((place(difference), middle), px(3), PAPER.filled()))?;
            }
            let number = words(12.0, INK).pos(right);
            area.draw_text(&difference_in_unit(difference, unit), &number, (px(DIFFERENCE), base))?;
        }
        if let Some(relative) = self.relative {
            let text = format!("{}{}%", if relative > 0.0 { "+" } else { "" }, three(relative * 100.0));
            area.draw_text(&text, &words(12.0, FAINT).pos(right), (px(RELATIVE), base))?;
        }
        area.draw_text(self.verdict.words(), &bold(12.0, colour).pos(left), (px(VERDICT), base))
    }
}

impl Forest {
    /// Whether there is anything to draw.
    pub fn check(self) -> Result<Forest, Failure> {
        if self.blocks.iter().all(|block| block.rows.is_empty()) {
            return Err(Failure::usage("this comparison compares nothing with its baseline"));
        }
        Ok(self)
    }
}

impl Picture for Forest {
    fn title(&self) -> String {
        self.heading.spoken()
    }

    fn size(&self) -> (u32, u32) {
        let blocks: i32 = self.blocks.iter().map(Block::height).sum();
        (WIDTH as u32, (HEIGHT + 4 + blocks) as u32)
    }

    fn draw(&self, page: &Area) -> Drawn {
        let (_, mut rest) = self.heading.draw(page)?.split_vertically(px(4));
        for block in &self.blocks {
            let (own, below) = rest.split_vertically(px(block.height()));
            block.draw(&own)?;
            rest = below;
        }
        Ok(())
    }
}
