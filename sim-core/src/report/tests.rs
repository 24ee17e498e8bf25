use crate::sorted::Map;

use super::run::{Prepared, run_text};
use super::*;
use crate::time::Time;

fn prepared(text: &str) -> Prepared {
    Prepared::new(text, &|_| None).unwrap_or_else(|problems| {
        let shown: Vec<_> = problems.iter().map(|problem| problem.render("test", text, false)).collect();
        panic!("{}", shown.join("\n"))
    })
}

fn report(text: &str) -> Report {
    let report = prepared(text).run(None);
    assert!(report.is_sound(), "{:?}", report.violations);
    report
}

fn value(report: &Report, metric: &str, place: &str) -> f64 {
    let metric = Metric::named(metric).expect("there is such a metric");
    metric.value(&report.measured, &Subject::place(place)).expect("it was counted")
}

const MM1: &str = r#"(
    run: (seed: 3, duration: "2000s", warmup: "100s"),
    nodes: {
        "users": Clients(to: "app", load: Open(rate: "80/s"), timeout: "10s"),
        "app": Service(serve: [Cpu(Exp("10ms"))]),
    },
    expect: ["mean(users) within 10% of 50ms", "throughput(users) > 70/s",
             "utilization(app, from: 500s, to: 1000s) within 5% of 80%", "instances(app, at: 300s) == 1"],
)"#;

#[test]
fn a_single_station_is_told_as_theory_has_it() {
    let report = report(MM1);
    let near = |metric, place, expected: f64, share: f64| {
        let value = value(&report, metric, place);
        assert!((value / expected - 1.0).abs() < share, "{metric}({place}): {value} against {expected}");
    };
    // 152,000 requests at ρ = 0.8: the mean is within 1.4 % one standard error of the time.
    near("mean", "users", 0.05, 0.06);
    near("mean", "app", 0.05, 0.06);
    near("wait_mean", "app", 0.04, 0.07);
    near("utilization", "app", 0.8, 0.02);
    near("utilization", "app/0", 0.8, 0.02);
    near("present", "app", 4.0, 0.07);
    near("queue_mean", "app", 3.2, 0.09);
    near("throughput", "users", 80.0, 0.01);
    near("wait_share", "app", 0.8, 0.02);
    assert_eq!((report.stopped, report.simulated_s, report.measured.measured_s), ("reached", 2000.0, 1900.0));
    let users = &report.measured.clients["users"];
    assert_eq!(users.offered, users.completed + users.in_flight);
    assert!(report.expect.len() == 4 && report.expect.iter().all(|claim| claim.holds), "{:?}", report.expect);
    // Little's law, from independent counters: L = λ T.
    let present = value(&report, "present", "app");
    let flow = value(&report, "request_rate", "app") * value(&report, "mean", "app");
    assert!((present / flow - 1.0).abs() < 1e-3, "{present} against {flow}");
}

#[test]
fn waits_for_a_lock_are_told() {
    // A lock of the table is a queue with one server, and so many connections are always enough.
    let text = r#"(
        run: (seed: 3, duration: "2000s", warmup: "100s"),
        nodes: {
            "users": Clients(to: "app", load: Open(rate: "80/s")),
            "app": Service(serve: [Call(to: "db", write: true), Call(to: "plain", write: true)]),
            "db": Database(connections: 10_000, read: Exp("10ms"), locks: Table),
            "plain": Database(read: Exp("10ms")),
        },
        expect: ["lock_wait_mean(db) within 10% of 40ms", "lock_wait_p99(db, from: 500s, to: 1500s) < 500ms"],
    )"#;
    let report = report(text);
    // M/M/1 at ρ = 0.8; its wait exceeds t with probability ρ exp(-20 t).
    for (metric, expected, share) in [
        ("lock_wait_mean", 0.04, 0.07),
        ("lock_wait_share", 0.8, 0.02),
        ("lock_wait_p50", 0.0235, 0.08),
        ("lock_wait_p90", 0.104, 0.08),
        ("lock_wait_p95", 0.1386, 0.08),
        ("lock_wait_p99", 0.2191, 0.1),
    ] {
        let value = value(&report, metric, "db");
        assert!((value / expected - 1.0).abs() < share, "{metric}: {value} against {expected}");
    }
    assert!(report.expect.len() == 2 && report.expect.iter().all(|claim| claim.holds), "{:?}", report.expect);
    assert!(report.interval95.contains_key("nodes.db.locks.wait_ms.mean"), "{:?}", report.interval95);
    let json = report.to_json(false);
    assert!(json["nodes"]["db"]["locks"]["wait_ms"]["count"].as_u64() > Some(140_000), "{json:#}");
    assert!(json["nodes"]["plain"].get("locks").is_none(), "a database without locks tells of none");
}

