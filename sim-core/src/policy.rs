//! Policies: one file for each family, holding its parameters, its memory and the decision.
//!
//! A policy is a function of numbers. Parameters live in the model, memory in the state of the run.

pub mod balance;
pub mod evict;
pub mod retry;
pub mod scale;
