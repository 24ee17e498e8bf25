//! Gates: what answers at once. Caches, DNS names, locks.

use std::collections::BTreeMap;

use crate::model::step::Program;
use crate::model::{Cache, CacheId, DnsId, LockId, Model};
use crate::policy::evict::{Found, Store};
use crate::random::hash_name;
use crate::time::Time;

use super::state::State;
use super::visit::{Phase, VisitId, hold};

const HIT: u64 = hash_name("cache hit");
const EVICT: u64 = hash_name("evict");

/// The state of a cache.
#[derive(Clone, Debug)]
pub struct CacheState {
    /// Its entries.
    pub store: Store,
    /// By key: who fetches it and who waits for that.
    fetches: BTreeMap<u64, Fetch>,
}

/// A fetch that others wait for.
#[derive(Clone, Debug)]
struct Fetch {
    by: VisitId,
    waiting: Vec<VisitId>,
}

impl CacheState {
    /// An empty cache.
    pub fn new(spec: &Cache) -> CacheState {
        CacheState { store: Store::new(spec.evict, spec.capacity), fetches: BTreeMap::new() }
    }
}

/// What clients remember of a DNS name, by session.
#[derive(Clone, Debug, Default)]
pub struct DnsState {
    answers: BTreeMap<u64, Answer>,
    /// The record that the next lookup gets.
    turn: u32,
    /// Lookups so far.
    pub lookups: u64,
}

#[derive(Clone, Copy, Debug)]
struct Answer {
    record: u32,
    from: Time,
    until: Time,
}

/// The locks of a database that are taken, by key.
#[derive(Clone, Debug, Default)]
pub struct LockState {
    lines: BTreeMap<u64, LockLine>,
}

#[derive(Clone, Debug)]
struct LockLine {
    holder: VisitId,
    waiting: std::collections::VecDeque<VisitId>,
}

impl State {
    // Caches.

    /// A warm cache starts with its first keys.
    pub(crate) fn warm_up(&mut self, model: &Model, cache: CacheId) {
        let spec = &model.caches[cache];
        if !spec.warm {
            return;
        }
        let keys =
            model.sources.iter().filter_map(|source| source.keys.as_ref().map(|keys| keys.keys())).max();
        let expires = spec.ttl.map_or(Time::NEVER, |ttl| Time::ZERO + ttl);
        let mut draws = self.key.child(spec.tag).child(EVICT).draws();
        // The least popular first, so that the most popular ones are the freshest.
        for key in (0..keys.unwrap_or(1).min(spec.capacity)).rev() {
            self.caches[cache].store.insert(key, Time::ZERO, expires, false, &mut draws);
        }
    }

    /// Looks up the key of `id` and sends it to the next step or to `miss`. Says who goes on.
    pub(crate) fn look_up(&mut self, model: &Model, id: VisitId, cache: CacheId, miss: Program) -> VisitId {
        self.events += 1;
        if self.has_inherited_fetch(model, id, cache) {
            self.visits[id].step = miss;
            return id;
        }
        if self.ahead.is_disturbed
            && let Some(next) = self.ask_over_struck_link(model, id, cache, 0)
        {
            return next;
        }
        self.find(model, id, cache, miss)
    }

