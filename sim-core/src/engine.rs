//! The engine: takes events from the agenda in their order and lets visits run their programs.
//!
//! ## Invariant: hand-offs happen at once
//! Whoever gets a server, a lock or an answer goes on at the same instant: it is put on the `ready` list, which is
//! emptied before time moves.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{Model, RunPlan, SourceId};
use crate::time::{Duration, Time};

pub mod agenda;
pub mod ahead;
pub mod call;
pub mod control;
pub mod fault;
pub mod gate;
pub mod give_up;
pub mod home;
pub mod invariant;
pub mod join;
pub mod lead;
pub mod level;
pub mod live;
pub mod network;
pub mod pace;
pub mod passing;
pub mod pool;
pub mod program;
pub mod sample;
pub mod source;
pub mod state;
mod trace;
pub mod travel;
pub mod visit;
pub mod work;

use crate::observe::record::Recorder;
use agenda::{Event, Rank};
use invariant::Violation;
use state::State;
use visit::{Phase, VisitId};

/// A run: a model (in its variants over time) and the state of its simulation.
#[derive(Clone, Debug)]
pub struct Engine {
    variants: Vec<Arc<Model>>,
    state: State,
    seed: u64,
    stop: Option<Stop>,
}

/// Why a run is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Stop {
    /// The end of the measured window was reached.
    Reached,
    /// Nothing was left to do.
    Idle,
    /// A bound was reached.
    Limit(Limit),
}

/// A bound of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
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

/// What the slot of a [`Rank::Sample`] event says.
const SAMPLE_SERIES: u32 = 0;
const SAMPLE_START: u32 = 1;

/// Over so few events nobody runs ahead.
const FEW_EVENTS: u64 = 4096;

