//! Every verb but `run`, from the outside.

use crate::support::{Place, SMALL};

#[test]
fn check_finds_all_mistakes_at_their_places() {
    let place = Place::with_small();
    let fine = place.escala(&["check", "small.ron"]).ended_with(0);
    assert_eq!((fine.stdout.as_str(), fine.stderr.as_str()), ("", "1 scenario checked, nothing is wrong\n"));
    assert_eq!(place.escala(&["check", "small.ron", "--json"]).ended_with(0).json(), serde_json::json!([]));
    place.write("broken.ron", &SMALL.replace("RoundRobin", "RoundRobbin").replace("seed: 7", "sead: 7"));
    let shown = place.escala(&["check", "small.ron", "broken.ron"]).ended_with(3);
    assert!(
        shown.stderr.contains("broken.ron:3:11") && shown.stderr.contains("broken.ron:6:45"),
        "{}",
        shown.stderr
    );
    assert!(shown.stderr.ends_with("2 scenarios checked, 2 errors\n"), "{}", shown.stderr);
    let list = place.escala(&["check", "broken.ron", "--json"]).ended_with(3).json();
    assert_eq!(list.as_array().map(Vec::len), Some(2));
    let keys: Vec<&String> = list[0].as_object().unwrap().keys().collect();
    let expected =
        ["code", "column", "end_column", "end_line", "file", "help", "line", "message", "severity"];
    let mut sorted = keys.clone();
    sorted.sort();
    assert_eq!(sorted, expected);
    assert_eq!(
        (&list[0]["file"], &list[0]["line"], &list[0]["column"]),
        (&"broken.ron".into(), &3.into(), &11.into())
    );
}

#[test]
fn check_looks_at_claims_and_at_every_case() {
    let place = Place::new();
    place.write("claim.ron", &SMALL.replace("p99(users)", "p98(users)"));
    let done = place.escala(&["check", "claim.ron"]).ended_with(3);
    assert!(done.stderr.contains("claim.ron:11:15"), "{}", done.stderr);
    place.write(
        "case.ron",
        &SMALL.replace("\"nodes.app.instances\": \"2\"", "\"nodes.app.instances\": \"two\""),
    );
    let done = place.escala(&["check", "case.ron"]).ended_with(3);
    assert!(done.stderr.contains("case.ron:10:"), "{}", done.stderr);
}

#[test]
fn quiet_keeps_errors_and_drops_notes() {
    let place = Place::with_small();
    assert_eq!(place.escala(&["-q", "check", "small.ron"]).ended_with(0).stderr, "");
    place.write("broken.ron", "Scenario(");
    assert!(place.escala(&["check", "broken.ron", "-q"]).ended_with(3).stderr.contains("error"));
    assert!(place.escala(&["check", "missing.ron", "-q"]).ended_with(2).stderr.contains("missing.ron"));
}

#[test]
fn test_runs_every_case_and_counts() {
    let place = Place::new();
    place.write("models/a/good.ron", SMALL);
    place.write("models/b/plain.ron", &SMALL.replace("cases:", "cases: {}, layout: {}, //"));
    let done = place.escala(&["test", "models"]).ended_with(0);
    assert!(done.stdout.ends_with("\n2 passed, 0 failed\n"), "{}", done.stdout);
    assert!(done.stdout.contains("models/a/good.ron   2 runs, 1 claim,"), "{}", done.stdout);
    place.write("models/wrong.ron", &SMALL.replace("p99(users) < 10s", "p99(users) < 1us"));
    place.write("models/broken.ron", "Scenario(nodes: {})");
    let done = place.escala(&["test", "models"]).ended_with(1);
    assert!(done.stdout.ends_with("\n2 passed, 2 failed\n"), "{}", done.stdout);
    assert!(done.stdout.contains("p99(users) < 1us does not hold"), "{}", done.stdout);
    assert!(done.stdout.contains("escala check models/broken.ron"), "{}", done.stdout);
    let list = place.escala(&["test", "models", "--json"]).ended_with(1).json();
    let good = &list[0];
    assert_eq!((&good["model"], &good["passed"]), (&"models/a/good.ron".into(), &true.into()));
    assert_eq!((&good["rows"][0]["case"], &good["rows"][1]["case"]), (&"fast".into(), &"slow".into()));
    assert_eq!(good["expect"][0]["holds"], true);
    assert!(good["rows"][0]["digest"].is_string());
}

#[test]
fn goldens_are_written_compared_and_missed() {
    let place = Place::new();
    place.write("models/a/small.ron", SMALL);
    place.write("models/b.ron", &SMALL.replace("cases:", "cases: {}, layout: {}, //"));
    place.escala(&["test", "models", "--bless"]).ended_with(0);
    let goldens = place.read("models/goldens.txt");
    let heads: Vec<String> =
        goldens.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(heads, ["a/small.ron fast", "a/small.ron slow", "b.ron -"]);
    place.escala(&["test", "models"]).ended_with(0);
    place.escala(&["test", "models/b.ron", "--goldens", "models/goldens.txt"]).ended_with(0);
    let report = place.escala(&["run", "models/b.ron", "--json"]).json();
    let line = format!("b.ron - {} {}\n", report["events"], report["digest"].as_str().unwrap());
    assert!(goldens.contains(&line), "{goldens} lacks {line}");
    place.write("models/goldens.txt", &goldens.replace("b.ron -", "c.ron -"));
    let done = place.escala(&["test", "models"]).ended_with(1);
    assert!(done.stdout.contains("has no golden line"), "{}", done.stdout);
    assert!(done.stdout.contains("models/c.ron"), "{}", done.stdout);
    assert!(done.stdout.ends_with("1 passed, 2 failed\n"), "{}", done.stdout);
    place.write("models/goldens.txt", &goldens.replace("a/small.ron slow ", "a/small.ron slow 1"));
    assert!(place.escala(&["test", "models"]).ended_with(1).stdout.contains("as before"));
    place.write("models/goldens.txt", "nonsense\n");
    place.escala(&["test", "models"]).ended_with(2);
}

