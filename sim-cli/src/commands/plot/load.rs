//! Runs a scenario at loads from almost nothing to almost all that it can serve.

use sim_core::component::Node;
use sim_core::component::load::LoadTable;
use sim_core::model::traffic::traffic;
use sim_core::quantity::Rate;
use sim_core::report::interval::Estimate;
use sim_core::report::theory;
use sim_core::report::{Metric, Report, Span, Subject, TheoryRow, Unit};

use crate::exit::Failure;
use crate::input::Source;
use crate::output::Output;
use crate::plot::{Chart, Heading, Line, LoadCurve, Theory, Value, scenario_title};
use crate::prepare::{Edits, Prepared, try_prepare};
use crate::progress::Parts;
use crate::replicate::{Repeat, replicate};
use crate::simulate::Oversight;

/// Loads that are run, as shares of the one that saturates something: closer where the curve bends.
const SHARES: [f64; 12] = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95];
/// Between two of them, theory is computed at so many.
const BETWEEN: u32 = 8;

/// A client whose load is varied: its path in the scenario, and its own rate.
struct Varied {
    client: String,
    rate: f64,
    has_shape: bool,
}

/// Loads of a scenario.
pub struct Loads<'p> {
    source: &'p Source,
    edits: &'p Edits,
    varied: Vec<Varied>,
    /// Requests a second of all clients, as the scenario has it.
    own: f64,
    /// What saturates first, and at which load.
    saturation: Option<(String, f64)>,
}

/// What was measured at a load.
pub struct Level {
    /// Requests a second of all clients.
    pub load: f64,
    /// Of all replications.
    pub report: Report,
}

impl Loads<'_> {
    /// The loads of a scenario, if it has any that can be varied.
    pub fn of<'p>(
        source: &'p Source,
        edits: &'p Edits,
        prepared: &Prepared,
        output: &Output,
    ) -> Result<Loads<'p>, Failure> {
        let open = |(client, node): (&String, &Node)| {
            let Node::Clients(clients) = node else { return None };
            let LoadTable::Open(open) = &clients.load else { return None };
            let has_shape = !open.shape.is_empty();
            (open.rate.0 > 0.0).then(|| Varied { client: client.clone(), rate: open.rate.0, has_shape })
        };
        let varied: Vec<Varied> = prepared.compiled.scenario.nodes.iter().filter_map(open).collect();
        if varied.is_empty() {
            let failure = Failure::usage("no client has an open load with a rate that could be varied");
            return Err(failure
                .with_help("give one of them a rate: `--set 'nodes.users.load=Open(rate: \"100/s\")'`"));
        }
        for Varied { client, .. } in varied.iter().filter(|varied| varied.has_shape) {
            output.note(&format!("the load of {client} is held constant: the curve leaves out its shape"));
        }
        let mut loads = Loads { source, edits, varied, own: 1.0, saturation: None };
        // A factor of one: what the shapes add is left out.
        let flat = loads.at(1.0)?;
        let traffic = traffic(flat.model());
        loads.own = traffic.offered;
        loads.saturation = traffic
            .stations
            .iter()
            .find(|station| station.saturates_at.is_finite())
            .map(|station| (flat.model().nodes[station.node].name.clone(), station.saturates_at));
        if loads.saturation.is_none() {
            output.note("nothing in the scenario can saturate, so the curve ends at its own load");
        }
        Ok(loads)
    }

    /// Runs the scenario at all loads, so many replications of each.
    pub fn run(
        &self,
        replications: u32,
        oversight: &(dyn Fn() -> Oversight + Sync),
        output: &Output,
    ) -> Result<Vec<Level>, Failure> {
        let highest = self.saturation.as_ref().map_or(self.own, |(_, load)| *load);
        let mut progress = (!output.is_quiet).then(Parts::new);
        let mut levels = Vec::new();
        for (done, share) in SHARES.iter().enumerate() {
            if let Some(progress) = &mut progress {
                progress.show(done as u64, SHARES.len() as u64, "loads");
            }
            let load = share * highest;
            let report = replicate(&self.at(load)?, &Repeat::Times(replications), oversight, None)?.report;
            levels.push(Level { load, report });
        }
        if let Some(progress) = &mut progress {
            progress.clear();
        }
        Ok(levels)
    }

    /// The curve of each client.
    pub fn curves(&self, prepared: &Prepared, levels: &[Level]) -> Result<Vec<(String, LoadCurve)>, Failure> {
        let laws = self.laws(levels)?;
        let clients = prepared.model().sources.iter().map(|source| &prepared.model().nodes[source.node].name);
        Ok(clients.map(|client| (client.clone(), self.curve(client, prepared, levels, &laws))).collect())
    }

    /// The scenario at so many requests a second of all clients.
    fn at(&self, load: f64) -> Result<Prepared, Failure> {
        let mut edits = self.edits.clone();
        for Varied { client, rate, has_shape } in &self.varied {
            let rate = Rate(rate * load / self.own);
            edits.set.push(format!("nodes.{client}.load.rate={rate}"));
            if *has_shape {
                edits.set.push(format!("nodes.{client}.load.shape=[]"));
            }
        }
        try_prepare(self.source, &edits).map_err(|unfit| {
            let why = unfit.diagnostics.first().map(|problem| problem.message.clone()).unwrap_or_default();
            Failure::failed(format!("the scenario cannot be run at another load: {why}"))
        })
    }

    /// What the laws say at the loads and between them, where any apply.
    fn laws(&self, levels: &[Level]) -> Result<Vec<(f64, Vec<TheoryRow>)>, Failure> {
        let mut laws = Vec::new();
        if levels.iter().all(|level| level.report.theory.is_empty()) {
            return Ok(laws);
        }
        for pair in levels.windows(2) {
            for step in 0..=BETWEEN {
                let load =
                    pair[0].load + (pair[1].load - pair[0].load) * f64::from(step) / f64::from(BETWEEN);
                let prepared = self.at(load)?;
                let variants = prepared.compiled.models.len() as u64;
                // What was measured nearby tells only whether calls are tried again.
                laws.push((load, theory::rows(prepared.model(), variants, &pair[1].report.measured)));
            }
        }
        Ok(laws)
    }

    fn curve(
        &self,
        client: &str,
        prepared: &Prepared,
        levels: &[Level],
        laws: &[(f64, Vec<TheoryRow>)],
    ) -> LoadCurve {
        let mut of_client = latency(client, "latency of answers", levels);
        let mut charts = Vec::new();
        for node in stations(laws) {
            let theory = theory_of(&node, laws);
            if levels.iter().all(|level| sees_only(client, &node, &level.report)) {
                of_client.theory = theory;
            } else {
                charts.push(Chart { theory, ..latency(&node, &format!("time at {node}"), levels) });
            }
        }
        charts.insert(0, of_client);
        charts.extend(failures(client, levels));
        let report = &levels[0].report;
        let runs = match report.seeds.len() {
            0 | 1 => format!("seed {}", report.seed),
            several => {
                format!("{several} replications of each load from seed {}, 95 % intervals", report.seed)
            }
        };
        let heading = Heading {
            title: scenario_title(&prepared.model().name, prepared.case.as_deref()),
            shown: format!("latency against load, seen by {client}"),
            subtitle: format!("{runs} · results version {}", report.results),
        };
        let highest = levels.last().map_or(self.own, |level| level.load);
        LoadCurve { heading, own: self.own, saturation: self.saturation.clone(), highest, charts }
    }
}