/// Events in which everybody comes to where the furthest visit is, when a run is stopped between two looks.
const MOST_TO_CATCH_UP: u64 = 10_000_000;

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
        let mut state = State::new(&model, seed, variants.len() == 1);
        state.start(&model);
        Engine { variants, state, seed, stop: None }
    }

    /// The model in force.
    pub fn model(&self) -> &Model {
        &self.variants[self.state.variant as usize]
    }

    /// The models of all variants, by number.
    pub fn variants(&self) -> &[Arc<Model>] {
        &self.variants
    }

    /// The seed of all draws.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The state, to look at.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Asks for a record of every request from now on.
    pub fn record_requests(&mut self) {
        self.state.tally.recorder = Some(Default::default());
        self.state.ahead.is_watched = true;
    }

    /// The records of the requests that have ended since the last call.
    pub fn take_records(&mut self) -> Vec<crate::observe::record::RequestRecord> {
        self.state.tally.recorder.as_mut().map(Recorder::take).unwrap_or_default()
    }

    /// Why the run is over, once it is.
    pub fn stopped(&self) -> Option<Stop> {
        self.stop
    }

    /// Ends the run here because its time is up; it prints no digest then.
    pub fn interrupt(&mut self) {
        self.stop.get_or_insert(Stop::Limit(Limit::WallTime));
        self.catch_up();
    }

    /// Brings everybody to the furthest instant that a visit has run ahead to: what is told of a run that was stopped
    /// holds at one instant.
    fn catch_up(&mut self) {
        let model = Arc::clone(&self.variants[self.state.variant as usize]);
        self.state.catch_up(&model);
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
    /// Time stands at `until` afterwards if nothing stopped the run before, and everybody is there. Where `events` end a
    /// slice of more than a few thousand, some visits are ahead of the time: look at such a state for progress, not for
    /// figures of an instant.
    pub fn advance(&mut self, until: Time, events: u64) -> Option<Stop> {
        let limit = self.model().run.limits.events;
        let target = self.state.events.saturating_add(events).min(limit);
        while self.stop.is_none() {
            let model = Arc::clone(&self.variants[self.state.variant as usize]);
            let variant = self.state.variant;
            match self.state.advance(&model, until, target) {
                Pause::Over(stop) => {
                    self.stop = Some(stop);
                    self.catch_up();
                }
                Pause::Changed => {
                    self.enter_variant(variant);
                    continue;
                }
                Pause::Target => break,
                Pause::Until => {
                    self.state.set_clock(self.state.now.max(until));
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
        self.state.adopt(&new, &old);
    }
}

/// What makes the inner loop come back.
#[derive(Clone, Copy)]
struct Bounds {
    /// Model events.
    events: u64,
    /// Visits in flight.
    visits: u32,
}

impl Bounds {
    /// These bounds, or half of those of the plan if that is less.
    fn of_half(self, plan: &RunPlan) -> Bounds {
        Bounds {
            events: self.events.min(plan.limits.events / 2 + 1),
            visits: self.visits.min(plan.limits.visits / 2),
        }
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

impl State {
    /// Puts the first events on the agenda.
    fn start(&mut self, model: &Model) {
        for node in model.nodes.ids() {
            self.start_instances(model, node);
        }
        for cache in model.caches.ids() {
            self.warm_up(model, cache);
        }
        for controller in model.controllers.ids() {
            self.start_controller(model, controller);
        }
        for source in model.sources.ids() {
            self.start_source(model, source);
        }
        let plan = &model.run;
        if plan.warmup > Time::ZERO {
            self.looks.push(Event::new(plan.warmup, Rank::Sample, SAMPLE_START));
        } else {
            self.start_measuring();
        }
        let first = Time::ZERO + plan.sample_every;
        self.looks.push(Event::new(first, Rank::Sample, SAMPLE_SERIES));
    }

    fn advance(&mut self, model: &Model, until: Time, target: u64) -> Pause {
        let plan = &model.run;
        let stop_at = plan.over_at();
        let horizon = until.min(stop_at);
        let hard = Bounds { events: target, visits: plan.limits.visits };
        // Whoever goes event by event wants to see each of them.
        let runs_ahead = target.saturating_sub(self.events) > FEW_EVENTS;
        let mut passed = self.ahead.clock;
        loop {
            let look = self.looks.next().min(horizon);
            let milestone = ahead::milestone_after(passed).min(look);
            self.set_reach(model, if runs_ahead { milestone } else { Time::ZERO });
            if let Some(pause) = self.advance_to(model, milestone, hard) {
                let is_limit = self.events >= plan.limits.events && matches!(pause, Pause::Target);
                return if is_limit { Pause::Over(Stop::Limit(Limit::Events)) } else { pause };
            }
            // Nothing is left before the milestone.
            passed = milestone;
            if milestone < look {
                continue;
            }
            if look == horizon && self.looks.next() > horizon {
                if until < stop_at {
                    return Pause::Until;
                }
                self.set_clock(self.now.max(stop_at));
                let reached = stop_at == plan.end && stop_at < plan.limits.time;
                return Pause::Over(if reached { Stop::Reached } else { Stop::Limit(Limit::SimulatedTime) });
            }
            let variant = self.variant;
            if let Some(event) = self.looks.pop() {
                self.set_present(event);
                match event.rank() {
                    Rank::Control => self.control(model, event.slot()),
                    _ => self.sample(model, event.slot()),
                }
            }
            if self.variant != variant {
                return Pause::Changed;
            }
        }
    }

    /// Does all that happens until `horizon`, or says why it does not.
    fn advance_to(&mut self, model: &Model, horizon: Time, hard: Bounds) -> Option<Pause> {
        let plan = &model.run;
        let mut bounds = if self.is_near_bound(plan) { hard } else { hard.of_half(plan) };
        let mut next = VisitId::NONE;
        self.agenda.set_until(horizon);
        loop {
            // Hand-offs happen at once, before the next event.
            if next.is_some() {
                next = self.run_step(model, next);
                continue;
            }
            self.now = self.ahead.clock;
            if self.is_out_of(bounds)
                && let Some(pause) = self.pause(model, &mut bounds, hard)
            {
                return Some(pause);
            }
            if let Some(ready) = self.ready.pop_front() {
                let is_running = self.visits[ready].phase == Phase::Running;
                next = if is_running { ready } else { self.go_ahead(model, ready) };
                continue;
            }
            let Some(event) = self.agenda.pop() else {
                if self.is_next_on_its_way(horizon) {
                    continue;
                }
                return None;
            };
            self.set_present(event);
            next = self.handle(model, event);
        }
    }

    fn catch_up(&mut self, model: &Model) {
        let furthest = self.ahead.furthest;
        if furthest <= self.ahead.clock || self.visits.in_flight() == 0 {
            return;
        }
        self.ahead.reach = furthest;
        // Without end only if time stands still for ever.
        let bounds = Bounds { events: self.events.saturating_add(MOST_TO_CATCH_UP), visits: u32::MAX };
        self.advance_to(model, furthest, bounds);
        self.set_clock(furthest);
    }

    /// Whether the loop may have to come back before the next event.
    #[inline(always)]
    fn is_out_of(&self, bounds: Bounds) -> bool {
        let in_flight = self.visits.in_flight();
        let is_empty = in_flight == 0 && self.active_sources == 0;
        self.events >= bounds.events || in_flight > bounds.visits || is_empty
    }

    #[cold]
    #[inline(never)]
    fn pause(&mut self, model: &Model, bounds: &mut Bounds, hard: Bounds) -> Option<Pause> {
        let plan = &model.run;
        let in_flight = self.visits.in_flight();
        if self.events >= hard.events {
            return Some(Pause::Target);
        }
        if in_flight > hard.visits {
            return Some(Pause::Over(Stop::Limit(Limit::InFlight)));
        }
        if self.is_near_bound(plan) {
            // From here on everybody goes by the clock.
            self.set_reach(model, Time::ZERO);
            *bounds = hard;
        }
        // A run with an end goes on to it, whether or not its last moments are quiet.
        let may_idle = plan.drain || plan.end == Time::NEVER;
        (may_idle && in_flight == 0 && self.active_sources == 0).then(|| {
            // The last visits may have run ahead.
            self.now = self.ahead.clock.max(self.ahead.furthest);
            Pause::Over(Stop::Idle)
        })
    }

    /// Handles an event. Says who goes on.
    #[inline(always)]
    fn handle(&mut self, model: &Model, event: Event) -> VisitId {
        match event.rank() {
            Rank::Completion | Rank::Arrival | Rank::Deadline => {
                let id = VisitId(event.slot());
                if id == VisitId::NONE {
                    return self.make_request_on_its_way(model);
                }
                let visit = &mut self.visits[id];
                let phase = visit.phase;
                // An old ticket: whatever it was for is over.
                if visit.wake != event.time() || !phase.ends_by(event.rank()) {
                    return VisitId::NONE;
                }
                visit.wake = Time::NEVER;
                if self.is_postponed(id) {
                    return VisitId::NONE;
                }
                self.events += 1;
                return self.wake(model, id, phase);
            }
            Rank::SourceArrival => return self.make_request(model, SourceId(event.slot())),
            Rank::PoolDone => self.pool_done(model, event),
            Rank::Control | Rank::Sample => debug_assert!(false, "looks have a list of their own"),
        }
        VisitId::NONE
    }

    /// The wait of a visit in this phase is over; says who goes on.
    #[inline(always)]
    fn wake(&mut self, model: &Model, id: VisitId, phase: Phase) -> VisitId {
        match phase {
            Phase::Working => {
                self.work_done(model, id);
                let visit = &mut self.visits[id];
                visit.phase = Phase::Running;
                visit.step += 1;
                id
            }
            Phase::Waiting => {
                let visit = &mut self.visits[id];
                visit.phase = Phase::Running;
                visit.step += 1;
                id
            }
            Phase::Due => {
                self.visits[id].phase = Phase::Running;
                id
            }
            Phase::Travelling => self.arrive(model, id),
            Phase::Returning => self.deliver(model, id),
            Phase::Unsent | Phase::Unheard => self.send_again(model, id),
            Phase::Asking => self.ask_again(model, id),
            Phase::Calling => self.call_timed_out(model, id),
            Phase::BackingOff => self.attempt(model, id),
            Phase::InLine => self.lose_patience(model, id),
            Phase::Thinking => self.ask(model, id),
            Phase::Free | Phase::Running | Phase::Joining | Phase::Parked | Phase::Over => VisitId::NONE,
        }
    }

    /// Writes down when the present wait of `id` ends.
    #[inline]
    pub(crate) fn schedule(&mut self, id: VisitId, span: Duration) {
        let at = self.now.saturating_add(span);
        let visit = &mut self.visits[id];
        visit.wake = at;
        let Some(rank) = visit.phase.rank() else { return };
        let event = Event::of(visit, id, at, rank);
        self.agenda.push(event);
        self.trace_wait(id);
    }
}
