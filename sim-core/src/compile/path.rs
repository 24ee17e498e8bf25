//! Places in the text while compiling: paths that grow with the walk.

use std::fmt;

use crate::model::NodeId;
use crate::scenario::text::quote;

/// A path into the scenario, as `nodes."app".serve.1`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Path(String);

impl Path {
    /// The whole scenario.
    pub(crate) fn root() -> Path {
        Path(String::new())
    }

    /// The field, or the variant, of this name.
    pub(crate) fn under(&self, field: &str) -> Path {
        if self.0.is_empty() { Path(field.to_owned()) } else { Path(format!("{}.{field}", self.0)) }
    }

    /// The entry of a map.
    pub(crate) fn key(&self, key: &str) -> Path {
        self.under(&quote(key))
    }

    /// The element of a list or of a tuple.
    pub(crate) fn at(&self, index: usize) -> Path {
        self.under(&index.to_string())
    }

    /// Another field of the same struct.
    pub(crate) fn sibling(&self, field: &str) -> Path {
        match self.0.rsplit_once('.') {
            Some((parent, _)) => Path(format!("{parent}.{field}")),
            None => Path(field.to_owned()),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The node that is being compiled.
pub(crate) struct Site<'n> {
    pub(crate) name: &'n str,
    pub(crate) node: NodeId,
    pub(crate) path: Path,
}

impl Site<'_> {
    /// The place of a field of the node.
    pub(crate) fn under(&self, field: &str) -> Path {
        self.path.under(field)
    }
}
