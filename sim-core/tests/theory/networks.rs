//! Group B: several stations, open and closed, and instances that fail.

use std::collections::BTreeSet;

use sim_core::engine::state::Life;
use sim_core::observe::tally::Action;
use sim_core::time::{Duration, Time};

use crate::harness::{Findings, Trial};
use crate::run::{Run, check, compiled, paced, run};

/// Rates are asked for within 0.3 %, which takes more requests than usual.
const COUNT: f64 = 2e6;

/// The three stations of the cafe of B05, in seconds instead of minutes.
pub const CAFE: &str = r#"
        "cold_guests": Clients(to: "cold", load: Open(rate: "0.3/s")),
        "hot_guests": Clients(to: "hot", load: Open(rate: "0.2/s")),
        "cold": Service(serve: [
            Cpu(Exp("1s")),
            Choose([(0.3, [Call(to: "hot")]), (0.7, [Call(to: "till")])]),
        ]),
        "hot": Service(cores: 2, serve: [Cpu(Exp("2.5s")), Call(to: "till")]),
        "till": Service(cores: 2, serve: [Cpu(Exp("2s"))]),
    "#;

/// Metrics of open networks by the numbers of their stations.
fn stations(run: &Run, names: &[&str], findings: &mut Findings) {
    let count = run.offered() as f64;
    let response = run.latency().mean().expect("there were answers") / 1e9;
    findings.measured("T (mean end-to-end)", response, count);
    for (number, name) in (1..).zip(names) {
        let visits = run.arrivals(name) as f64 / run.window();
        let here = run.at_station(name);
        findings
            .measured(format!("L{number}"), here, count)
            .measured(format!("U{number}"), run.utilization(name), count)
            .measured(format!("visit rate {number}"), visits, count)
            .measured(format!("R{number} per visit"), here / visits, count);
    }
}

fn open(rate: f64, names: &'static [&'static str], nodes: &'static str) -> impl Fn(&Trial) -> Findings {
    move |trial| {
        let run = run(trial, &paced(rate, COUNT, nodes));
        let mut findings = Findings::new();
        stations(&run, names, &mut findings);
        findings
    }
}

fn interactive(trial: &Trial) -> Findings {
    let nodes = r#"
        "users": Clients(to: "first", load: Closed(users: 20, think: Exp("5s"))),
        "first": Service(serve: [Cpu(Exp("300ms")), Call(to: "second")]),
        "second": Service(serve: [Cpu(Exp("200ms")), Call(to: "third")]),
        "third": Service(serve: [Cpu(Exp("100ms"))]),
    "#;
    let run = run(trial, &paced(2.9, 1e6, nodes));
    let count = run.offered() as f64;
    let mut findings = Findings::new();
    findings.measured("X", run.completed() as f64 / run.window(), count);
    findings.measured("R", run.latency().mean().expect("there were answers") / 1e9, count);
    for (number, name) in (1..).zip(["first", "second", "third"]) {
        findings.measured(format!("Q{number}"), run.at_station(name), count);
        findings.measured(format!("U{number}"), run.utilization(name), count);
    }
    findings
}

fn machine_repair(trial: &Trial) -> Findings {
    let nodes = r#"
        "machines": Clients(to: "repair", load: Closed(users: 10, think: Exp("20s"))),
        "repair": Service(serve: [Cpu(Exp("1.5s"))]),
    "#;
    let run = run(trial, &paced(0.43, 1e6, nodes));
    let count = run.offered() as f64;
    let mut findings = Findings::new();
    findings
        .measured("X", run.completed() as f64 / run.window(), count)
        .measured("R", run.latency().mean().expect("there were answers") / 1e9, count)
        .measured("Q1", run.at_station("repair"), count)
        .measured("U1", run.utilization("repair"), count);
    findings
}

