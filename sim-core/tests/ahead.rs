//! Visits that run ahead of the clock change nothing: a run in which they do and one that goes event by event agree to
//! the last bit, in all that is counted.

use sim_core::engine::Engine;
use sim_core::time::Time;

mod common;
use common::{engine, outcome};

/// Over so few events at a time nobody runs ahead.
const FEW: u64 = 1_000;

/// The engine after a run in which nobody runs ahead of the clock.
fn by_the_clock(mut engine: Engine) -> Engine {
    while engine.advance(Time::NEVER, FEW).is_none() {}
    engine
}

fn assert_same(name: &str, text: &str) {
    let mut ahead = engine(text);
    ahead.run();
    assert_eq!(ahead.check(), [], "{name}");
    let clocked = by_the_clock(engine(text));
    assert_eq!(ahead.stopped(), clocked.stopped(), "{name}");
    assert_eq!(ahead.state().now, clocked.state().now, "{name}");
    assert_eq!(outcome(&ahead), outcome(&clocked), "{name}");
    // Not `assert_eq`: it would print megabytes.
    let (one, other) = (ahead.state(), clocked.state());
    assert!(format!("{:?}", one.tally) == format!("{:?}", other.tally), "{name}: the tallies differ");
    assert!(format!("{:?}", one.caches) == format!("{:?}", other.caches), "{name}: the caches differ");
    for (id, instance) in one.instances.enumerate() {
        let place = ahead.model().instance_name(id);
        assert_eq!(*instance, other.instances[id], "{name} at {place}");
    }
    for (id, pool) in one.pools.enumerate() {
        assert_eq!(pool.account, other.pools[id].account, "{name} at {id:?}");
    }
}

#[test]
fn every_model_runs_ahead_as_by_the_clock() {
    common::each_model(assert_same);
}

/// What ends a wait early, or makes its end known late, meets those who run ahead: timeouts shorter than the work below
/// them, retries with a budget, hedges of a fan-out, caches with keys, a balancer that counts, a bounded line.
fn crossed(policy: &str, timeout: &str, run: &str, timeline: &str) -> String {
    format!(
        r#"Scenario(
        run: (duration: "20s", drain: true, seed: 5),
        nodes: {{
            "users": Clients(to: "lb", load: Open(rate: "400/s"), key: Zipf(n: 500, s: 0.8), timeout: "{timeout}",
                classes: {{"plain": (weight: 3), "other": (weight: 1)}},
                retry: (attempts: 3, backoff: FullJitter(base: "5ms", cap: "50ms"), budget: "20%")),
            "crowd": Clients(to: "lb", load: Closed(users: 8, think: Exp("20ms")), key: Uniform(50)),
            "lb": Balancer(to: ["app"], policy: {policy}),
            "app": Service(instances: 3, cores: 2, {run} serve: [
                Cpu(Exp("2ms")),
                Wait(Constant("1ms")),
                Get(cache: "chance", miss: [Call(to: "store", timeout: "4ms", retry: (attempts: 2))]),
                Get(cache: "keyed", miss: [Call(to: "store")]),
                ByClass(cases: {{"other": [FanOut(to: "leaf", count: 3, need: 2)]}}, otherwise: [Wait(Exp("1ms"))]),
                Cpu(Constant("0.5ms")),
            ]),
            "leaf": Service(instances: 2, serve: [Cpu(Exp("1ms"))]),
            "chance": Cache(hit_ratio: "70%", hit: Constant("0.1ms")),
            "keyed": Cache(capacity: 100, ttl: "2s", hit: Constant("0.1ms")),
            "store": Database(connections: 4, read: LogNormal(mean: "3ms", cv: 2)),
        }},
        links: {{"*": (latency: Constant("0.2ms")), "app->store": (latency: Exp("0.3ms"))}},
        timeline: [{timeline}],
    )"#
    )
}

/// What happens to links, caches and clients, with quiet before it and between.
const BREAKS: &str = r#"At("4s", Loss(link: "lb->app", share: "20%", for: "1s")), At("4.5s", Loss(link: "*", share: "5%", for: "1s")),
    At("7s", Flush(target: "keyed")), At("9s", Partition(link: "app->store", for: "300ms")),
    At("11s", Partition(link: "app->keyed", for: "300ms")), At("12s", Delay(link: "app->chance", add: "1ms", for: "1s")),
    At("14s", Spike(target: "users", factor: 1.5, for: "1s")), At("14.2s", Spike(target: "crowd", factor: 4, for: "1s")),
    Every(target: "app->leaf", up: Exp("3s"), down: Exp("100ms"), fault: Delay("2ms"))"#;

#[test]
fn what_crosses_who_runs_ahead_is_met_where_the_clock_would_meet_it() {
    for policy in ["RoundRobin", "LeastConnections()", "PowerOf(d: 2)", "IpHash", "Random"] {
        for timeout in ["8ms", "1s"] {
            for run in ["", "run: Threads(4), queue: 8,", "run: Async(3),", "patience: Exp(\"5ms\"),"] {
                for timeline in ["", BREAKS] {
                    let text = crossed(policy, timeout, run, timeline);
                    assert_same(&format!("{policy}, {timeout}, {run}, {timeline}"), &text);
                }
            }
        }
    }
}

