//! Draws are keyed by what they are for: two policies see the same requests, and what is added on the way moves no other draw.
//!
//! In a system without congestion the latency of a request is the sum of what was drawn for it, so equal latencies are equal
//! draws.

use sim_core::engine::visit::Outcome;
use sim_core::observe::record::RequestRecord;
use sim_core::time::{Duration, Time};

mod common;
use common::requests;

/// Cores enough for everybody.
const APP: &str = r#"instances: 4, cores: 200, serve: [Cpu(Exp("10ms"))]"#;

fn scenario(clients: &str, nodes: &str, app: &str) -> String {
    format!(
        r#"Scenario(
            nodes: {{
                "users": Clients(load: Open(rate: "300/s"), total: 3_000, key: Zipf(n: 1000, s: 0.9),
                    classes: {{"a": (), "b": ()}}, {clients}),
                "app": Service({app}),
                {nodes}
            }},
        )"#
    )
}

fn base() -> Vec<RequestRecord> {
    requests(&scenario(r#"to: "app""#, "", APP), "users")
}

/// Checks that each request is the same one, and took as long as before and `more`.
#[track_caller]
fn assert_same_draws(changed: &str, more: Duration) {
    let (base, records) = (base(), requests(changed, "users"));
    assert_eq!(records.len(), base.len());
    for (record, before) in records.iter().zip(&base) {
        let what = |record: &RequestRecord| (record.number, record.class, record.key, record.sent);
        assert_eq!(what(record), what(before));
        assert_eq!(record.outcome, Outcome::Completed);
        assert_eq!(record.latency, before.latency + more, "request {}", record.number);
    }
}

#[test]
fn the_base_is_what_it_should_be() {
    let base = base();
    assert_eq!(base.len(), 3_000);
    let mean = |of: &dyn Fn(&RequestRecord) -> f64| base.iter().map(of).sum::<f64>() / 3_000.0;
    // The mean of 3,000 exponential draws has a relative deviation of 1/√3000 = 1.8 %; four of them are allowed.
    assert!((mean(&|record| record.latency.as_secs_f64()) / 0.010 - 1.0).abs() < 0.073);
    assert!((mean(&|record| f64::from(record.class)) - 0.5).abs() < 0.037);
    let span = base.last().map_or(Time::ZERO, |record| record.sent).as_secs_f64();
    assert!((span / 10.0 - 1.0).abs() < 0.073);
}

#[test]
fn every_balancing_policy_sees_the_same_requests() {
    for policy in [
        "RoundRobin",
        "Random",
        "SmoothWeighted(weights: [5, 1, 1])",
        "LeastConnections()",
        "LeastConnections(ties: Random)",
        "LeastConnections(ties: Smooth)",
        "PowerOf(d: 2)",
        "PowerOf(d: 3, replacement: true)",
        "IpHash",
    ] {
        let balancer = format!(r#""lb": Balancer(to: ["app"], policy: {policy}),"#);
        assert_same_draws(&scenario(r#"to: "lb""#, &balancer, APP), Duration::ZERO);
    }
}

#[test]
fn two_balancers_in_a_row_move_no_draw() {
    let balancers =
        r#""front": Balancer(to: ["lb"], policy: Random), "lb": Balancer(to: ["app"], policy: PowerOf()),"#;
    assert_same_draws(&scenario(r#"to: "front""#, balancers, APP), Duration::ZERO);
}

#[test]
fn a_name_in_front_moves_no_draw() {
    let name = r#""www": Dns(records: ["app"], ttl: "1s"),"#;
    assert_same_draws(&scenario(r#"to: "www""#, name, APP), Duration::ZERO);
}

#[test]
fn deadlines_and_retries_that_never_strike_move_no_draw() {
    let retry =
        r#"to: "app", timeout: "30s", retry: (attempts: 5, backoff: FullJitter(base: "1ms", cap: "1s"))"#;
    assert_same_draws(&scenario(retry, "", APP), Duration::ZERO);
}

#[test]
fn sizes_sessions_and_objectives_move_no_draw() {
    let more = r#"to: "app", size: Exp("1KiB"), reply_size: Exp("1KiB"), sessions: 20, objective: "5ms""#;
    assert_same_draws(&scenario(more, "", APP), Duration::ZERO);
}

#[test]
fn a_wait_moves_no_draw_of_the_work_around_it() {
    let before = APP.replace("[Cpu", r#"[Wait(Constant("1ms")), Cpu"#);
    let after = APP.replace(r#""10ms"))"#, r#""10ms")), Wait(Constant("1ms"))"#);
    for app in [before, after] {
        assert_same_draws(&scenario(r#"to: "app""#, "", &app), Duration(1_000_000));
    }
}

#[test]
fn a_cache_moves_no_draw_of_the_work_around_it() {
    let app = APP.replace("[Cpu", r#"[Get(cache: "cache", miss: []), Cpu"#);
    for cache in ["Cache(capacity: 100)", r#"Cache(hit_ratio: "80%")"#, "Cache(capacity: 100, evict: Random)"]
    {
        let cache = format!(r#""cache": {cache},"#);
        assert_same_draws(&scenario(r#"to: "app""#, &cache, &app), Duration::ZERO);
    }
}

#[test]
fn a_call_and_a_fan_out_move_no_draw_of_the_caller() {
    let other = r#""other": Service(cores: 500, serve: [Cpu(Constant("2ms"))]),"#;
    for step in [r#"Call(to: "other")"#, r#"FanOut(to: "other", count: 3)"#] {
        let app = APP.replace("[Cpu", &format!("[{step}, Cpu"));
        assert_same_draws(&scenario(r#"to: "app""#, other, &app), Duration(2_000_000));
    }
}

#[test]
fn links_move_no_other_draw() {
    let links = "links: {\"*\": (latency: Constant(\"0.5ms\"))},\n)";
    let text = scenario(r#"to: "app""#, "", APP);
    let text = format!("{}{links}", text.trim_end().strip_suffix(')').expect("it ends so"));
    assert_same_draws(&text, Duration(1_000_000));
}

#[test]
fn the_schedule_of_idle_cores_and_their_number_move_no_draw() {
    for schedule in ["Fifo", "ProcessorSharing", "LifoPreemptive", "PriorityPreemptive"] {
        let app = format!("{APP}, schedule: {schedule}").replace("instances: 4", "instances: 7");
        assert_same_draws(&scenario(r#"to: "app""#, "", &app), Duration::ZERO);
    }
}

#[test]
fn a_retry_draws_anew_and_moves_no_other_request() {
    // Half of all attempts fail at once; those that pass at first take exactly what they took without failures.
    let app = APP.replace("[Cpu", "[Choose([(1, [Fail]), (1, [])]), Cpu");
    let retry = r#"to: "app", retry: (attempts: 20)"#;
    let (base, records) = (base(), requests(&scenario(retry, "", &app), "users"));
    let mut retried = 0;
    for (record, before) in records.iter().zip(&base) {
        assert_eq!((record.sent, record.key, record.class), (before.sent, before.key, before.class));
        assert_eq!(record.latency == before.latency, record.attempts == 1, "{record:?} {before:?}");
        retried += u32::from(record.attempts > 1);
    }
    // Half of 3,000 with a deviation of √750 = 27; four of them are allowed.
    assert!((1_390..=1_610).contains(&retried), "{retried}");
}

#[test]
fn work_is_drawn_independently_at_each_site() {
    // Two equal steps: if both drew the same, the variance would be 4 instead of 2 times that of one.
    let app = r#"cores: 500, serve: [Cpu(Exp("10ms")), Cpu(Exp("10ms"))]"#;
    let records = requests(&scenario(r#"to: "app""#, "", app), "users");
    let count = records.len() as f64;
    let mean = records.iter().map(|record| record.latency.as_secs_f64()).sum::<f64>() / count;
    let deviations = records
        .iter()
        .map(|record| (record.latency.as_secs_f64() - mean) * (record.latency.as_secs_f64() - mean));
    let relative = deviations.sum::<f64>() / count / 0.0001;
    // The variance of a sample of Erlang-2 has a relative deviation of √((kurtosis − 1) / n) = √(5/3000) = 4.1 %.
    assert!((relative / 2.0 - 1.0).abs() < 4.0 * 0.041, "{relative}");
}
