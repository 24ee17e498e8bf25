//! A number that goes up and down over time, and its integral.
//!
//! The integral is exact, in whole nanoseconds, and changes may be written down in any order: each counts with the
//! time at which it was made, so that a visit that runs ahead of the clock writes down what it will have done.

use crate::time::Time;

/// How many there are of something, and how many there were for how long.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Level {
    count: u32,
    /// Σ of the times at which the number went down, less those at which it went up.
    moment: i128,
}

impl Level {
    /// How many there are.
    #[inline(always)]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// One more from `now` on.
    #[inline(always)]
    pub fn rise(&mut self, now: Time) {
        self.count += 1;
        self.moment -= i128::from(now.0);
    }

    /// One less from `now` on.
    #[inline(always)]
    pub fn fall(&mut self, now: Time) {
        self.count -= 1;
        self.moment += i128::from(now.0);
    }

    /// One more from `from` to `to`: over already, or before anyone looks.
    #[inline(always)]
    pub fn pass(&mut self, from: Time, to: Time) {
        self.moment += i128::from(to.0 - from.0);
    }

    /// So many from `now` on.
    pub fn set(&mut self, count: u32, now: Time) {
        self.moment += (i128::from(self.count) - i128::from(count)) * i128::from(now.0);
        self.count = count;
    }

    /// ∫ count dt from the start until `now`.
    pub fn integral(&self, now: Time) -> u128 {
        (i128::from(self.count) * i128::from(now.0) + self.moment) as u128
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_integral_is_that_of_the_steps_in_whatever_order_they_are_written_down() {
        let mut level = Level::default();
        level.rise(Time(10));
        level.pass(Time(40), Time(70));
        level.rise(Time(30));
        level.fall(Time(50));
        // One from 10 on, another from 30 to 50, a third from 40 to 70.
        assert_eq!(level.integral(Time(100)), 90 + 20 + 30);
        assert_eq!(level.count(), 1);
        level.set(4, Time(100));
        assert_eq!(level.integral(Time(110)), 140 + 40);
    }
}
