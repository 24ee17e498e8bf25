//! A panel: lines, areas and bars over one axis, with a title, a legend, and marks that several panels share.

use plotters::chart::ChartBuilder;
use plotters::coord::cartesian::Cartesian2d;
use plotters::drawing::DrawingArea;
use plotters::element::{Circle, DashedPathElement, PathElement, Polygon, Rectangle};
use plotters::style::{Color, RGBColor, ShapeStyle, TRANSPARENT};
use plotters_backend::text_anchor::{HPos, Pos, VPos};

use super::axis::Axis;
use super::legend::Legend;
use super::notes::notes;
use super::page::{Area, Drawn, Page, UNITS, px, words};
use super::palette::{AXIS, FAINT, GRID, INK};

/// The room for labels left of a panel, in pixels.
pub const LEFT: i32 = 72;
/// The blank right of a panel, in pixels: half of a label of the axis below has room there.
pub const RIGHT: i32 = 28;
/// The room for labels below the lowest panel, in pixels.
pub const BELOW: i32 = 40;

type Plot<'p> = DrawingArea<Page<'p>, Cartesian2d<Axis, Axis>>;

/// Numbers that belong together over one axis.
#[derive(Clone, PartialEq, Debug)]
pub struct Panel {
    /// What is shown.
    pub title: String,
    /// How much of it.
    pub y: Axis,
    /// What is drawn, from the back to the front.
    pub shapes: Vec<Shape>,
    /// Words beside points.
    pub notes: Vec<Note>,
    /// What is said where there is nothing to draw.
    pub if_empty: &'static str,
}

/// Words beside a point.
#[derive(Clone, PartialEq, Debug)]
pub struct Note {
    /// The point, along both axes.
    pub at: (f64, f64),
    /// The words.
    pub text: String,
}

/// Something drawn in a panel, with a name in the legend.
#[derive(Clone, PartialEq, Debug)]
pub struct Shape {
    /// In the legend; empty: not there.
    pub name: String,
    /// Of lines and areas.
    pub colour: RGBColor,
    /// How it is drawn.
    pub kind: Kind,
    /// Values along both axes; where there is none, a line is interrupted.
    pub points: Vec<(f64, Option<f64>)>,
}

/// How points are drawn.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Kind {
    /// Joined, by a line so many pixels wide.
    Line(f64),
    /// The same, dashed: what is computed, beside what was measured.
    Dashed(f64),
    /// The inside of an outline.
    Ribbon,
    /// A dot of so many pixels to each side.
    Dots(f64),
    /// Each value holds until the next.
    Steps,
    /// Joined, and the area down to the axis filled.
    Area,
    /// A bar from each place to the next.
    Bars,
}

/// A place along the horizontal axis that all panels show.
#[derive(Clone, PartialEq, Debug)]
pub struct Mark {
    /// Where.
    pub at: f64,
    /// What is said of it.
    pub label: String,
    /// Of its line; none: no line.
    pub colour: Option<RGBColor>,
    /// Whether its line is dashed.
    pub is_dashed: bool,
}

/// A part of the horizontal axis that all panels shade.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Band {
    /// Where it begins and ends.
    pub from: f64,
    /// See `from`.
    pub to: f64,
    /// Laid over the paper there, thinly.
    pub colour: RGBColor,
}

/// What panels below each other have in common.
#[derive(Clone, PartialEq, Debug)]
pub struct Shared {
    /// The horizontal axis.
    pub x: Axis,
    /// What is written below it.
    pub x_name: String,
    /// What is shaded.
    pub bands: Vec<Band>,
    /// What is marked.
    pub marks: Vec<Mark>,
}

impl Shape {
    fn is_drawn(&self) -> bool {
        self.points.iter().any(|(_, value)| value.is_some())
    }

    /// The pieces of a line between which there are no values.
    fn pieces(&self, y: &Axis) -> Vec<Vec<(f64, f64)>> {
        let mut pieces = vec![Vec::new()];
        for (along, value) in &self.points {
            match (value.filter(|value| y.has(*value)), pieces.last_mut()) {
                (Some(value), Some(piece)) => piece.push((*along, value)),
                (None, Some(piece)) if !piece.is_empty() => pieces.push(Vec::new()),
                (None, _) | (Some(_), None) => {}
            }
        }
        pieces.retain(|piece| !piece.is_empty());
        pieces
    }
}

