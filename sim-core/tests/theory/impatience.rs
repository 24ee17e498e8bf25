//! Group C: failures, impatience, retries.

use sim_core::engine::visit::Outcome;
use sim_core::observe::tally::Action;

use crate::harness::{Findings, Trial};
use crate::run::{compiled, paced, requests, run};

/// A server that stands still now and then, and then goes on where it was.
fn breakdown(trial: &Trial) -> Findings {
    let nodes = r#"
        "users": Clients(to: "server", load: Open(rate: "0.5/s")),
        "server": Service(serve: [Cpu(Exp("1s"))]),
    "#;
    let faults = r#"timeline: [Every(target: "server/0", up: Exp("20s"), down: Exp("2s"), fault: Hang)],"#;
    let text = paced(0.5, requests(), nodes).replace("    nodes:", &format!("    {faults}\n    nodes:"));
    let run = run(trial, &text);
    let count = run.offered() as f64;
    let state = run.engine.state();
    let from = state.baseline.as_ref().expect("measuring has started").at;
    let (mut since, mut broken) = (None, 0);
    for entry in &state.tally.log {
        match (entry.what, since) {
            (Action::Broke(_), _) => since = Some(entry.at.max(from)),
            (Action::Mended(_), Some(since)) if entry.at > from => broken += (entry.at - since).0,
            _ => {}
        }
    }
    let down = broken as f64 / 1e9 / run.window();
    // Whoever comes while the server stands still is in the system, and not heard by the server yet.
    let in_system = run.present("users");
    let mut findings = Findings::of(run);
    findings.measured("L", in_system, count);
    findings.measured("up", 1.0 - down, count).measured("P_all_down", down, count);
    findings
}

fn impatient(rate: f64, nodes: &'static str) -> impl Fn(&Trial) -> Findings {
    move |trial| Findings::of(run(trial, &paced(rate, requests(), nodes)))
}

/// Clients give up, and the server works on for nobody.
fn zombie(trial: &Trial) -> Findings {
    let nodes = r#"
        "users": Clients(to: "server", load: Open(rate: "0.8/s"), timeout: "5s"),
        "server": Service(serve: [Cpu(Exp("1s"))]),
    "#;
    let run = run(trial, &paced(0.8, 1e6, nodes));
    let count = run.offered() as f64;
    let (timeouts, goodput) = (run.share_of(Outcome::Timeout), run.completed() as f64 / run.window());
    let mut findings = Findings::of(run);
    findings.measured("timeout fraction", timeouts, count).measured("goodput", goodput, count);
    findings
}

/// Whoever is rejected comes back some time later, again and again.
fn retrial(trial: &Trial) -> Findings {
    let nodes = r#"
        "users": Clients(to: "server", load: Open(rate: "0.6/s"), retry: (unlimited: true, backoff: Drawn(Exp("2s")))),
        "server": Service(queue: 0, serve: [Cpu(Exp("1s"))]),
    "#;
    let text = paced(0.6, requests(), nodes);
    let from = compiled(&text).engine(trial.seed).model().run.warmup;
    let (mut blocked, mut ended) = (0u64, 0u64);
    let run = compiled(&text).run_recording(trial.seed, |record| {
        if record.sent >= from {
            ended += 1;
            blocked += u64::from(record.attempts > 1);
        }
    });
    let count = run.offered() as f64;
    let retries = (run.attempts() - run.offered()) as f64;
    // Whoever is at the clients and not at the server is in the orbit.
    let orbit = run.present("users") - run.present("server");
    let mut findings = Findings::of(run);
    findings
        .measured("L_orbit", orbit, count)
        .measured("P_block", blocked as f64 / ended as f64, count)
        .measured("retries_per_arrival", retries / count, count);
    findings
}

cases! {
    c01_mm1_breakdown: "C01-mm1-breakdown" => breakdown;
    c03_erlang_a_overload: "C03-erlangA-overload" => impatient(6.0, r#"
        "users": Clients(to: "server", load: Open(rate: "6/s")),
        "server": Service(cores: 5, patience: Exp("2s"), serve: [Cpu(Exp("1s"))]),
    "#);
    c05_mm1_queue_timeout: "C05-mm1-queue-timeout" => impatient(0.9, r#"
        "users": Clients(to: "server", load: Open(rate: "0.9/s")),
        "server": Service(patience: Constant("3s"), serve: [Cpu(Exp("1s"))]),
    "#);
    c07_zombie_timeout: "C07-zombie-timeout" => zombie;
    c09_retrial_mm1: "C09-retrial-mm1" => retrial;
}
