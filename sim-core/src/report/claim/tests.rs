use crate::sorted::Map;

use super::*;
use crate::observe::histogram::Histogram;
use crate::report::counters::Counters;
use crate::report::{ClaimResult, ClientReport, InstanceReport, LatencyReport, Measured, NodeReport};
use crate::report::{InstancesReport, NodeNow, QueueReport};
use crate::time::Time;

fn names() -> Names {
    Names {
        clients: Map::from([("users".to_owned(), vec!["gold".to_owned(), "free".to_owned()])]),
        nodes: Map::from([("app".to_owned(), (vec!["threads", "cores"], 4))]),
        cases: vec!["lc".to_owned(), "rr".to_owned()],
    }
}

/// Users with this mean latency in milliseconds, and an app with 30 requests on two instances.
fn measured(mean: f64) -> Measured {
    let latency = |mean| LatencyReport {
        mean: Some(mean),
        p99: Some(4.0 * mean),
        histogram: Histogram::new(),
        ..LatencyReport::default()
    };
    let client = ClientReport {
        offered: 1_000,
        completed: 900,
        good: 800,
        failed: Map::from([("timeout", 100)]),
        in_flight: 0,
        late: 3,
        attempts: 1_200,
        throughput_rps: Some(90.0),
        goodput_rps: Some(80.0),
        error_rate: Some(0.1),
        latency_ms: latency(mean),
        censored: false,
        classes: Map::new(),
        window_s: 10.0,
    };
    let gold = ClientReport { latency_ms: latency(mean / 2.0), ..client.clone() };
    let users = ClientReport { classes: Map::from([("gold".to_owned(), gold)]), ..client };
    let instance = |number: u32, requests| InstanceReport {
        id: format!("app/{number}"),
        requests,
        utilization: Some(0.25),
        present: None,
    };
    let app = NodeReport {
        kind: "service",
        requests: 30,
        failed: Map::new(),
        utilization: Some(0.25),
        instances: InstancesReport { min: 2, mean: Some(2.0), max: 2 },
        queue: QueueReport { mean: Some(0.5), max: 4 },
        latency_ms: LatencyReport::default(),
        present: None,
        pools: Map::new(),
        per_instance: vec![instance(0, 20), instance(1, 10)],
        cost: None,
        cache: None,
        locks: None,
        lookups: None,
        main_pool: None,
        accept_pool: None,
        at_end: NodeNow { instances: 2, replicas: 2, present: 0, queue: 0 },
        window_s: 10.0,
    };
    Measured {
        measured_s: 10.0,
        clients: Map::from([("users".to_owned(), users)]),
        nodes: Map::from([("app".to_owned(), app)]),
    }
}

/// A report whose users have this mean latency, with batches that spread around it.
fn report(mean: f64, spread: f64) -> Report {
    let part = |number: u32| measured(mean + if number.is_multiple_of(2) { spread } else { -spread });
    Report {
        schema: 1,
        results: 1,
        scenario: "a test".to_owned(),
        case: None,
        seed: 1,
        seeds: Vec::new(),
        digest: None,
        simulated_s: 100.0,
        warmup_s: 10.0,
        events: 1,
        wall_s: 0.0,
        stopped: "reached",
        limit: None,
        measured: measured(mean),
        interval95: Map::new(),
        theory: Vec::new(),
        bottleneck: None,
        expect: Vec::new(),
        actions: Vec::new(),
        spent: Map::new(),
        slowest: Vec::new(),
        variants: 1,
        violations: Vec::new(),
        series: Vec::new(),
        counters: Counters::default(),
        parts: (0..16).map(part).collect(),
        time: crate::report::Spent::default(),
        spans: Map::new(),
    }
}

fn check(claim: &str, runs: &[(&str, Report)]) -> Option<ClaimResult> {
    let claims = Claims::parse(&[ClaimText { text: claim, offset: 0 }], &names());
    let claims = claims.unwrap_or_else(|mistakes| panic!("{claim}: {mistakes:?}"));
    let runs = runs.iter().map(|(case, report)| ((*case).to_owned(), report)).collect();
    claims.check(&runs).pop()
}

fn mistakes(claim: &str) -> Vec<(&'static str, String)> {
    let text = format!("____{claim}");
    match Claims::parse(&[ClaimText { text: claim, offset: 4 }], &names()) {
        Ok(_) => Vec::new(),
        Err(found) => found
            .into_iter()
            .map(|one| (one.code, one.span.map_or(String::new(), |span| text[span].to_owned())))
            .collect(),
    }
}

