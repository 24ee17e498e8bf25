//! What will happen, in the order in which it must happen.
//!
//! ## Invariant: order is a rule of the model
//! Events are ordered by (time, rank, request, visit), never by the order in which they were written down. So a
//! faster way to schedule the same events gives the same run.
//!
//! Events whose delay is always the same come in order by themselves: each such delay has a *lane*, a ring of which
//! only the head competes. Of everything else, the soonest few are kept sorted and the rest in a heap.

use crate::time::Time;

/// What an event is about; the order of the variants is the order at equal times.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Rank {
    /// A shared pool ends the work of a visit.
    PoolDone,
    /// A visit's work or wait is over, or its answer has arrived.
    Completion,
    /// A source makes a request.
    SourceArrival,
    /// A visit arrives at a node.
    Arrival,
    /// A visit has waited long enough: for an answer, in a line, before a retry.
    Deadline,
    /// A controller looks.
    Control,
    /// The observers look.
    Sample,
}

/// A point on the agenda: time, rank, the request's ordinal and the slot of what it is about, in one number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Event(u128);

const _: () = assert!(size_of::<Event>() <= 16, "events stay small: they are moved about in the heap");

/// Slots an event can name.
pub const MOST_SLOTS: u32 = 1 << 28;

impl Event {
    const NEVER: Event = Event(u128::MAX);

    /// An event of the thing in `slot`, on behalf of the request of number `ordinal`.
    #[inline(always)]
    pub fn new(time: Time, rank: Rank, ordinal: u32, slot: u32) -> Event {
        let order = (rank as u64) << 60 | u64::from(ordinal) << 28 | u64::from(slot);
        Event(u128::from(time.0) << 64 | u128::from(order))
    }

    /// When.
    #[inline(always)]
    pub fn time(self) -> Time {
        Time((self.0 >> 64) as u64)
    }

    /// What about.
    #[inline(always)]
    pub fn rank(self) -> Rank {
        match self.0 as u64 >> 60 {
            0 => Rank::PoolDone,
            1 => Rank::Completion,
            2 => Rank::SourceArrival,
            3 => Rank::Arrival,
            4 => Rank::Deadline,
            5 => Rank::Control,
            _ => Rank::Sample,
        }
    }

    /// Whom.
    #[inline(always)]
    pub fn slot(self) -> u32 {
        self.0 as u32 & (MOST_SLOTS - 1)
    }
}

/// How many lanes compete with the heap; more sources and constant delays than this use the heap.
pub const MOST_LANES: usize = 16;

/// How many events without a lane are kept sorted: inserting among few is quicker than a heap.
const MOST_NEAR: usize = 128;

/// All events to come.
#[derive(Clone, PartialEq, Debug)]
pub struct Agenda {
    /// The soonest of the events that have no lane, the soonest last.
    near: [Event; MOST_NEAR],
    near_len: u32,
    /// The others: none of them is before any of `near`, which is empty only if they are none.
    far: Heap,
    /// The head of each lane; never where it is empty.
    heads: [Event; MOST_LANES],
    lanes: Vec<Lane>,
    /// The earliest of the heads, and whose it is.
    first: Event,
    first_lane: u8,
}

/// The events of a lane behind its head: a ring whose capacity is a power of two.
#[derive(Clone, PartialEq, Debug)]
struct Lane {
    ring: Vec<Event>,
    start: u32,
    len: u32,
}

impl Lane {
    const EMPTY: Lane = Lane { ring: Vec::new(), start: 0, len: 0 };

    #[inline(always)]
    fn at(&mut self, place: u32) -> &mut Event {
        let mask = self.ring.len() - 1;
        &mut self.ring[(self.start.wrapping_add(place)) as usize & mask]
    }

    /// Adds an event behind `head`, in its place.
    #[inline(always)]
    fn push(&mut self, head: &mut Event, event: Event) {
        if self.len as usize == self.ring.len() {
            self.grow();
        }
        let last = self.len;
        self.len += 1;
        *self.at(last) = event;
        let before = if last == 0 { *head } else { *self.at(last - 1) };
        if before > event {
            self.sort_in(head, last);
        }
    }

    /// Events of one instant may come in any order, and leave in theirs.
    #[cold]
    #[inline(never)]
    fn sort_in(&mut self, head: &mut Event, mut place: u32) {
        let event = *self.at(place);
        while place > 0 && *self.at(place - 1) > event {
            *self.at(place) = *self.at(place - 1);
            place -= 1;
        }
        *self.at(place) = if place == 0 && *head > event { std::mem::replace(head, event) } else { event };
    }

