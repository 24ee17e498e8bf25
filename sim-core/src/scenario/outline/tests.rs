use super::{Outline, outline};
use crate::scenario::{schema, text::set};

const TEXT: &str = r#"Scenario(
    nodes: {
        "users": Clients(to: "lb", load: Open(rate: "200/s"), timeout: Some("1s"), classes: {"read": (weight: 9)}),
        "lb": Balancer(to: ["app"], policy: LeastConnections(ties: Random)),
        "app": Service(instances: 2, serve: [Cpu(LogNormal(median: "4ms", p99: "25ms")), Call(to: "db")]),
        "db": Database(connections: 4, read: Exp("2ms")),
    },
    links: {"users->lb": (latency: Constant("1ms"))},
    timeline: [At("10s", Crash(target: "app/1", for: "5s"))],
)"#;

fn at(path: &str) -> Outline {
    outline(&schema(), TEXT, path).unwrap_or_else(|problems| panic!("{path}: {problems:?}"))
}

fn names(parts: &[Outline]) -> Vec<&str> {
    parts.iter().map(|part| part.name.as_str()).collect()
}

/// Every place of an outline.
fn all(outline: &Outline) -> Vec<&Outline> {
    std::iter::once(outline).chain(outline.parts.iter().flat_map(all)).collect()
}

#[test]
fn a_node_has_all_its_fields_in_order() {
    let app = at("nodes.app");
    assert_eq!(
        (app.kind, app.table.as_deref(), app.variant.as_deref()),
        ("choice", Some("Node"), Some("Service"))
    );
    let first =
        ["instances", "cores", "speed", "schedule", "run", "queue", "order", "patience", "serve", "host"];
    assert_eq!(names(&app.parts)[..10], first);
    let instances = &app.parts[0];
    assert_eq!((instances.kind, instances.written, instances.text.as_deref()), ("whole", true, Some("2")));
    assert_eq!((instances.minimum, instances.default.as_deref()), (Some(1.0), Some("1")));
    assert_eq!(&TEXT[instances.span.clone().unwrap()], "2");
    let cores = &app.parts[1];
    assert_eq!((cores.written, cores.optional, cores.text.as_deref()), (false, true, None));
    assert!(cores.doc.starts_with("How many cores"));
}

#[test]
fn paths_lead_over_what_is_written_and_what_is_not() {
    let table = [
        ("nodes.lb.policy", "choice", Some("LeastConnections(ties: Random)")),
        ("nodes.lb.policy.ties", "choice", Some("Random")),
        ("nodes.lb.policy.weights", "list", Some("[]")),
        ("nodes.lb.per", "choice", Some("Request")),
        ("nodes.users.timeout", "quantity", Some("\"1s\"")),
        ("nodes.users.classes.read", "table", Some("(weight: 9)")),
        ("nodes.app.serve.0", "choice", Some("Cpu(LogNormal(median: \"4ms\", p99: \"25ms\"))")),
        ("nodes.app.serve.0.Cpu", "choice", Some("LogNormal(median: \"4ms\", p99: \"25ms\")")),
        ("nodes.app.serve.0.0.p99", "quantity", Some("\"25ms\"")),
        ("nodes.app.serve.0.median", "quantity", Some("\"4ms\"")),
        ("nodes.app.serve.1.timeout", "quantity", None),
        ("nodes.db.read.Exp", "quantity", Some("\"2ms\"")),
        ("links.\"users->lb\".latency.Constant", "quantity", Some("\"1ms\"")),
        ("timeline.0.At.1.for", "quantity", Some("\"5s\"")),
        ("timeline.0.0", "quantity", Some("\"10s\"")),
        ("run.limits.simulated", "quantity", Some("\"365d\"")),
        ("run.seed", "whole", Some("1")),
        ("run.warmup", "quantity", None),
    ];
    for (path, kind, text) in table {
        let found = at(path);
        assert_eq!((found.kind, found.text.as_deref()), (kind, text), "{path}");
    }
    let unknown = outline(&schema(), TEXT, "nodes.app.instancs").unwrap_err();
    assert_eq!(unknown[0].help.as_deref(), Some("did you mean `instances`?"));
    assert_eq!(outline(&schema(), "(nodes: {", "").unwrap_err()[0].code, "unclosed-bracket");
}

#[test]
fn names_are_those_of_the_scenario() {
    assert_eq!(at("nodes.users.to").names, ["lb", "app", "db"]);
    assert_eq!(at("nodes.lb.to.0").names, ["lb", "app", "db"]);
    assert_eq!(at("nodes.lb.to").item.unwrap().names, ["lb", "app", "db"]);
    assert_eq!(at("timeline.0.At.1.target").names, ["app", "app/0", "app/1", "db", "db/0"]);
    assert_eq!(at("links").keys, ["*", "users->lb", "lb->app", "app->db"]);
    assert_eq!(at("nodes.app.serve.0.Cpu").one_of[0], ["median", "p99"]);
}

#[test]
fn alternatives_can_be_put_in_place() {
    let policy = at("nodes.lb.policy");
    let templates: Vec<&str> = policy.variants.iter().map(|variant| variant.template.as_str()).collect();
    let expected =
        ["RoundRobin", "Random", "SmoothWeighted(weights: [1])", "LeastConnections()", "PowerOf()", "IpHash"];
    assert_eq!(templates, expected);
    let step = at("nodes.app.serve.0");
    let call = step.variants.iter().find(|variant| variant.name == "Call").unwrap();
    assert_eq!(call.template, "Call(to: \"lb\")");
    let law = at("nodes.app.serve.0.Cpu");
    for variant in law.variants.iter().filter(|variant| !variant.name.ends_with("File")) {
        let edited = set(TEXT, "nodes.app.serve.0.Cpu", &variant.template).unwrap();
        if let Err(problems) = crate::compile::compile(&edited, &|_| None) {
            panic!("{}: {problems:?}", variant.template);
        }
    }
}

#[test]
fn every_path_can_be_edited() {
    for place in all(&at("")) {
        if place.path.is_empty() || place.path.starts_with("timeline") {
            continue;
        }
        let value = place.text.as_ref().unwrap_or(&place.template);
        let edited =
            set(TEXT, &place.path, value).unwrap_or_else(|problem| panic!("{}: {problem:?}", place.path));
        let found = outline(&schema(), &edited, &place.path).unwrap_or_else(|_| panic!("{}", place.path));
        assert!(found.written, "{}", place.path);
        assert_eq!(found.text.as_ref(), Some(value), "{}", place.path);
    }
}
