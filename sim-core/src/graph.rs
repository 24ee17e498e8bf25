//! The scenario as a picture: who calls whom, over links of what latency; laid out here, and written as DOT, Mermaid or SVG.

use crate::arena::Id;
use crate::distribution::Distribution;
use crate::model::step::{Program, Step};
use crate::model::{CallId, Choice, Delay, Link, Model, NodeId, NodeKind, Target};
use crate::scenario::Scenario;
use crate::time::Duration;

pub mod edit;
mod layout;
mod svg;
mod write;

pub use layout::{Layout, Placed, Route, layout};
pub use svg::to_svg;
pub use write::{to_dot, to_mermaid};

/// Nodes and the calls between them.
#[derive(Clone, PartialEq, Debug)]
pub struct Graph {
    /// The scenario's name.
    pub name: String,
    /// The nodes, in the order of their names.
    pub nodes: Vec<GraphNode>,
    /// The calls, by caller and callee.
    pub edges: Vec<GraphEdge>,
}

/// A node as drawn.
#[derive(Clone, PartialEq, Debug)]
pub struct GraphNode {
    /// As written in the scenario.
    pub name: String,
    /// Decides colour and shape.
    pub kind: NodeKind,
    /// The second line: the kind, and how many instances there are if more than one.
    pub note: String,
}

/// A call as drawn.
#[derive(Clone, PartialEq, Debug)]
pub struct GraphEdge {
    /// The position of the caller in [`Graph::nodes`].
    pub from: usize,
    /// The position of the callee.
    pub to: usize,
    /// The latency one way; empty where there is none.
    pub label: String,
    /// The latency one way in seconds, on average.
    pub latency: f64,
    /// Whether it asks for a name rather than for an answer.
    pub is_lookup: bool,
}

impl Graph {
    /// What calls what in `model`, which `scenario` was compiled to.
    pub fn of(scenario: &Scenario, model: &Model) -> Graph {
        let nodes = model.nodes.iter().map(|node| {
            let word = node.kind.word();
            let note = match (node.instances, node.most_instances) {
                (1, 1) => word.to_owned(),
                (now, most) if now == most => format!("{word} ×{now}"),
                (now, most) => format!("{word} ×{now}, up to {most}"),
            };
            GraphNode { name: node.name.clone(), kind: node.kind, note }
        });
        let mut graph = Graph { name: model.name.clone(), nodes: nodes.collect(), edges: Vec::new() };
        for (id, node) in model.nodes.enumerate() {
            match node.kind {
                NodeKind::Clients | NodeKind::Balancer | NodeKind::Service | NodeKind::Database => {
                    graph.add_calls_of(scenario, model, id);
                }
                // They answer at once and run no program.
                NodeKind::Dns | NodeKind::Cache => {}
            }
        }
        graph.edges.sort_by_key(|edge| (edge.from, edge.to));
        graph
    }

    /// The nodes by their distance from the clients, the nearest first: the order in which a request meets them.
    pub fn order(&self) -> Vec<&str> {
        let layers = layout::layers(self);
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        order.sort_by_key(|&index| (layers[index], index));
        order.into_iter().map(|index| self.nodes[index].name.as_str()).collect()
    }

    fn add_calls_of(&mut self, scenario: &Scenario, model: &Model, from: NodeId) {
        for step in reachable(model, from) {
            match step {
                Step::Call(call) | Step::FanOut { call, .. } => self.add_call(model, from, call),
                Step::Lookup { cache, .. } if model.caches[cache].node != from => {
                    let to = model.caches[cache].node;
                    let (label, latency) =
                        link_label(scenario, &model.nodes[from].name, &model.nodes[to].name);
                    self.add(from, to, label, latency, false);
                }
                Step::Resolve(name) => {
                    let name = &model.names[name];
                    let latency = mean_seconds(model, name.lookup);
                    self.add(from, name.node, delay_label(model, name.lookup), latency, true);
                }
                Step::Lookup { .. }
                | Step::Fill { .. }
                | Step::Work { .. }
                | Step::Take { .. }
                | Step::Give { .. }
                | Step::Wait { .. }
                | Step::Transmit { .. }
                | Step::Fork { .. }
                | Step::Lock(_)
                | Step::Unlock(_)
                | Step::Choose { .. }
                | Step::Jump(_)
                | Step::Reply
                | Step::Fail => {}
            }
        }
    }

    fn add_call(&mut self, model: &Model, from: NodeId, call: CallId) {
        let links: &[(NodeId, Link)] = match &model.calls[call].target {
            Target::Node(node, link) => &[(*node, *link)],
            Target::Name(_, records) => records,
            Target::Upstream(balancer) => &model.balancers[*balancer].upstreams,
        };
        for (to, link) in links {
            let latency = mean_seconds(model, link.latency);
            self.add(from, *to, delay_label(model, link.latency), latency, false);
        }
    }

    /// Calls of one pair of nodes are one arrow.
    fn add(&mut self, from: NodeId, to: NodeId, label: String, latency: f64, is_lookup: bool) {
        let (from, to) = (from.index(), to.index());
        match self.edges.iter_mut().find(|edge| (edge.from, edge.to) == (from, to)) {
            Some(edge) if edge.label.is_empty() => (edge.label, edge.latency) = (label, latency),
            Some(_) => {}
            None => self.edges.push(GraphEdge { from, to, label, latency, is_lookup }),
        }
    }
}

