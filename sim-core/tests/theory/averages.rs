//! Laws of J01 that hold on average: arrivals see averages, work is conserved, streams merge and split, means do not mind laws.

use sim_core::time::Time;

use crate::harness::Trial;
use crate::run::{arrivals, compiled, node, paced, present};

/// Mean and standard error over 20 replications.
fn replicated(trial: &Trial, value: impl Fn(&Trial) -> f64) -> (f64, f64) {
    let values: Vec<f64> = (0..20).map(|number| value(&Trial { seed: trial.replication(number) })).collect();
    spread(&values)
}

fn spread(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (count - 1.0);
    (mean, (variance / count).sqrt())
}

/// Five standard errors: of 20 values that is once in 10,000 by chance.
fn assert_near((mean, error): (f64, f64), expected: f64, what: &str) {
    assert!((mean - expected).abs() <= 5.0 * error, "{what}: {mean} ± {error} against {expected}");
}

/// What arrivals see, and what time averages are, of the number in M/M/1.
pub fn arrivals_see_averages(trial: &Trial) -> String {
    let nodes = r#"
        "users": Clients(to: "server", load: Open(rate: "0.7/s")),
        "server": Service(serve: [Cpu(Exp("1s"))]),
    "#;
    let mut engine = compiled(&paced(0.7, 4e5, nodes)).engine(trial.seed);
    let end = engine.model().run.end;
    let batches = 40;
    let mut differences = vec![Vec::new(); 4];
    for batch in 1..=batches {
        let until = Time(end.0 / batches * batch);
        let (mut spent, mut seen) = ([0u64; 5], [0u64; 5]);
        let mut before = engine.state().now;
        let mut came = arrivals(&engine, "server");
        while before < until && engine.stopped().is_none() {
            let here = present(&engine, "server").min(4) as usize;
            engine.advance(until, 1);
            let now = engine.state().now;
            spent[here] += (now - before).0;
            before = now;
            let arrived = arrivals(&engine, "server");
            seen[here] += arrived - came;
            came = arrived;
        }
        let share = |counts: &[u64; 5], number: usize| {
            counts[number] as f64 / counts.iter().sum::<u64>().max(1) as f64
        };
        for (number, differences) in differences.iter_mut().enumerate() {
            differences.push(share(&seen, number) - share(&spent, number));
        }
    }
    let mut largest: f64 = 0.0;
    for (number, differences) in differences.iter().enumerate() {
        let (mean, error) = spread(differences);
        assert_near((mean, error), 0.0, &format!("{number} present"));
        largest = largest.max((mean / error).abs());
    }
    format!("largest of four differences: {largest:.2} standard errors")
}

/// Kleinrock's conservation law: whatever the order, Σ ρ W is the same; and so is the busy time.
pub fn work_conservation(trial: &Trial) -> String {
    let simulate = |seed: u64, fields: &str, priorities: [u8; 2]| {
        let nodes = format!(
            r#"
        "users": Clients(to: "server", load: Open(rate: "0.5/s"), total: 50_000, classes: {{
            "short": (weight: 3, priority: {}),
            "long": (weight: 2, priority: {}),
        }}),
        "server": Service({fields} serve: [
            ByClass(cases: {{"short": [Cpu(Exp("1s"))], "long": [Cpu(Constant("2s"))]}}),
        ]),
    "#,
            priorities[0], priorities[1]
        );
        compiled(&format!("Scenario(nodes: {{{nodes}}})")).run(seed)
    };
    let orders = [
        ("", [0, 0]),
        ("order: Lifo,", [0, 0]),
        ("schedule: Priority,", [1, 0]),
        ("schedule: Priority,", [0, 1]),
    ];
    // W0 = (0.3 · 2 + 0.2 · 4) / 2 = 0.7, ρ = 0.7.
    let expected = 0.7 * 0.7 / 0.3;
    let mut told = Vec::new();
    for (fields, priorities) in orders {
        let sum = replicated(trial, |trial| {
            let run = simulate(trial.seed, fields, priorities);
            0.3 * (run.class_latency("short") - 1.0) + 0.4 * (run.class_latency("long") - 2.0)
        });
        assert_near(sum, expected, &format!("{fields} {priorities:?}"));
        told.push(format!("{:.3}", sum.0));
    }
    let busy =
        orders.map(|(fields, priorities)| simulate(trial.seed, fields, priorities).pool_times("server").0);
    assert!(busy.iter().all(|time| *time == busy[0]), "busy times differ: {busy:?}");
    format!(
        "Σ ρW = {} for four orders, {expected:.3} expected; busy times equal to the nanosecond",
        told.join(", ")
    )
}