    /// The question of `id` has come to the cache. Says who goes on.
    #[inline(always)]
    pub(super) fn find(&mut self, model: &Model, id: VisitId, cache: CacheId, miss: Program) -> VisitId {
        let spec = &model.caches[cache];
        let now = self.now;
        self.tally.nodes[spec.node].lookups += 1;
        if let Some(ratio) = spec.hit_ratio {
            let stream = self.visits[id].stream;
            let is_hit = stream.child(spec.tag).child(HIT).draws().unit() < ratio;
            self.count_lookup(model, id, cache, is_hit);
            self.trace_lookup(id, spec.node, is_hit);
            let visit = &mut self.visits[id];
            visit.step = if is_hit { visit.step + 1 } else { miss };
            return id;
        }
        let key = self.key_of(model, id);
        let renew = spec.ttl.filter(|_| spec.sliding);
        let is_hit = self.caches[cache].store.lookup(key, now, renew) == Found::Fresh;
        self.count_lookup(model, id, cache, is_hit);
        self.trace_lookup(id, spec.node, is_hit);
        if is_hit {
            self.visits[id].step += 1;
            return id;
        }
        if spec.single_flight {
            if let Some(fetch) = self.caches[cache].fetches.get_mut(&key) {
                fetch.waiting.push(id);
                self.tally.caches[cache].coalesced += 1;
                let visit = &mut self.visits[id];
                (visit.phase, visit.wake) = (Phase::Parked, Time::NEVER);
                self.trace_wait(id);
                return VisitId::NONE;
            }
            self.caches[cache].fetches.insert(key, Fetch { by: id, waiting: Vec::new() });
            self.visits[id].holds |= hold::FETCH;
        }
        self.visits[id].step = miss;
        id
    }

    /// Whether a fetch that has failed was handed on to `id`, which has been counted when it missed.
    fn has_inherited_fetch(&self, model: &Model, id: VisitId, cache: CacheId) -> bool {
        model.caches[cache].single_flight
            && self.visits[id].holds & hold::FETCH != 0
            && self.caches[cache].fetches.get(&self.key_of(model, id)).is_some_and(|fetch| fetch.by == id)
    }

    fn count_lookup(&mut self, model: &Model, id: VisitId, cache: CacheId, is_hit: bool) {
        let tally = &mut self.tally.caches[cache];
        if is_hit {
            tally.hits += 1
        } else {
            tally.misses += 1
        }
        if self.is_live() {
            self.see_lookup(model, id, model.caches[cache].node, is_hit);
        }
    }

    /// Stores the key of `id`; whoever waited for it goes on as after a hit.
    pub(crate) fn fill(&mut self, model: &Model, id: VisitId, cache: CacheId) {
        let spec = &model.caches[cache];
        self.tally.caches[cache].fills += 1;
        if spec.hit_ratio.is_some() {
            return;
        }
        let key = self.key_of(model, id);
        let now = self.now;
        let expires = spec.ttl.map_or(Time::NEVER, |ttl| now.saturating_add(ttl));
        let mut draws = self.visits[id].stream.child(spec.tag).child(EVICT).draws();
        let state = &mut self.caches[cache];
        state.store.insert(key, now, expires, spec.refill, &mut draws);
        if state.fetches.get(&key).is_some_and(|fetch| fetch.by == id)
            && let Some(fetch) = state.fetches.remove(&key)
        {
            self.forget_fetch(id);
            for waiter in fetch.waiting {
                let visit = &mut self.visits[waiter];
                visit.phase = Phase::Running;
                visit.step += 1;
                self.ready.push_back(waiter);
            }
        }
    }

    /// Clears the mark of a fetcher that fetches nothing any more.
    fn forget_fetch(&mut self, id: VisitId) {
        let fetches = |cache: &CacheState| cache.fetches.values().any(|fetch| fetch.by == id);
        if !self.caches.iter().any(fetches) {
            self.visits[id].holds &= !hold::FETCH;
        }
    }

    /// `id` will not fill what it was fetching: the next one who waits fetches instead.
    pub(crate) fn abandon_fetches(&mut self, id: VisitId) {
        self.visits[id].holds &= !hold::FETCH;
        for cache in self.caches.iter_mut() {
            let keys: Vec<u64> =
                cache.fetches.iter().filter(|(_, fetch)| fetch.by == id).map(|(key, _)| *key).collect();
            for key in keys {
                let Some(mut fetch) = cache.fetches.remove(&key) else { continue };
                if fetch.waiting.is_empty() {
                    continue;
                }
                // It looks the key up again and finds that nobody fetches it.
                let next = fetch.waiting.remove(0);
                self.visits[next].phase = Phase::Running;
                self.visits[next].holds |= hold::FETCH;
                fetch.by = next;
                cache.fetches.insert(key, fetch);
                self.ready.push_back(next);
            }
        }
    }

