//! The scenarios in the documentation compile, run and hold what they claim: every block ```` ```ron ```` that holds a
//! whole scenario.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sim_core::compile::case;
use sim_core::experiment::sweep::Sweep;
use sim_core::report::Report;
use sim_core::report::claim::BASE;
use sim_core::report::run::Prepared;

mod common;
use common::files;

/// So long a scenario of the documentation may take; one that needs more is no example.
const MOST_EVENTS: u64 = 20_000_000;

#[test]
fn scenarios_in_the_documentation_run_and_hold_what_they_claim() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut pages = vec![root.join("README.md")];
    pages.extend(files(&root.join("docs"), "md"));
    let mut scenarios = 0;
    for page in pages {
        let text = fs::read_to_string(&page).expect("a listed page can be read");
        let blocks = blocks(&text);
        for (line, language, block) in &blocks {
            if language == "ron" && (block.contains("Scenario(") || block.contains("nodes:")) {
                let place = format!("{}:{line}", page.display());
                run(&place, block, &|name| file(&blocks, name));
                scenarios += 1;
            } else if language == "ron" && Sweep::is_meant(block) {
                let place = format!("{}:{line}", page.display());
                Sweep::read(block).unwrap_or_else(|problems| panic!("{place}: {problems:?}"));
            }
        }
    }
    assert!(scenarios >= 10, "only {scenarios} scenarios were found");
}

fn run(place: &str, text: &str, files: &dyn Fn(&str) -> Option<String>) {
    let prepared = |text: &str| {
        Prepared::new(text, files).unwrap_or_else(|problems| {
            let shown: Vec<String> = problems.iter().map(|one| one.render(place, text, false)).collect();
            panic!("{}", shown.join("\n"));
        })
    };
    let base = prepared(text);
    let mut reports: BTreeMap<String, Report> = BTreeMap::new();
    reports.insert(BASE.to_owned(), report(place, &base));
    for name in base.compiled.scenario.cases.keys() {
        let edited = case(text, name).expect("it is a case of this scenario");
        reports.insert(name.clone(), report(&format!("{place} @{name}"), &prepared(&edited)));
    }
    let runs = reports.iter().map(|(name, report)| (name.clone(), report)).collect();
    for result in base.claims.check(&runs) {
        assert!(result.holds, "{place}: `{}`: {}, {}", result.claim, result.value, result.why);
    }
}

fn report(place: &str, prepared: &Prepared) -> Report {
    let mut engine = prepared.engine(None);
    let mut watch = prepared.watch();
    let is_over = watch.advance(&mut engine, MOST_EVENTS).is_some();
    assert!(is_over, "{place}: still running after {MOST_EVENTS} events");
    let report = watch.report(&engine);
    assert!(report.is_sound(), "{place}: a self-check failed");
    report
}

/// A file that a page shows: a block of CSV whose fence says its name, as in ```` ```csv traffic.csv ````.
fn file(blocks: &[(usize, String, String)], name: &str) -> Option<String> {
    let fence = format!("csv {name}");
    blocks.iter().find(|(_, language, _)| *language == fence).map(|(_, _, block)| block.clone())
}

/// The fenced blocks of a page: line, what the fence says, text.
fn blocks(page: &str) -> Vec<(usize, String, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String, String)> = None;
    for (number, line) in (1..).zip(page.lines()) {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => open = Some((number, language.trim().to_owned(), String::new())),
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some((_, _, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}