#[test]
fn arithmetic_units_and_relations_mean_what_they_say() {
    let base = [(BASE, report(40.0, 1.0))];
    for (claim, holds, value) in [
        ("mean(users) < 50ms", true, "40ms"),
        ("mean(users) > 50ms", false, "40ms"),
        ("p99(users) == 0.16s", true, "160ms"),
        ("mean(users) <= 40ms", true, "40ms"),
        ("50ms - 2 * 5ms >= mean(users)", true, "40ms"),
        ("mean(users, gold) == 20ms", true, "20ms"),
        ("mean(users) / 2 + 1ms within 5% of 21ms", true, "21ms"),
        ("mean(users) within 1% of 41ms", false, "40ms"),
        ("error_rate(users) == 10%", true, "10%"),
        ("error_rate(users) < 0.1%", false, "10%"),
        ("throughput(users) == 90/s", true, "90/s"),
        ("throughput(users) > 5000/min", true, "90/s"),
        ("attempts(users) / offered(users) == 1.2", true, "1.2"),
        ("1 - error_rate(users) == 90%", true, "90%"),
        ("requests(app/0) == 2 * requests(app/1)", true, "20 against 20"),
        ("timeouts(users) == 100", true, "100"),
        ("timeouts(users) != 100", false, ""),
        ("queue_max(app) >= -(3 - 5)", true, "4"),
        ("mean(users) * throughput(users) == 3.6", true, "3.6"),
        ("imbalance(app) < 1.5", true, "1.33333"),
        ("rejections(app) == 0", true, "0"),
        ("mean(users) > 0", true, "40ms"),
        ("makespan() == 10s", true, "10s"),
        ("replicas(app) == 2", true, "2"),
    ] {
        if claim.contains("!=") {
            assert!(!mistakes(claim).is_empty());
            continue;
        }
        let result = check(claim, &base).expect("its run is at hand");
        assert_eq!((result.holds, result.value.as_str()), (holds, value), "{claim}: {}", result.why);
    }
}

#[test]
fn a_difference_of_measurements_has_to_hold_by_three_standard_errors() {
    // 16 batches at ±1 ms: a standard error of 1 / √15 = 0.258 ms, of a difference 0.365 ms; three are 1.095 ms.
    for (apart, spread, holds) in
        [(1.2, 1.0, true), (1.0, 1.0, false), (0.001, 0.0, true), (-1.2, 1.0, false)]
    {
        let runs = [("lc", report(40.0, spread)), ("rr", report(40.0 + apart, spread))];
        let result = check("mean(users)@lc < mean(users)@rr", &runs).expect("its runs are at hand");
        assert_eq!(result.holds, holds, "{apart}: {}", result.why);
    }
    // Half of the other one's spread counts half.
    let runs = [("lc", report(19.0, 0.01)), ("rr", report(40.0, 1.0))];
    let result = check("mean(users)@lc < 0.5 * mean(users)@rr", &runs).expect("its runs are at hand");
    assert!(result.holds, "{}", result.why);
    assert!(result.why.contains("7.7 standard errors"), "{}", result.why);
}

#[test]
fn a_claim_without_a_case_holds_in_every_run_at_hand() {
    let runs = [("lc", report(40.0, 0.0)), ("rr", report(60.0, 0.0))];
    let result = check("mean(users) < 50ms", &runs).expect("there are runs");
    assert!(!result.holds);
    assert_eq!((result.value.as_str(), result.why.as_str()), ("lc: 40ms, rr: 60ms", "rr: 20 % above"));
    assert_eq!(check("mean(users)@lc < mean(users)", &runs), None, "the scenario as it stands was not run");
}

#[test]
fn a_span_that_the_run_did_not_reach_holds_nothing() {
    let base = [(BASE, report(40.0, 1.0))];
    for (claim, why) in [
        ("goodput(users, from: 90s, to: 110s) > 0", "the run ended at 100s, before"),
        ("goodput(users, from: 5s, to: 20s) > 0", "measuring started at 10s, after"),
        ("replicas(app, at: \"3min\") == 4", "the run ended at 100s"),
        ("hit_ratio(app) > 0", "nothing was counted"),
    ] {
        let result = check(claim, &base).expect("its run is at hand");
        assert!(!result.holds && result.why.starts_with(why), "{claim}: {}", result.why);
    }
}

