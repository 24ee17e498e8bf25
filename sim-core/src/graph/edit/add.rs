//! New nodes, and new connections.

use super::detach::without_faults;
use super::draft::Draft;
use super::rename::free;
use crate::compile::Path;
use crate::component::KINDS;
use crate::component::wiring::{Canvas, Joint};
use crate::diagnostic::{Diagnostic, suggest};
use crate::scenario::text::{append, quote, set};

pub(super) fn add_node(text: &str, name: &str, kind: &str) -> Result<String, Vec<Diagnostic>> {
    let draft = Draft::of(text)?;
    free(&draft, name)?;
    let Some(kind) = KINDS.iter().find(|row| row.variant == kind) else {
        let problem = Diagnostic::error("unknown-kind", format!("there is no kind of node called `{kind}`"));
        return Err(vec![match suggest(kind, KINDS.iter().map(|row| row.variant)) {
            Some(near) => problem.with_help(format!("did you mean `{near}`?")),
            None => problem,
        }]);
    };
    let canvas = Canvas { scenario: &draft.scenario, document: &draft.document };
    let path = Path::root().under("nodes").key(name).to_string();
    (kind.sketch)(&canvas).and_then(|node| set(text, &path, &node)).map_err(|problem| vec![problem])
}

pub(super) fn connect(text: &str, from: &str, to: &str) -> Result<String, Vec<Diagnostic>> {
    let draft = Draft::of(text)?;
    let (node, other) = (draft.node(from)?, draft.node(to)?);
    if from == to {
        let message = format!("`{from}` cannot be connected to itself");
        return Err(vec![Diagnostic::error("cannot-connect", message)]);
    }
    if node.references(from).iter().any(|it| it.name == to) {
        let message = format!("`{from}` is connected to `{to}` already");
        return Err(vec![Diagnostic::error("already-connected", message)]);
    }
    let path = Path::root().under("nodes").key(from);
    match node.joint(from, to, other).map_err(|problem| vec![problem])? {
        Joint::Field(field) => {
            let connected = set(text, &path.under(field).to_string(), &quote(to));
            let before = node.references(from).into_iter().map(|it| it.name);
            before.fold(connected.map_err(|problem| vec![problem]), |text, before| {
                text.and_then(|text| without_faults(&text, from, &before))
            })
        }
        Joint::Listed(field, element) => {
            append(text, &path.under(field).to_string(), &element).map_err(|problem| vec![problem])
        }
    }
}
