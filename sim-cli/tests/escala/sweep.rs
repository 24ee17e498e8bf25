//! `escala sweep` and `escala merge`, from the outside.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use crate::support::{Done, Place, command};

/// Twelve cases, one of them with a comma in a value.
pub const AXES: [&str; 6] = [
    "--vary",
    "nodes.app.instances=1..3 step 1",
    "--vary",
    "nodes.lb.policy=RoundRobin,PowerOf(d: 2)",
    "--vary",
    "nodes.users=Clients(to: \"lb\", load: Open(rate: \"20/s\")),Clients(to: \"lb\", load: Open(rate: \"60/s\"))",
];

pub fn sweep(place: &Place, out: &str, more: &[&str]) -> Done {
    place.escala(&[&["sweep", "small.ron", "--replications", "2", "--out", out], &AXES[..], more].concat())
}

/// What two equal sweeps share byte by byte: all but the log.
pub fn results(place: &Place, out: &str) -> BTreeMap<String, Vec<u8>> {
    fn read(folder: &Path, under: &str, into: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("it can be read").path();
            let name = format!("{under}{}", path.file_name().expect("it has a name").to_string_lossy());
            if path.is_dir() {
                read(&path, &format!("{name}/"), into);
            } else if name != "run.log" {
                into.insert(name, std::fs::read(&path).expect("it can be read"));
            }
        }
    }
    let mut files = BTreeMap::new();
    read(&place.path(out), "", &mut files);
    files
}

#[track_caller]
pub fn are_the_same(place: &Place, one: &str, other: &str) {
    let (one, other) = (results(place, one), results(place, other));
    for name in ["manifest.json", "results.csv", "results.parquet"] {
        assert!(one.contains_key(name), "{name}: {:?}", one.keys());
    }
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    for (name, bytes) in &one {
        assert!(bytes == &other[name], "{name} differs");
    }
}

#[test]
fn one_thread_or_two_write_the_same_bytes() {
    let place = Place::with_small();
    let told = sweep(&place, "one", &["--threads", "1"]).ended_with(0);
    assert!(
        told.stdout.contains("12 cases × 2") && told.stderr.is_empty(),
        "{} {}",
        told.stdout,
        told.stderr
    );
    sweep(&place, "two", &["--threads", "2"]).ended_with(0);
    are_the_same(&place, "one", "two");
    let again = sweep(&place, "two", &["--json"]).ended_with(0).json();
    assert_eq!((&again["cases"], &again["ran"]), (&12.into(), &0.into()));
    are_the_same(&place, "one", "two");
}

#[test]
fn a_row_tells_what_run_tells_of_the_same_seed() {
    let place = Place::with_small();
    let done = sweep(&place, "out", &["--json"]).ended_with(0).json();
    let text = place.read("out/results.csv");
    let rows: Vec<Vec<String>> = text.lines().map(fields).collect();
    let (head, rows) = rows.split_first().expect("there is a head");
    // The run, the client, the balancer, the service and its cores.
    assert_eq!(rows.len(), 12 * 2 * 5);
    assert_eq!(done["rows"], rows.len());
    assert!(rows.iter().all(|row| row.len() == head.len()), "every row has every column");
    let column = |name: &str| head.iter().position(|it| it == name).expect("there is such a column");
    let find = |case: &str, replication: &str, scope: &str| {
        let wanted = [("case", case), ("replication", replication), ("scope", scope)];
        rows.iter()
            .find(|row| wanted.iter().all(|(name, value)| row[column(name)] == *value))
            .expect("it is there")
    };
    // The last axis is the fastest: the fourth case has one instance, the other policy and the other load.
    let row = find("4", "2", "client");
    assert_eq!(row[column("nodes.app.instances")], "1");
    assert_eq!(row[column("nodes.lb.policy")], "PowerOf(d: 2)");
    let load = &row[column("nodes.users")];
    assert_eq!(load, "Clients(to: \"lb\", load: Open(rate: \"60/s\"))");
    let sets = ["nodes.app.instances=1", "nodes.lb.policy=PowerOf(d: 2)", &format!("nodes.users={load}")];
    let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", *set]).collect();
    let seed = row[column("seed")].as_str();
    assert_ne!(seed, "7");
    assert_eq!(find("4", "1", "client")[column("seed")], "7");
    let report = place
        .escala(&[&["run", "small.ron", "--json", "--seed", seed], sets.as_slice()].concat())
        .ended_with(0)
        .json();
    let number = |text: &str| text.parse::<f64>().expect("it is a number");
    let users = &report["clients"]["users"];
    assert_eq!(number(&row[column("offered")]), users["offered"].as_f64().expect("it is there"));
    assert_eq!(number(&row[column("p99")]), users["latency_ms"]["p99"].as_f64().expect("it is there") / 1e3);
    let app = rows.iter().find(|row| row[0] == "4" && row[1] == "2" && row[column("subject")] == "app");
    let app = app.expect("the node has a row");
    assert_eq!(
        number(&app[column("utilization")]),
        report["nodes"]["app"]["utilization"].as_f64().expect("it is there")
    );
}

