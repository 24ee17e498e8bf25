//! Work: asking pools for servers, being served, giving servers back.

use crate::model::step::{PoolSlot, Step};
use crate::model::{Discipline, Model, PoolId, SamplerId};
use crate::random::Key;
use crate::time::{Duration, Time};

use super::agenda::{Event, Rank};
use super::pool::foreseen::MOST_IN_LINE;
use super::pool::preemptive::Start;
use super::pool::{PoolState, Service};
use super::state::State;
use super::visit::{Outcome, Phase, VisitId, hold};

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

    /// `id` asks a pool that tells at once when it is served. Says who goes on.
    #[inline(always)]
    fn work_foreseen(
        &mut self,
        model: &Model,
        id: VisitId,
        slot: PoolSlot,
        pool: PoolId,
        demand: SamplerId,
        tag: u64,
    ) -> VisitId {
        let (now, reach) = (self.now, self.ahead.reach);
        let span = self.demand(model, id, demand, tag);
        let PoolState { account, service, .. } = &mut self.pools[pool];
        let Service::Foreseen(foreseen) = service else { return id };
        let start = foreseen.start(now);
        let end = start.saturating_add(span);
        foreseen.occupy(end);
        if start > now {
            let in_line = account.waiting.count() + foreseen.in_line(now);
            account.longest = account.longest.max(in_line + 1);
            if start > reach || in_line >= MOST_IN_LINE {
                return self.wait_for_start(model, id, pool, start);
            }
            foreseen.line_up(start);
            account.waiting.pass(now, start);
            account.line_stays += u128::from(start.0 - now.0);
        }
        account.start(start, span, self.ahead.clock < end && end <= reach);
        self.record_wait(model, id, slot, start - now);
        let visit = &mut self.visits[id];
        (visit.phase, visit.wake) = (Phase::Working, end);
        self.finish_ahead(model, id)
    }

    /// `id` stands in line until its work starts.
    #[inline(never)]
    fn wait_for_start(&mut self, model: &Model, id: VisitId, pool: PoolId, start: Time) -> VisitId {
        let state = &mut self.pools[pool];
        state.line_up(&model.pools[pool], &mut self.visits, id, self.now);
        let is_first = state.account.waiting.count() == 1;
        self.visits[id].wake = start;
        if is_first {
            self.agenda.push(Event::new(start, Rank::PoolDone, pool.0));
        }
        VisitId::NONE
    }

    /// The work of the first in line at a foreseen pool starts.
    fn start_first(&mut self, model: &Model, pool: PoolId) {
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
            let end = now.saturating_add(span);
            let is_within_reach = self.is_within_reach(end);
            self.pools[pool].account.start(now, span, is_within_reach);
            let visit = &mut self.visits[first];
            (visit.phase, visit.wake) = (Phase::Working, end);
            self.ready.push_back(first);
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

    // Preemptive pools.

    fn work_preemptively(
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
        }
        if start != Start::Waits {
            self.record_wait(model, id, slot, Duration::ZERO);
            self.start_work(id, pool, span);
        }
    }

    fn leave_preemptive(&mut self, id: VisitId, pool: PoolId) {
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

    // Shared pools.

    fn share(
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

    fn join_sharing(&mut self, model: &Model, id: VisitId, pool: PoolId, demand: SamplerId, tag: u64) {
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
    }

    /// Writes down when the next member of a shared pool is done.
    pub(crate) fn schedule_pool(&mut self, pool: PoolId) {
        let Service::Sharing(sharing) = &self.pools[pool].service else { return };
        if sharing.next_done != Time::NEVER {
            self.agenda.push(Event::new(sharing.next_done, Rank::PoolDone, pool.0));
        }
    }

    /// The members of a shared pool that are done now go on, and others come in; or the first in line at a foreseen pool starts.
    pub(crate) fn pool_done(&mut self, model: &Model, event: Event) {
        let pool = PoolId(event.slot());
        let now = self.now;
        let state = &mut self.pools[pool];
        if let Service::Foreseen(_) = state.service {
            return self.start_first(model, pool);
        }
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
        let key: Key = visit.stream.child(tag);
        let nanoseconds = model.samplers[demand].sample(&mut key.draws());
        Duration::from_nanos_f64(nanoseconds * self.instances[visit.place].slowness)
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
