//! The counts of a run: what clients saw, what nodes did. Everything a report says comes from here.

use serde::{Deserialize, Serialize};

use crate::arena::Arena;
use crate::engine::visit::Outcome;
use crate::model::{CacheId, InstanceId, LockId, Model, NodeId, SourceId};
use crate::random::Key;
use crate::time::{Duration, Time};

use super::clients::Clients;
use super::digest::Digest;
use super::histogram::{Histogram, cell_of};
use super::live::Live;
use super::record::Recorder;
use super::series::Series;
use super::trace::Tracer;

/// All counts.
#[derive(Clone, Debug)]
pub struct Tally {
    /// Requests sent from here on are measured.
    pub from: Time,
    /// What clients saw, by class.
    pub clients: Clients,
    /// What nodes did.
    pub nodes: Arena<NodeId, NodeTally>,
    /// What caches did.
    pub caches: Arena<CacheId, CacheTally>,
    /// How long writes waited for the locks of each database, those who did not have to included.
    pub lock_waits: Arena<LockId, Histogram>,
    /// The digest of everything since the start.
    pub digest: Digest,
    /// The run over time.
    pub series: Series,
    /// One line for each request, where asked for.
    pub recorder: Option<Recorder>,
    /// Who follows requests to say where they spent their time, where asked for.
    pub tracer: Option<Box<Tracer>>,
    /// What somebody who watches the run while it goes on wants to know, where there is one.
    pub live: Option<Box<Live>>,
    /// Counts since the start, measured or not, for the check of conservation.
    pub ledger: Ledger,
    /// Scaling actions and faults, as they happened.
    pub log: Vec<LogEntry>,
    /// When the last request so far ended.
    pub last_ended: Time,
}

/// What clients of one class saw.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ClassTally {
    /// Requests made.
    pub offered: u64,
    /// Requests answered in time for the client to take the answer.
    pub completed: u64,
    /// Requests answered within the objective.
    pub good: u64,
    /// Answers that came after the client had given up.
    pub late: u64,
    /// Attempts beyond the first.
    pub retries: u64,
    /// Failed requests by [`Outcome::FAILURES`].
    pub failed: [u64; Outcome::FAILURES.len()],
    /// From the intended send time to the answer.
    pub latency: Histogram,
    /// An answer within this time is good, by the variant of the scenario that is in force.
    pub objective: Duration,
}

/// What a node did.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct NodeTally {
    /// Questions to a node without instances: lookups of a cache or a name.
    pub lookups: u64,
    /// Visits that failed here, by [`Outcome::FAILURES`].
    pub failed: [u64; Outcome::FAILURES.len()],
    /// From arrival to reply of visits that ended well.
    pub latency: Histogram,
    /// Waits in the line of each of an instance's pools, those who left it impatiently included.
    pub waits: [Histogram; 2],
    /// ∫ instances dt while measuring, since `instances_since`.
    pub instance_time: u128,
    /// Since when `instances` holds.
    pub instances_since: Time,
    /// Instances that exist now.
    pub instances: u32,
    /// The fewest and the most there were while measuring.
    pub instances_range: (u32, u32),
}

/// What a cache did while measuring.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct CacheTally {
    /// Lookups that found a living entry.
    pub hits: u64,
    /// Lookups that did not.
    pub misses: u64,
    /// Misses that waited for the fetch of another.
    pub coalesced: u64,
    /// Entries written.
    pub fills: u64,
}

/// Counts since the start of the run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Ledger {
    /// Requests made.
    pub offered: u64,
    /// Requests answered.
    pub completed: u64,
    /// Requests failed.
    pub failed: u64,
    /// Attempts of clients beyond the first.
    pub retries: u64,
}

/// Something that was done to the system.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LogEntry {
    /// When.
    pub at: Time,
    /// To which node; of a link, to the one that calls.
    pub node: NodeId,
    /// What.
    pub what: Action,
}

/// What was done to the system.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub enum Action {
    /// An autoscaler changed the number of instances.
    Scaled {
        /// Before.
        from: u32,
        /// After.
        to: u32,
    },
    /// A fault began.
    Broke(Struck),
    /// A fault ended.
    Mended(Struck),
    /// A cache lost its entries.
    Flushed,
}

/// What a fault that lasts has struck.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Struck {
    /// An instance.
    Instance(InstanceId),
    /// A link, by its number.
    Link(u16),
    /// The load that clients make.
    Load,
}

