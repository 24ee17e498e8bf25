//! Scenario text as text: what stands where, edits that leave the rest as it is, and a canonical layout.
//!
//! The tree of byte ranges made here knows RON but no schema. It is what error spans, `--set`, sweep axes, `cases`, the
//! explorer's edits and `escala fmt` stand on.

mod append;
mod edit;
mod format;
mod lenient;
mod locate;
mod scan;
mod splice;
mod token;

pub(crate) use append::with_group;
pub use append::{append, append_loose};
pub(crate) use edit::{misspelt, one_value, replaced};
pub use edit::{parse_assignment, quote, remove, rename_key, set, set_loose, split_list};
pub use format::format;
pub(crate) use lenient::{Cursor, Lenient, is_closed_text, lenient};
pub(crate) use locate::Landing;
pub use locate::{Located, Segment, parse_path};
pub use scan::{Document, Entry, Kind, MAX_DEPTH, Value, scan};
pub(crate) use scan::{cut, kind_of, plain, spelled};
pub(crate) use splice::{taken, unwrapped};
pub(crate) use token::is_number;
