//! Frames: how a live run stands, as numbers in one flat array whose layout is told once. Rows are written here too.
//!
//! What is not known is `NaN`.

use serde::Serialize;

use crate::arena::Id;
use crate::engine::Engine;
use crate::engine::state::Life;
use crate::engine::{Limit, Stop};
use crate::model::{InstanceId, Model, NodeId, SourceId};
use crate::observe::live::Counts;
use crate::time::{Duration, Time};

use super::Live;
use super::count::{Places, Totals};
use super::rows::Latencies;

/// How a flat array is to be read: a head, and groups of records of equal fields.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Layout {
    /// The fields of the head.
    pub head: Vec<&'static str>,
    /// The groups.
    pub groups: Groups,
    /// How many numbers there are.
    pub length: usize,
}

/// The groups of an array; one without records is there too.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Groups {
    /// By client, in the order of nodes.
    pub clients: Group,
    /// By node.
    pub nodes: Group,
    /// By instance; rows have none.
    pub instances: Group,
    /// By arrow of the graph.
    pub edges: Group,
}

/// Records of equal fields, one after another.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Group {
    /// Where the first one begins.
    pub start: usize,
    /// How long each is.
    pub stride: usize,
    /// How many there are.
    pub count: usize,
    /// What each number is.
    pub fields: Vec<&'static str>,
}

const FRAME_HEAD: &[&str] = &["now", "events", "inFlight", "status", "window"];
const ROW_HEAD: &[&str] = &["t", "interval"];
const CLIENT: &[&str] = &["offered", "completed", "failed", "retries", "inFlight", "p50", "p95", "p99"];
const CLIENT_TOTAL: &[&str] = &["totalOffered", "totalCompleted", "totalFailed"];
const NODE: &[&str] =
    &["rate", "failed", "present", "waiting", "utilization", "ready", "booting", "p50", "p99", "hitRatio"];
const INSTANCE: &[&str] = &["life", "present", "waiting", "busy", "servers", "utilization", "trouble"];
const EDGE: &[&str] = &["rate", "failed", "retries"];
const EDGE_NOW: &[&str] = &["trouble"];

impl Layout {
    /// The layout of frames of a model with so many arrows.
    pub(super) fn of_frame(model: &Model, arrows: usize) -> Layout {
        let instances = (INSTANCE, model.instances.len());
        let (client, edge) = ([CLIENT, CLIENT_TOTAL].concat(), [EDGE, EDGE_NOW].concat());
        Layout::of(FRAME_HEAD, client, instances, (edge, arrows), model)
    }

    /// The layout of rows.
    pub(super) fn of_row(model: &Model, arrows: usize) -> Layout {
        Layout::of(ROW_HEAD, CLIENT.to_vec(), (&[], 0), (EDGE.to_vec(), arrows), model)
    }

