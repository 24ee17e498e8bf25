//! A live run is the run of its text: whatever was changed, broken, taken back and gone through again on the way, it ends
//! with the digest that the text has when it is run from its start.

use std::path::Path;

use proptest::prelude::*;
use sim_core::compile::{Compiled, compile};
use sim_core::distribution::discrete::Tables;
use sim_core::live::{Description, Live, NoScript, Script};
use sim_core::report::{Findings, Report};
use sim_core::time::{Duration, Time};

mod common;

const SHOP: &str = r#"// What is this about?
Scenario(
    run: (duration: "6s", seed: 3),
    nodes: {
        "users": Clients(to: "lb", load: Open(rate: "300/s"), key: Zipf(n: 500, s: 0.8), timeout: "200ms",
            retry: (attempts: 3, backoff: FullJitter(base: "5ms", cap: "50ms"), budget: "20%")),
        "crowd": Clients(to: "lb", load: Closed(users: 8, think: Exp("20ms")), key: Uniform(50)),
        "lb": Balancer(to: ["app"], policy: RoundRobin),
        "app": Service(instances: 3, cores: 2, serve: [
            Cpu(Exp("4ms")),
            Get(cache: "keyed", miss: [Call(to: "store", timeout: "40ms")]),
            FanOut(to: "leaf", count: 3, need: 2),
            Cpu(Constant("0.5ms")),
        ]),
        "leaf": Service(instances: 2, serve: [Cpu(Exp("1ms"))]),
        "keyed": Cache(capacity: 100, ttl: "2s", hit: Constant("0.1ms")),
        "store": Database(connections: 4, read: LogNormal(mean: "3ms", cv: 2)),
    },
    links: {"*": (latency: Constant("0.2ms")), "app->store": (latency: Exp("0.3ms"))},
    timeline: [At("3s", Slow(target: "app/1", factor: 3, for: "1s"))],
)"#;

/// Lines that may be added to the timeline.
const LINES: &[&str] = &[
    r#"Set("nodes.users.load.rate", "500/s")"#,
    r#"Set("nodes.users.load.rate", "100/s")"#,
    r#"Set("nodes.crowd.load.users", "20")"#,
    r#"Set("nodes.lb.policy", "LeastConnections()")"#,
    r#"Set("nodes.lb.policy", "PowerOf(d: 2)")"#,
    r#"Set("nodes.app.cores", "1")"#,
    r#"Set("nodes.store.connections", "2")"#,
    r#"Set("nodes.store.read", "Exp(\"8ms\")")"#,
    r#"Crash(target: "app/0", for: "700ms")"#,
    r#"Hang(target: "store", for: "300ms")"#,
    r#"Slow(target: "app/2", factor: 5, for: "2s")"#,
    r#"Loss(link: "lb->app", share: "20%", for: "1s")"#,
    r#"Partition(link: "app->store", for: "500ms")"#,
    r#"Delay(link: "users->lb", add: "5ms", for: "1s")"#,
    r#"Flush(target: "keyed")"#,
    r#"Spike(target: "users", factor: 3, for: "1s")"#,
];

fn with_line(text: &str, at: Time, line: &str) -> String {
    let at = format!("{}ns", at.0);
    let end = text.rfind("],\n)").expect("the timeline comes last");
    format!("{}, At(\"{at}\", {line}){}", &text[..end], &text[end..])
}

fn compiled(text: &str) -> Compiled {
    compile(text, &|_| None).expect("the scenario is sound")
}

/// As whoever reads texts sends it, and whoever runs them gets it.
fn script(text: &str) -> Script {
    let made = Script::of(&compiled(text));
    let got = Script::decode(&made.encode(), &Tables::default()).expect("it was encoded");
    assert_eq!(got, made);
    got
}

fn live(text: &str) -> Live {
    Live::new(script(text))
}

fn run_on(live: &mut Live, until: Time) {
    while live.now() < until && live.advance(until, 4_096).is_none() {}
}

/// As whoever reports gets what a run has found.
fn report(live: &Live) -> Report {
    let bytes = live.findings().encode();
    let model = live.model();
    // Only the model in force is looked at.
    let models = vec![model.clone(); live.engine().variants().len()];
    let (findings, _) = Findings::decode(&bytes, &models).expect("it was encoded");
    assert_eq!(findings, live.findings());
    Report::of(model, findings)
}

fn digest(live: &Live) -> String {
    report(live).digest.expect("a run that has ended has a digest")
}

fn straight(text: &str) -> (String, Vec<f64>) {
    let mut live = live(text);
    run_on(&mut live, Time::NEVER);
    assert_eq!(live.engine().check(), []);
    let mut engine = common::engine(text);
    engine.run();
    let report = Report::new(&engine);
    assert_eq!(report.digest, Some(digest(&live)), "a live run ends as any other");
    (digest(&live), live.rows(0).to_vec())
}

