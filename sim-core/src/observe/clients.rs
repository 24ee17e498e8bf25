//! What clients saw, by class: the classes of all sources in one vector, those of a source next to each other.

use std::ops::{Index, IndexMut, Range};

use crate::arena::Arena;
use crate::model::{Model, SourceId};
use crate::time::Duration;

use super::tally::ClassTally;

/// What clients saw, by source and class.
#[derive(Clone, PartialEq, Debug)]
pub struct Clients {
    /// By [`crate::model::Source::row`].
    rows: Vec<ClassTally>,
    ranges: Arena<SourceId, Range<usize>>,
}

impl Clients {
    /// Nothing counted yet.
    pub fn new(model: &Model) -> Clients {
        let ranges = model.sources.map(|source| source.row(0)..source.row(0) + source.classes.len());
        let rows = model.sources.iter().flat_map(|source| source.classes.iter().map(|_| ClassTally::new()));
        let mut clients = Clients { rows: rows.collect(), ranges };
        clients.set_objectives(model);
        clients
    }

    /// From now on answers are good by the objectives of `model`.
    pub fn set_objectives(&mut self, model: &Model) {
        let classes = model.sources.iter().flat_map(|source| &source.classes);
        for (row, class) in self.rows.iter_mut().zip(classes) {
            row.objective = class.objective.unwrap_or(Duration::MAX);
        }
    }

    /// The counts of the class in this row.
    #[inline(always)]
    pub fn row(&mut self, row: usize) -> &mut ClassTally {
        &mut self.rows[row]
    }

    /// The counts of each source's classes.
    pub fn iter(&self) -> impl Iterator<Item = &[ClassTally]> {
        self.ranges.iter().map(|range| &self.rows[range.clone()])
    }
}

impl Index<SourceId> for Clients {
    type Output = [ClassTally];
    fn index(&self, source: SourceId) -> &[ClassTally] {
        &self.rows[self.ranges[source].clone()]
    }
}

impl IndexMut<SourceId> for Clients {
    fn index_mut(&mut self, source: SourceId) -> &mut [ClassTally] {
        &mut self.rows[self.ranges[source].clone()]
    }
}
