//! The metrics by name: one row each, read by claims, tables, sweeps and the documentation.
//!
//! To add a metric, add a row.

use serde::{Deserialize, Serialize};

use super::measured::{ClientReport, InstanceReport, Measured, NodeReport, PoolReport};

/// A number that a report can tell about something.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// As written in claims and column heads.
    pub name: &'static str,
    /// What it is measured in.
    pub unit: Unit,
    /// One sentence.
    pub doc: &'static str,
    /// Which windows it can be told of.
    pub window: Window,
    /// Which direction people want it to go.
    pub better: Better,
    /// Which percentile it is, if it is one.
    pub percentile: Option<f64>,
    /// How to read it, by what it is asked of.
    read: Read,
}

/// What a metric is measured in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Seconds; printed with the unit that fits.
    Time,
    /// Square seconds.
    TimeSquared,
    /// Per second.
    Rate,
    /// A share of one; printed in percent.
    Share,
    /// Whole things.
    Count,
    /// An average number of things, or a quotient.
    Number,
}

/// Which windows a metric can be told of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Window {
    /// Any span of the run.
    Any,
    /// The measured window as a whole: extremes have no history.
    Whole,
    /// An instant.
    Instant,
}

/// Which direction of a metric is the better one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// Latency, waits, failures.
    Less,
    /// What is answered.
    More,
    /// It says what happens, and neither direction is good in itself.
    Neither,
}

/// What a metric can be asked of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// A client, or one of its classes.
    Client,
    /// A node that is no client.
    Node,
    /// One pool of a node.
    Pool,
    /// One instance of a node.
    Instance,
    /// The run as a whole.
    Run,
}

impl Scope {
    /// How claims write what a metric is asked of.
    pub fn argument(self) -> &'static str {
        match self {
            Scope::Client => "a client, or a client and one of its classes",
            Scope::Node => "a node",
            Scope::Pool => "a node and one of its pools",
            Scope::Instance => "an instance such as app/0",
            Scope::Run => "nothing",
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Read {
    client: Option<fn(&ClientReport) -> Option<f64>>,
    node: Option<fn(&NodeReport) -> Option<f64>>,
    pool: Option<fn(&PoolReport) -> Option<f64>>,
    instance: Option<fn(&InstanceReport) -> Option<f64>>,
    run: Option<fn(&Measured) -> Option<f64>>,
}

const NOTHING: Read = Read { client: None, node: None, pool: None, instance: None, run: None };

/// What a metric is asked of: names as they stand in the scenario.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Subject {
    /// A client, a node, or an instance such as `app/0`; none for the run as a whole.
    pub place: Option<String>,
    /// A class of the client, or a pool of the node.
    pub part: Option<String>,
}

impl Subject {
    /// A client, a node or an instance.
    pub fn place(name: impl Into<String>) -> Subject {
        Subject { place: Some(name.into()), part: None }
    }
}

impl Metric {
    /// The metric of this name.
    pub fn named(name: &str) -> Option<&'static Metric> {
        METRICS.iter().find(|metric| metric.name == name)
    }

    /// What it can be asked of.
    pub fn scopes(&self) -> Vec<Scope> {
        let read = &self.read;
        let scopes = [
            (Scope::Client, read.client.is_some()),
            (Scope::Node, read.node.is_some()),
            (Scope::Pool, read.pool.is_some()),
            (Scope::Instance, read.instance.is_some()),
            (Scope::Run, read.run.is_some()),
        ];
        scopes.into_iter().filter(|(_, is_read)| *is_read).map(|(scope, _)| scope).collect()
    }

    /// Whether it can be asked of this kind of thing.
    pub fn is_told_of(&self, scope: Scope) -> bool {
        self.scopes().contains(&scope)
    }

    /// Whether the merged counts of several parts, runs or batches, give it as those of one do: a mean, a share or a
    /// percentile, of which each part tells too. Not so a count or a cost, which are sums, or the largest or the last of
    /// something.
    pub fn is_of_all_runs(&self) -> bool {
        self.unit != Unit::Count && self.window == Window::Any && self.name != "cost"
    }

