//! Until when the runs of two scenarios go the same way: so long nothing has to be done again when one becomes the other.

use std::sync::Arc;

use crate::engine::live::is_same;
use crate::model::{Controller, Model};
use crate::sorted::Map;
use crate::time::Time;

/// The instant from which on runs of `old` and `new`, each a scenario's models over time, may differ: `Time::ZERO` if from
/// the start, `Time::NEVER` if not at all.
pub(super) fn agreement(old: &[Arc<Model>], new: &[Arc<Model>]) -> Time {
    let (one, other) = (&old[0], &new[0]);
    controllers_part(one, other).min(models_part(old, new))
}

/// The first instant at which a controller does something that the other scenario does not have, or has in another place
/// among those that act at the same time.
fn controllers_part(one: &Model, other: &Model) -> Time {
    let mut unmatched: Vec<&Controller> = other.controllers.iter().collect();
    let mut part = Time::NEVER;
    for controller in one.controllers.iter() {
        match unmatched.iter().position(|candidate| is_same(candidate, controller)) {
            Some(place) => {
                // Controllers are known by their number: one that comes earlier in the list than it did is another one.
                if place > 0 {
                    part = part.min(first_act(controller));
                }
                unmatched.remove(place);
            }
            None => part = part.min(first_act(controller)),
        }
    }
    unmatched.into_iter().map(first_act).fold(part, Time::min)
}

/// When a controller first does something.
fn first_act(controller: &Controller) -> Time {
    match controller {
        Controller::Hpa { .. } | Controller::Recurring { .. } => Time::ZERO,
        Controller::Scheduled { at, .. } | Controller::Change { at, .. } => *at,
    }
}

/// The first instant at which different models are in force.
fn models_part(old: &[Arc<Model>], new: &[Arc<Model>]) -> Time {
    let (old_changes, new_changes) = (changes(&old[0]), changes(&new[0]));
    let mut instants: Vec<Time> = old_changes.keys().chain(new_changes.keys()).copied().collect();
    instants.sort_unstable();
    instants.dedup();
    std::iter::once(Time::ZERO)
        .chain(instants)
        .find(|at| {
            let (one, other) = (last_until(&old_changes, *at), last_until(&new_changes, *at));
            !is_alike(&old[one], &new[other])
        })
        .unwrap_or(Time::NEVER)
}

/// Whether runs of two models go the same way while nothing controls them.
fn is_alike(one: &Model, other: &Model) -> bool {
    let Model {
        name: _,
        run,
        nodes,
        instances,
        pools,
        steps,
        concerns: _,
        stretches,
        samplers,
        sources,
        lead: _,
        calls,
        retries,
        balancers,
        caches,
        names,
        locks,
        links,
        ends,
        wires,
        controllers: _,
        choices,
    } = one;
    *run == other.run
        && *nodes == other.nodes
        && *instances == other.instances
        && *pools == other.pools
        && *steps == other.steps
        && *stretches == other.stretches
        && *samplers == other.samplers
        && *sources == other.sources
        && *calls == other.calls
        && *retries == other.retries
        && *balancers == other.balancers
        && *caches == other.caches
        && *names == other.names
        && *locks == other.locks
        && *links == other.links
        && *ends == other.ends
        && *wires == other.wires
        && *choices == other.choices
}

/// The position of the model in force at an instant, of a scenario that starts as `model`.
pub(super) fn in_force(model: &Model, at: Time) -> usize {
    last_until(&changes(model), at)
}

fn last_until(changes: &Map<Time, usize>, at: Time) -> usize {
    changes.last_until(&at).map_or(0, |(_, variant)| *variant)
}

/// Which variant comes into force when.
fn changes(model: &Model) -> Map<Time, usize> {
    let change = |controller: &Controller| match controller {
        Controller::Change { at, variant } => Some((*at, *variant as usize)),
        Controller::Hpa { .. } | Controller::Scheduled { .. } | Controller::Recurring { .. } => None,
    };
    // Of several at one instant the last counts.
    model.controllers.iter().filter_map(change).collect()
}
