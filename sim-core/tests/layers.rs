//! The layers of `sim-core`: a module uses its own layer and earlier ones, never a later one.
//!
//! What counts is every path from the root of the crate, in `use` lines and elsewhere, outside comments, strings and
//! unit tests. So an arrow that runs back up fails here, with its file and line.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The earliest first: a layer stands on those before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Layer {
    Ground,
    Said,
    Happens,
    Told,
}
use Layer::{Ground, Happens, Said, Told};

struct Module {
    name: &'static str,
    layer: Layer,
    /// What it leaves alone within its own layer.
    avoids: &'static [&'static str],
}

const fn module(name: &'static str, layer: Layer, avoids: &'static [&'static str]) -> Module {
    Module { name, layer, avoids }
}

const MODULES: &[Module] = &[
    module("time", Ground, &[]),
    module("quantity", Ground, &[]),
    module("math", Ground, &[]),
    module("random", Ground, &[]),
    module("distribution", Ground, &[]),
    module("arena", Ground, &[]),
    module("sorted", Ground, &[]),
    module("diagnostic", Ground, &[]),
    module("theory", Ground, &[]),
    module("statistics", Ground, &[]),
    module("scenario", Said, &[]),
    module("component", Said, &[]),
    module("compile", Said, &[]),
    module("policy", Said, &["component", "compile", "scenario"]),
    module("model", Said, &["component", "compile", "scenario"]),
    module("engine", Happens, &[]),
    module("observe", Happens, &[]),
    module("report", Told, &[]),
    module("catalogue", Told, &["engine"]),
    module("graph", Told, &[]),
    module("editing", Told, &["engine", "observe"]),
    module("experiment", Told, &[]),
    module("live", Told, &[]),
];

#[test]
fn modules_use_their_own_layer_and_earlier_ones() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut faults = Vec::new();
    for file in rust_files(&source) {
        let inside = file.strip_prefix(&source).expect("the files lie under the source folder");
        let text = fs::read_to_string(&file).expect("a listed file can be read");
        faults.extend(faults_in(inside, &text));
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn the_table_names_each_module_once() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let found: BTreeSet<String> = rust_files(&source)
        .iter()
        .filter_map(|file| module_path(file.strip_prefix(&source).ok()?).first().cloned())
        .collect();
    let listed: BTreeSet<String> = MODULES.iter().map(|module| module.name.to_owned()).collect();
    assert_eq!(listed.len(), MODULES.len(), "a module is listed twice");
    let unlisted: Vec<_> = found.difference(&listed).collect();
    assert!(unlisted.is_empty(), "give these a layer in tests/layers.rs: {unlisted:?}");
    // The last module to come is the sign that the house is complete.
    let missing: Vec<_> = listed.difference(&found).collect();
    assert!(
        missing.is_empty() || !found.contains("experiment"),
        "tests/layers.rs lists, but src lacks: {missing:?}"
    );
}

#[test]
fn a_planted_violation_is_caught() {
    for (file, text, expected) in [
        ("policy/balance.rs", "\nuse crate::engine::State;", "policy/balance.rs:2: `policy` uses `engine`"),
        ("time.rs", "fn f() { crate::report::show() }", "time.rs:1: `time` uses `report`"),
        (
            "model.rs",
            "use crate::{\n    time::Time,\n    component::{Kind, Node},\n};",
            "model.rs:3: `model` uses `component`",
        ),
        ("policy.rs", "use crate::component;", "policy.rs:1: `policy` uses `component`"),
        (
            "model/compile.rs",
            "use super::super::engine::Engine;",
            "model/compile.rs:1: `model` uses `engine`",
        ),
        (
            "scenario.rs",
            "use crate::Engine;",
            "scenario.rs:1: `Engine` is not a module: name the one it is in",
        ),
        ("math.rs", "const QUOTE: char = '\"'; use crate::model::Model;", "math.rs:1: `math` uses `model`"),
        ("math.rs", "#[cfg(test)]\nmod tests {}\nuse crate::model;", "math.rs:3: `math` uses `model`"),
    ] {
        let faults = faults_in(Path::new(file), text);
        assert!(faults.len() == 1 && faults[0].starts_with(expected), "{text}: {faults:?}");
    }
}

#[test]
fn what_is_allowed_is_not_reported() {
    for (file, text) in [
        (
            "component/client.rs",
            "use crate::model::Step;\nuse crate::{policy, time::Time};\nuse super::Kind;",
        ),
        ("scenario.rs", "use crate::component::Component;"),
        (
            "engine.rs",
            "//! See [`crate::report`].\n/* crate::report */ const TEXT: &str = \"crate::report\";",
        ),
        ("engine.rs", "const TEXT: &str = r#\"\"crate::report\"#; fn life<'a>(x: &'a str) -> char { '\\'' }"),
        ("engine/agenda.rs", "use super::state::State;\npub(crate) use crate::engine::visit::Visit;"),
        ("policy.rs", "#[cfg(test)]\nmod tests {\n    use crate::component::Kind;\n    fn f() { {} }\n}\n"),
        ("policy/balance/tests.rs", "use crate::engine::Engine;"),
        ("lib.rs", "pub use crate::report::Report;"),
    ] {
        assert_eq!(faults_in(Path::new(file), text), Vec::<String>::new(), "{file}: {text}");
    }
}

/// What `text`, the source file at `file` under the source folder, uses and may not: `file:line: …`.
fn faults_in(file: &Path, text: &str) -> Vec<String> {
    let path = module_path(file);
    if path.last().is_some_and(|name| name == "tests") {
        return Vec::new();
    }
    let Some(user) = path.first().and_then(|name| MODULES.iter().find(|module| module.name == name)) else {
        return Vec::new();
    };
    let code = without_tests(without_text(text));
    let mut faults = Vec::new();
    for (at, used) in root_names(&code, path.len()) {
        let line = code[..at].iter().filter(|&&letter| letter == '\n').count() + 1;
        let place = format!("{}:{line}", file.display()).replace('\\', "/");
        match MODULES.iter().find(|module| module.name == used) {
            None => faults.push(format!("{place}: `{used}` is not a module: name the one it is in")),
            Some(used) if used.layer > user.layer || user.avoids.contains(&used.name) => {
                faults.push(format!(
                    "{place}: `{}` uses `{}`, and {:?} does not stand on it",
                    user.name, used.name, user.layer
                ))
            }
            Some(_) => {}
        }
    }
    faults
}

/// The modules a file stands for, outermost first; none for the crate's own file.
fn module_path(file: &Path) -> Vec<String> {
    let mut path: Vec<String> = file.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let last = path.pop().unwrap_or_default();
    match last.trim_end_matches(".rs") {
        "lib" | "mod" => {}
        name => path.push(name.to_owned()),
    }
    path
}

/// Every name that `code` takes from the root of the crate, with its place; `depth` is how deep its file's module is.
fn root_names(code: &[char], depth: usize) -> Vec<(usize, String)> {
    let mut names = Vec::new();
    let mut at = 0;
    while at < code.len() {
        let (word, end) = word_at(code, at);
        let mut next = end;
        let mut climbed = 0;
        match word.as_str() {
            "" => {
                at += 1;
                continue;
            }
            "crate" => {}
            "super" => {
                climbed = 1;
                while let Some(after) = colons(code, next) {
                    let (word, end) = word_at(code, after);
                    if word != "super" {
                        break;
                    }
                    climbed += 1;
                    next = end;
                }
            }
            _ => {
                at = end;
                continue;
            }
        }
        at = next;
        let Some(after) = colons(code, next) else { continue };
        for (place, name) in first_names(code, after) {
            // `super` in a nested block counts one too many, so only the name of another module is taken to be one.
            let is_root =
                climbed == 0 || climbed >= depth && MODULES.iter().any(|module| module.name == name);
            let is_macro = code.get(place + name.chars().count()) == Some(&'!');
            if is_root && !is_macro && name != "self" {
                names.push((place, name));
            }
        }
    }
    names
}

/// The name at `at`, or the first name of each path in the group there.
fn first_names(code: &[char], at: usize) -> Vec<(usize, String)> {
    if code.get(at) != Some(&'{') {
        return vec![(at, word_at(code, at).0)];
    }
    let mut names = Vec::new();
    let mut depth = 0;
    let mut is_start = false;
    let mut at = at;
    while at < code.len() {
        match code[at] {
            '{' => depth += 1,
            '}' if depth == 1 => break,
            '}' => depth -= 1,
            _ => {}
        }
        if matches!(code[at], '{' | ',') {
            is_start = depth == 1;
        }
        let (word, end) = word_at(code, at);
        if word.is_empty() {
            at += 1;
            continue;
        }
        if is_start {
            names.push((at, word));
            is_start = false;
        }
        at = end;
    }
    names
}

/// The place after `::`, which may have blanks around it.
fn colons(code: &[char], at: usize) -> Option<usize> {
    let skip = |mut at: usize| {
        while code.get(at).is_some_and(|letter| letter.is_whitespace()) {
            at += 1;
        }
        at
    };
    let at = skip(at);
    (code.get(at..at + 2)? == [':', ':']).then(|| skip(at + 2))
}

/// The word that starts at `at`, empty if none does, and where it ends.
fn word_at(code: &[char], at: usize) -> (String, usize) {
    let word: String =
        code[at..].iter().take_while(|letter| letter.is_alphanumeric() || **letter == '_').collect();
    let end = at + word.chars().count();
    (word, end)
}

/// `text` with comments, strings and characters blanked, line by line as before.
fn without_text(text: &str) -> Vec<char> {
    let mut code: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < code.len() {
        let rest = &code[at..];
        let length = match rest {
            ['/', '/', ..] => rest.iter().take_while(|&&letter| letter != '\n').count(),
            ['/', '*', ..] => comment_length(rest),
            ['r', '"' | '#', ..] if at == 0 || !code[at - 1].is_alphanumeric() => raw_string_length(rest),
            ['"', ..] => quoted_length(rest, '"'),
            ['\'', '\\', ..] | ['\'', _, '\'', ..] => quoted_length(rest, '\''),
            _ => 0,
        };
        for letter in code[at..at + length].iter_mut().filter(|letter| **letter != '\n') {
            *letter = ' ';
        }
        at += length.max(1);
    }
    code
}

fn comment_length(code: &[char]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < code.len() {
        match code[at..] {
            ['/', '*', ..] => depth += 1,
            ['*', '/', ..] => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            break;
        }
    }
    at
}

/// Of `r"…"` or `r#"…"#`; none for a raw name such as `r#type`.
fn raw_string_length(code: &[char]) -> usize {
    let hashes = code[1..].iter().take_while(|&&letter| letter == '#').count();
    if code.get(1 + hashes) != Some(&'"') {
        return 0;
    }
    let mut end = vec!['"'];
    end.extend(vec!['#'; hashes]);
    let start = 2 + hashes;
    let length = code[start..].windows(end.len()).position(|window| window == end);
    length.map_or(code.len(), |length| start + length + end.len())
}

fn quoted_length(code: &[char], quote: char) -> usize {
    let mut at = 1;
    while at < code.len() && code[at] != quote {
        at += if code[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(code.len())
}

/// `code` with the modules of unit tests blanked: a test may look at anything.
fn without_tests(mut code: Vec<char>) -> Vec<char> {
    let mark: Vec<char> = "#[cfg(test)]".chars().collect();
    let mut from = 0;
    while let Some(found) = code[from..].windows(mark.len()).position(|window| window == mark) {
        let start = from + found;
        let mut depth = 0;
        from = start + mark.len();
        while from < code.len() {
            match code[from] {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            from += 1;
            if depth == 0 && matches!(code[from - 1], '}' | ';') {
                break;
            }
        }
        for letter in code[start..from].iter_mut().filter(|letter| **letter != '\n') {
            *letter = ' ';
        }
    }
    code
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the source folder can be read") {
        let path = entry.expect("its entries can be read").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}
