//! Intervals hold what they promise: over many repetitions, 93 to 97 of 100 intervals of 95 % contain the true value, from
//! a length of runs on that docs/how-to/replicate.md names.

#![allow(clippy::print_stdout, reason = "the table of the documentation is shown")]

use sim_core::experiment::replicate::seed_of;
use sim_core::report::claim::Reading;
use sim_core::report::run::Prepared;
use sim_core::report::{Merge, Names};

const REPETITIONS: u32 = 1_000;
const REPLICATIONS: u32 = 10;

/// A queue whose law is known: 800 requests a second, one server, 1 ms of work each (M/M/1), from its steady state on.
fn queue(requests: u32) -> String {
    let length = f64::from(requests) / 800.0;
    format!(
        r#"(run: (warmup: "2s", duration: "{}s"), nodes: {{
            "users": Clients(to: "server", load: Open(rate: "800/s")),
            "server": Service(serve: [Cpu(Exp("1ms"))]),
        }})"#,
        2.0 + length
    )
}

/// The share of repetitions whose interval contains the true value, by metric.
fn coverage(text: &str, metrics: &[(&str, f64)], first_seed: u64) -> Vec<f64> {
    let prepared = Prepared::new(text, &|_| None).expect("the scenario is valid");
    let model = &prepared.compiled.models[0];
    let names = Names::of(model, []);
    let readings: Vec<(Reading, f64)> = metrics
        .iter()
        .map(|(metric, truth)| (Reading::parse(metric, &names).expect("it is a metric"), *truth))
        .collect();
    let contains = |repetition: u32| -> Vec<bool> {
        let mut merge = Merge::default();
        for replication in 0..REPLICATIONS {
            let seed = seed_of(first_seed + u64::from(repetition), replication);
            let mut engine = prepared.engine(Some(seed));
            let mut watch = prepared.watch();
            watch.run(&mut engine);
            merge.add(watch.report(&engine));
        }
        let report = merge.report(model).expect("there are replications");
        let is_inside = |(reading, truth): &(Reading, f64)| {
            let estimate = reading.estimate(&report).expect("something was measured");
            let [low, high] = estimate.interval95().expect("there are replications");
            low <= *truth && *truth <= high
        };
        readings.iter().map(is_inside).collect()
    };
    let count = |from: u32| {
        let inside = (from..REPETITIONS).step_by(2).map(contains);
        inside.fold(vec![0u32; metrics.len()], |mut sum, inside| {
            sum.iter_mut().zip(inside).for_each(|(sum, inside)| *sum += u32::from(inside));
            sum
        })
    };
    let (even, odd) = std::thread::scope(|scope| {
        let even = scope.spawn(|| count(0));
        let odd = count(1);
        (even.join().expect("it counts"), odd)
    });
    even.iter().zip(odd).map(|(even, odd)| f64::from(even + odd) / f64::from(REPETITIONS)).collect()
}

#[test]
fn intervals_of_replications_contain_the_truth_as_often_as_they_say() {
    println!("requests a run   mean    p50    p99");
    let exact = [("mean(users)", 5e-3), ("p50(users)", 3.465_736e-3), ("p99(users)", 23.025_85e-3)];
    let row = |requests: u32| {
        let found = coverage(&queue(requests), &exact, u64::from(requests) * 1_000_000);
        println!("{requests:>14}  {:.3}  {:.3}  {:.3}", found[0], found[1], found[2]);
        found
    };
    let (short, long) = (row(2_000), row(20_000));
    let keeps_its_word = |found: &f64| (0.93..=0.97).contains(found);
    assert!(long.iter().all(keeps_its_word), "{long:?}");
    // Twenty requests beyond the p99 of a run are too few to tell its spread: the command warns of it.
    assert!(short[2] < 0.9, "{short:?}");
}
