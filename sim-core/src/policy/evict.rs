//! Eviction: which entry of a full cache makes room.
//!
//! A store keeps its entries in numbered places. FIFO and LRU link the places into a list, CLOCK moves a hand over
//! them, RANDOM draws one. Sources: Belady 1966; Corbató 1968 for CLOCK; Fricker et al. 2012 for the rest.

use serde::{Deserialize, Serialize};

use hashbrown::HashTable;

use crate::random::{Draws, mix};
use crate::time::{Duration, Time};

/// Which entry makes room.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Evict {
    /// The least recently used.
    Lru,
    /// The oldest.
    Fifo,
    /// The oldest that was not used since the hand last passed: second chance, with the bit unset on insertion.
    Clock,
    /// A random one.
    Random,
}

const NONE: u32 = u32::MAX;

#[derive(Clone, Debug)]
struct Entry {
    key: u64,
    expires: Time,
    newer: u32,
    older: u32,
    referenced: bool,
}

/// The entries of a cache.
#[derive(Clone, Debug)]
pub struct Store {
    evict: Evict,
    capacity: u64,
    places: HashTable<u32>,
    entries: Vec<Entry>,
    newest: u32,
    oldest: u32,
    hand: u32,
    /// Nanoseconds that all entries together have lived and will live if nothing evicts or renews them.
    promised_life: i128,
}

/// What a lookup found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    /// A living entry.
    Fresh,
    /// An entry past its time.
    Expired,
    /// Nothing.
    Nothing,
}

impl Store {
    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.entries.len() * (size_of::<Entry>() + 2 * size_of::<u32>())
    }

    /// An empty store of at most `capacity` entries.
    pub fn new(evict: Evict, capacity: u64) -> Store {
        Store {
            evict,
            capacity,
            places: HashTable::new(),
            entries: Vec::new(),
            newest: NONE,
            oldest: NONE,
            hand: 0,
            promised_life: 0,
        }
    }

    /// How many entries there are, expired ones that nobody has touched included.
    pub fn len(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Whether nothing is stored.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The nanoseconds that entries have lived up to `now`, summed over all entries.
    pub fn life_until(&self, now: Time) -> i128 {
        let ahead: i128 = self.entries.iter().map(|entry| remaining(entry.expires, now)).sum();
        self.promised_life - ahead
    }

    /// Looks `key` up at `now`. A hit counts as a use; with `renew` it starts the entry's life again.
    pub fn lookup(&mut self, key: u64, now: Time, renew: Option<Duration>) -> Found {
        let Some(place) = self.find(key) else { return Found::Nothing };
        if self.entries[place as usize].expires <= now {
            return Found::Expired;
        }
        if let Some(ttl) = renew {
            self.set_expiry(place, now, now.saturating_add(ttl));
        }
        match self.evict {
            Evict::Lru => {
                self.unlink(place);
                self.link_newest(place);
            }
            Evict::Clock => self.entries[place as usize].referenced = true,
            Evict::Fifo | Evict::Random => {}
        }
        Found::Fresh
    }

    /// Stores `key` until `expires`, making room if need be. A living entry is renewed only if `refill` says so.
    pub fn insert(&mut self, key: u64, now: Time, expires: Time, refill: bool, draws: &mut Draws) {
        if self.capacity == 0 {
            return;
        }
        if let Some(place) = self.find(key) {
            if refill || self.entries[place as usize].expires <= now {
                self.set_expiry(place, now, expires);
                if self.evict == Evict::Lru {
                    self.unlink(place);
                    self.link_newest(place);
                }
            }
            return;
        }
        let place = if (self.entries.len() as u64) < self.capacity {
            self.entries.push(Entry { key, expires: now, newer: NONE, older: NONE, referenced: false });
            (self.entries.len() - 1) as u32
        } else {
            let place = self.victim(draws);
            self.replace(place, key, now);
            place
        };
        self.set_expiry(place, now, expires);
        self.link_newest(place);
        let entries = &self.entries;
        self.places.insert_unique(mix(key), place, |&place| mix(entries[place as usize].key));
    }

    /// Forgets everything at `now`.
    pub fn clear(&mut self, now: Time) {
        self.promised_life -= self.entries.iter().map(|entry| remaining(entry.expires, now)).sum::<i128>();
        self.places.clear();
        self.entries.clear();
        (self.newest, self.oldest, self.hand) = (NONE, NONE, 0);
    }

    fn find(&self, key: u64) -> Option<u32> {
        self.places.find(mix(key), |&place| self.entries[place as usize].key == key).copied()
    }

    fn set_expiry(&mut self, place: u32, now: Time, expires: Time) {
        let entry = &mut self.entries[place as usize];
        self.promised_life += remaining(expires, now) - remaining(entry.expires, now);
        entry.expires = expires;
    }

    fn victim(&mut self, draws: &mut Draws) -> u32 {
        match self.evict {
            Evict::Lru | Evict::Fifo => self.oldest,
            Evict::Random => draws.below(self.entries.len() as u32),
            Evict::Clock => loop {
                let place = self.hand;
                self.hand = (self.hand + 1) % self.entries.len() as u32;
                let referenced = &mut self.entries[place as usize].referenced;
                if !std::mem::take(referenced) {
                    return place;
                }
            },
        }
    }

    fn replace(&mut self, place: u32, key: u64, now: Time) {
        self.unlink(place);
        self.set_expiry(place, now, now);
        let gone = self.entries[place as usize].key;
        if let Ok(found) = self.places.find_entry(mix(gone), |&other| other == place) {
            found.remove();
        }
        let entry = &mut self.entries[place as usize];
        (entry.key, entry.referenced) = (key, false);
    }

    fn unlink(&mut self, place: u32) {
        let Entry { newer, older, .. } = self.entries[place as usize];
        match newer {
            NONE => self.newest = older,
            newer => self.entries[newer as usize].older = older,
        }
        match older {
            NONE => self.oldest = newer,
            older => self.entries[older as usize].newer = newer,
        }
    }

    fn link_newest(&mut self, place: u32) {
        let older = std::mem::replace(&mut self.newest, place);
        let entry = &mut self.entries[place as usize];
        (entry.newer, entry.older) = (NONE, older);
        match older {
            NONE => self.oldest = place,
            older => self.entries[older as usize].newer = place,
        }
    }
}

