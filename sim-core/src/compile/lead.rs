//! How far requests come before anybody else is concerned: the lead of the only source.

use crate::model::load::Load;
use crate::model::step::Step;
use crate::model::{BalancerId, Call, Delay, Lead, Link, Model, NodeId, Target};
use crate::time::Duration;

/// The lead of the requests of `model`, if it has one source and each of them goes the same way for as long.
pub(super) fn of(model: &Model) -> Option<Lead> {
    let mut sources = model.sources.iter();
    let (Some(source), None, true) = (sources.next(), sources.next(), model.wires.is_empty()) else {
        return None;
    };
    match source.load {
        Load::Open { batch: 1, .. } | Load::Bursty { .. } | Load::Replay { .. } => {}
        Load::Open { .. } | Load::Closed { .. } => return None,
    }
    let mut lead = Lead { span: Duration::ZERO, tags: Vec::new(), nodes: vec![source.node], choice: None };
    let mut step = source.entry;
    let mut patience = None;
    while let Step::Call(call) = model.steps[usize::from(step)]
        && lead.choice.is_none()
    {
        let call = &model.calls[call];
        // Who tries again comes later than others who came after it.
        if call.retry.is_some() || call.timeout.is_some() && patience.is_some() {
            break;
        }
        let Some((latency, way)) = way(model, call) else { break };
        match call.timeout {
            None => {}
            Some(Delay::Constant(span)) => patience = Some(lead.span + span),
            Some(_) => break,
        }
        lead.span = lead.span + latency;
        match way {
            Way::To(node) => {
                lead.nodes.push(node);
                lead.tags.push(call.tag);
                step = model.nodes[node].entry[usize::from(call.operation)];
            }
            Way::Chosen(balancer) => lead.choice = Some(balancer),
        }
    }
    // Whoever gives up does so by the clock.
    let is_patient = patience.is_none_or(|patience| patience > lead.span);
    (lead.span > Duration::ZERO && is_patient).then_some(lead)
}

/// Where a call goes.
enum Way {
    /// To the only instance of this node.
    To(NodeId),
    /// To whom this balancer chooses, in the order in which requests come.
    Chosen(BalancerId),
}

/// Where a call goes and how long it takes, if both are always the same as far as that matters.
fn way(model: &Model, call: &Call) -> Option<(Duration, Way)> {
    match &call.target {
        Target::Node(node, link) if model.nodes[*node].most_instances == 1 => {
            Some((latency(link)?, Way::To(*node)))
        }
        Target::Upstream(id) => {
            let balancer = &model.balancers[*id];
            let (_, first) = balancer.upstreams.first()?;
            let is_same = |(_, link): &(NodeId, Link)| latency(link) == latency(first);
            let is_in_order = calls_of(model, balancer.node) == 1 && !balancer.policy.counts_in_flight();
            if !is_in_order || !balancer.upstreams.iter().all(is_same) {
                return None;
            }
            Some((latency(first)?, Way::Chosen(*id)))
        }
        Target::Node(..) | Target::Name(..) => None,
    }
}

/// How many call sites call `node`.
fn calls_of(model: &Model, node: NodeId) -> usize {
    let calls = |target: &Target| match target {
        Target::Node(other, _) => *other == node,
        Target::Name(_, others) => others.iter().any(|(other, _)| *other == node),
        Target::Upstream(balancer) => {
            model.balancers[*balancer].upstreams.iter().any(|(other, _)| *other == node)
        }
    };
    model.calls.iter().filter(|call| calls(&call.target)).count()
}

fn latency(link: &Link) -> Option<Duration> {
    match link.latency {
        Delay::None => Some(Duration::ZERO),
        Delay::Constant(span) => Some(span),
        Delay::Drawn(_) => None,
    }
}
