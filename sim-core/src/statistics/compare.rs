//! Comparing policies on the same random numbers, and several comparisons at once.

use super::accumulate::{Accumulator, Interval};
use super::law::student_t_two_sided;

/// The mean difference of two policies over pairs of runs that share their seeds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PairedDifference {
    /// First minus second, with its interval.
    pub difference: Interval,
    /// The interval's half-width without pairing, for what the common random numbers saved.
    pub unpaired_half_width: f64,
    /// The chance of a difference this far from zero if there were none (two-sided paired t test).
    pub p_value: f64,
}

/// Compares `first` with `second`, pair by pair; `None` below two pairs or for lists of different length.
pub fn paired_difference(first: &[f64], second: &[f64], confidence: f64) -> Option<PairedDifference> {
    if first.len() != second.len() || first.len() < 2 {
        return None;
    }
    let differences: Accumulator = first.iter().zip(second).map(|(a, b)| a - b).collect();
    let difference = differences.interval(confidence)?;
    let error = differences.standard_error()?;
    let p_value = if error > 0.0 {
        student_t_two_sided(difference.mean / error, (differences.count() - 1) as f64)
    } else if difference.mean == 0.0 {
        1.0
    } else {
        0.0
    };
    let variance = |values: &[f64]| values.iter().copied().collect::<Accumulator>().variance();
    let (first_variance, second_variance) = (variance(first)?, variance(second)?);
    let count = first.len() as f64;
    let freedom = welch_freedom(first_variance, second_variance, count);
    let unpaired_half_width = if first_variance + second_variance > 0.0 {
        ((first_variance + second_variance) / count).sqrt()
            * super::law::student_t_quantile(0.5 + confidence / 2.0, freedom)
    } else {
        0.0
    };
    Some(PairedDifference { difference, unpaired_half_width, p_value })
}

/// Degrees of freedom of the difference of two means over `count` values each (Welch 1947).
fn welch_freedom(first: f64, second: f64, count: f64) -> f64 {
    (first + second) * (first + second) * (count - 1.0) / (first * first + second * second)
}

/// Holm's correction (1979): p values that may be compared with one level although there are several of them.
///
/// Returns them in the order given; the chance of any false claim is bounded whatever the dependence.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut corrected = vec![0.0; p_values.len()];
    let mut largest = 0.0f64;
    for (rank, &index) in order.iter().enumerate() {
        largest = largest.max((p_values.len() - rank) as f64 * p_values[index]).min(1.0);
        corrected[index] = largest;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Key;

    #[test]
    fn holm_agrees_with_the_worked_example() {
        // 0.01, 0.04, 0.03, 0.005 → steps 4, 3, 2, 1 from the least up, made monotone.
        let corrected = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (value, expected) in corrected.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((value - expected).abs() < 1e-15, "{corrected:?}");
        }
        assert_eq!(holm(&[0.6, 0.7]), [1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }

    #[test]
    fn a_shared_disturbance_cancels_in_pairs() {
        let mut draws = Key::from_seed(3).named("paired").draws();
        let shared: Vec<f64> = (0..20).map(|_| 10.0 * draws.unit()).collect();
        let first: Vec<f64> = shared.iter().map(|s| s + 1.0 + 0.1 * draws.unit()).collect();
        let second: Vec<f64> = shared.iter().map(|s| s + 0.1 * draws.unit()).collect();
        let result = paired_difference(&first, &second, 0.95).unwrap();
        assert!(result.difference.contains(1.0) && result.difference.half_width < 0.04, "{result:?}");
        assert!(result.unpaired_half_width > 20.0 * result.difference.half_width);
        assert!(result.p_value < 1e-10);
        assert_eq!(paired_difference(&first, &second[1..], 0.95), None);
    }

    #[test]
    fn no_difference_is_claimed_about_as_often_as_allowed() {
        let (runs, key) = (2_000u64, Key::from_seed(4).named("level"));
        let claims: u32 = (0..runs)
            .map(|run| {
                let mut draws = key.numbered(run).draws();
                let mut sample = || -> Vec<f64> { (0..12).map(|_| draws.unit()).collect() };
                let (first, second) = (sample(), sample());
                u32::from(paired_difference(&first, &second, 0.95).unwrap().p_value < 0.05)
            })
            .sum();
        // 0.05 ± 4.5 × √(0.05 × 0.95 / 2000).
        assert!((0.028..0.072).contains(&(f64::from(claims) / runs as f64)), "{claims}");
    }
}
