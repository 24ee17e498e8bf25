//! What is told of a sweep: its design, its best case by the usual metric, its pictures, and its cases.

use std::path::Path;

use sim_core::report::Better;

use crate::exit::Failure;
use crate::plot::{self, Asked, Case, Results, Wanted};
use crate::show::number::in_unit;

use super::document::{Block, Cell, Head, Part, Section, Table, Tone, number, word};
use super::scenario::question;

/// More cases are in the sweep's own table.
const MOST_CASES: usize = 100;
/// More than these are folded.
const MANY_CASES: usize = 20;

/// A sweep, read from its folder, by these metrics or by the usual one.
pub fn of_sweep(folder: &Path, metrics: &[String]) -> Result<Part, Failure> {
    let results = Results::read(folder)?;
    let mut asked = metrics.iter().map(|metric| results.ask(metric)).collect::<Result<Vec<_>, _>>()?;
    if asked.is_empty() {
        asked.push(results.usual_metric()?);
    }
    let cases = results.cases(&asked);
    let manifest = &results.manifest;
    let mut opening = question(manifest.scenario());
    if let Some(shard) = &manifest.shard {
        opening.push(Block::Note(
            Tone::Doubtful,
            format!("This is only part {shard} of the sweep; `escala merge` joins the parts."),
        ));
    }
    if let bad @ 1.. = results.badly_ended() {
        opening.push(Block::Note(
            Tone::Bad,
            format!("Runs that did not come to a good end: {bad}. The column `stopped` of `results.csv` tells which."),
        ));
    }
    opening
        .extend(asked.iter().enumerate().filter_map(|(place, asked)| best(&results, &cases, asked, place)));
    let mut pictures = Vec::new();
    let over = varied(&results, &cases);
    // With three axes there is no telling which of them are to be drawn.
    if let 1..=2 = over.len() {
        let wanted =
            Wanted { metric: asked.iter().map(|asked| asked.text.clone()).collect(), ..Wanted::default() };
        for picture in plot::of_sweep(folder, &wanted)? {
            let over: Vec<String> = over.iter().map(|axis| format!("`{}`", results.axes[*axis])).collect();
            let caption = format!("{} over {}.", texts(&asked), over.join(" and "));
            pictures.push(Block::Figure(super::figure(&picture, caption)?));
        }
    } else {
        pictures.push(Block::Aside(format!(
            "More than two axes vary: `escala plot {} --over PATH --where PATH=VALUE` draws what you want to see.",
            results.name
        )));
    }
    let sections = [
        Section::of("Pictures", pictures),
        Section::of("Cases", table(&results, &cases, &asked)),
        Section::of("How to repeat it", repeat(&results)),
    ];
    Ok(Part {
        title: results.name.clone(),
        kind: format!("sweep of {} cases · {} of each", manifest.cases, runs(manifest.replications)),
        opening,
        sections: sections.into_iter().flatten().collect(),
    })
}

fn runs(replications: u32) -> String {
    if replications == 1 { "one run".to_owned() } else { format!("{replications} replications") }
}

fn texts(asked: &[Asked]) -> String {
    asked.iter().map(|asked| format!("`{}`", asked.text)).collect::<Vec<_>>().join(", ")
}

/// The axes along which cases differ.
fn varied(results: &Results, cases: &[Case]) -> Vec<usize> {
    let differs = |axis: &usize| cases.windows(2).any(|pair| pair[0].values[*axis] != pair[1].values[*axis]);
    (0..results.axes.len()).filter(differs).collect()
}