impl Panel {
    /// Draws it; the lowest panel has the labels of the horizontal axis.
    pub fn draw(&self, area: &Area, shared: &Shared, legend: &Legend, is_lowest: bool) -> Drawn {
        legend.draw(area, &self.title, &self.shapes)?;
        let below = if is_lowest { BELOW } else { 0 };
        let mut chart = ChartBuilder::on(area)
            .margin_top(px(legend.height()))
            .margin_right(px(RIGHT))
            .x_label_area_size(px(below))
            .y_label_area_size(px(LEFT))
            .build_cartesian_2d(shared.x.clone(), self.y.clone())?;
        let inside = chart.plotting_area().clone();
        let height = (self.y.from, self.y.to);
        for band in &shared.bands {
            let corners = [(band.from, height.0), (band.to.min(shared.x.to), height.1)];
            inside.draw(&Rectangle::new(corners, band.colour.mix(0.09).filled()))?;
        }
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(stroke(GRID, 1.0))
            .axis_style(stroke(AXIS, 1.0))
            .set_all_tick_mark_size(px(4))
            .label_style(words(11.0, FAINT))
            .axis_desc_style(words(12.0, INK))
            .x_desc(if is_lowest { shared.x_name.as_str() } else { "" })
            .draw()?;
        for mark in &shared.marks {
            let Some(colour) = mark.colour else { continue };
            vertical(&inside, mark, colour, height)?;
        }
        for shape in &self.shapes {
            self.shape(&inside, shape)?;
        }
        let (across, down) = inside.get_pixel_range();
        let corners = [(across.start, down.start), (across.end, down.end)];
        let texts = self.notes.iter().map(|note| (inside.map_coordinate(&note.at), note.text.as_str()));
        notes(area, &texts.collect::<Vec<_>>(), &self.in_the_way(&inside), corners)?;
        if !self.shapes.iter().any(Shape::is_drawn) {
            let ((left, right), (top, bottom)) =
                ((LEFT, area_width(area) - RIGHT), (legend.height(), area_height(area) - below));
            let middle = Pos::new(HPos::Center, VPos::Center);
            let centre = (px(left + right) / 2, px(top + bottom) / 2);
            area.draw_text(self.if_empty, &words(13.0, FAINT).pos(middle), centre)?;
        }
        Ok(())
    }

    /// Places on the page that words should not cover: points, and lines every few pixels.
    fn in_the_way(&self, inside: &Plot) -> Vec<(i32, i32)> {
        let mut places = Vec::new();
        let pieces = self
            .shapes
            .iter()
            .flat_map(|shape| shape.pieces(&self.y).into_iter().map(|piece| (shape.kind, piece)));
        for (kind, piece) in pieces.filter(|_| !self.notes.is_empty()) {
            let corners: Vec<(i32, i32)> = piece.iter().map(|point| inside.map_coordinate(point)).collect();
            places.extend(&corners);
            for pair in corners.windows(2).filter(|_| !matches!(kind, Kind::Dots(_))) {
                let ((x, y), (to_x, to_y)) = (pair[0], pair[1]);
                let steps = (to_x - x).abs().max((to_y - y).abs()) / px(6) + 1;
                places.extend(
                    (0..steps).map(|step| (x + (to_x - x) * step / steps, y + (to_y - y) * step / steps)),
                );
            }
        }
        places
    }

