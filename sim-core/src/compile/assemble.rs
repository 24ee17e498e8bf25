//! The walk over the scenario: nodes, then gates, then programs, then what controls them.

use std::collections::BTreeMap;

use super::program::MOST_STEPS;
use super::{Compiler, Gates, Means, Path, Shape, Site, concern, lead};
use crate::arena::{Arena, Id};
use crate::component::Node;
use crate::component::control::{Happening, Moment};
use crate::component::service::cores_pool;
use crate::model::{
    Call, Instance, InstanceId, Limits, Model, Node as ModelNode, NodeId, PoolId, RunPlan, Source,
};
use crate::random::hash_name;
use crate::scenario::Scenario;
use crate::scenario::text::Document;
use crate::sorted::Map;
use crate::time::{Duration, Time};

/// All instances that can exist are there from the start, as empty places.
const MOST_INSTANCES: u32 = 100_000;

/// What a node can be called.
pub(crate) const NODE_NAMES: &str =
    "a name is of small letters, digits, `_` and `-`, and begins with a letter";

/// Whether a node can be called so.
pub(crate) fn is_node_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_ascii_lowercase())
        && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-')
}

impl<'a> Compiler<'a> {
    pub(super) fn new(scenario: &'a Scenario, document: &'a Document<'a>, means: Means<'a>) -> Compiler<'a> {
        Compiler {
            scenario,
            document,
            means,
            model: empty(),
            nodes: BTreeMap::new(),
            gates: Gates::default(),
            problems: Vec::new(),
            warnings: Vec::new(),
            given: BTreeMap::new(),
            links: BTreeMap::new(),
            latencies: BTreeMap::new(),
            calls: Vec::new(),
            asks: Vec::new(),
            landed: 0,
        }
    }

    /// Compiles everything, noting what is wrong.
    pub(super) fn assemble(&mut self) {
        let scenario = self.scenario;
        let nodes = Path::root().under("nodes");
        for (number, name) in scenario.nodes.keys().enumerate() {
            self.check_name(name, &nodes.key(name));
            self.nodes.insert(name, NodeId::from_index(number));
        }
        self.model.run = self.plan();
        self.add_hosts();
        let sites: Vec<(Site<'a>, &'a Node)> = scenario
            .nodes
            .iter()
            .enumerate()
            .map(|(number, (name, node))| {
                (Site { name, node: NodeId::from_index(number), path: nodes.key(name) }, node)
            })
            .collect();
        for (site, node) in &sites {
            self.add_node(site, node);
        }
        if self.model.sources.is_empty()
            && !scenario.nodes.values().any(|node| matches!(node, Node::Clients(_)))
        {
            self.error_at_key(
                "no-clients",
                "nobody makes requests: there must be a node of `Clients`",
                &nodes,
            );
        }
        for (site, node) in &sites {
            node.declare(self, site);
        }
        for (site, node) in &sites {
            let before = self.model.steps.len();
            node.lower(self, site);
            if before <= MOST_STEPS && self.model.steps.len() > MOST_STEPS {
                let message = format!("the programs of all nodes have more than {MOST_STEPS} steps");
                self.error_at_key("too-many", message, &site.path);
            }
        }
        let nodes = &self.model.nodes;
        self.model.instances =
            self.model.instances.map(|it| Instance { entry: nodes[it.node].entry, ..it.clone() });
        self.model.concerns = concern::of(&self.model);
        let model = &self.model;
        self.model.calls =
            model.calls.map(|it| Call { is_next_door: model.is_next_door(&it.target), ..it.clone() });
        let model = &self.model;
        self.model.sources = model
            .sources
            .map(|it| Source { call_next_door: model.only_call_next_door(it.entry), ..it.clone() });
        self.model.lead = lead::of(&self.model);
        self.add_controllers();
        self.check_links();
        self.set_priorities();
        self.bound_cycles();
        self.check_keys();
        self.check_warm_caches();
    }

    fn check_name(&mut self, name: &str, path: &Path) {
        if !is_node_name(name) {
            self.error_at_key("bad-name", format!("`{name}` cannot be the name of a node"), path)
                .with_help(NODE_NAMES);
        }
    }

    fn add_hosts(&mut self) {
        let scenario = self.scenario;
        for (name, host) in &scenario.hosts {
            let path = Path::root().under("hosts").key(name);
            self.count(host.cores, &path.under("cores"), "a host needs at least one core");
            self.speed(host.speed, &path.under("speed"));
            let pool = self.model.pools.push(cores_pool(host.cores, host.schedule.discipline(u32::MAX)));
            self.gates.hosts.insert(name.clone(), pool);
            let is_used = scenario.nodes.values().any(|node| match node {
                Node::Service(service) => service.host.as_ref() == Some(name),
                Node::Database(database) => database.host.as_ref() == Some(name),
                Node::Clients(_) | Node::Dns(_) | Node::Balancer(_) | Node::Cache(_) => false,
            });
            if !is_used {
                self.warning_at_key("unused-host", format!("nothing is placed on the host `{name}`"), &path);
            }
        }
    }

    fn add_node(&mut self, site: &Site<'_>, node: &Node) {
        let shape = node.shape(self, site);
        let first = InstanceId::from_index(self.model.instances.len());
        let scaled =
            self.scenario.scale.iter().enumerate().filter(|(_, scaler)| scaler.most().0 == site.name);
        let scaled = scaled.map(|(index, scaler)| (scaler.most().1, index)).max();
        let mut most = scaled.map_or(0, |(most, _)| most).max(shape.instances);
        if most > MOST_INSTANCES.saturating_sub(first.0) {
            let message = format!("there can be at most {MOST_INSTANCES} instances in all");
            let place = match scaled {
                Some((most, index)) if most > shape.instances => {
                    Path::root().under("scale").at(index).under("max")
                }
                _ => site.under("instances"),
            };
            self.error("too-many", message, &place);
            most = 1;
        }
        for number in 0..most {
            let pools = self.add_pools(&shape);
            self.model.instances.push(Instance {
                node: site.node,
                number,
                pools,
                slowness: shape.slowness,
                entry: [0; 2],
            });
        }
        self.model.nodes.push(ModelNode {
            name: site.name.to_owned(),
            kind: node.kind(),
            tag: hash_name(site.name),
            entry: [0; 2],
            source: None,
            first_instance: first,
            most_instances: most,
            instances: shape.instances.min(most),
            main_pool: shape.main_pool,
            pool_kinds: shape.kinds,
            price: node.price().map(|price| price.0),
        });
    }

    fn add_pools(&mut self, shape: &Shape) -> [PoolId; 2] {
        let mut pools: Vec<PoolId> =
            shape.pools.iter().map(|pool| self.model.pools.push(pool.clone())).collect();
        pools.extend(shape.host);
        let first = pools.first().copied().unwrap_or(PoolId(0));
        [first, pools.get(1).copied().unwrap_or(first)]
    }

    fn add_controllers(&mut self) {
        let scenario = self.scenario;
        let scale = Path::root().under("scale");
        for (index, scaler) in scenario.scale.iter().enumerate() {
            scaler.lower(self, &scale.at(index));
        }
        let timeline = Path::root().under("timeline");
        let changes = changes(scenario);
        for (index, moment) in scenario.timeline.iter().enumerate() {
            let variant = changes.iter().position(|(of, _)| *of == index).map_or(0, |position| position + 1);
            moment.lower(self, &timeline.at(index), u32::try_from(variant).unwrap_or(u32::MAX));
        }
    }

    /// Whether an autoscaler that stands before the one at `path` has the same target.
    pub(crate) fn is_scaled_before(&self, target: &str, path: &Path) -> bool {
        let scale = Path::root().under("scale");
        let earlier =
            self.scenario.scale.iter().enumerate().take_while(|(index, _)| scale.at(*index) != *path);
        earlier.into_iter().any(|(_, scaler)| scaler.most().0 == target)
    }

    /// Lines have a place for every priority that some class has.
    fn set_priorities(&mut self) {
        let classes = self.model.sources.iter().flat_map(|source| &source.classes);
        let levels = classes.map(|class| class.priority).max().unwrap_or(0).saturating_add(1);
        for pool in self.model.pools.iter_mut() {
            pool.levels = levels;
        }
    }
}

