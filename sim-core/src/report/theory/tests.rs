use super::*;
use crate::report::run::Prepared;

fn told(text: &str) -> Vec<TheoryRow> {
    let prepared = Prepared::new(text, &|_| None).unwrap_or_else(|problems| {
        let shown: Vec<_> = problems.iter().map(|problem| problem.render("test", text, false)).collect();
        panic!("{}", shown.join("\n"))
    });
    let report = prepared.run(Some(11));
    assert!(report.is_sound(), "{:?}", report.violations);
    report.theory
}

/// Users at 80/s against the nodes of `rest`, long enough that means are good to a few percent.
fn open(rest: &str) -> String {
    format!(
        r#"(run: (duration: "3000s", warmup: "100s"), nodes: {{"users": Clients(to: "app", load: Open(rate: "80/s")), {rest}}})"#
    )
}

fn check(text: &str, law: &str, share: f64) {
    let rows = told(text);
    let of_law: Vec<_> = rows.iter().filter(|row| row.law == law).collect();
    assert!(!of_law.is_empty(), "no {law} in {text}: {rows:?}");
    for row in of_law {
        let near = (row.measured - row.expected).abs() <= share * row.expected.max(row.measured) + 1e-9;
        assert!(near, "{law}, {} of {}: {} against {}", row.quantity, row.node, row.measured, row.expected);
    }
}

