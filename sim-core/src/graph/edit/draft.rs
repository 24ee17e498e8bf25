//! A scenario under the pen: what it says, where it says it, and every place that names a node.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::compile::Path;
use crate::component::Node;
use crate::component::wiring::{self, Reference, Role};
use crate::diagnostic::{Diagnostic, suggest};
use crate::report::claim::node_names;
use crate::scenario::Scenario;
use crate::scenario::read::read;
use crate::scenario::text::{Document, quote, replaced, scan};

/// What a text says and where it says it.
pub(super) struct Draft<'t> {
    pub(super) text: &'t str,
    pub(super) scenario: Scenario,
    pub(super) document: Document<'t>,
}

impl<'t> Draft<'t> {
    pub(super) fn of(text: &'t str) -> Result<Draft<'t>, Vec<Diagnostic>> {
        Ok(Draft { text, scenario: read::<Scenario>(text)?, document: scan(text)? })
    }

    /// The node of this name, or an error that there is none.
    pub(super) fn node(&self, name: &str) -> Result<&Node, Vec<Diagnostic>> {
        let nodes = &self.scenario.nodes;
        nodes.get(name).ok_or_else(|| {
            let problem = Diagnostic::error("unknown-node", format!("no node is called `{name}`"));
            vec![match suggest(name, nodes.keys().map(String::as_str)) {
                Some(near) => problem.with_help(format!("did you mean `{near}`?")),
                None => problem,
            }]
        })
    }

    /// Every place that names a node, claims among them; not what cases and changes put elsewhere.
    pub(super) fn references(&self) -> Vec<Reference> {
        let mut found = wiring::references(&self.scenario);
        let expect = Path::root().under("expect");
        for (index, claim) in self.scenario.expect.iter().enumerate() {
            let path = expect.at(index);
            found.extend(node_names(claim).into_iter().map(|bytes| Reference {
                name: claim[bytes.clone()].to_owned(),
                path: path.clone(),
                is_key: false,
                bytes,
                from: None,
                role: Role::Remark(path.clone()),
            }));
        }
        found
    }

    /// The key or the value that says a reference.
    pub(super) fn token(&self, reference: &Reference) -> Option<Range<usize>> {
        let found = self.document.locate(&reference.path.to_string())?;
        if reference.is_key { found.key } else { Some(found.value) }
    }
}

/// Changes of what keys and strings of a text say.
pub(super) struct Words<'d> {
    document: &'d Document<'d>,
    /// By token: the bytes of what it says, and what to say there instead.
    changes: BTreeMap<(usize, usize), BTreeMap<(usize, usize), String>>,
}

impl<'d> Words<'d> {
    pub(super) fn of(document: &'d Document<'d>) -> Words<'d> {
        Words { document, changes: BTreeMap::new() }
    }

    /// Says `new` in some bytes of what `token` says.
    pub(super) fn change(&mut self, token: &Range<usize>, bytes: Range<usize>, new: &str) {
        let changes = self.changes.entry((token.start, token.end)).or_default();
        changes.insert((bytes.start, bytes.end), new.to_owned());
    }

    /// The edits of the text, in order.
    pub(super) fn edits(self) -> Vec<(Range<usize>, String)> {
        let edit = |((start, end), changes): ((usize, usize), BTreeMap<(usize, usize), String>)| {
            let said = self.document.key_text(&(start..end));
            let changes = changes.into_iter().map(|((from, to), new)| (from..to, new)).collect();
            (start..end, requoted(&self.document.text[start..end], &said, &replaced(&said, changes)))
        };
        self.changes.into_iter().map(edit).collect()
    }
}

/// The key or string `token`, which says `said`, with `new` said instead: in the same quotes where they can.
pub(super) fn requoted(token: &str, said: &str, new: &str) -> String {
    let is_plain = !new.contains(|letter: char| matches!(letter, '"' | '\\') || letter.is_control());
    match token.split_once(said) {
        Some((before, after)) if before.ends_with('"') && after.starts_with('"') && is_plain => {
            format!("{before}{new}{after}")
        }
        Some((before, after))
            if before.starts_with("r#") && after.starts_with("\"#") && !new.contains("\"#") =>
        {
            format!("{before}{new}{after}")
        }
        Some(_) | None => quote(new),
    }
}
