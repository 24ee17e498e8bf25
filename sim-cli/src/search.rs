//! A search: which candidates there are, and their runs.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use rayon::prelude::*;
use serde::Serialize;
use sim_core::experiment::axis::Axis;
use sim_core::experiment::compare::{Setting, named_settings};
use sim_core::experiment::design::Plan;
use sim_core::experiment::replicate::seed_of;
use sim_core::experiment::search::{
    Errand, Grid, Limit, Look, MOST_CANDIDATES, Objective, Search, magnitude,
};
use sim_core::report::claim::{ClaimText, Claims};
use sim_core::report::{Names, Reading, Span};
use sim_core::scenario::text::scan;

use crate::commands::search::too_many;
use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::output::Output;
use crate::prepare::{Edits, Prepared, title};
use crate::progress::Parts;
use crate::replicate::each_replication;
use crate::simulate::Oversight;
use crate::sweep::asked::{Asked, Options};
use crate::sweep::cases::Cases;
use crate::threads::{held, released};

/// What is searched for.
pub struct Question<'q> {
    /// The scenario.
    pub file: &'q Path,
    /// What is to be least or most.
    pub what: &'q str,
    /// Whether it is to be most.
    pub is_most: bool,
    /// What has to hold.
    pub limits: &'q [String],
    /// What may be chosen.
    pub over: &'q [String],
    /// Draw so many candidates.
    pub random: Option<u32>,
    /// Draw so many evenly.
    pub latin: Option<u32>,
    /// The most runs of a candidate.
    pub replications: u32,
    /// Whether every candidate is run.
    pub is_exhaustive: bool,
    /// The scenario as it is for all candidates.
    pub edits: &'q Edits,
}

/// What was found.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Found {
    /// The version of this JSON: fields may be added under the same number, not renamed.
    pub schema: u32,
    /// The scenario.
    pub scenario: String,
    /// What was to be least or most.
    pub objective: String,
    /// Whether it was to be most.
    pub maximized: bool,
    /// What had to hold.
    pub limits: Vec<String>,
    /// How many candidates there are.
    pub candidates: u32,
    /// How many of them were run.
    pub run: usize,
    /// All replications together.
    pub replications: u64,
    /// How many were ruled out without a run, because one that costs more along monotone axes breaks a limit.
    pub ruled_out: usize,
    /// The axes along which what costs more was assumed to keep limits better.
    pub monotone: Vec<String>,
    /// Whether it was found not to be so next to the winner, and given up.
    pub refuted: bool,
    /// The best one.
    pub winner: Option<Candidate>,
    /// The next one.
    pub runner_up: Option<Candidate>,
    /// Those that were run and are beaten by no other in both the objective and the first limit.
    pub front: Vec<Candidate>,
    /// What was run one step from the winner, where it would have been better.
    pub neighbours: Vec<Candidate>,
}

/// A candidate that was run.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Candidate {
    /// What distinguishes it.
    pub name: String,
    /// What is put where.
    pub set: Vec<Setting>,
    /// What was to be least or most.
    pub objective: Option<f64>,
    /// The same as people write it.
    pub shown: String,
    /// How often it was run.
    pub replications: u32,
    /// Whether all limits are kept as far as was measured.
    pub keeps: bool,
    /// Each limit.
    pub limits: Vec<Kept>,
}

/// How a limit is kept.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Kept {
    /// As written.
    pub limit: String,
    /// What was measured, in base units; none if nothing was counted.
    pub value: Option<f64>,
    /// The same as people write it.
    pub shown: String,
    /// The standard error.
    pub error: Option<f64>,
    /// The chance that the limit is kept.
    pub chance: f64,
}

/// Searches for the answer.
pub fn search(question: &Question<'_>, output: &Output) -> Result<Found, Failure> {
    let cases = cases(question, output)?;
    let count = cases.design.cases();
    if count > MOST_CANDIDATES {
        return Err(too_many(count));
    }
    let numbers = cases.numbers(None);
    cases.check(&numbers, output)?;
    let first = cases.prepare(1).map_err(|unfit| unfit.tell(output))?;
    let objective = Arc::new(objective(question, &first, output)?);
    let limits = Arc::new(limits(question, &first, output)?);
    let sign = if question.is_most { -1.0 } else { 1.0 };
    let costs = known(&cases, &objective, &numbers, output)?;
    if let Objective::Path(path) = objective.as_ref()
        && costs.is_none()
    {
        let failure = Failure::usage(format!("`{path}` is not a number in every candidate"));
        return Err(
            failure.with_help("name a path with a number, such as `nodes.app.instances`, or a metric")
        );
    }
    let costs: Option<Vec<f64>> = costs.map(|costs| costs.into_iter().map(|cost| sign * cost).collect());
    let grid = grid(&cases, costs.as_deref(), question.is_exhaustive);
    let monotone = grid.ordered().map(|axis| cases.design.axes()[axis].path.clone()).collect();
    let mut driver = Driver {
        cases: &cases,
        sign,
        objective,
        limits,
        search: Search::new(grid, costs, question.replications),
        looks: BTreeMap::new(),
        replications: 0,
    };
    driver.run(output)?;
    Ok(driver.found(question, monotone))
}