#[test]
fn intervals_cover_what_theory_says() {
    let report = report(MM1);
    // The exact values of M/M/1: 1/(μ − λ) = 50 ms, quantiles 50 ms × ln(1/(1 − p)).
    let exact = [("mean", 50.0), ("p50", 34.657), ("p90", 115.13), ("p99", 230.26)];
    for (name, exact) in exact {
        let [low, high] = report.interval95[&format!("clients.users.latency_ms.{name}")];
        // Twice the half-width: four standard errors.
        let (middle, half) = ((low + high) / 2.0, high - low);
        assert!(
            (exact - middle).abs() < half && half < 0.4 * exact,
            "{name}: {low} … {high} against {exact}"
        );
    }
    let [low, high] = report.interval95["nodes.app.utilization"];
    assert!(low < high && (0.7..0.8).contains(&low) && (0.8..0.9).contains(&high), "{low} … {high}");
}

#[test]
fn the_json_is_as_agreed() {
    let json: serde_json::Value =
        serde_json::from_str(&run_text(MM1, None).expect("it is sound")).expect("it is JSON");
    for path in [
        "/schema",
        "/results",
        "/scenario",
        "/seed",
        "/digest",
        "/simulated_s",
        "/warmup_s",
        "/events",
        "/wall_s",
        "/stopped",
        "/clients/users/offered",
        "/clients/users/completed",
        "/clients/users/failed/timeout",
        "/clients/users/in_flight",
        "/clients/users/throughput_rps",
        "/clients/users/goodput_rps",
        "/clients/users/latency_ms/mean",
        "/clients/users/latency_ms/p999",
        "/clients/users/latency_ms/max",
        "/nodes/app/kind",
        "/nodes/app/requests",
        "/nodes/app/failed",
        "/nodes/app/utilization",
        "/nodes/app/instances/min",
        "/nodes/app/instances/mean",
        "/nodes/app/instances/max",
        "/nodes/app/queue/mean",
        "/nodes/app/queue/max",
        "/nodes/app/latency_ms/p50",
        "/nodes/app/per_instance/0/id",
        "/nodes/app/per_instance/0/requests",
        "/nodes/app/per_instance/0/utilization",
        "/nodes/app/pools/cores/wait_ms/second_moment",
        "/expect/0/claim",
        "/expect/0/value",
        "/expect/0/holds",
    ] {
        assert!(json.pointer(path).is_some_and(|value| !value.is_null()), "{path} in {json:#}");
    }
    assert_eq!(json["digest"].as_str().map(str::len), Some(16));
    assert!(json.get("series").is_none());
    let with_series = report(MM1).to_json(true);
    assert!(with_series["series"].as_array().is_some_and(|rows| rows.len() > 100));
    let problem = run_text("(nodes: {})", Some("none")).expect_err("there is no such case");
    assert!(problem.contains("no case `none`"), "{problem}");
}

#[test]
fn an_empty_statistic_is_null() {
    let json = report(
        r#"(run: (duration: "1s"), nodes: {"users": Clients(to: "app", load: Open(rate: "1/h")), "app": Service(serve: [])})"#,
    )
    .to_json(false);
    assert!(json["clients"]["users"]["latency_ms"]["p99"].is_null());
    assert_eq!(json["clients"]["users"]["throughput_rps"], 0.0);
    assert!(json["clients"]["users"]["error_rate"].is_null());
}

#[test]
fn watching_a_run_changes_nothing() {
    let prepared = prepared(MM1);
    let mut plain = prepared.engine(None);
    plain.run();
    let watched = prepared.run(None);
    let report = Report::new(&plain);
    assert_eq!((report.digest, report.events), (watched.digest, watched.events));
    assert_eq!(report.measured, watched.measured);
    // Nor does the length of the slices in which it is run.
    let (mut engine, mut watch) = (prepared.engine(None), prepared.watch());
    while watch.advance(&mut engine, 777).is_none() {}
    let sliced = watch.report(&engine);
    assert_eq!(sliced.interval95, watched.interval95);
    assert_eq!(sliced.spans, watched.spans);
}

