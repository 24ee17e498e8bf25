//! The compiled form of a distribution: what remains to be done per draw.

use serde::{Deserialize, Serialize};

use super::alias::AliasTable;
use super::ziggurat::{exponential, first_exponential, normal};
use crate::math::{ln, pow, quick_exp, sqrt};
use crate::random::{Draws, Key};
use crate::time::Duration;

/// A distribution ready to draw from, in base units: nanoseconds for a time, bytes for a size.
///
/// It is small, since a model holds one per delay and service; long parameters are boxed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Sampler {
    /// Always this; takes no draw.
    Constant(f64),
    /// Exponential with this mean.
    Exponential(f64),
    /// Uniform from `min` to `min + width`.
    Uniform {
        /// The smallest value.
        min: f64,
        /// Largest less smallest.
        width: f64,
    },
    /// A sum of exponential stages; for many of them it compiles to gamma.
    Erlang {
        /// How many.
        stages: u32,
        /// The mean of one.
        stage_mean: f64,
    },
    /// Gamma of a shape of at least 1 (Marsaglia and Tsang, ACM TOMS 26, 2000).
    Gamma {
        /// Mean over shape.
        scale: f64,
        /// The shape less ⅓.
        d: f64,
        /// 1/√(9d).
        c: f64,
    },
    /// Gamma of a shape below 1.
    GammaBelowOne(Box<GammaBelowOne>),
    /// `median` × exp(`sigma` × a standard normal variable).
    LogNormal {
        /// Half lie below.
        median: f64,
        /// The standard deviation of the logarithm.
        sigma: f64,
    },
    /// `scale` × (an exponential variable)^(1/shape).
    Weibull {
        /// The value that a share 1 − 1/e lies below.
        scale: f64,
        /// 1/shape.
        exponent: f64,
    },
    /// P(X > x) = (minimum/x)^alpha.
    Pareto {
        /// The smallest value.
        minimum: f64,
        /// The tail index.
        alpha: f64,
    },
    /// Pareto cut to a range.
    BoundedPareto(Box<BoundedPareto>),
    /// One of two exponentials.
    HyperExponential {
        /// The probability of the first.
        share: f64,
        /// The mean of the first.
        first: f64,
        /// The mean of the other.
        second: f64,
    },
    /// One of several samplers by weight.
    Mixture(Box<Mixture>),
    /// One of these values, kept sorted.
    Empirical(Box<[f64]>),
    /// Uniform within one of several bins.
    Histogram(Box<Histogram>),
}

/// A gamma variable of a shape below 1: one of shape + 1 times U^(1/shape).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct GammaBelowOne {
    pub(super) shape: f64,
    pub(super) scale: f64,
    d: f64,
    c: f64,
}

/// A Pareto variable given that it is at most `max`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct BoundedPareto {
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) alpha: f64,
    /// The share of the whole Pareto law that lies in the range.
    pub(super) kept: f64,
}

/// Samplers and the table that chooses among them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Mixture {
    choice: AliasTable,
    /// Probability and sampler; the probabilities sum to 1.
    pub(super) parts: Box<[(f64, Sampler)]>,
}

/// Bins and the table that chooses among them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Histogram {
    choice: AliasTable,
    pub(super) bins: Box<[Bin]>,
}

/// A range of values and the probability to fall into it.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Bin {
    pub probability: f64,
    pub lower: f64,
    pub upper: f64,
}

/// Above so many stages a gamma draw is cheaper than the sum.
const MOST_STAGES: u32 = 6;

impl Sampler {
    /// The sum of `stages` exponentials with this mean in all.
    pub(super) fn erlang(stages: u32, mean: f64) -> Sampler {
        match stages {
            1 => Sampler::Exponential(mean),
            2..=MOST_STAGES => Sampler::Erlang { stages, stage_mean: mean / f64::from(stages) },
            _ => Sampler::gamma(f64::from(stages), mean / f64::from(stages)),
        }
    }

    pub(super) fn gamma(shape: f64, scale: f64) -> Sampler {
        let shape_drawn = if shape < 1.0 { shape + 1.0 } else { shape };
        let d = shape_drawn - 1.0 / 3.0;
        let c = 1.0 / sqrt(9.0 * d);
        if shape < 1.0 {
            Sampler::GammaBelowOne(Box::new(GammaBelowOne { shape, scale, d, c }))
        } else {
            Sampler::Gamma { scale, d, c }
        }
    }

    pub(super) fn bounded_pareto(min: f64, max: f64, alpha: f64) -> Sampler {
        let kept = 1.0 - pow(min / max, alpha);
        Sampler::BoundedPareto(Box::new(BoundedPareto { min, max, alpha, kept }))
    }

    /// One of `parts` by weight; the weights are above zero.
    pub(super) fn mixture(parts: Vec<(f64, Sampler)>) -> Sampler {
        let weights: Vec<f64> = parts.iter().map(|(weight, _)| *weight).collect();
        let sum: f64 = weights.iter().sum();
        let choice = AliasTable::new(&weights);
        let parts = parts.into_iter().map(|(weight, sampler)| (weight / sum, sampler)).collect();
        Sampler::Mixture(Box::new(Mixture { choice, parts }))
    }

