//! Escala's simulator: pure, deterministic, no I/O, no clock, no threads.

pub mod random;
pub mod time;
