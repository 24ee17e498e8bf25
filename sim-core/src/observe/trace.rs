//! Traces: what each visit of a request did from when to when, for those requests that somebody wants to look at.
//!
//! While requests are traced nobody runs ahead of the clock, so everything that happens has its moment, and results are
//! the same bits. The engine tells when a wait begins; what comes next ends it. Kept are the spans of requests in flight,
//! and of those that were chosen; what is chosen may be taken away while the run goes on.

use std::sync::Arc;

use crate::arena::Id;
use crate::engine::visit::{Outcome, Phase, Slab, VisitId, hold};
use crate::model::step::{Elsewhere, Step};
use crate::model::{Model, NodeId, SourceId};
use crate::random::Key;
use crate::time::{Duration, Time};

pub mod breakdown;
pub mod choose;
pub mod parts;
pub mod slowest;
pub mod span;

use breakdown::Breakdown;
use choose::Pace;
pub use choose::Sampling;
pub use parts::{Asked, Hop, Part, Parts};
pub use slowest::Slow;
use slowest::{Slowest, slowness};
use span::NONE;
pub use span::{Doing, Segment, Span, Trace};

/// So many visits of one request are told at most; of endless retries there may be more.
pub const MOST_SPANS: usize = 10_000;

/// What is to be traced.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Wish {
    /// Which requests are kept as traces: all that one of these chooses.
    pub samplings: Vec<Sampling>,
    /// Of how many of the slowest requests it is told where they spent their time.
    pub slowest: u32,
    /// Whether it is summed up where requests of each latency spent their time.
    pub breakdown: bool,
}

impl Wish {
    /// Whether each request has to be followed to its end.
    fn needs_all(&self) -> bool {
        self.breakdown || self.slowest > 0 || self.samplings.iter().any(|sampling| sampling.decides_late())
    }
}

/// Follows visits and keeps what was wished for.
#[derive(Clone, Debug)]
pub struct Tracer {
    wish: Wish,
    variants: Vec<Arc<Model>>,
    /// Requests sent before are not measured, and not traced.
    from: Time,
    /// By the slot of a visit: who it is.
    known: Vec<Known>,
    requests: Vec<Request>,
    free: Vec<u32>,
    paces: Vec<Pace>,
    /// The span that ended last.
    ended_last: (u32, u32),
    chosen: Vec<Trace>,
    /// By sampling.
    slowest_traces: Vec<Slowest<Trace>>,
    slowest: Slowest<Slow>,
    breakdown: Breakdown,
}

/// Who a visit is.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Known {
    /// Nothing was heard of it yet.
    New,
    /// Of a request that nobody wants to know about, or one visit too many.
    LeftOut,
    /// A span of a request; a visit that joins answers stands for its caller, with this attempt.
    As { request: u32, span: u32, attempt: u16 },
}

/// A request in flight, or one whose visits are not all over.
#[derive(Clone, PartialEq, Debug)]
struct Request {
    trace: Trace,
    /// Spans that have not ended.
    open: u32,
}

impl Tracer {
    /// Traces what is wished for of a run of these models.
    pub fn new(wish: Wish, variants: Vec<Arc<Model>>) -> Tracer {
        let from = variants.first().map_or(Time::ZERO, |model| model.run.warmup);
        Tracer {
            paces: vec![Pace::default(); wish.samplings.len()],
            slowest_traces: wish.samplings.iter().map(|sampling| Slowest::new(sampling.most())).collect(),
            slowest: Slowest::new(wish.slowest),
            wish,
            variants,
            from,
            known: Vec::new(),
            requests: Vec::new(),
            free: Vec::new(),
            ended_last: (NONE, NONE),
            chosen: Vec::new(),
            breakdown: Breakdown::default(),
        }
    }

    /// What is traced.
    pub fn wish(&self) -> &Wish {
        &self.wish
    }

    /// The traces chosen since the last call, in the order in which the last visit of each was over. Those that can be
    /// told at the end only come with [`Tracer::finish`].
    pub fn take(&mut self) -> Vec<Trace> {
        std::mem::take(&mut self.chosen)
    }