/// The fields of a line of CSV.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut is_quoted) = (vec![String::new()], false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        let field = fields.last_mut().expect("there is always one");
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(String::new()),
            letter => field.push(letter),
        }
    }
    fields
}

/// A table of CSV is what a reader sees in Parquet, number for number.
#[test]
fn parquet_tells_the_same_as_csv() {
    let place = Place::with_small();
    sweep(&place, "out", &[]).ended_with(0);
    let text = place.read("out/results.csv");
    let mut expected = text.lines().map(fields);
    let head = expected.next().expect("there is a head");
    let file = File::open(place.path("out/results.parquet")).expect("it is there");
    let reader = SerializedFileReader::new(file).expect("it is Parquet");
    let mut rows = 0;
    for row in reader.get_row_iter(None).expect("it has rows") {
        let row = row.expect("it can be read");
        let values = row.get_column_iter().map(|(_, value)| match value {
            Field::Null => String::new(),
            Field::Str(text) => text.clone(),
            Field::Double(number) => number.to_string(),
            Field::Int(number) => number.to_string(),
            Field::ULong(number) => number.to_string(),
            other => panic!("{other:?}"),
        });
        assert_eq!(
            row.get_column_iter().map(|(name, _)| name).collect::<Vec<_>>(),
            head.iter().collect::<Vec<_>>()
        );
        assert_eq!(Some(values.collect::<Vec<_>>()), expected.next());
        rows += 1;
    }
    assert_eq!((rows, expected.next()), (12 * 2 * 5, None));
    // Instances are numbers, policies are not.
    let first = reader
        .get_row_iter(None)
        .expect("it has rows")
        .next()
        .expect("there is one")
        .expect("it can be read");
    assert!(matches!(first.get_column_iter().nth(4), Some((_, Field::Double(1.0)))));
    // Nothing in it tells when, where or by which library it was written.
    let metadata = reader.metadata().file_metadata();
    assert_eq!((metadata.created_by(), metadata.key_value_metadata()), (Some("escala"), None));
}

/// Killed at moments that nobody has chosen, until it was in the midst of its work at least four times.
#[cfg(unix)]
#[test]
fn a_sweep_that_is_killed_at_random_moments_goes_on_and_ends_with_the_same_bytes() {
    use std::hash::{BuildHasher, RandomState};
    use std::os::unix::process::ExitStatusExt;

    let place = Place::with_small();
    // Long enough to be caught, by one thread.
    let slow = ["--threads", "1", "--set", "run.duration=20min"];
    let start = Instant::now();
    sweep(&place, "whole", &slow).ended_with(0);
    let whole = start.elapsed();
    let (mut killed, mut kept, mut folder) = (0, 0, 0);
    for attempt in 0_u32..40 {
        if killed >= 4 && kept > 0 {
            break;
        }
        let out = format!("killed-{folder}");
        let mut child = begin(&place, &out, &slow);
        let share = RandomState::new().hash_one(attempt) as f64 / u64::MAX as f64;
        std::thread::sleep(whole.mul_f64(0.3 * share));
        child.kill().expect("it can be killed");
        if child.wait().expect("it ends").signal() == Some(9) {
            killed += 1;
            kept = kept.max(parts(&place, &out));
        } else {
            // It was faster: that is no test.
            folder += 1;
        }
    }
    assert!(killed >= 4 && kept > 0, "killed {killed} times, {kept} cases were kept");
    for number in 0..=folder {
        let out = format!("killed-{number}");
        let before = parts(&place, &out);
        let resumed = sweep(&place, &out, &slow[2..]).ended_with(0);
        assert!(before == 0 || resumed.stdout.contains("12 cases"), "{}", resumed.stdout);
        are_the_same(&place, "whole", &out);
    }
}

