//! A clone of the engine is a snapshot: run on from it, and everything ends as it would have without it. The same holds for
//! a run in slices.

use sim_core::engine::Engine;
use sim_core::time::{Duration, Time};

mod common;
use common::{engine, model, outcome};

const SCHEDULES: [&str; 5] = ["Fifo", "ProcessorSharing", "LifoPreemptive", "Priority", "PriorityPreemptive"];

/// Everything that can be under way: every kind of node and pool, deadlines and retries, faults, autoscaling, a change.
fn eventful(schedule: &str) -> String {
    r#"Scenario(
        run: (duration: "20s", drain: true, limits: (simulated: "40s")),
        nodes: {
            "users": Clients(to: "www", load: Open(rate: "150/s", shape: [Spike(at: "6s", for: "4s", rate: "250/s")]),
                key: Zipf(n: 1000, s: 0.9), timeout: "300ms", sessions: 50,
                classes: {"common": (weight: 0.8), "urgent": (weight: 0.2, priority: 2)},
                retry: (attempts: 3, backoff: FullJitter(base: "20ms", cap: "200ms"), budget: "20%")),
            "batch": Clients(to: "lb", load: Closed(users: 5, think: Exp("50ms")), key: Uniform(100)),
            "www": Dns(records: ["lb"], ttl: "3s", lookup: Constant("5ms")),
            "lb": Balancer(to: ["app"], policy: PowerOf(d: 2)),
            "app": Service(instances: 2, cores: 2, run: Threads(16), queue: 64, patience: Exp("2s"), schedule: SCHEDULE,
                serve: [
                    Cpu(Exp("3ms")),
                    Get(cache: "cache", miss: [Call(to: "db", timeout: "100ms")]),
                    Parallel(branches: [[Wait(Exp("2ms"))], [FanOut(to: "leaf", count: 4, need: 3)]]),
                    Choose([(9, [Cpu(Exp("1ms"))]), (1, [Call(to: "db", write: true)])]),
                ]),
            "leaf": Service(instances: 3, serve: [Cpu(Exp("1ms"))]),
            "cache": Cache(capacity: 200, ttl: "2s", single_flight: true, hit: Constant("0.1ms")),
            "db": Database(connections: 8, read: LogNormal(mean: "5ms", cv: 1), write: Exp("4ms"), locks: Row,
                cores: 4, schedule: ProcessorSharing),
        },
        links: {"*": (latency: Exp("0.3ms"))},
        scale: [Hpa(target: "app", cpu: "50%", min: 2, max: 6, sync: "1s", boot: Constant("1s"), stabilization: "3s")],
        timeline: [
            At("3s", Slow(target: "app/0", factor: 3, for: "2s")),
            At("8s", Hang(target: "db", for: "500ms")),
            At("12s", Crash(target: "app/1", for: "1s")),
            At("15s", Set("nodes.lb.policy", "LeastConnections()")),
            Every(target: "leaf/*", up: Exp("4s"), down: Exp("300ms"), fault: Crash),
            At("5s", Loss(link: "*", share: "3%", for: "2s")),
            At("10s", Flush(target: "cache")),
            At("11s", Partition(link: "app->cache", for: "500ms")),
            At("13s", Spike(target: "users", factor: 2, for: "1s")),
            Every(target: "batch", up: Exp("4s"), down: Exp("1s"), fault: Spike(3)),
        ],
    )"#
    .replace("SCHEDULE", schedule)
}

fn scenarios() -> Vec<(String, String)> {
    let short = [("nodes.users.total", "5_000")];
    let bench = ["w1", "w2-least-connections", "w2-power-of-two", "w3"];
    let models = bench.map(|name| (name.to_owned(), model(&format!("bench/{name}.ron"), &short)));
    let eventful = SCHEDULES.map(|schedule| (format!("eventful, {schedule}"), eventful(schedule)));
    models.into_iter().chain(eventful).collect()
}

/// All that a report is made of, to the last bit: the shortest decimals that `{:?}` writes tell all floats apart.
fn told(engine: &Engine) -> (String, u64, String) {
    let (digest, events) = outcome(engine);
    let state = engine.state();
    (digest, events, format!("{:?}\n{:?}\n{:?}", state.tally, state.instances, state.caches))
}

fn assert_same(name: &str, one: &Engine, other: &Engine) {
    assert_eq!(one.stopped(), other.stopped(), "{name}");
    assert_eq!(one.check(), [], "{name}");
    let (one, other) = (told(one), told(other));
    assert_eq!((&one.0, one.1), (&other.0, other.1), "{name}");
    // Not `assert_eq`: it would print megabytes.
    assert!(one.2 == other.2, "{name}: the tallies differ");
}

#[test]
fn a_run_goes_on_from_a_clone_as_from_the_original() {
    for (name, text) in scenarios() {
        let mut whole = engine(&text);
        whole.run();
        let events = whole.state().events;
        for share in [0, 1, 37, 63, 99] {
            let mut original = engine(&text);
            original.advance(Time::NEVER, events * share / 100);
            assert_eq!(original.check(), [], "{name} at {share} %");
            let mut snapshot = original.clone();
            // What the original does afterwards leaves the snapshot alone.
            original.run();
            snapshot.run();
            assert_same(&format!("{name}, the original after {share} %"), &original, &whole);
            assert_same(&format!("{name}, the clone at {share} %"), &snapshot, &whole);
        }
    }
}

#[test]
fn slices_of_time_and_of_events_make_one_run() {
    for (name, text) in scenarios() {
        let mut whole = engine(&text);
        whole.run();
        // Slices of a prime length fall between events and onto none in particular.
        let mut in_time = engine(&text);
        let slice = Duration(3_000_017);
        let mut until = Time::ZERO;
        while in_time.advance(until, u64::MAX).is_none() {
            assert_eq!(in_time.state().now, until, "{name}");
            until += slice;
        }
        assert_same(&format!("{name}, in slices of time"), &in_time, &whole);
        let mut in_events = engine(&text);
        while in_events.advance(Time::NEVER, 1).is_none() {}
        assert_same(&format!("{name}, event by event"), &in_events, &whole);
    }
}

#[test]
fn the_laws_hold_at_every_instant_one_looks() {
    for (name, text) in scenarios() {
        let mut engine = engine(&text);
        let mut looks = 0;
        while engine.advance(Time::NEVER, 499).is_none() {
            assert_eq!(engine.check(), [], "{name} at {:?}", engine.state().now);
            looks += 1;
        }
        assert!(looks > 30, "{name}");
    }
}
