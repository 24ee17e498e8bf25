//! Escala's simulator: pure, deterministic, no I/O, no clock, no threads.
#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros))]

pub mod arena;
pub mod component;
pub mod diagnostic;
pub mod distribution;
pub mod engine;
pub mod graph;
pub mod math;
pub mod model;
pub mod observe;
pub mod policy;
pub mod quantity;
pub mod random;
pub mod report;
pub mod scenario;
pub mod statistics;
pub mod theory;
pub mod time;

pub use report::run::run_text;
