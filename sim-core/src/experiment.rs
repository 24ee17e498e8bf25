//! Experiments: several runs of scenarios, and what they say together.
//!
//! Nothing here schedules or writes: whoever has threads and files runs what is asked for and hands the reports back.

pub mod axis;
pub mod compare;
pub mod design;
pub mod replicate;
pub mod search;
pub mod sweep;
pub mod tidy;
pub mod warmup;
