//! Controllers: autoscalers, faults, and changes of the scenario while it runs.

use crate::model::{Controller, ControllerId, Delay, Fault, InstanceId, Model, NodeId};
use crate::observe::tally::{Action, LogEntry};
use crate::policy::scale::{Hpa, HpaMemory, Observation};
use crate::random::hash_name;
use crate::time::{Duration, Time};

use super::agenda::{Event, Rank};
use super::pool::{PoolState, Service};
use super::state::{Life, State};
use super::visit::{Outcome, Phase, VisitId, hold};

const UP: u64 = hash_name("time to failure");
const DOWN: u64 = hash_name("time to repair");

/// Control events whose slot is above this are about an instance that has booted.
const BOOTED: u32 = 1 << 27;

/// The state of a controller.
#[derive(Clone, Debug)]
pub enum ControllerState {
    /// An autoscaler.
    Hpa {
        /// What it remembers.
        memory: HpaMemory,
        /// By instance of its service: busy time when it last looked.
        seen: Vec<u128>,
        /// When it last looked.
        looked: Time,
        /// Instances it has started so far, for their draws.
        started: u64,
    },
    /// A fault.
    Fault {
        /// Whether it is on.
        is_on: bool,
        /// How often it has come.
        times: u64,
        /// Visits that stood still in shared pools, with the work they still need.
        frozen: Vec<(VisitId, u64)>,
    },
    /// Nothing to remember.
    Stateless,
}

impl ControllerState {
    /// The state of a controller before the run.
    pub fn new(spec: &Controller) -> ControllerState {
        match spec {
            Controller::Hpa { .. } => ControllerState::Hpa {
                memory: HpaMemory::default(),
                seen: Vec::new(),
                looked: Time::ZERO,
                started: 0,
            },
            Controller::Scheduled { .. } | Controller::Recurring { .. } => {
                ControllerState::Fault { is_on: false, times: 0, frozen: Vec::new() }
            }
            Controller::Change { .. } => ControllerState::Stateless,
        }
    }
}

impl State {
    pub(crate) fn start_controller(&mut self, model: &Model, id: ControllerId) {
        let first = match &model.controllers[id] {
            Controller::Hpa { policy, node, .. } => {
                let count = model.instances_of(*node).len();
                if let ControllerState::Hpa { seen, .. } = &mut self.controllers[id] {
                    *seen = vec![0; count];
                }
                Time::ZERO + policy.sync
            }
            Controller::Scheduled { at, .. } | Controller::Change { at, .. } => *at,
            Controller::Recurring { up, tag, .. } => {
                let mut draws = self.key.child(*tag).child(UP).numbered(0).draws();
                Time::ZERO + model.samplers[*up].sample_duration(&mut draws)
            }
        };
        self.schedule_control(first, id.0);
    }

    fn schedule_control(&mut self, at: Time, slot: u32) {
        self.looks.push(Event::new(at, Rank::Control, slot));
    }

    pub(crate) fn control(&mut self, model: &Model, slot: u32) {
        if slot >= BOOTED {
            return self.booted(model, InstanceId(slot - BOOTED));
        }
        let id = ControllerId(slot);
        self.events += 1;
        match &model.controllers[id] {
            Controller::Hpa { node, policy, boot, tag } => {
                self.autoscale(model, id, *node, policy, *boot, *tag)
            }
            Controller::Scheduled { span, targets, fault, .. } => {
                let until = self.now.saturating_add(*span);
                let starts = self.toggle_fault(id);
                for target in targets {
                    if starts {
                        self.break_instance(model, id, *target, *fault, until)
                    } else {
                        self.mend(model, id, *target, *fault)
                    }
                }
                if starts {
                    self.schedule_control(until, slot);
                }
            }
            Controller::Recurring { target, up, down, fault, tag } => {
                let starts = self.toggle_fault(id);
                let ControllerState::Fault { times, .. } = self.controllers[id] else { return };
                let (purpose, sampler) = if starts { (DOWN, down) } else { (UP, up) };
                let mut draws = self.key.child(*tag).child(purpose).numbered(times).draws();
                let until = self.now.saturating_add(model.samplers[*sampler].sample_duration(&mut draws));
                if starts {
                    self.break_instance(model, id, *target, *fault, until);
                } else {
                    self.mend(model, id, *target, *fault);
                }
                self.schedule_control(until, slot);
            }
            Controller::Change { variant, .. } => self.variant = *variant,
        }
    }

    fn toggle_fault(&mut self, id: ControllerId) -> bool {
        match &mut self.controllers[id] {
            ControllerState::Fault { is_on, times, .. } => {
                *is_on = !*is_on;
                *times += u64::from(!*is_on);
                *is_on
            }
            ControllerState::Hpa { .. } | ControllerState::Stateless => false,
        }
    }

    // Autoscaling.

    fn autoscale(
        &mut self,
        model: &Model,
        id: ControllerId,
        node: NodeId,
        policy: &Hpa,
        boot: Delay,
        tag: u64,
    ) {
        let now = self.now;
        let seen = self.observe(model, id, node);
        let ControllerState::Hpa { memory, .. } = &mut self.controllers[id] else { return };
        let wanted = policy.decide(memory, now, seen);
        if wanted != seen.current {
            self.tally.log.push(LogEntry {
                at: now,
                node,
                what: Action::Scaled { from: seen.current, to: wanted },
            });
        }
        for _ in seen.current..wanted {
            self.start_instance(model, id, node, boot, tag);
        }
        for _ in wanted..seen.current {
            self.stop_instance(model, node);
        }
        self.schedule_control(now + policy.sync, id.0);
    }

