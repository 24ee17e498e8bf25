//! Where a request spent its time: its latency cut into parts that add up to it exactly, in whole nanoseconds.
//!
//! A caller's wait is the time of the visit that ended it: of an attempt that was given up what it did until then, of
//! several branches the one whose answer decided. So the parts follow the critical path, and no time counts twice.

use crate::engine::visit::Outcome;
use crate::model::{InstanceId, NodeId};
use crate::time::{Duration, Time};

use super::span::{Doing, Span, Trace};

/// What time is spent on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Part {
    /// In line, or waiting for a lock or for another visit's fetch.
    Queue,
    /// Being served, or waiting as a step says.
    Service,
    /// On the way to the node and back.
    Network,
    /// Waiting before another attempt.
    BackOff,
    /// Held up by an instance that stands still.
    Stalled,
    /// Waiting for visits that were left out of the trace because there were too many.
    Untold,
}

impl Part {
    /// All parts, in the order of reports.
    pub const ALL: [Part; 6] =
        [Part::Queue, Part::Service, Part::Network, Part::BackOff, Part::Stalled, Part::Untold];

    /// The word used in reports.
    pub fn word(self) -> &'static str {
        match self {
            Part::Queue => "queue",
            Part::Service => "service",
            Part::Network => "network",
            Part::BackOff => "back_off",
            Part::Stalled => "stalled",
            Part::Untold => "untold",
        }
    }
}

/// Time by what it was spent on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Parts([Duration; Part::ALL.len()]);

impl Parts {
    /// The time of one part.
    pub fn of(&self, part: Part) -> Duration {
        self.0[part as usize]
    }

    /// The sum of all parts.
    pub fn total(&self) -> Duration {
        self.0.iter().fold(Duration::ZERO, |sum, part| sum + *part)
    }

    fn add(&mut self, part: Part, span: Duration) {
        let mine = &mut self.0[part as usize];
        *mine = *mine + span;
    }
}

/// A visit on the way of a request, or a cache or a name that a visit asked, with the time that passed there.
#[derive(Clone, PartialEq, Debug)]
pub struct Hop {
    /// Where.
    pub node: NodeId,
    /// The instance; none at a cache or a name.
    pub place: Option<InstanceId>,
    /// How many callers are above it.
    pub depth: u8,
    /// Which attempt it is, where it is one of a call.
    pub attempt: u16,
    /// How it ended for its caller; none if the caller gave up before.
    pub outcome: Option<Outcome>,
    /// Whether another attempt followed, so that its time was lost.
    pub is_repeated: bool,
    /// The time that passed here.
    pub parts: Parts,
}

impl Span {
    /// What the visit itself spent its time on until its end or `now`, its calls left out; not what it asked caches and
    /// names for.
    pub fn own_parts(&self, now: Time) -> Parts {
        let mut parts = Parts::default();
        for (segment, ends) in self.stays(now) {
            if let Some(part) = part_of(segment.doing)
                && segment.node == self.node
            {
                parts.add(part, ends.since(segment.from));
            }
        }
        parts
    }
}

/// A question of a visit to a cache or a name.
#[derive(Clone, PartialEq, Debug)]
pub struct Asked {
    /// Whom.
    pub node: NodeId,
    /// From when.
    pub from: Time,
    /// To when.
    pub to: Time,
    /// Whether a cache had the key; none where it was not asked so far, or is none.
    pub is_hit: Option<bool>,
    /// What the time was spent on.
    pub parts: Parts,
}

impl Span {
    /// The questions that the visit had for caches and names until its end or `now`.
    pub fn asked(&self, now: Time) -> Vec<Asked> {
        let mut all: Vec<Asked> = Vec::new();
        let mut is_open = false;
        for (segment, to) in self.stays(now) {
            let Some(part) = part_of(segment.doing).filter(|_| segment.node != self.node) else {
                is_open = false;
                continue;
            };
            let from = segment.from.min(to);
            if !is_open || all.last().is_none_or(|last| last.node != segment.node) {
                all.push(Asked { node: segment.node, from, to, is_hit: None, parts: Parts::default() });
                is_open = true;
            }
            let Some(last) = all.last_mut() else { continue };
            last.to = to;
            last.parts.add(part, to - from);
            match segment.doing {
                Doing::Hit => last.is_hit = Some(true),
                Doing::Miss => last.is_hit = Some(false),
                _ => {}
            }
        }
        all
    }
}

