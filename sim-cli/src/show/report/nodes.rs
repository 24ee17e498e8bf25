//! What each node did, a line each, and what is told of caches and of locks alone.

use sim_core::graph::Graph;
use sim_core::report::{NodeReport, Report};

use super::MOST_NODES;
use crate::show::chart::bar;
use crate::show::number::{count, large, percent, span_of_ms, three};
use crate::show::table::{Cell, Side, Table};
use crate::terminal::{Style, Tone};

/// Beyond these a reader should look.
pub const BUSY: f64 = 0.8;
pub const SATURATED: f64 = 0.95;

pub(super) fn nodes(report: &Report, graph: &Graph, style: Style) -> String {
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

pub(super) fn caches(report: &Report, style: Style) -> String {
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

pub(super) fn locks(report: &Report, style: Style) -> String {
    let mut out = String::new();
    for (name, node) in &report.measured.nodes {
        let Some(waits) = node.locks.as_ref().map(|locks| &locks.wait_ms) else { continue };
        let (Some(share), Some(mean), Some(p99)) = (waits.share_waited, waits.mean, waits.p99) else {
            continue;
        };
        let facts = [
            format!("{} of {} writes waited for their lock", percent(share), count(waits.count)),
            format!("{} on average", span_of_ms(mean)),
            format!("p99 {}", span_of_ms(p99)),
        ];
        out.push_str(&style.plain(&format!("  {name}: {}\n", facts.join(" · "))));
    }
    style.paint(Tone::Faint, out.trim_end_matches('\n')) + if out.is_empty() { "" } else { "\n" }
}
