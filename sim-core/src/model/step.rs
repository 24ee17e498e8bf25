//! The instructions that scenario text compiles to: what a visit does at a node, one step after another.

use serde::{Deserialize, Serialize};

use super::{CacheId, CallId, ChoiceId, Delay, DnsId, LockId, NodeId, SamplerId, WireId};
use crate::time::Duration;

/// Where a program starts, or where a jump goes: a position in [`super::Model::steps`].
pub type Program = u16;

/// Which of its instance's pools a step uses: its place in [`super::Instance::pools`].
pub type PoolSlot = u8;

/// One instruction. `tag` keys the step's draws and stays the same when other steps are added around it.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[repr(u8)]
pub enum Step {
    /// Waits for a server of the pool, occupies it for a drawn demand, and goes on.
    Work {
        /// Which pool.
        pool: PoolSlot,
        /// How much, at speed one.
        demand: SamplerId,
        /// Keys the demand.
        tag: u64,
    },
    /// Waits for a server of the pool and keeps it.
    Take {
        /// Which pool.
        pool: PoolSlot,
    },
    /// Gives a kept server back.
    Give {
        /// Which pool.
        pool: PoolSlot,
    },
    /// Lets time pass without using anything.
    Wait {
        /// How long.
        span: Delay,
        /// Keys its draw.
        tag: u64,
    },
    /// Waits until the bytes of the request, or of its answer, have gone over a wire to a cache or back.
    Transmit {
        /// Which wire.
        wire: WireId,
        /// Whether it is the answer.
        is_reply: bool,
    },
    /// Calls another node and waits for its answer.
    Call(CallId),
    /// Starts the branches that follow as a list of jumps, and waits until `need` of them have ended well.
    Fork {
        /// The first of `branches` consecutive [`Step::Jump`]s.
        first: Program,
        /// How many.
        branches: u16,
        /// How many must succeed.
        need: u16,
    },
    /// Calls the same node `count` times at once and waits until `need` answers have come.
    FanOut {
        /// The call.
        call: CallId,
        /// How many times.
        count: u16,
        /// How many must succeed.
        need: u16,
    },
    /// Asks a cache for the request's key; goes on at the next step after a hit, at `miss` after a miss.
    Lookup {
        /// Which cache.
        cache: CacheId,
        /// Where a miss goes on.
        miss: Program,
    },
    /// Puts the request's key into a cache and wakes who waits for it.
    Fill {
        /// Which cache.
        cache: CacheId,
    },
    /// Finds out which record a name stands for, from the client's memory or by a lookup.
    Resolve(DnsId),
    /// Takes the lock of the request's key (or of the table).
    Lock(LockId),
    /// Gives the lock back.
    Unlock(LockId),
    /// Goes on where a choice says.
    Choose {
        /// Which choice.
        choice: ChoiceId,
        /// Keys the draw.
        tag: u64,
    },
    /// Goes on elsewhere.
    Jump(Program),
    /// Ends the visit with an answer.
    Reply,
    /// Ends the visit with an error.
    Fail,
}

/// Whom it concerns that a visit does a step: who decides whether the visit may do it ahead of the clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Concern {
    /// Itself: nobody else's fate depends on it, nor does it depend on others.
    Itself,
    /// Who waits for it, too: it leaves its node or may have to.
    WhoWaits,
    /// Itself, unless it fails and has to leave its node.
    ItselfUnlessItFails,
    /// Others: it takes what they might, or asks what they have changed.
    Others,
}

const _: () = assert!(size_of::<Step>() <= 32, "steps stay small: they are read at every event");

/// A part of a [`Step::Wait`] or a [`Step::Transmit`]: waits that follow each other are one, and a cache is asked by
/// waiting. No result depends on it; who explains where time went asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Stretch {
    /// How long after the start of the wait it begins; it ends with the next one.
    pub after: Duration,
    /// Where the time passes, unless at the node that waits.
    pub elsewhere: Option<Elsewhere>,
}

/// Where a visit is while it waits for a node that has no visits of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Elsewhere {
    /// For which node.
    pub node: NodeId,
    /// On the way to it or back, rather than there.
    pub is_network: bool,
}
