//! `escala search`, from the outside: what it finds is what running everything finds.

use serde_json::Value;

use crate::support::Place;

/// Two servers in a row, of which both cost something.
const SHOP: &str = r#"// How much does it cost to answer 99 of 100 within 60 ms?
Scenario(
    run: (seed: 7, warmup: "5s", duration: "65s"),
    nodes: {
        "users": Clients(to: "lb", load: Open(rate: "150/s")),
        "lb": Balancer(to: ["app"], policy: RoundRobin),
        "app": Service(instances: 2, price: "0.10/h", serve: [Cpu(Exp("10ms")), Call(to: "db")]),
        "db": Service(cores: 1, price: "0.35/h", serve: [Cpu(Exp("3ms"))]),
    },
)
"#;

fn search(place: &Place, arguments: &[&str]) -> Value {
    place.escala(&[&["search", "shop.ron", "--json"], arguments].concat()).ended_with(0).json()
}

fn winner(found: &Value) -> String {
    found["winner"]["name"].as_str().unwrap_or("none").to_owned()
}

/// The cheapest of `candidates` (a name, its cost, what is set) whose p99 of 16 replications is below the limit.
fn exhaustive(place: &Place, limit_ms: f64, candidates: &[(String, Option<f64>, Vec<String>)]) -> String {
    let run = |(name, known, set): &(String, Option<f64>, Vec<String>)| {
        let set = set.iter().flat_map(|set| ["--set", set.as_str()]);
        let arguments: Vec<&str> =
            ["run", "shop.ron", "--json", "--replications", "16"].into_iter().chain(set).collect();
        let report = place.escala(&arguments).ended_with(0).json();
        let p99 = report["clients"]["users"]["latency_ms"]["p99"].as_f64().expect("requests were answered");
        let window = 16.0 * 60.0 / 3_600.0;
        let nodes = report["nodes"].as_object().expect("nodes");
        let measured: f64 = nodes.values().filter_map(|node| node["cost"].as_f64()).sum::<f64>() / window;
        (name.clone(), known.unwrap_or(measured), p99)
    };
    let keeping = candidates.iter().map(run).filter(|(_, _, p99)| *p99 < limit_ms);
    let best = keeping.min_by(|(_, one, one_p99), (_, other, other_p99)| {
        one.total_cmp(other).then(one_p99.total_cmp(other_p99))
    });
    best.map_or_else(|| "none".to_owned(), |(name, ..)| name)
}

#[test]
fn the_fewest_instances_are_those_that_running_all_finds() {
    let place = Place::with("shop.ron", SHOP);
    let found = search(
        &place,
        &[
            "--minimize",
            "instances",
            "--such-that",
            "p99(users) < 60ms",
            "--over",
            "nodes.app.instances=1..10",
        ],
    );
    let all: Vec<_> = (1..=10)
        .map(|count| {
            (
                format!("instances={count}"),
                Some(f64::from(count)),
                vec![format!("nodes.app.instances={count}")],
            )
        })
        .collect();
    assert_eq!(winner(&found), exhaustive(&place, 60.0, &all));
    assert!(found["run"].as_u64() < Some(8), "{found}");
    assert_eq!(found["winner"]["keeps"], true);
    // One step better was run, and surely breaks the limit.
    assert!(found["neighbours"][0]["limits"][0]["chance"].as_f64() < Some(0.01), "{found}");
    assert_eq!(found["monotone"][0], "nodes.app.instances");
}

#[test]
fn the_cheapest_mix_of_two_tiers_and_a_policy_is_the_one_that_running_all_finds() {
    let place = Place::with("shop.ron", SHOP);
    let over = ["--over", "nodes.app.instances=2..6", "--over", "nodes.db.instances=1..3"];
    let policies = ["--over", "nodes.lb.policy=RoundRobin,LeastConnections"];
    let question = ["--minimize", "cost", "--such-that", "p99(users) < 60ms"];
    let found = search(&place, &[&question[..], &over, &policies].concat());
    let mut all = Vec::new();
    for app in 2..=6 {
        for db in 1..=3 {
            for policy in ["RoundRobin", "LeastConnections"] {
                let name = format!("nodes.app.instances={app}, nodes.db.instances={db}, policy={policy}");
                let set = [
                    format!("nodes.app.instances={app}"),
                    format!("nodes.db.instances={db}"),
                    format!("nodes.lb.policy={policy}"),
                ];
                all.push((name, Some(f64::from(app) * 0.1 + f64::from(db) * 0.35), set.to_vec()));
            }
        }
    }
    assert_eq!(winner(&found), exhaustive(&place, 60.0, &all));
    assert!(found["run"].as_u64() < Some(20), "{found}");
    let front = found["front"].as_array().expect("a list");
    let cost = |it: &Value| it["objective"].as_f64().expect("a cost");
    assert!(front.len() >= 2 && front.windows(2).all(|pair| cost(&pair[0]) < cost(&pair[1])), "{found}");
    assert!(cost(&found["runner_up"]) >= cost(&found["winner"]));
}

