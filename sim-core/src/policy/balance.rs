//! Balancing: which upstream instance takes a request.
//!
//! State is kept per balancer node, as a proxy keeps its own counters. Sources: nginx's round robin, least_conn and
//! ip_hash modules; Mitzenmacher 2001 for the power of d choices.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::random::Draws;
use crate::time::Time;

mod fewest;

use fewest::Fewest;

/// How a balancer chooses.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Balance {
    /// In turn.
    RoundRobin,
    /// Uniformly at random.
    Random,
    /// In turn by weight, interleaved: nginx's smooth weighted round robin.
    SmoothWeighted {
        /// The weight of each instance in order; the last one stands for all further instances.
        weights: Vec<u32>,
    },
    /// The instance with the fewest unanswered requests of this balancer, queued ones included.
    LeastConnections {
        /// Who goes first among equals.
        ties: Ties,
        /// As in `SmoothWeighted`; empty: all equal. Compared as connections over weight.
        weights: Vec<u32>,
    },
    /// The least loaded of `d` instances drawn at random; the first drawn among equals.
    PowerOf {
        /// How many are drawn.
        d: u32,
        /// Whether the same instance can be drawn twice.
        replacement: bool,
    },
    /// The same source address always goes to the same instance: nginx's `ip_hash`.
    IpHash,
}

/// Who goes first among equally loaded instances.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Ties {
    /// The first in order.
    LowestIndex,
    /// One at random.
    Random,
    /// In turn by smooth weighted round robin among the tied ones, as nginx does.
    Smooth,
}

/// When something happens, and what comes first of what happens then.
pub type Moment = (Time, u64);

/// What a balancer remembers. `slot`s number all instances it can ever have, in order.
#[derive(Clone, PartialEq, Debug)]
pub struct BalanceMemory {
    /// The slots that take requests now, in order.
    rotation: Vec<u32>,
    /// Unanswered requests by slot.
    in_flight: Vec<u32>,
    /// By slot: the answers that are known before they come, in their order, where a choice looks at few slots.
    to_come: Vec<VecDeque<Moment>>,
    /// Who has the fewest of them.
    fewest: Fewest,
    turn: u32,
    current_weight: Vec<i64>,
    /// What a choice has drawn, kept for the next one to write over.
    drawn: Vec<u32>,
}

impl BalanceMemory {
    /// The memory of a balancer of `slots` instances, none of them in rotation yet.
    pub fn new(slots: usize) -> BalanceMemory {
        BalanceMemory {
            rotation: Vec::with_capacity(slots),
            in_flight: vec![0; slots],
            to_come: vec![VecDeque::new(); slots],
            fewest: Fewest::default(),
            turn: 0,
            current_weight: vec![0; slots],
            drawn: Vec::new(),
        }
    }

    /// From now on the slots that `ready` lists in order take requests, and no others.
    pub fn set_rotation(&mut self, ready: impl Iterator<Item = u32>) {
        self.rotation.clear();
        self.rotation.extend(ready);
        self.fewest.clear();
    }

    /// Whether any slot takes requests.
    pub fn can_choose(&self) -> bool {
        !self.rotation.is_empty()
    }

    /// Whether `slot` takes requests now.
    pub fn is_in_rotation(&self, slot: u32) -> bool {
        self.rotation.binary_search(&slot).is_ok()
    }

    /// A request goes to `slot`.
    #[inline(always)]
    pub fn sent(&mut self, slot: u32) {
        let in_flight = &mut self.in_flight[slot as usize];
        *in_flight += 1;
        self.fewest.note(slot, *in_flight);
    }

    /// A request that went to `slot` will be answered at a moment that is known already.
    #[inline(always)]
    pub fn will_be_answered(&mut self, slot: u32, moment: Moment) {
        let to_come = &mut self.to_come[slot as usize];
        let mut place = to_come.len();
        to_come.push_back(moment);
        // Most answers of an instance come in the order of its requests.
        while place > 0 && to_come[place - 1] > moment {
            to_come.swap(place - 1, place);
            place -= 1;
        }
    }

    /// A request that went to `slot` is answered, or nobody waits for its answer any more.
    #[inline(always)]
    pub fn answered(&mut self, slot: u32) {
        let in_flight = &mut self.in_flight[slot as usize];
        *in_flight -= 1;
        self.fewest.note(slot, *in_flight);
    }
}

impl Balance {
    /// Whether its choice depends on how many requests are unanswered.
    #[inline(always)]
    pub fn counts_in_flight(&self) -> bool {
        matches!(self, Balance::LeastConnections { .. } | Balance::PowerOf { .. })
    }

    /// Whether it looks at few instances for a choice: only they need to hear of their answers.
    #[inline(always)]
    pub fn looks_at_few(&self) -> bool {
        matches!(self, Balance::PowerOf { .. })
    }

