//! The kinds of nodes: one file each, with its table, its checks and its lowering.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compile::{Compiler, Shape, Site};
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
