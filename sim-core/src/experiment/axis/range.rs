//! Ranges: `from..to`, with the points between them evenly or evenly in the logarithm, or drawn at random.
//!
//! Values are counted in the unit of the first end and printed in it, so `50/s..400/s step 50/s` is `50/s`, `100/s`, ….
//! Whole numbers stay whole: what falls between them is rounded.

use super::{Values, wrong};
use crate::diagnostic::Diagnostic;
use crate::experiment::design::MOST_CASES;
use crate::math;
use crate::quantity::{Bandwidth, Number, Rate, Ratio, Size};
use crate::time::Duration;

/// All values between two ends, both included.
#[derive(Clone, PartialEq, Debug)]
pub struct Range {
    from: f64,
    to: f64,
    /// The unit of both, such as `/s`; empty for plain numbers.
    unit: String,
    /// Whether there are whole numbers only.
    is_whole: bool,
    /// Whether shares of it are shares of its logarithm.
    is_log: bool,
}

/// How the points of a range follow each other.
enum Points {
    Step(f64),
    Log(u32),
    None { is_log: bool },
}

/// Digits of a value that was added up: fewer than a float has, so that rounding does not show.
const DIGITS: usize = 12;
/// Digits of a value on a scale of logarithms: more would only be longer.
const LOG_DIGITS: usize = 6;

const EXAMPLE: &str = "write `50/s..400/s step 50/s` or `1..64 log 7`";

/// Whether a value is meant as a range: two dots occur nowhere else outside brackets and quotes.
pub(super) fn is_meant(value: &str) -> bool {
    value.contains("..") && !value.contains(['"', '\'', '(', '[', '{'])
}

/// The points of a range, or the range itself where it names none.
pub(super) fn parse(text: &str) -> Result<Values, Diagnostic> {
    let malformed = || wrong(format!("`{text}` is no range"), EXAMPLE);
    let (from, rest) = text.split_once("..").ok_or_else(malformed)?;
    let mut words = rest.split_whitespace();
    let to = words.next().ok_or_else(malformed)?;
    let (from, to) = (Amount::parse(from)?, Amount::parse(to)?);
    let unit = from.unit;
    let points = match (words.next(), words.next(), words.next()) {
        (None, ..) => Points::None { is_log: false },
        (Some("log"), None, _) => Points::None { is_log: true },
        (Some("log"), Some(count), None) => Points::Log(points(count)?),
        (Some("step"), Some(step), None) => Points::Step(Amount::parse(step)?.number_in(unit)?),
        (Some(_), ..) => return Err(malformed()),
    };
    let is_log = matches!(points, Points::Log(_) | Points::None { is_log: true });
    let steps_are_whole = match points {
        Points::Step(step) => step.fract() == 0.0,
        Points::Log(_) | Points::None { .. } => true,
    };
    let is_whole = unit.is_empty() && from.is_whole() && to.is_whole() && steps_are_whole;
    let to = to.number_in(unit)?;
    let range = Range { from: from.number, to, unit: unit.to_owned(), is_whole, is_log };
    range.check(text)?;
    match points {
        Points::Step(step) => range.steps(step).map(Values::List),
        Points::Log(count) => Ok(Values::List(range.log_points(count))),
        Points::None { .. } => Ok(Values::Range(range)),
    }
}

/// How many points a range on a scale of logarithms has.
fn points(text: &str) -> Result<u32, Diagnostic> {
    let count = text.parse::<u32>().ok().filter(|count| (2..=MOST_CASES).contains(count));
    count.ok_or_else(|| {
        let help = "write how many points there are, both ends included: `1..64 log 7`";
        wrong(format!("`log {text}` is not a number of points from 2 to {MOST_CASES}"), help)
    })
}

impl Range {
    /// Whether it has whole numbers only.
    pub fn is_whole(&self) -> bool {
        self.is_whole && !self.is_log
    }

    fn check(&self, text: &str) -> Result<(), Diagnostic> {
        if self.from >= self.to {
            return Err(wrong(format!("`{text}` does not go up"), "write the smaller end first"));
        }
        if self.is_log && self.from <= 0.0 {
            return Err(wrong(format!("`{text}`: a logarithm needs a start above 0"), EXAMPLE));
        }
        Ok(())
    }

    /// Whether its values are numbers without a unit.
    pub(super) fn is_numeric(&self) -> bool {
        self.unit.is_empty()
    }

