//! The plan of a run: how long, what is measured, what bounds it.

use super::{Compiler, Path};
use crate::component::Node;
use crate::component::client::Clients;
use crate::component::load::LoadTable;
use crate::model::{Limits, RunPlan};
use crate::scenario::RunTable;
use crate::time::{Duration, NANOSECONDS_PER_SECOND, Time};

const DEFAULT_DURATION: Duration = Duration(60 * NANOSECONDS_PER_SECOND);
/// A request is one visit at its client and one at each node that handles it.
const VISITS_PER_REQUEST: u32 = 4;
/// Visits are numbered in 28 bits.
const MOST_VISITS: u32 = (1 << 28) - 1;
/// How many points a time series has.
const POINTS: u64 = 600;
/// The shortest span between two points.
const SHORTEST_SAMPLE: u64 = 1_000_000;

impl Compiler<'_> {
    /// What the scenario says about the run, with everything that follows from it.
    pub(super) fn plan(&mut self) -> RunPlan {
        let scenario = self.scenario;
        let table = &scenario.run;
        let path = Path::root().under("run");
        let clients: Vec<(&str, &Clients)> = scenario
            .nodes
            .iter()
            .filter_map(|(name, node)| match node {
                Node::Clients(clients) => Some((name.as_str(), clients.as_ref())),
                _ => None,
            })
            .collect();
        let ends = |clients: &Clients| clients.total.is_some() || clients.load.is_recorded();
        let some_end = clients.iter().any(|(_, clients)| ends(clients));
        if table.duration.is_none() && some_end {
            for (name, _) in clients.iter().filter(|(_, clients)| !ends(clients)) {
                let message = format!("`{name}` never stops, while other clients have a total");
                self.error_at_key("endless", message, &Path::root().under("nodes").key(name))
                    .with_help("give them a `total`, or the run a `duration`");
            }
        }
        let duration = table.duration.or((!some_end).then_some(DEFAULT_DURATION));
        if let Some(duration) = table.duration {
            self.above_zero(duration, &path.under("duration"), "a duration");
        }
        let drain = table.drain.unwrap_or(some_end);
        let warmup = table.warmup.unwrap_or(match duration {
            Some(duration) if !drain => Duration(duration.0 / 10),
            _ => Duration::ZERO,
        });
        if let Some(duration) = duration
            && warmup >= duration
            && duration > Duration::ZERO
        {
            let message =
                format!("the warm-up of {warmup} leaves nothing of the {duration} that the run lasts");
            self.error("out-of-range", message, &path.under("warmup"));
        }
        if let Some(sample) = table.sample {
            self.above_zero(sample, &path.under("sample"), "the span between two points");
        }
        let expected = duration.unwrap_or_else(|| expected_end(&clients));
        let sample_every = Duration((expected.0 / POINTS).max(SHORTEST_SAMPLE));
        RunPlan {
            seed: table.seed,
            warmup: Time::ZERO + warmup,
            end: duration.map_or(Time::NEVER, |duration| Time::ZERO + duration),
            drain,
            limits: self.limits(table, &clients, &path.under("limits")),
            sample_every: table.sample.unwrap_or(sample_every),
        }
    }

    fn limits(&mut self, table: &RunTable, clients: &[(&str, &Clients)], path: &Path) -> Limits {
        let limits = &table.limits;
        for (count, name) in [(limits.events, "events"), (u64::from(limits.in_flight), "in_flight")] {
            self.at_least_one(Some(count), &path.under(name), "a limit");
        }
        self.above_zero(limits.simulated, &path.under("simulated"), "a limit");
        let users: u32 = clients.iter().fold(0, |sum, (_, clients)| match &clients.load {
            LoadTable::Closed(closed) => sum.saturating_add(closed.users),
            LoadTable::Open(_) | LoadTable::Bursty(_) | LoadTable::Replay(_) => sum,
        });
        let requests = limits.in_flight.max(users);
        if requests > MOST_VISITS / VISITS_PER_REQUEST {
            let most = MOST_VISITS / VISITS_PER_REQUEST;
            let message = format!("there can be at most {most} requests in flight, not {requests}");
            self.error("out-of-range", message, &path.under("in_flight"));
        }
        Limits {
            events: limits.events,
            visits: requests.saturating_mul(VISITS_PER_REQUEST).min(MOST_VISITS),
            time: Time::ZERO + limits.simulated,
        }
    }

    /// Whether some clients replay a recording that has sizes.
    pub(super) fn replays_sizes(&self) -> bool {
        self.model.sources.iter().any(|source| match &source.load {
            crate::model::load::Load::Replay { rows } => rows.iter().any(|row| row.size.is_some()),
            _ => false,
        })
    }
}

/// When the clients will probably have made all their requests.
fn expected_end(clients: &[(&str, &Clients)]) -> Duration {
    let longest = clients.iter().map(|(_, clients)| match &clients.load {
        LoadTable::Open(open) if open.rate.0 > 0.0 => {
            clients.total.map_or(0.0, |total| total as f64 / open.rate.0 / f64::from(open.batch.max(1)))
        }
        LoadTable::Open(_) | LoadTable::Bursty(_) | LoadTable::Closed(_) | LoadTable::Replay(_) => 0.0,
    });
    let longest = longest.fold(0.0, f64::max);
    if longest > 0.0 { Duration::from_secs_f64(longest) } else { DEFAULT_DURATION }
}
