//! The templates in `docs/how-to/cluster`: their own commands, run with what each engine puts into the environment.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::Place;

/// What all of them sweep here; the Kubernetes one says so itself.
const SWEEP: [&str; 6] = [
    "--vary",
    "nodes.app.instances=1..3 step 1",
    "--vary",
    "nodes.lb.policy=RoundRobin,PowerOf(d: 2)",
    "--replications",
    "2",
];

fn template(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/how-to/cluster").join(name)
}

/// A shell in which `escala` is the built command and `parallel` stands for GNU parallel.
fn shell(place: &Place) -> Command {
    let built = Path::new(env!("CARGO_BIN_EXE_escala")).parent().expect("it lies in a folder");
    let path = std::env::var("PATH").expect("there is a path");
    let mut shell = Command::new("sh");
    shell
        .current_dir(place.path(""))
        .env("PATH", format!("{}:{}:{path}", place.path("bin").display(), built.display()));
    shell
}

#[track_caller]
fn run(command: &mut Command) {
    let output = command.output().expect("the shell starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The whole sweep by one process, as a template's shards have to join to it.
#[track_caller]
fn joins_to_the_whole(place: &Place, folder: &str) {
    place.escala(&[&["sweep", "small.ron", "--out", "alone"], &SWEEP[..]].concat()).ended_with(0);
    for name in ["results.csv", "manifest.json"] {
        let (alone, joined) = (format!("alone/{name}"), format!("{folder}/{name}"));
        assert!(place.read(&alone) == place.read(&joined), "{joined} differs");
    }
}

fn merge(place: &Place, shards: u32) {
    let folders: Vec<String> = (1..=shards).map(|shard| format!("out/shard-{shard}")).collect();
    let mut arguments = vec!["merge", "--out", "out/whole"];
    arguments.extend(folders.iter().map(String::as_str));
    place.escala(&arguments).ended_with(0);
}

#[test]
fn slurm_runs_a_shard_for_each_task_of_its_array() {
    let place = Place::with_small();
    let job = |task: &str, out: &str, arguments: &[&str]| {
        let mut job = shell(&place);
        job.arg(template("sweep-slurm.sh")).args([out, "small.ron"]).args(arguments);
        job.env("SHARDS", "3").env("SLURM_ARRAY_TASK_ID", task).env("SLURM_CPUS_PER_TASK", "2");
        job
    };
    for task in ["1", "2", "3"] {
        run(&mut job(task, "out", &SWEEP));
    }
    merge(&place, 3);
    joins_to_the_whole(&place, "out/whole");
    let text = std::fs::read_to_string(template("sweep-slurm.sh")).expect("it can be read");
    assert!(text.contains("--array=1-16") && text.contains("{SHARDS:-16}"), "as many tasks as shards");
    // A mistake fails the task; cases that a bound has stopped do not, as another try would not help.
    let refused = job("1", "out", &["--vary", "nodes.ap.instances=1,2"]).output().expect("the shell starts");
    assert!(!refused.status.success());
    run(&mut job("1", "stopped", &["--vary", "run.limits.events=1000,2000"]));
    assert!(place.read("stopped/shard-1/results.csv").contains(",events,"));
}

/// The script of a container: the block of text behind `- |`, which is what is indented further than it.
fn script(name: &str) -> String {
    let text = std::fs::read_to_string(template(name)).expect("it can be read");
    let block = text.split("            - |\n").nth(1).expect("there is a script");
    let lines: Vec<&str> = block.lines().map_while(|line| line.strip_prefix("              ")).collect();
    lines.join("\n")
}

#[test]
fn kubernetes_adds_one_to_the_index_of_a_pod() {
    let place = Place::with_small();
    let text = std::fs::read_to_string(template("sweep-kubernetes.yaml")).expect("it can be read");
    assert!(text.contains("completions: 16") && text.contains("value: \"16\""), "as many pods as shards");
    let pod = |name: &str| {
        let mut pod = shell(&place);
        pod.arg("-c").arg(script(name)).env("RESULTS", "out");
        pod
    };
    for index in ["0", "1"] {
        let mut pod = pod("sweep-kubernetes.yaml");
        run(pod.env("JOB_COMPLETION_INDEX", index).env("SHARDS", "2").env("SCENARIO", "small.ron"));
    }
    run(&mut pod("merge-kubernetes.yaml"));
    joins_to_the_whole(&place, "out/whole");
}

/// Python's reader of YAML, where it is installed, sees in the templates what Kubernetes will see.
#[test]
fn the_jobs_of_kubernetes_are_yaml() {
    const SEEN: &str = "import sys, yaml\n\
        for name in sys.argv[1:]:\n\
        \x20   for part in yaml.safe_load_all(open(name)):\n\
        \x20       print(part['kind'], part['metadata']['name'])\n\
        \x20       if part['kind'] == 'Job':\n\
        \x20           pod = part['spec']['template']['spec']\n\
        \x20           [container], volumes = pod['containers'], {it['name'] for it in pod['volumes']}\n\
        \x20           assert {it['name'] for it in container['volumeMounts']} == volumes\n\
        \x20           print(len(container['args']), part['spec'].get('completionMode'), container['image'])\n";
    let names = ["sweep-kubernetes.yaml", "merge-kubernetes.yaml"].map(template);
    let has_reader = Command::new("python3").args(["-c", "import yaml"]).output();
    if !has_reader.is_ok_and(|output| output.status.success()) {
        return;
    }
    let output = Command::new("python3").args(["-c", SEEN]).args(names).output().expect("it starts");
    let image = format!("escala:{}", env!("CARGO_PKG_VERSION"));
    let wanted = format!(
        "PersistentVolumeClaim escala-results\nJob escala-sweep\n1 Indexed {image}\nJob escala-merge\n1 None {image}\n"
    );
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        wanted,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The image is built with the toolchain that everybody else builds with.
#[test]
fn the_image_is_built_with_the_pinned_toolchain() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let toolchain = std::fs::read_to_string(root.join("rust-toolchain.toml")).expect("it can be read");
    let channel = toolchain.split("channel = \"").nth(1).and_then(|rest| rest.split('"').next());
    let image = std::fs::read_to_string(template("Dockerfile")).expect("it can be read");
    let from = format!("FROM rust:{}-slim-trixie AS build", channel.expect("it names a channel"));
    assert!(image.contains(&from), "{image}");
}

/// Puts each line of its input in the place of `SHARD`, one after another, as GNU parallel does side by side.
const PARALLEL: &str = r#"#!/bin/sh
while :; do
    case $1 in -I|--joblog) shift 2;; --quote) shift;; *) break;; esac
done
while read -r line; do
    (
        for word; do
            shift
            set -- "$@" "$(printf '%s' "$word" | sed "s|SHARD|$line|g")"
        done
        "$@" </dev/null
    ) || exit 1
done
"#;

#[test]
fn parallel_runs_all_shards_and_joins_them() {
    let place = Place::with_small();
    // The real one where it is installed.
    let is_installed = Command::new("parallel").arg("--version").output().is_ok();
    if !is_installed {
        use std::os::unix::fs::PermissionsExt;
        place.write("bin/parallel", PARALLEL);
        let permissions = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(place.path("bin/parallel"), permissions).expect("they can be set");
    }
    run(shell(&place).arg(template("sweep-parallel.sh")).args(["3", "out", "small.ron"]).args(SWEEP));
    joins_to_the_whole(&place, "out/whole");
}