/// Nodes next door, and much that happens at the same instant: even arrivals, and work that takes as long.
fn next_door(policy: &str, timeout: &str, timeline: &str) -> String {
    format!(
        r#"Scenario(
        run: (duration: "20s", drain: true, seed: 9),
        nodes: {{
            "even": Clients(to: "lb", load: Open(rate: "500/s", arrivals: Constant), timeout: "{timeout}"),
            "batch": Clients(to: "lb", load: Open(rate: "200/s", batch: 3), timeout: "{timeout}"),
            "users": Clients(to: "www", load: Open(rate: "400/s"), timeout: "{timeout}", retry: (attempts: 2)),
            "crowd": Clients(to: "front", load: Closed(users: 4, think: Constant("2ms"))),
            "www": Dns(records: ["lb", "front"], ttl: "1s", lookup: Constant("1ms")),
            "front": Service(cores: 4, run: Async(8), serve: [
                Call(to: "lb", timeout: "6ms"), Cpu(Constant("1ms")), Call(to: "even-work") ]),
            "lb": Balancer(to: ["even-work", "work"], policy: {policy}),
            "even-work": Service(instances: 2, cores: 2, serve: [Cpu(Constant("2ms"))]),
            "work": Service(instances: 2, serve: [Cpu(Exp("2ms"))]),
        }},
        timeline: [{timeline}],
    )"#
    )
}

#[test]
fn calls_next_door_are_the_same_in_passing() {
    let policies =
        ["RoundRobin", "LeastConnections()", "LeastConnections(ties: Random)", "PowerOf(d: 2)", "IpHash"];
    let fault = r#"At("5s", Slow(target: "work/0", factor: 3, for: "2s"))"#;
    let change = r#"At("5s", Set("nodes.lb.policy", "LeastConnections()"))"#;
    let network = r#"At("3s", Loss(link: "*", share: "10%", for: "2s")), At("8s", Partition(link: "front->lb", for: "50ms")),
        At("9s", Delay(link: "lb->work", add: "1ms", for: "2s")), At("12s", Spike(target: "even", factor: 2, for: "1s")),
        At("14s", Spike(target: "crowd", factor: 5, for: "1s")), At("14.5s", Spike(target: "batch", factor: 0.5, for: "1s"))"#;
    for policy in policies {
        for timeout in ["3ms", "20ms"] {
            for timeline in ["", fault, change, network] {
                let text = next_door(policy, timeout, timeline);
                assert_same(&format!("{policy}, {timeout}, {timeline}"), &text);
            }
        }
    }
}

/// One source far from its servers, which come and go.
fn far_away(policy: &str, timeout: &str, load: &str, timeline: &str) -> String {
    format!(
        r#"Scenario(
        run: (duration: "20s", drain: true, seed: 3),
        nodes: {{
            "users": Clients(to: "lb", load: {load}, timeout: "{timeout}"),
            "lb": Balancer(to: ["app", "spare"], policy: {policy}),
            "app": Service(instances: 2, cores: 2, serve: [Cpu(Exp("2ms")), Wait(Constant("1ms")), Cpu(Constant("1ms"))]),
            "spare": Service(instances: 1, serve: [Cpu(Exp("2ms"))]),
        }},
        links: {{"users->lb": (latency: Constant("3ms")), "*": (latency: Constant("5ms"))}},
        scale: [Hpa(target: "app", cpu: "40%", min: 1, max: 4, sync: "1s", boot: Constant("0.5s"))],
        timeline: [{timeline}],
    )"#
    )
}

#[test]
fn requests_on_their_way_are_made_before_anybody_looks() {
    let crash = r#"At("9s", Crash(target: "app/0", for: "2s"))"#;
    let hang = r#"At("4s", Hang(target: "app/0", for: "1s")), At("9s", Slow(target: "app/1", factor: 4, for: "2s"))"#;
    let network = r#"At("5s", Loss(link: "users->lb", share: "20%", for: "1s")), At("8s", Partition(link: "lb->app", for: "1s")),
        At("10s", Delay(link: "lb->spare", add: "4ms", for: "1s")), At("12s", Spike(target: "users", factor: 3, for: "1s")),
        At("12.5s", Spike(target: "users", factor: 0.2, for: "3s"))"#;
    let loads = [
        r#"Bursty([(rate: "100/s", stay: "0.5s"), (rate: "500/s", stay: "0.2s")])"#,
        r#"Open(rate: "400/s")"#,
        r#"Open(rate: "500/s", arrivals: Constant)"#,
        r#"Open(rate: "100/s", shape: [Spike(at: "5s", for: "3s", rate: "800/s")])"#,
    ];
    for policy in ["RoundRobin", "LeastConnections()", "Random"] {
        for timeout in ["2ms", "8ms", "9ms", "40ms", "1s"] {
            for load in loads {
                for timeline in ["", crash, hang, network] {
                    let text = far_away(policy, timeout, load, timeline);
                    assert_same(&format!("{policy}, {timeout}, {load}, {timeline}"), &text);
                }
            }
        }
    }
}

/// Who has run far ahead when a bound is met would be seen: the run goes by the clock long before.
#[test]
fn a_bound_stops_a_run_where_the_clock_would() {
    for (limit, seed) in [(20_000, 21), (20_000, 22), (50_000, 21), (300_000, 7)] {
        let limits = format!("(events: {limit})");
        let values = [("run.limits", limits.as_str()), ("run.seed", &seed.to_string())];
        let text = common::model("bench/w3.ron", &values);
        assert_same(&format!("at most {limit} events, seed {seed}"), &text);
    }
}

#[test]
fn the_requests_are_told_in_the_order_in_which_they_ended() {
    let text = crossed("RoundRobin", "50ms", "", "");
    let records = |mut engine: Engine, events: u64| {
        engine.record_requests();
        let mut records = Vec::new();
        loop {
            let stop = engine.advance(Time::NEVER, events);
            records.extend(engine.take_records());
            if stop.is_some() {
                return records;
            }
        }
    };
    let whole = records(engine(&text), u64::MAX);
    assert!(whole.len() > 5_000);
    assert!(whole.windows(2).all(|two| two[0].sent + two[0].latency <= two[1].sent + two[1].latency));
    assert_eq!(records(engine(&text), FEW), whole);
}
