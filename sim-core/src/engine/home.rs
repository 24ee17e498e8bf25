//! The way home: an answer goes up from node to node at once, as long as everybody who gets it only passes it on.
//!
//! What may keep an answer from that (somebody gave up, stands still, joins several answers, a link of drawn latency, a
//! look before it arrives) is left to `State::send_back` and `State::answer`, which know everything.

use crate::model::Model;
use crate::model::step::{Concern, Step};
use crate::time::Time;

use super::agenda::Rank;
use super::state::{Life, State};
use super::visit::{Outcome, Phase, VisitId, hold};

impl State {
    /// `id` has done its work: it leaves its node with an answer. Says who goes on.
    #[inline(always)]
    pub(crate) fn reply(&mut self, model: &Model, id: VisitId) -> VisitId {
        let next = self.go_home(model, id);
        if next != id {
            return next;
        }
        let visit = &self.visits[id];
        if visit.holds & hold::BRANCH == 0 {
            let (entered, node) = (visit.entered, model.instances[visit.place].node);
            let stay = self.leave(model, id);
            if self.is_live() {
                self.see_stay(node, stay.0);
            }
            if entered >= self.tally.from {
                self.tally.nodes[node].latency.record(stay.0);
            }
        }
        self.send_back::<true>(model, id, Outcome::Completed)
    }

    /// Takes the answer of `first` up to where somebody has to do something with it, who is returned: `first` itself if
    /// that is its sending it.
    #[inline(never)]
    fn go_home(&mut self, model: &Model, first: VisitId) -> VisitId {
        let mut id = first;
        loop {
            let visit = &self.visits[id];
            if visit.depth == 0 {
                self.end_request(model, id, Outcome::Completed);
                return VisitId::NONE;
            }
            let (parent, place, entered) = (visit.parent, visit.place, visit.entered);
            // Who is watched, or has to get over a struck link, gets each answer by itself.
            if visit.holds != 0 || !parent.is_some() || self.ahead.is_watched || self.ahead.is_disturbed {
                return id;
            }
            let now = self.now;
            let Some(at) = model.links[usize::from(visit.via)].crossed_at(now) else { return id };
            let is_beyond_reach = at > now && at > self.ahead.reach;
            let is_ahead = at > self.ahead.clock;
            let above = &self.visits[parent];
            let is_counted = above.holds & hold::UPSTREAM != 0;
            let waits = above.phase == Phase::Calling && above.wake >= at;
            let instance = &mut self.instances[place];
            let stands_still = instance.life != Life::Up || self.hung_until > now;
            if !waits || stands_still || is_beyond_reach || (is_counted && is_ahead) {
                return id;
            }
            let stay = now - entered;
            instance.present.fall(now);
            instance.stays += u128::from(stay.0);
            if entered >= self.tally.from {
                let node = model.instances[place].node;
                self.tally.nodes[node].latency.record(stay.0);
            }
            self.visits.release(id);
            if is_counted {
                self.upstream_answered(model, parent);
            }
            self.pass_to(at, Rank::Completion);
            let above = &mut self.visits[parent];
            (above.wake, above.link, above.phase) = (Time::NEVER, VisitId::NONE.0, Phase::Running);
            above.step += 1;
            let step = usize::from(above.step);
            // Ahead of the clock nobody leaves whose leaving is in the way of others.
            if !matches!(model.steps[step], Step::Reply)
                || (is_ahead && model.concerns[step] != Concern::WhoWaits)
            {
                return parent;
            }
            id = parent;
        }
    }
}
