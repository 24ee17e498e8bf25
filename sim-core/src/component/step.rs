//! Steps: what a service does for a request, one after another.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compile::{AskedCache, Compiler, Path, Site};
use crate::component::Node;
use crate::component::call::{CallSpec, RetryTable};
use crate::component::service::Computing;
use crate::component::wiring::{Reference, Role};
use crate::distribution::Distribution;
use crate::model::step::{Program, Step};
use crate::model::{Choice, Delay, Link, WireId};
use crate::quantity::Ratio;
use crate::random::hash_name;
use crate::time::Duration;

/// A step of a service.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum StepTable {
    /// Computes on a core for this long, at speed 1.
    Cpu(Distribution<Duration>),
    /// Waits for this long without a core, as for a disk.
    Wait(Distribution<Duration>),
    /// Calls another node and waits for its answer.
    Call(CallTable),
    /// Calls the same node several times at once.
    FanOut(FanOut),
    /// Does several lists of steps at once.
    Parallel(Parallel),
    /// Does one of several lists of steps, by chance: `Choose([(9, [Cpu(Exp("1ms"))]), (1, [Fail])])`.
    Choose(Vec<(Ratio, Vec<StepTable>)>),
    /// Does the list of steps of the request's class.
    ByClass(ByClass),
    /// Asks a cache for the request's key.
    Get(Get),
    /// Ends with an error.
    Fail,
}

/// A call to another node.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallTable {
    /// The node: a service, a balancer or a database.
    #[schemars(extend("x-names" = ["balancer", "service", "database"]))]
    pub to: String,
    /// How long to wait for the answer; by default for ever.
    #[serde(default)]
    pub timeout: Option<Duration>,
    /// What to do after a failure; by default to fail too.
    #[serde(default)]
    pub retry: Option<RetryTable>,
    /// Whether it writes; for databases.
    #[serde(default)]
    pub write: bool,
    /// Whether a call that is given up stops the work below it, which otherwise goes on for nobody.
    #[serde(default)]
    pub cancel: bool,
}

/// The same call several times at once.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FanOut {
    /// The node: a service, a balancer or a database.
    #[schemars(extend("x-names" = ["balancer", "service", "database"]))]
    pub to: String,
    /// How many calls.
    #[schemars(range(min = 1, max = 65_535))]
    pub count: u32,
    /// How many good answers are waited for; all by default.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub need: Option<u32>,
    /// How long to wait for the answers; by default for ever.
    #[serde(default)]
    pub timeout: Option<Duration>,
    /// What to do after a failure of the whole; by default to fail too.
    #[serde(default)]
    pub retry: Option<RetryTable>,
}

/// Several lists of steps at once.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parallel {
    /// The lists of steps.
    #[schemars(length(min = 1))]
    pub branches: Vec<Vec<StepTable>>,
    /// How many must end well; all by default.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub need: Option<u32>,
}

/// A list of steps for each class.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ByClass {
    /// The steps for requests of these classes.
    #[schemars(extend("x-keys" = ["class"]))]
    pub cases: BTreeMap<String, Vec<StepTable>>,
    /// The steps for all other requests; none by default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub otherwise: Vec<StepTable>,
}

/// A question to a cache.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Get {
    /// The cache.
    #[schemars(extend("x-names" = ["cache"]))]
    pub cache: String,
    /// What is done after a miss, before the key is stored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub miss: Vec<StepTable>,
}

/// Where a list of steps at `path` names nodes, at any depth.
pub(crate) fn references(steps: &[StepTable], path: &Path) -> Vec<Reference> {
    steps.iter().enumerate().flat_map(|(index, step)| step.references(&path.at(index))).collect()
}

impl StepTable {
    fn references(&self, path: &Path) -> Vec<Reference> {
        let call = |to| vec![Reference::value(to, path.under("to"), Role::Step(path.clone()))];
        match self {
            StepTable::Cpu(_) | StepTable::Wait(_) | StepTable::Fail => Vec::new(),
            StepTable::Call(table) => call(&table.to),
            StepTable::FanOut(table) => call(&table.to),
            StepTable::Parallel(parallel) => {
                let path = path.under("branches");
                let branches = parallel.branches.iter().enumerate();
                branches.flat_map(|(index, steps)| references(steps, &path.at(index))).collect()
            }
            StepTable::Choose(lists) => {
                let path = path.under("Choose");
                let lists = lists.iter().enumerate();
                lists.flat_map(|(index, (_, steps))| references(steps, &path.at(index).at(1))).collect()
            }
            StepTable::ByClass(by) => {
                let path_of = |class: &str| path.under("cases").key(class);
                let cases = by.cases.iter().flat_map(|(class, steps)| references(steps, &path_of(class)));
                cases.chain(references(&by.otherwise, &path.under("otherwise"))).collect()
            }
            StepTable::Get(get) => {
                let asked = Reference::value(&get.cache, path.under("cache"), Role::Lookup(path.clone()));
                [vec![asked], references(&get.miss, &path.under("miss"))].concat()
            }
        }
    }
}

