//! Axes: which values a place of the scenario takes in a sweep.
//!
//! Written `path=values`, where the values are a list, split at commas outside brackets and quotes
//! (`nodes.lb.policy=RoundRobin,PowerOf(d: 2)`; whole tables are values too), or a range: `50/s..400/s step 50/s`,
//! `1..64 log 7`. A range that says neither has no points of its own: random designs draw from it.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::quantity::Number;
use crate::scenario::text::{parse_assignment, parse_path, split_list};

mod range;

pub use range::Range;

/// One path of the scenario and the values that a sweep puts there.
#[derive(Clone, PartialEq, Debug)]
pub struct Axis {
    /// Where the values go, such as `nodes.app.instances`.
    pub path: String,
    /// The values as they were written.
    pub text: String,
    /// The values.
    pub values: Values,
}

/// The values of an axis.
#[derive(Clone, PartialEq, Debug)]
pub enum Values {
    /// These, in this order.
    List(Vec<String>),
    /// Any between two ends.
    Range(Range),
}

/// What a sweep cannot vary, and what to do instead.
const NO_AXES: [(&[&str], &str); 4] = [
    (&["run", "seed"], "`--replications N` runs every case with N seeds"),
    (&["cases"], "a sweep runs no cases of the scenario: vary the path that the case changes"),
    (&["expect"], "a sweep checks no claims: vary what they are about"),
    (&["layout"], "it changes no result"),
];

const EXAMPLE: &str =
    "write `path=values`, such as `nodes.app.instances=1,2,4` or `nodes.app.cores=1..8 step 1`";

impl Axis {
    /// Reads `path=values`, or says what would be right.
    pub fn parse(text: &str) -> Result<Axis, Diagnostic> {
        match parse_assignment(text) {
            Ok((path, values)) if !path.is_empty() => Axis::new(path, values),
            Ok(_) | Err(_) => Err(wrong(format!("`{text}` is no axis"), EXAMPLE)),
        }
    }

    /// The values that `text` says, at `path`.
    pub fn new(path: &str, text: &str) -> Result<Axis, Diagnostic> {
        let segments = parse_path(path).map_err(|problem| wrong(problem.message, EXAMPLE))?;
        let words: Vec<&str> = segments.iter().map(|segment| segment.text.as_str()).collect();
        for (refused, help) in NO_AXES {
            if words.starts_with(refused) {
                return Err(wrong(format!("`{path}` cannot be an axis"), help));
            }
        }
        if words == ["run"] {
            let help = "it holds the seed, which is the same in all cases: vary `run.duration` and the like";
            return Err(wrong("`run` as a whole cannot be an axis".to_owned(), help));
        }
        Ok(Axis { path: path.to_owned(), text: text.to_owned(), values: Values::parse(path, text)? })
    }

    /// Whether both lead to the same place.
    pub fn is_same_place(&self, other: &Axis) -> bool {
        match (parse_path(&self.path), parse_path(&other.path)) {
            (Ok(one), Ok(other)) => one.iter().map(|it| &it.text).eq(other.iter().map(|it| &it.text)),
            (Ok(_) | Err(_), _) => self.path == other.path,
        }
    }

    /// The values it names; none of a range without points.
    pub fn list(&self) -> &[String] {
        match &self.values {
            Values::List(list) => list,
            Values::Range(_) => &[],
        }
    }

    /// How many values it names.
    pub fn length(&self) -> u32 {
        self.list().len() as u32
    }

    /// Whether it is a range of whole numbers without points.
    pub fn is_whole_range(&self) -> bool {
        matches!(&self.values, Values::Range(range) if range.is_whole())
    }

    /// Whether all values are numbers without a unit.
    pub fn is_numeric(&self) -> bool {
        match &self.values {
            Values::List(list) => list.iter().all(|value| value.parse::<Number>().is_ok()),
            Values::Range(range) => range.is_numeric(),
        }
    }

    /// The value at a share in [0, 1) of the axis.
    pub(super) fn at(&self, share: f64) -> String {
        match &self.values {
            Values::List(list) => list[((share * list.len() as f64) as usize).min(list.len() - 1)].clone(),
            Values::Range(range) => range.at(share),
        }
    }
}

