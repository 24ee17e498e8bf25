//! Visits: one node handling one call. A request is the tree of its visits; its root is the visit at its client.

use crate::arena::Id;
use crate::arena::ids;
use crate::model::InstanceId;
use crate::model::step::Program;
use crate::random::Key;
use crate::time::Time;

use super::agenda::Rank;

ids! {
    /// A visit in flight: its slot in the [`Slab`], used again once the visit is over.
    VisitId;
}

impl VisitId {
    /// No visit.
    pub const NONE: VisitId = VisitId(u32::MAX);
    /// The parent of a visit whose client has given it up: its answer is late.
    pub const GIVEN_UP: VisitId = VisitId(u32::MAX - 1);

    /// Whether this names a visit.
    #[inline(always)]
    pub fn is_some(self) -> bool {
        self.0 < VisitId::GIVEN_UP.0
    }
}

/// One node handling one call.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Visit {
    /// Keys the visit's draws.
    pub stream: Key,
    /// When it came to the node; for a request at its client, when it was meant to be sent.
    pub entered: Time,
    /// When its present wait ends. This is its *ticket*: an event of any other time is an old one and is ignored.
    pub wake: Time,
    /// In a line: since when. At a balancer: the slot of the chosen instance. Of a join: answers still needed.
    /// Of a request at its client: its number.
    pub since: u64,
    /// Who waits for its answer.
    pub parent: VisitId,
    /// In a line: the next one. Calling: the visit below it. Of a join: answers still out.
    pub link: u32,
    /// Where it is.
    pub place: InstanceId,
    /// The request's place in the order in which all requests of the run were made.
    pub ordinal: u32,
    /// The root of its tree; of a root itself: how many visits are below it.
    pub root: u32,
    /// The step it is at.
    pub step: Program,
    /// Attempts made of its present call.
    pub attempt: u16,
    /// The link it came over; of a request at its client: its source.
    pub via: u16,
    /// The position of its class.
    pub class: u8,
    /// What it is doing.
    pub phase: Phase,
    /// Pools of its instance it keeps a server of (one bit each), and other [`hold`] bits.
    pub holds: u8,
    /// How it ended, once it has.
    pub outcome: Outcome,
    /// How many calls it is below its client.
    pub depth: u8,
    /// The priority of its class.
    pub priority: u8,
}

const _: () = assert!(size_of::<Visit>() <= 64, "a visit fits a cache line: there may be millions");

impl Visit {
    /// What stands in a free slot; its link is the next free one.
    const FREE: Visit = Visit {
        stream: Key(0),
        entered: Time::ZERO,
        wake: Time::NEVER,
        since: 0,
        parent: VisitId::NONE,
        link: VisitId::NONE.0,
        place: InstanceId(0),
        ordinal: 0,
        root: 0,
        step: 0,
        attempt: 0,
        via: 0,
        class: 0,
        phase: Phase::Free,
        holds: 0,
        outcome: Outcome::Completed,
        depth: 0,
        priority: 0,
    };

    /// Its level of priority in a pool of `levels` levels: the class number, bounded.
    #[inline(always)]
    pub fn class_level(&self, levels: u8) -> u8 {
        self.priority.min(levels.saturating_sub(1))
    }
}

/// Bits of [`Visit::holds`] beyond those of the pools.
pub mod hold {
    /// It keeps a lock.
    pub const LOCK: u8 = 1 << 4;
    /// It counts in its balancer as a request in flight.
    pub const UPSTREAM: u8 = 1 << 5;
    /// It is a branch of a visit and does not itself count as a visit to the node.
    pub const BRANCH: u8 = 1 << 6;
    /// It fetches what others wait for in a cache.
    pub const FETCH: u8 = 1 << 7;
    /// The bits of the pools.
    pub const POOLS: u8 = 0x0F;
}

/// What a visit is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Phase {
    /// The slot is free.
    Free,
    /// Ahead of the clock, before a step that others see.
    Due,
    /// On its way to its node.
    Travelling,
    /// About to go on.
    Running,
    /// In a pool's line.
    InLine,
    /// Being served by a pool.
    Working,
    /// Waiting for time to pass.
    Waiting,
    /// Waiting for an answer.
    Calling,
    /// Waiting before it calls again.
    BackingOff,
    /// On its way back with an answer.
    Returning,
    /// Its request was lost on the way to its node, and is sent again later.
    Unsent,
    /// Its answer was lost on the way back, and is sent again later.
    Unheard,
    /// Its question to a cache was lost and is asked again later, or is answered late.
    Asking,
    /// Collecting the answers of several visits.
    Joining,
    /// Waiting for a lock, or for another visit's fetch.
    Parked,
    /// A user between two requests.
    Thinking,
    /// Over, but its slot is still in a line or has visits below it.
    Over,
}

