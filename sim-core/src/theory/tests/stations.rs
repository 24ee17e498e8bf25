//! Single stations: every queueing discipline and kind of impatience that has a formula.

use super::References;
use crate::theory::deterministic::{Md1, mdc_mean_wait, token_bucket_rejection};
use crate::theory::erlang::erlang_b;
use crate::theory::general::{
    Mg1, Moments, batch_response, last_come_preemptive_response, processor_sharing_response,
    processor_sharing_second_moment, setup_wait, vacation_wait,
};
use crate::theory::impatience::{erlang_a, mm1_queue_timeout, mm1_retrial};
use crate::theory::priority::{PriorityClass, non_preemptive, preemptive_resume};
use crate::theory::renewal::GiM1;
use crate::theory::station::{Mmc, MmcK};

#[test]
fn erlang_c_queues() {
    let references = References::read();
    let all = |queue: Mmc| {
        let (wait, response) = (|p| queue.wait_quantile(p).unwrap(), |p| queue.response_quantile(p).unwrap());
        vec![
            ("U", queue.utilization),
            ("P_wait", queue.wait_probability),
            ("W", queue.mean_wait),
            ("T", queue.mean_response),
            ("L", queue.mean_in_system),
            ("Lq", queue.mean_in_queue),
            ("W_p90", wait(0.9)),
            ("W_p95", wait(0.95)),
            ("W_p99", wait(0.99)),
            ("T_p50", response(0.5)),
            ("T_p90", response(0.9)),
            ("T_p95", response(0.95)),
            ("T_p99", response(0.99)),
        ]
    };
    for (case, arrival, service, servers) in [
        ("A01-mm1-rho70", 0.7, 1.0, 1),
        ("A04-mm1-rho50", 5.0, 10.0, 1),
        ("A05-mmc-c3", 2.4, 1.0, 3),
        ("A06-mmc-c5-half", 2.5, 1.0, 5),
        ("A07-mmc-c10-half", 5.0, 1.0, 10),
        ("A10-mmc-bank", 0.2, 0.1, 3),
    ] {
        references.check(case, &all(Mmc::new(arrival, service, servers).unwrap()));
    }
    let queue = Mmc::single(0.7, 1.0).unwrap();
    let median = queue.wait_quantile(0.5).unwrap();
    references.check("A01-mm1-rho70", &[("W2", queue.wait_second_moment()), ("W_p50", median)]);
    let zombies = Mmc::single(0.8, 1.0).unwrap();
    let late = zombies.response_tail(5.0);
    references.check(
        "C07-zombie-timeout",
        &[("timeout fraction", late), ("goodput", 0.8 * (1.0 - late)), ("U", zombies.utilization)],
    );
    for choices in ["D05-pod-d1-lam0.5", "D05-pod-d1-lam0.9"] {
        let load = if choices.ends_with('5') { 0.5 } else { 0.9 };
        references.check(choices, &[("T", Mmc::single(load, 1.0).unwrap().mean_response)]);
    }
    let shared = Mmc::new(10.0, 12.0, 3).unwrap();
    for number in 0..=5 {
        let name = format!("P(N={number})");
        references.check("K07-ciw-rps", &[(&name, shared.in_system_probability(number))]);
    }
    references.check("K07-ciw-rps", &[("T", shared.mean_response)]);
}

#[test]
fn bounded_queues_and_losses() {
    let references = References::read();
    for (case, arrival, servers, capacity) in
        [("A12-mm1k-k5-overload", 1.2, 1, 5), ("A13-mmck-c2k6", 2.5, 2, 6)]
    {
        let queue = MmcK::new(arrival, 1.0, servers, capacity).unwrap();
        references.check(
            case,
            &[
                ("P_block", queue.blocking_probability),
                ("X", queue.throughput),
                ("T", queue.mean_response),
                ("W", queue.mean_wait),
                ("L", queue.mean_in_system),
                ("U", queue.utilization),
            ],
        );
    }
    for case in ["A16-erlb-exp", "A16-erlb-det", "A16-erlb-logn"] {
        references.check(case, &[("P_block", erlang_b(7.0, 10))]);
        let served = 7.0 * (1.0 - erlang_b(7.0, 10));
        references.check(case, &[("L", served), ("X", served), ("U", served / 10.0)]);
    }
    let rejected = token_bucket_rejection(8.0, 10.0, 5.0).unwrap();
    references.check(
        "G18-tokenbucket",
        &[("reject fraction", rejected), ("admitted rate", 8.0 * (1.0 - rejected))],
    );
}

