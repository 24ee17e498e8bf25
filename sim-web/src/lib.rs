//! Texts and reports in WASM: what a page, a worker or Node can call. What runs is in `live/`.
//!
//! Structured things go over as JSON. The types on the other side are in `ui/src/engine/protocol.ts`: a field is named there as
//! here. What goes wrong with a text is thrown as an error whose message is a list of problems as JSON.

mod experiment;
mod language;
mod scenario;
mod text;

pub use experiment::{comparable_metrics, difference, holm, interval, replication_seeds};
pub use language::Language;
pub use scenario::Scenario;
pub use text::{case_text, check, edit, format};

use sim_core::random::{Key, mix};
use wasm_bindgen::prelude::*;

/// The version of the engine, as the command prints it.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Sixteen hex digits that change with any bit of the first `count` draws of `seed`, whole and fractional.
///
/// The goldens compare it first: if it differs, the platform differs and no run can agree.
#[wasm_bindgen]
pub fn draws_digest(seed: u64, count: u32) -> String {
    let key = Key::from_seed(seed).named("draws");
    let mut digest = 0;
    let mut sum = 0.0;
    for number in 0..count {
        let mut draws = key.numbered(u64::from(number)).draws();
        digest = mix(digest ^ draws.bits());
        sum += draws.unit_above_zero().sqrt();
        digest = mix(digest ^ sum.to_bits());
    }
    format!("{digest:016x}")
}

/// A panic prints where and why before it becomes a trap, which tells neither.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}
