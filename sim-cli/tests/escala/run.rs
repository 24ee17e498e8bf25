//! `escala run`, from the outside.

use crate::support::{Place, SMALL, command};

#[test]
fn the_report_is_json_with_the_promised_fields() {
    let report = Place::with_small().escala(&["run", "small.ron", "--json"]).ended_with(0).json();
    for (path, is_right) in [
        ("/schema", report["schema"] == 1),
        ("/results", report["results"].is_u64()),
        ("/scenario", report["scenario"] == "small"),
        ("/seed", report["seed"] == 7),
        ("/digest", report["digest"].as_str().is_some_and(|digest| digest.len() == 16)),
        ("/simulated_s", report["simulated_s"].as_f64() > Some(109.0)),
        ("/warmup_s", report["warmup_s"] == 10.0),
        ("/events", report["events"].as_u64() > Some(10_000)),
        ("/wall_s", report["wall_s"].as_f64() > Some(0.0)),
        ("/stopped", report["stopped"] == "reached"),
        ("/clients/users/offered", report["clients"]["users"]["offered"].as_u64() > Some(6_000)),
        ("/clients/users/failed/timeout", report["clients"]["users"]["failed"]["timeout"].is_u64()),
        ("/clients/users/latency_ms/p999", report["clients"]["users"]["latency_ms"]["p999"].is_f64()),
        ("/nodes/app/utilization", report["nodes"]["app"]["utilization"].is_f64()),
        ("/nodes/app/instances/max", report["nodes"]["app"]["instances"]["max"] == 1),
        ("/nodes/app/per_instance/0/id", report["nodes"]["app"]["per_instance"][0]["id"] == "app/0"),
        ("/expect/0/claim", report["expect"][0]["claim"] == "p99(users) < 10s"),
        ("/expect/0/holds", report["expect"][0]["holds"] == true),
        ("/series", report.get("series").is_none()),
    ] {
        assert!(is_right, "{path}: {report:#}");
    }
    let with_series = Place::with_small().escala(&["run", "small.ron", "--json", "--series"]).json();
    assert!(with_series["series"].as_array().is_some_and(|rows| rows.len() > 10));
}

#[test]
fn the_same_scenario_and_seed_give_the_same_digest_however_it_is_run() {
    let place = Place::with_small();
    let digest = |arguments: &[&str]| {
        place.escala(&[&["run", "small.ron", "--json"], arguments].concat()).json()["digest"].clone()
    };
    let first = digest(&[]);
    assert!(first.is_string());
    for same in [
        &["--seed", "7"][..],
        &["--set", "run.seed=7"],
        &["--case", "slow"],
        &["--threads", "1"],
        &["--requests", "requests.csv"],
        &["--duration", "110s"],
        &["--quiet"],
    ] {
        assert_eq!(digest(same), first, "{same:?}");
    }
    for other in [
        &["--seed", "8"][..],
        &["--case", "fast"],
        &["--set", "nodes.app.instances=3"],
        &["--duration", "60s"],
    ] {
        assert_ne!(digest(other), first, "{other:?}");
    }
    let piped = place.escala_with(&["run", "-", "--json"], SMALL, &[]).ended_with(0).json();
    assert_eq!(piped["digest"], first);
}

#[test]
fn results_go_to_standard_output_or_to_a_file_and_nothing_else_does() {
    let place = Place::with_small();
    // Long enough to be as sure as it says.
    let run = ["run", "small.ron", "--duration", "10000s"];
    let shown = place.escala(&run).ended_with(0);
    assert!(shown.stdout.starts_with("small\n"), "{}", shown.stdout);
    assert_eq!(shown.stderr, "");
    let written = place.escala(&[&run[..], &["--json", "-o", "out.json"]].concat()).ended_with(0);
    assert_eq!((written.stdout.as_str(), written.stderr.as_str()), ("", ""));
    assert!(place.read("out.json").starts_with("{\n"));
    assert_eq!(place.names(), ["out.json", "small.ron"], "no temporary file is left");
}

