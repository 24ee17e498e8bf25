//! Balancers: hand each request to one of several instances.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compile::{Compiler, Path, Site};
use crate::component::wiring::{Canvas, Joint, Reference, Role, nobody};
use crate::component::{Kind, Node};
use crate::diagnostic::Diagnostic;
use crate::model::step::Step;
use crate::model::{Balancer as Gate, Call, NodeKind, Target};
use crate::policy::balance::{Balance, Ties};
use crate::quantity::Rate;
use crate::scenario::text::quote;

/// Hands each request to one of the instances of its targets. It takes no time and has no capacity of its own.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Balancer {
    /// The nodes whose instances it chooses from.
    #[schemars(length(min = 1), extend("x-names" = ["balancer", "service", "database"]))]
    pub to: Vec<String>,
    /// How it chooses.
    #[serde(default)]
    pub policy: Policy,
    /// Whether it chooses for each request, or once for each session of the clients.
    #[serde(default)]
    pub per: Per,
    /// What it costs while it exists, such as `"0.10/h"`, in any currency; nothing by default.
    #[serde(default)]
    pub price: Option<Rate>,
}

/// How a balancer chooses.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub enum Policy {
    /// In turn.
    #[default]
    RoundRobin,
    /// At random, each alike.
    Random,
    /// In turn by weight, interleaved: 5, 1, 1 gives a a b a c a a.
    SmoothWeighted(SmoothWeighted),
    /// The instance with the fewest unanswered requests of this balancer.
    LeastConnections(LeastConnections),
    /// The least loaded of a few drawn at random.
    PowerOf(PowerOf),
    /// The same source address always goes to the same instance.
    IpHash,
}

/// The parameters of smooth weighted round robin.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SmoothWeighted {
    /// The weight of each instance in order; the last one stands for all further instances.
    #[schemars(length(min = 1))]
    pub weights: Vec<u32>,
}

/// The parameters of least connections.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeastConnections {
    /// Who goes first among equals.
    #[serde(default)]
    pub ties: TieTable,
    /// The weight of each instance in order, the last one for all further instances; equal by default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weights: Vec<u32>,
}

/// Who goes first among equally loaded instances.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub enum TieTable {
    /// The first in order.
    #[default]
    LowestIndex,
    /// One at random.
    Random,
    /// In turn, as nginx does.
    Smooth,
}

/// The parameters of the power of d choices.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PowerOf {
    /// How many are drawn.
    #[serde(default = "two")]
    #[schemars(range(min = 1))]
    pub d: u32,
    /// Whether the same instance can be drawn twice.
    #[serde(default)]
    pub replacement: bool,
}

fn two() -> u32 {
    2
}

/// How often a balancer chooses.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub enum Per {
    /// For each request.
    #[default]
    Request,
    /// Once for each session; its later requests follow.
    Connection,
}

/// What there is to know of balancers.
pub const KIND: Kind = Kind {
    variant: "Balancer",
    word: NodeKind::Balancer.word(),
    doc: "Hands each request to one of several instances.",
    models: "the choice: round robin, random, smooth weighted round robin as in nginx, least connections with three rules for \
             ties, power of d choices, source-address hash; for each request or once for each session.",
    models_not: "take time, have a capacity, queue, or check health. Its counts are its own, as in a proxy process.",
    laws: "random splits a Poisson stream into Poisson streams (M/M/1 each); round robin over n gives Erlang-n arrivals \
           (En/M/1).",
    care: "an instance that fails at once looks idle to least connections. That is so in reality too.",
    sketch,
};

fn sketch(canvas: &Canvas<'_>) -> Result<String, Diagnostic> {
    let to = canvas.target(rank).ok_or_else(|| nobody("a balancer", "add a service first"))?;
    Ok(format!("Balancer(to: [{}])", quote(&to)))
}

/// Whom a balancer hands requests to.
fn rank(kind: NodeKind) -> Option<u8> {
    match kind {
        NodeKind::Service => Some(0),
        NodeKind::Database => Some(1),
        NodeKind::Balancer => Some(2),
        NodeKind::Clients | NodeKind::Dns | NodeKind::Cache => None,
    }
}

/// A weight is compared after a multiplication by a number of requests.
const MOST_WEIGHT: u32 = 1_000_000;
/// Of more draws at a time a balancer would see all instances anyway.
const MOST_CHOICES: u32 = 100_000;

impl Balancer {
    pub(crate) fn references(&self, path: &Path) -> Vec<Reference> {
        let to = path.under("to");
        let names = self.to.iter().enumerate();
        names.map(|(index, name)| Reference::value(name, to.at(index), Role::Member)).collect()
    }

