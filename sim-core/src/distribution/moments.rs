//! What is known of a sampler without drawing: its moments and its distribution function.

use super::sampler::{BoundedPareto, Sampler};
use crate::math::{exp, expm1, gamma, gamma_cdf, ln, normal_cdf, pow};

impl Sampler {
    /// The mean in base units; `None` if it is infinite.
    pub fn mean(&self) -> Option<f64> {
        self.moment(1)
    }

    /// The mean of the square; `None` if it is infinite.
    pub fn second_moment(&self) -> Option<f64> {
        self.moment(2)
    }

    /// The squared coefficient of variation, variance over mean²; `None` if infinite, 0 for a constant.
    pub fn scv(&self) -> Option<f64> {
        let (mean, second) = (self.mean()?, self.second_moment()?);
        if mean == 0.0 { Some(0.0) } else { Some((second / mean / mean - 1.0).max(0.0)) }
    }

    /// The mean of the `order`-th power, of which the first four or so are of use.
    pub(super) fn moment(&self, order: i32) -> Option<f64> {
        let n = f64::from(order);
        let factorial = gamma(n + 1.0);
        let value = match *self {
            Sampler::Constant(value) => pow(value, n),
            Sampler::Exponential(mean) => factorial * pow(mean, n),
            Sampler::Uniform { min, width } => uniform_moment(min, min + width, n),
            Sampler::Erlang { stages, stage_mean } => gamma_moment(f64::from(stages), stage_mean, order),
            Sampler::Gamma { scale, d, .. } => gamma_moment(d + 1.0 / 3.0, scale, order),
            Sampler::GammaBelowOne(ref gamma) => gamma_moment(gamma.shape, gamma.scale, order),
            Sampler::LogNormal { median, sigma } => pow(median, n) * exp(0.5 * n * n * sigma * sigma),
            Sampler::Weibull { scale, exponent } => pow(scale, n) * gamma(1.0 + n * exponent),
            Sampler::Pareto { minimum, alpha } => {
                if alpha <= n {
                    return None;
                }
                alpha * pow(minimum, n) / (alpha - n)
            }
            Sampler::BoundedPareto(ref pareto) => bounded_pareto_moment(pareto, n),
            Sampler::HyperExponential { share, first, second } => {
                factorial * (share * pow(first, n) + (1.0 - share) * pow(second, n))
            }
            Sampler::Mixture(ref mixture) => {
                let mut sum = 0.0;
                for (probability, part) in &mixture.parts {
                    sum += probability * part.moment(order)?;
                }
                sum
            }
            Sampler::Empirical(ref values) => {
                values.iter().map(|value| pow(*value, n)).sum::<f64>() / values.len() as f64
            }
            Sampler::Histogram(ref histogram) => histogram
                .bins
                .iter()
                .map(|bin| bin.probability * uniform_moment(bin.lower, bin.upper, n))
                .sum(),
        };
        value.is_finite().then_some(value)
    }

    /// The probability of a value of at most `x` base units.
    pub fn cdf(&self, x: f64) -> f64 {
        if x < 0.0 {
            return 0.0;
        }
        match *self {
            Sampler::Constant(value) => f64::from(u8::from(x >= value)),
            Sampler::Exponential(mean) => -expm1(-x / mean),
            Sampler::Uniform { min, width } => uniform_cdf(min, min + width, x),
            Sampler::Erlang { stages, stage_mean } => gamma_cdf(f64::from(stages), x / stage_mean),
            Sampler::Gamma { scale, d, .. } => gamma_cdf(d + 1.0 / 3.0, x / scale),
            Sampler::GammaBelowOne(ref gamma) => gamma_cdf(gamma.shape, x / gamma.scale),
            Sampler::LogNormal { median, sigma: 0.0 } => f64::from(u8::from(x >= median)),
            Sampler::LogNormal { median, sigma } => normal_cdf(ln(x / median) / sigma),
            Sampler::Weibull { scale, exponent } => -expm1(-pow(x / scale, 1.0 / exponent)),
            Sampler::Pareto { minimum, alpha } => (1.0 - pow(minimum / x, alpha)).max(0.0),
            Sampler::BoundedPareto(ref pareto) => {
                ((1.0 - pow(pareto.min / x, pareto.alpha)) / pareto.kept).clamp(0.0, 1.0)
            }
            Sampler::HyperExponential { share, first, second } => {
                -share * expm1(-x / first) - (1.0 - share) * expm1(-x / second)
            }
            Sampler::Mixture(ref mixture) => {
                mixture.parts.iter().map(|(probability, part)| probability * part.cdf(x)).sum()
            }
            Sampler::Empirical(ref values) => {
                values.partition_point(|value| *value <= x) as f64 / values.len() as f64
            }
            Sampler::Histogram(ref histogram) => {
                histogram.bins.iter().map(|bin| bin.probability * uniform_cdf(bin.lower, bin.upper, x)).sum()
            }
        }
    }
}

/// The `n`-th moment of a uniform variable, (bⁿ⁺¹ − aⁿ⁺¹) / ((n + 1)(b − a)), in a form that does not cancel.
fn uniform_moment(a: f64, b: f64, n: f64) -> f64 {
    let mut sum = 0.0;
    let mut power = 0.0;
    while power <= n {
        sum += pow(a, power) * pow(b, n - power);
        power += 1.0;
    }
    sum / (n + 1.0)
}

fn uniform_cdf(a: f64, b: f64, x: f64) -> f64 {
    if x >= b {
        1.0
    } else if x <= a {
        0.0
    } else {
        (x - a) / (b - a)
    }
}

/// scaleⁿ × shape × (shape + 1) × … × (shape + n − 1).
fn gamma_moment(shape: f64, scale: f64, order: i32) -> f64 {
    (0..order).map(|step| scale * (shape + f64::from(step))).product()
}

fn bounded_pareto_moment(pareto: &BoundedPareto, n: f64) -> f64 {
    // α minⁿ ∫₁^{max/min} yⁿ⁻ᵅ⁻¹ dy, whose antiderivative is a logarithm where n = α.
    let (ratio, exponent) = (pareto.max / pareto.min, n - pareto.alpha);
    let integral = if exponent == 0.0 { ln(ratio) } else { expm1(exponent * ln(ratio)) / exponent };
    pareto.alpha * pow(pareto.min, n) * integral / pareto.kept
}
