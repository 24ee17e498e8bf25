//! Puts the scenarios of `models/` into the command, for `escala new`.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Workloads to measure the engine with, and sweeps of other scenarios; nobody starts from them.
const LEFT_OUT: &[&str] = &["bench", "sweeps"];

fn main() {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    println!("cargo::rerun-if-changed={}", models.display());
    let mut rows = String::new();
    for path in scenarios(&models) {
        let topic = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        if LEFT_OUT.contains(&topic.as_ref()) {
            continue;
        }
        println!("cargo::rerun-if-changed={}", path.display());
        writeln!(rows, "    Template {{ name: {name:?}, topic: {topic:?}, text: include_str!({path:?}) }},")
            .expect("a string can be written to");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where to write"));
    fs::write(out.join("templates.rs"), format!("const TEMPLATES: &[Template] = &[\n{rows}];\n"))
        .expect("the folder that cargo gives can be written to");
}

/// All scenarios under `folder`, sorted.
fn scenarios(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            found.extend(scenarios(&path));
        } else if path.extension().is_some_and(|extension| extension == "ron") {
            found.push(path);
        }
    }
    found.sort();
    found
}
