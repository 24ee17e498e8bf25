//! A heat map: a metric over two axes, each cell with its value, and the scale of colours beside it.

use plotters::element::Rectangle;
use plotters::style::{Color, RGBColor};
use plotters_backend::text_anchor::{HPos, Pos, VPos};
use sim_core::report::Unit;

use crate::exit::Failure;
use crate::show::number::in_unit;

use super::axis::Axis;
use super::heading::{HEIGHT, Heading, MARGIN};
use super::lines::{around, factor};
use super::page::{Area, Drawn, Picture, UNITS, bold, fitted, measured, px, width_of, words};
use super::palette::{FAINT, GRID, INK};

/// In pixels: the picture, the most room for the names of rows, and the scale with its labels.
const WIDTH: i32 = 1_000;
const WIDEST_NAME: i32 = 220;
const SCALE: i32 = 18;
const BESIDE: i32 = 96;
/// What stands above and below the cells.
const ABOVE: i32 = 22;
const BELOW: i32 = 48;
const HIGHEST_CELL: i32 = 48;
const LOWEST_CELL: i32 = 20;
/// The cells together are at most about so high.
const HEIGHT_OF_CELLS: i32 = 420;

/// Colours of values further apart than this go by their logarithm.
const FAR_APART: f64 = 4.0;

/// More cells in a row or column are not told apart.
const MOST: usize = 60;

/// The map cividis, which looks the same to all who see colours differently (Nuñez, Anderton and Renslow 2018), at
/// equal distances.
const CIVIDIS: [RGBColor; 9] = [
    RGBColor(0, 34, 78),
    RGBColor(18, 53, 112),
    RGBColor(59, 73, 108),
    RGBColor(87, 93, 109),
    RGBColor(112, 113, 115),
    RGBColor(138, 134, 120),
    RGBColor(165, 156, 116),
    RGBColor(195, 179, 105),
    RGBColor(254, 232, 56),
];
/// On cells, whose colours are the same on light and dark paper: so these are none of the palette.
const ON_DARK: RGBColor = RGBColor(250, 250, 250);
const ON_LIGHT: RGBColor = RGBColor(20, 20, 20);

/// A metric over two axes.
#[derive(Clone, PartialEq, Debug)]
pub struct Heat {
    heading: Heading,
    unit: Unit,
    across: (String, Vec<String>),
    down: (String, Vec<String>),
    cells: Vec<Vec<Option<f64>>>,
    scale: Axis,
    /// Where the cells begin, in pixels, and the size of one.
    left: i32,
    cell: (f64, i32),
}

impl Heat {
    /// Lays out cells by row and column; an axis is its name and its values.
    pub fn new(
        heading: Heading,
        unit: Unit,
        across: (String, Vec<String>),
        down: (String, Vec<String>),
        cells: Vec<Vec<Option<f64>>>,
    ) -> Result<Heat, Failure> {
        let (columns, rows) = (across.1.len().max(1), down.1.len().max(1));
        if columns > MOST || rows > MOST {
            return Err(Failure::usage(format!("a heat map of {columns} by {rows} cells cannot be read"))
                .with_help(format!("each axis may have {MOST} values")));
        }
        let known = || cells.iter().flatten().copied().flatten();
        let (low, high) = known()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        // The scale is as long as the values are apart.
        let mut scale = around(unit, (low.min(high), high), 0.0, 7, FAR_APART);
        if low < high {
            (scale.from, scale.to) = (low * factor(unit), high * factor(unit));
            let (from, to) = (scale.from, scale.to);
            scale.ticks.retain(|(value, _)| (from..=to).contains(value));
        }
        let mut widest = 0.0_f64;
        for name in &down.1 {
            widest = widest.max(width_of(name, &words(11.0, FAINT))?);
        }
        let left = MARGIN + (widest.ceil() as i32).min(WIDEST_NAME) + 10;
        let wide = f64::from(WIDTH - left - BESIDE) / columns as f64;
        let high = (HEIGHT_OF_CELLS / rows as i32).clamp(LOWEST_CELL, HIGHEST_CELL);
        Ok(Heat { heading, unit, across, down, cells, scale, left, cell: (wide, high) })
    }

    fn height_of_cells(&self) -> i32 {
        self.cell.1 * self.down.1.len() as i32
    }

    /// The left end of a column in units.
    fn column(&self, column: usize) -> i32 {
        px(self.left) + (self.cell.0 * column as f64 * f64::from(UNITS)).round() as i32
    }

    fn row(&self, row: usize) -> i32 {
        px(ABOVE + self.cell.1 * row as i32)
    }

    fn colour(&self, value: f64) -> RGBColor {
        colour_at(self.scale.share_of(value * factor(self.unit)))
    }

