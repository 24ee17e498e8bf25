//! Latency against load: what a client saw at loads from almost nothing to almost all that can be served, and the law.

use crate::exit::Failure;

use super::axis::Axis;
use super::heading::Heading;
use super::lines::{Chart, per_second};
use super::palette::{BESIDE, VERMILLION};
use super::panel::{Mark, Shared};
use super::stack::Stack;

/// The heights of the first panel and of others, in pixels.
const FIRST: i32 = 340;
const FURTHER: i32 = 170;

/// What was measured at several loads.
#[derive(Clone, PartialEq, Debug)]
pub struct LoadCurve {
    /// Of what it is.
    pub heading: Heading,
    /// The load of the scenario itself, in requests a second of all clients together.
    pub own: f64,
    /// What saturates first, and at which load.
    pub saturation: Option<(String, f64)>,
    /// The highest load that was tried.
    pub highest: f64,
    /// What was seen, by load.
    pub charts: Vec<Chart>,
}

impl LoadCurve {
    /// Lays it out.
    pub fn picture(self) -> Result<Stack, Failure> {
        let end = self.saturation.as_ref().map_or(self.highest, |(_, load)| load.max(self.highest));
        let x = Axis::up_to(1.05 * end, &per_second);
        let mut marks = vec![Mark {
            at: self.own,
            label: format!("the scenario: {}", per_second(self.own)),
            colour: Some(BESIDE),
            is_dashed: false,
        }];
        if let Some((node, load)) = &self.saturation {
            let label = format!("{node} saturates at {}", per_second(*load));
            marks.push(Mark { at: *load, label, colour: Some(VERMILLION), is_dashed: true });
        }
        marks.retain(|mark| x.has(mark.at));
        let shared =
            Shared { x, x_name: "requests a second of all clients".to_owned(), bands: Vec::new(), marks };
        let height = |number: usize| if number == 0 { FIRST } else { FURTHER };
        let panels = self.charts.iter().enumerate().map(|(number, chart)| (height(number), chart.panel()));
        Stack::new(self.heading, shared, panels.collect())
    }
}
