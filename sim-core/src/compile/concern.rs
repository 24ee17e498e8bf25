//! Whom each step concerns: what a visit may do ahead of the clock.

use crate::model::step::{Concern, Step};
use crate::model::{Model, Target};

/// By step of `model`: whom it concerns.
pub(super) fn of(model: &Model) -> Vec<Concern> {
    // What goes over a wire is in the way of others.
    let has_wires = !model.wires.is_empty();
    let of_step = |step: &Step| match *step {
        Step::Wait { .. } | Step::Choose { .. } | Step::Jump(_) => Concern::Itself,
        Step::Lookup { cache, .. } | Step::Fill { cache } if model.caches[cache].hit_ratio.is_some() => {
            Concern::Itself
        }
        Step::Reply | Step::Fail if !has_wires => Concern::WhoWaits,
        Step::Call(call) if !has_wires => {
            let call = &model.calls[call];
            let has_budget = call.retry.is_some_and(|retry| model.retries[retry].budget.is_some());
            match call.target {
                Target::Node(node, _) if model.nodes[node].most_instances == 1 && !has_budget => {
                    Concern::ItselfUnlessItFails
                }
                Target::Node(..) | Target::Name(..) | Target::Upstream(_) => Concern::Others,
            }
        }
        Step::Work { .. }
        | Step::Take { .. }
        | Step::Give { .. }
        | Step::Call(_)
        | Step::Fork { .. }
        | Step::FanOut { .. }
        | Step::Transmit { .. }
        | Step::Lookup { .. }
        | Step::Fill { .. }
        | Step::Resolve(_)
        | Step::Lock(_)
        | Step::Unlock(_)
        | Step::Reply
        | Step::Fail => Concern::Others,
    };
    model.steps.iter().map(of_step).collect()
}
