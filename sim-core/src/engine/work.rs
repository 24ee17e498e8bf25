//! Work: asking pools for servers, being served, giving servers back.

use crate::model::step::{PoolSlot, Step};
use crate::model::{Discipline, Model, PoolId, SamplerId};
use crate::time::{Duration, Time};

use super::agenda::Event;
use super::pool::Service;
use super::state::State;
use super::visit::{Outcome, Phase, VisitId, hold};

mod foreseen;
mod preemptive;
mod shared;

impl State {
    /// `id` asks for a server for as long as its work takes. Says who goes on.
    #[inline(always)]
    pub(crate) fn work(
        &mut self,
        model: &Model,
        id: VisitId,
        slot: PoolSlot,
        demand: SamplerId,
        tag: u64,
    ) -> VisitId {
        let pool = self.pool_of(model, id, slot);
        if let Service::Foreseen(_) = self.pools[pool].service {
            return self.work_foreseen(model, id, slot, pool, demand, tag);
        }
        let spec = &model.pools[pool];
        match spec.discipline {
            Discipline::Fifo | Discipline::Lifo | Discipline::Priority => {
                let state = &mut self.pools[pool];
                if state.account.busy.count() < spec.servers {
                    state.account.busy.rise(self.now);
                    self.record_wait(model, id, slot, Duration::ZERO);
                    let span = self.demand(model, id, demand, tag);
                    self.start_work(id, pool, span);
                    return VisitId::NONE;
                }
                self.stand_in_line(model, id, pool)
            }
            Discipline::Sharing { .. } => self.share(model, id, slot, pool, demand, tag),
            Discipline::LifoPreemptive | Discipline::PriorityPreemptive => {
                self.work_preemptively(model, id, slot, pool, demand, tag);
                VisitId::NONE
            }
        }
    }

    /// `id` asks for a server to keep. Says who goes on.
    pub(crate) fn take(&mut self, model: &Model, id: VisitId, slot: PoolSlot) -> VisitId {
        let pool = self.pool_of(model, id, slot);
        let state = &mut self.pools[pool];
        if state.account.busy.count() < model.pools[pool].servers {
            state.account.busy.rise(self.now);
            self.record_wait(model, id, slot, Duration::ZERO);
            self.keep(id, slot, pool);
            self.visits[id].step += 1;
            return id;
        }
        self.stand_in_line(model, id, pool)
    }

    /// `id` waits in the line of a pool for as long as it has patience, if there is room.
    #[inline]
    fn stand_in_line(&mut self, model: &Model, id: VisitId, pool: PoolId) -> VisitId {
        let spec = &model.pools[pool];
        if !self.pools[pool].line_up(spec, &mut self.visits, id, self.now) {
            return self.fail(model, id, Outcome::Rejected);
        }
        self.trace_wait(id);
        if let Some(patience) = &spec.patience {
            let key = self.visits[id].stream.child(patience.tag);
            let span = self.drawn(model, patience.span, key);
            self.schedule(id, span);
        }
        VisitId::NONE
    }

    fn keep(&mut self, id: VisitId, slot: PoolSlot, pool: PoolId) {
        self.visits[id].holds |= 1 << slot;
        // What is kept is granted as it passes: from now on, until it is given back.
        self.pools[pool].account.granted -= i128::from(self.now.0);
    }

    /// `id` gives back a server it has kept.
    pub(crate) fn give(&mut self, model: &Model, id: VisitId, slot: PoolSlot) {
        let pool = self.pool_of(model, id, slot);
        self.visits[id].holds &= !(1 << slot);
        self.pools[pool].account.granted += i128::from(self.now.0);
        self.pass_on(model, pool);
    }

    /// A server of an exclusive pool is free: the first in line gets it.
    #[inline(always)]
    pub(crate) fn pass_on(&mut self, model: &Model, pool: PoolId) {
        let spec = &model.pools[pool];
        let now = self.now;
        if let Some(next) = self.pools[pool].give(spec, &mut self.visits, now) {
            self.begin(model, next, pool);
        }
    }

