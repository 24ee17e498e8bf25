//! Work at shared pools: all at once, each at a part of the speed.

use crate::model::step::PoolSlot;
use crate::model::{Model, PoolId, SamplerId};
use crate::time::{Duration, Time};

use super::super::agenda::{Event, Rank};
use super::super::pool::Service;
use super::super::state::State;
use super::super::visit::{Phase, VisitId};

impl State {
    pub(super) fn share(
        &mut self,
        model: &Model,
        id: VisitId,
        slot: PoolSlot,
        pool: PoolId,
        demand: SamplerId,
        tag: u64,
    ) -> VisitId {
        let Service::Sharing(sharing) = &self.pools[pool].service else { return VisitId::NONE };
        if !sharing.has_room() {
            return self.stand_in_line(model, id, pool);
        }
        self.record_wait(model, id, slot, Duration::ZERO);
        self.join_sharing(model, id, pool, demand, tag);
        VisitId::NONE
    }

    pub(super) fn join_sharing(
        &mut self,
        model: &Model,
        id: VisitId,
        pool: PoolId,
        demand: SamplerId,
        tag: u64,
    ) {
        let span = self.demand(model, id, demand, tag);
        self.share_for(id, pool, span);
    }

    /// `id` shares the pool until it has had `span` of work.
    pub(crate) fn share_for(&mut self, id: VisitId, pool: PoolId, span: Duration) {
        let now = self.now;
        let visit = &mut self.visits[id];
        visit.phase = Phase::Working;
        visit.wake = Time::NEVER;
        let ordinal = visit.ordinal;
        let state = &mut self.pools[pool];
        let Service::Sharing(sharing) = &mut state.service else { return };
        state.account.granted += i128::from(span.0);
        sharing.join(id, ordinal, span.0, now);
        state.account.busy.set(sharing.busy(), now);
        self.schedule_pool(pool);
        self.trace_wait(id);
    }

    /// Writes down when the next member of a shared pool is done.
    pub(crate) fn schedule_pool(&mut self, pool: PoolId) {
        let Service::Sharing(sharing) = &self.pools[pool].service else { return };
        if sharing.next_done != Time::NEVER {
            self.agenda.push(Event::new(sharing.next_done, Rank::PoolDone, pool.0));
        }
    }

    /// The members of a shared pool that are done at the time of this event go on, and others come in.
    pub(super) fn sharers_done(&mut self, model: &Model, pool: PoolId, event: Event) {
        let now = self.now;
        let state = &mut self.pools[pool];
        let Service::Sharing(sharing) = &mut state.service else { return };
        if sharing.next_done != event.time() {
            return;
        }
        while let Some(id) = sharing.done(now) {
            self.ready.push_back(id);
        }
        state.account.busy.set(sharing.busy(), now);
        // Nobody else is ready when an event comes. Servers are passed on before those who had them go on.
        let done = self.ready.len();
        for place in 0..done {
            let id = self.ready[place];
            self.events += 1;
            let visit = &mut self.visits[id];
            visit.step += 1;
            visit.phase = Phase::Running;
        }
        self.admit_sharers(model, pool);
        self.schedule_pool(pool);
        if self.hung_until > now {
            for _ in 0..done {
                if let Some(id) = self.ready.pop_front()
                    && !self.waits_out_a_hang(id)
                {
                    self.ready.push_back(id);
                }
            }
        }
    }

    /// A visit whose instance stands still goes on once that is over.
    fn waits_out_a_hang(&mut self, id: VisitId) -> bool {
        let until = self.instances[self.visits[id].place].hung_until;
        if until <= self.now {
            return false;
        }
        let visit = &mut self.visits[id];
        visit.step -= 1;
        visit.phase = Phase::Waiting;
        self.schedule(id, until - self.now);
        true
    }

    /// Lets visits in line share, while there is room.
    pub(crate) fn admit_sharers(&mut self, model: &Model, pool: PoolId) {
        loop {
            let now = self.now;
            let state = &mut self.pools[pool];
            let Service::Sharing(sharing) = &state.service else { return };
            if !sharing.has_room() || state.account.waiting.count() == 0 {
                return;
            }
            let Some(next) = state.call_next(&mut self.visits, now) else { return };
            self.begin(model, next, pool);
        }
    }
}
