//! A comparison for people: by each metric a table that ranks the alternatives, with their differences drawn beside it.

use std::collections::BTreeMap;

use sim_core::experiment::compare::{Alternative, ByMetric, Comparison, Thin, Verdict};
use sim_core::experiment::replicate::ThinTail;
use sim_core::report::{Better, Unit};

use super::chart::{Scale, whisker};
use super::number::{count, difference_in_unit, in_unit, spread_in_unit, three};
use super::report::{WIDTH, heading, wrap};
use super::table::{Cell, Side, Table};
use crate::terminal::{Style, Tone};

/// Longer names than this are told once, and have numbers in the tables.
const LONGEST_NAME: usize = 20;

/// The drawing takes what is left of a line.
const NARROWEST: usize = 9;
const WIDEST: usize = 25;

const MOST_SEEDS: usize = 4;

/// The whole comparison as text.
pub fn show(comparison: &Comparison, style: Style) -> String {
    let labels = Labels::of(comparison);
    let mut parts = vec![title(comparison, &labels, style), alarms(comparison, style)];
    parts.extend(comparison.metrics.iter().map(|metric| table(metric, &labels, style)));
    parts.push(footer(comparison, style));
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

/// What the alternatives are called in the tables.
struct Labels {
    by_name: BTreeMap<String, String>,
    are_numbers: bool,
}

impl Labels {
    fn of(comparison: &Comparison) -> Labels {
        let names = || comparison.alternatives.iter().map(|alternative| alternative.name.clone());
        let are_numbers = names().any(|name| name.chars().count() > LONGEST_NAME);
        let label = |(number, name): (usize, String)| {
            let label = if are_numbers { format!("#{}", number + 1) } else { name.clone() };
            (name, label)
        };
        Labels { by_name: names().enumerate().map(label).collect(), are_numbers }
    }

    fn get<'a>(&'a self, name: &'a str) -> &'a str {
        self.by_name.get(name).map_or(name, String::as_str)
    }
}

fn title(comparison: &Comparison, labels: &Labels, style: Style) -> String {
    let mut scenarios: Vec<&str> = comparison.alternatives.iter().map(|it| it.scenario.as_str()).collect();
    scenarios.dedup();
    let count = comparison.alternatives.len();
    let mut out = heading(style, &format!("{}: {count} alternatives", scenarios.join(", ")), "");
    let facts = format!(
        "  {} replications of each, all on the same random numbers · baseline {}\n",
        comparison.seeds.len(),
        comparison.baseline
    );
    out.push_str(&style.paint(Tone::Faint, &style.plain(&facts)));
    if labels.are_numbers {
        for alternative in &comparison.alternatives {
            let name = &alternative.name;
            out.push_str(&style.plain(&format!("  {}  {name}\n", labels.get(name))));
        }
    }
    out
}

/// What makes the numbers below less than they seem.
fn alarms(comparison: &Comparison, style: Style) -> String {
    let mark = style.paint(Tone::Bad, style.pick("✗", "!"));
    let alarm = |text: String| format!("{mark} {}", wrap(&style.plain(&text), WIDTH - 2));
    comparison.alternatives.iter().flat_map(doubts).map(alarm).collect()
}

/// What makes the numbers of an alternative less than they seem.
pub fn doubts(alternative: &Alternative) -> Vec<String> {
    let name = &alternative.name;
    let mut doubts = Vec::new();
    for client in &alternative.censored {
        doubts.push(format!(
            "{name}: more than 1% of the requests of {client} had no answer when the runs ended, so its latency is told too \
             low. Set `drain: true`, or let the runs go on longer."
        ));
    }
    for Thin { metric, beyond } in &alternative.thin {
        let times = (ThinTail::ENOUGH / beyond.max(0.1)).ceil();
        doubts.push(format!(
            "{name}: only about {beyond:.0} requests of each run lie beyond {metric}, so its intervals are too narrow. Make \
             runs {times} times as long."
        ));
    }
    if alternative.cut_short > 0 {
        doubts.push(format!(
            "{name}: {} of its runs were ended early by a bound of `run.limits`, and count as far as they got",
            alternative.cut_short
        ));
    }
    doubts
}

fn table(metric: &ByMetric, labels: &Labels, style: Style) -> String {
    let better = match metric.better {
        Better::Less => ", less is better",
        Better::More => ", more is better",
        Better::Neither => ", from the lowest up",
    };
    let heads = [
        ("", Side::Right),
        ("", Side::Left),
        ("value", Side::Right),
        ("difference", Side::Right),
        ("", Side::Right),
        ("", Side::Left),
        ("", Side::Left),
        ("saved", Side::Right),
    ];
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut widths = vec![0; heads.len()];
    let mut drawn = Vec::new();
    for ranked in &metric.ranking {
        let name = &ranked.alternative;
        let estimate = metric.estimates.iter().find(|one| one.alternative == *name);
        let value = estimate.and_then(|estimate| estimate.value);
        let difference = metric.differences.iter().find(|one| one.alternative == *name);
        drawn.push(difference);
        let texts = [
            ranked.rank.map_or_else(String::new, |rank| rank.to_string()),
            labels.get(name).to_owned(),
            value.map_or_else(|| "–".to_owned(), |value| in_unit(value, metric.unit)),
            difference.map_or_else(String::new, |one| apart(one.difference, one.interval95, metric.unit)),
            difference.and_then(|one| one.relative).map_or_else(String::new, relative),
            String::new(),
            difference.map_or("baseline", |one| word(one.verdict)).to_owned(),
            difference.and_then(|one| one.replications_saved).map_or_else(String::new, saved),
        ];
        for (width, text) in widths.iter_mut().zip(&texts) {
            *width = (*width).max(text.chars().count());
        }
        let tone = difference.map_or(Tone::Faint, |one| tone(one.verdict));
        let cells = texts.into_iter().enumerate();
        rows.push(
            cells.map(|(at, text)| if at == 6 { Cell::toned(tone, text) } else { text.into() }).collect(),
        );
    }
    // Heads are as wide as they are, and two blanks stand before each column.
    widths.iter_mut().zip(heads).for_each(|(width, (head, _))| *width = (*width).max(head.len()));
    let used: usize = widths.iter().map(|width| width + 2).sum();
    let room = WIDTH.saturating_sub(used).clamp(NARROWEST, WIDEST);
    let scale = Scale::around_zero(metric.differences.iter().filter_map(|one| one.interval95).flatten());
    let mut table = Table::new(&heads);
    for (mut row, difference) in rows.into_iter().zip(drawn) {
        let known = difference.and_then(|one| one.difference.zip(one.interval95));
        row[5] = known.map_or_else(
            || "".into(),
            |(point, interval)| Cell::toned(Tone::Chart, whisker(point, interval, scale, room, style)),
        );
        table.row(row);
    }
    let beside = format!("{}{better}", metric.doc);
    heading(style, &metric.metric, &beside) + &table.render(style)
}

/// A difference in base units with half its interval.
pub fn apart(difference: Option<f64>, interval: Option<[f64; 2]>, unit: Unit) -> String {
    let Some((point, [low, high])) = difference.zip(interval) else {
        return "–".to_owned();
    };
    let half = (high - low) / 2.0;
    let point = difference_in_unit(point, unit);
    if half == 0.0 { point } else { format!("{point} ±{}", spread_in_unit(half, unit)) }
}

/// A difference as a share of what it is a difference to.
pub fn relative(share: f64) -> String {
    let percent = share * 100.0;
    match percent.abs() {
        0.0 => "0%".to_owned(),
        size if size < 0.05 => "~0%".to_owned(),
        size if size < 99.95 => format!("{percent:+.1}%"),
        size if size < 9_995.0 => format!("{percent:+.0}%"),
        _ => format!("{}×", three(share)),
    }
}

/// Replications of each alternative.
pub fn saved(replications: i64) -> String {
    let sign = if replications < 0 { "-" } else { "" };
    format!("{sign}{}", count(replications.unsigned_abs()))
}

/// A verdict in words.
pub fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Better => "better",
        Verdict::Worse => "worse",
        Verdict::Higher => "higher",
        Verdict::Lower => "lower",
        Verdict::NoDifferenceShown => "no difference shown",
        Verdict::NotMeasured => "not measured",
    }
}

fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Better => Tone::Good,
        Verdict::Worse => Tone::Bad,
        Verdict::Higher | Verdict::Lower => Tone::Strong,
        Verdict::NoDifferenceShown => Tone::Faint,
        Verdict::NotMeasured => Tone::Doubtful,
    }
}

/// How to read the tables, and what to quote so that others get the same.
fn footer(comparison: &Comparison, style: Style) -> String {
    let sentences = [
        "difference: to the baseline, with the 95% interval of that difference alone (Student's t).",
        "Verdicts are corrected for several comparisons: by one metric, the chance that any difference is said that is \
         not there is at most 5% (Holm).",
        "Alternatives of one rank cannot be told apart (all pairs, Holm).",
        "saved: so many more replications of each alternative it would take for the same interval on random numbers of \
         its own; a rough number after few replications.",
    ];
    let mut text = wrap(&style.plain(&sentences.join(" ")), WIDTH);
    let seeds: Vec<String> = comparison.seeds.iter().take(MOST_SEEDS).map(u64::to_string).collect();
    let more = if comparison.seeds.len() > MOST_SEEDS { ", … (`--json` has all)" } else { "" };
    let quote = format!("seeds {}{more} · results version {}", seeds.join(", "), comparison.results);
    text.push_str(&wrap(&style.plain(&quote), WIDTH));
    style.paint(Tone::Faint, text.trim_end()) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_savings_are_short() {
        assert_eq!([relative(-0.573), relative(0.0), relative(1e-5)], ["-57.3%", "0%", "~0%"]);
        assert_eq!([relative(12.4), relative(250.0)], ["+1240%", "250×"]);
        assert_eq!([saved(-2), saved(0), saved(12_345)], ["-2", "0", "12,345"]);
    }
}