    /// The traces that were not told yet, at the end of the run: the slowest, those with visits that are still under way
    /// at `now`, and requests that have no answer, if they were chosen when they were sent.
    pub fn finish(&mut self, now: Time) -> Vec<Trace> {
        for request in 0..self.requests.len() as u32 {
            if self.requests[request as usize].trace.spans.is_empty() {
                continue;
            }
            self.requests[request as usize].trace.spans.iter_mut().for_each(|span| span.stop(now));
            self.settle(request);
        }
        self.known.clear();
        for slowest in &mut self.slowest_traces {
            self.chosen.extend(slowest.take());
        }
        self.take()
    }

    /// The slowest requests so far, the slowest first.
    pub fn slowest(&self) -> impl Iterator<Item = &Slow> {
        self.slowest.iter()
    }

    /// Where requests of each latency spent their time.
    pub fn breakdown(&self) -> &Breakdown {
        &self.breakdown
    }

    // What the engine tells.

    /// A wait of `id` begins, or goes on; or an end of it was written down anew.
    pub(crate) fn waits(&mut self, visits: &Slab, id: VisitId, now: Time, variant: u32) {
        let visit = &visits[id];
        if matches!(visit.phase, Phase::Thinking | Phase::Calling) {
            return;
        }
        let Some(span) = self.span(visits, id, now) else { return };
        let model = &self.variants[variant as usize];
        let node = model.instances[visit.place].node;
        let step = model.steps[usize::from(visit.step)];
        let span = &mut self.requests[span.0 as usize].trace.spans[span.1 as usize];
        let pool = match step {
            Step::Work { pool, .. } | Step::Take { pool } => pool,
            _ => 0,
        };
        let doing = match (visit.phase, step) {
            (Phase::Travelling | Phase::Unsent, _) => Doing::Network,
            (Phase::Returning | Phase::Unheard, _) => {
                span.left.get_or_insert(now);
                Doing::Network
            }
            (Phase::Asking, Step::Lookup { cache, .. }) => {
                return span.begin(now, Doing::Network, model.caches[cache].node);
            }
            (Phase::InLine, _) => Doing::InLine(pool),
            (Phase::Working, _) => Doing::Working(pool),
            (Phase::BackingOff, _) => Doing::BackingOff,
            (Phase::Parked, Step::Lock(_)) => Doing::Locked,
            (Phase::Parked, Step::Lookup { .. }) => Doing::Fetching,
            (Phase::Waiting, Step::Resolve(name)) => {
                return span.begin(now, Doing::Waiting, model.names[name].node);
            }
            (Phase::Waiting, Step::Wait { .. } | Step::Transmit { .. }) => {
                let stretches = model.stretches.get(&visit.step);
                if stretches.is_none_or(|all| all.first().is_none_or(|first| first.after > Duration::ZERO)) {
                    span.begin(now, Doing::Waiting, node);
                }
                for stretch in stretches.into_iter().flatten() {
                    let (doing, node) = match stretch.elsewhere {
                        None => (Doing::Waiting, node),
                        Some(Elsewhere { node, is_network: true }) => (Doing::Network, node),
                        Some(Elsewhere { node, is_network: false }) => (Doing::Waiting, node),
                    };
                    span.begin(now + stretch.after, doing, node);
                }
                return;
            }
            // It would go on if its instance did not stand still.
            (Phase::Parked | Phase::Waiting, _) => Doing::Stalled,
            _ => return,
        };
        span.begin(now, doing, node);
    }

    /// `id` is held up because its instance stands still: from now on, and, where that is known, until it goes on with
    /// what it was doing.
    pub(crate) fn is_held_up(&mut self, visits: &Slab, id: VisitId, now: Time, until: Option<Time>) {
        let Some((request, span)) = self.span(visits, id, now) else { return };
        let span = &mut self.requests[request as usize].trace.spans[span as usize];
        let (node, doing) = (span.node, span.segments.last().map_or(Doing::Running, |last| last.doing));
        span.begin(now, Doing::Stalled, node);
        if let Some(until) = until
            && doing != Doing::Stalled
        {
            span.begin(until, doing, node);
        }
    }

    /// `id` has come to its node.
    pub(crate) fn arrives(&mut self, visits: &Slab, id: VisitId, now: Time) {
        let Some((request, span)) = self.span(visits, id, now) else { return };
        let span = &mut self.requests[request as usize].trace.spans[span as usize];
        span.entered = Some(now);
        span.begin(now, Doing::Running, span.node);
    }

