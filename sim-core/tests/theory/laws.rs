//! J01: laws that hold in every run. The harness checks those of every instant on all cases; these look closer.

use sim_core::engine::visit::Outcome;
use sim_core::time::Time;

use crate::harness::Trial;
use crate::reference;
use crate::run::{arrivals, check, compiled, node, paced, present, run};
use crate::table::{self, Row};

/// The cases that are tested here.
pub const COVERED: &[&str] = &["J01-invariants"];

/// A test for each law, which says what it saw.
macro_rules! laws {
    ($($test:ident: $law:literal => $show:expr;)*) => {
        const LAWS: &[&str] = &[$($law),*];
        $(
            #[test]
            fn $test() {
                let seen: String = $show(&Trial::new(concat!("J01 ", stringify!($test)), 0));
                table::add(vec![row($law, seen)]);
            }
        )*
    };
}

fn row(law: &str, seen: String) -> Row {
    Row {
        case: COVERED[0].to_owned(),
        metric: law.to_owned(),
        expected: None,
        measured: None,
        count: None,
        distance: 0.0,
        score: None,
        scale: seen,
        note: None,
        second: None,
    }
}

#[test]
fn every_law_has_a_test() {
    for metric in reference::case(COVERED[0]).metrics {
        assert!(LAWS.contains(&metric.name.as_str()), "no test for `{}`", metric.name);
    }
}

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

const TANDEM: &str = r#"Scenario(
    nodes: {
        "users": Clients(to: "web", load: Open(rate: "0.8/s"), total: 100_000),
        "web": Service(serve: [Cpu(Exp("1s")), Call(to: "db")]),
        "db": Service(cores: 2, serve: [Cpu(LogNormal(mean: "1.5s", cv: 1.5))]),
    },
)"#;

/// From empty to empty the integral of the number present is the sum of the stays, to the nanosecond.
fn little(trial: &Trial) -> String {
    let run = run(trial, TANDEM);
    assert_eq!(run.presence("users"), run.latency().sum());
    for name in ["web", "db"] {
        let stays = &run.engine.state().tally.nodes[node(run.engine.model(), name)].latency;
        assert_eq!(run.presence(name), stays.sum(), "at {name}");
    }
    "equal to the nanosecond at three nodes".to_owned()
}

/// From empty to empty the busy time is the work that was done, to the nanosecond.
fn utilization(trial: &Trial) -> String {
    let run = run(trial, TANDEM);
    let state = run.engine.state();
    let tally = &state.tally.nodes[node(run.engine.model(), "db")];
    let (busy, _, _) = run.pool_times("db");
    assert_eq!(busy, tally.latency.sum() - tally.waits[0].sum());
    "equal to the nanosecond".to_owned()
}

fn forced_flow(trial: &Trial) -> String {
    let run = run(
        trial,
        r#"Scenario(nodes: {
        "users": Clients(to: "web", load: Open(rate: "10/s"), total: 20_000),
        "web": Service(serve: [
            Call(to: "a"), Cpu(Exp("1ms")), Call(to: "a"), FanOut(to: "b", count: 3),
            Parallel(branches: [[Call(to: "a")], [Call(to: "b"), Call(to: "b")]]),
        ]),
        "a": Service(serve: [Cpu(Exp("1ms"))]),
        "b": Service(instances: 2, serve: [Cpu(Exp("1ms"))]),
    })"#,
    );
    let visits = ["web", "a", "b"].map(|name| run.arrivals(name));
    assert_eq!(visits, [20_000, 3 * 20_000, 5 * 20_000]);
    "1, 3 and 5 visits a request, exactly".to_owned()
}

