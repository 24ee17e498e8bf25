//! What a scenario is of: nodes, arrows and what is to come, for whoever draws a live run of it.

use serde::Serialize;
use serde_json::Value;

use crate::arena::Id;
use crate::compile::Compiled;
use crate::component::control::Moment;
use crate::graph::{Graph, layout};
use crate::model::traffic::{Traffic, traffic};
use crate::model::{Model, Node, NodeId};
use crate::quantity::Number;
use crate::report::measured::Measured;
use crate::report::{UNLIMITED, bottleneck};
use crate::scenario::Scenario;
use crate::scenario::text::scan;
use crate::time::{Duration, Time};

use super::agreement::in_force;
use super::frame::Layout;

/// All of a scenario that does not change while it runs.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Description {
    /// The scenario's name.
    pub name: String,
    /// The comment that the text opens with.
    pub question: String,
    /// As text: it has 64 bits.
    pub seed: String,
    /// When it ends, in seconds; none where totals end it.
    pub duration: Option<f64>,
    /// When measuring starts.
    pub warmup: f64,
    /// The nodes, by name.
    pub nodes: Vec<NodeDescription>,
    /// The calls between them.
    pub edges: Vec<EdgeDescription>,
    /// Faults and changes, in the order of the text.
    pub timeline: Vec<TimelineEntry>,
    /// The names of the cases.
    pub cases: Vec<String>,
    /// What saturates first, in one sentence; none where nothing can.
    pub bottleneck: Option<String>,
    /// The layout of frames.
    pub frame: Layout,
    /// The layout of rows.
    pub row: Layout,
}

/// A node.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeDescription {
    /// As written.
    pub name: String,
    /// The word for its kind: `service`.
    pub kind: &'static str,
    /// The name of its kind in scenario text: `Service`.
    pub variant: String,
    /// The position of its first instance among all.
    pub first_instance: u32,
    /// How many there can be.
    pub most_instances: u32,
    /// How many there are at the start.
    pub instances: u32,
    /// Its position among clients, if it is one.
    pub client: Option<u32>,
    /// What visits wait for there.
    pub pools: Vec<PoolDescription>,
    /// The position of the pool whose utilization stands for the node.
    pub main_pool: Option<u8>,
    /// Visits a second that an instance can serve, by the traffic equations; none where there is no bound.
    pub capacity: Option<f64>,
    /// Where it stands in the drawing.
    pub x: f64,
    /// Where it stands in the drawing.
    pub y: f64,
    /// Whether the text says where.
    pub is_placed: bool,
}

/// What visits wait for.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct PoolDescription {
    /// `cores`, `threads`, `connections`, …
    pub name: &'static str,
    /// How many there are of each instance; none where there is no bound.
    pub servers: Option<u32>,
}

/// A call.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EdgeDescription {
    /// The position of the caller.
    pub from: usize,
    /// The position of the callee.
    pub to: usize,
    /// The latency one way, in words.
    pub label: String,
    /// The latency one way in seconds, on average.
    pub latency: f64,
    /// Whether it asks for a name.
    pub is_lookup: bool,
}

/// A fault or a change to come.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct TimelineEntry {
    /// Its position in the timeline.
    pub index: usize,
    /// When, in seconds.
    pub at: f64,
    /// `Crash`, `Set`, …
    pub what: String,
    /// Whom it strikes, or the path that is set.
    pub target: String,
    /// How long it lasts, in seconds.
    pub span: Option<f64>,
    /// As written.
    pub text: String,
}

impl Description {
    /// Of a scenario that was compiled from `text`, as it is at an instant: what an instance can serve changes with what is set
    /// while the run goes on.
    pub fn of(text: &str, compiled: &Compiled, at: Time) -> Description {
        let model = &compiled.models[0];
        let end = model.run.end;
        let graph = Graph::of(&compiled.scenario, model);
        let now = compiled.models.get(in_force(model, at)).unwrap_or(model);
        let traffic = traffic(now);
        Description {
            name: model.name.clone(),
            question: question(text),
            seed: model.run.seed.to_string(),
            duration: (end < Time::NEVER).then(|| end.as_secs_f64()),
            warmup: model.run.warmup.as_secs_f64(),
            nodes: nodes(&compiled.scenario, now, &traffic, &graph),
            edges: edges(&graph),
            timeline: timeline(text, &compiled.scenario),
            cases: compiled.scenario.cases.keys().cloned().collect(),
            bottleneck: bottleneck::of(now, &traffic, &Measured::nothing(now)).map(|found| found.sentence),
            frame: Layout::of_frame(model, graph.edges.len()),
            row: Layout::of_row(model, graph.edges.len()),
        }
    }
}

