//! Pools whose visits can be told on arrival when they will be served: first come, first served, by servers that
//! nothing stops.
//!
//! The earliest server to be free takes the next visit (Kiefer and Wolfowitz, 1955). So a visit that comes knows when
//! its work starts and ends, and may run ahead to there. Who cannot start before the next look stands in line
//! until then, and the pool has one event on the agenda: the start of the first in line.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Account;
use crate::arena::Arena;
use crate::model::step::Step;
use crate::model::{Controller, Discipline, Model, PoolId};
use crate::time::Time;

/// Most servers of a foreseen pool: with more of them visits hardly wait.
const MOST_SERVERS: u32 = 256;

/// Of so many servers the whole order is kept.
const FEW: usize = 8;

/// Most visits that are in line and have run ahead. More of them stand in line by the clock, so that they count as in
/// flight.
const MOST_IN_LINE: u32 = 256;

/// When the servers are free.
#[derive(Clone, Debug)]
pub struct Foreseen {
    /// When the first servers to be free will have done what has come so far, or had, in order; never, where there are
    /// not so many. Most pools have few, for which this is quicker than a heap.
    first: [Time; FEW],
    /// The same of all other servers.
    others: BinaryHeap<Reverse<Time>>,
    /// When the last [`MOST_IN_LINE`] visits that ran ahead in line leave it, each at its number modulo that.
    starts: Vec<Time>,
    /// How many visits have run ahead in line.
    lined_up: u32,
}

impl Foreseen {
    /// All of `servers` are free.
    pub fn new(servers: u32) -> Foreseen {
        let mut first = [Time::NEVER; FEW];
        first.iter_mut().take(servers as usize).for_each(|free| *free = Time::ZERO);
        let others = (FEW as u32..servers).map(|_| Reverse(Time::ZERO)).collect();
        Foreseen { first, others, starts: Vec::new(), lined_up: 0 }
    }

    /// When work that comes `now` starts.
    #[inline(always)]
    pub fn start(&self, now: Time) -> Time {
        now.max(self.first[0])
    }

    /// The earliest server is busy until `end`.
    #[inline(always)]
    pub fn occupy(&mut self, end: Time) {
        let mut place = 0;
        while place < FEW - 1 && self.first[place + 1] < end {
            self.first[place] = self.first[place + 1];
            place += 1;
        }
        self.first[place] = end;
        // The last of the first ones may be later than one of the others now.
        if place == FEW - 1
            && let Some(mut next) = self.others.peek_mut()
            && next.0 < end
        {
            self.first[place] = std::mem::replace(&mut next.0, end);
        }
    }

    /// A visit that comes `now` is in line until `start`. Says whether it may run ahead to there; then its stay in line
    /// is accounted for.
    #[inline(always)]
    pub fn line_up(&mut self, account: &mut Account, now: Time, start: Time, reach: Time) -> bool {
        let by_the_clock = account.waiting.count();
        let are_in_line = |count: u32| self.are_in_line(count.saturating_sub(by_the_clock), now);
        // The longest line grows by who joins it, or was none since measuring has just started.
        while are_in_line(account.longest) {
            account.longest += 1;
        }
        if start > reach || (account.longest > MOST_IN_LINE && are_in_line(MOST_IN_LINE)) {
            return false;
        }
        if self.starts.is_empty() {
            self.starts.resize(MOST_IN_LINE as usize, Time::ZERO);
        }
        self.starts[(self.lined_up % MOST_IN_LINE) as usize] = start;
        self.lined_up = self.lined_up.wrapping_add(1);
        account.waiting.pass(now, start);
        account.line_stays += u128::from(start.0 - now.0);
        true
    }

    /// Whether at least `count` of the visits that have run ahead are in line at `now`. They leave it in their order, so
    /// one of them tells.
    #[inline(always)]
    fn are_in_line(&self, count: u32, now: Time) -> bool {
        let last = self.starts.get((self.lined_up.wrapping_sub(count) % MOST_IN_LINE) as usize);
        count == 0 || count <= MOST_IN_LINE && last.is_some_and(|start| *start > now)
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
            Controller::Scheduled { strike, .. } | Controller::Recurring { strike, .. } => strike.instances(),
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
    use crate::random::Key;

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
    fn it_is_always_the_earliest_of_many_servers() {
        for servers in [1, 2, FEW as u32, FEW as u32 + 1, 40] {
            let mut pool = Foreseen::new(servers);
            let mut free = vec![Time::ZERO; servers as usize];
            let mut draws = Key::from_seed(1).draws();
            for step in 0..2_000 {
                let now = Time(step * 50);
                let start = pool.start(now);
                free.sort();
                assert_eq!(start, now.max(free[0]), "{servers} servers, step {step}");
                let end = Time(start.0 + u64::from(draws.below(100 * servers)));
                pool.occupy(end);
                free[0] = end;
            }
        }
    }

    #[test]
    fn who_has_run_ahead_is_in_line_until_its_start() {
        let (mut pool, mut account) = (Foreseen::new(1), Account::default());
        assert!(pool.line_up(&mut account, Time(1), Time(5), Time(9)));
        assert!(pool.line_up(&mut account, Time(1), Time(8), Time(9)));
        assert_eq!(in_line(&pool, Time(2)), 2);
        assert!(!pool.line_up(&mut account, Time(2), Time(10), Time(9)));
        assert!(pool.line_up(&mut account, Time(2), Time(9), Time(9)));
        assert_eq!((account.longest, account.line_stays), (3, 4 + 7 + 7));
        assert_eq!(in_line(&pool, Time(5)), 2);
        assert_eq!(in_line(&pool, Time(9)), 0);
    }

    #[test]
    fn a_long_line_is_full_and_counted_again_when_measuring_starts() {
        let (mut pool, mut account) = (Foreseen::new(1), Account::default());
        let most = u64::from(MOST_IN_LINE);
        for number in 1..=most {
            assert!(pool.line_up(&mut account, Time(0), Time(number), Time::NEVER));
        }
        assert!(!pool.line_up(&mut account, Time(0), Time(most + 1), Time::NEVER));
        assert_eq!(account.longest, MOST_IN_LINE + 1);
        assert_eq!(in_line(&pool, Time(0)), MOST_IN_LINE);
        account.longest = 0;
        assert!(pool.line_up(&mut account, Time(most - 9), Time(most + 1), Time::NEVER));
        assert_eq!(account.longest, 10);
        assert_eq!(in_line(&pool, Time(most - 9)), 10);
    }

    fn in_line(pool: &Foreseen, now: Time) -> u32 {
        (1..).take_while(|count| pool.are_in_line(*count, now)).last().unwrap_or(0)
    }
}
