//! Reading a claim: by recursive descent, with every name and unit checked on the way.

use crate::diagnostic::Diagnostic;
use crate::quantity;
use crate::time::Duration;

use super::{Claim, Dimension, Expression, Names, Operator, Place, Quantity, Reading, Relation};

mod reading;
mod token;

pub(super) use reading::dimension_of;

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
    let mut parser = Parser::new(text, offset, names);
    match parser.claim() {
        Ok(claim) if parser.mistakes.is_empty() => Ok(claim),
        Ok(_) => Err(parser.mistakes),
        Err(diagnostic) => {
            parser.mistakes.push(diagnostic);
            Err(parser.mistakes)
        }
    }
}

/// The metric that `text` names, or everything that is wrong with it.
pub(super) fn metric(text: &str, names: &Names) -> Result<Reading, Vec<Diagnostic>> {
    let wrong = |message: &str| {
        let help = "write a metric and what it is told of, such as `p99(users)`";
        vec![Diagnostic::error("not-a-metric", message).with_span(0..text.len()).with_help(help)]
    };
    if text.len() > MOST_BYTES {
        return Err(wrong(&format!("this is longer than {MOST_BYTES} bytes")));
    }
    let mut parser = Parser::new(text, 0, names);
    parser.skip_blanks();
    let read = parser.reading();
    parser.skip_blanks();
    match read {
        Err(diagnostic) => parser.mistakes.push(diagnostic),
        Ok(_) if !parser.mistakes.is_empty() => {}
        Ok(_) if parser.at < text.len() => return Err(wrong("the metric ends before the end of this")),
        Ok(Typed { expression: Expression::Measured(reading), .. }) => return Ok(*reading),
        Ok(_) => return Err(wrong("this is no metric")),
    }
    Err(parser.mistakes)
}

/// Where `text` names nodes, as far as it can be read.
pub(super) fn node_names(text: &str) -> Vec<Place> {
    if text.len() > MOST_BYTES {
        return Vec::new();
    }
    let names = Names::default();
    let mut parser = Parser::new(text, 0, &names);
    // Names that it does not know are mistakes that reading goes on after.
    let _ = parser.claim();
    parser.nodes
}

struct Parser<'t> {
    text: &'t str,
    offset: usize,
    at: usize,
    depth: u32,
    names: &'t Names,
    /// Mistakes that reading can go on after: unknown names, units that do not match.
    mistakes: Vec<Diagnostic>,
    /// The names of nodes that were read, as bytes of the text.
    nodes: Vec<Place>,
}

/// A part of a claim and what it is measured in; none after a mistake that was already reported.
struct Typed {
    expression: Expression,
    dimension: Option<Dimension>,
    place: Place,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, offset: usize, names: &'t Names) -> Parser<'t> {
        Parser { text, offset, at: 0, depth: 0, names, mistakes: Vec::new(), nodes: Vec::new() }
    }

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
}

fn combine(operator: Operator, left: Typed, right: Typed, dimension: Option<Dimension>) -> Typed {
    let place = left.place.start..right.place.end;
    let sides = Box::new((left.expression, right.expression));
    Typed { expression: Expression::Combined(operator, sides), dimension, place }
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