    /// A cache has answered `id`.
    pub(crate) fn is_told(&mut self, visits: &Slab, id: VisitId, now: Time, cache: NodeId, is_hit: bool) {
        let Some((request, span)) = self.span(visits, id, now) else { return };
        let doing = if is_hit { Doing::Hit } else { Doing::Miss };
        self.requests[request as usize].trace.spans[span as usize].begin(now, doing, cache);
    }

    /// `join` collects answers for `caller`, who waits for it from now on.
    pub(crate) fn joins(&mut self, visits: &Slab, join: VisitId, caller: VisitId, now: Time) {
        let mut known = Known::LeftOut;
        if let Some((request, span)) = self.span(visits, caller, now) {
            let above = &mut self.requests[request as usize].trace.spans[span as usize];
            above.begin(now, Doing::Calling(NONE), above.node);
            known = Known::As { request, span, attempt: visits[caller].attempt };
        }
        self.set(join, known);
    }

    /// What `join` collects is decided by the answer that came last.
    pub(crate) fn is_decided(&mut self, join: VisitId, now: Time) {
        let Known::As { request, span, .. } = self.get(join) else { return };
        let (of, last) = self.ended_last;
        let spans = &mut self.requests[request as usize].trace.spans;
        let is_answer = |it: &Span| it.parent == Some(span) && it.ended == Some(now);
        if of == request
            && spans.get(last as usize).is_some_and(is_answer)
            && let Some(Segment { doing: Doing::Calling(below), .. }) =
                spans[span as usize].segments.last_mut()
        {
            *below = last;
        }
    }

    /// Nobody waits for `id` any more.
    pub(crate) fn is_given_up(&mut self, id: VisitId, now: Time) {
        if let Known::As { request, span, .. } = self.get(id) {
            self.requests[request as usize].trace.spans[span as usize].given_up.get_or_insert(now);
        }
    }

    /// `id` goes on in another slot.
    pub(crate) fn moves(&mut self, id: VisitId, to: VisitId) {
        let known = self.get(id);
        self.set(to, known);
        self.set(id, Known::New);
    }

    /// `id`, which collected answers, is over.
    pub(crate) fn forgets(&mut self, id: VisitId) {
        self.set(id, Known::New);
    }

    /// `id` is over.
    pub(crate) fn ends(&mut self, visits: &Slab, id: VisitId, now: Time, outcome: Outcome) {
        let found = self.span(visits, id, now);
        self.set(id, Known::New);
        let Some((request, span)) = found else { return };
        self.ended_last = (request, span);
        let Request { trace, open } = &mut self.requests[request as usize];
        trace.spans[span as usize].end(now, outcome);
        *open -= 1;
        let is_over = *open == 0;
        if span == 0 {
            self.explain(request);
        }
        if is_over {
            self.settle(request);
        }
    }

    // Who is who.

    fn get(&self, id: VisitId) -> Known {
        self.known.get(id.index()).copied().unwrap_or(Known::New)
    }

    fn set(&mut self, id: VisitId, known: Known) {
        if id.index() >= self.known.len() {
            self.known.resize(id.index() + 1, Known::New);
        }
        self.known[id.index()] = known;
    }

    /// The request and the span of a visit, if it is followed. One that nothing was heard of has just been made.
    fn span(&mut self, visits: &Slab, id: VisitId, now: Time) -> Option<(u32, u32)> {
        match self.get(id) {
            Known::As { request, span, .. } => return Some((request, span)),
            Known::LeftOut => return None,
            Known::New => {}
        }
        let found = if visits[id].depth == 0 {
            self.begin_request(visits, id)
        } else {
            self.begin_span(visits, id, now)
        };
        let known = found.map_or(Known::LeftOut, |(request, span)| Known::As { request, span, attempt: 0 });
        self.set(id, known);
        found
    }

