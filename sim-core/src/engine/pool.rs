//! Pools: what visits wait for. Cores, workers, connections.
//!
//! A pool only keeps order and accounts; the engine draws demands and schedules the ends of work.

use crate::model::{Discipline, Pool};
use crate::time::{Duration, Time};

use super::level::Level;
use super::visit::{Phase, Slab, VisitId};

pub mod foreseen;
pub mod preemptive;
pub mod sharing;

use foreseen::Foreseen;
use preemptive::Preemptive;
use sharing::Sharing;

/// The state of a pool.
#[derive(Clone, Debug)]
pub struct PoolState {
    /// What it has done so far.
    pub account: Account,
    /// Who waits at the highest level of priority, which mostly is the only one.
    first: Line,
    /// Who waits at the lower levels, the highest of them first.
    others: Vec<Line>,
    /// Who is served, where that takes more than a count.
    pub service: Service,
}

/// How visits are served.
#[derive(Clone, Debug)]
pub enum Service {
    /// One server each until they are done.
    Exclusive,
    /// One server each until they are done, which is known when they come.
    Foreseen(Foreseen),
    /// All at once.
    Sharing(Box<Sharing>),
    /// One server each until a better one comes.
    Preemptive(Box<Preemptive>),
}

/// The integrals of a pool, exact in nanoseconds.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Account {
    /// Servers in use.
    pub busy: Level,
    /// Visits in line.
    pub waiting: Level,
    /// The most visits ever in line.
    pub longest: u32,
    /// Work given to visits, from its start on: its part after now is still to come.
    pub granted: i128,
    /// The nanoseconds in line of all visits that have left a line.
    pub line_stays: u128,
}

impl Account {
    /// Somebody joins the line.
    #[inline(always)]
    pub fn line_up(&mut self, now: Time) {
        self.waiting.rise(now);
        self.longest = self.longest.max(self.waiting.count());
    }

    /// Work that takes `span` starts at `start`. Whose end is within reach of who runs ahead has no event for it.
    #[inline(always)]
    pub fn start(&mut self, start: Time, span: Duration, is_within_reach: bool) {
        self.granted += i128::from(span.0);
        if is_within_reach {
            self.busy.pass(start, start.saturating_add(span));
        } else {
            self.busy.rise(start);
        }
    }

    /// Who has been in line since `since` leaves it.
    #[inline(always)]
    pub fn leave_line(&mut self, since: Time, now: Time) {
        self.waiting.fall(now);
        self.line_stays += u128::from(now.0 - since.0);
    }
}

/// A line of visits, linked through [`super::visit::Visit::link`].
#[derive(Clone, Copy, PartialEq, Debug)]
struct Line {
    head: u32,
    tail: u32,
    /// Visits that have left without being called: their slots are still linked.
    gone: u32,
    alive: u32,
}

impl Line {
    const EMPTY: Line = Line { head: VisitId::NONE.0, tail: VisitId::NONE.0, gone: 0, alive: 0 };

    /// Frees the slots of those who have left without being called.
    #[cold]
    #[inline(never)]
    fn unlink_deserters(&mut self, visits: &mut Slab) {
        let mut next = std::mem::replace(&mut self.head, VisitId::NONE.0);
        self.tail = VisitId::NONE.0;
        while next != VisitId::NONE.0 {
            let id = VisitId(next);
            next = visits[id].link;
            if visits[id].phase == Phase::Over {
                visits.release(id);
                continue;
            }
            visits[id].link = VisitId::NONE.0;
            if self.tail == VisitId::NONE.0 {
                self.head = id.0;
            } else {
                visits[VisitId(self.tail)].link = id.0;
            }
            self.tail = id.0;
        }
        self.gone = 0;
    }
}

