//! The same scenario and seed give the same bits, however the text is laid out and whatever else stands in it.

mod common;
use common::{changed, finished, outcome, requests};

const NODES: [&str; 8] = [
    r#""users": Clients(to: "www", load: Open(rate: "200/s"), total: 4_000, key: Zipf(n: 1000, s: 0.9), timeout: "200ms",
        classes: {"a": (weight: 0.7), "b": (weight: 0.3, priority: 1)},
        retry: (attempts: 3, backoff: Decorrelated(base: "5ms", cap: "100ms")))"#,
    r#""batch": Clients(to: "lb", load: Closed(users: 4, think: Exp("50ms")), total: 500, key: Uniform(50))"#,
    r#""www": Dns(records: ["lb"], ttl: "5s", lookup: Exp("5ms"))"#,
    r#""lb": Balancer(to: ["app", "old"], policy: PowerOf(d: 2))"#,
    r#""app": Service(instances: 3, cores: 2, run: Threads(8), serve: [
        Cpu(Exp("8ms")), Get(cache: "cache", miss: [Call(to: "db", timeout: "50ms")]), Cpu(Exp("2ms")) ])"#,
    r#""old": Service(instances: 1, cores: 2, schedule: ProcessorSharing, serve: [Cpu(Exp("12ms"))])"#,
    r#""cache": Cache(capacity: 100, evict: Random, hit: Exp("0.2ms"))"#,
    r#""db": Database(connections: 4, read: LogNormal(mean: "10ms", cv: 1))"#,
];
const LINKS: [&str; 3] = [
    r#""*": (latency: Exp("0.5ms"))"#,
    r#""lb->app": (latency: Constant("0.3ms"))"#,
    r#""app->db": (latency: LogNormal(mean: "1ms", cv: 0.5))"#,
];
const PARTS: [&str; 2] = [
    r#"run: (seed: 11, warmup: "1s")"#,
    r#"timeline: [
        At("4s", Slow(target: "app/1", factor: 2, for: "3s")),
        Every(target: "app/*", up: Exp("5s"), down: Exp("0.2s"), fault: Crash),
    ]"#,
];

/// The scenario with its entries in the given order.
fn scenario(nodes: &[&str], links: &[&str], parts: &[&str]) -> String {
    let nodes = format!("nodes: {{\n{}\n}}", nodes.join(",\n"));
    let links = format!("links: {{ {} }}", links.join(", "));
    let mut all = parts.to_vec();
    all.insert(1, &nodes);
    all.insert(parts.len(), &links);
    format!("Scenario(\n{},\n)", all.join(",\n"))
}

fn plain() -> String {
    scenario(&NODES, &LINKS, &PARTS)
}

#[test]
fn the_same_text_gives_the_same_run() {
    let (one, other) = (finished(&plain()), finished(&plain()));
    assert_eq!(outcome(&one), outcome(&other));
    assert!(format!("{:?}", one.state()) == format!("{:?}", other.state()), "the states differ");
}

#[test]
fn the_order_of_entries_changes_nothing() {
    let expected = outcome(&finished(&plain()));
    for turn in 1..NODES.len() {
        let (mut nodes, mut links, mut parts) = (NODES, LINKS, PARTS);
        nodes.rotate_left(turn);
        links.rotate_left(turn % LINKS.len());
        if turn % 2 == 1 {
            nodes.reverse();
            parts.reverse();
        }
        assert_eq!(outcome(&finished(&scenario(&nodes, &links, &parts))), expected, "turned by {turn}");
    }
}

#[test]
fn the_order_of_classes_changes_nothing() {
    let swapped = plain().replace(
        r#"{"a": (weight: 0.7), "b": (weight: 0.3, priority: 1)}"#,
        r#"{"b": (priority: 1, weight: 0.3), "a": (weight: 0.7)}"#,
    );
    assert_ne!(swapped, plain());
    assert_eq!(outcome(&finished(&swapped)), outcome(&finished(&plain())));
}