impl Values {
    fn parse(path: &str, text: &str) -> Result<Values, Diagnostic> {
        let parts = split_list(text);
        if parts.is_empty() {
            return Err(wrong(format!("the axis `{path}` has no values"), EXAMPLE));
        }
        if parts.iter().any(|part| part.is_empty()) {
            let help = "take the extra comma away, or write `\"\"` for an empty text";
            return Err(wrong(format!("the axis `{path}` has an empty value"), help));
        }
        if parts.iter().any(|part| range::is_meant(part)) {
            let &[range] = parts.as_slice() else {
                let help = "write one range, or all values with commas between them";
                return Err(wrong(format!("the axis `{path}` mixes a range with other values"), help));
            };
            return range::parse(range).map_err(|problem| {
                let message = format!("the axis `{path}`: {}", problem.message);
                Diagnostic { message, ..problem }
            });
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = parts.iter().find(|part| !seen.insert(**part)) {
            let help = "each value makes a case of its own: name it once";
            return Err(wrong(format!("the axis `{path}` has `{twice}` twice"), help));
        }
        Ok(Values::List(parts.into_iter().map(str::to_owned).collect()))
    }
}

fn wrong(message: String, help: &str) -> Diagnostic {
    Diagnostic::error("bad-axis", message).with_help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn list(text: &str) -> Vec<String> {
        match Axis::parse(text).unwrap().values {
            Values::List(list) => list,
            Values::Range(range) => panic!("{range:?}"),
        }
    }

    #[track_caller]
    fn refused(text: &str, message: &str, help: &str) {
        let problem = Axis::parse(text).unwrap_err();
        assert!(problem.message.contains(message), "{text}: {}", problem.message);
        assert!(problem.help.as_ref().is_some_and(|it| it.contains(help)), "{text}: {:?}", problem.help);
    }

    #[test]
    fn a_list_is_split_at_commas_outside_brackets_and_quotes() {
        assert_eq!(
            list("nodes.lb.policy= RoundRobin, PowerOf(d: 2) ,\"a,b\""),
            ["RoundRobin", "PowerOf(d: 2)", "\"a,b\""]
        );
        assert_eq!(
            list("nodes.app=Service(cores: 1, serve: [Cpu(Exp(\"1ms\"))])").len(),
            1,
            "a whole table is one value"
        );
        assert_eq!(Axis::parse("links.\"a->b\".latency=1ms,2ms").unwrap().path, "links.\"a->b\".latency");
    }

    #[test]
    fn what_is_no_axis_is_refused_with_what_would_be_right() {
        refused("nodes.app.cores", "is no axis", "nodes.app.instances=1,2,4");
        refused("=1,2", "is no axis", "path=values");
        refused("nodes.app.cores=", "has no values", "such as");
        refused("nodes.app.cores=1,,2", "an empty value", "extra comma");
        refused("nodes.app.cores=1,2,1", "has `1` twice", "once");
        refused("nodes.app.cores=1..4 step 1,8", "mixes a range", "commas");
        refused("run.seed=1,2", "cannot be an axis", "--replications");
        refused("run.\"seed\"=1,2", "cannot be an axis", "--replications");
        refused("run=(seed: 1),(seed: 2)", "as a whole", "run.duration");
        refused("cases.fast=1", "cannot be an axis", "cases");
    }

    #[test]
    fn an_axis_is_numeric_if_no_value_has_a_unit_or_a_name() {
        let is_numeric = |values: &str| Axis::parse(&format!("a={values}")).unwrap().is_numeric();
        assert!(["1,2.5,-3", "1_000", "1..4", "1..64 log 7"].iter().all(|values| is_numeric(values)));
        assert!(!["1,auto", "5ms", "50/s..80/s", "\"1\""].iter().any(|values| is_numeric(values)));
    }

    #[test]
    fn the_same_place_may_be_written_in_two_ways() {
        let axis = |path: &str| Axis::parse(&format!("{path}=1,2")).unwrap();
        assert!(axis("nodes.app.cores").is_same_place(&axis("nodes.\"app\".cores")));
        assert!(!axis("nodes.app.cores").is_same_place(&axis("nodes.app.instances")));
    }
}