    #[inline(always)]
    fn pop(&mut self) -> Event {
        if self.len == 0 {
            return Event::NEVER;
        }
        let event = *self.at(0);
        self.start = self.start.wrapping_add(1);
        self.len -= 1;
        event
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        let mut ring: Vec<Event> = (0..self.len).map(|place| *self.at(place)).collect();
        ring.resize((self.ring.len() * 2).max(64), Event::NEVER);
        (self.ring, self.start) = (ring, 0);
    }
}

impl Agenda {
    /// An empty agenda with `lanes` lanes, at most [`MOST_LANES`].
    pub fn new(lanes: usize) -> Agenda {
        Agenda {
            near: [Event::NEVER; MOST_NEAR],
            near_len: 0,
            far: Heap::default(),
            heads: [Event::NEVER; MOST_LANES],
            lanes: vec![Lane::EMPTY; lanes.min(MOST_LANES)],
            first: Event::NEVER,
            first_lane: 0,
        }
    }

    /// How many events are to come.
    pub fn len(&self) -> usize {
        let heads = self.heads.iter().filter(|head| **head != Event::NEVER).count();
        self.near_len as usize
            + self.far.len()
            + heads
            + self.lanes.iter().map(|lane| lane.len as usize).sum::<usize>()
    }

    /// Whether nothing is to come.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes `event` down.
    #[inline]
    pub fn push(&mut self, event: Event) {
        let len = self.near_len as usize % (MOST_NEAR + 1);
        if len == MOST_NEAR || !self.far.is_empty() {
            return self.push_with_far(event);
        }
        self.insert_near(len, event);
    }

    #[inline(always)]
    fn insert_near(&mut self, len: usize, event: Event) {
        let place = place_in(&self.near[..len], event);
        self.near.copy_within(place..len, place + 1);
        self.near[place] = event;
        self.near_len += 1;
    }

    /// Writes `event` down while there are more events than are kept near.
    #[inline(never)]
    fn push_with_far(&mut self, event: Event) {
        let len = self.near_len as usize;
        if event > self.near[0] {
            return self.far.push(event);
        }
        if len < MOST_NEAR {
            return self.insert_near(len, event);
        }
        // The latest half of what was near makes room.
        for place in 0..MOST_NEAR / 2 {
            self.far.push(self.near[place]);
        }
        self.near.copy_within(MOST_NEAR / 2.., 0);
        self.near_len = (MOST_NEAR / 2) as u32;
        self.push_with_far(event);
    }

    /// Fetches what is soonest once nothing is near any more.
    #[inline(never)]
    fn refill(&mut self) {
        let count = self.far.len().min(MOST_NEAR / 2);
        for place in (0..count).rev() {
            self.near[place] = self.far.pop();
        }
        self.near_len = count as u32;
    }

    /// Writes down an `event` of a lane. A lane is quick for events that come in their order.
    #[inline(always)]
    pub fn push_lane(&mut self, lane: u8, event: Event) {
        let head = &mut self.heads[usize::from(lane) % MOST_LANES];
        if *head == Event::NEVER {
            *head = event;
        } else {
            self.lanes[usize::from(lane)].push(head, event);
        }
        if event < self.first {
            (self.first, self.first_lane) = (event, lane);
        }
    }

    /// The next event, unless it is later than `until`.
    #[inline(always)]
    pub fn pop(&mut self, until: Time) -> Option<Event> {
        let first = self.first;
        let last = (self.near_len as usize).wrapping_sub(1);
        match self.near.get(last) {
            Some(&near) if near < first => {
                if near.time() > until {
                    return None;
                }
                self.near_len -= 1;
                if last == 0 && !self.far.is_empty() {
                    self.refill();
                }
                Some(near)
            }
            _ => {
                if first == Event::NEVER || first.time() > until {
                    return None;
                }
                let lane = usize::from(self.first_lane) % MOST_LANES;
                self.heads[lane] = self.lanes[lane].pop();
                self.find_first();
                Some(first)
            }
        }
    }

