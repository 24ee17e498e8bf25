use std::sync::Arc;

use super::*;
use crate::experiment::replicate::seeds;
use crate::report::run::Prepared;
use crate::report::{Merge, Names, Report, Watch};

const POOL: &str = r#"(
    run: (seed: 5, duration: "60s"),
    nodes: {
        "users": Clients(to: "lb", load: Open(rate: "160/s")),
        "lb": Balancer(to: ["app"], policy: LeastConnections(ties: Random)),
        "app": Service(instances: 2, serve: [Cpu(Exp("10ms"))]),
    },
)"#;

fn reading(text: &str) -> Reading {
    let prepared = Prepared::new(POOL, &|_| None).unwrap();
    Reading::parse(text, &Names::of(&prepared.compiled.models[0], [])).unwrap()
}

/// The alternatives by a metric, given what it was in each replication.
fn judged(metric: &str, columns: &[(&str, &[f64])]) -> ByMetric {
    let column = |(name, values): &(&str, &[f64])| Column {
        name: (*name).to_owned(),
        values: values.iter().copied().map(Some).collect(),
        known: Some(values.to_vec()),
        point: Some(values.iter().sum::<f64>() / values.len() as f64),
    };
    by_metric(&reading(metric), &columns.iter().map(column).collect::<Vec<_>>(), 0)
}

fn is_close(value: Option<f64>, expected: f64) -> bool {
    value.is_some_and(|value| (value - expected).abs() < 1e-6)
}

const HAND_WORKED: [(&str, &[f64]); 3] =
    [("x", &[10.0, 12.0, 14.0, 12.0]), ("y", &[11.0, 14.0, 17.0, 14.0]), ("z", &[10.0, 13.0, 14.0, 13.0])];

#[test]
fn differences_agree_with_the_worked_example() {
    let found = judged("mean(users)", &HAND_WORKED);
    // y − x is 1, 2, 3, 2: mean 2, error √(1/6), t = 2√6; z − x is 0, 1, 0, 1: mean 1/2, error √(1/12), t = √3. With three
    // degrees of freedom the chances are 0.0162766 and 1/2 − 1/π; Holm takes the lesser one twice.
    let [y, z] = &found.differences[..] else { panic!("{found:?}") };
    assert_eq!((y.difference, z.difference), (Some(2.0), Some(0.5)));
    assert!(is_close(y.p_value, 0.016_276_603) && is_close(y.p_corrected, 2.0 * 0.016_276_603), "{y:?}");
    let chance = 0.5 - std::f64::consts::FRAC_1_PI;
    assert!(is_close(z.p_value, chance) && is_close(z.p_corrected, chance), "{z:?}");
    assert_eq!((y.verdict, z.verdict), (Verdict::Worse, Verdict::NoDifferenceShown));
    let half = 3.182_446_305 / 6.0f64.sqrt();
    let [low, high] = y.interval95.unwrap();
    assert!((low - (2.0 - half)).abs() < 1e-8 && (high - (2.0 + half)).abs() < 1e-8, "{y:?}");
    // (8/3 + 6) / (2/3), and (8/3 + 3) / (1/3).
    assert!(is_close(y.gain, 13.0) && is_close(z.gain, 17.0), "{found:?}");
    assert!(is_close(y.relative, 2.0 / 12.0));
    // The baseline's own: mean 12, error √(8/3 / 4).
    let [low, high] = found.estimates[0].interval95.unwrap();
    assert!((high - low - 2.0 * 3.182_446_305 * (2.0f64 / 3.0).sqrt()).abs() < 1e-8);
}

#[test]
fn the_better_direction_is_that_of_the_metric() {
    for (metric, verdict, first) in [
        ("p99(users)", Verdict::Worse, "x"),
        ("goodput(users)", Verdict::Better, "y"),
        ("utilization(app)", Verdict::Higher, "x"),
    ] {
        let found = judged(metric, &HAND_WORKED);
        assert_eq!(found.differences[0].verdict, verdict, "{metric}");
        assert_eq!(found.ranking[0].alternative, first, "{metric}");
    }
}

#[test]
fn who_cannot_be_told_apart_shares_a_rank() {
    // y − z is 1, 1, 3, 1: t = 3, chance 0.0577. Of all three pairs only x and y are apart: 3 × 0.0163 is below 5 %.
    let ranks: Vec<(Option<u32>, String)> = judged("mean(users)", &HAND_WORKED)
        .ranking
        .into_iter()
        .map(|ranked| (ranked.rank, ranked.alternative))
        .collect();
    assert_eq!(ranks, [(Some(1), "x".into()), (Some(1), "z".into()), (Some(2), "y".into())]);
}

