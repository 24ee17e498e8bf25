//! Requests: how clients make them, what distinguishes them, and how they end.

use crate::model::load::{Load, LoadMemory, next_arrival, next_burst};
use crate::model::{Choice, InstanceId, Model, Source, SourceId};
use crate::observe::record::RequestRecord;
use crate::random::{Draws, Key, hash_name};
use crate::time::{Duration, Time};

use super::state::{SourceState, State};
use super::visit::{Outcome, Phase, Visit, VisitId};

/// Keys what belongs to a request and is drawn once, at its client.
pub(super) mod purpose {
    use super::hash_name;
    pub const ARRIVAL: u64 = hash_name("arrival");
    pub const CLASS: u64 = hash_name("class");
    pub const KEY: u64 = hash_name("key");
    pub const SIZE: u64 = hash_name("size");
    pub const REPLY_SIZE: u64 = hash_name("reply size");
    pub const SESSION: u64 = hash_name("session");
    pub const THINK: u64 = hash_name("think");
}

/// Under this bit of a request's number is the turn of its user; over it, the user.
pub(super) const USER_SHIFT: u32 = 32;

impl State {
    /// Puts the first requests of a source on the agenda.
    pub(crate) fn start_source(&mut self, model: &Model, source: SourceId) {
        let spec = &model.sources[source];
        match &spec.load {
            Load::Open { .. } | Load::Bursty { .. } | Load::Replay { .. } => {
                self.active_sources += 1;
                self.schedule_arrival(model, source);
            }
            Load::Closed { users, ramp, .. } => {
                for user in 0..*users {
                    let delay = ramp.0 as f64 * f64::from(user) / f64::from(*users);
                    let id = self.insert_request(model, source, u64::from(user) << USER_SHIFT);
                    self.visits[id].phase = Phase::Thinking;
                    self.schedule(id, Duration::from_nanos_f64(delay));
                }
            }
        }
    }

    /// Writes down when the source makes its next request, unless it has made its last.
    #[inline(always)]
    fn schedule_arrival(&mut self, model: &Model, source: SourceId) {
        let spec = &model.sources[source];
        let (now, end) = (self.now, model.run.end);
        let state = &mut self.sources[source];
        let mut draws = state.key.numbered_child(purpose::ARRIVAL, state.made).draws();
        let next = if spec.total.is_some_and(|total| state.made >= total) {
            Time::NEVER
        } else if let Some(next) = state.load.next_poisson(now, end, &mut draws) {
            next
        } else {
            next_of(model, spec, state, now, &mut draws)
        };
        let is_last = next >= end;
        state.next = if is_last { Time::NEVER } else { next };
        if is_last {
            (state.last, state.beyond) = (now, None);
            self.active_sources -= 1;
            return;
        }
        let is_only = self.active_sources == 1;
        self.agenda.push_arrival(self.arrival_of_next(model, source, next), is_only);
    }

    /// The load of a source has changed: what it had planned is void.
    pub(crate) fn restart_source(&mut self, model: &Model, source: SourceId, old: &Load) {
        let spec = &model.sources[source];
        let now = self.now;
        match (old, &spec.load) {
            (Load::Closed { users: before, .. }, Load::Closed { users, .. }) => {
                for user in *before..*users {
                    let id = self.insert_request(model, source, u64::from(user) << USER_SHIFT);
                    self.visits[id].phase = Phase::Thinking;
                    self.schedule(id, Duration::ZERO);
                }
            }
            _ => {
                let state = &mut self.sources[source];
                if state.next == Time::NEVER {
                    self.active_sources += 1;
                }
                let pace = self.pace_of(model, source);
                self.sources[source].load = LoadMemory::starting(&spec.load, now, pace);
                self.schedule_arrival(model, source);
            }
        }
    }

