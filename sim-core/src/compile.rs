//! From text to a model: reads a scenario, checks it, and lowers every node to programs, pools and gates.
//!
//! Checks and lowering are one walk: whatever is wrong is noted with its place and the walk goes on, so that all mistakes are
//! told at once. A model is handed out only if there were none.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, sort};
use crate::distribution::discrete::Tables;
use crate::model::{BalancerId, CacheId, Delay, DnsId, Link, LockId, Model, NodeId, Pool, PoolId, PoolKind};
use crate::scenario::Scenario;
use crate::scenario::read::read;
use crate::scenario::text::{Document, scan};

mod assemble;
mod check;
mod concern;
pub mod explain;
mod graph;
mod lead;
mod link;
mod mend;
mod overrides;
mod path;
mod plan;
mod program;
mod variant;

pub(crate) use assemble::{NODE_NAMES, is_node_name};
pub(crate) use overrides::raw;
pub use overrides::{apply_overrides, case, case_names};
pub(crate) use path::{Path, Site};

/// The text of a file by the name it has in the scenario.
pub type Files<'f> = &'f dyn Fn(&str) -> Option<String>;

/// A scenario that can run.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// What was read.
    pub scenario: Scenario,
    /// The model at the start, and after it the one in force after each `Set` of the timeline, in order of time.
    pub models: Vec<Model>,
    /// What probably does not say what was meant.
    pub warnings: Vec<Diagnostic>,
}

/// What was made before, for who compiles again and again what has changed little, with the same files: tables of popularity, and
/// the models after changes over time, of which most often only the last is new.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub(crate) tables: Tables,
    changes: variant::KnownChanges,
}

/// What a scenario is compiled with besides its text.
#[derive(Clone, Copy)]
pub(crate) struct Means<'m> {
    pub(crate) files: Files<'m>,
    pub(crate) known: &'m Known,
}

/// Reads, checks and compiles a scenario, or says everything that is wrong with it.
pub fn compile(text: &str, files: Files<'_>) -> Result<Compiled, Vec<Diagnostic>> {
    compile_knowing(text, files, &Known::default())
}

/// The same with what was made before.
pub fn compile_knowing(text: &str, files: Files<'_>, known: &Known) -> Result<Compiled, Vec<Diagnostic>> {
    let means = Means { files, known };
    let scenario = read::<Scenario>(text)?;
    let document = scan(text)?;
    let mut compiler = Compiler::new(&scenario, &document, means);
    compiler.assemble();
    if compiler.problems.is_empty() {
        compiler.warn();
    }
    let (mut problems, mut warnings, model) = (compiler.problems, compiler.warnings, compiler.model);
    let mut models = vec![model];
    if problems.is_empty() {
        // What is wrong already would be wrong in every variant.
        problems.extend(variant::compile(text, &document, &scenario, means, &mut models));
        problems.extend(overrides::check_cases(text, &document, means));
    }
    if !problems.is_empty() {
        sort(&mut problems);
        problems.dedup();
        return Err(problems);
    }
    sort(&mut warnings);
    Ok(Compiled { scenario, models, warnings })
}

/// The model of a text without what changes over time.
fn compile_start(text: &str, means: Means<'_>) -> Result<Model, Vec<Diagnostic>> {
    compile_read(text, &read::<Scenario>(text)?, means)
}

/// The same of a text that reads as `scenario`.
fn compile_read(text: &str, scenario: &Scenario, means: Means<'_>) -> Result<Model, Vec<Diagnostic>> {
    let document = scan(text)?;
    let mut compiler = Compiler::new(scenario, &document, means);
    compiler.assemble();
    if compiler.problems.is_empty() { Ok(compiler.model) } else { Err(compiler.problems) }
}

/// What is known while a scenario is compiled.
pub(crate) struct Compiler<'a> {
    pub(crate) scenario: &'a Scenario,
    document: &'a Document<'a>,
    pub(crate) means: Means<'a>,
    pub(crate) model: Model,
    /// The number of each node.
    pub(crate) nodes: BTreeMap<&'a str, NodeId>,
    pub(crate) gates: Gates,
    problems: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
    /// How often each tag was given, so that the k-th step of a kind gets a tag of its own.
    given: BTreeMap<u64, u64>,
    links: BTreeMap<(String, String), Link>,
    /// The latency of each entry of `links`, compiled once.
    latencies: BTreeMap<String, Delay>,
    /// Where each call of the model stands, in their order.
    calls: Vec<graph::CallPlace>,
    /// Which nodes ask which caches.
    pub(crate) asks: Vec<(NodeId, NodeId)>,
    /// Where the last jump landed: what comes there is not merged with what stood before.
    landed: usize,
}

/// The gates of nodes by the names of the nodes.
#[derive(Default)]
pub(crate) struct Gates {
    pub(crate) names: BTreeMap<String, DnsId>,
    pub(crate) balancers: BTreeMap<String, BalancerId>,
    pub(crate) caches: BTreeMap<String, AskedCache>,
    pub(crate) locks: BTreeMap<String, LockId>,
    pub(crate) hosts: BTreeMap<String, PoolId>,
}

/// A cache and how long its answers take.
#[derive(Clone, Copy)]
pub(crate) struct AskedCache {
    pub(crate) id: CacheId,
    pub(crate) hit: Delay,
    pub(crate) miss: Delay,
}

/// Whose cores an instance has.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Own,
    Host(PoolId),
}

/// How many instances with which pools a node has.
pub(crate) struct Shape {
    /// Instances at the start.
    pub(crate) instances: u32,
    /// The pools that each instance has for itself.
    pub(crate) pools: Vec<Pool>,
    /// The pool of a host, which comes after the instance's own.
    pub(crate) host: Option<PoolId>,
    /// What visits wait for in the pools.
    pub(crate) kinds: Vec<PoolKind>,
    pub(crate) slowness: f64,
    pub(crate) main_pool: Option<u8>,
}

impl Shape {
    /// One instance without pools.
    pub(crate) fn bare() -> Shape {
        Shape {
            instances: 1,
            pools: Vec::new(),
            host: None,
            kinds: Vec::new(),
            slowness: 1.0,
            main_pool: None,
        }
    }
}