    // Names.

    /// Finds out what a name stands for. Says who goes on.
    pub(crate) fn resolve(&mut self, model: &Model, id: VisitId, name: DnsId) -> VisitId {
        let spec = &model.names[name];
        let now = self.now;
        let root = self.root_of(id);
        let session = self.session_of(model, root).unwrap_or(0);
        let state = &mut self.names[name];
        let known = state.answers.get(&session).filter(|answer| answer.until > now).copied();
        let ready = match known {
            Some(answer) => answer.from,
            None => {
                let key = self.visits[id].stream.child(spec.tag);
                let span = self.drawn(model, spec.lookup, key);
                let from = now + span;
                let state = &mut self.names[name];
                let record = state.turn % spec.records;
                state.turn = record + 1;
                state.lookups += 1;
                self.tally.nodes[spec.node].lookups += 1;
                if self.is_live() {
                    self.see_lookup(model, id, spec.node, false);
                }
                let until = from.saturating_add(spec.ttl);
                self.names[name].answers.insert(session, Answer { record, from, until });
                from
            }
        };
        if ready <= now {
            self.visits[id].step += 1;
            return id;
        }
        self.visits[id].phase = Phase::Waiting;
        self.schedule(id, ready - now);
        VisitId::NONE
    }

    /// The record that `id` has found out.
    pub(crate) fn resolved(&self, model: &Model, id: VisitId, name: DnsId) -> usize {
        let session = self.session_of(model, self.root_of(id)).unwrap_or(0);
        self.names[name].answers.get(&session).map_or(0, |answer| answer.record as usize)
    }

    // Locks.

    /// Takes the lock that a write of `id` needs. Says who goes on.
    pub(crate) fn lock(&mut self, model: &Model, id: VisitId, locks: LockId) -> VisitId {
        let key = if model.locks[locks].by_key { self.key_of(model, id) } else { 0 };
        let now = self.now;
        match self.locks[locks].lines.get_mut(&key) {
            None => {
                let line = LockLine { holder: id, waiting: std::collections::VecDeque::new() };
                self.locks[locks].lines.insert(key, line);
                let visit = &mut self.visits[id];
                visit.holds |= hold::LOCK;
                visit.step += 1;
                self.tally.lock_waits[locks].record(0);
                id
            }
            Some(line) => {
                line.waiting.push_back(id);
                let visit = &mut self.visits[id];
                (visit.phase, visit.wake, visit.since) = (Phase::Parked, Time::NEVER, now.0);
                self.trace_wait(id);
                VisitId::NONE
            }
        }
    }

    /// Gives back the lock that `id` holds, if it holds one of these.
    pub(crate) fn unlock(&mut self, model: &Model, id: VisitId, locks: LockId) {
        let key = if model.locks[locks].by_key { self.key_of(model, id) } else { 0 };
        let now = self.now;
        let state = &mut self.locks[locks];
        let Some(line) = state.lines.get_mut(&key).filter(|line| line.holder == id) else { return };
        self.visits[id].holds &= !hold::LOCK;
        match line.waiting.pop_front() {
            None => {
                state.lines.remove(&key);
            }
            Some(next) => {
                line.holder = next;
                let visit = &mut self.visits[next];
                self.tally.lock_waits[locks].record(now.0 - visit.since);
                visit.phase = Phase::Running;
                visit.step += 1;
                visit.holds |= hold::LOCK;
                self.ready.push_back(next);
            }
        }
    }

    /// Takes `id` out of the line of a lock or of those who wait for a fetch.
    pub(crate) fn unpark(&mut self, id: VisitId) {
        for locks in self.locks.iter_mut() {
            locks.lines.values_mut().for_each(|line| line.waiting.retain(|waiting| *waiting != id));
        }
        for cache in self.caches.iter_mut() {
            cache.fetches.values_mut().for_each(|fetch| fetch.waiting.retain(|waiting| *waiting != id));
        }
    }
}
