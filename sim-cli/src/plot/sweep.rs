//! Pictures over a sweep: lines over one axis, a heat map over two, and what no case beats by two metrics.

use sim_core::quantity::{Rate, Ratio, Size};
use sim_core::report::Better;
use sim_core::time::Duration;

use crate::exit::Failure;

use super::axis::Axis;
use super::front::{Candidate, Front};
use super::heading::Heading;
use super::heat::Heat;
use super::lines::{Chart, Line, MOST_LINES, Value};
use super::panel::Shared;
use super::results::{Asked, Case, Results};
use super::stack::Stack;

/// The height of a panel in pixels.
const PANEL: i32 = 240;
/// As many values as are labelled along an axis.
const MOST_TICKS: usize = 13;

/// The cases of a sweep that are looked at, and what was asked of them.
pub struct Selection {
    results: Results,
    asked: Vec<Asked>,
    cases: Vec<Case>,
    /// What cases were chosen by.
    conditions: Vec<String>,
}

/// The values of an axis, in the order in which they are shown.
struct Values {
    texts: Vec<String>,
    /// What they are as numbers, if all of them are.
    numbers: Option<Vec<f64>>,
}

impl Values {
    /// Of all cases; numbers from the smallest, names as they come.
    fn of(cases: &[Case], axis: usize) -> Values {
        let mut texts: Vec<String> = Vec::new();
        for case in cases {
            if !texts.contains(&case.values[axis]) {
                texts.push(case.values[axis].clone());
            }
        }
        let numbers: Option<Vec<f64>> = texts.iter().map(|text| number(text)).collect();
        let Some(numbers) = numbers else { return Values { texts, numbers: None } };
        let mut both: Vec<(f64, String)> = numbers.into_iter().zip(texts).collect();
        both.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (numbers, texts) = both.into_iter().unzip();
        Values { texts, numbers: Some(numbers) }
    }

    fn axis(&self) -> Axis {
        match &self.numbers {
            Some(numbers) => {
                let values: Vec<_> = numbers.iter().copied().zip(self.texts.iter().cloned()).collect();
                Axis::of_values(&values, MOST_TICKS)
            }
            None => Axis::of_names(&self.texts),
        }
    }

    fn place(&self, text: &str) -> Option<usize> {
        self.texts.iter().position(|known| known == text)
    }

    /// Where a value is along the axis.
    fn at(&self, text: &str) -> Option<f64> {
        let place = self.place(text)?;
        Some(self.numbers.as_ref().map_or(place as f64, |numbers| numbers[place]))
    }
}

/// A value of a scenario as a number, if it is one: times in seconds, rates per second.
fn number(text: &str) -> Option<f64> {
    let text = text.trim_matches('"');
    let plain = text.parse::<f64>().ok().filter(|number| number.is_finite());
    plain
        .or_else(|| Some(text.parse::<Ratio>().ok()?.0))
        .or_else(|| Some(text.parse::<Duration>().ok()?.as_secs_f64()))
        .or_else(|| Some(text.parse::<Rate>().ok()?.0))
        .or_else(|| Some(text.parse::<Size>().ok()?.0 as f64))
}

impl Selection {
    /// The cases with these values along axes, such as `instances=4`.
    pub fn new(results: Results, asked: Vec<Asked>, conditions: &[String]) -> Result<Selection, Failure> {
        let mut cases = results.cases(&asked);
        for condition in conditions {
            let Some((path, value)) = condition.split_once('=') else {
                return Err(Failure::usage(format!("`--where {condition}` has no `=`"))
                    .with_help("write `--where nodes.app.instances=4`"));
            };
            let axis = results.axis(path)?;
            let known = Values::of(&cases, axis).texts;
            cases.retain(|case| case.values[axis] == value);
            if cases.is_empty() {
                return Err(Failure::usage(format!("no case has `{condition}`"))
                    .with_help(format!("there are {}", known.join(", "))));
            }
        }
        Ok(Selection { results, asked, cases, conditions: conditions.to_vec() })
    }

    /// The axes along which the cases differ.
    pub fn varied(&self) -> Vec<usize> {
        (0..self.results.axes.len()).filter(|axis| Values::of(&self.cases, *axis).texts.len() > 1).collect()
    }

    /// The paths of these axes.
    pub fn paths(&self, axes: &[usize]) -> String {
        axes.iter().map(|axis| self.results.axes[*axis].as_str()).collect::<Vec<_>>().join(", ")
    }

