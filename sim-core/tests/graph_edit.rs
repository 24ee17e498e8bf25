//! Edits of the graph, on every model of the repository and on random ones: they keep comments, and what compiled compiles.

use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use sim_core::compile::compile;
use sim_core::component::KINDS;
use sim_core::engine::Engine;
use sim_core::graph::edit::{Edit, apply};
use sim_core::scenario::Scenario;
use sim_core::scenario::read::read;
use sim_core::scenario::text::scan;
use sim_core::time::Time;

mod common;

/// Every model with a scenario, by its path.
fn models() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    let files = common::files(&folder, "ron").into_iter();
    let texts = files.map(|path| {
        (path.display().to_string(), std::fs::read_to_string(path).expect("a listed file can be read"))
    });
    let models: Vec<_> = texts.filter(|(_, text)| read::<Scenario>(text).is_ok()).collect();
    assert!(models.len() >= 15, "{}", models.len());
    models
}

fn names(text: &str) -> Vec<String> {
    read::<Scenario>(text).map(|scenario| scenario.nodes.into_keys().collect()).unwrap_or_default()
}

fn comments(text: &str) -> Vec<String> {
    let document = scan(text).expect("its brackets are sound");
    document.comments.iter().map(|range| text[range.clone()].to_owned()).collect()
}

#[track_caller]
fn edited(text: &str, edit: Edit) -> String {
    let shown = format!("{edit:?}");
    apply(text, &[edit]).unwrap_or_else(|problems| panic!("{shown}: {problems:?}\n{text}"))
}

fn rename(name: &str, to: &str) -> Edit {
    Edit::RenameNode { name: name.to_owned(), to: to.to_owned() }
}

fn connect(from: &str, to: &str) -> Edit {
    Edit::Connect { from: from.to_owned(), to: to.to_owned() }
}

fn disconnect(from: &str, to: &str) -> Edit {
    Edit::Disconnect { from: from.to_owned(), to: to.to_owned() }
}

/// What is left of a model if names do not matter: how many there are of everything.
fn structure(text: &str) -> Vec<usize> {
    let compiled = compile(text, &|_| None).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
    let model = &compiled.models[0];
    let scenario = &compiled.scenario;
    vec![
        compiled.models.len(),
        compiled.warnings.len(),
        model.nodes.len(),
        model.instances.len(),
        model.steps.len(),
        model.calls.len(),
        model.links.len(),
        model.controllers.len(),
        scenario.cases.len(),
        scenario.expect.len(),
        scenario.layout.len(),
    ]
}

/// How far a short run comes with as many events: names seed draws, so that it is not the same to the nanosecond.
fn progress(text: &str) -> f64 {
    let compiled = compile(text, &|_| None).expect("it compiles");
    let mut engine = Engine::with_variants(compiled.models.into_iter().map(Arc::new).collect(), 1);
    engine.advance(Time::NEVER, 100_000);
    engine.state().now.as_secs_f64()
}

#[test]
fn a_new_name_changes_nothing_else_and_can_be_taken_back() {
    for (path, text) in models() {
        let mut all = text.clone();
        for (number, name) in names(&text).iter().enumerate() {
            let fresh = format!("fresh-{number}");
            let renamed = edited(&text, rename(name, &fresh));
            assert_eq!(edited(&renamed, rename(&fresh, name)), text, "{path}: {name}");
            assert_eq!(structure(&renamed), structure(&text), "{path}: {name}");
            all = edited(&all, rename(name, &fresh));
        }
        assert_eq!(structure(&all), structure(&text), "{path}");
        assert_eq!(comments(&all), comments(&text), "{path}");
        let (before, after) = (progress(&text), progress(&all));
        assert!((before / after - 1.0).abs() < 0.2, "{path}: {before} s and {after} s");
    }
}

#[test]
fn a_connection_can_be_taken_back() {
    let mut made = 0;
    for (path, text) in models() {
        for from in names(&text) {
            for to in names(&text) {
                let Ok(connected) = apply(&text, &[connect(&from, &to)]) else { continue };
                let Ok(back) = apply(&connected, &[disconnect(&from, &to)]) else {
                    // Clients call somebody else instead.
                    assert!(connected.contains(&format!("\"{from}\": Clients(")), "{path}: {from} to {to}");
                    continue;
                };
                assert_eq!(back, text, "{path}: {from} to {to}");
                made += 1;
            }
        }
    }
    assert!(made > 20, "{made}");
}

#[test]
fn nodes_go_and_nothing_is_left_of_them() {
    let (mut removed, mut sound) = (0, 0);
    for (path, text) in models() {
        for name in names(&text) {
            let without = edited(&text, Edit::RemoveNode { name: name.clone() });
            let scenario =
                read::<Scenario>(&without).unwrap_or_else(|problems| panic!("{path}: {problems:?}"));
            assert!(!scenario.nodes.contains_key(&name));
            let lost = comments(&text).len() - comments(&without).len();
            assert!(lost <= 1, "{path}: {name} takes along {lost} comments\n{without}");
            removed += 1;
            match compile(&without, &|_| None) {
                Ok(_) => sound += 1,
                // Nobody is left who makes or who takes requests.
                Err(problems) => {
                    let codes: Vec<_> = problems.iter().map(|it| it.code).collect();
                    let known = ["no-clients", "unknown-node", "empty", "unknown-class"];
                    assert!(
                        codes.iter().all(|code| known.contains(code)),
                        "{path}: {name}: {problems:?}\n{without}"
                    );
                }
            }
        }
    }
    assert!(removed > 40 && sound * 3 > removed, "{sound} of {removed}");
}