    /// How busy the instances of `node` have been since the last look.
    fn observe(&mut self, model: &Model, id: ControllerId, node: NodeId) -> Observation {
        let now = self.now;
        let mut seen = Observation { current: 0, ready: 0, unready: 0, usage: 0.0 };
        let ControllerState::Hpa { seen: before, looked, .. } = &mut self.controllers[id] else {
            return seen;
        };
        let span = now - std::mem::replace(looked, now);
        let slot = usize::from(model.nodes[node].main_pool.unwrap_or(0));
        for (number, instance) in model.instances_of(node).enumerate() {
            let pool = model.instances[instance].pools[slot];
            let busy_time = self.pools[pool].account.busy.integral(now);
            let busy = busy_time - std::mem::replace(&mut before[number], busy_time);
            match self.instances[instance].life {
                Life::Up => {
                    seen.ready += 1;
                    let servers = f64::from(model.pools[pool].servers.max(1));
                    if span > Duration::ZERO {
                        seen.usage += busy as f64 / (span.0 as f64 * servers);
                    }
                }
                Life::Booting(_) => seen.unready += 1,
                // A crashed instance restarts in place: it exists, and has no metric.
                Life::Down => seen.unready += 1,
                Life::Absent | Life::Draining => {}
            }
        }
        seen.current = seen.ready + seen.unready;
        seen
    }

    fn start_instance(&mut self, model: &Model, id: ControllerId, node: NodeId, boot: Delay, tag: u64) {
        let free = model.instances_of(node).find(|instance| self.instances[*instance].life == Life::Absent);
        let Some(instance) = free else { return };
        let ControllerState::Hpa { started, .. } = &mut self.controllers[id] else { return };
        *started += 1;
        let key = self.key.child(tag).numbered(*started);
        let span = self.drawn(model, boot, key);
        let at = self.now + span;
        let state = &mut self.instances[instance];
        state.life = Life::Booting(at);
        state.alive_since = self.now;
        state.slowness = model.instances[instance].slowness;
        self.count_instances(model, node);
        self.schedule_control(at, BOOTED + instance.0);
    }

    fn booted(&mut self, model: &Model, instance: InstanceId) {
        let state = &mut self.instances[instance];
        if state.life != Life::Booting(self.now) {
            return;
        }
        state.life = Life::Up;
        self.events += 1;
        self.refresh_rotation(model, model.instances[instance].node);
    }

    /// The youngest instance goes: one that boots at once, one that is up once it has finished what it has.
    fn stop_instance(&mut self, model: &Model, node: NodeId) {
        let states = &self.instances;
        let booting = |id: &InstanceId| matches!(states[*id].life, Life::Booting(_));
        let up = |id: &InstanceId| matches!(states[*id].life, Life::Up | Life::Down);
        let mut instances = model.instances_of(node).collect::<Vec<_>>();
        instances.reverse();
        let chosen = instances.iter().find(|id| booting(id)).or_else(|| instances.iter().find(|id| up(id)));
        let Some(&instance) = chosen else { return };
        let state = &mut self.instances[instance];
        if state.present.count() == 0 {
            return self.retire(model, instance);
        }
        state.life = Life::Draining;
        self.refresh_rotation(model, node);
    }

    /// An instance is gone.
    pub(crate) fn retire(&mut self, model: &Model, instance: InstanceId) {
        let node = model.instances[instance].node;
        let state = &mut self.instances[instance];
        state.alive = state.alive_until(self.now);
        state.life = Life::Absent;
        self.refresh_rotation(model, node);
        self.count_instances(model, node);
    }

    fn count_instances(&mut self, model: &Model, node: NodeId) {
        let exists = |id: &InstanceId| self.instances[*id].life != Life::Absent;
        let count = model.instances_of(node).filter(exists).count() as u32;
        self.tally.nodes[node].set_instances(self.now, count);
    }

    // Faults.

    fn break_instance(
        &mut self,
        model: &Model,
        id: ControllerId,
        target: InstanceId,
        fault: Fault,
        until: Time,
    ) {
        let node = model.instances[target].node;
        self.tally.log.push(LogEntry { at: self.now, node, what: Action::Broke(target) });
        match fault {
            Fault::Crash => self.crash(model, target),
            Fault::Hang => self.hang(model, id, target, until),
            Fault::Slow(factor) => self.stretch(model, target, factor),
        }
    }

    fn mend(&mut self, model: &Model, id: ControllerId, target: InstanceId, fault: Fault) {
        let node = model.instances[target].node;
        self.tally.log.push(LogEntry { at: self.now, node, what: Action::Mended(target) });
        match fault {
            Fault::Crash => {
                let state = &mut self.instances[target];
                if state.life == Life::Down {
                    state.life = Life::Up;
                    self.refresh_rotation(model, node);
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
    fn stretch(&mut self, model: &Model, target: InstanceId, factor: f64) {
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

    // Changes of the scenario.

    /// Another variant of the scenario is in force: what it changed takes effect on what happens from now on.
    pub(crate) fn adopt(&mut self, model: &Model, old: &Model) {
        for (id, spec) in model.instances.enumerate() {
            let before = old.instances[id].slowness;
            if before != spec.slowness {
                self.stretch(model, id, spec.slowness / before);
            }
        }
        for (id, spec) in model.pools.enumerate() {
            // A pool that has grown serves who waits; one that has shrunk serves who is there to the end.
            while self.pools[id].account.busy.count() < spec.servers
                && self.pools[id].account.waiting.count() > 0
            {
                if !matches!(self.pools[id].service, Service::Exclusive) {
                    break;
                }
                self.pools[id].account.busy.rise(self.now);
                self.pass_on(model, id);
            }
        }
        self.tally.clients.set_objectives(model);
        for (id, source) in model.sources.enumerate() {
            if old.sources[id].load != source.load {
                self.restart_source(model, id, &old.sources[id].load);
            }
        }
    }
}
