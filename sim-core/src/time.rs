//! Simulated time: integer nanoseconds, so that addition never rounds and order never depends on a platform.

use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Serialize};

/// Nanoseconds in a second.
pub const NANOSECONDS_PER_SECOND: u64 = 1_000_000_000;

/// An instant of simulated time: nanoseconds since the start of the run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash, Serialize, Deserialize)]
pub struct Time(pub u64);

/// A span of simulated time in nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct Duration(pub u64);

impl Time {
    /// The start of every run.
    pub const ZERO: Time = Time(0);
    /// Later than every instant a run can reach: "not scheduled".
    pub const NEVER: Time = Time(u64::MAX);

    /// The instant as seconds, for people and reports.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NANOSECONDS_PER_SECOND as f64
    }

    /// The span since `earlier`, zero if `earlier` is later.
    pub fn since(self, earlier: Time) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }

    /// This instant moved by `span`, stopping short of [`Time::NEVER`].
    pub fn saturating_add(self, span: Duration) -> Time {
        Time(self.0.saturating_add(span.0).min(u64::MAX - 1))
    }
}

impl Duration {
    /// No time at all.
    pub const ZERO: Duration = Duration(0);
    /// The longest span that can be written.
    pub const MAX: Duration = Duration(u64::MAX / 4);

    /// The span of `seconds`, rounded to the nearest nanosecond, held between zero and [`Duration::MAX`].
    pub fn from_secs_f64(seconds: f64) -> Duration {
        Duration::from_nanos_f64(seconds * NANOSECONDS_PER_SECOND as f64)
    }

    /// The span of `nanoseconds`, rounded to the nearest whole one, held between zero and [`Duration::MAX`].
    #[inline]
    pub fn from_nanos_f64(nanoseconds: f64) -> Duration {
        // A cast from float to integer saturates, and NaN becomes zero; that to a signed one is the cheaper.
        let whole = (nanoseconds + 0.5) as i64;
        Duration((whole.max(0) as u64).min(Duration::MAX.0))
    }

    /// The span as seconds, for people and reports.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NANOSECONDS_PER_SECOND as f64
    }
}

impl Add<Duration> for Time {
    type Output = Time;
    #[inline]
    fn add(self, span: Duration) -> Time {
        Time(self.0 + span.0)
    }
}

impl AddAssign<Duration> for Time {
    #[inline]
    fn add_assign(&mut self, span: Duration) {
        self.0 += span.0;
    }
}

impl Sub for Time {
    type Output = Duration;
    #[inline]
    fn sub(self, earlier: Time) -> Duration {
        Duration(self.0 - earlier.0)
    }
}

impl Add for Duration {
    type Output = Duration;
    #[inline]
    fn add(self, other: Duration) -> Duration {
        Duration(self.0 + other.0)
    }
}