    /// Its value in base units (seconds, per second, shares of one); `None` if there is no such thing or nothing was
    /// counted.
    pub fn value(&self, measured: &Measured, subject: &Subject) -> Option<f64> {
        let Some(place) = &subject.place else { return self.read.run?(measured) };
        if let Some(client) = measured.clients.get(place) {
            let client = match &subject.part {
                None => client,
                Some(class) => client.classes.get(class)?,
            };
            return self.read.client?(client);
        }
        if let Some(node) = measured.nodes.get(place) {
            return match &subject.part {
                None => self.read.node?(node),
                Some(pool) => self.read.pool?(node.pools.get(pool.as_str())?),
            };
        }
        self.read.instance?(measured.instance(place)?)
    }
}

/// The row of a time that a client, a node or both tell in milliseconds.
macro_rules! latency {
    ($name:literal, $window:expr, $percentile:expr, $field:ident, $doc:literal) => {
        Metric {
            name: $name,
            unit: Unit::Time,
            doc: $doc,
            window: $window,
            better: Better::Less,
            percentile: $percentile,
            read: Read {
                client: Some(|client| client.latency_ms.$field.map(seconds)),
                node: Some(|node| node.latency_ms.$field.map(seconds)),
                ..NOTHING
            },
        }
    };
}

/// The row of a client's count of failures for one reason.
macro_rules! failures {
    ($name:literal, $reason:literal, $doc:literal) => {
        Metric {
            name: $name,
            unit: Unit::Count,
            doc: $doc,
            window: Window::Any,
            better: Better::Less,
            percentile: None,
            read: Read {
                client: Some(|client| Some(count(client.failed.get($reason)))),
                node: Some(|node| Some(count(node.failed.get($reason)))),
                ..NOTHING
            },
        }
    };
}

/// The row of a wait, of a pool or of the line where a node accepts visits.
macro_rules! wait {
    ($name:literal, $unit:expr, $percentile:expr, $doc:literal, $read:expr) => {
        Metric {
            name: $name,
            unit: $unit,
            doc: $doc,
            window: Window::Any,
            better: Better::Less,
            percentile: $percentile,
            read: Read { node: Some(|node| accept(node).and_then($read)), pool: Some($read), ..NOTHING },
        }
    };
}

/// The row of a wait for a database's locks.
macro_rules! lock_wait {
    ($name:literal, $unit:expr, $percentile:expr, $doc:literal, $read:expr) => {
        Metric {
            name: $name,
            unit: $unit,
            doc: $doc,
            window: Window::Any,
            better: Better::Less,
            percentile: $percentile,
            read: Read {
                node: Some(|node| node.locks.as_ref().map(|it| &it.wait_ms).and_then($read)),
                ..NOTHING
            },
        }
    };
}

/// The row of something told of one kind of thing.
macro_rules! row {
    ($name:literal, $unit:expr, $window:expr, $better:expr, $doc:literal, $($scope:ident: $read:expr),+) => {
        Metric {
            name: $name,
            unit: $unit,
            doc: $doc,
            window: $window,
            better: $better,
            percentile: None,
            read: Read { $($scope: Some($read),)+ ..NOTHING },
        }
    };
}

use Better::{Less, More, Neither};
use Unit::{Count, Number, Rate, Share, Time, TimeSquared};
use Window::{Any, Instant, Whole};

