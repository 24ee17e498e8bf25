//! What the users of each client saw, a line each.

use sim_core::report::{ClientReport, Report};

use super::{WIDTH, wrap};
use crate::show::number::{count, percent, rate, span_of_ms, three, two, two_digits_of_ms};
use crate::show::table::{Cell, Side, Table};
use crate::terminal::{Style, Tone};

pub(super) fn clients(report: &Report, style: Style) -> String {
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
