//! Mistakes that the reader would let pass, found on the tree of the text: what is written twice, and numbers that are none.

use crate::diagnostic::{Diagnostic, Lines};
use crate::scenario::text::{Document, Kind, Value, is_number, quote};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// More of them help nobody, and each is shown with its line.
const MAX_MISTAKES: usize = 100;

/// A mistake, and a byte of the entry to leave out when reading on.
pub(super) struct Mistake {
    pub(super) diagnostic: Diagnostic,
    pub(super) offset: usize,
}

/// What there is of this kind in a text, in its order.
pub(super) fn mistakes(document: &Document<'_>, lines: &Lines<'_>) -> Vec<Mistake> {
    let mut found = Vec::new();
    visit(document, lines, &document.root, &mut found);
    found
}

fn visit(document: &Document<'_>, lines: &Lines<'_>, value: &Value, found: &mut Vec<Mistake>) {
    if let Some(diagnostic) = bad_number(document, value) {
        found.push(Mistake { diagnostic, offset: value.span.start });
    }
    let mut keys: BTreeMap<Cow<'_, str>, usize> = BTreeMap::new();
    for entry in &value.entries {
        if found.len() >= MAX_MISTAKES {
            return;
        }
        if let Some(key) = &entry.key {
            let name = document.key_text(key);
            if let Some(first) = keys.get(&name) {
                let (code, what) = match value.kind {
                    Kind::Round => ("duplicate-field", "field"),
                    _ => ("duplicate-key", "key"),
                };
                let line = lines.place(&(*first..*first)).line;
                let diagnostic = Diagnostic::error(code, format!("the {what} `{name}` is written twice"))
                    .with_span(key.clone())
                    .with_help(format!("it is first written on line {line}"));
                found.push(Mistake { diagnostic, offset: key.start });
                continue;
            }
            keys.insert(name, key.start);
        }
        visit(document, lines, &entry.value, found);
    }
}

fn bad_number(document: &Document<'_>, value: &Value) -> Option<Diagnostic> {
    let word = &document.text[value.span.clone()];
    let is_unbounded = match value.kind {
        Kind::Name => matches!(word, "inf" | "NaN" | "inff32" | "inff64" | "NaNf32" | "NaNf64"),
        Kind::Number if !is_number(word) => return Some(no_number(word, value)),
        Kind::Number => {
            let digits = word.trim_start_matches(['+', '-']);
            digits.starts_with(['i', 'N'])
                || digits.replace('_', "").parse::<f64>().is_ok_and(f64::is_infinite)
        }
        Kind::Text | Kind::Char | Kind::Round | Kind::Square | Kind::Curly => false,
    };
    is_unbounded.then(|| {
        Diagnostic::error("not-finite", format!("`{word}` is not a finite number"))
            .with_span(value.span.clone())
    })
}

fn no_number(word: &str, value: &Value) -> Diagnostic {
    let quoted = quote(word);
    Diagnostic::error("not-a-number", format!("`{word}` is not a number"))
        .with_span(value.span.clone())
        .with_help(format!("a quantity with a unit is written in quotes: `{quoted}`"))
        .with_fix(value.span.clone(), quoted)
}
