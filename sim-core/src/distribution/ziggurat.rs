//! Exponential and normal draws by the ziggurat of 256 layers (Marsaglia and Tsang, J. Stat. Software 5, 2000).
//!
//! A density is covered by layers of equal area. One draw picks a layer (8 bits), a side (1 bit) and a place in it (53
//! bits that share none with these); all but about one draw in eighty lie wholly under the density and are done. The rest
//! take further draws from the same key.

use super::ziggurat_tables::{EXPONENTIAL_EDGES, NORMAL_EDGES};
use crate::math::{exp, ln};
use crate::random::{Draws, Key};

/// 2⁻⁵³.
const UNIT: f64 = 1.0 / (1u64 << 53) as f64;

/// An exponential variable of mean 1.
#[inline(always)]
pub fn exponential(draws: &mut Draws) -> f64 {
    let bits = draws.bits();
    let layer = (bits & 0xFF) as usize;
    let x = (bits >> 11) as f64 * UNIT * EXPONENTIAL_EDGES[layer];
    if x < EXPONENTIAL_EDGES[layer + 1] { x } else { exponential_at_edge(layer, x, draws) }
}

/// The exponential variable that the draws of `key` begin with: almost always one draw is enough, which is the key itself.
#[inline(always)]
pub fn first_exponential(key: Key) -> f64 {
    let layer = (key.0 & 0xFF) as usize;
    let x = (key.0 >> 11) as f64 * UNIT * EXPONENTIAL_EDGES[layer];
    if x < EXPONENTIAL_EDGES[layer + 1] { x } else { exponential(&mut key.draws()) }
}

/// The place `x` of `layer` is not wholly under the density: decide by a further draw, or start again.
#[cold]
#[inline(never)]
fn exponential_at_edge(layer: usize, x: f64, draws: &mut Draws) -> f64 {
    if layer == 0 {
        // What lies beyond the last edge is again exponential.
        return EXPONENTIAL_EDGES[1] - ln(draws.unit_above_zero());
    }
    let (low, high) = (exp(-EXPONENTIAL_EDGES[layer]), exp(-EXPONENTIAL_EDGES[layer + 1]));
    if low + (high - low) * draws.unit() < exp(-x) { x } else { exponential(draws) }
}

/// A standard normal variable.
#[inline(always)]
pub fn normal(draws: &mut Draws) -> f64 {
    let bits = draws.bits();
    let layer = (bits & 0xFF) as usize;
    let x = (bits >> 11) as f64 * UNIT * NORMAL_EDGES[layer];
    let x = if x < NORMAL_EDGES[layer + 1] { x } else { normal_at_edge(layer, x, draws) };
    // The ninth bit becomes the sign bit.
    f64::from_bits(x.to_bits() ^ ((bits & 0x100) << 55))
}

/// The size of a normal variable, begun at the place `x` of `layer` that is not wholly under the density.
#[cold]
#[inline(never)]
fn normal_at_edge(layer: usize, x: f64, draws: &mut Draws) -> f64 {
    let (mut layer, mut x) = (layer, x);
    loop {
        if x < NORMAL_EDGES[layer + 1] {
            return x;
        }
        if layer == 0 {
            return normal_tail(draws);
        }
        let density = |x: f64| exp(-0.5 * x * x);
        let (low, high) = (density(NORMAL_EDGES[layer]), density(NORMAL_EDGES[layer + 1]));
        if low + (high - low) * draws.unit() < density(x) {
            return x;
        }
        let bits = draws.bits();
        layer = (bits & 0xFF) as usize;
        x = (bits >> 11) as f64 * UNIT * NORMAL_EDGES[layer];
    }
}

/// A normal variable given that it lies beyond the last edge (Marsaglia, 1964).
fn normal_tail(draws: &mut Draws) -> f64 {
    let edge = NORMAL_EDGES[1];
    loop {
        let x = -ln(draws.unit_above_zero()) / edge;
        let y = -ln(draws.unit_above_zero());
        if y + y >= x * x {
            return edge + x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{erfc, sqrt};

    /// The edges of 256 layers of area `area` under `density`, whose tail begins at `tail`.
    fn edges(
        tail: f64,
        area: f64,
        density: impl Fn(f64) -> f64,
        inverse: impl Fn(f64) -> f64,
    ) -> ([f64; 257], f64) {
        let mut edges = [0.0; 257];
        edges[0] = area / density(tail);
        edges[1] = tail;
        for layer in 2..256 {
            edges[layer] = inverse(density(edges[layer - 1]) + area / edges[layer - 1]);
        }
        (edges, density(edges[255]) + area / edges[255])
    }

    #[test]
    fn the_tables_are_what_the_mathematics_gives() {
        let tail = EXPONENTIAL_EDGES[1];
        let (expected, top) = edges(tail, (tail + 1.0) * exp(-tail), |x| exp(-x), |y| -ln(y));
        assert_eq!(EXPONENTIAL_EDGES, expected);
        assert!((top - 1.0).abs() < 1e-12, "the last layer must end at the peak: {top}");

        let tail = NORMAL_EDGES[1];
        let density = |x: f64| exp(-0.5 * x * x);
        let beyond = sqrt(std::f64::consts::FRAC_PI_2) * erfc(tail * std::f64::consts::FRAC_1_SQRT_2);
        let (expected, top) = edges(tail, tail * density(tail) + beyond, density, |y| sqrt(-2.0 * ln(y)));
        assert_eq!(NORMAL_EDGES, expected);
        assert!((top - 1.0).abs() < 1e-12, "the last layer must end at the peak: {top}");
    }
}
