//! The network: which link two nodes have.

use super::{Compiler, Path};
use crate::diagnostic::suggest;
use crate::model::{Delay, Link, NodeId, Wire, WireId};
use crate::quantity::Bandwidth;
use crate::scenario::LinkTable;

/// Visits count links in 16 bits.
const MOST_LINKS: usize = 1 << 16;

impl Compiler<'_> {
    /// The link from one node to another: the one of that name, else the one for all.
    pub(crate) fn link(&mut self, from: &str, to: &str) -> Link {
        let pair = (from.to_owned(), to.to_owned());
        if let Some(link) = self.links.get(&pair) {
            return *link;
        }
        let scenario = self.scenario;
        let named = scenario.links.get_key_value(&format!("{from}->{to}"));
        let (latency, wires) = match named.or_else(|| scenario.links.get_key_value("*")) {
            Some((key, table)) => self.new_link(key, table),
            None => (Delay::None, None),
        };
        let count = self.model.links.len();
        if count == MOST_LINKS {
            let message = format!("there can be at most {MOST_LINKS} links between nodes");
            self.error("too-many", message, &Path::root().under("nodes").key(from));
        }
        let link = Link { number: u16::try_from(count).unwrap_or_default(), latency, wires };
        self.model.links.push(link);
        let number = |name| self.nodes.get(name).copied().unwrap_or(NodeId(0));
        self.model.ends.push((number(from), number(to)));
        self.links.insert(pair, link);
        link
    }

    /// The number of the link from one node to another, if anything goes that way.
    pub(crate) fn known_link(&self, from: &str, to: &str) -> Option<u16> {
        self.links.get(&(from.to_owned(), to.to_owned())).map(|link| link.number)
    }

    fn new_link(&mut self, key: &str, table: &LinkTable) -> (Delay, Option<(WireId, WireId)>) {
        let path = Path::root().under("links").key(key);
        let latency = match (self.latencies.get(key), &table.latency) {
            (Some(known), _) => *known,
            (None, None) => Delay::None,
            (None, Some(latency)) => {
                let delay = self.delay(latency, &path.under("latency"));
                self.latencies.insert(key.to_owned(), delay);
                delay
            }
        };
        let wires = table.bandwidth.filter(|Bandwidth(bytes)| *bytes > 0).map(|Bandwidth(bytes)| {
            let wire = Wire { nanoseconds_per_byte: 1e9 / bytes as f64 };
            (self.model.wires.push(wire), self.model.wires.push(wire))
        });
        (latency, wires)
    }

    /// Checks what is said of links. Comes last, when it is known which links are used.
    pub(super) fn check_links(&mut self) {
        let scenario = self.scenario;
        for (key, table) in &scenario.links {
            let path = Path::root().under("links").key(key);
            if table.bandwidth == Some(Bandwidth(0)) {
                let message = "a bandwidth must be above zero";
                self.error("out-of-range", message, &path.under("bandwidth"));
            }
            if table.bandwidth.is_some()
                && self
                    .model
                    .sources
                    .iter()
                    .all(|source| source.size.is_none() && source.reply_size.is_none())
                && !self.replays_sizes()
            {
                self.error(
                    "useless-field",
                    "a bandwidth does nothing while no request has a size",
                    &path.under("bandwidth"),
                )
                .with_help("give some clients a `size` or a `reply_size`");
            }
            if key == "*" {
                continue;
            }
            let Some((from, to)) = key.split_once("->") else {
                self.error_at_key("bad-name", format!("`{key}` is no link"), &path)
                    .with_help("a link is written `\"from->to\"`, and `\"*\"` stands for all others");
                continue;
            };
            let mut is_known = true;
            for name in [from, to] {
                if !scenario.nodes.contains_key(name) {
                    is_known = false;
                    let near = suggest(name, scenario.nodes.keys().map(String::as_str));
                    let message = format!("no node is called `{name}`");
                    self.error_at_key("unknown-node", message, &path).meant(name, near);
                }
            }
            if is_known && !self.links.contains_key(&(from.to_owned(), to.to_owned())) {
                let message = format!("nothing goes from `{from}` to `{to}`");
                self.warning_at_key("unused-link", message, &path);
            }
        }
    }
}
