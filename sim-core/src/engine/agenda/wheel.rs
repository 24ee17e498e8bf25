//! Wheels of slots (Varghese and Lauck, 1987): the first has the slots next to come, those of each other one are as wide
//! as the whole wheel before it.

use super::Event;
use super::chain::{Link, NONE, Slab};
use crate::time::Time;

/// The first wheel has `2^FIRST_BITS` slots: enough that few events are ever moved from another wheel.
const FIRST_BITS: u32 = 10;
const FIRST_SLOTS: usize = 1 << FIRST_BITS;
const WORDS: usize = FIRST_SLOTS / 64;

/// The wider ones have 64 slots each, and are as many as it takes for all time to be on one of them.
const WIDER: usize = (64 - FIRST_BITS as usize).div_ceil(6);

/// Events that are not due yet, by slot: that of each is after the slot that has come.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Wheels {
    /// A slot is `2^shift` nanoseconds wide.
    shift: u32,
    /// The slot that has come.
    now: u64,
    /// Which slots of the first wheel have events.
    occupied: [u64; WORDS],
    slots: [Link; FIRST_SLOTS],
    wider: [Wheel; WIDER],
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Wheel {
    occupied: u64,
    slots: [Link; 64],
}

impl Wheels {
    /// No events, and slots of `2^shift` nanoseconds, of which that of `time` has come.
    pub(super) fn empty(shift: u32, time: Time) -> Wheels {
        Wheels {
            shift,
            now: time.0 >> shift,
            occupied: [0; WORDS],
            slots: [NONE; FIRST_SLOTS],
            wider: [Wheel { occupied: 0, slots: [NONE; 64] }; WIDER],
        }
    }

    /// The logarithm of the width of slots.
    pub(super) fn shift(&self) -> u32 {
        self.shift
    }

    /// The slot that has come.
    #[inline(always)]
    pub(super) fn now(&self) -> u64 {
        self.now
    }

    /// While there are no events: the slot of `time` has come.
    #[inline(always)]
    pub(super) fn set_now(&mut self, time: Time) {
        self.now = self.slot_of(time);
    }

    /// When the slot that has come began.
    pub(super) fn since(&self) -> Time {
        Time(self.now << self.shift)
    }

    /// The slot of an instant.
    #[inline(always)]
    pub(super) fn slot_of(&self, time: Time) -> u64 {
        time.0 >> self.shift
    }

    /// The chain of the events of a slot to come, to add one: on the first wheel that has this slot beside the present
    /// one, so that those of a wheel are before those of each wider one.
    #[inline(always)]
    pub(super) fn chain(&mut self, slot: u64) -> &mut Link {
        if slot ^ self.now >= FIRST_SLOTS as u64 {
            return self.wider_chain(slot);
        }
        let place = slot as usize % FIRST_SLOTS;
        self.occupied[place / 64] |= 1 << (place % 64);
        &mut self.slots[place]
    }

    #[inline(never)]
    fn wider_chain(&mut self, slot: u64) -> &mut Link {
        let nth = ((slot ^ self.now).ilog2() - FIRST_BITS) / 6;
        let place = (slot >> (FIRST_BITS + 6 * nth)) % 64;
        let wheel = &mut self.wider[nth as usize];
        wheel.occupied |= 1 << place;
        &mut wheel.slots[place as usize]
    }

    /// Adds the node `link`, which holds an event that is not due.
    #[inline(always)]
    pub(super) fn put(&mut self, slab: &mut Slab, link: Link, event: Event) {
        let chain = self.chain(self.slot_of(event.time()));
        slab.set_next(link, *chain);
        *chain = link;
    }

    /// Goes on to the next slot of the first wheel that has events, and takes them; but only a few slots past that of
    /// `bound`, and not past the end of the wheel.
    #[inline(always)]
    pub(super) fn advance(&mut self, bound: Time) -> Option<Link> {
        let mut slot = self.now;
        loop {
            let word = &mut self.occupied[slot as usize % FIRST_SLOTS / 64];
            if *word != 0 {
                slot = slot & !63 | u64::from(word.trailing_zeros());
                *word &= *word - 1;
                self.now = slot;
                return Some(std::mem::replace(&mut self.slots[slot as usize % FIRST_SLOTS], NONE));
            }
            slot |= 63;
            let last = self.slot_of(bound);
            if slot >= last || slot % FIRST_SLOTS as u64 == FIRST_SLOTS as u64 - 1 {
                self.now = self.now.max(slot.min(last));
                return None;
            }
            slot += 1;
        }
    }

    /// At the end of the first wheel: goes on to where the next slot of a wider one begins, but not past the slot `last`,
    /// and moves its events to narrower ones. Returns those that come as it begins.
    pub(super) fn turn(&mut self, slab: &mut Slab, last: u64) -> Option<Link> {
        for (wheel, bits) in self.wider.iter_mut().zip((FIRST_BITS..).step_by(6)) {
            if wheel.occupied == 0 {
                continue;
            }
            let place = wheel.occupied.trailing_zeros();
            let begin = self.now & (u64::MAX << bits << 6) | u64::from(place) << bits;
            if begin > last {
                self.now = last;
                return None;
            }
            self.now = begin;
            wheel.occupied &= wheel.occupied - 1;
            let mut rest = std::mem::replace(&mut wheel.slots[place as usize], NONE);
            let mut first = NONE;
            while let Some(event) = slab.event(rest) {
                let next = slab.next(rest);
                if self.slot_of(event.time()) == begin {
                    slab.set_next(rest, first);
                    first = rest;
                } else {
                    self.put(slab, rest, event);
                }
                rest = next;
            }
            return Some(first);
        }
        None
    }

    /// Takes all events, in no order, before `rest`.
    pub(super) fn take_all(&mut self, slab: &mut Slab, mut rest: Link) -> Link {
        let wider = self.wider.iter_mut().flat_map(|wheel| &mut wheel.slots);
        for slot in self.slots.iter_mut().chain(wider) {
            let mut chain = std::mem::replace(slot, NONE);
            while chain != NONE {
                let next = slab.next(chain);
                slab.set_next(chain, rest);
                (rest, chain) = (chain, next);
            }
        }
        *self = Wheels::empty(self.shift, self.since());
        rest
    }
}
