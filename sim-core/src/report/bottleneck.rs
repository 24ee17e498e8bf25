//! What saturates first, at which load, and what comes next: by the traffic equations, in one sentence.

use serde::Serialize;

use crate::model::Model;
use crate::model::traffic::{Station, Traffic};

use super::measured::{Measured, PoolReport};

/// What saturates first, and next.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Bottleneck {
    /// The node.
    pub node: String,
    /// Its pool that saturates: cores, threads, connections.
    pub pool: &'static str,
    /// How utilized the pool was.
    pub utilization: Option<f64>,
    /// Requests a second that open loads offer on average; zero where there is none.
    pub offered_rps: f64,
    /// Requests a second, of all clients together, at which it saturates.
    pub saturates_at_rps: f64,
    /// What saturates next, and at which load.
    pub next: Option<Saturation>,
    /// All of it in one sentence.
    pub sentence: String,
}

/// A pool and the load at which it saturates.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Saturation {
    /// The node.
    pub node: String,
    /// Its pool.
    pub pool: &'static str,
    /// Requests a second of all clients together.
    pub at_rps: f64,
}

/// The bottleneck of a model with this traffic, if anything in it can saturate.
pub(crate) fn of(model: &Model, traffic: &Traffic, measured: &Measured) -> Option<Bottleneck> {
    let mut stations = traffic.stations.iter().filter(|station| station.saturates_at.is_finite());
    let first = stations.next()?;
    let (node, pool) = names(model, first);
    let next = stations.next().map(|station| {
        let (node, pool) = names(model, station);
        Saturation { node, pool, at_rps: station.saturates_at }
    });
    let utilization = report_of(measured, &node, pool).and_then(|pool| pool.utilization);
    let mut bottleneck = Bottleneck {
        pool,
        utilization,
        offered_rps: traffic.offered,
        saturates_at_rps: first.saturates_at,
        next,
        sentence: String::new(),
        node,
    };
    bottleneck.sentence = bottleneck.tell(measured);
    Some(bottleneck)
}

impl Bottleneck {
    fn tell(&self, measured: &Measured) -> String {
        let who = subject(measured, &self.node, self.pool);
        let at = rate(self.saturates_at_rps);
        // Before anything was measured there is nothing to tell of that.
        let busy = self.utilization.map(|share| format!("{:.1} % utilized", 100.0 * share));
        let offered = self.offered_rps;
        let first = if offered >= self.saturates_at_rps {
            let busy = busy.map_or_else(String::new, |busy| format!(" ({busy})"));
            format!("{who} is overloaded: it saturates at {at} and is offered {}{busy}", rate(offered))
        } else {
            let at_offered = if offered > 0.0 { format!(" at {}", rate(offered)) } else { String::new() };
            let busy = busy.map_or_else(String::new, |busy| format!("{busy}{at_offered}, "));
            format!("{who} is the bottleneck: {busy}it saturates at {at}")
        };
        match &self.next {
            None => format!("{first}; nothing else can saturate."),
            Some(Saturation { node, pool, at_rps }) => {
                format!("{first}; next comes {} at {}.", subject(measured, node, pool), rate(*at_rps))
            }
        }
    }
}

/// A node by its name; its pool is named where it has several.
fn subject(measured: &Measured, node: &str, pool: &str) -> String {
    let has_several = measured.nodes.get(node).is_some_and(|node| node.pools.len() > 1);
    let is_host = report_of(measured, node, pool).is_some_and(|pool| pool.shared);
    match (is_host, has_several) {
        (true, _) => format!("the host of `{node}`"),
        (false, true) => format!("`{node}` ({pool})"),
        (false, false) => format!("`{node}`"),
    }
}

fn report_of<'m>(measured: &'m Measured, node: &str, pool: &str) -> Option<&'m PoolReport> {
    measured.nodes.get(node)?.pools.get(pool)
}

fn names(model: &Model, station: &Station) -> (String, &'static str) {
    let node = &model.nodes[station.node];
    let pool = node.pool_word(usize::from(station.slot)).unwrap_or("pool");
    (node.name.clone(), pool)
}

fn rate(per_second: f64) -> String {
    let digits = if per_second >= 100.0 {
        0
    } else if per_second >= 10.0 {
        1
    } else {
        3
    };
    format!("{per_second:.digits$}/s")
}
