//! W3 by hand: app servers, a cache and a database as one loop over few kinds of events.
//!
//! Every delay of the network has a constant length, so what travels keeps its order and waits in rings. Only the ends of
//! service compete, at most 64 + 32 of them: they are the leaves of a tournament whose root is the next one.

use std::collections::VecDeque;

use super::draw::Generator;
use super::rings::Latencies;

const APPS: usize = 16;
const WORKERS: usize = 4;
const CONNECTIONS: usize = 32;
const HOP: u64 = 500_000;
const CACHE: u64 = 200_000;

/// The leaves of the tournament: the workers of all apps, then the connections.
const LEAVES: usize = 128;
const DATABASE: usize = APPS * WORKERS;
const IDLE: u64 = u64::MAX;

/// A request on its way: when it was sent, at which app it is handled, and whether its first half is done.
#[derive(Clone, Copy, Default)]
struct Request {
    sent: u64,
    app: u32,
    is_second: bool,
}

/// The times of the ends of service, each with its leaf in the low bits; the root is the least.
struct Tournament {
    keys: [u64; 2 * LEAVES],
}

impl Tournament {
    #[inline(always)]
    fn set(&mut self, leaf: usize, time: u64) {
        let mut place = LEAVES + leaf;
        self.keys[place] = if time == IDLE { IDLE } else { (time << 7) | leaf as u64 };
        while place > 1 {
            let best = self.keys[place].min(self.keys[place ^ 1]);
            place /= 2;
            self.keys[place] = best;
        }
    }

    #[inline(always)]
    fn first(&self) -> (u64, usize) {
        (self.keys[1] >> 7, (self.keys[1] & 127) as usize)
    }
}

/// Travellers in order of arrival.
struct Ring {
    queue: VecDeque<(u64, Request)>,
    head: u64,
}

impl Ring {
    fn new() -> Ring {
        Ring { queue: VecDeque::new(), head: IDLE }
    }

    #[inline(always)]
    fn push(&mut self, at: u64, request: Request) {
        if self.queue.is_empty() {
            self.head = at;
        }
        self.queue.push_back((at, request));
    }

    #[inline(always)]
    fn pop(&mut self) -> Request {
        let (_, request) = self.queue.pop_front().expect("its head was the next event");
        self.head = self.queue.front().map_or(IDLE, |(at, _)| *at);
        request
    }
}

struct Site {
    idle: Vec<u8>,
    line: VecDeque<Request>,
}

struct System {
    generator: Generator,
    tournament: Tournament,
    serving: [Request; LEAVES],
    apps: Vec<Site>,
    database: Site,
    from_cache: Ring,
    to_database: Ring,
    from_database: Ring,
    latencies: Latencies,
}

/// W3; how many requests there are.
pub fn three_tier(requests: u64) -> Latencies {
    let site = |servers: usize| Site { idle: (0..servers as u8).collect(), line: VecDeque::new() };
    let mut system = System {
        generator: Generator::new(1),
        tournament: Tournament { keys: [IDLE; 2 * LEAVES] },
        serving: [Request::default(); LEAVES],
        apps: (0..APPS).map(|_| site(WORKERS)).collect(),
        database: site(CONNECTIONS),
        from_cache: Ring::new(),
        to_database: Ring::new(),
        from_database: Ring::new(),
        latencies: Latencies::default(),
    };
    let (mut left, mut made) = (requests, 0u32);
    let mut arrival = 2 * HOP;
    while left > 0 {
        let (end, leaf) = system.tournament.first();
        let rings = system.from_cache.head.min(system.to_database.head).min(system.from_database.head);
        let now = end.min(rings).min(arrival);
        if now == end {
            left -= system.service_ends(now, leaf);
        } else if now == arrival {
            // It has come over both hops already.
            let request = Request { sent: now - 2 * HOP, app: made % APPS as u32, is_second: false };
            made += 1;
            let is_last = u64::from(made) == requests;
            arrival = if is_last { IDLE } else { now + system.exponential(1e9 / 11_200.0) };
            system.come_to_app(now, request);
        } else if now == system.from_cache.head {
            let request = system.from_cache.pop();
            system.come_to_app(now, request);
        } else if now == system.to_database.head {
            let request = system.to_database.pop();
            match system.database.idle.pop() {
                Some(connection) => system.query(now, usize::from(connection), request),
                None => system.database.line.push_back(request),
            }
        } else {
            let request = system.from_database.pop();
            system.come_to_app(now, request);
        }
    }
    system.latencies
}

impl System {
    #[inline(always)]
    fn exponential(&mut self, mean: f64) -> u64 {
        (mean * self.generator.exponential()) as u64
    }

    #[inline(always)]
    fn come_to_app(&mut self, now: u64, request: Request) {
        match self.apps[request.app as usize].idle.pop() {
            Some(worker) => self.compute(now, usize::from(worker), request),
            None => self.apps[request.app as usize].line.push_back(request),
        }
    }

    #[inline(always)]
    fn compute(&mut self, now: u64, worker: usize, request: Request) {
        let mean = if request.is_second { 1e6 } else { 3e6 };
        let end = now + self.exponential(mean);
        let leaf = request.app as usize * WORKERS + worker;
        self.serving[leaf] = request;
        self.tournament.set(leaf, end);
    }

    fn query(&mut self, now: u64, connection: usize, request: Request) {
        // A lognormal of mean 10 ms with σ = 1.
        let span = 1e7 * (self.generator.normal() - 0.5).exp();
        self.serving[DATABASE + connection] = request;
        self.tournament.set(DATABASE + connection, now + span as u64);
    }

    /// Says how many requests this ends.
    #[inline(always)]
    fn service_ends(&mut self, now: u64, leaf: usize) -> u64 {
        let request = self.serving[leaf];
        if leaf >= DATABASE {
            self.from_database.push(now + HOP, request);
            match self.database.line.pop_front() {
                Some(next) => self.query(now, leaf - DATABASE, next),
                None => {
                    self.database.idle.push((leaf - DATABASE) as u8);
                    self.tournament.set(leaf, IDLE);
                }
            }
            return 0;
        }
        let worker = leaf % WORKERS;
        match self.apps[request.app as usize].line.pop_front() {
            Some(next) => self.compute(now, worker, next),
            None => {
                self.apps[request.app as usize].idle.push(worker as u8);
                self.tournament.set(leaf, IDLE);
            }
        }
        if request.is_second {
            self.latencies.record((now + 2 * HOP - request.sent) as f64 * 1e-9);
            return 1;
        }
        let second = Request { is_second: true, ..request };
        let cached = now + 2 * HOP + CACHE;
        if self.generator.unit() <= 0.8 {
            self.from_cache.push(cached, second);
        } else {
            self.to_database.push(cached + HOP, second);
        }
        0
    }
}
