//! What people write with a unit: times, rates, ratios, sizes, bandwidths and plain numbers, read from text and printed back.
//!
//! Every type prints the shortest text that reads back to the same value. A missing unit, a negative, `NaN` and
//! infinity are refused with a sentence that says what to write.

use std::fmt;
use std::str::FromStr;

use crate::time::{Duration, NANOSECONDS_PER_SECOND};

mod scan;
mod serial;

use scan::Unit;

/// A number of events per second, finite and not below zero; written `"800/s"`, `"20/min"`, `"2k/s"`.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default)]
pub struct Rate(pub f64);

/// A share or a factor, finite and not below zero; written `0.7` or `"70%"`. Whether it may pass 1 is its user's business.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default)]
pub struct Ratio(pub f64);

/// A plain number: finite, of either sign, without a unit.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default)]
pub struct Number(pub f64);

/// A number of bytes; written `"512B"`, `"1MB"` (10⁶), `"1.5GiB"` (2³⁰).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct Size(pub u64);

/// Bytes per second; written `"2MiB/s"` or, in bits, `"1Gbit/s"`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct Bandwidth(pub u64);

/// Why a text is no quantity: a sentence for the person who wrote it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QuantityError {
    /// Lower case, without a full stop.
    pub message: String,
}

impl QuantityError {
    fn new(message: impl Into<String>) -> QuantityError {
        QuantityError { message: message.into() }
    }
}

impl fmt::Display for QuantityError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for QuantityError {}

/// What the messages call a quantity, and how one is written.
struct Kind {
    name: &'static str,
    example: &'static str,
    units: &'static str,
}

impl Kind {
    fn needs_unit(&self) -> QuantityError {
        QuantityError::new(format!("{} needs a unit, such as \"{}\"", self.name, self.example))
    }

    fn unknown_unit(&self, unit: &str, text: &str) -> QuantityError {
        QuantityError::new(format!(
            "unknown unit `{unit}` in `{text}`: {} is written in {}",
            self.name, self.units
        ))
    }

    fn too_large(&self, text: &str) -> QuantityError {
        QuantityError::new(format!("`{text}` is too large for {}", self.name))
    }

    fn trailing(&self, text: &str) -> QuantityError {
        QuantityError::new(format!(
            "`{text}` is more than one number and unit; write it such as \"{}\"",
            self.example
        ))
    }
}

const TIME: Kind = Kind { name: "a time", example: "5ms", units: "`ns`, `us`, `ms`, `s`, `min`, `h` or `d`" };
const RATE: Kind = Kind { name: "a rate", example: "800/s", units: "`/s`, `/min`, `/h` or `/d`" };
const RATIO: Kind = Kind { name: "a ratio", example: "70%", units: "`%`, or without a unit" };
const NUMBER: Kind = Kind { name: "a number", example: "1.5", units: "no unit" };
const SIZE: Kind = Kind {
    name: "a size",
    example: "2KiB",
    units: "`B`, `kB`, `MB`, `GB`, `TB`, `KiB`, `MiB`, `GiB` or `TiB`",
};
const BANDWIDTH: Kind = Kind {
    name: "a bandwidth",
    example: "100Mbit/s",
    units: "bytes (`B/s`, `kB/s`, `MB/s`, `GB/s`, `KiB/s`, `MiB/s`, `GiB/s`) or bits (`bit/s`, `kbit/s`, `Mbit/s`, `Gbit/s`)",
};

// Of two equally short texts the unit further down is printed.
const TIME_UNITS: &[Unit] = &[
    Unit("ns", 1),
    Unit("µs", 1_000),
    Unit("μs", 1_000),
    Unit("us", 1_000),
    Unit("ms", 1_000_000),
    Unit("s", NANOSECONDS_PER_SECOND),
    Unit("min", 60 * NANOSECONDS_PER_SECOND),
    Unit("h", 3_600 * NANOSECONDS_PER_SECOND),
    Unit("d", 86_400 * NANOSECONDS_PER_SECOND),
];

const SIZE_UNITS: &[Unit] = &[
    Unit("B", 1),
    Unit("KB", 1_000),
    Unit("kB", 1_000),
    Unit("MB", 1_000_000),
    Unit("GB", 1_000_000_000),
    Unit("TB", 1_000_000_000_000),
    Unit("KiB", 1 << 10),
    Unit("MiB", 1 << 20),
    Unit("GiB", 1 << 30),
    Unit("TiB", 1 << 40),
];

/// In bits, since a network is sold in them.
const BANDWIDTH_UNITS: &[Unit] = &[
    Unit("bit/s", 1),
    Unit("kbit/s", 1_000),
    Unit("Mbit/s", 1_000_000),
    Unit("Gbit/s", 1_000_000_000),
    Unit("Tbit/s", 1_000_000_000_000),
    Unit("B/s", 8),
    Unit("KB/s", 8_000),
    Unit("kB/s", 8_000),
    Unit("MB/s", 8_000_000),
    Unit("GB/s", 8_000_000_000),
    Unit("TB/s", 8_000_000_000_000),
    Unit("KiB/s", 8 << 10),
    Unit("MiB/s", 8 << 20),
    Unit("GiB/s", 8 << 30),
    Unit("TiB/s", 8 << 40),
];

/// The spans a rate is counted over, in seconds.
const RATE_SPANS: &[(&str, f64)] = &[("s", 1.0), ("min", 60.0), ("h", 3_600.0), ("d", 86_400.0)];

