//! Calls from one node to another: whom, for how long, and what happens after a failure.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compile::{Compiler, Path, Site};
use crate::component::Node;
use crate::distribution::Distribution;
use crate::model::{Call, CallId, Delay, RetryId, Target};
use crate::policy::retry::{Backoff, Budget, Range, Retry};
use crate::quantity::{Rate, Ratio};
use crate::time::Duration;

/// What happens after a failed call.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryTable {
    /// Attempts in all, the first one included; 3 by default.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub attempts: Option<u32>,
    /// Whether it is tried again until it succeeds.
    #[serde(default)]
    pub unlimited: bool,
    /// How long to wait before the next attempt.
    #[serde(default)]
    pub backoff: BackoffTable,
    /// Retries allowed for each request of this call site within the window; unlimited by default.
    #[serde(default)]
    pub budget: Option<Ratio>,
    /// Retries a second that are allowed even without requests; goes with `budget`.
    #[serde(default)]
    pub budget_floor: Option<Rate>,
    /// How long requests and retries count; 10 s by default, goes with `budget`.
    #[serde(default)]
    pub budget_window: Option<Duration>,
}

/// How long to wait before a retry; n counts retries from 0, and exp(n) = min(cap, base · 2ⁿ).
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub enum BackoffTable {
    /// Not at all.
    #[default]
    None,
    /// Always the same time.
    Fixed(Duration),
    /// exp(n).
    Exponential(Growing),
    /// Anything between 0 and exp(n).
    FullJitter(Growing),
    /// Anything between half of exp(n) and exp(n).
    EqualJitter(Growing),
    /// Anything between the base and three times the wait before, up to the cap.
    Decorrelated(Growing),
    /// Drawn from a distribution.
    Drawn(Distribution<Duration>),
}

/// A wait that grows from retry to retry.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Growing {
    /// The wait before the first retry, before jitter.
    pub base: Duration,
    /// The longest wait.
    pub cap: Duration,
}

/// Calls in a cycle of the call graph nest at most this deep; the next one fails.
pub const DEPTH_BOUND: u16 = 64;
/// Attempts are counted in 16 bits.
const MOST_ATTEMPTS: u32 = 65_535;
const DEFAULT_ATTEMPTS: u32 = 3;
const DEFAULT_WINDOW: Duration = Duration(10_000_000_000);

/// A call as a node says it, with the places of its parts.
pub(crate) struct CallSpec<'s> {
    pub(crate) to: &'s str,
    pub(crate) to_path: Path,
    pub(crate) timeout: Option<Duration>,
    pub(crate) timeout_path: Path,
    pub(crate) retry: Option<&'s RetryTable>,
    pub(crate) retry_path: Path,
    pub(crate) operation: u8,
    pub(crate) cancels: bool,
}

