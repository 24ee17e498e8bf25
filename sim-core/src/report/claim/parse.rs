//! Reading a claim: by recursive descent, with every name and unit checked on the way.

use crate::diagnostic::{Diagnostic, suggest};
use crate::quantity;
use crate::report::metric::{METRICS, Metric, Scope, Subject, Unit, Window};
use crate::report::watch::Span;
use crate::time::{Duration, Time};

use super::{Claim, Dimension, Expression, Names, Operator, Place, Quantity, Reading, Relation};

/// A claim of more bytes is refused, so that reading and checking it stay shallow.
const MOST_BYTES: usize = 2_000;

/// Brackets and minus signs nest this deep at most.
const MOST_DEPTH: u32 = 32;

const PLAIN: Dimension = Dimension { time: 0, is_share: false };

/// The claim that `text` makes, or everything that is wrong with it.
pub(super) fn claim(text: &str, offset: usize, names: &Names) -> Result<Claim, Vec<Diagnostic>> {
    if text.len() > MOST_BYTES {
        let message = format!("this claim is longer than {MOST_BYTES} bytes");
        return Err(vec![Diagnostic::error("claim-syntax", message).with_span(offset..offset + text.len())]);
    }
    let mut parser = Parser { text, offset, at: 0, depth: 0, names, mistakes: Vec::new() };
    match parser.claim() {
        Ok(claim) if parser.mistakes.is_empty() => Ok(claim),
        Ok(_) => Err(parser.mistakes),
        Err(diagnostic) => {
            parser.mistakes.push(diagnostic);
            Err(parser.mistakes)
        }
    }
}

struct Parser<'t> {
    text: &'t str,
    offset: usize,
    at: usize,
    depth: u32,
    names: &'t Names,
    /// Mistakes that reading can go on after: unknown names, units that do not match.
    mistakes: Vec<Diagnostic>,
}

/// A part of a claim and what it is measured in; none after a mistake that was already reported.
struct Typed {
    expression: Expression,
    dimension: Option<Dimension>,
    place: Place,
}

/// The words that may stand before a time in a metric's brackets.
const SPAN_WORDS: [&str; 3] = ["from", "to", "at"];

impl<'t> Parser<'t> {
    fn claim(&mut self) -> Result<Claim, Diagnostic> {
        let left = self.expression()?;
        let relation = self.relation()?;
        let right = self.expression()?;
        self.skip_blanks();
        if self.at < self.text.len() {
            let rest = self.at..self.text.len();
            return Err(self.unexpected(rest, "the claim ends before this"));
        }
        self.same_dimension(&left, &right, "compared with");
        if self.mistakes.is_empty() && !left.expression.is_measured() && !right.expression.is_measured() {
            let all = self.place(0..self.text.len());
            self.mistakes.push(
                Diagnostic::error("claim-without-metric", "this claim measures nothing")
                    .with_span(all)
                    .with_help("name a metric of a node, such as `p99(users) < 250ms`"),
            );
        }
        let text = self.text.to_owned();
        Ok(Claim { text, left: left.expression, relation, right: right.expression })
    }

    fn relation(&mut self) -> Result<Relation, Diagnostic> {
        self.skip_blanks();
        let words = [
            ("<=", Relation::AtMost),
            (">=", Relation::AtLeast),
            ("==", Relation::Equal),
            ("<", Relation::Less),
            (">", Relation::Greater),
        ];
        for (word, relation) in words {
            if self.eat(word) {
                return Ok(relation);
            }
        }
        let start = self.at;
        if self.word() == "within" {
            let share = self.factor()?;
            let place = share.place.clone();
            self.skip_blanks();
            if self.word() != "of" {
                return Err(self.error(
                    place,
                    "`within` is followed by a share, `of` and a value",
                    "write `within 1% of …`",
                ));
            }
            return match share.expression {
                Expression::Literal(Quantity { value, dimension: Dimension { time: 0, .. } }) => {
                    Ok(Relation::Within(value))
                }
                _ => Err(self.error(place, "`within` takes a share", "write `within 1% of …`")),
            };
        }
        self.at = start;
        let here = self.token_here();
        Err(self.unexpected(here, "expected `<`, `<=`, `==`, `>=`, `>` or `within 1% of`"))
    }

    fn expression(&mut self) -> Result<Typed, Diagnostic> {
        let mut left = self.term()?;
        loop {
            self.skip_blanks();
            let operator = match self.peek() {
                Some('+') => Operator::Add,
                Some('-') => Operator::Subtract,
                _ => return Ok(left),
            };
            self.at += 1;
            let right = self.term()?;
            self.same_dimension(
                &left,
                &right,
                if operator == Operator::Add { "added to" } else { "taken from" },
            );
            let dimension = left.dimension.or(right.dimension);
            left = combine(operator, left, right, dimension);
        }
    }

