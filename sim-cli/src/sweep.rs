//! Sweeps: many cases of one scenario, run side by side, each kept as soon as it is finished.

pub mod asked;
pub mod assemble;
pub mod cases;
pub mod folder;
pub mod log;
pub mod manifest;
pub mod parquet;
pub mod table;
pub mod work;
