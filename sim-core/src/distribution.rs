//! Distributions as people write them: `Exp("3ms")`, `LogNormal(median: "4ms", p99: "25ms")`.
//!
//! [`Distribution`] is the text, [`Distribution::check`] names everything in it that makes no sense, and
//! [`Distribution::sampler`] compiles it to a [`Sampler`] that draws.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::quantity::{Number, QuantityError, Ratio, Size};
use crate::time::{Duration, NANOSECONDS_PER_SECOND};

mod alias;
mod check;
mod compile;
pub mod discrete;
mod moments;
mod sampler;
mod table;
pub mod ziggurat;
mod ziggurat_tables;

#[cfg(test)]
mod tests;

pub use check::Problem;
pub use sampler::Sampler;

/// What a distribution can be of: a time, a size or a plain number.
///
/// Samples are floats in the *base unit*: nanoseconds, bytes, ones.
pub trait Quantity: Copy + fmt::Display + FromStr<Err = QuantityError> + sealed::Sealed {
    /// Base units in the unit that logarithms are taken of: a second, a byte, one.
    const LOGARITHM_UNIT: f64;

    /// The value in base units.
    fn to_base(self) -> f64;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Duration {}
    impl Sealed for super::Size {}
    impl Sealed for super::Number {}
}

impl Quantity for Duration {
    const LOGARITHM_UNIT: f64 = NANOSECONDS_PER_SECOND as f64;

    fn to_base(self) -> f64 {
        self.0 as f64
    }
}

impl Quantity for Size {
    const LOGARITHM_UNIT: f64 = 1.0;

    fn to_base(self) -> f64 {
        self.0 as f64
    }
}

impl Quantity for Number {
    const LOGARITHM_UNIT: f64 = 1.0;

    fn to_base(self) -> f64 {
        self.0
    }
}

/// A random time, size or number, by its law. No law gives a negative value.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum Distribution<Q> {
    /// Always the same value, as `Constant("5ms")`.
    Constant(Q),
    /// Exponential with this mean, as `Exp("3ms")`: memoryless, coefficient of variation 1.
    Exp(Q),
    /// Every value between two bounds equally likely.
    Uniform(Uniform<Q>),
    /// The sum of `k` exponential stages: the more stages, the less it varies (cv = 1/√k).
    Erlang(Erlang<Q>),
    /// Gamma, by mean and coefficient of variation.
    Gamma(Gamma<Q>),
    /// A value whose logarithm is normal: the usual shape of measured latencies.
    LogNormal(LogNormal<Q>),
    /// Weibull: heavier tail than exponential for a shape below 1, lighter above.
    Weibull(Weibull<Q>),
    /// Pareto: P(X > x) = (minimum / x)^alpha. The variance is infinite for alpha ≤ 2.
    Pareto(Pareto<Q>),
    /// Pareto cut to a range: heavy-tailed with finite moments.
    BoundedPareto(BoundedPareto<Q>),
    /// One of several exponentials, chosen anew for each value: more variable than exponential.
    HyperExp(HyperExp<Q>),
    /// One of several distributions by weight, as `Mixture([(95, Exp("2ms")), (5, Constant("1s"))])`.
    Mixture(Vec<(Ratio, Distribution<Q>)>),
    /// One of these values, each equally likely, as `Empirical(["3ms", "4ms", "9ms"])`.
    Empirical(Vec<Q>),
    /// Measured counts as `(upper bound, weight)`, rising from 0: uniform between neighbouring bounds.
    Histogram(Vec<(Q, Ratio)>),
    /// One of the values in a file: one value with its unit per line, a header allowed.
    SamplesFile(#[schemars(extend("x-names" = ["file"]))] String),
    /// A histogram in a file: `upper,weight` per line, a header allowed.
    HistogramFile(#[schemars(extend("x-names" = ["file"]))] String),
}

/// The bounds of a uniform distribution.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Uniform<Q> {
    /// The smallest value.
    pub min: Q,
    /// The largest value.
    pub max: Q,
}

/// The parameters of an Erlang distribution.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Erlang<Q> {
    /// How many exponential stages are summed; at least 1.
    pub k: u32,
    /// The mean of the sum; a stage has this over `k`.
    pub mean: Q,
}

/// The parameters of a gamma distribution.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gamma<Q> {
    /// The mean.
    pub mean: Q,
    /// The coefficient of variation, standard deviation over mean; the shape is 1/cv².
    pub cv: Ratio,
}

/// The parameters of a lognormal distribution: exactly one of the pairs `mean` and `cv`, `median` and `p99`, `mu` and `sigma`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-one-of" = [["median", "p99"], ["mean", "cv"], ["mu", "sigma"]]))]
pub struct LogNormal<Q> {
    /// The mean; goes with `cv`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<Q>,
    /// The coefficient of variation, standard deviation over mean; goes with `mean`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cv: Option<Ratio>,
    /// The median; goes with `p99`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median: Option<Q>,
    /// The 99th percentile; goes with `median`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99: Option<Q>,
    /// The mean of the natural logarithm: of a time in seconds, a size in bytes; goes with `sigma`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mu: Option<Number>,
    /// The standard deviation of the natural logarithm; goes with `mu`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sigma: Option<Ratio>,
}

/// The parameters of a Weibull distribution: `shape` and either `mean` or `scale`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-one-of" = [["mean"], ["scale"]]))]
pub struct Weibull<Q> {
    /// The mean; or give `scale`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<Q>,
    /// The value that 63.2 % lie below; or give `mean`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<Q>,
    /// The shape: P(X > x) = exp(−(x/scale)^shape).
    pub shape: Number,
}

/// The parameters of a Pareto distribution: `alpha` and either `mean` or `minimum`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-one-of" = [["mean"], ["minimum"]]))]
pub struct Pareto<Q> {
    /// The tail index: the smaller, the heavier the tail; a mean exists above 1.
    pub alpha: Number,
    /// The mean, for alpha above 1; or give `minimum`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<Q>,
    /// The smallest value; or give `mean`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Q>,
}

/// The parameters of a Pareto distribution cut to a range.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BoundedPareto<Q> {
    /// The tail index: the smaller, the heavier the tail.
    pub alpha: Number,
    /// The smallest value.
    pub min: Q,
    /// The largest value.
    pub max: Q,
}

/// The parameters of a hyperexponential distribution: `mean` and `scv` (two branches with balanced means), or `branches`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-one-of" = [["mean", "scv"], ["branches"]]))]
pub struct HyperExp<Q> {
    /// The mean; goes with `scv`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<Q>,
    /// The squared coefficient of variation, at least 1; goes with `mean`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [4]))]
    pub scv: Option<Ratio>,
    /// The weight and mean of each exponential; weights need not sum to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branches: Option<Vec<(Ratio, Q)>>,
}
