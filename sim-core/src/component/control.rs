//! What changes things from outside: autoscalers, faults, and changes of the scenario.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compile::{Compiler, Path};
use crate::component::Node;
use crate::component::fault::{Flush, Lag, Loss, Partition, Surge};
use crate::component::wiring::{Reference, Role};
use crate::distribution::Distribution;
use crate::model::{Controller, Delay};
use crate::policy::scale::{Behavior, Hpa as Policy, RateLimit, Step};
use crate::quantity::{Number, Ratio};
use crate::random::hash_name;
use crate::scenario::one_u32;
use crate::time::Duration;

/// An autoscaler.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum Scaler {
    /// The Horizontal Pod Autoscaler of Kubernetes, on CPU utilization.
    Hpa(Box<Hpa>),
}

/// The parameters of a Horizontal Pod Autoscaler; the defaults are those of Kubernetes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hpa {
    /// The service it scales.
    #[schemars(extend("x-names" = ["service"]))]
    pub target: String,
    /// The utilization to hold.
    #[serde(default = "default_cpu")]
    pub cpu: Ratio,
    /// Never fewer instances.
    #[serde(default = "one_u32")]
    #[schemars(range(min = 1))]
    pub min: u32,
    /// Never more instances.
    #[schemars(range(min = 1, max = 100_000))]
    pub max: u32,
    /// How long a new instance boots before it takes requests; no time by default.
    #[serde(default)]
    pub boot: Option<Distribution<Duration>>,
    /// The time between two decisions.
    #[serde(default = "default_sync")]
    pub sync: Duration,
    /// Nothing is done while measured over wanted utilization is this close to 1.
    #[serde(default = "default_tolerance")]
    pub tolerance: Ratio,
    /// Scaling down follows the highest recommendation of this span.
    #[serde(default = "default_stabilization")]
    pub stabilization: Duration,
    /// Scaling up follows the lowest recommendation of this span.
    #[serde(default)]
    pub up_stabilization: Duration,
    /// How fast instances may be added; the limit that allows most counts.
    #[serde(default = "default_up")]
    pub up: Vec<Pace>,
    /// How fast instances may be removed; the limit that allows most counts.
    #[serde(default = "default_down")]
    pub down: Vec<Pace>,
}

/// A limit of how fast the number of instances changes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum Pace {
    /// So many instances within a span.
    Pods(Pods),
    /// A share of the instances within a span.
    Percent(Percent),
}

/// So many instances within a span.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pods {
    /// How many.
    #[schemars(range(min = 1))]
    pub count: u32,
    /// Within how long.
    pub every: Duration,
}

/// A share of the instances within a span.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Percent {
    /// Which share of the instances there were: `"100%"` doubles them.
    pub share: Ratio,
    /// Within how long.
    pub every: Duration,
}

fn default_cpu() -> Ratio {
    Ratio(0.8)
}

fn default_sync() -> Duration {
    Duration(15_000_000_000)
}

fn default_tolerance() -> Ratio {
    Ratio(0.1)
}

fn default_stabilization() -> Duration {
    Duration(300_000_000_000)
}

fn default_up() -> Vec<Pace> {
    let every = default_sync();
    vec![Pace::Pods(Pods { count: 4, every }), Pace::Percent(Percent { share: Ratio(1.0), every })]
}

fn default_down() -> Vec<Pace> {
    vec![Pace::Percent(Percent { share: Ratio(1.0), every: default_sync() })]
}

/// Something that happens.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum Moment {
    /// Once, at a time: `At("3min", Crash(target: "app/3", for: "30s"))`.
    At(Duration, Happening),
    /// Again and again, by chance, to each target on its own.
    Every(Every),
}

/// What happens at a time.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum Happening {
    /// An instance loses all it was doing and refuses calls until it is back.
    Crash(Spell),
    /// An instance stands still and then goes on where it was.
    Hang(Spell),
    /// The work of an instance takes longer; waits for what happens elsewhere do not.
    Slow(Slow),
    /// Messages over a link are lost by chance, requests and answers alike, and sent again later, as TCP does.
    Loss(Loss),
    /// No message gets over a link, in either direction.
    Partition(Partition),
    /// Messages take longer over a link, requests and answers alike.
    Delay(Lag),
    /// A cache loses all its entries at once.
    Flush(Flush),
    /// Clients ask more often: an open load is multiplied, and the users of a closed one think for less time.
    Spike(Surge),
    /// The scenario is another one from now on: a path and what to put there. Numbers and policies can change, the structure
    /// cannot.
    Set(#[schemars(extend("x-names" = ["path"]))] String, String),
}

/// A fault of some length.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spell {
    /// Where: `"app/3"` is an instance (counted from 0), `"app/*"` or `"app"` all of them.
    #[schemars(extend("x-names" = ["instance"]))]
    pub target: String,
    /// How long it lasts.
    #[serde(rename = "for")]
    pub span: Duration,
}