    fn shape(&self, inside: &Plot, shape: &Shape) -> Drawn {
        for piece in shape.pieces(&self.y) {
            match shape.kind {
                Kind::Line(wide) => line(inside, &piece, shape.colour, wide)?,
                Kind::Dashed(wide) => {
                    inside.draw(&DashedPathElement::new(piece, px(6), px(4), stroke(shape.colour, wide)))?;
                }
                Kind::Dots(radius) => {
                    for point in piece {
                        inside.draw(&Circle::new(point, units(radius), shape.colour.filled()))?;
                    }
                }
                Kind::Ribbon => inside.draw(&Polygon::new(piece, shape.colour.mix(0.2).filled()))?,
                Kind::Steps => line(inside, &steps(&piece), shape.colour, 2.0)?,
                Kind::Area => {
                    let outline: Vec<_> = piece.iter().copied().chain(foot(&piece, &self.y)).collect();
                    inside.draw(&Polygon::new(outline, fill(shape.colour)))?;
                    line(inside, &piece, shape.colour, 1.5)?;
                }
                Kind::Bars => {
                    // One outline: between rectangles side by side the paper shines through.
                    let mut outline = steps(&piece);
                    outline.extend(foot(&piece, &self.y));
                    inside.draw(&Polygon::new(outline, shape.colour.filled()))?;
                }
            }
        }
        Ok(())
    }
}

/// A line; what is only one point is a dot.
fn line(inside: &Plot, piece: &[(f64, f64)], colour: RGBColor, wide: f64) -> Drawn {
    if let [only] = piece {
        return inside.draw(&Circle::new(*only, px(2), colour.filled()));
    }
    inside.draw(&PathElement::new(piece.to_vec(), stroke(colour, wide)))
}

/// The way back below a line, along the axis.
fn foot(piece: &[(f64, f64)], y: &Axis) -> Vec<(f64, f64)> {
    let ends = [piece.last(), piece.first()].into_iter().flatten();
    ends.map(|(along, _)| (*along, y.from)).collect()
}

fn steps(piece: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut out: Vec<(f64, f64)> = Vec::with_capacity(2 * piece.len());
    for point in piece {
        if let Some(last) = out.last().copied() {
            out.push((point.0, last.1));
        }
        out.push(*point);
    }
    out
}

fn vertical(inside: &Plot, mark: &Mark, colour: RGBColor, (from, to): (f64, f64)) -> Drawn {
    let ends = [(mark.at, from), (mark.at, to)];
    if mark.is_dashed {
        return inside.draw(&DashedPathElement::new(ends, px(5), px(4), stroke(colour, 1.5)));
    }
    inside.draw(&PathElement::new(ends.to_vec(), stroke(colour, 1.0)))
}

/// A line of a colour, so many pixels wide.
pub fn stroke(colour: RGBColor, wide: f64) -> ShapeStyle {
    colour.stroke_width(units(wide) as u32)
}

/// Pixels in units of the page.
pub fn units(pixels: f64) -> i32 {
    (pixels * f64::from(UNITS)).round() as i32
}

/// The inside of an area, light enough for what is before it.
pub fn fill(colour: RGBColor) -> ShapeStyle {
    colour.mix(0.35).filled()
}

/// In pixels.
pub fn area_width(area: &Area) -> i32 {
    area.dim_in_pixel().0 as i32 / UNITS
}

fn area_height(area: &Area) -> i32 {
    area.dim_in_pixel().1 as i32 / UNITS
}

#[cfg(test)]
mod tests {
    use super::super::axis::round_large;
    use super::super::page::{Picture, svg};
    use super::super::palette::{BLUE, ORANGE, Theme, VERMILLION};
    use super::*;

    /// One panel, alone.
    struct Alone {
        panel: Panel,
        shared: Shared,
    }

    impl Picture for Alone {
        fn title(&self) -> String {
            "one <panel> & its axes".to_owned()
        }

        fn size(&self) -> (u32, u32) {
            (400, 200)
        }

        fn draw(&self, page: &Area) -> Drawn {
            let legend =
                Legend::new(&self.panel.title, &self.panel.shapes, 400).expect("the fonts are sound");
            self.panel.draw(page, &self.shared, &legend, true)
        }
    }

    fn shape(name: &str, colour: RGBColor, kind: Kind, points: &[(f64, Option<f64>)]) -> Shape {
        Shape { name: name.to_owned(), colour, kind, points: points.to_vec() }
    }

