//! What the users of each client saw, and of each class.

use crate::report::document::{Block, Cell, Table, Tone, number, word};
use crate::report::read::{Client, Run};
use crate::show::number::{count, percent, rate, span_of_ms};

use super::between;

/// Fewer errors deserve a look, more are bad.
const FEW_ERRORS: f64 = 0.01;

/// How bad a share of failed requests is.
pub fn tone_of_errors(share: Option<f64>) -> Tone {
    match share {
        None | Some(0.0) => Tone::Plain,
        Some(share) if share < FEW_ERRORS => Tone::Doubtful,
        Some(_) => Tone::Bad,
    }
}

/// Their latencies, and what became of their requests.
pub fn clients(run: &Run) -> Vec<Block> {
    let mut all: Vec<(String, String, &Client)> = Vec::new();
    for (name, client) in &run.clients {
        all.push((format!("`{name}`"), format!("clients.{name}"), client));
        for (class, of_class) in &client.classes {
            all.push((format!("`{name}` {class}"), format!("clients.{name}.classes.{class}"), of_class));
        }
    }
    if all.is_empty() {
        return Vec::new();
    }
    let latencies = all.iter().map(|(name, path, client)| latency(run, name, path, client)).collect();
    let fates = all.iter().map(|(name, path, client)| fate(run, name, path, client)).collect();
    vec![
        Block::Table(Table {
            caption: "Latency of answered requests from their intended send time, with 95 % intervals where they are known"
                .to_owned(),
            heads: vec![
                word("client"),
                number("mean"),
                number("p50"),
                number("p90"),
                number("p99"),
                number("p99.9"),
                number("max"),
            ],
            rows: latencies,
        }),
        Block::Table(Table {
            caption: "What became of the requests; good are those answered within their objective".to_owned(),
            heads: vec![
                word("client"),
                number("offered"),
                number("answered"),
                number("answered a second"),
                number("good a second"),
                number("errors"),
                number("late answers"),
                number("repeated"),
                word("failed by"),
            ],
            rows: fates,
        }
        .without_empty_columns()),
    ]
}

fn latency(run: &Run, name: &str, path: &str, client: &Client) -> Vec<Cell> {
    let latency = &client.latency_ms;
    let columns = [
        ("mean", latency.mean),
        ("p50", latency.p50),
        ("p90", latency.p90),
        ("p99", latency.p99),
        ("p999", latency.p999),
        ("max", latency.max),
    ];
    let cell = |(word, value): (&str, Option<f64>)| {
        measured(run, value, &format!("{path}.latency_ms.{word}"), &span_of_ms)
    };
    std::iter::once(Cell::from(name)).chain(columns.into_iter().map(cell)).collect()
}

/// A value with its interval below it.
fn measured(run: &Run, value: Option<f64>, path: &str, unit: &dyn Fn(f64) -> String) -> Cell {
    let cell = Cell::from(value.map_or_else(|| "–".to_owned(), unit));
    cell.with(run.interval(path).and_then(|ends| between(ends, unit)).unwrap_or_default())
}

fn fate(run: &Run, name: &str, path: &str, client: &Client) -> Vec<Cell> {
    let failed: Vec<String> = client
        .failed
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(reason, number)| format!("{} {}", reason.replace('_', " "), count(*number)))
        .collect();
    let errors = measured(run, client.error_rate, &format!("{path}.error_rate"), &percent);
    let repeated = client.attempts.saturating_sub(client.offered);
    vec![
        name.into(),
        count(client.offered).into(),
        count(client.completed).into(),
        measured(run, client.throughput_rps, &format!("{path}.throughput_rps"), &rate),
        measured(run, client.goodput_rps, &format!("{path}.goodput_rps"), &rate),
        Cell { tone: tone_of_errors(client.error_rate), ..errors },
        count(client.late).into(),
        count(repeated).into(),
        failed.join(", ").into(),
    ]
}