/// Bit by bit: what is not known equals what is not known.
fn bits(rows: &[f64]) -> Vec<u64> {
    rows.iter().map(|value| value.to_bits()).collect()
}

/// What is done to a live run.
#[derive(Clone, Debug)]
enum Deed {
    Run(u64),
    Steps(u64),
    Seek(u64),
    Add(usize),
    Undo,
    Rewrite(bool),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        3 => (1..2_000u64).prop_map(Deed::Run),
        1 => (1..300u64).prop_map(Deed::Steps),
        2 => (0..6_500u64).prop_map(Deed::Seek),
        4 => (0..LINES.len()).prop_map(Deed::Add),
        2 => Just(Deed::Undo),
        1 => any::<bool>().prop_map(Deed::Rewrite),
    ];
    prop::collection::vec(deed, 1..14)
}

fn amend(live: &mut Live, text: &str) {
    let goal = live.now();
    let amended = live.amend(script(text));
    assert_eq!(amended.goal, goal);
    run_on(live, goal);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_live_run_is_the_run_of_its_text(deeds in deeds()) {
        let mut live = live(SHOP);
        let mut texts = vec![SHOP.to_owned()];
        for deed in deeds {
            match deed {
                Deed::Run(ms) => {
                    let until = live.now() + Duration(ms * 1_000_000);
                    run_on(&mut live, until);
                }
                Deed::Steps(count) => (0..count).for_each(|_| { live.step(); }),
                Deed::Seek(ms) => {
                    live.seek(Time(ms * 1_000_000));
                    run_on(&mut live, Time(ms * 1_000_000));
                }
                Deed::Add(line) => {
                    let at = Time((live.now().0 / 1_000_000 + 1) * 1_000_000);
                    texts.push(with_line(&texts[texts.len() - 1], at, LINES[line]));
                    let text = texts[texts.len() - 1].clone();
                    amend(&mut live, &text);
                }
                Deed::Undo if texts.len() > 1 => {
                    texts.pop();
                    let text = texts[texts.len() - 1].clone();
                    amend(&mut live, &text);
                }
                Deed::Undo => {}
                Deed::Rewrite(faster) => {
                    let rate = if faster { "350/s" } else { "300/s" };
                    let last = &texts[texts.len() - 1];
                    let start = last.find("Open(rate: \"").expect("there is one") + 12;
                    let text = format!("{}{rate}{}", &last[..start], &last[start + 5..]);
                    texts.push(text.clone());
                    amend(&mut live, &text);
                }
            }
            prop_assert_eq!(live.engine().check(), []);
        }
        run_on(&mut live, Time::NEVER);
        let (expected, rows) = straight(&texts[texts.len() - 1]);
        prop_assert_eq!(digest(&live), expected);
        prop_assert_eq!(bits(live.rows(0)), bits(&rows));
    }
}

#[test]
fn a_line_of_now_restarts_nothing_and_undoing_it_goes_back_no_farther_than_it() {
    let busy = SHOP.replace("300/s", "1500/s").replace("instances: 3", "instances: 9");
    let mut live = live(&busy);
    run_on(&mut live, Time(2_000_000_000));
    let events = live.engine().state().events;
    let at = Time(2_001_000_000);
    let text = with_line(&busy, at, LINES[0]);
    let amended = live.amend(script(&text));
    assert_eq!(amended.since, at);
    assert_eq!(live.engine().state().events, events, "nothing is done again");
    run_on(&mut live, Time(3_000_000_000));
    let amended = live.amend(script(&busy));
    assert_eq!((amended.since, amended.goal), (at, Time(3_000_000_000)));
    assert!(live.now() <= at && live.now() > Time::ZERO);
}

#[test]
fn a_script_is_the_scenario_of_every_model_and_a_change_adds_little_to_it() {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    for path in common::files(&models, "ron") {
        let text = std::fs::read_to_string(&path).expect("a listed file can be read");
        // Those that name files need these.
        if let Ok(compiled) = compile(&text, &|_| None) {
            let made = Script::of(&compiled);
            let got = Script::decode(&made.encode(), &Tables::default());
            assert_eq!(got, Ok(made), "{}", path.display());
        }
    }
    let mut text = SHOP.to_owned();
    let alone = script(&text).encode().len();
    for second in 1..=40 {
        text = with_line(&text, Time(second * 100_000_000), LINES[(second % 2) as usize]);
    }
    let forty = script(&text).encode().len();
    assert!(forty - alone < 40 * 100, "forty changes take {} bytes", forty - alone);
}

