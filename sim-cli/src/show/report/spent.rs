//! Where requests spent their time: node by node around the median and the 99th percentile, and the slowest hop by hop.

use sim_core::report::{HopReport, Report, SlowReport, SpentReport};

use super::heading;
use crate::show::number::{count, exact, percent, span_of_ms, span_of_s};
use crate::show::table::{Cell, Side, Table};
use crate::terminal::{Style, Tone};

/// Node by node, for each client that answers were given to.
pub(super) fn breakdown(report: &Report, style: Style) -> String {
    let mut parts = Vec::new();
    for (client, around) in &report.spent {
        for (percentile, spent) in around {
            let beside = format!(
                "where {} around {percentile} spent {} on average",
                requests(spent.requests),
                span_of_ms(spent.latency_ms)
            );
            parts.push(heading(style, &format!("{percentile} of {client}"), &beside) + &nodes(spent, style));
        }
    }
    parts.join("\n")
}

fn requests(number: u64) -> String {
    if number == 1 { "one request".to_owned() } else { format!("{} requests", count(number)) }
}

fn nodes(spent: &SpentReport, style: Style) -> String {
    let mut table = table("share");
    let span = |ms: f64| Cell::from(if ms > 0.0 { span_of_ms(ms) } else { String::new() });
    for (name, node) in &spent.nodes {
        table.row(vec![
            name.as_str().into(),
            span(node.queue_ms),
            span(node.service_ms),
            span(node.network_ms),
            span(node.back_off_ms),
            span(node.stalled_ms),
            span(node.untold_ms),
            percent(node.share).into(),
        ]);
    }
    let repeated = if spent.repeated_ms > 0.0 {
        let share = percent(spent.repeated_ms / spent.latency_ms);
        format!("  {} of it, {share}, for attempts that had to be repeated\n", span_of_ms(spent.repeated_ms))
    } else {
        String::new()
    };
    table.render(style) + &style.paint(Tone::Faint, &style.plain(&repeated))
}

/// A column for each part, and one for all together.
fn table(in_all: &'static str) -> Table {
    let parts = ["queue", "service", "network", "back-off", "stalled", "untold", in_all];
    let heads: Vec<(&str, Side)> =
        std::iter::once(("", Side::Left)).chain(parts.map(|part| (part, Side::Right))).collect();
    Table::new(&heads)
}

/// The slowest requests, each to the nanosecond.
pub(super) fn slowest(report: &Report, style: Style) -> String {
    let slow = (1..).zip(&report.slowest);
    let parts: Vec<String> = slow.map(|(rank, slow)| request(rank, slow, report, style)).collect();
    parts.join("\n")
}

fn request(rank: u32, slow: &SlowReport, report: &Report, style: Style) -> String {
    let class = if slow.class.is_empty() { String::new() } else { format!(" of class {}", slow.class) };
    let seed = if report.seeds.len() > 1 { format!(" · seed {}", slow.seed) } else { String::new() };
    let beside = format!(
        "{} · request {} of {}{class}, sent at {}{seed}",
        slow.outcome.replace('_', " "),
        slow.number,
        slow.client,
        span_of_s(slow.sent_s),
    );
    let title = format!("slowest #{rank}: {}", exact(slow.latency_ns));
    heading(style, &title, &beside) + &hops(slow, style)
}

fn hops(slow: &SlowReport, style: Style) -> String {
    let mut table = table("in all");
    let span = |ns: u64| Cell::from(if ns > 0 { exact(ns) } else { String::new() });
    let mut repeated = None;
    for hop in &slow.hops {
        // What lies below an attempt that was repeated was lost with it.
        let is_below = repeated.is_some_and(|depth| hop.depth > depth);
        if !is_below {
            repeated = hop.repeated.then_some(hop.depth);
        }
        let is_attempt = hop.repeated && !is_below;
        let [queue, service, network, back_off, stalled, untold] = parts(hop).map(span);
        let cells =
            [place(hop, is_attempt, style).into(), queue, service, network, back_off, stalled, untold];
        table.row(cells.into_iter().chain([span(hop.total_ns())]).collect());
    }
    let sums = slow.hops.iter().map(parts).fold([0; 6], |mut sums, parts| {
        sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
        sums
    });
    let strong = |ns: u64| if ns > 0 { Cell::toned(Tone::Strong, exact(ns)) } else { Cell::from("") };
    let total = slow.hops.iter().map(HopReport::total_ns).sum();
    let last = sums.into_iter().chain([total]).map(strong);
    table.row([Cell::toned(Tone::Strong, "sum")].into_iter().chain(last).collect());
    table.render(style)
}

fn parts(hop: &HopReport) -> [u64; 6] {
    [hop.queue_ns, hop.service_ns, hop.network_ns, hop.back_off_ns, hop.stalled_ns, hop.untold_ns]
}

/// Where a hop was, as deep as it was, which attempt if not the only one, and how it ended if not well.
fn place(hop: &HopReport, is_repeated: bool, style: Style) -> String {
    let below = match hop.depth {
        0 => String::new(),
        depth => "  ".repeat(usize::from(depth) - 1) + style.pick("└ ", "- "),
    };
    let mut facts = Vec::new();
    if let Some(attempt) = hop.attempt.filter(|attempt| *attempt > 1 || is_repeated) {
        facts.push(format!("attempt {attempt}"));
    }
    if hop.outcome != "completed" {
        facts.push(hop.outcome.replace('_', " "));
    }
    let facts = if facts.is_empty() { String::new() } else { format!(", {}", facts.join(", ")) };
    format!("{below}{}{facts}", hop.place)
}