#[test]
fn laws_agree_with_the_simulation_where_they_apply() {
    // 240,000 requests each; at ρ = 0.8 the standard error of a mean wait is about 1.5 %, of its p99 2.5 %.
    for (law, nodes, share) in [
        ("M/M/1", r#""app": Service(serve: [Cpu(Exp("10ms"))])"#, 0.10),
        ("M/M/4", r#""app": Service(cores: 4, serve: [Cpu(Exp("40ms"))])"#, 0.10),
        ("M/D/1", r#""app": Service(serve: [Cpu(Constant("10ms"))])"#, 0.08),
        ("M/D/3", r#""app": Service(cores: 3, serve: [Cpu(Constant("30ms"))])"#, 0.08),
        ("M/G/1", r#""app": Service(serve: [Cpu(Erlang(k: 3, mean: "10ms"))])"#, 0.08),
        (
            "M/G/1-PS",
            r#""app": Service(schedule: ProcessorSharing, serve: [Cpu(HyperExp(mean: "10ms", scv: 4))])"#,
            0.10,
        ),
        (
            "M/M/2-PS",
            r#""app": Service(cores: 2, schedule: ProcessorSharing, serve: [Cpu(Exp("20ms"))])"#,
            0.08,
        ),
        ("M/G/1-LCFS-PR", r#""app": Service(schedule: LifoPreemptive, serve: [Cpu(Exp("10ms"))])"#, 0.10),
        (
            "M/G/8/8",
            r#""app": Service(run: Threads(8), cores: 8, queue: 0, serve: [Cpu(Exp("40ms")), Wait(Constant("40ms"))])"#,
            0.04,
        ),
        ("M/M/2/5", r#""app": Service(cores: 2, queue: 3, serve: [Cpu(Exp("25ms"))])"#, 0.04),
        ("M/M/2+M", r#""app": Service(cores: 2, patience: Exp("20ms"), serve: [Cpu(Exp("30ms"))])"#, 0.04),
        ("M/M/1+D", r#""app": Service(patience: Constant("30ms"), serve: [Cpu(Exp("12ms"))])"#, 0.04),
        ("E4/M/1", r#""app": Service(instances: 4, serve: [Cpu(Exp("40ms"))])"#, 0.08),
        (
            "M/G/1",
            r#""app": Service(run: Threads(1), serve: [Cpu(Exp("4ms")), Wait(Uniform(min: "2ms", max: "8ms"))])"#,
            0.10,
        ),
    ] {
        check(&open(nodes), law, share);
    }
}

#[test]
fn laws_follow_requests_through_delays_balancers_and_stations() {
    // Random splitting keeps Poisson streams; so do exponential stations, for the node behind them.
    check(
        &open(
            r#""app": Balancer(to: ["web"], policy: Random),
               "web": Service(instances: 4, serve: [Wait(Uniform(min: "1ms", max: "9ms")), Cpu(Exp("40ms")), Call(to: "db")]),
               "db": Database(connections: 1, read: Constant("8ms"))"#,
        ),
        "M/D/1",
        0.08,
    );
    check(
        &open(
            r#""app": Balancer(to: ["web"], policy: Random),
               "web": Service(instances: 4, serve: [Cpu(Exp("40ms"))])"#,
        ),
        "M/M/1",
        0.10,
    );
}

#[test]
fn nothing_is_claimed_where_an_assumption_fails() {
    for nodes in [
        // Every n-th request of a random one, and work that depends on the way there.
        r#""app": Balancer(to: ["web"], policy: LeastConnections()), "web": Service(instances: 4, serve: [Cpu(Exp("40ms"))])"#,
        r#""app": Service(cores: 4, serve: [Cpu(LogNormal(mean: "40ms", cv: 2))])"#,
        r#""app": Service(serve: [Cpu(Exp("5ms")), Cpu(Exp("4ms"))])"#,
        r#""app": Service(run: Threads(4), serve: [Cpu(Exp("5ms")), Call(to: "db")]), "db": Database(connections: 9, read: Exp("4ms"))"#,
        r#""app": Service(serve: [Choose([(1, [Cpu(Exp("5ms"))]), (1, [Cpu(Exp("6ms"))])])])"#,
    ] {
        let rows = told(&open(nodes).replace("3000s", "200s"));
        assert!(rows.is_empty(), "{nodes}: {rows:?}");
    }
    // What the output of a constant service is, no law here knows.
    let rows = told(
        &open(r#""app": Service(serve: [Cpu(Constant("5ms")), Call(to: "db")]), "db": Database(connections: 1, read: Exp("4ms"))"#)
            .replace("3000s", "200s"),
    );
    assert!(rows.iter().all(|row| row.node == "app"), "{rows:?}");
    let failing = open(r#""app": Service(serve: [Cpu(Exp("5ms"))])"#).replace("3000s", "200s");
    let with_fault = failing.trim_end_matches(')').to_owned()
        + r#", timeline: [At("90s", Slow(target: "app/0", factor: 2, for: "20s"))])"#;
    assert!(!told(&failing).is_empty() && told(&with_fault).is_empty());
}

#[test]
fn caches_hit_as_their_laws_say() {
    let cached = |cache: &str| {
        format!(
            r#"(run: (duration: "400s", warmup: "40s"), nodes: {{
                "users": Clients(to: "app", load: Open(rate: "1000/s"), key: Zipf(n: 2_000, s: 0.8)),
                "app": Service(cores: 8, serve: [Get(cache: "cache", miss: [])]),
                "cache": {cache} }})"#
        )
    };
    // 360,000 lookups: a hit ratio of 0.4 is good to 0.2 %; Che's approximation to about 1 %.
    for (law, cache) in [
        ("Che", "Cache(capacity: 200)"),
        ("Martina", "Cache(capacity: 200, evict: Fifo)"),
        ("Martina", "Cache(capacity: 200, evict: Random)"),
        ("renewal of TTLs", r#"Cache(capacity: 2000, ttl: "2s")"#),
    ] {
        check(&cached(cache), law, 0.02);
    }
}

#[test]
fn closed_loops_are_as_their_populations_say() {
    let closed = |users: u32, think: &str, rest: &str| {
        format!(
            r#"(run: (duration: "2000s", warmup: "100s"), nodes: {{
                "users": Clients(to: "app", load: Closed(users: {users}, think: {think})), {rest} }})"#
        )
    };
    let exponential = r#"Exp("100ms")"#;
    check(
        &closed(20, exponential, r#""app": Service(cores: 2, serve: [Cpu(Exp("12ms"))])"#),
        "M/M/2//20",
        0.02,
    );
    let chain = r#""app": Service(serve: [Cpu(Exp("5ms")), Call(to: "db")]), "db": Database(connections: 1, read: Exp("8ms"))"#;
    check(&closed(12, exponential, chain), "MVA of 12 users", 0.02);
    let enough = r#""app": Service(run: Threads(5), cores: 5, serve: [Wait(Constant("50ms")), Cpu(Constant("26ms"))])"#;
    check(&closed(5, r#"Constant("0s")"#, enough), "MVA of 5 users", 0.001);
    // A slow machine computes slowly; what it waits for takes as long as elsewhere.
    let slow = r#""app": Service(cores: 1, speed: 0.5, serve: [Wait(Constant("100ms")), Cpu(Exp("10ms"))])"#;
    check(&closed(5, exponential, slow), "MVA of 5 users", 0.02);
    let threads = r#""app": Service(run: Threads(5), cores: 5, speed: 0.5, serve: [Wait(Constant("50ms")), Cpu(Constant("13ms"))])"#;
    check(&closed(5, r#"Constant("0s")"#, threads), "MVA of 5 users", 0.001);
}