    /// What is drawn of these shapes over 0 to 10 along and 0 to 100 up: the panel has corners at 72, 24 and 372, 160.
    fn drawn(shapes: Vec<Shape>, marks: Vec<Mark>) -> String {
        let y = Axis::from_zero(98.0, &round_large);
        let panel =
            Panel { title: "requests".to_owned(), y, shapes, notes: Vec::new(), if_empty: "nothing came" };
        let bands = vec![Band { from: 2.0, to: 20.0, colour: VERMILLION }];
        let shared = Shared { x: Axis::time(10.0), x_name: "simulated time".to_owned(), bands, marks };
        svg(&Alone { panel, shared }, Theme::Light).expect("it can be drawn")
    }

    /// The corners of the lines of a colour.
    fn lines(svg: &str, colour: &str) -> Vec<String> {
        let lines = svg.lines().filter(|line| line.starts_with("<polyline") && line.contains(colour));
        lines
            .filter_map(|line| Some(line.split_once("points=\"")?.1.split_once(" \"")?.0.to_owned()))
            .collect()
    }

    #[test]
    fn values_stand_where_the_axes_say() {
        let points = [(0.0, Some(0.0)), (5.0, Some(50.0)), (10.0, Some(100.0))];
        let svg = drawn(vec![shape("", BLUE, Kind::Line(2.0), &points)], Vec::new());
        // In quarters of a pixel, the lower axis at 160 pixels.
        assert_eq!(lines(&svg, "#0072B2"), ["288,639 888,367 1487,96"]);
        let steps = drawn(vec![shape("", BLUE, Kind::Steps, &points)], Vec::new());
        assert_eq!(lines(&steps, "#0072B2"), ["288,639 888,639 888,367 1487,367 1487,96"]);
    }

    #[test]
    fn a_line_is_interrupted_where_there_is_no_value_and_a_lone_value_is_a_dot() {
        let points = [(0.0, Some(10.0)), (1.0, Some(20.0)), (2.0, None), (3.0, Some(30.0)), (4.0, None)];
        let svg = drawn(vec![shape("", BLUE, Kind::Line(2.0), &points)], Vec::new());
        assert_eq!(lines(&svg, "#0072B2").len(), 1);
        assert_eq!(svg.matches("<circle").count(), 1);
        // What is beyond the axis is not drawn over the picture.
        let beyond =
            drawn(vec![shape("", BLUE, Kind::Line(2.0), &[(0.0, Some(1e9)), (1.0, Some(-5.0))])], Vec::new());
        assert_eq!(lines(&beyond, "#0072B2"), [""; 0]);
    }

    #[test]
    fn bars_stand_on_the_axis_side_by_side() {
        let points = [(0.0, Some(50.0)), (5.0, Some(100.0)), (10.0, Some(0.0))];
        let svg = drawn(vec![shape("", ORANGE, Kind::Bars, &points)], Vec::new());
        let outlines: Vec<&str> =
            svg.lines().filter(|line| line.starts_with("<polygon") && line.contains("#E69F00")).collect();
        assert_eq!(outlines.len(), 1);
        assert!(
            outlines[0].contains("\"288,367 888,367 888,96 1487,96 1487,639 1487,639 288,639 \""),
            "{outlines:?}"
        );
    }

    #[test]
    fn legend_marks_and_bands_are_shown_and_emptiness_is_said() {
        let dashed = Mark { at: 5.0, label: String::new(), colour: Some(ORANGE), is_dashed: true };
        let unseen = Mark { at: 6.0, label: "words only".to_owned(), colour: None, is_dashed: false };
        let named = shape("answered", BLUE, Kind::Line(2.0), &[(0.0, None), (1.0, None)]);
        let svg = drawn(vec![named], vec![dashed, unseen]);
        for text in ["requests", "answered", "simulated time", "nothing came", "100", "10s"] {
            assert!(svg.contains(&format!("\n{text}\n</text>")), "{text} is missing in {svg}");
        }
        assert!(svg.contains("<title>one &lt;panel> &amp; its axes</title>"), "{svg}");
        assert!(lines(&svg, "#E69F00").len() > 5, "dashes: {svg}");
        // The band ends where the axis does.
        assert!(
            svg.contains("<rect x=\"528\" y=\"96\" width=\"959\" height=\"543\" opacity=\"0.09\""),
            "{svg}"
        );
    }
}
