//! What will happen, in the order in which it must happen.
//!
//! ## Invariant: order is a rule of the model
//! Events are ordered by (time, rank, request, visit), never by the order in which they were written down. So a
//! faster way to schedule the same events gives the same run.
//!
//! Events whose delay is always the same come in order by themselves: each such delay has a *lane*, a ring of which
//! only the head competes. Everything else is in a heap of four children a node.

use std::collections::VecDeque;

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

impl Rank {
    const ALL: [Rank; 7] = [
        Rank::PoolDone,
        Rank::Completion,
        Rank::SourceArrival,
        Rank::Arrival,
        Rank::Deadline,
        Rank::Control,
        Rank::Sample,
    ];
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
        Rank::ALL[(self.0 as u64 >> 60) as usize]
    }

    /// Whom.
    #[inline(always)]
    pub fn slot(self) -> u32 {
        self.0 as u32 & (MOST_SLOTS - 1)
    }
}

/// How many heads compete with the heap; more sources and lanes than this use the heap.
pub const MOST_HEADS: usize = 16;

/// All events to come.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Agenda {
    heap: Vec<Event>,
    /// The first event of each lane, or never.
    heads: Vec<Event>,
    /// The other events of each lane.
    lanes: Vec<VecDeque<Event>>,
}

impl Agenda {
    /// An empty agenda with `lanes` lanes, at most [`MOST_HEADS`].
    pub fn new(lanes: usize) -> Agenda {
        Agenda { heap: Vec::new(), heads: vec![Event::NEVER; lanes], lanes: vec![VecDeque::new(); lanes] }
    }

    /// How many events are to come.
    pub fn len(&self) -> usize {
        let heads = self.heads.iter().filter(|head| **head != Event::NEVER).count();
        self.heap.len() + heads + self.lanes.iter().map(VecDeque::len).sum::<usize>()
    }

    /// Whether nothing is to come.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes `event` down.
    #[inline]
    pub fn push(&mut self, event: Event) {
        let mut hole = self.heap.len();
        self.heap.push(event);
        while hole > 0 {
            let parent = (hole - 1) / 4;
            if self.heap[parent] <= event {
                break;
            }
            self.heap[hole] = self.heap[parent];
            hole = parent;
        }
        self.heap[hole] = event;
    }

    /// Writes down an `event` of a lane: not earlier than any other event of that lane.
    #[inline]
    pub fn push_lane(&mut self, lane: u8, event: Event) {
        let lane = usize::from(lane);
        if self.heads[lane] == Event::NEVER {
            self.heads[lane] = event;
            return;
        }
        let queue = &mut self.lanes[lane];
        queue.push_back(event);
        // Events of one instant may come in any order, and leave in theirs.
        let mut place = queue.len() - 1;
        while place > 0 && queue[place - 1] > event {
            queue.swap(place - 1, place);
            place -= 1;
        }
        if place == 0 && self.heads[lane] > event {
            std::mem::swap(&mut self.heads[lane], &mut queue[0]);
        }
    }

    /// The next event, unless it is later than `until`.
    #[inline]
    pub fn pop(&mut self, until: Time) -> Option<Event> {
        let mut first = self.heap.first().copied().unwrap_or(Event::NEVER);
        let mut lane = usize::MAX;
        for (index, head) in self.heads.iter().enumerate() {
            if *head < first {
                (first, lane) = (*head, index);
            }
        }
        if first.time() > until || first == Event::NEVER {
            return None;
        }
        if lane == usize::MAX {
            self.pop_heap();
        } else {
            self.heads[lane] = self.lanes[lane].pop_front().unwrap_or(Event::NEVER);
        }
        Some(first)
    }

    #[inline]
    fn pop_heap(&mut self) {
        let Some(last) = self.heap.pop() else { return };
        let heap = &mut self.heap[..];
        if heap.is_empty() {
            return;
        }
        let mut hole = 0;
        loop {
            let children = 4 * hole + 1;
            let (best, place) =
                if let Some(&[a, b, c, d]) = heap.get(children..children + 4).and_then(as_four) {
                    let (low, low_place) = if b < a { (b, children + 1) } else { (a, children) };
                    let (high, high_place) = if d < c { (d, children + 3) } else { (c, children + 2) };
                    if high < low { (high, high_place) } else { (low, low_place) }
                } else {
                    match heap.iter().enumerate().skip(children).min_by_key(|(_, event)| **event) {
                        Some((place, event)) => (*event, place),
                        None => break,
                    }
                };
            if best >= last {
                break;
            }
            heap[hole] = best;
            hole = place;
        }
        heap[hole] = last;
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