    /// The axis whose path ends so.
    pub fn axis(&self, path: &str) -> Result<usize, Failure> {
        self.results.axis(path)
    }

    fn heading(&self, shown: &str) -> Heading {
        let Results { name, manifest, .. } = &self.results;
        let (seed, results) = (self.results.seed(), manifest.results);
        let runs = match manifest.replications {
            1 => format!("1 run of each case, seed {seed}"),
            several => {
                format!("means of {several} replications of each case from seed {seed}")
            }
        };
        let mut heading = Heading {
            title: name.clone(),
            shown: shown.to_owned(),
            subtitle: format!("{runs} · results version {results}"),
        };
        if let Some(shard) = &manifest.shard {
            heading.add(&format!("only part {shard} of the sweep"));
        }
        if !self.conditions.is_empty() {
            heading.add(&format!("where {}", self.conditions.join(", ")));
        }
        match self.results.badly_ended() {
            0 => {}
            1 => heading.add("1 run did not come to a good end"),
            several => heading.add(&format!("{several} runs did not come to a good end")),
        }
        heading
    }

    /// The last word of a path, with as many before it as it takes to tell the axes apart.
    fn short(&self, axis: usize) -> &str {
        let path = &self.results.axes[axis];
        let mut starts: Vec<usize> = path.match_indices('.').map(|(dot, _)| dot + 1).collect();
        starts.reverse();
        let is_one = |end: &str| self.results.axes.iter().filter(|other| other.ends_with(end)).count() == 1;
        starts.into_iter().map(|start| &path[start..]).find(|end| is_one(end)).unwrap_or(path)
    }

    /// What a case has along axes, in words.
    fn told(&self, case: &Case, axes: &[usize]) -> String {
        let words = axes.iter().map(|axis| format!("{}={}", self.short(*axis), case.values[*axis]));
        words.collect::<Vec<_>>().join(", ")
    }

    /// Each metric over one axis, a line for each combination along the others.
    pub fn lines(&self, over: usize) -> Result<Stack, Failure> {
        let values = Values::of(&self.cases, over);
        let others: Vec<usize> = self.varied().into_iter().filter(|axis| *axis != over).collect();
        let mut charts = Vec::new();
        for (number, asked) in self.asked.iter().enumerate() {
            let mut lines: Vec<(Vec<&String>, Line)> = Vec::new();
            for case in &self.cases {
                let Some(at) = values.at(&case.values[over]) else { continue };
                let key: Vec<&String> = others.iter().map(|axis| &case.values[*axis]).collect();
                let (value, interval) =
                    case.measured[number].map_or((None, None), |(value, ends)| (Some(value), ends));
                let value = Value { at, value, interval };
                match lines.iter_mut().find(|(other, _)| *other == key) {
                    Some((_, line)) => line.values.push(value),
                    None => lines.push((key, Line { name: self.told(case, &others), values: vec![value] })),
                }
            }
            if lines.len() > MOST_LINES {
                let failure = format!("{} lines cannot be told apart", lines.len());
                return Err(Failure::usage(failure).with_help(format!(
                    "choose cases by `--where`, such as `--where {}`, or draw a heat map by a second `--over`",
                    self.told(&self.cases[0], &others[..1])
                )));
            }
            let mut lines: Vec<Line> = lines.into_iter().map(|(_, line)| line).collect();
            lines.iter_mut().for_each(|line| line.values.sort_by(|a, b| a.at.total_cmp(&b.at)));
            let are_names = values.numbers.is_none();
            let unit = asked.metric.unit;
            charts.push(Chart {
                title: format!("{}: {}", asked.text, asked.metric.doc),
                unit,
                are_names,
                lines,
                theory: Vec::new(),
            });
        }
        let shown = format!("over {}", self.short(over));
        let x_name = self.results.axes[over].clone();
        let shared = Shared { x: values.axis(), x_name, bands: Vec::new(), marks: Vec::new() };
        let panels = charts.iter().map(|chart| (PANEL, chart.panel())).collect();
        let mut heading = self.heading(&shown);
        if self.results.manifest.replications > 1 {
            heading.add("95 % intervals");
        }
        Stack::new(heading, shared, panels)
    }

