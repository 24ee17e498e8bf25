//! `.clippy.toml` refuses what would make results differ between platforms or runs, and `lib.rs` says so for the crate.
//!
//! Each function here does what is refused and expects the complaint; where it does not come, clippy warns of the
//! expectation, and a warning fails `cargo xtask test`.
#![allow(dead_code, reason = "clippy reads these, nobody calls them")]

#[expect(clippy::disallowed_methods, reason = "the ban on transcendental functions holds")]
fn logarithm(value: f64) -> f64 {
    value.ln()
}

#[expect(clippy::disallowed_methods, reason = "the ban on whole powers holds")]
fn whole_power(value: f64) -> f64 {
    value.powi(3)
}

#[expect(clippy::disallowed_methods, reason = "the ban on fused multiplication holds")]
fn fused(value: f64) -> f64 {
    value.mul_add(value, value)
}

#[expect(clippy::disallowed_methods, reason = "the ban on the environment holds")]
fn environment() -> bool {
    std::env::var("HOME").is_ok()
}

#[expect(clippy::disallowed_types, reason = "the ban on maps of random order holds")]
fn map() -> usize {
    std::collections::HashMap::<u8, u8>::new().len()
}

#[expect(clippy::disallowed_types, reason = "the ban on the clock holds")]
fn clock() -> std::time::Instant {
    std::time::Instant::now()
}

#[test]
fn the_crate_denies_what_clippy_is_told_to_refuse() {
    let library = include_str!("../src/lib.rs").split_whitespace().collect::<String>();
    for lint in ["disallowed_methods", "disallowed_types", "disallowed_macros"] {
        assert!(library.contains(&format!("clippy::{lint}")), "lib.rs does not deny `{lint}`");
    }
    assert!(library.contains("#![cfg_attr(not(test),deny("), "lib.rs denies nothing");
}