#[test]
fn explain_tells_steps_and_defaults() {
    let place = Place::with_small();
    let told = place.escala(&["explain", "small.ron"]).ended_with(0).stdout;
    for words in ["seed 7", "app (service)", "defaults taken", "nodes.app.cores"] {
        assert!(told.contains(words), "{words} is missing in {told}");
    }
    let json = place.escala(&["explain", "small.ron", "--json", "--case", "fast"]).ended_with(0).json();
    assert_eq!((&json["case"], &json["scenario"]), (&"fast".into(), &"small".into()));
    assert!(json["defaults"]["nodes.app.cores"].is_string(), "{json:#}");
    let schema = place.escala(&["explain", "--schema"]).ended_with(0).json();
    assert!(schema["properties"]["nodes"].is_object());
    place.escala(&["explain"]).ended_with(2);
}

#[test]
fn graph_writes_three_languages_and_json() {
    let place = Place::with_small();
    let dot = place.escala(&["graph", "small.ron"]).ended_with(0).stdout;
    assert!(dot.starts_with("digraph") && dot.contains("\"users\" -> \"lb\" [label=\"0.5ms\"]"), "{dot}");
    let mermaid = place.escala(&["graph", "small.ron", "--format", "mermaid"]).ended_with(0).stdout;
    assert!(mermaid.starts_with("flowchart LR") && mermaid.contains("0.5ms"), "{mermaid}");
    place.escala(&["graph", "small.ron", "-o", "small.svg"]).ended_with(0);
    let svg = place.read("small.svg");
    assert!(
        svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>") && svg.contains(">users<"),
        "{svg}"
    );
    let json = place.escala(&["graph", "small.ron", "--json"]).ended_with(0).json();
    assert_eq!(
        json["edges"][1],
        serde_json::json!({"from": "users", "to": "lb", "latency": "0.5ms", "lookup": false})
    );
    place.escala(&["graph", "small.ron", "-o", "small.png"]).ended_with(2);
    place.escala(&["graph", "small.ron", "--case", "none"]).ended_with(3);
}

#[test]
fn fmt_lays_out_in_place_and_checks() {
    let place = Place::new();
    let untidy = SMALL.replace("    nodes", "  nodes").replace("run: (seed", "run:(seed");
    place.write("a.ron", &untidy);
    let checked = place.escala(&["fmt", "--check", "a.ron"]).ended_with(1);
    assert_eq!((checked.stdout.as_str(), place.read("a.ron")), ("a.ron\n", untidy.clone()));
    place.escala(&["fmt", "a.ron"]).ended_with(0);
    let tidy = place.read("a.ron");
    assert_ne!(tidy, untidy);
    assert!(tidy.starts_with("// How long does a request wait"));
    place.escala(&["fmt", "--check", "a.ron"]).ended_with(0);
    assert_eq!(place.escala_with(&["fmt", "-"], &untidy, &[]).ended_with(0).stdout, tidy);
    place.write("broken.ron", "Scenario(");
    let done = place.escala(&["fmt", "broken.ron", "a.ron"]).ended_with(3);
    assert!(done.stderr.contains("broken.ron:1:"), "{}", done.stderr);
    assert_eq!(place.read("broken.ron"), "Scenario(");
}

#[test]
fn new_lists_writes_and_refuses() {
    let place = Place::new();
    let list = place.escala(&["new", "--json"]).ended_with(0).json();
    let Some(first) = list[0]["name"].as_str() else {
        // Without models there is nothing to start from, and that is said.
        place.escala(&["new", "three-tier"]).ended_with(2);
        return;
    };
    assert!(place.escala(&["new"]).ended_with(0).stdout.contains(first));
    place.escala(&["new", first, "-o", "my.ron"]).ended_with(0);
    let text = place.read("my.ron");
    assert!(text.starts_with("//"), "{text}");
    let again = place.escala(&["new", first, "-o", "my.ron"]).ended_with(2);
    assert!(again.stderr.contains("--force"), "{}", again.stderr);
    place.escala(&["new", first, "-o", "my.ron", "--force"]).ended_with(0);
    let unknown = place.escala(&["new", &format!("{first}x")]).ended_with(2);
    assert!(unknown.stderr.contains(&format!("did you mean `{first}`")), "{}", unknown.stderr);
}

#[test]
fn completions_and_manual_pages_name_the_verbs() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = place.escala(&["completions", shell]).ended_with(0).stdout;
        assert!(script.contains("explain") && script.contains("wall-limit"), "{shell}");
    }
    place.escala(&["completions", "tcsh"]).ended_with(2);
    let page = place.escala(&["man"]).ended_with(0).stdout;
    assert!(page.contains(".TH escala 1") && page.contains("130 interrupted"), "{page}");
    let page = place.escala(&["man", "run"]).ended_with(0).stdout;
    assert!(page.contains("wall\\-limit"), "{page}");
    assert!(place.escala(&["man", "rum"]).ended_with(2).stderr.contains("run"));
}

#[test]
fn help_and_version_are_results() {
    let place = Place::new();
    let help = place.escala(&["--help"]).ended_with(0);
    assert!(help.stdout.contains("Exit codes") && help.stderr.is_empty());
    assert!(place.escala(&["--version"]).ended_with(0).stdout.starts_with("escala "));
    assert!(place.escala(&[]).ended_with(2).stderr.contains("Usage"));
    assert!(place.escala(&["chek"]).ended_with(2).stderr.contains("check"));
}
