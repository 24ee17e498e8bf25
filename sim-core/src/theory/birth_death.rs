//! The stationary law of a birth–death chain, without overflow however large the chain.

/// Weights below this, next to a largest weight of 1, are no longer followed.
const NEGLIGIBLE: f64 = 1e-40;

/// The stationary probabilities of states 0, 1, … of the chain that goes up from n at rate `birth(n)` and down from
/// n at rate `death(n)`, up to state `last` at most.
///
/// `birth(n) / death(n + 1)` must not increase with n, which makes the law unimodal: the weights are built outwards
/// from the mode, so that none exceeds 1. Returns `None` when the law does not fit into 10⁷ states.
pub(super) fn stationary(
    last: u32,
    birth: impl Fn(u32) -> f64,
    death: impl Fn(u32) -> f64,
) -> Option<Vec<f64>> {
    const MOST_STATES: u32 = 10_000_000;
    let mut mode = 0;
    while mode < last && birth(mode) >= death(mode + 1) {
        mode += 1;
        if mode > MOST_STATES {
            return None;
        }
    }
    let mut below = Vec::new();
    let mut weight = 1.0;
    for state in (0..mode).rev() {
        weight *= death(state + 1) / birth(state);
        below.push(weight);
    }
    let mut weights: Vec<f64> = below.into_iter().rev().collect();
    weights.push(1.0);
    weight = 1.0;
    let mut state = mode;
    while state < last && weight > NEGLIGIBLE {
        weight *= birth(state) / death(state + 1);
        weights.push(weight);
        state += 1;
        if state > MOST_STATES {
            return None;
        }
    }
    let total: f64 = weights.iter().sum();
    for weight in &mut weights {
        *weight /= total;
    }
    Some(weights)
}

/// The expectation of `value(n)` under the law `probabilities`.
pub(super) fn expectation(probabilities: &[f64], value: impl Fn(f64) -> f64) -> f64 {
    probabilities.iter().enumerate().map(|(state, probability)| probability * value(state as f64)).sum()
}
