//! The lead of the only source: its requests are made when others first see them.
//!
//! Until then each of them goes the same way for as long, and nobody else is there. So a request has one event instead of
//! one for its being made and one for each call on the way: that of its arrival. It begins behind the clock, and is
//! where the clock is when it arrives. Before anybody looks, those who are on their way are made.

use crate::model::{Model, SourceId};
use crate::time::Time;

use super::agenda::{Event, Rank};
use super::state::{Life, SourceState, State};
use super::visit::VisitId;

/// The only source where there is a lead.
const SOURCE: SourceId = SourceId(0);

impl State {
    /// Decides whether requests are made late: while visits may run ahead, nobody on the way turns them away, and none of
    /// them has overtaken another.
    pub(super) fn set_lead(&mut self, model: &Model) {
        let may_lead = self.is_constant && self.ahead.reach > self.ahead.clock && !self.ahead.was_disturbed;
        let leads = may_lead && self.is_way_free(model);
        if leads != std::mem::replace(&mut self.ahead.leads, leads) {
            self.rewrite_next(model);
        }
    }

    fn is_way_free(&self, model: &Model) -> bool {
        model.lead.as_ref().is_some_and(|lead| {
            let is_up = |node| self.instances[model.nodes[node].first_instance].life == Life::Up;
            let has_choice = |balancer| self.balancers[balancer].memory.can_choose();
            lead.nodes.iter().all(|node| is_up(*node)) && lead.choice.is_none_or(has_choice)
        })
    }

    /// The next request is written down another way.
    fn rewrite_next(&mut self, model: &Model) {
        let next = self.sources[SOURCE].next;
        if next < Time::NEVER {
            self.agenda.replace_arrival(self.arrival_of_next(model, SOURCE, next));
        }
    }

    /// The next request of `source` is written down for another time, or not at all. Elsewhere than where there is a lead,
    /// what was written down before stays, and is void.
    pub(super) fn rewrite_arrival(&mut self, model: &Model, source: SourceId) {
        let next = self.sources[source].next;
        if model.lead.is_some() {
            let event =
                if next < Time::NEVER { self.arrival_of_next(model, source, next) } else { Event::NEVER };
            self.agenda.replace_arrival(event);
        } else if next < Time::NEVER {
            let is_only = self.active_sources == 1;
            self.agenda.push_arrival(self.arrival_of_next(model, source, next), is_only);
        }
    }

    /// The event of the next request of `source`, which it makes at `at`.
    #[inline(always)]
    pub(super) fn arrival_of_next(&self, model: &Model, source: SourceId, at: Time) -> Event {
        match &model.lead {
            Some(lead) if self.ahead.leads => {
                let SourceState { key, made, .. } = self.sources[source];
                let stream =
                    lead.tags.iter().fold(key.numbered(made), |key, tag| key.numbered_child(*tag, 0));
                // The only source has as many requests as there are.
                let ordinal = made as u32;
                Event::of_request(at + lead.span, Rank::Arrival, ordinal, stream, VisitId::NONE.0)
            }
            _ => Event::new(at, Rank::SourceArrival, source.0),
        }
    }

    /// Sees to it that the next request is made before somebody looks at `horizon`. Says if there is one to be made.
    #[inline(never)]
    pub(super) fn is_next_on_its_way(&mut self, horizon: Time) -> bool {
        if !self.ahead.leads {
            return false;
        }
        let next = self.sources[SOURCE].next;
        if next < Time::NEVER && next <= horizon {
            self.agenda.replace_arrival(Event::new(next, Rank::SourceArrival, SOURCE.0));
            return true;
        }
        false
    }

    /// The request whose arrival the clock has come to is made, behind the clock. Says who goes on.
    #[inline(always)]
    pub(super) fn make_request_on_its_way(&mut self, model: &Model) -> VisitId {
        self.now = self.sources[SOURCE].next;
        self.make_request(model, SOURCE)
    }
}
