//! What a live run plays, without its text: made where texts are read, and sent as bytes to where the run goes on.
//!
//! So a run needs nothing that reads, checks or explains scenarios, which is most of the code of this crate.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::compile::Compiled;
use crate::distribution::discrete::{KeyLaw, KeySampler, Tables};
use crate::engine::Engine;
use crate::graph::Graph;
use crate::model::{Model, NodeId};

/// A scenario as it is played: its models over time, and the arrows that are watched.
#[derive(Clone, PartialEq, Debug)]
pub struct Script {
    /// The model at the start, and after it the one in force after each change, in order of time.
    pub(super) variants: Vec<Arc<Model>>,
    /// The arrows of the graph, as its description counts them.
    pub(super) arrows: Vec<(NodeId, NodeId)>,
}

/// Bytes that are no script, or one of another version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoScript;

impl fmt::Display for NoScript {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("these bytes are no script of this version of the engine")
    }
}

impl std::error::Error for NoScript {}

/// A script as bytes.
#[derive(Serialize, Deserialize)]
struct Packed {
    arrows: Vec<(NodeId, NodeId)>,
    /// The bytes of each model, by what they differ in from those before; those before the first are none.
    variants: Vec<Difference>,
}

/// Bytes by what they have in common with other ones. A change of the scenario alters some numbers of its model and leaves all
/// others alone, so that a hundred models take little more than one.
#[derive(Serialize, Deserialize)]
struct Difference {
    /// So many bytes are the same at the start.
    start: usize,
    /// And so many at the end.
    end: usize,
    /// What comes between.
    between: Vec<u8>,
}

impl Script {
    /// An engine for a whole run with this seed, or with the scenario's own.
    pub fn engine(&self, seed: Option<u64>) -> Engine {
        Engine::with_variants(self.variants.clone(), seed.unwrap_or(self.variants[0].run.seed))
    }

    /// The script of a scenario.
    pub fn of(compiled: &Compiled) -> Script {
        let variants: Vec<Arc<Model>> = compiled.models.iter().cloned().map(Arc::new).collect();
        let graph = Graph::of(&compiled.scenario, &compiled.models[0]);
        // The nodes of a graph are those of the model, in their order.
        let node = |place: usize| NodeId(place as u32);
        let arrows = graph.edges.iter().map(|edge| (node(edge.from), node(edge.to))).collect();
        Script { variants, arrows }
    }

    /// The script as bytes, for [`Script::decode`] of the same version.
    pub fn encode(&self) -> Vec<u8> {
        let mut before = Vec::new();
        let mut difference = |model: &Arc<Model>| {
            let laws: Vec<Option<KeyLaw>> =
                model.sources.iter().map(|source| source.keys.as_ref().map(KeySampler::law)).collect();
            let bytes = postcard::to_allocvec(&(model.as_ref(), laws)).expect("a model has a size");
            let difference = Difference::of(&before, &bytes);
            before = bytes;
            difference
        };
        let variants = self.variants.iter().map(&mut difference).collect();
        let packed = Packed { arrows: self.arrows.clone(), variants };
        postcard::to_allocvec(&packed).expect("lists have a length")
    }

    /// The script that was encoded, with tables that were made before, if there are such ones.
    pub fn decode(bytes: &[u8], tables: &Tables) -> Result<Script, NoScript> {
        let packed: Packed = postcard::from_bytes(bytes).map_err(|_| NoScript)?;
        let mut variants = Vec::new();
        let mut before = Vec::new();
        for difference in &packed.variants {
            before = difference.applied(&before).ok_or(NoScript)?;
            let (mut model, laws): (Model, Vec<Option<KeyLaw>>) =
                postcard::from_bytes(&before).map_err(|_| NoScript)?;
            for (source, law) in model.sources.iter_mut().zip(laws) {
                source.keys = law.map(|law| KeySampler::of(law, tables));
            }
            variants.push(Arc::new(model));
        }
        if variants.is_empty() {
            return Err(NoScript);
        }
        Ok(Script { variants, arrows: packed.arrows })
    }
}

impl Difference {
    fn of(before: &[u8], bytes: &[u8]) -> Difference {
        let same = |pair: &(&u8, &u8)| pair.0 == pair.1;
        let start = before.iter().zip(bytes).take_while(same).count();
        let (old, new) = (&before[start..], &bytes[start..]);
        let end = old.iter().rev().zip(new.iter().rev()).take_while(same).count();
        Difference { start, end, between: new[..new.len() - end].to_vec() }
    }

    fn applied(&self, before: &[u8]) -> Option<Vec<u8>> {
        let start = before.get(..self.start)?;
        let end = before.get(before.len().checked_sub(self.end)?..)?;
        Some([start, &self.between, end].concat())
    }
}
