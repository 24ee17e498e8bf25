//! The names that a scenario gives, by what they are names of: from its text, whether or not it can be read.

use super::form::{Form, Shape};
use super::text::{Document, Entry, Kind, Value};

/// So many instances of a node are offered by number.
const MOST_INSTANCES: u32 = 16;

/// What has a name in a scenario.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// In the order of the text.
    pub(crate) nodes: Vec<Named>,
    pub(crate) hosts: Vec<String>,
    pub(crate) cases: Vec<String>,
    /// Who calls or asks whom.
    pub(crate) links: Vec<(String, String)>,
}

/// A node.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) name: String,
    /// The variant it is written as.
    pub(crate) kind: String,
    /// How many instances it can have.
    pub(crate) instances: u32,
    /// Its classes of requests, if it is a client.
    pub(crate) classes: Vec<String>,
}

/// A name, and a word of what it is the name of.
pub(super) struct Candidate {
    pub(super) name: String,
    pub(super) what: String,
}

impl Names {
    /// The names in a text.
    pub(super) fn of(document: &Document<'_>, root: Form<'_>) -> Names {
        let keys = |value: Option<&Value>| -> Vec<String> {
            let entries = value.map_or(&[][..], |value| &value.entries);
            entries.iter().filter_map(|entry| key(document, entry)).collect()
        };
        let mut names = Names {
            hosts: keys(field(document, &document.root, "hosts")),
            cases: keys(field(document, &document.root, "cases")),
            ..Names::default()
        };
        let Some(nodes) = field(document, &document.root, "nodes") else { return names };
        let node = root.field("nodes").map(|field| field.form.shape());
        for entry in &nodes.entries {
            let Some(name) = key(document, entry) else { continue };
            let value = &entry.value;
            let kind = value.name.as_ref().map_or(String::new(), |name| document.key_text(name).into_owned());
            if let Some(Shape::Map(node)) = node {
                calls(document, node, value, &mut |to| {
                    let link = (name.clone(), to.to_owned());
                    if !names.links.contains(&link) {
                        names.links.push(link);
                    }
                });
            }
            let instances = number(document, value, "instances").unwrap_or(1);
            names.nodes.push(Named {
                name,
                kind,
                instances,
                classes: keys(field(document, value, "classes")),
            });
        }
        names.add_scaling(document);
        names
    }

    /// An autoscaler adds instances.
    fn add_scaling(&mut self, document: &Document<'_>) {
        let scalers = field(document, &document.root, "scale").map_or(&[][..], |list| &list.entries);
        for scaler in scalers.iter().map(|entry| &entry.value) {
            let target = field(document, scaler, "target").map(|target| document.key_text(&target.span));
            let node = self.nodes.iter_mut().find(|node| Some(node.name.as_str()) == target.as_deref());
            if let (Some(node), Some(most)) = (node, number(document, scaler, "max")) {
                node.instances = node.instances.max(most);
            }
        }
    }

    /// All that a text can say that is the name of one of these kinds of things, as the schema calls them.
    pub(super) fn candidates(&self, kinds: &[&str]) -> Vec<Candidate> {
        let mut found = Vec::new();
        for kind in kinds {
            match *kind {
                "host" => found.extend(self.hosts.iter().map(|host| candidate(host, "host"))),
                "class" => {
                    for client in &self.nodes {
                        let what = format!("class of {}", client.name);
                        found.extend(client.classes.iter().map(|class| candidate(class, &what)));
                    }
                }
                "link" => {
                    found.push(candidate("*", "every other link"));
                    let links =
                        self.links.iter().map(|(from, to)| candidate(&format!("{from}->{to}"), "link"));
                    found.extend(links);
                }
                "instance" => self.nodes.iter().for_each(|node| node.put_instances(&mut found)),
                _ => {}
            }
        }
        let is_meant = |node: &&Named| kinds.contains(&"node") || kinds.contains(&node.word().as_str());
        found.extend(self.nodes.iter().filter(is_meant).map(|node| candidate(&node.name, &node.word())));
        found
    }
}

impl Named {
    /// Its kind in small letters.
    pub(super) fn word(&self) -> String {
        self.kind.to_lowercase()
    }

    /// What a fault can strike.
    fn put_instances(&self, found: &mut Vec<Candidate>) {
        if !matches!(self.kind.as_str(), "Service" | "Database") {
            return;
        }
        found.push(candidate(&self.name, &format!("all instances of the {}", self.word())));
        let numbers = 0..self.instances.min(MOST_INSTANCES);
        found.extend(numbers.map(|number| candidate(&format!("{}/{number}", self.name), "instance")));
    }
}

fn candidate(name: &str, what: &str) -> Candidate {
    Candidate { name: name.to_owned(), what: what.to_owned() }
}

/// Every node that a value names as the other end of a call.
fn calls(document: &Document<'_>, form: Form<'_>, value: &Value, found: &mut impl FnMut(&str)) {
    let is_call = form.names().iter().any(|kind| matches!(*kind, "dns" | "balancer" | "database" | "cache"));
    if value.kind == Kind::Text && is_call {
        found(&document.key_text(&value.span));
    }
    for (index, entry) in value.entries.iter().enumerate() {
        if let Some(inner) = form.entry(value, index, entry, document) {
            calls(document, inner, &entry.value, found);
        }
    }
}

fn key(document: &Document<'_>, entry: &Entry) -> Option<String> {
    entry.key.as_ref().map(|key| document.key_text(key).into_owned())
}

/// What a table, or the table in the brackets of a variant, has in a field.
fn field<'d>(document: &Document<'_>, value: &'d Value, name: &str) -> Option<&'d Value> {
    let has_name = |entry: &&Entry| entry.key.as_ref().is_some_and(|key| document.key_text(key) == name);
    value.entries.iter().find(has_name).map(|entry| &entry.value)
}

fn number(document: &Document<'_>, value: &Value, name: &str) -> Option<u32> {
    let written = field(document, value, name)?;
    document.text[written.span.clone()].replace('_', "").parse().ok()
}
