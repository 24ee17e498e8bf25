//! The report of a run, for people: at most two screens.

use sim_core::graph::Graph;
use sim_core::report::{Metric, Report, SeriesRow, Subject};

use super::chart::sparkline;
use super::number::{count, in_unit, large, percent, rate, round_span_of_ms, span_of_ms, span_of_s, three};
use super::table::{Cell, Side, Table};
use crate::terminal::{Style, Tone};

mod clients;
mod nodes;
mod spent;
mod spread;

pub use nodes::{BUSY, SATURATED};

/// Of a line of words.
pub const WIDTH: usize = 96;
const CHART_WIDTH: usize = 60;
const MOST_NODES: usize = 24;
const MOST_SEEDS: usize = 3;

/// The whole report as text.
pub fn show(report: &Report, graph: &Graph, style: Style) -> String {
    let parts = [
        title(report, style),
        alarms(report, style),
        clients::clients(report, style),
        spread::latency(report, style),
        over_time(report, style),
        nodes::nodes(report, graph, style),
        nodes::caches(report, style),
        nodes::locks(report, style),
        spent::breakdown(report, style),
        spent::slowest(report, style),
        actions(report, style),
        cost(report, style),
        bottleneck(report, style),
        theory(report, style),
        expect(report, style),
        footer(report, style),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

/// A heading, with words beside it that matter less.
pub fn heading(style: Style, text: &str, beside: &str) -> String {
    let beside = if beside.is_empty() { String::new() } else { format!("  {}", style.plain(beside)) };
    format!("{}{}\n", style.paint(Tone::Strong, &style.plain(text)), style.paint(Tone::Faint, &beside))
}

fn title(report: &Report, style: Style) -> String {
    let name = match &report.case {
        Some(case) => format!("{} @ {case}", report.scenario),
        None => report.scenario.clone(),
    };
    let simulated = round_span_of_ms(report.simulated_s * 1e3);
    let mut facts = match report.seeds.len() {
        0 | 1 => vec![format!("{simulated} simulated")],
        runs => vec![format!("{runs} replications"), format!("{simulated} simulated in all")],
    };
    if report.warmup_s > 0.0 {
        facts.push(format!("the first {} not measured", round_span_of_ms(report.warmup_s * 1e3)));
    }
    facts.push(ended(report.stopped).to_owned());
    let mut out = heading(style, &name, "");
    let mut line = |text: String| {
        out.push_str(&style.paint(Tone::Faint, &style.plain(&format!("  {text}"))));
        out.push('\n');
    };
    line(facts.join(" · "));
    let mut cost = format!("{} events", count(report.events));
    if report.wall_s > 0.0 {
        let speed = large(report.events as f64 / report.wall_s);
        cost.push_str(&format!(" in {}, {speed} a second", span_of_s(report.wall_s)));
    }
    line(cost);
    out
}

/// How a run came to its end, by the report's word for it.
pub fn ended(stopped: &str) -> &'static str {
    match stopped {
        "reached" => "ran to the end of its duration",
        "idle" => "ran until nothing was left to do",
        "limit" => "stopped by a bound",
        _ => "still running",
    }
}

/// A bound that ends runs early, by the report's word for it, and what to do about it.
pub fn bound(limit: &str) -> (&'static str, &'static str) {
    match limit {
        "events" => ("the bound on events", "Shorten the run, or raise `run.limits.events`."),
        "in_flight" => (
            "the bound on requests in flight",
            "More comes in than goes out. Give queues a bound or the clients a timeout, or raise `run.limits.in_flight`.",
        ),
        "simulated_time" => {
            ("the bound on simulated time", "Shorten the run, or raise `run.limits.simulated`.")
        }
        _ => ("the limit of wall time", "Raise `--wall-limit`, or shorten the run with `--duration`."),
    }
}

/// Of several runs one is told what happened when.
fn of_first(report: &Report) -> String {
    if report.seeds.len() > 1 { format!(", of the run with seed {}", report.seed) } else { String::new() }
}

/// What makes the numbers below wrong or incomplete, said before them.
fn alarms(report: &Report, style: Style) -> String {
    let mut out = String::new();
    let mut alarm = |text: String, advice: &str| {
        out.push_str(&format!(
            "{} {}\n  {}\n",
            style.paint(Tone::Bad, style.pick("✗", "!")),
            style.plain(&text),
            wrap(&style.plain(advice), WIDTH - 2).trim_end()
        ));
    };
    for violation in &report.violations {
        alarm(
            format!("self-check failed: {violation}"),
            "The numbers below are wrong: this is a mistake in Escala. Please report it with the scenario and the seed.",
        );
    }
    if let Some(limit) = report.limit {
        let (what, advice) = bound(limit);
        alarm(format!("stopped early by {what}; the numbers are of the part that ran"), advice);
    }
    for (name, client) in report.measured.clients.iter().filter(|(_, client)| client.censored) {
        let share = percent(client.in_flight as f64 / client.offered.max(1) as f64);
        alarm(
            format!("{share} of the requests of {name} had no answer when the run ended"),
            "Their latency is not counted, so the percentiles are too low. Set `drain: true`, or let the run go on longer.",
        );
    }
    out
}

fn over_time(report: &Report, style: Style) -> String {
    let rows = &report.series;
    if rows.len() < 8 {
        return String::new();
    }
    let mut table = Table::new(&[("", Side::Left), ("", Side::Left), ("", Side::Left)]);
    let mut line = |name: &str, read: &dyn Fn(&SeriesRow) -> Option<f64>, unit: &dyn Fn(f64) -> String| {
        let values: Vec<Option<f64>> = rows.iter().map(read).collect();
        let known = || values.iter().flatten().copied();
        let Some(largest) = known().reduce(f64::max) else { return };
        let smallest = known().fold(largest, f64::min);
        let drawn = sparkline(&values, CHART_WIDTH, style);
        let range = format!("{} … {}", unit(smallest), unit(largest));
        table.row(vec![name.into(), Cell::toned(Tone::Chart, drawn), range.into()]);
    };
    line("load", &|row| Some(row.offered_rps), &rate);
    if rows.iter().any(|row| row.failed_rps > 0.0) {
        line("failures", &|row| Some(row.failed_rps), &rate);
    }
    line("p99", &|row| row.p99_ms, &span_of_ms);
    for (name, node) in &report.measured.nodes {
        if node.instances.min != node.instances.max {
            let read = |row: &SeriesRow| row.instances.get(name).map(|instances| f64::from(*instances));
            line(&format!("{name} instances"), &read, &|value| format!("{value:.0}"));
        }
    }
    let start = rows.first().map_or(0.0, |row| row.t) - rows.get(1).map_or(0.0, |row| row.t - rows[0].t);
    let end = rows.last().map_or(0.0, |row| row.t);
    let beside =
        format!("from {} to {}", round_span_of_ms(start.max(0.0) * 1e3), round_span_of_ms(end * 1e3));
    heading(style, "over time", &(beside + &of_first(report))) + &table.render(style)
}

/// What scaled and what broke: the first few, and how many more.
fn actions(report: &Report, style: Style) -> String {
    const MOST: usize = 8;
    if report.actions.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&[("", Side::Right), ("", Side::Left), ("", Side::Left)]);
    for action in report.actions.iter().take(MOST) {
        let what = match (action.what, action.from, action.to) {
            ("scaled", Some(from), Some(to)) => format!("scaled from {from} to {to}"),
            (what, _, _) => what.to_owned(),
        };
        table.row(vec![round_span_of_ms(action.t * 1e3).into(), action.target.as_str().into(), what.into()]);
    }
    let more = report.actions.len().saturating_sub(MOST);
    let more = if more > 0 { format!("  and {more} more; `--json` has them all\n") } else { String::new() };
    heading(style, "what happened", of_first(report).trim_start_matches(", "))
        + &table.render(style)
        + &style.paint(Tone::Faint, &more)
}

