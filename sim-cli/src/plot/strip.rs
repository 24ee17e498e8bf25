//! The strip above the panels: what each mark is, in as many lines as it takes to keep the words apart.

use plotters::element::PathElement;
use plotters_backend::text_anchor::{HPos, Pos, VPos};

use crate::exit::Failure;

use super::page::{Area, Drawn, UNITS, px, width_of, words};
use super::palette::INK;
use super::panel::{LEFT, Mark, RIGHT, Shared, stroke};

/// The height of a line of words in pixels.
const LINE: i32 = 15;
/// The most lines of words.
const MOST_LINES: usize = 4;
/// Between words on the same line, in pixels.
const GAP: f64 = 8.0;
/// Of the letters.
const EM: f64 = 11.0;

/// Where the words of a mark stand.
#[derive(Clone, PartialEq, Debug)]
struct Label {
    mark: usize,
    line: usize,
    /// Where its words begin and end, in pixels.
    from: f64,
    to: f64,
    /// Where its mark is.
    at: f64,
    /// Whether a pole goes from the line of its words down to the panels.
    has_pole: bool,
}

impl Label {
    /// Whether the words of this one are where the pole of another comes down from its line.
    fn is_over_the_pole_of(&self, other: &Label) -> bool {
        other.has_pole && self.from - GAP / 2.0 < other.at && other.at < self.to + GAP / 2.0
    }

    fn overlaps(&self, other: &Label) -> bool {
        self.from < other.to + GAP && other.from < self.to + GAP
    }

    fn is_rightward(&self) -> bool {
        self.from > self.at
    }

    /// The same with its words left of its mark.
    fn leftward(&self) -> Label {
        let wide = self.to - self.from;
        Label { from: self.at - GAP / 2.0 - wide, to: self.at - GAP / 2.0, ..self.clone() }
    }
}

/// The labels of all marks.
#[derive(Clone, PartialEq, Debug)]
pub struct Strip {
    labels: Vec<Label>,
    lines: usize,
    /// Marks with words for which there was no room.
    pub left_out: usize,
}

impl Strip {
    /// Lays out the marks of a picture of this width in pixels.
    pub fn new(shared: &Shared, width: i32) -> Result<Strip, Failure> {
        let (left, right) = (f64::from(LEFT), f64::from(width - RIGHT));
        let mut labels = Vec::new();
        for (mark, Mark { at, label, colour, .. }) in shared.marks.iter().enumerate() {
            if label.is_empty() {
                continue;
            }
            let wide = width_of(label, &words(EM, INK))?;
            let at = left + shared.x.share_of(*at) * (right - left);
            let from = at + GAP / 2.0;
            let label = Label { mark, line: 0, from, to: from + wide, at, has_pole: colour.is_some() };
            labels.push(if label.to > f64::from(width) - GAP { label.leftward() } else { label });
        }
        let all = labels.len();
        while !settle(&mut labels) {}
        let lines = labels.iter().map(|label| label.line + 1).max().unwrap_or(0);
        Ok(Strip { left_out: all - labels.len(), labels, lines })
    }

    /// How high it is in pixels.
    pub fn height(&self) -> i32 {
        LINE * self.lines as i32
    }

    /// Draws it.
    pub fn draw(&self, area: &Area, marks: &[Mark]) -> Drawn {
        let units = |pixels: f64| (pixels * f64::from(UNITS)).round() as i32;
        for label in &self.labels {
            let mark = &marks[label.mark];
            let foot = LINE * (label.line as i32 + 1);
            let base = Pos::new(HPos::Left, VPos::Bottom);
            area.draw_text(&mark.label, &words(EM, INK).pos(base), (units(label.from), px(foot - 1)))?;
            if let Some(colour) = mark.colour {
                let at = units(label.at);
                let pole = vec![(at, px(foot - LINE + 2)), (at, px(self.height()))];
                area.draw(&PathElement::new(pole, stroke(colour, 1.0)))?;
            }
        }
        Ok(())
    }
}

