//! Who has the fewest unanswered requests, kept as they change: a tournament of all slots.
//!
//! Slots play in groups of four, the best of four groups in a group of the next round, and so on up to one last group.
//! A change plays the matches of its slot again, one for each round, and looks at nobody else.

use super::Ties;

/// The tournament. It is empty until somebody asks, so a policy that never does pays for a look whether it is.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Fewest {
    /// The last group is the first entry; the members of `group` are the best of `4 * group + 1` to `4 * group + 4`,
    /// or slots in order, from `first_round` on. A member says in its upper half how many requests it has, and in its
    /// lower half which is the first slot that has so few, or how many slots have.
    groups: Vec<[u64; 4]>,
    /// Where the groups of slots start.
    first_round: u32,
    /// Whether the lower halves count slots.
    counts: bool,
}

/// Takes part in nothing: more requests than there can be, and no slot that has them.
const NOBODY: u64 = (u32::MAX as u64) << 32;

impl Fewest {
    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.groups.clear();
    }

    /// Whether it follows the changes, for ties broken in this way.
    #[inline]
    pub(super) fn knows(&self, ties: Ties) -> bool {
        !self.groups.is_empty() && self.counts == (ties == Ties::Random)
    }

    /// Starts to follow the slots in `rotation`.
    #[cold]
    pub(super) fn follow(&mut self, rotation: &[u32], in_flight: &[u32], ties: Ties) {
        self.counts = ties == Ties::Random;
        let (mut first_round, mut members) = (0, 4);
        while members < in_flight.len() {
            first_round = 4 * first_round + 1;
            members *= 4;
        }
        self.first_round = first_round as u32;
        self.groups.clear();
        self.groups.resize(first_round + members / 4, [NOBODY; 4]);
        for &slot in rotation {
            let (group, place) = self.place_of(slot);
            self.groups[group][place] = self.member(slot, in_flight[slot as usize]);
        }
        for group in (1..self.groups.len()).rev() {
            self.groups[(group - 1) / 4][(group - 1) % 4] = best(self.groups[group], self.counts);
        }
    }

    /// Notes that `slot` has `in_flight` requests now.
    #[inline(always)]
    pub(super) fn note(&mut self, slot: u32, in_flight: u32) {
        if !self.groups.is_empty() {
            self.play_again(slot, in_flight);
        }
    }

    #[inline(never)]
    fn play_again(&mut self, slot: u32, in_flight: u32) {
        let (mut group, mut place) = self.place_of(slot);
        let mut member = self.member(slot, in_flight);
        if self.groups[group][place] == NOBODY {
            return;
        }
        loop {
            let members = &mut self.groups[group];
            if members[place] == member {
                return;
            }
            members[place] = member;
            if group == 0 {
                return;
            }
            member = best(*members, self.counts);
            (group, place) = ((group - 1) / 4, (group - 1) % 4);
        }
    }

    /// The first slot of those with the fewest requests; something is in rotation, and it does not count.
    #[inline]
    pub(super) fn first(&self) -> u32 {
        best(self.groups[0], self.counts) as u32
    }

    /// How many slots have the fewest requests, if it counts.
    pub(super) fn tied(&self) -> u32 {
        best(self.groups[0], self.counts) as u32
    }

    /// The slot with `before` of the [`Fewest::tied`] ones before it.
    pub(super) fn tied_at(&self, mut before: u32) -> u32 {
        let fewest = best(self.groups[0], self.counts) >> 32;
        let mut group = 0;
        while let Some(members) = self.groups.get(group) {
            let mut place = 0;
            for member in &members[..3] {
                let tied = if member >> 32 == fewest { *member as u32 } else { 0 };
                if before < tied {
                    break;
                }
                before -= tied;
                place += 1;
            }
            group = 4 * group + 1 + place;
        }
        (group - self.groups.len()) as u32
    }

    /// The group and the place in it of `slot`.
    #[inline]
    fn place_of(&self, slot: u32) -> (usize, usize) {
        ((self.first_round + slot / 4) as usize, (slot % 4) as usize)
    }

    #[inline]
    fn member(&self, slot: u32, in_flight: u32) -> u64 {
        u64::from(in_flight) << 32 | if self.counts { 1 } else { u64::from(slot) }
    }
}

