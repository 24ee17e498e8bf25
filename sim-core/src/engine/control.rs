//! Controllers: autoscalers, faults, and changes of the scenario while it runs.

use crate::model::{Controller, ControllerId, Delay, InstanceId, Model, NodeId};
use crate::observe::tally::{Action, LogEntry};
use crate::policy::scale::{Hpa, HpaMemory, Observation};
use crate::random::hash_name;
use crate::time::{Duration, Time};

use super::agenda::{Event, Rank};
use super::pool::Service;
use super::state::{Life, State};
use super::visit::VisitId;

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
            Controller::Scheduled { span: Duration::ZERO, strike, .. } => {
                self.strike(model, id, strike, self.now);
            }
            Controller::Scheduled { span, strike, .. } => {
                let until = self.now.saturating_add(*span);
                if self.toggle_fault(id) {
                    self.strike(model, id, strike, until);
                    self.schedule_control(until, slot);
                } else {
                    self.relieve(model, id, strike);
                }
            }
            Controller::Recurring { strike, up, down, tag } => {
                let starts = self.toggle_fault(id);
                let ControllerState::Fault { times, .. } = self.controllers[id] else { return };
                let (purpose, sampler) = if starts { (DOWN, down) } else { (UP, up) };
                let mut draws = self.key.child(*tag).child(purpose).numbered(times).draws();
                let until = self.now.saturating_add(model.samplers[*sampler].sample_duration(&mut draws));
                if starts {
                    self.strike(model, id, strike, until);
                } else {
                    self.relieve(model, id, strike);
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
        self.survey_links(model);
        for (id, source) in model.sources.enumerate() {
            if old.sources[id].load != source.load {
                self.restart_source(model, id, &old.sources[id].load);
            }
            self.change_pace(model, id);
        }
    }
}
