//! Faults: what happens to instances, links, caches and sources when something goes wrong, and when it is over.

use crate::model::{ControllerId, Fault, InstanceId, Model, Strike};
use crate::observe::tally::{Action, LogEntry, Struck};
use crate::time::{Duration, Time};

use super::control::ControllerState;
use super::pool::{PoolState, Service};
use super::state::{Life, State};
use super::visit::{Outcome, Phase, VisitId, hold};

impl State {
    /// The fault of controller `id` begins, and lasts until a time.
    pub(super) fn strike(&mut self, model: &Model, id: ControllerId, strike: &Strike, until: Time) {
        self.note_strike(model, strike, true);
        match strike {
            Strike::Instances(targets, fault) => {
                for target in targets {
                    self.break_instance(model, id, *target, *fault, until);
                }
            }
            Strike::Links(..) => self.survey_links(model),
            Strike::Cache(cache) => {
                let now = self.now;
                self.caches[*cache].store.clear(now);
            }
            Strike::Load(source, _) => self.change_pace(model, *source),
        }
    }

    /// The fault of controller `id` is over.
    pub(super) fn relieve(&mut self, model: &Model, id: ControllerId, strike: &Strike) {
        self.note_strike(model, strike, false);
        match strike {
            Strike::Instances(targets, fault) => {
                for target in targets {
                    self.mend(model, id, *target, *fault);
                }
            }
            Strike::Links(..) => self.survey_links(model),
            Strike::Cache(_) => {}
            Strike::Load(source, _) => self.change_pace(model, *source),
        }
    }