    /// The slot that takes the request of `address` at the moment `present`, or none while nothing is in rotation.
    #[inline]
    pub fn choose(
        &self,
        memory: &mut BalanceMemory,
        address: u64,
        present: Moment,
        draws: &mut Draws,
    ) -> Option<u32> {
        let ready = memory.rotation.len() as u32;
        if ready == 0 {
            return None;
        }
        Some(match self {
            Balance::RoundRobin => {
                let turn = if memory.turn < ready { memory.turn } else { 0 };
                memory.turn = turn + 1;
                memory.rotation[turn as usize]
            }
            Balance::Random => memory.rotation[draws.below(ready) as usize],
            Balance::SmoothWeighted { weights } => {
                smooth(memory.rotation.iter().copied(), weights, &mut memory.current_weight)
            }
            Balance::LeastConnections { ties, weights } => least(memory, *ties, weights, draws),
            Balance::PowerOf { d, replacement } => power_of(memory, *d, *replacement, present, draws),
            Balance::IpHash => memory.rotation[ip_hash(address, ready) as usize],
        })
    }
}

/// The weight of `slot`: the last weight stands for all further slots.
fn weight_of(weights: &[u32], slot: u32) -> i64 {
    i64::from(weights.get(slot as usize).or(weights.last()).copied().unwrap_or(1))
}

/// nginx's smooth weighted round robin among `candidates`, of which there is at least one.
fn smooth(candidates: impl Iterator<Item = u32>, weights: &[u32], current: &mut [i64]) -> u32 {
    let mut total = 0;
    let mut best = None;
    for slot in candidates {
        let weight = weight_of(weights, slot);
        current[slot as usize] += weight;
        total += weight;
        if best.is_none_or(|best: u32| current[slot as usize] > current[best as usize]) {
            best = Some(slot);
        }
    }
    let best = best.expect("there is a candidate");
    current[best as usize] -= total;
    best
}

#[inline]
fn least(memory: &mut BalanceMemory, ties: Ties, weights: &[u32], draws: &mut Draws) -> u32 {
    if ties == Ties::Smooth || !weights.is_empty() {
        return least_by_weight(memory, ties, weights, draws);
    }
    if !memory.fewest.knows(ties) {
        memory.fewest.follow(&memory.rotation, &memory.in_flight, ties);
    }
    match ties {
        Ties::LowestIndex | Ties::Smooth => memory.fewest.first(),
        Ties::Random => memory.fewest.tied_at(draws.below(memory.fewest.tied())),
    }
}

/// The least loaded by a look at all of them: weights make loads that no tournament of whole numbers orders, and smooth
/// ties change the turns of all that are tied.
#[inline(never)]
fn least_by_weight(memory: &mut BalanceMemory, ties: Ties, weights: &[u32], draws: &mut Draws) -> u32 {
    let BalanceMemory { rotation, in_flight, current_weight, .. } = memory;
    // Compared cross-multiplied, exactly, as nginx does.
    let compare = |one: u32, other: u32| {
        let load = |slot: u32| i64::from(in_flight[slot as usize]);
        (load(one) * weight_of(weights, other)).cmp(&(load(other) * weight_of(weights, one)))
    };
    let first = rotation.iter().copied().min_by(|one, other| compare(*one, *other)).expect("one is ready");
    let mut tied = rotation.iter().copied().filter(|slot| compare(*slot, first).is_eq());
    match ties {
        Ties::LowestIndex => first,
        Ties::Random => {
            let chosen = draws.below(tied.clone().count() as u32);
            tied.nth(chosen as usize).expect("it is drawn among the tied")
        }
        Ties::Smooth => smooth(tied, weights, current_weight),
    }
}

#[inline]
fn power_of(
    memory: &mut BalanceMemory,
    d: u32,
    replacement: bool,
    present: Moment,
    draws: &mut Draws,
) -> u32 {
    let BalanceMemory { rotation, in_flight, to_come, drawn, .. } = memory;
    let ready = rotation.len() as u32;
    let mut load = |position: u32| {
        let slot = rotation[position as usize] as usize;
        while to_come[slot].front().is_some_and(|answer| *answer < present) {
            to_come[slot].pop_front();
            in_flight[slot] -= 1;
        }
        in_flight[slot]
    };
    let mut best = draws.below(ready);
    if replacement {
        for _ in 1..d {
            let next = draws.below(ready);
            if load(next) < load(best) {
                best = next;
            }
        }
    } else if d == 2 && ready > 1 {
        let other = draws.below(ready - 1);
        let other = other + u32::from(other >= best);
        if load(other) < load(best) {
            best = other;
        }
    } else {
        best = least_of_distinct(d.min(ready), ready, best, load, drawn, draws);
    }
    rotation[best as usize]
}

