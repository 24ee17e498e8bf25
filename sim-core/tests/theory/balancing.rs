//! Group D: balancers and fan-out.

use crate::harness::{Findings, Trial};
use crate::run::{Run, compiled, paced, requests, run};
use sim_core::theory::parallel;

/// Single servers behind a balancer.
fn servers(count: u32, rate: f64, policy: &str) -> String {
    format!(
        r#"
        "users": Clients(to: "lb", load: Open(rate: "{rate}/s")),
        "lb": Balancer(to: ["server"], policy: {policy}),
        "server": Service(instances: {count}, serve: [Cpu(Exp("1s"))]),
    "#
    )
}

fn balanced(count: u32, rate: f64, policy: &'static str) -> impl Fn(&Trial) -> Findings {
    move |trial| Findings::of(run(trial, &paced(rate, requests(), &servers(count, rate, policy))))
}

/// The power of `d` choices among 100 servers, of distinct ones and of such that can be drawn twice.
fn power_of(d: u32, load: f64) -> impl Fn(&Trial) -> Findings {
    move |trial| {
        let rate = 100.0 * load;
        let simulate = |replacement| {
            let policy = format!("PowerOf(d: {d}, replacement: {replacement})");
            // The warm-up is 10⁴ s, at a load of 0.99 10⁵ s.
            let (warmup, measured) = if load > 0.98 { (1e5, 2.0 * requests()) } else { (1e4, requests()) };
            let text = format!(
                "Scenario(run: (warmup: \"{warmup}s\", duration: \"{}s\"), nodes: {{{}}})",
                warmup + measured / rate,
                servers(100, rate, &policy)
            );
            run(trial, &text)
        };
        let mean = |run: &Run| run.metric("T").expect("there were answers");
        let (distinct, replaced) = (simulate(false), simulate(true));
        let count = distinct.offered() as f64;
        let mut findings = Findings::new();
        findings
            .measured("T (n=100, d distinct)", mean(&distinct), count)
            .measured("T (n=100, with replacement)", mean(&replaced), count)
            .measured(
                "P_wait (n=100, d distinct)",
                distinct.metric("P_wait").expect("there were visits"),
                count,
            )
            .reference(
                "T mean-field (n->inf)",
                parallel::power_of_choices_response(d, load, 1.0),
                "closed form for infinitely many servers",
            );
        findings
    }
}

fn fork_join_pair(trial: &Trial) -> Findings {
    let nodes = r#"
        "users": Clients(to: "fork", load: Open(rate: "0.6/s")),
        "fork": Service(serve: [Parallel(branches: [[Call(to: "left")], [Call(to: "right")]])]),
        "left": Service(serve: [Cpu(Exp("1s"))]),
        "right": Service(serve: [Cpu(Exp("1s"))]),
    "#;
    let run = run(trial, &paced(0.6, requests(), nodes));
    let mut findings = Findings::new();
    findings.measured("T", run.metric("T").expect("there were answers"), run.offered() as f64);
    findings
}

/// Ten calls in turn to ten servers: one each.
fn fork_join_ten(trial: &Trial) -> Findings {
    let nodes = r#"
        "users": Clients(to: "fork", load: Open(rate: "0.5/s")),
        "fork": Service(serve: [FanOut(to: "lb", count: 10)]),
        "lb": Balancer(to: ["server"], policy: RoundRobin),
        "server": Service(instances: 10, serve: [Cpu(Exp("1s"))]),
    "#;
    let run = run(trial, &paced(0.5, requests(), nodes));
    let (mean, count) = (run.metric("T").expect("there were answers"), run.offered() as f64);
    let (low, high) = parallel::fork_join_bounds(10, 0.5, 1.0).expect("it is stable");
    let mut findings = Findings::new();
    findings
        .measured("T", mean, count)
        .measured("T (Nelson-Tantawi approximation)", mean, count)
        .bound("T lower bound (one queue)", mean, mean > low)
        .bound("T upper bound (independent queues) H_K/(mu-lam)", mean, mean < high);
    findings
}

