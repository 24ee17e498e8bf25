//! Chains of events in one slab: nothing is copied when an event changes place, and nothing allocated once the slab has
//! grown to the most events there have been at a time.

use super::Event;

/// A place in the slab; [`NONE`] where a chain ends.
pub(super) type Link = u32;

/// No node. It is beyond every slab, so that looking it up finds nothing.
pub(super) const NONE: Link = Link::MAX;

/// How far an event is carried along a chain to its place. Who has farther to go goes to the crowd.
const MOST_STEPS: u32 = 32;

#[derive(Clone, Copy, PartialEq, Debug)]
struct Node {
    event: Event,
    /// The next node of the chain; in the crowd, the next of the same parent.
    next: Link,
    /// In the crowd: the first of those below it.
    below: Link,
}

/// All nodes, and the chain of those that are free.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Slab {
    nodes: Vec<Node>,
    free: Link,
    /// How many are not free.
    taken: u32,
}

impl Slab {
    pub(super) const EMPTY: Slab = Slab { nodes: Vec::new(), free: NONE, taken: 0 };

    /// The most events there have been at a time.
    pub(super) fn most(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are no events.
    #[inline(always)]
    pub(super) fn is_empty(&self) -> bool {
        self.taken == 0
    }

    /// A node that holds `event`, before `next`.
    #[inline(always)]
    pub(super) fn add(&mut self, event: Event, next: Link) -> Link {
        self.taken += 1;
        loop {
            let link = self.free;
            if let Some(node) = self.nodes.get_mut(link as usize) {
                self.free = node.next;
                node.event = event;
                node.next = next;
                return link;
            }
            self.grow();
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        self.free = self.nodes.len() as Link;
        self.nodes.push(Node { event: Event::NEVER, next: NONE, below: NONE });
    }

    /// The event at the head of a chain.
    #[inline(always)]
    pub(super) fn event(&self, link: Link) -> Option<Event> {
        self.nodes.get(link as usize).map(|node| node.event)
    }

    #[inline(always)]
    pub(super) fn next(&self, link: Link) -> Link {
        self.nodes[link as usize].next
    }

    #[inline(always)]
    pub(super) fn set_next(&mut self, link: Link, next: Link) {
        self.nodes[link as usize].next = next;
    }

    /// Takes the head off `chain`.
    #[inline(always)]
    pub(super) fn take(&mut self, chain: &mut Link) -> Option<Event> {
        let link = *chain;
        let node = self.nodes.get_mut(link as usize)?;
        *chain = node.next;
        node.next = self.free;
        self.free = link;
        self.taken -= 1;
        Some(node.event)
    }
}

/// The events that are due first, in their order, and how much work it was to order them.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Due {
    /// In order.
    pub(super) chain: Link,
    /// A heap of events that are none before any of the chain.
    crowd: Link,
    /// Steps along the chain past events of other times.
    pub(super) steps: u64,
}

impl Due {
    pub(super) const NOTHING: Due = Due { chain: NONE, crowd: NONE, steps: 0 };

    /// Puts a chain of events in order, once nothing is due.
    #[inline(always)]
    pub(super) fn sort(&mut self, slab: &mut Slab, chain: Link) {
        self.chain = chain;
        let Some(&Node { event: first, next: second, .. }) = slab.nodes.get(chain as usize) else { return };
        let Some(node) = slab.nodes.get_mut(second as usize) else { return };
        let mut rest = node.next;
        if node.event < first {
            self.chain = second;
            node.next = chain;
            slab.nodes[chain as usize].next = NONE;
        } else {
            node.next = NONE;
        }
        while let Some(&Node { event, next, .. }) = slab.nodes.get(rest as usize) {
            self.insert(slab, rest, event);
            rest = next;
        }
    }

