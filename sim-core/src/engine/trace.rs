//! What the engine tells the tracer, while requests are traced. All of it happens at the clock: nobody runs ahead then.

use crate::model::NodeId;
use crate::observe::trace::{Trace, Tracer, Wish};
use crate::time::Time;

use super::Engine;
use super::state::State;
use super::visit::{Outcome, VisitId};

impl Engine {
    /// Follows requests from now on to say where they spent their time; to be asked for before the run begins. Nobody runs
    /// ahead of the clock from then on, so the run takes longer; its results are the same.
    pub fn trace(&mut self, wish: Wish) {
        self.state.tally.tracer = Some(Box::new(Tracer::new(wish, self.variants.clone())));
        self.state.ahead.is_watched = true;
    }

    /// The traces chosen since the last call; at the end of the run also those that could not be told before.
    pub fn take_traces(&mut self) -> Vec<Trace> {
        let is_over = self.stop.is_some();
        let now = self.state.now;
        let tracer = self.state.tally.tracer.as_mut();
        tracer.map(|tracer| if is_over { tracer.finish(now) } else { tracer.take() }).unwrap_or_default()
    }
}

impl State {
    /// A wait of `id` begins or goes on, as its phase says.
    #[inline(always)]
    pub(crate) fn trace_wait(&mut self, id: VisitId) {
        if self.ahead.is_watched {
            self.note_wait(id);
        }
    }

    #[cold]
    #[inline(never)]
    fn note_wait(&mut self, id: VisitId) {
        let (now, variant) = (self.now, self.variant);
        if let Some(tracer) = &mut self.tally.tracer {
            tracer.waits(&self.visits, id, now, variant);
        }
    }

    /// `id` is held up by its instance, from now until a time if that is known.
    #[cold]
    pub(crate) fn trace_hold_up(&mut self, id: VisitId, until: Option<Time>) {
        let now = self.now;
        if let Some(tracer) = &mut self.tally.tracer {
            tracer.is_held_up(&self.visits, id, now, until);
        }
    }

    /// `id` has come to its node.
    #[cold]
    #[inline(never)]
    pub(crate) fn trace_arrival(&mut self, id: VisitId) {
        let now = self.now;
        if let Some(tracer) = &mut self.tally.tracer {
            tracer.arrives(&self.visits, id, now);
        }
    }

    /// A cache has answered `id`.
    #[inline(always)]
    pub(crate) fn trace_lookup(&mut self, id: VisitId, cache: NodeId, is_hit: bool) {
        if self.ahead.is_watched {
            self.note_lookup(id, cache, is_hit);
        }
    }

    #[cold]
    #[inline(never)]
    fn note_lookup(&mut self, id: VisitId, cache: NodeId, is_hit: bool) {
        let now = self.now;
        if let Some(tracer) = &mut self.tally.tracer {
            tracer.is_told(&self.visits, id, now, cache, is_hit);
        }
    }

    /// `join` collects answers for `caller` from now on.
    pub(crate) fn trace_join(&mut self, join: VisitId, caller: VisitId) {
        let now = self.now;
        if let Some(tracer) = &mut self.tally.tracer {
            tracer.joins(&self.visits, join, caller, now);
        }
    }

    /// The answer that came last decides what `join` collects.
    pub(crate) fn trace_verdict(&mut self, join: VisitId) {
        let now = self.now;
        if let Some(tracer) = &mut self.tally.tracer {
            tracer.is_decided(join, now);
        }
    }

    /// `join` is over.
    pub(crate) fn trace_end_of_join(&mut self, join: VisitId) {
        if let Some(tracer) = &mut self.tally.tracer {
            tracer.forgets(join);
        }
    }

    /// Nobody waits for `id` any more.
    pub(crate) fn trace_giving_up(&mut self, id: VisitId) {
        let now = self.now;
        if let Some(tracer) = &mut self.tally.tracer {
            tracer.is_given_up(id, now);
        }
    }

    /// `id` goes on in another slot.
    pub(crate) fn trace_move(&mut self, id: VisitId, to: VisitId) {
        if let Some(tracer) = &mut self.tally.tracer {
            tracer.moves(id, to);
        }
    }

    /// `id` is over, with this outcome.
    #[inline(always)]
    pub(crate) fn trace_end(&mut self, id: VisitId, outcome: Outcome) {
        if self.ahead.is_watched {
            self.note_end(id, outcome);
        }
    }

    #[cold]
    #[inline(never)]
    fn note_end(&mut self, id: VisitId, outcome: Outcome) {
        let now = self.now;
        if let Some(tracer) = &mut self.tally.tracer {
            tracer.ends(&self.visits, id, now, outcome);
        }
    }
}
