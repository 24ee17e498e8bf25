//! Pools as they are compiled: what visits wait for, in which order, and for how long.

use serde::{Deserialize, Serialize};

use super::Delay;

/// Something visits wait for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Pool {
    /// How many visits it serves at a time.
    pub servers: u32,
    /// In which order, and whether a visit in service can be interrupted.
    pub discipline: Discipline,
    /// How many may wait; more are rejected.
    pub queue: u32,
    /// How long a visit waits before it leaves the line.
    pub patience: Option<Patience>,
    /// How many levels of priority there are; a class of a higher level goes first.
    pub levels: u8,
}

/// What visits wait for in a pool of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum PoolKind {
    /// Processors.
    Cores,
    /// What holds a visit while it computes and while it waits for others.
    Threads,
    /// What holds a visit from its start to its reply.
    Workers,
    /// What a query needs.
    Connections,
}

impl PoolKind {
    /// The word used in reports.
    pub const fn word(self) -> &'static str {
        match self {
            PoolKind::Cores => "cores",
            PoolKind::Threads => "threads",
            PoolKind::Workers => "workers",
            PoolKind::Connections => "connections",
        }
    }
}

/// The patience of visits in a line.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Patience {
    /// How long.
    pub span: Delay,
    /// Keys its draw.
    pub tag: u64,
}

/// The order of service in a pool.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub enum Discipline {
    /// First come, first served.
    Fifo,
    /// Last come, first served, without interruption.
    Lifo,
    /// Higher classes first, without interruption.
    Priority,
    /// The latest arrival interrupts; work resumes where it stopped.
    LifoPreemptive,
    /// A higher class interrupts a lower one; work resumes where it stopped.
    PriorityPreemptive,
    /// Everybody at once, at equal speeds; or the first `at_most` at once and the rest first come, first served.
    Sharing {
        /// How many share at a time.
        at_most: u32,
        /// The serialised share σ of the Universal Scalability Law.
        contention: f64,
        /// The crosstalk share κ of the Universal Scalability Law.
        coherency: f64,
    },
}
