//! Numbers for people: three significant digits and a unit that keeps them short.

use sim_core::report::Unit;

/// A value with three significant digits: `0.123`, `1.23`, `12.3`, `123`, `1230`.
pub fn three(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return if value.is_nan() { "–".to_owned() } else { "∞".to_owned() };
    }
    let places = match size {
        0.0 => 0,
        // Rounding may carry into the next power of ten: 9.996 is 10.0.
        _ if size < 0.000_999_5 => return format!("{value:.2e}"),
        _ if size < 0.009_995 => 5,
        _ if size < 0.099_95 => 4,
        _ if size < 0.999_5 => 3,
        _ if size < 9.995 => 2,
        _ if size < 99.95 => 1,
        _ => 0,
    };
    format!("{value:.places$}")
}

/// A span given in milliseconds: `950ns`, `41.2ms`, `1.28s`, `3.5min`.
pub fn span_of_ms(milliseconds: f64) -> String {
    let (scale, unit) = match milliseconds.abs() {
        0.0 => return "0s".to_owned(),
        size if size < 0.000_999_5 => (1e6, "ns"),
        size if size < 0.999_5 => (1e3, "µs"),
        size if size < 999.5 => (1.0, "ms"),
        size if size < 119_950.0 => (1e-3, "s"),
        size if size < 7_197_000.0 => (1.0 / 60e3, "min"),
        size if size < 172_728_000.0 => (1.0 / 3_600e3, "h"),
        _ => (1.0 / 86_400e3, "d"),
    };
    three(milliseconds * scale) + unit
}

/// An uncertainty: two significant digits, or all digits before the point.
pub fn two(value: f64) -> String {
    let places = match value.abs() {
        size if !size.is_finite() => return "∞".to_owned(),
        0.0 => 0,
        size if size < 0.000_995 => return format!("{value:.0e}"),
        size if size < 0.009_95 => 4,
        size if size < 0.099_5 => 3,
        size if size < 0.995 => 2,
        size if size < 9.95 => 1,
        _ => 0,
    };
    format!("{value:.places$}")
}

/// The uncertainty of a span given in milliseconds.
pub fn two_digits_of_ms(milliseconds: f64) -> String {
    match milliseconds.abs() {
        size if size < 0.000_995 => two(milliseconds * 1e6) + "ns",
        size if size < 0.0995 => two(milliseconds * 1e3) + "µs",
        size if size < 995.0 => two(milliseconds) + "ms",
        _ => two(milliseconds / 1e3) + "s",
    }
}

/// A span given in seconds.
pub fn span_of_s(seconds: f64) -> String {
    span_of_ms(seconds * 1e3)
}

/// Nanoseconds as milliseconds, every digit of them.
pub fn exact(ns: u64) -> String {
    format!("{}.{:06}ms", ns / 1_000_000, ns % 1_000_000)
}

/// A span given in milliseconds, without zeros at its end, where it is round rather than measured: `5ms`, `1.5min`.
pub fn round_span_of_ms(milliseconds: f64) -> String {
    let text = span_of_ms(milliseconds);
    let digits = text.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let unit = &text[digits.len()..];
    let short =
        if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
    format!("{short}{unit}")
}

/// A rate: `0.995/s`, `800/s`, `12.8k/s`.
pub fn rate(per_second: f64) -> String {
    format!("{}/s", large(per_second))
}

/// A large number by its thousands: `950`, `12.8k`, `3.4M`.
pub fn large(value: f64) -> String {
    let (scale, unit) = match value.abs() {
        size if size < 9_995.0 => (1.0, ""),
        size if size < 999_500.0 => (1e-3, "k"),
        size if size < 999_500_000.0 => (1e-6, "M"),
        _ => (1e-9, "G"),
    };
    three(value * scale) + unit
}

/// A share as a percentage: `70.2%`.
pub fn percent(share: f64) -> String {
    // Tiny shares are better read as zero than in powers of ten.
    if share.abs() < 5e-6 && share != 0.0 {
        return "<0.001%".to_owned();
    }
    three(share * 100.0) + "%"
}

