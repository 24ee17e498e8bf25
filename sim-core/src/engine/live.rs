//! What the engine tells whoever watches the run while it goes on; and how a run goes on under another scenario.
//!
//! ## Invariant: watching changes nothing
//! Everybody goes by the clock then, which gives the same bits. A run that was taken back to a checkpoint and goes on under a
//! scenario that agrees with the old one until there ends as a run of that scenario from its start: `tests/live.rs`.

use std::sync::Arc;

use crate::model::{Call, Controller, InstanceId, Model, NodeId, Target};
use crate::observe::live::Live;
use crate::time::Time;

use super::control::ControllerState;
use super::state::State;
use super::visit::{Outcome, Visit, VisitId, hold};
use super::{Engine, Stop};

/// A run at an instant, to come back to.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    state: State,
    stop: Option<Stop>,
    /// What controlled the run until then.
    controllers: Arc<Model>,
}

impl Checkpoint {
    /// When it was made.
    pub fn at(&self) -> Time {
        self.state.now
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.state.size()
    }

    /// Whether a run of `model` may go on from here.
    pub fn fits(&self, model: &Model) -> bool {
        begins_with(model, &self.controllers, self.state.controllers.len())
    }
}

/// Whether the first controllers of `model` are those of `before`, of which there were so many.
fn begins_with(model: &Model, before: &Model, count: usize) -> bool {
    let so_far = before.controllers.iter().take(count);
    so_far.len() <= model.controllers.len()
        && so_far.zip(model.controllers.iter()).all(|(old, new)| is_same(old, new))
}

/// Whether two controllers do the same, whatever the number of the variant that they bring.
pub(crate) fn is_same(one: &Controller, other: &Controller) -> bool {
    match (one, other) {
        (Controller::Change { at, .. }, Controller::Change { at: there, .. }) => at == there,
        _ => one == other,
    }
}

impl Engine {
    /// A run that is watched while it goes on, along these arrows between nodes. It may go on under other variants later, so
    /// nothing is taken to be constant.
    pub fn live(variants: Vec<Arc<Model>>, seed: u64, arrows: &[(NodeId, NodeId)]) -> Engine {
        let model = Arc::clone(variants.first().expect("a run has a model"));
        let mut state = State::new(&model, seed, false);
        state.ahead.is_watched = true;
        state.tally.live = Some(Box::new(Live::new(&model, arrows)));
        state.start(&model);
        Engine { variants, state, seed, stop: None }
    }

    /// The counts of who watches, to take what is of late.
    pub fn live_counts(&mut self) -> Option<&mut Live> {
        self.state.tally.live.as_deref_mut()
    }

    /// The run as it stands, to come back to.
    pub fn checkpoint(&self) -> Checkpoint {
        let controllers = Arc::clone(&self.variants[0]);
        Checkpoint { state: self.state.clone(), stop: self.stop, controllers }
    }

    /// Whether the run may go on from here as one of `model`.
    pub fn fits(&self, model: &Model) -> bool {
        begins_with(model, &self.variants[0], self.state.controllers.len())
    }

    /// Goes back to a checkpoint and on from there under `variants`, which agree until then with what has been in force and
    /// whose controllers it [fits](Checkpoint::fits).
    pub fn resume(&mut self, checkpoint: &Checkpoint, variants: Vec<Arc<Model>>) {
        self.state = checkpoint.state.clone();
        self.stop = checkpoint.stop;
        self.adopt_variants(variants);
    }

    /// Goes on from here under `variants`, as [`Engine::resume`] does.
    pub fn adopt_variants(&mut self, variants: Vec<Arc<Model>>) {
        let model = Arc::clone(&variants[self.state.variant as usize]);
        self.variants = variants;
        for id in model.controllers.ids().skip(self.state.controllers.len()) {
            self.state.controllers.push(ControllerState::new(&model.controllers[id]));
            self.state.start_controller(&model, id);
        }
    }
}

impl State {
    /// Whether somebody watches.
    #[inline(always)]
    pub(crate) fn is_live(&self) -> bool {
        self.ahead.is_watched && self.tally.live.is_some()
    }