fn cases(question: &Question<'_>, output: &Output) -> Result<Cases, Failure> {
    let is_drawn = question.random.is_some() || question.latin.is_some();
    let over = question.over.iter().map(|text| if is_drawn { text.clone() } else { with_steps(text) });
    let options = Options::new(over.collect(), question.random, question.latin, question.edits.clone());
    Asked::read(question.file, &options, output)?.cases(output)
}

/// A range of whole numbers without steps has all of them.
fn with_steps(text: &str) -> String {
    let is_whole = Axis::parse(text).is_ok_and(|axis| axis.is_whole_range());
    if is_whole { format!("{text} step 1") } else { text.to_owned() }
}

/// What is to be least: one of the words, a path of the scenario, or a metric.
fn objective(question: &Question<'_>, first: &Prepared, output: &Output) -> Result<Objective, Failure> {
    let what = question.what;
    let document = scan(&first.text).ok();
    let model = first.model();
    match what {
        "cost" if model.nodes.iter().all(|node| node.price.is_none()) => {
            let failure = Failure::usage("nothing has a price, so there is no cost");
            Err(failure.with_help("write one, such as `price: \"0.10/h\"` on a service"))
        }
        "cost" => Ok(Objective::Cost),
        "instances" => Ok(Objective::Instances),
        path if document.is_some_and(|document| document.locate(path).is_some()) => {
            Ok(Objective::Path(path.to_owned()))
        }
        metric => {
            let reading = Reading::parse(metric, &Names::of(model, [])).map_err(|problems| {
                output.diagnostics(
                    if question.is_most { "--maximize" } else { "--minimize" },
                    metric,
                    &problems,
                );
                output.note(
                    "it is `cost`, `instances`, a path of the scenario, or a metric such as `p99(users)`",
                );
                Failure::said(Exit::Usage)
            })?;
            Ok(Objective::Metric(Box::new(reading)))
        }
    }
}

fn limits(question: &Question<'_>, first: &Prepared, output: &Output) -> Result<Claims, Failure> {
    let names = Names::of(first.model(), []);
    let mut wrong = false;
    for text in question.limits {
        if let Err(problems) = Claims::parse(&[ClaimText { text, offset: 0 }], &names) {
            output.diagnostics("--such-that", text, &problems);
            wrong = true;
        }
    }
    let texts: Vec<_> = question.limits.iter().map(|text| ClaimText { text, offset: 0 }).collect();
    match Claims::parse(&texts, &names) {
        Ok(claims) if !wrong => Ok(claims),
        _ => Err(Failure::said(Exit::Usage)),
    }
}

/// What every candidate costs, if that is known of all.
fn known(
    cases: &Cases,
    objective: &Objective,
    numbers: &[u32],
    output: &Output,
) -> Result<Option<Vec<f64>>, Failure> {
    let cost = |number: &u32| -> Result<Option<f64>, Failure> {
        let prepared = cases.prepare(*number).map_err(|unfit| unfit.tell(output))?;
        let text_at = |path: &str| text_at(&prepared.text, path);
        Ok(objective.known(prepared.model(), &text_at))
    };
    numbers.par_iter().map(cost).collect()
}

fn text_at(text: &str, path: &str) -> Option<String> {
    let place = scan(text).ok()?.locate(path)?.value;
    text.get(place).map(str::to_owned)
}

/// Which candidate has more of something than which: along axes of numbers in a grid.
fn grid(cases: &Cases, costs: Option<&[f64]>, is_exhaustive: bool) -> Grid {
    let design = &cases.design;
    let lengths: Vec<u32> = match design.plan() {
        Plan::Grid => design.axes().iter().map(Axis::length).collect(),
        Plan::Random(_) | Plan::Latin(_) => vec![design.cases()],
    };
    let is_quantity = |axis: &Axis| axis.list().iter().all(|value| magnitude(value).is_some());
    let quantities: Vec<bool> = match design.plan() {
        Plan::Grid => design.axes().iter().map(|axis| is_quantity(axis) && !is_exhaustive).collect(),
        Plan::Random(_) | Plan::Latin(_) => vec![false],
    };
    Grid::new(lengths, &quantities, costs)
}

/// Runs what the search asks for.
struct Driver<'d> {
    cases: &'d Cases,
    sign: f64,
    objective: Arc<Objective>,
    limits: Arc<Claims>,
    search: Search,
    /// Of those that may get more replications.
    looks: BTreeMap<usize, (Arc<Prepared>, Look)>,
    replications: u64,
}