#[test]
fn what_was_seen_of_a_run_is_reported_elsewhere_as_here() {
    let cached = r#"(
        run: (seed: 5, duration: "40s", warmup: "3s"),
        nodes: {
            "users": Clients(to: "app", load: Open(rate: "60/s"), key: Zipf(n: 300, s: 0.9), timeout: "1s", retry: (attempts: 2)),
            "app": Service(instances: 2, serve: [Cpu(Exp("5ms")), Get(cache: "keyed", miss: [Call(to: "store")])]),
            "keyed": Cache(capacity: 50),
            "store": Database(connections: 2, read: Exp("9ms")),
        },
        timeline: [At("10s", Crash(target: "app/1", for: "5s")), At("20s", Set("nodes.users.load.rate", "90/s"))],
        expect: ["p99(users, from: 5s, to: 15s) < 10s"],
    )"#;
    for text in [MM1, cached] {
        let prepared = prepared(text);
        let watch = Watch::decode(&prepared.watch().encode()).expect("it was encoded");
        assert_eq!(watch, prepared.watch());
        let (mut engine, mut watch) = (prepared.engine(None), watch);
        watch.run(&mut engine);
        let bytes = watch.seen(&engine).encode();
        let models = &prepared.compiled.models;
        let there = Seen::report(&bytes, models).expect("it was encoded");
        let here = watch.report(&engine);
        assert_eq!(there.to_json(false), here.to_json(false));
        assert!(!there.interval95.is_empty());
        let claims = |report: &Report| prepared.claims.check(&Map::from([(claim::BASE.to_owned(), report)]));
        assert_eq!(claims(&there), claims(&here));
        assert!(Seen::report(&bytes, &models[..models.len() - 1]).is_err());
        assert!(Seen::report(&bytes[..bytes.len() / 2], models).is_err());
    }
    let prepared = prepared(MM1);
    let (mut engine, mut watch) = (prepared.engine(None), prepared.watch());
    watch.run(&mut engine);
    let other = self::prepared(cached);
    assert_eq!(Seen::report(&watch.seen(&engine).encode(), &other.compiled.models), Err(NoFindings));
}

#[test]
fn spans_add_up_to_the_whole() {
    let prepared = prepared(MM1);
    let at = |seconds: u64| Some(Time(seconds * 1_000_000_000));
    let span = |from, to| Span { from, to };
    let spans = [span(None, at(700)), span(at(700), at(1500)), span(at(1500), None)];
    let (mut engine, mut watch) = (prepared.engine(None), Watch::new(spans));
    watch.run(&mut engine);
    let report = watch.report(&engine);
    for name in ["completed", "requests", "offered", "attempts"] {
        let metric = Metric::named(name).expect("there is such a metric");
        let users = Subject::place("users");
        let parts = spans.iter().map(|span| report.estimate(metric, &users, *span).expect("it ran").value);
        assert_eq!(parts.sum::<f64>(), value(&report, name, "users"), "{name}");
    }
    let utilization = Metric::named("utilization").expect("there is such a metric");
    let app = Subject::place("app");
    let busy = spans
        .iter()
        .zip([600.0, 800.0, 500.0])
        .map(|(span, length)| report.estimate(utilization, &app, *span).expect("it ran").value * length);
    let whole = value(&report, "utilization", "app") * 1900.0;
    assert!((busy.sum::<f64>() - whole).abs() < 1e-6, "{whole}");
}

#[test]
fn a_closed_loop_of_five_users_takes_as_long_as_it_must() {
    // R05: 20 rounds of 5.026 s.
    let report = report(
        r#"(
        nodes: {
            "users": Clients(to: "app", load: Closed(users: 5), total: 100),
            "app": Service(run: Threads(5), cores: 5, serve: [Wait(Constant("5s")), Cpu(Constant("26ms"))]),
        })"#,
    );
    assert_eq!(report.stopped, "idle");
    assert!((value(&report, "makespan", "users") - 100.52).abs() < 1e-9);
    assert!((value(&report, "throughput", "users") - 100.0 / 100.52).abs() < 1e-9);
    assert_eq!(value(&report, "completed", "users"), 100.0);
}

