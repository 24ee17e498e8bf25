//! Pools whose visits can be told on arrival when they will be served: first come, first served, by servers that
//! nothing stops.
//!
//! The earliest server to be free takes the next visit (Kiefer and Wolfowitz, 1955). So a visit that comes knows when
//! its work starts and ends, and may run ahead to there. Who cannot start before the next look stands in line
//! until then, and the pool has one event on the agenda: the start of the first in line.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::Account;
use crate::arena::Arena;
use crate::model::step::Step;
use crate::model::{Controller, Discipline, Model, PoolId};
use crate::time::Time;

/// Most servers of a foreseen pool: with more of them visits hardly wait.
const MOST_SERVERS: u32 = 256;

/// Most visits that are in line and have run ahead. More of them stand in line by the clock, so that they count as in
/// flight.
const MOST_IN_LINE: u32 = 256;

/// When the servers are free.
#[derive(Clone, Debug)]
pub struct Foreseen {
    /// When each server will have done what has come so far, or had.
    free: BinaryHeap<Reverse<Time>>,
    /// When visits that have run ahead leave the line.
    starts: VecDeque<Time>,
}

impl Foreseen {
    /// All of `servers` are free.
    pub fn new(servers: u32) -> Foreseen {
        let free = (0..servers).map(|_| Reverse(Time::ZERO)).collect();
        Foreseen { free, starts: VecDeque::new() }
    }

    /// When work that comes `now` starts.
    #[inline(always)]
    pub fn start(&self, now: Time) -> Time {
        self.free.peek().map_or(now, |Reverse(free)| now.max(*free))
    }

    /// The earliest server is busy until `end`.
    #[inline(always)]
    pub fn occupy(&mut self, end: Time) {
        if let Some(mut free) = self.free.peek_mut() {
            *free = Reverse(end);
        }
    }

    /// A visit that comes `now` is in line until `start`. Says whether it may run ahead to there; then its stay in line
    /// is accounted for.
    #[inline(always)]
    pub fn line_up(&mut self, account: &mut Account, now: Time, start: Time, reach: Time) -> bool {
        let in_line = account.waiting.count() + self.in_line(now);
        account.longest = account.longest.max(in_line + 1);
        if start > reach || in_line >= MOST_IN_LINE {
            return false;
        }
        self.starts.push_back(start);
        account.waiting.pass(now, start);
        account.line_stays += u128::from(start.0 - now.0);
        true
    }

    /// How many of the visits that have run ahead are in line at `now`.
    #[inline(always)]
    fn in_line(&mut self, now: Time) -> u32 {
        while self.starts.front().is_some_and(|start| *start <= now) {
            self.starts.pop_front();
        }
        self.starts.len() as u32
    }
}

/// Which pools can be foreseen, if nothing but controllers changes `model` during a run.
pub fn foreseeable(model: &Model) -> Arena<PoolId, bool> {
    let mut foreseeable = model.pools.map(|pool| {
        let is_plain = pool.discipline == Discipline::Fifo && pool.levels <= 1;
        is_plain && pool.patience.is_none() && pool.queue == u32::MAX && pool.servers <= MOST_SERVERS
    });
    for node in model.nodes.ids() {
        for step in model.steps_of(node) {
            if let Step::Take { pool } = step {
                for instance in model.instances_of(node) {
                    foreseeable[model.instances[instance].pools[usize::from(pool)]] = false;
                }
            }
        }
    }
    for controller in model.controllers.iter() {
        let broken = match controller {
            Controller::Scheduled { targets, .. } => targets.as_slice(),
            Controller::Recurring { target, .. } => std::slice::from_ref(target),
            Controller::Hpa { .. } | Controller::Change { .. } => &[],
        };
        for instance in broken {
            for pool in model.instances[*instance].pools {
                foreseeable[pool] = false;
            }
        }
    }
    foreseeable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_of_two_servers_takes_the_next_visit() {
        let mut pool = Foreseen::new(2);
        let mut starts = Vec::new();
        for (now, work) in [(0, 10), (1, 4), (2, 5), (3, 1), (20, 1)] {
            let start = pool.start(Time(now));
            pool.occupy(Time(start.0 + work));
            starts.push(start.0);
        }
        // Free at 10 and 5 after the first two; at 10 and 10 after the third.
        assert_eq!(starts, [0, 1, 5, 10, 20]);
    }

    #[test]
    fn who_has_run_ahead_is_in_line_until_its_start() {
        let (mut pool, mut account) = (Foreseen::new(1), Account::default());
        assert!(pool.line_up(&mut account, Time(1), Time(5), Time(9)));
        assert!(pool.line_up(&mut account, Time(1), Time(8), Time(9)));
        assert_eq!(pool.in_line(Time(2)), 2);
        assert!(!pool.line_up(&mut account, Time(2), Time(10), Time(9)));
        assert!(pool.line_up(&mut account, Time(2), Time(9), Time(9)));
        assert_eq!((account.longest, account.line_stays), (3, 4 + 7 + 7));
        assert_eq!(pool.in_line(Time(5)), 2);
        assert_eq!(pool.in_line(Time(9)), 0);
    }
}
