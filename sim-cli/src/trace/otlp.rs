//! Traces as OpenTelemetry's OTLP in JSON (opentelemetry.io/docs/specs/otlp, "JSON Protobuf Encoding"): identifiers in hex,
//! times and whole numbers as text, kinds and status codes as numbers.
//!
//! Each instance is a resource, so that viewers tell the nodes apart. A trace is written as it comes: the same resource
//! may stand in the file again.

use std::collections::BTreeMap;

use serde::Serialize;
use sim_core::engine::visit::Outcome;
use sim_core::model::{Model, NodeId};
use sim_core::observe::trace::{Asked, Part, Parts, Span, Trace};
use sim_core::random::Key;
use sim_core::time::{NANOSECONDS_PER_SECOND, Time};

use super::{EPOCH_S, Run, push_json};

pub(super) const END: &str = "\n]}\n";

/// The names of the specification.
const KIND_INTERNAL: u8 = 1;
const KIND_SERVER: u8 = 2;
const KIND_CLIENT: u8 = 3;
const STATUS_ERROR: u8 = 2;

/// A file in the making.
pub(super) struct Otlp {
    is_empty: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceSpans {
    resource: Resource,
    scope_spans: [ScopeSpans; 1],
}

#[derive(Serialize)]
struct Resource {
    attributes: Vec<Attribute>,
}

#[derive(Serialize)]
struct ScopeSpans {
    scope: Scope,
    spans: Vec<OtlpSpan>,
}

#[derive(Serialize)]
struct Scope {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OtlpSpan {
    trace_id: String,
    span_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    parent_span_id: String,
    name: String,
    kind: u8,
    start_time_unix_nano: String,
    end_time_unix_nano: String,
    attributes: Vec<Attribute>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    events: Vec<Event>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    time_unix_nano: String,
    name: &'static str,
}

#[derive(Serialize)]
struct Status {
    code: u8,
    message: &'static str,
}

#[derive(Serialize)]
struct Attribute {
    key: &'static str,
    value: Value,
}

#[derive(Serialize)]
enum Value {
    #[serde(rename = "stringValue")]
    Text(String),
    #[serde(rename = "boolValue")]
    Flag(bool),
    /// Whole numbers have more digits than JSON's readers keep, so they are text.
    #[serde(rename = "intValue")]
    Whole(String),
    #[serde(rename = "doubleValue")]
    Number(f64),
}

fn text(key: &'static str, value: impl Into<String>) -> Attribute {
    Attribute { key, value: Value::Text(value.into()) }
}

fn number(key: &'static str, value: u64) -> Attribute {
    Attribute { key, value: Value::Whole(value.to_string()) }
}

fn flag(key: &'static str, value: bool) -> Attribute {
    Attribute { key, value: Value::Flag(value) }
}

impl Otlp {
    /// Begins a file.
    pub(super) fn begin(out: &mut String) -> Otlp {
        out.push_str("{\"resourceSpans\":[");
        Otlp { is_empty: true }
    }