    fn begin_request(&mut self, visits: &Slab, id: VisitId) -> Option<(u32, u32)> {
        let visit = &visits[id];
        if visit.entered < self.from {
            return None;
        }
        let (stream, sent): (Key, Time) = (visit.stream, visit.entered);
        let samplings = self.wish.samplings.iter().zip(&mut self.paces).zip(0u32..);
        // Each looks at every request, so that none depends on the others.
        let mut chosen = None;
        for ((sampling, pace), place) in samplings {
            if let Some(probability) = sampling.takes_new(pace, stream, sent) {
                chosen.get_or_insert((place, probability));
            }
        }
        if chosen.is_none() && !self.wish.needs_all() {
            return None;
        }
        let node = self.variants[0].instances[visit.place].node;
        let mut root = Span::new(None, visit.place, node, sent);
        root.entered = Some(sent);
        let trace = Trace {
            source: SourceId(u32::from(visit.via)),
            number: visit.since,
            class: visit.class,
            stream,
            chosen_by: chosen.map(|(place, _)| place),
            probability: chosen.map_or(1.0, |(_, probability)| probability),
            spans: vec![root],
            left_out: 0,
        };
        let request = Request { trace, open: 1 };
        let place = match self.free.pop() {
            Some(free) => {
                self.requests[free as usize] = request;
                free
            }
            None => {
                self.requests.push(request);
                self.requests.len() as u32 - 1
            }
        };
        Some((place, 0))
    }

    fn begin_span(&mut self, visits: &Slab, id: VisitId, now: Time) -> Option<(u32, u32)> {
        let visit = &visits[id];
        let parent = visit.parent;
        if !parent.is_some() {
            return None;
        }
        self.span(visits, parent, now)?;
        let Known::As { request, span: caller, attempt } = self.get(parent) else { return None };
        let is_branch = visit.holds & hold::BRANCH != 0;
        let sent = if is_branch { visit.entered } else { now };
        let is_join = visits[parent].phase == Phase::Joining;
        let node = self.variants[0].instances[visit.place].node;
        let Request { trace, open } = &mut self.requests[request as usize];
        let mut span = Span::new(Some(caller), visit.place, node, sent);
        span.attempt = match (is_branch, is_join) {
            (true, _) => 0,
            (false, true) => attempt,
            (false, false) => visits[parent].attempt,
        };
        if is_branch {
            span.entered = Some(sent);
        }
        let is_one_too_many = trace.spans.len() >= MOST_SPANS;
        let place = if is_one_too_many { NONE } else { trace.spans.len() as u32 };
        let above = &mut trace.spans[caller as usize];
        let node_above = above.node;
        match above.segments.last_mut() {
            Some(Segment { doing: Doing::Calling(below), .. }) if is_join => {
                if *below == NONE {
                    *below = place;
                }
            }
            // Who joins and has gone on meanwhile waits for none of the further branches.
            _ if is_join => {}
            _ => above.begin(now, Doing::Calling(place), node_above),
        }
        if is_one_too_many {
            trace.left_out += 1;
            return None;
        }
        trace.spans.push(span);
        *open += 1;
        Some((request, place))
    }

    /// All visits of a request are over, or the run is: it is kept if somebody wants it.
    fn settle(&mut self, request: u32) {
        let Request { trace, .. } = &mut self.requests[request as usize];
        let empty = Trace { spans: Vec::new(), ..*trace };
        let trace = std::mem::replace(trace, empty);
        self.free.push(request);
        self.keep(trace);
    }

    /// Notes where a request spent its time, which has ended. What goes on below it is nobody's time.
    fn explain(&mut self, request: u32) {
        let trace = &self.requests[request as usize].trace;
        let Some(latency) = trace.latency() else { return };
        let slowness = slowness(trace, latency);
        let is_slow = self.slowest.has_room_for(slowness);
        let counts = self.wish.breakdown && trace.root().outcome == Outcome::Completed;
        if !is_slow && !counts {
            return;
        }
        let hops = trace.hops();
        if counts {
            self.breakdown.add(trace.source, latency, &hops);
        }
        if is_slow {
            let (sent, outcome) = (trace.root().sent, trace.root().outcome);
            let &Trace { source, number, class, .. } = trace;
            let slow = Slow { source, number, class, sent, latency, outcome, hops };
            self.slowest.add(slowness, slow);
        }
    }

    fn keep(&mut self, mut trace: Trace) {
        if trace.chosen_by.is_some() {
            return self.chosen.push(trace);
        }
        for (place, sampling) in (0u32..).zip(&self.wish.samplings) {
            trace.chosen_by = Some(place);
            if sampling.takes(&trace) {
                return self.chosen.push(trace);
            }
            let Some(latency) = trace.latency() else { continue };
            let slowness = slowness(&trace, latency);
            let slowest = &mut self.slowest_traces[place as usize];
            if slowest.has_room_for(slowness) {
                return slowest.add(slowness, trace);
            }
        }
    }
}
