//! A file holds one idea, and who reads it to its end still knows how it began: none is longer than 500 lines.

use std::path::Path;

mod common;

const MOST_LINES: usize = 500;

/// What may be longer: a table of numbers.
const EXCEPTIONS: &[&str] = &["sim-core/src/distribution/ziggurat_tables.rs"];

#[test]
fn no_file_is_too_long_to_be_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace");
    let mut too_long = Vec::new();
    for part in ["sim-core", "sim-cli", "sim-web", "xtask"] {
        for path in common::files(&root.join(part), "rs") {
            let name = path.strip_prefix(root).expect("it lies below").to_string_lossy().replace('\\', "/");
            let lines = std::fs::read_to_string(&path).expect("it can be read").lines().count();
            if lines > MOST_LINES && !EXCEPTIONS.contains(&name.as_str()) {
                too_long.push(format!("{name} has {lines} lines, {MOST_LINES} are allowed"));
            }
        }
    }
    assert_eq!(too_long, <Vec<String>>::new());
}
