//! A comparison as a forest plot.

use sim_core::experiment::compare;
use sim_core::report::Better;

use crate::comparison::{ByMetric, Comparison, Difference};
use crate::exit::Failure;
use crate::show::number::in_unit;

use super::forest::{Block, Forest, Row, Verdict};
use super::heading::Heading;

/// The forest plot of a comparison.
pub fn forest(comparison: &Comparison) -> Result<Forest, Failure> {
    let seed = comparison.seeds.first().copied().unwrap_or_default();
    let subtitle = format!(
        "{} replications of each from seed {seed}, all on the same requests · 95 % intervals of each difference alone, \
         verdicts corrected together (Holm) · results version {}",
        comparison.seeds.len(),
        comparison.results
    );
    let shown = format!("against {}", comparison.baseline);
    let heading = Heading { title: comparison.title(), shown, subtitle };
    let blocks = comparison.metrics.iter().map(|metric| block(metric, &comparison.baseline));
    Forest { heading, blocks: blocks.collect() }.check()
}

fn block(by: &ByMetric, baseline: &str) -> Block {
    let unit = by.unit;
    let value = by.estimates.iter().find(|it| it.alternative == baseline).and_then(|it| it.value);
    let value = value.map(|value| format!(": {}", in_unit(value, unit))).unwrap_or_default();
    let sides = match by.better {
        Better::Less => Some(["better", "worse"]),
        Better::More => Some(["worse", "better"]),
        Better::Neither => None,
    };
    let row = |it: &Difference| Row {
        name: it.alternative.clone(),
        difference: it.difference,
        interval: it.interval95,
        relative: it.relative,
        verdict: match it.verdict {
            compare::Verdict::Better => Verdict::Better,
            compare::Verdict::Worse => Verdict::Worse,
            compare::Verdict::Higher => Verdict::Different("higher"),
            compare::Verdict::Lower => Verdict::Different("lower"),
            compare::Verdict::NoDifferenceShown => Verdict::NoDifferenceShown,
            compare::Verdict::NotMeasured => Verdict::NotMeasured,
        },
    };
    Block {
        title: format!("{} · {baseline}{value}", by.metric),
        unit,
        sides,
        rows: by.differences.iter().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use sim_core::report::Unit;

    use super::*;

    fn read(text: &str, name: &str) -> Result<Forest, Failure> {
        forest(&Comparison::read(text, name)?)
    }

    const SMALL: &str = r#"{
        "schema": 1, "results": 2, "seeds": [7, 11, 13], "confidence": 0.95, "correction": "holm", "baseline": "today",
        "alternatives": [
            {"name": "today", "scenario": "shop", "set": [], "censored": [], "cut_short": 0, "thin": []},
            {"name": "tomorrow", "scenario": "shop", "set": [], "censored": [], "cut_short": 0, "thin": []}
        ],
        "metrics": [{
            "metric": "p99(users)", "unit": "time", "better": "less", "doc": "99th percentile",
            "estimates": [{"alternative": "today", "value": 0.0263, "interval95": null, "values": []}],
            "differences": [
                {"alternative": "tomorrow", "difference": -0.0105, "interval95": [-0.012, -0.009], "relative": -0.4,
                 "verdict": "better", "gain": null},
                {"alternative": "never", "difference": null, "interval95": null, "relative": null,
                 "verdict": "not_measured"}
            ],
            "ranking": []
        }]
    }"#;

    #[test]
    fn a_comparison_is_read() {
        let forest = read(SMALL, "small.json").expect("it is one");
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
            let failure = read(text, "x.json").expect_err(text);
            assert!(failure.message.contains(says), "{}", failure.message);
        }
    }
}
