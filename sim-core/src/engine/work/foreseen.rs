//! Work at foreseen pools: told on arrival when it starts and ends.

use crate::model::step::{PoolSlot, Step};
use crate::model::{Model, PoolId, SamplerId};
use crate::time::{Duration, Time};

use super::super::agenda::{Event, Rank};
use super::super::pool::{PoolState, Service};
use super::super::state::State;
use super::super::visit::{Phase, VisitId};

impl State {
    /// `id` asks a pool that tells at once when it is served. Says who goes on.
    #[inline(always)]
    pub(super) fn work_foreseen(
        &mut self,
        model: &Model,
        id: VisitId,
        slot: PoolSlot,
        pool: PoolId,
        demand: SamplerId,
        tag: u64,
    ) -> VisitId {
        let now = self.now;
        let span = self.demand(model, id, demand, tag);
        let PoolState { account, service, .. } = &mut self.pools[pool];
        let Service::Foreseen(foreseen) = service else { return id };
        let start = foreseen.start(now);
        foreseen.occupy(start.saturating_add(span));
        if start > now && !foreseen.line_up(account, now, start, self.ahead.reach) {
            return self.wait_for_start(model, id, pool, start);
        }
        self.record_wait(model, id, slot, start - now);
        self.start_foreseen(id, pool, start, span);
        self.finish_ahead(model, id)
    }

    /// The work of `id` takes `span` from `start` on.
    #[inline(always)]
    fn start_foreseen(&mut self, id: VisitId, pool: PoolId, start: Time, span: Duration) {
        let end = start.saturating_add(span);
        self.pools[pool].account.start(start, span, self.ahead.reaches(end));
        let visit = &mut self.visits[id];
        (visit.phase, visit.wake) = (Phase::Working, end);
    }

    /// `id` stands in line until its work starts.
    #[inline(never)]
    fn wait_for_start(&mut self, model: &Model, id: VisitId, pool: PoolId, start: Time) -> VisitId {
        let state = &mut self.pools[pool];
        state.line_up(&model.pools[pool], &mut self.visits, id, self.now);
        let is_first = state.account.waiting.count() == 1;
        self.visits[id].wake = start;
        self.trace_wait(id);
        if is_first {
            self.agenda.push(Event::new(start, Rank::PoolDone, pool.0));
        }
        VisitId::NONE
    }

    /// The work of the first in line at a foreseen pool starts.
    pub(super) fn start_first(&mut self, model: &Model, pool: PoolId) {
        let now = self.now;
        while let Some(first) = self.pools[pool].first_in_line() {
            let start = self.visits[first].wake;
            if start > now {
                self.agenda.push(Event::new(start, Rank::PoolDone, pool.0));
                return;
            }
            let waited = Duration(now.0 - self.visits[first].since);
            self.pools[pool].call_next(&mut self.visits, now);
            let Step::Work { pool: slot, demand, tag } = model.steps[usize::from(self.visits[first].step)]
            else {
                return;
            };
            self.record_wait(model, first, slot, waited);
            // The same draw as on arrival.
            let span = self.demand(model, first, demand, tag);
            self.start_foreseen(first, pool, now, span);
            self.ready.push_back(first);
        }
    }
}