    fn steps(&self, step: f64) -> Result<Vec<String>, Diagnostic> {
        if step <= 0.0 {
            return Err(wrong("the step has to be above 0".to_owned(), EXAMPLE));
        }
        // A last step that rounding makes a little too long is one.
        let count = ((self.to - self.from) / step + 1e-9).floor();
        if count >= f64::from(MOST_CASES) {
            let message = format!("it has more than {MOST_CASES} values");
            return Err(wrong(message, "take a longer step"));
        }
        let value = |number: u32| self.value(rounded(self.from + f64::from(number) * step, DIGITS));
        Ok((0..=count as u32).map(value).collect())
    }

    fn log_points(&self, count: u32) -> Vec<String> {
        let value = |number: u32| match number {
            0 => self.from,
            last if last == count - 1 => self.to,
            between => self.on_log_scale(self.to, f64::from(between) / f64::from(count - 1)),
        };
        let mut values: Vec<String> = (0..count).map(|number| self.value(value(number))).collect();
        // Whole numbers may fall together.
        values.dedup();
        values
    }

    fn on_log_scale(&self, to: f64, share: f64) -> f64 {
        rounded(self.from * math::exp(share * math::ln(to / self.from)), LOG_DIGITS)
    }

    /// The value at a share in [0, 1); each whole number has the share up to the next one.
    pub(super) fn at(&self, share: f64) -> String {
        let to = if self.is_whole { self.to + 1.0 } else { self.to };
        let value =
            if self.is_log { self.on_log_scale(to, share) } else { self.from + share * (to - self.from) };
        let value = match (self.is_whole, self.is_log) {
            (true, _) => value.floor(),
            (false, true) => value,
            (false, false) => to_a_millionth(value, to - self.from),
        };
        self.value(value.clamp(self.from, self.to))
    }

    fn value(&self, number: f64) -> String {
        let number = if self.is_whole { number.round() } else { number };
        format!("{number}{}", self.unit)
    }
}

/// A number as written, and its unit.
struct Amount<'t> {
    text: &'t str,
    number: f64,
    unit: &'t str,
}

