//! `escala compare`, from the outside.

use crate::support::{Place, SMALL};

/// Four busy servers behind a balancer, short enough to run often.
const POOL: &str = r#"Scenario(
    run: (seed: 3, warmup: "5s", duration: "65s"),
    nodes: {
        "users": Clients(to: "lb", load: Open(rate: "300/s"), timeout: "5s"),
        "lb": Balancer(to: ["app"], policy: Random),
        "app": Service(instances: 4, serve: [Cpu(Exp("10ms"))]),
    },
    cases: {
        "random": {},
        "also-random": {},
        "least": {"nodes.lb.policy": "LeastConnections(ties: Random)"},
        "two": {"nodes.lb.policy": "PowerOf(d: 2)"},
    },
)
"#;

fn place() -> Place {
    let place = Place::with_small();
    place.write("pool.ron", POOL);
    place
}

fn names(json: &serde_json::Value) -> Vec<&str> {
    let alternatives = json["alternatives"].as_array().expect("there are some").iter();
    alternatives.map(|it| it["name"].as_str().expect("each has a name")).collect()
}

#[test]
fn cases_are_compared_in_their_order_and_ranked() {
    let done = place().escala(&["compare", "pool.ron", "--replications", "6"]).ended_with(0);
    for words in [
        "pool: 4 alternatives",
        "6 replications of each, all on the same random numbers · baseline random",
        "mean(users)",
        "p99(users)",
        "throughput(users)",
        "error_rate(users)",
        "no difference shown",
        "Holm",
        "seeds 3, ",
    ] {
        assert!(done.stdout.contains(words), "`{words}` is missing in\n{}", done.stdout);
    }
    let widest = done.stdout.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(widest <= 100, "a line has {widest} letters:\n{}", done.stdout);
    let json = place().escala(&["compare", "pool.ron", "--replications", "6", "--json"]).json();
    assert_eq!(names(&json), ["random", "also-random", "least", "two"]);
    let mean = &json["metrics"][0];
    assert_eq!(
        (&json["schema"], &json["seeds"][0], &json["correction"]),
        (&1.into(), &3.into(), &"holm".into())
    );
    assert_eq!(
        (&mean["metric"], &mean["unit"], &mean["better"]),
        (&"mean(users)".into(), &"time".into(), &"less".into())
    );
    let verdicts: Vec<_> =
        mean["differences"].as_array().unwrap().iter().map(|one| one["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["no_difference_shown", "better", "better"]);
    assert_eq!(mean["differences"][0]["difference"], 0.0);
    let ranked = |at: usize| (&mean["ranking"][at]["rank"], &mean["ranking"][at]["alternative"]);
    assert_eq!((ranked(0), ranked(1)), ((&1.into(), &"least".into()), (&2.into(), &"two".into())));
    assert_eq!((ranked(2).0, ranked(3).0), (&3.into(), &3.into()));
    assert_eq!(mean["estimates"][0]["values"].as_array().map(Vec::len), Some(6));
}

#[test]
fn pairing_saves_replications_between_policies_that_look_at_the_load() {
    let place = place();
    let options = ["--replications", "10", "--baseline", "least", "--metric", "mean(users)", "--json"];
    let json = place.escala(&[&["compare", "pool.ron"], &options[..]].concat()).ended_with(0).json();
    let two = &json["metrics"][0]["differences"][2];
    assert_eq!((&json["baseline"], &two["alternative"]), (&"least".into(), &"two".into()));
    assert!(two["gain"].as_f64().unwrap() > 2.0, "{two:#}");
    assert_eq!(two["verdict"], "worse");
}

#[test]
fn the_same_bytes_come_from_any_number_of_threads() {
    let place = place();
    let compare = |threads: &str| {
        let options = [
            "--vary",
            "nodes.app.instances=4..5 step 1",
            "--replications",
            "5",
            "--json",
            "--threads",
            threads,
        ];
        place.escala(&[&["compare", "pool.ron"], &options[..]].concat()).ended_with(0).stdout
    };
    assert_eq!(compare("1"), compare("2"));
}

#[test]
fn what_varies_gives_every_combination() {
    let place = place();
    let vary = ["--vary", "nodes.lb.policy=Random,PowerOf(d: 2)", "--vary", "nodes.app.instances=4,5"];
    let rest = ["--replications", "2", "--duration", "20s", "--json"];
    let json = place.escala(&[&["compare", "pool.ron"], &vary[..], &rest[..]].concat()).ended_with(0).json();
    assert_eq!(
        names(&json),
        [
            "policy=Random, instances=4",
            "policy=Random, instances=5",
            "policy=PowerOf(d: 2), instances=4",
            "policy=PowerOf(d: 2), instances=5",
        ]
    );
    assert_eq!(
        json["alternatives"][3]["set"][1],
        serde_json::json!({"path": "nodes.app.instances", "value": "5"})
    );
    // Names that long have numbers in the tables.
    let table =
        place.escala(&[&["compare", "pool.ron"], &vary[..], &rest[..4]].concat()).ended_with(0).stdout;
    assert!(table.contains("  #4  policy=PowerOf(d: 2), instances=5\n"), "{table}");
    // A policy with nothing to say needs no brackets here.
    let policies = ["--vary", "nodes.lb.policy=Random,LeastConnections", "--case", "two"];
    let json =
        place.escala(&[&["compare", "pool.ron"], &policies[..], &rest[..]].concat()).ended_with(0).json();
    assert_eq!(names(&json), ["Random", "LeastConnections"]);
    assert_eq!(json["alternatives"][0]["case"], "two");
}

#[test]
fn files_are_compared_on_the_requests_of_the_first() {
    let place = place();
    place.write("other/pool.ron", &POOL.replace("seed: 3", "seed: 4"));
    place.write("more.ron", &POOL.replace("seed: 3", "seed: 4").replace("instances: 4", "instances: 5"));
    let options = ["--replications", "2", "--duration", "20s", "--json"];
    let done = place.escala(&[&["compare", "pool.ron", "more.ron"], &options[..]].concat()).ended_with(0);
    assert!(done.stderr.contains("all alternatives run with the seed of the first, 3"), "{}", done.stderr);
    let json = done.json();
    assert_eq!((names(&json), &json["seeds"][0]), (vec!["pool", "more"], &3.into()));
    let twins = ["pool.ron", "other/pool.ron", "--vary", "nodes.app.instances=4,5", "--seed", "9"];
    let json = place.escala(&[&["compare"], &twins[..], &options[..]].concat()).ended_with(0).json();
    assert_eq!(
        names(&json),
        [
            "pool.ron: instances=4",
            "pool.ron: instances=5",
            "other/pool.ron: instances=4",
            "other/pool.ron: instances=5"
        ]
    );
    // What the two have in common is equal to the last bit.
    let estimates = &json["metrics"][0]["estimates"];
    assert_eq!((&estimates[0]["values"], &json["seeds"][0]), (&estimates[2]["values"], &9.into()));
}

#[test]
fn what_several_alternatives_are_warned_of_is_said_once() {
    let place = place();
    place.write("busy.ron", &POOL.replace("300/s", "500/s"));
    let done =
        place.escala(&["compare", "busy.ron", "--replications", "2", "--duration", "10s"]).ended_with(0);
    assert_eq!(done.stderr.matches("warning").count(), 1, "{}", done.stderr);
}

#[test]
fn a_value_is_told_as_the_run_with_replications_tells_it() {
    let place = place();
    let options = ["pool.ron", "--replications", "4", "--json"];
    let found = place.escala(&[&["compare", "--metric", "mean(users)"], &options[..]].concat()).json();
    let run = place.escala(&[&["run", "--case", "random"], &options[..]].concat()).json();
    let estimate = &found["metrics"][0]["estimates"][0];
    let seconds = |milliseconds: &serde_json::Value| milliseconds.as_f64().unwrap() / 1e3;
    assert_eq!(estimate["value"].as_f64(), Some(seconds(&run["clients"]["users"]["latency_ms"]["mean"])));
    let interval = &run["interval95"]["clients.users.latency_ms.mean"];
    for end in [0, 1] {
        let apart = estimate["interval95"][end].as_f64().unwrap() - seconds(&interval[end]);
        assert!(apart.abs() < 1e-12, "{estimate:#}\n{interval:#}");
    }
}

#[test]
fn the_result_goes_to_a_file_and_quiet_says_nothing() {
    let place = place();
    let options = ["--replications", "2", "--duration", "20s", "-q", "-o", "out.txt"];
    let done = place.escala(&[&["compare", "pool.ron"], &options[..]].concat()).ended_with(0);
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("", ""));
    assert!(place.read("out.txt").starts_with("pool: 4 alternatives\n"));
}

#[test]
fn every_mistake_is_told_with_what_to_do() {
    let place = place();
    place.write("single.ron", &SMALL.replace(", \"slow\": {}", ""));
    place.write("none.ron", &SMALL.replace("cases: {", "cases: {}, layout: {}, //"));
    place.write("crawlers.ron", &SMALL.replace("\"users", "\"crawlers").replace("(users", "(crawlers"));
    place.write("broken.ron", "Scenario(");
    place.write("more.ron", POOL);
    let wrong = [
        (2, "pool.ron --replications 1", "one run has no spread: give at least 2"),
        (2, "pool.ron --replications many", "give a whole number from 2"),
        (2, "pool.ron --metric p98(users)", "did you mean `p90`?"),
        (2, "pool.ron --metric p99(user)", "did you mean `users`?"),
        (2, "pool.ron --metric p99", "a metric says of what in brackets"),
        (2, "pool.ron --metric p99(users)<1s", "the metric ends before the end of this"),
        (2, "pool.ron --metric 5", "unknown metric `5`"),
        (2, "pool.ron --metric p99(users)@least", "leave out `@least`"),
        (2, "pool.ron --metric mean(users) --metric mean(users)", "is given twice"),
        (2, "small.ron crawlers.ron --metric mean(users)", "in the alternative `crawlers`"),
        (2, "small.ron crawlers.ron", "no client in common"),
        (2, "pool.ron --baseline leest", "did you mean `least`?"),
        (2, "pool.ron --baseline everything", "the alternatives are `random`, `also-random`"),
        (2, "none.ron", "has no cases"),
        (2, "single.ron", "has one case only"),
        (2, "pool.ron --case least", "leaves one alternative only"),
        (2, "pool.ron --vary nodes.app.cores=1", "give `--vary` a second value"),
        (2, "pool.ron --vary nodes.app.cores=1,1", "has `1` twice"),
        (2, "pool.ron --vary nodes.app.cores=", "has no values"),
        (2, "pool.ron --vary nodes.app.cores", "write `path=values`"),
        (2, "pool.ron --vary nodes.app.cores=1..4", "does not say which values"),
        (
            2,
            "pool.ron --vary nodes.app.cores=1,2,3,4,5,6,7,8,9,10,11 --vary nodes.app.instances=1,2,3,4,5,6,7,8,9,10",
            "110 alternatives are too many",
        ),
        (2, "pool.ron --vary nodes.app.cores=1,2 --vary nodes.app.cores=3", "is an axis twice"),
        (2, "pool.ron --vary run.seed=1,2", "`run.seed` cannot be an axis"),
        (2, "pool.ron --vary nodes.app.cores=1,2 --set nodes.app.cores=3", "`--set` fixes"),
        (2, "pool.ron --vary run.duration=10s,20s --duration 30s", "`--duration` fixes"),
        (2, "pool.ron ./pool.ron", "is given twice"),
        (2, "pool.ron more.ron --set nodes.app", "is not of the form"),
        (2, "pool.ron missing.ron", "`missing.ron` cannot be read"),
        (3, "pool.ron --vary nodes.lb.polcy=Random,RoundRobin", "did you mean `policy`?"),
        (3, "pool.ron --vary nodes.balancer.policy=Random,RoundRobin", "there is no `balancer` in `nodes`"),
        (3, "pool.ron --vary nodes.lb.policy=Random,RoundRobbin", "did you mean `RoundRobin`?"),
        (3, "pool.ron --case leest --vary nodes.app.cores=1,2", "did you mean `least`?"),
        (3, "broken.ron", "error"),
        (
            1,
            "pool.ron --replications 2 --set nodes.app.instances=1 --set run.limits.in_flight=50",
            "requests in flight",
        ),
        (1, "pool.ron --replications 2 --duration 100h --wall-limit 1ms", "raise `--wall-limit`"),
    ];
    for (code, line, words) in wrong {
        let arguments: Vec<&str> = std::iter::once("compare").chain(line.split(' ')).collect();
        let done = place.escala(&arguments);
        assert_eq!((done.code, done.stdout.as_str()), (code, ""), "{line}\n{}", done.stderr);
        assert!(done.stderr.contains(words), "{line}: `{words}` is missing in\n{}", done.stderr);
    }
}

#[test]
fn who_cannot_enter_the_comparison_is_named() {
    let place = place();
    let options =
        ["--replications", "2", "--set", "run.limits.in_flight=40", "--vary", "nodes.app.instances=8,1"];
    let done = place.escala(&[&["compare", "pool.ron"], &options[..]].concat()).ended_with(1);
    assert!(done.stderr.contains("of `instances=1` (seed "), "{}", done.stderr);
    assert!(done.stderr.contains("raise `run.limits.in_flight`"), "{}", done.stderr);
}