#[test]
fn a_file_that_cannot_be_written_is_named_and_nothing_is_left() {
    let place = Place::with_small();
    for out in ["no/such/folder.txt", "."] {
        let done = place.escala(&["run", "small.ron", "-o", out]).ended_with(2);
        assert!(
            done.stderr.contains(&format!("`{out}`")) && done.stderr.contains("help:"),
            "{}",
            done.stderr
        );
    }
    assert_eq!(place.names(), ["small.ron"]);
}

#[test]
fn every_request_is_a_line() {
    let place = Place::with_small();
    let report = place
        .escala(&["run", "small.ron", "--json", "--requests", "requests.csv", "--set", "run.warmup=0s"])
        .json();
    let csv = place.read("requests.csv");
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("client,class,key,sent_s,outcome,latency_ms,attempts,instances"));
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let users = &report["clients"]["users"];
    let ended = users["offered"].as_u64().unwrap() - users["in_flight"].as_u64().unwrap();
    assert_eq!(rows.len() as u64, ended);
    let mut sum = 0.0;
    for row in &rows {
        assert_eq!((row.len(), row[0], row[4], row[6], row[7]), (8, "users", "completed", "1", "lb/0 app/0"));
        sum += row[5].parse::<f64>().unwrap();
    }
    // The lines are exact to the nanosecond, and so is the mean.
    let mean = users["latency_ms"]["mean"].as_f64().unwrap();
    assert!((sum / rows.len() as f64 - mean).abs() < 1e-6, "{} and {mean}", sum / rows.len() as f64);
}

#[test]
fn exit_codes_have_one_meaning_each() {
    let place = Place::with_small();
    place.write("invalid.ron", &SMALL.replace("RoundRobin", "RoundRobbin"));
    place.write("wrong.ron", &SMALL.replace("p99(users) < 10s", "p99(users) < 1us"));
    for (arguments, code, says) in [
        (&["run", "small.ron"][..], 0, ""),
        (&["run", "wrong.ron"], 1, ""),
        (&["run", "small.ron", "--set", "run.limits.events=1000"], 1, ""),
        (&["run", "missing.ron"], 2, "`escala new` lists scenarios"),
        (&["run", "."], 2, "is a folder"),
        (&["run"], 2, "Usage"),
        (&["run", "small.ron", "--seed", "x"], 2, "--seed"),
        (&["run", "small.ron", "--set", "nonsense"], 2, "path=value"),
        (&["run", "small.ron", "--wall-limit", "5"], 2, "--wall-limit"),
        (&["run", "invalid.ron"], 3, "did you mean `RoundRobin`"),
        (&["run", "small.ron", "--case", "fst"], 3, "did you mean `fast`"),
        (
            &["run", "small.ron", "--set", "nodes.app.instances=many"],
            3,
            "small.ron with nodes.app.instances=many:",
        ),
    ] {
        let done = place.escala(arguments).ended_with(code);
        assert!(done.stderr.contains(says), "{arguments:?}: {}", done.stderr);
        assert_eq!(done.stdout.is_empty(), code >= 2, "{arguments:?}: {}", done.stdout);
    }
}

#[test]
fn a_claim_that_does_not_hold_is_shown_with_what_was_measured() {
    let place = Place::new();
    place.write("wrong.ron", &SMALL.replace("p99(users) < 10s", "p99(users) < 1us"));
    let done = place.escala(&["run", "wrong.ron"]).ended_with(1);
    assert!(done.stdout.contains("✗  p99(users) < 1us"), "{}", done.stdout);
    assert!(done.stdout.contains("p99(users) < 1us does not hold"), "{}", done.stdout);
}

#[test]
fn claims_that_compare_cases_run_them() {
    let place = Place::new();
    place.write("cases.ron", &SMALL.replace("p99(users) < 10s", "mean(users)@fast < 0.8 * mean(users)@slow"));
    let report = place.escala(&["run", "cases.ron", "--json"]).ended_with(0).json();
    assert_eq!(report["expect"][0]["holds"], true);
    let one = place.escala(&["run", "cases.ron", "--json", "--case", "fast"]).ended_with(0);
    assert_eq!(one.json()["expect"], serde_json::json!([]));
    assert!(one.stderr.contains("escala test cases.ron"), "{}", one.stderr);
}