/// What was finished is not run again.
#[test]
fn a_killed_sweep_keeps_its_finished_cases() {
    let place = Place::with_small();
    let slow = ["--threads", "1", "--set", "run.duration=20min"];
    let mut child = begin(&place, "killed", &slow);
    wait_for_parts(&place, "killed", 3, &mut child);
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    let before = parts(&place, "killed");
    assert!((3..12).contains(&before), "killed in the midst: {before} of 12 parts");
    let resumed = sweep(&place, "killed", &[&slow[2..], &["--json"]].concat()).ended_with(0);
    assert_eq!(resumed.json()["ran"], 12 - before);
    assert!(
        resumed.stderr.contains(&format!("{before} of 12 cases are finished already")),
        "{}",
        resumed.stderr
    );
}

/// A part that a power cut has left half written is run again.
#[test]
fn a_part_that_is_not_whole_is_run_again() {
    let place = Place::with_small();
    sweep(&place, "whole", &[]).ended_with(0);
    sweep(&place, "torn", &[]).ended_with(0);
    let part = place.read("torn/parts/000005.csv");
    place.write("torn/parts/000005.csv", &part[..part.len() / 2]);
    place.write("torn/parts/000006.csv", "");
    place.write("torn/parts/.escala-left", "left over");
    assert_eq!(sweep(&place, "torn", &["--json"]).ended_with(0).json()["ran"], 2);
    are_the_same(&place, "whole", "torn");
}

#[cfg(unix)]
#[test]
fn an_interrupted_sweep_says_how_to_go_on() {
    let place = Place::with_small();
    let mut child = begin(&place, "out", &["--threads", "1", "--set", "run.duration=20min"]);
    wait_for_parts(&place, "out", 2, &mut child);
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().expect("it runs").success());
    let output = child.wait_with_output().expect("it ends");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    let kept = format!("interrupted; {} of 12 cases are finished and kept", parts(&place, "out"));
    assert!(stderr.contains(&kept) && stderr.contains("the same command goes on"), "{stderr}");
}

fn begin(place: &Place, out: &str, more: &[&str]) -> Child {
    command(&place.path(""))
        .args([&["sweep", "small.ron", "--replications", "2", "--out", out], &AXES[..], more].concat())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts")
}

pub fn parts(place: &Place, out: &str) -> usize {
    let entries = std::fs::read_dir(place.path(out).join("parts")).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_name().to_string_lossy().ends_with(".csv")).count()
}

fn wait_for_parts(place: &Place, out: &str, wanted: usize, child: &mut Child) {
    let start = Instant::now();
    while parts(place, out) < wanted && child.try_wait().expect("it can be asked").is_none() {
        assert!(start.elapsed() < Duration::from_secs(60), "nothing was written");
        std::thread::yield_now();
    }
}

#[test]
fn shards_join_in_any_order_to_the_bytes_of_the_whole() {
    let place = Place::with_small();
    sweep(&place, "whole", &[]).ended_with(0);
    for shard in ["1", "2", "3", "4"] {
        sweep(&place, shard, &["--shard", &format!("{shard}/4")]).ended_with(0);
    }
    place.escala(&["merge", "1", "2", "3", "4", "--out", "joined"]).ended_with(0);
    let told = place.escala(&["merge", "3", "1", "4", "2", "--out", "shuffled"]).ended_with(0).stdout;
    assert!(told.contains("4 shards, 12 cases: 120 rows in shuffled/results.csv"), "{told}");
    are_the_same(&place, "whole", "joined");
    are_the_same(&place, "whole", "shuffled");
    // The joined folder is as good as the whole: the sweep has nothing left to do there.
    assert_eq!(sweep(&place, "joined", &["--json"]).ended_with(0).json()["ran"], 0);
}

#[test]
fn a_random_design_draws_within_its_ranges_and_shards_agree_on_it() {
    let place = Place::with_small();
    let latin = |out: &str, more: &[&str]| {
        let axes = [
            "--vary",
            "nodes.users.load.rate=20/s..60/s",
            "--vary",
            "nodes.app.instances=1..4",
            "--latin",
            "8",
        ];
        place.escala(&[&["sweep", "small.ron", "--out", out], &axes[..], more].concat()).ended_with(0);
    };
    latin("whole", &[]);
    let text = place.read("whole/results.csv");
    let instances: Vec<String> =
        text.lines().map(fields).filter(|row| row[6] == "run").map(|row| row[5].clone()).collect();
    for count in ["1", "2", "3", "4"] {
        assert_eq!(instances.iter().filter(|it| *it == count).count(), 2, "{instances:?}");
    }
    latin("a", &["--shard", "1/2"]);
    latin("b", &["--shard", "2/2"]);
    place.escala(&["merge", "b", "a", "--out", "joined"]).ended_with(0);
    are_the_same(&place, "whole", "joined");
}

