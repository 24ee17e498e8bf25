//! J01: laws that hold in every run. The harness checks those of every instant on all cases; these look closer.

use crate::averages::{arrivals_see_averages, burke, insensitivity, merge_and_split, work_conservation};
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
        let mut retries = 0;
        for class in state.tally.clients.iter().flatten() {
            assert!(class.offered >= class.completed + class.failures());
            offered += class.offered;
            retries += class.retries;
        }
        assert_eq!((offered, retries), (ledger.offered, ledger.retries));
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
