//! Traces: watching changes no result, the parts of every request add up to its latency, and the choices choose what they say.

use std::collections::BTreeMap;

use sim_core::engine::Engine;
use sim_core::engine::visit::Outcome;
use sim_core::observe::record::RequestRecord;
use sim_core::observe::trace::{Doing, Hop, Part, Sampling, Slow, Trace, Wish};
use sim_core::report::Report;
use sim_core::time::{Duration, Time};

mod common;
use common::{changed, engine, outcome};

/// The engine after a traced run.
fn traced(text: &str, wish: Wish) -> Engine {
    let mut engine = engine(text);
    engine.trace(wish);
    engine.run();
    assert_eq!(engine.check(), []);
    engine
}

/// All traces that one choice makes.
fn traces(text: &str, sampling: Sampling) -> Vec<Trace> {
    traced(text, Wish { samplings: vec![sampling], ..Wish::default() }).take_traces()
}

/// Every measured request that has ended, explained.
fn explained(engine: &Engine) -> Vec<Slow> {
    engine.state().tally.tracer.as_ref().expect("it was traced").slowest().cloned().collect()
}

/// Explains every request.
fn everybody() -> Wish {
    Wish { slowest: u32::MAX, breakdown: true, ..Wish::default() }
}

fn total(hops: &[Hop]) -> u64 {
    hops.iter().map(|hop| hop.parts.total().0).sum()
}

fn part(hops: &[Hop], part: Part) -> u64 {
    hops.iter().map(|hop| hop.parts.of(part).0).sum()
}

/// Watching changes nothing, and time is told to the nanosecond, of every request of a scenario.
fn assert_told(name: &str, text: &str) -> Vec<Slow> {
    let mut plain = engine(text);
    plain.record_requests();
    let stop = plain.run();
    let mut watched = engine(text);
    watched.trace(everybody());
    assert_eq!(watched.run(), stop, "{name}");
    assert_eq!(watched.check(), [], "{name}");
    assert_eq!(outcome(&watched), outcome(&plain), "{name}");
    assert_eq!(watched.state().now, plain.state().now, "{name}");
    for (id, instance) in plain.state().instances.enumerate() {
        assert_eq!(*instance, watched.state().instances[id], "{name}");
    }
    let from = plain.model().run.warmup;
    let key = |record: &RequestRecord| (record.source.0, record.number);
    let mut records: BTreeMap<_, _> = BTreeMap::new();
    for record in plain.take_records().into_iter().filter(|record| record.sent >= from) {
        records.insert(key(&record), record);
    }
    let all = explained(&watched);
    assert_eq!(all.len(), records.len(), "{name}");
    for slow in &all {
        let record = &records[&(slow.source.0, slow.number)];
        assert_eq!((slow.latency, slow.outcome), (record.latency, record.outcome), "{name}: {slow:?}");
        assert_eq!(total(&slow.hops), slow.latency.0, "{name}: {slow:?}");
        assert_eq!(part(&slow.hops, Part::Untold), 0, "{name}: {slow:?}");
    }
    all
}

#[test]
fn watching_changes_nothing_and_parts_add_up_in_every_model() {
    common::each_model(|name, text| {
        let text = changed(text, &[("run.limits", "(events: 150_000)"), ("run.warmup", "\"0s\"")]);
        assert_told(name, &text);
    });
}

