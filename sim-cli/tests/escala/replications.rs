//! `escala run --replications` and `--precision`, from the outside.

use serde_json::Value;

use crate::support::Place;

fn run(place: &Place, arguments: &[&str]) -> Value {
    place.escala(&[&["run", "small.ron", "--json"], arguments].concat()).ended_with(0).json()
}

fn counts(report: &Value) -> u64 {
    report["clients"]["users"]["completed"].as_u64().expect("it is a count")
}

#[test]
fn replications_are_runs_with_the_seeds_that_are_listed() {
    let place = Place::with_small();
    let all = run(&place, &["--replications", "4"]);
    let seeds: Vec<u64> = all["seeds"].as_array().expect("a list").iter().filter_map(Value::as_u64).collect();
    assert_eq!((seeds.len(), seeds[0]), (4, 7));
    let each: Vec<Value> = seeds.iter().map(|seed| run(&place, &["--seed", &seed.to_string()])).collect();
    assert_eq!(counts(&all), each.iter().map(counts).sum::<u64>());
    // The mean of all is between those of each, and so are the ends of their histograms.
    let value = |report: &Value, field: &str| report["clients"]["users"]["latency_ms"][field].as_f64();
    for field in ["mean", "p50", "p99"] {
        let values: Vec<f64> = each.iter().filter_map(|report| value(report, field)).collect();
        let (least, most) = values.iter().fold((f64::MAX, 0.0f64), |(l, m), &v| (l.min(v), m.max(v)));
        let merged = value(&all, field).expect("something was measured");
        assert!(least < merged && merged < most, "{field}: {merged} among {values:?}");
        let interval = &all["interval95"][format!("clients.users.latency_ms.{field}")];
        let (low, high) = (interval[0].as_f64(), interval[1].as_f64());
        assert!(low < Some(merged) && Some(merged) < high, "{field}: {interval}");
    }
    assert_eq!(all["digest"], Value::Null);
}

#[test]
fn replications_are_the_same_on_any_number_of_threads() {
    let place = Place::with_small();
    let with_threads = |threads: &str| {
        let mut report = run(&place, &["--replications", "9", "--threads", threads]);
        report.as_object_mut().expect("an object").remove("wall_s");
        report
    };
    assert_eq!(with_threads("1"), with_threads("2"));
}

#[test]
fn it_goes_on_until_the_interval_is_as_narrow_as_asked_for() {
    let place = Place::with_small();
    let half = |report: &Value, path: &str, value: f64| {
        let interval = &report["interval95"][path];
        (interval[1].as_f64().expect("high") - interval[0].as_f64().expect("low")) / 2.0 / value
    };
    let value = |report: &Value, field: &str| {
        report["clients"]["users"]["latency_ms"][field].as_f64().expect("something was measured")
    };
    let mean = run(&place, &["--precision", "3%"]);
    let runs = |report: &Value| report["seeds"].as_array().map_or(0, Vec::len);
    assert!(runs(&mean) >= 10);
    assert!(half(&mean, "clients.users.latency_ms.mean", value(&mean, "mean")) <= 0.03 / 1.03);
    let p99 = run(&place, &["--precision", "3%", "--of", "p99(users)"]);
    assert!(half(&p99, "clients.users.latency_ms.p99", value(&p99, "p99")) <= 0.03 / 1.03);
    assert!(runs(&p99) > runs(&mean), "a tail takes longer to be sure of");
    let short =
        place.escala(&["run", "small.ron", "--precision", "0.1%", "--replications", "12"]).ended_with(0);
    assert!(short.stderr.contains("after 12 replications mean(users) has ±"), "{}", short.stderr);
}

#[test]
fn the_cases_that_a_claim_compares_are_replicated_too() {
    let place = Place::with_small();
    let text = place.read("small.ron").replace("p99(users) < 10s", "p99(users)@fast < 0.5 * p99(users)");
    place.write("small.ron", &text);
    let report = run(&place, &["--replications", "5"]);
    assert_eq!(report["expect"][0]["holds"], true, "{}", report["expect"]);
}

#[test]
fn short_runs_are_warned_of() {
    let place = Place::with_small();
    let warning = "are too narrow";
    let short = place.escala(&["run", "small.ron", "--replications", "3"]).ended_with(0);
    assert!(
        short
            .stderr
            .contains("users from p99 on are too narrow: only about 70 requests lie beyond it in each run"),
        "{}",
        short.stderr
    );
    assert!(short.stderr.contains("make runs 3 times as long"), "{}", short.stderr);
    let long = place.escala(&["run", "small.ron", "--replications", "3", "--duration", "400s"]).ended_with(0);
    assert!(!long.stderr.contains(warning), "{}", long.stderr);
    let one = place.escala(&["run", "small.ron"]).ended_with(0);
    assert!(one.stderr.contains("from p90 on are too narrow: only about 30 requests"), "{}", one.stderr);
    let long = place.escala(&["run", "small.ron", "--duration", "10000s", "--warmup", "10s"]).ended_with(0);
    assert_eq!(long.stderr, "");
}

#[test]
fn a_warm_up_is_found_by_pilots_and_said() {
    let place = Place::with_small();
    // Ten seconds at a fifth of the speed leave a backlog that takes a quarter of a minute more.
    let text = place.read("small.ron").replace(
        "cases:",
        "timeline: [At(\"0s\", Slow(target: \"app/0\", factor: 5, for: \"10s\"))], cases:",
    );
    place.write("small.ron", &text);
    let found = place.escala(&["run", "small.ron", "--json", "--warmup", "auto"]).ended_with(0);
    let warmup = found.json()["warmup_s"].as_f64().expect("a number");
    assert!((15.0..50.0).contains(&warmup), "{warmup}: {}", found.stderr);
    let again = format!("`--warmup {warmup}s` repeats this");
    assert!(found.stderr.contains(&again), "{}", found.stderr);
    let given = run(&place, &["--warmup", &format!("{warmup}s")]);
    assert_eq!(given["digest"], found.json()["digest"]);
    let own = run(&place, &[]);
    let mean = |report: &Value| report["clients"]["users"]["latency_ms"]["mean"].as_f64();
    assert!(mean(&given) < mean(&own), "the slow start is not measured");
    let overload = place.escala(&[
        "run",
        "small.ron",
        "--warmup",
        "auto",
        "--set",
        "nodes.users.load=Open(rate: \"130/s\")",
    ]);
    assert!(overload.stderr.contains("no warm-up was found"), "{}", overload.stderr);
}

#[test]
fn what_cannot_be_is_refused() {
    let place = Place::with_small();
    for (arguments, words) in [
        (&["--replications", "0"][..], "0 is not in"),
        (&["--precision", "200%"], "between 0% and 100%"),
        (&["--precision", "much"], "2%"),
        (&["--of", "p99(users)"], "--precision"),
        (&["--precision", "2%", "--of", "p98(users)"], "unknown metric `p98`"),
        (&["--precision", "2%", "--of", "p99(nobody)"], "nobody"),
        (&["--precision", "2%", "--of", "p99(users) < 1s"], "the metric ends before"),
        (&["--precision", "2%", "--of", "p99(users)@fast"], "fast"),
        (&["--replications", "3", "--requests", "all.csv"], "cannot be used with"),
        (&["--warmup", "some"], "or `auto`"),
    ] {
        let done = place.escala(&[&["run", "small.ron"], arguments].concat()).ended_with(2);
        assert!(done.stderr.contains(words), "{arguments:?}: {}", done.stderr);
    }
}
