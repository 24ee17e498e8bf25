//! Links: what requests and answers pay on their way, to services and to caches.

use sim_core::engine::Engine;

mod common;
use common::{changed, finished};

/// A request of 1 ms on the wire and an answer of 10 ms, over a link of 1 ms each way.
const TEXT: &str = r#"Scenario(
    run: (warmup: "0s", drain: true),
    nodes: {
        "users": Clients(
            to: "app", load: Open(rate: "1/s"), total: 1, key: Uniform(1),
            size: Constant("1kB"), reply_size: Constant("10kB"),
        ),
        "app": Service(serve: []),
        "other": Service(serve: []),
        "cache": Cache(),
    },
    links: {
        "app->other": (latency: Constant("1ms"), bandwidth: "1MB/s"),
        "app->cache": (latency: Constant("1ms"), bandwidth: "1MB/s"),
    },
)"#;

fn mean_ms(engine: &Engine) -> f64 {
    let client = engine.state().tally.clients.iter().next().expect("there is a client");
    client[0].latency.mean().expect("there was an answer") / 1e6
}

#[track_caller]
fn check(serve: &str, cache: &str, milliseconds: f64) {
    let text = changed(TEXT, &[("nodes.app.serve", serve), ("nodes.cache", cache)]);
    assert_eq!(mean_ms(&finished(&text)), milliseconds, "{serve} {cache}");
}

const GET: &str = r#"[Get(cache: "cache", miss: [])]"#;
const TWO_GETS: &str =
    r#"[Parallel(branches: [[Get(cache: "cache", miss: [])], [Get(cache: "cache", miss: [])]])]"#;

#[test]
fn a_call_pays_for_its_bytes_and_those_of_the_answer() {
    check(r#"[Call(to: "other")]"#, "Cache()", 13.0);
    // The second request follows the first one on the wire, and its answer the other answer.
    check(r#"[FanOut(to: "other", count: 2)]"#, "Cache()", 23.0);
}

#[test]
fn a_hit_pays_for_its_bytes_and_those_of_the_answer() {
    check(GET, "Cache(start: Warm)", 13.0);
    check(GET, "Cache(hit_ratio: 1)", 13.0);
    check(GET, "Cache(start: Warm, hit: Constant(\"5ms\"))", 18.0);
    check(TWO_GETS, "Cache(start: Warm)", 23.0);
    check(TWO_GETS, "Cache(hit_ratio: 1)", 23.0);
}

#[test]
fn a_miss_pays_for_its_bytes_and_hears_of_it_at_once() {
    check(GET, "Cache()", 3.0);
    check(GET, "Cache(hit_ratio: 0)", 3.0);
    check(TWO_GETS, "Cache(hit_ratio: 0)", 4.0);
}
