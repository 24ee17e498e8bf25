//! The only door to `libm`: the platform's own `ln` and `exp` differ in the last bit between systems, these do not.

#![expect(clippy::excessive_precision, reason = "coefficients are kept as published")]

/// The natural logarithm.
#[inline]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// ln(1 + x), exact for small `x`.
#[inline]
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// e to the power of `x`.
#[inline]
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// e to the power of `x` within two units in the last place, in half the time: for samplers, which call it per draw.
///
/// x = k ln 2 + r with |r| ≤ ln 2 / 2, and the Taylor series of eʳ to the 13th power; only additions and products, so the
/// bits are the same everywhere.
#[inline]
pub fn quick_exp(x: f64) -> f64 {
    // Adding and taking away 1.5 × 2⁵² rounds to the nearest whole number.
    const ROUNDER: f64 = 6_755_399_441_055_744.0;
    // ln 2 in two parts; the product of the first with any k met here is exact.
    const LN_2_HIGH: f64 = 6.931_471_803_691_238_2e-1;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    if !(-700.0..=700.0).contains(&x) {
        return exp(x);
    }
    let rounded = x * std::f64::consts::LOG2_E + ROUNDER;
    let k = rounded - ROUNDER;
    let r = (x - k * LN_2_HIGH) - k * LN_2_LOW;
    let (r2, c) = (r * r, &INVERSE_FACTORIALS);
    let r4 = r2 * r2;
    // Estrin's scheme: pairs first, so that the processor can overlap them.
    let low = (c[2] + c[3] * r) + (c[4] + c[5] * r) * r2;
    let middle = (c[6] + c[7] * r) + (c[8] + c[9] * r) * r2;
    let high = (c[10] + c[11] * r) + (c[12] + c[13] * r) * r2;
    let series = 1.0 + (r + r2 * (low + r4 * (middle + r4 * high)));
    // The low bits of `rounded` are k; shifted into the exponent's place they are 2ᵏ.
    series * f64::from_bits(rounded.to_bits().wrapping_add(1023) << 52)
}

/// 1/n!, for n from 0 to 13.
const INVERSE_FACTORIALS: [f64; 14] = {
    let mut inverses = [1.0; 14];
    let mut factorial = 1.0;
    let mut n = 1;
    while n < 14 {
        factorial *= n as f64;
        inverses[n] = 1.0 / factorial;
        n += 1;
    }
    inverses
};

/// eˣ − 1, exact for small `x`.
#[inline]
pub fn expm1(x: f64) -> f64 {
    libm::expm1(x)
}

/// `base` to the power of `exponent`.
#[inline]
pub fn pow(base: f64, exponent: f64) -> f64 {
    libm::pow(base, exponent)
}

/// The square root; IEEE 754 fixes its every bit, so the machine's own is used.
#[inline]
pub fn sqrt(x: f64) -> f64 {
    x.sqrt()
}

/// The sine of `x` radians.
#[inline]
pub fn sin(x: f64) -> f64 {
    libm::sin(x)
}

/// The cosine of `x` radians.
#[inline]
pub fn cos(x: f64) -> f64 {
    libm::cos(x)
}

/// The arc tangent in radians.
#[inline]
pub fn atan(x: f64) -> f64 {
    libm::atan(x)
}

/// The logarithm to base 10.
#[inline]
pub fn log10(x: f64) -> f64 {
    libm::log10(x)
}

/// The logarithm to base 2.
#[inline]
pub fn log2(x: f64) -> f64 {
    libm::log2(x)
}

/// The error function, 2/√π ∫₀ˣ exp(−t²) dt.
#[inline]
pub fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// 1 − erf(x), exact in the tail.
#[inline]
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

/// The logarithm of the gamma function, for positive `x`.
#[inline]
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// The gamma function.
#[inline]
pub fn gamma(x: f64) -> f64 {
    libm::tgamma(x)
}

/// The share of a standard normal variable that lies below `x`.
#[inline]
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// The value below which a share `p` of a standard normal variable lies; infinite at 0 and 1.
///
/// Algorithm AS 241, PPND16 (Wichura, Applied Statistics 37, 1988): relative error about 10⁻¹⁶.
pub fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * polynomial(&CENTRE_ABOVE, r) / polynomial(&CENTRE_BELOW, r);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    if tail == 0.0 {
        return if q < 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    let r = sqrt(-ln(tail));
    let distance = if r <= 5.0 {
        polynomial(&MIDDLE_ABOVE, r - 1.6) / polynomial(&MIDDLE_BELOW, r - 1.6)
    } else {
        polynomial(&FAR_ABOVE, r - 5.0) / polynomial(&FAR_BELOW, r - 5.0)
    };
    if q < 0.0 { -distance } else { distance }
}

/// The regularised lower incomplete gamma function P(shape, x): the share of a gamma variable of scale 1 below `x`.
///
/// Series for x < shape + 1, else Lentz's continued fraction (Press et al., Numerical Recipes, §6.2).
pub fn gamma_cdf(shape: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x.is_infinite() {
        return 1.0;
    }
    let front = exp(shape * ln(x) - x - ln_gamma(shape));
    if x < shape + 1.0 {
        let mut term = 1.0 / shape;
        let mut sum = term;
        let mut divisor = shape;
        while term > sum * f64::EPSILON {
            divisor += 1.0;
            term *= x / divisor;
            sum += term;
        }
        return (front * sum).min(1.0);
    }
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - shape;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut fraction = d;
    let mut step = 1.0;
    loop {
        let a = -step * (step - shape);
        b += 2.0;
        d = a * d + b;
        c = b + a / c;
        d = 1.0 / if d.abs() < TINY { TINY } else { d };
        c = if c.abs() < TINY { TINY } else { c };
        fraction *= d * c;
        step += 1.0;
        // The bound is never met for finite arguments; it keeps the loop finite for any.
        if (d * c - 1.0).abs() < 4.0 * f64::EPSILON || step > 1e6 {
            return (1.0 - front * fraction).clamp(0.0, 1.0);
        }
    }
}

fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, &coefficient| sum * x + coefficient)
}

const CENTRE_ABOVE: [f64; 8] = [
    3.387_132_872_796_366_608_0,
    1.331_416_678_917_843_774_5e2,
    1.971_590_950_306_551_442_7e3,
    1.373_169_376_550_946_112_5e4,
    4.592_195_393_154_987_145_7e4,
    6.726_577_092_700_870_085_3e4,
    3.343_057_558_358_812_810_5e4,
    2.509_080_928_730_122_672_7e3,
];
const CENTRE_BELOW: [f64; 8] = [
    1.0,
    4.231_333_070_160_091_125_2e1,
    6.871_870_074_920_579_083_0e2,
    5.394_196_021_424_751_107_7e3,
    2.121_379_430_158_659_586_7e4,
    3.930_789_580_009_271_061_0e4,
    2.872_908_573_572_194_267_4e4,
    5.226_495_278_852_854_561_0e3,
];
const MIDDLE_ABOVE: [f64; 8] = [
    1.423_437_110_749_683_577_34,
    4.630_337_846_156_545_295_90,
    5.769_497_221_460_691_405_50,
    3.647_848_324_763_204_605_04,
    1.270_458_252_452_368_382_58,
    2.417_807_251_774_506_117_70e-1,
    2.272_384_498_926_918_458_33e-2,
    7.745_450_142_783_414_076_40e-4,
];
const MIDDLE_BELOW: [f64; 8] = [
    1.0,
    2.053_191_626_637_758_821_87,
    1.676_384_830_183_803_849_40,
    6.897_673_349_851_000_045_50e-1,
    1.481_039_764_274_800_745_90e-1,
    1.519_866_656_361_645_719_66e-2,
    5.475_938_084_995_344_946_00e-4,
    1.050_750_071_644_416_843_24e-9,
];
const FAR_ABOVE: [f64; 8] = [
    6.657_904_643_501_103_777_20,
    5.463_784_911_164_114_369_90,
    1.784_826_539_917_291_335_80,
    2.965_605_718_285_048_912_30e-1,
    2.653_218_952_657_612_309_30e-2,
    1.242_660_947_388_078_438_60e-3,
    2.711_555_568_743_487_578_15e-5,
    2.010_334_399_292_288_132_65e-7,
];
const FAR_BELOW: [f64; 8] = [
    1.0,
    5.998_322_065_558_879_376_90e-1,
    1.369_298_809_227_358_053_10e-1,
    1.487_536_129_085_061_485_25e-2,
    7.868_691_311_456_132_591_00e-4,
    1.846_318_317_510_054_681_80e-5,
    1.421_511_758_316_445_888_70e-7,
    2.044_263_103_389_939_785_64e-15,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_quantiles_agree_with_tables_and_with_the_cdf() {
        for (p, value) in [
            (0.5, 0.0),
            (0.975, 1.959_963_984_540_054),
            (0.99, 2.326_347_874_040_841),
            (0.999, 3.090_232_306_167_813_6),
            (0.25, -0.674_489_750_196_081_7),
            (1e-20, -9.262_340_089_798_408),
        ] {
            let quantile = normal_quantile(p);
            assert!((quantile - value).abs() <= 2e-15 * value.abs().max(1.0), "{p}: {quantile}");
        }
        for step in 1..200 {
            let p = f64::from(step) / 200.0;
            assert!((normal_cdf(normal_quantile(p)) - p).abs() < 1e-15, "{p}");
        }
        assert_eq!((normal_quantile(0.0), normal_quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
        assert!(normal_quantile(1.5).is_nan() && normal_quantile(f64::NAN).is_nan());
    }

    #[test]
    fn the_quick_exponential_is_within_two_units_of_the_last_place() {
        let mut draws = crate::random::Key::from_seed(1).draws();
        for range in [1e-9, 0.1, 1.0, 30.0, 800.0] {
            for _ in 0..100_000 {
                let x = (2.0 * draws.unit() - 1.0) * range;
                let (quick, exact) = (quick_exp(x), exp(x));
                assert!(
                    (quick.to_bits() as i64).abs_diff(exact.to_bits() as i64) <= 2,
                    "{x}: {quick} for {exact}"
                );
            }
        }
        for (x, value) in
            [(0.0, 1.0), (f64::INFINITY, f64::INFINITY), (f64::NEG_INFINITY, 0.0), (1e300, f64::INFINITY)]
        {
            assert_eq!(quick_exp(x), value, "{x}");
        }
        assert!(quick_exp(f64::NAN).is_nan());
    }

    #[test]
    fn gamma_cdf_agrees_with_the_poisson_sum() {
        // For whole shapes, P(k, x) = 1 − Σ_{i<k} x^i e^{−x} / i!.
        for shape in [1u32, 2, 5, 20, 100] {
            for x in [0.1, 1.0, 4.0, 19.0, 21.5, 99.0, 130.0] {
                let mut term = exp(-x);
                let mut sum = term;
                for i in 1..shape {
                    term *= x / f64::from(i);
                    sum += term;
                }
                let difference = (gamma_cdf(f64::from(shape), x) - (1.0 - sum)).abs();
                assert!(difference < 1e-13, "{shape} {x}: {difference}");
            }
        }
        assert_eq!((gamma_cdf(2.0, 0.0), gamma_cdf(2.0, f64::INFINITY)), (0.0, 1.0));
    }
}
