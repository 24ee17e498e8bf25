//! Links that a fault has struck: messages over them are lost and sent again, or take longer.
//!
//! A lost message is sent again as TCP does it: after a time-out that doubles each time, until it gets over, until whoever
//! waits for the answer has given up, or until the connection counts as broken. While a link is struck nobody runs ahead of
//! the clock, so that each message meets the links as they are when it is sent.

use crate::model::{CacheId, LinkFault, Model, Strike};
use crate::random::{Key, hash_name};
use crate::time::Duration;

use super::call::purpose;
use super::state::State;
use super::visit::{Outcome, Phase, VisitId};

const LOST: u64 = hash_name("lost on the way");

/// The first time-out, which is the least that Linux waits, in nanoseconds.
const FIRST_TIMEOUT: u64 = 200_000_000;
/// The longest one.
const MOST_TIMEOUT: u64 = 120_000_000_000;
/// Sent again so often, the connection is broken at the next time-out: 924.6 s after the message was first sent.
const MOST_RESENDS: u16 = 15;

/// An [`Phase::Asking`] visit with so many attempts waits for what is added to its way, and has its answer then.
const IS_HEARD: u16 = u16::MAX;

/// The links that are struck, by number. Follows from which faults are on.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Network(Vec<Condition>);

/// What a link does to messages.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Condition {
    link: u16,
    /// The share of them that gets over.
    passes: f64,
    /// How much longer they take.
    added: Duration,
}

impl Condition {
    fn sound(link: u16) -> Condition {
        Condition { link, passes: 1.0, added: Duration::ZERO }
    }

    /// Whether the message that draws by `key` is lost when it is sent for the `number`-th time.
    fn loses(&self, key: Key, number: u16) -> bool {
        self.passes < 1.0 && key.child(LOST).numbered(u64::from(number)).draws().unit() >= self.passes
    }
}

impl Network {
    /// The share of the messages over a link that gets over at the first try, and whether they take longer than they should.
    pub fn state_of(&self, link: u16) -> (f64, bool) {
        let condition = self.of(link);
        (condition.passes, condition.added > Duration::ZERO)
    }

    fn of(&self, link: u16) -> Condition {
        let found = self.0.binary_search_by_key(&link, |condition| condition.link);
        found.map_or(Condition::sound(link), |place| self.0[place])
    }

    fn of_mut(&mut self, link: u16) -> &mut Condition {
        let place = match self.0.binary_search_by_key(&link, |condition| condition.link) {
            Ok(place) => place,
            Err(place) => {
                self.0.insert(place, Condition::sound(link));
                place
            }
        };
        &mut self.0[place]
    }
}

/// How long is waited before a message is sent again that was lost for the `number`-th time, counted from 0.
fn time_out(number: u16) -> Duration {
    Duration(FIRST_TIMEOUT.saturating_mul(1 << number.min(32)).min(MOST_TIMEOUT))
}

impl State {
    /// Finds out which links are struck, now that a fault has begun or ended.
    pub(super) fn survey_links(&mut self, model: &Model) {
        let mut network = Network::default();
        for strike in self.faults_on(model) {
            let Strike::Links(links, fault) = strike else { continue };
            for link in links {
                let condition = network.of_mut(*link);
                match fault {
                    LinkFault::Loss(share) => condition.passes *= 1.0 - share,
                    LinkFault::Delay(add) => condition.added = condition.added + *add,
                }
            }
        }
        self.ahead.is_disturbed = !network.0.is_empty();
        self.ahead.was_disturbed |= self.ahead.is_disturbed;
        self.network = network;
    }

    /// Sends the message of `id`, a request or an answer as its phase says, for the first time while links are struck. Says
    /// who goes on.
    #[cold]
    #[inline(never)]
    pub(super) fn brave_the_link(&mut self, model: &Model, id: VisitId) -> VisitId {
        // A visit that has left its node calls nobody any more, and one on its way there has not begun to.
        self.visits[id].attempt = 0;
        self.send_message(model, id)
    }

