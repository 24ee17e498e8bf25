//! How results look to people: numbers, tables, charts, and the report made of them.

pub mod chart;
pub mod compare;
pub mod number;
pub mod report;
pub mod search;
pub mod table;
