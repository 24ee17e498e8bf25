//! Axes: the span they show, where their ticks are, and what is written there.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use sim_core::math;
use sim_core::report::Unit;

use crate::show::number::{large, round_span_of_ms};

/// About so many ticks are wanted.
const TICKS: f64 = 5.0;
const TICKS_OF_TIME: f64 = 12.0;

/// As much of an axis is left free beyond the largest value.
pub const ROOM: f64 = 0.02;

/// A logarithmic axis is at least so long, in powers of ten.
const SHORTEST: f64 = 0.3;

/// What is marked between powers of ten, the densest first.
const DIGITS: [&[f64]; 4] = [
    &[1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0],
    &[1.0, 1.5, 2.0, 3.0, 5.0, 7.0],
    &[1.0, 2.0, 5.0],
    &[1.0],
];

/// An axis.
#[derive(Clone, PartialEq, Debug)]
pub struct Axis {
    /// The values at its ends.
    pub from: f64,
    /// See `from`.
    pub to: f64,
    /// Values that are marked, and what is written there.
    pub ticks: Vec<(f64, String)>,
    /// Whether equal factors are equally long on it.
    pub is_logarithmic: bool,
}

impl Axis {
    /// How far along the axis a value is: zero at its begin, one at its end.
    pub fn share_of(&self, value: f64) -> f64 {
        if self.is_logarithmic {
            return math::log10(value / self.from) / math::log10(self.to / self.from);
        }
        (value - self.from) / (self.to - self.from)
    }

    /// The value so far along the axis.
    pub fn value_at(&self, share: f64) -> f64 {
        if self.is_logarithmic {
            return self.from * math::pow(self.to / self.from, share);
        }
        self.from + share * (self.to - self.from)
    }

    /// Whether a value is on it.
    pub fn has(&self, value: f64) -> bool {
        // The ends are rounded numbers.
        (-1e-6..=1.0 + 1e-6).contains(&self.share_of(value))
    }

    /// Simulated time in seconds from the start to `end`, labelled in one unit that suits its length.
    pub fn time(end: f64) -> Axis {
        const UNITS: [(&str, f64, &[f64]); 4] = [
            ("s", 1.0, &[1.0, 2.0, 5.0, 10.0, 15.0, 30.0]),
            ("min", 60.0, &[1.0, 2.0, 5.0, 10.0, 15.0, 30.0]),
            ("h", 3_600.0, &[1.0, 2.0, 3.0, 6.0, 12.0]),
            ("d", 86_400.0, &[1.0, 2.0, 7.0, 14.0, 28.0, 91.0, 364.0]),
        ];
        let end = if end > 0.0 { end } else { 1.0 };
        for (unit, seconds, counts) in UNITS.into_iter().filter(|_| end >= TICKS) {
            if let Some(count) = counts.iter().find(|count| end / (*count * seconds) <= TICKS_OF_TIME) {
                return Axis::linear(end, count * seconds, &|at| match at / seconds {
                    0.0 => "0".to_owned(),
                    count => format!("{count:.0}{unit}"),
                });
            }
        }
        Axis::linear(end, round_step(end / TICKS), &|at| round_span_of_ms(at * 1e3))
    }

    /// From zero to a round number above `largest`.
    pub fn from_zero(largest: f64, label: &dyn Fn(f64) -> String) -> Axis {
        let largest = if largest > 0.0 && largest.is_finite() { largest } else { 1.0 };
        let step = round_step(largest / TICKS);
        Axis::linear((largest * (1.0 + ROOM) / step).ceil() * step, step, label)
    }

    /// From zero to this very value.
    pub fn up_to(end: f64, label: &dyn Fn(f64) -> String) -> Axis {
        let end = if end > 0.0 && end.is_finite() { end } else { 1.0 };
        Axis::linear(end, round_step(end / (2.0 * TICKS)), label)
    }

    /// From one value to another of any sign, with such a share of their distance as room at both ends.
    pub fn between((low, high): (f64, f64), room: f64, label: &dyn Fn(f64) -> String) -> Axis {
        // Around a single value, half of it to each side.
        let half = if low == 0.0 { 1.0 } else { low.abs() / 2.0 };
        let (low, high) = if high > low { (low, high) } else { (low - half, low + half) };
        let length = high - low;
        let (from, to) = (low - room * length, high + room * length);
        let step = round_step(length / TICKS);
        let first = (from / step).ceil() as i32;
        let ticks = (first..).map(|number| f64::from(number) * step).take_while(|tick| *tick <= to);
        Axis { from, to, ticks: ticks.map(|tick| (tick, label(tick))).collect(), is_logarithmic: false }
    }

