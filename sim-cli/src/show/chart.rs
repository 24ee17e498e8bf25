//! Small charts made of letters: sparklines, bars and intervals, in Unicode or ASCII.

use crate::terminal::Style;

const UNICODE_LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII_LEVELS: [char; 8] = ['_', '.', ',', '-', '=', '+', '*', '#'];
const UNICODE_PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// A line of at most `width` letters for values over time; a value that is missing is a blank. The height of a letter
/// says where its value lies between zero and the largest one.
pub fn sparkline(values: &[Option<f64>], width: usize, style: Style) -> String {
    let values = squeeze(values, width);
    let largest = values.iter().flatten().copied().fold(0.0, f64::max);
    let levels = if style.has_unicode { UNICODE_LEVELS } else { ASCII_LEVELS };
    let letter = |value: &Option<f64>| match value {
        None => ' ',
        Some(_) if largest <= 0.0 => levels[0],
        Some(value) => {
            let level = (value / largest * (levels.len() - 1) as f64).round();
            levels[(level.max(0.0) as usize).min(levels.len() - 1)]
        }
    };
    values.iter().map(letter).collect()
}

/// At most `width` values: neighbours become one that keeps the larger, so that no peak is lost.
fn squeeze(values: &[Option<f64>], width: usize) -> Vec<Option<f64>> {
    let width = width.max(1);
    if values.len() <= width {
        return values.to_vec();
    }
    let edge = |index: usize| index * values.len() / width;
    let larger =
        |index: usize| values[edge(index)..edge(index + 1)].iter().flatten().copied().reduce(f64::max);
    (0..width).map(larger).collect()
}

/// A bar for `share` of `width` letters; whatever is above zero shows.
pub fn bar(share: f64, width: usize, style: Style) -> String {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    if !style.has_unicode {
        let length = (share * width as f64).round() as usize;
        return "#".repeat(length.max(usize::from(share > 0.0)));
    }
    let eighths = ((share * width as f64 * 8.0).round() as usize).max(usize::from(share > 0.0));
    "█".repeat(eighths / 8) + UNICODE_PARTS[eighths % 8]
}

/// The range of a drawing from left to right.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    /// The least range that holds zero and all `values`.
    pub fn around_zero(values: impl Iterator<Item = f64>) -> Scale {
        let wider =
            |scale: Scale, value: f64| Scale { low: scale.low.min(value), high: scale.high.max(value) };
        values.filter(|value| value.is_finite()).fold(Scale { low: 0.0, high: 0.0 }, wider)
    }

    /// The letter of `width` ones at which `value` stands.
    fn letter(self, value: f64, width: usize) -> usize {
        let last = width.saturating_sub(1);
        if self.high <= self.low {
            return last / 2;
        }
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        (share * last as f64).round() as usize
    }
}

/// A value with its interval beside a line at zero: `──●──   │`.
pub fn whisker(value: f64, [low, high]: [f64; 2], scale: Scale, width: usize, style: Style) -> String {
    let letters = if style.has_unicode { ['│', '─', '●'] } else { ['|', '-', 'o'] };
    let mut line = vec![' '; width.max(1)];
    line[scale.letter(0.0, width)] = letters[0];
    line[scale.letter(low, width)..=scale.letter(high, width)].fill(letters[1]);
    line[scale.letter(value, width)] = letters[2];
    line.into_iter().collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNICODE: Style = Style { has_colour: false, has_unicode: true };

    #[test]
    fn a_sparkline_starts_at_zero_and_keeps_peaks() {
        let values: Vec<Option<f64>> = vec![Some(0.0), Some(50.0), None, Some(100.0)];
        assert_eq!(sparkline(&values, 10, UNICODE), "▁▅ █");
        assert_eq!(sparkline(&values, 10, Style::PLAIN), "_= #");
        assert_eq!(sparkline(&values, 2, UNICODE), "▅█");
        assert_eq!(sparkline(&[Some(0.0), Some(0.0)], 10, UNICODE), "▁▁");
        assert_eq!(sparkline(&[], 10, UNICODE), "");
    }

    #[test]
    fn a_whisker_stands_beside_zero() {
        let scale = Scale::around_zero([-8.0, 2.0, f64::INFINITY].into_iter());
        assert_eq!(whisker(-6.0, [-8.0, -4.0], scale, 11, Style::PLAIN), "--o--   |");
        assert_eq!(whisker(0.0, [-1.0, 2.0], scale, 11, UNICODE), "       ─●──");
        assert_eq!(whisker(0.0, [0.0, 0.0], Scale::around_zero([].into_iter()), 5, Style::PLAIN), "  o");
    }

    #[test]
    fn a_bar_is_as_long_as_its_share() {
        assert_eq!(bar(0.5, 10, UNICODE), "█████");
        assert_eq!(bar(0.51, 10, UNICODE), "█████▏");
        assert_eq!(bar(1e-9, 10, UNICODE), "▏");
        assert_eq!(bar(0.0, 10, UNICODE), "");
        assert_eq!(bar(f64::NAN, 10, Style::PLAIN), "");
        assert_eq!(bar(2.0, 4, Style::PLAIN), "####");
    }
}
