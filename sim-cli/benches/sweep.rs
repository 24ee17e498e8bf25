//! What a sweep costs beside its runs, how it scales, and how much memory it takes: the tables of `docs/speed.md`.
//! `cargo bench -p sim-cli`, with part of a name (`cost`, `threads`, `memory`) to see that table alone.
#![allow(clippy::print_stdout, reason = "tables are what it is for")]

use std::fs;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sim_core::compile::compile;
use sim_core::engine::Engine;
use sim_core::experiment::replicate::seeds;
use sim_core::report::Watch;

/// How often each is measured; the least time counts, since all else on a machine only adds to it.
const ROUNDS: usize = 5;
/// More often what is measured by the clock: somebody else may hold a processor.
const ROUNDS_BY_CLOCK: usize = 20;

/// Twenty requests: about the smallest run that anybody sweeps.
const TINY: &str = r#"Scenario(
    run: (duration: "1s"),
    nodes: {
        "users": Clients(to: "app", load: Open(rate: "20/s"), timeout: "10s"),
        "app": Service(cores: 2, serve: [Cpu(Exp("10ms"))]),
    },
)
"#;

/// Each case is another text, and all do the same work.
const AXIS: &str = "nodes.users.timeout=10s..20s";

fn main() {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str()));
    let sweeps = Sweeps::new();
    if is_wanted("cost") {
        print_cost(&sweeps);
    }
    if is_wanted("threads") {
        print_threads(&sweeps);
    }
    if is_wanted("memory") {
        print_memory(&sweeps);
    }
}

/// What a case costs beyond its run: compiling it twice, its part, and its rows in both tables.
fn print_cost(sweeps: &Sweeps) {
    const CASES: u32 = 2_000;
    let (mut alone, mut whole) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..ROUNDS {
        alone = alone.min(engine_alone(CASES));
        let before = Ticks::now();
        sweeps.tiny(CASES, 1);
        whole = whole.min(Ticks::now().of_children - before.of_children);
    }
    let each = |seconds: f64| seconds / f64::from(CASES) * 1e3;
    println!(
        "processor time of {CASES} cases of twenty requests, milliseconds per case, the least of {ROUNDS} rounds\n"
    );
    println!("| sweep, one thread | engine and report alone | beyond them |\n|--:|--:|--:|");
    println!("| {:.2} | {:.2} | {:.2} |\n", each(whole), each(alone), each(whole - alone));
}

/// The time that as many runs take by themselves.
fn engine_alone(runs: u32) -> f64 {
    let compiled = compile(TINY, &|_| None).expect("it compiles");
    let models: Vec<Arc<_>> = compiled.models.into_iter().map(Arc::new).collect();
    let before = Ticks::now();
    for seed in seeds(1, runs) {
        let mut engine = Engine::with_variants(models.clone(), seed);
        let mut watch = Watch::new([]).without_batches();
        watch.run(&mut engine);
        assert!(watch.report(&engine).is_sound());
    }
    Ticks::now().own - before.own
}

/// One thread and two in turn: by the clock, which is what somebody waits for.
fn print_threads(sweeps: &Sweeps) {
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/bench/w1.ron");
    let run = |threads: &str| {
        let start = Instant::now();
        sweeps.run(&[
            model,
            "--set",
            "nodes.users.total=100_000",
            "--vary",
            "nodes.users.load.rate=701/s..800/s step 1/s",
            "--threads",
            threads,
        ]);
        start.elapsed().as_secs_f64()
    };
    let mut least = [f64::INFINITY; 2];
    for _ in 0..ROUNDS_BY_CLOCK {
        for (least, threads) in least.iter_mut().zip(["1", "2"]) {
            *least = least.min(run(threads));
        }
    }
    let [one, two] = least;
    println!("100 cases of 100,000 requests, seconds on the clock, the least of {ROUNDS_BY_CLOCK} rounds\n");
    println!("| one thread | two threads | ratio |\n|--:|--:|--:|");
    println!("| {one:.2} | {two:.2} | {:.2} |\n", one / two);
}

fn print_memory(sweeps: &Sweeps) {
    println!("the most resident memory of a sweep on two threads\n\n| cases | KiB |\n|--:|--:|");
    for cases in [1_000, 10_000] {
        let most = sweeps.tiny(cases, 2).map_or("unknown".to_owned(), |kib| kib.to_string());
        println!("| {cases} | {most} |");
    }
    println!();
}

/// Sweeps by the built command, in a folder of their own.
struct Sweeps(tempfile::TempDir);

impl Sweeps {
    fn new() -> Sweeps {
        let folder = tempfile::tempdir().expect("a folder can be made");
        fs::write(folder.path().join("tiny.ron"), TINY).expect("a file can be written");
        Sweeps(folder)
    }

    /// Sweeps the tiny scenario and says how much memory that took.
    fn tiny(&self, cases: u32, threads: u32) -> Option<u64> {
        let (cases, threads) = (cases.to_string(), threads.to_string());
        self.run(&["tiny.ron", "--vary", AXIS, "--random", &cases, "--threads", &threads])
    }

    /// Sweeps into an empty folder, and says the most memory in KiB where the system tells it.
    fn run(&self, arguments: &[&str]) -> Option<u64> {
        let out = self.0.path().join("out");
        // There is none before the first one.
        let _ = fs::remove_dir_all(&out);
        let mut child = Command::new(env!("CARGO_BIN_EXE_escala"))
            .current_dir(self.0.path())
            .arg("sweep")
            .args(arguments)
            .args(["--quiet", "--out", "out"])
            .stdout(Stdio::null())
            .spawn()
            .expect("the command starts");
        let status = format!("/proc/{}/status", child.id());
        let mut most = None;
        loop {
            if let Some(done) = child.try_wait().expect("it can be asked") {
                assert!(done.success(), "the sweep failed");
                return most;
            }
            let text = fs::read_to_string(&status).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            most = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).or(most);
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Seconds of processor time of this process and of its children that have ended.
struct Ticks {
    own: f64,
    of_children: f64,
}

impl Ticks {
    fn now() -> Ticks {
        let text = fs::read_to_string("/proc/self/stat").expect("this is measured on Linux");
        // The name of the process comes first, in brackets, and may hold blanks.
        let rest = text.rsplit(')').next().unwrap_or_default();
        let ticks: Vec<f64> = rest.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        // `man proc_pid_stat`: fields 14 to 17, in hundredths; the letter in field 3 is no number.
        Ticks { own: (ticks[10] + ticks[11]) / 100.0, of_children: (ticks[12] + ticks[13]) / 100.0 }
    }
}
