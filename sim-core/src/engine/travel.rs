//! On the way: visits cross links to their nodes and back with an answer.

use crate::model::{Delay, Link, Model, WireId};
use crate::random::Key;
use crate::time::Duration;

use super::call::purpose;
use super::state::State;
use super::visit::{Outcome, Phase, VisitId, hold};

impl State {
    /// Sends `id` over its link, to its node or back from it. Says who goes on; only `MAIN`, who has nothing else to do
    /// at this instant, may do so ahead of the clock.
    #[inline(always)]
    pub(crate) fn travel<const MAIN: bool>(&mut self, model: &Model, id: VisitId, phase: Phase) -> VisitId {
        let now = self.now;
        if self.ahead.is_disturbed {
            self.visits[id].phase = phase;
            return self.brave_the_link(model, id);
        }
        let visit = &mut self.visits[id];
        visit.phase = phase;
        match &model.links[usize::from(visit.via)] {
            Link { latency: Delay::None, wires: None, .. } => {
                // Hand-offs happen at once, unless the instance stands still: it hears nothing meanwhile.
                if phase != Phase::Returning && self.is_postponed(id) {
                    return VisitId::NONE;
                }
                self.events += 1;
                return match phase {
                    Phase::Returning => self.deliver(model, id),
                    _ => self.arrive(model, id),
                };
            }
            Link { latency: Delay::Constant(span), wires: None, .. } => {
                visit.wake = now.saturating_add(*span)
            }
            link => {
                let span = self.transfer(model, id, link);
                self.visits[id].wake = now.saturating_add(span);
            }
        }
        if !MAIN {
            self.ready.push_back(id);
            return VisitId::NONE;
        }
        match phase {
            Phase::Returning => self.deliver_ahead(model, id),
            _ => self.arrive_ahead(model, id),
        }
    }

    /// How long `id` is on its way over a link with a drawn latency or a bandwidth.
    #[inline(never)]
    pub(crate) fn transfer(&mut self, model: &Model, id: VisitId, link: &Link) -> Duration {
        let is_reply = self.visits[id].phase == Phase::Returning;
        let key = self.message_key(model, id);
        let latency = self.drawn(model, link.latency, key);
        let Some((there, back)) = link.wires else { return latency };
        let wire = if is_reply { back } else { there };
        let bytes = if is_reply { self.reply_bytes(model, id) } else { self.request_bytes(model, id) };
        latency + self.occupy(model, wire, bytes)
    }

    /// Keys what the message of `id` draws on its way.
    pub(super) fn message_key(&self, model: &Model, id: VisitId) -> Key {
        let visit = &self.visits[id];
        let purpose = if visit.phase == Phase::Returning { purpose::REPLY } else { purpose::REQUEST };
        // The two hops around a balancer carry the same stream; the node tells them apart.
        let tag = model.nodes[model.instances[visit.place].node].tag;
        visit.stream.child(purpose.wrapping_add(tag))
    }

    /// How long it takes until `bytes` have gone over a wire, after those that came before them.
    fn occupy(&mut self, model: &Model, wire: WireId, bytes: u64) -> Duration {
        let free = self.wires[wire].max(self.now);
        let sent = free + Duration::from_nanos_f64(bytes as f64 * model.wires[wire].nanoseconds_per_byte);
        self.wires[wire] = sent;
        sent - self.now
    }

    /// Lets `id` wait until its bytes have gone to a cache, or those of the answer have come back. Says who goes on.
    #[cold]
    #[inline(never)]
    pub(crate) fn transmit(&mut self, model: &Model, id: VisitId, wire: WireId, is_reply: bool) -> VisitId {
        let bytes = if is_reply { self.reply_bytes(model, id) } else { self.request_bytes(model, id) };
        let span = self.occupy(model, wire, bytes);
        let visit = &mut self.visits[id];
        (visit.phase, visit.wake) = (Phase::Waiting, self.now.saturating_add(span));
        self.finish_ahead(model, id)
    }

    /// `id` has left its node; its outcome goes back to whoever waits for it. Says who goes on.
    #[inline(always)]
    pub(crate) fn send_back<const MAIN: bool>(
        &mut self,
        model: &Model,
        id: VisitId,
        outcome: Outcome,
    ) -> VisitId {
        let visit = &mut self.visits[id];
        visit.outcome = outcome;
        if !visit.parent.is_some() {
            self.orphan_ends(id);
            return VisitId::NONE;
        }
        if visit.holds & hold::BRANCH != 0 {
            return self.deliver(model, id);
        }
        self.travel::<MAIN>(model, id, Phase::Returning)
    }

    /// The answer of `id` is there. Says who goes on.
    #[inline(always)]
    pub(crate) fn deliver(&mut self, model: &Model, id: VisitId) -> VisitId {
        let visit = &self.visits[id];
        let (parent, outcome) = (visit.parent, visit.outcome);
        if !parent.is_some() {
            self.orphan_ends(id);
            return VisitId::NONE;
        }
        if self.is_ahead() && !self.may_be_answered(parent, outcome) {
            return self.wait_for_the_clock(id);
        }
        if self.is_live() {
            self.see_answer(model, id);
        }
        self.trace_end(id, outcome);
        self.visits.release(id);
        self.answer(model, parent, outcome)
    }

    /// The work of a visit that nobody waits for any more is over.
    #[cold]
    #[inline(never)]
    pub(crate) fn orphan_ends(&mut self, id: VisitId) {
        let visit = &self.visits[id];
        if visit.parent == VisitId::GIVEN_UP && visit.outcome == Outcome::Completed {
            self.count_late(id);
        }
        let outcome = self.visits[id].outcome;
        self.trace_end(id, outcome);
        self.visits.release(id);
    }
}
