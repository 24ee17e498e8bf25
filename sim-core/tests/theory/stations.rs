//! Group A: one station.

use crate::harness::{Findings, Trial};
use crate::run::{paced, requests, run};
use sim_core::theory::renewal::GiM1;

/// Clients with this load, and a service.
fn station(rate: f64, load: &str, service: &str) -> impl Fn(&Trial) -> Findings + use<> {
    let nodes = format!(
        r#"
        "users": Clients(to: "server", load: {load}),
        "server": Service({service}),
    "#
    );
    move |trial| Findings::of(run(trial, &paced(rate, requests(), &nodes)))
}

/// A Poisson stream to a service.
fn poisson(rate: f64, service: &str) -> impl Fn(&Trial) -> Findings + use<> {
    station(rate, &format!(r#"Open(rate: "{rate}/s")"#), service)
}

/// A renewal stream to M/1; the root is not simulated.
fn renewal(spans: &str, root: GiM1) -> impl Fn(&Trial) -> Findings + use<> {
    let load = format!(r#"Open(rate: "0.8/s", arrivals: {spans})"#);
    let measure = station(0.8, &load, r#"serve: [Cpu(Exp("1s"))]"#);
    move |trial| {
        let mut findings = measure(trial);
        findings.reference("sigma (root)", Some(root.wait_probability), "closed form, not simulated");
        findings
    }
}

/// Two classes at a station of this schedule.
fn priorities(schedule: &'static str) -> impl Fn(&Trial) -> Findings {
    let nodes = format!(
        r#"
        "users": Clients(to: "server", load: Open(rate: "0.8/s"), classes: {{
            "first": (weight: 3, priority: 1),
            "second": (weight: 5),
        }}),
        "server": Service(schedule: {schedule}, serve: [Cpu(Exp("1s"))]),
    "#
    );
    move |trial| {
        let run = run(trial, &paced(0.8, requests(), &nodes));
        let (first, second, count) =
            (run.class_latency("first"), run.class_latency("second"), run.offered() as f64);
        let mut findings = Findings::new();
        findings.measured("T1", first, count).measured("T2", second, count);
        if schedule == "Priority" {
            // Waits are counted by node, not by class: a wait is the response less the mean service.
            findings.measured("W1", first - 1.0, count).measured("W2", second - 1.0, count);
        }
        findings
    }
}

cases! {
    a01_mm1_rho70: "A01-mm1-rho70" => poisson(0.7, r#"serve: [Cpu(Exp("1s"))]"#);
    a04_mm1_rho50: "A04-mm1-rho50" => poisson(5.0, r#"serve: [Cpu(Exp("100ms"))]"#);
    a05_mmc_c3: "A05-mmc-c3" => poisson(2.4, r#"cores: 3, serve: [Cpu(Exp("1s"))]"#);
    a06_mmc_c5_half: "A06-mmc-c5-half" => poisson(2.5, r#"cores: 5, serve: [Cpu(Exp("1s"))]"#);
    a07_mmc_c10_half: "A07-mmc-c10-half" => poisson(5.0, r#"cores: 10, serve: [Cpu(Exp("1s"))]"#);
    a10_mmc_bank: "A10-mmc-bank" => poisson(0.2, r#"cores: 3, serve: [Cpu(Exp("10s"))]"#);
    a12_mm1k_k5_overload: "A12-mm1k-k5-overload" => poisson(1.2, r#"queue: 4, serve: [Cpu(Exp("1s"))]"#);
    a13_mmck_c2k6: "A13-mmck-c2k6" => poisson(2.5, r#"cores: 2, queue: 4, serve: [Cpu(Exp("1s"))]"#);
    a16_erlb_exp: "A16-erlb-exp" => poisson(7.0, r#"cores: 10, queue: 0, serve: [Cpu(Exp("1s"))]"#);
    a16_erlb_det: "A16-erlb-det" => poisson(7.0, r#"cores: 10, queue: 0, serve: [Cpu(Constant("1s"))]"#);
    a16_erlb_logn: "A16-erlb-logn" => poisson(7.0, r#"cores: 10, queue: 0, serve: [Cpu(LogNormal(mean: "1s", cv: 2))]"#);
    a18_md1: "A18-md1" => poisson(0.8, r#"serve: [Cpu(Constant("1s"))]"#);
    a20_mg1_logn_cv2: "A20-mg1-logn-cv2" => poisson(0.6, r#"serve: [Cpu(LogNormal(mean: "1s", cv: 2))]"#);
    a21_mg1_h2: "A21-mg1-h2" => poisson(0.7, r#"serve: [Cpu(HyperExp(mean: "1s", scv: 4))]"#);
    a22_mg1_pareto: "A22-mg1-pareto4.5" => poisson(0.7, r#"serve: [Cpu(Pareto(alpha: 4.5, mean: "1s"))]"#);
    a27_mg1_bimodal: "A27-mg1-bimodal" =>
        poisson(5.0, r#"serve: [Cpu(Mixture([("99%", Exp("100ms")), ("1%", Exp("2s"))]))]"#);
    a28_ps_exp: "A28-ps-exp" => poisson(0.8, r#"schedule: ProcessorSharing, serve: [Cpu(Exp("1s"))]"#);
    a29_ps_det: "A29-ps-det" => poisson(0.8, r#"schedule: ProcessorSharing, serve: [Cpu(Constant("1s"))]"#);
    a32_lcfspr_h2: "A32-lcfspr-h2" =>
        poisson(0.7, r#"schedule: LifoPreemptive, serve: [Cpu(HyperExp(mean: "1s", scv: 4))]"#);
    a33_prio_np_mm1: "A33-prio-np-mm1" => priorities("Priority");
    a34_prio_pr_mm1: "A34-prio-pr-mm1" => priorities("PriorityPreemptive");
    a37_dm1: "A37-dm1" => renewal("Constant", GiM1::deterministic(0.8, 1.0).expect("it is stable"));
    a38_e2m1: "A38-e2m1" =>
        renewal(r#"Renewal(Erlang(k: 2, mean: "1s"))"#, GiM1::erlang(2, 0.8, 1.0).expect("it is stable"));
    a42_e4e2_1: "A42-e4e2-1" => station(
        0.8,
        r#"Open(rate: "0.8/s", arrivals: Renewal(Erlang(k: 4, mean: "1s")))"#,
        r#"serve: [Cpu(Erlang(k: 2, mean: "1s"))]"#,
    );
    a44_mmpp: "A44-mmpp" => station(
        0.7,
        r#"Bursty([(rate: "1.2/s", stay: "10s"), (rate: "0.2/s", stay: "10s")])"#,
        r#"serve: [Cpu(Exp("1s"))]"#,
    );
    a46_md2: "A46-md2" => poisson(1.6, r#"cores: 2, serve: [Cpu(Constant("1s"))]"#);
    a48_batch4: "A48-batch4" =>
        station(0.8, r#"Open(rate: "0.2/s", batch: 4)"#, r#"serve: [Cpu(Exp("1s"))]"#);
}