    /// The source makes a request, or a batch of them. Says who goes on.
    #[inline(always)]
    pub(crate) fn make_request(&mut self, model: &Model, source: SourceId) -> VisitId {
        let spec = &model.sources[source];
        let state = &mut self.sources[source];
        if state.next != self.now {
            return VisitId::NONE;
        }
        let batch = match &spec.load {
            Load::Open { batch, .. } => u64::from(*batch),
            Load::Bursty { .. } | Load::Closed { .. } | Load::Replay { .. } => 1,
        };
        let first = state.made;
        let batch = spec.total.map_or(batch, |total| batch.min(total - first));
        state.made += batch;
        // The next arrival goes onto the agenda first: its place there does not depend on this request's fate.
        self.schedule_arrival(model, source);
        if batch == 1 {
            return self.send_new(model, source, first);
        }
        // One after another: each goes as far as it gets before the next.
        for number in first..first + batch {
            let root = self.new_root(model, source, number);
            let id = self.visits.insert(root);
            self.ready.push_back(id);
        }
        VisitId::NONE
    }

    /// Makes the root of the request of this number; it is sent later.
    fn insert_request(&mut self, model: &Model, source: SourceId, number: u64) -> VisitId {
        let stream = self.sources[source].key.numbered(number);
        let root = root(&model.sources[source], source, stream, number, self.now);
        self.visits.insert(root)
    }

    /// Makes and sends the request of this number now. Says who goes on.
    #[inline(always)]
    fn send_new(&mut self, model: &Model, source: SourceId, number: u64) -> VisitId {
        let root = self.new_root(model, source, number);
        match model.sources[source].call_next_door {
            Some(call) if self.may_pass() => self.request_in_passing(model, root, &model.calls[call]),
            _ => self.visits.insert(root),
        }
    }

    /// Counts the request of this number, which is made now, and says what its root is.
    #[inline(always)]
    fn new_root(&mut self, model: &Model, source: SourceId, number: u64) -> Visit {
        let spec = &model.sources[source];
        let stream = self.sources[source].key.numbered(number);
        let class = class_of(model, spec, stream, number);
        let mut root = root(spec, source, stream, number, self.now);
        root.class = class;
        root.priority = spec.classes[usize::from(class)].priority;
        root.ordinal = self.count_request(spec.row(class), spec.place);
        root
    }

    /// Sends the request of `id`, whose user has thought until now. Says who goes on.
    fn send(&mut self, model: &Model, id: VisitId, source: SourceId) -> VisitId {
        let spec = &model.sources[source];
        let visit = &self.visits[id];
        let (place, class) = (visit.place, class_of(model, spec, visit.stream, visit.since));
        let ordinal = self.count_request(spec.row(class), place);
        let now = self.now;
        let visit = &mut self.visits[id];
        (visit.entered, visit.ordinal, visit.step) = (now, ordinal, spec.entry);
        (visit.phase, visit.class) = (Phase::Running, class);
        visit.priority = spec.classes[usize::from(class)].priority;
        id
    }

    /// Counts a request of the class in this row that is sent now, and says its ordinal.
    #[inline(always)]
    fn count_request(&mut self, row: usize, place: InstanceId) -> u32 {
        let now = self.now;
        let ordinal = self.ordinal;
        self.ordinal = ordinal.wrapping_add(1);
        self.events += 1;
        let instance = &mut self.instances[place];
        instance.present.rise(now);
        instance.arrivals += 1;
        let tally = &mut self.tally;
        tally.ledger.offered += 1;
        if now >= tally.from {
            tally.clients.row(row).offered += 1;
        }
        ordinal
    }

    /// A user has thought and asks again, unless measuring is over or the total is reached. Says who goes on.
    pub(crate) fn ask(&mut self, model: &Model, id: VisitId) -> VisitId {
        let source = self.source_of(id);
        let spec = &model.sources[source];
        let user = self.visits[id].since >> USER_SHIFT;
        let is_over = self.now >= model.run.end
            || matches!(spec.load, Load::Closed { users, .. } if user >= u64::from(users))
            || spec.total.is_some_and(|total| self.sources[source].made >= total);
        if is_over {
            self.visits.remove(id);
            return VisitId::NONE;
        }
        self.sources[source].made += 1;
        self.send(model, id, source)
    }

    /// Counts an attempt beyond the first, if it is a client's.
    pub(crate) fn count_retry(&mut self, id: VisitId) {
        let visit = &self.visits[id];
        if visit.depth == 0 {
            let (class, sent) = (visit.class, visit.entered);
            self.tally.retried(self.source_of(id), class, sent);
        }
    }