#[test]
fn a_difference_may_show_alone_and_not_among_several() {
    // t = 4.0249 (2.0125 / 0.5) has a chance of 0.0276 with three degrees of freedom: below 5 % once, not twice.
    let alone = judged("mean(users)", &[("x", &[0.0; 4]), ("y", &[1.0, 1.0, 3.0, 3.05])]);
    let [y] = &alone.differences[..] else { panic!("{alone:?}") };
    assert!(y.p_value.is_some_and(|chance| (0.025..0.05).contains(&chance)), "{y:?}");
    assert_eq!(y.verdict, Verdict::Worse);
    let among = judged(
        "mean(users)",
        &[("x", &[0.0; 4]), ("y", &[1.0, 1.0, 3.0, 3.05]), ("z", &[1.0, -1.0, 1.0, -1.0])],
    );
    assert_eq!(among.differences[0].verdict, Verdict::NoDifferenceShown);
}

#[test]
fn what_was_not_measured_is_not_judged() {
    let known = |name: &str, values: [f64; 3]| Column {
        name: name.to_owned(),
        values: values.map(Some).to_vec(),
        known: Some(values.to_vec()),
        point: Some(values.iter().sum::<f64>() / 3.0),
    };
    let missing =
        Column { name: "y".to_owned(), values: vec![Some(1.0), None, Some(1.0)], known: None, point: None };
    let columns = [known("x", [1.0, 2.0, 4.0]), missing, known("z", [9.0, 10.5, 12.0])];
    let found = by_metric(&reading("mean(users)"), &columns, 0);
    let [y, z] = &found.differences[..] else { panic!("{found:?}") };
    assert_eq!((y.verdict, y.difference, y.p_corrected), (Verdict::NotMeasured, None, None));
    // It is no comparison, so it takes no share of the error either.
    assert_eq!((z.verdict, z.p_corrected), (Verdict::Worse, z.p_value));
    assert_eq!(found.ranking[2], Ranked { rank: None, alternative: "y".into() });
}

/// The reports of so many replications.
fn runs(text: &str, count: u32) -> (Prepared, Vec<Report>) {
    let prepared = Prepared::new(text, &|_| None).unwrap();
    let reports = seeds(5, count).into_iter().map(|seed| prepared.run(Some(seed))).collect();
    (prepared, reports)
}

fn sample(name: &str, text: &str, readings: &[Reading], count: u32) -> Sample {
    let (prepared, reports) = runs(text, count);
    let alternative = Alternative { name: name.to_owned(), ..Alternative::default() };
    let mut sample =
        Sample::new(alternative, Arc::new(prepared.compiled.models[0].clone()), readings.to_vec());
    // The order in which they come is no matter.
    for (replication, report) in reports.iter().enumerate().rev() {
        sample.add(replication as u32, report).unwrap();
    }
    sample
}

#[test]
fn policies_on_the_same_requests_are_told_apart_with_few_runs() {
    let readings = ["mean(users)", "p99(users)", "throughput(users)"].map(reading);
    let power_of_two = POOL.replace("LeastConnections(ties: Random)", "PowerOf(d: 1)");
    let seeds = seeds(5, 8);
    let samples = [
        sample("least", POOL, &readings, 8),
        sample("same", POOL, &readings, 8),
        sample("one", &power_of_two, &readings, 8),
    ];
    let found = Comparison::of(&samples, &readings, 0, &seeds);
    assert_eq!((found.baseline.as_str(), found.correction, found.seeds.len()), ("least", "holm", 8));
    for metric in &found.metrics {
        let same = &metric.differences[0];
        assert_eq!((same.difference, same.interval95), (Some(0.0), Some([0.0, 0.0])), "{metric:?}");
        assert_eq!((same.verdict, same.gain), (Verdict::NoDifferenceShown, None), "{metric:?}");
    }
    for metric in &found.metrics[..2] {
        assert_eq!(metric.differences[1].verdict, Verdict::Worse, "{metric:?}");
        let ranks: Vec<Option<u32>> = metric.ranking.iter().map(|ranked| ranked.rank).collect();
        assert_eq!(ranks, [Some(1), Some(1), Some(3)]);
    }
    // All requests are answered by either, so nearly all that varies is how many came.
    let answers = &found.metrics[2].differences[1];
    assert!(answers.gain.is_some_and(|gain| gain > 100.0), "{answers:?}");
}

