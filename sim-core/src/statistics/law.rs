//! The laws behind intervals and tests: Student's t, chi-square and binomial, with their quantiles.

use std::f64::consts::FRAC_1_SQRT_2;

use super::root::positive_turning_point;
use super::special::{beta_cdf, beta_cdf_of};
use crate::math::{erfc, gamma_cdf, ln_1p, normal_quantile};

/// From here on Hill's expansion of Student's t is exact to rounding, and the incomplete beta function is not.
const MANY_FREEDOMS: f64 = 1e5;

/// The chance that Student's t with `freedom` degrees of freedom (any number above zero) is farther from zero than |t|.
pub fn student_t_two_sided(t: f64, freedom: f64) -> f64 {
    if t.is_nan() || freedom.is_nan() || freedom <= 0.0 {
        return f64::NAN;
    }
    let square = t * t;
    if square.is_infinite() {
        return 0.0;
    }
    if freedom > MANY_FREEDOMS {
        return erfc(normal_equivalent(t.abs(), freedom) * FRAC_1_SQRT_2);
    }
    beta_cdf_of(freedom / 2.0, 0.5, freedom / (freedom + square), square / (freedom + square))
}

/// The normal deviate with the same tail as `t` ≥ 0 (Hill 1970, Communications of the ACM, algorithm 395).
fn normal_equivalent(t: f64, freedom: f64) -> f64 {
    if freedom.is_infinite() {
        return t;
    }
    let a = freedom - 0.5;
    let b = 48.0 * a * a;
    let square = a * ln_1p(t * t / freedom);
    let (w, fourth) = (square.sqrt(), square * square);
    let third_order =
        ((4.0 * square + 33.0) * fourth + 240.0 * square + 855.0) / (10.0 * b * (b + 0.8 * fourth + 100.0));
    w * (1.0 + (square + 3.0) / b - third_order)
}

/// The share of Student's t with `freedom` degrees of freedom that lies below `t`.
pub fn student_t_cdf(t: f64, freedom: f64) -> f64 {
    let tail = student_t_two_sided(t, freedom) / 2.0;
    if t > 0.0 { 1.0 - tail } else { tail }
}

/// The value below which a share `probability` of Student's t lies; infinite at 0 and 1.
pub fn student_t_quantile(probability: f64, freedom: f64) -> f64 {
    if !(0.0..=1.0).contains(&probability) || freedom.is_nan() || freedom <= 0.0 {
        return f64::NAN;
    }
    if freedom.is_infinite() {
        return normal_quantile(probability);
    }
    if probability == 0.5 {
        return 0.0;
    }
    let both_tails = 2.0 * probability.min(1.0 - probability);
    let distance = positive_turning_point(1.0, |t| student_t_two_sided(t, freedom) > both_tails);
    if probability < 0.5 { -distance } else { distance }
}

/// The share of chi-square with `freedom` degrees of freedom that lies below `x`.
pub fn chi_square_cdf(x: f64, freedom: f64) -> f64 {
    gamma_cdf(freedom / 2.0, x / 2.0)
}

/// The value below which a share `probability` of chi-square lies; infinite at 1.
pub fn chi_square_quantile(probability: f64, freedom: f64) -> f64 {
    if !(0.0..=1.0).contains(&probability) || freedom.is_nan() || freedom <= 0.0 {
        return f64::NAN;
    }
    if probability == 1.0 {
        return f64::INFINITY;
    }
    positive_turning_point(freedom, |x| chi_square_cdf(x, freedom) < probability)
}