/// Mean and 99th percentile of the time at a node, or of the latency that a client saw.
fn latency(place: &str, title: &str, levels: &[Level]) -> Chart {
    let line = |name: &str, metric| Line { name: name.to_owned(), values: values(metric, place, levels) };
    let lines = vec![line("mean", "mean"), line("p99", "p99")];
    Chart { title: title.to_owned(), unit: Unit::Time, are_names: false, lines, theory: Vec::new() }
}

/// The share of the requests without a good answer, if there were any.
fn failures(client: &str, levels: &[Level]) -> Option<Chart> {
    let values = values("error_rate", client, levels);
    values.iter().any(|it| it.value.is_some_and(|share| share > 0.0)).then(|| Chart {
        title: "share of the requests that failed".to_owned(),
        unit: Unit::Share,
        lines: vec![Line { name: String::new(), values }],
        are_names: false,
        theory: Vec::new(),
    })
}

fn values(metric: &str, place: &str, levels: &[Level]) -> Vec<Value> {
    let estimate = |report: &Report| -> Option<Estimate> {
        report.estimate(Metric::named(metric)?, &Subject::place(place), Span::WHOLE)
    };
    let value = |Level { load, report }: &Level| {
        let estimate = estimate(report);
        Value {
            at: *load,
            value: estimate.map(|estimate| estimate.value),
            interval: estimate.and_then(|estimate| estimate.interval95()),
        }
    };
    levels.iter().map(value).collect()
}

/// The nodes for whose whole time there is a law.
fn stations(laws: &[(f64, Vec<TheoryRow>)]) -> Vec<String> {
    let rows = laws.iter().flat_map(|(_, rows)| rows).filter(|row| row.quantity == MEAN);
    let mut nodes: Vec<String> = rows.map(|row| row.node.clone()).collect();
    nodes.sort();
    nodes.dedup();
    nodes
}

const MEAN: &str = "mean response";
const P99: &str = "p99 response";

fn theory_of(node: &str, laws: &[(f64, Vec<TheoryRow>)]) -> Vec<Theory> {
    let of = |quantity: &str| {
        let rows = laws.iter().filter_map(|(load, rows)| {
            let row = rows.iter().find(|row| row.node == node && row.quantity == quantity)?;
            Some((*load, row))
        });
        let rows: Vec<(f64, &TheoryRow)> = rows.collect();
        let law = rows.first().map(|(_, row)| row.law.clone()).unwrap_or_default();
        Theory { law, points: rows.into_iter().map(|(load, row)| (load, row.expected)).collect() }
    };
    let mut theory = vec![of(MEAN), Theory { law: String::new(), ..of(P99) }];
    theory.retain(|theory| !theory.points.is_empty());
    theory
}

/// Whether what a client waits for is that node and nothing else.
fn sees_only(client: &str, node: &str, report: &Report) -> bool {
    let measured = &report.measured;
    let (client, node) = (measured.clients.get(client), measured.nodes.get(node));
    client.zip(node).is_some_and(|(client, node)| {
        client.latency_ms.mean == node.latency_ms.mean && client.latency_ms.p99 == node.latency_ms.p99
    })
}