fn nodes(scenario: &Scenario, model: &Model, traffic: &Traffic, graph: &Graph) -> Vec<NodeDescription> {
    let drawn = layout(graph);
    let describe = |(id, node): (NodeId, &Node)| {
        let written = scenario.layout.get(&node.name);
        let placed = &drawn.nodes[id.index()];
        let (x, y) = written.map_or((placed.x, placed.y), |(Number(x), Number(y))| (*x, *y));
        let first = model.instances_of(id).next();
        let servers = |slot: usize| {
            let servers = model.pools[model.instances[first?].pools[slot]].servers;
            (servers != UNLIMITED).then_some(servers)
        };
        let pools = node.pool_kinds.iter().enumerate();
        NodeDescription {
            name: node.name.clone(),
            kind: node.kind.word(),
            variant: scenario.nodes.get(&node.name).map(variant_of).unwrap_or_default(),
            first_instance: node.first_instance.0,
            most_instances: node.most_instances,
            instances: node.instances,
            client: node.source.map(|source| source.0),
            pools: pools
                .map(|(slot, kind)| PoolDescription { name: kind.word(), servers: servers(slot) })
                .collect(),
            main_pool: node.main_pool,
            capacity: capacity(model, traffic, id),
            x,
            y,
            is_placed: written.is_some(),
        }
    };
    model.nodes.enumerate().map(describe).collect()
}

fn edges(graph: &Graph) -> Vec<EdgeDescription> {
    let edges = graph.edges.iter().map(|edge| EdgeDescription {
        from: edge.from,
        to: edge.to,
        label: edge.label.clone(),
        latency: edge.latency,
        is_lookup: edge.is_lookup,
    });
    edges.collect()
}

fn timeline(text: &str, scenario: &Scenario) -> Vec<TimelineEntry> {
    let document = scan(text).ok();
    let entries = scenario.timeline.iter().enumerate();
    let told = entries.filter_map(|(index, moment)| {
        let Moment::At(at, happening) = moment else { return None };
        let json = serde_json::to_value(happening).ok()?;
        let (what, inside) = json.as_object()?.iter().next()?;
        let target = ["target", "link"].iter().find_map(|key| inside.get(key)).or_else(|| inside.get(0));
        let span = inside.get("for").and_then(Value::as_str).and_then(|text| text.parse::<Duration>().ok());
        let written =
            document.as_ref().and_then(|document| document.locate(&format!("timeline.{index}.At.1")));
        Some(TimelineEntry {
            index,
            at: at.as_secs_f64(),
            what: what.clone(),
            target: target.and_then(Value::as_str).unwrap_or_default().to_owned(),
            span: span.map(Duration::as_secs_f64),
            text: written.map_or(String::new(), |found| text[found.value].to_owned()),
        })
    });
    told.collect()
}

/// The name of a node's kind in scenario text.
fn variant_of(node: &crate::component::Node) -> String {
    let json = serde_json::to_value(node).ok();
    let name = json.as_ref().and_then(Value::as_object).and_then(|fields| fields.keys().next());
    name.cloned().unwrap_or_default()
}

/// The comment that a text opens with, without its slashes.
fn question(text: &str) -> String {
    let comment = text.lines().map(str::trim).take_while(|line| line.starts_with("//"));
    let lines: Vec<&str> = comment.map(|line| line.trim_start_matches('/').trim()).collect();
    lines.join("\n").trim().to_owned()
}

/// Visits a second that an instance of `node` can serve, by the pool of it that saturates first.
fn capacity(model: &Model, traffic: &Traffic, node: NodeId) -> Option<f64> {
    let per_request =
        traffic.arrivals[node.index()] / if traffic.offered > 0.0 { traffic.offered } else { 1.0 };
    let mut stations = traffic.stations.iter().filter(|station| station.node == node);
    let station = stations.find(|station| station.saturates_at.is_finite())?;
    let slot = usize::from(station.slot);
    let one = model.instances[model.instances_of(node).next()?].pools[slot];
    let instances = station.servers / f64::from(model.pools[one].servers);
    let capacity = station.saturates_at * per_request / instances;
    (capacity.is_finite() && capacity > 0.0).then_some(capacity)
}