/// A request to `width` idle leaves at once, each of which does `leaf`.
fn fan_out(trial: &Trial, width: u32, count: f64, leaf: &str) -> Run {
    let text = format!(
        r#"Scenario(
    run: (drain: true),
    nodes: {{
        "users": Clients(to: "root", load: Closed(users: 1), total: {count}),
        "root": Service(serve: [FanOut(to: "leaf", count: {width})]),
        "leaf": Service(serve: [{leaf}]),
    }},
)"#
    );
    compiled(&text).run(trial.seed)
}

fn order_statistics(trial: &Trial) -> Findings {
    let mut findings = Findings::new();
    for (width, count) in [(1, 400_000.0), (10, 200_000.0), (100, 60_000.0)] {
        let run = fan_out(trial, width, count, r#"Wait(Exp("10ms"))"#);
        let milliseconds = |name| run.metric(name).expect("there were answers") * 1e3;
        findings.measured(format!("T mean n={width}"), milliseconds("T"), count);
        if width == 100 {
            findings.measured("T p50 n=100", milliseconds("T_p50"), count);
            findings.measured("T p99 n=100", milliseconds("T_p99"), count);
        }
    }
    findings
}

fn tail_at_scale(trial: &Trial) -> Findings {
    let mut findings = Findings::new();
    for (share, width, count) in [(0.01, 1, 400_000.0), (0.01, 100, 50_000.0), (0.0001, 2_000, 5_000.0)] {
        let leaf = format!(
            r#"Choose([({share}, [Wait(Constant("1.1s"))]), ({}, [Wait(Constant("10ms"))])])"#,
            1.0 - share
        );
        let run = fan_out(trial, width, count, &leaf);
        let slow = 1.0 - run.latency().share_at_most(1_000_000_000).expect("there were answers");
        findings.measured(format!("P(slow) p={share} n={width}"), slow, count);
    }
    findings
}

cases! {
    d01_random: "D01-random" => balanced(10, 8.0, "Random");
    d02_rr_n2: "D02-rr-n2" => balanced(2, 1.6, "RoundRobin");
    d04_rr_n10: "D04-rr-n10" => balanced(10, 8.0, "RoundRobin");
    d05_pod_d1_lam05: "D05-pod-d1-lam0.5" => balanced(100, 50.0, "PowerOf(d: 1)");
    d05_pod_d1_lam09: "D05-pod-d1-lam0.9" => balanced(100, 90.0, "PowerOf(d: 1)");
    d06_pod_d2_lam05: "D06-pod-d2-lam0.5" => power_of(2, 0.5);
    d06_pod_d2_lam08: "D06-pod-d2-lam0.8" => power_of(2, 0.8);
    d06_pod_d2_lam09: "D06-pod-d2-lam0.9" => power_of(2, 0.9);
    d06_pod_d2_lam099: "D06-pod-d2-lam0.99" => power_of(2, 0.99);
    d06_pod_d3_lam07: "D06-pod-d3-lam0.7" => power_of(3, 0.7);
    d06_pod_d3_lam08: "D06-pod-d3-lam0.8" => power_of(3, 0.8);
    d06_pod_d3_lam095: "D06-pod-d3-lam0.95" => power_of(3, 0.95);
    d06_pod_d5_lam05: "D06-pod-d5-lam0.5" => power_of(5, 0.5);
    d06_pod_d5_lam07: "D06-pod-d5-lam0.7" => power_of(5, 0.7);
    d06_pod_d5_lam09: "D06-pod-d5-lam0.9" => power_of(5, 0.9);
    d06_pod_d5_lam099: "D06-pod-d5-lam0.99" => power_of(5, 0.99);
    d07_pod_n10: "D07-pod-n10" => balanced(10, 9.0, "PowerOf(d: 2)");
    d09_jsq2_rho80: "D09-jsq2-rho80" => balanced(2, 1.6, "LeastConnections(ties: Random)");
    d14_pod2of3_rho80: "D14-pod2of3-rho80" => balanced(3, 2.4, "PowerOf(d: 2)");
    d15_jsq_n10: "D15-jsq-n10" => balanced(10, 9.0, "LeastConnections(ties: Random)");
    d19_forkjoin2: "D19-forkjoin2" => fork_join_pair;
    d21_forkjoin10: "D21-forkjoin10" => fork_join_ten;
    d23_fanout_order_stat: "D23-fanout-order-stat" => order_statistics;
    d24_tail_at_scale: "D24-tail-at-scale" => tail_at_scale;
}
