//! Closed forms of queueing theory: what a simulation has to agree with wherever one of them applies.
//!
//! Every function is pure, in seconds and per-second, and says where its formula comes from. Outside its region (an
//! unstable queue, a negative rate) it returns `None`; a moment that diverges inside the region is `f64::INFINITY`.
//! Times may be in any unit as long as rates are in its inverse.

mod birth_death;
pub mod cache;
pub mod deterministic;
pub mod erlang;
pub mod general;
pub mod impatience;
pub mod network;
pub mod parallel;
pub mod priority;
pub mod reliability;
pub mod renewal;
pub mod scalability;
pub mod stampede;
pub mod station;
pub mod transient;

#[cfg(test)]
mod tests;

/// Whether `value` can be a rate or a time: finite and above zero.
fn is_positive(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

/// Whether `value` can be a rate that may be absent: finite and not below zero.
fn is_rate(value: f64) -> bool {
    value.is_finite() && value >= 0.0
}
