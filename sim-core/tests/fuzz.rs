//! No text makes the simulator panic, hang, or break its own laws: models are mutated, compiled, and run for a while.
//!
//! `ESCALA_FUZZ_SECONDS=600 cargo test --release -p sim-core --test fuzz` goes on for ten minutes, with other mutations
//! in each run of the loop. A failure prints the text that caused it.

#![allow(clippy::print_stdout, reason = "how much was tried is shown")]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sim_core::compile::compile;
use sim_core::engine::Engine;
use sim_core::random::{Draws, Key};
use sim_core::time::Time;

mod common;
use common::{files, outcome};

/// What a mutation puts in the place of something else: what people mistype, and what breaks arithmetic.
const PIECES: &[&str] = &[
    "0",
    "1",
    "2",
    "-1",
    "0.5",
    "1e300",
    "1e-300",
    "inf",
    "NaN",
    "4294967295",
    "18446744073709551615",
    "99999999999999999999",
    "\"0s\"",
    "\"1ns\"",
    "\"5ms\"",
    "\"10s\"",
    "\"9999999d\"",
    "\"0/s\"",
    "\"1/s\"",
    "\"1000000/s\"",
    "\"0%\"",
    "\"100%\"",
    "\"250%\"",
    "\"\"",
    "\"app\"",
    "\"app/0\"",
    "\"app/*\"",
    "\"users\"",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "()",
    "[]",
    "{}",
    "None",
    "Fifo",
    "ProcessorSharing",
    "LifoPreemptive",
    "PriorityPreemptive",
    "Random",
    "IpHash",
    "LeastConnections()",
    "PowerOf(d: 3)",
    "Row",
    "Table",
    "EventLoop",
    "Threads(1)",
    "Async(3)",
    "Exp(\"1ms\")",
    "Constant(\"0s\")",
    "Uniform(min: \"1ms\", max: \"2ms\")",
    "Zipf(n: 3, s: 1)",
    "Fail",
    "Wait(Exp(\"1ms\"))",
    "Call(to: \"app\")",
    "FanOut(to: \"app\", count: 3)",
    "true",
    "false",
    "single_flight: true,",
    "timeout: \"1ms\",",
    "retry: (unlimited: true),",
    "queue: 0,",
    "patience: Exp(\"1ms\"),",
    "batch: 7,",
    "At(\"1s\", Crash(target: \"app/0\", for: \"1s\")),",
    "At(\"1s\", Hang(target: \"app\", for: \"1s\")),",
    "Every(target: \"app/*\", up: Exp(\"1s\"), down: Exp(\"1s\"), fault: Crash),",
    "At(\"1s\", Loss(link: \"*\", share: \"9%\", for: \"1s\")),",
    "At(\"1s\", Partition(link: \"lb->app\", for: \"1s\")),",
    "At(\"1s\", Delay(link: \"app->db\", add: \"1ms\", for: \"1s\")),",
    "At(\"1s\", Flush(target: \"cache\")),",
    "At(\"1s\", Spike(target: \"users\", factor: 2, for: \"1s\")),",
    "Every(target: \"*\", up: Exp(\"1s\"), down: Exp(\"1s\"), fault: Partition),",
    "\u{1F98A}",
    "\"",
    "/*",
    "//",
];

/// The boundaries of words, numbers, strings and brackets.
fn boundaries(text: &str) -> Vec<usize> {
    let kind = |letter: char| match letter {
        letter if letter.is_alphanumeric() || letter == '_' || letter == '.' => 0,
        letter if letter.is_whitespace() => 1,
        _ => 2,
    };
    let mut places = vec![0];
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    for pair in letters.windows(2) {
        if kind(pair[0].1) != kind(pair[1].1) || kind(pair[1].1) == 2 {
            places.push(pair[1].0);
        }
    }
    places.push(text.len());
    places
}

fn mutate(text: &str, draws: &mut Draws) -> String {
    let mut text = text.to_owned();
    for _ in 0..=draws.below(4) {
        let places = boundaries(&text);
        let pick = |draws: &mut Draws| places[draws.below(places.len() as u32) as usize];
        let (one, two) = (pick(draws), pick(draws));
        let (start, end) = (one.min(two), one.max(two).min(one.min(two) + 40));
        let end = places.iter().copied().find(|place| *place >= end).unwrap_or(text.len());
        let next = places.iter().copied().find(|place| *place > start).unwrap_or(text.len());
        let piece = PIECES[draws.below(PIECES.len() as u32) as usize];
        match draws.below(5) {
            0 => text.replace_range(start..next, piece),
            1 => text.insert_str(start, piece),
            2 => text.replace_range(start..next, ""),
            3 => {
                let copy = text[start..end].to_owned();
                text.insert_str(end, &copy);
            }
            _ => text.replace_range(start..end, piece),
        }
    }
    text
}

/// Compiles `text` and runs it for a while; true if it was a scenario.
fn run(text: &str) -> bool {
    let Ok(compiled) = compile(text, &|_| None) else { return false };
    let mut models = compiled.models;
    for model in &mut models {
        model.run.limits.events = model.run.limits.events.min(20_000);
        model.run.limits.visits = model.run.limits.visits.min(20_000);
    }
    let seed = models[0].run.seed;
    let mut engine = Engine::with_variants(models.into_iter().map(Arc::new).collect(), seed);
    let mut by_the_clock = engine.clone();
    while by_the_clock.advance(Time::NEVER, 1_000).is_none() {}
    while engine.advance(Time::NEVER, 5_000).is_none() {
        assert_eq!(engine.check(), [], "a law is broken on the way");
    }
    assert_eq!(engine.check(), [], "a law is broken at the end");
    assert_eq!(outcome(&engine), outcome(&by_the_clock), "who runs ahead changes something");
    let report = sim_core::report::Report::new(&engine);
    assert!(report.to_json(true).is_object());
    true
}

#[test]
fn no_text_makes_the_simulator_panic() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = files(&root.join("../models"), "ron");
    paths.extend(files(&root.join("tests/data"), "ron"));
    let texts: Vec<String> = paths.iter().filter_map(|path| fs::read_to_string(path).ok()).collect();
    assert!(!texts.is_empty(), "there are models to mutate");
    let seconds: u64 =
        std::env::var("ESCALA_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    let until = Instant::now() + Duration::from_secs(seconds);
    let (mut number, mut sound) = (0u64, 0u64);
    while number < 3_000 || Instant::now() < until {
        let mut draws = Key::from_seed(20).named("mutations").numbered(number).draws();
        let text = mutate(&texts[draws.below(texts.len() as u32) as usize], &mut draws);
        number += 1;
        match catch_unwind(AssertUnwindSafe(|| run(&text))) {
            Ok(is_sound) => sound += u64::from(is_sound),
            Err(_) => panic!("mutation {number} makes the simulator panic:\n{text}"),
        }
    }
    println!("{number} mutations, {sound} of them scenarios");
    assert!(sound * 20 > number, "most mutations break the text: {sound} of {number} are scenarios");
}