/// Branches are counted in 16 bits.
const MOST_BRANCHES: usize = 65_535;

impl Compiler<'_> {
    /// Writes the program of a list of steps.
    pub(crate) fn steps(&mut self, steps: &[StepTable], path: &Path, site: &Site<'_>, computing: Computing) {
        for (index, step) in steps.iter().enumerate() {
            self.step(step, &path.at(index), site, computing);
        }
    }

    fn step(&mut self, step: &StepTable, path: &Path, site: &Site<'_>, computing: Computing) {
        match step {
            StepTable::Cpu(demand) => {
                let demand = self.sampler(demand, &path.under("Cpu"));
                let tag = self.tag(site, "cpu");
                match computing {
                    Computing::Fused => self.emit(Step::Work { pool: 0, demand, tag }),
                    Computing::Threads => self.emit(Step::Work { pool: 1, demand, tag }),
                    Computing::Workers => {
                        self.emit(Step::Take { pool: 0 });
                        self.emit(Step::Work { pool: 1, demand, tag });
                        self.emit(Step::Give { pool: 0 });
                    }
                }
            }
            StepTable::Wait(span) => {
                let span = self.delay(span, &path.under("Wait"));
                let tag = self.tag(site, "wait");
                self.wait(span, tag);
            }
            StepTable::Call(call) => {
                let spec = CallSpec {
                    to: &call.to,
                    to_path: path.under("to"),
                    timeout: call.timeout,
                    timeout_path: path.under("timeout"),
                    retry: call.retry.as_ref(),
                    retry_path: path.under("retry"),
                    operation: u8::from(call.write),
                    cancels: call.cancel,
                };
                if let Some(call) = self.call(site, &spec) {
                    self.emit(Step::Call(call));
                }
            }
            StepTable::FanOut(fan_out) => self.fan_out(fan_out, path, site),
            StepTable::Parallel(parallel) => self.parallel(parallel, path, site, computing),
            StepTable::Choose(cases) => self.choose(cases, &path.under("Choose"), site, computing),
            StepTable::ByClass(cases) => self.by_class(cases, path, site, computing),
            StepTable::Get(get) => self.get(get, path, site, computing),
            StepTable::Fail => self.emit(Step::Fail),
        }
    }

    fn fan_out(&mut self, fan_out: &FanOut, path: &Path, site: &Site<'_>) {
        let count = self.branches(fan_out.count as usize, &path.under("count"), "a fan-out");
        let need = self.need(fan_out.need, count, &path.under("need"));
        let spec = CallSpec {
            to: &fan_out.to,
            to_path: path.under("to"),
            timeout: fan_out.timeout,
            timeout_path: path.under("timeout"),
            retry: fan_out.retry.as_ref(),
            retry_path: path.under("retry"),
            operation: 0,
            cancels: false,
        };
        if let Some(call) = self.call(site, &spec) {
            self.emit(Step::FanOut { call, count, need });
        }
    }

    fn parallel(&mut self, parallel: &Parallel, path: &Path, site: &Site<'_>, computing: Computing) {
        let branches = self.branches(parallel.branches.len(), &path.under("branches"), "a parallel step");
        let need = self.need(parallel.need, branches, &path.under("need"));
        let first = self.here().saturating_add(2);
        self.emit(Step::Fork { first, branches, need });
        let end = self.emit_jump();
        let jumps: Vec<usize> = parallel.branches.iter().map(|_| self.emit_jump()).collect();
        for (index, (branch, jump)) in parallel.branches.iter().zip(jumps).enumerate() {
            self.land(jump);
            self.steps(branch, &path.under("branches").at(index), site, computing);
            self.emit(Step::Reply);
        }
        self.land(end);
    }

    fn branches(&mut self, count: usize, path: &Path, what: &str) -> u16 {
        if count == 0 || count > MOST_BRANCHES {
            let message = format!("{what} has from 1 to {MOST_BRANCHES} branches, not {count}");
            self.error("out-of-range", message, path);
        }
        u16::try_from(count).unwrap_or(u16::MAX)
    }

    fn need(&mut self, need: Option<u32>, count: u16, path: &Path) -> u16 {
        let need = need.unwrap_or(u32::from(count));
        if count > 0 && !(1..=u32::from(count)).contains(&need) {
            let message = format!("from 1 to {count} answers can be needed, not {need}");
            self.error("out-of-range", message, path);
        }
        u16::try_from(need).unwrap_or(count)
    }

    fn choose(
        &mut self,
        cases: &[(Ratio, Vec<StepTable>)],
        path: &Path,
        site: &Site<'_>,
        computing: Computing,
    ) {
        if cases.is_empty() {
            self.error("empty", "there must be at least one list of steps to choose from", path);
            return;
        }
        let weights: Vec<Ratio> = cases.iter().map(|(weight, _)| *weight).collect();
        let shares = self.weights(&weights, |index| path.at(index).at(0));
        let tag = self.tag(site, "choose");
        let choice = self.model.choices.push(Choice::Weighted(Vec::new()));
        self.emit(Step::Choose { choice, tag });
        let lists = cases.iter().enumerate().map(|(index, (_, steps))| (path.at(index).at(1), steps));
        let programs = self.alternatives(lists.collect(), site, computing);
        self.model.choices[choice] = Choice::Weighted(shares.into_iter().zip(programs).collect());
    }

    fn by_class(&mut self, cases: &ByClass, path: &Path, site: &Site<'_>, computing: Computing) {
        for name in cases.cases.keys() {
            self.known_class(name, &path.under("cases").key(name));
        }
        let tag = self.tag(site, "by class");
        let choice = self.model.choices.push(Choice::Weighted(Vec::new()));
        self.emit(Step::Choose { choice, tag });
        let mut lists: Vec<_> =
            cases.cases.iter().map(|(name, steps)| (path.under("cases").key(name), steps)).collect();
        lists.push((path.under("otherwise"), &cases.otherwise));
        let mut programs = self.alternatives(lists, site, computing);
        let otherwise = programs.pop().unwrap_or_default();
        let by_class = cases.cases.keys().map(|name| hash_name(name)).zip(programs).collect();
        self.model.choices[choice] = Choice::ByClass(by_class, otherwise);
    }

    /// Writes lists of steps of which one is done, and returns where each begins.
    fn alternatives(
        &mut self,
        lists: Vec<(Path, &Vec<StepTable>)>,
        site: &Site<'_>,
        computing: Computing,
    ) -> Vec<Program> {
        let mut ends = Vec::new();
        let mut starts = Vec::new();
        for (path, steps) in lists {
            starts.push(self.here());
            self.steps(steps, &path, site, computing);
            ends.push(self.emit_jump());
        }
        for end in ends {
            self.land(end);
        }
        starts
    }

    fn get(&mut self, get: &Get, path: &Path, site: &Site<'_>, computing: Computing) {
        let place = path.under("cache");
        let Some((asked, node)) = self.target(&get.cache, &place) else { return };
        self.asks.push((site.node, asked));
        let Node::Cache(cache) = node else {
            let message = format!("`{}` is no cache but a node of kind {}", get.cache, node.kind().word());
            self.error("wrong-kind", message, &place);
            return;
        };
        let Some(&AskedCache { id, hit, miss }) = self.gates.caches.get(&get.cache) else { return };
        let Link { latency: link, wires, .. } = self.link(site.name, &get.cache);
        // A coin needs no key and no time: the way there joins the way back in one wait, unless others are on the wire.
        let is_coin = cache.hit_ratio.is_some() && wires.is_none();
        let there = self.tag(site, "get, there");
        if let Some((wire, _)) = wires {
            self.transmit(Step::Transmit { wire, is_reply: false }, asked);
        }
        if !is_coin {
            self.wait_on_the_way(link, there, asked);
        }
        self.emit(Step::Lookup { cache: id, miss: 0 });
        let lookup = self.last_step();
        let answer = |compiler: &mut Compiler<'_>, latency: Delay, word: &str, back: Option<WireId>| {
            if is_coin {
                compiler.wait_on_the_way(link, there, asked);
            }
            let tag = compiler.tag(site, word);
            compiler.wait_there(latency, tag, asked);
            if let Some(wire) = back {
                compiler.transmit(Step::Transmit { wire, is_reply: true }, asked);
            }
            let tag = compiler.tag(site, &format!("{word}, back"));
            compiler.wait_on_the_way(link, tag, asked);
        };
        answer(self, hit, "get, hit", wires.map(|(_, back)| back));
        let end = self.emit_jump();
        let start = self.here();
        self.model.steps[lookup] = Step::Lookup { cache: id, miss: start };
        // That a key is missing is said in no bytes.
        answer(self, miss, "get, miss", None);
        self.steps(&get.miss, &path.under("miss"), site, computing);
        self.emit(Step::Fill { cache: id });
        self.land(end);
    }
}