impl FromStr for Duration {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Duration, QuantityError> {
        let mut total = 0u64;
        let mut smallest_so_far = u64::MAX;
        let mut rest = text.trim();
        loop {
            let (decimal, unit, after) = scan::part(rest, text, &TIME)?;
            let &Unit(_, nanoseconds) =
                scan::find(TIME_UNITS, unit).ok_or_else(|| minutes_hint(unit, text))?;
            if nanoseconds >= smallest_so_far {
                return Err(QuantityError::new(format!(
                    "`{text}` must name its units from large to small, such as \"1h30min\""
                )));
            }
            smallest_so_far = nanoseconds;
            total = decimal
                .times(nanoseconds, 1)
                .and_then(|part| total.checked_add(part))
                .filter(|&total| total <= Duration::MAX.0)
                .ok_or_else(|| TIME.too_large(text))?;
            if after.is_empty() {
                return Ok(Duration(total));
            }
            rest = after;
        }
    }
}

/// `m` is metres, minutes or months to different people: it is refused by name.
fn minutes_hint(unit: &str, text: &str) -> QuantityError {
    let mut error = TIME.unknown_unit(unit, text);
    if unit == "m" {
        error.message.push_str("; minutes are `min`");
    }
    error
}

impl FromStr for Size {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Size, QuantityError> {
        scan::single(text, &SIZE, SIZE_UNITS, 1).map(Size)
    }
}

impl FromStr for Bandwidth {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Bandwidth, QuantityError> {
        scan::single(text, &BANDWIDTH, BANDWIDTH_UNITS, 8).map(Bandwidth)
    }
}

impl FromStr for Rate {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Rate, QuantityError> {
        let (decimal, unit, after) = scan::part(text.trim(), text, &RATE)?;
        let (multiple, span) = unit.split_once('/').ok_or_else(|| RATE.unknown_unit(unit, text))?;
        let multiple = match multiple.trim_end() {
            "" => 1.0,
            "k" => 1e3,
            "M" => 1e6,
            _ => return Err(RATE.unknown_unit(unit, text)),
        };
        let span = span.trim_start();
        let &(_, seconds) =
            RATE_SPANS.iter().find(|(name, _)| *name == span).ok_or_else(|| RATE.unknown_unit(unit, text))?;
        if !after.is_empty() {
            return Err(RATE.trailing(text));
        }
        let rate = decimal.value * multiple / seconds;
        if rate.is_finite() { Ok(Rate(rate)) } else { Err(RATE.too_large(text)) }
    }
}

impl FromStr for Ratio {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Ratio, QuantityError> {
        let trimmed = text.trim();
        let Some(percent) = trimmed.strip_suffix('%') else {
            return Ratio::from_f64(trimmed.parse::<Number>()?.0);
        };
        // Moving the point in the text rounds once; dividing by 100 would round twice.
        let Number(value) = percent.trim_end().parse()?;
        let value = format!("{value:e}");
        let (digits, exponent) = value.split_once('e').expect("`{:e}` prints an exponent");
        let exponent: i32 = exponent.parse().expect("an exponent of a float is a small integer");
        let value = format!("{digits}e{}", exponent - 2).parse().expect("a printed float reads back");
        Ratio::from_f64(value)
    }
}

impl Ratio {
    /// The ratio `value`, or why it is none.
    pub fn from_f64(value: f64) -> Result<Ratio, QuantityError> {
        let Number(value) = Number::from_f64(value)?;
        if value < 0.0 {
            return Err(QuantityError::new(format!("a ratio cannot be negative, as `{value}` is")));
        }
        Ok(Ratio(value))
    }
}

impl Number {
    /// The number `value`, or why it is none: infinities and `NaN` are refused.
    pub fn from_f64(value: f64) -> Result<Number, QuantityError> {
        if value.is_finite() {
            // Negative zero would print as `-0`.
            Ok(Number(value + 0.0))
        } else {
            Err(QuantityError::new(format!("a number must be finite, `{value}` is not")))
        }
    }
}

impl FromStr for Number {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Number, QuantityError> {
        let trimmed = text.trim();
        let value = trimmed.replace('_', "").parse().map_err(|_| {
            QuantityError::new(format!(
                "`{trimmed}` is not a number; write it such as \"{}\"",
                NUMBER.example
            ))
        })?;
        Number::from_f64(value)
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Duration::ZERO {
            return formatter.pad("0s");
        }
        formatter.pad(&scan::shortest(u128::from(self.0), TIME_UNITS))
    }
}

impl fmt::Display for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&scan::shortest(u128::from(self.0), SIZE_UNITS))
    }
}

impl fmt::Display for Bandwidth {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return formatter.pad("0B/s");
        }
        formatter.pad(&scan::shortest(u128::from(self.0) * 8, BANDWIDTH_UNITS))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per = |&(span, seconds): &(&str, f64)| format!("{}/{span}", self.0 * seconds);
        let reads_back = |text: &String| text.parse() == Ok(*self);
        let text = RATE_SPANS.iter().map(per).filter(reads_back).min_by_key(String::len);
        formatter.pad(&text.unwrap_or_else(|| format!("{}/s", self.0)))
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = format!("{}%", scan::tidy(self.0 * 100.0));
        let is_share = self.0 <= 1.0 && percent.parse() == Ok(*self);
        formatter.pad(&if is_share { percent } else { self.0.to_string() })
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0.to_string())
    }
}

#[cfg(test)]
mod tests;
