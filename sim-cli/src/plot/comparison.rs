//! Reads what `escala compare --json` has written.

use serde::Deserialize;
use sim_core::report::Unit;

use crate::exit::Failure;
use crate::show::number::in_unit;

use super::forest::{Block, Forest, Row, Verdict};
use super::heading::Heading;

/// The version of the JSON that this reads.
const SCHEMA: u32 = 1;

#[derive(Deserialize)]
struct Comparison {
    schema: u32,
    results: u32,
    seeds: Vec<u64>,
    baseline: String,
    alternatives: Vec<Alternative>,
    metrics: Vec<ByMetric>,
}

#[derive(Deserialize)]
struct Alternative {
    scenario: String,
}

#[derive(Deserialize)]
struct ByMetric {
    metric: String,
    unit: String,
    better: String,
    estimates: Vec<Estimated>,
    differences: Vec<Difference>,
}

#[derive(Deserialize)]
struct Estimated {
    alternative: String,
    value: Option<f64>,
}

#[derive(Deserialize)]
struct Difference {
    alternative: String,
    difference: Option<f64>,
    interval95: Option<[f64; 2]>,
    relative: Option<f64>,
    verdict: String,
}

/// The forest plot of a comparison; `name` is that of its file, for messages.
pub fn forest(text: &str, name: &str) -> Result<Forest, Failure> {
    let help = "`escala compare --json -o comparison.json` writes one";
    let comparison: Comparison = serde_json::from_str(text)
        .map_err(|error| Failure::usage(format!("`{name}` is no comparison: {error}")).with_help(help))?;
    if comparison.schema != SCHEMA {
        let versions = format!("`{name}` has version {} of a comparison's JSON", comparison.schema);
        let failure = Failure::usage(format!("{versions}, and this escala reads version {SCHEMA}"));
        return Err(failure.with_help("compare again with this escala"));
    }
    let mut scenarios: Vec<&str> = comparison.alternatives.iter().map(|it| it.scenario.as_str()).collect();
    scenarios.dedup();
    let seed = comparison.seeds.first().copied().unwrap_or_default();
    let subtitle = format!(
        "{} replications of each from seed {seed}, all on the same requests · 95 % intervals of each difference alone, \
         verdicts corrected together (Holm) · results version {}",
        comparison.seeds.len(),
        comparison.results
    );
    let heading =
        Heading { title: scenarios.join(", "), shown: format!("against {}", comparison.baseline), subtitle };
    let blocks = comparison.metrics.iter().map(|metric| block(metric, &comparison.baseline));
    Forest { heading, blocks: blocks.collect() }.check()
}

fn block(by: &ByMetric, baseline: &str) -> Block {
    let unit = unit(&by.unit);
    let value = by.estimates.iter().find(|it| it.alternative == baseline).and_then(|it| it.value);
    let value = value.map(|value| format!(": {}", in_unit(value, unit))).unwrap_or_default();
    let sides = match by.better.as_str() {
        "less" => Some(["better", "worse"]),
        "more" => Some(["worse", "better"]),
        _ => None,
    };
    let row = |it: &Difference| Row {
        name: it.alternative.clone(),
        difference: it.difference,
        interval: it.interval95,
        relative: it.relative,
        verdict: match it.verdict.as_str() {
            "better" => Verdict::Better,
            "worse" => Verdict::Worse,
            "higher" => Verdict::Different("higher"),
            "lower" => Verdict::Different("lower"),
            "no_difference_shown" => Verdict::NoDifferenceShown,
            _ => Verdict::NotMeasured,
        },
    };
    Block {
        title: format!("{} · {baseline}{value}", by.metric),
        unit,
        sides,
        rows: by.differences.iter().map(row).collect(),
    }
}

/// A unit by its word in JSON.
fn unit(word: &str) -> Unit {
    match word {
        "time" => Unit::Time,
        "time_squared" => Unit::TimeSquared,
        "rate" => Unit::Rate,
        "share" => Unit::Share,
        "count" => Unit::Count,
        _ => Unit::Number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"{
        "schema": 1, "results": 2, "seeds": [7, 11, 13], "confidence": 0.95, "correction": "holm", "baseline": "today",
        "alternatives": [{"name": "today", "scenario": "shop"}, {"name": "tomorrow", "scenario": "shop"}],
        "metrics": [{
            "metric": "p99(users)", "unit": "time", "better": "less", "doc": "99th percentile",
            "estimates": [{"alternative": "today", "value": 0.0263, "interval95": null, "values": []}],
            "differences": [
                {"alternative": "tomorrow", "difference": -0.0105, "interval95": [-0.012, -0.009], "relative": -0.4,
                 "verdict": "better", "gain": null},
                {"alternative": "never", "difference": null, "interval95": null, "relative": null,
                 "verdict": "not_measured"}
            ]
        }]
    }"#;

    #[test]
    fn a_comparison_is_read() {
        let forest = forest(SMALL, "small.json").expect("it is one");
        assert_eq!((forest.heading.title.as_str(), forest.heading.shown.as_str()), ("shop", "against today"));
        assert!(forest.heading.subtitle.starts_with("3 replications of each from seed 7"));
        let block = &forest.blocks[0];
        assert_eq!(block.title, "p99(users) · today: 26.3ms");
        assert_eq!((block.unit, block.sides), (Unit::Time, Some(["better", "worse"])));
        let verdicts: Vec<Verdict> = block.rows.iter().map(|row| row.verdict).collect();
        assert_eq!(verdicts, [Verdict::Better, Verdict::NotMeasured]);
        assert_eq!(block.rows[0].interval, Some([-0.012, -0.009]));
    }

    #[test]
    fn what_is_none_is_said_to_be_none() {
        for (text, says) in [
            ("{}", "`x.json` is no comparison: missing field `schema`"),
            ("not JSON", "is no comparison"),
            (&SMALL.replace("\"schema\": 1", "\"schema\": 9"), "has version 9"),
            (&SMALL.replace("\"differences\": [", "\"differences\": [], \"more\": ["), "compares nothing"),
        ] {
            let failure = forest(text, "x.json").expect_err(text);
            assert!(failure.message.contains(says), "{}", failure.message);
        }
    }
}
