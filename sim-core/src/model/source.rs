//! Sources as they are compiled: who makes requests, and what tells these apart.

use serde::{Deserialize, Serialize};

use super::load::Load;
use super::step::Program;
use super::{CallId, ChoiceId, InstanceId, NodeId, SamplerId};
use crate::distribution::discrete::KeySampler;
use crate::time::Duration;

/// A maker of requests.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Source {
    /// The client node.
    pub node: NodeId,
    /// Its only instance.
    pub place: InstanceId,
    /// When requests are made.
    pub load: Load,
    /// Requests in all, after which it stops.
    pub total: Option<u64>,
    /// What distinguishes requests.
    pub classes: Vec<Class>,
    /// The row of the first class among those of all sources.
    pub first_row: u32,
    /// Chooses a class by weight.
    pub class_choice: Option<ChoiceId>,
    /// Which keys requests ask for. Tables of a hundred thousand keys are made again rather than sent.
    #[serde(skip)]
    pub keys: Option<KeySampler>,
    /// Bytes sent.
    pub size: Option<SamplerId>,
    /// Bytes answered.
    pub reply_size: Option<SamplerId>,
    /// How many sessions (clients with a memory of their own) there are; each is one source address. None: every
    /// request comes from an address of its own, and all share one resolver.
    pub sessions: Option<u64>,
    /// The program of a request at its client.
    pub entry: Program,
    /// The call that this program is, if that is all it is, over no distance, and its answer is in nobody's way.
    pub call_next_door: Option<CallId>,
    /// The key of the client's draws, without the seed.
    pub tag: u64,
}

impl Source {
    /// The row of a class among those of all sources.
    #[inline(always)]
    pub fn row(&self, class: u8) -> usize {
        self.first_row as usize + usize::from(class)
    }
}

/// A class of requests.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Class {
    /// As written; empty where the client has only one.
    pub name: String,
    /// The tag of its name.
    pub tag: u64,
    /// An answer within this time is good; none: every answer is.
    pub objective: Option<Duration>,
    /// Higher goes first where a pool has priorities.
    pub priority: u8,
}
