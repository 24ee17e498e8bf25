//! Search: which candidate costs least among those that keep their limits, in as few runs as that takes.
//!
//! What a candidate costs is often known before it runs: so many instances at such prices. Then every run answers yes or no, and
//! rules out many others: those that cost more than one that keeps the limits, and those with less of everything than one
//! that does not. The candidate whose answer rules out most is run next; on one axis that is bisection. That more of
//! something keeps limits better is an assumption: it is checked at the neighbours of the winner, and given up if it fails.
//!
//! Where the cost itself has to be measured, as under an autoscaler, candidates race: all get a few replications on the same
//! random numbers, those that are surely worse than the best fall out, the rest get twice as many (Maron and Moore 1997).
//!
//! Nothing here runs anything: [`Search::errands`] says what to run, [`Search::tell`] takes what was seen.

mod bisect;
mod grid;
mod look;
mod objective;
mod race;

pub use grid::Grid;
pub use look::Look;
pub use objective::{Objective, magnitude};

use crate::report::claim::Margin;
use crate::statistics::{standard_error_around, student_t_cdf};

/// The replications of a first look: fewer tell their own spread badly.
pub const FIRST: u32 = 4;

/// The most candidates: every one is compiled, and compared with all others.
pub const MOST_CANDIDATES: u32 = 10_000;

/// An answer is sure if the chance of the opposite is below this.
const DOUBT: f64 = 0.005;

/// How well a limit is kept.
#[derive(Clone, PartialEq, Debug)]
pub struct Limit {
    /// By all replications together.
    pub margin: Margin,
    /// The standard error of what it is kept by, zero where nothing is left to chance.
    pub error: f64,
    /// The degrees of freedom of the error.
    pub freedom: f64,
}

impl Limit {
    /// How well it is kept by all replications together, which each keep it by so much: their spread says how sure that is.
    pub fn new(margin: Margin, each: &[f64]) -> Limit {
        let error = standard_error_around(margin.by, each).unwrap_or(0.0);
        Limit { margin, error, freedom: each.len() as f64 - 1.0 }
    }

    /// How sure it is that the limit is kept: the chance that its margin is above zero, by Student's t.
    pub fn chance(&self) -> f64 {
        if self.error == 0.0 || self.freedom < 1.0 {
            return if self.margin.is_met { 1.0 } else { 0.0 };
        }
        student_t_cdf(self.margin.by / self.error, self.freedom)
    }
}

/// What was seen of a candidate.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Seen {
    /// What is to be least, by replication; `None` in one in which nothing was counted.
    pub costs: Vec<Option<f64>>,
    /// The limits over all replications; `None` where nothing was counted that could keep one.
    pub limits: Vec<Option<Limit>>,
}

/// Whether a candidate keeps all limits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It surely does.
    Keeps,
    /// It surely does not.
    Breaks,
    /// It may be chance.
    Open {
        /// Whether it does as far as was measured.
        seems_to: bool,
    },
}

impl Seen {
    /// How many replications there were.
    pub fn replications(&self) -> u32 {
        self.costs.len() as u32
    }

    /// What it costs on average.
    pub fn cost(&self) -> Option<f64> {
        let known: Option<Vec<f64>> = self.costs.iter().copied().collect();
        known.filter(|costs| !costs.is_empty()).map(|costs| costs.iter().sum::<f64>() / costs.len() as f64)
    }

    /// Whether it keeps its limits.
    pub fn verdict(&self) -> Verdict {
        let mut is_sure = true;
        let mut seems_to = true;
        for limit in &self.limits {
            match limit.as_ref().map(|limit| (limit.margin.is_met, limit.chance())) {
                None => return Verdict::Breaks,
                Some((false, chance)) if chance < DOUBT => return Verdict::Breaks,
                Some((is_met, chance)) => {
                    seems_to &= is_met;
                    is_sure &= is_met && chance > 1.0 - DOUBT;
                }
            }
        }
        if is_sure { Verdict::Keeps } else { Verdict::Open { seems_to } }
    }

    /// Whether it keeps its limits as far as was measured.
    pub fn keeps(&self) -> bool {
        matches!(self.verdict(), Verdict::Keeps | Verdict::Open { seems_to: true })
    }

    /// By how much the first limit is kept: what decides between candidates of one cost.
    fn slack(&self) -> f64 {
        self.limits.first().and_then(Option::as_ref).map_or(f64::NEG_INFINITY, |limit| limit.margin.by)
    }
}

/// A candidate to bring to so many replications in all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Errand {
    /// Which one.
    pub candidate: usize,
    /// How many replications.
    pub replications: u32,
}

/// A search that goes on.
#[derive(Clone, Debug)]
pub struct Search {
    candidates: Vec<Candidate>,
    grid: Grid,
    most: u32,
    /// Whether costs are known without a run.
    is_known: bool,
    /// Whether a neighbour has shown that more is not always better.
    is_refuted: bool,
    /// The round of a race.
    round: u32,
}

#[derive(Clone, Debug, Default)]
struct Candidate {
    known: Option<f64>,
    seen: Option<Seen>,
    out: Option<Out>,
}

/// Why a candidate cannot win.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Out {
    /// It was run and breaks a limit.
    Breaks,
    /// It has less of everything than this one, which breaks a limit.
    Below(usize),
    /// It costs more than this one, which keeps the limits.
    Dearer(usize),
}

