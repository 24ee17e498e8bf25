//! What the tests of whole runs share: from text to an engine, and what two equal runs have in common.
#![allow(dead_code, reason = "each test uses its part")]

use std::sync::Arc;

use sim_core::compile::{case, compile};
use sim_core::engine::Engine;
use sim_core::observe::record::RequestRecord;
use sim_core::scenario::text::set;

/// The files with this ending in a folder and those below it, in order.
pub fn files(folder: &std::path::Path, ending: &str) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    paths.sort();
    let below = |path: std::path::PathBuf| if path.is_dir() { files(&path, ending) } else { vec![path] };
    let all = paths.into_iter().flat_map(below);
    all.filter(|path| path.extension().is_some_and(|extension| extension == ending)).collect()
}

/// An engine at the start of a scenario that compiles; files it names are not there.
pub fn engine(text: &str) -> Engine {
    let compiled = compile(text, &|_| None).unwrap_or_else(|problems| {
        let shown: Vec<_> = problems.iter().map(|one| one.render("scenario", text, false)).collect();
        panic!("{}", shown.join("\n"))
    });
    let seed = compiled.models[0].run.seed;
    Engine::with_variants(compiled.models.into_iter().map(Arc::new).collect(), seed)
}

/// The engine after the whole run of a scenario, its laws checked.
pub fn finished(text: &str) -> Engine {
    let mut engine = engine(text);
    engine.run();
    assert_eq!(engine.check(), []);
    engine
}

/// Does something with every model of the repository and each of its cases that has a golden, on two threads.
pub fn each_model(check: impl Fn(&str, &str) + Sync) {
    let models = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    let goldens = std::fs::read_to_string(models.join("goldens.txt")).expect("the goldens are there");
    let rows: Vec<&str> = goldens.lines().filter(|line| line.contains(".ron")).collect();
    let check_all = |rows: &[&str]| {
        for row in rows {
            let mut words = row.split_whitespace();
            let (path, name) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            let text = std::fs::read_to_string(models.join(path)).expect("the model is there");
            let text = if name == "-" { text } else { case(&text, name).expect("the case is there") };
            check(&format!("{path}, {name}"), &text);
        }
    };
    let (first, second) = rows.split_at(rows.len() / 2);
    std::thread::scope(|scope| {
        scope.spawn(|| check_all(first));
        check_all(second);
    });
}

/// A model of the repository by its path in `models/`, with some values set.
pub fn model(path: &str, values: &[(&str, &str)]) -> String {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../models").join(path);
    let text = std::fs::read_to_string(&file).expect("the model is there");
    changed(&text, values)
}

/// A scenario with some values set.
pub fn changed(text: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(text.to_owned(), |text, (path, value)| {
        set(&text, path, value)
            .unwrap_or_else(|problem| panic!("{}", problem.render("scenario", &text, false)))
    })
}

/// What two runs share only if every request met the same fate at the same time: the digest and the count of events.
pub fn outcome(engine: &Engine) -> (String, u64) {
    let mut digest = engine.state().tally.digest;
    for (id, node) in engine.model().nodes.enumerate() {
        digest.count(node.tag, 0, engine.state().requests(engine.model(), id));
    }
    (digest.text(), engine.state().events)
}

/// The requests of the client `name`, in the order they were sent.
pub fn requests(text: &str, name: &str) -> Vec<RequestRecord> {
    let mut engine = engine(text);
    engine.record_requests();
    engine.run();
    assert_eq!(engine.check(), []);
    let model = engine.model();
    let source = model
        .sources
        .enumerate()
        .find(|(_, source)| model.nodes[source.node].name == name)
        .map(|(id, _)| id)
        .expect("the client is there");
    let mut records = engine.take_records();
    records.retain(|record| record.source == source);
    records.sort_by_key(|record| (record.sent, record.number));
    records
}