impl Driver<'_> {
    fn run(&mut self, output: &Output) -> Result<(), Failure> {
        interrupt::listen();
        let mut progress = (!output.is_quiet).then(Parts::new);
        let all = self.cases.design.cases() as usize;
        loop {
            let errands = self.search.errands();
            if errands.is_empty() {
                break;
            }
            for errand in errands {
                if let Some(progress) = &mut progress {
                    progress.show((all - self.search.left()) as u64, all as u64, "candidates decided");
                }
                self.look(errand, output)?;
            }
        }
        if let Some(progress) = &mut progress {
            progress.clear();
        }
        Ok(())
    }

    /// Brings a candidate to so many replications.
    fn look(&mut self, errand: Errand, output: &Output) -> Result<(), Failure> {
        let Errand { candidate, replications } = errand;
        let (prepared, look) = match self.looks.remove(&candidate) {
            Some(known) => known,
            None => {
                let prepared =
                    self.cases.prepare(candidate as u32 + 1).map_err(|unfit| unfit.tell(output))?;
                let model = Arc::new(prepared.model().clone());
                let look = Look::new(model, Arc::clone(&self.objective), Arc::clone(&self.limits));
                (Arc::new(prepared), look)
            }
        };
        let done = look.replications();
        let seeds: Vec<u64> = (done..replications).map(|number| seed_of(self.cases.seed, number)).collect();
        let mut spans = self.limits.spans();
        if let Objective::Metric(reading) = self.objective.as_ref() {
            spans.insert(reading.span);
        }
        spans.remove(&Span::WHOLE);
        let look = Mutex::new(look);
        each_replication(&prepared, &seeds, &spans, &Oversight::default, |number, report| {
            let added = held(&look).add(done + number, &report);
            added.map_err(|why| {
                let name = self.cases.name(candidate as u32 + 1);
                let failure = Failure::failed(format!("a run of {name} cannot be used: {why}"));
                failure.with_help("see it by `escala run` with these values")
            })
        })?;
        let look = released(look);
        self.replications += u64::from(replications - done);
        let mut seen = look.seen();
        for cost in seen.costs.iter_mut().flatten() {
            *cost *= self.sign;
        }
        self.search.tell(candidate, seen);
        if self.search.out(candidate).is_none() {
            self.looks.insert(candidate, (prepared, look));
        }
        Ok(())
    }

    fn found(&self, question: &Question<'_>, monotone: Vec<String>) -> Found {
        let answer = self.search.answer();
        let settings = named_settings(&self.cases.design);
        let candidate = |number: &usize| self.candidate(*number, &settings[*number]);
        Found {
            schema: 1,
            scenario: title(&question.file.display().to_string()),
            objective: question.what.to_owned(),
            maximized: question.is_most,
            limits: question.limits.to_vec(),
            candidates: self.cases.design.cases(),
            run: answer.run,
            replications: self.replications,
            ruled_out: answer.ruled_out,
            monotone,
            refuted: answer.is_refuted,
            winner: answer.winner.as_ref().map(candidate),
            runner_up: answer.runner_up.as_ref().map(candidate),
            front: answer.front.iter().map(candidate).collect(),
            neighbours: self.search.neighbours().iter().map(candidate).collect(),
        }
    }

    fn candidate(&self, number: usize, (name, set): &(String, Vec<Setting>)) -> Candidate {
        let seen = self.search.seen(number).cloned().unwrap_or_default();
        let objective = self.search.cost(number).map(|cost| self.sign * cost);
        let kept = |(claim, limit): (&sim_core::report::claim::Claim, &Option<Limit>)| Kept {
            limit: claim.text.clone(),
            value: limit.as_ref().map(|limit| limit.margin.value),
            shown: limit.as_ref().map_or_else(|| "–".to_owned(), |limit| limit.margin.shown.clone()),
            error: limit.as_ref().map(|limit| limit.error),
            chance: limit.as_ref().map_or(0.0, Limit::chance),
        };
        Candidate {
            name: name.clone(),
            set: set.clone(),
            shown: self.shown(objective, set),
            objective,
            replications: seen.replications(),
            keeps: seen.keeps(),
            limits: self.limits.iter().zip(&seen.limits).map(kept).collect(),
        }
    }

    /// The objective as people write it.
    fn shown(&self, objective: Option<f64>, set: &[Setting]) -> String {
        use crate::show::number::{count, in_unit, three};
        let Some(value) = objective else { return "–".to_owned() };
        match self.objective.as_ref() {
            Objective::Cost => format!("{}/h", three(value)),
            Objective::Instances if value.fract() == 0.0 => count(value as u64),
            Objective::Instances => three(value),
            Objective::Metric(reading) => in_unit(value, reading.metric.unit),
            Objective::Path(path) => {
                let text = set.iter().find(|setting| setting.path == *path).map(|setting| &setting.value);
                text.map_or_else(|| three(value), |text| text.trim_matches('"').to_owned())
            }
        }
    }
}