#[test]
fn bytes_that_are_no_script_are_refused() {
    let bytes = script(SHOP).encode();
    for end in 0..bytes.len() {
        assert_eq!(Script::decode(&bytes[..end], &Tables::default()), Err(NoScript), "cut at {end}");
    }
}

#[test]
fn a_description_tells_what_can_be_served_at_the_time() {
    let text = with_line(SHOP, Time(2_000_000_000), r#"Set("nodes.app.cores", "1")"#);
    let capacity = |at| {
        let description = Description::of(&text, &compiled(&text), Time(at));
        description
            .nodes
            .iter()
            .find(|node| node.name == "app")
            .and_then(|app| app.capacity)
            .expect("it has one")
    };
    assert!((capacity(1_000_000_000) / capacity(2_000_000_000) - 2.0).abs() < 1e-9);
}

#[test]
fn rates_along_arrows_add_up_to_what_nodes_and_clients_saw() {
    let mut live = live(SHOP);
    run_on(&mut live, Time::NEVER);
    let counts = live.engine().state().tally.live.as_deref().expect("somebody watches");
    let description = Description::of(SHOP, &compiled(SHOP), Time::ZERO);
    let node = |name: &str| description.nodes.iter().position(|node| node.name == name).expect("it is there");
    let into = |name: &str| -> u64 {
        let arrows = description.edges.iter().zip(&counts.arrows);
        arrows.filter(|(edge, _)| edge.to == node(name)).map(|(_, arrow)| arrow.sent).sum()
    };
    let state = live.engine().state();
    for name in ["lb", "app", "leaf", "store"] {
        let id = sim_core::model::NodeId(node(name) as u32);
        let instances = live.model().instances_of(id);
        let arrived: u64 = instances.map(|instance| state.instances[instance].arrivals).sum();
        // What is on its way when the run ends has been sent and has not arrived.
        let sent = into(name);
        assert!(sent >= arrived && sent - arrived < 40, "{name}: {sent} sent, {arrived} arrived");
    }
    let failed: u64 = counts.clients.iter().map(|client| client.failed).sum();
    let completed: u64 = counts.clients.iter().map(|client| client.completed).sum();
    assert_eq!((completed, failed), (state.tally.ledger.completed, state.tally.ledger.failed));
    let retries: u64 = counts.clients.iter().map(|client| client.retries).sum();
    assert_eq!(retries, state.tally.ledger.retries);
}

#[test]
fn a_frame_tells_what_its_layout_says() {
    let mut live = live(SHOP);
    run_on(&mut live, Time(5_000_000_000));
    let (layout, frame) = (live.frame_layout(), live.frame(Duration(2_000_000_000)));
    assert_eq!(frame.len(), layout.length);
    let description = Description::of(SHOP, &compiled(SHOP), Time::ZERO);
    let users = description.nodes.iter().find(|node| node.name == "users").expect("it is there");
    let client = &layout.groups.clients;
    let at = client.start + client.stride * users.client.expect("it is a client") as usize;
    let offered = frame[at + client.fields.iter().position(|field| *field == "offered").expect("it is told")];
    assert!((offered - 300.0).abs() < 60.0, "{offered}");
    let p99 = frame[at + client.fields.iter().position(|field| *field == "p99").expect("it is told")];
    assert!(p99 > 5.0 && p99 < 250.0, "{p99}");
    let app = description.nodes.iter().position(|node| node.name == "app").expect("it is there");
    let nodes = &layout.groups.nodes;
    let utilization = frame[nodes.start + nodes.stride * app + 4];
    assert!(utilization > 0.1 && utilization <= 1.0, "{utilization}");
    assert!((frame[4] - 2.0).abs() < 0.1, "rates are told of the window asked for: {}", frame[4]);
    assert_eq!(description.question, "What is this about?");
    assert_eq!(description.timeline[0].target, "app/1");
    assert_eq!(live.stopped(), None);
}

#[test]
fn going_back_takes_few_events_and_comes_to_the_same() {
    let mut live = live(&SHOP.replace("300/s", "1500/s").replace("instances: 3", "instances: 9"));
    let mut frames = Vec::new();
    for at in [1_500_000_000, 3_500_000_000, 5_900_000_000] {
        run_on(&mut live, Time(at));
        frames.push((Time(at), report(&live).to_json(false)));
    }
    run_on(&mut live, Time::NEVER);
    for (at, expected) in frames.into_iter().rev() {
        live.seek(at);
        let before = live.engine().state().events;
        run_on(&mut live, at);
        assert!(live.engine().state().events - before < 60_000);
        assert_eq!(report(&live).to_json(false), expected);
    }
}
