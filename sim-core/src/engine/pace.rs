//! The pace of sources: a fault lets clients ask more often, or less, for a while.

use crate::distribution::ziggurat::exponential;
use crate::model::load::{Arrivals, Load};
use crate::model::{Model, SourceId, Strike};
use crate::random::hash_name;
use crate::time::{Duration, Time};

use super::source::{USER_SHIFT, purpose};
use super::state::State;
use super::visit::{Phase, VisitId};

const PACE: u64 = hash_name("pace");

impl State {
    /// How many times as often `source` makes requests as its load says, by the faults that are on.
    pub(super) fn pace_of(&self, model: &Model, source: SourceId) -> f64 {
        let factors = self.faults_on(model).filter_map(|strike| match strike {
            Strike::Load(other, factor) if *other == source => Some(*factor),
            _ => None,
        });
        factors.product()
    }

    /// A fault of `source` has begun or ended: what it has planned comes sooner or later.
    pub(super) fn change_pace(&mut self, model: &Model, source: SourceId) {
        let pace = self.pace_of(model, source);
        let before = self.sources[source].load.pace();
        if pace == before {
            return;
        }
        match &model.sources[source].load {
            Load::Closed { .. } => {
                self.sources[source].load.set_closed_pace(pace);
                self.rethink(source, before / pace);
            }
            Load::Open { .. } | Load::Bursty { .. } | Load::Replay { .. } => {
                self.replan(model, source, pace);
            }
        }
    }

    /// Users who think about their next request have it sooner or later; those who have not begun yet do so as ever.
    fn rethink(&mut self, source: SourceId, ratio: f64) {
        let is_thinking = |id: &VisitId| {
            let visit = &self.visits[*id];
            let has_asked = visit.since & ((1 << USER_SHIFT) - 1) > 0;
            visit.phase == Phase::Thinking
                && visit.depth == 0
                && u32::from(visit.via) == source.0
                && has_asked
        };
        let thinking: Vec<VisitId> = self.visits.iter().map(|(id, _)| id).filter(is_thinking).collect();
        for id in thinking {
            let left = self.visits[id].wake - self.now;
            self.schedule(id, Duration::from_nanos_f64(left.0 as f64 * ratio));
        }
    }

    /// The next request of an open load comes sooner or later.
    fn replan(&mut self, model: &Model, source: SourceId, pace: f64) {
        let (now, end) = (self.now, model.run.end);
        if model.sources[source].total.is_some_and(|total| self.sources[source].made >= total) {
            return;
        }
        let was = self.sources[source].next;
        let next = if was < Time::NEVER { was } else { self.next_beyond_the_end(model, source) };
        let state = &mut self.sources[source];
        state.changes += 1;
        let mut fresh = state.key.child(PACE).numbered(state.changes).draws();
        let next = state.load.set_pace(&model.sources[source].load, pace, now, next, end, &mut fresh);
        state.beyond = Some(next);
        let next = if next >= end { Time::NEVER } else { next };
        state.next = next;
        match (was, next) {
            (Time::NEVER, Time::NEVER) => return,
            (Time::NEVER, _) => self.active_sources += 1,
            (_, Time::NEVER) => self.active_sources -= 1,
            _ => {}
        }
        self.rewrite_arrival(model, source);
    }

    /// When a source that has made its last request before the end would have made the next one.
    fn next_beyond_the_end(&self, model: &Model, source: SourceId) -> Time {
        let (spec, state) = (&model.sources[source], &self.sources[source]);
        if let Some(next) = state.beyond {
            return next;
        }
        let Load::Open { arrivals, .. } = &spec.load else { return Time::NEVER };
        let mut draws = state.key.numbered_child(purpose::ARRIVAL, state.made).draws();
        let step = match arrivals {
            Arrivals::Poisson => exponential(&mut draws),
            Arrivals::Constant => 1.0,
            Arrivals::Renewal { spans, mean } => model.samplers[*spans].sample(&mut draws) / mean,
        };
        state.load.after(state.last, step)
    }
}
