//! The scanner of "number unit" pairs, and its inverse. Amounts that end as integers never pass through a float.

use super::{Kind, QuantityError};

/// A unit's name and how many of the base unit it holds.
pub(super) struct Unit(pub &'static str, pub u64);

/// A number as written: exactly `digits` × 10^−`places`, and the float nearest to it.
pub(super) struct Decimal {
    digits: u128,
    places: u32,
    pub value: f64,
}

/// So many digits times the largest unit still fit an u128.
const MOST_DIGITS: usize = 24;

impl Decimal {
    /// This number times `unit` ÷ `divisor`, rounded to the nearest whole one; `None` if it does not fit.
    pub fn times(&self, unit: u64, divisor: u64) -> Option<u64> {
        let divisor = 10u128.pow(self.places) * u128::from(divisor);
        let scaled = self.digits.checked_mul(u128::from(unit))?.checked_add(divisor / 2)?;
        u64::try_from(scaled / divisor).ok()
    }
}

/// The number and unit that `rest` begins with, and what follows them. `text` is the whole, for messages.
pub(super) fn part<'a>(
    rest: &'a str,
    text: &str,
    kind: &Kind,
) -> Result<(Decimal, &'a str, &'a str), QuantityError> {
    if rest.starts_with('-') {
        return Err(QuantityError::new(format!("{} cannot be negative, as `{text}` is", kind.name)));
    }
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '_' || c == '.')).unwrap_or(rest.len());
    let (number, after) = rest.split_at(end);
    let decimal = decimal(number, text, kind)?;
    let after = after.trim_start();
    let end = after.find(|c: char| c.is_ascii_digit() || c == '-').unwrap_or(after.len());
    let (unit, after) = after.split_at(end);
    let unit = unit.trim_end();
    if unit.is_empty() { Err(kind.needs_unit()) } else { Ok((decimal, unit, after)) }
}

fn decimal(number: &str, text: &str, kind: &Kind) -> Result<Decimal, QuantityError> {
    let malformed = || {
        QuantityError::new(format!("`{text}` is not {}; write it such as \"{}\"", kind.name, kind.example))
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    let is_digits = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_digit())
            && part.bytes().all(|b| b.is_ascii_digit() || b == b'_')
    };
    if !is_digits(whole) || !fraction.is_none_or(is_digits) {
        return Err(malformed());
    }
    let plain = number.replace('_', "");
    let digits = plain.replace('.', "");
    if digits.trim_start_matches('0').len() > MOST_DIGITS || digits.len() > 2 * MOST_DIGITS {
        return Err(QuantityError::new(format!("`{text}` has more digits than can matter")));
    }
    let places = fraction.map_or(0, |fraction| fraction.bytes().filter(u8::is_ascii_digit).count());
    if places > MOST_DIGITS {
        return Err(QuantityError::new(format!("`{text}` has more digits than can matter")));
    }
    Ok(Decimal {
        digits: digits.parse().map_err(|_| malformed())?,
        places: places as u32,
        value: plain.parse().map_err(|_| malformed())?,
    })
}

/// The unit called `name`.
pub(super) fn find<'a>(units: &'a [Unit], name: &str) -> Option<&'a Unit> {
    units.iter().find(|unit| unit.0 == name)
}

/// One number with one unit, in base units ÷ `divisor`.
pub(super) fn single(text: &str, kind: &Kind, units: &[Unit], divisor: u64) -> Result<u64, QuantityError> {
    let (decimal, unit, after) = part(text.trim(), text, kind)?;
    let &Unit(_, size) = find(units, unit).ok_or_else(|| kind.unknown_unit(unit, text))?;
    if !after.is_empty() {
        return Err(kind.trailing(text));
    }
    decimal.times(size, divisor).ok_or_else(|| kind.too_large(text))
}

/// `amount` base units as the exact text with the fewest figures; whole numbers, then later units, win a tie.
pub(super) fn shortest(amount: u128, units: &[Unit]) -> String {
    let mut best: Option<(usize, bool, String)> = None;
    for &Unit(name, size) in units {
        let size = u128::from(size);
        if amount < size && size > 1 {
            continue;
        }
        let Some(number) = exact(amount, size) else { continue };
        let candidate = (number.len(), number.contains('.'), number + name);
        if best.as_ref().is_none_or(|best| (candidate.0, candidate.1) <= (best.0, best.1)) {
            best = Some(candidate);
        }
    }
    best.map_or_else(String::new, |(_, _, text)| text)
}

/// `amount` ÷ `size` as a decimal, if it ends soon enough to be worth reading.
fn exact(amount: u128, size: u128) -> Option<String> {
    const MOST_PLACES: usize = 12;
    let mut text = (amount / size).to_string();
    let mut remainder = amount % size;
    if remainder > 0 {
        text.push('.');
    }
    for _ in 0..MOST_PLACES {
        if remainder == 0 {
            break;
        }
        remainder *= 10;
        text.push(char::from(b'0' + (remainder / size) as u8));
        remainder %= size;
    }
    (remainder == 0).then_some(text)
}

/// `value` without the last digits that a multiplication smudged: 7.000000000000001 becomes 7.
pub(super) fn tidy(value: f64) -> f64 {
    format!("{value:.12e}").parse().unwrap_or(value)
}