/// A slowdown of some length.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Slow {
    /// Where: `"app/3"` is an instance (counted from 0), `"app/*"` or `"app"` all of them.
    #[schemars(extend("x-names" = ["instance"]))]
    pub target: String,
    /// How many times as long work takes.
    pub factor: Number,
    /// How long it lasts.
    #[serde(rename = "for")]
    pub span: Duration,
}

/// A fault that comes again and again.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Every {
    /// Where: `"app/3"` is an instance (counted from 0), `"app/*"` or `"app"` each of them on its own. Or clients, or a link
    /// such as `"app->db"`, of which `"*"` is each on its own.
    #[schemars(extend("x-names" = ["instance", "clients", "link"]))]
    pub target: String,
    /// The time from the end of one to the start of the next.
    pub up: Distribution<Duration>,
    /// How long one lasts.
    pub down: Distribution<Duration>,
    /// What goes wrong.
    pub fault: FaultTable,
}

/// What goes wrong.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum FaultTable {
    /// It loses all it was doing and refuses calls until it is back.
    Crash,
    /// It stands still and then goes on where it was.
    Hang,
    /// Work takes this many times as long.
    Slow(Number),
    /// This share of the messages over a link is lost.
    Loss(Ratio),
    /// No message gets over a link.
    Partition,
    /// Messages take so much longer over a link.
    Delay(Duration),
    /// Clients ask this many times as often.
    Spike(Number),
}

impl Scaler {
    /// The service it scales, and to how many instances at most.
    pub(crate) fn most(&self) -> (&str, u32) {
        let Scaler::Hpa(hpa) = self;
        (&hpa.target, hpa.max)
    }

    /// Where it, the entry at `path`, names the service it scales.
    pub(crate) fn reference(&self, path: &Path) -> Reference {
        Reference::value(self.most().0, path.under("target"), Role::Remark(path.clone()))
    }

    pub(crate) fn lower(&self, compiler: &mut Compiler<'_>, path: &Path) {
        let Scaler::Hpa(hpa) = self;
        hpa.lower(compiler, path);
    }
}

impl Hpa {
    fn lower(&self, compiler: &mut Compiler<'_>, path: &Path) {
        let place = path.under("target");
        let target = compiler.target(&self.target, &place);
        let node = match target {
            Some((node, Node::Service(service))) => {
                if let Some(host) = &service.host {
                    let message =
                        format!("`{}` is placed on the host `{host}` and cannot be scaled", self.target);
                    compiler.error("wrong-kind", message, &place);
                }
                if compiler.is_scaled_before(&self.target, path) {
                    compiler.error("duplicate", format!("`{}` has two autoscalers", self.target), &place);
                }
                node
            }
            Some((_, other)) => {
                let message = format!(
                    "only services are scaled, `{}` is a node of kind {}",
                    self.target,
                    other.kind().word()
                );
                compiler.error("wrong-kind", message, &place);
                return;
            }
            None => return,
        };
        compiler.count(self.min, &path.under("min"), "an autoscaler keeps at least one instance");
        compiler.count(self.max, &path.under("max"), "an autoscaler needs at least one instance");
        if self.min > self.max {
            let message = format!("`min` ({}) is above `max` ({})", self.min, self.max);
            compiler.error("out-of-range", message, &path.under("min"));
        }
        if self.cpu.0 <= 0.0 {
            compiler.error("out-of-range", "the utilization to hold must be above zero", &path.under("cpu"));
        }
        compiler.above_zero(self.sync, &path.under("sync"), "the time between decisions");
        compiler.share(self.tolerance, &path.under("tolerance"), "a tolerance");
        let boot = match &self.boot {
            Some(boot) => compiler.delay(boot, &path.under("boot")),
            None => Delay::None,
        };
        let policy = Policy {
            target: self.cpu.0,
            min: self.min,
            max: self.max,
            sync: self.sync,
            tolerance: self.tolerance.0,
            up: behavior(self.up_stabilization, &self.up, compiler, &path.under("up")),
            down: behavior(self.stabilization, &self.down, compiler, &path.under("down")),
        };
        let tag = hash_name(&format!("hpa {}", self.target));
        compiler.model.controllers.push(Controller::Hpa { node, policy, boot, tag });
    }
}

fn behavior(stabilization: Duration, paces: &[Pace], compiler: &mut Compiler<'_>, path: &Path) -> Behavior {
    let mut rates = Vec::new();
    for (index, pace) in paces.iter().enumerate() {
        let path = path.at(index);
        let (by, period) = match pace {
            Pace::Pods(Pods { count, every }) => {
                compiler.count(*count, &path.under("count"), "a limit allows at least one instance");
                (Step::Pods(*count), *every)
            }
            Pace::Percent(Percent { share, every }) => {
                if share.0 <= 0.0 {
                    let message = "a limit allows a share above zero";
                    compiler.error("out-of-range", message, &path.under("share"));
                }
                (Step::Percent(share.0 * 100.0), *every)
            }
        };
        compiler.above_zero(period, &path.under("every"), "a limit's span");
        rates.push(RateLimit { by, period });
    }
    Behavior { stabilization, rates }
}