    /// About how many bytes it takes.
    fn size(&self) -> usize {
        let histograms: usize = self.tally.nodes.iter().map(|node| node.bytes()).sum();
        let latencies: usize = self.tally.clients.iter().flatten().map(|class| class.latency.bytes()).sum();
        let stores: usize = self.caches.iter().map(|cache| cache.store.bytes()).sum();
        let live = self.tally.live.as_ref().map_or(0, |live| (live.nodes.len() + live.clients.len()) * 4096);
        let visits = self.visits.in_flight() as usize * (size_of::<Visit>() + 32);
        histograms + latencies + stores + live + visits + self.instances.len() * 256 + 4096
    }

    fn node_of(&self, model: &Model, id: VisitId) -> NodeId {
        model.instances[self.visits[id].place].node
    }

    /// A visit of `caller` sets out for `place`.
    #[cold]
    pub(crate) fn see_sent(&mut self, model: &Model, caller: VisitId, place: InstanceId) {
        let from = self.node_of(model, caller);
        let is_retry = self.visits[caller].attempt > 1;
        let Some(live) = &mut self.tally.live else { return };
        if let Some(arrow) = live.arrow(from, model.instances[place].node) {
            arrow.sent += 1;
            arrow.retries += u64::from(is_retry);
        }
        if is_retry && let Some(source) = model.nodes[from].source {
            live.clients[source].retries += 1;
        }
    }

    /// `id` looks something up at a gate of `node`.
    #[cold]
    pub(crate) fn see_lookup(&mut self, model: &Model, id: VisitId, node: NodeId, is_hit: bool) {
        let from = self.node_of(model, id);
        let Some(live) = &mut self.tally.live else { return };
        live.nodes[node].lookups += 1;
        live.nodes[node].hits += u64::from(is_hit);
        if let Some(arrow) = live.arrow(from, node) {
            arrow.sent += 1;
        }
    }

    /// The answer of `id` is with whoever waits for it.
    #[cold]
    pub(crate) fn see_answer(&mut self, model: &Model, id: VisitId) {
        let visit = &self.visits[id];
        if visit.outcome == Outcome::Completed || visit.holds & hold::BRANCH != 0 {
            return;
        }
        let (to, from) = (self.node_of(model, id), self.node_of(model, visit.parent));
        if let Some(arrow) = self.tally.live.as_mut().and_then(|live| live.arrow(from, to)) {
            arrow.failed += 1;
        }
    }

    /// `id` gives up a call, or cannot make it, for which it would have sent `below`.
    #[cold]
    pub(crate) fn see_lost_call(&mut self, model: &Model, id: VisitId, call: &Call, below: VisitId) {
        let from = self.node_of(model, id);
        let to = match &call.target {
            Target::Node(node, _) => *node,
            Target::Name(..) | Target::Upstream(_) if below.is_some() => self.node_of(model, below),
            Target::Name(..) | Target::Upstream(_) => return,
        };
        if let Some(arrow) = self.tally.live.as_mut().and_then(|live| live.arrow(from, to)) {
            arrow.failed += 1;
        }
    }

    /// A visit to `node` took this long.
    #[cold]
    pub(crate) fn see_stay(&mut self, node: NodeId, nanoseconds: u64) {
        if let Some(live) = &mut self.tally.live {
            live.nodes[node].latency.record(nanoseconds);
        }
    }

    /// A visit to `node` failed.
    #[cold]
    pub(crate) fn see_failure(&mut self, node: NodeId) {
        if let Some(live) = &mut self.tally.live {
            live.nodes[node].failed += 1;
        }
    }

    /// The request with this root has ended.
    #[cold]
    pub(crate) fn see_end(&mut self, root: VisitId, outcome: Outcome) {
        let source = self.source_of(root);
        let latency = self.now - self.visits[root].entered;
        let Some(live) = &mut self.tally.live else { return };
        let client = &mut live.clients[source];
        if outcome == Outcome::Completed {
            client.completed += 1;
            client.latency.record(latency.0);
        } else {
            client.failed += 1;
        }
    }
}