    pub(crate) fn joint(&self, to: &str, other: &Node) -> Result<Joint, &'static str> {
        match other {
            Node::Balancer(_) | Node::Service(_) | Node::Database(_) => Ok(Joint::Listed("to", quote(to))),
            Node::Clients(_) => {
                Err("clients make requests and answer none: connect them to the balancer instead")
            }
            Node::Dns(_) => Err("only clients look names up: connect the name to the balancer instead"),
            Node::Cache(_) => Err("a cache is asked by a service: hand the requests to the service"),
        }
    }

    pub(crate) fn declare(&self, compiler: &mut Compiler<'_>, site: &Site<'_>) {
        let path = site.under("to");
        if self.to.is_empty() {
            compiler.error("empty", format!("`{}` has nobody to hand requests to", site.name), &path);
        }
        let mut upstreams = Vec::new();
        for (index, name) in self.to.iter().enumerate() {
            let place = path.at(index);
            if self.to[..index].contains(name) {
                compiler.error("duplicate", format!("`{name}` is written twice"), &place);
                continue;
            }
            match compiler.target(name, &place) {
                Some((node, Node::Service(_) | Node::Balancer(_) | Node::Database(_))) => {
                    let link = compiler.link(site.name, name);
                    upstreams.push((node, link));
                }
                Some((_, other @ (Node::Clients(_) | Node::Dns(_) | Node::Cache(_)))) => {
                    let message = format!(
                        "a balancer cannot hand requests to `{name}`, a node of kind {}",
                        other.kind().word()
                    );
                    compiler.error("wrong-kind", message, &place);
                }
                None => {}
            }
        }
        let policy = self.policy.lower(compiler, &site.under("policy"));
        let tag = compiler.tag(site, "choice");
        let id = compiler.model.balancers.push(Gate {
            node: site.node,
            upstreams,
            policy,
            per_connection: self.per == Per::Connection,
            tag,
        });
        compiler.gates.balancers.insert(site.name.to_owned(), id);
    }

    pub(crate) fn lower(&self, compiler: &mut Compiler<'_>, site: &Site<'_>) {
        let Some(&balancer) = compiler.gates.balancers.get(site.name) else { return };
        let landing = compiler.landing(site.name);
        if landing.is_empty() && !self.to.is_empty() {
            let message = format!("what `{}` hands on never comes to a service", site.name);
            compiler.error("balancer-cycle", message, &site.under("to"));
        }
        let tells_writes = compiler.lands_on_databases_only(&landing);
        let tag = compiler.call_tag(site, &landing);
        let mut program = |operation| {
            let entry = compiler.here();
            compiler.place_call(site.node, None);
            let call = compiler.model.calls.push(Call {
                target: Target::Upstream(balancer),
                timeout: None,
                retry: None,
                tag,
                operation,
                cancels: true,
                is_next_door: false,
                depth_bound: None,
            });
            compiler.emit(Step::Call(call));
            compiler.emit(Step::Reply);
            entry
        };
        let read = program(0);
        let write = if tells_writes { program(1) } else { read };
        compiler.model.nodes[site.node].entry = [read, write];
    }
}

impl Policy {
    fn lower(&self, compiler: &mut Compiler<'_>, path: &Path) -> Balance {
        match self {
            Policy::RoundRobin => Balance::RoundRobin,
            Policy::Random => Balance::Random,
            Policy::SmoothWeighted(SmoothWeighted { weights }) => {
                if weights.is_empty() {
                    compiler.error("empty", "at least one weight is needed", &path.under("weights"));
                }
                check_weights(weights, compiler, path);
                Balance::SmoothWeighted { weights: weights.clone() }
            }
            Policy::LeastConnections(LeastConnections { ties, weights }) => {
                check_weights(weights, compiler, path);
                let ties = match ties {
                    TieTable::LowestIndex => Ties::LowestIndex,
                    TieTable::Random => Ties::Random,
                    TieTable::Smooth => Ties::Smooth,
                };
                Balance::LeastConnections { ties, weights: weights.clone() }
            }
            Policy::PowerOf(PowerOf { d, replacement }) => {
                if !(1..=MOST_CHOICES).contains(d) {
                    let message = format!("from 1 to {MOST_CHOICES} instances can be drawn, not {d}");
                    compiler.error("out-of-range", message, &path.under("d"));
                }
                Balance::PowerOf { d: *d, replacement: *replacement }
            }
            Policy::IpHash => Balance::IpHash,
        }
    }
}

fn check_weights(weights: &[u32], compiler: &mut Compiler<'_>, path: &Path) {
    for (index, weight) in weights.iter().enumerate() {
        if !(1..=MOST_WEIGHT).contains(weight) {
            let message = format!("a weight lies between 1 and {MOST_WEIGHT}, {weight} does not");
            compiler.error("out-of-range", message, &path.under("weights").at(index));
        }
    }
}