#[test]
fn spans_are_known_before_the_run() {
    let texts =
        ["replicas(app, at: 3min) == 4", "p99(users) < 1s", "goodput(users, from: '200s', to: 250s) > 1/s"];
    let texts: Vec<_> = texts.iter().map(|text| ClaimText { text, offset: 0 }).collect();
    let claims = Claims::parse(&texts, &names()).expect("they are well formed");
    let seconds = |value: u64| Some(Time(value * 1_000_000_000));
    let expected = [Span { from: None, to: seconds(180) }, Span { from: seconds(200), to: seconds(250) }];
    assert_eq!(claims.spans().into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn mistakes_point_at_their_words() {
    for (claim, code, place) in [
        ("p98(users) < 1s", "unknown-metric", "p98"),
        ("p99(user) < 1s", "unknown-node", "user"),
        ("p99(users, silver) < 1s", "unknown-class", "silver"),
        ("utilization(app, core) < 1", "unknown-pool", "core"),
        ("requests(app/4) < 1", "unknown-instance", "app/4"),
        ("p99(users)@rc < 1s", "unknown-case", "rc"),
        ("p99(users) < 250", "claim-units", "250"),
        ("p99(users) + 1/s < 1s", "claim-units", "1/s"),
        ("throughput(app) > 1/s", "claim-subject", "app"),
        ("max(users, from: 1s) < 1s", "claim-window", "max(users, from: 1s)"),
        ("p99(users, at: 1s) < 1s", "claim-window", "(users, at: 1s)"),
        ("p99(users, from: 2s, to: 1s) < 1s", "claim-window", "p99(users, from: 2s, to: 1s)"),
        ("p99(users < 1s", "claim-syntax", "<"),
        ("p99(users", "claim-syntax", "("),
        ("p99(users) <", "claim-syntax", ""),
        ("p99(users) 250ms", "claim-syntax", "250ms"),
        ("p99 < 250ms", "claim-syntax", "<"),
        ("(p99(users) < 250ms", "claim-syntax", "("),
        ("p99(users) < 250ms p99", "claim-syntax", "250ms p99"),
        ("p99(users) < 250m", "claim-quantity", "250m"),
        ("p99(users) within 250ms of 1s", "claim-syntax", "250ms"),
        ("1 < 2", "claim-without-metric", "1 < 2"),
        ("", "claim-syntax", ""),
        ("p99(users) < é", "claim-syntax", "é"),
    ] {
        let found = mistakes(claim);
        let expected = match claim {
            "p99(users) < 250ms p99" => (code, "p99".to_owned()),
            _ => (code, place.to_owned()),
        };
        assert_eq!(found, [expected], "{claim}");
    }
    assert_eq!(mistakes("p98(user, x)@y < 1s").len(), 2, "a claim reports all that can be told apart");
    let deep = format!("{}p99(users){} < 1s", "(".repeat(40), ")".repeat(40));
    assert_eq!(mistakes(&deep).len(), 1);
    assert_eq!(mistakes(&"1+".repeat(2_000)).len(), 1);
}

#[test]
fn nothing_that_is_written_panics() {
    let alphabet = [
        "p99", "(", ")", "users", ",", "@", "<", "=", "within", "%", "1", "/s", "ms", "\"", "at:", "é", "-",
        " ",
    ];
    let mut state = 7u64;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..12 {
            state = crate::random::mix(state);
            text.push_str(alphabet[(state % alphabet.len() as u64) as usize]);
        }
        for mistake in
            Claims::parse(&[ClaimText { text: &text, offset: 0 }], &names()).err().into_iter().flatten()
        {
            let span = mistake.span.expect("a mistake has a place");
            assert!(text.get(span.clone()).is_some(), "{text}: {span:?}");
        }
    }
}

#[test]
fn nodes_are_found_in_any_claim_that_can_be_read() {
    let table: &[(&str, &[&str])] = &[
        ("p99(users) < 250ms", &["users"]),
        (
            "p99(users, gold, from: 1min)@lc < 0.5 * (p99( 'users' )@rr + mean(app/3))",
            &["users", "users", "app"],
        ),
        ("utilization(\"app/0\") within 1% of utilization(new-one, cores)", &["app", "new-one"]),
        ("cost() < 3", &[]),
        ("nothing(here) < 1", &["here"]),
        ("p99(users) <", &["users"]),
        ("p99(users", &["users"]),
        ("", &[]),
    ];
    for (claim, nodes) in table {
        let found: Vec<&str> = node_names(claim).into_iter().map(|bytes| &claim[bytes]).collect();
        assert_eq!(found, *nodes, "{claim}");
    }
}
