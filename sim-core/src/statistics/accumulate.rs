//! Means and variances in one pass, and the interval they give.

use super::law::student_t_quantile;

/// A mean with the half-width of its confidence interval.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Interval {
    /// The point estimate.
    pub mean: f64,
    /// Half the length of the interval, infinite where one value gives no spread.
    pub half_width: f64,
}

impl Interval {
    /// The lower end.
    pub fn low(&self) -> f64 {
        self.mean - self.half_width
    }

    /// The upper end.
    pub fn high(&self) -> f64 {
        self.mean + self.half_width
    }

    /// Whether `value` lies inside.
    pub fn contains(&self, value: f64) -> bool {
        (value - self.mean).abs() <= self.half_width
    }
}

/// Count, mean, variance and extremes of a stream, by Welford's recursion (1962); two of them merge exactly as if one
/// had seen both streams, up to rounding (Chan, Golub and LeVeque 1979).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Accumulator {
    count: u64,
    mean: f64,
    squares: f64,
    least: f64,
    greatest: f64,
}

impl Default for Accumulator {
    fn default() -> Accumulator {
        Accumulator { count: 0, mean: 0.0, squares: 0.0, least: f64::INFINITY, greatest: f64::NEG_INFINITY }
    }
}

impl Accumulator {
    /// Adds one value.
    pub fn push(&mut self, value: f64) {
        self.count += 1;
        let before = value - self.mean;
        self.mean += before / self.count as f64;
        self.squares += before * (value - self.mean);
        self.least = if value < self.least { value } else { self.least };
        self.greatest = if value > self.greatest { value } else { self.greatest };
    }

    /// Adds all that `other` has seen.
    pub fn merge(&mut self, other: &Accumulator) {
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = *other;
            return;
        }
        let total = self.count + other.count;
        let apart = other.mean - self.mean;
        let share = other.count as f64 / total as f64;
        self.squares += other.squares + apart * apart * self.count as f64 * share;
        self.mean += apart * share;
        self.count = total;
        self.least = if other.least < self.least { other.least } else { self.least };
        self.greatest = if other.greatest > self.greatest { other.greatest } else { self.greatest };
    }

    /// How many values came.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their mean; `None` before the first.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then_some(self.mean)
    }

    /// The unbiased variance, over n − 1; `None` below two values.
    pub fn variance(&self) -> Option<f64> {
        (self.count > 1).then(|| self.squares / (self.count - 1) as f64)
    }

    /// The root of [`Accumulator::variance`].
    pub fn standard_deviation(&self) -> Option<f64> {
        self.variance().map(f64::sqrt)
    }

    /// The standard error of the mean of independent values.
    pub fn standard_error(&self) -> Option<f64> {
        self.variance().map(|variance| (variance / self.count as f64).sqrt())
    }

    /// The least value.
    pub fn least(&self) -> Option<f64> {
        (self.count > 0).then_some(self.least)
    }

    /// The greatest value.
    pub fn greatest(&self) -> Option<f64> {
        (self.count > 0).then_some(self.greatest)
    }

    /// Student's interval of the mean, for independent values; of infinite width for a single one, `None` for none.
    pub fn interval(&self, confidence: f64) -> Option<Interval> {
        let mean = self.mean()?;
        let half_width = match self.standard_error() {
            Some(error) if error > 0.0 => {
                error * student_t_quantile(0.5 + confidence / 2.0, (self.count - 1) as f64)
            }
            Some(_) => 0.0,
            None => f64::INFINITY,
        };
        Some(Interval { mean, half_width })
    }
}

impl FromIterator<f64> for Accumulator {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Accumulator {
        let mut accumulator = Accumulator::default();
        values.into_iter().for_each(|value| accumulator.push(value));
        accumulator
    }
}

/// The standard error of a `point` that independent `values` tell of, one from each part of what it was taken from: of
/// their mean, or of a number that is known better than by their mean, such as a quantile of all parts merged, of which
/// they are the sections (Asmussen and Glynn 2007, §III.5). `None` below two values.
pub fn standard_error_around(point: f64, values: &[f64]) -> Option<f64> {
    let count = values.len() as f64;
    let squares: f64 = values.iter().map(|value| (value - point) * (value - point)).sum();
    (values.len() > 1).then(|| (squares / (count * (count - 1.0))).sqrt())
}

/// Student's interval of the mean of independent `values`, such as one per replication.
pub fn interval_of(values: &[f64], confidence: f64) -> Option<Interval> {
    values.iter().copied().collect::<Accumulator>().interval(confidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_spreads_around_large_means_keep_their_digits() {
        let around = |values: &[f64]| values.iter().map(|v| v + 1e9).collect::<Accumulator>();
        let accumulator = around(&[4.0, 7.0, 13.0, 16.0]);
        assert_eq!(accumulator.variance(), Some(30.0));
        assert_eq!((accumulator.least(), accumulator.greatest()), (Some(1e9 + 4.0), Some(1e9 + 16.0)));
    }

    #[test]
    fn merging_is_the_same_as_seeing_everything() {
        let values: Vec<f64> = (0..1000u32).map(|n| f64::from(n * n % 97) + 0.1).collect();
        let whole: Accumulator = values.iter().copied().collect();
        for cut in [0, 1, 400, 1000] {
            let mut first: Accumulator = values[..cut].iter().copied().collect();
            first.merge(&values[cut..].iter().copied().collect());
            assert_eq!(first.count(), whole.count());
            assert!((first.mean().unwrap() / whole.mean().unwrap() - 1.0).abs() < 1e-14);
            assert!((first.variance().unwrap() / whole.variance().unwrap() - 1.0).abs() < 1e-13);
        }
    }

    #[test]
    fn the_interval_of_a_known_sample() {
        // By hand: s = 2, so the error is 2/√3, and t(0.975, 2) = 4.302653.
        let interval = interval_of(&[3.0, 5.0, 7.0], 0.95).unwrap();
        assert_eq!(interval.mean, 5.0);
        assert!((interval.half_width - 4.302_652_730 * 2.0 / 3.0f64.sqrt()).abs() < 1e-8);
        assert_eq!(interval_of(&[3.0], 0.95).unwrap().half_width, f64::INFINITY);
        assert_eq!(interval_of(&[2.0, 2.0], 0.95).unwrap().half_width, 0.0);
        assert_eq!(interval_of(&[], 0.95), None);
    }

    #[test]
    fn the_error_around_a_point_is_that_of_the_mean_where_the_point_is_the_mean() {
        let values = [3.0, 5.0, 7.0];
        let of_mean = values.iter().copied().collect::<Accumulator>().standard_error().unwrap();
        assert!((standard_error_around(5.0, &values).unwrap() - of_mean).abs() < 1e-15);
        // Around 6: squares 9 + 1 + 1, over 3 × 2.
        assert!((standard_error_around(6.0, &values).unwrap() - (11.0f64 / 6.0).sqrt()).abs() < 1e-15);
        assert_eq!(standard_error_around(3.0, &[3.0]), None);
    }
}