    /// `id` has come to the head of the line and is served.
    #[inline(always)]
    fn begin(&mut self, model: &Model, id: VisitId, pool: PoolId) {
        let now = self.now;
        let visit = &mut self.visits[id];
        let waited = Duration(now.0 - visit.since);
        visit.wake = Time::NEVER;
        visit.phase = Phase::Running;
        match model.steps[usize::from(visit.step)] {
            Step::Work { pool: slot, demand, tag } => {
                self.record_wait(model, id, slot, waited);
                if let Discipline::Sharing { .. } = model.pools[pool].discipline {
                    self.join_sharing(model, id, pool, demand, tag);
                } else {
                    let span = self.demand(model, id, demand, tag);
                    self.start_work(id, pool, span);
                }
            }
            Step::Take { pool: slot } => {
                self.record_wait(model, id, slot, waited);
                self.keep(id, slot, pool);
                self.visits[id].step += 1;
                self.ready.push_back(id);
            }
            _ => {}
        }
    }

    /// `id` has waited in line for as long as it would.
    pub(crate) fn lose_patience(&mut self, model: &Model, id: VisitId) -> VisitId {
        let (slot, pool) = self.line_of(model, id);
        let waited = Duration(self.now.0 - self.visits[id].since);
        self.record_wait(model, id, slot, waited);
        let id = self.leave_line(model, id, pool);
        self.fail(model, id, Outcome::Abandoned)
    }

    /// Takes `id` out of its line: its slot stays behind, and it goes on under another one.
    fn leave_line(&mut self, model: &Model, id: VisitId, pool: PoolId) -> VisitId {
        let spec = &model.pools[pool];
        self.pools[pool].desert(spec, &mut self.visits, id, self.now);
        let mut copy = self.visits[id];
        (copy.phase, copy.wake, copy.link) = (Phase::Running, Time::NEVER, VisitId::NONE.0);
        let left_behind = &mut self.visits[id];
        (left_behind.phase, left_behind.wake) = (Phase::Over, Time::NEVER);
        self.visits[VisitId(copy.root)].root += 1;
        let moved = self.visits.insert(copy);
        if copy.parent.is_some() && self.visits[copy.parent].link == id.0 {
            let parent = &mut self.visits[copy.parent];
            if parent.phase == Phase::Calling {
                parent.link = moved.0;
            }
        }
        self.pools[pool].sweep(&mut self.visits);
        self.trace_move(id, moved);
        moved
    }

    /// The pool that `id` asks at its step: in whose line it stands, or which serves it.
    #[inline(always)]
    pub(crate) fn line_of(&self, model: &Model, id: VisitId) -> (PoolSlot, PoolId) {
        match model.steps[usize::from(self.visits[id].step)] {
            Step::Work { pool, .. } | Step::Take { pool } => (pool, self.pool_of(model, id, pool)),
            _ => (0, self.pool_of(model, id, 0)),
        }
    }

    /// Work of `id` on an exclusive pool takes `span` from now.
    #[inline(always)]
    fn start_work(&mut self, id: VisitId, pool: PoolId, span: Duration) {
        self.pools[pool].account.granted += i128::from(span.0);
        self.visits[id].phase = Phase::Working;
        self.schedule(id, span);
        if self.hung_until > self.now {
            self.wait_out_hang(id, pool);
        }
    }

    /// Work that starts at an instance that stands still, such as when another visit was given up, is done only after that.
    #[cold]
    #[inline(never)]
    fn wait_out_hang(&mut self, id: VisitId, pool: PoolId) {
        let visit = &self.visits[id];
        let pause = self.instances[visit.place].hung_until.since(self.now);
        if pause > Duration::ZERO {
            self.put_off_work(id, pool, pause);
        }
    }

