//! Every model gives the digest that is written in `models/goldens.txt`: here, in the command, and in WASM.
//!
//! A changed golden is a changed result: raise `RESULTS` and say in the changelog why it is right. The command writes
//! the file anew: `cargo run --release -- test models --bless`.

use std::fs;
use std::path::Path;

#[test]
fn models_give_their_golden_digests() {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    let goldens =
        fs::read_to_string(models.join("goldens.txt")).expect("the goldens are part of the project");
    let rows: Vec<Vec<&str>> = goldens
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert!(!rows.is_empty(), "the goldens name models");
    let (first, second) = rows.split_at(rows.len() / 2);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| failures(&models, second));
        let mut failed = failures(&models, first);
        failed.extend(other.join().expect("no run panics"));
        assert!(failed.is_empty(), "{}", failed.join("\n"));
    });
}

fn failures(models: &Path, rows: &[Vec<&str>]) -> Vec<String> {
    rows.iter().filter_map(|row| failure(models, row).err()).collect()
}

fn failure(models: &Path, row: &[&str]) -> Result<(), String> {
    let [path, case, events, digest] = row else { return Err(format!("a row has four words: {row:?}")) };
    let text = fs::read_to_string(models.join(path)).map_err(|error| format!("{path}: {error}"))?;
    let json = sim_core::run_text(&text, (*case != "-").then_some(*case))
        .map_err(|error| format!("{path}: {error}"))?;
    let run: serde_json::Value = serde_json::from_str(&json).map_err(|error| format!("{path}: {error}"))?;
    let found = (run["events"].to_string(), run["digest"].as_str().unwrap_or("none").to_owned());
    if found == ((*events).to_owned(), (*digest).to_owned()) {
        return Ok(());
    }
    Err(format!("{path} {case}: expected {events} {digest}, found {} {}", found.0, found.1))
}