#[test]
fn general_service() {
    let references = References::read();
    let mixture = Moments::mixture(&[(0.99, Moments::exponential(0.1)), (0.01, Moments::exponential(2.0))]);
    for (case, arrival, service) in [
        ("A18-md1", 0.8, Moments::deterministic(1.0)),
        ("A20-mg1-logn-cv2", 0.6, Moments::lognormal(1.0, 2.0)),
        ("A21-mg1-h2", 0.7, Moments::hyperexponential(1.0, 4.0)),
        ("A22-mg1-pareto4.5", 0.7, Moments::pareto(4.5, 1.0)),
        ("A27-mg1-bimodal", 5.0, mixture),
    ] {
        let queue = Mg1::new(arrival, service).unwrap();
        references.check(
            case,
            &[
                ("U", queue.utilization),
                ("W", queue.mean_wait),
                ("T", queue.mean_response),
                ("P_wait", queue.utilization),
                ("L", queue.mean_in_system),
                ("Lq", queue.mean_in_queue),
                ("W2", queue.wait_second_moment),
            ],
        );
    }
    let heavy = Mg1::new(0.5, Moments::pareto(1.5, 1.0)).unwrap();
    assert_eq!(heavy.mean_wait, f64::INFINITY);
    assert_eq!(Mg1::new(1.0, Moments::exponential(1.0)), None);

    let constant = Md1::new(0.8, 1.0).unwrap();
    let quantile = |p| constant.wait_quantile(p).unwrap();
    references
        .check("A18-md1", &[("W_p50", quantile(0.5)), ("W_p95", quantile(0.95)), ("W_p99", quantile(0.99))]);
    let wait = mdc_mean_wait(1.6, 1.0, 2).unwrap();
    references.check("A46-md2", &[("W", wait), ("T", wait + 1.0)]);

    let sharing = processor_sharing_response(0.8, 1.0).unwrap();
    references
        .check("A28-ps-exp", &[("T", sharing), ("T2", processor_sharing_second_moment(0.8, 1.0).unwrap())]);
    references.check("A29-ps-det", &[("T", sharing), ("L", 0.8 * sharing)]);
    references.check("A32-lcfspr-h2", &[("T", last_come_preemptive_response(0.7, 1.0).unwrap())]);
    let batches = batch_response(0.2, Moments::deterministic(4.0), 1.0).unwrap();
    references.check("A48-batch4", &[("T", batches), ("L", 0.8 * batches)]);
    let exponential = Moments::exponential;
    references
        .check("C12-vacation-exp", &[("W", vacation_wait(0.5, exponential(1.0), exponential(3.0)).unwrap())]);
    references
        .check("C14-setup-exp", &[("W", setup_wait(0.5, exponential(1.0), exponential(10.0)).unwrap())]);
}

#[test]
fn renewal_arrivals_and_round_robin() {
    let references = References::read();
    for (case, queue) in [
        ("A37-dm1", GiM1::deterministic(0.8, 1.0).unwrap()),
        ("A38-e2m1", GiM1::erlang(2, 0.8, 1.0).unwrap()),
    ] {
        references.check(
            case,
            &[
                ("sigma (root)", queue.wait_probability),
                ("W", queue.mean_wait),
                ("T", queue.mean_response),
                ("T_p50", queue.response_quantile(0.5).unwrap()),
                ("T_p95", queue.response_quantile(0.95).unwrap()),
                ("T_p99", queue.response_quantile(0.99).unwrap()),
                ("W_p95", queue.wait_quantile(0.95).unwrap()),
                ("W_p99", queue.wait_quantile(0.99).unwrap()),
            ],
        );
    }
    for (case, servers) in [("D02-rr-n2", 2), ("D04-rr-n10", 10)] {
        let queue = GiM1::round_robin(servers, 0.8 * f64::from(servers), 1.0).unwrap();
        references.check(
            case,
            &[
                ("T", queue.mean_response),
                ("P_wait", queue.wait_probability),
                ("L_per_server", queue.mean_in_system),
            ],
        );
    }
}

#[test]
fn priorities_and_impatience() {
    let references = References::read();
    let class = |arrival_rate| PriorityClass { arrival_rate, service: Moments::exponential(1.0) };
    let classes = [class(0.3), class(0.5)];
    let waiting = non_preemptive(&classes).unwrap();
    references.check(
        "A33-prio-np-mm1",
        &[
            ("W1", waiting[0].mean_wait),
            ("T1", waiting[0].mean_response),
            ("W2", waiting[1].mean_wait),
            ("T2", waiting[1].mean_response),
        ],
    );
    let interrupting = preemptive_resume(&classes).unwrap();
    references.check(
        "A34-prio-pr-mm1",
        &[("T1", interrupting[0].mean_response), ("T2", interrupting[1].mean_response)],
    );
    let palm = erlang_a(6.0, 1.0, 5, 2.0).unwrap();
    references.check(
        "C03-erlangA-overload",
        &[
            ("P_ab", palm.abandonment_probability),
            ("P_wait", palm.wait_probability),
            ("W", palm.mean_wait),
            ("U", palm.utilization),
            ("Lq", palm.mean_in_queue),
            ("X", palm.throughput),
        ],
    );
    let timeout = mm1_queue_timeout(0.9, 1.0, 3.0).unwrap();
    references.check(
        "C05-mm1-queue-timeout",
        &[
            ("P_ab", timeout.abandonment_probability),
            ("P_wait", timeout.wait_probability),
            ("W", timeout.mean_wait),
            ("U", timeout.utilization),
        ],
    );
    let retrial = mm1_retrial(0.6, 1.0, 2.0).unwrap();
    references.check(
        "C09-retrial-mm1",
        &[
            ("L_orbit", retrial.mean_in_orbit),
            ("P_block", retrial.blocking_probability),
            ("T", retrial.mean_response),
            ("retries_per_arrival", retrial.retries_per_arrival),
        ],
    );
}
