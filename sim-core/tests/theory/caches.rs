//! Group F without the traces: caches.

use std::fmt::Write as _;

use crate::harness::{Findings, Trial};
use crate::run::{Run, compiled, compiled_with, paced, requests, run};
use sim_core::theory::cache;

/// What a request does at a cache of these fields; `on_miss` is a list of steps.
fn cached(rate: f64, key: &str, cache: &str, on_miss: &str) -> String {
    format!(
        r#"
        "users": Clients(to: "app", load: Open(rate: "{rate}/s"), key: {key}),
        "app": Service(serve: [Get(cache: "cache", miss: [{on_miss}])]),
        "cache": Cache({cache}),
        "origin": Service(serve: []),
    "#
    )
}

/// A request a second in all, measured after `warmup` of them.
fn lookups(warmup: f64, count: f64, nodes: &str) -> String {
    format!("Scenario(run: (warmup: \"{warmup}s\", duration: \"{}s\"), nodes: {{{nodes}}})", warmup + count)
}

const CALL_ORIGIN: &str = r#"Call(to: "origin")"#;

fn small_catalogue(trial: &Trial) -> Findings {
    let count = requests();
    let hit_ratio = |evict: &str| {
        let nodes = cached(1.0, "Zipf(n: 8, s: 0.8)", &format!("capacity: 3, evict: {evict}"), CALL_ORIGIN);
        run(trial, &lookups(1e4, count, &nodes)).hit_ratio("cache")
    };
    let lru = hit_ratio("Lru");
    let popularity = cache::zipf(8, 0.8);
    let mut findings = Findings::new();
    findings
        .measured("LRU hit ratio", lru, count)
        .measured("LRU hit ratio by Che approximation", lru, count)
        .measured("FIFO hit ratio", hit_ratio("Fifo"), count)
        .measured("RANDOM hit ratio", hit_ratio("Random"), count)
        .reference(
            "LFU (perfect, static top-C) hit ratio",
            Some(cache::most_popular(&popularity, 3)),
            "closed form: no cache here knows popularities",
        );
    findings
}

/// Hits and lookups of some keys.
#[derive(Clone, Copy, Default)]
struct Hits {
    hits: f64,
    lookups: f64,
}

impl Hits {
    fn add(&mut self, is_hit: bool) {
        self.lookups += 1.0;
        self.hits += f64::from(is_hit);
    }

    fn ratio(self) -> f64 {
        self.hits / self.lookups
    }
}

/// The characteristic time that explains a hit ratio: the root of Σ p (1 − e^(−pT)) = hit ratio.
fn characteristic_time(popularity: &[f64], hit_ratio: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1e7);
    for _ in 0..200 {
        let middle = (low + high) / 2.0;
        let hits: f64 = popularity.iter().map(|share| share * -f64::exp_m1(-share * middle)).sum();
        if hits < hit_ratio { low = middle } else { high = middle }
    }
    low
}

fn large_catalogue(exponent: f64, capacity: u32) -> impl Fn(&Trial) -> Findings {
    move |trial| {
        let count = 1e6;
        let key = format!("Zipf(n: 10_000, s: {exponent})");
        let text = |evict: &str| {
            let cache = format!("capacity: {capacity}, evict: {evict}");
            lookups(1e6, count, &cached(1.0, &key, &cache, CALL_ORIGIN))
        };
        let (mut first, mut hundredth) = (Hits::default(), Hits::default());
        let lru = compiled(&text("Lru"));
        let from = lru.engine(trial.seed).model().run.warmup;
        let lru = lru.run_recording(trial.seed, |record| {
            // A miss goes on to the origin.
            let is_hit = record.visited.len() == 1;
            match record.key.filter(|_| record.sent >= from).map(|key| key + 1) {
                Some(1) => first.add(is_hit),
                // One key of this rank is asked for too seldom; its neighbours hit as often, on average.
                Some(90..=110) => hundredth.add(is_hit),
                _ => {}
            }
        });
        let lru = lru.hit_ratio("cache");
        let fifo = run(trial, &text("Fifo")).hit_ratio("cache");
        let popularity = cache::zipf(10_000, exponent);
        let mut findings = Findings::new();
        findings
            .measured("LRU hit ratio (Che)", lru, count)
            .measured("LRU hit ratio (simulated)", lru, count)
            .measured("FIFO/RANDOM hit ratio (TTL approximation)", fifo, count)
            .measured("FIFO hit ratio (simulated)", fifo, count)
            .measured("per-object LRU hit, rank 1", first.ratio(), first.lookups)
            .measured("per-object LRU hit, rank 100", hundredth.ratio(), hundredth.lookups)
            .measured("characteristic time (requests)", characteristic_time(&popularity, lru), count)
            .reference(
                "LFU bound",
                Some(cache::most_popular(&popularity, capacity)),
                "closed form: no cache here knows popularities",
            );
        findings
    }
}

