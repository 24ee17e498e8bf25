//! What a trace is made of: the request, a span for each of its visits, and what each visit did from when to when.

use crate::engine::visit::Outcome;
use crate::model::step::PoolSlot;
use crate::model::{InstanceId, NodeId, SourceId};
use crate::random::Key;
use crate::time::{Duration, Time};

/// No span.
pub(super) const NONE: u32 = u32::MAX;

/// A request with all its visits, those that went on after it had ended included.
#[derive(Clone, PartialEq, Debug)]
pub struct Trace {
    /// Its client.
    pub source: SourceId,
    /// Its number at the client.
    pub number: u64,
    /// The position of its class.
    pub class: u8,
    /// Keys its draws: the same for the same request under another policy.
    pub stream: Key,
    /// Which choice has kept it, by its place in [`super::Wish::samplings`].
    pub chosen_by: Option<u32>,
    /// How likely that choice was to keep it; one where chance played no part.
    pub probability: f64,
    /// The visits; the first is that of the client, and each comes after the one it was made for.
    pub spans: Vec<Span>,
    /// Visits that are not told because there were too many.
    pub left_out: u32,
}

/// A visit.
#[derive(Clone, PartialEq, Debug)]
pub struct Span {
    /// The visit it was made for, by its place among the spans; none for the client's own.
    pub parent: Option<u32>,
    /// Where.
    pub place: InstanceId,
    /// The node of that instance.
    pub node: NodeId,
    /// Which attempt of its caller's call it is, from one on; zero for a branch of its caller's own work, and for the
    /// client.
    pub attempt: u16,
    /// When it set out; for the client's own, when the request was meant to be sent.
    pub sent: Time,
    /// When it came to its node, if it did.
    pub entered: Option<Time>,
    /// When it left its node with an outcome, if it did.
    pub left: Option<Time>,
    /// When its answer was there, or it was over for nobody; absent while it lasts.
    pub ended: Option<Time>,
    /// When who waited for it gave up.
    pub given_up: Option<Time>,
    /// How it ended, once it has.
    pub outcome: Outcome,
    /// What it did, one after another, in order of time.
    pub segments: Vec<Segment>,
}

/// What a visit did from a time on, until the next segment begins or the visit ends.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Segment {
    /// From when on.
    pub from: Time,
    /// What.
    pub doing: Doing,
    /// Whose time it is: that of the visit's node, or of a cache or a name that it asked.
    pub node: NodeId,
}

/// What a visit does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Doing {
    /// Going on: this takes no time.
    Running,
    /// On the way to its node, or back; or to a cache that it asks, or back.
    Network,
    /// In the line of a pool.
    InLine(PoolSlot),
    /// Waiting for a lock.
    Locked,
    /// Waiting for another visit to fetch the same key.
    Fetching,
    /// Being served by a pool.
    Working(PoolSlot),
    /// Letting time pass; or waiting for what a cache or a name does.
    Waiting,
    /// Waiting for the answer of a span, which is the one that ended the wait where there are several.
    Calling(u32),
    /// Waiting before it calls again.
    BackingOff,
    /// Held up by an instance that stands still.
    Stalled,
    /// A cache had its key: this takes no time.
    Hit,
    /// A cache did not have its key: this takes no time.
    Miss,
}

impl Trace {
    /// The client's own span.
    pub fn root(&self) -> &Span {
        &self.spans[0]
    }

    /// From the intended send time to the end, if it has ended.
    pub fn latency(&self) -> Option<Duration> {
        self.root().ended.map(|ended| ended - self.root().sent)
    }
}

impl Span {
    pub(super) fn new(parent: Option<u32>, place: InstanceId, node: NodeId, sent: Time) -> Span {
        let first = Segment { from: sent, doing: Doing::Running, node };
        Span {
            parent,
            place,
            node,
            attempt: 0,
            sent,
            entered: None,
            left: None,
            ended: None,
            given_up: None,
            outcome: Outcome::Completed,
            segments: vec![first],
        }
    }

    /// Writes down what it does from `from` on. What was written down for later is void.
    pub(super) fn begin(&mut self, from: Time, doing: Doing, node: NodeId) {
        self.forget_after(from);
        match self.segments.last_mut() {
            Some(last) if last.doing == doing && last.node == node => {}
            Some(last) if last.doing == Doing::Running && last.from == from => {
                *last = Segment { from, doing, node };
            }
            _ => self.segments.push(Segment { from, doing, node }),
        }
    }

    /// It is over.
    pub(super) fn end(&mut self, at: Time, outcome: Outcome) {
        self.forget_after(at);
        (self.ended, self.outcome) = (Some(at), outcome);
    }

    /// The run is over at `at`, whether or not the visit is.
    pub(super) fn stop(&mut self, at: Time) {
        if self.ended.is_none() {
            self.forget_after(at);
        }
    }

    fn forget_after(&mut self, at: Time) {
        while self.segments.last().is_some_and(|last| last.from > at) {
            self.segments.pop();
        }
    }

    /// The segments with their ends; what lasts still is told up to `now`.
    pub fn stays(&self, now: Time) -> impl Iterator<Item = (Segment, Time)> + '_ {
        let end = self.ended.unwrap_or(now);
        let ends = self.segments.iter().skip(1).map(|next| next.from).chain([end]);
        self.segments.iter().copied().zip(ends).map(move |(segment, ends)| (segment, ends.min(end)))
    }
}
