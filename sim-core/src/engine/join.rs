//! Several answers at once: fan-out, parallel branches, and the visit that collects their answers.

use crate::model::step::Program;
use crate::model::{CallId, Model};
use crate::time::Time;

use super::call::{Errand, purpose};
use super::state::State;
use super::visit::{Outcome, Phase, VisitId, hold};

impl State {
    #[inline(never)]
    pub(crate) fn fan_out(
        &mut self,
        model: &Model,
        id: VisitId,
        call: CallId,
        count: u16,
        need: u16,
    ) -> VisitId {
        let spec = &model.calls[call];
        let attempt = self.begin_attempt(model, id, spec);
        let join = self.join(id, count, need);
        self.visits[id].phase = Phase::Calling;
        self.set_deadline(model, id, spec);
        let caller = self.caller(id);
        for branch in 0..u64::from(count) {
            let number = u64::from(attempt) * u64::from(count) + branch;
            let next = match self.errand(model, caller, spec, number) {
                Ok(errand) => {
                    let child = self.insert_below(caller, join, errand);
                    if self.is_live() {
                        self.see_sent(model, id, errand.place);
                    }
                    self.travel::<false>(model, child, Phase::Travelling)
                }
                Err(outcome) => {
                    if self.is_live() {
                        self.see_lost_call(model, id, spec, VisitId::NONE);
                    }
                    self.answer(model, join, outcome)
                }
            };
            if next.is_some() {
                self.ready.push_back(next);
            }
        }
        VisitId::NONE
    }

    #[inline(never)]
    pub(crate) fn fork(&mut self, id: VisitId, first: Program, branches: u16, need: u16) -> VisitId {
        let join = self.join(id, branches, need);
        self.visits[id].phase = Phase::Calling;
        self.visits[id].wake = Time::NEVER;
        let caller = self.caller(id);
        for branch in 0..branches {
            let stream = caller.stream.child(purpose::BRANCH).numbered(u64::from(branch));
            let errand = Errand { stream, place: caller.place, step: first + branch, via: 0, counted: None };
            let child = self.insert_below(caller, join, errand);
            let visit = &mut self.visits[child];
            (visit.entered, visit.holds) = (self.now, hold::BRANCH);
            self.ready.push_back(child);
        }
        VisitId::NONE
    }

    /// Makes a visit that collects `count` answers for `id`, of which `need` must be good.
    pub(crate) fn join(&mut self, id: VisitId, count: u16, need: u16) -> VisitId {
        let caller = self.caller(id);
        let step = self.visits[id].step;
        let errand = Errand { stream: caller.stream, place: caller.place, step, via: 0, counted: None };
        let join = self.insert_below(caller, id, errand);
        let visit = &mut self.visits[join];
        (visit.phase, visit.link, visit.since) = (Phase::Joining, u32::from(count), u64::from(need));
        self.visits[id].link = join.0;
        self.trace_join(join, id);
        join
    }

    #[inline(never)]
    pub(crate) fn join_answer(&mut self, model: &Model, id: VisitId, outcome: Outcome) -> VisitId {
        let join = &mut self.visits[id];
        join.link -= 1;
        let parent = join.parent;
        let still_out = u64::from(join.link);
        let verdict = if outcome == Outcome::Completed {
            join.since = join.since.saturating_sub(1);
            (join.since == 0).then_some(Outcome::Completed)
        } else {
            (still_out < join.since).then_some(outcome)
        };
        let mut next = VisitId::NONE;
        if let Some(verdict) = verdict
            && parent.is_some()
        {
            // Later answers count for nobody.
            self.visits[id].parent = VisitId::NONE;
            self.trace_verdict(id);
            next = self.answer_once(model, parent, verdict);
        }
        if still_out == 0 {
            self.trace_end_of_join(id);
            self.visits.release(id);
        }
        next
    }

    /// [`State::answer`] for a caller that joins, out of line to end the recursion of inlining.
    #[inline(never)]
    pub(crate) fn answer_once(&mut self, model: &Model, id: VisitId, outcome: Outcome) -> VisitId {
        self.answer(model, id, outcome)
    }
}
