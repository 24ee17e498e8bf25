//! The models in the repository compile.

use std::path::{Path, PathBuf};

use sim_core::model::compile::compile;

fn scenarios(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            scenarios(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "ron") {
            found.push(path);
        }
    }
}

#[test]
fn every_model_compiles() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    let mut paths = Vec::new();
    scenarios(&folder, &mut paths);
    assert!(!paths.is_empty());
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("it can be read");
        let files = |name: &str| std::fs::read_to_string(path.with_file_name(name)).ok();
        match compile(&text, &files) {
            Ok(compiled) => {
                let shown: Vec<String> = compiled
                    .warnings
                    .iter()
                    .map(|warning| warning.render(&path.to_string_lossy(), &text, false))
                    .collect();
                println!("{}", shown.join("\n"));
            }
            Err(problems) => {
                let shown: Vec<String> = problems
                    .iter()
                    .map(|problem| problem.render(&path.to_string_lossy(), &text, false))
                    .collect();
                panic!("{}", shown.join("\n"));
            }
        }
    }
}
