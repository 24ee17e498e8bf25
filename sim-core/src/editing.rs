//! What an editor asks of a scenario text that is being written.

use crate::compile::{case_names, compile};
use crate::report::claim::{Names, completions};
use crate::scenario::complete::{Claim, Completion, Proposals, complete as scenario};

/// What could be written at byte `offset` of a text, sound or not: what begins as the word before the cursor does. `schema` is
/// [`schema`](crate::scenario::schema), which who asks often makes once.
pub fn complete(schema: &serde_json::Value, text: &str, offset: usize) -> Vec<Completion> {
    match scenario(schema, text, offset) {
        Proposals::Here(found) => found,
        Proposals::Claim(claim) => {
            let start = claim.span.start;
            let cursor = offset.clamp(start, claim.span.end) - start;
            let written = &text[claim.span.clone()];
            let found = completions(written, cursor, &names(text, &claim));
            let shifted = |one: Completion| Completion { from: one.from + start, to: one.to + start, ..one };
            found.into_iter().map(shifted).collect()
        }
    }
}

/// What claims can be about: by the model where there is one, else by what the text says.
fn names(text: &str, claim: &Claim) -> Names {
    if let Ok(compiled) = compile(text, &|_| None)
        && let Some(model) = compiled.models.first()
    {
        return Names::of(model, case_names(text));
    }
    let mut names = Names { cases: claim.names.cases.clone(), ..Names::default() };
    for node in &claim.names.nodes {
        if node.kind == "Clients" {
            names.clients.insert(node.name.clone(), node.classes.clone());
        } else {
            names.nodes.insert(node.name.clone(), (Vec::new(), node.instances));
        }
    }
    names
}

#[cfg(test)]
mod tests;
