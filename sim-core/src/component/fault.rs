//! Faults: what each of them says, what it strikes, and how it is compiled.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compile::{Compiler, Path};
use crate::component::Node;
use crate::component::control::{Every, FaultTable, Happening, Moment};
use crate::component::load::LoadTable;
use crate::component::wiring::Reference;
use crate::model::{Controller, Fault, InstanceId, LinkFault, NodeKind, Strike};
use crate::quantity::{Number, Ratio};
use crate::random::hash_name;
use crate::time::{Duration, Time};

/// A link that loses messages, for some time.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Loss {
    /// Which link: `"app->db"` is that between these nodes, in both directions; `"*"` is each of them.
    #[schemars(extend("x-names" = ["link"]))]
    pub link: String,
    /// Which share of the messages is lost.
    pub share: Ratio,
    /// How long it lasts.
    #[serde(rename = "for")]
    pub span: Duration,
}

/// A link that nothing gets over, for some time.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Partition {
    /// Which link: `"app->db"` is that between these nodes, in both directions; `"*"` is each of them.
    #[schemars(extend("x-names" = ["link"]))]
    pub link: String,
    /// How long it lasts.
    #[serde(rename = "for")]
    pub span: Duration,
}

/// A link over which messages take longer, for some time.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lag {
    /// Which link: `"app->db"` is that between these nodes, in both directions; `"*"` is each of them.
    #[schemars(extend("x-names" = ["link"]))]
    pub link: String,
    /// How much longer one way takes.
    pub add: Duration,
    /// How long it lasts.
    #[serde(rename = "for")]
    pub span: Duration,
}

/// A cache that loses what it holds, at an instant.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flush {
    /// Which cache.
    #[schemars(extend("x-names" = ["cache"]))]
    pub target: String,
}

/// Clients who ask more often, for some time.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Surge {
    /// Which clients.
    #[schemars(extend("x-names" = ["clients"]))]
    pub target: String,
    /// How many times as often they ask; below 1 they ask less.
    pub factor: Number,
    /// How long it lasts.
    #[serde(rename = "for")]
    pub span: Duration,
}

/// A fault as it is offered to somebody who wants to break something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FaultKind {
    /// What it is called in the timeline.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub doc: &'static str,
    /// What it can strike.
    pub strikes: Strikes,
    /// How it is written, with `{target}` where the name of the node, the instance or the link goes.
    pub template: &'static str,
}

