//! Services: instances with cores that run a list of steps for each request.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compile::{Compiler, Path, Place, Shape, Site};
use crate::component::step::{self, StepTable};
use crate::component::wiring::{Canvas, Joint, Reference};
use crate::component::{Kind, Node};
use crate::diagnostic::Diagnostic;
use crate::distribution::Distribution;
use crate::model::step::Step;
use crate::model::{Discipline, NodeKind, Patience, Pool, PoolKind};
use crate::quantity::{Number, Rate, Ratio};
use crate::scenario::one_u32;
use crate::scenario::text::quote;
use crate::time::Duration;

/// Runs a list of steps for each request. A core is held only while computing.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// How many instances there are at the start.
    #[serde(default = "one_u32")]
    #[schemars(range(min = 1, max = 100_000))]
    pub instances: u32,
    /// How many cores each instance has; 1 by default, those of the host if there is one.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub cores: Option<u32>,
    /// How fast the cores are: work of 10 ms takes 5 ms at speed 2. 1 by default, that of the host if there is one.
    #[serde(default)]
    pub speed: Option<Number>,
    /// Who gets a core when; first come, first served by default, the host's order if there is one.
    #[serde(default)]
    pub schedule: Option<Schedule>,
    /// How many requests an instance works on at a time, and whether a waiting one counts. By default `Async` with as many as
    /// there are cores; where the order of the cores is not first come, first served, no limit, so that it can show.
    #[serde(default)]
    pub run: Option<RunMode>,
    /// How many requests may wait for a worker at an instance, more are rejected; unlimited by default.
    #[serde(default)]
    pub queue: Option<u32>,
    /// The order of those who wait for a worker; by default first come, first served, or by priority where the cores are.
    #[serde(default)]
    pub order: Option<Order>,
    /// How long a request waits for a worker before it leaves; for ever by default.
    #[serde(default)]
    pub patience: Option<Distribution<Duration>>,
    /// What is done for a request, step by step. With no steps it is answered at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serve: Vec<StepTable>,
    /// The host that its instances are placed on, whose cores they share; by default each has its own cores.
    #[serde(default)]
    #[schemars(extend("x-names" = ["host"]))]
    pub host: Option<String>,
    /// The serialised share σ of the Universal Scalability Law: n requests at work together do n / (1 + σ(n−1) + κn(n−1)) times
    /// the work of one.
    #[serde(default)]
    pub contention: Ratio,
    /// The crosstalk share κ of the Universal Scalability Law.
    #[serde(default)]
    pub coherency: Ratio,
    /// What an instance costs while it exists, such as `"0.10/h"`, in any currency; nothing by default.
    #[serde(default)]
    pub price: Option<Rate>,
}

/// Who gets a core when.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub enum Schedule {
    /// First come, first served.
    #[default]
    Fifo,
    /// Everybody at once, at equal speeds.
    ProcessorSharing,
    /// The latest interrupts the one before, which resumes later.
    LifoPreemptive,
    /// Higher priorities first, without interruption.
    Priority,
    /// Higher priorities first; they interrupt lower ones, which resume later.
    PriorityPreemptive,
}

/// How many requests an instance works on at a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum RunMode {
    /// So many threads: a request keeps its thread until it is answered, also while it waits and calls.
    Threads(u32),
    /// One thread, given up while a request waits or calls.
    EventLoop,
    /// So many workers, given up while a request waits or calls.
    Async(u32),
}

/// The order of a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum Order {
    /// First come, first served.
    Fifo,
    /// Last come, first served.
    Lifo,
    /// Higher priorities first.
    Priority,
}

/// What there is to know of services.
pub const KIND: Kind = Kind {
    variant: "Service",
    word: NodeKind::Service.word(),
    doc: "Runs a list of steps for each request, on instances with cores.",
    models: "instances with cores of a speed; who gets a core when (first come, processor sharing, last come preemptive, \
             priorities); threads, an event loop or async workers; a bounded line with patience; steps: work, waits, calls, \
             fan-out, parallel branches, choices, cache lookups, failure; hosts whose cores are shared; the Universal \
             Scalability Law.",
    models_not: "memory, garbage collection, context switches, caches of the CPU, disks as a resource of their own. A `Wait` \
                 has no capacity. A core is held only while computing.",
    laws: "M/M/c, M/G/1, M/D/1, processor sharing, Cobham's priorities, Erlang B for no line at all, Erlang A with patience.",
    care: "",
    sketch,
};

fn sketch(_: &Canvas<'_>) -> Result<String, Diagnostic> {
    Ok("Service(serve: [Cpu(Exp(\"10ms\"))])".to_owned())
}

/// How computing uses an instance's pools.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Computing {
    /// One pool is all there is.
    Fused,
    /// A thread is taken at the start and kept; the cores are the second pool.
    Threads,
    /// A worker is taken for each piece of work; the cores are the second pool.
    Workers,
}