impl ClassTally {
    pub(crate) fn new() -> ClassTally {
        ClassTally {
            offered: 0,
            completed: 0,
            good: 0,
            late: 0,
            retries: 0,
            failed: [0; Outcome::FAILURES.len()],
            latency: Histogram::new(),
            objective: Duration::MAX,
        }
    }

    /// Failed requests in all.
    pub fn failures(&self) -> u64 {
        self.failed.iter().sum()
    }

    /// Attempts, first ones included. The first begins with the request: looking up a name belongs to it.
    pub fn attempts(&self) -> u64 {
        self.offered + self.retries
    }

    /// Requests of the measured window that have not ended.
    pub fn in_flight(&self) -> u64 {
        self.offered - self.completed - self.failures()
    }

    /// Adds the counts of `other`.
    pub fn merge(&mut self, other: &ClassTally) {
        self.offered += other.offered;
        self.completed += other.completed;
        self.good += other.good;
        self.late += other.late;
        self.retries += other.retries;
        self.failed.iter_mut().zip(other.failed).for_each(|(mine, its)| *mine += its);
        self.latency.merge(&other.latency);
    }
}

impl NodeTally {
    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.latency.bytes() + self.waits.iter().map(Histogram::bytes).sum::<usize>()
    }

    pub(crate) fn new() -> NodeTally {
        NodeTally {
            lookups: 0,
            failed: [0; Outcome::FAILURES.len()],
            latency: Histogram::new(),
            waits: [Histogram::new(), Histogram::new()],
            instance_time: 0,
            instances_since: Time::ZERO,
            instances: 0,
            instances_range: (u32::MAX, 0),
        }
    }

    /// Notes that from `now` on there are `count` instances.
    pub fn set_instances(&mut self, now: Time, count: u32) {
        self.instance_time += u128::from(self.instances) * u128::from(now.0 - self.instances_since.0);
        self.instances_since = now;
        self.instances = count;
        self.instances_range = (self.instances_range.0.min(count), self.instances_range.1.max(count));
    }
}

/// The position of a failure in [`Outcome::FAILURES`].
#[inline(always)]
pub fn failure_index(outcome: Outcome) -> Option<usize> {
    (outcome as usize).checked_sub(1)
}

impl Tally {
    /// Nothing counted yet.
    pub fn new(model: &Model) -> Tally {
        Tally {
            from: model.run.warmup,
            clients: Clients::new(model),
            nodes: model.nodes.map(|_| NodeTally::new()),
            caches: model.caches.map(|_| CacheTally::default()),
            lock_waits: model.locks.map(|_| Histogram::new()),
            digest: Digest::default(),
            series: Series::new(model.run.sample_every),
            recorder: None,
            tracer: None,
            live: None,
            ledger: Ledger::default(),
            log: Vec::new(),
            last_ended: Time::ZERO,
        }
    }

    /// Forgets what nodes counted before measuring starts; clients count by when a request was sent.
    pub fn start_measuring(&mut self, now: Time) {
        for node in self.nodes.iter_mut() {
            let instances = node.instances;
            *node = NodeTally::new();
            node.instances_since = now;
            node.set_instances(now, instances);
        }
        self.caches = self.caches.map(|_| CacheTally::default());
        self.lock_waits = self.lock_waits.map(|_| Histogram::new());
    }

    /// Counts an attempt of a client beyond the first.
    pub fn retried(&mut self, source: SourceId, class: u8, sent: Time) {
        self.ledger.retries += 1;
        if sent >= self.from {
            self.clients[source][usize::from(class)].retries += 1;
        }
    }

    /// Counts the end of a request of the class in this row.
    #[inline(always)]
    pub fn ended(&mut self, row: usize, stream: Key, sent: Time, latency: Duration, outcome: Outcome) {
        self.digest.request(stream.0, sent, sent + latency, outcome as u8);
        self.last_ended = self.last_ended.max(sent + latency);
        let is_measured = sent >= self.from;
        let Some(failure) = failure_index(outcome) else {
            let cell = cell_of(latency.0);
            self.ledger.completed += 1;
            self.series.completed(cell);
            if is_measured {
                let tally = self.clients.row(row);
                tally.completed += 1;
                tally.good += u64::from(latency <= tally.objective);
                tally.latency.record_in(cell, latency.0);
            }
            return;
        };
        self.ledger.failed += 1;
        if is_measured {
            self.clients.row(row).failed[failure] += 1;
        }
    }
}
