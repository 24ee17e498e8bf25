//! Root finding by bisection to the last bit: slower than Newton's method, and never wrong on a monotone function.

/// The point of [low, high] where `is_before` turns from true to false.
pub(crate) fn turning_point(low: f64, high: f64, mut is_before: impl FnMut(f64) -> bool) -> f64 {
    let (mut low, mut high) = (low, high);
    // Doubles between any two positive bounds are fewer than 2¹¹ × 2⁵²; halving the span this often always suffices
    // for bounds within 2²⁰⁰ of the root.
    for _ in 0..260 {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if is_before(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low + (high - low) / 2.0
}

/// The point above zero where `is_before` turns from true to false, first tried at `guess`; infinity if it never does.
pub(crate) fn positive_turning_point(guess: f64, mut is_before: impl FnMut(f64) -> bool) -> f64 {
    let mut high = guess;
    while is_before(high) {
        high *= 2.0;
        if !high.is_finite() {
            return f64::INFINITY;
        }
    }
    turning_point(0.0, high, is_before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_square_root_of_two_to_the_last_bit() {
        let root = positive_turning_point(1e-3, |x| x * x < 2.0);
        assert!((root - std::f64::consts::SQRT_2).abs() <= f64::EPSILON);
        assert_eq!(positive_turning_point(1.0, |_| true), f64::INFINITY);
    }
}
