//! DNS: a name with several records, which clients look up and remember.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compile::{Compiler, Path, Site};
use crate::component::wiring::{Canvas, Joint, Reference, Role, nobody};
use crate::component::{Kind, Node};
use crate::diagnostic::Diagnostic;
use crate::distribution::Distribution;
use crate::model::{Delay, Dns as Gate, NodeKind};
use crate::scenario::text::quote;
use crate::time::Duration;

/// Turns a name into one of several targets. Only clients look names up; each session keeps its answer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dns {
    /// The nodes that the name stands for; they take turns from one lookup to the next.
    #[schemars(length(min = 1), extend("x-names" = ["balancer", "service", "database"]))]
    pub records: Vec<String>,
    /// How long a client keeps an answer.
    #[serde(default = "a_minute")]
    pub ttl: Duration,
    /// How long a lookup takes; no time by default.
    #[serde(default)]
    pub lookup: Option<Distribution<Duration>>,
}

fn a_minute() -> Duration {
    Duration(60_000_000_000)
}

/// What there is to know of DNS.
pub const KIND: Kind = Kind {
    variant: "Dns",
    word: NodeKind::Dns.word(),
    doc: "Turns a name into one of several targets.",
    models: "a lookup that takes time, round-robin records, and answers that each session keeps for the TTL. Clients without \
             `sessions` share one resolver.",
    models_not: "hierarchies of resolvers, failed lookups, resolvers that ignore the TTL. Only clients look names up.",
    laws: "",
    care: "",
    sketch,
};

fn sketch(canvas: &Canvas<'_>) -> Result<String, Diagnostic> {
    let help = "add a balancer or a service first";
    let to = canvas.target(rank).ok_or_else(|| nobody("a name", help))?;
    Ok(format!("Dns(records: [{}])", quote(&to)))
}

/// What a name stands for.
fn rank(kind: NodeKind) -> Option<u8> {
    match kind {
        NodeKind::Balancer => Some(0),
        NodeKind::Service => Some(1),
        NodeKind::Database => Some(2),
        NodeKind::Clients | NodeKind::Dns | NodeKind::Cache => None,
    }
}

impl Dns {
    pub(crate) fn references(&self, path: &Path) -> Vec<Reference> {
        let records = path.under("records");
        let names = self.records.iter().enumerate();
        names.map(|(index, name)| Reference::value(name, records.at(index), Role::Member)).collect()
    }

    pub(crate) fn joint(&self, to: &str, other: &Node) -> Result<Joint, &'static str> {
        match other {
            Node::Balancer(_) | Node::Service(_) | Node::Database(_) => {
                Ok(Joint::Listed("records", quote(to)))
            }
            Node::Clients(_) => {
                Err("clients make requests and answer none: connect them to the name instead")
            }
            Node::Dns(_) => {
                Err("a name stands for a balancer, a service or a database, not for another name")
            }
            Node::Cache(_) => Err("a cache is asked by a service: the name can stand for the service"),
        }
    }

    pub(crate) fn declare(&self, compiler: &mut Compiler<'_>, site: &Site<'_>) {
        let records = site.under("records");
        if self.records.is_empty() {
            compiler.error("empty", format!("`{}` needs at least one record", site.name), &records);
        }
        for (index, record) in self.records.iter().enumerate() {
            let path = records.at(index);
            match compiler.target(record, &path) {
                Some((_, Node::Service(_) | Node::Balancer(_) | Node::Database(_))) | None => {}
                Some((_, other @ (Node::Clients(_) | Node::Dns(_) | Node::Cache(_)))) => {
                    let message =
                        format!("a name cannot stand for `{record}`, a node of kind {}", other.kind().word());
                    compiler.error("wrong-kind", message, &path);
                }
            }
        }
        let lookup = match &self.lookup {
            Some(lookup) => compiler.delay(lookup, &site.under("lookup")),
            None => Delay::None,
        };
        let tag = compiler.tag(site, "lookup");
        let id = compiler.model.names.push(Gate {
            node: site.node,
            records: u32::try_from(self.records.len()).unwrap_or(u32::MAX),
            ttl: self.ttl,
            lookup,
            tag,
        });
        compiler.gates.names.insert(site.name.to_owned(), id);
    }
}