impl Phase {
    /// Whether an event of this rank may end the phase: a deadline ends waits for others, and nothing else does.
    #[inline(always)]
    pub fn ends_by(self, rank: Rank) -> bool {
        let has_deadline = matches!(self, Phase::InLine | Phase::Calling | Phase::BackingOff);
        has_deadline == (rank == Rank::Deadline)
    }

    /// The rank of the event that ends the phase, where that is always the same.
    #[inline(always)]
    pub fn rank(self) -> Option<Rank> {
        match self {
            Phase::Working | Phase::Waiting | Phase::Asking | Phase::Returning | Phase::Unheard => {
                Some(Rank::Completion)
            }
            Phase::Travelling | Phase::Unsent | Phase::Thinking => Some(Rank::Arrival),
            Phase::InLine | Phase::Calling | Phase::BackingOff => Some(Rank::Deadline),
            Phase::Free | Phase::Running | Phase::Due | Phase::Joining | Phase::Parked | Phase::Over => None,
        }
    }
}

/// How a visit or a request ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Outcome {
    /// With an answer.
    Completed,
    /// The client's timeout passed.
    Timeout,
    /// A service's call timed out on the way.
    UpstreamTimeout,
    /// A queue was full.
    Rejected,
    /// It left a queue out of impatience.
    Abandoned,
    /// No instance took it.
    Refused,
    /// The instance that handled it crashed.
    Crashed,
    /// A program ended with `Fail`.
    Failed,
    /// Calls were nested deeper than allowed.
    TooDeep,
    /// Its caller gave up and said so.
    Cancelled,
}

impl Outcome {
    /// All ways to fail, in the order of reports.
    pub const FAILURES: [Outcome; 9] = [
        Outcome::Timeout,
        Outcome::UpstreamTimeout,
        Outcome::Rejected,
        Outcome::Abandoned,
        Outcome::Refused,
        Outcome::Crashed,
        Outcome::Failed,
        Outcome::TooDeep,
        Outcome::Cancelled,
    ];

    /// The word used in reports.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Completed => "completed",
            Outcome::Timeout => "timeout",
            Outcome::UpstreamTimeout => "upstream_timeout",
            Outcome::Rejected => "rejected",
            Outcome::Abandoned => "abandoned",
            Outcome::Refused => "refused",
            Outcome::Crashed => "crashed",
            Outcome::Failed => "failed",
            Outcome::TooDeep => "too_deep",
            Outcome::Cancelled => "cancelled",
        }
    }
}

/// All visits in flight, in slots that are used again.
#[derive(Clone, PartialEq, Debug)]
pub struct Slab {
    visits: Vec<Visit>,
    free: u32,
    in_flight: u32,
}

impl Default for Slab {
    fn default() -> Self {
        Slab { visits: Vec::new(), free: VisitId::NONE.0, in_flight: 0 }
    }
}

impl Slab {
    /// Gives `visit` a slot.
    #[inline(always)]
    pub fn insert(&mut self, visit: Visit) -> VisitId {
        self.in_flight += 1;
        if self.free == VisitId::NONE.0 {
            self.add_slot();
        }
        let slot = VisitId(self.free);
        // Written field by field: a visit is never put together elsewhere and copied.
        let place = &mut self.visits[slot.index()];
        self.free = place.link;
        *place = visit;
        slot
    }

    #[cold]
    #[inline(never)]
    fn add_slot(&mut self) {
        self.free = VisitId::from_index(self.visits.len()).0;
        self.visits.push(Visit::FREE);
    }

    /// Frees the slot of a visit that is over.
    #[inline]
    pub fn remove(&mut self, id: VisitId) {
        self.in_flight -= 1;
        let visit = &mut self.visits[id.index()];
        visit.phase = Phase::Free;
        visit.wake = Time::NEVER;
        visit.link = self.free;
        self.free = id.0;
    }

    /// Frees the slot of a visit that is over, and that of its root if it has ended and this was the last below it.
    #[inline]
    pub fn release(&mut self, id: VisitId) {
        let root = VisitId(self[id].root);
        self.remove(id);
        let above = &mut self[root];
        above.root -= 1;
        if above.root == 0 && above.phase == Phase::Over {
            self.remove(root);
        }
    }

    /// How many visits are in flight.
    #[inline(always)]
    pub fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// The visits in flight with their slots.
    pub fn iter(&self) -> impl Iterator<Item = (VisitId, &Visit)> {
        let slots = self.visits.iter().enumerate();
        slots
            .filter(|(_, visit)| visit.phase != Phase::Free)
            .map(|(slot, visit)| (VisitId::from_index(slot), visit))
    }
}

impl std::ops::Index<VisitId> for Slab {
    type Output = Visit;
    #[inline(always)]
    fn index(&self, id: VisitId) -> &Visit {
        &self.visits[id.index()]
    }
}

impl std::ops::IndexMut<VisitId> for Slab {
    #[inline(always)]
    fn index_mut(&mut self, id: VisitId) -> &mut Visit {
        &mut self.visits[id.index()]
    }
}
