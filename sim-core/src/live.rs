//! A run that somebody watches, changes, and takes back while it goes on: what the explorer in the browser stands on.
//!
//! ## Invariant: the text is the run
//! Whatever was done to a live run is in its text, of which a [`Script`] is made: a slider that was moved is a `Set` in the
//! timeline, a click that broke something a fault there. So a live run that has come to time t is, to the last bit, the run of
//! its present text at t, and the command gives the same digest for it. `tests/live.rs` checks that for edits at random.

use crate::engine::{Engine, Stop};
use crate::model::Model;
use crate::observe::tally::LogEntry;
use crate::report::Findings;
use crate::time::Time;

mod agreement;
mod count;
mod describe;
mod frame;
mod history;
mod rows;
mod script;

pub use describe::{Description, EdgeDescription, NodeDescription, PoolDescription, TimelineEntry};
pub use frame::{Group, Groups, Layout, status};
pub use script::{NoScript, Script};

use agreement::agreement;
use count::{Places, Totals};
use history::History;
use rows::Rows;

/// Events between two checkpoints at first: so many are gone through again in less than a twentieth of a second.
const EVENTS_BETWEEN: u64 = 40_000;

/// A run that is watched.
#[derive(Debug)]
pub struct Live {
    script: Script,
    places: Places,
    engine: Engine,
    rows: Rows,
    history: History,
    log: Vec<LogEntry>,
}

/// What another script led to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Amended {
    /// Until then the run is what it was; later rows and entries of the log are void.
    pub since: Time,
    /// Where the run stood, and has to be advanced to again.
    pub goal: Time,
}

impl Live {
    /// A live run of a script at its start.
    pub fn new(script: Script) -> Live {
        let model = &script.variants[0];
        let engine = Engine::live(script.variants.clone(), model.run.seed, &script.arrows);
        let places = Places::of(model, &script.arrows);
        let start = Totals::of(&engine, &places);
        let rows = Rows::new(model, start);
        let mut history = History::default();
        history.add(&engine, &rows);
        Live { script, places, engine, rows, history, log: Vec::new() }
    }

    /// Simulated time.
    pub fn now(&self) -> Time {
        self.engine.state().now
    }

    /// Why the run is over, once it is.
    pub fn stopped(&self) -> Option<Stop> {
        self.engine.stopped()
    }

    /// Goes on until `until` or for about `events` events, whichever comes first. Says if the run is over.
    pub fn advance(&mut self, until: Time, events: u64) -> Option<Stop> {
        let target = self.engine.state().events.saturating_add(events);
        loop {
            let done = self.engine.state().events;
            if self.engine.stopped().is_some() || done >= target {
                return self.engine.stopped();
            }
            let row_ends = self.rows.next_end();
            self.engine.advance(until.min(row_ends), target - done);
            self.follow_log();
            let is_over = self.engine.stopped().is_some();
            // Else the events asked for may end in the middle of an instant.
            let has_room = self.engine.state().events < target;
            if is_over || (has_room && self.now() >= row_ends) {
                self.rows.close(&mut self.engine, &self.places);
            }
            if self.history.is_due(&self.engine, EVENTS_BETWEEN) {
                self.history.add(&self.engine, &self.rows);
            }
            if is_over || (has_room && self.now() >= until) {
                return self.engine.stopped();
            }
        }
    }

    /// Handles one event, and says when that was.
    pub fn step(&mut self) -> Time {
        self.advance(Time::NEVER, 1);
        self.now()
    }

    /// Goes back, or not quite as far as wanted: to the last checkpoint that is not later than `at`, if that is nearer than
    /// where the run stands. Whoever wants to be there advances from here to `at`.
    pub fn seek(&mut self, at: Time) {
        let now = self.now();
        let Some(mark) = self.history.before(at, |_| true) else { return };
        let is_nearer = at < now || mark.checkpoint.at() > now;
        if !is_nearer || (self.engine.stopped().is_none() && now == at) {
            return;
        }
        self.engine.resume(&mark.checkpoint, self.script.variants.clone());
        self.rows.return_to(mark);
    }

    /// Goes on under another script. Where it agrees with the present one until now, nothing is done again; else the run goes
    /// back to where they part, or to its start, and has to be advanced to where it stood.
    pub fn amend(&mut self, script: Script) -> Amended {
        let variants = &script.variants;
        let since = agreement(&self.script.variants, variants);
        let goal = self.now();
        let is_fresh = |at: Time| at < since;
        let is_over = self.engine.stopped().is_some() && since < Time::NEVER;
        if is_fresh(goal) && !is_over && self.engine.fits(&variants[0]) {
            self.engine.adopt_variants(variants.clone());
            self.history.forget_from(since);
        } else {
            let mark = self
                .history
                .before(since, |mark| is_fresh(mark.checkpoint.at()) && mark.checkpoint.fits(&variants[0]));
            let Some(mark) = mark else {
                *self = Live::new(script);
                return Amended { since: Time::ZERO, goal };
            };
            self.engine.resume(&mark.checkpoint, variants.clone());
            self.rows.return_to(mark);
            self.history.forget_from(since);
        }
        self.rows.forget_from(since);
        self.log.retain(|entry| entry.at < since);
        self.script = script;
        Amended { since, goal }
    }

    /// What scaled and what broke, in order; it reaches as far as the run has ever come.
    pub fn log(&self) -> &[LogEntry] {
        &self.log
    }

    /// The model in force.
    pub fn model(&self) -> &Model {
        self.engine.model()
    }

    /// What the run has found so far: of what [`Report::of`](crate::report::Report::of) makes a report.
    pub fn findings(&self) -> Findings {
        Findings::of(&self.engine)
    }

    /// The run itself, to look at.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The engine's log only grows, and a run that was taken back writes the same again.
    fn follow_log(&mut self) {
        let log = &self.engine.state().tally.log;
        if log.len() > self.log.len() {
            self.log.extend_from_slice(&log[self.log.len()..]);
        }
    }
}
