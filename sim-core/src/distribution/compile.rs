//! From what is written to what draws. The parametrisations are those of the closed forms they are tested against.

use super::check::{Problem, check_histogram};
use super::sampler::Sampler;
use super::{
    BoundedPareto, Distribution, Erlang, Gamma, HyperExp, LogNormal, Pareto, Quantity, Uniform, Weibull,
    table,
};
use crate::math::{self, exp, ln, ln_1p, normal_quantile, sqrt};
use crate::quantity::Ratio;

impl<Q: Quantity> Distribution<Q> {
    /// The compiled form, or the first problem of [`Distribution::check`] or of a file.
    ///
    /// `files` gives the text of a file by the name it has in the scenario.
    pub fn sampler(&self, files: &dyn Fn(&str) -> Option<String>) -> Result<Sampler, Problem> {
        match self.check().into_iter().next() {
            Some(problem) => Err(problem),
            None => self.compile(files),
        }
    }

    /// The compiled form of a distribution whose check found nothing.
    fn compile(&self, files: &dyn Fn(&str) -> Option<String>) -> Result<Sampler, Problem> {
        let read = |name: &str| {
            files(name).ok_or_else(|| Problem::new("", format!("the file `{name}` cannot be read")))
        };
        let sampler = match self {
            Distribution::Constant(value) => Sampler::Constant(value.to_base()),
            Distribution::Exp(mean) => Sampler::Exponential(mean.to_base()),
            Distribution::Uniform(Uniform { min, max }) => {
                Sampler::Uniform { min: min.to_base(), width: max.to_base() - min.to_base() }
            }
            Distribution::Erlang(Erlang { k, mean }) => Sampler::erlang(*k, mean.to_base()),
            Distribution::Gamma(parameters) => gamma(parameters),
            Distribution::LogNormal(parameters) => log_normal(parameters)?,
            Distribution::Weibull(parameters) => weibull(parameters)?,
            Distribution::Pareto(parameters) => pareto(parameters)?,
            Distribution::BoundedPareto(BoundedPareto { alpha, min, max }) => {
                Sampler::bounded_pareto(min.to_base(), max.to_base(), alpha.0)
            }
            Distribution::HyperExp(parameters) => hyper_exponential(parameters)?,
            Distribution::Mixture(parts) => {
                let mut samplers = Vec::with_capacity(parts.len());
                for (index, (weight, part)) in parts.iter().enumerate() {
                    let sampler =
                        part.compile(files).map_err(|problem| problem.under(format!("{index}.1")))?;
                    samplers.push((weight.0, sampler));
                }
                Sampler::mixture(samplers)
            }
            Distribution::Empirical(values) => empirical(values),
            Distribution::Histogram(bounds) => histogram(bounds),
            Distribution::SamplesFile(name) => {
                let values = table::samples::<Q>(name, &read(name)?)?;
                if let Some(value) = values.iter().find(|value| value.to_base() < 0.0) {
                    return Err(Problem::new("", format!("`{name}` holds the negative value `{value}`")));
                }
                empirical(&values)
            }
            Distribution::HistogramFile(name) => {
                let bounds = table::histogram::<Q>(name, &read(name)?)?;
                let mut found = Vec::new();
                check_histogram(&bounds, &mut found);
                if let Some(problem) = found.into_iter().next() {
                    return Err(Problem::new("", format!("`{name}`: {}", problem.message)));
                }
                histogram(&bounds)
            }
        };
        Ok(sampler)
    }
}

/// What [`Distribution::check`] refuses before anything is compiled.
fn incomplete() -> Problem {
    Problem::new("", "its parameters are incomplete")
}

fn gamma<Q: Quantity>(parameters: &Gamma<Q>) -> Sampler {
    let mean = parameters.mean.to_base();
    let squared = parameters.cv.0 * parameters.cv.0;
    // Below this the spread is less than the rounding of the value.
    if squared < 1e-30 {
        return Sampler::Constant(mean);
    }
    Sampler::gamma(1.0 / squared, mean * squared)
}

fn log_normal<Q: Quantity>(parameters: &LogNormal<Q>) -> Result<Sampler, Problem> {
    let LogNormal { mean, cv, median, p99, mu, sigma } = *parameters;
    let (median, sigma) = if let (Some(mean), Some(cv)) = (mean, cv) {
        // exp(mu) = mean / exp(sigma²/2) = mean / √(1 + cv²).
        let squared = cv.0 * cv.0;
        (mean.to_base() / sqrt(1.0 + squared), sqrt(ln_1p(squared)))
    } else if let (Some(median), Some(p99)) = (median, p99) {
        (median.to_base(), ln(p99.to_base() / median.to_base()) / normal_quantile(0.99))
    } else {
        let (mu, sigma) = mu.zip(sigma).ok_or_else(incomplete)?;
        (exp(mu.0) * Q::LOGARITHM_UNIT, sigma.0)
    };
    Ok(Sampler::LogNormal { median, sigma })
}

fn weibull<Q: Quantity>(parameters: &Weibull<Q>) -> Result<Sampler, Problem> {
    let exponent = 1.0 / parameters.shape.0;
    let from_mean = |mean: Q| mean.to_base() / math::gamma(1.0 + exponent);
    let scale = parameters.scale.map(Q::to_base).or(parameters.mean.map(from_mean)).ok_or_else(incomplete)?;
    Ok(Sampler::Weibull { scale, exponent })
}

fn pareto<Q: Quantity>(parameters: &Pareto<Q>) -> Result<Sampler, Problem> {
    let alpha = parameters.alpha.0;
    let from_mean = |mean: Q| mean.to_base() * (alpha - 1.0) / alpha;
    let minimum =
        parameters.minimum.map(Q::to_base).or(parameters.mean.map(from_mean)).ok_or_else(incomplete)?;
    Ok(Sampler::Pareto { minimum, alpha })
}

fn hyper_exponential<Q: Quantity>(parameters: &HyperExp<Q>) -> Result<Sampler, Problem> {
    if let (Some(mean), Some(scv)) = (parameters.mean, parameters.scv) {
        // Balanced means: both branches carry half of the mean.
        let share = (1.0 + sqrt((scv.0 - 1.0) / (scv.0 + 1.0))) / 2.0;
        let mean = mean.to_base();
        return Ok(Sampler::HyperExponential {
            share,
            first: mean / (2.0 * share),
            second: mean / (2.0 * (1.0 - share)),
        });
    }
    let branches = parameters.branches.as_deref().ok_or_else(incomplete)?;
    Ok(match *branches {
        [(first_weight, first), (second_weight, second)] => Sampler::HyperExponential {
            share: first_weight.0 / (first_weight.0 + second_weight.0),
            first: first.to_base(),
            second: second.to_base(),
        },
        _ => Sampler::mixture(
            branches.iter().map(|(weight, mean)| (weight.0, Sampler::Exponential(mean.to_base()))).collect(),
        ),
    })
}

fn empirical<Q: Quantity>(values: &[Q]) -> Sampler {
    Sampler::empirical(values.iter().map(|value| value.to_base()).collect())
}

fn histogram<Q: Quantity>(bounds: &[(Q, Ratio)]) -> Sampler {
    let bounds: Vec<(f64, f64)> = bounds.iter().map(|(upper, weight)| (upper.to_base(), weight.0)).collect();
    Sampler::histogram(&bounds)
}