/// What the instances cost, where they have prices.
fn cost(report: &Report, style: Style) -> String {
    let told = |name: &str| Metric::named(name)?.value(&report.measured, &Subject::default());
    let (Some(cost), Some(hourly)) = (told("cost"), told("cost_per_hour")) else { return String::new() };
    let nodes = report.measured.nodes.iter();
    let each: Vec<String> =
        nodes.filter_map(|(name, node)| Some(format!("{name} {}", three(node.cost?)))).collect();
    let mut out = heading(style, "cost", "");
    out.push_str(&format!("  {} an hour, {} in all: {}\n", three(hourly), three(cost), each.join(", ")));
    out
}

fn bottleneck(report: &Report, style: Style) -> String {
    match &report.bottleneck {
        None => String::new(),
        Some(found) => wrap(&style.plain(&found.sentence), WIDTH),
    }
}

/// A sentence on lines of at most `width` letters, all but the first indented.
pub fn wrap(sentence: &str, width: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    for word in sentence.split(' ') {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            out.push_str("\n  ");
            used = 2;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    out + "\n"
}

/// Closed forms beside what was measured, wherever a node meets their assumptions.
fn theory(report: &Report, style: Style) -> String {
    let mut table = Table::new(&[
        ("theory", Side::Left),
        ("law", Side::Left),
        ("quantity", Side::Left),
        ("expected", Side::Right),
        ("simulated", Side::Right),
        ("differs", Side::Right),
    ]);
    for row in report.theory.iter().take(MOST_NODES) {
        let value = |value: f64| in_unit(value, row.unit);
        let differs = if row.expected == 0.0 { f64::NAN } else { row.measured / row.expected - 1.0 };
        let differs = if differs.is_finite() { format!("{:+.1}%", differs * 100.0) } else { String::new() };
        table.row(vec![
            row.node.as_str().into(),
            row.law.as_str().into(),
            row.quantity.into(),
            value(row.expected).into(),
            value(row.measured).into(),
            differs.into(),
        ]);
    }
    if report.theory.is_empty() { String::new() } else { table.render(style) }
}

/// What the scenario says has to hold.
fn expect(report: &Report, style: Style) -> String {
    if report.expect.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&[("", Side::Left), ("", Side::Left), ("", Side::Left)]);
    let mut reasons = String::new();
    for claim in &report.expect {
        let mark = if claim.holds {
            Cell::toned(Tone::Good, style.pick("✓", "ok"))
        } else {
            reasons.push_str(&format!("  {} does not hold: {}\n", claim.claim, claim.why));
            Cell::toned(Tone::Bad, style.pick("✗", "NO"))
        };
        table.row(vec![mark, claim.claim.as_str().into(), claim.value.as_str().into()]);
    }
    heading(style, "expect", "") + &table.render(style) + &style.paint(Tone::Bad, &style.plain(&reasons))
}

/// What to quote so that others get the same run.
fn footer(report: &Report, style: Style) -> String {
    let digest = match &report.digest {
        Some(digest) => format!("digest {digest}"),
        None => "no digest: another machine would have stopped elsewhere".to_owned(),
    };
    let text = match report.seeds.as_slice() {
        [] | [_] => format!("seed {} · {digest} · results version {}", report.seed, report.results),
        seeds => {
            let first: Vec<String> = seeds.iter().take(MOST_SEEDS).map(u64::to_string).collect();
            let more = if seeds.len() > MOST_SEEDS { ", …; `--json` has them all" } else { "" };
            format!("seeds {}{more} · results version {}", first.join(", "), report.results)
        }
    };
    style.paint(Tone::Faint, &style.plain(wrap(&text, WIDTH).trim_end())) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_sentences_are_wrapped_between_words() {
        assert_eq!(wrap("one two three four", 9), "one two\n  three\n  four\n");
        assert_eq!(wrap("unbreakable", 4), "unbreakable\n");
        assert_eq!(wrap("", 4), "\n");
    }
}