    #[inline(always)]
    fn find_first(&mut self) {
        let (mut first, mut first_lane) = (self.heads[0], 0);
        for lane in 1..self.lanes.len().min(MOST_LANES) {
            let head = self.heads[lane];
            let is_earlier = head < first;
            first = if is_earlier { head } else { first };
            first_lane = if is_earlier { lane as u8 } else { first_lane };
        }
        (self.first, self.first_lane) = (first, first_lane);
    }
}

/// Where `event` belongs among `events`, the soonest of which is the last. Compares with three at a time, since each
/// step waits for the one before.
#[inline(always)]
fn place_in(events: &[Event], event: Event) -> usize {
    let mut low = 0;
    let mut size = events.len();
    while size >= 4 {
        let quarter = size / 4;
        let later = |nth: usize| usize::from(events[low + nth * quarter - 1] > event);
        let quarters = later(1) + later(2) + later(3);
        low += quarters * quarter;
        size = if quarters == 3 { size - 3 * quarter } else { quarter };
    }
    low + (low..low + size).map(|place| usize::from(events[place] > event)).sum::<usize>()
}

/// A heap of four children a node, the soonest event on top.
#[derive(Clone, PartialEq, Debug, Default)]
struct Heap {
    events: Vec<Event>,
}

impl Heap {
    #[inline(always)]
    fn len(&self) -> usize {
        self.events.len()
    }

    #[inline(always)]
    fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    fn push(&mut self, event: Event) {
        let mut hole = self.events.len();
        self.events.push(event);
        while hole > 0 {
            let parent = (hole - 1) / 4;
            if self.events[parent] <= event {
                break;
            }
            self.events[hole] = self.events[parent];
            hole = parent;
        }
        self.events[hole] = event;
    }

    /// Takes the soonest event, or never.
    fn pop(&mut self) -> Event {
        let Some(last) = self.events.pop() else { return Event::NEVER };
        let heap = &mut self.events[..];
        let Some(&top) = heap.first() else { return last };
        let mut hole = 0;
        loop {
            let children = 4 * hole + 1;
            let (best, place) =
                if let Some(&[a, b, c, d]) = heap.get(children..children + 4).and_then(as_four) {
                    let (low, low_place) = if b < a { (b, children + 1) } else { (a, children) };
                    let (high, high_place) = if d < c { (d, children + 3) } else { (c, children + 2) };
                    if high < low { (high, high_place) } else { (low, low_place) }
                } else {
                    let mut best = (Event::NEVER, children);
                    for (place, event) in heap.iter().enumerate().skip(children) {
                        if *event < best.0 {
                            best = (*event, place);
                        }
                    }
                    best
                };
            if best >= last {
                break;
            }
            heap[hole] = best;
            hole = place;
        }
        heap[hole] = last;
        top
    }
}

#[inline(always)]
fn as_four(children: &[Event]) -> Option<&[Event; 4]> {
    children.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Key;

    #[test]
    fn events_come_in_their_order_whichever_way_they_were_written_down() {
        let mut draws = Key::from_seed(3).draws();
        let mut agenda = Agenda::new(2);
        let mut expected = Vec::new();
        for ordinal in 0..5_000 {
            let event =
                Event::new(Time(u64::from(draws.below(900))), Rank::Completion, ordinal, draws.below(9));
            agenda.push(event);
            expected.push(event);
        }
        for lane in 0..2u8 {
            for step in 0..1_000u64 {
                // Steps of time that often stand still, with ordinals in any order.
                let event = Event::new(Time(step / 7), Rank::Arrival, draws.below(100_000), 1);
                agenda.push_lane(lane, event);
                expected.push(event);
            }
        }
        expected.sort();
        assert_eq!(agenda.len(), expected.len());
        let popped: Vec<Event> = std::iter::from_fn(|| agenda.pop(Time::NEVER)).collect();
        assert_eq!(popped, expected);
    }

    #[test]
    fn an_event_says_what_it_was_made_of() {
        let event = Event::new(Time(77), Rank::Deadline, u32::MAX, MOST_SLOTS - 1);
        assert_eq!((event.time(), event.rank(), event.slot()), (Time(77), Rank::Deadline, MOST_SLOTS - 1));
    }

    #[test]
    fn nothing_comes_before_its_time() {
        let mut agenda = Agenda::new(0);
        agenda.push(Event::new(Time(5), Rank::Sample, 0, 0));
        assert_eq!(agenda.pop(Time(4)), None);
        assert!(agenda.pop(Time(5)).is_some());
        assert_eq!(agenda.pop(Time::NEVER), None);
    }
}
