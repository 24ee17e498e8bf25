//! Clients: make requests, wait for answers, give up, try again.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compile::{Compiler, Path, Site};
use crate::component::call::{CallSpec, RetryTable};
use crate::component::load::LoadTable;
use crate::component::wiring::{Canvas, Joint, Reference, Role, nobody};
use crate::component::{Kind, Node};
use crate::diagnostic::Diagnostic;
use crate::distribution::Distribution;
use crate::distribution::discrete::Popularity;
use crate::model::step::Step;
use crate::model::{Choice, ChoiceId, Class, NodeKind, Source};
use crate::quantity::{Ratio, Size};
use crate::random::hash_name;
use crate::scenario::text::quote;
use crate::time::Duration;

/// Makes requests and waits for their answers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Clients {
    /// The node they call: a service, a balancer, a database or a DNS name.
    #[schemars(extend("x-names" = ["dns", "balancer", "service", "database"]))]
    pub to: String,
    /// When they make requests.
    pub load: LoadTable,
    /// How many requests they make in all; by default as many as the run lasts.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub total: Option<u64>,
    /// The classes of requests, by name; by default all requests are alike.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub classes: BTreeMap<String, ClassTable>,
    /// Which keys requests ask for; needed where they come to a cache, or to a database that locks rows.
    #[serde(default)]
    pub key: Option<Popularity>,
    /// How many bytes a request has; needed for links with a bandwidth.
    #[serde(default)]
    pub size: Option<Distribution<Size>>,
    /// How many bytes an answer has.
    #[serde(default)]
    pub reply_size: Option<Distribution<Size>>,
    /// How many sessions there are, each with a source address and a memory of its own; by default each request comes from
    /// an address of its own, and all share one resolver.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub sessions: Option<u64>,
    /// How long they wait for an answer; by default for ever.
    #[serde(default)]
    pub timeout: Option<Duration>,
    /// What they do after a failure; by default nothing.
    #[serde(default)]
    pub retry: Option<RetryTable>,
    /// An answer within this time is good; by default every answer is. A class can have its own.
    #[serde(default)]
    pub objective: Option<Duration>,
}

/// A class of requests.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassTable {
    /// Its share of the requests, relative to the weights of the other classes.
    #[serde(default = "one_ratio")]
    pub weight: Ratio,
    /// An answer within this time is good; by default the clients' objective.
    #[serde(default)]
    pub objective: Option<Duration>,
    /// Requests of a higher priority go first wherever there are priorities.
    #[serde(default)]
    #[schemars(range(max = 31))]
    pub priority: u8,
}

fn one_ratio() -> Ratio {
    Ratio(1.0)
}

/// What there is to know of clients.
pub const KIND: Kind = Kind {
    variant: "Clients",
    word: NodeKind::Clients.word(),
    doc: "Makes requests and waits for their answers.",
    models: "open loops (Poisson, constant, any renewal process, Markov-modulated bursts, batches) with rates that step, \
             ramp, swing or spike; closed loops with think time; replay of a recording; classes, keys, sizes, sessions; \
             timeouts, retries, budgets.",
    models_not: "learn, lose interest after a bad day, or open connections: there are no TCP or TLS handshakes, and no slow \
                 start. Put them into the latency of a link where they matter.",
    laws: "Little's law in every run. A closed loop is checked against mean value analysis.",
    care: "latency counts from the *intended* send time, so a stalled system cannot hide its stall. An answer after the \
           client gave up is counted as late, not as completed.",
    sketch,
};

/// New clients ask for the same keys as the others, and stop if these do.
fn sketch(canvas: &Canvas<'_>) -> Result<String, Diagnostic> {
    let help = "add a service or a database first";
    let to = canvas.target(rank).ok_or_else(|| nobody("clients", help))?;
    let keyed = canvas.scenario.nodes.iter().find_map(|(name, node)| {
        let path = Path::root().under("nodes").key(name).under("key");
        let is_keyed = matches!(node, Node::Clients(clients) if clients.key.is_some());
        is_keyed.then(|| canvas.document.locate(&path.to_string())).flatten()
    });
    let key =
        keyed.map_or_else(String::new, |found| format!(", key: {}", &canvas.document.text[found.value]));
    // Where the others stop by themselves the run ends with the last of them.
    let stop = |node: &Node| matches!(node, Node::Clients(clients) if clients.total.is_some());
    let is_endless = canvas.scenario.run.duration.is_some() || !canvas.scenario.nodes.values().any(stop);
    let total = if is_endless { "" } else { ", total: 1_000" };
    Ok(format!("Clients(to: {}, load: Open(rate: \"10/s\"){total}{key})", quote(&to)))
}

/// Whom clients call.
fn rank(kind: NodeKind) -> Option<u8> {
    match kind {
        NodeKind::Dns | NodeKind::Balancer | NodeKind::Service => Some(0),
        NodeKind::Database => Some(1),
        NodeKind::Clients | NodeKind::Cache => None,
    }
}

