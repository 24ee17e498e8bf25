//! What `escala sweep` and `escala merge` refuse, and what they keep when they cannot go on.

use crate::support::Place;
use crate::sweep::{are_the_same, results, sweep};

#[test]
fn missing_double_foreign_and_unfinished_shards_are_refused() {
    let place = Place::with_small();
    for shard in ["1", "2", "3"] {
        sweep(&place, shard, &["--shard", &format!("{shard}/3")]).ended_with(0);
    }
    sweep(&place, "whole", &[]).ended_with(0);
    sweep(&place, "of-two", &["--shard", "2/2"]).ended_with(0);
    sweep(&place, "foreign", &["--shard", "3/3", "--set", "run.duration=100s"]).ended_with(0);
    sweep(&place, "unfinished", &["--shard", "3/3"]).ended_with(0);
    std::fs::remove_file(place.path("unfinished/parts/000006.csv")).expect("it is there");
    let refused = |folders: &[&str], words: &str| {
        let done = place.escala(&[&["merge"], folders, &["--out", "joined"]].concat()).ended_with(2);
        assert!(done.stderr.contains(words) && done.stderr.contains("help:"), "{folders:?}: {}", done.stderr);
        assert!(!place.names().contains(&"joined".to_owned()), "{folders:?}: nothing is written");
    };
    refused(&["1", "3"], "shards are missing: 2/3");
    refused(&["1", "2", "2", "3"], "are both shard 2/3");
    refused(&["1", "2", "foreign"], "another scenario");
    refused(&["1", "of-two"], "another number of shards");
    refused(&["1", "2", "unfinished"], "1 of 4 cases are missing");
    refused(&["whole"], "no shard");
    refused(&["nowhere"], "holds no sweep");
    let no_folder = place.escala(&["merge", "1", "2", "3"]).ended_with(2);
    assert!(no_folder.stderr.contains("--out"), "{}", no_folder.stderr);
}

#[test]
fn a_folder_of_another_sweep_is_refused_and_nothing_in_it_changes() {
    let place = Place::with_small();
    sweep(&place, "out", &[]).ended_with(0);
    let before = results(&place, "out");
    for (more, words) in [
        (&["--seed", "8"][..], "another scenario, or other edits"),
        (&["--vary", "nodes.app.cores=1,2"], "another design"),
        (&["--latin", "12"], "another design"),
        (&["--shard", "1/2"], "another shard"),
    ] {
        let done = sweep(&place, "out", more).ended_with(2);
        assert!(done.stderr.contains(words) && done.stderr.contains("help:"), "{more:?}: {}", done.stderr);
    }
    let old = place.read("out/manifest.json").replace("\"results\": ", "\"results\": 9");
    place.write("old/manifest.json", &old);
    assert!(sweep(&place, "old", &[]).ended_with(2).stderr.contains("another version of results"));
    place.write("mine/notes.txt", "my own");
    assert!(sweep(&place, "mine", &[]).ended_with(2).stderr.contains("it holds `notes.txt`"));
    assert!(before == results(&place, "out"), "nothing has changed");
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let place = Place::with_small();
    let done = sweep(&place, "small.ron/out", &[]).ended_with(2);
    assert!(done.stderr.contains("`small.ron/out`") && done.stderr.contains("help:"), "{}", done.stderr);
    let nowhere = place.escala(&["sweep", "small.ron", "--vary", "nodes.app.instances=1,2"]).ended_with(2);
    assert!(nowhere.stderr.contains("--out"), "{}", nowhere.stderr);
}

#[test]
fn every_mistake_in_the_axes_is_told_before_anything_runs() {
    let place = Place::with_small();
    let axes = |axes: &[&str], code: i32| {
        let axes: Vec<&str> = axes.iter().flat_map(|axis| ["--vary", *axis]).collect();
        let done = place.escala(&[&["sweep", "small.ron", "--out", "out"], axes.as_slice()].concat());
        let stderr = done.ended_with(code).stderr;
        assert_eq!(place.names(), ["small.ron"], "nothing is made: {stderr}");
        stderr
    };
    let all = |stderr: &str, words: &[&str]| {
        for word in words {
            assert!(stderr.contains(word), "{word}: {stderr}");
        }
    };
    all(&axes(&[], 2), &["needs an axis"]);
    all(
        &axes(&["nodes.app.cores=", "nodes.app.instances=1,,2"], 2),
        &["has no values", "has an empty value"],
    );
    all(&axes(&["nodes.app.cores=1,2", "nodes.\"app\".cores=3"], 2), &["is an axis twice"]);
    all(&axes(&["nodes.app.cores=1..4"], 2), &["no points for a grid", "--latin"]);
    all(&axes(&["run.seed=1,2"], 2), &["--replications"]);
    // What a schema or the compiler refuses shows the line and what was put there.
    let refused =
        axes(&["nodes.app.instances=0,1", "nodes.lb.policy=RoundRobin,Robin", "nodes.usrs.load=1,2"], 3);
    all(&refused, &["did you mean `users`?", "Robin", "instances", "the same in 8 cases"]);
}

#[test]
fn a_run_that_a_bound_stops_is_marked_and_the_command_fails() {
    let place = Place::with_small();
    let arguments = ["sweep", "small.ron", "--vary", "run.limits.events=1000,10000000", "--out", "out"];
    for _ in 0..2 {
        let done = place.escala(&arguments).ended_with(1);
        assert!(done.stderr.contains("1 case did not end well"), "{}", done.stderr);
    }
    let text = place.read("out/results.csv");
    let stopped: Vec<&str> =
        text.lines().skip(1).map(|row| row.split(',').nth(3).expect("it is there")).collect();
    assert_eq!((stopped.first(), stopped.last()), (Some(&"events"), Some(&"reached")));
}

