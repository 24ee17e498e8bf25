//! What a search has found, for people.

use super::number::{count, percent};
use super::report::{WIDTH, heading, wrap};
use super::table::{Cell, Side, Table};
use crate::search::{Candidate, Found, Kept};
use crate::terminal::{Style, Tone};

/// The most rows of the front; more are read as a picture.
const MOST_ROWS: usize = 12;

/// The whole answer as text.
pub fn show(found: &Found, style: Style) -> String {
    let mut parts = vec![title(found, style)];
    parts.push(answer(found, style));
    parts.push(front(found, style));
    parts.push(footer(found, style));
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

fn title(found: &Found, style: Style) -> String {
    let most = if found.maximized { "most" } else { "least" };
    let title =
        format!("{}: {most} {} such that {}", found.scenario, found.objective, found.limits.join(" and "));
    let mut out = heading(style, &title, "");
    let facts = format!(
        "  {} of {} candidates run, {} replications in all, on the same random numbers\n",
        count(found.run as u64),
        count(u64::from(found.candidates)),
        count(found.replications),
    );
    out.push_str(&style.paint(Tone::Faint, &style.plain(&facts)));
    out
}

/// The winner, the next one, and what was tried below.
fn answer(found: &Found, style: Style) -> String {
    let mut table = table(found);
    let rows = [("winner", &found.winner), ("runner-up", &found.runner_up)];
    for (role, candidate) in rows {
        if let Some(candidate) = candidate {
            table.row(row(role, candidate, style));
        }
    }
    for candidate in &found.neighbours {
        table.row(row("one step better", candidate, style));
    }
    if found.winner.is_none() && found.neighbours.is_empty() {
        return String::new();
    }
    table.render(style)
}

/// Whoever wants to spend more, or less.
fn front(found: &Found, style: Style) -> String {
    if found.front.len() < 2 {
        return String::new();
    }
    let first = found.limits.first().map(String::as_str).unwrap_or_default();
    let beside = format!("beaten by no other candidate that was run in both {} and {first}", found.objective);
    let mut out = heading(style, "front", &beside);
    let mut table = table(found);
    let stride = found.front.len().div_ceil(MOST_ROWS);
    for candidate in found.front.iter().step_by(stride) {
        table.row(row("", candidate, style));
    }
    out.push_str(&table.render(style));
    out
}

fn table(found: &Found) -> Table {
    let mut heads = vec![("", Side::Left), ("", Side::Left), ("objective", Side::Right)];
    for _ in &found.limits {
        heads.extend([("measured", Side::Right), ("kept", Side::Right)]);
    }
    heads.push(("runs", Side::Right));
    Table::new(&heads)
}

fn row(role: &str, candidate: &Candidate, style: Style) -> Vec<Cell> {
    let mut cells: Vec<Cell> =
        vec![role.into(), candidate.name.as_str().into(), candidate.shown.as_str().into()];
    for kept in &candidate.limits {
        cells.push(kept.shown.as_str().into());
        let tone = if kept.chance > 0.5 { Tone::Good } else { Tone::Bad };
        cells.push(Cell::toned(tone, certainty(kept, style)));
    }
    cells.push(candidate.replications.to_string().into());
    cells
}

/// How sure it is that a limit is kept, or broken.
fn certainty(kept: &Kept, style: Style) -> String {
    let is_kept = kept.chance > 0.5;
    let mark = if is_kept { style.pick("✓", "yes") } else { style.pick("✗", "no") };
    let sure = if is_kept { kept.chance } else { 1.0 - kept.chance };
    if sure > 0.9995 { format!("{mark} >99.9%") } else { format!("{mark} {}", percent(sure)) }
}

fn footer(found: &Found, style: Style) -> String {
    let mut words = vec![
        "kept: how sure it is that the limit is kept (✓) or broken (✗), from the spread of the replications (Student's t).".to_owned(),
    ];
    let axes = found.monotone.join("`, `");
    if found.refuted {
        words.push(format!(
            "One step below a candidate that keeps the limits another one does too, so what costs more along `{axes}` is not always \
             safer here, and every candidate that might win was run."
        ));
    } else if found.ruled_out > 0 {
        words.push(format!(
            "{} candidates were ruled out because one that costs more along `{axes}` breaks a limit. That what costs more is safer was \
             checked one step from the winner only; `--exhaustive` runs them all.",
            count(found.ruled_out as u64)
        ));
    }
    style.paint(Tone::Faint, &wrap(&style.plain(&words.join(" ")), WIDTH))
}
