//! Groups S, K and G13: what others measured or simulated.

use sim_core::time::{Duration, Time};

use crate::harness::{Findings, Trial};
use crate::run::{Run, arrivals, check, compiled, paced, run};

/// Users of a load generator without think time, and the service they ask.
fn generator(users: u32, total: u32, nodes: &str) -> String {
    format!(
        r#"Scenario(
    nodes: {{
        "users": Clients(to: "app", load: Closed(users: {users}), total: {total}, key: Uniform(1)),
        {nodes}
    }},
)"#
    )
}

fn makespan(run: &Run) -> f64 {
    run.engine.state().now.as_secs_f64()
}

fn sleeping_handler(trial: &Trial, overhead: &str) -> Run {
    let app = format!(
        r#""app": Service(run: Threads(5), serve: [Wait(Constant("5s")), Wait(Constant("{overhead}"))]),"#
    );
    run(trial, &generator(5, 100, &app))
}

fn without_cache(trial: &Trial) -> Findings {
    let bare = sleeping_handler(trial, "0s");
    let run = sleeping_handler(trial, "26ms");
    let mean = run.metric("T").expect("there were answers");
    let throughput = run.completed() as f64 / makespan(&run);
    let mut findings = Findings::new();
    findings
        .exact("makespan with delta=0 (s)", makespan(&bare))
        .exact("makespan with delta=0.026 (s)", makespan(&run))
        .exact("throughput (req/s)", throughput)
        .exact("mean response (s)", mean)
        .exact("in flight = X*R", throughput * mean);
    findings
}

fn warm_cache(trial: &Trial) -> Findings {
    let nodes = r#"
        "app": Service(serve: [Get(cache: "cache", miss: [Call(to: "origin")])]),
        "cache": Cache(ttl: "300s", start: Warm, hit: Constant("50.6ms")),
        "origin": Service(run: Threads(5), serve: [Wait(Constant("5s"))]),
    "#;
    let run = run(trial, &generator(5, 100, nodes));
    let throughput = run.completed() as f64 / makespan(&run);
    let cold = sleeping_handler(trial, "26ms");
    let mut findings = Findings::new();
    findings
        .exact("makespan (s)", makespan(&run))
        .exact("throughput (req/s)", throughput)
        .exact("origin calls", run.arrivals("origin") as f64)
        .exact("speed-up over S01", makespan(&cold) / makespan(&run));
    findings
}

/// 30 users in flight whose requests take 1.130451 s each, for as long as 100 of them take.
fn thirty_in_flight(trial: &Trial) -> Findings {
    let text = r#"Scenario(
    run: (warmup: "11.32s", duration: "124.3651s"),
    nodes: {
        "users": Clients(to: "app", load: Closed(users: 30, ramp: "1.130451s")),
        "app": Service(serve: [Wait(Constant("1.130451s"))]),
    },
)"#;
    let run = run(trial, text);
    let throughput = run.arrivals("app") as f64 / run.window();
    let mean = run.metric("T").expect("there were answers");
    let mut findings = Findings::new();
    findings
        .exact("267 requests, 10.061 s -> X", throughput)
        .exact("X * mean time per request (1.130451 s)", throughput * mean);
    findings
}

/// Edges of 3 ms each: there, back, and the one before the server.
fn single_server(trial: &Trial) -> Findings {
    let nodes = r#"
        "users": Clients(to: "server", load: Open(rate: "33.333333333/s")),
        "server": Service(cores: 8, serve: [Wait(Exp("3ms")), Cpu(Constant("1ms")), Wait(Constant("100ms"))]),
    "#;
    let links = r#"links: {"users->server": (latency: Exp("3ms"))},"#;
    let text = paced(100.0 / 3.0, 1e6, nodes).replace("    nodes:", &format!("    {links}\n    nodes:"));
    Findings::of(run(trial, &text))
}

fn slow_backends(trial: &Trial) -> Findings {
    let text = r#"Scenario(
    run: (warmup: "10s", duration: "330s"),
    nodes: {
        "users": Clients(to: "lb", load: Open(rate: "500/s", arrivals: Constant)),
        "lb": Balancer(to: ["fast", "slow"], policy: RoundRobin),
        "fast": Service(instances: 14, serve: [Wait(Constant("50ms"))]),
        "slow": Service(instances: 2, serve: [Wait(Constant("800ms"))]),
    },
)"#;
    let run = run(trial, text);
    let slow = run.arrivals("slow") as f64;
    let milliseconds = |name| run.metric(name).expect("there were answers") * 1e3;
    let mut findings = Findings::new();
    findings
        .exact("slow fraction", slow / (slow + run.arrivals("fast") as f64))
        .exact("T_p50 (ms)", milliseconds("T_p50"))
        .exact("T_p95 (ms)", milliseconds("T_p95"))
        .exact("T_p99 (ms)", milliseconds("T_p99"))
        .exact("T mean (ms)", milliseconds("T"));
    findings
}

/// A database of 300 queries a second that stands still for ten seconds, and clients that try twice.
fn metastable(trial: &Trial) -> Findings {
    let mut findings = Findings::new();
    for rate in [120, 160, 280] {
        let text = format!(
            r#"Scenario(
    run: (warmup: "0s", duration: "600s"),
    nodes: {{
        "users": Clients(
            to: "db",
            load: Open(rate: "{rate}/s", arrivals: Constant),
            timeout: "1s",
            retry: (attempts: 2),
        ),
        "db": Database(connections: 30, read: Constant("100ms")),
    }},
    timeline: [At("60s", Hang(target: "db/0", for: "10s"))],
)"#
        );
        let mut engine = compiled(&text).engine(trial.seed);
        // By second: requests answered, attempts that reached the database.
        let mut seconds = vec![(0, 0)];
        for second in 1..=600 {
            engine.advance(Time::ZERO + Duration::from_secs_f64(f64::from(second)), u64::MAX);
            seconds.push((engine.state().tally.ledger.completed, arrivals(&engine, "db")));
        }
        check(&engine);
        let goodput = |from: usize, to: usize| (seconds[to].0 - seconds[from].0) as f64 / (to - from) as f64;
        let attempts = (seconds[599].1 - seconds[580].1) as f64 / 19.0;
        let has_recovered = goodput(580, 599) > 0.99 * f64::from(rate);
        findings
            .exact(format!("lam={rate}: goodput before trigger"), goodput(10, 59))
            .exact(format!("lam={rate}: goodput 580-599 s"), goodput(580, 599))
            .exact(format!("lam={rate}: attempts/s reaching the server 580-599 s"), attempts)
            .exact(format!("lam={rate}: recovered"), f64::from(has_recovered));
        if rate == 120 {
            let full = (70..600).find(|&second| goodput(second, second + 1) >= f64::from(rate));
            findings.exact("lam=120: first t with full goodput", full.map_or(f64::NAN, |full| full as f64));
        }
    }
    findings
}

cases! {
    s01_without_cache: "S01-seed-nocache" => without_cache;
    s02_warm_cache: "S02-seed-warm" => warm_cache;
    s05_ab_little: "S05-ab-little" => thirty_in_flight;
    k01_asyncflow_single: "K01-asyncflow-single" => single_server;
    k09_slow_backends: "K09-k8s-prequal-rr" => slow_backends;
    g13_metastable: "G13-metastable" => metastable;
}
