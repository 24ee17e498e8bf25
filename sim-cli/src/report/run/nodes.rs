//! What each node did.

use crate::report::document::{Block, Cell, Table, Tone, number, word};
use crate::report::read::{Node, Run};
use crate::show::number::{count, percent, span_of_ms, three};
use crate::show::report::{BUSY, SATURATED};

/// Load, lines and latency of the nodes, and what is told of caches alone.
pub fn nodes(run: &Run) -> Vec<Block> {
    if run.nodes.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![Block::Table(
        Table {
            caption: "Each node: how busy it was, how long its line, and how long visits took".to_owned(),
            heads: vec![
                word("node"),
                word("kind"),
                number("busy"),
                number("instances"),
                number("requests"),
                number("failed"),
                number("in line"),
                number("longest line"),
                number("p50"),
                number("p99"),
            ],
            rows: run.nodes.iter().map(|(name, node)| row(name, node)).collect(),
        }
        .without_empty_columns(),
    )];
    for (name, node) in &run.nodes {
        let Some((cache, ratio)) = node.cache.as_ref().and_then(|cache| Some((cache, cache.hit_ratio?)))
        else {
            continue;
        };
        let lookups = count(cache.hits + cache.misses);
        blocks.push(Block::Aside(format!("`{name}`: {} of {lookups} lookups were hits.", percent(ratio))));
    }
    blocks
}

fn row(name: &str, node: &Node) -> Vec<Cell> {
    let failed: u64 = node.failed.values().sum();
    let busy = node.utilization.map_or_else(
        || Cell::from(""),
        |share| {
            let tone = match share {
                share if share >= SATURATED => Tone::Bad,
                share if share >= BUSY => Tone::Doubtful,
                _ => Tone::Plain,
            };
            Cell::toned(tone, percent(share)).drawn(share)
        },
    );
    let has_line = !node.pools.is_empty();
    let line = |text: String| Cell::from(if has_line { text } else { String::new() });
    let instances = match (node.instances.min, node.instances.max) {
        (min, max) if min == max => min.to_string(),
        (min, max) => format!("{min}–{max}"),
    };
    let span = |value: Option<f64>| Cell::from(value.map_or_else(String::new, span_of_ms));
    vec![
        Cell::from(format!("`{name}`")),
        node.kind.as_str().into(),
        busy,
        line(instances),
        count(node.requests).into(),
        if failed > 0 { Cell::toned(Tone::Bad, count(failed)) } else { "".into() },
        line(node.queue.mean.map_or_else(|| "–".to_owned(), three)),
        line(count(u64::from(node.queue.max))),
        span(node.latency_ms.p50),
        span(node.latency_ms.p99),
    ]
}