#[test]
fn waits_for_locks_are_shown_where_there_are_locks() {
    let place = Place::with_small();
    assert!(!place.escala(&["run", "small.ron"]).stdout.contains("lock"));
    let scenario = r#"Scenario(
        run: (duration: "100s"),
        nodes: {
            "users": Clients(to: "app", load: Open(rate: "50/s")),
            "app": Service(serve: [Call(to: "db", write: true)]),
            "db": Database(read: Exp("10ms"), locks: Table),
        },
    )"#;
    place.write("locks.ron", scenario);
    let shown = place.escala(&["run", "locks.ron"]).ended_with(0).stdout;
    let line = shown.lines().find(|line| line.contains(" writes waited for their lock · "));
    assert!(line.is_some_and(|line| line.starts_with("  db: ") && line.contains(" · p99 ")), "{shown}");
}

#[test]
fn a_bound_is_said_clearly() {
    let place = Place::with_small();
    let done = place.escala(&["run", "small.ron", "--set", "run.limits.events=1000"]).ended_with(1);
    assert!(done.stdout.contains("stopped early by the bound on events"), "{}", done.stdout);
    assert!(done.stdout.contains("raise `run.limits.events`"), "{}", done.stdout);
    let long = ["run", "small.ron", "--json", "--wall-limit", "50ms", "--duration", "10000h"];
    let report = place.escala(&long).ended_with(1).json();
    assert_eq!((&report["stopped"], &report["limit"]), (&"limit".into(), &"wall_time".into()));
    assert_eq!(report["digest"], serde_json::Value::Null);
}

#[test]
fn colours_and_letters_suit_where_they_go() {
    let place = Place::with_small();
    let shown = |variables: &[(&str, &str)]| place.escala_with(&["run", "small.ron"], "", variables).stdout;
    assert!(!shown(&[]).contains('\u{1b}'), "a pipe is no terminal");
    assert!(shown(&[("CLICOLOR_FORCE", "1")]).contains("\u{1b}[1m"));
    assert!(!shown(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]).contains('\u{1b}'));
    assert!(shown(&[]).contains('█'));
    assert!(shown(&[("LC_ALL", "C")]).is_ascii(), "{}", shown(&[("LC_ALL", "C")]));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_mistake() {
    let place = Place::with_small();
    let mut child = command(&place.path(""))
        .args(["run", "small.ron", "--json", "--series", "--duration", "10000s"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_run_and_leaves_nothing() {
    use std::process::{Command, Stdio};
    let place = Place::with_small();
    let child = command(&place.path(""))
        .args(["run", "small.ron", "--duration", "100000h", "--requests", "requests.csv"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The unfinished file is the sign that the run has begun.
    while place.names().len() < 2 {
        std::thread::yield_now();
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("interrupted at") && output.stdout.is_empty(), "{stderr}");
    assert_eq!(place.names(), ["small.ron"]);
}

#[test]
fn files_are_looked_for_beside_the_scenario() {
    let place = Place::new();
    place.write("models/times.csv", "1ms\n2ms\n3ms\n");
    let scenario = r#"Scenario(
        nodes: {
            "users": Clients(to: "app", load: Open(rate: "10/s")),
            "app": Service(serve: [Cpu(SamplesFile("times.csv"))]),
        },
    )"#;
    place.write("models/trace.ron", scenario);
    let report = place.escala(&["run", "models/trace.ron", "--json"]).ended_with(0).json();
    assert_eq!(report["nodes"]["app"]["latency_ms"]["mean"].as_f64().map(f64::round), Some(2.0));
    place.write("trace.ron", scenario);
    place.escala(&["run", "trace.ron"]).ended_with(3);
}

/// The whole picture of a report, letter by letter. `UPDATE_EXPECT=1 cargo test -p sim-cli` writes it anew.
#[test]
fn the_report_looks_like_this() {
    let place = Place::with_small();
    let shown = place.escala(&["run", "small.ron"]).ended_with(0).stdout;
    // Only what the clock says differs between runs.
    let lines = shown.lines().map(|line| match line.split_once(" events in ") {
        Some((events, _)) => format!("{events} events in …"),
        None => line.to_owned(),
    });
    let shown = lines.collect::<Vec<_>>().join("\n") + "\n";
    assert!(shown.lines().all(|line| line.chars().count() <= 100), "{shown}");
    expect_test::expect_file!["report.txt"].assert_eq(&shown);
}
