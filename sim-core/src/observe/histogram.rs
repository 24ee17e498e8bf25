//! A log-linear histogram of whole numbers: exact below 1,024, then 512 cells an octave, so within 0.2 %.
//!
//! The layout is that of HDR histograms (Tene 2012). Sum, count and maximum are exact.

use serde::{Deserialize, Serialize};

/// Cells an octave, as a power of two: 2⁻⁹ is 0.195 %.
pub(super) const CELL_BITS: u32 = 9;

/// Counts of values with a bounded relative error; mergeable.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Histogram {
    #[serde(with = "sparse")]
    cells: Vec<u64>,
    count: u64,
    sum: u128,
    /// The largest value and one, or zero: values below it are no news, and have a cell.
    bound: u64,
}

impl Histogram {
    /// A histogram without values.
    pub fn new() -> Histogram {
        Histogram::default()
    }

    /// Counts `value` once.
    #[inline(always)]
    pub fn record(&mut self, value: u64) {
        self.record_in(cell_of(value), value);
    }

    /// Counts `value`, whose cell is known, once.
    #[inline(always)]
    pub(super) fn record_in(&mut self, cell: usize, value: u64) {
        if value >= self.bound {
            self.raise(value);
        }
        self.cells[cell] += 1;
        self.count += 1;
        self.sum += u128::from(value);
    }

    /// `value` is the largest so far. Cells come by whole octaves, so that a run stops allocating soon after its first
    /// requests.
    #[cold]
    fn raise(&mut self, value: u64) {
        self.bound = value.saturating_add(1);
        let cells = ((cell_of(value) >> CELL_BITS) + 1) << CELL_BITS;
        if cells > self.cells.len() {
            self.cells.resize(cells, 0);
        }
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.cells.len() * size_of::<u64>()
    }

    /// How many values were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The exact sum of the values.
    pub fn sum(&self) -> u128 {
        self.sum
    }

    /// The exact mean.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }

    /// The mean of the squares, from the middles of the cells: within 0.2 %.
    pub fn mean_of_squares(&self) -> Option<f64> {
        let cells = self.cells.iter().enumerate().filter(|(_, count)| **count > 0);
        let squares = cells.map(|(cell, count)| {
            let middle = middle_of(cell) as f64;
            middle * middle * *count as f64
        });
        (self.count > 0 && !self.cells.is_empty()).then(|| squares.sum::<f64>() / self.count as f64)
    }

    /// The exact largest value.
    pub fn largest(&self) -> Option<u64> {
        (self.count > 0).then(|| self.highest())
    }

    /// The largest value, or zero.
    fn highest(&self) -> u64 {
        self.bound.saturating_sub(1)
    }

    /// The value at rank ⌈`share` × count⌉, taken at the middle of its cell, within 0.1 % of the exact one.
    pub fn quantile(&self, share: f64) -> Option<u64> {
        if self.count == 0 || self.cells.is_empty() {
            return None;
        }
        let rank = ((share * self.count as f64).ceil() as u64).clamp(1, self.count);
        let mut seen = 0;
        for (cell, count) in self.cells.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return Some(middle_of(cell).min(self.highest()));
            }
        }
        Some(self.highest())
    }

    /// The share of values that are at most `bound` (to the resolution of a cell).
    pub fn share_at_most(&self, bound: u64) -> Option<f64> {
        (self.count > 0 && !self.cells.is_empty()).then(|| {
            let cell = cell_of(bound).min(self.cells.len().saturating_sub(1));
            self.cells[..=cell].iter().sum::<u64>() as f64 / self.count as f64
        })
    }

    /// Adds all values of `other`.
    pub fn merge(&mut self, other: &Histogram) {
        if other.cells.len() > self.cells.len() {
            self.cells.resize(other.cells.len(), 0);
        }
        for (mine, theirs) in self.cells.iter_mut().zip(&other.cells) {
            *mine += theirs;
        }
        self.count += other.count;
        self.sum += other.sum;
        self.bound = self.bound.max(other.bound);
    }

    /// Count, sum and maximum without the cells: it is small, knows no quantiles, and is not recorded into.
    pub fn without_cells(&self) -> Histogram {
        Histogram { cells: Vec::new(), count: self.count, sum: self.sum, bound: self.bound }
    }

    /// The values recorded since this histogram was `earlier`. Their maximum is known to the width of a cell.
    pub fn since(&self, earlier: &Histogram) -> Histogram {
        let mut later = self.clone();
        later.count -= earlier.count;
        later.sum -= earlier.sum;
        later.cells.iter_mut().zip(&earlier.cells).for_each(|(mine, before)| *mine -= before);
        if earlier.count > 0 {
            let last = later.cells.iter().rposition(|count| *count > 0);
            later.bound = last.map_or(0, |cell| lowest_of(cell + 1).min(self.bound));
        }
        later
    }

    /// The cells that hold values: (lowest value, lowest value of the next cell, count).
    pub fn occupied(&self) -> impl Iterator<Item = (u64, u64, u64)> + '_ {
        self.cells
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .map(|(cell, count)| (lowest_of(cell), lowest_of(cell + 1), *count))
    }
}

