//! What was done to the system, as marks and bands: scaling at its instant, a fault from its beginning to its end.

use std::collections::BTreeMap;

use plotters::style::RGBColor;
use sim_core::report::ActionReport;

use super::palette::{GREEN, PURPLE, VERMILLION};
use super::panel::{Band, Mark};

/// A mark for whatever happened at an instant; the same to several instances at once is one mark.
pub fn marks(actions: &[ActionReport]) -> Vec<Mark> {
    let mut marks: Vec<(Mark, Happening, u32)> = Vec::new();
    for action in actions {
        let node = node_of(&action.target);
        let happening = Happening { node: node.to_owned(), what: action.what };
        if action.what != "scaled"
            && let Some((mark, _, count)) = marks
                .iter_mut()
                .rev()
                .take_while(|(mark, ..)| mark.at == action.t)
                .find(|found| found.1 == happening)
        {
            *count += 1;
            mark.label = format!("{count} × {node} {}", action.what);
            continue;
        }
        let label = match (action.from, action.to) {
            (Some(from), Some(to)) => format!("{} {from} → {to}", action.target),
            _ => format!("{} {}", action.target, action.what),
        };
        let mark = Mark { at: action.t, label, colour: Some(colour_of(action.what)), is_dashed: false };
        marks.push((mark, happening, 1));
    }
    marks.into_iter().map(|(mark, ..)| mark).collect()
}

#[derive(PartialEq)]
struct Happening {
    node: String,
    what: &'static str,
}

/// The spans in which something was broken, each once however many instances were.
pub fn bands(actions: &[ActionReport], end: f64) -> Vec<Band> {
    let mut broken: BTreeMap<&str, u32> = BTreeMap::new();
    let mut bands = Vec::new();
    let mut since = 0.0;
    let band = |from: f64, to: f64| Band { from, to, colour: VERMILLION };
    for action in actions {
        let was_broken = !broken.is_empty();
        match action.what {
            "broke" | "surged" => *broken.entry(&action.target).or_default() += 1,
            "mended" | "calmed" => {
                if let Some(count) = broken.get_mut(action.target.as_str()) {
                    *count -= 1;
                }
                broken.retain(|_, count| *count > 0);
            }
            _ => {}
        }
        match (was_broken, broken.is_empty()) {
            (false, false) => since = action.t,
            (true, true) => bands.push(band(since, action.t)),
            (false, true) | (true, false) => {}
        }
    }
    if !broken.is_empty() && since < end {
        bands.push(band(since, end));
    }
    bands
}

fn node_of(target: &str) -> &str {
    if target.contains("->") {
        return "link";
    }
    target.split_once('/').map_or(target, |(node, _)| node)
}

fn colour_of(what: &str) -> RGBColor {
    match what {
        "broke" | "surged" | "flushed" => VERMILLION,
        "mended" | "calmed" => GREEN,
        _ => PURPLE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(t: f64, target: &str, what: &'static str) -> ActionReport {
        ActionReport { t, target: target.to_owned(), what, from: None, to: None }
    }

    #[test]
    fn every_action_is_marked_and_what_comes_together_is_one_mark() {
        let scaled = ActionReport { from: Some(2), to: Some(4), ..action(75.0, "app", "scaled") };
        let actions = [
            action(60.0, "db/0", "broke"),
            action(60.0, "app/0", "broke"),
            action(60.0, "app/1", "broke"),
            scaled,
            action(80.0, "app/1", "mended"),
        ];
        let marks: Vec<(f64, String)> =
            marks(&actions).into_iter().map(|mark| (mark.at, mark.label)).collect();
        let expected =
            [(60.0, "db/0 broke"), (60.0, "2 × app broke"), (75.0, "app 2 → 4"), (80.0, "app/1 mended")];
        assert_eq!(marks, expected.map(|(place, label)| (place, label.to_owned())));
    }

    #[test]
    fn links_that_break_together_are_one_mark() {
        let actions = [
            action(60.0, "app->db", "broke"),
            action(60.0, "lb->app", "broke"),
            action(70.0, "app->db", "mended"),
            action(80.0, "cache", "flushed"),
        ];
        let labels: Vec<String> = marks(&actions).into_iter().map(|mark| mark.label).collect();
        assert_eq!(labels, ["2 × link broke", "app->db mended", "cache flushed"]);
        let spike = [action(10.0, "users", "surged"), action(20.0, "users", "calmed")];
        let spans: Vec<(f64, f64)> = bands(&spike, 100.0).iter().map(|band| (band.from, band.to)).collect();
        assert_eq!(spans, [(10.0, 20.0)]);
    }

    #[test]
    fn a_span_is_shaded_as_long_as_anything_is_broken() {
        let actions = [
            action(10.0, "a/0", "broke"),
            action(20.0, "a/0", "broke"),
            action(30.0, "a/0", "mended"),
            action(40.0, "a/0", "mended"),
            action(50.0, "b/0", "mended"),
            action(60.0, "b/0", "broke"),
        ];
        let spans: Vec<(f64, f64)> = bands(&actions, 100.0).iter().map(|band| (band.from, band.to)).collect();
        assert_eq!(spans, [(10.0, 40.0), (60.0, 100.0)]);
        assert_eq!(bands(&[], 100.0), []);
    }
}
