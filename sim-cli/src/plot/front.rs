//! Two metrics against each other: all cases, and those that none beats by both, which are Pareto's front.

use sim_core::report::Unit;

use crate::exit::Failure;

use super::heading::Heading;
use super::lines::{around, factor};
use super::palette::{BESIDE, BLUE, SKY};
use super::panel::{Kind, Note, Panel, Shape, Shared};
use super::stack::Stack;

/// The height of the panel in pixels.
const PANEL: i32 = 460;
/// Values further apart than this are shown by their logarithm.
const FAR_APART: f64 = 20.0;
/// Beyond the outermost cases, as a share of what lies between them.
const ROOM: f64 = 0.07;
/// As many ticks as there is room for.
const MOST_TICKS: usize = 9;

/// What could be built.
#[derive(Clone, PartialEq, Debug)]
pub struct Candidate {
    /// What it is called.
    pub name: String,
    /// Along the horizontal and the vertical axis, in base units.
    pub at: [f64; 2],
    /// The 95 % intervals of both.
    pub intervals: [Option<[f64; 2]>; 2],
}

/// Candidates by two metrics; pairs are of the horizontal and the vertical axis.
#[derive(Clone, PartialEq, Debug)]
pub struct Front {
    /// Of what it is.
    pub heading: Heading,
    /// The metrics.
    pub names: [String; 2],
    /// What they are measured in.
    pub units: [Unit; 2],
    /// Whether more of them is better.
    pub is_more_better: [bool; 2],
    /// All of them.
    pub candidates: Vec<Candidate>,
}

impl Front {
    /// The candidates that no other is at least as good as by both metrics and better by one, from left to right.
    pub fn best(&self) -> Vec<&Candidate> {
        let signs = self.is_more_better.map(|is_more| if is_more { -1.0 } else { 1.0 });
        let cost = |candidate: &Candidate| [candidate.at[0] * signs[0], candidate.at[1] * signs[1]];
        let is_beaten = |candidate: &Candidate| {
            let own = cost(candidate);
            self.candidates
                .iter()
                .map(cost)
                .any(|other| other[0] <= own[0] && other[1] <= own[1] && other != own)
        };
        let mut best: Vec<&Candidate> =
            self.candidates.iter().filter(|candidate| !is_beaten(candidate)).collect();
        best.sort_by(|a, b| a.at[0].total_cmp(&b.at[0]));
        best
    }

    /// Lays it out.
    pub fn picture(&self) -> Result<Stack, Failure> {
        let best = self.best();
        let axis = |number: usize| {
            let intervals = best.iter().filter_map(|candidate| candidate.intervals[number]).flatten();
            let values = self.candidates.iter().map(|candidate| candidate.at[number]).chain(intervals);
            let (low, high) = values
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| (low.min(at), high.max(at)));
            around(self.units[number], (low.min(high), high), ROOM, MOST_TICKS, FAR_APART)
        };
        let (x, y) = (axis(0), axis(1));
        let factors = self.units.map(factor);
        let point = |at: [f64; 2]| (at[0] * factors[0], Some(at[1] * factors[1]));
        let dots = |name: &str, colour, radius, of: &mut dyn Iterator<Item = &Candidate>| Shape {
            name: name.to_owned(),
            colour,
            kind: Kind::Dots(radius),
            points: of.map(|candidate| point(candidate.at)).collect(),
        };
        let others = if best.len() < self.candidates.len() { "other cases" } else { "" };
        let mut shapes = vec![dots(others, BESIDE, 3.0, &mut self.candidates.iter())];
        for candidate in &best {
            let [along, up] = candidate.intervals;
            let along = along.map(|ends| ends.map(|end| [end, candidate.at[1]]));
            let up = up.map(|ends| ends.map(|end| [candidate.at[0], end]));
            for ends in [along, up].into_iter().flatten() {
                let on = |at: [f64; 2]| {
                    let (along, up) = point(at);
                    (along.clamp(x.from, x.to), up.map(|up| up.clamp(y.from, y.to)))
                };
                let points = ends.into_iter().map(on).collect();
                shapes.push(Shape { name: String::new(), colour: SKY, kind: Kind::Line(1.5), points });
            }
        }
        let joined = best.iter().map(|candidate| point(candidate.at)).collect();
        shapes.push(Shape { name: String::new(), colour: BLUE, kind: Kind::Dashed(1.0), points: joined });
        shapes.push(dots("beaten by none", BLUE, 4.5, &mut best.iter().copied()));
        let note = |candidate: &&Candidate| {
            let (along, up) = point(candidate.at);
            Note { at: (along, up.unwrap_or_default()), text: candidate.name.clone() }
        };
        let [x_name, title] = [0, 1].map(|number| {
            let better = if self.is_more_better[number] { "more" } else { "less" };
            format!("{}, {better} is better", self.names[number])
        });
        let notes = best.iter().map(note).collect();
        let panel = Panel { title, y, shapes, notes, if_empty: "nothing was measured" };
        let shared = Shared { x, x_name, bands: Vec::new(), marks: Vec::new() };
        Stack::new(self.heading.clone(), shared, vec![(PANEL, panel)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn front(is_more_better: [bool; 2], points: &[[f64; 2]]) -> Front {
        let candidate = |at: &[f64; 2]| Candidate { name: format!("{at:?}"), at: *at, intervals: [None; 2] };
        Front {
            heading: Heading { title: "x".to_owned(), shown: String::new(), subtitle: String::new() },
            names: ["cost".to_owned(), "p99".to_owned()],
            units: [Unit::Number, Unit::Time],
            is_more_better,
            candidates: points.iter().map(candidate).collect(),
        }
    }

    #[test]
    fn the_front_is_what_nothing_beats() {
        let points = [[1.0, 9.0], [2.0, 4.0], [2.0, 5.0], [3.0, 4.0], [4.0, 1.0], [5.0, 2.0], [4.0, 1.0]];
        let best = |is_more_better| -> Vec<[f64; 2]> {
            front(is_more_better, &points).best().iter().map(|candidate| candidate.at).collect()
        };
        // Of two that are the same, neither beats the other.
        assert_eq!(best([false, false]), [[1.0, 9.0], [2.0, 4.0], [4.0, 1.0], [4.0, 1.0]]);
        assert_eq!(best([true, false]), [[4.0, 1.0], [4.0, 1.0], [5.0, 2.0]]);
        assert_eq!(best([false, true]), [[1.0, 9.0]]);
    }
}
