//! Where costs are measured: candidates race on the same random numbers, and those that are surely worse fall out.

use super::{DOUBT, Errand, Out, Search, Verdict};
use crate::statistics::paired_difference;

impl Search {
    pub(super) fn next_of_race(&mut self) -> Vec<Errand> {
        loop {
            let live: Vec<usize> =
                (0..self.candidates.len()).filter(|number| self.candidates[*number].out.is_none()).collect();
            let done =
                |number: usize| self.candidates[number].seen.as_ref().map_or(0, super::Seen::replications);
            let behind: Vec<usize> =
                live.iter().copied().filter(|number| done(*number) < self.round).collect();
            if !behind.is_empty() {
                let errand = |candidate: usize| Errand { candidate, replications: self.round };
                return behind.into_iter().map(errand).collect();
            }
            self.drop_the_dearer(&live);
            let is_over = self.round >= self.most || self.is_won();
            if is_over {
                return Vec::new();
            }
            self.round = (2 * self.round).min(self.most);
        }
    }

    /// Whether one is left, and it surely keeps its limits.
    fn is_won(&self) -> bool {
        let mut live = self.candidates.iter().filter(|candidate| candidate.out.is_none());
        let first = live.next().and_then(|candidate| candidate.seen.as_ref());
        live.next().is_none() && first.is_none_or(|seen| seen.verdict() == Verdict::Keeps)
    }

    /// Those that surely cost more than the cheapest one that surely keeps its limits.
    fn drop_the_dearer(&mut self, live: &[usize]) {
        let is_sure = |number: &usize| {
            let seen = self.candidates[*number].seen.as_ref();
            seen.is_some_and(|seen| seen.verdict() == Verdict::Keeps && seen.cost().is_some())
        };
        let best = live.iter().copied().filter(is_sure).min_by(|one, other| self.compare(*one, *other));
        let Some(best) = best else { return };
        for &number in live {
            if number != best && self.is_surely_dearer(number, best) {
                self.candidates[number].out = Some(Out::Dearer(best));
            }
        }
    }

    fn is_surely_dearer(&self, number: usize, best: usize) -> bool {
        let costs = |number: usize| -> Option<Vec<f64>> {
            self.candidates[number].seen.as_ref()?.costs.iter().copied().collect()
        };
        // Nothing counted is nothing to win with.
        let (Some(costs), Some(least)) = (costs(number), costs(best)) else { return true };
        let difference = paired_difference(&costs, &least, 1.0 - 2.0 * DOUBT);
        difference.is_some_and(|difference| difference.difference.low() > 0.0)
    }
}
