use super::complete;
use crate::scenario::complete::{Completion, CompletionKind};
use crate::scenario::schema;
use crate::scenario::text::format;

const NODES: &str = r#"
    nodes: {
        "users": Clients(to: "lb", load: Open(rate: "200/s"), classes: {"read": (), "write": ()}),
        "lb": Balancer(to: ["app"]),
        "app": Service(instances: 2, serve: [Get(cache: "memory", miss: [Call(to: "db")])]),
        "memory": Cache(hit_ratio: 0.9),
        "db": Database(read: Exp("2ms")),
    },
    cases: {"rr": {}, "lc": {"nodes.lb.policy": "LeastConnections"}},
"#;

/// Completions at the mark `|`, in a scenario in which `rest` follows the nodes.
fn at(rest: &str) -> (String, Vec<Completion>) {
    let marked = format!("Scenario({NODES}{rest}");
    let offset = marked.find('|').expect("the cursor is marked");
    let text = marked.replacen('|', "", 1);
    let found = complete(&schema(), &text, offset);
    (text, found)
}

fn labels(found: &[Completion]) -> Vec<&str> {
    found.iter().map(|one| one.label.as_str()).collect()
}

#[test]
fn what_fits_is_offered() {
    let table: &[(&str, &[&str])] = &[
        // Fields that are not written, by what is typed.
        ("|)", &["run", "hosts", "links", "scale", "timeline", "layout", "expect"]),
        ("run: (|))", &["seed", "warmup", "duration", "drain", "sample", "limits"]),
        ("run: (seed: 1, s|))", &["sample"]),
        ("run: (s|: 1, seed: 2))", &["sample"]),
        ("run: (|", &["seed", "warmup", "duration", "drain", "sample", "limits"]),
        ("run: (seed: 1,\n  w|\n  duration: \"1s\")", &["warmup"]),
        ("run: (drain: |))", &["true", "false"]),
        ("run: (drain: t|))", &["true"]),
        ("run: (warmup: |))", &["5ms", "1.5s", "1h30min"]),
        ("run: (warmup: \"|\"))", &["5ms", "1.5s", "1h30min"]),
        ("run: (warmup: \"5m|\"))", &["5ms", "5min"]),
        ("run: (warmup: 5|))", &["5ms", "5s", "5min", "5h", "5us", "5ns", "5d"]),
        ("run: (seed: 1 |))", &[]),
        ("run: (seed: 1, // w|", &[]),
        ("hosts: {\"h\": (speed: 5|)})", &[]),
        // Links, layouts.
        ("links: {\"|\"})", &["*", "users->lb", "lb->app", "app->memory", "app->db"]),
        ("links: {\"users|\"})", &["users->lb"]),
        ("links: {\"*\": (), \"u|", &["users->lb"]),
        ("links: {\"*\": (|)})", &["latency", "bandwidth"]),
        ("links: {\"*\": (latency: Con|)})", &["Constant"]),
        ("links: {\"*\": (latency: Constant(|))})", &["5ms", "1.5s", "1h30min"]),
        ("links: {\"*\": (latency: LogNormal(|))})", &["mean", "cv", "median", "p99", "mu", "sigma"]),
        ("links: {\"*\": (latency: LogNormal(median: \"1ms\", |))})", &["p99"]),
        ("links: {\"*\": (latency: Some(Exp|))})", &["Exp"]),
        ("layout: {\"l|\"})", &["lb"]),
        // Scaling and faults.
        ("scale: [|])", &["Hpa"]),
        ("scale: [Hpa(target: \"|\")])", &["app"]),
        ("scale: [Hpa(target: |)])", &["app"]),
        ("timeline: [|])", &["At", "Every"]),
        ("timeline: [At(|)])", &["5ms", "1.5s", "1h30min"]),
        ("timeline: [At(\"1s\", S|)])", &["Slow", "Spike", "Set"]),
        ("timeline: [At(\"1s\", Crash(target: \"|\"))])", &["app", "app/0", "app/1", "db", "db/0"]),
        (
            "timeline: [Every(target: \"app\", fault: |)])",
            &["Crash", "Hang", "Slow", "Loss", "Partition", "Delay", "Spike"],
        ),
        // Paths, and what is put there.
        ("timeline: [At(\"1s\", Set(\"nodes.|\", \"\"))])", &["users", "lb", "app", "memory", "db"]),
        ("timeline: [At(\"1s\", Set(\"nodes.lb.p|\", \"\"))])", &["policy", "per", "price"]),
        ("timeline: [At(\"1s\", Set(\"nodes.lb.policy\", \"L|\"))])", &["LeastConnections"]),
        (
            "timeline: [At(\"1s\", Set(\"nodes.users.load.rate\", \"300|\"))])",
            &["300/s", "300/min", "300/h", "300/d"],
        ),
        // Claims.
        ("expect: [|])", &["\"\""]),
        ("expect: [\"imb|\"])", &["imbalance"]),
        ("expect: [\"attempts_per_request(|)\"])", &["users"]),
        ("expect: [\"p99(users, |)\"])", &["read", "write", "from", "to"]),
        ("expect: [\"p99(users)@|\"])", &["rr", "lc"]),
        ("expect: [\"utilization(app, |", &["from", "to"]),
        ("expect: [\"utilization(app, f|", &["from"]),
        ("expect: [\"hit_ratio(memory) > 5|\"])", &["5%"]),
    ];
    for (rest, expected) in table {
        let (_, found) = at(rest);
        assert_eq!(labels(&found), *expected, "{rest}");
    }
}

