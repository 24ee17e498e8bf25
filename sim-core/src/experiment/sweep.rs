//! Sweeps as files: which scenario, what is varied, and how often each case is run.
//!
//! ```ron
//! Sweep(
//!     scenario: "../scaling/horizontal.ron",
//!     vary: {
//!         "nodes.users.load.rate": "50/s..400/s step 50/s",
//!         "nodes.lb.policy": [RoundRobin, PowerOf(d: 2)],
//!     },
//!     replications: 5,
//! )
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;

use super::axis::{Axis, Values};
use super::design::Plan;
use crate::compile::raw;
use crate::diagnostic::Diagnostic;
use crate::scenario::anything::Anything;
use crate::scenario::read::read;
use crate::scenario::text::{Document, Entry, Kind, Value, scan, split_list};

/// What a sweep file says.
#[derive(Clone, PartialEq, Debug)]
pub struct Sweep {
    /// The scenario's file, relative to the sweep's.
    pub scenario: String,
    /// Paths of the scenario and what is put there in every case, in order.
    pub set: Vec<(String, String)>,
    /// What is varied, in order; the last axis is the fastest.
    pub axes: Vec<Axis>,
    /// How the values are combined.
    pub plan: Plan,
    /// How often each case is run.
    pub replications: u32,
}

/// The root's name, which tells a sweep from a scenario.
const NAME: &str = "Sweep";

/// The file as a table; what its maps hold is taken from the text, in the order of the text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename = "Sweep")]
struct Table {
    scenario: String,
    #[serde(default, rename = "set")]
    _set: BTreeMap<String, Anything>,
    #[serde(rename = "vary")]
    _vary: BTreeMap<String, Anything>,
    #[serde(default)]
    plan: Plan,
    #[serde(default = "once")]
    replications: u32,
}

fn once() -> u32 {
    1
}

impl Sweep {
    /// Whether a text is meant as a sweep: it begins with that word.
    pub fn is_meant(text: &str) -> bool {
        scan(text).is_ok_and(|document| {
            document.root.name.as_ref().is_some_and(|name| &document.text[name.clone()] == NAME)
        })
    }

    /// Reads a file's text, or says everything that is wrong with it.
    pub fn read(text: &str) -> Result<Sweep, Vec<Diagnostic>> {
        let Table { scenario, plan, replications, .. } = read(text)?;
        let document = scan(text)?;
        let mut problems = Vec::new();
        if replications == 0 {
            let span = document.locate("replications").map(|located| located.value);
            let problem = Diagnostic::error("bad-sweep", "a sweep runs each case at least once");
            problems.push(Diagnostic { span, ..problem });
        }
        let set = entries(&document, "set")
            .map(|(path, entry)| (path, raw(text, entry.value.span.clone())))
            .collect();
        let mut axes = Vec::new();
        for (path, entry) in entries(&document, "vary") {
            match axis(text, &path, &entry.value) {
                Ok(axis) => axes.push(axis),
                Err(problem) => problems.push(problem.with_span(entry.span.clone())),
            }
        }
        match problems.is_empty() {
            true => Ok(Sweep { scenario, set, axes, plan, replications }),
            false => Err(problems),
        }
    }
}

/// The entries of a field's map, with their keys.
fn entries<'d>(document: &'d Document<'_>, field: &str) -> impl Iterator<Item = (String, &'d Entry)> {
    let is_field = |entry: &&Entry| entry.key.as_ref().is_some_and(|key| document.key_text(key) == field);
    let map = document.root.entries.iter().find(is_field);
    let keyed = map.map_or(&[][..], |entry| entry.value.entries.as_slice()).iter();
    keyed.filter_map(|entry| Some((document.key_text(entry.key.as_ref()?).into_owned(), entry)))
}