/// Everything that can end a request does; the counts agree at every look.
fn conservation(trial: &Trial) -> String {
    let text = r#"Scenario(
        run: (warmup: "0s", duration: "2000s", drain: true),
        nodes: {
            "users": Clients(
                to: "web", load: Open(rate: "30/s"), timeout: "300ms",
                retry: (attempts: 3, backoff: FullJitter(base: "50ms", cap: "1s"), budget: "20%"),
                classes: {"a": (weight: 1), "b": (weight: 2)},
            ),
            "web": Service(instances: 3, queue: 5, patience: Exp("100ms"), serve: [
                Cpu(Exp("60ms")), Choose([(0.02, [Fail]), (0.98, [Call(to: "db", timeout: "100ms")])]),
            ]),
            "db": Database(connections: 2, read: Exp("25ms"), queue: 10),
        },
        timeline: [
            Every(target: "web/*", up: Exp("50s"), down: Exp("2s"), fault: Crash),
            Every(target: "db/0", up: Exp("70s"), down: Exp("1s"), fault: Hang),
        ],
    )"#;
    let mut engine = compiled(text).engine(trial.seed);
    let mut looks = 0;
    loop {
        let stop = engine.advance(Time::NEVER, 500);
        looks += 1;
        check(&engine);
        let state = engine.state();
        let (model, ledger) = (engine.model(), state.tally.ledger);
        let mut offered = 0;
        let mut attempts = 0;
        for class in state.tally.clients.iter().flatten() {
            assert!(class.offered >= class.completed + class.failures());
            offered += class.offered;
            attempts += class.attempts;
        }
        assert_eq!((offered, attempts), (ledger.offered, ledger.attempts));
        assert_eq!(ledger.attempts, ledger.offered + ledger.retries);
        for name in ["web", "db"] {
            let tally = &state.tally.nodes[node(model, name)];
            let ended = tally.latency.count() + tally.failed.iter().sum::<u64>();
            let here = u64::from(present(&engine, name));
            assert_eq!(arrivals(&engine, name), ended + here, "{name} after {looks} looks");
        }
        if stop.is_some() {
            break;
        }
    }
    let classes = engine.state().tally.clients.iter().flatten();
    let mut seen = [0; Outcome::FAILURES.len()];
    classes.for_each(|class| seen.iter_mut().zip(class.failed).for_each(|(seen, failed)| *seen += failed));
    let kinds = seen.iter().filter(|count| **count > 0).count();
    assert!(kinds >= 5, "few ways to fail: {seen:?}");
    let left: Vec<_> = engine.state().visits.iter().collect();
    assert!(left.is_empty(), "visits are left after {:?}: {left:?}", engine.stopped());
    format!("exact at {looks} instants, with {kinds} ways to fail")
}

/// What arrivals see, and what time averages are, of the number in M/M/1.
fn arrivals_see_averages(trial: &Trial) -> String {
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
fn work_conservation(trial: &Trial) -> String {
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

/// R = N/X − Z, but for what is in flight at the ends.
fn interactive_response_time(trial: &Trial) -> String {
    let nodes = r#"
        "users": Clients(to: "server", load: Closed(users: 20, think: Constant("5s"))),
        "server": Service(serve: [Cpu(Exp("300ms"))]),
    "#;
    let run = run(trial, &paced(3.0, 2e5, nodes));
    let throughput = run.completed() as f64 / run.window();
    let response = run.latency().mean().expect("there were answers") / 1e9;
    let law = 20.0 / throughput - 5.0;
    // At each end at most 20 requests and thoughts are cut.
    let bound = 2.0 * 20.0 / run.completed() as f64 * (law + 5.0);
    assert!((response - law).abs() <= bound, "{response} against {law}");
    format!("R = {response:.6}, N/X − Z = {law:.6}, edges excuse {bound:.6}")
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

fn burke(trial: &Trial) -> String {
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

/// All times eight-fold: so are all results, but for the rounding of nanoseconds.
fn time_scaling(trial: &Trial) -> String {
    let simulate = |rate: &str, service: &str| {
        let text = format!(
            r#"Scenario(nodes: {{
        "users": Clients(to: "server", load: Open(rate: "{rate}"), total: 50_000),
        "server": Service(cores: 2, serve: [Cpu(Exp("{service}"))]),
    }})"#
        );
        let mut latencies = vec![0; 50_000];
        let run = compiled(&text).run_recording(trial.seed, |record| {
            latencies[record.number as usize] = record.latency.0;
        });
        (latencies, run.metric("P_wait"))
    };
    let (short, waits) = simulate("1.6/s", "1s");
    let (long, waits_of_long) = simulate("0.2/s", "8s");
    assert_eq!(waits, waits_of_long);
    let largest = short.iter().zip(&long).map(|(short, long)| (8 * short).abs_diff(*long)).max();
    let largest = largest.expect("there were requests");
    // Roundings of half a nanosecond, eight-fold, add up within a busy period.
    assert!(largest <= 2_000, "off by {largest} ns");
    format!("50,000 latencies eight-fold within {largest} ns; P(wait) equal")
}

fn digest(seed: u64) -> String {
    let nodes = r#"
        "users": Clients(to: "lb", load: Open(rate: "8/s"), timeout: "20s"),
        "lb": Balancer(to: ["server"], policy: PowerOf(d: 2)),
        "server": Service(instances: 10, serve: [Cpu(Exp("1s"))]),
    "#;
    compiled(&paced(8.0, 5e4, nodes)).run(seed).engine.state().tally.digest.text()
}

fn determinism(trial: &Trial) -> String {
    let seed = trial.seed;
    let once = digest(seed);
    let threads: Vec<_> = (0..3).map(|_| std::thread::spawn(move || digest(seed))).collect();
    for thread in threads {
        assert_eq!(thread.join().expect("the thread ends well"), once);
    }
    assert_ne!(digest(seed ^ 1), once);
    "the same digest alone and beside others; another one with another seed".to_owned()
}

/// With the same draws one more server, or less work, makes no request later.
fn monotonicity(trial: &Trial) -> String {
    let simulate = |cores: u32, mean: &str| {
        let text = format!(
            r#"Scenario(nodes: {{
        "users": Clients(
            to: "server",
            load: Open(rate: "1.6/s", arrivals: Renewal(Gamma(mean: "1s", cv: 1.5))),
            total: 100_000,
        ),
        "server": Service(cores: {cores}, serve: [Cpu(LogNormal(mean: "{mean}", cv: 2))]),
    }})"#
        );
        let mut ends = vec![0; 100_000];
        compiled(&text).run_recording(trial.seed, |record| {
            ends[record.number as usize] = (record.sent + record.latency).0;
        });
        ends
    };
    let before = simulate(2, "1s");
    let mut earlier = Vec::new();
    for (cores, mean) in [(3, "1s"), (2, "900ms")] {
        let after = simulate(cores, mean);
        assert!(before.iter().zip(&after).all(|(before, after)| after <= before), "{cores} cores, {mean}");
        earlier.push(before.iter().zip(&after).filter(|(before, after)| after < before).count());
    }
    format!("none of 100,000 later; {} earlier with a server more, {} with less work", earlier[0], earlier[1])
}

