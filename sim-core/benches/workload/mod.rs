//! The workloads: which scenario, how many requests, and the hand-written program that does the same where there is one.

use std::sync::Arc;

use sim_core::compile::compile;
use sim_core::engine::{Engine, Stop};
use sim_core::model::Model;
use sim_core::scenario::text::set;

use crate::limit::rings::Latencies;
use crate::limit::{least_connections, power_of_two, round_robin, single_server, three_tier};

/// A scenario to time.
#[derive(Clone, Copy)]
pub struct Workload {
    /// What it is called in tables.
    pub name: &'static str,
    /// The scenario.
    pub text: &'static str,
    /// What is changed in it: paths and values.
    pub values: &'static [(&'static str, &'static str)],
    /// How many requests one run makes.
    pub requests: u64,
    /// The same by hand.
    pub limit: Option<fn(u64) -> Latencies>,
}

const W1: &str = include_str!("../../../models/bench/w1.ron");
const W2_ROUND_ROBIN: &str = include_str!("../../../models/bench/w2-round-robin.ron");
const W2_LEAST_CONNECTIONS: &str = include_str!("../../../models/bench/w2-least-connections.ron");
const W2_POWER_OF_TWO: &str = include_str!("../../../models/bench/w2-power-of-two.ron");
const W3: &str = include_str!("../../../models/bench/w3.ron");

/// A thousand servers under the load that sixteen have in W2.
const THOUSAND: (&str, &str) = ("nodes.server.instances", "1000");
const THOUSANDFOLD: (&str, &str) = ("nodes.users.load", "Open(rate: \"800000/s\")");

/// Each request becomes a hundred calls, each to another of a hundred servers that are half busy.
const FAN_OUT: &str = r#"Scenario(
    run: (warmup: "0s", drain: true),
    nodes: {
        "users": Clients(to: "front", load: Open(rate: "500/s"), total: 1),
        "front": Service(serve: [FanOut(to: "leaf", count: 100)]),
        "leaf": Service(instances: 100, serve: [Cpu(Exp("1ms"))]),
    },
)"#;

/// Requests that only wait: as many are in flight as come during one wait.
const WAITING: &str = r#"Scenario(
    run: (warmup: "0s", drain: true),
    nodes: {
        "users": Clients(to: "server", load: Open(rate: "1000000/s"), total: 1),
        "server": Service(serve: [Wait(Exp("1s"))]),
    },
)"#;

/// All of them, in the order of the table.
pub const WORKLOADS: &[Workload] = &[
    workload("W1", W1, &[], 3_000_000, Some(single_server)),
    workload("W2, round robin", W2_ROUND_ROBIN, &[], 2_000_000, Some(round_robin)),
    workload("W2, least connections", W2_LEAST_CONNECTIONS, &[], 2_000_000, Some(least_connections)),
    workload("W2, power of two", W2_POWER_OF_TWO, &[], 2_000_000, Some(|n| power_of_two(n, 16))),
    workload("W3", W3, &[], 1_000_000, Some(three_tier::three_tier)),
    workload(
        "W3, deadlines of 30 s",
        W3,
        &[("nodes.users.timeout", "\"30s\"")],
        1_000_000,
        Some(three_tier::three_tier),
    ),
    workload(
        "1,000 servers, least connections",
        W2_LEAST_CONNECTIONS,
        &[THOUSAND, THOUSANDFOLD],
        1_000_000,
        None,
    ),
    workload(
        "1,000 servers, power of two",
        W2_POWER_OF_TWO,
        &[THOUSAND, THOUSANDFOLD],
        1_000_000,
        Some(|n| power_of_two(n, 1000)),
    ),
    workload("fan-out of 100", FAN_OUT, &[], 20_000, None),
    workload("10² in flight", WAITING, &[("nodes.server.serve", "[Wait(Exp(\"0.1ms\"))]")], 1_000_000, None),
    workload("10⁴ in flight", WAITING, &[("nodes.server.serve", "[Wait(Exp(\"10ms\"))]")], 1_000_000, None),
    workload("10⁶ in flight", WAITING, &[], 3_000_000, None),
];

const fn workload(
    name: &'static str,
    text: &'static str,
    values: &'static [(&'static str, &'static str)],
    requests: u64,
    limit: Option<fn(u64) -> Latencies>,
) -> Workload {
    Workload { name, text, values, requests, limit }
}

impl Workload {
    /// The model of a run of `requests` requests.
    pub fn model(&self, requests: u64) -> Arc<Model> {
        let total = requests.to_string();
        let values = self.values.iter().copied().chain([("nodes.users.total", total.as_str())]);
        let text = values.fold(self.text.to_owned(), |text, (path, value)| {
            set(&text, path, value).unwrap_or_else(|_| panic!("`{path}` can be set"))
        });
        let compiled = compile(&text, &|_| None).expect("the scenario is right");
        Arc::new(compiled.models.into_iter().next().expect("there is a model"))
    }

    /// Runs `model` to its end.
    pub fn run(model: &Arc<Model>) -> Engine {
        let mut engine = Engine::new(Arc::clone(model));
        assert_eq!(engine.run(), Stop::Idle);
        engine
    }
}
