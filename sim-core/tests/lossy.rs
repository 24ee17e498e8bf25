//! Links that lose messages, let none through or take longer: what becomes of the requests that go over them.

use sim_core::engine::visit::Outcome;
use sim_core::observe::record::RequestRecord;

mod common;
use common::{finished, requests};

const SECOND: u64 = 1_000_000_000;
const MILLISECOND: u64 = 1_000_000;

/// Requests that come evenly over an hour, to an app that answers each after 1 ms and asks a store and a cache if `more` says so.
fn text(rate: &str, client: &str, more: &str, timeline: &str) -> String {
    format!(
        r#"Scenario(run: (duration: "1h", warmup: "0s", drain: true, seed: 3), nodes: {{
            "users": Clients(to: "app", load: Open(rate: "{rate}", arrivals: Constant), key: Uniform(10), {client}),
            "app": Service(cores: 1000, serve: [Cpu(Constant("1ms")), {more}]),
            "store": Service(cores: 1000, serve: [Cpu(Constant("1ms"))]),
            "cache": Cache(start: Warm),
            "coin": Cache(hit_ratio: 1, hit: Constant("1ms")),
        }}, timeline: [{timeline}])"#
    )
}

fn records(rate: &str, client: &str, more: &str, timeline: &str) -> Vec<RequestRecord> {
    requests(&text(rate, client, more, timeline), "users")
}

fn share(records: &[RequestRecord], is_one: impl Fn(&RequestRecord) -> bool) -> f64 {
    records.iter().filter(|record| is_one(record)).count() as f64 / records.len() as f64
}

/// By five standard errors of a share of so many.
fn assert_share(found: f64, expected: f64, count: usize) {
    let error = (expected * (1.0 - expected) / count as f64).sqrt();
    assert!((found - expected).abs() < 5.0 * error, "{found} against {expected} ± {error}");
}

/// The request that is sent in the n-th second, alone.
fn alone(more: &str, client: &str, timeline: &str, number: u64) -> RequestRecord {
    let all = records("1/s", client, more, timeline);
    all.into_iter().find(|record| record.sent.0 == number * SECOND).expect("it was sent")
}

