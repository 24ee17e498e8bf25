//! What is told of a comparison: its verdicts, its forest plot, and a ranking by each metric.

use sim_core::experiment::compare::{Ranked, Verdict};
use sim_core::report::Better;

use crate::comparison::{ByMetric, Comparison, Difference};
use crate::exit::Failure;
use crate::plot;
use crate::show::compare::{apart, doubts, relative, saved, word as verdict_word};
use crate::show::number::in_unit;

use super::document::{Block, Cell, Part, Section, Table, Tone, number, word};

/// A comparison, read from `file`.
pub fn of_comparison(comparison: &Comparison, file: &str) -> Result<Part, Failure> {
    let doubts = comparison.alternatives.iter().flat_map(doubts);
    let mut opening: Vec<Block> = doubts.map(|doubt| Block::Note(Tone::Doubtful, doubt)).collect();
    opening.extend(comparison.metrics.iter().map(verdict));
    let picture = plot::of_comparison(comparison, file)?;
    let caption = format!(
        "How far each alternative is from `{}`, with 95 % intervals. A hollow dot is a difference that may be chance.",
        comparison.baseline
    );
    let mut ranking: Vec<Block> =
        comparison.metrics.iter().map(|metric| table(metric, &comparison.baseline)).collect();
    ranking.push(Block::Aside(HOW_TO_READ.to_owned()));
    let sections = [
        Section::of("Differences", vec![Block::Figure(super::figure(&picture, caption)?)]),
        Section::of("Ranking", ranking),
        Section::of("How to repeat it", repeat(comparison, file)),
    ];
    Ok(Part {
        title: comparison.title(),
        kind: format!(
            "{} alternatives · {} replications of each, all on the same random numbers · baseline {}",
            comparison.alternatives.len(),
            comparison.seeds.len(),
            comparison.baseline
        ),
        opening,
        sections: sections.into_iter().flatten().collect(),
    })
}

const HOW_TO_READ: &str = "\
A difference is that to the baseline, with half the 95 % interval of that difference alone (Student's t). Verdicts are corrected \
for several comparisons: by one metric, the chance that any difference is said that is not there is at most 5 % (Holm). \
Alternatives of one rank cannot be told apart (all pairs, Holm). Saved is how many more replications of each alternative it would \
take for the same interval on random numbers of its own.";

/// Who is best by a metric, in a sentence.
fn verdict(metric: &ByMetric) -> Block {
    let first: Vec<String> = metric
        .ranking
        .iter()
        .filter(|ranked| ranked.rank == Some(1))
        .map(|ranked| format!("`{}`", ranked.alternative))
        .collect();
    let all = metric.ranking.len();
    let what = match metric.better {
        Better::Less | Better::More => "best",
        Better::Neither => "lowest",
    };
    let (tone, text) = match first.as_slice() {
        [] => (Tone::Doubtful, "nothing was measured of the alternatives".to_owned()),
        [one] => (Tone::Good, format!("{one} is {what}")),
        several if several.len() == all => (Tone::Plain, "no difference is shown".to_owned()),
        several => (Tone::Good, format!("{} are {what}, and cannot be told apart", several.join(", "))),
    };
    Block::Note(tone, format!("By `{}`, {text}.", metric.metric))
}

fn table(metric: &ByMetric, baseline: &str) -> Block {
    let better = match metric.better {
        Better::Less => "less is better",
        Better::More => "more is better",
        Better::Neither => "from the lowest up",
    };
    let row = |Ranked { rank, alternative }: &Ranked| {
        let estimate = metric.estimates.iter().find(|one| one.alternative == *alternative);
        let value = estimate
            .and_then(|one| one.value)
            .map_or_else(|| "–".to_owned(), |value| in_unit(value, metric.unit));
        let interval = estimate.and_then(|one| one.interval95);
        let interval = interval
            .map(|[low, high]| format!("{} – {}", in_unit(low, metric.unit), in_unit(high, metric.unit)));
        let difference = metric.differences.iter().find(|one| one.alternative == *alternative);
        let told =
            |tell: &dyn Fn(&Difference) -> String| Cell::from(difference.map(tell).unwrap_or_default());
        let verdict = if alternative == baseline {
            Cell::toned(Tone::Faint, "baseline")
        } else {
            difference
                .map_or_else(|| Cell::from(""), |one| Cell::toned(tone(one.verdict), marked(one.verdict)))
        };
        vec![
            Cell::from(alternative.as_str()),
            rank.map_or_else(String::new, |rank| rank.to_string()).into(),
            Cell::from(value).with(interval.unwrap_or_default()),
            told(&|one| apart(one.difference, one.interval95, metric.unit)),
            told(&|one| one.relative.map(relative).unwrap_or_default()),
            verdict,
            told(&|one| one.replications_saved.map(saved).unwrap_or_default()),
        ]
    };
    Block::Table(
        Table {
            caption: format!("By `{}`: {}, {better}", metric.metric, metric.doc),
            heads: vec![
                word("alternative"),
                number("rank"),
                number("value"),
                number("difference"),
                number("relative"),
                word("verdict"),
                number("saved"),
            ],
            rows: metric.ranking.iter().map(row).collect(),
        }
        .without_empty_columns(),
    )
}

fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Better => Tone::Good,
        Verdict::Worse => Tone::Bad,
        Verdict::Higher | Verdict::Lower => Tone::Plain,
        Verdict::NoDifferenceShown => Tone::Faint,
        Verdict::NotMeasured => Tone::Doubtful,
    }
}

/// A verdict in words, with a sign where it is good or bad.
fn marked(verdict: Verdict) -> String {
    format!("{}{}", super::mark(tone(verdict)), verdict_word(verdict))
}

/// What others need to get the same; the comparison does not know the options that held for all alternatives.
fn repeat(comparison: &Comparison, file: &str) -> Vec<Block> {
    let mut alternatives = Vec::new();
    for alternative in &comparison.alternatives {
        let mut facts = vec![format!("`{}.ron`", alternative.scenario)];
        facts.extend(alternative.case.iter().map(|case| format!("`--case {case}`")));
        facts.extend(alternative.set.iter().map(|set| format!("`--set {}={}`", set.path, set.value)));
        alternatives.push((alternative.name.clone(), facts.join(" ")));
    }
    let seeds: Vec<String> = comparison.seeds.iter().map(u64::to_string).collect();
    let metrics: Vec<String> =
        comparison.metrics.iter().map(|metric| format!("`{}`", metric.metric)).collect();
    vec![
        Block::Words(format!(
            "Told from `{file}`. `escala compare` gives the same numbers for the same scenarios and seeds; options that were \
             given for all alternatives, such as `--duration`, are not in the file."
        )),
        Block::Facts(vec![
            ("seeds".to_owned(), seeds.join(", ")),
            ("metrics".to_owned(), metrics.join(", ")),
            ("baseline".to_owned(), comparison.baseline.clone()),
            ("results version".to_owned(), comparison.results.to_string()),
        ]),
        Block::Folded("The alternatives".to_owned(), vec![Block::Facts(alternatives)]),
    ]
}
