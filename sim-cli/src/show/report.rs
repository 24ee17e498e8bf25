//! The report of a run, for people: at most two screens.

use sim_core::graph::Graph;
use sim_core::report::{ClientReport, LatencyReport, NodeReport, Report, SeriesRow, Unit};

use super::chart::{bar, sparkline};
use super::number::{
    count, large, percent, rate, round_span_of_ms, span_of_ms, span_of_s, three, two, two_digits_of_ms,
};
use super::table::{Cell, Side, Table};
use crate::terminal::{Style, Tone};

/// Of a line of words.
const WIDTH: usize = 96;
const CHART_WIDTH: usize = 60;
const BAR_WIDTH: usize = 40;
const MOST_BARS: usize = 10;
const MOST_NODES: usize = 24;
/// Beyond these a reader should look.
const BUSY: f64 = 0.8;
const SATURATED: f64 = 0.95;

/// The whole report as text.
pub fn show(report: &Report, graph: &Graph, style: Style) -> String {
    let parts = [
        title(report, style),
        alarms(report, style),
        clients(report, style),
        latency(report, style),
        over_time(report, style),
        nodes(report, graph, style),
        caches(report, style),
        actions(report, style),
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
    let mut facts = vec![format!("{} simulated", round_span_of_ms(report.simulated_s * 1e3))];
    if report.warmup_s > 0.0 {
        facts.push(format!("the first {} not measured", round_span_of_ms(report.warmup_s * 1e3)));
    }
    facts.push(
        match report.stopped {
            "reached" => "ran to the end of its duration",
            "idle" => "ran until nothing was left to do",
            "limit" => "stopped by a bound",
            _ => "still running",
        }
        .to_owned(),
    );
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
        let (what, advice) = match limit {
            "events" => ("the bound on events", "Shorten the run, or raise `run.limits.events`."),
            "in_flight" => (
                "the bound on requests in flight",
                "More comes in than goes out. Give queues a bound or the clients a timeout, or raise `run.limits.in_flight`.",
            ),
            "simulated_time" => {
                ("the bound on simulated time", "Shorten the run, or raise `run.limits.simulated`.")
            }
            _ => ("the limit of wall time", "Raise `--wall-limit`, or shorten the run with `--duration`."),
        };
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

fn clients(report: &Report, style: Style) -> String {
    let mut table = Table::new(&[
        ("clients", Side::Left),
        ("offered", Side::Right),
        ("goodput", Side::Right),
        ("errors", Side::Right),
        ("mean", Side::Right),
        ("p50", Side::Right),
        ("p90", Side::Right),
        ("p99", Side::Right),
        ("p99.9", Side::Right),
        ("max", Side::Right),
    ]);
    let mut notes = String::new();
    for (name, client) in &report.measured.clients {
        table.row(client_row(name, client));
        if let Some(row) = interval_row(report, &format!("clients.{name}")) {
            table.row(row);
        }
        for (class, of_class) in &client.classes {
            table.row(client_row(&format!("  {class}"), of_class));
            if let Some(row) = interval_row(report, &format!("clients.{name}.classes.{class}")) {
                table.row(row);
            }
        }
        notes.push_str(&client_notes(name, client, style));
    }
    table.render(style) + &notes
}

fn client_row(name: &str, client: &ClientReport) -> Vec<Cell> {
    let errors = match client.error_rate {
        None => Cell::from("–"),
        Some(0.0) => Cell::from("0%"),
        Some(share) if share < 0.01 => Cell::toned(Tone::Doubtful, percent(share)),
        Some(share) => Cell::toned(Tone::Bad, percent(share)),
    };
    let latency = &client.latency_ms;
    let span = |value: Option<f64>| Cell::from(value.map_or("–".to_owned(), span_of_ms));
    vec![
        name.into(),
        count(client.offered).into(),
        client.goodput_rps.map_or("–".to_owned(), rate).into(),
        errors,
        span(latency.mean),
        span(latency.p50),
        span(latency.p90),
        span(latency.p99),
        span(latency.p999),
        span(latency.max),
    ]
}

/// Half of each 95 % interval, below the number it belongs to.
fn interval_row(report: &Report, place: &str) -> Option<Vec<Cell>> {
    let half = |path: &str, unit: &dyn Fn(f64) -> String| {
        let interval = report.interval95.get(&format!("{place}.{path}"));
        let text = interval.map(|[low, high]| format!("±{}", unit((high - low) / 2.0)));
        Cell::toned(Tone::Faint, text.unwrap_or_default())
    };
    let latency = |percentile: &str| half(&format!("latency_ms.{percentile}"), &two_digits_of_ms);
    let row = vec![
        "".into(),
        "".into(),
        half("goodput_rps", &|value| format!("{}/s", two(value))),
        match half("error_rate", &|value| format!("{}%", two(value * 100.0))) {
            certain if certain == Cell::toned(Tone::Faint, "±0%") => "".into(),
            doubtful => doubtful,
        },
        latency("mean"),
        latency("p50"),
        latency("p90"),
        latency("p99"),
        latency("p999"),
    ];
    let prefix = format!("{place}.latency_ms.");
    report.interval95.keys().any(|path| path.starts_with(&prefix)).then_some(row)
}

/// What else happened to a client's requests, if anything did.
fn client_notes(name: &str, client: &ClientReport, style: Style) -> String {
    let mut facts: Vec<String> = client
        .failed
        .iter()
        .filter(|(_, number)| **number > 0)
        .map(|(reason, number)| format!("{} {}", count(*number), reason.replace('_', " ")))
        .collect();
    if client.completed > client.good {
        facts.push(format!("{} answered too late to be good", count(client.completed - client.good)));
    }
    if client.late > 0 {
        facts.push(format!("{} answers after the client had given up", count(client.late)));
    }
    if client.attempts > client.offered {
        let each = client.attempts as f64 / client.offered.max(1) as f64;
        facts.push(format!("{} attempts a request", three(each)));
    }
    if client.in_flight > 0 {
        facts.push(format!("{} in flight at the end", count(client.in_flight)));
    }
    if facts.is_empty() {
        return String::new();
    }
    let lines = wrap(&style.plain(&format!("{name}: {}", facts.join(" · "))), WIDTH - 2);
    let lines: Vec<String> =
        lines.lines().map(|line| style.paint(Tone::Faint, &format!("  {line}"))).collect();
    lines.join("\n") + "\n"
}

/// How the latencies of the busiest client are spread.
fn latency(report: &Report, style: Style) -> String {
    let busiest = report.measured.clients.iter().max_by_key(|(_, client)| client.completed);
    let Some((name, client)) = busiest.filter(|(_, client)| client.completed > 1) else {
        return String::new();
    };
    let bins = bins(&client.latency_ms);
    let largest = bins.iter().map(|bin| bin.share).fold(0.0, f64::max);
    if bins.len() < 2 || largest <= 0.0 {
        return String::new();
    }
    let mut table = Table::new(&[("", Side::Right), ("", Side::Left), ("", Side::Right)]);
    for bin in &bins {
        let drawn = bar(bin.share / largest, BAR_WIDTH, style);
        let drawn = format!("{drawn}{}", " ".repeat(BAR_WIDTH.saturating_sub(drawn.chars().count())));
        let label = match bin.to {
            Some(to) => format!("up to {}", round_span_of_ms(to)),
            None => format!("over {}", round_span_of_ms(bin.from)),
        };
        table.row(vec![label.into(), Cell::toned(Tone::Chart, drawn), tenths(bin.share).into()]);
    }
    heading(style, &format!("latency of {name}"), "") + &table.render(style)
}

/// A share in tenths of a percent, so that points stand below each other.
fn tenths(share: f64) -> String {
    if share > 0.0 && share < 0.0005 { "<0.1%".to_owned() } else { format!("{:.1}%", share * 100.0) }
}

struct Bin {
    /// In milliseconds.
    from: f64,
    /// None: no end.
    to: Option<f64>,
    share: f64,
}

/// A few bins with round edges that show where most values lie; the last holds all above.
fn bins(latency: &LatencyReport) -> Vec<Bin> {
    let histogram = &latency.histogram;
    let at = |share: f64| histogram.quantile(share).map(|value| value as f64 / 1e6);
    let (Some(low), Some(high)) = (at(0.005), at(0.995)) else { return Vec::new() };
    let edges = round_edges(low, high);
    let share_at = |edge: f64| histogram.share_at_most((edge * 1e6) as u64).unwrap_or(0.0);
    let mut bins = Vec::new();
    let (mut from, mut below) = (0.0, 0.0);
    for edge in edges {
        let share = share_at(edge);
        bins.push(Bin { from, to: Some(edge), share: share - below });
        (from, below) = (edge, share);
    }
    if below < 1.0 {
        bins.push(Bin { from, to: None, share: 1.0 - below });
    }
    bins
}

/// Round edges from just above `low` to just above `high`: even steps where these are near each other, else steps that
/// grow. The highest few remain where there are too many.
fn round_edges(low: f64, high: f64) -> Vec<f64> {
    const COARSE: &[f64] = &[1.0, 2.0, 5.0];
    const FINE: &[f64] = &[1.0, 1.5, 2.0, 3.0, 5.0, 7.0];
    let series = |from: f64, digits: &'static [f64]| {
        let exponent = from.max(1e-6).log10().floor() as i32;
        (exponent..exponent + 15)
            .flat_map(move |power| digits.iter().map(move |digit| digit * 10f64.powi(power)))
    };
    let edges: Vec<f64> = if high < 6.0 * low {
        let span = high - low;
        let step = series(span / 10.0, COARSE).find(|step| span / step <= MOST_BARS as f64 - 2.0);
        let step = step.unwrap_or(span).max(1e-6);
        let first = (low / step).floor() + 1.0;
        (0..MOST_BARS).map(|index| (first + index as f64) * step).collect()
    } else {
        let digits = if high < 40.0 * low { FINE } else { COARSE };
        series(low, digits).skip_while(|edge| *edge <= low).collect()
    };
    let end = edges.iter().position(|edge| *edge >= high).unwrap_or(edges.len().saturating_sub(1));
    let start = (end + 2).saturating_sub(MOST_BARS);
    edges.get(start..=end).map(<[f64]>::to_vec).unwrap_or_default()
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
    heading(style, "over time", &beside) + &table.render(style)
}

fn nodes(report: &Report, graph: &Graph, style: Style) -> String {
    let mut table = Table::new(&[
        ("nodes", Side::Left),
        ("kind", Side::Left),
        ("requests", Side::Right),
        ("failed", Side::Right),
        ("busy", Side::Right),
        ("", Side::Left),
        ("in line", Side::Right),
        ("longest", Side::Right),
        ("instances", Side::Right),
        ("p50", Side::Right),
        ("p99", Side::Right),
    ]);
    let order = graph.order();
    let known = || order.iter().filter_map(|name| report.measured.nodes.get_key_value(*name));
    for (name, node) in known().take(MOST_NODES) {
        table.row(node_row(name, node, style));
    }
    let more = known().count().saturating_sub(MOST_NODES);
    let more =
        if more > 0 { format!("  and {more} more nodes; `--json` has them all\n") } else { String::new() };
    table.render(style) + &style.paint(Tone::Faint, &more)
}

fn node_row(name: &str, node: &NodeReport, style: Style) -> Vec<Cell> {
    let failed: u64 = node.failed.values().sum();
    let (busy, gauge) = match node.utilization {
        None => (Cell::from(""), Cell::from("")),
        Some(share) => {
            let tone = match share {
                share if share >= SATURATED => Tone::Bad,
                share if share >= BUSY => Tone::Doubtful,
                _ => Tone::Chart,
            };
            (Cell::toned(tone, percent(share)), Cell::toned(tone, bar(share, 8, style)))
        }
    };
    let has_line = !node.pools.is_empty();
    let line = |text: String| Cell::from(if has_line { text } else { String::new() });
    let instances = match (node.instances.min, node.instances.max) {
        _ if !has_line => String::new(),
        (min, max) if min == max => min.to_string(),
        (min, max) => format!("{min}–{max}"),
    };
    let span = |value: Option<f64>| Cell::from(value.map_or(String::new(), span_of_ms));
    vec![
        name.into(),
        node.kind.into(),
        count(node.requests).into(),
        if failed > 0 { Cell::toned(Tone::Bad, count(failed)) } else { "".into() },
        busy,
        gauge,
        line(node.queue.mean.map_or("–".to_owned(), three)),
        line(count(u64::from(node.queue.max))),
        instances.into(),
        span(node.latency_ms.p50),
        span(node.latency_ms.p99),
    ]
}

fn caches(report: &Report, style: Style) -> String {
    let mut out = String::new();
    for (name, cache) in
        report.measured.nodes.iter().filter_map(|(name, node)| Some((name, node.cache.as_ref()?)))
    {
        let Some(ratio) = cache.hit_ratio else { continue };
        let mut facts =
            vec![format!("{} of {} lookups hit", percent(ratio), count(cache.hits + cache.misses))];
        if cache.coalesced > 0 {
            facts.push(format!("{} misses waited for another's fetch", count(cache.coalesced)));
        }
        if let Some(entries) = cache.live_entries.filter(|entries| *entries > 0.0) {
            facts.push(format!("{} living entries on average", large(entries)));
        }
        out.push_str(&style.plain(&format!("  {name}: {}\n", facts.join(" · "))));
    }
    style.paint(Tone::Faint, out.trim_end_matches('\n')) + if out.is_empty() { "" } else { "\n" }
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
    heading(style, "what happened", "") + &table.render(style) + &style.paint(Tone::Faint, &more)
}

fn bottleneck(report: &Report, style: Style) -> String {
    match &report.bottleneck {
        None => String::new(),
        Some(found) => wrap(&style.plain(&found.sentence), WIDTH),
    }
}

/// A sentence on lines of at most `width` letters, all but the first indented.
fn wrap(sentence: &str, width: usize) -> String {
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

fn in_unit(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Time => span_of_s(value),
        Unit::TimeSquared => format!("{}s²", three(value)),
        Unit::Rate => rate(value),
        Unit::Share => percent(value),
        Unit::Count => large(value),
        Unit::Number => three(value),
    }
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
    let text = format!("seed {} · {digest} · results version {}", report.seed, report.results);
    style.paint(Tone::Faint, &style.plain(&text)) + "\n"
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

    #[test]
    fn edges_are_round_and_few() {
        for (low, high) in
            [(1.0, 1.1), (5.0, 5.0), (0.0001, 9_000.0), (3.0, 40.0), (0.02, 18.0), (1e-7, 1e-7)]
        {
            let edges = round_edges(low, high);
            assert!(edges.len() < MOST_BARS && edges.windows(2).all(|pair| pair[0] < pair[1]), "{edges:?}");
            assert!(edges.last().is_none_or(|last| *last >= high), "{low} {high}: {edges:?}");
        }
    }
}