/// The least loaded of `d` distinct positions, `first` being drawn already; drawn again where one repeats.
fn least_of_distinct(
    d: u32,
    ready: u32,
    first: u32,
    mut load: impl FnMut(u32) -> u32,
    drawn: &mut Vec<u32>,
    draws: &mut Draws,
) -> u32 {
    if d >= ready {
        return (0..ready)
            .map(|step| (first + step) % ready)
            .min_by_key(|&position| load(position))
            .unwrap_or(first);
    }
    drawn.clear();
    drawn.push(first);
    let mut best = first;
    while (drawn.len() as u32) < d {
        let next = draws.below(ready);
        if !drawn.contains(&next) {
            drawn.push(next);
            if load(next) < load(best) {
                best = next;
            }
        }
    }
    best
}

/// nginx's `ip_hash` over the first three octets, which here are the low 24 bits of the session's number.
fn ip_hash(address: u64, ready: u32) -> u32 {
    let [octet_c, octet_b, octet_a, ..] = address.to_le_bytes();
    let hash =
        [octet_a, octet_b, octet_c].iter().fold(89u32, |hash, &byte| (hash * 113 + u32::from(byte)) % 6271);
    hash % ready
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Key;

    const NOW: Moment = (Time::ZERO, 0);

    fn memory(in_flight: &[u32]) -> BalanceMemory {
        let mut memory = BalanceMemory::new(in_flight.len());
        memory.set_rotation(0..in_flight.len() as u32);
        for (slot, &count) in (0..).zip(in_flight) {
            (0..count).for_each(|_| memory.sent(slot));
        }
        memory
    }

    fn choices(policy: &Balance, memory: &mut BalanceMemory, count: u64) -> Vec<u32> {
        (0..count)
            .map(|number| {
                let mut draws = Key::from_seed(1).numbered(number).draws();
                policy.choose(memory, number, NOW, &mut draws).expect("something is in rotation")
            })
            .collect()
    }

    #[test]
    fn round_robin_takes_turns() {
        assert_eq!(choices(&Balance::RoundRobin, &mut memory(&[0; 3]), 7), [0, 1, 2, 0, 1, 2, 0]);
    }

    #[test]
    fn smooth_weights_interleave_as_nginx_documents() {
        let policy = Balance::SmoothWeighted { weights: vec![5, 1, 1] };
        assert_eq!(choices(&policy, &mut memory(&[0; 3]), 7), [0, 0, 1, 0, 2, 0, 0]);
    }

    #[test]
    fn least_connections_breaks_ties_as_told() {
        let with = |ties| Balance::LeastConnections { ties, weights: vec![] };
        assert_eq!(choices(&with(Ties::LowestIndex), &mut memory(&[2, 1, 1]), 3), [1, 1, 1]);
        assert_eq!(choices(&with(Ties::Smooth), &mut memory(&[2, 1, 1]), 4), [1, 2, 1, 2]);
        let random = choices(&with(Ties::Random), &mut memory(&[2, 1, 1]), 1000);
        let ones = random.iter().filter(|&&slot| slot == 1).count();
        assert!(!random.contains(&0) && (421..579).contains(&ones), "five sigma around a half: {ones}");
    }

    #[test]
    fn least_connections_counts_weights() {
        let policy = Balance::LeastConnections { ties: Ties::LowestIndex, weights: vec![1, 4] };
        assert_eq!(choices(&policy, &mut memory(&[1, 3]), 1), [1], "3 of 4 is less than 1 of 1");
        assert_eq!(choices(&policy, &mut memory(&[1, 5]), 1), [0], "5 of 4 is more than 1 of 1");
    }

    #[test]
    fn power_of_all_is_least_connections_and_of_one_is_random() {
        let all = Balance::PowerOf { d: 4, replacement: false };
        assert!(choices(&all, &mut memory(&[3, 2, 0, 1]), 50).iter().all(|&slot| slot == 2));
        let two = Balance::PowerOf { d: 2, replacement: false };
        let chosen = choices(&two, &mut memory(&[9, 0]), 50);
        assert!(chosen.iter().all(|&slot| slot == 1), "two distinct of two see both");
        let replaced = Balance::PowerOf { d: 2, replacement: true };
        let busier = choices(&replaced, &mut memory(&[9, 0]), 4000).iter().filter(|&&slot| slot == 0).count();
        assert!((863..1137).contains(&busier), "a quarter of draws see only the busier one: {busier}");
    }

    #[test]
    fn an_address_stays_where_it_is() {
        let mut memory = memory(&[0; 5]);
        let first = choices(&Balance::IpHash, &mut memory, 100);
        assert_eq!(first, choices(&Balance::IpHash, &mut memory, 100));
        // 10.1.2.x by hand: ((89·113+10) mod 6271 …) mod 5.
        let by_hand = [10u32, 1, 2].iter().fold(89u32, |hash, byte| (hash * 113 + byte) % 6271) % 5;
        assert_eq!(
            Balance::IpHash.choose(&mut memory, 0x0A0102, NOW, &mut Key::default().draws()),
            Some(by_hand)
        );
    }

    #[test]
    fn nothing_in_rotation_is_nothing_chosen() {
        let mut empty = BalanceMemory::new(3);
        assert_eq!(Balance::RoundRobin.choose(&mut empty, 0, NOW, &mut Key::default().draws()), None);
    }
}
