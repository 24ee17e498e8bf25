//! DNS: a name with several records, which clients look up and remember.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compile::{Compiler, Site};
use crate::component::Node;
use crate::distribution::Distribution;
use crate::model::{Delay, Dns as Gate};
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

impl Dns {
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
