//! What a scenario was understood as, in words: the programs it compiled to, what visits wait for, and every default taken.

use std::fmt::Write;

use super::Compiled;
use crate::distribution::Sampler;
use crate::model::load::{Arrivals, Load};
use crate::model::step::Step;
use crate::model::traffic::traffic;
use crate::model::{
    CallId, Choice, Controller, Delay, Discipline, Link, Model, NodeId, Pool, SamplerId, Source, Target,
    WireId,
};
use crate::time::{Duration, Time};

mod defaults;

pub use defaults::defaults;

/// The whole explanation of a compiled scenario; `text` is what it was compiled from.
pub fn explain(text: &str, compiled: &Compiled) -> String {
    let mut out = String::new();
    if let Some(model) = compiled.models.first() {
        let teller = Teller { model };
        // Writing to a string cannot fail.
        let _ = teller.run(&mut out);
        for (id, _) in model.nodes.enumerate() {
            let _ = teller.node(&mut out, id);
        }
        let _ = teller.controllers(&mut out);
        let _ = teller.traffic(&mut out);
    }
    let defaults = defaults(text, compiled);
    if !defaults.is_empty() {
        out.push_str("defaults taken\n");
        for (path, value) in defaults {
            let _ = writeln!(out, "  {path}: {value}");
        }
    }
    out
}

struct Teller<'m> {
    model: &'m Model,
}

