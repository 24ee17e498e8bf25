//! Intervals hold what they promise: over many repetitions, 93 to 97 of 100 intervals of 95 % contain the true value, from
//! a length of runs on that docs/how-to/replicate.md names.

#![allow(clippy::print_stdout, reason = "the table of the documentation is shown")]

use std::sync::Arc;

use sim_core::experiment::compare::{Alternative, Comparison, Sample, Verdict};
use sim_core::experiment::replicate::{seed_of, seeds};
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

/// The system of `models/bench/w3.ron`, from its steady state on; every request that was measured is answered.
fn three_tiers(requests: u32) -> String {
    let length = f64::from(requests) / 11_200.0;
    format!(
        r#"(run: (warmup: "1s", duration: "{}s", drain: true), nodes: {{
            "users": Clients(to: "lb", load: Open(rate: "11200/s")),
            "lb": Balancer(to: ["app"], policy: RoundRobin),
            "app": Service(instances: 16, cores: 4, run: Async(4), serve: [
                Cpu(Exp("3ms")), Get(cache: "cache", miss: [Call(to: "db")]), Cpu(Exp("1ms")),
            ]),
            "cache": Cache(hit_ratio: "80%", hit: Constant("0.2ms"), miss: Constant("0.2ms")),
            "db": Database(connections: 32, read: LogNormal(mean: "10ms", cv: 1.3108324944320861)),
        }}, links: {{"*": (latency: Constant("0.5ms"))}})"#,
        1.0 + length
    )
}

/// The metrics of one long run of a system whose law nobody knows.
fn reference(text: &str, metrics: [&'static str; 3]) -> [(&'static str, f64); 3] {
    let prepared = Prepared::new(text, &|_| None).expect("the scenario is valid");
    let report = prepared.run(Some(1));
    let names = Names::of(&prepared.compiled.models[0], []);
    metrics.map(|metric| {
        let reading = Reading::parse(metric, &names).expect("it is a metric");
        (metric, reading.estimate(&report).expect("something was measured").value)
    })
}

/// The share of repetitions whose interval contains the true value, by metric: intervals from the spread of so many
/// replications, or from the batches of one run.
fn coverage(text: &str, replications: u32, metrics: &[(&str, f64)], first_seed: u64) -> Vec<f64> {
    let prepared = Prepared::new(text, &|_| None).expect("the scenario is valid");
    let model = &prepared.compiled.models[0];
    let names = Names::of(model, []);
    let readings: Vec<(Reading, f64)> = metrics
        .iter()
        .map(|(metric, truth)| (Reading::parse(metric, &names).expect("it is a metric"), *truth))
        .collect();
    let contains = |repetition: u32| -> Vec<bool> {
        let run = |replication: u32| {
            let mut engine = prepared.engine(Some(seed_of(first_seed + u64::from(repetition), replication)));
            let mut watch = match replications {
                1 => prepared.watch(),
                _ => prepared.watch().without_batches(),
            };
            watch.run(&mut engine);
            watch.report(&engine)
        };
        let report = match replications {
            1 => run(0),
            more => {
                let mut merge = Merge::default();
                (0..more).for_each(|replication| merge.add(run(replication)));
                merge.report(model).expect("there are replications")
            }
        };
        let is_inside = |(reading, truth): &(Reading, f64)| {
            let estimate = reading.estimate(&report).expect("something was measured");
            let [low, high] = estimate.interval95().expect("there are parts of it");
            low <= *truth && *truth <= high
        };
        readings.iter().map(is_inside).collect()
    };
    shares(REPETITIONS, contains)
}

/// How often each answer is yes, over so many repetitions.
fn shares(repetitions: u32, answers: impl Fn(u32) -> Vec<bool> + Sync) -> Vec<f64> {
    let count = |from: u32| {
        let mut sums: Vec<u32> = Vec::new();
        for repetition in (from..repetitions).step_by(2) {
            let answers = answers(repetition);
            sums.resize(answers.len(), 0);
            sums.iter_mut().zip(answers).for_each(|(sum, answer)| *sum += u32::from(answer));
        }
        sums
    };
    let (even, odd) = std::thread::scope(|scope| {
        let even = scope.spawn(|| count(0));
        let odd = count(1);
        (even.join().expect("it counts"), odd)
    });
    even.iter().zip(odd).map(|(even, odd)| f64::from(even + odd) / f64::from(repetitions)).collect()
}

const EXACT: [(&str, f64); 3] =
    [("mean(users)", 5e-3), ("p50(users)", 3.465_736e-3), ("p99(users)", 23.025_85e-3)];

/// The coverage at one length of runs, shown as a row of the documentation.
fn row(name: &str, requests: u32, found: Vec<f64>) -> Vec<f64> {
    println!("{name:<22} {requests:>9}  {:.3}  {:.3}  {:.3}", found[0], found[1], found[2]);
    found
}

fn keeps_its_word(found: &[f64]) {
    assert!(found.iter().all(|share| (0.93..=0.97).contains(share)), "{found:?}");
}

#[test]
fn intervals_of_replications_contain_the_truth_as_often_as_they_say() {
    let queue_of = |requests: u32| {
        let found = coverage(&queue(requests), REPLICATIONS, &EXACT, u64::from(requests) * 1_000_000);
        row("M/M/1, replications", requests, found)
    };
    let (short, long) = (queue_of(2_000), queue_of(20_000));
    keeps_its_word(&long);
    // Twenty requests beyond the p99 of a run are too few to tell its spread: the command warns of it.
    assert!(short[2] < 0.9, "{short:?}");
}

