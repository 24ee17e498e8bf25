//! Where requests spent their time: node by node around the median and the 99th percentile, and the slowest hop by hop.

use crate::report::document::{Block, Cell, Table, number, word};
use crate::report::read::{Hop, NodeSpent, Run, Slow, Spent};
use crate::show::number::{count, exact, percent, span_of_ms, span_of_s};

/// The parts of a time, as columns.
const PARTS: [&str; 6] = ["queue", "service", "network", "back-off", "stalled", "untold"];

/// All that is told of it.
pub fn spent(run: &Run) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (client, around) in &run.spent {
        blocks.extend(around.iter().map(|(percentile, spent)| breakdown(client, percentile, spent)));
    }
    blocks.extend((1..).zip(&run.slowest).map(|(rank, slow)| request(rank, slow, run)));
    blocks
}

fn breakdown(client: &str, percentile: &str, spent: &Spent) -> Block {
    let mut caption = format!(
        "Around {percentile} of `{client}`, {} requests spent {} on average",
        count(spent.requests),
        span_of_ms(spent.latency_ms)
    );
    if spent.repeated_ms > 0.0 {
        let share = percent(spent.repeated_ms / spent.latency_ms);
        let repeated = span_of_ms(spent.repeated_ms);
        caption.push_str(&format!(", {repeated} of it, {share}, for attempts that had to be repeated"));
    }
    let parts = |node: &NodeSpent| {
        [node.queue_ms, node.service_ms, node.network_ms, node.back_off_ms, node.stalled_ms, node.untold_ms]
    };
    let mut nodes: Vec<(&String, &NodeSpent)> = spent.nodes.iter().collect();
    // Where most of it went comes first; equal ones keep the order of their names.
    nodes.sort_by(|one, other| other.1.share.total_cmp(&one.1.share));
    let rows: Vec<(Cell, [f64; 6], Cell)> = nodes
        .into_iter()
        .map(|(name, node)| {
            let share = Cell::from(percent(node.share)).drawn(node.share);
            (Cell::from(format!("`{name}`")), parts(node), share)
        })
        .collect();
    let span = |ms: f64| if ms > 0.0 { span_of_ms(ms) } else { String::new() };
    Block::Table(table(caption, "node", "share", rows, |parts| parts.map(span)))
}

/// A table with a column for each part that anything was spent on, and one for what they make together.
fn table<T>(
    caption: String,
    first: &'static str,
    last: &'static str,
    rows: Vec<(Cell, [T; 6], Cell)>,
    told: impl Fn([T; 6]) -> [String; 6],
) -> Table {
    let heads = std::iter::once(word(first)).chain(PARTS.map(number)).chain([number(last)]).collect();
    let rows = rows.into_iter().map(|(first, parts, last)| {
        std::iter::once(first).chain(told(parts).map(Cell::from)).chain([last]).collect()
    });
    Table { caption, heads, rows: rows.collect() }.without_empty_columns()
}

fn request(rank: u32, slow: &Slow, run: &Run) -> Block {
    let class = if slow.class.is_empty() { String::new() } else { format!(" of class {}", slow.class) };
    let seed = if run.seeds.len() > 1 { format!(", seed {}", slow.seed) } else { String::new() };
    let caption = format!(
        "The slowest request{}: {}, {} · request {} of `{}`{class}, sent at {}{seed}",
        if rank == 1 { String::new() } else { format!(" but {}", rank - 1) },
        exact(slow.latency_ns),
        slow.outcome.replace('_', " "),
        count(slow.number),
        slow.client,
        span_of_s(slow.sent_s),
    );
    let parts = |hop: &Hop| {
        [hop.queue_ns, hop.service_ns, hop.network_ns, hop.back_off_ns, hop.stalled_ns, hop.untold_ns]
    };
    let rows = slow.hops.iter().map(|hop| {
        let parts = parts(hop);
        let total: u64 = parts.iter().sum();
        let share = total as f64 / slow.latency_ns.max(1) as f64;
        (place(hop), parts, Cell::from(told(total)).drawn(share))
    });
    Block::Table(table(caption, "hop", "in all", rows.collect(), |parts| parts.map(told)))
}

/// Where a hop was, as deep as it was, which attempt if it was repeated, and how it ended if not well.
fn place(hop: &Hop) -> Cell {
    let below = match hop.depth {
        0 => String::new(),
        depth => "\u{2003}".repeat(usize::from(depth) - 1) + "└ ",
    };
    let mut facts = Vec::new();
    if let Some(attempt) = hop.attempt.filter(|attempt| *attempt > 1 || hop.repeated) {
        facts.push(format!("attempt {attempt}"));
    }
    if hop.outcome != "completed" {
        facts.push(hop.outcome.replace('_', " "));
    }
    Cell::from(format!("{below}{}", hop.place)).with(facts.join(", "))
}

/// Nanoseconds, every digit of them; nothing if there are none.
fn told(ns: u64) -> String {
    if ns > 0 { exact(ns) } else { String::new() }
}
