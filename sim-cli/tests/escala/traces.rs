//! `run --trace`, `--breakdown` and `--explain-slow`: what readers of the formats make of the files, and that the parts add up.

use std::collections::{BTreeMap, BTreeSet};

use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{Span, TracesData};
use serde_json::Value;

use crate::support::Place;

/// Requests that fail, are tried again, ask a cache, branch, and are in each other's way.
const BUSY: &str = r#"Scenario(
    run: (seed: 7, warmup: "1s", duration: "21s", drain: true),
    nodes: {
        "users": Clients(to: "lb", load: Open(rate: "150/s"), timeout: "80ms",
            classes: {"read": (weight: 3), "write": (weight: 1)}, retry: (attempts: 2, backoff: Fixed("5ms"))),
        "lb": Balancer(to: ["app"], policy: Random),
        "app": Service(instances: 2, serve: [
            Cpu(Exp("8ms")),
            Get(cache: "cache", miss: [FanOut(to: "store", count: 2)]),
        ]),
        "cache": Cache(hit_ratio: "80%", hit: Constant("0.3ms")),
        "store": Database(connections: 2, read: Exp("5ms")),
    },
    links: {"*": (latency: Constant("0.5ms"))},
)
"#;

fn busy() -> Place {
    let place = Place::new();
    place.write("busy.ron", BUSY);
    place
}

/// The spans of an OTLP file, each with the name of its service, read by the types of the specification.
fn spans(text: &str) -> Vec<(String, Span)> {
    let data: TracesData = serde_json::from_str(text).expect("it is OTLP");
    let mut spans = Vec::new();
    for resource in data.resource_spans {
        let attributes = resource.resource.expect("there is a resource").attributes;
        let service = words(&attributes)["service.name"].clone();
        for scope in resource.scope_spans {
            assert_eq!(scope.scope.expect("there is a scope").name, "escala");
            spans.extend(scope.spans.into_iter().map(|span| (service.clone(), span)));
        }
    }
    spans
}

/// Attributes as text.
fn words(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    let word = |value: &Option<AnyValue>| match value.as_ref().and_then(|value| value.value.as_ref()) {
        Some(Any::StringValue(text)) => text.clone(),
        Some(Any::IntValue(number)) => number.to_string(),
        Some(Any::BoolValue(flag)) => flag.to_string(),
        Some(Any::DoubleValue(number)) => number.to_string(),
        other => panic!("an attribute has no value that is written here: {other:?}"),
    };
    attributes.iter().map(|attribute| (attribute.key.clone(), word(&attribute.value))).collect()
}

fn number(words: &BTreeMap<String, String>, key: &str) -> u64 {
    words.get(key).unwrap_or_else(|| panic!("no {key} in {words:?}")).parse().expect("it is a number")
}

#[test]
fn a_reader_of_otlp_finds_every_visit_under_its_caller() {
    let place = busy();
    place
        .escala(&["run", "-q", "busy.ron", "--trace", "out.json", "--trace-sample", "head:20%"])
        .ended_with(0);
    let spans = spans(&place.read("out.json"));
    let by_id: BTreeMap<&[u8], &Span> =
        spans.iter().map(|(_, span)| (span.span_id.as_slice(), span)).collect();
    assert_eq!(by_id.len(), spans.len(), "identifiers differ");
    let mut services = BTreeSet::new();
    let (mut roots, mut hits, mut misses, mut retries, mut errors, mut late) = (0, 0, 0, 0, 0, 0);
    for (service, span) in &spans {
        services.insert(service.as_str());
        assert_eq!((span.trace_id.len(), span.span_id.len(), &span.name), (16, 8, service));
        assert!(span.start_time_unix_nano > 946_684_800_000_000_000, "after the start of the simulation");
        assert!(span.end_time_unix_nano >= span.start_time_unix_nano);
        let words = words(&span.attributes);
        let kind = SpanKind::try_from(span.kind).expect("it is a kind");
        let is_error = span.status.as_ref().is_some_and(|status| status.code() == StatusCode::Error);
        if span.parent_span_id.is_empty() {
            roots += 1;
            assert_eq!((service.as_str(), kind), ("users", SpanKind::Client));
            assert_eq!(words["escala.sampled_by"], "head");
            assert!(["read", "write"].contains(&words["escala.class"].as_str()));
            let latency = span.end_time_unix_nano - span.start_time_unix_nano;
            assert_eq!(number(&words, "escala.latency_ns"), latency);
            assert_eq!(is_error, words["escala.outcome"] == "timeout");
            errors += u32::from(is_error);
            continue;
        }
        let parent = by_id[span.parent_span_id.as_slice()];
        assert_eq!(parent.trace_id, span.trace_id);
        assert!(span.start_time_unix_nano >= parent.start_time_unix_nano);
        if service == "cache" {
            assert_eq!(kind, SpanKind::Client);
            let is_hit = words["escala.cache.hit"] == "true";
            (hits, misses) = if is_hit { (hits + 1, misses) } else { (hits, misses + 1) };
            let whole = number(&words, "escala.network_ns") + number(&words, "escala.service_ns");
            assert_eq!(whole, span.end_time_unix_nano - span.start_time_unix_nano);
            assert_eq!(whole, if is_hit { 1_300_000 } else { 1_000_000 });
            continue;
        }
        assert_eq!(kind, SpanKind::Server);
        assert_eq!(words["escala.retry"] == "true", number(&words, "escala.attempt") > 1);
        retries += u32::from(words["escala.retry"] == "true");
        if words.contains_key("escala.given_up") {
            assert_eq!(span.events.len(), 1);
            late += u32::from(span.end_time_unix_nano > span.events[0].time_unix_nano);
        }
        if service == "store" {
            let inside = number(&words, "escala.queue_ns") + number(&words, "escala.service_ns");
            assert_eq!(inside, span.end_time_unix_nano - span.start_time_unix_nano);
            assert_eq!(number(&words, "escala.network_ns"), 1_000_000);
        }
    }
    assert_eq!(services, BTreeSet::from(["users", "lb", "app", "cache", "store"]));
    // A fifth of the 3,000 requests that are measured.
    assert!((500..700).contains(&roots), "{roots}");
    let share = f64::from(hits) / f64::from(hits + misses);
    assert!((share - 0.8).abs() < 0.06, "{share}");
    assert!(retries > 5 && errors > 0 && late > 5, "{retries} retries, {errors} errors, {late} go on");
}

