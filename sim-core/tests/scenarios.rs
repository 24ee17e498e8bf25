//! The models in the repository compile.

use std::path::Path;

use sim_core::compile::{Compiled, Known, apply_overrides, compile, compile_knowing};
use sim_core::experiment::sweep::Sweep;

mod common;
use common::files;

#[test]
fn every_model_compiles() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    let paths = files(&folder, "ron");
    assert!(!paths.is_empty());
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("it can be read");
        if Sweep::is_meant(&text) {
            // The command compiles all its cases: `escala test models`.
            let sweep = Sweep::read(&text).expect("a sweep can be read");
            assert!(path.with_file_name(&sweep.scenario).exists(), "{}", sweep.scenario);
            continue;
        }
        let files = |name: &str| std::fs::read_to_string(path.with_file_name(name)).ok();
        if let Err(problems) = compile(&text, &files) {
            let shown: Vec<String> = problems
                .iter()
                .map(|problem| problem.render(&path.to_string_lossy(), &text, false))
                .collect();
            panic!("{}", shown.join("\n"));
        }
    }
}

/// A scenario of every kind of node; the entries of its maps in one order or the other.
fn scenario(is_reversed: bool, more: &str, between: &str) -> String {
    let turned = |mut entries: Vec<&str>| {
        if is_reversed {
            entries.reverse();
        }
        entries.join(",\n")
    };
    let target = if between.is_empty() { "app" } else { "lb" };
    let app = format!(
        r#""app": Service(cores: 2, host: "box", run: Threads(8), serve: [
            Cpu(Exp("1ms")), Get(cache: "cache", miss: [Call(to: "db", write: true)]), {more}
            Choose([(3, [Cpu(Exp("2ms"))]), (1, [Wait(Exp("3ms"))])]),
            ByClass(cases: {{{}}}) ])"#,
        turned(vec![r#""order": [Fail]"#, r#""browse": [Cpu(Exp("5ms"))]"#]),
    )
    .replace("cores: 2, ", "");
    let users = format!(
        r#""users": Clients(to: "{target}", load: Open(rate: "10/s"), key: Uniform(9), size: Constant("1kB"), classes: {{{}}})"#,
        turned(vec![r#""order": (weight: 1)"#, r#""browse": (weight: 4, priority: 2)"#]),
    );
    let mut nodes = vec![
        users.as_str(),
        app.as_str(),
        r#""cache": Cache(capacity: 5)"#,
        r#""db": Database(read: Exp("1ms"), write: Exp("4ms"), locks: Row, patience: Exp("1s"))"#,
        r#""other": Clients(to: "www", load: Closed(users: 3), key: Uniform(3))"#,
        r#""www": Dns(records: ["app"])"#,
    ];
    if !between.is_empty() {
        nodes.push(between);
    }
    let links = vec![r#""*": (latency: Exp("1ms"))"#, r#""users->app": (bandwidth: "1MB/s")"#];
    let hosts = vec![r#""box": (cores: 2)"#, r#""spare": ()"#];
    format!("(nodes: {{{}}}, links: {{{}}}, hosts: {{{}}})", turned(nodes), turned(links), turned(hosts))
}

fn model(text: &str) -> sim_core::model::Model {
    let compiled = compile(text, &|_| None).unwrap_or_else(|problems| {
        let shown: Vec<String> = problems.iter().map(|problem| problem.render("text", text, false)).collect();
        panic!("{}", shown.join("\n"));
    });
    compiled.models.into_iter().next().expect("there is one")
}

#[test]
fn the_order_of_map_entries_changes_nothing() {
    let (forwards, backwards) = (model(&scenario(false, "", "")), model(&scenario(true, "", "")));
    assert_eq!(format!("{forwards:#?}"), format!("{backwards:#?}"));
}

/// What keys the draws of a model, in no order.
fn tags(model: &sim_core::model::Model) -> Vec<u64> {
    use sim_core::model::step::Step;
    let steps = model.steps.iter().filter_map(|step| match step {
        Step::Work { tag, .. } | Step::Wait { tag, .. } | Step::Choose { tag, .. } => Some(*tag),
        _ => None,
    });
    let calls = model.calls.iter().map(|call| call.tag);
    let sources = model.sources.iter().map(|source| source.tag);
    let mut tags: Vec<u64> = steps.chain(calls).chain(sources).collect();
    tags.sort_unstable();
    tags
}

#[test]
fn adding_something_moves_no_draw() {
    let before = tags(&model(&scenario(false, "", "")));
    let unrelated = r#""lb": Balancer(to: ["app"])"#;
    for (more, between) in [
        (r#"Call(to: "db"),"#, ""),
        ("", unrelated),
        (r#"Parallel(branches: [[Call(to: "db")], [Fail]]),"#, unrelated),
    ] {
        let after = tags(&model(&scenario(false, more, between)));
        let missing: Vec<&u64> = before.iter().filter(|tag| !after.contains(tag)).collect();
        assert!(missing.is_empty(), "{more} {between}: {missing:?}");
    }
    let mut distinct = before.clone();
    distinct.dedup();
    assert_eq!(distinct.len(), before.len(), "tags are distinct");
}

#[test]
fn a_change_over_time_is_a_variant() {
    let text = r#"(
        nodes: {
            "users": Clients(to: "lb", load: Open(rate: "10/s")),
            "lb": Balancer(to: ["app"]),
            "app": Service(instances: 2, serve: [Cpu(Exp("1ms"))]),
        },
        links: {"*": (latency: Constant("1ms"))},
        timeline: [
            At("5min", Set("links.*.latency", "Constant(\"7ms\")")),
            At("3min", Set("nodes.lb.policy", "PowerOf(d: 2)")),
        ],
    )"#;
    let compiled = compile(text, &|_| None).expect("it is sound");
    let [start, _, _] = compiled.models.as_slice() else { panic!("three models") };
    let policies: Vec<String> = compiled
        .models
        .iter()
        .map(|model| format!("{:?}", model.balancers.iter().next().expect("one").policy))
        .collect();
    let power = "PowerOf { d: 2, replacement: false }";
    assert_eq!(
        policies,
        ["RoundRobin", power, power],
        "the earlier change holds on, whatever the order of the text"
    );
    let variants: Vec<String> =
        start.controllers.iter().map(|controller| format!("{controller:?}")).collect();
    assert!(variants[0].ends_with("variant: 2 }") && variants[1].ends_with("variant: 1 }"), "{variants:?}");
}

#[test]
fn a_cycle_of_calls_is_bounded_in_depth() {
    let model = model(
        r#"(nodes: {
            "users": Clients(to: "a", load: Open(rate: "1/s")),
            "a": Service(serve: [Choose([(1, [Call(to: "b")]), (1, [Call(to: "c")])])]),
            "b": Service(serve: [Call(to: "a")]),
            "c": Service(),
        })"#,
    );
    let bounds: Vec<Option<u16>> = model.calls.iter().map(|call| call.depth_bound).collect();
    // In the order of nodes: a → b, a → c, b → a, users → a.
    assert_eq!(bounds, [Some(64), None, Some(64), None]);
}

#[test]
fn a_case_is_the_text_with_its_overrides() {
    use sim_core::compile::case;
    let text = r#"(nodes: {"users": Clients(to: "app", load: Open(rate: "10/s")), "app": Service()},
        cases: {"big": {"nodes.app.cores": 8, "nodes.users.timeout": "2s", "nodes.app.run": EventLoop}})"#;
    let edited = case(text, "big").expect("there is such a case");
    for part in ["cores: 8", "timeout: \"2s\"", "run: EventLoop"] {
        assert!(edited.contains(part), "{part} in {edited}");
    }
    assert_eq!(case(text, "bog").expect_err("there is none").help.as_deref(), Some("did you mean `big`?"));
}

/// The models of a timeline's changes are compiled without the timeline's changes, which is to make no difference.
#[test]
fn the_model_after_a_change_is_that_of_the_text_with_the_change_made() {
    let text = r#"(
        run: (duration: "60s"),
        nodes: {
            "users": Clients(to: "lb", load: Open(rate: "100/s")),
            "lb": Balancer(to: ["app"]),
            "app": Service(cores: 2, instances: 2, serve: [Cpu(Exp("5ms")), Call(to: "store")]),
            "store": Database(connections: 4, read: Exp("3ms")),
        },
        scale: [Hpa(target: "app", min: 1, max: 6, cpu: "60%", boot: Constant("10s"))],
        timeline: [
            At("30s", Set("nodes.users.load.rate", "300/s")), // the last of three
            Every(target: "app/1", up: Exp("10s"), down: Exp("2s"), fault: Slow(3)),
            At("10s", Set("nodes.lb.policy", "LeastConnections()")),
            At("5s", Crash(target: "app/0", for: "2s")),
            At("20s", Set("scale.0.cpu", "80%")),
        ],
    )"#;
    let compiled = compile(text, &|_| None).expect("the scenario is sound");
    let changes = [
        ("nodes.lb.policy", "LeastConnections()"),
        ("scale.0.cpu", "80%"),
        ("nodes.users.load.rate", "300/s"),
    ];
    assert_eq!(compiled.models.len(), 1 + changes.len());
    let mut edited = text.to_owned();
    for (model, (path, value)) in compiled.models[1..].iter().zip(changes) {
        edited = apply_overrides(&edited, &[(path.to_owned(), value.to_owned())]).expect("it can be made");
        let whole = compile(&edited, &|_| None).expect("the scenario is sound");
        assert_eq!(*model, whole.models[0], "{path}");
    }
}

/// Whoever compiles a text that grows, shrinks and changes gets what a fresh compilation gives.
#[test]
fn what_is_known_of_earlier_texts_changes_nothing() {
    let text = |lines: &[&str]| {
        format!(
            r#"(run: (duration: "60s"), nodes: {{
                "users": Clients(to: "app", load: Open(rate: "100/s"), key: Zipf(n: 100, s: 0.9)),
                "app": Service(cores: 2, serve: [Cpu(Exp("5ms"))]),
            }}, timeline: [{}])"#,
            lines.join(", ")
        )
    };
    let rate = r#"At("10s", Set("nodes.users.load.rate", "300/s"))"#;
    let other_rate = r#"At("10s", Set("nodes.users.load.rate", "200/s"))"#;
    let cores = r#"At("20s", Set("nodes.app.cores", "3"))"#;
    let crash = r#"At("5s", Crash(target: "app", for: "2s"))"#;
    let keys = r#"At("15s", Set("nodes.users.key", "Uniform(50)"))"#;
    let wrong = r#"At("30s", Set("nodes.app.cores", "0"))"#;
    let steps: [&[&str]; 9] = [
        &[rate],
        &[rate, cores],
        &[rate, crash, cores],
        &[rate, keys, cores],
        &[cores],
        &[other_rate, cores],
        &[rate, cores, wrong],
        &[rate, cores],
        &[],
    ];
    let known = Known::default();
    for lines in steps {
        let text = text(lines);
        let models = |compiled: Compiled| compiled.models;
        let found = compile_knowing(&text, &|_| None, &known).map(models);
        assert_eq!(found, compile(&text, &|_| None).map(models), "{lines:?}");
    }
}