/// Much that can happen to a request at once: timeouts, retries, fan-outs of which not all are needed, parallel branches,
/// caches with and without keys, one flight for all, wires, locks, names, faults.
fn everything(app: &str, timeout: &str, timeline: &str) -> String {
    format!(
        r#"Scenario(
        run: (duration: "8s", warmup: "1s", drain: true, seed: 5),
        nodes: {{
            "users": Clients(to: "www", load: Open(rate: "250/s"), key: Zipf(n: 500, s: 0.8), timeout: "{timeout}",
                size: Constant("2KB"), reply_size: Exp("20KB"),
                classes: {{"plain": (weight: 3), "other": (weight: 1, priority: 1)}},
                retry: (attempts: 3, backoff: FullJitter(base: "5ms", cap: "50ms"), budget: "20%")),
            "crowd": Clients(to: "lb", load: Closed(users: 8, think: Exp("20ms")), key: Uniform(50)),
            "www": Dns(records: ["lb"], ttl: "1s", lookup: Exp("3ms")),
            "lb": Balancer(to: ["app"], policy: LeastConnections()),
            "app": Service(instances: 3, cores: 2, {app} serve: [
                Cpu(Exp("2ms")),
                Wait(Constant("1ms")),
                Get(cache: "chance", miss: [Call(to: "store", timeout: "4ms", cancel: true, retry: (attempts: 2, backoff: Fixed("1ms")))]),
                Get(cache: "keyed", miss: [Wait(Constant("0.3ms")), Call(to: "store", write: true)]),
                ByClass(cases: {{"other": [FanOut(to: "leaf", count: 3, need: 2, timeout: "5ms", retry: (attempts: 2))]}}, otherwise: [
                    Parallel(branches: [[Wait(Exp("1ms"))], [Call(to: "leaf")], []], need: 2)]),
                Cpu(Constant("0.5ms")),
            ]),
            "leaf": Service(instances: 2, serve: [Cpu(Exp("1ms"))]),
            "chance": Cache(hit_ratio: "70%", hit: Constant("0.1ms")),
            "keyed": Cache(capacity: 100, ttl: "2s", hit: Constant("0.1ms"), miss: Exp("0.2ms"), single_flight: true),
            "store": Database(connections: 4, read: LogNormal(mean: "3ms", cv: 2), locks: Row, cores: 2),
        }},
        links: {{"*": (latency: Constant("0.2ms")), "app->store": (latency: Exp("0.3ms")), "users->lb": (bandwidth: "100Mbit/s"),
            "app->keyed": (latency: Constant("0.1ms"), bandwidth: "100Mbit/s"), "lb->app": (latency: Constant("0ms"))}},
        timeline: [{timeline}],
    )"#
    )
}

#[test]
fn parts_add_up_whatever_happens_to_a_request() {
    let apps = [
        "",
        "schedule: ProcessorSharing,",
        "run: Threads(6), queue: 8,",
        "run: Async(3),",
        "patience: Exp(\"5ms\"),",
        "schedule: PriorityPreemptive,",
        "schedule: LifoPreemptive,",
        "run: Threads(8), schedule: ProcessorSharing,",
    ];
    let faults = r#"At("2s", Hang(target: "app/0", for: "0.5s")), At("2.2s", Hang(target: "app/0", for: "0.6s")),
        At("3s", Crash(target: "app/1", for: "1s")), At("5s", Slow(target: "app/2", factor: 4, for: "1s")),
        At("6s", Hang(target: "store/0", for: "0.1s")), At("4s", Loss(link: "*", share: "5%", for: "1s")),
        At("4.2s", Partition(link: "app->keyed", for: "0.2s")), At("4.3s", Hang(target: "app/0", for: "0.3s")),
        At("6.5s", Delay(link: "app->chance", add: "2ms", for: "0.5s"))"#;
    let mut seen = [0u64; Part::ALL.len()];
    for app in apps {
        for timeout in ["12ms", "1s"] {
            for timeline in ["", faults] {
                let name = format!("{app}, {timeout}, {timeline}");
                for slow in assert_told(&name, &everything(app, timeout, timeline)) {
                    Part::ALL.iter().zip(&mut seen).for_each(|(one, sum)| *sum += part(&slow.hops, *one));
                }
            }
        }
    }
    let told = seen.iter().zip(Part::ALL).filter(|(sum, part)| (**sum > 0) == (*part == Part::Untold));
    assert_eq!(told.count(), 0, "each part but the untold was seen: {seen:?}");
}

fn hops_of_slowest(text: &str) -> Vec<String> {
    let report = Report::new(&traced(text, everybody()));
    let shown = report.slowest[0].hops.iter().map(|hop| {
        let attempt = hop.attempt.map_or(String::new(), |attempt| format!(" #{attempt}"));
        let parts = [
            ("queue", hop.queue_ns),
            ("service", hop.service_ns),
            ("network", hop.network_ns),
            ("back-off", hop.back_off_ns),
            ("stalled", hop.stalled_ns),
        ];
        let parts: Vec<_> = parts
            .iter()
            .filter(|(_, ns)| *ns > 0)
            .map(|(word, ns)| format!("{word} {}us", ns / 1_000))
            .collect();
        let repeated = if hop.repeated { ", again" } else { "" };
        let depth = "-".repeat(hop.depth.into());
        format!("{depth}{} {}{attempt}{repeated}: {}", hop.place, hop.outcome, parts.join(", "))
    });
    shown.collect()
}