impl Trace {
    /// The hops on the critical path, in the order in which the request came to them. Their parts add up to the latency
    /// of the request, exactly. None if it has not ended.
    pub fn hops(&self) -> Vec<Hop> {
        let mut path = Path { trace: self, hops: Vec::new() };
        if let Some(ended) = self.root().ended {
            path.follow(0, ended, 0, false);
        }
        path.hops
    }
}

/// The part that time spent so belongs to; none for a call, whose time is that of others.
fn part_of(doing: Doing) -> Option<Part> {
    match doing {
        Doing::Running | Doing::Working(_) | Doing::Waiting | Doing::Hit | Doing::Miss => Some(Part::Service),
        Doing::Network => Some(Part::Network),
        Doing::InLine(_) | Doing::Locked | Doing::Fetching => Some(Part::Queue),
        Doing::BackingOff => Some(Part::BackOff),
        Doing::Stalled => Some(Part::Stalled),
        Doing::Calling(_) => None,
    }
}

struct Path<'t> {
    trace: &'t Trace,
    hops: Vec<Hop>,
}

impl Path<'_> {
    /// Adds what a span did until `until`, and who it waited for meanwhile.
    fn follow(&mut self, span: u32, until: Time, depth: u8, is_repeated: bool) {
        let spans: &[Span] = &self.trace.spans;
        let visit = &spans[span as usize];
        let is_over = visit.ended.is_some_and(|ended| ended <= until);
        let hop = self.hops.len();
        self.hops.push(Hop {
            node: visit.node,
            place: Some(visit.place),
            depth,
            attempt: visit.attempt,
            outcome: is_over.then_some(visit.outcome),
            is_repeated,
            parts: Parts::default(),
        });
        let mut asked = None;
        let mut stays = visit.stays(until).peekable();
        while let Some((segment, ends)) = stays.next() {
            if segment.from > until {
                break;
            }
            let ends = ends.min(until);
            let span = ends - segment.from;
            let Some(part) = part_of(segment.doing) else {
                let is_last = !matches!(stays.peek(), Some((next, _)) if next.doing == Doing::BackingOff);
                let Doing::Calling(below) = segment.doing else { continue };
                let told = self.wait(below, segment.from, ends, depth, is_repeated || !is_last);
                self.hops[hop].parts.add(Part::Untold, Duration(span.0 - told.0));
                asked = None;
                continue;
            };
            let at = if segment.node == visit.node {
                asked = None;
                hop
            } else {
                let known = asked.filter(|at: &usize| self.hops[*at].node == segment.node);
                let at = known.unwrap_or_else(|| self.ask(segment.node, depth, is_repeated));
                asked = Some(at);
                at
            };
            self.hops[at].parts.add(part, span);
        }
    }

    /// Adds who was waited for from one time to another. Says how much of it is told.
    fn wait(&mut self, below: u32, from: Time, to: Time, depth: u8, is_repeated: bool) -> Duration {
        let spans: &[Span] = &self.trace.spans;
        let Some(child) = spans.get(below as usize) else { return Duration::ZERO };
        let lasts = |span: &Span| span.ended.is_none_or(|ended| ended >= to);
        // Where nobody's answer decided, the wait was given up: for the first branch that had not answered.
        let chosen = if lasts(child) {
            below
        } else {
            let is_beside = |span: &Span| span.parent == child.parent && span.sent == child.sent;
            let beside = spans.iter().position(|span| is_beside(span) && lasts(span));
            beside.map_or(below, |place| place as u32)
        };
        let chosen_span = &spans[chosen as usize];
        let until = chosen_span.ended.map_or(to, |ended| ended.min(to));
        if chosen_span.sent != from {
            return Duration::ZERO;
        }
        self.follow(chosen, until, depth.saturating_add(1), is_repeated);
        until - from
    }

    /// Adds a hop to a cache or a name.
    fn ask(&mut self, node: NodeId, depth: u8, is_repeated: bool) -> usize {
        self.hops.push(Hop {
            node,
            place: None,
            depth: depth.saturating_add(1),
            attempt: 0,
            outcome: Some(Outcome::Completed),
            is_repeated,
            parts: Parts::default(),
        });
        self.hops.len() - 1
    }
}