    fn cells(&self, area: &Area) -> Drawn {
        let texts: Vec<String> = self
            .cells
            .iter()
            .flatten()
            .map(|cell| cell.map_or("–".to_owned(), |value| in_unit(value, self.unit)))
            .collect();
        let mut widest = 0.0_f64;
        for text in &texts {
            widest = widest.max(measured(text, &words(11.0, INK))?);
        }
        let has_words = widest + 6.0 <= self.cell.0;
        let mut texts = texts.iter();
        for (row, cells) in self.cells.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                let colour = cell.map_or(GRID, |value| self.colour(value));
                let corners =
                    [(self.column(column), self.row(row)), (self.column(column + 1), self.row(row + 1))];
                area.draw(&Rectangle::new(corners, colour.filled()))?;
                let Some(text) = texts.next().filter(|_| has_words) else { continue };
                let ink = match cell {
                    None => FAINT,
                    Some(value) if self.scale.share_of(value * factor(self.unit)) > 0.55 => ON_LIGHT,
                    Some(_) => ON_DARK,
                };
                let middle = ((corners[0].0 + corners[1].0) / 2, (corners[0].1 + corners[1].1) / 2);
                let centre = Pos::new(HPos::Center, VPos::Center);
                area.draw_text(text, &words(11.0, ink).pos(centre), middle)?;
            }
        }
        Ok(())
    }

    fn labels(&self, area: &Area) -> Drawn {
        let base = Pos::new(HPos::Left, VPos::Bottom);
        area.draw_text(&self.down.0, &bold(12.0, INK).pos(base), (px(MARGIN), px(ABOVE - 5)))?;
        let right = words(11.0, FAINT).pos(Pos::new(HPos::Right, VPos::Center));
        for (row, name) in self.down.1.iter().enumerate() {
            let middle = (self.row(row) + self.row(row + 1)) / 2;
            area.draw_text(&fitted(name, &right, WIDEST_NAME)?, &right, (px(self.left - 6), middle))?;
        }
        let below = words(11.0, FAINT).pos(Pos::new(HPos::Center, VPos::Top));
        let bottom = self.row(self.down.1.len());
        // As many names as have room.
        let mut widest = 0.0_f64;
        for name in &self.across.1 {
            widest = widest.max(measured(name, &below)?);
        }
        let every = ((widest.min(120.0) + 8.0) / self.cell.0).ceil().max(1.0) as usize;
        for (column, name) in self.across.1.iter().enumerate().step_by(every) {
            let middle = (self.column(column) + self.column(column + 1)) / 2;
            let room = ((self.cell.0 * every as f64) as i32 - 4).max(20);
            area.draw_text(&fitted(name, &below, room)?, &below, (middle, bottom + px(5)))?;
        }
        let name = words(12.0, INK).pos(Pos::new(HPos::Center, VPos::Top));
        let middle = (px(self.left) + self.column(self.across.1.len())) / 2;
        area.draw_text(&self.across.0, &name, (middle, bottom + px(24)))
    }

    /// The colours with what they mean, from below.
    fn scale(&self, area: &Area) -> Drawn {
        const STEPS: i32 = 96;
        let (left, top) = (px(WIDTH - BESIDE + 18), px(ABOVE));
        let height = px(self.height_of_cells().max(120));
        let y = |share: f64| top + height - (share * f64::from(height)).round() as i32;
        for step in 0..STEPS {
            let (from, to) = (f64::from(step) / f64::from(STEPS), f64::from(step + 1) / f64::from(STEPS));
            let corners = [(left, y(to)), (left + px(SCALE), y(from))];
            area.draw(&Rectangle::new(corners, colour_at((from + to) / 2.0).filled()))?;
        }
        let beside = words(11.0, FAINT).pos(Pos::new(HPos::Left, VPos::Center));
        for (value, label) in &self.scale.ticks {
            area.draw_text(label, &beside, (left + px(SCALE + 5), y(self.scale.share_of(*value))))?;
        }
        Ok(())
    }
}

impl Picture for Heat {
    fn title(&self) -> String {
        self.heading.spoken()
    }

    fn size(&self) -> (u32, u32) {
        (WIDTH as u32, (HEIGHT + ABOVE + self.height_of_cells().max(120) + BELOW) as u32)
    }

    fn draw(&self, page: &Area) -> Drawn {
        let rest = self.heading.draw(page)?;
        self.cells(&rest)?;
        self.labels(&rest)?;
        self.scale(&rest)
    }
}

/// A colour of the scale from zero to one.
fn colour_at(share: f64) -> RGBColor {
    let along = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 } * (CIVIDIS.len() - 1) as f64;
    let below = (along.floor() as usize).min(CIVIDIS.len() - 2);
    let part = along - below as f64;
    let mix = |one: u8, other: u8| (f64::from(one) * (1.0 - part) + f64::from(other) * part).round() as u8;
    let (one, other) = (CIVIDIS[below], CIVIDIS[below + 1]);
    RGBColor(mix(one.0, other.0), mix(one.1, other.1), mix(one.2, other.2))
}

#[cfg(test)]
mod tests {
    use super::super::page::svg;
    use super::super::palette::Theme;
    use super::*;

    fn heat(cells: Vec<Vec<Option<f64>>>) -> Heat {
        let heading = Heading { title: "x".to_owned(), shown: "p99".to_owned(), subtitle: String::new() };
        let names = |count: usize| (0..count).map(|number| format!("v{number}")).collect::<Vec<_>>();
        let (across, down) = (names(cells[0].len()), names(cells.len()));
        Heat::new(heading, Unit::Time, ("across".to_owned(), across), ("down".to_owned(), down), cells)
            .expect("it is small")
    }

    #[test]
    fn the_ends_of_the_scale_are_the_smallest_and_the_largest() {
        let map = heat(vec![vec![Some(0.010), Some(0.020)], vec![Some(0.015), None]]);
        assert_eq!((map.colour(0.010), map.colour(0.020)), (CIVIDIS[0], CIVIDIS[8]));
        assert_eq!(map.colour(0.015), CIVIDIS[4]);
        let svg = svg(&map, Theme::Light).expect("it can be drawn");
        for text in ["10.0ms", "20.0ms", "15.0ms", "–", "v0", "v1", "across", "down"] {
            assert!(svg.contains(&format!("\n{text}\n")), "{text} is missing in {svg}");
        }
        // By their logarithm where they are far apart.
        let map = heat(vec![vec![Some(0.001), Some(0.100)]]);
        assert_eq!(map.colour(0.010), CIVIDIS[4]);
        // All the same, or nothing at all.
        heat(vec![vec![Some(0.001), Some(0.001)]]);
        assert!(super::super::page::svg(&heat(vec![vec![None]]), Theme::Dark).is_ok());
    }
}
