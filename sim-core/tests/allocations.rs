//! After its warm-up a run takes no memory: not per event, and not per simulated second.
//!
//! What may be allocated are the rows of the series, whose number is bounded, and rings that grow to a new record length.
#![allow(clippy::print_stdout, reason = "what was measured is shown where a test fails")]
#![expect(unsafe_code, reason = "an allocator that counts has to be an allocator")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use sim_core::engine::Stop;
use sim_core::time::Time;

mod common;
use common::{changed, engine, model};

/// Counts what each thread allocates, so that tests can run side by side.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static LIVE_BYTES: Cell<i64> = const { Cell::new(0) };
}

fn note(allocations: u64, bytes: i64) {
    ALLOCATIONS.set(ALLOCATIONS.get() + allocations);
    LIVE_BYTES.set(LIVE_BYTES.get() + bytes);
}

// SAFETY: everything is handed on to the system's allocator unchanged; the counters are plain cells that allocate nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(1, layout.size() as i64);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(1, layout.size() as i64);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(1, size as i64 - layout.size() as i64);
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        note(0, -(layout.size() as i64));
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What the second half of a run takes.
#[derive(Clone, Copy, Debug)]
struct SecondHalf {
    events: u64,
    allocations: u64,
    /// What it holds at its end less what it held at its start.
    growth: i64,
}

fn second_half(text: &str) -> SecondHalf {
    let whole = {
        let mut engine = engine(text);
        assert_eq!(engine.run(), Stop::Idle);
        engine.state().events
    };
    let mut engine = engine(text);
    assert_eq!(engine.advance(Time::NEVER, whole / 2), None);
    let (allocations, bytes) = (ALLOCATIONS.get(), LIVE_BYTES.get());
    assert_eq!(engine.advance(Time::NEVER, u64::MAX), Some(Stop::Idle));
    SecondHalf {
        events: engine.state().events - whole / 2,
        allocations: ALLOCATIONS.get() - allocations,
        growth: LIVE_BYTES.get() - bytes,
    }
}

/// The rows of a series are joined at 240, each has two lists; the rest is for rings of a new record length.
const MOST_ALLOCATIONS: u64 = 600;
const MOST_GROWTH: i64 = 600 * 1024;

#[track_caller]
fn check(text: &str, total: u64) {
    let run = |total: u64| second_half(&changed(text, &[("nodes.users.total", &total.to_string())]));
    let (short, long) = (run(total), run(4 * total));
    println!("short: {short:?}, long: {long:?}");
    assert!(short.events > 100 * MOST_ALLOCATIONS, "{short:?} is too short to show anything");
    for half in [short, long] {
        assert!(half.allocations <= MOST_ALLOCATIONS && half.growth <= MOST_GROWTH, "{half:?}");
    }
    assert!(long.allocations <= short.allocations + 100, "they grow with the run: {short:?}, {long:?}");
}

#[test]
fn w1() {
    check(&model("bench/w1.ron", &[]), 100_000);
}

#[test]
fn w2() {
    for policy in ["round-robin", "least-connections", "power-of-two"] {
        check(&model(&format!("bench/w2-{policy}.ron"), &[]), 100_000);
    }
}

#[test]
fn balancers_that_look_at_several_servers() {
    for policy in [
        "LeastConnections(ties: Random)",
        "LeastConnections(ties: Smooth)",
        "LeastConnections(ties: Random, weights: [1, 2])",
        "LeastConnections(ties: Smooth, weights: [1, 2])",
        "PowerOf(d: 4)",
    ] {
        check(&model("bench/w2-least-connections.ron", &[("nodes.lb.policy", policy)]), 100_000);
    }
}

#[test]
fn w3() {
    check(&model("bench/w3.ron", &[]), 50_000);
}

