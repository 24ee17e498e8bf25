//! Reading a metric in a claim: its name, of what and over which span it is told, and in which case.

use crate::diagnostic::Diagnostic;
use crate::report::metric::{METRICS, Metric, Scope, Subject, Unit, Window};
use crate::report::watch::Span;
use crate::time::{Duration, Time};

use super::super::{Dimension, Expression, Place, Quantity, Reading};
use super::{PLAIN, Parser, Typed};

/// The words that may stand before a time in a metric's brackets.
const SPAN_WORDS: [&str; 3] = ["from", "to", "at"];

impl<'t> Parser<'t> {
    pub(super) fn reading(&mut self) -> Result<Typed, Diagnostic> {
        let start = self.at;
        let name = self.word();
        let metric = Metric::named(name);
        if metric.is_none() {
            let place = self.place(start..self.at);
            self.unknown("unknown-metric", "metric", name, place, METRICS.iter().map(|row| row.name));
        }
        self.skip_blanks();
        if !self.eat("(") {
            let here = self.token_here();
            return Err(self.unexpected(here, "a metric says of what in brackets, such as `p99(users)`"));
        }
        let (subject, span) = self.arguments(metric)?;
        let case = self.case();
        let place = self.place(start..self.at);
        let Some(metric) = metric else {
            let expression = Expression::Literal(Quantity { value: 0.0, dimension: PLAIN });
            return Ok(Typed { expression, dimension: None, place });
        };
        self.check_window(metric, span, place.clone());
        let text = self.text[start..self.at].to_owned();
        let dimension = Some(dimension_of(metric.unit));
        let reading = Reading { text, metric, subject, span, case };
        Ok(Typed { expression: Expression::Measured(Box::new(reading)), dimension, place })
    }