/// The squared coefficient of variation of gaps, less 1, and their correlation with the next, in standard errors.
fn renewal_scores(times: &mut [u64]) -> (f64, f64) {
    times.sort_unstable();
    let gaps: Vec<f64> = times.windows(2).map(|pair| (pair[1] - pair[0]) as f64 / 1e9).collect();
    let count = gaps.len() as f64;
    let mean = gaps.iter().sum::<f64>() / count;
    let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / count;
    let products = gaps.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum::<f64>() / count;
    // Of exponential gaps the estimate has a variance of 4/n, by the delta method.
    ((variance / mean / mean - 1.0) / (2.0 / count.sqrt()), products / variance * count.sqrt())
}

fn assert_poisson(times: &mut [u64], what: &str) -> String {
    let (variation, correlation) = renewal_scores(times);
    assert!(variation.abs() <= 4.0 && correlation.abs() <= 4.0, "{what}: {variation}, {correlation}");
    format!("{what}: SCV z = {variation:.2}, correlation z = {correlation:.2}")
}

pub fn burke(trial: &Trial) -> String {
    let nodes = r#"
        "users": Clients(to: "server", load: Open(rate: "2.4/s")),
        "server": Service(cores: 3, serve: [Cpu(Exp("1s"))]),
    "#;
    let compiled = compiled(&paced(2.4, 3e5, nodes));
    let from = compiled.engine(trial.seed).model().run.warmup;
    let mut departures = Vec::new();
    compiled.run_recording(trial.seed, |record| {
        let departure = record.sent + record.latency;
        if departure >= from {
            departures.push(departure.0);
        }
    });
    assert_poisson(&mut departures, "departures of M/M/3")
}

/// Four streams together are one; one stream at random in four is four.
pub fn merge_and_split(trial: &Trial) -> String {
    let streams: String = (1..=4)
        .map(|number| format!("\"users{number}\": Clients(to: \"lb\", load: Open(rate: \"0.8/s\")),\n"))
        .collect();
    let nodes = format!(
        r#"{streams}
        "lb": Balancer(to: ["server"], policy: Random),
        "server": Service(instances: 4, serve: [Cpu(Constant("1ms"))]),
    "#
    );
    let (mut merged, mut split) = (Vec::new(), Vec::new());
    let compiled = compiled(&paced(3.2, 4e5, &nodes));
    let server = compiled.engine(trial.seed);
    let first = server.model().nodes[node(server.model(), "server")].first_instance;
    compiled.run_recording(trial.seed, |record| {
        merged.push(record.sent.0);
        if record.visited.contains(&first) {
            split.push(record.sent.0);
        }
    });
    let share = split.len() as f64 / merged.len() as f64;
    let error = (0.25 * 0.75 / merged.len() as f64).sqrt();
    assert!((share - 0.25).abs() <= 4.0 * error, "{share}");
    [assert_poisson(&mut merged, "merged"), assert_poisson(&mut split, "split")].join("; ")
}

/// Means that depend on the law of the service only by its mean.
pub fn insensitivity(trial: &Trial) -> String {
    let laws = [
        r#"Exp("1s")"#,
        r#"Constant("1s")"#,
        r#"HyperExp(mean: "1s", scv: 4)"#,
        r#"Uniform(min: "0s", max: "2s")"#,
    ];
    type Service = fn(&str) -> String;
    let systems: [(&str, Service, f64); 4] = [
        ("M/G/∞", |law| format!("serve: [Wait({law})]"), 0.8),
        ("M/G/1-PS", |law| format!("schedule: ProcessorSharing, serve: [Cpu({law})]"), 4.0),
        ("M/G/1-LCFS-PR", |law| format!("schedule: LifoPreemptive, serve: [Cpu({law})]"), 4.0),
        // Of 0.8 Erlangs 0.8/(1 + 0.8 + 0.32) with two servers and no line is what is carried.
        ("M/G/2/2", |law| format!("cores: 2, queue: 0, serve: [Cpu({law})]"), 0.8 * 1.8 / 2.12),
    ];
    let mut largest: f64 = 0.0;
    for (system, service, expected) in systems {
        for law in laws {
            let nodes = format!(
                r#"
        "users": Clients(to: "server", load: Open(rate: "0.8/s")),
        "server": Service({}),
    "#,
                service(law)
            );
            let text =
                format!("Scenario(run: (warmup: \"2000s\", duration: \"40000s\"), nodes: {{{nodes}}})");
            let compiled = compiled(&text);
            let present = replicated(trial, |trial| compiled.run(trial.seed).present("server"));
            assert_near(present, expected, &format!("{system} with {law}"));
            largest = largest.max(((present.0 - expected) / present.1).abs());
        }
    }
    format!("4 systems with 4 laws each; the largest difference is {largest:.2} standard errors")
}
