//! The engine: takes events from the agenda in their order and lets visits run their programs.
//!
//! ## Invariant: hand-offs happen at once
//! Whoever gets a server, a lock or an answer goes on at the same instant: it is put on the `ready` list, which is
//! emptied before time moves.

use std::sync::Arc;

use crate::model::{Model, SourceId};
use crate::time::{Duration, Time};

pub mod agenda;
pub mod call;
pub mod control;
pub mod gate;
pub mod invariant;
pub mod pool;
pub mod program;
pub mod source;
pub mod state;
pub mod visit;
pub mod work;

use agenda::{Event, Rank};
use invariant::Violation;
use state::{Baseline, State};
use visit::{Phase, VisitId};

/// A run: a model (in its variants over time) and the state of its simulation.
#[derive(Clone, Debug)]
pub struct Engine {
    variants: Vec<Arc<Model>>,
    state: State,
    stop: Option<Stop>,
}

/// Why a run is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// The end of the measured window was reached.
    Reached,
    /// Nothing was left to do.
    Idle,
    /// A bound was reached.
    Limit(Limit),
}

/// A bound of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    /// Model events.
    Events,
    /// Visits in flight.
    InFlight,
    /// Simulated time.
    SimulatedTime,
    /// The time of whoever waits for the run; set from outside by [`Engine::interrupt`].
    WallTime,
}

impl Limit {
    /// The word used in reports.
    pub fn word(self) -> &'static str {
        match self {
            Limit::Events => "events",
            Limit::InFlight => "in_flight",
            Limit::SimulatedTime => "simulated_time",
            Limit::WallTime => "wall_time",
        }
    }
}

/// The engine at work on one variant of the model.
pub(crate) struct Run<'a> {
    pub(crate) model: &'a Model,
    pub(crate) state: &'a mut State,
}

/// What the slot of a [`Rank::Sample`] event says.
const SAMPLE_SERIES: u32 = 0;
const SAMPLE_START: u32 = 1;

impl Engine {
    /// A run of `model` with the seed of its plan.
    pub fn new(model: Arc<Model>) -> Engine {
        let seed = model.run.seed;
        Engine::with_variants(vec![model], seed)
    }

    /// A run that starts with the first of `variants`; the others come into force by [`crate::model::Controller::Change`].
    /// All variants have the same nodes, instances, pools and steps.
    pub fn with_variants(variants: Vec<Arc<Model>>, seed: u64) -> Engine {
        let model = Arc::clone(variants.first().expect("a run has a model"));
        let mut state = State::new(&model, seed);
        Run { model: &model, state: &mut state }.start();
        Engine { variants, state, stop: None }
    }

    /// The model in force.
    pub fn model(&self) -> &Model {
        &self.variants[self.state.variant as usize]
    }

    /// The state, to look at.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Asks for a record of every request from now on.
    pub fn record_requests(&mut self) {
        self.state.tally.recorder = Some(Default::default());
    }

    /// The records of the requests that have ended since the last call.
    pub fn take_records(&mut self) -> Vec<crate::observe::record::RequestRecord> {
        self.state
            .tally
            .recorder
            .as_mut()
            .map(|recorder| std::mem::take(&mut recorder.ended))
            .unwrap_or_default()
    }

    /// Why the run is over, once it is.
    pub fn stopped(&self) -> Option<Stop> {
        self.stop
    }

    /// Ends the run here because its time is up; it prints no digest then.
    pub fn interrupt(&mut self) {
        self.stop.get_or_insert(Stop::Limit(Limit::WallTime));
    }

    /// Runs to the end.
    pub fn run(&mut self) -> Stop {
        loop {
            if let Some(stop) = self.advance(Time::NEVER, u64::MAX) {
                return stop;
            }
        }
    }

    /// Runs until `until`, or for about `events` model events, whichever comes first, and says if the run is over.
    /// Time stands at `until` afterwards if nothing stopped the run before.
    pub fn advance(&mut self, until: Time, events: u64) -> Option<Stop> {
        let target = self.state.events.saturating_add(events);
        while self.stop.is_none() {
            let model = Arc::clone(&self.variants[self.state.variant as usize]);
            let variant = self.state.variant;
            let mut run = Run { model: &model, state: &mut self.state };
            let outcome = run.advance(until, target);
            match outcome {
                Pause::Over(stop) => self.stop = Some(stop),
                Pause::Changed => {
                    self.enter_variant(variant);
                    continue;
                }
                Pause::Target => break,
                Pause::Until => {
                    self.state.now = self.state.now.max(until);
                    break;
                }
            }
        }
        self.stop
    }

    /// Checks the laws that hold at every instant; a run that breaks one is wrong.
    pub fn check(&self) -> Vec<Violation> {
        invariant::check(self.model(), &self.state)
    }

    fn enter_variant(&mut self, before: u32) {
        let old = Arc::clone(&self.variants[before as usize]);
        let new = Arc::clone(&self.variants[self.state.variant as usize]);
        Run { model: &new, state: &mut self.state }.adopt(&old);
    }
}

/// Why the inner loop came back.
enum Pause {
    Over(Stop),
    /// Another variant of the model is in force.
    Changed,
    /// As many events as asked for have been handled.
    Target,
    /// There is nothing before the time asked for.
    Until,
}

