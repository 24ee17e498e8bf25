//! Runs what the claims of a scenario need, and checks them.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use sim_core::report::claim::BASE;
use sim_core::report::{ClaimResult, Report, Watch};

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

/// Checks all claims of `prepared` for which there are runs. What says nothing of cases is told of the runs in `own`.
pub fn check(prepared: &Prepared, runs: &Runs, own: &BTreeSet<&str>) -> Vec<ClaimResult> {
    let all: BTreeMap<String, &Report> = runs.iter().map(|(case, report)| (case.clone(), report)).collect();
    let own = all.iter().filter(|(case, _)| own.contains(case.as_str()));
    let own: BTreeMap<String, &Report> = own.map(|(case, report)| (case.clone(), *report)).collect();
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
