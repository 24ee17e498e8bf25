//! Processor sharing by virtual time: everybody in service advances at the same speed.
//!
//! With `n` visits on `c` cores, each gets min(n, c)·e(m)/n of a core, where m = min(n, c) cores are busy and
//! e(m) = 1/(1 + σ(m−1) + κm(m−1)) is the efficiency left by the Universal Scalability Law (Gunther 2007).
//!
//! ## Invariant: no work is lost to rounding
//! Virtual time moves in whole nanoseconds; what does not divide evenly is carried over, in units of 2⁻²⁰ ns. So
//! core time = work granted + carry, exactly.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::time::Time;

use super::super::visit::VisitId;

/// The fixed point of efficiencies.
const ONE: u64 = 1 << 20;

/// Who shares, and how far they are.
#[derive(Clone, Debug)]
pub struct Sharing {
    servers: u32,
    at_most: u32,
    contention: f64,
    coherency: f64,
    /// (virtual time at the end of its work, request, visit), the earliest first.
    members: BinaryHeap<Reverse<(u64, u32, u32)>>,
    virtual_now: u64,
    updated: Time,
    carry: u64,
    /// When the next member is done: the ticket of the pool's event.
    pub next_done: Time,
    /// ∫ speed dt in units of 2⁻²⁰ ns: what was given to members or is carried.
    given: u128,
    /// What was carried when the last member left.
    dropped: u128,
}

impl Sharing {
    /// Nobody shares `servers` cores; at most `at_most` will at a time.
    pub fn new(servers: u32, at_most: u32, contention: f64, coherency: f64) -> Sharing {
        Sharing {
            servers,
            at_most,
            contention,
            coherency,
            members: BinaryHeap::new(),
            virtual_now: 0,
            updated: Time::ZERO,
            carry: 0,
            next_done: Time::NEVER,
            given: 0,
            dropped: 0,
        }
    }

    /// Whether one more visit may share.
    pub fn has_room(&self) -> bool {
        self.members.len() < self.at_most as usize
    }

    /// How many cores are busy.
    pub fn busy(&self) -> u32 {
        (self.members.len() as u32).min(self.servers)
    }

    /// Lets `id` (of the request `ordinal`) share until it has had `demand` nanoseconds.
    pub fn join(&mut self, id: VisitId, ordinal: u32, demand: u64, now: Time) {
        self.advance(now);
        self.members.push(Reverse((self.virtual_now + demand, ordinal, id.0)));
        self.plan();
    }

    /// The next member that is done at `now`.
    pub fn done(&mut self, now: Time) -> Option<VisitId> {
        self.advance(now);
        let done = match self.members.peek() {
            Some(Reverse((end, _, slot))) if *end <= self.virtual_now => Some(VisitId(*slot)),
            _ => None,
        };
        if done.is_some() {
            self.members.pop();
            self.drop_carry();
        }
        self.plan();
        done
    }

    /// Takes the members that `leaves` picks out of the pool, with the work they still have to get.
    pub fn extract(&mut self, now: Time, leaves: impl Fn(VisitId) -> bool) -> Vec<(VisitId, u64)> {
        self.advance(now);
        let virtual_now = self.virtual_now;
        let mut taken = Vec::new();
        self.members.retain(|Reverse((end, _, slot))| {
            let goes = leaves(VisitId(*slot));
            if goes {
                taken.push((VisitId(*slot), end - virtual_now));
            }
            !goes
        });
        taken.sort_unstable();
        self.drop_carry();
        self.plan();
        taken
    }

    /// Work that members still have to get, in nanoseconds.
    pub fn remaining(&mut self, now: Time) -> i128 {
        self.advance(now);
        self.members.iter().map(|Reverse((end, _, _))| i128::from(end - self.virtual_now)).sum()
    }

    /// Whether what was given is what members got (`granted`, in nanoseconds) and what is carried.
    pub fn is_balanced(&self, granted: i128) -> bool {
        let given = self.given as i128;
        given == granted * i128::from(ONE) + i128::from(self.carry) + self.dropped as i128
    }