impl Run<'_> {
    /// Puts the first events on the agenda.
    fn start(&mut self) {
        for node in self.model.nodes.ids() {
            self.start_instances(node);
        }
        for cache in self.model.caches.ids() {
            self.warm_up(cache);
        }
        for controller in self.model.controllers.ids() {
            self.start_controller(controller);
        }
        for source in self.model.sources.ids() {
            self.start_source(source);
        }
        let plan = &self.model.run;
        if plan.warmup > Time::ZERO {
            self.state.agenda.push(Event::new(plan.warmup, Rank::Sample, 0, SAMPLE_START));
        } else {
            self.start_measuring();
        }
        let first = Time::ZERO + plan.sample_every;
        self.state.agenda.push(Event::new(first, Rank::Sample, 0, SAMPLE_SERIES));
    }

    fn advance(&mut self, until: Time, target: u64) -> Pause {
        let plan = &self.model.run;
        let stop_at = if plan.drain { plan.limits.time } else { plan.end.min(plan.limits.time) };
        let horizon = until.min(stop_at);
        loop {
            if self.state.events >= target {
                return Pause::Target;
            }
            if self.state.active_sources == 0 && self.state.visits.in_flight() == 0 {
                return Pause::Over(Stop::Idle);
            }
            let Some(event) = self.state.agenda.pop(horizon) else {
                if until < stop_at {
                    return Pause::Until;
                }
                self.state.now = self.state.now.max(stop_at);
                let reached = stop_at == plan.end && stop_at < plan.limits.time;
                return Pause::Over(if reached { Stop::Reached } else { Stop::Limit(Limit::SimulatedTime) });
            };
            self.state.now = event.time();
            let variant = self.state.variant;
            self.handle(event);
            if self.state.events >= plan.limits.events {
                return Pause::Over(Stop::Limit(Limit::Events));
            }
            if self.state.visits.in_flight() > plan.limits.visits {
                return Pause::Over(Stop::Limit(Limit::InFlight));
            }
            if self.state.variant != variant {
                return Pause::Changed;
            }
        }
    }

    #[inline]
    fn handle(&mut self, event: Event) {
        match event.rank() {
            Rank::Completion | Rank::Arrival | Rank::Deadline => {
                let id = VisitId(event.slot());
                let visit = &self.state.visits[id];
                // An old ticket: whatever it was for is over.
                if visit.wake != event.time() || visit.phase.rank() != Some(event.rank()) {
                    return;
                }
                self.wake(id);
            }
            Rank::SourceArrival => self.make_request(SourceId(event.slot())),
            Rank::PoolDone => self.pool_done(event),
            Rank::Control => self.control(event.slot()),
            Rank::Sample => self.sample(event.slot()),
        }
        while let Some(id) = self.state.ready.pop() {
            self.go_on(id);
        }
    }

    /// The wait of a visit is over.
    #[inline]
    fn wake(&mut self, id: VisitId) {
        if self.is_postponed(id) {
            return;
        }
        self.state.events += 1;
        let visit = &mut self.state.visits[id];
        visit.wake = Time::NEVER;
        match visit.phase {
            Phase::Working => {
                self.work_done(id);
                self.state.visits[id].step += 1;
                self.go_on(id);
            }
            Phase::Waiting => {
                visit.step += 1;
                self.go_on(id);
            }
            Phase::Travelling => self.arrive(id),
            Phase::Returning => self.deliver(id),
            Phase::Calling => self.call_timed_out(id),
            Phase::BackingOff => self.attempt(id),
            Phase::InLine => self.lose_patience(id),
            Phase::Thinking => self.ask(id),
            Phase::Free | Phase::Running | Phase::Joining | Phase::Parked | Phase::Over => {}
        }
    }

    /// Writes down when the present wait of `id` ends, in a lane if it always takes this long.
    #[inline]
    pub(crate) fn schedule(&mut self, id: VisitId, span: Duration, lane: Option<u8>) {
        let at = self.state.now.saturating_add(span);
        let visit = &mut self.state.visits[id];
        visit.wake = at;
        let Some(rank) = visit.phase.rank() else { return };
        let event = Event::new(at, rank, visit.ordinal, id.0);
        match lane {
            Some(lane) => self.state.agenda.push_lane(lane, event),
            None => self.state.agenda.push(event),
        }
    }

    fn sample(&mut self, what: u32) {
        if what == SAMPLE_START {
            return self.start_measuring();
        }
        self.close_interval();
        let every = self.state.tally.series.every;
        let next = self.state.now.saturating_add(every);
        self.state.agenda.push(Event::new(next, Rank::Sample, 0, SAMPLE_SERIES));
    }

    /// Ends an interval of the series now.
    fn close_interval(&mut self) {
        let model = self.model;
        let nodes = model.nodes.ids().map(|node| {
            let present = model.instances_of(node).map(|id| self.state.instances[id].present).sum();
            (present, self.state.turns[node].ready.len() as u32)
        });
        let nodes = nodes.collect();
        self.state.tally.series.close(self.state.now, nodes);
    }

    fn start_measuring(&mut self) {
        let now = self.state.now;
        for pool in self.state.pools.iter_mut() {
            pool.account.touch(now);
            pool.account.longest = pool.account.waiting;
        }
        for instance in self.state.instances.iter_mut() {
            instance.touch(now);
        }
        self.state.tally.start_measuring(now);
        self.state.baseline = Some(Box::new(Baseline {
            at: now,
            pools: self.state.pools.map(|pool| pool.account),
            instances: self.state.instances.clone(),
            cache_life: self.state.caches.map(|cache| cache.store.life_until(now)),
        }));
    }
}