impl Schedule {
    /// Whether requests can get a core out of their turn, so that a limit of workers before the cores would hide it.
    pub(crate) fn is_turn_by_turn(self) -> bool {
        match self {
            Schedule::Fifo => true,
            Schedule::ProcessorSharing
            | Schedule::LifoPreemptive
            | Schedule::Priority
            | Schedule::PriorityPreemptive => false,
        }
    }

    /// The discipline of cores, of which at most `at_most` requests share where they do.
    pub(crate) fn discipline(self, at_most: u32) -> Discipline {
        match self {
            Schedule::Fifo => Discipline::Fifo,
            Schedule::ProcessorSharing => Discipline::Sharing { at_most, contention: 0.0, coherency: 0.0 },
            Schedule::LifoPreemptive => Discipline::LifoPreemptive,
            Schedule::Priority => Discipline::Priority,
            Schedule::PriorityPreemptive => Discipline::PriorityPreemptive,
        }
    }
}

impl Order {
    fn discipline(self) -> Discipline {
        match self {
            Order::Fifo => Discipline::Fifo,
            Order::Lifo => Discipline::Lifo,
            Order::Priority => Discipline::Priority,
        }
    }
}

/// A pool of cores that takes all who come.
pub(crate) fn cores_pool(cores: u32, discipline: Discipline) -> Pool {
    Pool { servers: cores, discipline, queue: u32::MAX, patience: None, levels: 1 }
}

impl Service {
    pub(crate) fn references(&self, path: &Path) -> Vec<Reference> {
        step::references(&self.serve, &path.under("serve"))
    }