/// Who wins a group: the fewest requests, and the first slot or how many slots have them.
#[inline(always)]
fn best([one, two, three, four]: [u64; 4], counts: bool) -> u64 {
    let best = one.min(two).min(three.min(four));
    if !counts {
        return best;
    }
    let fewest = best >> 32;
    let tied = |member: u64| if member >> 32 == fewest { u64::from(member as u32) } else { 0 };
    fewest << 32 | (tied(one) + tied(two) + tied(three) + tied(four))
}

#[cfg(test)]
mod tests {
    use crate::time::Time;
    use proptest::prelude::*;

    use super::super::{Balance, BalanceMemory, Ties};
    use crate::random::Key;

    /// What can happen to a balancer.
    #[derive(Clone, Debug)]
    enum Happening {
        Choice(Ties),
        Sent(u32),
        Answered(u32),
        Rotation(Vec<bool>),
    }

    fn happening(slots: u32) -> impl Strategy<Value = Happening> {
        prop_oneof![
            8 => prop_oneof![Just(Ties::LowestIndex), Just(Ties::Random)].prop_map(Happening::Choice),
            8 => (0..slots).prop_map(Happening::Answered),
            2 => (0..slots).prop_map(Happening::Sent),
            1 => proptest::collection::vec(any::<bool>(), slots as usize).prop_map(Happening::Rotation),
        ]
    }

    /// Who is chosen, found by looking at every slot.
    fn naive(rotation: &[u32], in_flight: &[u32], ties: Ties, number: u64) -> Option<u32> {
        let fewest = rotation.iter().map(|&slot| in_flight[slot as usize]).min()?;
        let tied: Vec<u32> =
            rotation.iter().copied().filter(|&slot| in_flight[slot as usize] == fewest).collect();
        let drawn = if ties == Ties::Random { draws(number).below(tied.len() as u32) } else { 0 };
        Some(tied[drawn as usize])
    }

    fn draws(number: u64) -> crate::random::Draws {
        Key::from_seed(1).numbered(number).draws()
    }

    proptest! {
        #[test]
        fn who_is_chosen_is_who_a_look_at_all_slots_finds(
            (slots, happenings) in (1u32..300).prop_flat_map(|slots| {
                (Just(slots), proptest::collection::vec(happening(slots), 0..400))
            })
        ) {
            let mut memory = BalanceMemory::new(slots as usize);
            let (mut rotation, mut in_flight) = ((0..slots).collect::<Vec<_>>(), vec![0; slots as usize]);
            memory.set_rotation(0..slots);
            for (number, happening) in (0..).zip(happenings) {
                match happening {
                    Happening::Choice(ties) => {
                        let policy = Balance::LeastConnections { ties, weights: vec![] };
                        let chosen = policy.choose(&mut memory, 0, (Time::ZERO, 0), &mut draws(number));
                        prop_assert_eq!(chosen, naive(&rotation, &in_flight, ties, number));
                        if let Some(slot) = chosen {
                            memory.sent(slot);
                            in_flight[slot as usize] += 1;
                        }
                    }
                    Happening::Sent(slot) => {
                        memory.sent(slot);
                        in_flight[slot as usize] += 1;
                    }
                    Happening::Answered(slot) if in_flight[slot as usize] > 0 => {
                        memory.answered(slot);
                        in_flight[slot as usize] -= 1;
                    }
                    Happening::Answered(_) => {}
                    Happening::Rotation(takes) => {
                        rotation = (0..slots).filter(|&slot| takes[slot as usize]).collect();
                        memory.set_rotation(rotation.iter().copied());
                    }
                }
            }
        }
    }
}
