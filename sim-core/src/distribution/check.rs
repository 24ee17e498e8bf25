//! Everything in a distribution that makes no sense, named by its place.

use super::{
    BoundedPareto, Distribution, Erlang, Gamma, HyperExp, LogNormal, Pareto, Quantity, Uniform, Weibull,
};
use crate::math::{gamma, pow};
use crate::quantity::Ratio;

/// Something that makes no sense, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The place below the whole: fields by name, list and tuple entries by number, such as `cv` or `1.0`; empty for the whole.
    pub path: String,
    /// Lower case, without a full stop.
    pub message: String,
    /// What to write instead, where it can be said.
    pub help: Option<String>,
}

impl Problem {
    pub(super) fn new(path: impl Into<String>, message: impl Into<String>) -> Problem {
        Problem { path: path.into(), message: message.into(), help: None }
    }

    fn help(self, help: impl Into<String>) -> Problem {
        Problem { help: Some(help.into()), ..self }
    }

    /// The same problem seen from one level up, where this part lies at `place`.
    pub fn under(self, place: impl std::fmt::Display) -> Problem {
        let path = if self.path.is_empty() { place.to_string() } else { format!("{place}.{}", self.path) };
        Problem { path, ..self }
    }
}

/// Beyond this a coefficient of variation is a slip, and its square would overflow soon after.
const LARGEST_CV: f64 = 1_000.0;

impl<Q: Quantity> Distribution<Q> {
    /// Every problem at once; what a file holds is checked when it is read.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let found = &mut problems;
        match self {
            Distribution::Constant(value) => not_negative("", *value, found),
            Distribution::Exp(mean) => {
                if mean.to_base() <= 0.0 {
                    let problem = Problem::new("", format!("a mean must be above zero, `{mean}` is not"));
                    found.push(problem.help(format!("for no spread at all write `Constant(\"{mean}\")`")));
                }
            }
            Distribution::Uniform(Uniform { min, max }) => {
                not_negative("min", *min, found);
                if min.to_base() > max.to_base() {
                    found.push(Problem::new("max", format!("`max` ({max}) must not be below `min` ({min})")));
                }
            }
            Distribution::Erlang(Erlang { k, mean }) => {
                if *k == 0 {
                    found.push(Problem::new("k", "`k` counts stages and must be at least 1"));
                }
                above_zero("mean", *mean, found);
            }
            Distribution::Gamma(Gamma { mean, cv }) => {
                above_zero("mean", *mean, found);
                sensible_cv(*cv, found);
            }
            Distribution::LogNormal(parameters) => check_log_normal(parameters, found),
            Distribution::Weibull(parameters) => check_weibull(parameters, found),
            Distribution::Pareto(parameters) => check_pareto(parameters, found),
            Distribution::BoundedPareto(parameters) => check_bounded_pareto(parameters, found),
            Distribution::HyperExp(parameters) => check_hyper_exponential(parameters, found),
            Distribution::Mixture(parts) => {
                not_empty(parts.len(), "a mixture", "part", found);
                for (index, (weight, part)) in parts.iter().enumerate() {
                    positive_weight(format!("{index}.0"), *weight, found);
                    found.extend(part.check().into_iter().map(|problem| problem.under(format!("{index}.1"))));
                }
            }
            Distribution::Empirical(values) => {
                not_empty(values.len(), "an empirical distribution", "value", found);
                for (index, value) in values.iter().enumerate() {
                    not_negative(&index.to_string(), *value, found);
                }
            }
            Distribution::Histogram(bounds) => check_histogram(bounds, found),
            Distribution::SamplesFile(name) | Distribution::HistogramFile(name) => {
                if name.is_empty() {
                    found.push(Problem::new("", "a file needs a name"));
                }
            }
        }
        problems
    }
}

fn not_negative<Q: Quantity>(path: &str, value: Q, found: &mut Vec<Problem>) {
    if value.to_base() < 0.0 {
        found.push(Problem::new(path, format!("a value cannot be negative, as `{value}` is")));
    }
}

