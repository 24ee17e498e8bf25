//! Runs a scenario text and measures it by the names that the cases use.

use std::sync::Arc;

use sim_core::compile::compile;
use sim_core::engine::visit::Outcome;
use sim_core::engine::{Engine, Stop};
use sim_core::model::{CacheId, Model, NodeId};
use sim_core::observe::histogram::Histogram;
use sim_core::observe::record::RequestRecord;
use sim_core::observe::tally::{CacheTally, failure_index};
use sim_core::time::Time;

use crate::harness::Trial;

/// Between two checks of the laws.
const SLICE: u64 = 200_000;

/// How many requests a case measures if it does not need more.
pub fn requests() -> f64 {
    if crate::table::path().is_some() { 1e6 } else { 4e5 }
}

/// A scenario of `nodes` that measures `count` requests coming at `rate` in all, after a warm-up of a tenth of them and at
/// least 100,000.
pub fn paced(rate: f64, count: f64, nodes: &str) -> String {
    let warmup = (count / 10.0).max(1e5) / rate;
    let duration = warmup + count / rate;
    format!(
        "Scenario(\n    run: (warmup: \"{warmup:.3}s\", duration: \"{duration:.3}s\"),\n    nodes: {{{nodes}}},\n)\n"
    )
}

/// A compiled scenario.
pub struct Compiled(Vec<Arc<Model>>);

/// Compiles a text that must be right.
pub fn compiled(text: &str) -> Compiled {
    compiled_with(text, &|_| None)
}

/// Compiles a text that must be right and reads files.
pub fn compiled_with(text: &str, files: &dyn Fn(&str) -> Option<String>) -> Compiled {
    match compile(text, files) {
        Ok(compiled) => Compiled(compiled.models.into_iter().map(Arc::new).collect()),
        Err(problems) => {
            let shown: Vec<_> = problems.iter().map(|problem| problem.render("case", text, false)).collect();
            panic!("{}\n{text}", shown.join("\n"));
        }
    }
}

impl Compiled {
    /// The start of a run.
    pub fn engine(&self, seed: u64) -> Engine {
        Engine::with_variants(self.0.clone(), seed)
    }

    /// A whole run, with its laws checked as it goes.
    pub fn run(&self, seed: u64) -> Run {
        self.run_with(seed, |_| {})
    }

    /// A whole run, each request of which is shown when it has ended.
    pub fn run_recording(&self, seed: u64, mut see: impl FnMut(&RequestRecord)) -> Run {
        let mut engine = self.engine(seed);
        engine.record_requests();
        finish(engine, |engine| engine.take_records().iter().for_each(&mut see))
    }

    fn run_with(&self, seed: u64, each: impl FnMut(&mut Engine)) -> Run {
        finish(self.engine(seed), each)
    }
}

fn finish(mut engine: Engine, mut each: impl FnMut(&mut Engine)) -> Run {
    let mut before = Time::ZERO;
    loop {
        let stop = engine.advance(Time::NEVER, SLICE);
        check(&engine);
        assert!(engine.state().now >= before, "the clock went back");
        before = engine.state().now;
        each(&mut engine);
        if let Some(stop) = stop {
            assert!(matches!(stop, Stop::Reached | Stop::Idle), "stopped by a bound: {stop:?}");
            let run = Run { engine };
            run.check_percentiles();
            return run;
        }
    }
}