/// The chance of at most `successes` in `trials` independent trials of chance `chance`.
pub fn binomial_cdf(successes: u64, trials: u64, chance: f64) -> f64 {
    if successes >= trials || chance <= 0.0 {
        return 1.0;
    }
    1.0 - beta_cdf(successes as f64 + 1.0, (trials - successes) as f64, chance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t_quantiles_agree_with_tables() {
        let table = [
            // (probability, degrees of freedom, quantile)
            (0.975, 1.0, 12.706_204_736),
            (0.995, 1.0, 63.656_741_163),
            (0.975, 2.0, 4.302_652_730),
            (0.95, 3.0, 2.353_363_435),
            (0.975, 4.0, 2.776_445_105),
            (0.975, 5.0, 2.570_581_836),
            (0.995, 5.0, 4.032_142_984),
            (0.975, 9.0, 2.262_157_163),
            (0.95, 10.0, 1.812_461_123),
            (0.975, 10.0, 2.228_138_852),
            (0.9995, 10.0, 4.586_893_859),
            (0.975, 19.0, 2.093_024_054),
            (0.975, 29.0, 2.045_229_642),
            (0.99, 30.0, 2.457_261_542),
            (0.975, 60.0, 2.000_297_822),
            (0.975, 120.0, 1.979_930_405),
            (0.975, 1000.0, 1.962_339_081),
            (0.975, 1e18, 1.959_963_985),
        ];
        for (probability, freedom, expected) in table {
            let quantile = student_t_quantile(probability, freedom);
            assert!((quantile / expected - 1.0).abs() < 1e-9, "{probability} {freedom}: {quantile}");
            assert!((student_t_quantile(1.0 - probability, freedom) / quantile + 1.0).abs() < 1e-9);
            assert!((student_t_cdf(quantile, freedom) - probability).abs() < 1e-12);
        }
    }

    #[test]
    fn between_tables_the_closed_cases_and_the_expansion_hold() {
        // One degree of freedom is Cauchy; two have t = x √2 / √(1 − x²) with x = 2p − 1.
        for step in 1..100 {
            let p = f64::from(step) / 100.0;
            let x = 2.0 * p - 1.0;
            let two = x * std::f64::consts::SQRT_2 / (1.0 - x * x).sqrt();
            assert!((student_t_quantile(p, 2.0) - two).abs() < 1e-12 * two.abs().max(1.0));
        }
        // Cornish–Fisher, whose error is of order ν⁻⁴ (Abramowitz and Stegun 26.7.5), also at fractional degrees.
        for freedom in [500.5, 5_000.0, 99_999.0, 100_001.0, 1e7, 1e10, 1e16] {
            let z = normal_quantile(0.975);
            let (z3, z5) = (z * z * z, z * z * z * z * z);
            let z7 = z5 * z * z;
            let expansion = z
                + (z3 + z) / (4.0 * freedom)
                + (5.0 * z5 + 16.0 * z3 + 3.0 * z) / (96.0 * freedom * freedom)
                + (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * z) / (384.0 * freedom * freedom * freedom);
            let quantile = student_t_quantile(0.975, freedom);
            assert!((quantile / expansion - 1.0).abs() < 1e-9, "{freedom}: {quantile} {expansion}");
        }
        // Fractional degrees lie between their neighbours, in order.
        let along: Vec<f64> =
            (4..40).map(|quarter| student_t_quantile(0.975, f64::from(quarter) / 4.0)).collect();
        assert!(along.windows(2).all(|pair| pair[0] > pair[1]));
    }

    #[test]
    fn chi_square_quantiles_agree_with_tables() {
        for (probability, freedom, expected) in [
            (0.95, 1.0, 3.841_458_821),
            (0.95, 2.0, 5.991_464_547),
            (0.05, 10.0, 3.940_299_136),
            (0.95, 10.0, 18.307_038_053),
            (0.99, 20.0, 37.566_234_787),
            (0.025, 30.0, 16.790_772_266),
            (0.975, 100.0, 129.561_197_190),
        ] {
            let quantile = chi_square_quantile(probability, freedom);
            assert!((quantile / expected - 1.0).abs() < 1e-9, "{probability} {freedom}: {quantile}");
        }
    }

    #[test]
    fn the_binomial_cdf_is_the_sum_of_its_terms() {
        let (trials, chance) = (20u64, 0.3f64);
        let (mut term, mut sum) = (crate::math::pow(1.0 - chance, 20.0), 0.0);
        for successes in 0..=trials {
            sum += term;
            assert!((binomial_cdf(successes, trials, chance) - sum).abs() < 1e-13, "{successes}");
            term *= (trials - successes) as f64 / (successes + 1) as f64 * chance / (1.0 - chance);
        }
    }
}
