//! What is told of a run, or of several that differ in their seeds: from its JSON, and, where the run is at hand, with its
//! question, its graph and its pictures.

use crate::exit::Failure;
use crate::plot::Named;
use crate::show::number::{count, in_unit, percent, rate, round_span_of_ms, span_of_ms, three};
use crate::show::report::{bound, ended};

use super::document::{Block, Cell, Number, Part, Section, Table, Tone, number, word};
use super::read::{Claim, Run, Theory};
use super::scenario::{Told, question};

mod clients;
mod nodes;
mod spent;

/// More clients than these have their numbers in the table only.
const MOST_IN_SHORT: usize = 2;
/// More of what happened than that is folded.
const MOST_ACTIONS: usize = 12;

/// What only those see who have run it.
pub struct Seen {
    /// The scenario.
    pub told: Told,
    /// The run over time.
    pub over_time: Named,
    /// By client: how latency is spread.
    pub latency: Vec<(String, Named)>,
    /// By client: latency against load, where it was asked for.
    pub loads: Vec<(String, Named)>,
    /// What else makes numbers less sure than they seem.
    pub doubts: Vec<String>,
}

/// A run, read from `file` unless it was `seen`.
pub fn of_run(run: &Run, seen: Option<Seen>, file: &str) -> Result<Part, Failure> {
    let mut opening = seen.as_ref().map(|seen| question(&seen.told.text)).unwrap_or_default();
    opening.extend(alarms(run));
    let doubts = seen.iter().flat_map(|seen| &seen.doubts);
    opening.extend(doubts.map(|doubt| Block::Note(Tone::Doubtful, sentence(doubt))));
    opening.extend(verdict(&run.expect));
    let mut sections = vec![Section::of("In short", in_short(run))];
    sections.push(Section::of("What was expected", expected(run)));
    sections.push(seen.as_ref().and_then(|seen| seen.told.architecture()));
    let (latency, over_time, loads, told) = match seen {
        Some(seen) => (seen.latency, Some(seen.over_time), seen.loads, Some(seen.told)),
        None => (Vec::new(), None, Vec::new(), None),
    };
    let mut users = clients::clients(run);
    for (client, picture) in &latency {
        let caption = format!(
            "Latency seen by `{client}`: the share of the answers within each time, what is left beyond it, and their histogram."
        );
        users.push(Block::Figure(super::figure(picture, caption)?));
    }
    sections.push(Section::of("What users saw", users));
    let mut by_load = Vec::new();
    for (client, picture) in &loads {
        let caption = format!("Latency of `{client}` against load, with the law where one holds.");
        by_load.push(Block::Figure(super::figure(picture, caption)?));
    }
    sections.push(Section::of("Latency against load", by_load));
    let mut when = Vec::new();
    if let Some(picture) = &over_time {
        let first =
            if run.seeds.len() > 1 { format!(" The run with seed {}.", run.seed) } else { String::new() };
        let caption = format!("Load, latency, visits present and utilization over time.{first}");
        when.push(Block::Figure(super::figure(picture, caption)?));
    }
    when.extend(actions(run));
    sections.push(Section::of("Over time", when));
    sections.push(Section::of("What each node did", nodes::nodes(run)));
    sections.push(Section::of("Where time went", spent::spent(run)));
    sections.push(Section::of("Theory", theory(&run.theory)));
    sections.push(Section::of("How to repeat it", repeat(run, told.as_ref(), file)));
    Ok(Part {
        title: title(run),
        kind: kind(run),
        opening,
        sections: sections.into_iter().flatten().collect(),
    })
}

fn title(run: &Run) -> String {
    crate::plot::scenario_title(&run.scenario, run.case.as_deref())
}

/// How it was run, in a line.
fn kind(run: &Run) -> String {
    let simulated = round_span_of_ms(run.simulated_s * 1e3);
    let mut facts = match run.seeds.len() {
        0 | 1 => vec![format!("one run of {simulated} simulated")],
        runs => vec![format!("{runs} replications, {simulated} simulated in all")],
    };
    if run.warmup_s > 0.0 {
        facts.push(format!("the first {} not measured", round_span_of_ms(run.warmup_s * 1e3)));
    }
    facts.push(ended(&run.stopped).to_owned());
    facts.join(" · ")
}