/// More machines than cases: some have nothing to do, and that is no mistake.
#[test]
fn a_shard_may_be_empty() {
    let place = Place::with_small();
    let few = |out: &str, more: &[&str]| {
        let axis = ["sweep", "small.ron", "--vary", "nodes.app.instances=1,2", "--out", out];
        place.escala(&[&axis, more].concat()).ended_with(0);
    };
    few("whole", &[]);
    for shard in ["1", "2", "3"] {
        few(shard, &["--shard", &format!("{shard}/3")]);
    }
    assert_eq!(place.read("3/results.csv").lines().count(), 1, "only the head");
    place.escala(&["merge", "1", "2", "3", "--out", "joined"]).ended_with(0);
    are_the_same(&place, "whole", "joined");
}

const FILE: &str = r#"// How many instances, and which policy?
Sweep(
    scenario: "../small.ron",
    set: {"run.duration": "100s"},
    vary: {
        "nodes.lb.policy": [RoundRobin, PowerOf(d: 2)],
        "nodes.app.instances": "1..3 step 1",
    },
    replications: 2,
)"#;

#[test]
fn a_file_sweeps_as_the_command_line_does() {
    let place = Place::with_small();
    place.write("sweeps/best.ron", FILE);
    let told = place.escala(&["sweep", "sweeps/best.ron", "--out", "file"]).ended_with(0).stdout;
    assert!(told.contains("6 cases × 2"), "{told}");
    let typed = [
        "sweep",
        "small.ron",
        "--set",
        "run.duration=100s",
        "--vary",
        "nodes.lb.policy=RoundRobin,PowerOf(d: 2)",
        "--vary",
        "nodes.app.instances=1..3 step 1",
        "--replications",
        "2",
        "--out",
        "typed",
    ];
    place.escala(&typed).ended_with(0);
    are_the_same(&place, "file", "typed");
    // Options come after the file: another range for an axis, one more axis, fewer replications.
    let more = ["--vary", "nodes.app.instances=1,2", "--vary", "nodes.app.cores=1,2", "--replications", "1"];
    let told =
        place.escala(&[&["sweep", "sweeps/best.ron", "--out", "more"], &more[..]].concat()).ended_with(0);
    assert!(told.stdout.contains("8 cases × 1"), "{}", told.stdout);
    let head = place.read("more/results.csv").lines().next().map(str::to_owned).expect("there is a head");
    assert!(head.contains("nodes.lb.policy,nodes.app.instances,nodes.app.cores,scope"), "{head}");
}

/// `test` and `check` know a sweep from a scenario, and compile all its cases.
#[test]
fn a_file_is_checked_with_all_its_cases() {
    let place = Place::with_small();
    place.write("models/small.ron", crate::support::SMALL);
    place.write("models/sweeps/best.ron", FILE);
    let told = place.escala(&["test", "models"]).ended_with(0).stdout;
    assert!(told.contains("models/sweeps/best.ron  6 cases compiled"), "{told}");
    place.escala(&["check", "models/sweeps/best.ron"]).ended_with(0);
    let run = place.escala(&["run", "models/sweeps/best.ron"]).ended_with(2).stderr;
    assert!(run.contains("is a sweep") && run.contains("escala sweep models/sweeps/best.ron"), "{run}");
    let finding = |text: &str| {
        place.write("models/sweeps/wrong.ron", text);
        let tested = place.escala(&["test", "models"]).ended_with(1).stdout;
        assert!(tested.contains("2 passed, 1 failed"), "{tested}");
        let found = place.escala(&["check", "models/sweeps/wrong.ron", "--json"]).ended_with(3).json();
        let first = &found[0];
        (first["line"].as_u64().expect("it has a line"), first["message"].to_string())
    };
    let (line, message) = finding(&FILE.replace("RoundRobin,", "RondRobin,"));
    assert!(line == 5 && message.contains("RondRobin"), "{line}: {message}");
    let (line, message) = finding(&FILE.replace("1..3 step 1", "3..1 step 1"));
    assert!(line == 7 && message.contains("does not go up"), "{line}: {message}");
    let (line, message) = finding(&FILE.replace("../small.ron", "../nowhere.ron"));
    assert!(line == 3 && message.contains("nowhere.ron"), "{line}: {message}");
    assert_eq!(finding(&FILE.replace("run.duration", "rum.duration")).0, 3);
}
