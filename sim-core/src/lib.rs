//! Escala's simulator: pure, deterministic, no I/O, no clock, no threads.
//!
//! A scenario is text, and is changed by edits of that text; what compiles can run.
//!
//! ```
//! use sim_core::report::run::Prepared;
//! use sim_core::scenario::text::set;
//!
//! let shop = r#"(
//!     run: (seed: 7, duration: "2min"),
//!     nodes: {
//!         "users": Clients(to: "app", load: Open(rate: "90/s"), timeout: "2s"),
//!         "app": Service(cores: 1, serve: [Cpu(Exp("10ms")), Call(to: "db")]),
//!         "db": Database(connections: 4, read: LogNormal(median: "4ms", p99: "25ms")),
//!     },
//! )"#;
//! let mut p99 = Vec::new();
//! for cores in ["1", "2"] {
//!     let text = set(shop, "nodes.app.cores", cores).expect("there is such a path");
//!     let report = Prepared::new(&text, &|_| None).expect("the scenario is sound").run(None);
//!     assert!(report.is_sound(), "a run that breaks a law of queueing is a wrong run");
//!     p99.extend(report.measured.clients["users"].latency_ms.p99);
//! }
//! assert!(p99[1] < p99[0] / 3.0, "a second core makes the slowest percent at least three times as fast: {p99:?}");
//! ```
#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros))]

pub mod arena;
pub mod catalogue;
pub mod compile;
pub mod component;
pub mod diagnostic;
pub mod distribution;
pub mod editing;
pub mod engine;
pub mod experiment;
pub mod graph;
pub mod live;
pub mod math;
pub mod model;
pub mod observe;
pub mod policy;
pub mod quantity;
pub mod random;
pub mod report;
pub mod scenario;
pub mod sorted;
pub mod statistics;
pub mod theory;
pub mod time;

pub use report::run::run_text;