    /// Puts the node `link` in its place.
    #[inline(always)]
    pub(super) fn insert(&mut self, slab: &mut Slab, link: Link, event: Event) {
        match slab.event(self.chain) {
            Some(first) if event < first => {
                slab.nodes[link as usize].next = self.chain;
                self.chain = link;
            }
            _ => self.insert_behind(slab, link, event),
        }
    }

    #[inline(always)]
    fn insert_behind(&mut self, slab: &mut Slab, link: Link, event: Event) {
        let mut before = NONE;
        let mut at = self.chain;
        let mut left = MOST_STEPS;
        while let Some(node) = slab.nodes.get(at as usize)
            && node.event < event
        {
            if left == 0 {
                return self.insert_in_crowd(slab, link, before);
            }
            left -= 1;
            self.steps += u64::from(node.event.time != event.time);
            (before, at) = (at, node.next);
        }
        if at == NONE && self.crowd != NONE {
            return self.insert_in_crowd(slab, link, before);
        }
        slab.nodes[link as usize].next = at;
        match slab.nodes.get_mut(before as usize) {
            Some(node) => node.next = link,
            None => self.chain = link,
        }
    }

    /// Puts `link` and all that follow `last` into the crowd.
    #[cold]
    #[inline(never)]
    fn insert_in_crowd(&mut self, slab: &mut Slab, link: Link, last: Link) {
        let mut rest = match slab.nodes.get_mut(last as usize) {
            Some(node) => std::mem::replace(&mut node.next, NONE),
            None => std::mem::replace(&mut self.chain, NONE),
        };
        slab.nodes[link as usize].next = rest;
        rest = link;
        while let Some(node) = slab.nodes.get_mut(rest as usize) {
            let next = node.next;
            (node.next, node.below) = (NONE, NONE);
            self.crowd = join(slab, self.crowd, rest);
            rest = next;
        }
    }

    /// Fetches the first of the crowd once the chain has ended. Says if there were any.
    #[inline(always)]
    pub(super) fn refill(&mut self, slab: &mut Slab) -> bool {
        self.crowd != NONE && self.refill_from_crowd(slab)
    }

    #[cold]
    #[inline(never)]
    fn refill_from_crowd(&mut self, slab: &mut Slab) -> bool {
        let mut last = NONE;
        for _ in 0..MOST_STEPS / 2 {
            let first = self.crowd;
            let Some(node) = slab.nodes.get_mut(first as usize) else { break };
            let below = std::mem::replace(&mut node.below, NONE);
            self.crowd = join_all(slab, below);
            match slab.nodes.get_mut(last as usize) {
                Some(node) => node.next = first,
                None => self.chain = first,
            }
            slab.nodes[first as usize].next = NONE;
            last = first;
        }
        true
    }
}

/// Joins two heaps; the sooner of their roots is the root of both (a pairing heap: Fredman, Sedgewick, Sleator and
/// Tarjan, 1986).
fn join(slab: &mut Slab, one: Link, other: Link) -> Link {
    let (Some(first), Some(second)) = (slab.event(one), slab.event(other)) else {
        return one.min(other);
    };
    let (root, under) = if second < first { (other, one) } else { (one, other) };
    let below = std::mem::replace(&mut slab.nodes[root as usize].below, under);
    slab.nodes[under as usize].next = below;
    slab.nodes[root as usize].next = NONE;
    root
}

/// Joins a chain of heaps: in pairs from the front, and the pairs from the back.
fn join_all(slab: &mut Slab, mut heaps: Link) -> Link {
    let mut pairs = NONE;
    while let Some(&Node { next: second, .. }) = slab.nodes.get(heaps as usize) {
        let rest = slab.nodes.get(second as usize).map_or(NONE, |node| node.next);
        let pair = join(slab, heaps, second);
        slab.nodes[pair as usize].next = pairs;
        pairs = pair;
        heaps = rest;
    }
    let mut root = NONE;
    while let Some(&Node { next, .. }) = slab.nodes.get(pairs as usize) {
        root = join(slab, root, pairs);
        pairs = next;
    }
    root
}
