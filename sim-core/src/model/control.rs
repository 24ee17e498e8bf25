//! What changes a running system: autoscalers, faults, and changes of the scenario, as they are compiled.

use super::{Delay, InstanceId, NodeId, SamplerId};
use crate::policy::scale::Hpa;
use crate::time::{Duration, Time};

/// Something that looks now and then and changes something.
#[derive(Clone, PartialEq, Debug)]
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
        /// How long.
        span: Duration,
        /// Where.
        targets: Vec<InstanceId>,
        /// What.
        fault: Fault,
    },
    /// A fault that comes again and again to one instance.
    Recurring {
        /// Where.
        target: InstanceId,
        /// Time between the end of one and the start of the next.
        up: SamplerId,
        /// How long one lasts.
        down: SamplerId,
        /// What.
        fault: Fault,
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

/// What goes wrong with an instance.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Fault {
    /// It loses all it was doing and refuses calls until it has restarted.
    Crash,
    /// It stands still and then goes on where it was.
    Hang,
    /// Its work takes this many times as long; waits for what happens elsewhere do not.
    Slow(f64),
}