impl PoolState {
    /// An idle pool.
    pub fn new(spec: &Pool, is_foreseeable: bool) -> PoolState {
        let service = match spec.discipline {
            Discipline::Fifo if is_foreseeable => Service::Foreseen(Foreseen::new(spec.servers)),
            Discipline::Fifo | Discipline::Lifo | Discipline::Priority => Service::Exclusive,
            Discipline::Sharing { at_most, contention, coherency } => {
                Service::Sharing(Box::new(Sharing::new(spec.servers, at_most, contention, coherency)))
            }
            Discipline::LifoPreemptive => Service::Preemptive(Box::new(Preemptive::lifo(spec.servers))),
            Discipline::PriorityPreemptive => {
                Service::Preemptive(Box::new(Preemptive::priority(spec.servers, spec.levels)))
            }
        };
        PoolState {
            account: Account::default(),
            first: Line::EMPTY,
            others: vec![Line::EMPTY; usize::from(spec.levels.max(1)) - 1],
            service,
        }
    }

    /// Puts `id` into the line; false if it is full.
    #[inline]
    pub fn line_up(&mut self, spec: &Pool, visits: &mut Slab, id: VisitId, now: Time) -> bool {
        if self.account.waiting.count() >= spec.queue {
            return false;
        }
        self.account.line_up(now);
        let visit = &mut visits[id];
        (visit.since, visit.phase, visit.wake, visit.link) =
            (now.0, Phase::InLine, Time::NEVER, VisitId::NONE.0);
        let level = visit.class_level(spec.levels);
        let line = self.line(level);
        line.alive += 1;
        if line.tail == VisitId::NONE.0 {
            (line.head, line.tail) = (id.0, id.0);
        } else if spec.discipline == Discipline::Lifo {
            visits[id].link = std::mem::replace(&mut line.head, id.0);
        } else {
            visits[VisitId(std::mem::replace(&mut line.tail, id.0))].link = id.0;
        }
        true
    }

    /// Gives back a server of an exclusive pool: to the first in line, who is returned, or to the pool. While the
    /// pool has more servers in use than it owns (it has shrunk), the server goes.
    #[inline]
    pub fn give(&mut self, spec: &Pool, visits: &mut Slab, now: Time) -> Option<VisitId> {
        if self.account.waiting.count() > 0 && self.account.busy.count() <= spec.servers {
            self.call_next(visits, now)
        } else {
            self.account.busy.fall(now);
            None
        }
    }

    /// The first in line, where nobody leaves it but at its head.
    pub fn first_in_line(&self) -> Option<VisitId> {
        (self.first.head != VisitId::NONE.0).then_some(VisitId(self.first.head))
    }

    /// Takes the first visit out of the line.
    #[inline]
    pub fn call_next(&mut self, visits: &mut Slab, now: Time) -> Option<VisitId> {
        let PoolState { account, first, others, .. } = self;
        for line in std::iter::once(first).chain(others) {
            while line.head != VisitId::NONE.0 {
                let id = VisitId(line.head);
                let visit = &visits[id];
                line.head = visit.link;
                if line.head == VisitId::NONE.0 {
                    line.tail = VisitId::NONE.0;
                }
                if visit.phase == Phase::Over {
                    line.gone -= 1;
                    visits.release(id);
                    continue;
                }
                line.alive -= 1;
                account.leave_line(Time(visit.since), now);
                if line.alive == 0 && line.gone > 0 {
                    // Nobody may ever come for them: a run would not end while their slots are taken.
                    line.unlink_deserters(visits);
                }
                return Some(id);
            }
        }
        None
    }

    /// Accounts for `id` leaving the line on its own. Its slot stays linked; the caller marks it [`Phase::Over`].
    pub fn desert(&mut self, spec: &Pool, visits: &mut Slab, id: VisitId, now: Time) {
        self.account.leave_line(Time(visits[id].since), now);
        let line = self.line(visits[id].class_level(spec.levels));
        line.alive -= 1;
        line.gone += 1;
    }

    /// Unlinks deserters once they are most of a line, so that they never use more memory than who waits.
    pub fn sweep(&mut self, visits: &mut Slab) {
        for line in std::iter::once(&mut self.first).chain(&mut self.others) {
            if line.gone == 0 || (line.gone <= line.alive + 16 && line.alive > 0) {
                continue;
            }
            line.unlink_deserters(visits);
        }
    }

    /// The line of a level: the highest level is the first line.
    #[inline(always)]
    fn line(&mut self, level: u8) -> &mut Line {
        let below_highest = self.others.len().saturating_sub(usize::from(level));
        if below_highest == 0 { &mut self.first } else { &mut self.others[below_highest - 1] }
    }
}
