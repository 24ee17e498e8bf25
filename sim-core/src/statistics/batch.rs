//! One long run: an interval from batch means, and how much of the start to leave out.

use super::accumulate::{Accumulator, Interval};

/// The interval of the mean of a correlated series, from `batches` batches of equal length.
///
/// Values that do not fill the batches are left out at the start, where they are least stationary. `None` for fewer
/// than two batches or values than batches. The batches have to be long against the correlation (Law 2015, §9.5.3).
pub fn batch_means(values: &[f64], batches: u32, confidence: f64) -> Option<Interval> {
    let length = values.len() / (batches as usize).max(1);
    if batches < 2 || length == 0 {
        return None;
    }
    let used = &values[values.len() - length * batches as usize..];
    used.chunks_exact(length).map(mean_of).collect::<Accumulator>().interval(confidence)
}

fn mean_of(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Batch means of a stream of unknown length, in bounded memory: when twice the wanted number of batches are full,
/// neighbours merge and the batch length doubles.
#[derive(Clone, PartialEq, Debug)]
pub struct BatchMeans {
    wanted: u32,
    length: u64,
    sums: Vec<f64>,
    open_sum: f64,
    open_count: u64,
}

impl BatchMeans {
    /// An estimator that will use between `batches` and twice as many batches; at least two.
    pub fn new(batches: u32) -> BatchMeans {
        BatchMeans {
            wanted: batches.max(2),
            length: 1,
            sums: Vec::with_capacity(2 * batches.max(2) as usize),
            open_sum: 0.0,
            open_count: 0,
        }
    }

    /// Adds the next value of the series.
    pub fn push(&mut self, value: f64) {
        self.open_sum += value;
        self.open_count += 1;
        if self.open_count < self.length {
            return;
        }
        self.sums.push(self.open_sum);
        (self.open_sum, self.open_count) = (0.0, 0);
        if self.sums.len() == 2 * self.wanted as usize {
            // In place: a run calls this at every answer and allocates for none.
            for batch in 0..self.wanted as usize {
                self.sums[batch] = self.sums[2 * batch] + self.sums[2 * batch + 1];
            }
            self.sums.truncate(self.wanted as usize);
            self.length *= 2;
        }
    }

    /// The number of full batches.
    pub fn batches(&self) -> u32 {
        self.sums.len() as u32
    }

    /// Values in each.
    pub fn batch_length(&self) -> u64 {
        self.length
    }

    /// The means of the full batches.
    pub fn means(&self) -> Vec<f64> {
        self.sums.iter().map(|sum| sum / self.length as f64).collect()
    }

    /// The interval of the mean over full batches; `None` below the wanted number of batches.
    pub fn interval(&self, confidence: f64) -> Option<Interval> {
        if self.sums.len() < self.wanted as usize {
            return None;
        }
        self.means().into_iter().collect::<Accumulator>().interval(confidence)
    }
}

/// Where a series becomes stationary.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Truncation {
    /// Values to leave out at the start.
    pub leave_out: u64,
    /// Whether the run is long enough to tell: the best point lies in its first half.
    pub is_reliable: bool,
}

/// MSER-5: leave out the start that makes the standard error of the rest's mean least, over means of five values
/// (White, Cobb and Spratt 2000). `None` below ten values.
///
/// Every point up to five groups before the end is tried; a best one in the second half says the run is too short.
pub fn mser5(values: &[f64]) -> Option<Truncation> {
    const GROUP: usize = 5;
    const LEAST_GROUPS: usize = 5;
    let groups: Vec<f64> = values.chunks_exact(GROUP).map(mean_of).collect();
    if groups.len() < 2 {
        return None;
    }
    // Variances of all tails in one pass, from the end.
    let mut tail = Accumulator::default();
    let mut best = (f64::INFINITY, 0);
    for (start, &group) in groups.iter().enumerate().rev() {
        tail.push(group);
        let count = tail.count();
        if (count as usize) < LEAST_GROUPS.min(groups.len()) {
            continue;
        }
        let squares = tail.variance().unwrap_or(0.0) * (count - 1) as f64;
        let error = squares / (count as f64 * count as f64);
        // `<=`: among equals the earliest point keeps the most data.
        if error <= best.0 {
            best = (error, start);
        }
    }
    Some(Truncation { leave_out: (best.1 * GROUP) as u64, is_reliable: best.1 * 2 <= groups.len() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Key;

    /// An autoregressive series of mean 0: x ← r x + noise, with noise uniform in [−½, ½).
    fn correlated(key: Key, count: usize, correlation: f64) -> Vec<f64> {
        let mut draws = key.draws();
        let mut value = 0.0;
        (0..count)
            .map(|_| {
                value = correlation * value + draws.unit() - 0.5;
                value
            })
            .collect()
    }

    #[test]
    fn batch_means_cover_a_correlated_mean_and_naive_intervals_do_not() {
        let (runs, key) = (400, Key::from_seed(5).named("batch means"));
        let (mut covered, mut covered_streaming, mut naive) = (0, 0, 0);
        for run in 0..runs {
            let values = correlated(key.numbered(run), 6_000, 0.9);
            covered += u32::from(batch_means(&values, 20, 0.95).unwrap().contains(0.0));
            let mut stream = BatchMeans::new(16);
            values.iter().for_each(|&value| stream.push(value));
            covered_streaming += u32::from(stream.interval(0.95).unwrap().contains(0.0));
            naive += u32::from(super::super::interval_of(&values, 0.95).unwrap().contains(0.0));
        }
        // Standard deviation of the coverage √(0.95 × 0.05 / 400) = 0.0109: 0.95 ± 4.5 of them.
        let share = |count: u32| f64::from(count) / runs as f64;
        assert!((0.90..=1.0).contains(&share(covered)), "{}", share(covered));
        assert!((0.90..=1.0).contains(&share(covered_streaming)), "{}", share(covered_streaming));
        assert!(share(naive) < 0.5, "{}", share(naive));
    }

    #[test]
    fn a_stream_keeps_between_once_and_twice_the_batches() {
        let mut stream = BatchMeans::new(10);
        for value in 0..1_000_000u32 {
            stream.push(f64::from(value % 7));
            assert!(stream.batches() < 20);
        }
        assert!(stream.batches() >= 10);
        assert!((stream.interval(0.95).unwrap().mean - 3.0).abs() < 1e-3);
    }

    #[test]
    fn the_values_over_are_those_at_the_start() {
        let interval = batch_means(&[100.0, 1.0, 3.0, 5.0, 7.0], 2, 0.95).unwrap();
        assert_eq!(interval.mean, 4.0);
        assert_eq!(batch_means(&[1.0], 2, 0.95), None);
        assert_eq!(batch_means(&[1.0, 2.0], 1, 0.95), None);
    }

    #[test]
    fn mser_leaves_out_the_start_and_little_else() {
        let key = Key::from_seed(6).named("mser");
        for run in 0..50 {
            let mut values = correlated(key.numbered(run), 5_000, 0.5);
            for (index, value) in values[..500].iter_mut().enumerate() {
                *value += 20.0 * (1.0 - index as f64 / 500.0);
            }
            let truncation = mser5(&values).unwrap();
            assert!(truncation.is_reliable && (400..1500).contains(&truncation.leave_out), "{truncation:?}");
        }
        let rising: Vec<f64> = (0..1000u32).map(f64::from).collect();
        assert!(!mser5(&rising).unwrap().is_reliable);
        assert_eq!(mser5(&[2.0; 100]), Some(Truncation { leave_out: 0, is_reliable: true }));
    }
}
