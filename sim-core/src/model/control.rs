//! What changes a running system: autoscalers, faults, and changes of the scenario, as they are compiled.

use serde::{Deserialize, Serialize};

use super::{CacheId, Delay, InstanceId, Model, NodeId, SamplerId, SourceId};
use crate::policy::scale::Hpa;
use crate::quantity::Ratio;
use crate::time::{Duration, Time};

/// Something that looks now and then and changes something.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Controller {
    /// A Horizontal Pod Autoscaler.
    Hpa {
        /// The service it scales.
        node: NodeId,
        /// Its parameters.
        policy: Hpa,
        /// How long a new instance boots.
        boot: Delay,
        /// Keys its draws.
        tag: u64,
    },
    /// A fault that comes once, at a given time.
    Scheduled {
        /// When.
        at: Time,
        /// How long; no time for what is over at once.
        span: Duration,
        /// What, and where.
        strike: Strike,
    },
    /// A fault that comes again and again to one instance, one link or one source.
    Recurring {
        /// What, and where.
        strike: Strike,
        /// Time between the end of one and the start of the next.
        up: SamplerId,
        /// How long one lasts.
        down: SamplerId,
        /// Keys its draws.
        tag: u64,
    },
    /// The scenario changes: from then on the engine runs the variant of this number.
    Change {
        /// When.
        at: Time,
        /// Which of the compiled variants.
        variant: u32,
    },
}

/// What a fault does to what.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Strike {
    /// Something goes wrong with instances.
    Instances(Vec<InstanceId>, Fault),
    /// Something goes wrong on links, by their numbers.
    Links(Vec<u16>, LinkFault),
    /// A cache loses its entries.
    Cache(CacheId),
    /// A source makes this many times as many requests.
    Load(SourceId, f64),
}

/// What goes wrong with an instance.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub enum Fault {
    /// It loses all it was doing and refuses calls until it has restarted.
    Crash,
    /// It stands still and then goes on where it was.
    Hang,
    /// Its work takes this many times as long; waits for what happens elsewhere do not.
    Slow(f64),
}

/// What goes wrong on a link, in both directions.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub enum LinkFault {
    /// This share of the messages is lost; all of them if it is split.
    Loss(f64),
    /// Messages take so much longer.
    Delay(Duration),
}

impl Controller {
    /// What it strikes, if it is a fault.
    pub fn strike(&self) -> Option<&Strike> {
        match self {
            Controller::Scheduled { strike, .. } | Controller::Recurring { strike, .. } => Some(strike),
            Controller::Hpa { .. } | Controller::Change { .. } => None,
        }
    }
}

impl Strike {
    /// What happens, before the names of what is struck: `crash`, `5% lost over`.
    pub fn words(&self) -> String {
        match self {
            Strike::Instances(_, Fault::Crash) => "crash".to_owned(),
            Strike::Instances(_, Fault::Hang) => "hang".to_owned(),
            Strike::Instances(_, Fault::Slow(factor)) => format!("{factor} times slower"),
            Strike::Links(_, LinkFault::Loss(1.0)) => "partition".to_owned(),
            Strike::Links(_, LinkFault::Loss(share)) => format!("{} lost over", Ratio(*share)),
            Strike::Links(_, LinkFault::Delay(add)) => format!("{add} longer over"),
            Strike::Cache(_) => "flush".to_owned(),
            Strike::Load(_, factor) => format!("{factor} times the load of"),
        }
    }

    /// The instances that it strikes.
    pub fn instances(&self) -> &[InstanceId] {
        match self {
            Strike::Instances(targets, _) => targets,
            Strike::Links(..) | Strike::Cache(_) | Strike::Load(..) => &[],
        }
    }

    /// The same for each instance or link on its own.
    pub fn each(&self) -> Vec<Strike> {
        match self {
            Strike::Instances(targets, fault) => {
                targets.iter().map(|target| Strike::Instances(vec![*target], *fault)).collect()
            }
            Strike::Links(links, fault) => {
                links.iter().map(|link| Strike::Links(vec![*link], *fault)).collect()
            }
            Strike::Cache(_) | Strike::Load(..) => vec![self.clone()],
        }
    }

    /// Whether it strikes the same as another one.
    pub fn is_where(&self, other: &Strike) -> bool {
        match (self, other) {
            (Strike::Instances(one, _), Strike::Instances(other, _)) => one == other,
            (Strike::Links(one, _), Strike::Links(other, _)) => one == other,
            (Strike::Cache(one), Strike::Cache(other)) => one == other,
            (Strike::Load(one, _), Strike::Load(other, _)) => one == other,
            (Strike::Instances(..) | Strike::Links(..) | Strike::Cache(_) | Strike::Load(..), _) => false,
        }
    }
}

impl Model {
    /// What people call what is struck: `app/3`, `app->db`, `users`.
    pub fn names_of_struck(&self, strike: &Strike) -> Vec<String> {
        match strike {
            Strike::Instances(targets, _) => {
                targets.iter().map(|target| self.instance_name(*target)).collect()
            }
            Strike::Links(links, _) => links.iter().map(|link| self.link_name(*link)).collect(),
            Strike::Cache(cache) => vec![self.nodes[self.caches[*cache].node].name.clone()],
            Strike::Load(source, _) => vec![self.nodes[self.sources[*source].node].name.clone()],
        }
    }
}
