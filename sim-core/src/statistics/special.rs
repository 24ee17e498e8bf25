//! The incomplete beta function and a part of the incomplete gamma function that statistics and theory share.

use crate::math::{exp, ln, ln_1p, ln_gamma};

const TINY: f64 = 1e-300;

/// A bound of the continued fractions' length; they need about the root of their largest parameter.
const MOST_STEPS: u32 = 200_000;

/// The continued fraction f of the upper incomplete gamma function: Γ(s, x) = e⁻ˣ xˢ f, for x > s + 1.
///
/// Lentz's method (Press et al., Numerical Recipes, §6.2).
pub(crate) fn upper_gamma_fraction(shape: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - shape;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut fraction = d;
    for step in 1..MOST_STEPS {
        let step = f64::from(step);
        let a = -step * (step - shape);
        b += 2.0;
        d = 1.0 / away_from_zero(a * d + b);
        c = away_from_zero(b + a / c);
        fraction *= d * c;
        if (d * c - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    fraction
}

/// The regularised incomplete beta function I_x(a, b), a and b above zero.
///
/// Continued fraction of Numerical Recipes §6.4, on whichever side it converges fast.
pub(crate) fn beta_cdf(a: f64, b: f64, x: f64) -> f64 {
    beta_cdf_of(a, b, x, 1.0 - x)
}

/// [`beta_cdf`] with 1 − x given apart, for x so close to 1 that the difference would lose digits.
pub(crate) fn beta_cdf_of(a: f64, b: f64, x: f64, complement: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if complement <= 0.0 {
        return 1.0;
    }
    let ln_x = if x > 0.5 { ln_1p(-complement) } else { ln(x) };
    let ln_complement = if complement > 0.5 { ln_1p(-x) } else { ln(complement) };
    let front = exp(a * ln_x + b * ln_complement - ln_beta(a, b));
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(a, b, x) / a
    } else {
        1.0 - front * beta_fraction(b, a, complement) / b
    }
}

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for step in 1..MOST_STEPS {
        let step = f64::from(step);
        let even = step * (b - step) * x / ((a + 2.0 * step - 1.0) * (a + 2.0 * step));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + step) * (a + b + step) * x / ((a + 2.0 * step) * (a + 2.0 * step + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        fraction *= d * c;
        if (d * c - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    fraction
}

/// ln B(a, b) = ln Γ(a) + ln Γ(b) − ln Γ(a + b), by Stirling's series where the large logarithms would cancel.
fn ln_beta(a: f64, b: f64) -> f64 {
    let (small, large) = (a.min(b), a.max(b));
    if large < 50.0 {
        return ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b);
    }
    let ratio =
        (large - 0.5) * -ln_1p(small / large) - small * ln(large + small) + small + stirling_rest(large)
            - stirling_rest(large + small);
    ln_gamma(small) + ratio
}

/// ln Γ(x) − (x − ½) ln x + x − ½ ln 2π, for x of at least 50.
fn stirling_rest(x: f64) -> f64 {
    let square = x * x;
    (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / (1260.0 * square)) / square) / x
}

fn away_from_zero(value: f64) -> f64 {
    if value.abs() < TINY { TINY } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beta_function_agrees_with_closed_cases() {
        for x in [1e-9, 0.1, 0.5, 0.9, 0.999_999] {
            assert!((beta_cdf(1.0, 1.0, x) - x).abs() < 1e-14);
            assert!((beta_cdf(3.0, 1.0, x) - x * x * x).abs() < 1e-14);
            assert!((beta_cdf(2.5, 7.0, x) + beta_cdf(7.0, 2.5, 1.0 - x) - 1.0).abs() < 1e-13);
        }
        // Symmetric parameters halve at one half, however large.
        for size in [0.5, 10.0, 1e3, 1e6] {
            assert!((beta_cdf(size, size, 0.5) - 0.5).abs() < 1e-9, "{size}");
        }
    }
}
