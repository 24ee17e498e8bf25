//! How the latencies of a client are spread: a few bins with round edges.

use sim_core::report::{LatencyReport, Report};

use super::heading;
use crate::show::chart::bar;
use crate::show::number::round_span_of_ms;
use crate::show::table::{Cell, Side, Table};
use crate::terminal::{Style, Tone};

const BAR_WIDTH: usize = 40;
const MOST_BARS: usize = 10;

/// How the latencies of the busiest client are spread.
pub(super) fn latency(report: &Report, style: Style) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

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