#[test]
fn settings_of_an_autoscaler_race_and_the_cheapest_is_the_one_that_running_all_finds() {
    let scaled = SHOP.replace("duration: \"65s\"", "duration: \"605s\"").replace(
        "    },\n)",
        r#"    },
    scale: [Hpa(target: "app", cpu: "60%", min: 2, max: 12, boot: Constant("10s"))],
)"#,
    );
    let place = Place::with("shop.ron", &scaled.replace("warmup: \"5s\"", "warmup: \"545s\""));
    let found = search(
        &place,
        &[
            "--minimize",
            "cost",
            "--such-that",
            "p99(users) < 100ms",
            "--over",
            "scale.0.cpu=35%,50%,65%,80%,90%",
            "--over",
            "scale.0.min=2,4",
        ],
    );
    let mut all = Vec::new();
    for cpu in ["35%", "50%", "65%", "80%", "90%"] {
        for min in [2, 4] {
            let set = vec![format!("scale.0.cpu={cpu}"), format!("scale.0.min={min}")];
            all.push((format!("cpu={cpu}, min={min}"), None, set));
        }
    }
    assert_eq!(winner(&found), exhaustive(&place, 100.0, &all), "{found}");
    assert!(found["replications"].as_u64() < Some(10 * 64), "{found}");
}

#[test]
fn the_most_load_is_found_by_bisection_from_above() {
    let place = Place::with("shop.ron", SHOP);
    let found = search(
        &place,
        &[
            "--maximize",
            "nodes.users.load.rate",
            "--such-that",
            "utilization(app) < 80%",
            "--over",
            "nodes.users.load.rate=100/s..200/s step 5/s",
        ],
    );
    // Two servers of 100/s each are busy to 80 % at 160/s, which is too close to call.
    assert!(["rate=155/s", "rate=160/s"].contains(&winner(&found).as_str()), "{found}");
    assert_eq!(found["maximized"], true);
}

#[test]
fn drawn_candidates_and_metrics_are_searched_too() {
    let place = Place::with("shop.ron", SHOP);
    let found = search(
        &place,
        &[
            "--minimize",
            "p99(users)",
            "--such-that",
            "utilization(app) > 25%",
            "--over",
            "nodes.app.instances=2..8",
            "--latin",
            "7",
        ],
    );
    // Three instances are busy to a half, six to a quarter.
    assert!(["instances=4", "instances=5"].contains(&winner(&found).as_str()), "{found}");
    let place = Place::with("shop.ron", SHOP);
    let text = place.escala(&[
        "search",
        "shop.ron",
        "--minimize",
        "cost",
        "--such-that",
        "p99(users) < 60ms",
        "--over",
        "nodes.app.instances=1..6",
    ]);
    let text = text.ended_with(0);
    for words in
        ["shop: least cost such that p99(users) < 60ms", "winner", "runner-up", "one step better", "front"]
    {
        assert!(text.stdout.contains(words), "{words}: {}", text.stdout);
    }
}

#[test]
fn nothing_found_is_said_and_is_no_success() {
    let place = Place::with("shop.ron", SHOP);
    let base = ["search", "shop.ron", "--minimize", "cost", "--such-that", "p99(users) < 1ms"];
    let none = place.escala(&[&base[..], &["--over", "nodes.app.instances=1..3"]].concat()).ended_with(1);
    assert!(none.stderr.contains("none of 3 candidates keeps the limits"), "{}", none.stderr);
}

#[test]
fn what_cannot_be_searched_is_refused() {
    let place = Place::with("shop.ron", SHOP);
    place.write("free.ron", &SHOP.replace(", price: \"0.10/h\"", "").replace(", price: \"0.35/h\"", ""));
    let limit = ["--such-that", "p99(users) < 60ms"];
    let over = ["--over", "nodes.app.instances=1..3"];
    for (file, arguments, code, words) in [
        ("free.ron", [&["--minimize", "cost"][..], &limit, &over].concat(), 2, "nothing has a price"),
        ("shop.ron", [&["--minimize", "nodes.lb.policy"][..], &limit, &over].concat(), 2, "is not a number"),
        ("shop.ron", [&["--minimize", "wealth"][..], &limit, &over].concat(), 2, "a path of the scenario"),
        (
            "shop.ron",
            [&["--minimize", "cost", "--such-that", "p98(users) < 1s"][..], &over].concat(),
            2,
            "p98",
        ),
        (
            "shop.ron",
            [&["--minimize", "cost"][..], &limit, &["--over", "nodes.app.instance=1..3"]].concat(),
            3,
            "instance",
        ),
        (
            "shop.ron",
            [&["--minimize", "cost"][..], &limit, &["--over", "nodes.app.instances=0..3"]].concat(),
            3,
            "instance",
        ),
        (
            "shop.ron",
            [&["--minimize", "cost"][..], &limit, &["--over", "nodes.app.instances=1..20000"]].concat(),
            2,
            "too many",
        ),
        ("shop.ron", [&["--minimize", "cost"][..], &over].concat(), 2, "--such-that"),
        (
            "shop.ron",
            [&["--minimize", "cost", "--maximize", "cost"][..], &limit, &over].concat(),
            2,
            "cannot be used with",
        ),
        (
            "shop.ron",
            [&["--minimize", "cost"][..], &limit, &["--over", "run.duration=1s..2s"]].concat(),
            2,
            "no points",
        ),
    ] {
        let done = place.escala(&[&["search", file][..], &arguments].concat()).ended_with(code);
        assert!(done.stderr.contains(words), "{arguments:?}: {}", done.stderr);
    }
}