    /// The work of all busy cores in one nanosecond, in units of 2⁻²⁰ ns.
    fn speed(&self) -> u64 {
        let busy = u64::from(self.busy());
        let m = busy as f64;
        let drag = self.contention * (m - 1.0) + self.coherency * m * (m - 1.0);
        if drag > 0.0 { ((m / (1.0 + drag)) * ONE as f64) as u64 } else { busy * ONE }
    }

    fn advance(&mut self, now: Time) {
        let span = now.0 - self.updated.0;
        self.updated = now;
        if span == 0 || self.members.is_empty() {
            return;
        }
        let fresh = u128::from(self.speed()) * u128::from(span);
        let work = fresh + u128::from(self.carry);
        let each = self.members.len() as u128 * u128::from(ONE);
        self.given += fresh;
        self.virtual_now += (work / each) as u64;
        self.carry = (work % each) as u64;
    }

    fn drop_carry(&mut self) {
        if self.members.is_empty() {
            self.dropped += u128::from(std::mem::take(&mut self.carry));
        }
    }

    fn plan(&mut self) {
        self.next_done = match self.members.peek() {
            None => Time::NEVER,
            Some(Reverse((end, _, _))) => {
                let ahead = u128::from(end.saturating_sub(self.virtual_now));
                let need = (ahead * self.members.len() as u128 * u128::from(ONE))
                    .saturating_sub(u128::from(self.carry));
                let span = need.div_ceil(u128::from(self.speed().max(1)));
                Time(
                    self.updated
                        .0
                        .saturating_add(u64::try_from(span).unwrap_or(u64::MAX))
                        .min(Time::NEVER.0 - 1),
                )
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finish_all(sharing: &mut Sharing) -> Vec<(u64, u32)> {
        finish_until(sharing, Time::NEVER)
    }

    fn finish_until(sharing: &mut Sharing, until: Time) -> Vec<(u64, u32)> {
        let mut ends = Vec::new();
        while sharing.next_done < until {
            let now = sharing.next_done;
            while let Some(id) = sharing.done(now) {
                ends.push((now.0, id.0));
            }
        }
        ends
    }

    #[test]
    fn two_share_one_core() {
        let mut sharing = Sharing::new(1, u32::MAX, 0.0, 0.0);
        sharing.join(VisitId(1), 1, 100, Time(0));
        sharing.join(VisitId(2), 2, 50, Time(0));
        assert_eq!(finish_all(&mut sharing), [(100, 2), (150, 1)]);
        assert!(sharing.is_balanced(150));
    }

    #[test]
    fn nobody_runs_faster_than_one_core() {
        let mut sharing = Sharing::new(4, u32::MAX, 0.0, 0.0);
        sharing.join(VisitId(1), 1, 100, Time(0));
        sharing.join(VisitId(2), 2, 100, Time(30));
        assert_eq!(finish_all(&mut sharing), [(100, 1), (130, 2)]);
    }

    #[test]
    fn no_work_is_lost_when_it_does_not_divide() {
        let mut sharing = Sharing::new(2, u32::MAX, 0.03, 0.001);
        let mut granted = 0;
        let mut ends = Vec::new();
        for number in 0..97u32 {
            let (demand, at) = (u64::from(number) * 7 + 1, Time(u64::from(number) * 13));
            ends.extend(finish_until(&mut sharing, at));
            sharing.join(VisitId(number), number, demand, at);
            granted += i128::from(demand);
        }
        ends.extend(finish_all(&mut sharing));
        assert_eq!(ends.len(), 97);
        assert!(sharing.is_balanced(granted));
    }

    #[test]
    fn contention_slows_everybody() {
        // Two cores at efficiency 1/(1+σ+2κ) = 0.8: 100 ns of work take 125.
        let mut sharing = Sharing::new(2, 2, 0.05, 0.1);
        sharing.join(VisitId(1), 1, 100, Time(0));
        sharing.join(VisitId(2), 2, 100, Time(0));
        let ends = finish_all(&mut sharing);
        assert!(ends.iter().all(|(end, _)| (125..=126).contains(end)), "{ends:?}");
    }
}