#[test]
fn replications_are_one_report_with_intervals_between_them() {
    let text = MM1.replace("2000s", "300s").replace("from: 500s, to: 1000s", "from: 150s, to: 250s");
    let prepared = prepared(&text.replace("at: 300s", "at: 250s"));
    let reports: Vec<_> = (0..8).map(|seed| prepared.run(Some(seed))).collect();
    let completed: u64 = reports.iter().map(|report| report.measured.clients["users"].completed).sum();
    let merged = Report::merge(&prepared.compiled.models[0], reports).expect("there are reports");
    assert_eq!(merged.measured.clients["users"].completed, completed);
    assert_eq!(merged.seeds, (0..8).collect::<Vec<u64>>());
    let [low, high] = merged.interval95["clients.users.latency_ms.mean"];
    let mean = merged.measured.clients["users"].latency_ms.mean.expect("there are answers");
    assert!(low < mean && mean < high && (low + high) / 2.0 - mean < 1e-9);
    let claims = prepared.claims.check(&Map::from([(claim::BASE.to_owned(), &merged)]));
    assert!(claims.iter().all(|claim| claim.holds), "{claims:?}");
}

#[test]
fn mistakes_in_claims_point_into_the_scenario() {
    let text = MM1.replace("throughput(users)", "throughput(user)").replace("mean(users)", "maen(users)");
    let problems = Prepared::new(&text, &|_| None).expect_err("there are two mistakes");
    let found: Vec<_> = problems.iter().map(|one| &text[one.span.clone().expect("it has a place")]).collect();
    assert_eq!(found, ["maen", "user"]);
}

#[test]
fn scaled_out_instances_count_from_when_they_exist() {
    let report = report(
        r#"(
        run: (seed: 1, duration: "10min", warmup: "0s"),
        nodes: {
            "users": Clients(to: "app", load: Open(rate: "5/s", shape: [Spike(at: "2min", for: "8min", rate: "30/s")])),
            "app": Service(cores: 1, serve: [Cpu(Constant("100ms"))]),
        },
        scale: [Hpa(target: "app", cpu: "70%", min: 1, max: 8, boot: Constant("5s"))],
        expect: ["replicas(app, at: 110s) == 1", "replicas(app, at: 9min) >= 4", "instances_max(app) <= 8"],
    )"#,
    );
    let app = &report.measured.nodes["app"];
    assert!(report.expect.iter().all(|claim| claim.holds), "{:?}", report.expect);
    assert!(app.per_instance.len() >= 4);
    let busy: f64 = app.per_instance.iter().filter_map(|instance| instance.utilization).fold(0.0, f64::max);
    assert!(
        busy <= 1.0 && app.per_instance.iter().all(|instance| instance.utilization > Some(0.1)),
        "{app:?}"
    );
    assert!(report.actions.iter().any(|action| action.what == "scaled"));
}

#[test]
fn the_bottleneck_is_told_in_one_sentence() {
    let chain = |rate: &str| {
        report(&format!(
            r#"(
            run: (seed: 5, duration: "60s"),
            nodes: {{
                "users": Clients(to: "app", load: Open(rate: "{rate}")),
                "app": Service(instances: 2, run: Threads(4), cores: 2, serve: [Cpu(Exp("10ms")), Call(to: "db")]),
                "db": Database(connections: 2, read: Exp("5ms")),
            }})"#
        ))
        .bottleneck
        .expect("something can saturate")
    };
    // Threads hold 15 ms of 8, cores 10 ms of 4, connections 5 ms of 2: cores and connections are even.
    let bottleneck = chain("200/s");
    assert_eq!((bottleneck.node.as_str(), bottleneck.pool), ("app", "cores"));
    assert!((bottleneck.saturates_at_rps - 400.0).abs() < 1e-9);
    assert!(bottleneck.utilization.is_some_and(|share| (share - 0.5).abs() < 0.03));
    let sentence = bottleneck.sentence;
    assert!(
        sentence.starts_with("`app` (cores) is the bottleneck: ")
            && sentence.ends_with("% utilized at 200/s, it saturates at 400/s; next comes `db` at 400/s."),
        "{sentence}"
    );
    let sentence = chain("600/s").sentence;
    assert!(
        sentence.starts_with("`app` (cores) is overloaded: it saturates at 400/s and is offered 600/s"),
        "{sentence}"
    );
}