/// Moves words that are in each other's way: down by a line, or to the left of their mark. Drops those that have no room.
/// Whether there was nothing to do; lines only grow and words turn once, so that this comes to an end.
fn settle(labels: &mut Vec<Label>) -> bool {
    for one in 0..labels.len() {
        for other in one + 1..labels.len() {
            let (a, b) = (&labels[one], &labels[other]);
            let lower = match (a.is_over_the_pole_of(b), b.is_over_the_pole_of(a)) {
                (true, true) => {
                    let turned = [one, other]
                        .into_iter()
                        .find(|index| labels[*index].is_rightward() && labels[*index].leftward().from >= 0.0);
                    match turned {
                        Some(index) => {
                            labels[index] = labels[index].leftward();
                            // What moved for it before may not have had to.
                            labels.iter_mut().for_each(|label| label.line = 0);
                        }
                        None => drop(labels.remove(other)),
                    }
                    return false;
                }
                (true, false) if b.line <= a.line => Some((other, a.line + 1)),
                (false, true) if a.line <= b.line => Some((one, b.line + 1)),
                (false, false) if a.line == b.line && a.overlaps(b) => Some((other, b.line + 1)),
                _ => None,
            };
            let Some((index, line)) = lower else { continue };
            if line < MOST_LINES {
                labels[index].line = line;
            } else {
                labels.remove(index);
            }
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::super::axis::Axis;
    use super::super::palette::BLUE;
    use super::*;

    const WIDTH: i32 = 1_000;

    fn strip(marks: &[(f64, &str)]) -> Strip {
        let mark = |(at, label): &(f64, &str)| Mark {
            at: *at,
            label: (*label).to_owned(),
            colour: Some(BLUE),
            is_dashed: false,
        };
        let marks = marks.iter().map(mark).collect();
        let shared = Shared { x: Axis::time(100.0), x_name: String::new(), bands: Vec::new(), marks };
        Strip::new(&shared, WIDTH).expect("the fonts are sound")
    }

    fn lines(strip: &Strip) -> Vec<(usize, usize)> {
        let mut lines: Vec<_> = strip.labels.iter().map(|label| (label.mark, label.line)).collect();
        lines.sort_unstable();
        lines
    }

    #[test]
    fn words_apart_share_a_line_and_words_close_by_step_down() {
        let apart = strip(&[(10.0, "app/0 broke"), (50.0, "app/0 mended"), (80.0, "")]);
        assert_eq!((lines(&apart), apart.height()), (vec![(0, 0), (1, 0)], LINE));
        let close =
            strip(&[(10.0, "app 2 → 4"), (11.0, "app 4 → 8"), (12.0, "app 8 → 16"), (60.0, "app 16 → 20")]);
        assert_eq!(lines(&close), [(0, 0), (1, 1), (2, 2), (3, 0)]);
        assert_eq!(strip(&[]).height(), 0);
    }

    #[test]
    fn words_near_the_right_end_stand_left_of_their_marks() {
        let strip = strip(&[(80.0, "p99 55.3ms"), (95.0, "objective 250ms, met by 99.5%")]);
        // Beneath the words that come from the right, for its pole would go through them.
        assert_eq!(lines(&strip), [(0, 1), (1, 0)]);
        for label in &strip.labels {
            assert!(label.from >= f64::from(LEFT) && label.to <= f64::from(WIDTH), "{label:?}");
        }
    }

    #[test]
    fn words_turn_where_those_from_the_right_meet_those_from_the_left() {
        let strip = strip(&[
            (62.0, "p50 10.7ms"),
            (70.0, "objective of read 50ms, met by 95.7%"),
            (82.0, "objective of write 200ms, met by 98.8%"),
            (90.0, "p99 359ms"),
        ]);
        assert_eq!((lines(&strip), strip.left_out), (vec![(0, 2), (1, 1), (2, 0), (3, 0)], 0));
        assert_apart(&strip);
    }

    #[test]
    fn what_has_no_room_is_counted_and_nothing_crosses() {
        let places: Vec<f64> = (0..60).map(|place| f64::from(place) * 5.0 / 3.0).collect();
        let marks: Vec<(f64, &str)> = places.iter().map(|at| (*at, "checkout-service/0 broke")).collect();
        let strip = strip(&marks);
        assert_eq!(strip.labels.len() + strip.left_out, 60);
        assert!(strip.left_out > 0 && strip.lines == MOST_LINES, "{strip:?}");
        assert_apart(&strip);
    }

    fn assert_apart(strip: &Strip) {
        for (index, one) in strip.labels.iter().enumerate() {
            for other in &strip.labels[index + 1..] {
                let is_same_line = one.line == other.line;
                assert!(!is_same_line || one.to < other.from || other.to < one.from, "{one:?} {other:?}");
                for (one, other) in [(one, other), (other, one)] {
                    let is_inside = other.from < one.at && one.at < other.to;
                    assert!(!is_inside || one.line > other.line, "{one:?} goes through {other:?}");
                }
            }
        }
    }
}