/// The changes of the scenario in the order of their times: where each stands in the timeline, and when it comes.
pub(super) fn changes(scenario: &Scenario) -> Vec<(usize, Duration)> {
    let moments = scenario.timeline.iter().enumerate();
    let mut changes: Vec<(usize, Duration)> = moments
        .filter_map(|(index, moment)| match moment {
            Moment::At(at, Happening::Set(..)) => Some((index, *at)),
            Moment::At(..) | Moment::Every(_) => None,
        })
        .collect();
    changes.sort_by_key(|(index, at)| (*at, *index));
    changes
}

fn empty() -> Model {
    Model {
        name: String::new(),
        run: RunPlan {
            seed: 1,
            warmup: Time::ZERO,
            end: Time::NEVER,
            drain: false,
            limits: Limits { events: 1, visits: 1, time: Time::ZERO },
            sample_every: Duration(1),
        },
        nodes: Arena::new(),
        instances: Arena::new(),
        pools: Arena::new(),
        steps: Vec::new(),
        stretches: Map::new(),
        samplers: Arena::new(),
        sources: Arena::new(),
        lead: None,
        calls: Arena::new(),
        retries: Arena::new(),
        balancers: Arena::new(),
        caches: Arena::new(),
        names: Arena::new(),
        locks: Arena::new(),
        concerns: Vec::new(),
        links: Vec::new(),
        ends: Vec::new(),
        wires: Arena::new(),
        controllers: Arena::new(),
        choices: Arena::new(),
    }
}
