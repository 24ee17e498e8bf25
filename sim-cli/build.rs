//! Puts into the command what it carries: the scenarios of `models/` for `escala new`, and the built page for `escala serve`.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Workloads to measure the engine with, and sweeps of other scenarios; nobody starts from them.
const LEFT_OUT: &[&str] = &["bench", "sweeps"];

fn main() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    write_out("templates.rs", &templates(&here.join("../models")));
    if env::var_os("CARGO_FEATURE_SERVE").is_some() {
        write_out("page.rs", &page(&here.join("../sim-web/ui/dist")));
    }
}

/// The scenarios as a table of templates.
fn templates(models: &Path) -> String {
    println!("cargo::rerun-if-changed={}", models.display());
    let mut rows = String::new();
    for path in files(models).iter().filter(|path| path.extension().is_some_and(|ending| ending == "ron")) {
        let topic = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        if LEFT_OUT.contains(&topic.as_ref()) {
            continue;
        }
        println!("cargo::rerun-if-changed={}", path.display());
        writeln!(rows, "    Template {{ name: {name:?}, topic: {topic:?}, text: include_str!({path:?}) }},")
            .expect("a string can be written to");
    }
    format!("const TEMPLATES: &[Template] = &[\n{rows}];\n")
}

/// The files of the page with their paths in it; none where it has not been built, which is no mistake.
fn page(built: &Path) -> String {
    // Cargo takes a folder that is not there as one that changes all the time, and would build the command anew each time.
    let _ = fs::create_dir_all(built);
    println!("cargo::rerun-if-changed={}", built.display());
    let mut rows = String::new();
    for path in files(built) {
        let name =
            path.strip_prefix(built).expect("it lies in the folder").to_string_lossy().replace('\\', "/");
        writeln!(rows, "    ({name:?}, include_bytes!({path:?})),").expect("a string can be written to");
    }
    format!("const BUILT_IN: &[(&str, &[u8])] = &[\n{rows}];\n")
}

fn write_out(name: &str, text: &str) {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where to write"));
    fs::write(out.join(name), text).expect("the folder that cargo gives can be written to");
}

/// All files under `folder`, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}