fn origin_rate(run: &Run) -> f64 {
    run.cache_tally("cache").misses as f64 / run.window()
}

fn time_to_live(trial: &Trial) -> Findings {
    let count = 1e6;
    let simulate = |sliding: bool| {
        let nodes = cached(0.5, "Uniform(1)", &format!(r#"ttl: "10s", sliding: {sliding}"#), CALL_ORIGIN);
        run(trial, &paced(0.5, count, &nodes))
    };
    let (fixed, sliding) = (simulate(false), simulate(true));
    let mut findings = Findings::new();
    findings
        .measured("hit ratio, TTL from insertion (no reset)", fixed.hit_ratio("cache"), count)
        .measured("origin rate, no reset", origin_rate(&fixed), count)
        .measured("hit ratio, TTL reset on every access (sliding)", sliding.hit_ratio("cache"), count)
        .measured("origin rate, sliding", origin_rate(&sliding), count)
        .exact("max age served, no reset", oldest_served());
    findings
}

/// The age of the oldest hit: an entry is there until the last nanosecond of its life and not after it.
fn oldest_served() -> f64 {
    let nodes = r#"
        "users": Clients(to: "app", load: Replay(file: "times.csv")),
        "app": Service(serve: [Get(cache: "cache", miss: [Call(to: "origin")])]),
        "cache": Cache(ttl: "10s"),
        "origin": Service(serve: []),
    "#;
    let text = format!("Scenario(nodes: {{{nodes}}})");
    let times = ["0s", "9.999999999s", "10s", "15s"];
    let rows: String = times.iter().map(|time| format!("{time},7\n")).collect();
    let files = |_: &str| Some(format!("time,key\n{rows}"));
    let mut hits = Vec::new();
    compiled_with(&text, &files).run_recording(1, |record| {
        if record.visited.len() == 1 {
            hits.push(record.sent.0);
        }
    });
    assert_eq!(hits, [9_999_999_999, 15_000_000_000]);
    9_999_999_999.0 / 1e9
}

fn time_to_live_of_many(trial: &Trial) -> Findings {
    let count = 1e6;
    let simulate = |sliding: bool| {
        let cache = format!(r#"ttl: "30s", sliding: {sliding}"#);
        run(trial, &paced(100.0, count, &cached(100.0, "Zipf(n: 1_000, s: 0.9)", &cache, CALL_ORIGIN)))
    };
    let living = |run: &Run| {
        let life = run.engine.state().cache_life(run.cache("cache"));
        life as f64 / 1e9 / run.window()
    };
    let (fixed, sliding) = (simulate(false), simulate(true));
    let mut findings = Findings::new();
    findings
        .measured("hit ratio (no reset)", fixed.hit_ratio("cache"), count)
        .measured("origin rate", origin_rate(&fixed), count)
        .measured("mean number of live entries", living(&fixed), count)
        .measured("hit ratio (sliding)", sliding.hit_ratio("cache"), count)
        .measured("live entries (sliding)", living(&sliding), count);
    findings
}

fn stampede(trial: &Trial) -> Findings {
    let count = 1e6;
    let text = |fields: &str| {
        let cache = format!(r#"ttl: "10s", {fields}"#);
        paced(
            50.0,
            count,
            &cached(50.0, "Uniform(1)", &cache, r#"Wait(Constant("200ms")), Call(to: "origin")"#),
        )
    };
    // Bursts of misses, each of which begins when the entry has expired: no other miss is so late after the first one.
    let plain = compiled(&text("refill: false"));
    let from = plain.engine(trial.seed).model().run.warmup;
    let mut sent = Vec::new();
    let plain = plain.run_recording(trial.seed, |record| {
        if record.visited.len() > 1 && record.sent >= from {
            sent.push(record.sent.0);
        }
    });
    sent.sort_unstable();
    let (mut bursts, mut began, misses) = (0.0, 0, sent.len() as f64);
    for sent in sent {
        if sent >= began + 1_000_000_000 {
            (bursts, began) = (bursts + 1.0, sent);
        }
    }
    let coalesced = run(trial, &text("single_flight: true"));
    let refilled = run(trial, &text("refill: true"));
    let latency = |run: &Run| run.metric("T").expect("there were answers");
    let tally = coalesced.cache_tally("cache");
    let offered = |run: &Run| run.offered() as f64;
    let mut findings = Findings::new();
    findings
        .measured("mode0 hit ratio", plain.hit_ratio("cache"), offered(&plain))
        .measured("mode0 origin fetches per request", 1.0 - plain.hit_ratio("cache"), offered(&plain))
        .measured("mode0 origin rate", origin_rate(&plain), offered(&plain))
        .measured("mode0 origin fetches per expiry", misses / bursts, bursts)
        .measured("mode0 mean latency", latency(&plain), offered(&plain))
        .measured("mode1 origin rate", tally.fills as f64 / coalesced.window(), offered(&coalesced))
        .measured(
            "mode1 coalesced fraction",
            tally.coalesced as f64 / offered(&coalesced),
            offered(&coalesced),
        )
        .measured("mode1 mean latency", latency(&coalesced), offered(&coalesced))
        .measured("mode2 origin rate", origin_rate(&refilled), offered(&refilled));
    findings
}

fn thundering_herd(trial: &Trial) -> Findings {
    let simulate = |single_flight: bool| {
        let text = format!(
            r#"Scenario(nodes: {{
        "users": Clients(to: "app", load: Closed(users: 1_000), total: 1_000, key: Uniform(1)),
        "app": Service(serve: [Get(cache: "cache", miss: [Call(to: "origin")])]),
        "cache": Cache(single_flight: {single_flight}),
        "origin": Service(run: Threads(10), serve: [Wait(Constant("1s"))]),
    }})"#
        );
        run(trial, &text)
    };
    let (herd, single) = (simulate(false), simulate(true));
    let seconds = |nanoseconds: u64| nanoseconds as f64 / 1e9;
    let latency = single.latency();
    assert_eq!(latency.sum(), u128::from(latency.count()) * 1_000_000_000, "some response is not 1 s");
    let mut findings = Findings::new();
    findings
        .exact("origin calls, no coalescing", herd.arrivals("origin") as f64)
        .exact(
            "last response, no coalescing (s)",
            seconds(herd.latency().largest().expect("there were answers")),
        )
        .exact("mean response, no coalescing (s)", herd.metric("T").expect("there were answers"))
        .exact("origin calls, single-flight", single.arrivals("origin") as f64)
        .exact("every response, single-flight (s)", seconds(latency.largest().expect("there were answers")));
    findings
}

fn textbook_strings(trial: &Trial) -> Findings {
    let misses = |string: &[u32], evict: &str, capacity: u32| {
        let text = format!(
            r#"Scenario(nodes: {{
        "users": Clients(to: "app", load: Replay(file: "string.csv")),
        "app": Service(serve: [Get(cache: "frames")]),
        "frames": Cache(capacity: {capacity}, evict: {evict}),
    }})"#
        );
        let mut rows = "time,key\n".to_owned();
        string.iter().zip(1..).for_each(|(page, second)| {
            let _ = writeln!(rows, "{second},{page}");
        });
        let run = compiled_with(&text, &|_| Some(rows.clone())).run(trial.seed);
        run.cache_tally("frames").misses as f64
    };
    let a = [7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1];
    let b = [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5];
    let mut findings = Findings::new();
    findings
        .exact("A FIFO misses", misses(&a, "Fifo", 3))
        .exact("A LRU misses", misses(&a, "Lru", 3))
        .exact("B FIFO misses, 3 frames", misses(&b, "Fifo", 3))
        .exact("B FIFO misses, 4 frames (Belady anomaly)", misses(&b, "Fifo", 4))
        .exact("B LRU misses, 3", misses(&b, "Lru", 3))
        .exact("B LRU misses, 4", misses(&b, "Lru", 4))
        .reference("A OPT misses", None, "knows the future: not simulated");
    findings
}

cases! {
    f01_exact_8_3: "F01-cache-exact-8-3" => small_catalogue;
    f03_che_1e4_1e3: "F03-che-1e4-1e3" => large_catalogue(0.8, 1_000);
    f05_che_1e4_100: "F05-che-1e4-100" => large_catalogue(1.0, 100);
    f07_ttl: "F07-ttl" => time_to_live;
    f09_ttl_zipf: "F09-ttl-zipf" => time_to_live_of_many;
    f11_stampede: "F11-stampede" => stampede;
    f13_stampede_count: "F13-stampede-count" => thundering_herd;
    f14_textbook_strings: "F14-textbook-strings" => textbook_strings;
}
