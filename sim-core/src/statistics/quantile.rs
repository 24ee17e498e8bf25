//! Sample quantiles and how sure they are.

use super::accumulate::standard_error_around;
use super::law::{binomial_cdf, student_t_quantile};

/// A quantile with its confidence interval.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct QuantileInterval {
    /// The point estimate.
    pub value: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The confidence it has; by order statistics at least what was asked for.
    pub confidence: f64,
}

/// The least of `sorted` that at least a share `probability` of it does not exceed; `None` if empty or outside [0, 1].
pub fn quantile_of_sorted(sorted: &[f64], probability: f64) -> Option<f64> {
    if sorted.is_empty() || !(0.0..=1.0).contains(&probability) {
        return None;
    }
    // 0.9 × 10 is 9 and 0.7 × 10 is 7 in doubles, 0.55 × 100 is 55.000…01: do not let rounding pick the next value.
    let rank = (probability * sorted.len() as f64 * (1.0 - 4.0 * f64::EPSILON)).ceil().max(1.0);
    sorted.get((rank as usize).min(sorted.len()) - 1).copied()
}

/// The interval of a quantile of independent values between two order statistics, valid for any law (David and
/// Nagaraja 2003, §7.1). `None` when the sample is too small for a two-sided interval.
pub fn quantile_by_order(sorted: &[f64], probability: f64, confidence: f64) -> Option<QuantileInterval> {
    let value = quantile_of_sorted(sorted, probability)?;
    let count = sorted.len() as u64;
    let outside = (1.0 - confidence) / 2.0;
    let below = |rank: u64| binomial_cdf(rank - 1, count, probability);
    // Ranks from 1: the greatest with P(B < rank) ≤ α/2, and the least with P(B < rank) ≥ 1 − α/2.
    let low = last_rank(count, |rank| below(rank) <= outside)?;
    let high = last_rank(count, |rank| below(rank) < 1.0 - outside).unwrap_or(0) + 1;
    if high > count {
        return None;
    }
    let at = |rank: u64| sorted[rank as usize - 1];
    Some(QuantileInterval { value, low: at(low), high: at(high), confidence: below(high) - below(low) })
}

/// The last rank of 1 … `count` for which `is_low` holds, which it does up to some rank and not beyond.
fn last_rank(count: u64, is_low: impl Fn(u64) -> bool) -> Option<u64> {
    let (mut low, mut high) = (0, count + 1);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if is_low(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low > 0).then_some(low)
}

/// The interval of a quantile of a correlated series by sectioning: the spread of `sections` sections' quantiles around
/// that of the whole, which is less biased than their mean (Asmussen and Glynn 2007, §III.5).
pub fn quantile_by_sections(
    values: &[f64],
    probability: f64,
    sections: u32,
    confidence: f64,
) -> Option<QuantileInterval> {
    let length = values.len() / (sections as usize).max(1);
    if sections < 2 || length == 0 {
        return None;
    }
    let sorted = |part: &[f64]| {
        let mut part = part.to_vec();
        part.sort_by(f64::total_cmp);
        part
    };
    let used = &values[values.len() - length * sections as usize..];
    let value = quantile_of_sorted(&sorted(used), probability)?;
    let each: Vec<f64> = used
        .chunks_exact(length)
        .filter_map(|section| quantile_of_sorted(&sorted(section), probability))
        .collect();
    let error = standard_error_around(value, &each)?;
    let half_width = error * student_t_quantile(0.5 + confidence / 2.0, f64::from(sections) - 1.0);
    Some(QuantileInterval { value, low: value - half_width, high: value + half_width, confidence })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::ln;
    use crate::random::Key;

    #[test]
    fn ranks_are_those_of_the_definition() {
        let sorted: Vec<f64> = (1..=100u32).map(f64::from).collect();
        for percent in 1..=100u32 {
            let probability = f64::from(percent) / 100.0;
            assert_eq!(quantile_of_sorted(&sorted, probability), Some(f64::from(percent)));
        }
        assert_eq!(quantile_of_sorted(&sorted, 0.0), Some(1.0));
        assert_eq!(quantile_of_sorted(&[], 0.5), None);
    }

    #[test]
    fn the_median_of_ten_lies_between_the_second_and_the_ninth() {
        // The classic: confidence 1 − 2 × 11/1024 = 0.978516.
        let sorted: Vec<f64> = (1..=10u32).map(f64::from).collect();
        let interval = quantile_by_order(&sorted, 0.5, 0.95).unwrap();
        assert_eq!((interval.low, interval.high), (2.0, 9.0));
        assert!((interval.confidence - (1.0 - 22.0 / 1024.0)).abs() < 1e-12);
        assert_eq!(quantile_by_order(&sorted, 0.99, 0.95), None);
    }

    #[test]
    fn both_intervals_cover_the_true_quantile() {
        let (runs, key) = (400u64, Key::from_seed(9).named("quantile coverage"));
        let truth = -ln(0.05);
        let (mut by_order, mut by_sections) = (0, 0);
        for run in 0..runs {
            let mut draws = key.numbered(run).draws();
            let values: Vec<f64> = (0..4_000).map(|_| -ln(draws.unit_above_zero())).collect();
            let holds =
                |interval: QuantileInterval| u32::from(interval.low <= truth && truth <= interval.high);
            by_sections += holds(quantile_by_sections(&values, 0.95, 10, 0.95).unwrap());
            let mut sorted = values;
            sorted.sort_by(f64::total_cmp);
            by_order += holds(quantile_by_order(&sorted, 0.95, 0.95).unwrap());
        }
        // 0.95 ± 4.5 × √(0.95 × 0.05 / 400).
        for covered in [by_order, by_sections] {
            let share = f64::from(covered) / runs as f64;
            assert!((0.90..=1.0).contains(&share), "{share}");
        }
    }

    #[test]
    fn large_samples_are_as_precise_as_theory_says() {
        // For p = 0.99 and n = 10⁶ the ranks are np ± 1.96 √(np(1−p)) = 990,000 ± 195.
        let sorted: Vec<f64> = (1..=1_000_000u32).map(f64::from).collect();
        let interval = quantile_by_order(&sorted, 0.99, 0.95).unwrap();
        assert!(
            (interval.low - 989_805.0).abs() < 2.0 && (interval.high - 990_196.0).abs() < 2.0,
            "{interval:?}"
        );
    }
}