/// The nanoseconds from `now` to `expires`; an entry without an end has no life to count.
fn remaining(expires: Time, now: Time) -> i128 {
    if expires.0 >= Time::NEVER.0 - 1 { 0 } else { i128::from(expires.since(now).0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Key;

    fn misses(evict: Evict, capacity: u64, string: &[u64]) -> usize {
        let mut store = Store::new(evict, capacity);
        let mut draws = Key::from_seed(1).draws();
        string
            .iter()
            .filter(|&&key| {
                let missed = store.lookup(key, Time(0), None) != Found::Fresh;
                if missed {
                    store.insert(key, Time(0), Time::NEVER, false, &mut draws);
                }
                missed
            })
            .count()
    }

    #[test]
    fn textbook_reference_strings() {
        let a = [7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1];
        let b = [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5];
        for (evict, capacity, string, expected) in [
            (Evict::Fifo, 3, &a[..], 15),
            (Evict::Lru, 3, &a[..], 12),
            (Evict::Fifo, 3, &b[..], 9),
            (Evict::Fifo, 4, &b[..], 10), // Belady's anomaly
            (Evict::Lru, 3, &b[..], 10),
            (Evict::Lru, 4, &b[..], 8),
        ] {
            assert_eq!(misses(evict, capacity, string), expected, "{evict:?} of {capacity}");
        }
    }

    #[test]
    fn clock_gives_a_second_chance() {
        // 1 is used before the hand comes by, so 2 goes; FIFO would have dropped 1.
        assert_eq!(misses(Evict::Clock, 3, &[1, 2, 3, 1, 4, 1]), 4);
        assert_eq!(misses(Evict::Fifo, 3, &[1, 2, 3, 1, 4, 1]), 5);
    }

    #[test]
    fn entries_expire_and_are_renewed() {
        let mut store = Store::new(Evict::Lru, 10);
        let mut draws = Key::from_seed(1).draws();
        store.insert(1, Time(0), Time(10), false, &mut draws);
        assert_eq!(store.lookup(1, Time(9), Some(Duration(10))), Found::Fresh);
        assert_eq!(store.lookup(1, Time(18), None), Found::Fresh);
        assert_eq!(store.lookup(1, Time(19), None), Found::Expired);
        assert_eq!(store.life_until(Time(19)), 19);
        store.insert(1, Time(30), Time(40), false, &mut draws);
        store.insert(1, Time(35), Time(45), false, &mut draws);
        assert_eq!(store.lookup(1, Time(41), None), Found::Expired, "a living entry keeps its end");
        store.insert(1, Time(50), Time(60), true, &mut draws);
        store.insert(1, Time(55), Time(65), true, &mut draws);
        assert_eq!(store.lookup(1, Time(61), None), Found::Fresh, "unless it is refilled");
    }

    #[test]
    fn a_store_that_is_cleared_is_as_good_as_new() {
        for evict in [Evict::Lru, Evict::Fifo, Evict::Clock, Evict::Random] {
            let mut store = Store::new(evict, 2);
            let mut draws = Key::from_seed(1).draws();
            for key in [1, 2, 3] {
                store.insert(key, Time(0), Time(10), false, &mut draws);
            }
            store.clear(Time(4));
            assert_eq!((store.len(), store.life_until(Time(9))), (0, 2 * 4), "{evict:?}");
            for key in [4, 5, 6] {
                assert_eq!(store.lookup(key, Time(9), None), Found::Nothing);
                store.insert(key, Time(9), Time(20), false, &mut draws);
            }
            assert_eq!(store.lookup(6, Time(10), None), Found::Fresh, "{evict:?}");
            assert_eq!(store.len(), 2);
        }
    }

    #[test]
    fn a_store_of_nothing_stores_nothing() {
        assert_eq!(misses(Evict::Lru, 0, &[1, 1, 1]), 3);
    }
}