#[test]
fn hops_of_a_cache_a_timeout_and_a_retry_are_those_of_the_clock() {
    let text = r#"Scenario(run: (drain: true), nodes: {
        "users": Clients(to: "app", load: Open(rate: "1/s", arrivals: Constant), total: 1, timeout: "60ms",
            retry: (attempts: 2, backoff: Fixed("7ms"))),
        "app": Service(serve: [Cpu(Constant("2ms")), Get(cache: "cache", miss: [Wait(Constant("1ms")), Call(to: "store")])]),
        "cache": Cache(hit_ratio: 0, miss: Constant("0.25ms")),
        "store": Database(connections: 1, read: Constant("50ms")),
    }, links: {"users->app": (latency: Constant("3ms")), "app->cache": (latency: Constant("0.5ms")),
        "app->store": (latency: Constant("1ms"))})"#;
    // The first attempt has the answer of the store after 3 + 2 + 1.25 + 1 + 1 + 50 + 1 = 59.25 ms, and is 0.75 ms on its way
    // home when the client gives it up. So does the second, which begins 7 ms later.
    let shown = hops_of_slowest(text);
    assert_eq!(
        shown,
        [
            "users timeout: back-off 7000us",
            "-app given_up #1, again: service 3000us, network 3750us",
            "--cache completed, again: service 250us, network 1000us",
            "--store completed #1, again: service 50000us, network 2000us",
            "-app given_up #2: service 3000us, network 3750us",
            "--cache completed: service 250us, network 1000us",
            "--store completed #1: service 50000us, network 2000us",
        ]
    );
}

#[test]
fn the_answer_that_decides_is_the_one_that_is_told() {
    let fan_out = |need| {
        format!(
            r#"Scenario(run: (drain: true), nodes: {{
        "users": Clients(to: "app", load: Open(rate: "1/s", arrivals: Constant), total: 1),
        "app": Service(serve: [FanOut(to: "leaf", count: 3, need: {need})]),
        "leaf": Service(cores: 1, serve: [Cpu(Constant("10ms"))]),
    }}, links: {{"app->leaf": (latency: Constant("1ms"))}})"#
        )
    };
    let leaf = |need| hops_of_slowest(&fan_out(need)).pop().expect("there is one");
    assert_eq!(leaf(1), "--leaf completed #1: service 10000us, network 2000us");
    assert_eq!(leaf(2), "--leaf completed #1: queue 10000us, service 10000us, network 2000us");
    assert_eq!(leaf(3), "--leaf completed #1: queue 20000us, service 10000us, network 2000us");
}

/// M/M/1 at 80 %: a wait of 4 ms and a service of 1 ms on average.
#[test]
fn sampled_queues_and_services_are_those_of_theory() {
    let text = r#"Scenario(run: (seed: 3, warmup: "2s", duration: "402s"), nodes: {
        "users": Clients(to: "app", load: Open(rate: "800/s")),
        "app": Service(serve: [Cpu(Exp("1ms"))]),
    })"#;
    let (mut queues, mut services) = (Vec::new(), Vec::new());
    for trace in traces(text, Sampling::Head(0.25)) {
        let hops = trace.hops();
        if trace.latency().is_some() {
            queues.push((trace.root().sent, part(&hops, Part::Queue) as f64 * 1e-6));
            services.push((trace.root().sent, part(&hops, Part::Service) as f64 * 1e-6));
        }
    }
    assert!(queues.len() > 70_000);
    assert_near(&queues, 4.0);
    assert_near(&services, 1.0);
}