    pub(crate) fn joint(&self, to: &str, other: &Node) -> Result<Joint, &'static str> {
        match other {
            Node::Balancer(_) | Node::Service(_) | Node::Database(_) => {
                Ok(Joint::Listed("serve", format!("Call(to: {})", quote(to))))
            }
            Node::Cache(_) => Ok(Joint::Listed("serve", format!("Get(cache: {})", quote(to)))),
            Node::Clients(_) => {
                Err("clients make requests and answer none: connect them to the service instead")
            }
            Node::Dns(_) => {
                Err("only clients look names up: connect the service to what the name stands for")
            }
        }
    }

    fn host<'s>(&self, compiler: &Compiler<'s>) -> Option<&'s crate::scenario::Host> {
        compiler.scenario.hosts.get(self.host.as_ref()?)
    }

    fn schedule(&self, compiler: &Compiler<'_>) -> Schedule {
        self.host(compiler).map(|host| host.schedule).or(self.schedule).unwrap_or_default()
    }

    fn cores(&self, compiler: &Compiler<'_>) -> u32 {
        self.host(compiler).map(|host| host.cores).or(self.cores).unwrap_or(1)
    }

    fn follows_usl(&self) -> bool {
        self.contention.0 > 0.0 || self.coherency.0 > 0.0
    }

    /// How many requests it works on at a time, if that is limited.
    fn workers(&self, compiler: &Compiler<'_>) -> Option<u32> {
        match self.run {
            Some(RunMode::Threads(workers) | RunMode::Async(workers)) => Some(workers),
            Some(RunMode::EventLoop) => Some(1),
            None if self.schedule(compiler).is_turn_by_turn() => Some(self.cores(compiler)),
            None => None,
        }
    }

    fn order(&self, compiler: &Compiler<'_>) -> Order {
        let by_cores = match self.schedule(compiler) {
            Schedule::Priority | Schedule::PriorityPreemptive => Order::Priority,
            Schedule::Fifo | Schedule::ProcessorSharing | Schedule::LifoPreemptive => Order::Fifo,
        };
        self.order.unwrap_or(by_cores)
    }

    /// How computing uses the pools. One pool is enough where a second one could never make anybody wait.
    pub(crate) fn computing(&self, compiler: &Compiler<'_>) -> Computing {
        let is_on_host = self.host.is_some();
        let cores = self.cores(compiler);
        let Some(workers) = self.workers(compiler) else { return Computing::Fused };
        if let Some(RunMode::Threads(_)) = self.run {
            return Computing::Threads;
        }
        let is_plain = self.order(compiler) == Order::Fifo;
        let one_is_enough = match self.schedule(compiler) {
            Schedule::Fifo if self.follows_usl() => workers <= cores && is_plain,
            Schedule::Fifo => workers <= cores,
            Schedule::ProcessorSharing => is_plain,
            Schedule::LifoPreemptive | Schedule::Priority | Schedule::PriorityPreemptive => false,
        };
        if one_is_enough && !is_on_host { Computing::Fused } else { Computing::Workers }
    }

    pub(crate) fn shape(&self, compiler: &mut Compiler<'_>, site: &Site<'_>) -> Shape {
        self.check(compiler, site);
        let (cores, order) = (self.cores(compiler), self.order(compiler));
        let schedule = self.schedule(compiler);
        let workers = self.workers(compiler);
        let computing = self.computing(compiler);
        let usl = |at_most: u32| {
            let (contention, coherency) = (self.contention.0, self.coherency.0);
            Discipline::Sharing { at_most, contention, coherency }
        };
        let queue = self.queue.unwrap_or(u32::MAX);
        let patience = self.patience.as_ref().map(|patience| Patience {
            span: compiler.delay(patience, &site.under("patience")),
            tag: compiler.tag(site, "patience"),
        });
        let line = |servers, discipline| Pool { servers, discipline, queue, patience, levels: 1 };
        let place = match &self.host {
            Some(host) => match compiler.gates.hosts.get(host) {
                Some(pool) => Place::Host(*pool),
                None => Place::Own,
            },
            None => Place::Own,
        };
        let slowness =
            1.0 / self.host(compiler).map_or(self.speed.unwrap_or(Number(1.0)), |host| host.speed).0;
        let mut shape = Shape {
            instances: self.instances,
            pools: Vec::new(),
            kinds: Vec::new(),
            host: None,
            slowness,
            main_pool: Some(0),
        };
        if computing == Computing::Fused {
            shape.kinds = vec![PoolKind::Cores];
            match (place, workers) {
                (Place::Host(pool), _) => shape.host = Some(pool),
                (Place::Own, Some(workers))
                    if schedule == Schedule::ProcessorSharing || self.follows_usl() =>
                {
                    shape.pools = vec![line(cores, usl(workers))];
                }
                (Place::Own, Some(workers)) => shape.pools = vec![line(workers, order.discipline())],
                (Place::Own, None) if self.follows_usl() => shape.pools = vec![line(cores, usl(u32::MAX))],
                (Place::Own, None) => shape.pools = vec![line(cores, schedule.discipline(u32::MAX))],
            }
            return shape;
        }
        let at_work = match computing {
            Computing::Threads => PoolKind::Threads,
            Computing::Workers | Computing::Fused => PoolKind::Workers,
        };
        shape.kinds = vec![at_work, PoolKind::Cores];
        shape.main_pool = Some(1);
        shape.pools = vec![line(workers.unwrap_or(u32::MAX), order.discipline())];
        match place {
            Place::Host(pool) => shape.host = Some(pool),
            Place::Own => {
                let discipline = match schedule {
                    Schedule::Fifo if self.follows_usl() => usl(cores),
                    Schedule::ProcessorSharing => usl(u32::MAX),
                    other => other.discipline(u32::MAX),
                };
                shape.pools.push(cores_pool(cores, discipline));
            }
        }
        shape
    }

    fn check(&self, compiler: &mut Compiler<'_>, site: &Site<'_>) {
        compiler.count(self.instances, &site.under("instances"), "a service needs at least one instance");
        if let Some(cores) = self.cores {
            compiler.count(cores, &site.under("cores"), "a service needs at least one core");
        }
        if let Some(speed) = self.speed {
            compiler.speed(speed, &site.under("speed"));
        }
        if let Some(RunMode::Threads(workers) | RunMode::Async(workers)) = self.run {
            let place = site.under("run").at(0);
            compiler.count(workers, &place, "a service needs at least one worker");
        }
        compiler.share(self.contention, &site.under("contention"), "the serialised share");
        compiler.share(self.coherency, &site.under("coherency"), "the crosstalk share");
        let schedule = self.schedule(compiler);
        if self.follows_usl() && !matches!(schedule, Schedule::Fifo | Schedule::ProcessorSharing) {
            let message = "the Universal Scalability Law goes with `Fifo` or `ProcessorSharing` only";
            compiler.error("contradiction", message, &site.under("schedule"));
        }
        if let Some(host) = &self.host {
            let given = [
                ("cores", self.cores.is_some()),
                ("speed", self.speed.is_some()),
                ("schedule", self.schedule.is_some()),
                ("contention", self.contention.0 > 0.0),
                ("coherency", self.coherency.0 > 0.0),
            ];
            compiler.on_host(host, &given, site);
        }
        if self.workers(compiler).is_none() {
            for (name, is_given) in [
                ("queue", self.queue.is_some()),
                ("order", self.order.is_some()),
                ("patience", self.patience.is_some()),
            ] {
                if is_given
                    && (name == "order" || schedule == Schedule::ProcessorSharing || self.host.is_some())
                {
                    let message =
                        format!("`{name}` does nothing: without a `run` nobody waits for a worker here");
                    compiler
                        .error("useless-field", message, &site.under(name))
                        .with_help("limit the workers, such as by `run: Async(64)`");
                }
            }
        }
    }

    pub(crate) fn lower(&self, compiler: &mut Compiler<'_>, site: &Site<'_>) {
        let computing = self.computing(compiler);
        let entry = compiler.here();
        if computing == Computing::Threads {
            compiler.emit(Step::Take { pool: 0 });
        }
        compiler.steps(&self.serve, &site.under("serve"), site, computing);
        compiler.emit(Step::Reply);
        compiler.model.nodes[site.node].entry = [entry; 2];
    }
}
