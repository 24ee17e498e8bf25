//! Giving up: timeouts, cancellation, and visits that end wherever they are.

use crate::model::Model;
use crate::model::step::Step;
use crate::time::Time;

use super::state::State;
use super::visit::{Outcome, Phase, VisitId, hold};

impl State {
    /// The call of `id` has taken too long: it is given up, but the work below goes on unless it is cancelled. Says
    /// who goes on.
    #[inline(never)]
    pub(crate) fn call_timed_out(&mut self, model: &Model, id: VisitId) -> VisitId {
        let visit = &mut self.visits[id];
        let is_client = visit.depth == 0;
        let below = VisitId(visit.link);
        (visit.link, visit.phase) = (VisitId::NONE.0, Phase::Running);
        if visit.holds & hold::UPSTREAM != 0 {
            self.upstream_answered(model, id);
        }
        self.let_go(below, is_client);
        if let Step::Call(call) | Step::FanOut { call, .. } = model.steps[usize::from(self.visits[id].step)] {
            if self.is_live() {
                self.see_lost_call(model, id, &model.calls[call], below);
            }
            if model.calls[call].cancels {
                self.cancel(model, below);
            }
        }
        let outcome = if is_client { Outcome::Timeout } else { Outcome::UpstreamTimeout };
        self.after_attempt(model, id, outcome)
    }

    /// Nobody waits for `id` any more.
    pub(crate) fn let_go(&mut self, id: VisitId, by_client: bool) {
        if !id.is_some() {
            return;
        }
        self.trace_giving_up(id);
        self.visits[id].parent = if by_client { VisitId::GIVEN_UP } else { VisitId::NONE };
    }

    /// Stops the work of `id` and of what it waits for, where the scenario says that giving up is told downwards.
    pub(crate) fn cancel(&mut self, model: &Model, id: VisitId) {
        if !id.is_some() {
            return;
        }
        let visit = &self.visits[id];
        let is_calling = visit.phase == Phase::Calling;
        let below = VisitId(visit.link);
        match visit.phase {
            // What travels back, or collects answers, uses nothing.
            Phase::Returning
            | Phase::Unheard
            | Phase::Joining
            | Phase::Over
            | Phase::Free
            | Phase::Thinking => return,
            Phase::Travelling | Phase::Unsent => {
                self.trace_end(id, Outcome::Cancelled);
                return self.visits.release(id);
            }
            Phase::Running | Phase::Due => return,
            Phase::InLine
            | Phase::Working
            | Phase::Waiting
            | Phase::Asking
            | Phase::Calling
            | Phase::BackingOff
            | Phase::Parked => {}
        }
        if is_calling {
            self.visits[id].link = VisitId::NONE.0;
            self.let_go(below, false);
            self.cancel(model, below);
        }
        self.kill(model, id, Outcome::Cancelled);
    }

    /// Ends `id` wherever it is, with an error for whoever waits for it.
    #[inline(never)]
    pub(crate) fn kill(&mut self, model: &Model, id: VisitId, outcome: Outcome) {
        let id = self.withdraw(model, id);
        let visit = &mut self.visits[id];
        visit.wake = Time::NEVER;
        if visit.phase == Phase::Calling {
            let below = VisitId(visit.link);
            let is_upstream = visit.holds & hold::UPSTREAM != 0;
            self.let_go(below, false);
            if is_upstream {
                self.upstream_answered(model, id);
            }
        }
        self.visits[id].phase = Phase::Running;
        let next = self.fail(model, id, outcome);
        if next.is_some() {
            self.ready.push_back(next);
        }
    }
}