#[test]
fn the_same_bytes_every_time_and_the_same_report_without() {
    let place = busy();
    let traced = |name: &str| {
        let done = place.escala(&["run", "-q", "busy.ron", "--json", "--trace", name]).ended_with(0);
        (place.read(name), done.json()["digest"].clone())
    };
    let (first, digest) = traced("first.json");
    assert_eq!(traced("second.json"), (first, digest.clone()));
    let plain = place.escala(&["run", "-q", "busy.ron", "--json"]).ended_with(0).json();
    assert_eq!(plain["digest"], digest);
    assert!(plain.get("spent").is_none() && plain.get("slowest").is_none());
}

#[test]
fn several_choices_are_joined() {
    let place = busy();
    let choices = ["--trace-sample", "errors", "--trace-sample", "slowest:5"];
    let run = ["run", "-q", "busy.ron", "--json", "--trace", "out.json"];
    let report = place.escala(&[&run[..], &choices[..]].concat()).ended_with(0).json();
    let spans = spans(&place.read("out.json"));
    let mut by_choice: BTreeMap<String, u64> = BTreeMap::new();
    for (_, span) in spans.iter().filter(|(_, span)| span.parent_span_id.is_empty()) {
        *by_choice.entry(words(&span.attributes)["escala.sampled_by"].clone()).or_default() += 1;
    }
    let failed: u64 = report["clients"]["users"]["failed"]
        .as_object()
        .expect("failures are told")
        .values()
        .filter_map(Value::as_u64)
        .sum();
    assert!(failed > 0);
    assert_eq!(by_choice, BTreeMap::from([("errors".to_owned(), failed), ("slowest".to_owned(), 5)]));
}

/// What the documentation of the trace event format asks of the events that are written here.
#[test]
fn a_reader_of_trace_events_finds_slices_that_lie_in_each_other() {
    let place = busy();
    place
        .escala(&["run", "-q", "busy.ron", "--trace", "out.perfetto.json", "--trace-sample", "head:20%"])
        .ended_with(0);
    let file: Value = serde_json::from_str(&place.read("out.perfetto.json")).expect("it is JSON");
    let events = file["traceEvents"].as_array().expect("there is a list of events");
    let (mut processes, mut threads) = (BTreeMap::new(), BTreeMap::new());
    let mut slices: BTreeMap<u64, Vec<(f64, f64, String)>> = BTreeMap::new();
    let mut arrows: BTreeMap<u64, Vec<&Value>> = BTreeMap::new();
    for event in events {
        let text = |key: &str| event[key].as_str().unwrap_or_else(|| panic!("{key} of {event}"));
        let whole = |key: &str| event[key].as_u64().unwrap_or_else(|| panic!("{key} of {event}"));
        match text("ph") {
            "M" => match text("name") {
                "process_name" => {
                    processes.insert(whole("pid"), event["args"]["name"].as_str().expect("it is text"));
                }
                "thread_name" => {
                    threads.insert(
                        whole("tid"),
                        (whole("pid"), event["args"]["name"].as_str().expect("it is text")),
                    );
                }
                name => assert_eq!(name, "thread_sort_index"),
            },
            "X" => {
                let (from, span) = (event["ts"].as_f64(), event["dur"].as_f64());
                let (from, span) = (from.expect("a time"), span.expect("a span"));
                assert!(from >= 0.0 && span >= 0.0 && !text("name").is_empty() && !text("cat").is_empty());
                assert_eq!(threads[&whole("tid")].0, whole("pid"), "a thread is named before it is used");
                slices.entry(whole("tid")).or_default().push((from, from + span, text("name").to_owned()));
            }
            "s" => arrows.entry(whole("id")).or_default().push(event),
            "f" => {
                assert_eq!(text("bp"), "e");
                arrows.entry(whole("id")).or_default().push(event);
            }
            other => panic!("{other} is not written"),
        }
    }
    let names: BTreeSet<&str> = processes.values().copied().collect();
    assert_eq!(names, BTreeSet::from(["users", "lb", "app", "cache", "store"]));
    let places: BTreeSet<&str> =
        threads.values().map(|(_, name)| name.split(' ').next().unwrap_or(name)).collect();
    assert_eq!(places, BTreeSet::from(["users/0", "lb/0", "app/0", "app/1", "store/0"]));
    assert!(arrows.values().all(|ends| ends.len() == 2 && ends[0]["ts"].as_f64() <= ends[1]["ts"].as_f64()));
    let mut words = BTreeSet::new();
    for thread in slices.values_mut() {
        // Whoever begins first and ends last is outside; a nanosecond is what a float may lose.
        thread.sort_by(|one, other| one.0.total_cmp(&other.0).then(other.1.total_cmp(&one.1)));
        let mut open: Vec<f64> = Vec::new();
        for (from, to, name) in thread {
            words.insert(name.clone());
            while open.last().is_some_and(|end| *end <= *from + 1e-3) {
                open.pop();
            }
            assert!(
                open.last().is_none_or(|end| *to <= *end + 1e-3),
                "{name} from {from} to {to} crosses {open:?}"
            );
            open.push(*to);
        }
    }
    for word in ["in line for cores", "work on cores", "ask cache", "on the way: cache", "back off"] {
        assert!(words.contains(word), "{word} is not among {words:?}");
    }
}

