//! Runs what the claims of a scenario need, and checks them.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use sim_core::experiment::replicate::{ThinTail, thin_tails};
use sim_core::report::claim::BASE;
use sim_core::report::{ClaimResult, Report, Watch};
use sim_core::sorted::Map;

use crate::exit::Failure;
use crate::input::Source;
use crate::output::Output;
use crate::prepare::{Edits, Prepared, try_prepare};
use crate::replicate::{Repeat, replicate};
use crate::simulate::{Oversight, simulate};

/// The runs of a scenario by the name of their case; [`BASE`] is the scenario as it stands.
pub type Runs = BTreeMap<String, Report>;

/// The cases, besides `own`, without which some claim of `prepared` cannot be checked.
pub fn cases_needed(prepared: &Prepared, own: &str) -> BTreeSet<String> {
    let named = prepared.claims.iter().flat_map(|claim| claim.cases().into_iter().map(str::to_owned));
    named.filter(|case| case != own).collect()
}

/// Runs cases of a scenario side by side, each with the edits and the seeds of the others, so many times.
pub fn run_cases(
    source: &Source,
    edits: &Edits,
    cases: &BTreeSet<String>,
    times: u32,
    oversight: &(dyn Fn() -> Oversight + Sync),
    output: &Output,
) -> Result<Runs, Failure> {
    let run = |case: &String| {
        let edits = Edits { case: (case != BASE).then(|| case.clone()), ..edits.clone() };
        let prepared = try_prepare(source, &edits).map_err(|unfit| unfit.tell(output))?;
        let report = match times {
            1 => run_one(&prepared, &mut oversight())?,
            _ => replicate(&prepared, &Repeat::Times(times), oversight, None)?.report,
        };
        Ok((case.clone(), report))
    };
    cases.par_iter().map(run).collect()
}

/// Runs one scenario.
pub fn run_one(prepared: &Prepared, oversight: &mut Oversight) -> Result<Report, Failure> {
    let watch = Watch::new(prepared.claims.spans());
    let mut report = simulate(&mut prepared.engine(), watch, oversight)?;
    report.case.clone_from(&prepared.case);
    Ok(report)
}

/// What is run: a text, what was changed in it, and what that compiled to.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// Where it stands.
    pub source: &'a Source,
    /// What is changed in it.
    pub edits: &'a Edits,
    /// What is to run.
    pub prepared: &'a Prepared,
}

/// A report whose claims are checked.
pub struct Checked {
    /// With the claims.
    pub report: Report,
    /// What makes claims or intervals mean less than they seem to.
    pub doubts: Vec<String>,
}

/// Runs a scenario by `main`, and besides it, as often, the cases with which its claims compare it: at the same time where it
/// is a single run.
pub fn run_and_check(
    subject: Subject<'_>,
    is_single: bool,
    main: impl FnOnce() -> Result<Report, Failure> + Send,
    beside: &(dyn Fn() -> Oversight + Sync),
    output: &Output,
) -> Result<Checked, Failure> {
    let Subject { source, edits, prepared } = subject;
    let own = prepared.case.as_deref().unwrap_or(BASE);
    // Who asks for one case wants that one only.
    let others = if own == BASE { cases_needed(prepared, own) } else { BTreeSet::new() };
    let run_others = |times| run_cases(source, edits, &others, times, beside, output);
    let (main, mut runs) = if is_single {
        let (main, others) = rayon::join(main, || run_others(1));
        (main?, others?)
    } else {
        let main = main()?;
        // The others are run with the same seeds.
        let others = run_others(main.seeds.len() as u32)?;
        (main, others)
    };
    let mut doubts = Vec::new();
    for (case, report) in &runs {
        if !report.is_sound() || report.limit.is_some() {
            let name = if case == BASE { "the scenario itself" } else { case };
            doubts.push(format!(
                "the run of {name} did not end well, so claims about it mean little; see `escala run --case {name}`"
            ));
        }
    }
    runs.insert(own.to_owned(), main);
    let expect = check(prepared, &runs, &BTreeSet::from([own]));
    let left_out = prepared.claims.iter().count() - expect.len();
    if left_out > 0 {
        doubts.push(format!(
            "{left_out} of the claims compare with other cases; `escala test {}` checks them",
            source.name
        ));
    }
    let mut report = runs.remove(own).ok_or_else(|| Failure::failed("the run left no report"))?;
    doubts.extend(thin(&report));
    report.expect = expect;
    Ok(Checked { report, doubts })
}

/// Which intervals are too narrow.
fn thin(report: &Report) -> impl Iterator<Item = String> {
    let (each, longer) = match report.seeds.len() {
        0 | 1 => (format!("each of {} parts of the run", report.part_count()), "a run"),
        _ => ("each run".to_owned(), "runs"),
    };
    thin_tails(report).into_iter().map(move |ThinTail { client, percentile, beyond }| {
        let times = (ThinTail::ENOUGH / beyond.max(0.1)).ceil();
        format!(
            "the intervals of {client} from p{percentile} on are too narrow: only about {beyond:.0} requests lie beyond it in \
             {each}; make {longer} {times} times as long"
        )
    })
}

/// Checks all claims of `prepared` for which there are runs. What says nothing of cases is told of the runs in `own`.
pub fn check(prepared: &Prepared, runs: &Runs, own: &BTreeSet<&str>) -> Vec<ClaimResult> {
    let all: Map<String, &Report> = runs.iter().map(|(case, report)| (case.clone(), report)).collect();
    let own = all.iter().filter(|(case, _)| own.contains(case.as_str()));
    let own: Map<String, &Report> = own.map(|(case, report)| (case.clone(), *report)).collect();
    let find =
        |results: &[ClaimResult], text: &str| results.iter().find(|result| result.claim == text).cloned();
    let (of_all, of_own) = (prepared.claims.check(&all), prepared.claims.check(&own));
    prepared
        .claims
        .iter()
        .filter_map(|claim| {
            let results = if claim.cases().is_empty() { &of_own } else { &of_all };
            find(results, &claim.text)
        })
        .collect()
}
