//! Comparing policies on the same random numbers, and several comparisons at once.

use super::accumulate::{Accumulator, Interval, standard_error_around};
use super::law::{student_t_quantile, student_t_two_sided};

/// The difference of two policies over pairs of runs that share their seeds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PairedDifference {
    /// First minus second, with its interval.
    pub difference: Interval,
    /// How many times as many runs independent seeds would need for an interval as narrow:
    /// (Var X + Var Y) / Var(X − Y) (Law 2015, §11.2). `None` where the difference does not vary.
    pub gain: Option<f64>,
    /// The chance of a difference this far from zero if there were none: by the two-sided paired t test, or by the sign
    /// test where all pairs differ by the same, which is no spread that t could go by.
    pub p_value: f64,
}

/// The mean difference of `first` and `second`, pair by pair; `None` below two pairs or for lists of different length.
pub fn paired_difference(first: &[f64], second: &[f64], confidence: f64) -> Option<PairedDifference> {
    let differences: Accumulator = first.iter().zip(second).map(|(a, b)| a - b).collect();
    paired_difference_around(differences.mean()?, first, second, confidence)
}

/// The same around a `point` that is known better than by the mean of the pairs, see [`standard_error_around`].
pub fn paired_difference_around(
    point: f64,
    first: &[f64],
    second: &[f64],
    confidence: f64,
) -> Option<PairedDifference> {
    if first.len() != second.len() {
        return None;
    }
    let differences: Vec<f64> = first.iter().zip(second).map(|(a, b)| a - b).collect();
    let error = standard_error_around(point, &differences)?;
    let freedom = differences.len() as f64 - 1.0;
    let p_value = if error > 0.0 {
        student_t_two_sided(point / error, freedom)
    } else if point == 0.0 {
        1.0
    } else {
        // All signs are the same: twice ½ to the power of the number of pairs.
        (1..differences.len()).fold(1.0, |chance, _| chance / 2.0)
    };
    let (apart, together) = (variance(first)? + variance(second)?, variance(&differences)?);
    let half_width = error * student_t_quantile(0.5 + confidence / 2.0, freedom);
    Some(PairedDifference {
        difference: Interval { mean: point, half_width },
        gain: (together > 0.0).then(|| apart / together),
        p_value,
    })
}

fn variance(values: &[f64]) -> Option<f64> {
    values.iter().copied().collect::<Accumulator>().variance()
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
    fn a_paired_difference_agrees_with_the_worked_example() {
        // Differences 1, 2, 3, 2: mean 2, variance 2/3, so the error is √(1/6) and t = 2√6 with 3 degrees of freedom, for
        // which the two-sided chance is 1 − (2/π)(atan θ + θ/(1 + θ²)) with θ = t/√3. Variances of the two: 5 each.
        let (first, second) = ([11.0, 14.0, 17.0, 14.0], [10.0, 12.0, 14.0, 12.0]);
        let found = paired_difference(&first, &second, 0.95).unwrap();
        assert_eq!(found.difference.mean, 2.0);
        assert!((found.difference.half_width - 3.182_446_305 / 6.0f64.sqrt()).abs() < 1e-8, "{found:?}");
        assert!((found.p_value - 0.016_276_603).abs() < 1e-8, "{found:?}");
        // Σ(x − 14)² = 18 and Σ(y − 12)² = 8 over 3, and 2/3 for the difference.
        assert!((found.gain.unwrap() - (6.0 + 8.0 / 3.0) / (2.0 / 3.0)).abs() < 1e-12, "{found:?}");
        // Around 2.5 the squares are 1.5² + 0.5² + 0.5² + 0.5² = 3, over 4 × 3.
        let around = paired_difference_around(2.5, &first, &second, 0.95).unwrap();
        assert!((around.difference.half_width - 3.182_446_305 * 0.5).abs() < 1e-8, "{around:?}");
        assert_eq!((around.difference.mean, around.gain), (2.5, found.gain));
    }

    #[test]
    fn what_does_not_vary_needs_no_spread() {
        let same = paired_difference(&[1.0, 3.0], &[1.0, 3.0], 0.95).unwrap();
        assert_eq!((same.difference.half_width, same.p_value, same.gain), (0.0, 1.0, None));
        let shifted = paired_difference(&[2.0, 4.0], &[1.0, 3.0], 0.95).unwrap();
        // Two heads or two tails.
        assert_eq!((shifted.difference.mean, shifted.p_value, shifted.gain), (1.0, 0.5, None));
        let often = paired_difference(&[2.0; 10], &[1.0; 10], 0.95).unwrap();
        assert_eq!((often.difference.half_width, often.p_value), (0.0, 1.0 / 512.0));
        assert_eq!(paired_difference(&[1.0], &[2.0], 0.95), None);
    }

    #[test]
    fn a_shared_disturbance_cancels_in_pairs() {
        let mut draws = Key::from_seed(3).named("paired").draws();
        let shared: Vec<f64> = (0..20).map(|_| 10.0 * draws.unit()).collect();
        let first: Vec<f64> = shared.iter().map(|s| s + 1.0 + 0.1 * draws.unit()).collect();
        let second: Vec<f64> = shared.iter().map(|s| s + 0.1 * draws.unit()).collect();
        let result = paired_difference(&first, &second, 0.95).unwrap();
        assert!(result.difference.contains(1.0) && result.difference.half_width < 0.04, "{result:?}");
        assert!(result.gain.unwrap() > 400.0, "{result:?}");
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