    /// One of `values`, which are not empty.
    pub(super) fn empirical(mut values: Vec<f64>) -> Sampler {
        values.sort_by(f64::total_cmp);
        Sampler::Empirical(values.into())
    }

    /// Bins that rise from zero to each upper bound; not all weights are zero.
    pub(super) fn histogram(bounds: &[(f64, f64)]) -> Sampler {
        let weights: Vec<f64> = bounds.iter().map(|(_, weight)| *weight).collect();
        let sum: f64 = weights.iter().sum();
        let mut lower = 0.0;
        let mut bins = Vec::with_capacity(bounds.len());
        for &(upper, weight) in bounds {
            bins.push(Bin { probability: weight / sum, lower, upper });
            lower = upper;
        }
        Sampler::Histogram(Box::new(Histogram { choice: AliasTable::new(&weights), bins: bins.into() }))
    }

    /// The value that the purpose of `key` has: the first that [`Sampler::sample`] gives for its draws.
    #[inline(always)]
    pub fn value(&self, key: Key) -> f64 {
        // What a hot loop mostly meets needs no sequence of draws.
        if let Sampler::Exponential(mean) = *self {
            mean * first_exponential(key)
        } else if let Sampler::Constant(value) = *self {
            value
        } else {
            self.sample(&mut key.draws())
        }
    }

    /// A value in base units, never negative.
    #[inline(never)]
    pub fn sample(&self, draws: &mut Draws) -> f64 {
        match *self {
            Sampler::Constant(value) => value,
            Sampler::Exponential(mean) => mean * exponential(draws),
            Sampler::Uniform { min, width } => min + width * draws.unit(),
            Sampler::LogNormal { median, sigma } => median * quick_exp(sigma * normal(draws)),
            Sampler::HyperExponential { share, first, second } => {
                let mean = if draws.unit() < share { first } else { second };
                mean * exponential(draws)
            }
            Sampler::Erlang { .. }
            | Sampler::Gamma { .. }
            | Sampler::GammaBelowOne(_)
            | Sampler::Weibull { .. }
            | Sampler::Pareto { .. }
            | Sampler::BoundedPareto(_)
            | Sampler::Mixture(_)
            | Sampler::Empirical(_)
            | Sampler::Histogram(_) => self.sample_rarer(draws),
        }
    }

    /// The laws that a hot loop rarely meets, kept out of it.
    #[inline(never)]
    fn sample_rarer(&self, draws: &mut Draws) -> f64 {
        match *self {
            Sampler::Constant(_)
            | Sampler::Exponential(_)
            | Sampler::Uniform { .. }
            | Sampler::LogNormal { .. }
            | Sampler::HyperExponential { .. } => self.sample(draws),
            Sampler::Erlang { stages, stage_mean } => {
                let mut sum = 0.0;
                for _ in 0..stages {
                    sum += exponential(draws);
                }
                stage_mean * sum
            }
            Sampler::Gamma { scale, d, c } => scale * standard_gamma(d, c, draws),
            Sampler::GammaBelowOne(ref gamma) => {
                let power = quick_exp(-exponential(draws) / gamma.shape);
                gamma.scale * standard_gamma(gamma.d, gamma.c, draws) * power
            }
            Sampler::Weibull { scale, exponent } => scale * pow(exponential(draws), exponent),
            Sampler::Pareto { minimum, alpha } => minimum * quick_exp(exponential(draws) / alpha),
            Sampler::BoundedPareto(ref pareto) => {
                let above = 1.0 - draws.unit() * pareto.kept;
                (pareto.min * quick_exp(-ln(above) / pareto.alpha)).min(pareto.max)
            }
            Sampler::Mixture(ref mixture) => {
                let part = mixture.choice.sample(draws);
                mixture.parts[part as usize].1.sample(draws)
            }
            Sampler::Empirical(ref values) => values[draws.below(values.len() as u32) as usize],
            Sampler::Histogram(ref histogram) => {
                let bin = histogram.bins[histogram.choice.sample(draws) as usize];
                bin.lower + (bin.upper - bin.lower) * draws.unit()
            }
        }
    }

    /// A sample of a time, rounded to the nearest nanosecond.
    #[inline]
    pub fn sample_duration(&self, draws: &mut Draws) -> Duration {
        Duration::from_nanos_f64(self.sample(draws))
    }

    /// A sample rounded to the nearest whole base unit: a number of bytes or of things.
    #[inline]
    pub fn sample_whole(&self, draws: &mut Draws) -> u64 {
        (self.sample(draws) + 0.5) as u64
    }
}

/// A gamma variable of shape d + ⅓ and scale 1, where c = 1/√(9d).
fn standard_gamma(d: f64, c: f64, draws: &mut Draws) -> f64 {
    loop {
        let x = normal(draws);
        let v = 1.0 + c * x;
        if v <= 0.0 {
            continue;
        }
        let v = v * v * v;
        let u = draws.unit_above_zero();
        let squared = x * x;
        // The first test spares the logarithms in almost every case.
        if u < 1.0 - 0.0331 * squared * squared || ln(u) < 0.5 * squared + d * (1.0 - v + ln(v)) {
            return d * v;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sampler_fits_half_a_cache_line() {
        assert_eq!(size_of::<Sampler>(), 32);
    }
}
