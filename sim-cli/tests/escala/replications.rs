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
    let warning = "lie beyond p99 in each run";
    let short = place.escala(&["run", "small.ron", "--replications", "3"]).ended_with(0);
    assert!(short.stderr.contains("only about 70 requests of users"), "{}", short.stderr);
    assert!(short.stderr.contains("make runs 3 times as long"), "{}", short.stderr);
    let long = place.escala(&["run", "small.ron", "--replications", "3", "--duration", "400s"]).ended_with(0);
    assert!(!long.stderr.contains(warning), "{}", long.stderr);
    assert!(!place.escala(&["run", "small.ron"]).stderr.contains(warning));
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
    ] {
        let done = place.escala(&[&["run", "small.ron"], arguments].concat()).ended_with(2);
        assert!(done.stderr.contains(words), "{arguments:?}: {}", done.stderr);
    }
}
