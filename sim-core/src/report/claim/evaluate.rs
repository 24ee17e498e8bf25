//! Checking a claim against reports.
//!
//! A claim that compares what was measured with what was measured must hold by three standard errors, those of both
//! sides taken together as if they were independent (on common random numbers they err less). Counts compare exactly.

use crate::report::interval::Estimate;
use crate::report::watch::Span;
use crate::report::{ClaimResult, Report};
use crate::sorted::Map;

use super::parse::dimension_of;
use super::{BASE, Claim, Dimension, Expression, Operator, Quantity, Reading, Relation};

/// By so many standard errors a difference of measurements must hold.
const STANDARD_ERRORS: f64 = 3.0;

/// Two numbers that differ by less, relatively, differ by rounding.
const ROUNDING: f64 = 1e-9;

/// A number with its variance and what it is measured in.
#[derive(Clone, Copy)]
struct Value {
    value: f64,
    variance: f64,
    dimension: Dimension,
}

/// By how much a claim holds.
#[derive(Clone, PartialEq, Debug)]
pub struct Margin {
    /// How far the sides are apart, above zero where the claim holds; in base units.
    pub by: f64,
    /// Whether it holds as measured.
    pub is_met: bool,
    /// The side that was measured, in base units.
    pub value: f64,
    /// The same for people, such as `231ms`.
    pub shown: String,
}

/// Whether a claim holds of some runs, and what to say about it.
struct Verdict {
    value: String,
    holds: bool,
    why: String,
}

/// The runs that a claim is checked against.
#[derive(Clone, Copy)]
struct Runs<'a> {
    reports: &'a Map<String, &'a Report>,
    /// What a metric without a case is told of.
    own: &'a str,
}

impl Claim {
    /// Checks the claim, unless a run it is about is not at hand.
    pub(super) fn check(&self, reports: &Map<String, &Report>) -> Option<ClaimResult> {
        let cases = self.cases();
        if cases.iter().any(|case| !reports.contains_key(*case)) {
            return None;
        }
        if !cases.is_empty() {
            let verdict = self.judge(Runs { reports, own: BASE });
            return Some(self.result(verdict.value, verdict.holds, verdict.why));
        }
        // It says nothing about cases, so it has to hold in each.
        let verdicts = reports.keys().map(|case| (case, self.judge(Runs { reports, own: case })));
        let verdicts: Vec<_> = verdicts.collect();
        if let [(_, verdict)] = verdicts.as_slice() {
            return Some(self.result(verdict.value.clone(), verdict.holds, verdict.why.clone()));
        }
        let named = |case: &str, text: &str| {
            if case.is_empty() { text.to_owned() } else { format!("{case}: {text}") }
        };
        let values: Vec<_> = verdicts.iter().map(|(case, verdict)| named(case, &verdict.value)).collect();
        let holds = verdicts.iter().all(|(_, verdict)| verdict.holds);
        let told = verdicts.iter().filter(|(_, verdict)| holds || !verdict.holds);
        let whys: Vec<_> = told.map(|(case, verdict)| named(case, &verdict.why)).collect();
        (!verdicts.is_empty()).then(|| self.result(values.join(", "), holds, whys.join("; ")))
    }

    /// By how much it holds, if its metrics have the values that `value_of` tells; `None` if one of them has none.
    pub fn margin(&self, value_of: &dyn Fn(&Reading) -> Option<f64>) -> Option<Margin> {
        let of: Lookup = &|reading| {
            let dimension = dimension_of(reading.metric.unit);
            let value = value_of(reading).filter(|value| value.is_finite());
            value.map(|value| Value { value, variance: 0.0, dimension }).ok_or_else(String::new)
        };
        let (left, right) = (self.left.value(of).ok()?, self.right.value(of).ok()?);
        let difference = left.value - right.value;
        let by = match self.relation {
            Relation::Less | Relation::AtMost => -difference,
            Relation::AtLeast | Relation::Greater => difference,
            Relation::Equal => -difference.abs(),
            Relation::Within(share) => share * right.value.abs() - difference.abs(),
        };
        let measured = if self.left.is_measured() { left } else { right };
        let is_met = compare(left, self.relation, right, false).0;
        Some(Margin { by, is_met, value: measured.value, shown: shown(measured) })
    }