#[test]
fn nodes_are_offered_where_they_are_called() {
    for (text, expected) in [
        (
            "(nodes: {\"a\": Clients(to: \"|\"), \"b\": Service(), \"c\": Cache(), \"d\": Dns()})",
            &["b", "d"][..],
        ),
        ("(nodes: {\"a\": Service(serve: [Call(to: |)]), \"b\": Database(), \"c\": Cache()})", &["a", "b"]),
        ("(nodes: {\"a\": Service(serve: [Get(cache: \"|\")]), \"b\": Database(), \"c\": Cache()})", &["c"]),
        ("(nodes: {\"a\": Service(serve: [FanOut(to: \"b|", &[]),
        ("(nodes: {\"a\": Service(host: \"|\")}, hosts: {\"metal\": ()})", &["metal"]),
        (
            "(nodes: {\"c\": Clients(classes: {\"r\": ()}), \"a\": Service(serve: [ByClass(cases: {\"|\"})])})",
            &["r"],
        ),
        ("(nodes: {\"a\": B|})", &["Balancer"]),
        ("(nodes: {\"a\": Balancer(to: [\"b\"], policy: R|)})", &["RoundRobin", "Random"]),
        ("(nodes: {\"a\": Service(serve: [C|", &["Cpu", "Call", "Choose"]),
        ("(nodes: {\"a\": Service(serve: [Cpu(E|", &["Exp", "Erlang", "Empirical"]),
        ("|", &["(nodes: {})"]),
    ] {
        let offset = text.find('|').expect("the cursor is marked");
        let found = complete(&schema(), &text.replacen('|', "", 1), offset);
        assert_eq!(labels(&found), expected, "{text}");
    }
}

#[test]
fn what_is_inserted_brings_what_it_needs() {
    let table = [
        ("run: (wa|))", "warmup", "warmup: \"\""),
        ("run: (li|))", "limits", "limits: ()"),
        ("run: (wa|: \"1s\"))", "warmup", "warmup"),
        ("ex|)", "expect", "expect: []"),
        ("links: {|})", "users->lb", "\"users->lb\": ()"),
        ("links: {\"|\"})", "users->lb", "users->lb"),
        ("timeline: [At(\"1s\", Sl|)])", "Slow", "Slow(target: \"\", factor: , for: \"\")"),
        ("timeline: [A|])", "At", "At(\"\", )"),
        ("timeline: [At(\"1s\", Sl|(target: \"app\"))])", "Slow", "Slow"),
        ("timeline: [At(\"1s\", Set(\"nodes.lb.policy\", \"P|\"))])", "PowerOf", "PowerOf()"),
        ("timeline: [At(\"1s\", Set(\"nodes.db.read\", \"E|\"))])", "Exp", "Exp(\\\"\\\")"),
        ("links: {\"*\": (latency: L|)})", "LogNormal", "LogNormal(median: \"\", p99: \"\")"),
        ("links: {\"*\": (latency: E|)})", "Exp", "Exp(\"\")"),
        ("scale: [Hpa(target: |)])", "app", "\"app\""),
        ("run: (warmup: 5|))", "5ms", "\"5ms\""),
        ("expect: [\"p9|\"])", "p99", "p99()"),
        ("expect: [\"p9|(users)\"])", "p99", "p99"),
    ];
    for (rest, label, insert) in table {
        let (_, found) = at(rest);
        let one = found.iter().find(|one| one.label == label).unwrap_or_else(|| panic!("{rest}: {found:?}"));
        assert_eq!(one.insert, insert, "{rest}");
    }
    let (text, found) = at("timeline: [At(\"1s\", Set(\"nodes.lb.po|licy\", \"\"))])");
    assert_eq!(&text[found[0].from..found[0].to], "policy");
    assert_eq!((found[0].kind, found[0].detail.as_str()), (CompletionKind::Name, "RoundRobin"));
    let (_, found) = at("run: (se|))");
    assert_eq!(
        (found[0].detail.as_str(), found[0].doc.as_str()),
        ("default 1", "The seed of all random draws.")
    );
}

#[test]
fn what_is_inserted_keeps_the_text_sound() {
    for rest in
        ["|)", "run: (|))", "links: {|})", "links: {\"*\": (latency: LogNormal(|))})", "scale: [Hpa(|)])"]
    {
        let (text, found) = at(rest);
        for one in found.iter().filter(|one| !one.insert.ends_with(": ")) {
            let edited = format!("{}{}{}", &text[..one.from], one.insert, &text[one.to..]);
            assert!(format(&edited).is_ok(), "{edited}");
        }
    }
}
