//! Designs: which combinations of values a sweep runs, and which of them one machine of several does.
//!
//! ## Invariant: a design is a pure function of its axes, its plan and the scenario's seed
//! Every machine that is given them has the same cases by the same numbers, so each can take its part without asking.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

use super::axis::{Axis, Values};
use crate::diagnostic::Diagnostic;
use crate::random::{Draws, Key};

/// The most cases of one sweep: each has a number of six digits.
pub const MOST_CASES: u32 = 999_999;

/// How the values of the axes are combined.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
pub enum Plan {
    /// Each value with each other one, the last axis fastest.
    #[default]
    Grid,
    /// So many independent draws from all axes.
    Random(u32),
    /// So many draws, one in each of as many equal parts of every axis (a Latin hypercube; McKay, Beckman and Conover
    /// 1979).
    Latin(u32),
}

impl Plan {
    /// Its word in a manifest.
    pub fn word(self) -> &'static str {
        match self {
            Plan::Grid => "grid",
            Plan::Random(_) => "random",
            Plan::Latin(_) => "latin",
        }
    }
}

/// The cases of a sweep.
#[derive(Clone, PartialEq, Debug)]
pub struct Design {
    axes: Vec<Axis>,
    plan: Plan,
    cases: u32,
    /// What random plans draw by.
    key: Key,
    /// For a Latin hypercube, by axis: the part in which each case falls.
    parts: Vec<Vec<u32>>,
}

impl Design {
    /// The design of these axes; `seed` is the scenario's. Says everything that is wrong with them.
    pub fn new(axes: Vec<Axis>, plan: Plan, seed: u64) -> Result<Design, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        if axes.is_empty() {
            let help = "name one, such as `--vary nodes.app.instances=1,2,4`";
            problems.push(Diagnostic::error("no-axis", "a sweep needs an axis").with_help(help));
        }
        for (number, axis) in axes.iter().enumerate() {
            if axes[..number].iter().any(|earlier| earlier.is_same_place(axis)) {
                let message = format!("`{}` is an axis twice", axis.path);
                problems.push(
                    Diagnostic::error("axis-twice", message).with_help("put all its values in one axis"),
                );
            }
        }
        let cases = match plan {
            Plan::Grid => grid_size(&axes, &mut problems),
            Plan::Random(count) | Plan::Latin(count) => f64::from(count),
        };
        if cases > f64::from(MOST_CASES) {
            let message = format!("the design has {cases} cases, and a sweep at most {MOST_CASES}");
            problems.push(
                Diagnostic::error("too-many-cases", message).with_help("take fewer values, or `--latin N`"),
            );
        } else if cases < 1.0 && problems.is_empty() {
            problems.push(
                Diagnostic::error("no-case", "the design has no case").with_help("ask for at least one"),
            );
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let key = Key::from_seed(seed).named("design").named(plan.word());
        let parts = match plan {
            Plan::Latin(count) => axes.iter().map(|axis| shuffled(count, key.named(&axis.path))).collect(),
            Plan::Grid | Plan::Random(_) => Vec::new(),
        };
        Ok(Design { axes, plan, cases: cases as u32, key, parts })
    }

    /// How many cases there are; they are numbered from 1.
    pub fn cases(&self) -> u32 {
        self.cases
    }

    /// The axes, in the order given.
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// How their values are combined.
    pub fn plan(&self) -> Plan {
        self.plan
    }

    /// The values of a case, one for each axis.
    pub fn case(&self, number: u32) -> Vec<String> {
        let index = number.saturating_sub(1);
        match self.plan {
            Plan::Grid => self.point(index),
            Plan::Random(_) => self.axes.iter().map(|axis| axis.at(self.draws(axis, index).unit())).collect(),
            Plan::Latin(count) => {
                let share = |axis: &Axis, parts: &[u32]| {
                    let part = f64::from(parts[index as usize]);
                    (part + self.draws(axis, index).unit()) / f64::from(count)
                };
                self.axes.iter().zip(&self.parts).map(|(axis, parts)| axis.at(share(axis, parts))).collect()
            }
        }
    }

    /// Keyed by path and case, so that another axis or another case changes no draw.
    fn draws(&self, axis: &Axis, index: u32) -> Draws {
        self.key.named(&axis.path).numbered(u64::from(index)).draws()
    }

    fn point(&self, index: u32) -> Vec<String> {
        let mut rest = index as usize;
        let mut values: Vec<String> = self
            .axes
            .iter()
            .rev()
            .filter_map(|axis| match &axis.values {
                Values::List(list) => {
                    let value = list[rest % list.len()].clone();
                    rest /= list.len();
                    Some(value)
                }
                // `grid_size` has refused it.
                Values::Range(_) => None,
            })
            .collect();
        values.reverse();
        values
    }
}

/// A float, as a product of many lengths is beyond every integer.
fn grid_size(axes: &[Axis], problems: &mut Vec<Diagnostic>) -> f64 {
    let mut size = 1.0;
    for axis in axes {
        match &axis.values {
            Values::List(list) => size *= list.len() as f64,
            Values::Range(_) => {
                let message = format!("the axis `{}={}` has no points for a grid", axis.path, axis.text);
                let help = "add `step n` or `log n`, or draw from it with `--random N` or `--latin N`";
                problems.push(Diagnostic::error("bad-axis", message).with_help(help));
            }
        }
    }
    size
}

/// The numbers below `count` in a random order (Fisher and Yates).
fn shuffled(count: u32, key: Key) -> Vec<u32> {
    let mut numbers: Vec<u32> = (0..count).collect();
    let mut draws = key.named("parts").draws();
    for last in (1..count).rev() {
        numbers.swap(last as usize, draws.below(last + 1) as usize);
    }
    numbers
}