/// A count, exact, its thousands parted: `480,123`.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A value in base units.
pub fn in_unit(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Time => span_of_s(value),
        Unit::TimeSquared => format!("{}s²", three(value)),
        Unit::Rate => rate(value),
        Unit::Share => percent(value),
        Unit::Count => large(value),
        Unit::Number => three(value),
    }
}

/// A difference of two values in base units, with its sign; shares differ by percentage points.
pub fn difference_in_unit(value: f64, unit: Unit) -> String {
    let sign = if value > 0.0 { "+" } else { "" };
    match unit {
        Unit::Share if value == 0.0 => "0pp".to_owned(),
        Unit::Share => format!("{sign}{}pp", three(value * 100.0)),
        Unit::Time | Unit::TimeSquared | Unit::Rate | Unit::Count | Unit::Number => {
            format!("{sign}{}", in_unit(value, unit))
        }
    }
}

/// The uncertainty of a value in base units.
pub fn spread_in_unit(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Time => two_digits_of_ms(value * 1e3),
        Unit::TimeSquared => format!("{}s²", two(value)),
        Unit::Rate => format!("{}/s", two(value)),
        Unit::Share => format!("{}pp", two(value * 100.0)),
        Unit::Count | Unit::Number => two(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_significant_digits_everywhere() {
        for (value, expected) in [
            (0.0, "0"),
            (0.001_234, "0.00123"),
            (0.012_34, "0.0123"),
            (0.999_6, "1.00"),
            (9.996, "10.0"),
            (99.96, "100"),
            (1_234.0, "1234"),
            (-0.5, "-0.500"),
            (0.000_012, "1.20e-5"),
            (f64::NAN, "–"),
            (f64::INFINITY, "∞"),
        ] {
            assert_eq!(three(value), expected);
        }
    }

    #[test]
    fn differences_have_a_sign_and_shares_differ_by_points() {
        assert_eq!(difference_in_unit(-0.007, Unit::Time), "-7.00ms");
        assert_eq!(difference_in_unit(0.0123, Unit::Share), "+1.23pp");
        assert_eq!(difference_in_unit(0.0, Unit::Share), "0pp");
        assert_eq!(difference_in_unit(12.0, Unit::Rate), "+12.0/s");
        assert_eq!(
            [spread_in_unit(0.0021, Unit::Time), spread_in_unit(0.02, Unit::Share)],
            ["2.1ms", "2.0pp"]
        );
    }

    #[test]
    fn spans_have_the_unit_that_keeps_them_short() {
        for (milliseconds, expected) in [
            (0.0, "0s"),
            (0.000_05, "50.0ns"),
            (0.05, "50.0µs"),
            (41.23, "41.2ms"),
            (999.7, "1.00s"),
            (1_284.0, "1.28s"),
            (100_520.0, "101s"),
            (600_000.0, "10.0min"),
            (86_400_000.0, "24.0h"),
            (604_800_000.0, "7.00d"),
        ] {
            assert_eq!(span_of_ms(milliseconds), expected);
        }
    }

    #[test]
    fn nanoseconds_are_told_to_the_last_digit() {
        assert_eq!([exact(0), exact(1_234_567_089)], ["0.000000ms", "1234.567089ms"]);
    }

    #[test]
    fn round_spans_end_without_zeros() {
        for (milliseconds, expected) in
            [(0.0, "0s"), (5.0, "5ms"), (90_000.0, "90s"), (180_000.0, "3min"), (1.5, "1.5ms")]
        {
            assert_eq!(round_span_of_ms(milliseconds), expected);
        }
    }

    #[test]
    fn counts_are_exact_and_rates_short() {
        assert_eq!(
            [count(0), count(999), count(1_000), count(1_234_567)],
            ["0", "999", "1,000", "1,234,567"]
        );
        assert_eq!([rate(0.9948), rate(800.0), rate(12_800.0)], ["0.995/s", "800/s", "12.8k/s"]);
        assert_eq!(
            [percent(0.702), percent(1.0), percent(1e-7), percent(0.0)],
            ["70.2%", "100%", "<0.001%", "0%"]
        );
    }
}