/// What makes the numbers wrong or incomplete.
fn alarms(run: &Run) -> Vec<Block> {
    let bad = |text: String| Block::Note(Tone::Bad, text);
    let mut out: Vec<Block> = Vec::new();
    for violation in &run.violations {
        out.push(bad(format!(
            "Self-check failed: {violation}. The numbers below are wrong: this is a mistake in Escala. Please report it with the \
             scenario and the seed."
        )));
    }
    if let Some(limit) = &run.limit {
        let (what, advice) = bound(limit);
        out.push(bad(format!("Stopped early by {what}: the numbers are of the part that ran. {advice}")));
    }
    for (name, client) in run.clients.iter().filter(|(_, client)| client.censored) {
        let share = percent(client.in_flight as f64 / client.offered.max(1) as f64);
        out.push(bad(format!(
            "{share} of the requests of `{name}` had no answer when the run ended. Their latency is not counted, so the \
             percentiles are too low. Set `drain: true`, or let the run go on longer."
        )));
    }
    out
}

/// Whether what was expected holds, in a line.
fn verdict(claims: &[Claim]) -> Option<Block> {
    let held = claims.iter().filter(|claim| claim.holds).count();
    let text = match (held, claims.len()) {
        (_, 0) => return None,
        (1, 1) => "What the scenario expects holds.".to_owned(),
        (0, 1) => "What the scenario expects does not hold.".to_owned(),
        (held, all) if held == all => format!("All {all} expectations of the scenario hold."),
        (held, all) => format!("{} of the {all} expectations of the scenario do not hold.", all - held),
    };
    Some(Block::Note(if held == claims.len() { Tone::Good } else { Tone::Bad }, text))
}

/// The numbers that are read first, what saturates, and what it costs.
fn in_short(run: &Run) -> Vec<Block> {
    let mut numbers = Vec::new();
    for (name, client) in run.clients.iter().take(MOST_IN_SHORT) {
        let mut add =
            |what: &str, value: Option<f64>, path: &str, unit: &dyn Fn(f64) -> String, tone: Tone| {
                let interval = run.interval(&format!("clients.{name}.{path}"));
                numbers.push(Number {
                    name: format!("{what} of `{name}`"),
                    value: value.map_or_else(|| "–".to_owned(), unit),
                    beside: interval.and_then(|ends| between(ends, unit)).unwrap_or_default(),
                    tone,
                });
            };
        let latency = &client.latency_ms;
        add("mean latency", latency.mean, "latency_ms.mean", &span_of_ms, Tone::Plain);
        add("p99 latency", latency.p99, "latency_ms.p99", &span_of_ms, Tone::Plain);
        add("goodput", client.goodput_rps, "goodput_rps", &rate, Tone::Plain);
        add("errors", client.error_rate, "error_rate", &percent, clients::tone_of_errors(client.error_rate));
    }
    let costs: Vec<(&String, f64)> =
        run.nodes.iter().filter_map(|(name, node)| Some((name, node.cost?))).collect();
    let cost: f64 = costs.iter().map(|(_, cost)| cost).sum();
    if !costs.is_empty() && run.measured_s > 0.0 {
        let each: Vec<String> =
            costs.iter().map(|(name, cost)| format!("`{name}` {}", three(*cost))).collect();
        numbers.push(Number {
            name: "cost of an hour".to_owned(),
            value: three(cost / run.measured_s * 3_600.0),
            beside: format!("{} in all: {}", three(cost), each.join(", ")),
            tone: Tone::Plain,
        });
    }
    let mut blocks = Vec::new();
    if !numbers.is_empty() {
        let has_intervals = numbers.iter().any(|number| number.beside.contains('–'));
        blocks.push(Block::Numbers(numbers));
        if has_intervals {
            let from = if run.seeds.len() > 1 { "replications" } else { "consecutive parts of the run" };
            blocks.push(Block::Aside(format!("Below each number is its 95 % interval, from {from}.")));
        }
    }
    if let Some(found) = &run.bottleneck {
        let tone = if found.offered_rps >= found.saturates_at_rps { Tone::Bad } else { Tone::Plain };
        blocks.push(Block::Note(tone, found.sentence.clone()));
    }
    blocks
}

/// An interval; none that is as narrow as the number itself.
fn between([low, high]: [f64; 2], unit: &dyn Fn(f64) -> String) -> Option<String> {
    (low < high).then(|| format!("{} – {}", unit(low), unit(high)))
}