/// All metrics.
pub const METRICS: &[Metric] = &[
    // What users saw.
    latency!("mean", Any, None, mean, "mean latency of completed requests, from the intended send time"),
    latency!("p50", Any, Some(50.0), p50, "median latency"),
    latency!("p90", Any, Some(90.0), p90, "90th percentile of latency"),
    latency!("p95", Any, Some(95.0), p95, "95th percentile of latency"),
    latency!("p99", Any, Some(99.0), p99, "99th percentile of latency"),
    latency!("p999", Any, Some(99.9), p999, "99.9th percentile of latency"),
    latency!("max", Whole, None, max, "largest latency"),
    row!("offered", Count, Any, Neither, "requests sent", client: |it| Some(it.offered as f64)),
    row!("completed", Count, Any, More, "requests answered while the client waited", client: |it| Some(it.completed as f64)),
    row!("good", Count, Any, More, "requests answered within their objective", client: |it| Some(it.good as f64)),
    row!("failed", Count, Any, Less, "requests that failed, for any reason",
        client: |it| Some(total(&it.failed)), node: |it| Some(total(&it.failed))),
    row!("offered_rate", Rate, Any, Neither, "requests sent a second", client: |it| per(it.offered as f64, it.window_s)),
    row!("throughput", Rate, Any, More, "completed requests a second", client: |it| it.throughput_rps),
    row!("goodput", Rate, Any, More, "requests answered within their objective, a second", client: |it| it.goodput_rps),
    row!("error_rate", Share, Any, Less, "failed requests over those that ended", client: |it| it.error_rate),
    row!("good_share", Share, Any, More, "requests answered within their objective over those that ended",
        client: |it| per(it.good as f64, it.completed as f64 + total(&it.failed))),
    failures!("timeouts", "timeout", "requests whose client gave up"),
    failures!("upstream_timeouts", "upstream_timeout", "failures because a call below timed out"),
    failures!("rejections", "rejected", "failures because a queue was full"),
    failures!("abandonments", "abandoned", "failures because the visit left a queue out of impatience"),
    failures!("refusals", "refused", "failures because no instance took the call"),
    failures!("crashes", "crashed", "failures because the instance crashed"),
    failures!("errors", "failed", "failures because a program ended with `Fail`"),
    row!("late", Count, Any, Less, "answers that came after the client had given up", client: |it| Some(it.late as f64)),
    row!("attempts", Count, Any, Less, "attempts of clients, first ones included", client: |it| Some(it.attempts as f64)),
    row!("attempts_per_request", Number, Any, Less, "attempts over requests",
        client: |it| per(it.attempts as f64, it.offered as f64)),
    row!("in_flight", Count, Instant, Less, "requests that have neither an answer nor failed",
        client: |it| Some(it.in_flight as f64)),
    // What operators see.
    row!("requests", Count, Any, Neither, "visits that came",
        client: |it| Some(it.offered as f64), node: |it| Some(it.requests as f64),
        instance: |it| Some(it.requests as f64)),
    row!("request_rate", Rate, Any, Neither, "visits that came, a second", node: |it| per(it.requests as f64, it.window_s)),
    row!("utilization", Share, Any, Neither, "busy time over capacity of the main pool, or of the pool named",
        node: |it| it.utilization, pool: |it| it.utilization, instance: |it| it.utilization),
    row!("present", Number, Any, Less, "time average of the visits at the node", node: |it| it.present,
        instance: |it| it.present),
    row!("queue_mean", Number, Any, Less, "time average of the visits in line, over all instances",
        node: |it| it.queue.mean, pool: |it| it.queue.mean),
    row!("queue_max", Count, Whole, Less, "the longest line of any one instance",
        node: |it| Some(f64::from(it.queue.max)), pool: |it| Some(f64::from(it.queue.max))),
    wait!("wait_mean", Time, None, "mean time in line, over all who asked", |pool| pool
        .wait_ms
        .mean
        .map(seconds)),
    wait!("wait_p50", Time, Some(50.0), "median time in line", |pool| pool.wait_ms.p50.map(seconds)),
    wait!("wait_p90", Time, Some(90.0), "90th percentile of the time in line", |pool| pool
        .wait_ms
        .p90
        .map(seconds)),
    wait!("wait_p95", Time, Some(95.0), "95th percentile of the time in line", |pool| pool
        .wait_ms
        .p95
        .map(seconds)),
    wait!("wait_p99", Time, Some(99.0), "99th percentile of the time in line", |pool| pool
        .wait_ms
        .p99
        .map(seconds)),
    wait!("wait_second_moment", TimeSquared, None, "mean square of the time in line", |pool| pool
        .wait_ms
        .second_moment
        .map(|square| seconds(seconds(square)))),
    wait!("wait_share", Share, None, "share of visits that had to wait in line", |pool| pool
        .wait_ms
        .share_waited),
    lock_wait!(
        "lock_wait_mean",
        Time,
        None,
        "mean time that a write waits for its lock, over all writes",
        |waits| waits.mean.map(seconds)
    ),
    lock_wait!("lock_wait_p50", Time, Some(50.0), "median time that a write waits for its lock", |waits| {
        waits.p50.map(seconds)
    }),
    lock_wait!("lock_wait_p90", Time, Some(90.0), "90th percentile of the wait for a lock", |waits| waits
        .p90
        .map(seconds)),
    lock_wait!("lock_wait_p95", Time, Some(95.0), "95th percentile of the wait for a lock", |waits| waits
        .p95
        .map(seconds)),
    lock_wait!("lock_wait_p99", Time, Some(99.0), "99th percentile of the wait for a lock", |waits| waits
        .p99
        .map(seconds)),
    lock_wait!("lock_wait_share", Share, None, "share of writes that had to wait for their lock", |waits| {
        waits.share_waited
    }),
    row!("queue", Count, Instant, Less, "visits in line", node: |it| Some(it.at_end.queue as f64)),
    row!("visits", Count, Instant, Less, "visits at the node", node: |it| Some(it.at_end.present as f64)),
    row!("instances", Count, Instant, Neither, "instances that exist, booting and draining ones included",
        node: |it| Some(f64::from(it.at_end.instances))),
    row!("replicas", Count, Instant, Neither, "instances that exist and are not draining",
        node: |it| Some(f64::from(it.at_end.replicas))),
    row!("instances_mean", Number, Any, Neither, "time average of the number of instances", node: |it| it.instances.mean),
    row!("instances_min", Count, Whole, Neither, "the fewest instances at a time", node: |it| Some(f64::from(it.instances.min))),
    row!("instances_max", Count, Whole, Neither, "the most instances at a time", node: |it| Some(f64::from(it.instances.max))),
    row!("cost", Number, Any, Less, "price of the instances times how long they existed, in the currency of their prices",
        node: |it| it.cost, run: |it| it.nodes.values().filter_map(|node| node.cost).reduce(|sum, cost| sum + cost)),
    row!("cost_per_hour", Number, Any, Less, "the same for an hour",
        node: |it| per_hour(it.cost, it.window_s), run: |it| it.nodes.values()
            .filter_map(|node| per_hour(node.cost, node.window_s)).reduce(|sum, cost| sum + cost)),
    row!("imbalance", Number, Any, Less, "visits to the busiest instance over the average of all instances",
        node: imbalance),
    row!("hits", Count, Any, More, "cache lookups that found a living entry", node: |it| Some(it.cache?.hits as f64)),
    row!("misses", Count, Any, Less, "cache lookups that did not", node: |it| Some(it.cache?.misses as f64)),
    row!("hit_ratio", Share, Any, More, "cache hits over lookups", node: |it| it.cache?.hit_ratio),
    row!("coalesced", Count, Any, Neither, "misses that waited for the fetch of another", node: |it| Some(it.cache?.coalesced as f64)),
    row!("fills", Count, Any, Neither, "entries written after a fetch", node: |it| Some(it.cache?.fills as f64)),
    row!("live_entries", Number, Any, Neither, "time average of the living entries", node: |it| it.cache?.live_entries),
    row!("lookups", Count, Any, Neither, "lookups of a DNS name", node: |it| Some(it.lookups? as f64)),
    row!("makespan", Time, Whole, Less, "from the start of measuring to the last completion",
        client: |it| Some(it.window_s),
        run: |it| it.clients.values().map(|client| client.window_s).reduce(f64::max)),
];

fn seconds(milliseconds: f64) -> f64 {
    milliseconds / 1e3
}

fn count(value: Option<&u64>) -> f64 {
    value.map_or(0.0, |value| *value as f64)
}

fn total(failed: &crate::sorted::Map<&'static str, u64>) -> f64 {
    failed.values().sum::<u64>() as f64
}

fn per(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

fn per_hour(cost: Option<f64>, window_s: f64) -> Option<f64> {
    per(cost? * 3_600.0, window_s)
}

fn accept(node: &NodeReport) -> Option<&PoolReport> {
    node.pools.get(node.accept_pool?)
}

fn imbalance(node: &NodeReport) -> Option<f64> {
    let most = node.per_instance.iter().map(|instance| instance.requests).max()?;
    let total: u64 = node.per_instance.iter().map(|instance| instance.requests).sum();
    per(most as f64 * node.per_instance.len() as f64, total as f64)
}