    /// The work of `id` ends later by `pause`, its server kept.
    pub(crate) fn put_off_work(&mut self, id: VisitId, pool: PoolId, pause: Duration) {
        self.pools[pool].account.granted += i128::from(pause.0);
        let left = self.visits[id].wake - self.now;
        self.schedule(id, left + pause);
        let ends = self.visits[id].wake;
        if let Service::Preemptive(service) = &mut self.pools[pool].service {
            service.reschedule(id, ends);
        }
        let until = self.instances[self.visits[id].place].hung_until;
        self.trace_hold_up(id, Some(until));
    }

    /// The work of `id` is done.
    #[inline(always)]
    pub(crate) fn work_done(&mut self, model: &Model, id: VisitId) {
        let (_, pool) = self.line_of(model, id);
        let now = self.now;
        let state = &mut self.pools[pool];
        if let Service::Foreseen(_) = state.service {
            return state.account.busy.fall(now);
        }
        match model.pools[pool].discipline {
            Discipline::Fifo | Discipline::Lifo | Discipline::Priority => self.pass_on(model, pool),
            Discipline::LifoPreemptive | Discipline::PriorityPreemptive => self.leave_preemptive(id, pool),
            Discipline::Sharing { .. } => {}
        }
    }

    /// What a pool has written down for now happens.
    pub(crate) fn pool_done(&mut self, model: &Model, event: Event) {
        let pool = PoolId(event.slot());
        match self.pools[pool].service {
            Service::Foreseen(_) => self.start_first(model, pool),
            Service::Sharing(_) => self.sharers_done(model, pool, event),
            Service::Exclusive | Service::Preemptive(_) => {}
        }
    }

    // Endings that nobody planned.

    /// Takes `id` out of whatever pool it waits for or is served by; its slot may change.
    pub(crate) fn withdraw(&mut self, model: &Model, id: VisitId) -> VisitId {
        let phase = self.visits[id].phase;
        if !matches!(phase, Phase::InLine | Phase::Working) {
            if phase == Phase::Parked {
                self.unpark(id);
            }
            return id;
        }
        let now = self.now;
        let (_, pool) = self.line_of(model, id);
        let left = match self.visits[id].wake {
            Time::NEVER => 0,
            wake => wake.0 - now.0,
        };
        let state = &mut self.pools[pool];
        match (&mut state.service, phase) {
            (Service::Exclusive, Phase::Working) => {
                state.account.granted -= i128::from(left);
                self.pass_on(model, pool);
            }
            (Service::Sharing(sharing), Phase::Working) => {
                let taken = sharing.extract(now, |member| member == id);
                state.account.granted -= taken.iter().map(|(_, left)| i128::from(*left)).sum::<i128>();
                state.account.busy.set(sharing.busy(), now);
                self.admit_sharers(model, pool);
                self.schedule_pool(pool);
            }
            (Service::Preemptive(_), Phase::Working) => {
                state.account.granted -= i128::from(left);
                self.leave_preemptive(id, pool);
            }
            (Service::Preemptive(service), _) => {
                service.withdraw(id);
                state.account.leave_line(Time(self.visits[id].since), now);
            }
            _ => return self.leave_line(model, id, pool),
        }
        id
    }

    /// How long a work of `id` takes at its instance.
    #[inline(always)]
    fn demand(&self, model: &Model, id: VisitId, demand: SamplerId, tag: u64) -> Duration {
        let visit = &self.visits[id];
        self.instances[visit.place].work_span(&model.samplers[demand], visit.stream.child(tag))
    }

    #[inline(always)]
    pub(crate) fn pool_of(&self, model: &Model, id: VisitId, slot: PoolSlot) -> PoolId {
        model.instances[self.visits[id].place].pools[usize::from(slot)]
    }

    #[inline(always)]
    fn record_wait(&mut self, model: &Model, id: VisitId, slot: PoolSlot, waited: Duration) {
        let visit = &self.visits[id];
        if visit.entered >= self.tally.from {
            let node = model.instances[visit.place].node;
            self.tally.nodes[node].waits[usize::from(slot)].record(waited.0);
        }
    }
}

/// Whether `holds` has a server of any pool.
pub(crate) fn keeps_a_server(holds: u8) -> bool {
    holds & hold::POOLS != 0
}