/// The steps that a visit to `node` can come to.
fn reachable(model: &Model, node: NodeId) -> Vec<Step> {
    let mut to_see: Vec<Program> = model.nodes[node].entry.to_vec();
    let mut seen = vec![false; model.steps.len()];
    let mut found = Vec::new();
    while let Some(at) = to_see.pop() {
        let position = usize::from(at);
        let Some(step) = model.steps.get(position).copied() else { continue };
        if std::mem::replace(&mut seen[position], true) {
            continue;
        }
        found.push(step);
        match step {
            Step::Jump(to) => to_see.push(to),
            Step::Reply | Step::Fail => {}
            Step::Choose { choice, .. } => match &model.choices[choice] {
                Choice::Weighted(parts) => to_see.extend(parts.iter().map(|(_, to)| *to)),
                Choice::ByClass(parts, rest) => {
                    to_see.extend(parts.iter().map(|(_, to)| *to));
                    to_see.push(*rest);
                }
            },
            Step::Fork { first, branches, .. } => to_see.extend(first..=first.saturating_add(branches)),
            Step::Lookup { miss, .. } => to_see.extend([at + 1, miss]),
            Step::Work { .. }
            | Step::Take { .. }
            | Step::Give { .. }
            | Step::Wait { .. }
            | Step::Transmit { .. }
            | Step::Call(_)
            | Step::FanOut { .. }
            | Step::Fill { .. }
            | Step::Resolve(_)
            | Step::Lock(_)
            | Step::Unlock(_) => to_see.push(at + 1),
        }
    }
    found
}

/// The latency of a link that is no call of its own in the model, in words and in seconds where it is constant.
fn link_label(scenario: &Scenario, from: &str, to: &str) -> (String, f64) {
    let link = scenario.links.get(&format!("{from}->{to}")).or_else(|| scenario.links.get("*"));
    match link.and_then(|link| link.latency.as_ref()) {
        None => (String::new(), 0.0),
        Some(Distribution::Constant(span)) => (span_label(span.0 as f64), span.as_secs_f64()),
        Some(_) => (VARIES.to_owned(), 0.0),
    }
}

const VARIES: &str = "varies";

fn mean_seconds(model: &Model, delay: Delay) -> f64 {
    let nanoseconds = match delay {
        Delay::None => 0.0,
        Delay::Constant(span) => span.0 as f64,
        Delay::Drawn(sampler) => {
            model.samplers[sampler].mean().filter(|mean| mean.is_finite()).unwrap_or(0.0)
        }
    };
    nanoseconds / 1e9
}

fn delay_label(model: &Model, delay: Delay) -> String {
    match delay {
        Delay::None | Delay::Constant(Duration::ZERO) => String::new(),
        Delay::Constant(span) => span_label(span.0 as f64),
        Delay::Drawn(sampler) => match model.samplers[sampler].mean() {
            Some(mean) if mean.is_finite() => format!("≈{}", span_label(mean)),
            _ => VARIES.to_owned(),
        },
    }
}

/// A span with at most three digits, and no zeros at its end: `0.5ms`.
fn span_label(nanoseconds: f64) -> String {
    let (scale, unit) = match nanoseconds {
        size if size < 1e3 => (1.0, "ns"),
        size if size < 1e5 => (1e3, "µs"),
        size if size < 1e9 => (1e6, "ms"),
        _ => (1e9, "s"),
    };
    let value = nanoseconds / scale;
    let places = match value {
        size if size < 10.0 => 2,
        size if size < 100.0 => 1,
        _ => 0,
    };
    let text = format!("{value:.places$}");
    let short = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{short}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::compile;

    fn graph(text: &str) -> Graph {
        let compiled = compile(text, &|_| None).expect("the scenario is valid");
        Graph::of(&compiled.scenario, &compiled.models[0])
    }

    #[test]
    fn every_call_of_a_scenario_is_an_arrow_with_its_latency() {
        let graph = graph(
            r#"Scenario(
                nodes: {
                    "users": Clients(to: "www", load: Open(rate: "1/s")),
                    "www": Dns(records: ["lb"], lookup: Constant("20ms")),
                    "lb": Balancer(to: ["app"]),
                    "app": Service(instances: 4, serve: [Get(cache: "cache", miss: [Call(to: "db")]), Call(to: "db")]),
                    "cache": Cache(hit_ratio: 0.5),
                    "db": Database(connections: 2, read: Exp("1ms")),
                },
                links: { "*": (latency: Constant("0.5ms")), "app->db": (latency: Exp("250us")) },
            )"#,
        );
        let arrows: Vec<String> = graph
            .edges
            .iter()
            .map(|edge| {
                let name = |index: usize| &graph.nodes[index].name;
                let arrow = if edge.is_lookup { "?" } else { ">" };
                format!("{}{arrow}{} {}", name(edge.from), name(edge.to), edge.label)
            })
            .collect();
        let expected =
            ["app>cache 0.5ms", "app>db ≈0.25ms", "lb>app 0.5ms", "users>lb 0.5ms", "users?www 20ms"];
        assert_eq!(arrows, expected);
        assert_eq!(graph.order(), ["users", "lb", "www", "app", "cache", "db"]);
        assert_eq!(graph.nodes[0].note, "service ×4");
    }

    #[test]
    fn labels_are_short() {
        for (nanoseconds, expected) in
            [(50.0, "50ns"), (2_500.0, "2.5µs"), (500_000.0, "0.5ms"), (123_456_789.0, "123ms"), (2e9, "2s")]
        {
            assert_eq!(span_label(nanoseconds), expected);
        }
    }
}
