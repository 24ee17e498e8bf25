//! What waits costs little: two visits of 64 bytes for each request in a line. Alone in its process, since it measures
//! the memory of all of it.
#![allow(clippy::print_stdout, reason = "what was measured is shown where a test fails")]

use sim_core::time::Time;

mod common;
use common::{engine, model};

/// W1 at three times what its server can do.
fn overloaded() -> String {
    model("bench/w1.ron", &[("nodes.users.load", r#"Open(rate: "3000/s")"#), ("run.limits", "()")])
}

/// Two visits of 64 bytes and a place in the line.
#[test]
fn a_queued_request_takes_128_bytes_and_a_little() {
    let Some(before) = resident_bytes() else {
        println!("skipped: this system does not say how much memory a process has");
        return;
    };
    let mut engine = engine(&overloaded());
    const QUEUED: u32 = 1_000_000;
    while engine.state().visits.in_flight() < 2 * QUEUED {
        assert_eq!(engine.advance(Time::NEVER, 10_000), None);
    }
    let bytes = (resident_bytes().unwrap_or(before) - before) as f64 / f64::from(QUEUED);
    println!("{bytes:.1} bytes of resident memory for each queued request");
    assert!(bytes < 128.0 + 24.0, "{bytes} bytes for each queued request");
}

/// The resident memory of this process, where the system tells it.
fn resident_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = text.split(' ').nth(1)?.parse().ok()?;
    Some(pages * 4096)
}
