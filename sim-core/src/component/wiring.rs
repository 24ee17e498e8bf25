//! How nodes are connected: where a scenario names them, and what it takes to connect two.
//!
//! Each kind of node says in its own file where it names others (`references`), how it is connected to another (`joint`)
//! and what it looks like when it is new (`sketch`).

use std::ops::Range;

use crate::compile::Path;
use crate::component::Node;
use crate::diagnostic::Diagnostic;
use crate::model::NodeKind;
use crate::scenario::Scenario;
use crate::scenario::text::Document;

/// A place of a scenario that names a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Reference {
    /// The node that is named.
    pub(crate) name: String,
    /// The entry whose value, or whose key, says the name.
    pub(crate) path: Path,
    /// Whether it is the key that says it.
    pub(crate) is_key: bool,
    /// Where the name stands in what is said there.
    pub(crate) bytes: Range<usize>,
    /// The node that names it, if it is one.
    pub(crate) from: Option<String>,
    /// What becomes of the place without the node.
    pub(crate) role: Role,
}

/// What a place that names a node becomes without it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// A field that has to say some name.
    Target,
    /// One of a list of names: it goes.
    Member,
    /// A part of the step at this path: the step goes.
    Step(Path),
    /// A question to a cache, by the step at this path: the step goes, and what it does after a miss takes its place.
    Lookup(Path),
    /// A part of what the entry at this path says of the node: the entry goes.
    Remark(Path),
}

impl Reference {
    /// The value at `path` says the name of a node and nothing else.
    pub(crate) fn value(name: &str, path: Path, role: Role) -> Reference {
        let bytes = 0..name.len();
        Reference { name: name.to_owned(), path, is_key: false, bytes, from: None, role }
    }

    /// The value at `path`, a part of the entry at `entry`, says what a fault strikes: `app`, `app/3` or the link `app->db`.
    pub(crate) fn struck(entry: &Path, path: &Path, target: &str) -> Vec<Reference> {
        let role = || Role::Remark(entry.clone());
        let node = target.split_once('/').map_or(target, |(node, _)| node);
        let named = ends(target).unwrap_or_else(|| vec![(node, 0..node.len())]);
        let reference = |(name, bytes)| Reference { bytes, ..Reference::value(name, path.clone(), role()) };
        named.into_iter().map(reference).collect()
    }

    /// The key of the entry at `path` says names in some of its bytes.
    fn key(path: &Path, named: Vec<(&str, Range<usize>)>) -> Vec<Reference> {
        let role = || Role::Remark(path.clone());
        let reference =
            |(name, bytes)| Reference { bytes, is_key: true, ..Reference::value(name, path.clone(), role()) };
        named.into_iter().map(reference).collect()
    }
}

/// The nodes at the ends of a link, and where its name says them.
fn ends(link: &str) -> Option<Vec<(&str, Range<usize>)>> {
    let (from, to) = link.split_once("->")?;
    Some(vec![(from, 0..from.len()), (to, link.len() - to.len()..link.len())])
}

/// What connects a node to another one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Joint {
    /// The other's name takes the place of what this field says.
    Field(&'static str),
    /// This text is added to the list in this field.
    Listed(&'static str, String),
}

/// A scenario that is drawn on.
pub(crate) struct Canvas<'c> {
    pub(crate) scenario: &'c Scenario,
    pub(crate) document: &'c Document<'c>,
}

impl Node {
    /// Where it names other nodes.
    pub(crate) fn references(&self, name: &str) -> Vec<Reference> {
        let path = Path::root().under("nodes").key(name);
        let mut found = match self {
            Node::Clients(clients) => clients.references(&path),
            Node::Dns(dns) => dns.references(&path),
            Node::Balancer(balancer) => balancer.references(&path),
            Node::Service(service) => service.references(&path),
            // They answer, and ask nobody.
            Node::Cache(_) | Node::Database(_) => Vec::new(),
        };
        found.iter_mut().for_each(|reference| reference.from = Some(name.to_owned()));
        found
    }

    /// What connects it, called `name`, to the node `other`, called `to`; or why nothing does.
    pub(crate) fn joint(&self, name: &str, to: &str, other: &Node) -> Result<Joint, Diagnostic> {
        let joint = match self {
            Node::Clients(clients) => clients.joint(other),
            Node::Dns(dns) => dns.joint(to, other),
            Node::Balancer(balancer) => balancer.joint(to, other),
            Node::Service(service) => service.joint(to, other),
            Node::Cache(_) => Err("a cache answers and calls nobody: connect the service that asks it"),
            Node::Database(_) => {
                Err("a database answers and calls nobody: connect the service that queries it")
            }
        };
        joint.map_err(|why| {
            let (kind, other) = (self.kind().word(), other.kind().word());
            let message =
                format!("`{name}`, a node of kind {kind}, cannot be connected to `{to}`, of kind {other}");
            Diagnostic::error("cannot-connect", message).with_help(why)
        })
    }
}

/// Every place of the scenario itself that names a node; what its cases and changes put elsewhere, and its claims, are
/// not among them.
pub(crate) fn references(scenario: &Scenario) -> Vec<Reference> {
    let mut found: Vec<Reference> =
        scenario.nodes.iter().flat_map(|(name, node)| node.references(name)).collect();
    let links = Path::root().under("links");
    for link in scenario.links.keys() {
        found.extend(Reference::key(&links.key(link), ends(link).unwrap_or_default()));
    }
    let (scale, timeline) = (Path::root().under("scale"), Path::root().under("timeline"));
    found.extend(scenario.scale.iter().enumerate().map(|(index, it)| it.reference(&scale.at(index))));
    found.extend(
        scenario.timeline.iter().enumerate().flat_map(|(index, it)| it.references(&timeline.at(index))),
    );
    let layout = Path::root().under("layout");
    for name in scenario.layout.keys() {
        found.extend(Reference::key(&layout.key(name), vec![(name, 0..name.len())]));
    }
    found
}

/// How gladly a new node calls one of this kind, the lowest first; `None` if it cannot.
pub(crate) type Rank = fn(NodeKind) -> Option<u8>;

impl Canvas<'_> {
    /// Whom a new node calls: of the best by `rank` one that nobody calls yet, else one that clients call, else any.
    pub(crate) fn target(&self, rank: Rank) -> Option<String> {
        let nodes = || self.scenario.nodes.iter();
        let calls = |from: &Node, name: &str, to: &str| from.references(name).iter().any(|it| it.name == to);
        let is_called = |to: &str| nodes().any(|(name, node)| calls(node, name, to));
        let is_entry =
            |to: &str| nodes().any(|(name, node)| node.kind() == NodeKind::Clients && calls(node, name, to));
        let ranked = nodes().filter_map(|(name, node)| Some((rank(node.kind())?, name)));
        let place = |name: &str| {
            if !is_called(name) {
                0
            } else if is_entry(name) {
                1
            } else {
                2
            }
        };
        ranked.min_by_key(|(rank, name)| (*rank, place(name), *name)).map(|(_, name)| name.clone())
    }
}

/// That there is nobody whom a new node could call.
pub(crate) fn nobody(kind: &str, help: &str) -> Diagnostic {
    Diagnostic::error("no-target", format!("there is nobody yet whom {kind} could call")).with_help(help)
}