impl<'t> Amount<'t> {
    fn parse(text: &'t str) -> Result<Amount<'t>, Diagnostic> {
        let text = text.trim();
        if let Ok(Number(number)) = text.parse() {
            return Ok(Amount { text, number, unit: "" });
        }
        let end = text.find(|c: char| !(c.is_ascii_digit() || c == '_' || c == '.')).unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let unit = unit.trim();
        let is_one_unit = base(text).is_some() && !unit.contains(|c: char| c.is_ascii_digit());
        match number.parse() {
            Ok(Number(number)) if is_one_unit => Ok(Amount { text, number, unit }),
            Ok(_) | Err(_) => {
                let help =
                    "the ends of a range are numbers, with one unit where they have one: `100ms..2s log 5`";
                Err(wrong(format!("`{text}` is no end of a range"), help))
            }
        }
    }

    fn is_whole(&self) -> bool {
        self.unit.is_empty() && !self.text.contains(['.', 'e', 'E'])
    }

    /// The number in another unit of the same kind.
    fn number_in(&self, unit: &str) -> Result<f64, Diagnostic> {
        if self.unit == unit {
            return Ok(self.number);
        }
        match (base(self.text), base(&format!("1{unit}"))) {
            (Some((kind, amount)), Some((of, one))) if kind == of => Ok(rounded(amount / one, DIGITS)),
            _ => {
                let wanted =
                    if unit.is_empty() { "no unit".to_owned() } else { format!("a unit like `{unit}`") };
                let message = format!("`{}` needs {wanted}, as the first end has it", self.text);
                Err(wrong(message, EXAMPLE))
            }
        }
    }
}

/// What kind of quantity a text is, and how much of its base unit.
fn base(text: &str) -> Option<(&'static str, f64)> {
    if let Ok(Number(value)) = text.parse() {
        return Some(("number", value));
    }
    let time = || text.parse::<Duration>().map(|it| ("time", it.0 as f64));
    let rate = || text.parse::<Rate>().map(|it| ("rate", it.0));
    let ratio = || text.parse::<Ratio>().map(|it| ("ratio", it.0));
    let size = || text.parse::<Size>().map(|it| ("size", it.0 as f64));
    let bandwidth = || text.parse::<Bandwidth>().map(|it| ("bandwidth", it.0 as f64));
    time().or_else(|_| rate()).or_else(|_| ratio()).or_else(|_| size()).or_else(|_| bandwidth()).ok()
}

/// `value` to so many significant digits.
fn rounded(value: f64, digits: usize) -> f64 {
    let places = digits - 1;
    format!("{value:.places$e}").parse().unwrap_or(value)
}

/// `value` to so many decimals that `span` has at least 10⁵ and at most 10⁶ of them: more would only be longer.
fn to_a_millionth(value: f64, span: f64) -> f64 {
    let written = format!("{span:e}");
    let exponent = written.split_once('e').and_then(|(_, exponent)| exponent.parse::<i32>().ok());
    let decimals = (5 - exponent.unwrap_or(0)).max(0) as usize;
    format!("{value:.decimals$}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn points_of(text: &str, expected: &[&str]) {
        match parse(text).unwrap() {
            Values::List(list) => assert_eq!(list, expected, "{text}"),
            Values::Range(range) => panic!("{text}: {range:?}"),
        }
    }

    #[test]
    fn steps_are_even_and_keep_the_unit() {
        points_of("50/s..200/s step 50/s", &["50/s", "100/s", "150/s", "200/s"]);
        points_of("0.1..0.5 step 0.1", &["0.1", "0.2", "0.3", "0.4", "0.5"]);
        points_of("1 .. 8 step 3", &["1", "4", "7"]);
        points_of("50%..90% step 20%", &["50%", "70%", "90%"]);
        points_of("-1..1 step 1", &["-1", "0", "1"]);
        points_of("500ms..2s step 500ms", &["500ms", "1000ms", "1500ms", "2000ms"]);
        points_of("512KiB..1MiB step 256KiB", &["512KiB", "768KiB", "1024KiB"]);
    }

    #[test]
    fn log_points_grow_by_a_factor_and_whole_numbers_stay_whole() {
        points_of("1..64 log 7", &["1", "2", "4", "8", "16", "32", "64"]);
        points_of("1..4 log 7", &["1", "2", "3", "4"]);
        points_of("1.0..10 log 3", &["1", "3.16228", "10"]);
        points_of("1ms..1s log 4", &["1ms", "10ms", "100ms", "1000ms"]);
    }

    #[test]
    fn a_range_without_points_has_a_value_at_each_share() {
        let at = |text: &str, share: f64| match parse(text).unwrap() {
            Values::Range(range) => range.at(share),
            Values::List(list) => panic!("{list:?}"),
        };
        assert_eq!(at("100/s..300/s", 0.25), "150/s");
        assert_eq!(at("1..4", 0.0), "1");
        assert_eq!(at("1..4", 0.5), "3");
        assert_eq!(at("1..4", 0.999_999), "4");
        assert_eq!(at("1ms..100ms log", 0.5), "10ms");
        assert_eq!(at("30%..80%", 1.0 / 3.0), "46.6667%");
        assert_eq!(at("1000000.0..1000000.5", 1.0 / 3.0), "1000000.166667");
        assert_eq!(at("0.0..3000000.0", 1.0 / 3.0), "1000000");
    }

    #[test]
    fn what_is_no_range_is_refused_with_what_would_be_right() {
        for (text, message) in [
            ("1..", "is no range"),
            ("1..8 by 2", "is no range"),
            ("1..8 step", "is no range"),
            ("8..1 step 1", "does not go up"),
            ("1..8 step 0", "above 0"),
            ("1..8 step -1", "above 0"),
            ("0..8 log 3", "above 0"),
            ("1..8 log 1", "number of points"),
            ("1..8 log many", "number of points"),
            ("1..9000000 step 1", "more than"),
            ("1ms..8/s step 1ms", "a unit like `ms`"),
            ("1..8 step 1ms", "needs no unit"),
            ("1ms..8 step 1ms", "a unit like `ms`"),
            ("1h30min..3h step 1h", "no end of a range"),
            ("low..high step 1", "no end of a range"),
            ("1..inf step 1", "no end of a range"),
        ] {
            let problem = parse(text).unwrap_err();
            assert!(problem.message.contains(message), "{text}: {}", problem.message);
            assert!(problem.help.is_some(), "{text}");
        }
    }
}