    /// Adds a trace.
    pub(super) fn trace(&mut self, run: &Run<'_>, trace: &Trace, out: &mut String) {
        let mut by_place: BTreeMap<(NodeId, u32), Vec<OtlpSpan>> = BTreeMap::new();
        for (place, span) in trace.spans.iter().enumerate() {
            let number = run.model.instances[span.place].number;
            by_place.entry((span.node, number)).or_default().push(visit(run, trace, place, span));
            for (asked_number, asked) in span.asked(run.now).into_iter().enumerate() {
                let told = lookup(run, trace, place, asked_number, &asked);
                by_place.entry((asked.node, 0)).or_default().push(told);
            }
        }
        for ((node, number), spans) in by_place {
            out.push_str(if std::mem::take(&mut self.is_empty) { "\n" } else { ",\n" });
            let scope = Scope { name: "escala", version: env!("CARGO_PKG_VERSION") };
            let resource = resource(run, node, number);
            push_json(out, &ResourceSpans { resource, scope_spans: [ScopeSpans { scope, spans }] });
        }
    }
}

fn resource(run: &Run<'_>, node: NodeId, number: u32) -> Resource {
    let Model { name, nodes, .. } = run.model;
    let node = &nodes[node];
    let attributes = vec![
        text("service.name", node.name.clone()),
        text("service.instance.id", format!("{}/{number}", node.name)),
        text("service.namespace", name.clone()),
        text("escala.node.kind", node.kind.word()),
        // A seed may be beyond the whole numbers of the format.
        text("escala.seed", run.seed.to_string()),
    ];
    Resource { attributes }
}

fn visit(run: &Run<'_>, trace: &Trace, place: usize, span: &Span) -> OtlpSpan {
    let start = span.entered.unwrap_or(span.sent);
    let end = span.left.or(span.ended).unwrap_or(run.now).max(start);
    let is_branch = span.attempt == 0 && span.parent.is_some();
    let kind = match span.parent {
        None => KIND_CLIENT,
        Some(_) if is_branch => KIND_INTERNAL,
        Some(_) => KIND_SERVER,
    };
    let mut attributes = vec![text("escala.instance", run.model.instance_name(span.place))];
    match span.parent {
        None => attributes.extend(of_request(run, trace)),
        Some(_) if is_branch => attributes.push(flag("escala.branch", true)),
        Some(_) => {
            attributes.push(number("escala.attempt", u64::from(span.attempt)));
            attributes.push(flag("escala.retry", span.attempt > 1));
        }
    }
    attributes.extend(of_parts(&span.own_parts(run.now)));
    let is_over = span.ended.is_some();
    let is_error = is_over && span.outcome != Outcome::Completed;
    attributes.push(text("escala.outcome", if is_over { span.outcome.word() } else { "unfinished" }));
    if is_error {
        attributes.push(text("error.type", span.outcome.word()));
    }
    let mut events = Vec::new();
    if let Some(at) = span.given_up {
        attributes.push(flag("escala.given_up", true));
        events.push(Event { time_unix_nano: unix(at), name: "the caller gave up" });
    }
    let parent = span.parent.map(|parent| span_id(trace.stream, parent as usize, 0));
    OtlpSpan {
        trace_id: trace_id(trace.stream),
        span_id: span_id(trace.stream, place, 0),
        parent_span_id: parent.unwrap_or_default(),
        name: run.model.nodes[span.node].name.clone(),
        kind,
        start_time_unix_nano: unix(start),
        end_time_unix_nano: unix(end),
        attributes,
        events,
        status: is_error.then(|| Status { code: STATUS_ERROR, message: span.outcome.word() }),
    }
}

fn of_request(run: &Run<'_>, trace: &Trace) -> Vec<Attribute> {
    let class = &run.model.sources[trace.source].classes[usize::from(trace.class)].name;
    let mut attributes = vec![number("escala.request", trace.number)];
    if !class.is_empty() {
        attributes.push(text("escala.class", class.clone()));
    }
    if let Some(latency) = trace.latency() {
        attributes.push(number("escala.latency_ns", latency.0));
    }
    if let Some(sampling) = trace.chosen_by.and_then(|place| run.wish.samplings.get(place as usize)) {
        attributes.push(text("escala.sampled_by", sampling.word()));
        let probability = Value::Number(trace.probability);
        attributes.push(Attribute { key: "escala.sampling_probability", value: probability });
    }
    if trace.left_out > 0 {
        attributes.push(number("escala.visits_left_out", u64::from(trace.left_out)));
    }
    attributes
}

fn of_parts(parts: &Parts) -> impl Iterator<Item = Attribute> {
    let told = |part: Part, key, is_always: bool| {
        let span = parts.of(part).0;
        (is_always || span > 0).then(|| number(key, span))
    };
    [
        told(Part::Queue, "escala.queue_ns", true),
        told(Part::Service, "escala.service_ns", true),
        told(Part::Network, "escala.network_ns", true),
        told(Part::BackOff, "escala.back_off_ns", false),
        told(Part::Stalled, "escala.stalled_ns", false),
    ]
    .into_iter()
    .flatten()
}

/// A question to a cache or a name, as seen by who asked.
fn lookup(run: &Run<'_>, trace: &Trace, place: usize, number: usize, asked: &Asked) -> OtlpSpan {
    let mut attributes: Vec<Attribute> = of_parts(&asked.parts).collect();
    attributes.extend(asked.is_hit.map(|is_hit| flag("escala.cache.hit", is_hit)));
    OtlpSpan {
        trace_id: trace_id(trace.stream),
        span_id: span_id(trace.stream, place, number + 1),
        parent_span_id: span_id(trace.stream, place, 0),
        name: run.model.nodes[asked.node].name.clone(),
        kind: KIND_CLIENT,
        start_time_unix_nano: unix(asked.from),
        end_time_unix_nano: unix(asked.to),
        attributes,
        events: Vec::new(),
        status: None,
    }
}

fn unix(time: Time) -> String {
    (EPOCH_S * NANOSECONDS_PER_SECOND + time.0).to_string()
}

/// The same request has the same identifiers under another policy: they come from its key.
fn trace_id(stream: Key) -> String {
    format!("{:016x}{:016x}", stream.named("trace id").0, stream.0 | 1)
}

fn span_id(stream: Key, place: usize, asked: usize) -> String {
    let key = stream.named("span id").numbered(place as u64).numbered(asked as u64);
    format!("{:016x}", key.0.max(1))
}