/// A note as a sentence.
fn sentence(note: &str) -> String {
    let mut letters = note.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// What the scenario says has to hold.
fn expected(run: &Run) -> Vec<Block> {
    if run.expect.is_empty() {
        return Vec::new();
    }
    let row = |claim: &Claim| {
        let (tone, verdict) =
            if claim.holds { (Tone::Good, "✓ holds") } else { (Tone::Bad, "✗ does not hold") };
        let why = if claim.holds { String::new() } else { claim.why.clone() };
        vec![
            Cell::from(format!("`{}`", claim.claim)),
            Cell::toned(tone, verdict),
            claim.value.as_str().into(),
            why.into(),
        ]
    };
    let mut heads = vec![word("claim"), word("verdict"), word("measured"), word("why")];
    let mut rows: Vec<Vec<Cell>> = run.expect.iter().map(row).collect();
    if run.expect.iter().all(|claim| claim.holds) {
        heads.pop();
        rows.iter_mut().for_each(|row| row.truncate(heads.len()));
    }
    vec![Block::Table(Table {
        caption:
            "What the scenario says has to hold; a difference of two measurements, by three standard errors"
                .to_owned(),
        heads,
        rows,
    })]
}

/// What scaled and what broke.
fn actions(run: &Run) -> Option<Block> {
    if run.actions.is_empty() {
        return None;
    }
    let rows = run.actions.iter().map(|action| {
        let what = match (action.what.as_str(), action.from, action.to) {
            ("scaled", Some(from), Some(to)) => format!("scaled from {from} to {to}"),
            (what, _, _) => what.to_owned(),
        };
        vec![Cell::from(round_span_of_ms(action.t * 1e3)), action.target.as_str().into(), what.into()]
    });
    let of_first =
        if run.seeds.len() > 1 { format!(", in the run with seed {}", run.seed) } else { String::new() };
    let table = Block::Table(Table {
        caption: format!("What happened when{of_first}"),
        heads: vec![number("at"), word("where"), word("what")],
        rows: rows.collect(),
    });
    Some(if run.actions.len() > MOST_ACTIONS {
        Block::Folded(format!("The {} things that scaled or broke", run.actions.len()), vec![table])
    } else {
        table
    })
}

/// Closed forms beside what was measured.
fn theory(rows: &[Theory]) -> Vec<Block> {
    if rows.is_empty() {
        return Vec::new();
    }
    let row = |row: &Theory| {
        let differs = if row.expected == 0.0 { f64::NAN } else { row.measured / row.expected - 1.0 };
        let differs = if differs.is_finite() { format!("{:+.1}%", differs * 100.0) } else { String::new() };
        vec![
            Cell::from(format!("`{}`", row.node)),
            row.law.as_str().into(),
            row.quantity.as_str().into(),
            in_unit(row.expected, row.unit).into(),
            in_unit(row.measured, row.unit).into(),
            differs.into(),
        ]
    };
    let mut laws: Vec<(String, String)> = Vec::new();
    for row in rows.iter().filter(|row| !row.assumptions.is_empty()) {
        let law = format!("{} at {}", row.law, row.node);
        if !laws.iter().any(|(name, _)| *name == law) {
            laws.push((law, row.assumptions.join(", ")));
        }
    }
    let mut blocks = vec![Block::Table(Table {
        caption: "Closed forms beside the simulation, wherever a node meets their assumptions".to_owned(),
        heads: vec![
            word("node"),
            word("law"),
            word("quantity"),
            number("expected"),
            number("simulated"),
            number("differs by"),
        ],
        rows: rows.iter().map(row).collect(),
    })];
    if !laws.is_empty() {
        blocks.push(Block::Folded("What the laws assume".to_owned(), vec![Block::Facts(laws)]));
    }
    blocks
}

/// What others need to get the same.
fn repeat(run: &Run, told: Option<&Told>, file: &str) -> Vec<Block> {
    let mut blocks = match told {
        Some(told) => told.repeat(),
        None => vec![Block::Aside(format!(
            "Told from `{file}`, which does not hold the scenario: `escala report` of the scenario itself also draws its graph, \
             its latencies and the run over time."
        ))],
    };
    let seeds: Vec<String> = run.seeds.iter().map(u64::to_string).collect();
    let (name, seeds) =
        if seeds.len() > 1 { ("seeds", seeds.join(", ")) } else { ("seed", run.seed.to_string()) };
    let mut facts = vec![(name.to_owned(), seeds)];
    if run.seeds.len() <= 1 {
        let none = "none: another machine would have stopped elsewhere".to_owned();
        let digest = run.digest.as_ref().map(|digest| format!("`{digest}`"));
        facts.push(("digest".to_owned(), digest.unwrap_or(none)));
    }
    facts.push(("results version".to_owned(), run.results.to_string()));
    facts.push(("events".to_owned(), count(run.events)));
    blocks.insert(usize::from(told.is_some()), Block::Facts(facts));
    blocks
}