/// The cell of a value.
#[inline(always)]
pub(super) fn cell_of(value: u64) -> usize {
    let octave = 63 - (value | (1 << CELL_BITS)).leading_zeros();
    let shift = octave - CELL_BITS;
    ((u64::from(shift) << CELL_BITS) + (value >> shift)) as usize
}

/// The lowest value of a cell.
pub(super) fn lowest_of(cell: usize) -> u64 {
    let cell = cell as u64;
    if cell < (2 << CELL_BITS) {
        return cell;
    }
    let shift = (cell >> CELL_BITS) - 1;
    ((cell & ((1 << CELL_BITS) - 1)) + (1 << CELL_BITS)) << shift
}

/// The middle of a cell that is made of 2^`bits` cells, as coarser histograms have them.
pub(super) fn middle_of_wide(cell: usize, bits: u32) -> u64 {
    u64::midpoint(lowest_of(cell << bits), lowest_of((cell + 1) << bits))
}

fn middle_of(cell: usize) -> u64 {
    let lowest = lowest_of(cell);
    lowest + (lowest_of(cell + 1) - lowest - 1) / 2
}

/// Cells as those that are not empty, for most are.
mod sparse {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// No histogram has more.
    const MOST_CELLS: usize = 1 << 16;

    pub fn serialize<S: Serializer>(cells: &[u64], serializer: S) -> Result<S::Ok, S::Error> {
        let occupied: Vec<(u32, u64)> =
            (0..).zip(cells.iter().copied()).filter(|(_, count)| *count > 0).collect();
        (cells.len() as u32, occupied).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u64>, D::Error> {
        let (length, occupied) = <(u32, Vec<(u32, u64)>)>::deserialize(deserializer)?;
        let mut cells = vec![0; (length as usize).min(MOST_CELLS)];
        for (place, count) in occupied {
            *cells.get_mut(place as usize).ok_or_else(|| serde::de::Error::custom("no such cell"))? = count;
        }
        Ok(cells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_lands_in_its_cell() {
        for shift in 0..63 {
            for offset in [0, 1, 2, 511, 512, 513] {
                let value = (1u64 << shift) + offset;
                let cell = cell_of(value);
                assert!(
                    lowest_of(cell) <= value && value < lowest_of(cell + 1),
                    "{value} is not in cell {cell}"
                );
            }
        }
    }

    #[test]
    fn quantiles_are_within_a_fifth_of_a_percent() {
        let mut histogram = Histogram::new();
        for value in 1..=1_000_000u64 {
            histogram.record(value * 1_000);
        }
        for (share, exact) in
            [(0.5, 500_000_000.0), (0.99, 990_000_000.0), (0.999, 999_000_000.0), (1.0, 1e9)]
        {
            let measured = histogram.quantile(share).expect("there are values") as f64;
            assert!((measured / exact - 1.0).abs() <= 0.002, "{share}: {measured} against {exact}");
        }
        assert_eq!(histogram.mean(), Some(500_000_500.0));
        assert_eq!(histogram.largest(), Some(1_000_000_000));
    }

    #[test]
    fn what_came_since_is_what_was_recorded_since() {
        let (mut all, mut late) = (Histogram::new(), Histogram::new());
        (0..1_000u64).for_each(|value| all.record(value * 77));
        let earlier = all.clone();
        for value in 500..2_000u64 {
            all.record(value * 31);
            late.record(value * 31);
        }
        let since = all.since(&earlier);
        assert_eq!((since.count(), since.sum()), (late.count(), late.sum()));
        assert_eq!(since.quantile(0.5), late.quantile(0.5));
        assert_eq!(all.without_cells().quantile(0.5), None);
        assert_eq!(all.without_cells().mean(), all.mean());
    }

    #[test]
    fn merging_equals_recording_together() {
        let (mut left, mut right, mut both) = (Histogram::new(), Histogram::new(), Histogram::new());
        for value in 0..5_000u64 {
            let value = value * value;
            if value % 3 == 0 { &mut left } else { &mut right }.record(value);
            both.record(value);
        }
        left.merge(&right);
        assert_eq!(
            (left.count(), left.sum(), left.quantile(0.9)),
            (both.count(), both.sum(), both.quantile(0.9))
        );
    }
}