    fn term(&mut self) -> Result<Typed, Diagnostic> {
        let mut left = self.factor()?;
        loop {
            self.skip_blanks();
            let operator = match self.peek() {
                Some('*') => Operator::Multiply,
                Some('/') => Operator::Divide,
                _ => return Ok(left),
            };
            self.at += 1;
            let right = self.factor()?;
            let dimension = left.dimension.zip(right.dimension).map(|(left, right)| match operator {
                Operator::Multiply | Operator::Add => Dimension {
                    time: left.time.saturating_add(right.time),
                    is_share: left.is_share && right.is_share,
                },
                Operator::Divide | Operator::Subtract => {
                    Dimension { time: left.time.saturating_sub(right.time), is_share: false }
                }
            });
            left = combine(operator, left, right, dimension);
        }
    }

    fn factor(&mut self) -> Result<Typed, Diagnostic> {
        self.skip_blanks();
        let start = self.at;
        match self.peek() {
            Some('-') => self.nested(start, |parser| {
                let inner = parser.factor()?;
                let place = parser.place(start..parser.at);
                Ok(Typed {
                    expression: Expression::Negated(Box::new(inner.expression)),
                    dimension: inner.dimension,
                    place,
                })
            }),
            Some('(') => self.nested(start, |parser| {
                let inner = parser.expression()?;
                parser.skip_blanks();
                if !parser.eat(")") {
                    let open = parser.place(start..start + 1);
                    return Err(
                        Diagnostic::error("claim-syntax", "this bracket is not closed").with_span(open)
                    );
                }
                Ok(inner)
            }),
            Some(first) if first.is_ascii_digit() || first == '.' => self.literal(),
            Some(first) if first.is_ascii_alphabetic() => self.reading(),
            _ => {
                let here = self.token_here();
                Err(self.unexpected(
                    here,
                    "expected a metric such as `p99(users)`, or a quantity such as `250ms`",
                ))
            }
        }
    }

    /// What stands after a sign or a bracket, unless it is nested too deep.
    fn nested(
        &mut self,
        start: usize,
        inner: impl FnOnce(&mut Self) -> Result<Typed, Diagnostic>,
    ) -> Result<Typed, Diagnostic> {
        if self.depth >= MOST_DEPTH {
            let here = self.place(start..start + 1);
            return Err(Diagnostic::error("claim-syntax", "this claim is nested too deep").with_span(here));
        }
        self.depth += 1;
        self.at += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn literal(&mut self) -> Result<Typed, Diagnostic> {
        let start = self.at;
        let text = self.quantity_text();
        let place = self.place(start..self.at);
        let invalid = |message: String| Diagnostic::error("claim-quantity", message).with_span(place.clone());
        let (value, dimension) = if text.contains('/') {
            let rate: quantity::Rate = text.parse().map_err(|error| invalid(format!("{error}")))?;
            (rate.0, Dimension { time: -1, is_share: false })
        } else if text.ends_with('%') {
            let ratio: quantity::Ratio = text.parse().map_err(|error| invalid(format!("{error}")))?;
            (ratio.0, Dimension { time: 0, is_share: true })
        } else if text.chars().any(|letter| letter.is_alphabetic() && letter != 'e') {
            let time: Duration = text.parse().map_err(|error| invalid(format!("{error}")))?;
            (time.as_secs_f64(), Dimension { time: 1, is_share: false })
        } else {
            let number: quantity::Number = text.parse().map_err(|error| invalid(format!("{error}")))?;
            (number.0, PLAIN)
        };
        // Zero is zero in every unit.
        let known = (value != 0.0 || dimension != PLAIN).then_some(dimension);
        let expression = Expression::Literal(Quantity { value, dimension });
        Ok(Typed { expression, dimension: known, place })
    }

    /// The longest text from here that can be a quantity; a slash belongs to it only before the unit of a rate.
    fn quantity_text(&mut self) -> &'t str {
        let start = self.at;
        let rest = &self.text[start..];
        let mut end = 0;
        let mut before = ' ';
        for letter in rest.chars() {
            let is_exponent = (letter == '-' || letter == '+') && before == 'e';
            if !(letter.is_alphanumeric() || matches!(letter, '.' | '_' | '%' | 'µ' | 'μ') || is_exponent) {
                break;
            }
            end += letter.len_utf8();
            before = letter;
        }
        for span in ["/s", "/min", "/h", "/d"] {
            let goes_on =
                |after: &str| after.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_');
            if rest[end..].strip_prefix(span).is_some_and(|after| !goes_on(after)) {
                end += span.len();
                break;
            }
        }
        self.at = start + end;
        &rest[..end]
    }