/// Three instances that crash and restart; the log says when, the instances say so too.
fn two_of_three(trial: &Trial) -> Findings {
    // Outages come every 386 s; this is enough for 4,000.
    let span = 1_600_000;
    let text = format!(
        r#"Scenario(
    run: (warmup: "0s", duration: "{span}s"),
    nodes: {{
        "users": Clients(to: "server", load: Open(rate: "0.001/s")),
        "server": Service(instances: 3, serve: [Cpu(Exp("10ms"))]),
    }},
    timeline: [Every(target: "server/*", up: Exp("100s"), down: Exp("5s"), fault: Crash)],
)"#
    );
    let mut engine = compiled(&text).engine(trial.seed);
    let mut ups = Vec::new();
    for step in 1..=span / 1_000 {
        engine.advance(Time::ZERO + Duration::from_secs_f64(f64::from(step) * 1e3), u64::MAX);
        ups.push(engine.state().instances.iter().filter(|instance| instance.life == Life::Up).count());
    }
    check(&engine);

    let mut down = BTreeSet::new();
    let (mut before, mut outage_from) = (Time::ZERO, None);
    let mut by_count = [0u64; 4];
    let (mut outages, mut outage_time) = (0u32, 0u64);
    let mut probes = ups.iter().zip(1..).peekable();
    for entry in &engine.state().tally.log {
        // Whoever takes part at some instants is who the log says is up then.
        while let Some((up, _)) = probes.next_if(|(_, step)| Time(step * 1_000_000_000_000) < entry.at) {
            // Clients are an instance that is always up.
            assert_eq!(*up, 1 + 3 - down.len(), "before {:?}", entry.at);
        }
        by_count[3 - down.len()] += (entry.at - before).0;
        before = entry.at;
        match entry.what {
            Action::Broke(instance) => down.insert(instance),
            Action::Mended(instance) => down.remove(&instance),
            Action::Scaled { .. } | Action::Flushed => false,
        };
        match (down.len() >= 2, outage_from) {
            (true, None) => outage_from = Some(entry.at),
            (false, Some(from)) => {
                (outages, outage_time) = (outages + 1, outage_time + (entry.at - from).0);
                outage_from = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
    let total = by_count.iter().sum::<u64>() as f64;
    let up = |least: usize| by_count[least..].iter().sum::<u64>() as f64 / total;
    let mean_up = (0..4).map(|count| count as f64 * by_count[count] as f64 / total).sum::<f64>();
    let frequency = f64::from(outages) / (total / 1e9);
    let mut findings = Findings::new();
    findings
        .measured("availability (>=k up)", up(2), f64::from(outages))
        .measured("unavailability", 1.0 - up(2), f64::from(outages))
        .measured("availability of a lone instance with its own crew", mean_up / 3.0, f64::from(outages))
        .measured("mean number up", mean_up, f64::from(outages))
        .measured("system outage frequency (per time unit)", frequency, f64::from(outages))
        .measured("mean outage duration", outage_time as f64 / 1e9 / f64::from(outages), f64::from(outages))
        .measured("mean time between outage starts", 1.0 / frequency, f64::from(outages));
    findings
}

cases! {
    b01_tandem: "B01-tandem" => open(0.8, &["web", "db"], r#"
        "users": Clients(to: "web", load: Open(rate: "0.8/s")),
        "web": Service(serve: [Cpu(Exp("1s")), Call(to: "db")]),
        "db": Service(serve: [Cpu(Exp("800ms"))]),
    "#);
    b03_jackson_feedback: "B03-jackson-feedback" => open(1.5, &["one", "two", "three"], r#"
        "some": Clients(to: "one", load: Open(rate: "1/s")),
        "others": Clients(to: "two", load: Open(rate: "0.5/s")),
        "one": Service(serve: [
            Cpu(Exp("250ms")),
            Choose([(0.5, [Call(to: "two")]), (0.3, [Call(to: "three")]), (0.2, [])]),
        ]),
        "two": Service(serve: [
            Cpu(Exp("333.333333ms")),
            Choose([(0.8, [Call(to: "three")]), (0.2, [])]),
        ]),
        "three": Service(serve: [Cpu(Exp("200ms")), Choose([(0.4, [Call(to: "one")]), (0.6, [])])]),
    "#);
    b05_cafe_steady: "B05-cafe-steady" => open(0.5, &["cold", "hot", "till"], CAFE);
    b06_interactive: "B06-interactive" => interactive;
    b09_repair_c1: "B09-repair-c1" => machine_repair;
    b11_two_of_three: "B11-2of3" => two_of_three;
}