/// The case whose mean is best by a metric; one that others may equal by chance.
fn best(results: &Results, cases: &[Case], asked: &Asked, place: usize) -> Option<Block> {
    let sign = match asked.metric.better {
        Better::Less => 1.0,
        Better::More => -1.0,
        Better::Neither => return None,
    };
    let known = cases.iter().filter_map(|case| Some((case, case.measured[place]?)));
    let (case, (value, interval)) =
        known.min_by(|one, other| (sign * one.1.0).total_cmp(&(sign * other.1.0)))?;
    let settings = results.axes.iter().zip(&case.values).map(|(path, value)| format!("`{path}={value}`"));
    let unit = asked.metric.unit;
    let sure = interval.map(|[low, high]| format!(" ({} – {})", in_unit(low, unit), in_unit(high, unit)));
    Some(Block::Note(
        Tone::Good,
        format!(
            "By `{}`, {} is best with {}{}.",
            asked.text,
            settings.collect::<Vec<_>>().join(", "),
            in_unit(value, unit),
            sure.unwrap_or_default()
        ),
    ))
}

fn table(results: &Results, cases: &[Case], asked: &[Asked]) -> Vec<Block> {
    let mut heads: Vec<Head> = vec![number("case")];
    heads.extend(results.axes.iter().map(|axis| word(axis)));
    heads.extend(asked.iter().map(|asked| number(&asked.text)));
    let row = |(place, case): (usize, &Case)| {
        let mut cells = vec![Cell::from((place + 1).to_string())];
        cells.extend(case.values.iter().map(|value| Cell::from(value.as_str())));
        for (asked, measured) in asked.iter().zip(&case.measured) {
            let unit = asked.metric.unit;
            cells.push(match measured {
                None => Cell::from("–"),
                Some((value, interval)) => {
                    let told =
                        |[low, high]: [f64; 2]| format!("{} – {}", in_unit(low, unit), in_unit(high, unit));
                    Cell::from(in_unit(*value, unit)).with(interval.map(told).unwrap_or_default())
                }
            });
        }
        cells
    };
    let intervals =
        if results.manifest.replications > 1 { ", means over replications with 95 % intervals" } else { "" };
    let table = Block::Table(Table {
        caption: format!("Each case{intervals}"),
        heads,
        rows: cases.iter().enumerate().take(MOST_CASES).map(row).collect(),
    });
    let mut blocks = match cases.len() {
        many if many > MANY_CASES => {
            vec![Block::Folded(format!("The {} cases", many.min(MOST_CASES)), vec![table])]
        }
        _ => vec![table],
    };
    if cases.len() > MOST_CASES {
        blocks.push(Block::Aside(format!(
            "There are {} more, and all metrics of all cases, in `results.csv` and `results.parquet`.",
            cases.len() - MOST_CASES
        )));
    }
    blocks
}

fn repeat(results: &Results) -> Vec<Block> {
    let manifest = &results.manifest;
    let mut command = vec!["escala sweep scenario.ron".to_owned()];
    for (path, values) in manifest.varied() {
        command.push(format!("--vary {}", super::quoted(&format!("{path}={values}"))));
    }
    if manifest.plan() == "grid" {
        command.push(format!("--replications {}", manifest.replications));
        command.push(format!("--out {}", super::quoted(&results.name)));
    }
    let seeds: Vec<String> = manifest.seeds.iter().map(u64::to_string).collect();
    let facts = [
        ("design", manifest.plan().to_owned()),
        ("seeds", seeds.join(", ")),
        ("results version", manifest.results.to_string()),
        ("escala", manifest.version.clone()),
    ];
    let mut blocks = Vec::new();
    if manifest.plan() == "grid" {
        blocks.push(Block::Code { language: "sh", text: command.join(" ") });
    }
    blocks.push(Block::Facts(facts.map(|(name, what)| (name.to_owned(), what)).to_vec()));
    let axes = manifest.varied().map(|(path, values)| (path.to_owned(), values.to_owned())).collect();
    blocks.push(Block::Folded("What was varied".to_owned(), vec![Block::Facts(axes)]));
    let code = Block::Code { language: "ron", text: manifest.scenario().to_owned() };
    blocks.push(Block::Folded("The scenario, as it was run: scenario.ron".to_owned(), vec![code]));
    blocks
}