    /// A metric over two axes.
    pub fn heat(&self, number: usize, across: usize, down: usize) -> Result<Heat, Failure> {
        let others: Vec<usize> =
            self.varied().into_iter().filter(|axis| *axis != across && *axis != down).collect();
        if let Some(other) = others.first() {
            let failure =
                format!("a heat map shows two axes, and these cases differ also in {}", self.paths(&others));
            return Err(Failure::usage(failure).with_help(format!(
                "choose by `--where`, such as `--where {}`",
                self.told(&self.cases[0], &[*other])
            )));
        }
        let (columns, mut rows) = (Values::of(&self.cases, across), Values::of(&self.cases, down));
        if rows.numbers.is_some() {
            // As on every axis, more is higher.
            rows.texts.reverse();
        }
        let mut cells = vec![vec![None; columns.texts.len()]; rows.texts.len()];
        for case in &self.cases {
            let places = columns.place(&case.values[across]).zip(rows.place(&case.values[down]));
            if let Some((column, row)) = places {
                cells[row][column] = case.measured[number].map(|(value, _)| value);
            }
        }
        let Asked { text, metric, .. } = &self.asked[number];
        Heat::new(
            self.heading(text),
            metric.unit,
            (self.results.axes[across].clone(), columns.texts),
            (self.results.axes[down].clone(), rows.texts),
            cells,
        )
    }

    /// The first metric against the second, and the cases that none beats by both.
    pub fn front(&self) -> Result<Stack, Failure> {
        let [up, along] = self.asked.as_slice() else {
            return Err(Failure::usage("a front is of two metrics").with_help("ask for one by `--metric`"));
        };
        let axes = self.varied();
        let candidate = |case: &Case| {
            let ((y, y_interval), (x, x_interval)) = case.measured[0].zip(case.measured[1])?;
            Some(Candidate { name: self.told(case, &axes), at: [x, y], intervals: [x_interval, y_interval] })
        };
        let mut heading = self.heading(&format!("{} against {}", up.text, along.text));
        if self.results.manifest.replications > 1 {
            heading.add("95 % intervals");
        }
        let front = Front {
            heading,
            names: [along.text.clone(), up.text.clone()],
            units: [along.metric.unit, up.metric.unit],
            is_more_better: [along, up].map(|asked| asked.metric.better == Better::More),
            candidates: self.cases.iter().filter_map(candidate).collect(),
        };
        front.picture()
    }
}

#[cfg(test)]
mod tests {
    use super::super::page::Picture;
    use super::super::results::tests::small;
    use super::*;

    fn selection(metrics: &[&str], conditions: &[&str]) -> Result<Selection, Failure> {
        let results = small();
        let asked = metrics.iter().map(|metric| results.ask(metric)).collect::<Result<_, _>>()?;
        Selection::new(results, asked, &conditions.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn values_of_a_scenario_are_numbers_where_they_can_be() {
        for (text, expected) in [
            ("4", Some(4.0)),
            ("50/s", Some(50.0)),
            ("\"250ms\"", Some(0.25)),
            ("70%", Some(0.7)),
            ("2kB", Some(2_000.0)),
            ("PowerOf(d: 2)", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }

    #[test]
    fn cases_are_chosen_and_told_apart() {
        let all = selection(&["p99(users)"], &[]).expect("it is sound");
        assert_eq!(all.varied(), [0, 1]);
        assert_eq!(all.told(&all.cases[3], &[0, 1]), "instances=2, policy=PowerOf(d: 2)");
        let some = selection(&["p99(users)"], &["instances=2"]).expect("there are two");
        assert_eq!((some.varied(), some.cases.len()), (vec![1], 2));
        for (condition, says) in
            [("instances=3", "no case has"), ("instances", "has no `=`"), ("cores=1", "is not varied")]
        {
            let failure = selection(&["p99(users)"], &[condition]).err().expect(says);
            assert!(failure.message.contains(says), "{}", failure.message);
        }
    }

    #[test]
    fn each_picture_says_of_what_it_is() {
        let two = selection(&["p99(users)", "throughput(users)"], &[]).expect("it is sound");
        let lines = two.lines(0).expect("there are two lines");
        assert_eq!(lines.title(), "small: over instances");
        let heat = two.heat(0, 0, 1).expect("there are two axes");
        assert_eq!(heat.title(), "small: p99(users)");
        assert_eq!(
            two.front().expect("there are two metrics").title(),
            "small: p99(users) against throughput(users)"
        );
        let failure = two.heat(0, 0, 0).expect_err("the policy differs too");
        assert!(failure.message.contains("differ also in nodes.lb.policy"), "{}", failure.message);
    }
}
