//! Alternatives that differ by what stands at paths of the scenario: what is put where, and what each is called.

use serde::{Deserialize, Serialize};

use crate::experiment::axis::Axis;
use crate::experiment::design::Design;

/// A value at a path.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Setting {
    /// Where it is put.
    pub path: String,
    /// As written.
    pub value: String,
}

/// The settings of every case of a design, and what to call it: the choice itself where one choice of a policy varies, as
/// `LeastConnections()`; else the ends of the paths with their values, as `instances=2, cores=4`.
pub fn named_settings(design: &Design) -> Vec<(String, Vec<Setting>)> {
    let axes = design.axes();
    let cases: Vec<Vec<String>> = (1..=design.cases()).map(|number| design.case(number)).collect();
    let is_choice = |value: &String| value.starts_with(|first: char| first.is_ascii_uppercase());
    let are_choices = axes.len() == 1 && cases.iter().flatten().all(is_choice);
    let name = |axis: &Axis, value: &str| {
        let is_clear = axes.iter().filter(|other| last(other) == last(axis)).count() == 1;
        let place = if is_clear { last(axis) } else { &axis.path };
        if are_choices { value.to_owned() } else { format!("{place}={value}") }
    };
    let settings = |values: Vec<String>| {
        let pairs = || axes.iter().zip(&values);
        let name = pairs().map(|(axis, value)| name(axis, value)).collect::<Vec<_>>().join(", ");
        let set = pairs().map(|(axis, value)| Setting { path: axis.path.clone(), value: value.clone() });
        (name, set.collect())
    };
    cases.into_iter().map(settings).collect()
}

fn last(axis: &Axis) -> &str {
    axis.path.rsplit('.').next().unwrap_or(&axis.path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::design::Plan;

    fn names(axes: &[&str]) -> Vec<String> {
        let axes = axes.iter().map(|text| Axis::parse(text).unwrap()).collect();
        let settings = named_settings(&Design::new(axes, Plan::Grid, 1).unwrap());
        settings.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn choices_stand_for_themselves_and_numbers_beside_what_they_are_of() {
        assert_eq!(
            names(&["nodes.lb.policy=RoundRobin, PowerOf(d: 2, ties: Random)"]),
            ["RoundRobin", "PowerOf(d: 2, ties: Random)"]
        );
        assert_eq!(names(&["nodes.app.cores=1..4 step 3"]), ["cores=1", "cores=4"]);
        assert_eq!(
            names(&["nodes.app.instances=2", "nodes.lb.policy=Random,RoundRobin"]),
            ["instances=2, policy=Random", "instances=2, policy=RoundRobin"]
        );
    }

    #[test]
    fn paths_with_one_end_are_told_apart() {
        assert_eq!(
            names(&["nodes.a.cores=1,2", "nodes.b.cores=3"]),
            ["nodes.a.cores=1, nodes.b.cores=3", "nodes.a.cores=2, nodes.b.cores=3"]
        );
    }

    #[test]
    fn every_alternative_knows_what_is_put_where() {
        let axes = ["nodes.a.cores=1,2", "run.duration=10s"].map(|text| Axis::parse(text).unwrap());
        let design = Design::new(axes.to_vec(), Plan::Grid, 1).unwrap();
        let setting = |path: &str, value: &str| Setting { path: path.to_owned(), value: value.to_owned() };
        let expected = [setting("nodes.a.cores", "2"), setting("run.duration", "10s")];
        assert_eq!(named_settings(&design)[1], ("cores=2, duration=10s".to_owned(), expected.to_vec()));
    }
}