#[test]
fn values_are_those_of_all_runs_merged_and_counts_the_mean_of_the_runs() {
    let readings =
        ["p99(users)", "mean(users)", "p99(users, from: 10s, to: 30s)", "completed(users)", "max(users)"]
            .map(reading);
    let prepared = Prepared::new(POOL, &|_| None).unwrap();
    let model = &prepared.compiled.models[0];
    let mut sample = Sample::new(Alternative::default(), Arc::new(model.clone()), readings.to_vec());
    let mut merge = Merge::default();
    let (mut completed, mut largest) = (0, 0.0);
    for (replication, seed) in seeds(5, 4).into_iter().enumerate() {
        let mut engine = prepared.engine(Some(seed));
        let mut watch = Watch::new(readings.iter().map(|reading| reading.span));
        watch.run(&mut engine);
        let report = watch.report(&engine);
        sample.add(replication as u32, &report).unwrap();
        completed += report.measured.clients["users"].completed;
        largest += report.measured.clients["users"].latency_ms.max.unwrap() / 1e3;
        merge.add(report);
    }
    let merged = merge.report(model).unwrap();
    for (number, reading) in readings[..3].iter().enumerate() {
        let estimate = reading.estimate(&merged).unwrap();
        let found = Column::of(&sample, number).estimate();
        assert_eq!(
            (found.value, found.interval95),
            (Some(estimate.value), estimate.interval95()),
            "{reading:?}"
        );
    }
    let value = |number: usize| Column::of(&sample, number).point.unwrap();
    assert_ne!(value(0), value(2), "the span matters");
    assert_eq!(value(3), completed as f64 / 4.0);
    assert!((value(4) - largest / 4.0).abs() < 1e-12);
}

#[test]
fn a_run_that_is_wrong_or_was_stopped_is_refused() {
    let readings = [reading("mean(users)")];
    let (prepared, mut reports) = runs(POOL, 1);
    let model = Arc::new(prepared.compiled.models[0].clone());
    let mut sample = Sample::new(Alternative::default(), model, readings.to_vec());
    let mut broken = reports.remove(0);
    assert_eq!(sample.add(0, &broken), Ok(()));
    broken.violations.push("requests are lost".to_owned());
    let refused = sample.add(1, &broken).unwrap_err();
    assert_eq!(refused.to_string(), "its self-check failed: requests are lost");
    let overloaded = POOL
        .replace(r#"rate: "160/s""#, r#"rate: "800/s""#)
        .replace("seed: 5", "seed: 5, limits: (in_flight: 500)");
    let (_, stopped) = runs(&overloaded, 1);
    assert_eq!(sample.add(1, &stopped[0]), Err(Unusable::Stopped("in_flight")));
    assert_eq!(sample.values(0).len(), 1, "a refused run leaves nothing behind");
}

#[test]
fn runs_that_end_early_or_without_answers_say_so() {
    let readings = [reading("mean(users)")];
    let short = POOL.replace("seed: 5", "seed: 5, limits: (events: 20_000)");
    assert_eq!(sample("short", &short, &readings, 2).summary().cut_short, 2);
    let overloaded = POOL.replace(r#"rate: "160/s""#, r#"rate: "400/s""#);
    let summary = sample("overloaded", &overloaded, &readings, 2).summary();
    assert_eq!((summary.censored, summary.cut_short), (vec!["users".to_owned()], 0));
}

#[test]
fn a_percentile_with_too_few_requests_beyond_it_says_so() {
    // About 8,640 requests a run behind the warm-up: 86 beyond the p99, and 864 beyond the p90.
    let readings = ["mean(users)", "p90(users)", "p99(users)"].map(reading);
    let thin = sample("short", POOL, &readings, 2).summary().thin;
    assert_eq!(thin.iter().map(|thin| thin.metric.as_str()).collect::<Vec<_>>(), ["p99(users)"]);
    assert!((83.0..90.0).contains(&thin[0].beyond), "{thin:?}");
}

#[test]
fn the_usual_metrics_are_those_of_clients_that_all_have() {
    let model = |text: &str| Prepared::new(text, &|_| None).unwrap().compiled.models.remove(0);
    let plain = model(POOL);
    assert_eq!(
        usual_metrics(&[&plain, &plain]),
        ["mean(users)", "p99(users)", "throughput(users)", "error_rate(users)"]
    );
    let timed = model(&POOL.replace(r#"rate: "160/s")"#, r#"rate: "160/s"), objective: "50ms""#));
    assert_eq!(usual_metrics(&[&plain, &timed])[2], "goodput(users)");
    let others = model(&POOL.replace("\"users\"", "\"crawlers\""));
    assert!(usual_metrics(&[&plain, &others]).is_empty());
}