    fn of(
        head: &[&'static str],
        client: Vec<&'static str>,
        (instance, instances): (&[&'static str], usize),
        (edge, edges): (Vec<&'static str>, usize),
        model: &Model,
    ) -> Layout {
        let mut start = head.len();
        let mut group = |fields: Vec<&'static str>, count: usize| {
            let group = Group { start, stride: fields.len(), count, fields };
            start += group.stride * count;
            group
        };
        let groups = Groups {
            clients: group(client, model.sources.len()),
            nodes: group(NODE.to_vec(), model.nodes.len()),
            instances: group(instance.to_vec(), instances),
            edges: group(edge, edges),
        };
        Layout { head: head.to_vec(), groups, length: start }
    }
}

/// Writes what happened between two instants, the later of which is now.
struct Told<'a> {
    engine: &'a Engine,
    places: &'a Places,
    before: &'a Totals,
    now: &'a Totals,
    seconds: f64,
}

impl Told<'_> {
    fn rate(&self, count: u64) -> f64 {
        count as f64 / self.seconds
    }

    fn client(&self, source: SourceId, latencies: &[&Counts], out: &mut Vec<f64>) {
        let (before, now) = (&self.before.clients[source.index()], &self.now.clients[source.index()]);
        let place = self.engine.model().sources[source].place;
        out.extend([
            self.rate(now.offered - before.offered),
            self.rate(now.completed - before.completed),
            self.rate(now.failed - before.failed),
            self.rate(now.retries - before.retries),
            f64::from(self.engine.state().instances[place].present.count()),
        ]);
        out.extend(milliseconds(Counts::quantiles(latencies, [0.5, 0.95, 0.99])));
    }

    fn node(&self, node: NodeId, latencies: &[&Counts], out: &mut Vec<f64>) {
        let (model, state) = (self.engine.model(), self.engine.state());
        let (before, now) = (&self.before.nodes[node.index()], &self.now.nodes[node.index()]);
        let instances = || model.instances_of(node).map(|instance| &state.instances[instance]);
        let present: u32 = instances().map(|instance| instance.present.count()).sum();
        let waiting: u32 = self.places.pools[node.index()]
            .iter()
            .map(|pool| state.pools[*pool].account.waiting.count())
            .sum();
        let booting = instances().filter(|instance| matches!(instance.life, Life::Booting(_))).count();
        let capacity = now.capacity.saturating_sub(before.capacity);
        let lookups = (now.lookups - before.lookups) as f64;
        out.extend([
            self.rate(now.visits - before.visits),
            self.rate(now.failed - before.failed),
            f64::from(present),
            f64::from(waiting),
            (now.busy - before.busy) as f64 / if capacity > 0 { capacity as f64 } else { f64::NAN },
            state.turns[node].ready.len() as f64,
            booting as f64,
        ]);
        out.extend(milliseconds(Counts::quantiles(latencies, [0.5, 0.99])));
        out.push((now.hits - before.hits) as f64 / if lookups > 0.0 { lookups } else { f64::NAN });
    }

    fn instance(&self, id: InstanceId, out: &mut Vec<f64>) {
        let (model, state) = (self.engine.model(), self.engine.state());
        let (instance, spec) = (&state.instances[id], &model.instances[id]);
        let life = match instance.life {
            Life::Absent => 0.0,
            Life::Booting(_) => 1.0,
            Life::Up => 2.0,
            Life::Draining => 3.0,
            Life::Down => 4.0,
        };
        let own = || spec.distinct_pools().take(model.nodes[spec.node].pool_kinds.len());
        let waiting: u32 = own().map(|pool| state.pools[pool].account.waiting.count()).sum();
        let main = self.places.main_of[id.index()];
        let busy = main.map_or(f64::NAN, |pool| f64::from(state.pools[pool].account.busy.count()));
        let servers = main.map_or(f64::NAN, |pool| f64::from(model.pools[pool].servers));
        let (before, now) = (self.before.instances[id.index()], self.now.instances[id.index()]);
        let capacity = (now.1 - before.1) as f64 * servers;
        let hangs = u8::from(instance.hung_until > state.now);
        let is_slow = u8::from(instance.slowness > spec.slowness * 1.000_1);
        out.extend([
            life,
            f64::from(instance.present.count()),
            f64::from(waiting),
            busy,
            servers,
            (now.0 - before.0) as f64 / if capacity > 0.0 { capacity } else { f64::NAN },
            f64::from(hangs | is_slow << 1),
        ]);
    }

    /// Whether the link of an arrow is cut (1), or loses or delays messages (2).
    fn trouble(&self, place: usize) -> f64 {
        let Some(link) = self.places.links[place] else { return 0.0 };
        match self.engine.state().network.state_of(link) {
            (0.0, _) => 1.0,
            (1.0, false) => 0.0,
            _ => 2.0,
        }
    }

    fn edge(&self, place: usize, out: &mut Vec<f64>) {
        let (before, now) = (&self.before.arrows[place], &self.now.arrows[place]);
        out.extend([
            self.rate(now.sent - before.sent),
            self.rate(now.failed - before.failed),
            self.rate(now.retries - before.retries),
        ]);
    }
}

fn milliseconds<const N: usize>(found: Option<[u64; N]>) -> [f64; N] {
    found.map_or([f64::NAN; N], |found| found.map(|nanoseconds| nanoseconds as f64 / 1e6))
}

/// Adds the row between two instants, the later of which is now.
pub(super) fn write_row(
    layout: &Layout,
    engine: &Engine,
    places: &Places,
    before: &Totals,
    now: &Totals,
    latencies: &Latencies,
    out: &mut Vec<f64>,
) {
    let seconds = now.at.since(before.at).as_secs_f64();
    let told = Told { engine, places, before, now, seconds };
    let model = engine.model();
    let end = out.len() + layout.length;
    out.extend([now.at.as_secs_f64(), seconds]);
    model.sources.ids().for_each(|id| told.client(id, &[&latencies.clients[id.index()]], out));
    model.nodes.ids().for_each(|id| told.node(id, &[&latencies.nodes[id.index()]], out));
    (0..now.arrows.len()).for_each(|place| told.edge(place, out));
    debug_assert_eq!(out.len(), end, "a row is as long as its layout says");
}

impl Live {
    /// The layout of [`Live::frame`].
    pub fn frame_layout(&self) -> Layout {
        Layout::of_frame(self.model(), self.script.arrows.len())
    }

