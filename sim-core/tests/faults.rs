//! Instances that stand still, lines that are left, caches that are flushed, clients who ask more often; and the list of all faults.

use std::sync::Arc;

use sim_core::compile::compile;
use sim_core::component::fault::{FAULTS, Strikes};
use sim_core::engine::{Engine, Stop};
use sim_core::model::NodeKind;
use sim_core::observe::tally::{Action, Struck};
use sim_core::scenario::schema;
use sim_core::time::Time;

fn run(nodes: &str, timeline: &str, seed: u64) -> Engine {
    let text = format!("Scenario(nodes: {{{nodes}}}, timeline: [{timeline}])");
    let compiled = compile(&text, &|_| None).unwrap_or_else(|problems| {
        panic!("{:?}", problems.iter().map(|problem| &problem.message).collect::<Vec<_>>())
    });
    let mut engine = Engine::with_variants(compiled.models.iter().cloned().map(Arc::new).collect(), seed);
    assert_eq!(engine.run(), Stop::Idle);
    assert_eq!(engine.check(), []);
    engine
}

/// The latency of the only request, in milliseconds.
fn latency(service: &str, timeline: &str) -> f64 {
    let nodes = format!(
        r#""users": Clients(to: "server", load: Open(rate: "1/s", arrivals: Constant), total: 1), "server": Service({service})"#
    );
    let engine = run(&nodes, timeline, 1);
    let tally = &engine.state().tally.clients.iter().next().expect("there are clients")[0];
    tally.latency.mean().expect("the request was answered") / 1e6
}

/// The request comes at 1 s and computes for 2 s.
#[test]
fn an_instance_that_stands_still_does_nothing() {
    let hang = |at: &str, span: &str| format!(r#"At("{at}", Hang(target: "server/0", for: "{span}"))"#);
    let cases = [
        ("before the request", vec![hang("200ms", "500ms")], 2_000.0),
        ("when the request comes", vec![hang("500ms", "1s")], 2_500.0),
        ("while it computes", vec![hang("2s", "1s")], 3_000.0),
        ("twice", vec![hang("500ms", "1s"), hang("2s", "1s")], 3_500.0),
        ("twice, the second one within the first", vec![hang("2s", "5s"), hang("3s", "1s")], 7_000.0),
        ("twice, the second one from within the first", vec![hang("2s", "2s"), hang("3s", "3s")], 6_000.0),
    ];
    for schedule in ["Fifo", "PriorityPreemptive", "ProcessorSharing"] {
        for (when, hangs, expected) in &cases {
            let service = format!(r#"schedule: {schedule}, serve: [Cpu(Constant("2s"))]"#);
            assert_eq!(latency(&service, &hangs.join(", ")), *expected, "{schedule}, {when}");
        }
    }
    let calls_nobody = latency(r#"serve: [Wait(Constant("1s"))]"#, &hang("500ms", "1s"));
    assert_eq!(calls_nobody, 1_500.0);
}

/// Three come together and one is served. Of the two in line one leaves, by some seeds the one behind: then nobody comes after
/// it who would take its place.
#[test]
fn a_run_ends_after_everybody_has_left_the_line() {
    for seed in 0..20 {
        let engine = run(
            r#""users": Clients(to: "server", load: Open(rate: "1/s", batch: 3), total: 3),
            "server": Service(patience: Empirical(["1s", "100s"]), serve: [Cpu(Constant("10s"))])"#,
            "",
            seed,
        );
        assert_eq!(engine.state().visits.in_flight(), 0);
    }
}

const LOADS: [&str; 4] = [
    r#"Open(rate: "100/s")"#,
    r#"Open(rate: "100/s", arrivals: Constant)"#,
    r#"Open(rate: "60/s", shape: [Steps([("0s", "40/s")])])"#,
    r#"Bursty([(rate: "150/s", stay: "0.3s"), (rate: "50/s", stay: "0.3s")])"#,
];

/// How many requests each of five spans of 100 s has, of which the third has a spike.
fn offered(load: &str, timeline: &str) -> Vec<f64> {
    let text = format!(
        r#"Scenario(run: (duration: "500s", warmup: "0s", sample: "100s"), nodes: {{
            "users": Clients(to: "server", load: {load}),
            "server": Service(cores: 1000, serve: [Wait(Constant("10ms"))]),
        }}, timeline: [{timeline}])"#
    );
    let compiled = compile(&text, &|_| None).expect("it is sound");
    let mut engine = Engine::with_variants(compiled.models.into_iter().map(Arc::new).collect(), 1);
    let mut counts = vec![0];
    for end in 1..=5 {
        engine.advance(Time(end * 100_000_000_000), u64::MAX);
        assert_eq!(engine.check(), []);
        counts.push(engine.state().tally.ledger.offered);
    }
    counts.windows(2).map(|two| (two[1] - two[0]) as f64).collect()
}

