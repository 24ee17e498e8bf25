//! Edits of the graph, each made as an edit of the text: comments and layout stay as they are.
//!
//! What a kind of node says of its connections is in its own file below `component/`. Where a node is named elsewhere, by
//! steps, links, autoscalers, the timeline, cases or claims, is found by one walk, which renaming, removing and
//! disconnecting all use.

use serde::{Deserialize, Serialize};

use crate::diagnostic::Diagnostic;
use crate::quantity::Number;
use crate::scenario::Scenario;
use crate::scenario::read::read;
use crate::scenario::text::{append, append_loose, one_value, parse_path, quote, set, set_loose, with_group};
use crate::time::{Duration, NANOSECONDS_PER_SECOND};

mod add;
mod detach;
mod draft;
mod excise;
mod overrides;
mod rename;

use draft::Draft;

/// An edit of a scenario text.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "camelCase")]
pub enum Edit {
    /// Puts a value where a path leads.
    Set {
        /// Where.
        path: String,
        /// As RON, or as typed on a command line.
        value: String,
    },
    /// Takes away what a path leads to.
    Remove {
        /// Where.
        path: String,
    },
    /// Adds a value to the list that a path leads to.
    Append {
        /// Where.
        path: String,
        /// As RON, or as typed on a command line.
        value: String,
    },
    /// Adds a node of a kind, connected so that the scenario still compiles where that can be.
    AddNode {
        /// What it is called.
        name: String,
        /// As in scenario text: `Service`.
        kind: String,
        /// Where it stands in the drawing.
        x: f64,
        /// Where it stands in the drawing.
        y: f64,
    },
    /// Takes away a node and all that is said of it.
    RemoveNode {
        /// Which.
        name: String,
    },
    /// Gives a node another name, wherever it is named.
    RenameNode {
        /// Which.
        name: String,
        /// What it is to be called.
        to: String,
    },
    /// Lets a node call another one, or ask it.
    Connect {
        /// Who calls.
        from: String,
        /// Who is called.
        to: String,
    },
    /// The reverse.
    Disconnect {
        /// Who calls.
        from: String,
        /// Who is called.
        to: String,
    },
    /// Says where a node stands in the drawing.
    Place {
        /// Which.
        name: String,
        /// From the left.
        x: f64,
        /// From the top.
        y: f64,
    },
    /// From a time on a path has another value: a `Set` at the end of the timeline.
    Change {
        /// When, in seconds.
        at: f64,
        /// Where.
        path: String,
        /// What, as in `cases`.
        value: String,
    },
    /// A fault at a time: a line at the end of the timeline.
    Fault {
        /// When, in seconds.
        at: f64,
        /// As in scenario text: `Crash(target: "app/3", for: "30s")`.
        fault: String,
    },
}

/// The text after all edits, made one after another; or why one of them cannot be made. Places in what is told then are
/// places in `text`.
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, Vec<Diagnostic>> {
    let mut edited = text.to_owned();
    for edit in edits {
        edited = edit.apply(&edited).map_err(|problems| match edited == text {
            true => problems,
            false => problems.into_iter().map(|it| Diagnostic { span: None, fix: None, ..it }).collect(),
        })?;
    }
    Ok(edited)
}

impl Edit {
    fn apply(&self, text: &str) -> Result<String, Vec<Diagnostic>> {
        let one = |result: Result<String, Diagnostic>| result.map_err(|problem| vec![problem]);
        match self {
            Edit::Set { path, value } => one(set_loose(text, path, value, &is_scenario)),
            Edit::Remove { path } => excise::remove(text, path),
            Edit::Append { path, value } => one(append_loose(text, path, value, &is_scenario)),
            Edit::AddNode { name, kind, x, y } => {
                add::add_node(text, name, kind).and_then(|text| place(&text, name, *x, *y))
            }
            Edit::RemoveNode { name } => detach::remove_node(text, name),
            Edit::RenameNode { name, to } => rename::rename_node(text, name, to),
            Edit::Connect { from, to } => add::connect(text, from, to),
            Edit::Disconnect { from, to } => detach::disconnect(text, from, to),
            Edit::Place { name, x, y } => place(text, name, *x, *y),
            Edit::Change { at, path, value } => one(change(text, *at, path, value)),
            Edit::Fault { at, fault } => one(happen(text, *at, fault)),
        }
    }
}

fn is_scenario(text: &str) -> bool {
    read::<Scenario>(text).is_ok()
}

fn place(text: &str, name: &str, x: f64, y: f64) -> Result<String, Vec<Diagnostic>> {
    Draft::of(text)?.node(name)?;
    let whole = |value: f64| Number::from_f64(value.round()).map_err(|error| bad_number(&error.message));
    let (Number(x), Number(y)) = (whole(x)?, whole(y)?);
    let text = with_group(text, "layout", ['{', '}']).map_err(|problem| vec![problem])?;
    set(&text, &format!("layout.{}", quote(name)), &format!("({x}, {y})")).map_err(|problem| vec![problem])
}

fn bad_number(message: &str) -> Vec<Diagnostic> {
    vec![Diagnostic::error("bad-value", message)]
}

fn change(text: &str, at: f64, path: &str, value: &str) -> Result<String, Diagnostic> {
    parse_path(path)?;
    happen(text, at, &format!("Set({}, {})", quote(path), quote(value)))
}

/// What comes later in time need not come later in the timeline: a line at its end leaves the places of all others.
fn happen(text: &str, at: f64, what: &str) -> Result<String, Diagnostic> {
    if !at.is_finite() || at < 0.0 || at > Duration::MAX.as_secs_f64() {
        return Err(Diagnostic::error("bad-value", format!("`{at}` is no time of a run")));
    }
    let what = one_value(what)?;
    let at = exactly(Duration::from_secs_f64(at));
    append(text, "timeline", &format!("At({}, {what})", quote(&at)))
}

/// A time to the last nanosecond, in seconds where it has some.
fn exactly(span: Duration) -> String {
    let shortest = span.to_string();
    let (seconds, rest) = (span.0 / NANOSECONDS_PER_SECOND, span.0 % NANOSECONDS_PER_SECOND);
    // The shortest text would count 33.512345678 s in nanoseconds.
    let unit = shortest.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    if seconds == 0 || !matches!(unit, "ns" | "us" | "ms") {
        return shortest;
    }
    let digits = format!("{seconds}.{rest:09}");
    format!("{}s", digits.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests;
