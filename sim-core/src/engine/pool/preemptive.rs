//! Service that a better visit interrupts; the interrupted work goes on later where it stopped.

use std::collections::VecDeque;

use crate::time::Time;

use super::super::visit::VisitId;

/// Who is served and who waits, with the work they still need in nanoseconds.
#[derive(Clone, Debug)]
pub struct Preemptive {
    servers: u32,
    /// Visits in service with their level and when they will be done; the one to interrupt first is the first.
    running: Vec<Running>,
    /// Visits waiting by level, the highest level first.
    waiting: Vec<VecDeque<(VisitId, u64)>>,
    last_in_first: bool,
}

/// A visit in service.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Running {
    /// The visit.
    pub id: VisitId,
    /// Its level of priority.
    pub level: u8,
    /// When it will be done if nobody interrupts it.
    pub until: Time,
}

/// What follows from an arrival.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Start {
    /// It is served.
    Served,
    /// It is served, and this one waits instead.
    Interrupts(VisitId),
    /// It waits.
    Waits,
}

impl Preemptive {
    /// The latest arrival first.
    pub fn lifo(servers: u32) -> Preemptive {
        Preemptive { servers, running: Vec::new(), waiting: vec![VecDeque::new()], last_in_first: true }
    }

    /// The highest of `levels` first; first come, first served within a level.
    pub fn priority(servers: u32, levels: u8) -> Preemptive {
        let waiting = vec![VecDeque::new(); usize::from(levels.max(1))];
        Preemptive { servers, running: Vec::new(), waiting, last_in_first: false }
    }

    /// How many are served.
    pub fn busy(&self) -> u32 {
        self.running.len() as u32
    }

    /// Lets `id` in, with `demand` nanoseconds of work.
    pub fn arrive(&mut self, id: VisitId, level: u8, demand: u64, now: Time) -> Start {
        let newcomer = Running { id, level, until: Time(now.0 + demand) };
        if self.running.len() < self.servers as usize {
            self.serve(newcomer);
            return Start::Served;
        }
        let victim = self.running[0];
        if !self.last_in_first && level <= victim.level {
            let line = self.line_of(level);
            self.waiting[line].push_back((id, demand));
            return Start::Waits;
        }
        self.running.remove(0);
        let line = self.line_of(victim.level);
        self.waiting[line].push_front((victim.id, victim.until.0 - now.0));
        self.serve(newcomer);
        Start::Interrupts(victim.id)
    }

    /// Ends the service of `id`; the next one in line is served and returned with the work it still needs.
    pub fn leave(
        &mut self,
        id: VisitId,
        level_of: impl Fn(VisitId) -> u8,
        now: Time,
    ) -> Option<(VisitId, u64)> {
        self.running.retain(|running| running.id != id);
        if self.running.len() >= self.servers as usize {
            return None;
        }
        let (next, left) = self.waiting.iter_mut().find_map(VecDeque::pop_front)?;
        self.serve(Running { id: next, level: level_of(next), until: Time(now.0 + left) });
        Some((next, left))
    }

    /// Takes a waiting visit out, if it waits here, and returns the work it still needed.
    pub fn withdraw(&mut self, id: VisitId) -> Option<u64> {
        for line in &mut self.waiting {
            if let Some(place) = line.iter().position(|(waiting, _)| *waiting == id) {
                return line.remove(place).map(|(_, left)| left);
            }
        }
        None
    }

    /// Notes that the service of `id` ends at another time: its instance has become slower, faster or stands still.
    pub fn reschedule(&mut self, id: VisitId, until: Time) {
        for running in &mut self.running {
            if running.id == id {
                running.until = until;
            }
        }
    }

    /// Multiplies the work that waiting visits still need, where `of` picks them.
    pub fn stretch(&mut self, of: impl Fn(VisitId) -> bool, factor: f64) {
        for (id, left) in self.waiting.iter_mut().flatten() {
            if of(*id) {
                *left = (*left as f64 * factor + 0.5) as u64;
            }
        }
    }

    /// Keeps the one to interrupt first in front: the earliest of a stack, the lowest and latest of priorities.
    fn serve(&mut self, newcomer: Running) {
        let place = if self.last_in_first {
            self.running.len()
        } else {
            self.running
                .iter()
                .position(|running| running.level >= newcomer.level)
                .unwrap_or(self.running.len())
        };
        self.running.insert(place, newcomer);
    }

    fn line_of(&self, level: u8) -> usize {
        self.waiting.len() - 1 - usize::from(level).min(self.waiting.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_interrupts_and_the_interrupted_resumes() {
        let mut pool = Preemptive::lifo(1);
        assert_eq!(pool.arrive(VisitId(1), 0, 100, Time(0)), Start::Served);
        assert_eq!(pool.arrive(VisitId(2), 0, 30, Time(10)), Start::Interrupts(VisitId(1)));
        assert_eq!(pool.leave(VisitId(2), |_| 0, Time(40)), Some((VisitId(1), 90)));
        assert_eq!(pool.leave(VisitId(1), |_| 0, Time(130)), None);
    }

    #[test]
    fn a_higher_level_interrupts_a_lower_one_only() {
        let mut pool = Preemptive::priority(1, 2);
        assert_eq!(pool.arrive(VisitId(1), 0, 100, Time(0)), Start::Served);
        assert_eq!(pool.arrive(VisitId(2), 0, 5, Time(1)), Start::Waits);
        assert_eq!(pool.arrive(VisitId(3), 1, 10, Time(20)), Start::Interrupts(VisitId(1)));
        assert_eq!(pool.arrive(VisitId(4), 1, 10, Time(21)), Start::Waits);
        let level = |id: VisitId| u8::from(id.0 >= 3);
        assert_eq!(pool.leave(VisitId(3), level, Time(30)), Some((VisitId(4), 10)));
        assert_eq!(
            pool.leave(VisitId(4), level, Time(40)),
            Some((VisitId(1), 80)),
            "ahead of those who came later"
        );
        assert_eq!(pool.leave(VisitId(1), level, Time(120)), Some((VisitId(2), 5)));
    }

    #[test]
    fn a_waiting_visit_can_leave() {
        let mut pool = Preemptive::lifo(1);
        pool.arrive(VisitId(1), 0, 100, Time(0));
        pool.arrive(VisitId(2), 0, 100, Time(0));
        assert_eq!(pool.withdraw(VisitId(1)), Some(100));
        assert_eq!(pool.leave(VisitId(2), |_| 0, Time(100)), None);
    }
}