/// The mean of 40 consecutive parts of the run is within four standard errors.
fn assert_near(values: &[(Time, f64)], expected: f64) {
    let mut values = values.to_vec();
    values.sort_by_key(|(sent, _)| *sent);
    let size = values.len() / 40;
    let means: Vec<f64> = values
        .chunks_exact(size)
        .map(|part| part.iter().map(|(_, value)| value).sum::<f64>() / size as f64)
        .collect();
    let mean = means.iter().sum::<f64>() / means.len() as f64;
    let spread =
        means.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (means.len() - 1) as f64;
    let error = (spread / means.len() as f64).sqrt();
    assert!((mean - expected).abs() < 4.0 * error, "{mean} ± {error}, not {expected}");
    assert!(error < 0.1 * expected, "the run is long enough to tell: {mean} ± {error}");
}

fn balanced(policy: &str) -> String {
    format!(
        r#"Scenario(run: (seed: 9, warmup: "1s", duration: "21s", drain: true), nodes: {{
        "users": Clients(to: "lb", load: Open(rate: "300/s"), timeout: "60ms"),
        "lb": Balancer(to: ["app"], policy: {policy}),
        "app": Service(instances: 2, serve: [Cpu(Exp("6ms"))]),
    }})"#
    )
}

fn numbers(traces: &[Trace]) -> Vec<u64> {
    let mut numbers: Vec<u64> = traces.iter().map(|trace| trace.number).collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn the_same_requests_are_sampled_whatever_else_changes() {
    let at = |policy: &str, share| numbers(&traces(&balanced(policy), Sampling::Head(share)));
    let some = at("RoundRobin", 0.05);
    // 6,000 requests: 300 ± 17.
    assert!((230..370).contains(&some.len()), "{}", some.len());
    assert_eq!(some, at("LeastConnections()", 0.05));
    let more = at("Random", 0.2);
    assert!(
        more.len() > 1_000 && some.iter().all(|number| more.contains(number)),
        "a larger share has the smaller"
    );
    // Another choice beside it changes nothing, and who is chosen twice is told once.
    let samplings = vec![Sampling::Head(0.05), Sampling::Errors, Sampling::Slowest(3)];
    let mut both = traced(&balanced("RoundRobin"), Wish { samplings, ..everybody() }).take_traces();
    let all = numbers(&both);
    assert!(all.windows(2).all(|two| two[0] < two[1]));
    both.retain(|trace| trace.chosen_by == Some(0));
    assert_eq!(numbers(&both), some);
}

#[test]
fn late_choices_choose_by_how_it_ended() {
    let text = balanced("Random");
    let all = common::requests(&text, "users");
    let warm: Vec<&RequestRecord> = all.iter().filter(|record| record.sent >= Time(1_000_000_000)).collect();
    let expected = |wanted: &dyn Fn(&RequestRecord) -> bool| {
        let found = warm.iter().filter(|record| wanted(record));
        let mut found: Vec<u64> = found.map(|record| record.number).collect();
        found.sort_unstable();
        found
    };
    let failed = expected(&|record| record.outcome != Outcome::Completed);
    assert!(failed.len() > 20, "{}", failed.len());
    assert_eq!(numbers(&traces(&text, Sampling::Errors)), failed);
    let bound = Duration(30_000_000);
    assert_eq!(
        numbers(&traces(&text, Sampling::SlowerThan(bound))),
        expected(&|record| record.latency > bound)
    );
    let mut latencies: Vec<u64> = traces(&text, Sampling::Slowest(50))
        .iter()
        .map(|trace| trace.latency().expect("it has ended").0)
        .collect();
    latencies.sort_unstable();
    let mut slowest: Vec<u64> = warm.iter().map(|record| record.latency.0).collect();
    slowest.sort_unstable();
    assert_eq!(latencies, slowest[slowest.len() - 50..]);
}

#[test]
fn adaptive_sampling_keeps_to_its_budget_through_a_spike() {
    let text = r#"Scenario(run: (seed: 2, duration: "40s", drain: true), nodes: {
        "users": Clients(to: "app", load: Open(rate: "50/s", shape: [Spike(at: "10s", for: "10s", rate: "2000/s")])),
        "app": Service(cores: 8, serve: [Cpu(Exp("1ms"))]),
    })"#;
    let mut by_second = [0u32; 41];
    let traces = traces(text, Sampling::Adaptive(20.0));
    for trace in &traces {
        by_second[(trace.root().sent.0 / 1_000_000_000) as usize] += 1;
    }
    assert!(by_second.iter().all(|count| *count <= 20), "{by_second:?}");
    // In calm times and in the spike alike most of the budget is used; only the second after the spike goes by its rate.
    let low = by_second[..40].iter().filter(|count| **count < 8).count();
    assert!(low <= 1, "{by_second:?}");
    let in_spike: Vec<_> = traces.iter().filter(|trace| trace.root().sent.0 / 1_000_000_000 == 15).collect();
    assert!(in_spike.iter().all(|trace| (trace.probability - 0.01).abs() < 0.002), "20 of 2,000 a second");
}