    fn result(&self, value: String, holds: bool, why: String) -> ClaimResult {
        ClaimResult { claim: self.text.clone(), value, holds, why }
    }

    fn judge(&self, runs: Runs) -> Verdict {
        let of: Lookup = &|reading| reading.value(runs);
        let sides = self.left.value(of).and_then(|left| Ok((left, self.right.value(of)?)));
        let (left, right) = match sides {
            Ok(sides) => sides,
            Err(why) => return Verdict { value: "–".to_owned(), holds: false, why },
        };
        let value = match (self.left.is_measured(), self.right.is_measured()) {
            (true, true) => format!("{} against {}", shown(left), shown(right)),
            (false, true) => shown(right),
            _ => shown(left),
        };
        let is_difference = self.left.is_measured() && self.right.is_measured();
        let (holds, why) = compare(left, self.relation, right, is_difference);
        Verdict { value, holds, why }
    }
}

fn compare(left: Value, relation: Relation, right: Value, is_difference: bool) -> (bool, String) {
    let difference = left.value - right.value;
    let size = left.value.abs().max(right.value.abs());
    let is_equal = difference.abs() <= ROUNDING * size;
    let below = |is_below: bool, allows_equal: bool| {
        let margin = if is_below { -difference } else { difference };
        let side = if is_below { "below" } else { "above" };
        if is_equal {
            return (allows_equal, "equal".to_owned());
        }
        let apart = apart(difference, right);
        let other_side = if margin > 0.0 {
            side
        } else if is_below {
            "above"
        } else {
            "below"
        };
        let error = (left.variance + right.variance).sqrt();
        if !is_difference || error == 0.0 {
            return (margin > 0.0, format!("{apart} {other_side}"));
        }
        let errors = margin / error;
        let why = format!("{apart} {other_side}, {} standard errors", significant(errors.abs(), 2));
        if margin > 0.0 && errors < STANDARD_ERRORS {
            return (false, format!("{why}: it takes {STANDARD_ERRORS} to be sure"));
        }
        (margin > 0.0, why)
    };
    match relation {
        Relation::Less => below(true, false),
        Relation::AtMost => below(true, true),
        Relation::Greater => below(false, false),
        Relation::AtLeast => below(false, true),
        Relation::Equal if is_equal => (true, "equal".to_owned()),
        Relation::Equal => (false, format!("{} apart", apart(difference, right))),
        Relation::Within(share) => {
            let holds = difference.abs() <= share * right.value.abs() * (1.0 + ROUNDING);
            (holds, format!("{} apart", apart(difference, right)))
        }
    }
}

/// How far two sides are apart: relatively, or absolutely from zero.
fn apart(difference: f64, right: Value) -> String {
    if right.value == 0.0 {
        return shown(Value { value: difference.abs(), ..right });
    }
    format!("{} %", significant(100.0 * (difference / right.value).abs(), 3))
}

/// How a reading is looked up.
type Lookup<'l> = &'l dyn Fn(&Reading) -> Result<Value, String>;

impl Expression {
    fn value(&self, of: Lookup<'_>) -> Result<Value, String> {
        match self {
            Expression::Literal(Quantity { value, dimension }) => {
                Ok(Value { value: *value, variance: 0.0, dimension: *dimension })
            }
            Expression::Measured(reading) => of(reading),
            Expression::Negated(inner) => {
                let inner = inner.value(of)?;
                Ok(Value { value: -inner.value, ..inner })
            }
            Expression::Combined(operator, sides) => {
                let (left, right) = (sides.0.value(of)?, sides.1.value(of)?);
                operator.combine(left, right)
            }
        }
    }
}