    /// Values that were chosen, each labelled as it was written: by their logarithm if that spreads them more evenly.
    pub fn of_values(values: &[(f64, String)], most: usize) -> Axis {
        let evenness = |scale: &dyn Fn(f64) -> f64| {
            let gaps = values.windows(2).map(|pair| scale(pair[1].0) - scale(pair[0].0));
            let (least, all) =
                gaps.fold((f64::INFINITY, 0.0), |(least, all), gap| (gap.min(least), all + gap));
            least / all
        };
        let (low, high) = (values.first().map_or(0.0, |it| it.0), values.last().map_or(1.0, |it| it.0));
        let is_logarithmic = low > 0.0 && evenness(&math::log10) > evenness(&|value| value) * 1.01;
        let every = values.len().div_ceil(most.max(1)).max(1);
        let ticks: Vec<(f64, String)> = values.iter().step_by(every).cloned().collect();
        let axis = if is_logarithmic {
            Axis::logarithmic((low, high), most, &round_large)
        } else {
            Axis::between((low, high), ROOM, &round_large)
        };
        Axis { ticks, ..axis }
    }

    /// Things side by side, in this order: the first is at zero, the next at one.
    pub fn of_names(names: &[String]) -> Axis {
        let ticks = names.iter().zip(0_u32..).map(|(name, place)| (f64::from(place), name.clone()));
        Axis {
            from: -0.5,
            to: names.len().max(1) as f64 - 0.5,
            ticks: ticks.collect(),
            is_logarithmic: false,
        }
    }

    /// The same for what is counted in whole numbers.
    pub fn count(largest: f64) -> Axis {
        let step = round_step(largest.max(1.0) / TICKS).max(1.0);
        Axis::linear((largest * (1.0 + ROOM) / step).ceil().max(1.0) * step, step, &round_large)
    }

    /// Shares from none to all.
    pub fn share() -> Axis {
        Axis::linear(1.0, 0.25, &|share| format!("{:.0}%", share * 100.0))
    }

    /// Times given in milliseconds, by their logarithm, with at most so many ticks.
    pub fn of_times(smallest: f64, largest: f64, most: usize) -> Axis {
        // A histogram of nanoseconds knows nothing between zero and this.
        Axis::logarithmic((smallest.max(1e-6), largest), most, &|at| {
            // Minutes and hours are no powers of ten.
            if at < 1e5 { round_span_of_ms(at) } else { format!("{}s", round_large(at / 1e3)) }
        })
    }

    /// Positive values by their logarithm, with a little room at both ends, and at most so many ticks.
    pub fn logarithmic((smallest, largest): (f64, f64), most: usize, label: &dyn Fn(f64) -> String) -> Axis {
        let (low, high) = (math::log10(smallest), math::log10(largest.max(smallest)));
        let room = (ROOM * (high - low)).max((SHORTEST - (high - low)) / 2.0);
        let (from, to) = (math::pow(10.0, low - room), math::pow(10.0, high + room));
        let inside = |digits: &[f64], every: i32| -> Vec<f64> {
            let powers = (low.floor() as i32 - 1)..=(high.ceil() as i32);
            let powers = powers.filter(|power| power.rem_euclid(every) == 0);
            let round = powers
                .flat_map(|power| digits.iter().map(move |digit| digit * math::pow(10.0, f64::from(power))));
            round.filter(|tick| (from..=to).contains(tick)).collect()
        };
        let mut ticks = DIGITS.iter().map(|digits| inside(digits, 1)).find(|ticks| ticks.len() <= most);
        let mut every = 1;
        while ticks.is_none() {
            every += 1;
            ticks = Some(inside(&[1.0], every)).filter(|ticks| ticks.len() <= most.max(1));
        }
        let ticks = ticks.unwrap_or_default().into_iter().map(|tick| (tick, label(tick))).collect();
        Axis { from, to, ticks, is_logarithmic: true }
    }

    fn linear(end: f64, step: f64, label: &dyn Fn(f64) -> String) -> Axis {
        let count = (end / step + 1e-9).floor() as u32;
        let ticks = (0..=count).map(|index| f64::from(index) * step).map(|tick| (tick, label(tick)));
        Axis { from: 0.0, to: end, ticks: ticks.collect(), is_logarithmic: false }
    }
}

/// As plotters asks for it.
impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        from + (self.share_of(*value) * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.iter().map(|(value, _)| *value).collect()
    }

    fn range(&self) -> Range<f64> {
        self.from..self.to
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        let tick = self.ticks.iter().find(|(tick, _)| tick == value);
        tick.map_or_else(String::new, |(_, label)| label.clone())
    }
}

/// The smallest of 1, 2, 5, 10, … times a power of ten that is not below `step`.
fn round_step(step: f64) -> f64 {
    let power = math::pow(10.0, math::log10(step).floor());
    let round = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * power);
    round.into_iter().find(|round| *round >= step * (1.0 - 1e-9)).unwrap_or(10.0 * power)
}