fn above_zero<Q: Quantity>(path: &str, value: Q, found: &mut Vec<Problem>) {
    if value.to_base() <= 0.0 {
        found.push(Problem::new(path, format!("`{path}` must be above zero, `{value}` is not")));
    }
}

fn sensible_cv(cv: Ratio, found: &mut Vec<Problem>) {
    if !(0.0..=LARGEST_CV).contains(&cv.0) {
        found.push(Problem::new(
            "cv",
            format!("`cv` must lie between 0 and {LARGEST_CV}, `{}` does not", cv.0),
        ));
    }
}

fn not_empty(length: usize, whole: &str, entry: &str, found: &mut Vec<Problem>) {
    if length == 0 {
        found.push(Problem::new("", format!("{whole} needs at least one {entry}")));
    } else if length as u64 > u64::from(u32::MAX) {
        found.push(Problem::new("", format!("{whole} cannot hold {length} entries")));
    }
}

fn positive_weight(path: String, weight: Ratio, found: &mut Vec<Problem>) {
    if weight.0 <= 0.0 {
        found.push(Problem::new(path, format!("a weight must be above zero, `{}` is not", weight.0)));
    } else {
        sensible_weight(path, weight, found);
    }
}

/// Weights further apart than this are slips, and their sums would lose the small ones.
fn sensible_weight(path: String, weight: Ratio, found: &mut Vec<Problem>) {
    if weight.0 != 0.0 && !(1e-12..=1e12).contains(&weight.0) {
        let message = format!("a weight must lie between 1e-12 and 1e12, `{:e}` does not", weight.0);
        found.push(Problem::new(path, message));
    }
}

fn check_log_normal<Q: Quantity>(parameters: &LogNormal<Q>, found: &mut Vec<Problem>) {
    let LogNormal { mean, cv, median, p99, mu, sigma } = parameters;
    match (mean, cv, median, p99, mu, sigma) {
        (Some(mean), Some(cv), None, None, None, None) => {
            above_zero("mean", *mean, found);
            sensible_cv(*cv, found);
        }
        (None, None, Some(median), Some(p99), None, None) => {
            above_zero("median", *median, found);
            if p99.to_base() <= median.to_base() {
                let message = format!("`p99` ({p99}) must be above `median` ({median})");
                let help = format!("for no spread at all write `Constant(\"{median}\")`");
                found.push(Problem::new("p99", message).help(help));
            }
        }
        (None, None, None, None, Some(mu), Some(sigma)) => {
            // exp(mu + sigma²/2) is the mean; 1e60 of anything is more than a run can hold.
            if mu.0.abs() > 138.0 {
                let message = format!("the logarithm `mu` must lie between -138 and 138, `{mu}` does not");
                found.push(Problem::new("mu", message));
            }
            if !(0.0..=16.0).contains(&sigma.0) {
                let message = format!("`sigma` must lie between 0 and 16, `{}` does not", sigma.0);
                found.push(Problem::new("sigma", message));
            }
        }
        (..) => found.push(
            Problem::new("", "a lognormal needs exactly one pair of parameters")
                .help("give `mean` and `cv`, or `median` and `p99`, or `mu` and `sigma`"),
        ),
    }
}

fn check_weibull<Q: Quantity>(parameters: &Weibull<Q>, found: &mut Vec<Problem>) {
    either("mean", parameters.mean, "scale", parameters.scale, found);
    let shape = parameters.shape.0;
    if shape <= 0.0 {
        found.push(Problem::new("shape", format!("`shape` must be above zero, `{shape}` is not")));
    } else if !gamma(1.0 + 2.0 / shape).is_finite() {
        found.push(Problem::new(
            "shape",
            format!("a `shape` of `{shape}` is too small: the moments overflow"),
        ));
    }
}

fn check_pareto<Q: Quantity>(parameters: &Pareto<Q>, found: &mut Vec<Problem>) {
    either("mean", parameters.mean, "minimum", parameters.minimum, found);
    let alpha = parameters.alpha.0;
    positive_alpha(alpha, found);
    if alpha > 0.0 && alpha <= 1.0 && parameters.mean.is_some() {
        let message = format!("with `alpha` at most 1 there is no mean, and `alpha` is `{alpha}`");
        found.push(Problem::new("alpha", message).help("give `minimum`, or use `BoundedPareto`"));
    }
}