/// The laws that hold at every instant.
pub fn check(engine: &Engine) {
    let violations: Vec<String> = engine.check().iter().map(ToString::to_string).collect();
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

/// Runs a text to its end with the seed of a trial.
pub fn run(trial: &Trial, text: &str) -> Run {
    compiled(text).run(trial.seed)
}

/// The node called `name`.
pub fn node(model: &Model, name: &str) -> NodeId {
    let found = model.nodes.enumerate().find(|(_, node)| node.name == name);
    found.unwrap_or_else(|| panic!("there is no node `{name}`")).0
}

/// Visits at the node called `name` now.
pub fn present(engine: &Engine, name: &str) -> u32 {
    let model = engine.model();
    model.instances_of(node(model, name)).map(|id| engine.state().instances[id].present.count()).sum()
}

/// Visits that have come to the node called `name` so far.
pub fn arrivals(engine: &Engine, name: &str) -> u64 {
    let model = engine.model();
    model.instances_of(node(model, name)).map(|id| engine.state().instances[id].arrivals).sum()
}

/// A run that is over.
pub struct Run {
    pub engine: Engine,
}

const NANOSECONDS: f64 = 1e9;

impl Run {
    fn node(&self, name: &str) -> NodeId {
        node(self.engine.model(), name)
    }

    /// Seconds of the measured window.
    pub fn window(&self) -> f64 {
        let state = self.engine.state();
        let from = state.baseline.as_ref().map_or(Time::ZERO, |baseline| baseline.at);
        (state.now - from).as_secs_f64()
    }

    fn over_classes(&self, count: impl Fn(&sim_core::observe::tally::ClassTally) -> u64) -> u64 {
        self.engine.state().tally.clients.iter().flatten().map(count).sum()
    }

    /// Requests that were made.
    pub fn offered(&self) -> u64 {
        self.over_classes(|class| class.offered)
    }

    /// Requests that were answered.
    pub fn completed(&self) -> u64 {
        self.over_classes(|class| class.completed)
    }

    /// Attempts, first ones included.
    pub fn attempts(&self) -> u64 {
        self.over_classes(|class| class.attempts())
    }

    /// The share of requests that ended like this.
    pub fn share_of(&self, outcome: Outcome) -> f64 {
        let index = failure_index(outcome).expect("it is a failure");
        self.over_classes(|class| class.failed[index]) as f64 / self.offered() as f64
    }

    /// Latencies of all answered requests, in nanoseconds.
    pub fn latency(&self) -> Histogram {
        let mut all = Histogram::new();
        self.engine.state().tally.clients.iter().flatten().for_each(|class| all.merge(&class.latency));
        all
    }

    /// The mean latency of the class called `name`.
    pub fn class_latency(&self, name: &str) -> f64 {
        let sources = self.engine.model().sources.enumerate();
        let mut classes = sources
            .flat_map(|(id, source)| source.classes.iter().zip(&self.engine.state().tally.clients[id]));
        let (_, tally) = classes.find(|(class, _)| class.name == name).expect("there is such a class");
        tally.latency.mean().expect("it had answers") / NANOSECONDS
    }

    /// Waits in the line of a node's first pool, in nanoseconds.
    pub fn waits(&self, name: &str) -> &Histogram {
        &self.engine.state().tally.nodes[self.node(name)].waits[0]
    }

    /// Busy and waiting nanoseconds of a node's first pools in the measured window, and their servers.
    pub fn pool_times(&self, name: &str) -> (u128, u128, u32) {
        let (model, state) = (self.engine.model(), self.engine.state());
        let (mut busy, mut waiting, mut servers) = (0, 0, 0);
        for instance in model.instances_of(self.node(name)) {
            let pool = model.instances[instance].pools[0];
            let account = state.pools[pool].account;
            let before = state.baseline.as_ref();
            let from = before.map_or(Time::ZERO, |baseline| baseline.at);
            let before = before.map(|baseline| baseline.pools[pool]).unwrap_or_default();
            busy += account.busy.integral(state.now) - before.busy.integral(from);
            waiting += account.waiting.integral(state.now) - before.waiting.integral(from);
            servers += model.pools[pool].servers;
        }
        (busy, waiting, servers)
    }

    /// The mean share of a node's servers that were busy.
    pub fn utilization(&self, name: &str) -> f64 {
        let (busy, _, servers) = self.pool_times(name);
        busy as f64 / (self.window() * NANOSECONDS * f64::from(servers))
    }

    /// The mean number in line at a node.
    pub fn in_line(&self, name: &str) -> f64 {
        self.pool_times(name).1 as f64 / (self.window() * NANOSECONDS)
    }

    /// The mean number in line or served at a node, whoever is waiting for others left out.
    pub fn at_station(&self, name: &str) -> f64 {
        let (busy, waiting, _) = self.pool_times(name);
        (busy + waiting) as f64 / (self.window() * NANOSECONDS)
    }

    /// Nanoseconds that visits were present at a node in the measured window, summed.
    pub fn presence(&self, name: &str) -> u128 {
        let (model, state) = (self.engine.model(), self.engine.state());
        let presence = model.instances_of(self.node(name)).map(|id| {
            let before = state.baseline.as_ref();
            let before = before.map_or(0, |baseline| baseline.instances[id].present.integral(baseline.at));
            state.instances[id].present.integral(state.now) - before
        });
        presence.sum()
    }

    /// The mean number present at a node.
    pub fn present(&self, name: &str) -> f64 {
        self.presence(name) as f64 / (self.window() * NANOSECONDS)
    }

    /// Visits that came to a node.
    pub fn arrivals(&self, name: &str) -> u64 {
        self.engine.state().requests(self.engine.model(), self.node(name))
    }

    /// The cache at the node called `name`.
    pub fn cache(&self, name: &str) -> CacheId {
        let node = self.node(name);
        let found = self.engine.model().caches.enumerate().find(|(_, cache)| cache.node == node);
        found.expect("it is a cache").0
    }

    /// What the cache called `name` did.
    pub fn cache_tally(&self, name: &str) -> CacheTally {
        self.engine.state().tally.caches[self.cache(name)]
    }

    /// The share of lookups of a cache that hit.
    pub fn hit_ratio(&self, name: &str) -> f64 {
        let tally = self.cache_tally(name);
        tally.hits as f64 / (tally.hits + tally.misses) as f64
    }

    /// The metric of this name at the node `server`, in the convention of the cases.
    pub fn metric(&self, name: &str) -> Option<f64> {
        let instances = |name| self.engine.model().instances_of(self.node(name)).len() as f64;
        let waits = || self.waits("server");
        let quantile = |histogram: &Histogram, digits: &str| {
            let share = digits.parse::<f64>().ok()? / 10f64.powi(digits.len() as i32);
            Some(histogram.quantile(share)? as f64 / NANOSECONDS)
        };
        let mean = |histogram: &Histogram| Some(histogram.mean()? / NANOSECONDS);
        let squares = |histogram: &Histogram| Some(histogram.mean_of_squares()? / NANOSECONDS / NANOSECONDS);
        match name {
            "U" => Some(self.utilization("server")),
            "W" => mean(waits()),
            "W2" => squares(waits()),
            "T" => mean(&self.latency()),
            "T2" => squares(&self.latency()),
            "P_wait" => Some(1.0 - waits().share_at_most(0)?),
            "P_idle (server)" => Some(1.0 - self.utilization("server")),
            "L" => Some(self.present("server")),
            "L_per_server" => Some(self.present("server") / instances("server")),
            "Lq" => Some(self.in_line("server")),
            "X" => Some(self.completed() as f64 / self.window()),
            "P_block" => Some(self.share_of(Outcome::Rejected)),
            "P_ab" => Some(self.share_of(Outcome::Abandoned)),
            _ => match name.split_once("_p")? {
                ("W", digits) => quantile(waits(), digits),
                ("T", digits) => quantile(&self.latency(), digits),
                _ => None,
            },
        }
    }

    /// Percentiles rise, and none is above the largest value.
    fn check_percentiles(&self) {
        let latency = self.latency();
        let shares = [0.0, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0];
        let quantiles: Vec<_> = shares.iter().filter_map(|share| latency.quantile(*share)).collect();
        assert!(quantiles.is_sorted(), "percentiles fall: {quantiles:?}");
        assert!(quantiles.last().copied() <= latency.largest(), "a percentile is above the maximum");
    }
}