    /// Sends the message of `id`, which has been lost as often as its attempts say. Says who goes on.
    fn send_message(&mut self, model: &Model, id: VisitId) -> VisitId {
        let visit = &self.visits[id];
        let (phase, number) = (visit.phase, visit.attempt);
        let condition = self.network.of(visit.via);
        // What is lost has been on the wire as well.
        let span = self.transfer(model, id, &model.links[usize::from(condition.link)]);
        if condition.loses(self.message_key(model, id), number) {
            let visit = &mut self.visits[id];
            visit.attempt = number + 1;
            visit.phase = if phase == Phase::Returning { Phase::Unheard } else { Phase::Unsent };
            self.schedule(id, time_out(number));
            return VisitId::NONE;
        }
        self.visits[id].attempt = 0;
        let span = span + condition.added;
        if span > Duration::ZERO {
            self.schedule(id, span);
            return VisitId::NONE;
        }
        if phase == Phase::Travelling && self.is_postponed(id) {
            return VisitId::NONE;
        }
        self.events += 1;
        if phase == Phase::Returning { self.deliver(model, id) } else { self.arrive(model, id) }
    }

    /// Time to send the message of `id` again, which was lost. Says who goes on.
    pub(super) fn send_again(&mut self, model: &Model, id: VisitId) -> VisitId {
        let visit = &mut self.visits[id];
        let is_answer = visit.phase == Phase::Unheard;
        visit.phase = if is_answer { Phase::Returning } else { Phase::Travelling };
        let (parent, is_broken) = (visit.parent, visit.attempt > MOST_RESENDS);
        if is_broken && parent.is_some() {
            let is_client = self.visits[parent].depth == 0;
            self.visits[id].outcome = if is_client { Outcome::Timeout } else { Outcome::UpstreamTimeout };
            return self.deliver(model, id);
        }
        if is_broken || !is_answer && !self.is_waited_for(id) {
            // Nobody sends what nobody waits for.
            self.visits[id].outcome = Outcome::Cancelled;
            return self.deliver(model, id);
        }
        self.send_message(model, id)
    }

    /// Whether somebody waits for the answer of `id`, or for those that it is joined with.
    fn is_waited_for(&self, id: VisitId) -> bool {
        let parent = self.visits[id].parent;
        parent.is_some()
            && (self.visits[parent].phase != Phase::Joining || self.visits[parent].parent.is_some())
    }

    /// `id` asks a cache: whether its question and the answer get over the link, and how much longer they take. Says who
    /// goes on if that is not `id` at once.
    #[cold]
    #[inline(never)]
    pub(super) fn ask_over_struck_link(
        &mut self,
        model: &Model,
        id: VisitId,
        cache: CacheId,
        number: u16,
    ) -> Option<VisitId> {
        let visit = &self.visits[id];
        let ends = (model.instances[visit.place].node, model.caches[cache].node);
        let link = model.ends.iter().position(|other| *other == ends)?;
        let condition = self.network.of(link as u16);
        let key = visit.stream.child(model.caches[cache].tag);
        let is_lost = condition.loses(key.child(purpose::REQUEST), number)
            || condition.loses(key.child(purpose::REPLY), number);
        let (number, span) = match is_lost {
            true => (number + 1, time_out(number)),
            false => (IS_HEARD, Duration(condition.added.0.saturating_mul(2))),
        };
        if span == Duration::ZERO {
            return None;
        }
        let visit = &mut self.visits[id];
        (visit.attempt, visit.phase) = (number, Phase::Asking);
        self.schedule(id, span);
        Some(VisitId::NONE)
    }

    /// The question of `id` to a cache was lost, or is answered late. Says who goes on.
    pub(super) fn ask_again(&mut self, model: &Model, id: VisitId) -> VisitId {
        use crate::model::step::Step;
        let visit = &mut self.visits[id];
        visit.phase = Phase::Running;
        let number = std::mem::take(&mut visit.attempt);
        let Step::Lookup { cache, miss } = model.steps[usize::from(visit.step)] else { return id };
        if number == IS_HEARD {
            return self.find(model, id, cache, miss);
        }
        if number > MOST_RESENDS {
            return self.fail(model, id, Outcome::UpstreamTimeout);
        }
        match self.ask_over_struck_link(model, id, cache, number) {
            Some(next) => next,
            None => self.find(model, id, cache, miss),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_broken_when_linux_says_so() {
        let waits: Vec<u64> = (0..=MOST_RESENDS).map(|number| time_out(number).0 / 1_000_000).collect();
        assert_eq!(waits[..4], [200, 400, 800, 1_600]);
        assert_eq!(waits.iter().sum::<u64>(), 924_600);
    }

    #[test]
    fn conditions_are_found_by_their_links() {
        let mut network = Network::default();
        for link in [7, 3, 9, 3] {
            network.of_mut(link).passes *= 0.5;
        }
        let passes = [2, 3, 7, 8, 9].map(|link| network.of(link).passes);
        assert_eq!(passes, [1.0, 0.25, 0.5, 1.0, 0.5]);
    }
}
