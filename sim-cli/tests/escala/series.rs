//! `run --series FILE`: the run over time as CSV and as OpenMetrics.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::Place;

#[test]
fn rows_of_csv_are_those_of_the_report() {
    let place = Place::with_small();
    let report = place.escala(&["run", "-q", "small.ron", "--json", "--series"]).ended_with(0).json();
    place.escala(&["run", "-q", "small.ron", "--series", "out.csv"]).ended_with(0);
    let text = place.read("out.csv");
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let heads = lines.next().expect("there is a header");
    assert_eq!(heads[..6], ["t_s", "offered_rps", "completed_rps", "failed_rps", "p50_ms", "p99_ms"]);
    let of_app = ["app.present", "app.instances", "app.utilization"];
    assert_eq!(heads[6..], [of_app, ["lb.present", "lb.instances", "lb.utilization"]].concat());
    let rows = report["series"].as_array().expect("there are rows");
    assert_eq!(lines.clone().count(), rows.len());
    for (line, row) in lines.zip(rows) {
        let field = |head: &str| -> f64 {
            let place = heads.iter().position(|it| *it == head).expect("it is a column");
            line[place].parse().expect("it is a number")
        };
        // Readers of JSON may be wrong in the last digit.
        let is_same = |head: &str, value: &serde_json::Value| {
            let value = value.as_f64().expect("a number");
            assert!((field(head) - value).abs() <= 1e-12 * value, "{head}: {} for {value}", field(head));
        };
        is_same("t_s", &row["t"]);
        is_same("offered_rps", &row["offered_rps"]);
        is_same("p99_ms", &row["p99_ms"]);
        is_same("app.instances", &row["instances"]["app"]);
        is_same("app.utilization", &row["utilization"]["app"]);
    }
}

#[test]
fn parquet_has_the_same_rows_typed() {
    use parquet::basic::Type;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    let place = Place::with_small();
    place.escala(&["run", "-q", "small.ron", "--series", "out.csv"]).ended_with(0);
    place.escala(&["run", "-q", "small.ron", "--series", "out.parquet"]).ended_with(0);
    let file = std::fs::File::open(place.path("out.parquet")).expect("the file is there");
    let reader = SerializedFileReader::new(file).expect("it is Parquet");
    let schema = reader.metadata().file_metadata().schema_descr();
    let text = place.read("out.csv");
    let mut lines = text.lines();
    let heads: Vec<&str> = lines.next().expect("there is a header").split(',').collect();
    let names: Vec<&str> = schema.columns().iter().map(|column| column.name()).collect();
    assert_eq!(names, heads);
    for column in schema.columns() {
        let is_count = column.name().ends_with(".present") || column.name().ends_with(".instances");
        assert_eq!(column.physical_type(), if is_count { Type::INT32 } else { Type::DOUBLE }, "{column:?}");
    }
    let mut rows = 0;
    for (row, line) in reader.get_row_iter(None).expect("there are rows").zip(lines) {
        let row = row.expect("it can be read");
        for ((_, field), text) in row.get_column_iter().zip(line.split(',')) {
            let told = field.to_string();
            let is_same = told.parse::<f64>().ok() == text.parse::<f64>().ok();
            assert!(is_same, "{told} for {text}");
        }
        rows += 1;
    }
    assert_eq!(rows, text.lines().count() - 1);
    assert!(rows > 10);
}

#[test]
fn mistakes_say_what_to_write() {
    let place = Place::with_small();
    let said =
        |arguments: &[&str]| place.escala(&[&["run", "small.ron"], arguments].concat()).ended_with(2).stderr;
    assert!(said(&["--series", "out.txt"]).contains("`.csv`, `.parquet` or `.om`"));
    assert!(said(&["--series", "nowhere/out.csv"]).contains("make its folder first"));
    assert!(said(&["--series"]).contains("--json --series"));
    assert_eq!(place.names(), ["small.ron"]);
}

/// A sample line: name, labels, value, time.
struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
    value: f64,
    at: f64,
}

fn sample(line: &str) -> Sample {
    let (name, rest) = line.split_once('{').expect("there are labels");
    let (labels, rest) = rest.split_once("} ").expect("labels end");
    let pairs = labels.split(',').map(|pair| pair.split_once('=').expect("a label has a value"));
    let text = |value: &str| {
        value.strip_prefix('"').and_then(|it| it.strip_suffix('"')).expect("in quotes").to_owned()
    };
    let labels: BTreeMap<String, String> = pairs.map(|(key, value)| (key.to_owned(), text(value))).collect();
    let (value, at) = rest.split_once(' ').expect("there is a time");
    let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("{text} in {line}"));
    Sample { name: name.to_owned(), labels, value: number(value), at: number(at) }
}

