//! Instances that stand still, and lines that are left.

use std::sync::Arc;

use sim_core::compile::compile;
use sim_core::engine::{Engine, Stop};

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
