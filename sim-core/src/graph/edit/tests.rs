//! Each edit on small texts: what it makes of them, to the letter.

use super::{Edit, apply, exactly};
use crate::compile::compile;
use crate::time::Duration;

pub(super) const SHOP: &str = r#"// What sells?
(
    nodes: {
        // Those who buy.
        "users": Clients(to: "lb", load: Open(rate: "90/s")),
        "lb": Balancer(to: ["app"]), // in front
        "app": Service(instances: 2, serve: [Cpu(Exp("10ms")), Call(to: "db")]),
        "db": Database(read: Exp("4ms")),
    },
)
"#;

pub(super) fn edits(json: &str) -> Vec<Edit> {
    serde_json::from_str(json).expect("the page sends such edits")
}

/// The lines that an edit, as the page sends it, takes away and adds.
pub(super) fn difference(text: &str, json: &str) -> Result<String, String> {
    let edited = apply(text, &edits(&format!("[{json}]"))).map_err(|problems| {
        let told = problems.iter().map(|it| format!("{}: {}; {:?}", it.code, it.message, it.help));
        told.collect::<Vec<_>>().join("\n")
    })?;
    let (old, new): (Vec<_>, Vec<_>) = (text.lines().collect(), edited.lines().collect());
    let mut shown = Vec::new();
    let (mut at, mut then) = (0, 0);
    while at < old.len() || then < new.len() {
        // The next line that both have.
        let common = (at..old.len()).find_map(|line| {
            let same = new[then..].iter().position(|other| *other == old[line])?;
            Some((line, then + same))
        });
        let (next, after) = common.unwrap_or((old.len(), new.len()));
        shown.extend(old[at..next].iter().map(|line| format!("-{line}")));
        shown.extend(new[then..after].iter().map(|line| format!("+{line}")));
        (at, then) = (next + 1, after + 1);
    }
    Ok(shown.join("\n"))
}

