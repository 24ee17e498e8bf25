//! The WASM surface of Escala: what a page, a worker or Node can call.

use sim_core::random::{Key, mix};
use wasm_bindgen::prelude::*;

/// The version of the engine, as the command prints it.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Runs the scenario `text`, or the case of it with this name: the run's JSON, as `escala run --json` prints it.
#[wasm_bindgen]
pub fn run(text: &str, case: Option<String>) -> Result<String, JsError> {
    sim_core::run_text(text, case.as_deref()).map_err(|message| JsError::new(&message))
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
