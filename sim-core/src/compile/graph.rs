//! The graph of calls: cycles get a bound of depth, and what nobody reaches, or what reaches a cache without a key, is told.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::{Compiler, Path};
use crate::arena::Id;
use crate::component::Node;
use crate::component::call::DEPTH_BOUND;
use crate::component::database::Locks;
use crate::diagnostic::suggest;
use crate::distribution::discrete::KeySampler;
use crate::model::load::Load;
use crate::model::traffic::{fastest_answer, traffic};
use crate::model::{Cache, CallId, NodeId, NodeKind, Target};

/// The most entries that a warm cache starts with: they are written one by one before the run.
const MOST_WARM_ENTRIES: u64 = 10_000_000;

/// Where a call stands in the text.
pub(super) struct CallPlace {
    /// The node that calls.
    pub(super) from: NodeId,
    /// Its timeout.
    pub(super) timeout: Option<Path>,
}

impl Compiler<'_> {
    /// Notes whose call was just added, and where its timeout stands.
    pub(crate) fn place_call(&mut self, from: NodeId, timeout: Option<Path>) {
        self.calls.push(CallPlace { from, timeout });
    }

    /// Bounds the depth of calls in cycles.
    pub(super) fn bound_cycles(&mut self) {
        let mut graph: DiGraph<(), ()> = DiGraph::new();
        let vertices: Vec<NodeIndex> = self.model.nodes.iter().map(|_| graph.add_node(())).collect();
        let edges: Vec<(NodeId, NodeId)> = self.edges();
        for (from, to) in &edges {
            graph.add_edge(vertices[from.index()], vertices[to.index()], ());
        }
        let mut group = vec![0; vertices.len()];
        for (number, members) in tarjan_scc(&graph).into_iter().enumerate() {
            members.iter().for_each(|vertex| group[vertex.index()] = number);
        }
        let places: Vec<NodeId> = self.calls.iter().map(|place| place.from).collect();
        for (from, number) in places.into_iter().zip(0..) {
            let call = CallId::from_index(number);
            let is_in_cycle = self.targets(call).iter().any(|to| group[to.index()] == group[from.index()]);
            if is_in_cycle {
                self.model.calls[call].depth_bound = Some(DEPTH_BOUND);
            }
        }
    }

    fn targets(&self, call: CallId) -> Vec<NodeId> {
        match &self.model.calls[call].target {
            Target::Node(node, _) => vec![*node],
            Target::Name(_, records) => records.iter().map(|(node, _)| *node).collect(),
            Target::Upstream(balancer) => {
                self.model.balancers[*balancer].upstreams.iter().map(|(node, _)| *node).collect()
            }
        }
    }

    fn edges(&self) -> Vec<(NodeId, NodeId)> {
        let calls = self.calls.iter().enumerate();
        calls
            .flat_map(|(number, place)| {
                self.targets(CallId::from_index(number)).into_iter().map(move |to| (place.from, to))
            })
            .collect()
    }

    /// What is reached from each node of clients: the nodes that are called and the caches that those ask.
    fn reached(&self) -> BTreeMap<NodeId, BTreeSet<NodeId>> {
        let mut next: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
        for (from, to) in self.edges() {
            next.entry(from).or_default().push(to);
        }
        for (from, cache) in &self.asks {
            next.entry(*from).or_default().push(*cache);
        }
        let mut reached = BTreeMap::new();
        for source in self.model.sources.iter() {
            let mut seen = BTreeSet::new();
            let mut open = vec![source.node];
            while let Some(node) = open.pop() {
                if seen.insert(node) {
                    open.extend(next.get(&node).into_iter().flatten());
                }
            }
            reached.insert(source.node, seen);
        }
        reached
    }

    /// Checks that what a warm cache starts with fits into memory.
    pub(super) fn check_warm_caches(&mut self) {
        let keys =
            self.model.sources.iter().filter_map(|source| source.keys.as_ref().map(KeySampler::keys)).max();
        let too_large =
            |cache: &&Cache| cache.warm && cache.capacity.min(keys.unwrap_or(1)) > MOST_WARM_ENTRIES;
        let nodes =
            self.model.caches.iter().filter(too_large).map(|cache| self.model.nodes[cache.node].name.clone());
        for name in nodes.collect::<Vec<_>>() {
            let message = format!("a warm cache starts with at most {MOST_WARM_ENTRIES} entries");
            self.error("too-many", message, &Path::root().under("nodes").key(&name).under("start"))
                .with_help("give it a smaller `capacity`, or let it start cold and leave the start out with `warmup`");
        }
    }

    /// Checks that requests have keys wherever they need one.
    pub(super) fn check_keys(&mut self) {
        let scenario = self.scenario;
        let needs_keys = |node: &Node| match node {
            Node::Cache(cache) => cache.hit_ratio.is_none(),
            Node::Database(database) => database.locks == Locks::Row,
            Node::Clients(_) | Node::Dns(_) | Node::Balancer(_) | Node::Service(_) => false,
        };
        let reached = self.reached();
        let mut missing = Vec::new();
        for source in self.model.sources.iter() {
            let has_keys = source.keys.is_some()
                || matches!(&source.load, Load::Replay { rows } if rows.iter().all(|row| row.key.is_some()));
            let name = self.model.nodes[source.node].name.as_str();
            for (needy, node) in scenario.nodes.iter().filter(|(_, node)| needs_keys(node)) {
                let is_reached =
                    self.nodes.get(needy.as_str()).is_some_and(|id| reached[&source.node].contains(id));
                if is_reached && !has_keys {
                    missing.push((name.to_owned(), needy, node.kind()));
                }
            }
        }
        for (name, needy, kind) in missing {
            let message = format!(
                "requests of `{name}` have no key, and come to the {} `{needy}` that needs one",
                kind.word()
            );
            self.error_at_key("no-key", message, &Path::root().under("nodes").key(&name))
                .with_help("say which keys they ask for, such as `key: Zipf(n: 100_000, s: 0.9)`");
        }
    }

    /// Warnings about what compiles and probably was not meant.
    pub(super) fn warn(&mut self) {
        self.warn_of_the_unreached();
        self.warn_of_short_timeouts();
        self.warn_of_overload();
        let scenario = self.scenario;
        for name in scenario.layout.keys() {
            if !scenario.nodes.contains_key(name) {
                let near = suggest(name, scenario.nodes.keys().map(String::as_str));
                let path = Path::root().under("layout").key(name);
                let message = format!("no node is called `{name}`");
                self.warning_at_key("unknown-node", message, &path).meant(name, near);
            }
        }
    }

    fn warn_of_the_unreached(&mut self) {
        let reached: BTreeSet<NodeId> = self.reached().into_values().flatten().collect();
        let looked_up: BTreeSet<NodeId> = self
            .model
            .calls
            .iter()
            .filter_map(|call| match &call.target {
                Target::Name(name, _) => Some(self.model.names[*name].node),
                Target::Node(..) | Target::Upstream(_) => None,
            })
            .collect();
        let unreached: Vec<(String, NodeKind)> = self
            .model
            .nodes
            .enumerate()
            .filter(|(id, node)| node.source.is_none() && !reached.contains(id) && !looked_up.contains(id))
            .map(|(_, node)| (node.name.clone(), node.kind))
            .collect();
        for (name, kind) in unreached {
            let verb = match kind {
                NodeKind::Cache => "asks",
                NodeKind::Dns => "looks up",
                NodeKind::Clients | NodeKind::Balancer | NodeKind::Service | NodeKind::Database => "calls",
            };
            let path = Path::root().under("nodes").key(&name);
            self.warning_at_key("unused-node", format!("nobody {verb} `{name}`"), &path);
        }
    }

    fn warn_of_short_timeouts(&mut self) {
        let timeouts: Vec<(CallId, Path)> = self
            .calls
            .iter()
            .enumerate()
            .filter_map(|(number, place)| Some((CallId::from_index(number), place.timeout.clone()?)))
            .collect();
        for (call, path) in timeouts {
            let Some(crate::model::Delay::Constant(span)) = self.model.calls[call].timeout else {
                continue;
            };
            let fastest = fastest_answer(&self.model, call);
            if fastest.is_infinite() {
                self.warning("hopeless-call", "this call can never succeed", &path.sibling("to"));
            } else if fastest > span.as_secs_f64() {
                let fastest = crate::time::Duration((fastest * 1e9) as u64);
                let message = format!("no answer can come within this timeout: the fastest takes {fastest}");
                self.warning("short-timeout", message, &path);
            }
        }
    }

    fn warn_of_overload(&mut self) {
        let traffic = traffic(&self.model);
        for station in &traffic.stations {
            let node = &self.model.nodes[station.node];
            let Some(first) = self.model.instances_of(station.node).next() else { continue };
            let pool = &self.model.pools[self.model.instances[first].pools[usize::from(station.slot)]];
            // A line that is bounded, or that people leave, is made for overload.
            let is_meant = pool.queue < u32::MAX || pool.patience.is_some();
            if station.utilization <= 1.0 || is_meant {
                continue;
            }
            let what = node.pool_word(usize::from(station.slot)).unwrap_or("servers");
            let message = format!(
                "`{}` gets {:.2} times what its {what} can do: they saturate at {:.4}/s of the {:.4}/s offered",
                node.name, station.utilization, station.saturates_at, traffic.offered,
            );
            let path = Path::root().under("nodes").key(&node.name);
            self.warning_at_key("overload", message, &path);
            return;
        }
    }
}
