//! The table of `docs/speed.md`: processor time per request of the engine and of hand-written programs, in turn in one run,
//! and the memory of a run that gets longer: `cargo bench -p sim-core --bench ratios`, with part of a name to see those alone.
#![allow(clippy::print_stdout, reason = "a table is what it is for")]

use std::fs;
use std::sync::OnceLock;
use std::time::Instant;

mod limit;
mod workload;

use workload::{WORKLOADS, Workload};

/// How often each program runs; the least time counts, since all else on a machine only adds to it.
const ROUNDS: usize = 5;

fn main() {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str()));
    if is_wanted("memory") {
        print_memory();
    }
    let clock = if processor_seconds().is_some() { "processor time" } else { "wall-clock time" };
    println!("{clock} in nanoseconds per request, the least of {ROUNDS} rounds\n");
    println!(
        "| workload | requests | events per request | engine | by hand | ratio | mean, engine | mean, by hand |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|");
    for workload in WORKLOADS.iter().filter(|workload| is_wanted(workload.name)) {
        print_row(workload);
    }
}

fn print_row(workload: &Workload) {
    let model = workload.model(workload.requests);
    let (mut engine_time, mut limit_time) = (f64::INFINITY, f64::INFINITY);
    let (mut events, mut mean, mut limit_mean) = (0, 0.0, None);
    for _ in 0..ROUNDS {
        let start = seconds();
        let engine = Workload::run(&model);
        engine_time = engine_time.min(seconds() - start);
        events = engine.state().events;
        let client = engine.state().tally.clients.iter().next().expect("there is a client");
        mean = client[0].latency.mean().unwrap_or(0.0) / 1e6;
        drop(engine);
        if let Some(limit) = workload.limit {
            let start = seconds();
            let latencies = limit(workload.requests);
            limit_time = limit_time.min(seconds() - start);
            limit_mean = Some(latencies.mean_ms());
        }
    }
    let each = |time: f64| time / workload.requests as f64 * 1e9;
    let (by_hand, ratio) = match limit_mean {
        Some(_) => (format!("{:.1}", each(limit_time)), format!("{:.1}", engine_time / limit_time)),
        None => ("–".to_owned(), "–".to_owned()),
    };
    let limit_mean = limit_mean.map_or("–".to_owned(), |mean| format!("{mean:.3} ms"));
    println!(
        "| {} | {} | {:.1} | {:.0} | {by_hand} | {ratio} | {mean:.3} ms | {limit_mean} |",
        workload.name,
        grouped(workload.requests),
        events as f64 / workload.requests as f64,
        each(engine_time),
    );
}

/// The resident memory after runs of W3, each longer than the one before.
fn print_memory() {
    let workload = WORKLOADS.iter().find(|workload| workload.name == "W3").expect("W3 is there");
    let mut rows = Vec::new();
    for requests in [100_000, 1_000_000, 10_000_000] {
        let model = workload.model(requests);
        let engine = Workload::run(&model);
        rows.push((requests, resident_kib()));
        drop(engine);
    }
    println!("resident memory at the end of a run of W3\n");
    println!("| requests | KiB |");
    println!("|--:|--:|");
    for (requests, kib) in rows {
        println!("| {} | {} |", grouped(requests), kib.map_or("unknown".to_owned(), grouped));
    }
    println!();
}

/// Seconds of processor time where the system tells them, else of the clock.
fn seconds() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let start = START.get_or_init(Instant::now);
    processor_seconds().unwrap_or_else(|| start.elapsed().as_secs_f64())
}

/// The time this thread has spent on a processor.
fn processor_seconds() -> Option<f64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: u64 = text.split(' ').next()?.parse().ok()?;
    (nanoseconds > 0).then_some(nanoseconds as f64 / 1e9)
}

fn resident_kib() -> Option<u64> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    text.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok())
}

/// 1234567 as 1,234,567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