#[test]
fn comments_layout_and_positions_change_nothing() {
    let expected = outcome(&finished(&plain()));
    let commented = plain().replace(",\n", ",  // a remark\n/* and another */\n\n");
    let formatted = sim_core::scenario::text::format(&plain()).expect("it is well formed");
    let placed = changed(&plain(), &[("layout", r#"{"lb": (3, 4)}"#)]);
    for text in [commented, formatted, placed] {
        assert_ne!(text, plain());
        assert_eq!(outcome(&finished(&text)), expected);
    }
}

#[test]
fn other_words_for_the_same_value_change_nothing() {
    let reworded = plain()
        .replace(r#"timeout: "200ms""#, r#"timeout: "0.2s""#)
        .replace("weight: 0.7", "weight: \"70%\"")
        .replace("4_000", "4000");
    assert_ne!(reworded, plain());
    assert_eq!(outcome(&finished(&reworded)), outcome(&finished(&plain())));
}

#[test]
fn another_seed_gives_another_run() {
    let outcomes: Vec<_> = (11..14)
        .map(|seed| outcome(&finished(&plain().replace("seed: 11", &format!("seed: {seed}")))))
        .collect();
    assert!(outcomes[0].0 != outcomes[1].0 && outcomes[1].0 != outcomes[2].0, "{outcomes:?}");
}

#[test]
fn a_node_that_nobody_calls_changes_nothing() {
    let expected = outcome(&finished(&plain()));
    let alone = [
        r#""idle": Service(instances: 5, serve: [Cpu(Exp("1ms"))])"#,
        r#""aside": Cache(capacity: 10)"#,
        r#""archive": Database(connections: 3, read: Exp("1ms"))"#,
        r#""zone": Balancer(to: ["idle"])"#,
    ];
    let nodes: Vec<_> = alone.iter().chain(&NODES).copied().collect();
    assert_eq!(outcome(&finished(&scenario(&nodes, &LINKS, &PARTS))), expected);
}

/// An own client beside them adds its requests to the digest; what happens to the others stays.
#[test]
fn an_unrelated_system_beside_it_changes_no_request() {
    let beside = [
        r#""aliens": Clients(to: "idle", load: Open(rate: "77/s"), total: 1000, key: Uniform(9))"#,
        r#""idle": Service(instances: 5, serve: [Cpu(Exp("1ms"))])"#,
    ];
    let nodes: Vec<_> = beside.iter().chain(&NODES).copied().collect();
    let text = scenario(&nodes, &LINKS, &PARTS);
    for client in ["users", "batch"] {
        assert_same_fates(&requests(&text, client), &requests(&plain(), client));
    }
}

/// A fault and an autoscaler elsewhere draw from streams of their own.
#[test]
fn a_fault_and_an_autoscaler_elsewhere_change_no_request() {
    let beside = [
        r#""aliens": Clients(to: "idle", load: Open(rate: "77/s"), total: 1000)"#,
        r#""idle": Service(instances: 5, serve: [Cpu(Exp("1ms"))])"#,
    ];
    let nodes: Vec<_> = beside.iter().chain(&NODES).copied().collect();
    let with = |fault: &str| PARTS[1].replace("timeline: [", &format!("timeline: [{fault},"));
    let hangs = with(r#"Every(target: "idle/0", up: Exp("2s"), down: Exp("1s"), fault: Hang)"#);
    let loses = with(r#"Every(target: "aliens->idle", up: Exp("2s"), down: Exp("1s"), fault: Loss("50%"))"#);
    let asks_more = with(r#"At("1s", Spike(target: "aliens", factor: 3, for: "5s"))"#);
    let scaled = r#"scale: [Hpa(target: "idle", max: 9, boot: Exp("2s"))]"#;
    let faults = [&hangs, &loses, &asks_more].map(|fault| vec![PARTS[0], fault]);
    for parts in faults.into_iter().chain([vec![PARTS[0], PARTS[1], scaled]]) {
        let text = scenario(&nodes, &LINKS, &parts);
        for client in ["users", "batch"] {
            assert_same_fates(&requests(&text, client), &requests(&plain(), client));
        }
    }
}

#[track_caller]
fn assert_same_fates(
    some: &[sim_core::observe::record::RequestRecord],
    others: &[sim_core::observe::record::RequestRecord],
) {
    assert_eq!(some.len(), others.len());
    for (one, other) in some.iter().zip(others) {
        let fate = |record: &sim_core::observe::record::RequestRecord| {
            let visits = record.visited.len();
            (record.number, record.class, record.key, record.sent, record.outcome, record.latency, visits)
        };
        assert_eq!(fate(one), fate(other));
    }
}