#[test]
fn w3_with_deadlines_and_retries() {
    let timeouts = "[Cpu(Exp(\"3ms\")), Get(cache: \"cache\", miss: [Call(to: \"db\", timeout: \"25ms\", \
                    retry: (attempts: 2, backoff: FullJitter(base: \"2ms\", cap: \"20ms\"), budget: \"20%\"))]), \
                    Cpu(Exp(\"1ms\"))]";
    let retry = "(attempts: 3, backoff: Exponential(base: \"10ms\", cap: \"1s\"), budget: \"10%\")";
    let values =
        [("nodes.users.timeout", "\"50ms\""), ("nodes.users.retry", retry), ("nodes.app.serve", timeouts)];
    // With what is given up the original load would be too much.
    let text = model("bench/w3.ron", &[("nodes.users.load", "Open(rate: \"9000/s\")")]);
    check(&changed(&text, &values), 50_000);
}

#[test]
fn a_full_keyed_cache() {
    for evict in ["Lru", "Fifo", "Clock", "Random"] {
        let text = r#"Scenario(
            nodes: {
                "users": Clients(to: "app", load: Open(rate: "1000/s"), total: 1, key: Zipf(n: 100_000, s: 0.8)),
                "app": Service(cores: 8, serve: [Get(cache: "cache", miss: [Wait(Exp("5ms"))]), Cpu(Exp("1ms"))]),
                "cache": Cache(capacity: 2_000, ttl: "10s"),
            },
        )"#;
        check(&changed(text, &[("nodes.cache.evict", evict)]), 50_000);
    }
}

#[test]
fn a_closed_loop() {
    let text = r#"Scenario(
        run: (sample: "10s"),
        nodes: {
            "users": Clients(to: "app", load: Closed(users: 500, think: Exp("100ms")), total: 1, timeout: "1s"),
            "app": Service(cores: 4, run: Threads(64), serve: [Cpu(Exp("1ms")), Call(to: "db"), Cpu(Exp("0.1ms"))]),
            "db": Database(connections: 16, read: LogNormal(mean: "3ms", cv: 1)),
        },
        links: {"*": (latency: Exp("0.5ms"))},
    )"#;
    check(text, 50_000);
}

fn check_schedule(schedule: &str) {
    let text = r#"Scenario(
        nodes: {
            "users": Clients(to: "app", load: Open(rate: "1600/s"), total: 1, classes: {
                "common": (weight: 0.9), "urgent": (weight: 0.1, priority: 3),
            }),
            "app": Service(cores: 2, serve: [Cpu(Exp("1ms"))]),
        },
    )"#;
    check(&changed(text, &[("nodes.app.schedule", schedule)]), 100_000);
}

#[test]
fn cores_by_priority() {
    check_schedule("Priority");
}

#[test]
fn cores_that_can_be_taken_away() {
    check_schedule("LifoPreemptive");
    check_schedule("PriorityPreemptive");
}

#[test]
fn cores_that_are_shared() {
    check_schedule("ProcessorSharing");
}

#[test]
fn fan_out_and_branches() {
    let text = r#"Scenario(
        nodes: {
            "users": Clients(to: "app", load: Open(rate: "200/s"), total: 1),
            "app": Service(cores: 8, serve: [
                FanOut(to: "leaf", count: 20, need: 18),
                Parallel(branches: [[Wait(Exp("1ms"))], [Call(to: "leaf")]]),
            ]),
            "leaf": Service(instances: 8, serve: [Cpu(Exp("1ms"))]),
        },
    )"#;
    check(text, 5_000);
}

#[test]
fn a_run_ten_times_as_long_needs_no_more_memory() {
    let peak = |total: &str| {
        let text = model("bench/w3.ron", &[("nodes.users.total", total)]);
        let before = LIVE_BYTES.get();
        let mut engine = engine(&text);
        assert_eq!(engine.run(), Stop::Idle);
        LIVE_BYTES.get() - before
    };
    // A first run fills what is made once for a program.
    peak("1000");
    let (short, long) = (peak("200_000"), peak("2_000_000"));
    println!("short: {short} bytes, long: {long} bytes");
    assert!((short - long).abs() <= 64 * 1024, "{short} and {long} bytes");
}