#[test]
fn a_spike_multiplies_a_load_for_its_time() {
    for load in LOADS {
        for factor in [3.0f64, 0.25] {
            let timeline = format!(r#"At("200s", Spike(target: "users", factor: {factor}, for: "100s"))"#);
            let found = offered(load, &timeline);
            // Bursts make the count of a span vary more than by chance alone.
            let spread: f64 = if load.starts_with("Bursty") { 8.0 } else { 1.0 };
            for (span, count) in found.iter().enumerate() {
                let expected: f64 = if span == 2 { 10_000.0 * factor } else { 10_000.0 };
                let most = 5.0 * (spread * expected).sqrt().max(1.0) * factor.max(1.0);
                assert!((count - expected).abs() < most, "{load}, {factor}: {found:?}");
            }
            let before = offered(load, "");
            assert_eq!(found[..2], before[..2], "nothing changes before it begins");
        }
    }
}

#[test]
fn spikes_at_one_time_multiply_and_evenly_spaced_requests_stay_so() {
    let timeline = r#"At("200s", Spike(target: "users", factor: 2, for: "100s")), At("200s", Spike(target: "users", factor: 3, for: "100s"))"#;
    let found = offered(LOADS[1], timeline);
    let expected = [10_000.0, 10_000.0, 60_000.0, 10_000.0, 10_000.0];
    assert!(found.iter().zip(expected).all(|(one, other)| (one - other).abs() <= 1.0), "{found:?}");
}

#[test]
fn a_spike_wakes_a_client_whose_next_request_would_have_come_too_late() {
    let timeline = r#"At("200s", Spike(target: "users", factor: 100, for: "100s"))"#;
    for (arrivals, least) in [("Constant", 9.0), ("Poisson", 2.0), (r#"Renewal(Constant("1s"))"#, 9.0)] {
        let load = format!(r#"Open(rate: "6/h", arrivals: {arrivals})"#);
        assert_eq!(offered(&load, "")[2], 0.0);
        let found = offered(&load, timeline);
        assert!(found[2] >= least, "{arrivals}: {found:?}");
    }
}

/// Users who think for 90 ms and wait for 10 ms ask ten times a second; thinking three times as fast, 25 times.
#[test]
fn users_think_for_less_time_during_a_spike() {
    let load = r#"Closed(users: 10, think: Constant("90ms"))"#;
    let found = offered(load, r#"At("200s", Spike(target: "users", factor: 3, for: "100s"))"#);
    let expected = [10_000.0, 10_000.0, 25_000.0, 10_000.0, 10_000.0];
    assert!(found.iter().zip(expected).all(|(one, other)| (one - other).abs() <= 20.0), "{found:?}");
}

/// The share of hits before a flush, in the second after it and in the tenth.
fn hits(timeline: &str) -> Vec<f64> {
    let text = format!(
        r#"Scenario(run: (duration: "100s", warmup: "0s"), nodes: {{
            "users": Clients(to: "server", load: Open(rate: "1000/s"), key: Uniform(2000)),
            "server": Service(cores: 1000, serve: [Get(cache: "cache", miss: [Wait(Constant("1ms"))])]),
            "cache": Cache(ttl: "1h", start: Warm),
        }}, timeline: [{timeline}])"#
    );
    let compiled = compile(&text, &|_| None).expect("it is sound");
    let mut engine = Engine::with_variants(compiled.models.into_iter().map(Arc::new).collect(), 1);
    let mut counts = Vec::new();
    for end in [50, 51, 59, 60] {
        engine.advance(Time(end * 1_000_000_000), u64::MAX);
        assert_eq!(engine.check(), []);
        let cache = engine.state().tally.caches.iter().next().expect("there is one");
        counts.push((cache.hits, cache.misses));
    }
    let ratio = |hits: u64, misses: u64| hits as f64 / (hits + misses) as f64;
    let mut ratios = vec![ratio(counts[0].0, counts[0].1)];
    ratios.extend([1, 3].map(|at| {
        let ((hits, misses), (before, before_missed)) = (counts[at], counts[at - 1]);
        ratio(hits - before, misses - before_missed)
    }));
    ratios
}

/// After a flush each of 2,000 keys is asked for half a time a second: of those asked for t seconds later, 1 − exp(−t/2) are there.
#[test]
fn a_flushed_cache_fills_again() {
    let kept = hits("");
    assert_eq!(kept, [1.0; 3]);
    let flushed = hits(r#"At("50s", Flush(target: "cache"))"#);
    assert_eq!(flushed[0], 1.0);
    let mean = |from: f64, to: f64| 1.0 + 2.0 * ((-to / 2.0).exp() - (-from / 2.0).exp()) / (to - from);
    assert!((flushed[1] - mean(0.0, 1.0)).abs() < 0.06, "{flushed:?}");
    assert!((flushed[2] - mean(9.0, 10.0)).abs() < 0.02, "{flushed:?}");
}

/// A scenario with a node of each kind and links between them.
const EVERYTHING: &str = r#""users": Clients(to: "www", load: Open(rate: "10/s"), key: Uniform(9), total: 100),
    "www": Dns(records: ["lb"]), "lb": Balancer(to: ["app"]),
    "app": Service(instances: 2, serve: [Get(cache: "cache", miss: [Call(to: "db")])]),
    "cache": Cache(capacity: 3), "db": Database(read: Exp("1ms"))"#;

#[test]
fn the_list_has_every_fault_of_the_language_with_its_words() {
    let schema = schema();
    let variants = schema["$defs"]["Happening"]["oneOf"].as_array().expect("it is a choice");
    let told: Vec<(String, String)> = variants
        .iter()
        .map(|variant| {
            let name = variant["required"][0].as_str().expect("each has a name").to_owned();
            let words = variant["description"].as_str().expect("each has a description");
            (name, words.split_whitespace().collect::<Vec<_>>().join(" "))
        })
        .filter(|(name, _)| name != "Set")
        .collect();
    let listed: Vec<(String, String)> =
        FAULTS.iter().map(|fault| (fault.name.to_owned(), fault.doc.to_owned())).collect();
    assert_eq!(listed, told);
}

#[test]
fn every_fault_of_the_list_strikes_what_it_says_and_is_logged() {
    let target = |kind: NodeKind| match kind {
        NodeKind::Clients => "users",
        NodeKind::Dns => "www",
        NodeKind::Balancer => "lb",
        NodeKind::Service => "app",
        NodeKind::Cache => "cache",
        NodeKind::Database => "db",
    };
    for fault in FAULTS {
        let targets: Vec<String> = match fault.strikes {
            Strikes::Instances(kinds) => kinds
                .iter()
                .flat_map(|kind| ["", "/0", "/*"].map(|which| format!("{}{which}", target(*kind))))
                .collect(),
            Strikes::Nodes(kinds) => kinds.iter().map(|kind| target(*kind).to_owned()).collect(),
            Strikes::Links => {
                ["users->lb", "lb->app", "app->cache", "app->db", "*"].map(String::from).to_vec()
            }
        };
        for target in targets {
            let moment = format!(r#"At("1s", {})"#, fault.template.replace("{target}", &target));
            let engine = run(EVERYTHING, &moment, 1);
            let log = &engine.state().tally.log;
            let is_first = matches!(
                (log[0].what, fault.strikes),
                (Action::Broke(Struck::Instance(_)), Strikes::Instances(_))
                    | (Action::Broke(Struck::Link(_)), Strikes::Links)
                    | (Action::Broke(Struck::Load) | Action::Flushed, Strikes::Nodes(_))
            );
            assert!(is_first, "{moment}: {log:?}");
            assert_eq!(log[0].at, Time(1_000_000_000), "{moment}");
        }
    }
}