#[test]
fn the_slowest_are_explained_to_the_nanosecond() {
    let place = busy();
    let report =
        place.escala(&["run", "-q", "busy.ron", "--json", "--explain-slow", "5"]).ended_with(0).json();
    let slowest = report["slowest"].as_array().expect("they are told");
    assert_eq!(slowest.len(), 5);
    let mut before = u64::MAX;
    for slow in slowest {
        let latency = slow["latency_ns"].as_u64().expect("a number");
        assert!(latency <= before);
        before = latency;
        let parts = ["queue_ns", "service_ns", "network_ns", "back_off_ns", "stalled_ns"];
        let hops = slow["hops"].as_array().expect("hops are told");
        let sum: u64 =
            hops.iter().flat_map(|hop| parts.map(|part| hop[part].as_u64().expect("a number"))).sum();
        assert_eq!(sum, latency, "{slow}");
    }
    // Two attempts of 80 ms and the wait between them.
    assert_eq!(before, 165_000_000);
    assert_eq!(slowest[0]["outcome"], "timeout");
    let spent = &report["spent"]["users"]["p99"];
    let shares: f64 = spent["nodes"]
        .as_object()
        .expect("nodes are told")
        .values()
        .filter_map(|node| node["share"].as_f64())
        .sum();
    assert!((shares - 1.0).abs() < 1e-9);
    let shown = place.escala(&["run", "-q", "busy.ron", "--explain-slow", "1"]).ended_with(0).stdout;
    for text in ["p50 of users", "p99 of users", "slowest #1: 165.000000ms", "attempt 2, given up", "  sum  "]
    {
        assert!(shown.contains(text), "{text} is missing:\n{shown}");
    }
    assert!(!shown.contains("slowest #2"));
}

#[test]
fn replications_are_explained_together() {
    let place = busy();
    let run = ["run", "-q", "busy.ron", "--json", "--duration", "4s", "--explain-slow", "3"];
    let one = place.escala(&run).ended_with(0).json();
    let three = place.escala(&[&run[..], &["--replications", "3"]].concat()).ended_with(0).json();
    let requests = |report: &Value| report["spent"]["users"]["p50"]["requests"].as_u64().expect("a number");
    assert!(requests(&three) > 2 * requests(&one));
    assert_eq!(three["slowest"].as_array().map(Vec::len), Some(3));
    let slowest = |report: &Value| report["slowest"][0]["latency_ns"].as_u64().expect("a number");
    assert!(slowest(&three) >= slowest(&one));
    assert!(three["slowest"][0]["seed"].is_u64());
}

#[test]
fn mistakes_say_what_to_write() {
    let place = busy();
    let said =
        |arguments: &[&str]| place.escala(&[&["run", "busy.ron"], arguments].concat()).ended_with(2).stderr;
    assert!(said(&["--trace", "out.json", "--trace-sample", "head:200%"]).contains("such as `head:1%`"));
    assert!(said(&["--trace-sample", "errors"]).contains("--trace <FILE>"));
    assert!(said(&["--trace", "nowhere/out.json"]).contains("make its folder first"));
    assert!(said(&["--trace", "out.json", "--replications", "2"]).contains("cannot be used with"));
    assert_eq!(place.names(), ["busy.ron"]);
}