impl Compiler<'_> {
    /// Adds a call of `site`'s node to the model.
    pub(crate) fn call(&mut self, site: &Site<'_>, spec: &CallSpec<'_>) -> Option<CallId> {
        if let Some(timeout) = spec.timeout {
            self.above_zero(timeout, &spec.timeout_path, "a timeout");
        }
        let retry = spec.retry.map(|retry| self.retry(retry, &spec.retry_path));
        let (node, kind) = self.target(spec.to, &spec.to_path)?;
        let target = match kind {
            Node::Service(_) | Node::Database(_) | Node::Balancer(_) => {
                Target::Node(node, self.link(site.name, spec.to))
            }
            Node::Dns(dns) if self.is_client(site) => {
                let id = *self.gates.names.get(spec.to)?;
                let mut records = Vec::new();
                for record in &dns.records {
                    let record_node = *self.nodes.get(record.as_str())?;
                    records.push((record_node, self.link(site.name, record)));
                }
                Target::Name(id, records)
            }
            Node::Dns(_) => {
                let message = format!("only clients look up names, and `{}` is a service", site.name);
                self.error("wrong-kind", message, &spec.to_path).with_help("call what the name stands for");
                return None;
            }
            Node::Clients(_) => {
                let message = format!("`{}` are clients, which cannot be called", spec.to);
                self.error("wrong-kind", message, &spec.to_path);
                return None;
            }
            Node::Cache(_) => {
                let message = format!("`{}` is a cache, which cannot be called", spec.to);
                let help = format!("a service asks it by a step `Get(cache: \"{}\", miss: […])`", spec.to);
                self.error("wrong-kind", message, &spec.to_path).with_help(help);
                return None;
            }
        };
        let landing = self.landing(spec.to);
        if spec.operation == 1 && !self.lands_on_databases_only(&landing) {
            let message = format!("only databases tell writes from reads, and `{}` is none", spec.to);
            self.error("wrong-kind", message, &spec.to_path.sibling("write"));
        }
        let tag = self.call_tag(site, &landing);
        self.place_call(site.node, spec.timeout.map(|_| spec.timeout_path.clone()));
        Some(self.model.calls.push(Call {
            target,
            timeout: spec.timeout.map(Delay::Constant),
            retry,
            tag,
            operation: spec.operation,
            cancels: spec.cancels,
            is_next_door: false,
            depth_bound: None,
        }))
    }

    fn is_client(&self, site: &Site<'_>) -> bool {
        matches!(self.scenario.nodes.get(site.name), Some(Node::Clients(_)))
    }

    /// The names of the services and databases that a call to `name` can end at, sorted.
    pub(crate) fn landing(&self, name: &str) -> Vec<String> {
        let mut seen = std::collections::BTreeSet::new();
        let mut found = std::collections::BTreeSet::new();
        let mut open = vec![name];
        while let Some(name) = open.pop() {
            if !seen.insert(name) {
                continue;
            }
            match self.scenario.nodes.get(name) {
                Some(Node::Balancer(balancer)) => open.extend(balancer.to.iter().map(String::as_str)),
                Some(Node::Dns(dns)) => open.extend(dns.records.iter().map(String::as_str)),
                Some(Node::Service(_) | Node::Database(_)) => {
                    found.insert(name.to_owned());
                }
                Some(Node::Clients(_) | Node::Cache(_)) | None => {}
            }
        }
        found.into_iter().collect()
    }

    pub(crate) fn lands_on_databases_only(&self, landing: &[String]) -> bool {
        landing.iter().all(|name| matches!(self.scenario.nodes.get(name), Some(Node::Database(_))))
    }

    fn retry(&mut self, table: &RetryTable, path: &Path) -> RetryId {
        if table.unlimited && table.attempts.is_some() {
            let message = "`attempts` and `unlimited` exclude each other";
            self.error("contradiction", message, &path.under("unlimited"));
        }
        let attempts = table.attempts.unwrap_or(DEFAULT_ATTEMPTS);
        if attempts == 0 || attempts > MOST_ATTEMPTS {
            let message = format!(
                "there are from 1 to {MOST_ATTEMPTS} attempts, the first one included, not {attempts}"
            );
            self.error("out-of-range", message, &path.under("attempts"))
                .with_help("for no retries leave `retry` out, for endless ones write `unlimited: true`");
        }
        let backoff = self.backoff(&table.backoff, &path.under("backoff"));
        if table.budget.is_none() {
            for (name, is_given) in [
                ("budget_floor", table.budget_floor.is_some()),
                ("budget_window", table.budget_window.is_some()),
            ] {
                if is_given {
                    let message = format!("`{name}` does nothing without a `budget`");
                    self.error("useless-field", message, &path.under(name));
                }
            }
        }
        if let Some(window) = table.budget_window {
            self.above_zero(window, &path.under("budget_window"), "a window");
        }
        let budget = table.budget.map(|ratio| Budget {
            ratio: ratio.0,
            floor: table.budget_floor.unwrap_or_default().0,
            window: table.budget_window.unwrap_or(DEFAULT_WINDOW),
        });
        self.model.retries.push(Retry { attempts: (!table.unlimited).then_some(attempts), backoff, budget })
    }

    fn backoff(&mut self, table: &BackoffTable, path: &Path) -> Backoff {
        match table {
            BackoffTable::None => Backoff::None,
            BackoffTable::Fixed(wait) => Backoff::Fixed(*wait),
            BackoffTable::Exponential(growing) => Backoff::Exponential(self.growing(growing, path)),
            BackoffTable::FullJitter(growing) => Backoff::FullJitter(self.growing(growing, path)),
            BackoffTable::EqualJitter(growing) => Backoff::EqualJitter(self.growing(growing, path)),
            BackoffTable::Decorrelated(growing) => Backoff::Decorrelated(self.growing(growing, path)),
            BackoffTable::Drawn(wait) => Backoff::Drawn(self.sampler(wait, &path.under("Drawn"))),
        }
    }

    fn growing(&mut self, growing: &Growing, path: &Path) -> Range {
        self.above_zero(growing.base, &path.under("base"), "the first wait");
        if growing.cap < growing.base {
            let message =
                format!("the longest wait {} is shorter than the first one {}", growing.cap, growing.base);
            self.error("out-of-range", message, &path.under("cap"));
        }
        Range { base: growing.base, cap: growing.cap }
    }
}