    /// The faults that are on now, in the order of their controllers.
    pub(super) fn faults_on<'a>(&'a self, model: &'a Model) -> impl Iterator<Item = &'a Strike> + 'a {
        model.controllers.enumerate().filter_map(|(id, spec)| {
            let is_on = matches!(self.controllers[id], ControllerState::Fault { is_on: true, .. });
            spec.strike().filter(|_| is_on)
        })
    }

    /// Writes into the log what is struck, or is so no more.
    fn note_strike(&mut self, model: &Model, strike: &Strike, begins: bool) {
        let at = self.now;
        let what = |struck| if begins { Action::Broke(struck) } else { Action::Mended(struck) };
        let log = &mut self.tally.log;
        match strike {
            Strike::Instances(targets, _) => log.extend(targets.iter().map(|target| {
                let node = model.instances[*target].node;
                LogEntry { at, node, what: what(Struck::Instance(*target)) }
            })),
            Strike::Links(links, _) => log.extend(links.iter().map(|link| {
                let (node, _) = model.ends[usize::from(*link)];
                LogEntry { at, node, what: what(Struck::Link(*link)) }
            })),
            Strike::Cache(cache) => {
                log.push(LogEntry { at, node: model.caches[*cache].node, what: Action::Flushed })
            }
            Strike::Load(source, _) => {
                log.push(LogEntry { at, node: model.sources[*source].node, what: what(Struck::Load) })
            }
        }
    }

    fn break_instance(
        &mut self,
        model: &Model,
        id: ControllerId,
        target: InstanceId,
        fault: Fault,
        until: Time,
    ) {
        match fault {
            Fault::Crash => self.crash(model, target),
            Fault::Hang => self.hang(model, id, target, until),
            Fault::Slow(factor) => self.stretch(model, target, factor),
        }
    }

    fn mend(&mut self, model: &Model, id: ControllerId, target: InstanceId, fault: Fault) {
        match fault {
            Fault::Crash => {
                let state = &mut self.instances[target];
                if state.life == Life::Down {
                    state.life = Life::Up;
                    self.refresh_rotation(model, model.instances[target].node);
                }
            }
            Fault::Hang => self.thaw(model, id),
            Fault::Slow(factor) => self.stretch(model, target, 1.0 / factor),
        }
    }

    /// Everything at the instance is lost, and it refuses calls until it is up again.
    fn crash(&mut self, model: &Model, target: InstanceId) {
        match self.instances[target].life {
            Life::Up => self.instances[target].life = Life::Down,
            // It will not be restarted: it was about to go.
            Life::Draining => self.instances[target].life = Life::Down,
            Life::Absent | Life::Booting(_) | Life::Down => return,
        }
        // Those in line first, so that no server is handed to a visit that is about to be lost.
        for phase in [Phase::InLine, Phase::Parked] {
            for id in self.visits_at(target, |found| found == phase) {
                // What it waited for may have been handed to it meanwhile; then it is lost with those below.
                if self.visits[id].phase == phase {
                    self.kill(model, id, Outcome::Crashed);
                }
            }
        }
        for id in self.visits_at(target, |found| {
            matches!(found, Phase::Working | Phase::Waiting | Phase::Calling | Phase::BackingOff)
        }) {
            if self.visits[id].phase != Phase::Free {
                self.kill(model, id, Outcome::Crashed);
            }
        }
    }

    /// The visits at an instance whose phase is chosen, in the order of their requests. Branches go with the visit
    /// they belong to.
    fn visits_at(&self, target: InstanceId, chosen: impl Fn(Phase) -> bool) -> Vec<VisitId> {
        let here = self.visits.iter().filter(|(_, visit)| visit.place == target && chosen(visit.phase));
        let mut found: Vec<_> =
            here.map(|(id, visit)| (visit.ordinal, visit.holds & hold::BRANCH, id)).collect();
        found.sort_unstable();
        found.into_iter().map(|(_, _, id)| id).collect()
    }

    /// The instance stands still until a time and then goes on where it was.
    fn hang(&mut self, model: &Model, id: ControllerId, target: InstanceId, until: Time) {
        let now = self.now;
        let state = &mut self.instances[target];
        // A hang that comes while another one lasts only adds what is beyond it.
        let pause = until.since(state.hung_until.max(now));
        state.hung_until = state.hung_until.max(until);
        self.hung_until = self.hung_until.max(until);
        for visit in self.visits_at(target, |phase| phase == Phase::Working) {
            if self.visits[visit].wake != Time::NEVER {
                let (_, pool) = self.line_of(model, visit);
                self.put_off_work(visit, pool, pause);
            }
        }
        self.freeze(model, id, target, until);
    }

    /// Takes the visits of an instance out of the shared pools they are served by.
    fn freeze(&mut self, model: &Model, id: ControllerId, target: InstanceId, until: Time) {
        let now = self.now;
        let mut taken = Vec::new();
        for pool in model.instances[target].distinct_pools() {
            let visits = &self.visits;
            let state = &mut self.pools[pool];
            let Service::Sharing(sharing) = &mut state.service else { continue };
            let members = sharing.extract(now, |member| visits[member].place == target);
            state.account.granted -= members.iter().map(|(_, left)| i128::from(*left)).sum::<i128>();
            state.account.busy.set(sharing.busy(), now);
            taken.extend(members);
            self.schedule_pool(pool);
        }
        for (visit, _) in &taken {
            self.visits[*visit].phase = Phase::Parked;
            self.trace_wait(*visit);
        }
        if until == self.instances[target].hung_until {
            // Whoever was stopped by a hang that ends before this one goes on after this one.
            for controller in self.controllers.iter_mut() {
                let ControllerState::Fault { frozen, .. } = controller else { continue };
                let visits = &self.visits;
                taken.extend(frozen.extract_if(.., |(visit, _)| visits[*visit].place == target));
            }
        }
        if let ControllerState::Fault { frozen, .. } = &mut self.controllers[id] {
            frozen.extend(taken);
        }
    }

    fn thaw(&mut self, model: &Model, id: ControllerId) {
        let ControllerState::Fault { frozen, .. } = &mut self.controllers[id] else { return };
        for (visit, left) in std::mem::take(frozen) {
            // It may have been given up meanwhile.
            if self.visits[visit].phase == Phase::Parked {
                let (_, pool) = self.line_of(model, visit);
                self.share_for(visit, pool, Duration(left));
            }
        }
    }

    /// Work at the instance takes `factor` times as long from now on, what is under way included.
    pub(super) fn stretch(&mut self, model: &Model, target: InstanceId, factor: f64) {
        let now = self.now;
        self.instances[target].slowness *= factor;
        for id in self.visits_at(target, |phase| phase == Phase::Working) {
            let visit = &self.visits[id];
            if visit.wake == Time::NEVER {
                continue;
            }
            let left = visit.wake - now;
            let stretched = Duration::from_nanos_f64(left.0 as f64 * factor);
            self.schedule(id, stretched);
            let (_, pool) = self.line_of(model, id);
            let ends = self.visits[id].wake;
            let state = &mut self.pools[pool];
            state.account.granted += i128::from(stretched.0) - i128::from(left.0);
            if let Service::Preemptive(service) = &mut state.service {
                service.reschedule(id, ends);
            }
        }
        for pool in model.instances[target].distinct_pools() {
            self.stretch_pool(pool, target, factor);
        }
    }

    fn stretch_pool(&mut self, pool: crate::model::PoolId, target: InstanceId, factor: f64) {
        let now = self.now;
        let visits = &self.visits;
        let is_there = |id: VisitId| visits[id].place == target;
        let PoolState { account, service, .. } = &mut self.pools[pool];
        match service {
            Service::Exclusive | Service::Foreseen(_) => {}
            Service::Preemptive(service) => service.stretch(is_there, factor),
            Service::Sharing(sharing) => {
                for (id, left) in sharing.extract(now, is_there) {
                    let stretched = Duration::from_nanos_f64(left as f64 * factor).0;
                    account.granted += i128::from(stretched) - i128::from(left);
                    sharing.join(id, visits[id].ordinal, stretched, now);
                }
                self.schedule_pool(pool);
            }
        }
    }
}
