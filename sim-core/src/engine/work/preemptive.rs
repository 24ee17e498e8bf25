//! Work that a better visit interrupts.

use crate::model::step::PoolSlot;
use crate::model::{Model, PoolId, SamplerId};
use crate::time::{Duration, Time};

use super::super::pool::Service;
use super::super::pool::preemptive::Start;
use super::super::state::State;
use super::super::visit::{Phase, VisitId};

impl State {
    pub(super) fn work_preemptively(
        &mut self,
        model: &Model,
        id: VisitId,
        slot: PoolSlot,
        pool: PoolId,
        demand: SamplerId,
        tag: u64,
    ) {
        let now = self.now;
        let span = self.demand(model, id, demand, tag);
        let level = self.visits[id].priority;
        let state = &mut self.pools[pool];
        let Service::Preemptive(service) = &mut state.service else { return };
        let start = service.arrive(id, level, span.0, now);
        state.account.busy.set(service.busy(), now);
        let displaced = match start {
            Start::Served => None,
            Start::Interrupts(victim) => Some((victim, self.visits[victim].wake.0 - now.0)),
            Start::Waits => Some((id, 0)),
        };
        if let Some((waits, left)) = displaced {
            state.account.line_up(now);
            state.account.granted -= i128::from(left);
            let visit = &mut self.visits[waits];
            (visit.phase, visit.wake, visit.since) = (Phase::InLine, Time::NEVER, now.0);
            self.trace_wait(waits);
        }
        if start != Start::Waits {
            self.record_wait(model, id, slot, Duration::ZERO);
            self.start_work(id, pool, span);
        }
    }

    pub(super) fn leave_preemptive(&mut self, id: VisitId, pool: PoolId) {
        let now = self.now;
        let visits = &self.visits;
        let state = &mut self.pools[pool];
        let Service::Preemptive(service) = &mut state.service else { return };
        let next = service.leave(id, |id| visits[id].priority, now);
        state.account.busy.set(service.busy(), now);
        if let Some((next, left)) = next {
            state.account.leave_line(Time(self.visits[next].since), now);
            self.start_work(next, pool, Duration(left));
        }
    }
}