/// Lines of a pool are kept for each priority, so there cannot be very many.
const MOST_PRIORITY: u8 = 31;
/// A request's class is one byte.
const MOST_CLASSES: usize = 255;

impl Clients {
    pub(crate) fn references(&self, path: &Path) -> Vec<Reference> {
        vec![Reference::value(&self.to, path.under("to"), Role::Target)]
    }

    pub(crate) fn joint(&self, other: &Node) -> Result<Joint, &'static str> {
        match other {
            Node::Dns(_) | Node::Balancer(_) | Node::Service(_) | Node::Database(_) => Ok(Joint::Field("to")),
            Node::Clients(_) => Err("clients make requests and answer none"),
            Node::Cache(_) => Err("a cache is asked by a service: connect the clients to the service"),
        }
    }

    pub(crate) fn lower(&self, compiler: &mut Compiler<'_>, site: &Site<'_>) {
        let classes = self.classes(compiler, site);
        let class_choice = self.class_choice(compiler, site);
        let load = self.load.lower(compiler, &site.under("load"), &classes);
        compiler.at_least_one(self.total, &site.under("total"), "a total");
        compiler.at_least_one(self.sessions, &site.under("sessions"), "the number of sessions");
        let keys = self.key.as_ref().and_then(|key| compiler.keys(key, &site.under("key")));
        let size = self.size.as_ref().map(|size| compiler.sampler(size, &site.under("size")));
        let reply_size =
            self.reply_size.as_ref().map(|size| compiler.sampler(size, &site.under("reply_size")));

        let entry = compiler.here();
        if let Some(Node::Dns(_)) = compiler.scenario.nodes.get(&self.to)
            && let Some(&id) = compiler.gates.names.get(&self.to)
        {
            compiler.emit(Step::Resolve(id));
        }
        let call = compiler.call(
            site,
            &CallSpec {
                to: &self.to,
                to_path: site.under("to"),
                timeout: self.timeout,
                timeout_path: site.under("timeout"),
                retry: self.retry.as_ref(),
                retry_path: site.under("retry"),
                operation: 0,
                cancels: false,
            },
        );
        if let Some(call) = call {
            compiler.emit(Step::Call(call));
        }
        compiler.emit(Step::Reply);

        let node = &mut compiler.model.nodes[site.node];
        node.entry = [entry; 2];
        let place = node.first_instance;
        let first_row = compiler.model.sources.iter().map(|source| source.classes.len() as u32).sum();
        let source = compiler.model.sources.push(Source {
            first_row,
            node: site.node,
            place,
            load,
            total: self.total,
            classes,
            class_choice,
            keys,
            size,
            reply_size,
            sessions: self.sessions,
            entry,
            call_next_door: None,
            tag: hash_name(&format!("client {}", site.name)),
        });
        compiler.model.nodes[site.node].source = Some(source);
    }

    fn classes(&self, compiler: &mut Compiler<'_>, site: &Site<'_>) -> Vec<Class> {
        let class = |name: &str, objective: Option<Duration>, priority| Class {
            name: name.to_owned(),
            tag: hash_name(name),
            objective: objective.or(self.objective),
            priority,
        };
        if self.classes.is_empty() {
            return vec![class("", None, 0)];
        }
        if self.classes.len() > MOST_CLASSES {
            let message = format!("there can be at most {MOST_CLASSES} classes, not {}", self.classes.len());
            compiler.error("too-many", message, &site.under("classes"));
        }
        for (name, table) in &self.classes {
            let path = site.under("classes").key(name);
            if name.is_empty() {
                compiler.error("bad-name", "a class needs a name", &path);
            }
            if table.priority > MOST_PRIORITY {
                let message = format!("a priority is at most {MOST_PRIORITY}, not {}", table.priority);
                compiler.error("out-of-range", message, &path.under("priority"));
            }
        }
        self.classes.iter().map(|(name, table)| class(name, table.objective, table.priority)).collect()
    }

    /// Which class a request is of: the programs of this choice are positions in the list of classes.
    fn class_choice(&self, compiler: &mut Compiler<'_>, site: &Site<'_>) -> Option<ChoiceId> {
        if self.classes.len() < 2 {
            for (name, table) in &self.classes {
                compiler.weights(&[table.weight], |_| site.under("classes").key(name).under("weight"));
            }
            return None;
        }
        let names: Vec<&String> = self.classes.keys().collect();
        let weights: Vec<Ratio> = self.classes.values().map(|table| table.weight).collect();
        let shares =
            compiler.weights(&weights, |index| site.under("classes").key(names[index]).under("weight"));
        let choice = shares.into_iter().zip(0..=u16::MAX).collect();
        Some(compiler.model.choices.push(Choice::Weighted(choice)))
    }
}
