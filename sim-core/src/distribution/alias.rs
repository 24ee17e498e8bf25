//! Choosing by weight in constant time from one draw: Walker's alias table, built by Vose's method (1991).
//!
//! One 64-bit draw gives the column and the coin; `rand_distr`'s table takes two draws and may reject.

use serde::{Deserialize, Serialize};

use crate::random::Draws;

/// A column: its own index below the threshold, the alias above.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
struct Column {
    threshold: u32,
    alias: u32,
}

/// A compiled list of weights; probabilities are exact to 2⁻³² of a column.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct AliasTable {
    columns: Box<[Column]>,
}

impl AliasTable {
    /// The table of `weights`: not empty, fewer than 2³², none negative, their sum finite and above zero.
    pub fn new(weights: &[f64]) -> AliasTable {
        let scale = weights.len() as f64 / weights.iter().sum::<f64>();
        let mut remaining: Vec<f64> = weights.iter().map(|weight| weight * scale).collect();
        let mut columns: Vec<Column> =
            (0..weights.len() as u32).map(|alias| Column { threshold: u32::MAX, alias }).collect();
        let (mut small, mut large): (Vec<u32>, Vec<u32>) =
            (0..weights.len() as u32).partition(|&index| remaining[index as usize] < 1.0);
        while let (Some(&below), Some(&above)) = (small.last(), large.last()) {
            small.pop();
            let (below, donor) = (below as usize, above as usize);
            columns[below] = Column { threshold: (remaining[below] * 4_294_967_296.0) as u32, alias: above };
            remaining[donor] -= 1.0 - remaining[below];
            if remaining[donor] < 1.0 {
                large.pop();
                small.push(above);
            }
        }
        AliasTable { columns: columns.into() }
    }

    /// An index with its weight's probability.
    #[inline]
    pub fn sample(&self, draws: &mut Draws) -> u32 {
        let product = u128::from(draws.bits()) * self.columns.len() as u128;
        let index = (product >> 64) as u32;
        let column = self.columns[index as usize];
        if (product >> 32) as u32 >= column.threshold { column.alias } else { index }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Key;

    #[test]
    fn columns_add_up_to_the_weights() {
        for weights in [vec![1.0], vec![1.0, 3.0], vec![0.0, 5.0, 0.0], vec![0.1, 0.7, 0.05, 0.15, 0.0, 2.0]]
        {
            let table = AliasTable::new(&weights);
            let mut shares = vec![0.0; weights.len()];
            for (index, column) in table.columns.iter().enumerate() {
                let own = f64::from(column.threshold) / 4_294_967_296.0;
                shares[index] += own;
                shares[column.alias as usize] += 1.0 - own;
            }
            let sum: f64 = weights.iter().sum();
            for (share, weight) in shares.iter().zip(&weights) {
                assert!(
                    (share / weights.len() as f64 - weight / sum).abs() < 1e-9,
                    "{weights:?}: {shares:?}"
                );
            }
        }
    }

    #[test]
    fn what_has_no_weight_is_never_drawn() {
        let table = AliasTable::new(&[0.0, 1.0, 0.0, 1.0]);
        let mut draws = Key::from_seed(3).draws();
        assert!((0..100_000).all(|_| matches!(table.sample(&mut draws), 1 | 3)));
    }
}