    /// Counts an answer that came after its client had given up.
    pub(crate) fn count_late(&mut self, id: VisitId) {
        let root = self.root_of(id);
        let source = self.source_of(root);
        // The class and the time are the visit's own: the request it belonged to may be over.
        let class = usize::from(self.visits[id].class);
        if self.visits[root].entered >= self.tally.from {
            self.tally.clients[source][class].late += 1;
        }
    }

    /// A request has ended.
    #[inline(always)]
    pub(crate) fn end_request(&mut self, model: &Model, id: VisitId, outcome: Outcome) {
        let visit = self.visits[id];
        let (source, is_last) = (SourceId(u32::from(visit.via)), visit.root == 0);
        let spec = &model.sources[source];
        self.count_end(model, &visit, self.now, outcome);
        if self.ahead.is_watched {
            self.record(model, id, source, outcome, self.now - visit.entered);
            self.see_end(id, outcome);
            self.trace_end(id, outcome);
        }
        if let Load::Closed { think, .. } = spec.load {
            return self.think(model, id, source, think);
        }
        if is_last {
            return self.visits.remove(id);
        }
        self.end_root(id);
    }

    /// Counts the end of the request with this root.
    #[inline(always)]
    pub(crate) fn count_end(&mut self, model: &Model, root: &Visit, at: Time, outcome: Outcome) {
        let spec = &model.sources[SourceId(u32::from(root.via))];
        let latency = at - root.entered;
        self.tally.ended(spec.row(root.class), root.stream, root.entered, latency, outcome);
        let instance = &mut self.instances[root.place];
        instance.present.fall(at);
        instance.stays += u128::from(latency.0);
    }

    /// Frees the root of a tree once nothing is left below it.
    #[inline(always)]
    fn end_root(&mut self, id: VisitId) {
        if self.visits[id].root == 0 {
            self.visits.remove(id);
        } else {
            let visit = &mut self.visits[id];
            (visit.phase, visit.wake) = (Phase::Over, Time::NEVER);
        }
    }

    /// The user of the request that has ended thinks about the next one.
    #[inline(never)]
    fn think(&mut self, model: &Model, id: VisitId, source: SourceId, think: crate::model::Delay) {
        let ended = &self.visits[id];
        let (number, stream, ordinal) = (ended.since, ended.stream, ended.ordinal);
        self.end_root(id);
        let next = self.insert_request(model, source, number + 1);
        let key = stream.child(purpose::THINK);
        let mut span = self.drawn(model, think, key);
        let pace = self.sources[source].load.pace();
        if pace != 1.0 {
            span = Duration::from_nanos_f64(span.0 as f64 / pace);
        }
        self.visits[next].ordinal = ordinal;
        self.visits[next].phase = Phase::Thinking;
        self.schedule(next, span);
    }

    #[cold]
    #[inline(never)]
    fn record(&mut self, model: &Model, id: VisitId, source: SourceId, outcome: Outcome, latency: Duration) {
        if self.tally.recorder.is_none() {
            return;
        }
        let visit = self.visits[id];
        let has_key = model.sources[source].keys.is_some();
        let key = (has_key || self.recorded_key(model, id, source).is_some()).then(|| self.key_of(model, id));
        let Some(recorder) = &mut self.tally.recorder else { return };
        let visited = recorder.take_visited(visit.ordinal);
        recorder.ended.push(RequestRecord {
            source,
            number: visit.since,
            class: visit.class,
            key,
            sent: visit.entered,
            outcome,
            latency,
            attempts: u32::from(visit.attempt),
            visited,
        });
    }

    // What belongs to a request.

    fn recorded_key(&self, model: &Model, root: VisitId, source: SourceId) -> Option<u64> {
        match &model.sources[source].load {
            Load::Replay { rows } => rows.get(self.visits[root].since as usize).and_then(|row| row.key),
            Load::Open { .. } | Load::Bursty { .. } | Load::Closed { .. } => None,
        }
    }