    fn arguments(&mut self, metric: Option<&'static Metric>) -> Result<(Subject, Span), Diagnostic> {
        let open = self.place(self.at - 1..self.at);
        let mut names: Vec<(&'t str, Place)> = Vec::new();
        let mut span = Span::WHOLE;
        let mut is_instant = false;
        loop {
            self.skip_blanks();
            if self.eat(")") {
                break;
            }
            let start = self.at;
            let name = self.name();
            let place = self.place(start..self.at);
            self.skip_blanks();
            if SPAN_WORDS.contains(&name) && self.eat(":") {
                let time = self.time()?;
                match name {
                    "from" => span.from = Some(time),
                    "to" => span.to = Some(time),
                    _ => (span.to, is_instant) = (Some(time), true),
                }
            } else if name.is_empty() {
                let here = self.token_here();
                return Err(self
                    .unexpected(here, "expected the name of a node, or `from:`, `to:` or `at:` and a time"));
            } else {
                if names.is_empty() {
                    let node = name.split_once('/').map_or(name, |(node, _)| node);
                    let start = start + usize::from(self.text[start..].starts_with(['"', '\'']));
                    self.nodes.push(start..start + node.len());
                }
                names.push((name, place));
            }
            self.skip_blanks();
            if !self.eat(",") && self.peek() != Some(')') {
                if self.at >= self.text.len() {
                    return Err(
                        Diagnostic::error("claim-syntax", "this bracket is not closed").with_span(open)
                    );
                }
                let here = self.token_here();
                return Err(self.unexpected(here, "expected `,` or `)`"));
            }
        }
        let close = self.place(self.at - 1..self.at);
        if let Some(metric) = metric {
            self.check_subject(metric, &names, open.start..close.end);
            if is_instant && metric.window != Window::Instant {
                let message = format!("`{}` is told of a span of time, not of an instant", metric.name);
                self.report("claim-window", message, open.start..close.end, "use `from:` and `to:`");
            }
        }
        let mut names = names.into_iter().map(|(name, _)| name.to_owned());
        Ok((Subject { place: names.next(), part: names.next() }, span))
    }

    fn check_window(&mut self, metric: &Metric, span: Span, place: Place) {
        match metric.window {
            Window::Any => {
                if let (Some(from), Some(to)) = (span.from, span.to)
                    && from >= to
                {
                    self.report(
                        "claim-window",
                        "this span ends before it starts",
                        place,
                        "swap `from:` and `to:`",
                    );
                }
            }
            Window::Whole if span != Span::WHOLE => {
                let message = format!("`{}` is known only of the measured window as a whole", metric.name);
                self.report("claim-window", message, place, "leave out `from:` and `to:`");
            }
            Window::Instant if span.from.is_some() => {
                let message = format!("`{}` is told of an instant", metric.name);
                self.report("claim-window", message, place, "use `at:`");
            }
            Window::Whole | Window::Instant => {}
        }
    }

    fn check_subject(&mut self, metric: &Metric, names: &[(&'t str, Place)], all: Place) {
        let scope = match names {
            [] => Some(Scope::Run),
            [(name, place)] => self.scope_of(name, place.clone()),
            [(name, place), (part, part_place)] => {
                self.part_of(name, place.clone(), part, part_place.clone())
            }
            [_, _, (_, place), ..] => {
                self.report(
                    "claim-subject",
                    "a metric takes a place and one part of it",
                    place.clone(),
                    "remove this",
                );
                None
            }
        };
        if let Some(scope) = scope
            && !metric.is_told_of(scope)
        {
            let scopes: Vec<_> = metric.scopes().into_iter().map(Scope::argument).collect();
            let message = format!("`{}` is a metric of {}", metric.name, scopes.join(", or of "));
            let place = names.last().map_or(all, |(_, place)| place.clone());
            self.report("claim-subject", message, place, metric.doc);
        }
    }

    fn scope_of(&mut self, name: &str, place: Place) -> Option<Scope> {
        let names = self.names;
        if names.clients.contains_key(name) {
            return Some(Scope::Client);
        }
        if names.nodes.contains_key(name) {
            return Some(Scope::Node);
        }
        if let Some((node, number)) = name.split_once('/')
            && let Some((_, instances)) = names.nodes.get(node)
        {
            if number.parse::<u32>().is_ok_and(|number| number < *instances) {
                return Some(Scope::Instance);
            }
            let message = format!("`{node}` has no instance `{number}`");
            let help = format!("its instances are `{node}/0` to `{node}/{}`", instances.saturating_sub(1));
            self.report("unknown-instance", message, place, help);
            return None;
        }
        let all = names.clients.keys().chain(names.nodes.keys()).map(String::as_str);
        self.unknown("unknown-node", "node", name, place, all);
        None
    }

    fn part_of(&mut self, name: &str, place: Place, part: &str, part_place: Place) -> Option<Scope> {
        let names = self.names;
        if let Some(classes) = names.clients.get(name) {
            if !classes.iter().any(|class| class == part) {
                self.unknown("unknown-class", "class", part, part_place, classes.iter().map(String::as_str));
                return None;
            }
            return Some(Scope::Client);
        }
        if let Some((pools, _)) = names.nodes.get(name) {
            if !pools.contains(&part) {
                self.unknown("unknown-pool", "pool", part, part_place, pools.iter().copied());
                return None;
            }
            return Some(Scope::Pool);
        }
        self.scope_of(name, place)?;
        self.report("claim-subject", "an instance has no parts here", part_place, "remove this");
        None
    }

    fn case(&mut self) -> Option<String> {
        let end = self.at;
        self.skip_blanks();
        if !self.eat("@") {
            self.at = end;
            return None;
        }
        let start = self.at;
        let name = self.name();
        if !self.names.cases.iter().any(|case| case == name) {
            let place = self.place(start..self.at);
            let cases = self.names.cases.iter().map(String::as_str);
            self.unknown("unknown-case", "case", name, place, cases);
        }
        Some(name.to_owned())
    }

    fn time(&mut self) -> Result<Time, Diagnostic> {
        self.skip_blanks();
        let quote = self.peek().filter(|letter| matches!(letter, '"' | '\''));
        self.at += usize::from(quote.is_some());
        let start = self.at;
        let text = self.quantity_text();
        let place = self.place(start..self.at);
        let parsed = text.parse::<Duration>();
        if quote.is_some_and(|quote| !self.eat(quote.encode_utf8(&mut [0; 4]))) {
            return Err(Diagnostic::error("claim-syntax", "this quotation is not closed").with_span(place));
        }
        match parsed {
            Ok(span) => Ok(Time(span.0)),
            Err(error) => Err(Diagnostic::error("claim-quantity", format!("{error}")).with_span(place)),
        }
    }
}

/// What a metric's unit means in arithmetic.
pub(in crate::report::claim) fn dimension_of(unit: Unit) -> Dimension {
    let time = match unit {
        Unit::Time => 1,
        Unit::TimeSquared => 2,
        Unit::Rate => -1,
        Unit::Share | Unit::Count | Unit::Number => 0,
    };
    Dimension { time, is_share: unit == Unit::Share }
}