/// What a fault can strike.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Strikes {
    /// Nodes of these kinds: all instances of one, or one of them.
    Instances(&'static [NodeKind]),
    /// Nodes of these kinds.
    Nodes(&'static [NodeKind]),
    /// Links between nodes.
    Links,
}

/// What has instances that can break.
const WITH_INSTANCES: Strikes = Strikes::Instances(&[NodeKind::Service, NodeKind::Database]);

/// All faults, in the order in which they are offered.
pub const FAULTS: &[FaultKind] = &[
    FaultKind {
        name: "Crash",
        doc: "An instance loses all it was doing and refuses calls until it is back.",
        strikes: WITH_INSTANCES,
        template: r#"Crash(target: "{target}", for: "30s")"#,
    },
    FaultKind {
        name: "Hang",
        doc: "An instance stands still and then goes on where it was.",
        strikes: WITH_INSTANCES,
        template: r#"Hang(target: "{target}", for: "10s")"#,
    },
    FaultKind {
        name: "Slow",
        doc: "The work of an instance takes longer; waits for what happens elsewhere do not.",
        strikes: WITH_INSTANCES,
        template: r#"Slow(target: "{target}", factor: 3, for: "30s")"#,
    },
    FaultKind {
        name: "Loss",
        doc: "Messages over a link are lost by chance, requests and answers alike, and sent again later, as TCP does.",
        strikes: Strikes::Links,
        template: r#"Loss(link: "{target}", share: "5%", for: "30s")"#,
    },
    FaultKind {
        name: "Partition",
        doc: "No message gets over a link, in either direction.",
        strikes: Strikes::Links,
        template: r#"Partition(link: "{target}", for: "30s")"#,
    },
    FaultKind {
        name: "Delay",
        doc: "Messages take longer over a link, requests and answers alike.",
        strikes: Strikes::Links,
        template: r#"Delay(link: "{target}", add: "100ms", for: "30s")"#,
    },
    FaultKind {
        name: "Flush",
        doc: "A cache loses all its entries at once.",
        strikes: Strikes::Nodes(&[NodeKind::Cache]),
        template: r#"Flush(target: "{target}")"#,
    },
    FaultKind {
        name: "Spike",
        doc: "Clients ask more often: an open load is multiplied, and the users of a closed one think for less time.",
        strikes: Strikes::Nodes(&[NodeKind::Clients]),
        template: r#"Spike(target: "{target}", factor: 3, for: "30s")"#,
    },
];

/// Beyond this nothing ever ends.
const MOST_FACTOR: f64 = 1e6;

impl Moment {
    /// Where it, the entry at `path`, names the nodes it strikes.
    pub(crate) fn references(&self, path: &Path) -> Vec<Reference> {
        let what = path.under("At").at(1);
        let (target, place) = match self {
            Moment::At(_, Happening::Crash(spell) | Happening::Hang(spell)) => {
                (&spell.target, what.under("target"))
            }
            Moment::At(_, Happening::Slow(slow)) => (&slow.target, what.under("target")),
            Moment::At(_, Happening::Flush(flush)) => (&flush.target, what.under("target")),
            Moment::At(_, Happening::Spike(surge)) => (&surge.target, what.under("target")),
            Moment::At(_, Happening::Loss(Loss { link, .. })) => (link, what.under("link")),
            Moment::At(_, Happening::Partition(Partition { link, .. })) => (link, what.under("link")),
            Moment::At(_, Happening::Delay(Lag { link, .. })) => (link, what.under("link")),
            Moment::At(_, Happening::Set(..)) => return Vec::new(),
            Moment::Every(every) => (&every.target, path.under("target")),
        };
        Reference::struck(path, &place, target)
    }

    /// Adds it to the model; `variant` is the number of the model that is in force after it, if it is a `Set`.
    pub(crate) fn lower(&self, compiler: &mut Compiler<'_>, path: &Path, variant: u32) {
        match self {
            Moment::At(at, happening) => {
                happening.lower(compiler, &path.under("At").at(1), Time::ZERO + *at, variant);
            }
            Moment::Every(every) => every.lower(compiler, path),
        }
    }
}

impl Happening {
    fn lower(&self, compiler: &mut Compiler<'_>, path: &Path, at: Time, variant: u32) {
        let target = path.under("target");
        let link = path.under("link");
        let (strike, span) = match self {
            Happening::Crash(spell) => {
                (compiler.strike_instances(&spell.target, &target, Fault::Crash), spell.span)
            }
            Happening::Hang(spell) => {
                (compiler.strike_instances(&spell.target, &target, Fault::Hang), spell.span)
            }
            Happening::Slow(slow) => {
                let fault = Fault::Slow(factor(slow.factor, "a slowdown", compiler, &path.under("factor")));
                (compiler.strike_instances(&slow.target, &target, fault), slow.span)
            }
            Happening::Loss(loss) => {
                let fault = lossy(loss.share, compiler, &path.under("share"));
                (compiler.strike_links(&loss.link, &link, fault), loss.span)
            }
            Happening::Partition(cut) => {
                (compiler.strike_links(&cut.link, &link, LinkFault::Loss(1.0)), cut.span)
            }
            Happening::Delay(lag) => {
                compiler.above_zero(lag.add, &path.under("add"), "what is added");
                (compiler.strike_links(&lag.link, &link, LinkFault::Delay(lag.add)), lag.span)
            }
            Happening::Flush(flush) => {
                if let Some(strike) = compiler.strike_cache(&flush.target, &target) {
                    let span = Duration::ZERO;
                    compiler.model.controllers.push(Controller::Scheduled { at, span, strike });
                }
                return;
            }
            Happening::Spike(surge) => {
                let factor = factor(surge.factor, "a spike", compiler, &path.under("factor"));
                (compiler.strike_clients(&surge.target, &target, factor), surge.span)
            }
            Happening::Set(..) => {
                compiler.model.controllers.push(Controller::Change { at, variant });
                return;
            }
        };
        compiler.above_zero(span, &path.under("for"), "a fault's length");
        if let Some(strike) = strike {
            compiler.model.controllers.push(Controller::Scheduled { at, span, strike });
        }
    }
}

impl Every {
    fn lower(&self, compiler: &mut Compiler<'_>, path: &Path) {
        let target = path.under("target");
        let value = path.under("fault").at(0);
        let strike = match &self.fault {
            FaultTable::Crash => compiler.strike_instances(&self.target, &target, Fault::Crash),
            FaultTable::Hang => compiler.strike_instances(&self.target, &target, Fault::Hang),
            FaultTable::Slow(slow) => {
                let fault = Fault::Slow(factor(*slow, "a slowdown", compiler, &value));
                compiler.strike_instances(&self.target, &target, fault)
            }
            FaultTable::Loss(share) => {
                let fault = lossy(*share, compiler, &value);
                compiler.strike_links(&self.target, &target, fault)
            }
            FaultTable::Partition => compiler.strike_links(&self.target, &target, LinkFault::Loss(1.0)),
            FaultTable::Delay(add) => {
                compiler.above_zero(*add, &value, "what is added");
                compiler.strike_links(&self.target, &target, LinkFault::Delay(*add))
            }
            FaultTable::Spike(times) => {
                let factor = factor(*times, "a spike", compiler, &value);
                compiler.strike_clients(&self.target, &target, factor)
            }
        };
        let up = compiler.sampler(&self.up, &path.under("up"));
        let down = compiler.sampler(&self.down, &path.under("down"));
        for (sampler, name) in [(up, "up"), (down, "down")] {
            if compiler.model.samplers[sampler].mean() == Some(0.0) {
                let message = format!("`{name}` must be above zero");
                compiler.error("out-of-range", message, &path.under(name));
            }
        }
        for strike in strike.iter().flat_map(Strike::each) {
            let name = compiler.model.names_of_struck(&strike).concat();
            let is_here = |other: &&Controller| matches!(other, Controller::Recurring { strike: there, .. } if there.is_where(&strike));
            // Counted at its place, so that a fault elsewhere moves no draw of this one.
            let number = compiler.model.controllers.iter().filter(is_here).count();
            let tag = hash_name(&format!("fault {number} {name}"));
            compiler.model.controllers.push(Controller::Recurring { strike, up, down, tag });
        }
    }
}

fn factor(factor: Number, what: &str, compiler: &mut Compiler<'_>, path: &Path) -> f64 {
    if !(factor.0 > 0.0 && factor.0 <= MOST_FACTOR) {
        let message = format!("{what} lies above 0 and at most at {MOST_FACTOR}, {} does not", factor.0);
        compiler.error("out-of-range", message, path);
    }
    factor.0
}

fn lossy(share: Ratio, compiler: &mut Compiler<'_>, path: &Path) -> LinkFault {
    compiler.share(share, path, "what is lost");
    if share.0 == 0.0 {
        compiler.error("out-of-range", "a share of nothing is no loss", path);
    }
    LinkFault::Loss(share.0)
}

impl Compiler<'_> {
    /// The instances that `app/3`, `app/*` or `app` stands for.
    fn strike_instances(&mut self, target: &str, path: &Path, fault: Fault) -> Option<Strike> {
        let (name, which) = target.split_once('/').unwrap_or((target, "*"));
        let (node, kind) = self.target(name, path)?;
        match kind {
            Node::Service(_) | Node::Database(_) => {}
            other @ (Node::Clients(_) | Node::Dns(_) | Node::Balancer(_) | Node::Cache(_)) => {
                let message = format!(
                    "faults strike services and databases, `{name}` is a node of kind {}",
                    other.kind().word()
                );
                self.error("wrong-kind", message, path);
                return None;
            }
        }
        let mut all = self.model.instances_of(node);
        if which == "*" {
            return Some(Strike::Instances(all.collect(), fault));
        }
        let count = all.len();
        let chosen: Option<InstanceId> = which.parse().ok().and_then(|number| all.nth(number));
        if chosen.is_none() {
            let message = format!("`{name}` has no instance `{which}`");
            let help = match count {
                1 => format!("its only instance is `{name}/0`"),
                _ => format!("its {count} instances are counted from 0, and `{name}/*` is all of them"),
            };
            let noted = self.error("unknown-instance", message, path);
            let noted = if count == 1 { noted.with_fix(target, &format!("{name}/0")) } else { noted };
            noted.with_help(help);
        }
        Some(Strike::Instances(vec![chosen?], fault))
    }

    /// The links that `app->db` or `*` stands for.
    fn strike_links(&mut self, link: &str, path: &Path, fault: LinkFault) -> Option<Strike> {
        if link == "*" {
            let all: Vec<u16> = self.model.links.iter().map(|link| link.number).collect();
            if all.is_empty() {
                self.error("unknown-link", "no node calls another one", path);
                return None;
            }
            return Some(Strike::Links(all, fault));
        }
        let Some((from, to)) = link.split_once("->") else {
            self.error("bad-name", format!("`{link}` is no link"), path)
                .with_help("a link is written `\"from->to\"`, and `\"*\"` stands for each of them");
            return None;
        };
        let (_, caller) = self.target(from, path)?;
        let (_, called) = self.target(to, path)?;
        let is_lookup = matches!((caller, called), (Node::Clients(_), Node::Dns(_)));
        if let Some(found) = self.known_link(from, to) {
            return Some(Strike::Links(vec![found], fault));
        }
        let is_turned = self.known_link(to, from).is_some();
        let noted = self.error("unknown-link", format!("nothing goes from `{from}` to `{to}`"), path);
        if is_lookup {
            noted.with_help("looking a name up takes no link: strike those to what its records name");
        } else if is_turned {
            let turned = format!("{to}->{from}");
            let help = format!("`{turned}` is the link, and it is struck in both directions");
            noted.with_fix(link, &turned).with_help(help);
        }
        None
    }

    /// The cache of this name, if it has entries to lose.
    fn strike_cache(&mut self, name: &str, path: &Path) -> Option<Strike> {
        let (_, node) = self.target(name, path)?;
        let Node::Cache(cache) = node else {
            let message =
                format!("only caches are flushed, `{name}` is a node of kind {}", node.kind().word());
            self.error("wrong-kind", message, path);
            return None;
        };
        if cache.hit_ratio.is_some() {
            self.error("wrong-kind", format!("`{name}` has a `hit_ratio` and no entries to lose"), path)
                .with_help("give it a `capacity` or a `ttl` instead, or change its `hit_ratio` by a `Set`");
            return None;
        }
        self.gates.caches.get(name).map(|asked| Strike::Cache(asked.id))
    }

    /// The clients of this name, if they can ask more often than they do.
    fn strike_clients(&mut self, name: &str, path: &Path, factor: f64) -> Option<Strike> {
        let (node, kind) = self.target(name, path)?;
        let Node::Clients(clients) = kind else {
            let message =
                format!("only clients ask more often, `{name}` is a node of kind {}", kind.kind().word());
            self.error("wrong-kind", message, path);
            return None;
        };
        let why = match &clients.load {
            LoadTable::Replay(_) => Some("replays a recording, which is what it is"),
            LoadTable::Closed(closed) if closed.think.is_none() => {
                Some("never thinks, and cannot ask more often")
            }
            LoadTable::Open(_) | LoadTable::Bursty(_) | LoadTable::Closed(_) => None,
        };
        if let Some(why) = why {
            self.error("wrong-kind", format!("`{name}` {why}"), path);
            return None;
        }
        Some(Strike::Load(self.model.nodes[node].source?, factor))
    }
}
