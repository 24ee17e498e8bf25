//! Claims: what a scenario says has to hold after its run, such as `p99(users)@lc < 0.5 * p99(users)@rr`.
//!
//! ```text
//! claim      = expression ("<" | "<=" | "==" | ">=" | ">") expression
//!            | expression "within" 1% "of" expression
//! expression = term { ("+" | "-") term }          term = factor { ("*" | "/") factor }
//! factor     = 250ms | 800/s | 70% | 1.5 | "-" factor | "(" expression ")" | metric
//! metric     = name "(" [ place ["," part] { "," ("from" | "to" | "at") ":" time } ] ")" [ "@" case ]
//! ```
//!
//! A place is a client, a node or an instance such as `app/0`; a part is a class of a client or a pool of a node.
//! Without `from`, `to` or `at` a metric is told of the measured window. Without `@case` it is told of every run at
//! hand; beside a metric of a case, of the scenario as it stands.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::model::{Model, NodeKind};
use crate::sorted::Map;

use super::Report;
use super::interval::Estimate;
use super::metric::{Metric, Subject};
use super::watch::Span;

mod complete;
mod evaluate;
mod parse;

pub(crate) use complete::complete as completions;
pub use evaluate::Margin;

/// Where a claim names nodes, as bytes of it: `users` in `p99(users) < 1s`, `app` in `utilization(app/0) < 1`. Whether there
/// are such nodes, and whether the claim makes sense, does not matter.
pub fn node_names(text: &str) -> Vec<Range<usize>> {
    parse::node_names(text)
}

/// The name under which the run of a scenario as it stands is looked up among the runs of its cases.
pub const BASE: &str = "";

/// What a claim can be about.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Names {
    /// By client: its classes.
    pub clients: Map<String, Vec<String>>,
    /// By node that is no client: its pools and how many instances it can have.
    pub nodes: Map<String, (Vec<&'static str>, u32)>,
    /// The cases of the scenario.
    pub cases: Vec<String>,
}

impl Names {
    /// The names of a model, and those of the scenario's cases.
    pub fn of(model: &Model, cases: impl IntoIterator<Item = String>) -> Names {
        let mut names = Names { cases: cases.into_iter().collect(), ..Names::default() };
        for source in model.sources.iter() {
            let classes = source.classes.iter().map(|class| class.name.clone());
            let classes = classes.filter(|name| !name.is_empty()).collect();
            names.clients.insert(model.nodes[source.node].name.clone(), classes);
        }
        for node in model.nodes.iter().filter(|node| node.kind != NodeKind::Clients) {
            names.nodes.insert(
                node.name.clone(),
                (node.pool_kinds.iter().map(|kind| kind.word()).collect(), node.most_instances),
            );
        }
        names
    }
}

/// The claims of a scenario.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    claims: Vec<Claim>,
}

/// Something that has to hold.
#[derive(Clone, Debug)]
pub struct Claim {
    /// As written.
    pub text: String,
    left: Expression,
    relation: Relation,
    right: Expression,
}

/// How the two sides of a claim compare.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Relation {
    Less,
    AtMost,
    Equal,
    AtLeast,
    Greater,
    /// The left side is within this share of the right one.
    Within(f64),
}

/// One side of a claim, or a part of it.
#[derive(Clone, Debug)]
enum Expression {
    Literal(Quantity),
    Measured(Box<Reading>),
    Negated(Box<Expression>),
    Combined(Operator, Box<(Expression, Expression)>),
}

/// A number in base units and what it is measured in.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Quantity {
    value: f64,
    dimension: Dimension,
}

/// A power of time, and whether a plain number is meant as a share.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Dimension {
    /// 1 for a time, −1 for a rate.
    time: i8,
    is_share: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// A metric of something in a run.
#[derive(Clone, Debug)]
pub struct Reading {
    /// As written.
    pub text: String,
    /// What is measured.
    pub metric: &'static Metric,
    /// Of what.
    pub subject: Subject,
    /// Over which part of the run.
    pub span: Span,
    /// In which case of the scenario.
    pub case: Option<String>,
}

impl Reading {
    /// Reads a metric that stands alone, such as `p99(users)` or `utilization(app, from: 1min)`; or says everything that
    /// is wrong with it.
    pub fn parse(text: &str, names: &Names) -> Result<Reading, Vec<Diagnostic>> {
        parse::metric(text, names)
    }

    /// What `report` tells of it; `None` if nothing was counted.
    pub fn estimate(&self, report: &Report) -> Option<Estimate> {
        report.estimate(self.metric, &self.subject, self.span)
    }
}

/// A claim text and the byte at which it starts in the scenario.
#[derive(Clone, Copy, Debug)]
pub struct ClaimText<'t> {
    /// The claim, as it stands between the quotes.
    pub text: &'t str,
    /// Where it starts, so that diagnostics point into the scenario.
    pub offset: usize,
}

impl Claims {
    /// Reads all claims; every mistake in any of them is reported.
    pub fn parse(texts: &[ClaimText], names: &Names) -> Result<Claims, Vec<Diagnostic>> {
        let mut claims = Vec::new();
        let mut mistakes = Vec::new();
        for text in texts {
            match parse::claim(text.text, text.offset, names) {
                Ok(claim) => claims.push(claim),
                Err(found) => mistakes.extend(found),
            }
        }
        if mistakes.is_empty() { Ok(Claims { claims }) } else { Err(mistakes) }
    }

    /// The claims in the order of the scenario.
    pub fn iter(&self) -> impl Iterator<Item = &Claim> {
        self.claims.iter()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.claims.is_empty()
    }

    /// The spans of a run that the claims name: what a [`super::Watch`] has to look at.
    pub fn spans(&self) -> BTreeSet<Span> {
        let spans = self.claims.iter().flat_map(Claim::readings).map(|reading| reading.span);
        spans.filter(|span| *span != Span::WHOLE).collect()
    }

    /// Checks all claims whose runs are at hand, by name of their case ([`BASE`] for the scenario as it stands). A
    /// claim about a case that has not been run is left out.
    pub fn check(&self, reports: &Map<String, &Report>) -> Vec<super::ClaimResult> {
        self.claims.iter().filter_map(|claim| claim.check(reports)).collect()
    }
}

impl Claim {
    /// The cases it names; the scenario as it stands is [`BASE`]. None: it is about every run on its own.
    pub fn cases(&self) -> BTreeSet<&str> {
        let readings = self.readings();
        if readings.iter().all(|reading| reading.case.is_none()) {
            return BTreeSet::new();
        }
        readings.iter().map(|reading| reading.case.as_deref().unwrap_or(BASE)).collect()
    }

    fn readings(&self) -> Vec<&Reading> {
        let mut found = Vec::new();
        self.left.collect_readings(&mut found);
        self.right.collect_readings(&mut found);
        found
    }
}

impl Expression {
    fn collect_readings<'a>(&'a self, found: &mut Vec<&'a Reading>) {
        match self {
            Expression::Literal(_) => {}
            Expression::Measured(reading) => found.push(reading),
            Expression::Negated(inner) => inner.collect_readings(found),
            Expression::Combined(_, sides) => {
                sides.0.collect_readings(found);
                sides.1.collect_readings(found);
            }
        }
    }

    fn is_measured(&self) -> bool {
        let mut found = Vec::new();
        self.collect_readings(&mut found);
        !found.is_empty()
    }
}

/// A place in a claim, as bytes of the scenario.
type Place = Range<usize>;

#[cfg(test)]
mod tests;
