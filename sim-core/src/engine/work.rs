//! Work: asking pools for servers, being served, giving servers back.

use crate::model::step::{PoolSlot, Step};
use crate::model::{Discipline, PoolId, SamplerId};
use crate::random::Key;
use crate::time::{Duration, Time};

use super::Run;
use super::agenda::{Event, Rank};
use super::pool::preemptive::Start;
use super::pool::{Admission, Service};
use super::visit::{Outcome, Phase, VisitId, hold};

impl Run<'_> {
    /// `id` asks for a server for as long as its work takes.
    #[inline]
    pub(crate) fn work(&mut self, id: VisitId, slot: PoolSlot, demand: SamplerId, tag: u64) {
        let pool = self.pool_of(id, slot);
        let spec = &self.model.pools[pool];
        let now = self.state.now;
        match spec.discipline {
            Discipline::Fifo | Discipline::Lifo | Discipline::Priority => {
                match self.state.pools[pool].enter(spec, &mut self.state.visits, id, now) {
                    Admission::Served => {
                        self.record_wait(id, slot, Duration::ZERO);
                        let span = self.demand(id, demand, tag);
                        self.start_work(id, pool, span);
                    }
                    Admission::Queued => self.await_turn(id, pool),
                    Admission::Rejected => self.fail(id, Outcome::Rejected),
                }
            }
            Discipline::Sharing { .. } => self.share(id, slot, pool, demand, tag),
            Discipline::LifoPreemptive | Discipline::PriorityPreemptive => {
                self.work_preemptively(id, slot, pool, demand, tag);
            }
        }
    }

    /// `id` asks for a server to keep; whether it has one now.
    pub(crate) fn take(&mut self, id: VisitId, slot: PoolSlot) -> bool {
        let pool = self.pool_of(id, slot);
        let spec = &self.model.pools[pool];
        match self.state.pools[pool].enter(spec, &mut self.state.visits, id, self.state.now) {
            Admission::Served => {
                self.record_wait(id, slot, Duration::ZERO);
                self.keep(id, slot, pool);
                true
            }
            Admission::Queued => {
                self.await_turn(id, pool);
                false
            }
            Admission::Rejected => {
                self.fail(id, Outcome::Rejected);
                false
            }
        }
    }

    fn keep(&mut self, id: VisitId, slot: PoolSlot, pool: PoolId) {
        self.state.visits[id].holds |= 1 << slot;
        // What is kept is granted as it passes: from now on, until it is given back.
        self.state.pools[pool].account.granted -= i128::from(self.state.now.0);
    }

    /// `id` gives back a server it has kept.
    pub(crate) fn give(&mut self, id: VisitId, slot: PoolSlot) {
        let pool = self.pool_of(id, slot);
        self.state.visits[id].holds &= !(1 << slot);
        self.state.pools[pool].account.granted += i128::from(self.state.now.0);
        self.pass_on(pool);
    }

    /// A server of an exclusive pool is free: the first in line gets it.
    #[inline]
    pub(crate) fn pass_on(&mut self, pool: PoolId) {
        let spec = &self.model.pools[pool];
        let now = self.state.now;
        if let Some(next) = self.state.pools[pool].give(spec, &mut self.state.visits, now) {
            self.begin(next, pool);
        }
    }

    /// `id` has come to the head of the line and is served.
    fn begin(&mut self, id: VisitId, pool: PoolId) {
        let now = self.state.now;
        let visit = &mut self.state.visits[id];
        let waited = Duration(now.0 - visit.since);
        visit.wake = Time::NEVER;
        visit.phase = Phase::Running;
        match self.model.steps[usize::from(visit.step)] {
            Step::Work { pool: slot, demand, tag } => {
                self.record_wait(id, slot, waited);
                if let Discipline::Sharing { .. } = self.model.pools[pool].discipline {
                    self.join_sharing(id, pool, demand, tag);
                } else {
                    let span = self.demand(id, demand, tag);
                    self.start_work(id, pool, span);
                }
            }
            Step::Take { pool: slot } => {
                self.record_wait(id, slot, waited);
                self.keep(id, slot, pool);
                self.state.visits[id].step += 1;
                self.state.ready.push(id);
            }
            _ => {}
        }
    }

    /// `id` stands in line; if it has a patience, that ends some time.
    fn await_turn(&mut self, id: VisitId, pool: PoolId) {
        self.state.visits[id].wake = Time::NEVER;
        let spec = &self.model.pools[pool];
        if let Some(patience) = &spec.patience {
            let key = self.state.visits[id].stream.child(patience.tag);
            let (span, lane) = self.drawn(patience.span, key);
            self.schedule(id, span, lane);
        }
    }

    /// `id` has waited in line for as long as it would.
    pub(crate) fn lose_patience(&mut self, id: VisitId) {
        let (slot, pool) = self.line_of(id);
        let waited = Duration(self.state.now.0 - self.state.visits[id].since);
        self.record_wait(id, slot, waited);
        let id = self.leave_line(id, pool);
        self.fail(id, Outcome::Abandoned);
    }

    /// Takes `id` out of its line: its slot stays behind, and it goes on under another one.
    fn leave_line(&mut self, id: VisitId, pool: PoolId) -> VisitId {
        let spec = &self.model.pools[pool];
        self.state.pools[pool].desert(spec, &mut self.state.visits, id, self.state.now);
        let mut copy = self.state.visits[id];
        (copy.phase, copy.wake, copy.link) = (Phase::Running, Time::NEVER, VisitId::NONE.0);
        let left_behind = &mut self.state.visits[id];
        (left_behind.phase, left_behind.wake) = (Phase::Over, Time::NEVER);
        self.state.visits[VisitId(copy.root)].root += 1;
        let moved = self.state.visits.insert(copy);
        if copy.parent.is_some() && self.state.visits[copy.parent].link == id.0 {
            let parent = &mut self.state.visits[copy.parent];
            if parent.phase == Phase::Calling {
                parent.link = moved.0;
            }
        }
        self.state.pools[pool].sweep(&mut self.state.visits);
        moved
    }

    /// The pool in whose line `id` stands.
    fn line_of(&self, id: VisitId) -> (PoolSlot, PoolId) {
        match self.model.steps[usize::from(self.state.visits[id].step)] {
            Step::Work { pool, .. } | Step::Take { pool } => (pool, self.pool_of(id, pool)),
            _ => (0, self.pool_of(id, 0)),
        }
    }

    /// Work of `id` on an exclusive pool takes `span` from now.
    #[inline]
    fn start_work(&mut self, id: VisitId, pool: PoolId, span: Duration) {
        self.state.pools[pool].account.granted += i128::from(span.0);
        self.state.visits[id].phase = Phase::Working;
        self.schedule(id, span, None);
    }

    /// The work of `id` is done.
    #[inline]
    pub(crate) fn work_done(&mut self, id: VisitId) {
        let (_, pool) = self.line_of(id);
        match self.model.pools[pool].discipline {
            Discipline::Fifo | Discipline::Lifo | Discipline::Priority => self.pass_on(pool),
            Discipline::LifoPreemptive | Discipline::PriorityPreemptive => self.leave_preemptive(id, pool),
            Discipline::Sharing { .. } => {}
        }
    }

    // Preemptive pools.

    fn work_preemptively(&mut self, id: VisitId, slot: PoolSlot, pool: PoolId, demand: SamplerId, tag: u64) {
        let now = self.state.now;
        let span = self.demand(id, demand, tag);
        let level = self.state.visits[id].priority;
        let state = &mut self.state.pools[pool];
        let Service::Preemptive(service) = &mut state.service else { return };
        let start = service.arrive(id, level, span.0, now);
        state.account.touch(now);
        state.account.busy = service.busy();
        let displaced = match start {
            Start::Served => None,
            Start::Interrupts(victim) => Some((victim, self.state.visits[victim].wake.0 - now.0)),
            Start::Waits => Some((id, 0)),
        };
        if let Some((waits, left)) = displaced {
            state.account.waiting += 1;
            state.account.longest = state.account.longest.max(state.account.waiting);
            state.account.granted -= i128::from(left);
            let visit = &mut self.state.visits[waits];
            (visit.phase, visit.wake, visit.since) = (Phase::InLine, Time::NEVER, now.0);
        }
        if start != Start::Waits {
            self.record_wait(id, slot, Duration::ZERO);
            self.start_work(id, pool, span);
        }
    }

    fn leave_preemptive(&mut self, id: VisitId, pool: PoolId) {
        let now = self.state.now;
        let visits = &self.state.visits;
        let state = &mut self.state.pools[pool];
        let Service::Preemptive(service) = &mut state.service else { return };
        let next = service.leave(id, |id| visits[id].priority, now);
        state.account.touch(now);
        state.account.busy = service.busy();
        if let Some((next, left)) = next {
            state.account.waiting -= 1;
            let waited = now.0 - self.state.visits[next].since;
            state.account.line_stays += u128::from(waited);
            self.start_work(next, pool, Duration(left));
        }
    }

    // Shared pools.

    fn share(&mut self, id: VisitId, slot: PoolSlot, pool: PoolId, demand: SamplerId, tag: u64) {
        let spec = &self.model.pools[pool];
        let now = self.state.now;
        let state = &mut self.state.pools[pool];
        let Service::Sharing(sharing) = &state.service else { return };
        if sharing.has_room() {
            self.record_wait(id, slot, Duration::ZERO);
            self.join_sharing(id, pool, demand, tag);
        } else {
            match state.line_up(spec, &mut self.state.visits, id, now) {
                Admission::Rejected => self.fail(id, Outcome::Rejected),
                Admission::Queued | Admission::Served => self.await_turn(id, pool),
            }
        }
    }

    fn join_sharing(&mut self, id: VisitId, pool: PoolId, demand: SamplerId, tag: u64) {
        let span = self.demand(id, demand, tag);
        self.share_for(id, pool, span);
    }

    /// `id` shares the pool until it has had `span` of work.
    pub(crate) fn share_for(&mut self, id: VisitId, pool: PoolId, span: Duration) {
        let now = self.state.now;
        let visit = &mut self.state.visits[id];
        visit.phase = Phase::Working;
        visit.wake = Time::NEVER;
        let ordinal = visit.ordinal;
        let state = &mut self.state.pools[pool];
        let Service::Sharing(sharing) = &mut state.service else { return };
        state.account.touch(now);
        state.account.granted += i128::from(span.0);
        sharing.join(id, ordinal, span.0, now);
        state.account.busy = sharing.busy();
        self.schedule_pool(pool);
    }

    /// Writes down when the next member of a shared pool is done.
    pub(crate) fn schedule_pool(&mut self, pool: PoolId) {
        let Service::Sharing(sharing) = &self.state.pools[pool].service else { return };
        if sharing.next_done != Time::NEVER {
            self.state.agenda.push(Event::new(sharing.next_done, Rank::PoolDone, 0, pool.0));
        }
    }

    /// The members of a shared pool that are done now go on, and others come in.
    pub(crate) fn pool_done(&mut self, event: Event) {
        let pool = PoolId(event.slot());
        let now = self.state.now;
        let state = &mut self.state.pools[pool];
        let Service::Sharing(sharing) = &mut state.service else { return };
        if sharing.next_done != event.time() {
            return;
        }
        let mut done = Vec::new();
        state.account.touch(now);
        while let Some(id) = sharing.done(now) {
            done.push(id);
        }
        state.account.busy = sharing.busy();
        for &id in &done {
            self.state.events += 1;
            self.state.visits[id].step += 1;
        }
        self.admit_sharers(pool);
        self.schedule_pool(pool);
        for id in done {
            self.state.visits[id].phase = Phase::Running;
            if !self.waits_out_a_hang(id) {
                self.go_on(id);
            }
        }
    }

    /// A visit whose instance stands still goes on once that is over.
    fn waits_out_a_hang(&mut self, id: VisitId) -> bool {
        let until = self.state.instances[self.state.visits[id].place].hung_until;
        if until <= self.state.now {
            return false;
        }
        let visit = &mut self.state.visits[id];
        visit.step -= 1;
        visit.phase = Phase::Waiting;
        self.schedule(id, until - self.state.now, None);
        true
    }

    /// Lets visits in line share, while there is room.
    pub(crate) fn admit_sharers(&mut self, pool: PoolId) {
        loop {
            let now = self.state.now;
            let state = &mut self.state.pools[pool];
            let Service::Sharing(sharing) = &state.service else { return };
            if !sharing.has_room() || state.account.waiting == 0 {
                return;
            }
            let Some(next) = state.call_next(&mut self.state.visits, now) else { return };
            self.begin(next, pool);
        }
    }

    // Endings that nobody planned.

    /// Takes `id` out of whatever pool it waits for or is served by; its slot may change.
    pub(crate) fn withdraw(&mut self, id: VisitId) -> VisitId {
        let phase = self.state.visits[id].phase;
        if !matches!(phase, Phase::InLine | Phase::Working) {
            if phase == Phase::Parked {
                self.unpark(id);
            }
            return id;
        }
        let now = self.state.now;
        let (_, pool) = self.line_of(id);
        let left = match self.state.visits[id].wake {
            Time::NEVER => 0,
            wake => wake.0 - now.0,
        };
        let state = &mut self.state.pools[pool];
        match (&mut state.service, phase) {
            (Service::Exclusive, Phase::Working) => {
                state.account.granted -= i128::from(left);
                self.pass_on(pool);
            }
            (Service::Sharing(sharing), Phase::Working) => {
                state.account.touch(now);
                let taken = sharing.extract(now, |member| member == id);
                state.account.granted -= taken.iter().map(|(_, left)| i128::from(*left)).sum::<i128>();
                state.account.busy = sharing.busy();
                self.admit_sharers(pool);
                self.schedule_pool(pool);
            }
            (Service::Preemptive(_), Phase::Working) => {
                state.account.granted -= i128::from(left);
                self.leave_preemptive(id, pool);
            }
            (Service::Preemptive(service), _) => {
                service.withdraw(id);
                state.account.touch(now);
                state.account.waiting -= 1;
                state.account.line_stays += u128::from(now.0 - self.state.visits[id].since);
            }
            _ => return self.leave_line(id, pool),
        }
        id
    }

    /// How long a work of `id` takes at its instance.
    #[inline]
    fn demand(&self, id: VisitId, demand: SamplerId, tag: u64) -> Duration {
        let visit = &self.state.visits[id];
        let key: Key = visit.stream.child(tag);
        let nanoseconds = self.model.samplers[demand].sample(&mut key.draws());
        Duration::from_nanos_f64(nanoseconds * self.state.instances[visit.place].slowness)
    }

    #[inline(always)]
    pub(crate) fn pool_of(&self, id: VisitId, slot: PoolSlot) -> PoolId {
        self.model.instances[self.state.visits[id].place].pools[usize::from(slot)]
    }

    #[inline]
    fn record_wait(&mut self, id: VisitId, slot: PoolSlot, waited: Duration) {
        let visit = &self.state.visits[id];
        if visit.entered >= self.state.tally.from {
            let node = self.model.instances[visit.place].node;
            self.state.tally.nodes[node].waits[usize::from(slot)].record(waited.0);
        }
    }
}

/// Whether `holds` has a server of any pool.
pub(crate) fn keeps_a_server(holds: u8) -> bool {
    holds & hold::POOLS != 0
}