/// What version 1.0 of the specification says must be so, for the kinds of metrics that are written here.
fn check(text: &str) -> BTreeMap<String, Vec<Sample>> {
    let body = text.strip_suffix("# EOF\n").expect("the text ends with EOF and nothing after it");
    let mut families: BTreeMap<String, Vec<Sample>> = BTreeMap::new();
    let (mut family, mut kind) = (String::new(), String::new());
    let mut metrics_done = BTreeSet::new();
    let mut metric = None;
    for line in body.lines() {
        if let Some(about) = line.strip_prefix("# ") {
            let words: Vec<&str> = about.splitn(3, ' ').collect();
            match words[0] {
                "TYPE" => {
                    (family, kind) = (words[1].to_owned(), words[2].to_owned());
                    assert!(!families.contains_key(&family), "{family} is told at one place");
                    families.insert(family.clone(), Vec::new());
                }
                "UNIT" => {
                    assert!(words[1] == family && family.ends_with(&format!("_{}", words[2])), "{line}")
                }
                "HELP" => assert!(words[1] == family && !words[2].is_empty(), "{line}"),
                other => panic!("{other} is no word of the format"),
            }
            continue;
        }
        let sample = sample(line);
        let suffix = match kind.as_str() {
            "counter" => "_total",
            "histogram" => "_bucket",
            "gauge" => "",
            other => panic!("{other} is not written"),
        };
        assert_eq!(sample.name, format!("{family}{suffix}"));
        let mut labels = sample.labels.clone();
        let bound = labels.remove("le");
        assert_eq!(bound.is_some(), kind == "histogram");
        let this = (sample.name.clone(), labels);
        if metric.as_ref() != Some(&this) {
            assert!(metrics_done.insert(this.clone()), "points of one metric stand together: {line}");
            metric = Some(this);
        } else if let Some(before) = families[&family].last() {
            let in_order = if sample.at == before.at {
                let of = |sample: &Sample| sample.labels["le"].parse::<f64>().expect("+Inf is read, too");
                kind == "histogram" && of(before) < of(&sample) && before.value <= sample.value
            } else {
                let ended = kind != "histogram"
                    || (before.labels["le"] == "+Inf" && bound.as_deref() != Some("+Inf"));
                before.at < sample.at && (kind != "counter" || before.value <= sample.value) && ended
            };
            assert!(in_order, "{line} comes after {} at {}", before.value, before.at);
        }
        families.get_mut(&family).expect("its type was told").push(sample);
    }
    families
}

#[test]
fn openmetrics_is_what_the_specification_says() {
    let place = Place::with_small();
    let report = place
        .escala(&["run", "-q", "small.ron", "--case", "fast", "--json", "--series", "out.om"])
        .ended_with(0)
        .json();
    assert!(report.get("series").is_none(), "the rows are in the file");
    let families = check(&place.read("out.om"));
    let names: BTreeSet<&str> = families.keys().map(String::as_str).collect();
    let of_nodes = ["escala_instances", "escala_utilization_ratio", "escala_visits"];
    let of_requests = ["escala_latency_seconds", "escala_requests", "escala_responses"];
    assert_eq!(names, BTreeSet::from_iter([of_nodes, of_requests].concat()));
    let requests = families["escala_requests"].last().expect("there are points");
    let labels: Vec<(&str, &str)> =
        requests.labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(labels, [("case", "fast"), ("scenario", "small"), ("seed", "7")]);
    // The series has the warm-up, too.
    let measured = report["clients"]["users"]["offered"].as_f64().expect("a number");
    assert!(requests.value > measured, "{} requests", requests.value);
    assert!((requests.at - (946_684_800.0 + 110.0)).abs() < 0.5, "{}", requests.at);
    let mut responses = families["escala_responses"].iter();
    let completed =
        responses.rfind(|it| it.labels["outcome"] == "completed").expect("there are points").value;
    let last = families["escala_latency_seconds"].last().expect("there are points");
    assert_eq!((last.labels["le"].as_str(), last.value), ("+Inf", completed));
    // The median of the last point lies in a bucket around that of the report.
    let buckets = families["escala_latency_seconds"].iter().filter(|it| it.at == last.at);
    let bound = buckets.clone().find(|it| it.value >= completed / 2.0).expect("half of them lie below");
    let bound: f64 = bound.labels["le"].parse().expect("a number");
    let p50 = report["clients"]["users"]["latency_ms"]["p50"].as_f64().expect("a number") / 1e3;
    assert!((0.85..1.15).contains(&(bound / p50)), "{bound} for {p50}");
}