impl Operator {
    /// The result, with its variance to first order.
    fn combine(self, left: Value, right: Value) -> Result<Value, String> {
        let (a, b) = (left.value, right.value);
        let joint = Dimension {
            time: left.dimension.time,
            is_share: left.dimension.is_share || right.dimension.is_share,
        };
        let (value, variance, dimension) = match self {
            Operator::Add => (a + b, left.variance + right.variance, joint),
            Operator::Subtract => (a - b, left.variance + right.variance, joint),
            Operator::Multiply => {
                let time = left.dimension.time.saturating_add(right.dimension.time);
                let dimension = Dimension { time, ..joint };
                (a * b, b * b * left.variance + a * a * right.variance, dimension)
            }
            Operator::Divide if b == 0.0 => return Err("it divides by zero".to_owned()),
            Operator::Divide => {
                let time = left.dimension.time.saturating_sub(right.dimension.time);
                let quotient = a / b;
                let variance = (left.variance + quotient * quotient * right.variance) / (b * b);
                (quotient, variance, Dimension { time, is_share: false })
            }
        };
        Ok(Value { value, variance, dimension })
    }
}

impl Reading {
    fn value(&self, runs: Runs) -> Result<Value, String> {
        let case = self.case.as_deref().unwrap_or(runs.own);
        let Some(report) = runs.reports.get(case) else {
            return Err(format!("the case `{case}` was not run"));
        };
        let Some(estimate) = report.estimate(self.metric, &self.subject, self.span) else {
            return Err(self.absence(report));
        };
        let Estimate { value, error, .. } = estimate;
        let variance = error.map_or(0.0, |error| error * error);
        Ok(Value { value, variance, dimension: dimension_of(self.metric.unit) })
    }

    /// Why there is no value.
    fn absence(&self, report: &Report) -> String {
        let Span { from, to } = self.span;
        let last = from.into_iter().chain(to).max().map_or(0.0, |time| time.as_secs_f64());
        let first = from.into_iter().chain(to).min().map_or(f64::INFINITY, |time| time.as_secs_f64());
        if last > report.simulated_s {
            return format!("the run ended at {}, before `{}`", shown_time(report.simulated_s), self.text);
        }
        if first < report.warmup_s {
            return format!("measuring started at {}, after `{}`", shown_time(report.warmup_s), self.text);
        }
        format!("nothing was counted for `{}`", self.text)
    }
}

/// A value as people write it.
fn shown(value: Value) -> String {
    match value.dimension.time {
        1 => shown_time(value.value),
        -1 => format!("{}/s", significant(value.value, 4)),
        0 if value.dimension.is_share => format!("{}%", significant(100.0 * value.value, 4)),
        0 => significant(value.value, 6),
        2 => format!("{} s²", significant(value.value, 4)),
        power => format!("{} s^{power}", significant(value.value, 4)),
    }
}

fn shown_time(seconds: f64) -> String {
    let units = [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs")];
    let fits = |(unit, _): &&(f64, &str)| seconds.abs() >= *unit;
    let (unit, name) = units.iter().find(fits).copied().unwrap_or((1e-9, "ns"));
    if seconds == 0.0 { "0s".to_owned() } else { format!("{}{name}", significant(seconds / unit, 4)) }
}

/// A number with so many significant digits, whole parts kept and zeros at the end left out.
fn significant(value: f64, digits: i32) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    let exponent: i32 =
        format!("{:e}", value.abs()).split_once('e').map_or(0, |(_, e)| e.parse().unwrap_or(0));
    if !(-6..15).contains(&exponent) {
        return format!("{value:.3e}");
    }
    let places = (digits - 1 - exponent).max(0) as usize;
    let text = format!("{value:.places$}");
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
