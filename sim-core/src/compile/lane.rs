//! Lanes: constant delays come in order, so their events need no heap.

use std::collections::BTreeMap;

use crate::model::load::Load;
use crate::model::step::Step;
use crate::model::{Controller, Delay, Model, Target};
use crate::time::Duration;

/// How many lanes there are at most: the head of each is looked at for every event.
const MOST_LANES: usize = 16;
/// How many of them are for the arrivals of sources.
const MOST_SOURCE_LANES: usize = 8;

/// Gives lanes to the sources and to the constant delays that are written most often.
pub(super) fn assign(model: &mut Model) {
    let mut sources = 0;
    for source in model.sources.iter_mut() {
        source.lane = match source.load {
            // Users ask when they have thought, which is a delay like others.
            Load::Closed { .. } => None,
            Load::Open { .. } | Load::Bursty { .. } | Load::Replay { .. } if sources < MOST_SOURCE_LANES => {
                sources += 1;
                u8::try_from(sources - 1).ok()
            }
            Load::Open { .. } | Load::Bursty { .. } | Load::Replay { .. } => None,
        };
    }
    let mut uses: BTreeMap<Duration, u32> = BTreeMap::new();
    each_delay(model, |delay| {
        if let Delay::Constant { span, .. } = delay {
            *uses.entry(*span).or_insert(0) += 1;
        }
    });
    let mut spans: Vec<(Duration, u32)> = uses.into_iter().collect();
    spans.sort_by_key(|(span, uses)| (std::cmp::Reverse(*uses), *span));
    spans.truncate(MOST_LANES - sources);
    model.lanes = vec![Duration::ZERO; sources];
    model.lanes.extend(spans.iter().map(|(span, _)| *span));
    set(model, sources);
}

/// Gives `model` the lanes of `start`, whose run it takes over: a lane keeps its length while there are events in it.
pub(super) fn assign_as(model: &mut Model, start: &Model) {
    for (source, before) in model.sources.iter_mut().zip(start.sources.iter()) {
        source.lane = before.lane;
    }
    model.lanes.clone_from(&start.lanes);
    set(model, start.sources.iter().filter(|source| source.lane.is_some()).count());
}

/// Tells every constant delay its lane; the first ones are for sources.
fn set(model: &mut Model, sources: usize) {
    let spans: Vec<Duration> = model.lanes[sources..].to_vec();
    let lanes: BTreeMap<Duration, u8> = spans
        .iter()
        .zip(sources..)
        .filter_map(|(span, lane)| Some((*span, u8::try_from(lane).ok()?)))
        .collect();
    each_delay(model, |delay| {
        if let Delay::Constant { span, lane } = delay {
            *lane = lanes.get(span).copied();
        }
    });
}

/// Visits every delay of a model once; of instances that are alike, that of one.
fn each_delay(model: &mut Model, mut visit: impl FnMut(&mut Delay)) {
    for step in &mut model.steps {
        if let Step::Wait { span, .. } = step {
            visit(span);
        }
    }
    for call in model.calls.iter_mut() {
        if let Some(timeout) = &mut call.timeout {
            visit(timeout);
        }
        match &mut call.target {
            Target::Node(_, link) => visit(&mut link.latency),
            Target::Name(_, records) => records.iter_mut().for_each(|(_, link)| visit(&mut link.latency)),
            Target::Upstream(_) => {}
        }
    }
    for balancer in model.balancers.iter_mut() {
        balancer.upstreams.iter_mut().for_each(|(_, link)| visit(&mut link.latency));
    }
    for pool in model.pools.iter_mut() {
        if let Some(patience) = &mut pool.patience {
            visit(&mut patience.span);
        }
    }
    for source in model.sources.iter_mut() {
        if let Load::Closed { think, .. } = &mut source.load {
            visit(think);
        }
    }
    for name in model.names.iter_mut() {
        visit(&mut name.lookup);
    }
    for controller in model.controllers.iter_mut() {
        if let Controller::Hpa { boot, .. } = controller {
            visit(boot);
        }
    }
}