/// What a search has found.
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    /// The candidate that costs least among those that keep their limits; none if none does.
    pub winner: Option<usize>,
    /// The next one.
    pub runner_up: Option<usize>,
    /// Those that were run of which no other costs less and keeps the first limit better, by cost.
    pub front: Vec<usize>,
    /// How many candidates were run.
    pub run: usize,
    /// How many were ruled out without a run because one with more of everything breaks a limit.
    pub ruled_out: usize,
    /// Whether a neighbour of a winner has shown that more is not always better, so that nothing was ruled out by it.
    pub is_refuted: bool,
}

impl Search {
    /// A search over a grid, with costs as far as they are known; `most` replications decide what is too close to call.
    pub fn new(grid: Grid, costs: Option<Vec<f64>>, most: u32) -> Search {
        let is_known = costs.is_some();
        let known = |number: usize| costs.as_ref().and_then(|costs| costs.get(number).copied());
        let candidates =
            (0..grid.len()).map(|number| Candidate { known: known(number), ..Candidate::default() });
        Search {
            candidates: candidates.collect(),
            grid,
            most: most.max(FIRST),
            is_known,
            is_refuted: false,
            round: FIRST,
        }
    }

    /// What to run next; nothing when the search is over.
    pub fn errands(&mut self) -> Vec<Errand> {
        if self.is_known { self.next_of_bisection() } else { self.next_of_race() }
    }

    /// Takes what was seen of a candidate, over all its replications.
    pub fn tell(&mut self, candidate: usize, seen: Seen) {
        let is_decided = self.is_decided(&seen);
        let verdict = seen.verdict();
        let seems_to = seen.keeps();
        self.candidates[candidate].seen = Some(seen);
        if self.is_known {
            if is_decided {
                self.rule_out_by(candidate, seems_to);
            }
        } else if verdict == Verdict::Breaks {
            self.candidates[candidate].out = Some(Out::Breaks);
        }
    }

    /// What was seen of a candidate.
    pub fn seen(&self, candidate: usize) -> Option<&Seen> {
        self.candidates[candidate].seen.as_ref()
    }

    /// Why a candidate cannot win, if it cannot.
    pub fn out(&self, candidate: usize) -> Option<Out> {
        self.candidates[candidate].out
    }

    /// How many candidates may still win.
    pub fn left(&self) -> usize {
        self.candidates.iter().filter(|candidate| candidate.out.is_none()).count()
    }

    /// What has been found so far.
    pub fn answer(&self) -> Answer {
        let keeping = self.keeping();
        let below =
            |candidate: &&Candidate| candidate.seen.is_none() && matches!(candidate.out, Some(Out::Below(_)));
        Answer {
            winner: keeping.first().copied(),
            runner_up: keeping.get(1).copied(),
            front: self.front(),
            run: self.run().count(),
            ruled_out: self.candidates.iter().filter(below).count(),
            is_refuted: self.is_refuted,
        }
    }

    /// Those that keep their limits as far as was measured, the best first.
    fn keeping(&self) -> Vec<usize> {
        let mut keeping: Vec<usize> = self.run().filter(|number| self.keeps(*number)).collect();
        // Who fell out early was measured less often: its cost does not compare with that of those who went on.
        let is_out = |number: usize| self.candidates[number].out.is_some();
        keeping
            .sort_by(|one, other| is_out(*one).cmp(&is_out(*other)).then_with(|| self.compare(*one, *other)));
        keeping
    }

    fn run(&self) -> impl Iterator<Item = usize> {
        (0..self.candidates.len()).filter(|number| self.candidates[*number].seen.is_some())
    }

    fn keeps(&self, number: usize) -> bool {
        let candidate = &self.candidates[number];
        let seems_to = candidate.seen.as_ref().is_some_and(Seen::keeps);
        seems_to && self.cost(number).is_some()
    }

    /// What a candidate costs: what is known of it, or what was measured.
    pub fn cost(&self, number: usize) -> Option<f64> {
        let candidate = &self.candidates[number];
        candidate.known.or_else(|| candidate.seen.as_ref()?.cost())
    }

    /// By cost, then by how well the first limit is kept, then by their order.
    fn compare(&self, one: usize, other: usize) -> std::cmp::Ordering {
        let cost = |number: usize| self.cost(number).unwrap_or(f64::INFINITY);
        let slack =
            |number: usize| self.candidates[number].seen.as_ref().map_or(f64::NEG_INFINITY, Seen::slack);
        cost(one).total_cmp(&cost(other)).then(slack(other).total_cmp(&slack(one))).then(one.cmp(&other))
    }

    /// Whether more replications would change nothing, or are not to be had.
    fn is_decided(&self, seen: &Seen) -> bool {
        !matches!(seen.verdict(), Verdict::Open { .. }) || seen.replications() >= self.most
    }

    /// Nobody costs less and keeps the first limit better.
    fn front(&self) -> Vec<usize> {
        let mut run: Vec<usize> = self.run().filter(|number| self.cost(*number).is_some()).collect();
        run.sort_by(|one, other| self.compare(*one, *other));
        let mut best = f64::NEG_INFINITY;
        run.retain(|number| {
            let slack = self.candidates[*number].seen.as_ref().map_or(best, Seen::slack);
            let is_better = slack > best;
            best = best.max(slack);
            is_better
        });
        run
    }
}

#[cfg(test)]
mod tests;
