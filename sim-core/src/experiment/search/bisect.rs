//! Where costs are known: the candidate whose answer rules out most is run next.

use super::{Errand, FIRST, Out, Search};

/// So many candidates are tried on as the next one; more would only choose a little better.
const PIVOTS: usize = 200;

/// A runner-up is looked for among so many of the next dearer ones.
const RUNNERS_UP: usize = 4;

impl Search {
    pub(super) fn next_of_bisection(&mut self) -> Vec<Errand> {
        let open = self
            .run()
            .find(|number| self.candidates[*number].seen.as_ref().is_some_and(|seen| !self.is_decided(seen)));
        if let Some(candidate) = open {
            let done = self.candidates[candidate].seen.as_ref().map_or(FIRST, super::Seen::replications);
            return vec![Errand { candidate, replications: (2 * done).min(self.most) }];
        }
        let next = self.pivot().or_else(|| self.neighbour()).or_else(|| self.next_dearer());
        next.map(|candidate| Errand { candidate, replications: FIRST }).into_iter().collect()
    }

    /// What the answer of a candidate says of others.
    pub(super) fn rule_out_by(&mut self, candidate: usize, keeps: bool) {
        if keeps {
            let cost = self.candidates[candidate].known;
            for other in &mut self.candidates {
                if other.known > cost && other.out.is_none() {
                    other.out = Some(Out::Dearer(candidate));
                }
            }
            // Something ruled out by an assumption keeps its limits: the assumption does not hold.
            if let Some(Out::Below(_)) = self.candidates[candidate].out {
                self.give_up_the_order();
            }
            return;
        }
        self.candidates[candidate].out = Some(Out::Breaks);
        if self.is_refuted {
            return;
        }
        for number in 0..self.candidates.len() {
            if self.candidates[number].out.is_none() && self.grid.is_at_most(number, candidate) {
                self.candidates[number].out = Some(Out::Below(candidate));
            }
        }
    }

    fn give_up_the_order(&mut self) {
        self.is_refuted = true;
        for candidate in &mut self.candidates {
            if let Some(Out::Below(_)) = candidate.out {
                candidate.out = None;
            }
        }
        let keeping: Vec<usize> = self.run().filter(|number| self.keeps(*number)).collect();
        for number in keeping {
            self.rule_out_by(number, true);
        }
    }

    /// The candidate that rules out most others, whatever the answer is.
    fn pivot(&self) -> Option<usize> {
        let live: Vec<usize> = (0..self.candidates.len())
            .filter(|number| {
                self.candidates[*number].out.is_none() && self.candidates[*number].seen.is_none()
            })
            .collect();
        let worth = |pivot: usize| {
            let below = |other: &&usize| !self.is_refuted && self.grid.is_at_most(**other, pivot);
            let dearer = |other: &&usize| self.candidates[**other].known > self.candidates[pivot].known;
            let if_it_breaks = live.iter().filter(below).count();
            let if_it_keeps = live.iter().filter(dearer).count() + 1;
            if_it_breaks.min(if_it_keeps)
        };
        let stride = live.len().div_ceil(PIVOTS).max(1);
        let pivots = live.iter().copied().step_by(stride);
        // Among equals the cheapest: if it keeps the limits, the search is over.
        pivots
            .map(|pivot| (worth(pivot), pivot))
            .max_by(|(worth, one), (other_worth, other)| {
                worth.cmp(other_worth).then_with(|| self.compare(*other, *one))
            })
            .map(|(_, pivot)| pivot)
    }

    /// The candidates one step below the winner that were run.
    pub fn neighbours(&self) -> Vec<usize> {
        let below = self.below_winner().into_iter();
        below.filter(|number| self.candidates[*number].seen.is_some()).collect()
    }

    /// One step below the winner there should be nothing that keeps the limits: whoever was ruled out there is run too.
    fn neighbour(&self) -> Option<usize> {
        self.below_winner().into_iter().find(|number| self.candidates[*number].seen.is_none())
    }

    fn below_winner(&self) -> Vec<usize> {
        let Some(&winner) = self.keeping().first() else { return Vec::new() };
        self.grid.ordered().filter_map(|axis| self.grid.less(winner, axis)).collect()
    }

    /// What could have won if the winner had not: among the next dearer ones.
    fn next_dearer(&self) -> Option<usize> {
        let keeping = self.keeping();
        let (winner, runner_up) = (*keeping.first()?, keeping.get(1));
        let is_between = |number: &usize| {
            let is_before = |runner_up: &usize| self.compare(*number, *runner_up).is_lt();
            self.compare(winner, *number).is_lt() && runner_up.is_none_or(is_before)
        };
        let mut dearer: Vec<usize> = (0..self.candidates.len()).filter(is_between).collect();
        dearer.sort_by(|one, other| self.compare(*one, *other));
        dearer.into_iter().take(RUNNERS_UP).find(|number| self.candidates[*number].seen.is_none())
    }
}