#[test]
fn a_node_of_any_kind_can_be_added_to_any_model() {
    for (path, text) in models() {
        for kind in KINDS {
            let variant = kind.variant.to_owned();
            let added =
                edited(&text, Edit::AddNode { name: "one-more".into(), kind: variant, x: 10.0, y: 20.0 });
            if let Err(problems) = compile(&added, &|_| None) {
                panic!("{path}: {}: {problems:?}", kind.variant);
            }
            let without = edited(&added, Edit::RemoveNode { name: "one-more".into() });
            assert_eq!(structure(&without), structure(&text), "{path}: {}", kind.variant);
            assert_eq!(comments(&without), comments(&text), "{path}: {}", kind.variant);
        }
    }
}

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["users", "lb", "app", "db", "cache", "one", "two", "Bad name", "", "a->b"])
        .prop_map(str::to_owned)
}

fn path() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "nodes.app.serve.0",
        "nodes.app.serve.2.branches",
        "nodes.app.serve",
        "nodes.lb.policy",
        "nodes.lb.to",
        "nodes.users.load.rate",
        "links.\"app->db\".latency",
        "timeline.0",
        "cases.a",
        "expect",
        "run",
        "a..b",
        "",
    ])
    .prop_map(str::to_owned)
}

fn value() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "5",
        "2s",
        "Random",
        "[Call(to: \"db\"), Get(cache: \"cache\", miss: [Call(to: \"one\")])]",
        "[\"one\", \"app\"]",
        "Cpu(Exp(\"1ms\"))",
        "p99(users) < 1s + p50(app)",
        "LeastConnections",
        "\"",
        "(",
        "// x",
        "",
    ])
    .prop_map(str::to_owned)
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![0.0..1e4, any::<f64>()]
}

fn edit() -> impl Strategy<Value = Edit> {
    let kind =
        prop::sample::select(KINDS.iter().map(|kind| kind.variant).chain(["Queue"]).collect::<Vec<_>>());
    prop_oneof![
        (path(), value()).prop_map(|(path, value)| Edit::Set { path, value }),
        path().prop_map(|path| Edit::Remove { path }),
        (path(), value()).prop_map(|(path, value)| Edit::Append { path, value }),
        (name(), kind, number(), number()).prop_map(|(name, kind, x, y)| Edit::AddNode {
            name,
            kind: kind.to_owned(),
            x,
            y
        }),
        name().prop_map(|name| Edit::RemoveNode { name }),
        (name(), name()).prop_map(|(name, to)| Edit::RenameNode { name, to }),
        (name(), name()).prop_map(|(from, to)| Edit::Connect { from, to }),
        (name(), name()).prop_map(|(from, to)| Edit::Disconnect { from, to }),
        (name(), number(), number()).prop_map(|(name, x, y)| Edit::Place { name, x, y }),
        (number(), path(), value()).prop_map(|(at, path, value)| Edit::Change { at, path, value }),
        (number(), name()).prop_map(|(at, name)| Edit::Fault {
            at,
            fault: format!("Crash(target: \"{name}/0\", for: \"1s\")"),
        }),
    ]
}

const START: &str = r#"// What is asked?
(
    nodes: {
        "users": Clients(to: "lb", load: Open(rate: "9/s"), key: Zipf(n: 10, s: 1)), // who asks
        "lb": Balancer(to: ["app"]), /* in front */
        "app": Service(serve: [
            Get(cache: "cache", miss: [
                // the slow way
                Call(to: "db"), Call(to: "db", timeout: "1s") // twice
            ]),
            Cpu(Exp("1ms")),
            Parallel(branches: [[Call(to: "db")], []]) ]),
        "cache": Cache(capacity: 5),
        "db": Database(read: Exp("1ms")),
    },
    links: {"app->db": (latency: Constant("1ms"))},
    timeline: [At("1s", Set("nodes.app.serve.1.Cpu", "Exp(\"2ms\")")), At("2s", Hang(target: "app", for: "1s"))],
    cases: {"a": {"nodes.app.serve.0.miss.1.timeout": "2s", "nodes.app.serve": "[Call(to: \"db\")]"}},
    expect: ["p99(users) < 2s", "utilization(db)@a < 1 - error_rate(users)"],
)
"#;

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_edits_breaks_the_text(edits in prop::collection::vec(edit(), 1..12)) {
        let mut text = START.to_owned();
        for edit in edits {
            let was_read = read::<Scenario>(&text).is_ok();
            let Ok(next) = apply(&text, std::slice::from_ref(&edit)) else { continue };
            prop_assert!(scan(&next).is_ok(), "{edit:?}\n{text}\n{next}");
            let is_of_values = matches!(
                edit,
                Edit::Set { .. } | Edit::Remove { .. } | Edit::Append { .. } | Edit::Fault { .. } | Edit::Change { .. }
            );
            prop_assert!(
                is_of_values || !was_read || read::<Scenario>(&next).is_ok(),
                "{edit:?}\n{text}\n{next}"
            );
            text = next;
        }
    }
}
