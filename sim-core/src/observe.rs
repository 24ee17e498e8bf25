//! Observers: what is counted while a run goes on. They see facts and change nothing.

pub mod clients;
pub mod digest;
pub mod histogram;
pub mod live;
pub mod record;
pub mod series;
pub mod tally;
pub mod trace;