/// A list of values, or a text that says them as the command line does.
fn axis(text: &str, path: &str, value: &Value) -> Result<Axis, Diagnostic> {
    let wrong = |message: String, help: &str| Diagnostic::error("bad-axis", message).with_help(help);
    match value.kind {
        Kind::Text => Axis::new(path, &raw(text, value.span.clone())),
        Kind::Square => {
            let values: Vec<String> = value
                .entries
                .iter()
                .map(|entry| {
                    let said = raw(text, entry.value.span.clone());
                    // Quotes that keep a comma from parting two values stay.
                    let is_one = split_list(&said).len() == 1;
                    if is_one { said } else { text[entry.value.span.clone()].to_owned() }
                })
                .collect();
            let axis = Axis::new(path, &values.join(","))?;
            // What is kept and compared is the text.
            let is_kept = matches!(&axis.values, Values::List(list) if *list == values);
            match is_kept {
                true => Ok(axis),
                false => Err(wrong(
                    format!("the values of the axis `{path}` cannot be told apart by their commas"),
                    "write ranges outside of lists, and comments outside of values",
                )),
            }
        }
        Kind::Char | Kind::Number | Kind::Name | Kind::Round | Kind::Curly => Err(wrong(
            format!("the axis `{path}` has no list of values"),
            "write `[1, 2, 4]`, or a range in quotes: `\"1..64 log 7\"`",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = r#"// What is best?
Sweep(
    scenario: "small.ron",
    set: {"run.duration": "10s"},
    vary: {
        "nodes.z.cores": "1..4 step 1",
        "nodes.a.policy": [RoundRobin, "PowerOf(d: 2)", Pick("a,b")],
        "nodes.b": ["a,b", Service(serve: [Cpu(Exp("1ms")), Wait(Exp("2ms"))])],
    },
    plan: Latin(12),
    replications: 3,
)"#;

    #[test]
    fn a_file_says_the_same_as_a_command_line() {
        let sweep = Sweep::read(SOUND).unwrap();
        assert_eq!(sweep.scenario, "small.ron");
        assert_eq!(sweep.set, [("run.duration".to_owned(), "10s".to_owned())]);
        assert_eq!((sweep.plan, sweep.replications), (Plan::Latin(12), 3));
        let typed = [
            "nodes.z.cores=1..4 step 1",
            "nodes.a.policy=RoundRobin,PowerOf(d: 2),Pick(\"a,b\")",
            "nodes.b=\"a,b\",Service(serve: [Cpu(Exp(\"1ms\")), Wait(Exp(\"2ms\"))])",
        ];
        // In the order of the text, not of the paths.
        assert_eq!(sweep.axes, typed.map(|text| Axis::parse(text).unwrap()));
        let short = Sweep::read("Sweep(scenario: \"a.ron\", vary: {\"b\": [1, 2]})").unwrap();
        assert_eq!((short.plan, short.replications), (Plan::Grid, 1));
    }

    #[test]
    fn a_sweep_is_told_from_a_scenario_by_its_name() {
        assert!(Sweep::is_meant(SOUND) && Sweep::is_meant("Sweep()"));
        assert!(!Sweep::is_meant("Scenario(nodes: {})") && !Sweep::is_meant("(nodes: {})"));
        assert!(!Sweep::is_meant("Sweep("));
    }

    #[test]
    fn everything_wrong_with_a_file_is_told_at_its_place() {
        let text = SOUND
            .replace("1..4 step 1", "4..1 step 1")
            .replace("[RoundRobin", "[RoundRobin, RoundRobin")
            .replace("replications: 3", "replications: 0");
        let problems = Sweep::read(&text).unwrap_err();
        let told: Vec<(&str, &str)> =
            problems.iter().map(|one| (one.message.as_str(), &text[one.span.clone().unwrap()])).collect();
        assert_eq!(told.len(), 3, "{told:?}");
        assert_eq!(told[0], ("a sweep runs each case at least once", "0"));
        assert!(told[1].0.contains("does not go up") && told[1].1.starts_with("\"nodes.z.cores\""));
        assert!(told[2].0.contains("twice") && told[2].1.starts_with("\"nodes.a.policy\""));
        for (wrong, message) in [
            ("vary: {\"a\": 3}", "has no list of values"),
            ("vary: {\"a\": [1, \"2..4 step 1\"]}", "mixes a range"),
            ("vary: {\"a\": [\"1..4 step 1\"]}", "cannot be told apart"),
            ("vary: {\"a\": []}", "has no values"),
            ("vary: {\"a\": [1], \"a\": [2]}", "a"),
            ("vary: {\"run.seed\": [1, 2]}", "cannot be an axis"),
            ("very: {\"a\": [1]}", "vary"),
            ("vary: {\"a\": [1]}, plan: Hex(3)", "Hex"),
        ] {
            let problems = Sweep::read(&format!("Sweep(scenario: \"a.ron\", {wrong})")).unwrap_err();
            let said = format!("{problems:?}");
            assert!(said.contains(message), "{wrong}: {said}");
        }
    }
}