/// A round number by its thousands, without zeros at its end.
pub fn round_large(value: f64) -> String {
    let text = large(value);
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let short =
        if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
    format!("{short}{}", &text[digits.len()..])
}

/// A round difference in base units, with its sign.
pub fn round_difference(value: f64, unit: Unit) -> String {
    let sign = if value > 0.0 { "+" } else { "" };
    match unit {
        // Sums of rounding errors are no difference.
        _ if value.abs() < 1e-12 => "0".to_owned(),
        Unit::Time => format!("{sign}{}", round_span_of_ms(value * 1e3)),
        Unit::Share => format!("{sign}{}pp", (value * 1e8).round() / 1e6),
        Unit::Rate => format!("{sign}{}/s", round_large(value)),
        Unit::TimeSquared | Unit::Count | Unit::Number => format!("{sign}{}", round_large(value)),
    }
}

/// A round share.
pub fn per_cent(share: f64) -> String {
    // Rounded, since a tenth of a percent is no binary fraction.
    format!("{}%", (share * 1e8).round() / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> String {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn ticks_are_round_in_the_unit_that_is_read() {
        for (axis, expected) in [
            (Axis::time(110.0), "0 10s 20s 30s 40s 50s 60s 70s 80s 90s 100s 110s"),
            (Axis::time(480.0), "0 1min 2min 3min 4min 5min 6min 7min 8min"),
            (Axis::time(1_200.0), "0 2min 4min 6min 8min 10min 12min 14min 16min 18min 20min"),
            (Axis::time(86_400.0), "0 2h 4h 6h 8h 10h 12h 14h 16h 18h 20h 22h 24h"),
            (Axis::time(0.02), "0s 5ms 10ms 15ms 20ms"),
            (Axis::from_zero(970.0, &round_large), "0 200 400 600 800 1000"),
            (Axis::from_zero(999.0, &round_large), "0 200 400 600 800 1000 1200"),
            (Axis::from_zero(0.0, &round_large), "0 0.2 0.4 0.6 0.8 1 1.2"),
            (Axis::from_zero(48_000.0, &round_large), "0 10k 20k 30k 40k 50k"),
            (Axis::count(3.0), "0 1 2 3 4"),
            (Axis::count(0.0), "0 1"),
            (Axis::count(19.0), "0 5 10 15 20"),
            (Axis::up_to(105.0, &round_large), "0 20 40 60 80 100"),
            (Axis::between((-12.0, 30.0), ROOM, &round_large), "-10 0 10 20 30"),
            (Axis::between((8.0, 8.0), ROOM, &round_large), "4 6 8 10 12"),
            (Axis::of_names(&["a".to_owned(), "b".to_owned()]), "a b"),
            (Axis::share(), "0% 25% 50% 75% 100%"),
            (Axis::of_times(0.3, 2_000.0, 13), "500µs 1ms 2ms 5ms 10ms 20ms 50ms 100ms 200ms 500ms 1s 2s"),
            (Axis::of_times(0.3, 2_000.0, 7), "1ms 10ms 100ms 1s"),
            (Axis::of_times(100.0, 100.0, 13), "80ms 100ms 120ms"),
            (Axis::of_times(9.9, 19.0, 7), "10ms 12ms 15ms"),
            (Axis::of_times(0.0, 5e6, 7), "1ns 100ns 10µs 1ms 100ms 10s 1000s"),
        ] {
            assert_eq!(labels(&axis), expected);
            assert!(axis.from < axis.to, "{axis:?}");
        }
    }

    #[test]
    fn a_share_of_an_axis_and_its_value_belong_together() {
        let chosen = |values: &[f64]| -> Vec<(f64, String)> {
            values.iter().map(|value| (*value, format!("{value}/s"))).collect()
        };
        let (doubled, even) = (chosen(&[1.0, 2.0, 4.0, 8.0]), chosen(&[1.0, 2.0, 3.0, 4.0]));
        assert!(Axis::of_values(&doubled, 9).is_logarithmic && !Axis::of_values(&even, 9).is_logarithmic);
        assert_eq!(labels(&Axis::of_values(&doubled, 2)), "1/s 4/s");
        for axis in [Axis::time(480.0), Axis::of_times(0.3, 2_000.0, 7)] {
            for share in [0.0, 0.25, 1.0] {
                let value = axis.value_at(share);
                assert!((axis.share_of(value) - share).abs() < 1e-12, "{share} of {axis:?}");
            }
            assert!(!axis.has(axis.to * 1.01) && axis.has(axis.to) && !axis.has(f64::NAN));
        }
        // Equal factors are equally long.
        let axis = Axis::of_times(1.0, 100.0, 7);
        assert_eq!(
            (axis.map(&1.0, (0, 104)), axis.map(&10.0, (0, 104)), axis.map(&100.0, (0, 104))),
            (2, 52, 102)
        );
    }
}
