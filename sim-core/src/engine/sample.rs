//! Samples: what observers see at set times, the intervals of the series and the start of measuring.

use crate::model::{Model, NodeId};
use crate::observe::series::NodeRow;

use super::agenda::{Event, Rank};
use super::state::{Baseline, State};
use super::{SAMPLE_SERIES, SAMPLE_START};

impl State {
    /// Does what observers asked for now.
    pub(super) fn sample(&mut self, model: &Model, what: u32) {
        if what == SAMPLE_START {
            return self.start_measuring();
        }
        self.close_interval(model);
        let every = self.tally.series.every;
        let next = self.now.saturating_add(every);
        self.looks.push(Event::new(next, Rank::Sample, SAMPLE_SERIES));
    }

    /// Ends an interval of the series now.
    pub(super) fn close_interval(&mut self, model: &Model) {
        let (now, ledger) = (self.now, self.tally.ledger);
        let nodes = model.nodes.ids().map(|node| self.node_row(model, node)).collect();
        self.tally.series.close(now, ledger, nodes);
    }

    /// How a node stands.
    fn node_row(&self, model: &Model, node: NodeId) -> NodeRow {
        let now = self.now;
        let mut row = NodeRow { ready: self.turns[node].ready.len() as u32, ..NodeRow::default() };
        let mut last = None;
        for id in model.instances_of(node) {
            row.present += self.instances[id].present.count();
            let Some(slot) = model.nodes[node].main_pool else { continue };
            let pool = model.instances[id].pools[usize::from(slot)];
            // The instances of a node have a pool each, or all that of their host, which is always there.
            if last.replace(pool) == Some(pool) {
                row.alive = u128::from(now.0);
            } else {
                row.busy += self.pools[pool].account.busy.integral(now);
                row.alive += u128::from(self.instances[id].alive_until(now));
            }
        }
        row
    }

    /// Nodes are measured from now on.
    pub(super) fn start_measuring(&mut self) {
        let now = self.now;
        for pool in self.pools.iter_mut() {
            pool.account.longest = pool.account.waiting.count();
        }
        self.tally.start_measuring(now);
        self.baseline = Some(Box::new(Baseline {
            at: now,
            pools: self.pools.map(|pool| pool.account),
            instances: self.instances.clone(),
            cache_life: self.caches.map(|cache| cache.store.life_until(now)),
        }));
    }
}