#[test]
fn values_are_set_as_they_are_typed() {
    let set = |path: &str, value: &str| {
        difference(SHOP, &format!(r#"{{"do": "set", "path": "{path}", "value": "{value}"}}"#)).unwrap()
    };
    assert_eq!(
        set("nodes.lb.policy", "LeastConnections"),
        "-        \"lb\": Balancer(to: [\"app\"]), // in front\n\
         +        \"lb\": Balancer(to: [\"app\"], policy: LeastConnections()), // in front"
    );
    assert_eq!(set("run.duration", "2min"), "+    run: (duration: \"2min\"),");
    let removed = difference(SHOP, r#"{"do": "remove", "path": "nodes.app.instances"}"#).unwrap();
    assert!(removed.ends_with("+        \"app\": Service(serve: [Cpu(Exp(\"10ms\")), Call(to: \"db\")]),"));
}

#[test]
fn lists_are_appended_to_and_made() {
    let append = |path: &str, value: &str| {
        difference(SHOP, &format!(r#"{{"do": "append", "path": "{path}", "value": "{value}"}}"#))
    };
    assert_eq!(
        append("nodes.lb.to", "db").unwrap(),
        "-        \"lb\": Balancer(to: [\"app\"]), // in front\n\
         +        \"lb\": Balancer(to: [\"app\", \"db\"]), // in front"
    );
    assert_eq!(
        append("expect", "p99(users) < 1s").unwrap(),
        "+    expect: [\n+        \"p99(users) < 1s\",\n+    ],"
    );
    assert!(append("nodes.app.instances", "1").unwrap_err().starts_with("not-a-list"));
    assert!(append("nodes.ap.serve", "Fail").unwrap_err().contains("did you mean `app`?"));
}

#[test]
fn what_is_placed_stands_on_whole_points() {
    let placed = apply(
        SHOP,
        &edits(
            r#"[{"do": "place", "name": "app", "x": 120.4, "y": -0.2},
                {"do": "place", "name": "db", "x": 300, "y": 80.5},
                {"do": "place", "name": "app", "x": 121, "y": 7}]"#,
        ),
    );
    let placed = placed.unwrap();
    assert!(
        placed
            .ends_with("    layout: {\n        \"app\": (121, 7),\n        \"db\": (300, 81),\n    },\n)\n")
    );
    compile(&placed, &|_| None).expect("it is a scenario still");
    let unknown = difference(SHOP, r#"{"do": "place", "name": "ap", "x": 1, "y": 1}"#).unwrap_err();
    assert!(unknown.contains("did you mean `app`?"), "{unknown}");
}

#[test]
fn what_happens_is_the_last_line_of_the_timeline() {
    let edited = apply(
        SHOP,
        &edits(
            r#"[{"do": "fault", "at": 33.5, "fault": "Crash(target: \"app/1\", for: \"5s\")"},
                {"do": "change", "at": 20, "path": "nodes.lb.policy", "value": "Random"},
                {"do": "change", "at": 0.1234567, "path": "nodes.db.read", "value": "Exp(\"5ms\")"}]"#,
        ),
    );
    let edited = edited.unwrap();
    let timeline = concat!(
        "    timeline: [\n",
        "        At(\"33.5s\", Crash(target: \"app/1\", for: \"5s\")),\n",
        "        At(\"20s\", Set(\"nodes.lb.policy\", \"Random\")),\n",
        "        At(\"123.4567ms\", Set(\"nodes.db.read\", \"Exp(\\\"5ms\\\")\")),\n",
        "    ],\n)\n"
    );
    assert!(edited.ends_with(timeline), "{edited}");
    compile(&edited, &|_| None).expect("it is a scenario still");
    assert!(difference(SHOP, r#"{"do": "fault", "at": -1, "fault": "Fail"}"#).is_err());
    assert!(difference(SHOP, r#"{"do": "fault", "at": 1, "fault": "Crash("}"#).is_err());
    assert!(difference(SHOP, r#"{"do": "change", "at": 1, "path": "a..b", "value": "1"}"#).is_err());
}

#[test]
fn times_are_written_to_the_nanosecond() {
    let table = [
        (0, "0s"),
        (1, "1ns"),
        (1_500_000, "1.5ms"),
        (33_500_000_000, "33.5s"),
        (33_512_345_678, "33.512345678s"),
        (90_000_000_000, "90s"),
        (60_000_000_000, "1min"),
        (60_000_000_001, "60.000000001s"),
        (1_001_000_000, "1.001s"),
    ];
    for (nanoseconds, written) in table {
        assert_eq!(exactly(Duration(nanoseconds)), written);
    }
    for step in 0..2_000_u64 {
        let span = Duration(step.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (step % 50));
        let span = Duration(span.0.min(Duration::MAX.0));
        assert_eq!(exactly(span).parse(), Ok(span));
    }
}

/// A text in which every kind of place names a node.
const MALL: &str = r##"(
    nodes: {
        "users": Clients(to: "lb", load: Open(rate: "90/s"), key: Zipf(n: 1000, s: 0.9)),
        "lb": Balancer(to: ["app", "spare"]),
        "app": Service(instances: 2, serve: [
            Cpu(Exp("10ms")), // work
            Get(cache: "cache", miss: [
                // the slow way
                Call(to: "db"),
                Wait(Exp("1ms")), // then
            ]),
            Choose([(1, [Call(to: "spare")]), (1, [FanOut(to: "db", count: 2)])]),
            Parallel(branches: [[Call(to: "db")], [Cpu(Exp("1ms"))]]),
            Cpu(Exp("2ms")),
        ]),
        "spare": Service(serve: [Cpu(Exp("10ms"))]),
        "cache": Cache(capacity: 100),
        "db": Database(read: Exp("4ms")),
    },
    links: {"app->db": (latency: Constant("1ms")), "*": (latency: Constant("2ms"))},
    scale: [Hpa(target: "spare", max: 3), Hpa(target: "app", min: 2, max: 4)],
    timeline: [
        At("10s", Crash(target: "app/1", for: "1s")),
        At("20s", Set("nodes.db.read", "Exp(\"5ms\")")),
        Every(target: "db", up: Exp("1min"), down: Exp("1s"), fault: Hang),
        At("30s", Set("nodes.app.serve.4.Cpu", "Exp(\"3ms\")")),
        At("40s", Set(r#"links."app->db".latency"#, "Constant(\"3ms\")")),
    ],
    cases: {
        "late": {"nodes.app.serve.4.Cpu": "Exp(\"4ms\")", "nodes.app.serve.1.miss.1": Wait(Exp("2ms"))},
        "short": {"nodes.lb.to": ["spare"], "scale.1.max": 5, "nodes.\"db\".read": "Exp(\"6ms\")"},
        "alone": {"nodes.users.to": "app", "nodes.app.serve": "[Call(to: \"db\")]"},
    },
    layout: {"db": (1, 2), "app": (3, 4)},
    expect: ["p99(users) < 9s", "utilization(db) < 1 + utilization(app/0)", "hit_ratio(cache)@late < 1"],
)
"##;

fn edited(text: &str, json: &str) -> String {
    apply(text, &edits(&format!("[{json}]"))).unwrap_or_else(|problems| panic!("{json}: {problems:?}"))
}

#[track_caller]
fn sound(text: &str) {
    if let Err(problems) = compile(text, &|_| None) {
        let told: Vec<_> = problems.iter().map(|it| it.render("text", text, false)).collect();
        panic!("{}\n{text}", told.join("\n"));
    }
}

#[test]
fn a_new_name_is_written_wherever_the_old_one_was() {
    sound(MALL);
    let renamed = edited(MALL, r#"{"do": "renameNode", "name": "db", "to": "store"}"#);
    sound(&renamed);
    assert_eq!(renamed, MALL.replace("db", "store"));
    let renamed = edited(MALL, r#"{"do": "renameNode", "name": "app", "to": "web"}"#);
    sound(&renamed);
    assert_eq!(renamed, MALL.replace("app", "web"));
    for (name, why) in [("App", "bad-name"), ("lb", "duplicate-key")] {
        let told = difference(MALL, &format!(r#"{{"do": "renameNode", "name": "db", "to": "{name}"}}"#));
        assert!(told.unwrap_err().starts_with(why));
    }
}

#[test]
fn a_cache_leaves_what_was_done_after_a_miss() {
    let without = edited(MALL, r#"{"do": "removeNode", "name": "cache"}"#);
    sound(&without);
    let serve = r#"            Cpu(Exp("10ms")), // work
            // the slow way
            Call(to: "db"),
            Wait(Exp("1ms")), // then
            Choose("#;
    assert!(without.contains(serve), "{without}");
    assert!(without.contains(r#"Set("nodes.app.serve.5.Cpu""#), "{without}");
    assert!(
        without.contains(r#""nodes.app.serve.5.Cpu": "Exp(\"4ms\")", "nodes.app.serve.2": Wait"#),
        "{without}"
    );
    assert!(!without.contains("cache"), "{without}");
}

#[test]
fn a_node_takes_along_what_is_said_of_it() {
    let without = edited(MALL, r#"{"do": "removeNode", "name": "db"}"#);
    sound(&without);
    assert!(!without.contains("db"), "{without}");
    for kept in [
        "// the slow way\n                Wait(Exp(\"1ms\")), // then",
        r#"Choose([(1, [Call(to: "spare")]), (1, [])]),"#,
        "Parallel(branches: [[], [Cpu(Exp(\"1ms\"))]]),",
        r#""nodes.app.serve.1.miss.0": Wait(Exp("2ms"))"#,
        r#""alone": {"nodes.users.to": "app", "nodes.app.serve": "[]"},"#,
        r#"expect: ["p99(users) < 9s", "hit_ratio(cache)@late < 1"],"#,
        "layout: {\"app\": (3, 4)},",
    ] {
        assert!(without.contains(kept), "{kept}\n{without}");
    }
    let without = edited(MALL, r#"{"do": "removeNode", "name": "spare"}"#);
    sound(&without);
    for kept in [
        r#""lb": Balancer(to: ["app"]),"#,
        r#"scale: [Hpa(target: "app", min: 2, max: 4)],"#,
        r#""short": {"scale.0.max": 5,"#,
    ] {
        assert!(without.contains(kept), "{kept}\n{without}");
    }
}

#[test]
fn whoever_needs_a_target_inherits_the_only_one() {
    let without = edited(SHOP, r#"{"do": "removeNode", "name": "lb"}"#);
    sound(&without);
    assert!(without.contains(r#"Clients(to: "app","#), "{without}");
    assert!(without.contains("// in front"), "{without}");
    let without = edited(SHOP, r#"{"do": "removeNode", "name": "app"}"#);
    sound(&without);
    assert!(without.contains(r#"Balancer(to: ["db"])"#), "{without}");
    // Nothing is below the database.
    let alone = edited(&without, r#"{"do": "removeNode", "name": "db"}"#);
    assert!(alone.contains("Balancer(to: [])"), "{alone}");
    let told = compile(&alone, &|_| None).unwrap_err();
    assert_eq!(told[0].message, "`lb` has nobody to hand requests to");
}

#[test]
fn connections_are_made_as_the_kind_makes_them() {
    let connect = |from: &str, to: &str| {
        difference(MALL, &format!(r#"{{"do": "connect", "from": "{from}", "to": "{to}"}}"#))
    };
    assert!(connect("users", "app").unwrap().ends_with(
        r#"+        "users": Clients(to: "app", load: Open(rate: "90/s"), key: Zipf(n: 1000, s: 0.9)),"#
    ));
    assert!(
        connect("lb", "db").unwrap().ends_with(r#"+        "lb": Balancer(to: ["app", "spare", "db"]),"#)
    );
    assert!(
        connect("spare", "cache")
            .unwrap()
            .ends_with(r#"+        "spare": Service(serve: [Cpu(Exp("10ms")), Get(cache: "cache")]),"#)
    );
    assert_eq!(connect("app", "lb").unwrap(), r#"+            Call(to: "lb"),"#);
    for (from, to, code, words) in [
        ("lb", "app", "already-connected", "`lb` is connected to `app` already"),
        ("db", "app", "cannot-connect", "connect the service that queries it"),
        ("cache", "db", "cannot-connect", "connect the service that asks it"),
        ("lb", "cache", "cannot-connect", "hand the requests to the service"),
        ("app", "users", "cannot-connect", "connect them to the service instead"),
        ("app", "app", "cannot-connect", "itself"),
        ("app", "dbb", "unknown-node", "did you mean `db`?"),
    ] {
        let told = connect(from, to).unwrap_err();
        assert!(told.starts_with(code) && told.contains(words), "{told}");
    }
    let disconnect = |from: &str, to: &str| {
        difference(MALL, &format!(r#"{{"do": "disconnect", "from": "{from}", "to": "{to}"}}"#))
    };
    assert!(disconnect("lb", "app").unwrap().ends_with(r#"+        "lb": Balancer(to: ["spare"]),"#));
    assert!(disconnect("users", "lb").unwrap_err().starts_with("needs-target"));
    assert!(disconnect("lb", "db").unwrap_err().starts_with("not-connected"));
    let without = edited(MALL, r#"{"do": "disconnect", "from": "app", "to": "db"}"#);
    sound(&without);
    assert!(without.contains("links: {\"app->db\""), "what is said of the nodes stays: {without}");
}

#[test]
fn new_nodes_come_with_a_connection() {
    let empty = "(nodes: {})";
    let add = |text: &str, name: &str, kind: &str| {
        let json = format!(r#"[{{"do": "addNode", "name": "{name}", "kind": "{kind}", "x": 1.5, "y": 2}}]"#);
        apply(text, &edits(&json))
    };
    assert_eq!(add(empty, "users", "Clients").unwrap_err()[0].code, "no-target");
    let app = add(empty, "app", "Service").unwrap();
    assert_eq!(app, r#"(nodes: {"app": Service(serve: [Cpu(Exp("10ms"))])}, layout: {"app": (2, 2)})"#);
    let lb = add(&app, "lb", "Balancer").unwrap();
    let name = add(&lb, "name", "Dns").unwrap();
    let users = add(&name, "users", "Clients").unwrap();
    sound(&users);
    for connection in [r#"Balancer(to: ["app"])"#, r#"Dns(records: ["lb"])"#, r#"Clients(to: "name", "#] {
        assert!(users.contains(connection), "{users}");
    }
    let more = add(MALL, "more", "Clients").unwrap();
    sound(&more);
    assert!(
        more.contains(r#""more": Clients(to: "lb", load: Open(rate: "10/s"), key: Zipf(n: 1000, s: 0.9)),"#)
    );
    assert_eq!(add(MALL, "more", "Queue").unwrap_err()[0].code, "unknown-kind");
    assert_eq!(add(MALL, "app", "Service").unwrap_err()[0].code, "duplicate-key");
    assert_eq!(add(MALL, "a b", "Service").unwrap_err()[0].code, "bad-name");
}

#[test]
fn what_stands_behind_in_a_list_is_still_found() {
    let removed = edited(MALL, r#"{"do": "remove", "path": "nodes.app.serve.2"}"#);
    sound(&removed);
    assert!(removed.contains(r#"Set("nodes.app.serve.3.Cpu""#), "{removed}");
    assert!(removed.contains(r#""late": {"nodes.app.serve.3.Cpu""#), "{removed}");
    // What is put at a step goes with it.
    let removed = edited(MALL, r#"{"do": "remove", "path": "nodes.app.serve.4"}"#);
    sound(&removed);
    assert!(!removed.contains("serve.4") && removed.contains("serve.1.miss.1"), "{removed}");
    // A field that a case gives can be absent.
    let removed = edited(MALL, r#"{"do": "remove", "path": "scale.1.min"}"#);
    assert!(removed.contains(r#""scale.1.max": 5"#));
}

#[test]
fn places_of_a_later_edit_are_not_told() {
    let wrong = r#"[{"do": "set", "path": "run.seed", "value": "5"}, {"do": "remove", "path": "nodes.ap"}]"#;
    let told = apply(SHOP, &edits(wrong)).unwrap_err();
    assert_eq!((told[0].code, told[0].span.clone()), ("unknown-path", None));
    let told = apply(SHOP, &edits(r#"[{"do": "remove", "path": "nodes.ap"}]"#)).unwrap_err();
    assert!(told[0].span.is_some());
}

#[test]
fn faults_of_links_follow_both_ends() {
    let faults = r#"[
        {"do": "fault", "at": 1, "fault": "Partition(link: \"app->db\", for: \"5s\")"},
        {"do": "fault", "at": 2, "fault": "Loss(link: \"lb->app\", share: \"5%\", for: \"5s\")"},
        {"do": "fault", "at": 3, "fault": "Delay(link: \"*\", add: \"5ms\", for: \"5s\")"}
    ]"#;
    let struck = apply(SHOP, &edits(faults)).unwrap();
    sound(&struck);
    let renamed = edited(&struck, r#"{"do": "renameNode", "name": "app", "to": "web"}"#);
    sound(&renamed);
    assert_eq!(renamed, struck.replace("app", "web"));
    let without = edited(&struck, r#"{"do": "removeNode", "name": "db"}"#);
    sound(&without);
    assert!(!without.contains("Partition") && without.contains("Loss") && without.contains("Delay"));
    // A link that is no more cannot break.
    let without = edited(&struck, r#"{"do": "disconnect", "from": "app", "to": "db"}"#);
    sound(&without);
    assert!(!without.contains("Partition") && without.contains("Loss"));
    let cut = r#"{"do": "fault", "at": 4, "fault": "Partition(link: \"users->lb\", for: \"5s\")"}"#;
    let around = edited(&edited(&struck, cut), r#"{"do": "connect", "from": "users", "to": "app"}"#);
    sound(&around);
    assert!(!around.contains("users->lb"), "{around}");
}