impl Teller<'_> {
    fn run(&self, out: &mut String) -> std::fmt::Result {
        let run = &self.model.run;
        write!(out, "run with seed {}", run.seed)?;
        match run.end {
            Time::NEVER => write!(out, " until all requests are made")?,
            end => write!(out, " for {}", Duration(end.0))?,
        }
        if run.warmup > Time::ZERO {
            write!(out, ", measured from {}", Duration(run.warmup.0))?;
        }
        writeln!(out, "{}", if run.drain { ", then until nothing is in flight" } else { "" })?;
        let limits = &run.limits;
        writeln!(
            out,
            "  stops at {} events, {} visits in flight or {} of simulated time",
            limits.events,
            limits.visits,
            Duration(limits.time.0)
        )?;
        writeln!(out)
    }

    fn node(&self, out: &mut String, id: NodeId) -> std::fmt::Result {
        let node = &self.model.nodes[id];
        write!(out, "{} ({})", node.name, node.kind.word())?;
        if !node.pool_kinds.is_empty() {
            write!(out, ", {}", counted(u64::from(node.instances), "instance"))?;
            if node.most_instances > node.instances {
                write!(out, ", up to {}", node.most_instances)?;
            }
        }
        writeln!(out)?;
        if let Some(first) = self.model.instances_of(id).next() {
            let instance = &self.model.instances[first];
            for (slot, kind) in node.pool_kinds.iter().enumerate().take(2) {
                let pool = instance.pools[slot];
                // Nodes without pools repeat some pool that they never use.
                let owns = |other: &&crate::model::Instance| {
                    let count = self.model.nodes[other.node].pool_kinds.len();
                    other.pools.iter().take(count).any(|own| *own == pool)
                };
                let owners = self.model.instances.iter().filter(owns).count();
                let shared =
                    if owners > 1 { format!(", shared by {owners} instances") } else { String::new() };
                writeln!(out, "  {}: {}{shared}", kind.word(), self.pool(&self.model.pools[pool]))?;
            }
            if instance.slowness != 1.0 {
                writeln!(out, "  speed {}", 1.0 / instance.slowness)?;
            }
        }
        self.gates(out, id)?;
        if let Some(source) = node.source {
            self.source(out, &self.model.sources[source])?;
            self.program(out, "program", self.model.sources[source].entry)?;
        } else if self.has_program(id) {
            let [read, write] = node.entry;
            let name = if read == write { "program" } else { "reads" };
            self.program(out, name, read)?;
            if read != write {
                self.program(out, "writes", write)?;
            }
        }
        writeln!(out)
    }

    fn has_program(&self, id: NodeId) -> bool {
        use crate::model::NodeKind;
        match self.model.nodes[id].kind {
            NodeKind::Clients | NodeKind::Balancer | NodeKind::Service | NodeKind::Database => true,
            NodeKind::Dns | NodeKind::Cache => false,
        }
    }

    fn gates(&self, out: &mut String, id: NodeId) -> std::fmt::Result {
        for balancer in self.model.balancers.iter().filter(|balancer| balancer.node == id) {
            let per = if balancer.per_connection { " for each session" } else { "" };
            writeln!(out, "  chooses by {:?}{per}", balancer.policy)?;
        }
        for cache in self.model.caches.iter().filter(|cache| cache.node == id) {
            match cache.hit_ratio {
                Some(ratio) => writeln!(out, "  hits {:.4} of the time, by chance", ratio)?,
                None => writeln!(
                    out,
                    "  {} entries, {:?}, {}{}{}",
                    cache.capacity,
                    cache.evict,
                    cache.ttl.map_or("living for ever".to_owned(), |ttl| format!("living {ttl}")),
                    if cache.single_flight { ", one fetch a key" } else { "" },
                    if cache.warm { ", warm" } else { "" },
                )?,
            }
        }
        for name in self.model.names.iter().filter(|name| name.node == id) {
            writeln!(
                out,
                "  {}, kept {}, lookup {}",
                counted(u64::from(name.records), "record"),
                name.ttl,
                self.delay(&name.lookup)
            )?;
        }
        for locks in self.model.locks.iter().filter(|locks| locks.node == id) {
            writeln!(out, "  writes lock {}", if locks.by_key { "their row" } else { "the table" })?;
        }
        Ok(())
    }

    fn source(&self, out: &mut String, source: &Source) -> std::fmt::Result {
        match &source.load {
            Load::Open { rate, arrivals, batch } => {
                let arrivals = match arrivals {
                    Arrivals::Poisson => "Poisson".to_owned(),
                    Arrivals::Constant => "even".to_owned(),
                    Arrivals::Renewal { spans, .. } => format!("with spans shaped as {}", self.law(*spans)),
                };
                match rate.constant() {
                    Some(rate) => write!(out, "  {rate} requests/s, {arrivals}")?,
                    None => write!(out, "  requests/s as the sum of {:?}, {arrivals}", rate.parts)?,
                }
                if *batch > 1 {
                    write!(out, ", {batch} together")?;
                }
            }
            Load::Bursty { states } => {
                let states =
                    states.iter().map(|state| format!("{}/s for about {} s", state.rate, state.stay));
                write!(out, "  in turn {}", states.collect::<Vec<_>>().join(", "))?;
            }
            Load::Closed { users, think, ramp } => {
                write!(out, "  {}, think time {}", counted(u64::from(*users), "user"), self.delay(think))?;
                if *ramp > Duration::ZERO {
                    write!(out, ", starting over {ramp}")?;
                }
            }
            Load::Replay { rows } => write!(out, "  {} as recorded", counted(rows.len() as u64, "request"))?,
        }
        match source.total {
            Some(total) => writeln!(out, ", {total} in all")?,
            None => writeln!(out)?,
        }
        let choice = source.class_choice.map(|choice| &self.model.choices[choice]);
        for (number, class) in source.classes.iter().enumerate().filter(|_| source.classes.len() > 1) {
            let share = match choice {
                Some(Choice::Weighted(shares)) => share(shares, number),
                Some(Choice::ByClass(..)) | None => 1.0,
            };
            let objective = class.objective.map_or(String::new(), |span| format!(", good within {span}"));
            writeln!(
                out,
                "  class {}: {:.2}%{objective}, priority {}",
                class.name,
                100.0 * share,
                class.priority
            )?;
        }
        if let Some(keys) = &source.keys {
            writeln!(out, "  {} keys", keys.keys())?;
        }
        Ok(())
    }

    /// The steps that can be reached from `entry`, in the order of their numbers.
    fn program(&self, out: &mut String, name: &str, entry: u16) -> std::fmt::Result {
        writeln!(out, "  {name}")?;
        let mut open = std::collections::BTreeSet::from([entry]);
        while let Some(at) = open.pop_first() {
            let Some(step) = self.model.steps.get(usize::from(at)) else { continue };
            writeln!(out, "    {at:>5}  {}", self.step(step))?;
            match step {
                Step::Jump(target) => drop(open.insert(*target)),
                Step::Reply | Step::Fail => {}
                Step::Lookup { miss, .. } => open.extend([at + 1, *miss]),
                Step::Fork { first, branches, .. } => {
                    open.insert(at + 1);
                    open.extend((0..*branches).map(|branch| first + branch));
                }
                Step::Choose { choice, .. } => match &self.model.choices[*choice] {
                    Choice::Weighted(shares) => open.extend(shares.iter().map(|(_, target)| *target)),
                    Choice::ByClass(cases, otherwise) => {
                        open.extend(cases.iter().map(|(_, target)| *target));
                        open.insert(*otherwise);
                    }
                },
                _ => drop(open.insert(at + 1)),
            }
        }
        Ok(())
    }

    fn step(&self, step: &Step) -> String {
        match step {
            Step::Work { pool, demand, .. } => format!("work on pool {pool}, {}", self.law(*demand)),
            Step::Take { pool } => format!("take one of pool {pool}"),
            Step::Give { pool } => format!("give one of pool {pool} back"),
            Step::Wait { span, .. } => format!("wait {}", self.delay(span)),
            Step::Transmit { wire, is_reply: false } => format!("send the request over {}", self.wire(*wire)),
            Step::Transmit { wire, is_reply: true } => format!("get the answer over {}", self.wire(*wire)),
            Step::Call(call) => format!("call {}", self.call(*call)),
            Step::Fork { first, branches, need } => {
                format!("fork into {branches} from {first}, {need} of them needed")
            }
            Step::FanOut { call, count, need } => {
                format!("call {count} times, {need} answers needed: {}", self.call(*call))
            }
            Step::Lookup { cache, miss } => {
                let name = &self.model.nodes[self.model.caches[*cache].node].name;
                format!("look up the key in {name}, after a miss go to {miss}")
            }
            Step::Fill { cache } => {
                format!("store the key in {}", self.model.nodes[self.model.caches[*cache].node].name)
            }
            Step::Resolve(name) => format!("look up {}", self.model.nodes[self.model.names[*name].node].name),
            Step::Lock(_) => "lock".to_owned(),
            Step::Unlock(_) => "unlock".to_owned(),
            Step::Choose { choice, .. } => match &self.model.choices[*choice] {
                Choice::Weighted(shares) => {
                    let cases = shares
                        .iter()
                        .enumerate()
                        .map(|(number, (_, target))| format!("{:.4} to {target}", share(shares, number)));
                    format!("go by chance: {}", cases.collect::<Vec<_>>().join(", "))
                }
                Choice::ByClass(cases, otherwise) => {
                    let classes = self.model.sources.iter().flat_map(|source| &source.classes);
                    let name = |tag: u64| {
                        classes.clone().find(|class| class.tag == tag).map_or("?", |class| &class.name)
                    };
                    let cases = cases.iter().map(|(tag, target)| format!("{} to {target}", name(*tag)));
                    format!("go by class: {}, others to {otherwise}", cases.collect::<Vec<_>>().join(", "))
                }
            },
            Step::Jump(target) => format!("go to {target}"),
            Step::Reply => "reply".to_owned(),
            Step::Fail => "fail".to_owned(),
        }
    }

    fn wire(&self, wire: WireId) -> String {
        format!("a wire of {:.0} B/s", 1e9 / self.model.wires[wire].nanoseconds_per_byte)
    }

    fn call(&self, call: CallId) -> String {
        let spec = &self.model.calls[call];
        let over = |node: &NodeId, link: &Link| {
            let latency = match link.latency {
                Delay::None => String::new(),
                latency @ (Delay::Constant(_) | Delay::Drawn(_)) => {
                    format!(" over {}", self.delay(&latency))
                }
            };
            let wire = link.wires.map_or(String::new(), |(wire, _)| format!(" and {}", self.wire(wire)));
            format!("{}{latency}{wire}", self.model.nodes[*node].name)
        };
        let list = |targets: &[(NodeId, Link)]| {
            targets.iter().map(|(node, link)| over(node, link)).collect::<Vec<_>>().join(" or ")
        };
        let mut said = match &spec.target {
            Target::Node(node, link) => over(node, link),
            Target::Name(_, records) => list(records),
            Target::Upstream(balancer) => {
                format!("one of {}", list(&self.model.balancers[*balancer].upstreams))
            }
        };
        if spec.operation == 1 {
            said.push_str(", to write");
        }
        if let Some(timeout) = &spec.timeout {
            let _ = write!(said, ", for at most {}", self.delay(timeout));
        }
        if let Some(retry) = spec.retry {
            let retry = &self.model.retries[retry];
            match retry.attempts {
                Some(attempts) => drop(write!(said, ", up to {attempts} attempts")),
                None => said.push_str(", until it succeeds"),
            }
            let _ = write!(said, ", back-off {:?}", retry.backoff);
            if let Some(budget) = &retry.budget {
                let _ = write!(said, ", budget {:.4} of the requests of {}", budget.ratio, budget.window);
            }
        }
        if let Some(bound) = spec.depth_bound {
            let _ = write!(said, ", at most {bound} calls deep");
        }
        said
    }

    fn pool(&self, pool: &Pool) -> String {
        let order = match pool.discipline {
            Discipline::Fifo => "first come, first served".to_owned(),
            Discipline::Lifo => "last come, first served".to_owned(),
            Discipline::Priority => "higher priorities first".to_owned(),
            Discipline::LifoPreemptive => "the latest interrupts".to_owned(),
            Discipline::PriorityPreemptive => "higher priorities interrupt".to_owned(),
            Discipline::Sharing { at_most, contention, coherency } => {
                let who = if at_most == u32::MAX { "all".to_owned() } else { format!("up to {at_most}") };
                let law = if contention > 0.0 || coherency > 0.0 {
                    format!(", contention {contention}, coherency {coherency}")
                } else {
                    String::new()
                };
                format!("shared by {who}{law}")
            }
        };
        let queue =
            if pool.queue == u32::MAX { String::new() } else { format!(", at most {} waiting", pool.queue) };
        let patience = pool
            .patience
            .as_ref()
            .map_or(String::new(), |patience| format!(", leaving after {}", self.delay(&patience.span)));
        format!("{}, {order}{queue}{patience}", pool.servers)
    }

    fn delay(&self, delay: &Delay) -> String {
        match delay {
            Delay::None => "none".to_owned(),
            Delay::Constant(span) => span.to_string(),
            Delay::Drawn(sampler) => self.law(*sampler),
        }
    }

    fn law(&self, sampler: SamplerId) -> String {
        let sampler = &self.model.samplers[sampler];
        let name = match sampler {
            Sampler::Constant(value) => return format!("always {}", Duration::from_nanos_f64(*value)),
            Sampler::Exponential(_) => "exponential",
            Sampler::Uniform { .. } => "uniform",
            Sampler::Erlang { .. } => "Erlang",
            Sampler::Gamma { .. } | Sampler::GammaBelowOne(_) => "gamma",
            Sampler::LogNormal { .. } => "lognormal",
            Sampler::Weibull { .. } => "Weibull",
            Sampler::Pareto { .. } => "Pareto",
            Sampler::BoundedPareto(_) => "bounded Pareto",
            Sampler::HyperExponential { .. } => "hyperexponential",
            Sampler::Mixture(_) => "a mixture",
            Sampler::Empirical(_) => "empirical",
            Sampler::Histogram(_) => "a histogram",
        };
        match sampler.mean() {
            Some(mean) => format!("{name} of mean {}", Duration::from_nanos_f64(mean)),
            None => format!("{name} without a mean"),
        }
    }

    fn controllers(&self, out: &mut String) -> std::fmt::Result {
        if self.model.controllers.is_empty() {
            return Ok(());
        }
        writeln!(out, "controllers")?;
        for controller in self.model.controllers.iter() {
            match controller {
                Controller::Hpa { node, policy, boot, .. } => writeln!(
                    out,
                    "  {}: {} to {} instances for {:.0}% CPU, looked at every {}, boot {}",
                    self.model.nodes[*node].name,
                    policy.min,
                    policy.max,
                    100.0 * policy.target,
                    policy.sync,
                    self.delay(boot)
                )?,
                Controller::Scheduled { at, span, strike } => {
                    let (at, names) = (Duration(at.0), self.model.names_of_struck(strike).join(", "));
                    let lasting = if *span > Duration::ZERO { format!(" for {span}") } else { String::new() };
                    writeln!(out, "  at {at}{lasting}: {} {names}", strike.words())?;
                }
                Controller::Recurring { strike, up, down, .. } => writeln!(
                    out,
                    "  again and again: {} {}, up {}, down {}",
                    strike.words(),
                    self.model.names_of_struck(strike).join(", "),
                    self.law(*up),
                    self.law(*down)
                )?,
                Controller::Change { at, variant } => {
                    writeln!(out, "  at {}: variant {variant} of the scenario", Duration(at.0))?;
                }
            }
        }
        writeln!(out)
    }

    fn traffic(&self, out: &mut String) -> std::fmt::Result {
        let traffic = traffic(self.model);
        let busy = traffic.stations.iter().filter(|station| station.demand > 0.0);
        writeln!(out, "traffic equations, at {:.6} requests/s", traffic.offered)?;
        for station in busy {
            let node = &self.model.nodes[station.node];
            let pool = node.pool_word(usize::from(station.slot)).unwrap_or("servers");
            writeln!(
                out,
                "  {} {pool}: {:.2}% utilized, saturated at {:.6} requests/s",
                node.name,
                100.0 * station.utilization,
                station.saturates_at
            )?;
        }
        writeln!(out)
    }
}

/// How many of something there are.
fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// The share of one of the cases that cumulated shares stand for.
fn share(shares: &[(u64, u16)], number: usize) -> f64 {
    let before = number.checked_sub(1).map_or(0, |before| shares[before].0);
    shares[number].0.saturating_sub(before) as f64 / u64::MAX as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::compile;

    #[test]
    fn an_explanation_names_programs_pools_and_defaults() {
        let text = include_str!("../../tests/data/sound.ron");
        let compiled = compile(text, &|_| None).expect("it is sound");
        let told = explain(text, &compiled);
        for part in [
            "run with seed 7 for 10min, measured from 30s",
            "app (service), 4 instances, up to 20",
            "threads: 64, first come, first served, at most 512 waiting",
            "look up the key in cache, after a miss go to",
            "call lb over 500us",
            "app: 2 to 20 instances for 70% CPU",
            "  nodes.app.contention: 0.0",
            "  nodes.lb.per: Request",
            "  nodes.cache.start: Cold",
            "  scale.0.sync: 15s",
        ] {
            assert!(told.contains(part), "`{part}` is missing in\n{told}");
        }
        assert!(!told.contains("nodes.app.queue:"), "what is written is no default");
    }
}
