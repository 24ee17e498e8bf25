//! Scenarios with mistakes: each mistake is told at its exact place, and all of them at once.
//!
//! Every file in `tests/diagnostics` says in comments what is wrong with its lines: `// error 13-22: message; help`, the columns
//! counted from 1 and the second one being the first after the mistake. `UPDATE_EXPECT=1` writes the comments anew.

use std::path::{Path, PathBuf};

use sim_core::compile::compile;
use sim_core::diagnostic::{Diagnostic, Lines, Severity};

/// A finding as a comment says it, with the line it is about.
fn annotation(diagnostic: &Diagnostic, lines: &Lines<'_>) -> (u32, String) {
    let word = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let place = diagnostic.span.as_ref().map(|span| lines.place(span)).expect("every finding has a place");
    let help = diagnostic.help.as_ref().map_or(String::new(), |help| format!("; {help}"));
    let end = match place.end_line == place.line {
        true => place.end_column.to_string(),
        false => format!("{}:{}", place.end_line, place.end_column),
    };
    (place.line, format!("// {word} {}-{end}: {}{help}", place.column, diagnostic.message))
}

/// Where the annotations of a line begin.
fn annotations_start(line: &str) -> usize {
    ["// error ", "// warning "].iter().filter_map(|word| line.find(word)).min().unwrap_or(line.len())
}

fn without_annotations(text: &str) -> String {
    let lines = text.lines().map(|line| line[..annotations_start(line)].trim_end());
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

fn with_annotations(text: &str) -> String {
    let found = match compile(text, &|_| None) {
        Ok(compiled) => compiled.warnings,
        Err(problems) => problems,
    };
    let places = Lines::new(text);
    let notes: Vec<(u32, String)> = found.iter().map(|one| annotation(one, &places)).collect();
    let mut annotated = String::new();
    for (line, number) in text.lines().zip(1..) {
        annotated.push_str(line);
        for (_, note) in notes.iter().filter(|(at, _)| *at == number) {
            annotated.push_str("  ");
            annotated.push_str(note);
        }
        annotated.push('\n');
    }
    annotated
}

#[test]
fn every_mistake_is_told_at_its_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
    let entries = std::fs::read_dir(&folder).expect("the folder is there");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    paths.sort();
    let mut mistakes = 0;
    for path in &paths {
        let expected = std::fs::read_to_string(path).expect("it can be read");
        let bare = without_annotations(&expected);
        let told = with_annotations(&bare);
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(path, &told).expect("it can be written");
        } else {
            assert_eq!(expected, told, "{}: what is told differs from what the comments say", path.display());
            // The comments themselves change nothing.
            assert_eq!(compile(&expected, &|_| None).is_ok(), compile(&bare, &|_| None).is_ok());
        }
        let count = told.lines().filter(|line| annotations_start(line) < line.len()).count();
        assert!(count > 0, "{}: nothing is told", path.display());
        mistakes += count;
    }
    assert!(paths.len() >= 20 && mistakes >= 40, "{} files, {mistakes} lines with mistakes", paths.len());
}

/// A scenario whose every truncation and every blanked word goes through the compiler.
#[test]
fn no_text_makes_the_compiler_panic() {
    let text = include_str!("data/sound.ron");
    for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
        let _ = compile(&text[..end], &|_| None);
    }
    let words: Vec<(usize, &str)> =
        text.match_indices(|c: char| c == '"' || c.is_ascii_digit() || c == '(').collect();
    for (at, word) in words {
        for put in ["", "0", "-1", "99999999999", "\"x\"", "[", "1e300"] {
            let broken = format!("{}{put}{}", &text[..at], &text[at + word.len()..]);
            let _ = compile(&broken, &|_| None);
        }
    }
}

/// Texts that comments about them would change.
const BROKEN: &[&str] = &[
    "Scenario(nodes: {\"cache\": Cache(evict: \"Lru)})",
    "Scenario(nodes: {\"users\": Clients(to: app-1)})",
    "Scenario(nodes: {\"cache\": Cache()}",
    "Scenario(nodes: {\"app\": Service(), \"u\": Clients(to: \"app\", load: Open(rate: \"1/s\"))}, cases: {\"c\": {\"nodes.ap.cores\": 2}})",
    "Scenario(run: Run(seed: 1), nodes: {})",
    "Scenario(nodes: {\"lb\": Balancer(to: [], policy: Random())})",
    "Scenario(nodes: {\"lb\": Balancer(to: [], policy: \"Random\")})",
];

/// What a fix promises: the problem it answers is gone.
#[test]
fn every_fix_removes_its_problem() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
    let found = |text: &str| match compile(text, &|_| None) {
        Ok(compiled) => compiled.warnings,
        Err(problems) => problems,
    };
    let mut fixed = std::collections::BTreeMap::new();
    let paths = std::fs::read_dir(&folder).expect("the folder is there");
    let files = paths
        .map(|entry| std::fs::read_to_string(entry.expect("it can be read").path()).expect("it can be read"));
    let texts =
        files.map(|text| without_annotations(&text)).chain(BROKEN.iter().map(|text| (*text).to_owned()));
    for text in texts {
        for problem in found(&text) {
            let help = problem.help.clone().unwrap_or_default();
            let Some(fix) = &problem.fix else {
                assert!(!help.starts_with("did you mean"), "no fix: {problem:?} in\n{text}");
                continue;
            };
            let mut edited = text.clone();
            edited.replace_range(fix.span.clone(), &fix.replacement);
            let is_same =
                |other: &&Diagnostic| (other.code, &other.message) == (problem.code, &problem.message);
            let (before, after) = (found(&text), found(&edited));
            let (before, after) =
                (before.iter().filter(is_same).count(), after.iter().filter(is_same).count());
            assert!(after < before, "{problem:?} is still there in\n{edited}");
            *fixed.entry(problem.code).or_insert(0) += 1;
        }
    }
    let expected = [
        "missing-brackets",
        "missing-comma",
        "needless-brackets",
        "not-a-number",
        "stray-token",
        "unclosed-bracket",
        "unclosed-text",
        "unknown-class",
        "unknown-field",
        "unknown-host",
        "unknown-instance",
        "unknown-node",
        "unknown-path",
        "unknown-variant",
        "wrong-type",
        "wrong-value",
    ];
    for code in &expected {
        assert!(
            fixed.contains_key(*code),
            "no scenario in tests/diagnostics has a fix of `{code}`: {fixed:?}"
        );
    }
}