    /// The key that the request of `id` asks for.
    pub(crate) fn key_of(&self, model: &Model, id: VisitId) -> u64 {
        let root = self.root_of(id);
        let source = self.source_of(root);
        if let Some(key) = self.recorded_key(model, root, source) {
            return key;
        }
        let stream = self.visits[root].stream;
        let keys = model.sources[source].keys.as_ref();
        keys.map_or(0, |keys| keys.sample(&mut stream.child(purpose::KEY).draws()))
    }

    /// The session of the request with this root, if its client has sessions.
    pub(crate) fn session_of(&self, model: &Model, root: VisitId) -> Option<u64> {
        let spec = &model.sources[self.source_of(root)];
        let visit = &self.visits[root];
        match (&spec.load, spec.sessions) {
            (Load::Closed { .. }, sessions) => {
                let user = visit.since >> USER_SHIFT;
                Some(sessions.map_or(user, |sessions| user % sessions))
            }
            (_, sessions) => {
                sessions.map(|sessions| visit.stream.child(purpose::SESSION).draws().bits() % sessions)
            }
        }
    }

    /// The bytes that the request of `id` sends over a link.
    pub(crate) fn request_bytes(&self, model: &Model, id: VisitId) -> u64 {
        let root = self.root_of(id);
        let source = self.source_of(root);
        if let Load::Replay { rows } = &model.sources[source].load
            && let Some(size) = rows.get(self.visits[root].since as usize).and_then(|row| row.size)
        {
            return size;
        }
        self.bytes(model, model.sources[source].size, self.visits[root].stream.child(purpose::SIZE))
    }

    /// The bytes of its answer.
    pub(crate) fn reply_bytes(&self, model: &Model, id: VisitId) -> u64 {
        let root = self.root_of(id);
        let size = model.sources[self.source_of(root)].reply_size;
        self.bytes(model, size, self.visits[root].stream.child(purpose::REPLY_SIZE))
    }

    fn bytes(&self, model: &Model, size: Option<crate::model::SamplerId>, key: Key) -> u64 {
        size.map_or(0, |sampler| model.samplers[sampler].sample_whole(&mut key.draws()))
    }
}

/// When a source makes its next request.
#[inline(never)]
fn next_of(model: &Model, spec: &Source, state: &mut SourceState, now: Time, draws: &mut Draws) -> Time {
    match &spec.load {
        Load::Open { rate, arrivals, .. } => {
            let span = |sampler, draws: &mut _| model.samplers[sampler].sample(draws);
            next_arrival(rate, *arrivals, &mut state.load, now, model.run.end, draws, span)
        }
        Load::Bursty { states } => next_burst(states, &mut state.load, now, draws),
        Load::Replay { rows } => rows.get(state.made as usize).map_or(Time::NEVER, |row| row.at),
        Load::Closed { .. } => Time::NEVER,
    }
}

/// The visit of a request at its client.
#[inline(always)]
fn root(spec: &Source, source: SourceId, stream: Key, number: u64, now: Time) -> Visit {
    Visit {
        stream,
        entered: now,
        wake: Time::NEVER,
        since: number,
        parent: VisitId::NONE,
        link: VisitId::NONE.0,
        place: spec.place,
        ordinal: 0,
        root: 0,
        step: spec.entry,
        attempt: 0,
        // Each source has two steps of its own, and steps are counted in 16 bits.
        via: source.0 as u16,
        class: 0,
        phase: Phase::Running,
        holds: 0,
        outcome: Outcome::Completed,
        depth: 0,
        priority: 0,
    }
}

/// The class of a request: recorded, or drawn by weight.
#[inline(always)]
fn class_of(model: &Model, spec: &Source, stream: Key, number: u64) -> u8 {
    if let Load::Replay { rows } = &spec.load {
        return rows[number as usize].class;
    }
    let Some(choice) = spec.class_choice else { return 0 };
    let Choice::Weighted(shares) = &model.choices[choice] else { return 0 };
    let drawn = stream.child(purpose::CLASS).draws().bits();
    shares.iter().position(|(upper, _)| drawn < *upper).unwrap_or(shares.len() - 1) as u8
}