#[test]
fn so_they_do_for_three_tiers_against_a_run_a_hundred_times_as_long() {
    let metrics = reference(&three_tiers(100 * REPLICATIONS * 20_000), EXACT.map(|(metric, _)| metric));
    let found = coverage(&three_tiers(20_000), REPLICATIONS, &metrics, 3_000_000);
    keeps_its_word(&row("W3, replications", 20_000, found));
}

#[test]
fn the_batches_of_one_run_tell_as_much_if_it_is_long() {
    let queue_of = |requests: u32| {
        let found = coverage(&queue(requests), 1, &EXACT, u64::from(requests) * 1_000_000);
        row("M/M/1, batches", requests, found)
    };
    let (short, long) = (queue_of(20_000), queue_of(500_000));
    keeps_its_word(&long);
    // A run of 20,000 has not ten requests beyond the p99 in each of its batches: the command warns of it.
    assert!(short[2] < 0.9, "{short:?}");
}

/// Compares scenarios by metrics with [`REPLICATIONS`] runs of each from a seed on, the first as the baseline.
fn compare(prepared: &[Prepared], metrics: &[&str], first_seed: u64) -> Comparison {
    let seeds = seeds(first_seed, REPLICATIONS);
    let mut asked = Vec::new();
    let mut sample = |(number, prepared): (usize, &Prepared)| {
        let model = &prepared.compiled.models[0];
        let names = Names::of(model, []);
        asked = metrics.iter().map(|text| Reading::parse(text, &names).expect("it is a metric")).collect();
        let alternative = Alternative { name: number.to_string(), ..Alternative::default() };
        let mut sample = Sample::new(alternative, Arc::new(model.clone()), asked.clone());
        for (replication, seed) in seeds.iter().enumerate() {
            sample.add(replication as u32, &prepared.run(Some(*seed))).expect("it is a whole run");
        }
        sample
    };
    let samples: Vec<Sample> = prepared.iter().enumerate().map(&mut sample).collect();
    Comparison::of(&samples, &asked, 0, &seeds)
}

#[test]
fn intervals_of_differences_contain_the_truth_as_often_as_they_say() {
    // Two queues of which one works a tenth faster. Latency is exponential with rate μ − λ: 1000 − 800 and 1111.1 − 800 a
    // second, so the means are 5 ms and 9/2800 s, and the p90 is ln 10 times the mean.
    let truth = 9.0 / 2800.0 - 5e-3;
    let exact = [("mean(users)", truth), ("p90(users)", truth * 10.0f64.ln())];
    let texts = [queue(6_000), queue(6_000).replace("1ms", "0.9ms")];
    let prepared = texts.map(|text| Prepared::new(&text, &|_| None).expect("the scenario is valid"));
    let found = shares(320, |repetition| {
        let found = compare(&prepared, &exact.map(|(metric, _)| metric), 1_000 + u64::from(repetition));
        let differences = found.metrics.iter().map(|metric| &metric.differences[0]);
        let inside = differences.clone().zip(exact).map(|(difference, (_, truth))| {
            let [low, high] = difference.interval95.expect("there are replications");
            low <= truth && truth <= high
        });
        // The common requests have to be worth something, or nothing was paired here.
        let is_paired = differences.map(|difference| difference.gain.is_some_and(|gain| gain > 2.0));
        inside.chain(is_paired).collect()
    });
    println!("differences of the mean {:.3}, of the p90 {:.3}; paired {:?}", found[0], found[1], &found[2..]);
    // The standard error of 320 repetitions is 1.2 in 100.
    assert!(found[..2].iter().all(|share| (0.92..=0.98).contains(share)), "{found:?}");
    assert!(found[2] > 0.95, "{found:?}");
}

#[test]
fn of_alternatives_that_do_not_differ_hardly_any_is_said_to() {
    // Four balancers that choose at random, each by draws of its own.
    let pool = |name: &str| {
        let text = r#"(run: (warmup: "1s", duration: "4s"), nodes: {
            "users": Clients(to: "NAME", load: Open(rate: "300/s")),
            "NAME": Balancer(to: ["app"], policy: Random),
            "app": Service(instances: 2, serve: [Cpu(Exp("5ms"))]),
        })"#;
        Prepared::new(&text.replace("NAME", name), &|_| None).expect("the scenario is valid")
    };
    let prepared = ["one", "two", "three", "four"].map(pool);
    let metrics = ["mean(users)", "p50(users)"];
    let found = shares(320, |repetition| {
        let found = compare(&prepared, &metrics, 5_000 + u64::from(repetition));
        let wrong = found.metrics.iter().flat_map(|metric| {
            let verdicts = metric.differences.iter().map(|difference| difference.verdict);
            let ranks = metric.ranking.iter().map(|ranked| ranked.rank);
            [
                verdicts.clone().any(|verdict| verdict != Verdict::NoDifferenceShown),
                ranks.clone().any(|rank| rank != Some(1)),
            ]
        });
        wrong.collect()
    });
    println!("wrong verdicts and rankings, by mean and p50: {found:?}");
    // Five in 100 and three standard errors of 320 repetitions; none at all would be a test that never finds anything.
    assert!(found.iter().all(|share| (0.003..=0.087).contains(share)), "{found:?}");
}