/// One of several equal parts of a design, written `2/4`: each machine does one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shard {
    /// Which part, from 1.
    pub number: u32,
    /// Of how many.
    pub of: u32,
}

impl Shard {
    /// The only part of a design that is not shared out.
    pub const WHOLE: Shard = Shard { number: 1, of: 1 };

    /// The cases of this part: every `of`-th one, so that cheap and dear ends of an axis are shared out.
    pub fn cases(self, cases: u32) -> impl Iterator<Item = u32> {
        (self.number..=cases).step_by(self.of as usize)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let parts =
            text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((number, of)) if (1..=of).contains(&number) => Ok(Shard { number, of }),
            Some((_, of)) if of > 0 => Err(format!("shards are counted from 1: `1/{of}` to `{of}/{of}`")),
            Some(_) | None => Err("write which shard of how many, such as `1/4`".to_owned()),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axes(texts: &[&str]) -> Vec<Axis> {
        texts.iter().map(|text| Axis::parse(text).unwrap()).collect()
    }

    fn design(texts: &[&str], plan: Plan) -> Design {
        Design::new(axes(texts), plan, 7).unwrap()
    }

    fn all(design: &Design) -> Vec<String> {
        (1..=design.cases()).map(|case| design.case(case).join(" ")).collect()
    }

    #[test]
    fn a_grid_is_the_product_in_order_with_the_last_axis_fastest() {
        let grid = design(&["a=1..2 step 1", "b=x,P(d: 2)", "c=5ms"], Plan::Grid);
        assert_eq!(all(&grid), ["1 x 5ms", "1 P(d: 2) 5ms", "2 x 5ms", "2 P(d: 2) 5ms"]);
    }

    #[test]
    fn everything_wrong_with_a_design_is_told_at_once() {
        let problems = Design::new(axes(&["a=1..2", "b=1,2", "b=3"]), Plan::Grid, 7).unwrap_err();
        let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["axis-twice", "bad-axis"]);
        assert!(problems.iter().all(|problem| problem.help.is_some()));
        let code = |texts: &[&str], plan| Design::new(axes(texts), plan, 7).unwrap_err()[0].code;
        assert_eq!(code(&[], Plan::Grid), "no-axis");
        assert_eq!(code(&["a=1,2"], Plan::Random(0)), "no-case");
        let wide = "1..1000 step 1";
        assert_eq!(code(&[&format!("a={wide}"), &format!("b={wide}")], Plan::Grid), "too-many-cases");
    }

    #[test]
    fn a_latin_hypercube_has_one_case_in_each_part_of_every_axis() {
        let latin = design(&["a=0.0..100.0", "b=x,y,z,w", "c=1..20"], Plan::Latin(20));
        let mut parts: Vec<f64> =
            (1..=20).map(|case| (latin.case(case)[0].parse::<f64>().unwrap() / 5.0).floor()).collect();
        assert!(!parts.is_sorted(), "in no order");
        parts.sort_by(f64::total_cmp);
        assert_eq!(parts, (0..20).map(f64::from).collect::<Vec<_>>());
        for letter in ["x", "y", "z", "w"] {
            assert_eq!((1..=20).filter(|case| latin.case(*case)[1] == letter).count(), 5, "{letter}");
        }
        let mut whole: Vec<u32> = (1..=20).map(|case| latin.case(case)[2].parse().unwrap()).collect();
        whole.sort_unstable();
        assert_eq!(whole, (1..=20).collect::<Vec<_>>());
    }

    #[test]
    fn random_draws_fill_their_range_and_another_axis_or_case_moves_none() {
        let alone = design(&["a=0.0..1.0"], Plan::Random(1_000));
        let values: Vec<f64> = (1..=1_000).map(|case| alone.case(case)[0].parse().unwrap()).collect();
        let mean = values.iter().sum::<f64>() / 1e3;
        // The standard error of the mean of a thousand uniform draws is 1/√12000 ≈ 0.0091.
        assert!((mean - 0.5).abs() < 4.0 * 0.0091, "{mean}");
        assert!(values.iter().all(|value| (0.0..=1.0).contains(value)));
        let beside = design(&["b=0.0..1.0", "a=0.0..1.0"], Plan::Random(500));
        assert!((1..=500).all(|case| beside.case(case)[1] == alone.case(case)[0]));
        assert!((1..=500).any(|case| beside.case(case)[0] != alone.case(case)[0]));
        let other = Design::new(axes(&["a=0.0..1.0"]), Plan::Random(1_000), 8).unwrap();
        assert_ne!(other.case(1), alone.case(1));
    }

    #[test]
    fn shards_share_out_all_cases_and_none_twice() {
        for of in [1, 3, 7, 40] {
            let mut cases: Vec<u32> = (1..=of).flat_map(|number| Shard { number, of }.cases(30)).collect();
            cases.sort_unstable();
            assert_eq!(cases, (1..=30).collect::<Vec<_>>());
        }
        assert_eq!(Shard { number: 2, of: 4 }.cases(10).collect::<Vec<_>>(), [2, 6, 10]);
    }

    #[test]
    fn shards_are_written_and_read_from_one() {
        let shard: Shard = "2/4".parse().unwrap();
        assert_eq!((shard, shard.to_string()), (Shard { number: 2, of: 4 }, "2/4".to_owned()));
        for wrong in ["0/4", "5/4", "1", "a/b", "1/0", "-1/2", ""] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
