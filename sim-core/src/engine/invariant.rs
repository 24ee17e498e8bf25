//! Self-checks: laws that hold exactly at every instant, in whole nanoseconds and without a tolerance.
//!
//! A run that breaks one is a failed run: its numbers are wrong whatever they look like.

use std::fmt;

use crate::arena::Arena;
use crate::model::{Discipline, InstanceId, Model, PoolId};
use crate::time::Time;

use super::pool::Service;
use super::state::State;
use super::visit::{Phase, Visit};
use super::work::keeps_a_server;

/// A law that does not hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// Which law.
    pub law: &'static str,
    /// Where.
    pub place: String,
    /// One side.
    pub left: i128,
    /// The other side.
    pub right: i128,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Violation { law, place, left, right } = self;
        write!(f, "{law} does not hold at {place}: {left} against {right}")
    }
}

/// Checks all laws.
pub fn check(model: &Model, state: &State) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut expect = |law: &'static str, place: &dyn Fn() -> String, left: i128, right: i128| {
        if left != right {
            violations.push(Violation { law, place: place(), left, right });
        }
    };
    let ledger = state.tally.ledger;
    let system = || "the whole system".to_owned();
    let now = state.now;
    let in_flight = requests_in_flight(state);
    let ended = ledger.completed + ledger.failed;
    expect("conservation of requests", &system, i128::from(ledger.offered), i128::from(ended) + in_flight);
    let present = Present::count(model, state);
    for (id, instance) in state.instances.enumerate() {
        let place = || model.instance_name(id);
        let tally = &present.instances[id];
        expect("the count of visits", &place, i128::from(instance.present.count()), i128::from(tally.visits));
        let presence = instance.present.integral(now);
        expect("Little's law", &place, presence as i128, instance.stays as i128 + tally.stays);
    }
    for (id, pool) in state.pools.enumerate() {
        let place = || pool_name(model, id);
        let tally = &present.pools[id];
        let account = pool.account;
        expect("the count of a line", &place, i128::from(account.waiting.count()), i128::from(tally.waiting));
        expect(
            "Little's law in line",
            &place,
            account.waiting.integral(now) as i128,
            account.line_stays as i128 + tally.line_stays,
        );
        match &pool.service {
            Service::Sharing(sharing) => {
                let mut sharing = sharing.clone();
                let granted = account.granted - sharing.remaining(now);
                let balanced = i128::from(sharing.is_balanced(granted));
                expect("the utilization law", &place, balanced, 1);
            }
            Service::Exclusive | Service::Foreseen(_) | Service::Preemptive(_) => {
                let granted = account.granted - tally.ahead;
                expect("the utilization law", &place, account.busy.integral(now) as i128, granted);
            }
        }
    }
    violations
}

/// What the visits in flight say about instances and pools.
struct Present {
    instances: Arena<InstanceId, Here>,
    pools: Arena<PoolId, Line>,
}

#[derive(Clone, Default)]
struct Here {
    visits: u32,
    stays: i128,
}

#[derive(Clone, Default)]
struct Line {
    waiting: u32,
    line_stays: i128,
    /// Work granted that is still to come, less what is kept and has not been counted.
    ahead: i128,
}

impl Present {
    fn count(model: &Model, state: &State) -> Present {
        let mut present = Present {
            instances: model.instances.map(|_| Here::default()),
            pools: model.pools.map(|_| Line::default()),
        };
        for (_, visit) in state.visits.iter() {
            if is_at_its_node(visit) {
                let here = &mut present.instances[visit.place];
                here.visits += 1;
                here.stays += i128::from(state.now.0) - i128::from(visit.entered.0);
            }
            present.count_pools(model, state, visit);
        }
        present
    }

    fn count_pools(&mut self, model: &Model, state: &State, visit: &Visit) {
        use crate::model::step::Step;
        let pools = model.instances[visit.place].pools;
        if keeps_a_server(visit.holds) {
            for (slot, pool) in pools.iter().enumerate() {
                if visit.holds & (1 << slot) != 0 {
                    self.pools[*pool].ahead -= i128::from(state.now.0);
                }
            }
        }
        let (Step::Work { pool, .. } | Step::Take { pool }) = model.steps[usize::from(visit.step)] else {
            return;
        };
        let pool = pools[usize::from(pool)];
        let line = &mut self.pools[pool];
        match visit.phase {
            Phase::InLine => {
                line.waiting += 1;
                line.line_stays += i128::from(state.now.0 - visit.since);
            }
            Phase::Working if visit.wake != Time::NEVER => {
                line.ahead += i128::from(visit.wake.0) - i128::from(state.now.0)
            }
            _ => {}
        }
    }
}

/// Whether the visit counts as present at its instance.
fn is_at_its_node(visit: &Visit) -> bool {
    use super::visit::hold;
    let is_here = match visit.phase {
        Phase::Running
        | Phase::Due
        | Phase::InLine
        | Phase::Working
        | Phase::Waiting
        | Phase::Asking
        | Phase::Calling
        | Phase::BackingOff
        | Phase::Parked => true,
        Phase::Free
        | Phase::Travelling
        | Phase::Returning
        | Phase::Unsent
        | Phase::Unheard
        | Phase::Joining
        | Phase::Thinking
        | Phase::Over => false,
    };
    is_here && visit.holds & hold::BRANCH == 0
}

fn requests_in_flight(state: &State) -> i128 {
    state.visits.iter().filter(|(_, visit)| visit.depth == 0 && is_at_its_node(visit)).count() as i128
}

fn pool_name(model: &Model, pool: PoolId) -> String {
    let owner = model.instances.enumerate().find_map(|(id, instance)| {
        let slot = instance.pools.iter().position(|candidate| *candidate == pool)?;
        let word = model.nodes[instance.node].pool_word(slot).unwrap_or("pool");
        Some(format!("the {word} of {}", model.instance_name(id)))
    });
    let kind = match model.pools[pool].discipline {
        Discipline::Sharing { .. } => "shared",
        _ => "exclusive",
    };
    owner.unwrap_or_else(|| format!("a {kind} pool"))
}