    /// How the run stands, and rates and latencies over about the last `window`; as far as rows have been made for it.
    pub fn frame(&self, window: Duration) -> Vec<f64> {
        let now = Totals::of(&self.engine, &self.places);
        let (row_start, past) = self.rows.lately();
        let wanted = Time(now.at.0.saturating_sub(window.0));
        // The row that is being made tells too little soon after its start.
        let from = past.iter().rposition(|row| row.start.at <= wanted).unwrap_or(0);
        let is_row_enough = row_start.at <= wanted && row_start.at < now.at;
        let from = if is_row_enough { past.len() } else { from };
        let before = past.get(from).map_or(row_start, |row| &row.start);
        let seconds = now.at.since(before.at).as_secs_f64();
        let told = Told { engine: &self.engine, places: &self.places, before, now: &now, seconds };
        let (model, state) = (self.engine.model(), self.engine.state());
        let live = state.tally.live.as_deref().expect("a live run is watched");

        let mut out = Vec::with_capacity(self.frame_layout().length);
        let status = status(self.engine.stopped());
        out.extend([
            now.at.as_secs_f64(),
            state.events as f64,
            f64::from(state.visits.in_flight()),
            status,
            seconds,
        ]);
        for id in model.sources.ids() {
            let current = live.clients[id].latency.counts();
            let parts: Vec<&Counts> = past
                .iter()
                .skip(from)
                .map(|row| &row.latencies.clients[id.index()])
                .chain([&current])
                .collect();
            told.client(id, &parts, &mut out);
            let total = &now.clients[id.index()];
            out.extend([total.offered as f64, total.completed as f64, total.failed as f64]);
        }
        for id in model.nodes.ids() {
            let current = live.nodes[id].latency.counts();
            let parts: Vec<&Counts> = past
                .iter()
                .skip(from)
                .map(|row| &row.latencies.nodes[id.index()])
                .chain([&current])
                .collect();
            told.node(id, &parts, &mut out);
        }
        model.instances.ids().for_each(|id| told.instance(id, &mut out));
        for place in 0..now.arrows.len() {
            told.edge(place, &mut out);
            out.push(told.trouble(place));
        }
        out
    }

    /// The layout of rows.
    pub fn row_layout(&self) -> &Layout {
        self.rows.layout()
    }

    /// How many rows there are.
    pub fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// The rows from this position on, one after another.
    pub fn rows(&self, from: usize) -> &[f64] {
        self.rows.values(from)
    }
}

/// How a run stands, as a number.
pub fn status(stop: Option<Stop>) -> f64 {
    match stop {
        None => 0.0,
        Some(Stop::Reached) => 1.0,
        Some(Stop::Idle) => 2.0,
        Some(Stop::Limit(Limit::Events)) => 3.0,
        Some(Stop::Limit(Limit::InFlight)) => 4.0,
        Some(Stop::Limit(Limit::SimulatedTime | Limit::WallTime)) => 5.0,
    }
}