#[test]
fn what_goes_on_after_a_timeout_is_seen() {
    let text = balanced("Random");
    let failed = traces(&text, Sampling::Errors);
    let late = failed.iter().filter(|trace| {
        let ended = trace.root().ended.expect("it has ended");
        trace.spans.iter().any(|span| {
            let works =
                span.segments.iter().any(|it| matches!(it.doing, Doing::Working(_)) && it.from > ended);
            span.ended.is_some_and(|end| end > ended) && works
        })
    });
    assert!(late.count() > 10, "work begins for clients that have given up");
    assert!(failed.iter().all(|trace| trace.spans[1].given_up == trace.root().ended));
    // The last ones were told although the run had ended: it drains, so they are complete.
    assert!(failed.iter().all(|trace| trace.spans.iter().all(|span| span.ended.is_some())));
}

#[test]
fn requests_without_an_answer_at_the_end_are_told_as_far_as_they_came() {
    let text = r#"Scenario(run: (duration: "1s", warmup: "0s"), nodes: {
        "users": Clients(to: "app", load: Open(rate: "100/s", arrivals: Constant)),
        "app": Service(serve: [Cpu(Constant("1min"))]),
    })"#;
    let mut engine = traced(text, Wish { samplings: vec![Sampling::Head(1.0)], ..Wish::default() });
    let traces = engine.take_traces();
    assert_eq!(traces.len(), 99);
    assert!(traces.iter().all(|trace| trace.latency().is_none() && trace.spans.len() == 2));
    let waiting =
        traces.iter().filter(|trace| trace.spans[1].own_parts(Time(1_000_000_000)).of(Part::Queue).0 > 0);
    assert_eq!(waiting.count(), 98, "one is served");
    assert_eq!(engine.take_traces(), []);
}

#[test]
fn around_the_percentiles_the_nodes_share_the_latency() {
    let mut engine = traced(&balanced("RoundRobin"), everybody());
    let report = Report::new(&engine);
    let around = &report.spent["users"];
    let latency = &report.measured.clients["users"].latency_ms;
    for (name, quantile) in [("p50", latency.p50), ("p99", latency.p99)] {
        let spent = &around[name];
        let quantile = quantile.expect("there are answers");
        assert!(
            (spent.latency_ms / quantile - 1.0).abs() < 0.1,
            "{name}: {} for {quantile}",
            spent.latency_ms
        );
        let nodes = spent.nodes.values();
        let sum: f64 = nodes.map(|node| node.queue_ms + node.service_ms + node.network_ms).sum();
        assert!((sum / spent.latency_ms - 1.0).abs() < 1e-9);
        assert!((spent.nodes.values().map(|node| node.share).sum::<f64>() - 1.0).abs() < 1e-9);
    }
    let queue_share = |name: &str| around[name].nodes["app"].queue_ms / around[name].latency_ms;
    assert!(queue_share("p99") > queue_share("p50"), "a slow request mostly waits");
    assert!(engine.take_traces().is_empty(), "no traces were asked for");
    // Replications add up.
    let report = Report::new(&engine);
    let twice = Report::merge(engine.model(), vec![report.clone(), report.clone()]).expect("there are two");
    assert_eq!(twice.spent["users"]["p50"].nodes, report.spent["users"]["p50"].nodes);
    assert_eq!(twice.spent["users"]["p50"].requests, 2 * report.spent["users"]["p50"].requests);
}