/// Four streams together are one; one stream at random in four is four.
fn merge_and_split(trial: &Trial) -> String {
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
fn insensitivity(trial: &Trial) -> String {
    let laws = [
        r#"Exp("1s")"#,
        r#"Constant("1s")"#,
        r#"HyperExp(mean: "1s", scv: 4)"#,
        r#"Uniform(min: "0s", max: "2s")"#,
    ];
    let systems: [(&str, fn(&str) -> String, f64); 4] = [
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

/// Percentiles rise in every case; a fan-out takes at least as long as its slowest part.
fn percentile_order(trial: &Trial) -> String {
    let run = run(
        trial,
        r#"Scenario(nodes: {
        "users": Clients(to: "root", load: Open(rate: "5/s"), total: 50_000),
        "root": Service(serve: [Parallel(branches: [[Call(to: "a")], [Call(to: "b")], [Call(to: "c")]])]),
        "a": Service(serve: [Wait(Exp("10ms"))]),
        "b": Service(serve: [Wait(Constant("15ms"))]),
        "c": Service(serve: [Wait(LogNormal(mean: "5ms", cv: 3))]),
    })"#,
    );
    let whole = run.latency().mean().expect("there were answers");
    for name in ["a", "b", "c"] {
        let part = run.engine.state().tally.nodes[node(run.engine.model(), name)].latency.mean();
        assert!(part.expect("there were visits") <= whole, "{name} takes longer than the whole");
    }
    "in every run of this table; a fan-out is no faster than its leaves".to_owned()
}

/// Times and counts are unsigned and checked for overflow in tests; the clock is looked at after every event.
fn nothing_negative(trial: &Trial) -> String {
    let nodes = r#"
        "users": Clients(to: "server", load: Bursty([(rate: "5/s", stay: "10s"), (rate: "0/s", stay: "30s")])),
        "server": Service(schedule: PriorityPreemptive, serve: [Cpu(Exp("700ms")), Wait(Exp("1s"))]),
    "#;
    let text = format!("Scenario(run: (warmup: \"0s\", duration: \"20000s\"), nodes: {{{nodes}}})");
    let mut engine = compiled(&text).engine(trial.seed);
    let (mut before, mut events) = (Time::ZERO, 0u64);
    while engine.advance(Time::NEVER, 1).is_none() {
        assert!(engine.state().now >= before, "the clock went back");
        (before, events) = (engine.state().now, events + 1);
    }
    check(&engine);
    format!("the clock never went back in {events} events; all quantities are unsigned, overflow would panic")
}

laws! {
    j01_little: "Little per station and system" => little;
    j01_utilization_law: "utilisation law" => utilization;
    j01_forced_flow: "forced flow" => forced_flow;
    j01_conservation: "conservation" => conservation;
    j01_pasta: "PASTA" => arrivals_see_averages;
    j01_work_conservation: "work conservation" => work_conservation;
    j01_interactive_response_time: "interactive response time law" => interactive_response_time;
    j01_burke: "Poisson departures" => burke;
    j01_time_scaling: "time scaling" => time_scaling;
    j01_determinism: "determinism" => determinism;
    j01_monotonicity: "monotonicity" => monotonicity;
    j01_merge_and_split: "merge/split" => merge_and_split;
    j01_insensitivity: "insensitivity" => insensitivity;
    j01_percentile_order: "percentile order" => percentile_order;
    j01_nothing_negative: "no negative" => nothing_negative;
}