fn check_bounded_pareto<Q: Quantity>(parameters: &BoundedPareto<Q>, found: &mut Vec<Problem>) {
    let BoundedPareto { alpha, min, max } = parameters;
    positive_alpha(alpha.0, found);
    above_zero("min", *min, found);
    if min.to_base() >= max.to_base() {
        found.push(Problem::new("max", format!("`max` ({max}) must be above `min` ({min})")));
    } else if alpha.0 > 0.0 && pow(min.to_base() / max.to_base(), alpha.0) == 1.0 {
        let message = format!("an `alpha` of `{alpha}` is too small to tell from zero");
        found.push(Problem::new("alpha", message));
    }
}

fn positive_alpha(alpha: f64, found: &mut Vec<Problem>) {
    if alpha <= 0.0 {
        found.push(Problem::new("alpha", format!("`alpha` must be above zero, `{alpha}` is not")));
    }
}

fn check_hyper_exponential<Q: Quantity>(parameters: &HyperExp<Q>, found: &mut Vec<Problem>) {
    match (parameters.mean, parameters.scv, &parameters.branches) {
        (Some(mean), Some(scv), None) => {
            above_zero("mean", mean, found);
            if !(1.0..=LARGEST_CV * LARGEST_CV).contains(&scv.0) {
                let largest = LARGEST_CV * LARGEST_CV;
                let message = format!("`scv` must lie between 1 and {largest}, `{}` does not", scv.0);
                found.push(
                    Problem::new("scv", message).help("for less variation than exponential use `Erlang`"),
                );
            }
        }
        (None, None, Some(branches)) => {
            if branches.is_empty() {
                found.push(Problem::new("branches", "at least one branch is needed"));
            }
            for (index, (weight, mean)) in branches.iter().enumerate() {
                positive_weight(format!("branches.{index}.0"), *weight, found);
                if mean.to_base() <= 0.0 {
                    let message = format!("a mean must be above zero, `{mean}` is not");
                    found.push(Problem::new(format!("branches.{index}.1"), message));
                }
            }
        }
        (..) => found.push(
            Problem::new("", "a hyperexponential needs either `mean` and `scv` or `branches`")
                .help("such as `HyperExp(mean: \"5ms\", scv: 4)`"),
        ),
    }
}

pub(super) fn check_histogram<Q: Quantity>(bounds: &[(Q, Ratio)], found: &mut Vec<Problem>) {
    not_empty(bounds.len(), "a histogram", "bound", found);
    let mut lower = 0.0;
    for (index, (upper, weight)) in bounds.iter().enumerate() {
        sensible_weight(format!("{index}.1"), *weight, found);
        if upper.to_base() <= lower {
            let message = if index == 0 {
                format!("the first bound must be above zero, `{upper}` is not")
            } else {
                format!("bounds must rise, `{upper}` is not above the one before")
            };
            found.push(Problem::new(format!("{index}.0"), message));
        }
        lower = upper.to_base();
    }
    if !bounds.is_empty() && bounds.iter().all(|(_, weight)| weight.0 <= 0.0) {
        found.push(Problem::new("", "at least one weight must be above zero"));
    }
}

/// Exactly one of two ways to give the size, and that above zero.
fn either<Q: Quantity>(
    first: &str,
    one: Option<Q>,
    second: &str,
    other: Option<Q>,
    found: &mut Vec<Problem>,
) {
    match (one, other) {
        (Some(value), None) => above_zero(first, value, found),
        (None, Some(value)) => above_zero(second, value, found),
        (None, None) => found.push(Problem::new("", format!("one of `{first}` and `{second}` is needed"))),
        (Some(_), Some(_)) => {
            found.push(Problem::new(second, format!("`{first}` and `{second}` exclude each other")));
        }
    }
}