#[test]
fn a_shard_out_of_range_is_refused() {
    let place = Place::with_small();
    for (shard, words) in [
        ("0/4", "counted from 1"),
        ("5/4", "`1/4` to `4/4`"),
        ("3", "such as `1/4`"),
        ("a/b", "such as `1/4`"),
    ] {
        let done = sweep(&place, "out", &["--shard", shard]).ended_with(2);
        assert!(done.stderr.contains(words), "{shard}: {}", done.stderr);
    }
    assert_eq!(place.names(), ["small.ron"], "nothing is made");
}

/// What the scenario reads defines its results as much as its own text.
#[test]
fn another_recording_is_another_sweep() {
    let place = Place::new();
    place.write(
        "replayed.ron",
        r#"(nodes: {"users": Clients(to: "app", load: Replay(file: "traffic.csv")), "app": Service(serve: [Cpu(Exp("1ms"))])})"#,
    );
    place.write("traffic.csv", "time\n0.1\n0.2\n");
    let sweep = || place.escala(&["sweep", "replayed.ron", "--vary", "nodes.app.cores=1,2", "--out", "out"]);
    sweep().ended_with(0);
    assert!(place.read("out/manifest.json").contains("\"traffic.csv\": \""));
    sweep().ended_with(0);
    place.write("traffic.csv", "time\n0.1\n0.3\n");
    let done = sweep().ended_with(2);
    assert!(done.stderr.contains("other contents of the files"), "{}", done.stderr);
}

/// Parts whose manifest is gone may be of any sweep.
#[test]
fn parts_without_a_manifest_are_refused() {
    let place = Place::with_small();
    sweep(&place, "out", &[]).ended_with(0);
    for name in ["manifest.json", "results.csv", "results.parquet"] {
        std::fs::remove_file(place.path("out").join(name)).expect("it is there");
    }
    let done = sweep(&place, "out", &["--set", "run.duration=100s"]).ended_with(2);
    assert!(done.stderr.contains("it holds `parts/000001.csv`"), "{}", done.stderr);
}

#[test]
fn a_part_that_somebody_has_changed_makes_no_table() {
    let place = Place::with_small();
    sweep(&place, "out", &[]).ended_with(0);
    let part = place.read("out/parts/000002.csv");
    for (wrong, word) in [(",run,,,", ",run,,,,"), (",run,,,", ",run,,"), (",node,app,,", ",node,app,,many")]
    {
        place.write("out/parts/000002.csv", &part.replace(wrong, word));
        let done = sweep(&place, "out", &[]).ended_with(1);
        assert!(done.stderr.contains("does not fit") && done.stderr.contains("parts"), "{}", done.stderr);
    }
}

/// A limit on the size of a file is a disk that is full for the results and not for the parts.
#[cfg(unix)]
#[test]
fn results_that_cannot_be_written_leave_all_cases_finished() {
    let place = Place::with_small();
    sweep(&place, "whole", &[]).ended_with(0);
    let part = std::fs::metadata(place.path("whole/parts/000012.csv")).expect("it is there").len();
    // In units of 512 bytes: room for two parts in one file.
    let limit = part * 2 / 512 + 1;
    let mut shell = std::process::Command::new("sh");
    let script = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$@\"");
    let escala = env!("CARGO_BIN_EXE_escala");
    shell.args(["-c", &script, "sh", escala, "sweep", "small.ron", "--replications", "2", "--out", "out"]);
    let output =
        shell.args(crate::sweep::AXES).current_dir(place.path("")).output().expect("the shell starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("`out/results.csv` cannot be written"), "{stderr}");
    assert!(
        stderr.contains("12 of 12 cases are finished and kept") && stderr.contains("goes on"),
        "{stderr}"
    );
    assert_eq!(sweep(&place, "out", &["--json"]).ended_with(0).json()["ran"], 0);
    are_the_same(&place, "whole", "out");
}

/// A disk of its own, which is full after some cases. Needs a namespace, which not every machine allows.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_keeps_what_is_finished_and_the_same_command_goes_on() {
    let place = Place::with_small();
    sweep(&place, "whole", &[]).ended_with(0);
    place.write("disk/here", "");
    let script = r#"
        mount -t tmpfs -o size=512k none disk || exit 77
        head -c 460k /dev/zero >disk/filler
        "$@" --threads 1 2>told; echo $? >code
        ls disk/out/parts >kept
        rm disk/filler
        "$@" --json >again && cp -r disk/out out
    "#;
    let mut shell = std::process::Command::new("unshare");
    shell.args([
        "--user",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        script,
        "sh",
        env!("CARGO_BIN_EXE_escala"),
    ]);
    shell.args(["sweep", "small.ron", "--replications", "2", "--out", "disk/out"]).args(crate::sweep::AXES);
    match shell.current_dir(place.path("")).output() {
        Ok(output) if output.status.success() => {}
        Ok(output) if place.names().contains(&"code".to_owned()) => {
            panic!("{} {}", place.read("told"), String::from_utf8_lossy(&output.stderr))
        }
        Ok(_) | Err(_) => return,
    }
    let told = place.read("told");
    assert_eq!(place.read("code").trim(), "2", "{told}");
    let kept = place.read("kept").lines().count();
    assert!(kept > 0 && kept < 12, "{kept} parts");
    assert!(
        told.contains("No space left") && told.contains(&format!("{kept} of 12 cases are finished")),
        "{told}"
    );
    assert!(told.contains("make room"), "{told}");
    let again: serde_json::Value = serde_json::from_str(&place.read("again")).expect("it is JSON");
    assert_eq!(again["ran"], 12 - kept);
    are_the_same(&place, "whole", "out");
}