#[test]
fn an_answer_is_good_by_the_objective_of_its_class_that_is_in_force() {
    let report = report(
        r#"Scenario(
            run: (duration: "20s", warmup: "0s"),
            nodes: {
                "first": Clients(to: "app", load: Open(rate: "100/s", arrivals: Constant), objective: "1ms"),
                "users": Clients(to: "app", load: Open(rate: "100/s", arrivals: Constant), objective: "1ms",
                                 classes: {"quick": (), "slow": (objective: "9ms")}),
                "app": Service(cores: 100, serve: [Cpu(Constant("2ms"))]),
            },
            timeline: [At("10s", Set("nodes.users.objective", "3ms"))],
        )"#,
    );
    let [first, users] = ["first", "users"].map(|name| &report.measured.clients[name]);
    assert!(first.good == 0 && first.completed > 1_900);
    let [quick, slow] = ["quick", "slow"].map(|name| &users.classes[name]);
    assert_eq!(slow.good, slow.completed);
    let share = quick.good as f64 / quick.completed as f64;
    assert!((share - 0.5).abs() < 0.06, "{share}");
    assert_eq!(users.offered, quick.offered + slow.offered);
}

/// The whole is what its intervals add up to, each weighted with its capacity.
#[test]
fn utilization_over_time_adds_up_to_that_of_the_run() {
    for (more, servers_at) in [
        ("", &(|_: f64| 1.0) as &dyn Fn(f64) -> f64),
        (r#"timeline: [At("505s", Set("nodes.app.cores", "4"))],"#, &|t: f64| {
            if t <= 500.0 {
                1.0
            } else if t <= 510.0 {
                2.5
            } else {
                4.0
            }
        }),
    ] {
        let text = MM1.replace(r#"warmup: "100s""#, r#"warmup: "0s", sample: "10s""#);
        let text =
            text.replace("    expect:", &format!("{more}\n    expect:")).replace(r#""2000s""#, r#""1000s""#);
        let report = report(&text);
        let (mut busy, mut capacity) = (0.0, 0.0);
        for row in &report.series {
            let share = row.utilization["app"];
            assert!((0.0..=1.0).contains(&share), "{row:?}");
            busy += share * servers_at(row.t);
            capacity += servers_at(row.t);
        }
        let whole = report.measured.nodes["app"].utilization.expect("it has cores");
        assert!((busy / capacity / whole - 1.0).abs() < 1e-9, "{} and {whole}", busy / capacity);
    }
}

#[test]
fn instances_cost_their_price_for_as_long_as_they_exist() {
    let text = |more: &str| {
        format!(
            r#"(run: (warmup: "0s", duration: "2h"), nodes: {{
                "users": Clients(to: "app", load: Open(rate: "0.1/s")),
                "app": Service(instances: 3, price: "0.10/h", serve: [Cpu(Exp("1ms")), Call(to: "db")]),
                "db": Database(read: Exp("1ms"), price: "12/d"),
            }}, {more})"#
        )
    };
    let told = |report: &Report, metric: &str, place: Option<&str>| {
        let subject = Subject { place: place.map(str::to_owned), part: None };
        let value = Metric::named(metric).and_then(|metric| metric.value(&report.measured, &subject));
        value.unwrap_or(f64::NAN)
    };
    let is = |value: f64, wanted: f64| assert!((value / wanted - 1.0).abs() < 1e-9, "{value}, not {wanted}");
    let fixed = report(&text(""));
    is(told(&fixed, "cost", Some("app")), 0.6);
    is(told(&fixed, "cost", None), 1.6);
    is(told(&fixed, "cost_per_hour", None), 0.8);
    // The hours of a run add up, so no part of it says what the whole costs.
    let app = Subject { place: Some("app".to_owned()), part: None };
    let error = |metric: &str| {
        let metric = Metric::named(metric).expect("it is a metric");
        fixed.estimate(metric, &app, Span::WHOLE).expect("it has a price").error
    };
    assert!(error("cost").is_none() && error("cost_per_hour").is_some());
    // Down to one instance after the stabilization window: what it costs is what there was.
    let scaled =
        report(&text(r#"scale: [Hpa(target: "app", cpu: "50%", min: 1, max: 3, boot: Constant("30s"))]"#));
    let instances = scaled.measured.nodes["app"].instances.mean.unwrap_or(f64::NAN);
    assert!(instances < 1.5, "{instances}");
    is(told(&scaled, "cost", Some("app")), 0.2 * instances);
    assert!(told(&report(&text("").replace(", price: \"0.10/h\"", "")), "cost", Some("app")).is_nan());
}