#[test]
fn who_is_impatient_fails_when_either_message_is_lost_in_every_attempt() {
    for loss in [0.05, 0.2] {
        for attempts in [1, 2, 3] {
            let client = format!(r#"timeout: "100ms", retry: (attempts: {attempts}, backoff: Fixed("1ms"))"#);
            let timeline = format!(r#"At("0s", Loss(link: "users->app", share: {loss}, for: "2h"))"#);
            let all = records("20/s", &client, "", &timeline);
            let expected = (1.0 - (1.0f64 - loss) * (1.0 - loss)).powi(attempts);
            assert_share(share(&all, |record| record.outcome == Outcome::Timeout), expected, all.len());
        }
    }
}

#[test]
fn who_waits_gets_the_answer_when_it_was_sent_again_often_enough() {
    let loss = 0.1;
    let timeline = format!(r#"At("0s", Loss(link: "users->app", share: {loss}, for: "2h"))"#);
    let all = records("20/s", "", "", &timeline);
    assert_eq!(share(&all, |record| record.outcome == Outcome::Completed), 1.0);
    let late = |record: &RequestRecord| record.latency.0 - MILLISECOND;
    assert!(all.iter().all(|record| late(record).is_multiple_of(200 * MILLISECOND)));
    assert_share(share(&all, |record| late(record) > 0), 1.0 - (1.0 - loss) * (1.0 - loss), all.len());
    // Each of both messages waits for 200 ms · (2ᵏ − 1) with probability pᵏ (1 − p): on average 200 ms · p / (1 − 2p).
    let mean = all.iter().map(|record| late(record) as f64).sum::<f64>() / all.len() as f64 / 1e6;
    let expected = 2.0 * 200.0 * loss / (1.0 - 2.0 * loss);
    assert!((mean / expected - 1.0).abs() < 0.05, "{mean} ms against {expected} ms");
}

#[test]
fn several_losses_of_a_link_are_independent() {
    let timeline = r#"At("0s", Loss(link: "users->app", share: "10%", for: "2h")),
        At("0s", Loss(link: "*", share: "20%", for: "2h"))"#;
    let all = records("20/s", r#"timeout: "100ms""#, "", timeline);
    let passes = 0.9 * 0.8;
    assert_share(share(&all, |record| record.outcome == Outcome::Timeout), 1.0 - passes * passes, all.len());
}

#[test]
fn nothing_gets_over_a_split_link() {
    let timeline = r#"At("10min", Partition(link: "users->app", for: "20min"))"#;
    let text = text("10/s", r#"timeout: "1s", retry: (attempts: 2, backoff: Fixed("100ms"))"#, "", timeline);
    let all = requests(&text, "users");
    let split = 600 * SECOND..1_800 * SECOND;
    for record in &all {
        let tries_within = split.contains(&record.sent.0) && record.sent.0 + 2_100 * MILLISECOND < split.end;
        let is_whole = record.sent.0 < split.start || record.sent.0 >= split.end;
        if tries_within {
            assert_eq!(record.outcome, Outcome::Timeout, "{record:?}");
        } else if is_whole {
            assert_eq!(record.outcome, Outcome::Completed, "{record:?}");
        }
    }
    // What was given up is not sent again: nothing of it arrives when the link is whole again. At the very beginning of the
    // split one arrives whose answer is lost.
    let engine = finished(&text);
    let completed = all.iter().filter(|record| record.outcome == Outcome::Completed).count() as u64;
    let app = engine.model().nodes.enumerate().find(|(_, node)| node.name == "app").expect("it is there").0;
    assert_eq!(engine.state().requests(engine.model(), app), completed + 1);
    assert_eq!(engine.state().visits.in_flight(), 0);
}

#[test]
fn who_waits_longer_than_a_split_lasts_is_answered_after_it() {
    let timeline = r#"At("9.5s", Partition(link: "users->app", for: "10s"))"#;
    // Sent again after 0.2, 0.6, 1.4, 3, 6.2 and 12.6 s.
    assert_eq!(alone("", "", timeline, 10).latency.0, 12_601 * MILLISECOND);
    let late = r#"At("10s", Partition(link: "users->app", for: "100ms"))"#;
    // The request is sent before the controller looks, and the answer is lost.
    assert_eq!(alone("", "", late, 10).latency.0, 201 * MILLISECOND);
}

#[test]
fn a_connection_is_broken_when_nothing_gets_over_for_long() {
    let timeline = r#"At("9.5s", Partition(link: "users->app", for: "30min"))"#;
    let broken = alone("", "", timeline, 10);
    assert_eq!((broken.outcome, broken.latency.0), (Outcome::Timeout, 924_600 * MILLISECOND));
    let timeline = r#"At("9.5s", Partition(link: "app->store", for: "30min"))"#;
    let broken = alone(r#"Call(to: "store")"#, "", timeline, 10);
    assert_eq!((broken.outcome, broken.latency.0), (Outcome::UpstreamTimeout, 924_601 * MILLISECOND));
}

#[test]
fn a_fan_out_over_a_lossy_link_needs_as_many_answers_as_it_says() {
    let loss = 0.1;
    let timeline = format!(r#"At("0s", Loss(link: "app->store", share: {loss}, for: "2h"))"#);
    let more = r#"FanOut(to: "store", count: 3, need: 2, timeout: "100ms")"#;
    let all = records("20/s", "", more, &timeline);
    let passes: f64 = (1.0 - loss) * (1.0 - loss);
    let expected = 1.0 - (passes.powi(3) + 3.0 * passes.powi(2) * (1.0 - passes));
    assert_share(share(&all, |record| record.outcome == Outcome::UpstreamTimeout), expected, all.len());
}

#[test]
fn what_is_added_is_added_in_each_direction() {
    let timeline = |link: &str| format!(r#"At("9.5s", Delay(link: "{link}", add: "30ms", for: "1s"))"#);
    let latency =
        |more: &str, link: &str, number| alone(more, "", &timeline(link), number).latency.0 / MILLISECOND;
    assert_eq!(latency("", "users->app", 10), 61);
    assert_eq!(latency("", "*", 10), 61);
    assert_eq!(latency("", "users->app", 11), 1);
    assert_eq!(latency(r#"Call(to: "store")"#, "app->store", 10), 62);
    for (cache, plain) in [("cache", 1), ("coin", 2)] {
        let get = format!(r#"Get(cache: "{cache}", miss: [Fail])"#);
        assert_eq!(latency(&get, &format!("app->{cache}"), 10), plain + 60, "{cache}");
        assert_eq!(latency(&get, &format!("app->{cache}"), 11), plain, "{cache}");
    }
}

#[test]
fn a_cache_behind_a_lossy_link_answers_late() {
    let loss = 0.1;
    for cache in ["cache", "coin"] {
        let timeline = format!(r#"At("0s", Loss(link: "app->{cache}", share: {loss}, for: "2h"))"#);
        let all = records("20/s", "", &format!(r#"Get(cache: "{cache}", miss: [Fail])"#), &timeline);
        assert_eq!(share(&all, |record| record.outcome == Outcome::Completed), 1.0);
        let late = share(&all, |record| record.latency.0 > 200 * MILLISECOND);
        assert_share(late, 1.0 - (1.0 - loss) * (1.0 - loss), all.len());
    }
    let get = r#"Get(cache: "cache", miss: [Fail])"#;
    let timeline = r#"At("9.5s", Partition(link: "app->cache", for: "1s"))"#;
    // Asked again after 0.2 and 0.6 s.
    assert_eq!(alone(get, "", timeline, 10).latency.0, 601 * MILLISECOND);
    let timeline = r#"At("9.5s", Partition(link: "app->cache", for: "30min"))"#;
    assert_eq!(alone(get, "", timeline, 10).outcome, Outcome::UpstreamTimeout);
}

#[test]
fn a_lossy_link_moves_no_request_over_others() {
    let more = r#"Choose([(1, [Call(to: "store")]), (1, [Wait(Exp("3ms"))])])"#;
    let timeline = r#"At("10min", Loss(link: "app->store", share: "50%", for: "10min"))"#;
    let (plain, lossy) = (records("5/s", "", more, ""), records("5/s", "", more, timeline));
    let moved = plain.iter().zip(&lossy).filter(|(one, other)| one != other).count();
    assert_eq!(plain.len(), lossy.len());
    // Half of a sixth of the requests call the store meanwhile, and of these three in four lose a message.
    assert_share(moved as f64 / 3_000.0, 0.5 * 0.75, 3_000);
}

#[test]
fn a_link_may_break_again_and_again() {
    let client = r#"timeout: "100ms""#;
    let failed = |link: &str| {
        let timeline =
            format!(r#"Every(target: "{link}", up: Constant("9s"), down: Constant("1s"), fault: Partition)"#);
        let all = records("10/s", client, r#"Call(to: "store")"#, &timeline);
        share(&all, |record| record.outcome != Outcome::Completed)
    };
    for link in ["users->app", "app->store", "*"] {
        let found = failed(link);
        // Of ten seconds one, with or without the request at its very beginning.
        assert!((0.0999..0.1101).contains(&found), "{link}: {found}");
    }
}
