//! The kinds of nodes: one file each, with its table, its checks, its lowering and its connections.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compile::{Compiler, Shape, Site};
use crate::diagnostic::Diagnostic;
use crate::model::NodeKind;
use crate::quantity::Rate;

pub mod balancer;
pub mod cache;
pub mod call;
pub mod client;
pub mod control;
pub mod database;
pub mod dns;
pub mod fault;
pub mod load;
pub mod service;
pub mod step;
pub(crate) mod wiring;

/// A node of the scenario.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum Node {
    /// Makes requests and waits for their answers.
    Clients(Box<client::Clients>),
    /// Turns a name into one of several targets.
    Dns(dns::Dns),
    /// Hands each request to one of several instances.
    Balancer(balancer::Balancer),
    /// Runs a list of steps for each request, on instances with cores.
    Service(Box<service::Service>),
    /// Remembers keys.
    Cache(cache::Cache),
    /// Answers queries on a limited number of connections.
    Database(database::Database),
}

/// What there is to know of a kind of nodes, for those who choose one.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Kind {
    /// As in scenario text: `Service`.
    pub variant: &'static str,
    /// As in reports: `service`.
    pub word: &'static str,
    /// What it does, in a sentence.
    pub doc: &'static str,
    /// What of it is modelled.
    pub models: &'static str,
    /// What of it is not.
    pub models_not: &'static str,
    /// The laws it follows; empty where there is none.
    pub laws: &'static str,
    /// What is easily overlooked; empty where nothing is.
    pub care: &'static str,
    /// A new node of this kind as scenario text, or why there can be none yet.
    #[serde(skip)]
    pub(crate) sketch: fn(&wiring::Canvas<'_>) -> Result<String, Diagnostic>,
}

/// The kinds of nodes, as [`Node`] lists them.
pub const KINDS: &[Kind] =
    &[client::KIND, dns::KIND, balancer::KIND, service::KIND, cache::KIND, database::KIND];

impl Node {
    /// Its kind in the compiled model.
    pub fn kind(&self) -> NodeKind {
        match self {
            Node::Clients(_) => NodeKind::Clients,
            Node::Dns(_) => NodeKind::Dns,
            Node::Balancer(_) => NodeKind::Balancer,
            Node::Service(_) => NodeKind::Service,
            Node::Cache(_) => NodeKind::Cache,
            Node::Database(_) => NodeKind::Database,
        }
    }

    /// What an instance of it costs a second.
    pub(crate) fn price(&self) -> Option<Rate> {
        match self {
            Node::Balancer(balancer) => balancer.price,
            Node::Service(service) => service.price,
            Node::Cache(cache) => cache.price,
            Node::Database(database) => database.price,
            Node::Clients(_) | Node::Dns(_) => None,
        }
    }

    /// How many instances with which pools it has.
    pub(crate) fn shape(&self, compiler: &mut Compiler<'_>, site: &Site<'_>) -> Shape {
        match self {
            Node::Service(service) => service.shape(compiler, site),
            Node::Database(database) => database.shape(compiler, site),
            Node::Clients(_) | Node::Dns(_) | Node::Balancer(_) | Node::Cache(_) => Shape::bare(),
        }
    }

    /// Adds what it is to the model: its gates first, which programs of others refer to.
    pub(crate) fn declare(&self, compiler: &mut Compiler<'_>, site: &Site<'_>) {
        match self {
            Node::Dns(dns) => dns.declare(compiler, site),
            Node::Balancer(balancer) => balancer.declare(compiler, site),
            Node::Cache(cache) => cache.declare(compiler, site),
            Node::Database(database) => database.declare(compiler, site),
            Node::Clients(_) | Node::Service(_) => {}
        }
    }

    /// Writes its programs.
    pub(crate) fn lower(&self, compiler: &mut Compiler<'_>, site: &Site<'_>) {
        match self {
            Node::Clients(clients) => clients.lower(compiler, site),
            Node::Dns(_) | Node::Cache(_) => {}
            Node::Balancer(balancer) => balancer.lower(compiler, site),
            Node::Service(service) => service.lower(compiler, site),
            Node::Database(database) => database.lower(compiler, site),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_node_is_told_of() {
        let schema = crate::scenario::schema();
        let variants = schema["$defs"]["Node"]["oneOf"].as_array().expect("a node is one of several kinds");
        let told = |variant: &serde_json::Value| {
            let name = variant["properties"].as_object().and_then(|holds| holds.keys().next());
            (
                name.cloned().unwrap_or_default(),
                variant["description"].as_str().unwrap_or_default().to_owned(),
            )
        };
        let variants: Vec<_> = variants.iter().map(told).collect();
        let rows: Vec<_> = KINDS.iter().map(|kind| (kind.variant.to_owned(), kind.doc.to_owned())).collect();
        assert_eq!(rows, variants);
        for kind in KINDS {
            assert!(kind.doc.ends_with('.') && kind.models.ends_with('.') && kind.models_not.ends_with('.'));
        }
    }
}
