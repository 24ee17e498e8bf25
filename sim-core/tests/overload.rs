//! A run ends by design, never by exhaustion: whatever is offered, a bound stops it, and it says which.
#![allow(clippy::print_stdout, reason = "what was measured is shown where a test fails")]

use sim_core::engine::{Engine, Limit, Stop};
use sim_core::time::Time;

mod common;
use common::{engine, model, outcome};

/// W1 at three times what its server can do.
fn overloaded(limits: &str) -> String {
    model("bench/w1.ron", &[("nodes.users.load", r#"Open(rate: "3000/s")"#), ("run.limits", limits)])
}

fn stopped(text: &str, stop: Stop) -> Engine {
    let mut engine = engine(text);
    assert_eq!(engine.run(), stop);
    assert_eq!(engine.stopped(), Some(stop));
    assert_eq!(engine.check(), []);
    // A run that is over stays so.
    let before = outcome(&engine);
    assert_eq!(engine.advance(Time::NEVER, u64::MAX), Some(stop));
    assert_eq!(outcome(&engine), before);
    engine
}

#[test]
fn an_overload_ends_at_the_bound_of_requests_in_flight() {
    let engine = stopped(&overloaded("(in_flight: 1000)"), Stop::Limit(Limit::InFlight));
    // A bound of 1,000 requests is one of 4,000 visits, and the first visit beyond it stops the run.
    assert!(
        (4_000..4_010).contains(&engine.state().visits.in_flight()),
        "{}",
        engine.state().visits.in_flight()
    );
    let ledger = engine.state().tally.ledger;
    assert_eq!(ledger.failed, 0);
    // A third of what is offered is done.
    let share = ledger.completed as f64 / ledger.offered as f64;
    assert!((share - 1.0 / 3.0).abs() < 0.06, "{share}");
}

#[test]
fn each_other_bound_ends_a_run_and_is_named() {
    let engine = stopped(&overloaded("(events: 12_345)"), Stop::Limit(Limit::Events));
    // What happens at once is not torn apart: the hand-offs of the last event are events too.
    assert!((12_345..12_350).contains(&engine.state().events), "{}", engine.state().events);
    let engine = stopped(&overloaded("(simulated: \"2.5s\")"), Stop::Limit(Limit::SimulatedTime));
    assert_eq!(engine.state().now, Time(2_500_000_000));
    for (limit, word) in [
        (Limit::Events, "events"),
        (Limit::InFlight, "in_flight"),
        (Limit::SimulatedTime, "simulated_time"),
        (Limit::WallTime, "wall_time"),
    ] {
        assert_eq!(limit.word(), word);
    }
}

#[test]
fn a_run_can_be_interrupted_between_two_slices() {
    let mut engine = engine(&overloaded("()"));
    assert_eq!(engine.advance(Time::NEVER, 1000), None);
    let events = engine.state().events;
    engine.interrupt();
    assert_eq!(engine.run(), Stop::Limit(Limit::WallTime));
    assert_eq!(engine.state().events, events);
}

#[test]
fn bounds_do_not_change_what_happens_before_them() {
    let mut free = engine(&overloaded("()"));
    assert_eq!(free.advance(Time::NEVER, 5_000), None);
    let bounded = stopped(&overloaded("(events: 5_000)"), Stop::Limit(Limit::Events));
    assert_eq!(outcome(&free), outcome(&bounded));
}

/// What goes round at one instant never lets time pass; events count it all the same.
#[test]
fn circles_that_take_no_time_end_at_the_bound_of_events() {
    let circles = [
        r#""users": Clients(to: "app", load: Open(rate: "10/s"), total: 5, retry: (unlimited: true)), "app": Service(serve: [Fail])"#,
        r#""users": Clients(to: "app", load: Closed(users: 3)), "app": Service()"#,
        r#""users": Clients(to: "app", load: Closed(users: 3)), "app": Service(serve: [Fail])"#,
        r#""users": Clients(to: "app", load: Closed(users: 1)), "app": Service(serve: [Call(to: "db", retry: (unlimited: true))]),
           "db": Database(connections: 1, read: Constant("0s"), queue: 0)"#,
    ];
    for nodes in circles {
        let text = format!("Scenario(run: (limits: (events: 50_000)), nodes: {{ {nodes} }})");
        stopped(&text, Stop::Limit(Limit::Events));
    }
}

/// An avalanche at one instant: each request becomes a million calls, then a thousand million, before time moves.
#[test]
fn an_avalanche_at_one_instant_ends_at_a_bound() {
    let avalanches = [
        r#""users": Clients(to: "a", load: Open(rate: "10/s"), total: 5),
           "a": Service(serve: [FanOut(to: "b", count: 1000)]),
           "b": Service(serve: [FanOut(to: "c", count: 1000)]),
           "c": Service(serve: [Wait(Exp("1s"))])"#,
        r#""users": Clients(to: "a", load: Open(rate: "10/s", batch: 100_000), total: 1_000_000),
           "a": Service(serve: [Wait(Exp("1s"))])"#,
        r#""users": Clients(to: "a", load: Open(rate: "10/s"), total: 5),
           "a": Service(run: Async(100_000), serve: [FanOut(to: "a", count: 2)])"#,
    ];
    for nodes in avalanches {
        let text =
            format!("Scenario(run: (limits: (in_flight: 1000, events: 10_000_000)), nodes: {{ {nodes} }})");
        let mut engine = engine(&text);
        let stop = engine.run();
        let in_flight = engine.state().visits.in_flight();
        assert!(matches!(stop, Stop::Limit(Limit::InFlight | Limit::Events)), "{stop:?} for {nodes}");
        // Beyond the bound of 4,000 visits goes what one step or one batch makes.
        assert!(in_flight <= 4_000 + 200_000, "{in_flight} visits in flight for {nodes}");
        assert_eq!(engine.check(), []);
    }
}

/// The fetch is handed on to one of those who wait for it, and that one has to fetch, not to wait for itself.
#[test]
fn nobody_waits_for_ever_for_a_fetch_that_has_failed() {
    let text = r#"Scenario(
        run: (limits: (simulated: "60s")),
        nodes: {
            "users": Clients(to: "app", load: Open(rate: "100/s"), total: 20, key: Uniform(1)),
            "app": Service(run: Threads(50), serve: [
                Get(cache: "cache", miss: [Call(to: "db", timeout: "100ms")]),
            ]),
            "cache": Cache(capacity: 10, single_flight: true),
            "db": Database(connections: 50, read: Constant("150ms")),
        },
    )"#;
    let engine = stopped(text, Stop::Idle);
    assert_eq!(engine.state().tally.ledger.failed, 20);
}