    // Metrics.

    fn reading(&mut self) -> Result<Typed, Diagnostic> {
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

    // Units.

    fn same_dimension(&mut self, left: &Typed, right: &Typed, verb: &str) {
        let (Some(one), Some(other)) = (left.dimension, right.dimension) else { return };
        if one.time != other.time {
            let (left_name, right_name) = (dimension_name(one), dimension_name(other));
            let message = if verb == "compared with" {
                format!("{left_name} is {verb} {right_name}")
            } else {
                format!("{right_name} is {verb} {left_name}")
            };
            let place = right.place.clone();
            self.report("claim-units", message, place, "times are written like `250ms`, rates like `800/s`");
        }
    }

    // Text.

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn eat(&mut self, token: &str) -> bool {
        let is_here = self.text[self.at..].starts_with(token);
        self.at += if is_here { token.len() } else { 0 };
        is_here
    }

    fn skip_blanks(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    /// A metric's name or a keyword.
    fn word(&mut self) -> &'t str {
        self.take_while(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    }

    /// A name from the scenario, in quotes if it holds other letters.
    fn name(&mut self) -> &'t str {
        if let Some(quote) = self.peek().filter(|letter| matches!(letter, '"' | '\'')) {
            self.at += 1;
            let name = self.take_while(|letter| letter != quote);
            self.at += usize::from(self.peek().is_some());
            return name;
        }
        self.take_while(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '/' | '.'))
    }

    fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> &'t str {
        self.skip_blanks();
        let rest = &self.text[self.at..];
        let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// The word or sign at this point, as a range within the claim.
    fn token_here(&mut self) -> std::ops::Range<usize> {
        self.skip_blanks();
        let rest = &self.text[self.at..];
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        let word = rest.find(|letter| !is_word(letter)).unwrap_or(rest.len());
        let sign = rest.chars().next().map_or(0, char::len_utf8);
        self.at..self.at + word.max(sign)
    }

    /// A range of the claim as a place in the scenario.
    fn place(&self, range: std::ops::Range<usize>) -> Place {
        self.offset + range.start..self.offset + range.end
    }

    // Mistakes.

    fn unexpected(&self, range: std::ops::Range<usize>, help: &str) -> Diagnostic {
        let found = &self.text[range.clone()];
        let message = if found.is_empty() {
            "the claim ends too early".to_owned()
        } else {
            format!("`{found}` is not expected here")
        };
        self.error(self.place(range), message, help)
    }

    fn error(&self, place: Place, message: impl Into<String>, help: &str) -> Diagnostic {
        Diagnostic::error("claim-syntax", message).with_span(place).with_help(help)
    }

    fn report(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        place: Place,
        help: impl Into<String>,
    ) {
        self.mistakes.push(Diagnostic::error(code, message).with_span(place).with_help(help));
    }

    fn unknown<'c>(
        &mut self,
        code: &'static str,
        what: &str,
        name: &str,
        place: Place,
        candidates: impl Iterator<Item = &'c str> + Clone,
    ) {
        let mut diagnostic =
            Diagnostic::error(code, format!("unknown {what} `{name}`")).with_span(place.clone());
        if let Some(meant) = suggest(name, candidates.clone()) {
            diagnostic = diagnostic.with_help(format!("did you mean `{meant}`?")).with_fix(place, meant);
        } else {
            let known: Vec<_> = candidates.map(|name| format!("`{name}`")).collect();
            let list = if known.is_empty() { "there is none".to_owned() } else { known.join(", ") };
            diagnostic = diagnostic.with_help(format!("known: {list}"));
        }
        self.mistakes.push(diagnostic);
    }
}

fn combine(operator: Operator, left: Typed, right: Typed, dimension: Option<Dimension>) -> Typed {
    let place = left.place.start..right.place.end;
    let sides = Box::new((left.expression, right.expression));
    Typed { expression: Expression::Combined(operator, sides), dimension, place }
}

/// What a metric's unit means in arithmetic.
pub(super) fn dimension_of(unit: Unit) -> Dimension {
    let time = match unit {
        Unit::Time => 1,
        Unit::TimeSquared => 2,
        Unit::Rate => -1,
        Unit::Share | Unit::Count | Unit::Number => 0,
    };
    Dimension { time, is_share: unit == Unit::Share }
}

fn dimension_name(dimension: Dimension) -> &'static str {
    match dimension.time {
        1 => "a time",
        -1 => "a rate",
        0 if dimension.is_share => "a share",
        0 => "a number",
        2 => "a squared time",
        _ => "something else",
    }
}
