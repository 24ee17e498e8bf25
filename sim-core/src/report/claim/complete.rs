//! What could be written next in a claim: metrics, whom they are asked of, cases, relations, units.

use crate::report::metric::{METRICS, Metric, Scope, Unit, Window};
use crate::scenario::complete::{Completion, CompletionKind, number_at_end, units};

use super::Names;

/// So many instances of a node are offered by number.
const MOST_INSTANCES: u32 = 16;

/// What could be written at byte `cursor` of a claim; the places of the completions are bytes of the claim.
pub(crate) fn complete(claim: &str, cursor: usize, names: &Names) -> Vec<Completion> {
    let cursor = claim.floor_char_boundary(cursor);
    let before = &claim[..cursor];
    let mut offers = Offers { claim, cursor, found: Vec::new() };
    if let Some((metric, arguments)) = arguments(before) {
        offers.arguments(metric, arguments, names);
    } else if let Some(at) = before.rfind('@').filter(|at| before[at + 1..].chars().all(is_name)) {
        for case in &names.cases {
            offers.add(at + 1, CompletionKind::Name, case, written(case), "case", "");
        }
    } else if let Some((start, number)) =
        number_at_end(before).filter(|(start, _)| begins_word(before, *start))
    {
        let unit =
            METRICS.iter().rev().find(|metric| is_named(before, metric.name)).map(|metric| metric.unit);
        for (word, meaning) in units(unit_of(unit)) {
            let label = format!("{number}{word}");
            offers.add(start, CompletionKind::Value, &label, label.clone(), meaning, "");
        }
    } else {
        let start =
            before.trim_end_matches(|letter: char| letter.is_ascii_alphanumeric() || letter == '_').len();
        if is_operand_next(&before[..start]) { offers.metrics(start) } else { offers.relations(start) }
    }
    offers.found
}

struct Offers<'c> {
    claim: &'c str,
    cursor: usize,
    found: Vec<Completion>,
}

impl Offers<'_> {
    /// Adds what begins as what is typed from `from` on.
    fn add(
        &mut self,
        from: usize,
        kind: CompletionKind,
        label: &str,
        insert: String,
        detail: &str,
        doc: &str,
    ) {
        let typed = self.claim[from..self.cursor].trim_start_matches(['"', '\'']).to_lowercase();
        if label.to_lowercase().starts_with(&typed) {
            let rest = &self.claim[self.cursor..];
            let to =
                self.cursor + rest.find(|letter| !is_name(letter) || letter == '/').unwrap_or(rest.len());
            let (label, detail, doc) = (label.to_owned(), detail.to_owned(), doc.to_owned());
            self.found.push(Completion { label, insert, from, to, detail, doc, kind });
        }
    }

    fn metrics(&mut self, start: usize) {
        let rest = self.claim[self.cursor..].trim_start_matches(is_name);
        let brackets = if rest.starts_with('(') { "" } else { "()" };
        for metric in METRICS {
            let insert = format!("{}{brackets}", metric.name);
            let scopes: Vec<&str> = metric.scopes().into_iter().map(Scope::argument).collect();
            let detail = format!("of {}", scopes.join(", or of "));
            self.add(start, CompletionKind::Value, metric.name, insert, &detail, metric.doc);
        }
    }

    fn relations(&mut self, start: usize) {
        let has_one =
            self.claim[..start].contains(['<', '>', '=']) || self.claim[..start].contains(" within ");
        if has_one || !self.claim[..start].ends_with([' ', ')']) {
            return;
        }
        for (word, meaning) in [
            ("<", "less than"),
            ("<=", "at most"),
            ("==", "equal to"),
            (">=", "at least"),
            (">", "more than"),
            ("within", "within a share of"),
        ] {
            let insert = if word == "within" { "within 1% of ".to_owned() } else { format!("{word} ") };
            self.add(start, CompletionKind::Value, word, insert, meaning, "");
        }
    }

    /// Whom a metric is asked of, and over which span.
    fn arguments(&mut self, metric: Option<&Metric>, typed: &str, names: &Names) {
        let open = self.cursor - typed.len();
        let last = typed.rfind(',').map_or(0, |at| at + 1);
        let given: Vec<&str> =
            if last == 0 { Vec::new() } else { typed[..last - 1].split(',').map(str::trim).collect() };
        let start = open + last + (typed[last..].len() - typed[last..].trim_start().len());
        let place = given.first().map(|name| name.trim_matches(['"', '\'']));
        if let Some((_, time)) = typed[last..].split_once(':') {
            if let Some((at, number)) = number_at_end(time) {
                let start = self.cursor - time.len() + at;
                for (word, meaning) in units("time") {
                    let label = format!("{number}{word}");
                    self.add(start, CompletionKind::Value, &label, label.clone(), meaning, "");
                }
            }
            return;
        }
        match place {
            None => self.places(start, metric, names),
            Some(place) if given.len() == 1 => {
                for class in names.clients.get(place).into_iter().flatten() {
                    self.add(start, CompletionKind::Name, class, written(class), "class", "");
                }
                let asks_pools = metric.is_none_or(|metric| metric.is_told_of(Scope::Pool));
                let pools = names.nodes.get(place).filter(|_| asks_pools).map(|(pools, _)| pools);
                for pool in pools.into_iter().flatten() {
                    self.add(start, CompletionKind::Name, pool, (*pool).to_owned(), "pool", "");
                }
            }
            Some(_) => {}
        }
        let words: &[(&str, &str)] = match metric.map(|metric| metric.window) {
            Some(Window::Any) => &[("from", "the start of the span"), ("to", "its end")],
            Some(Window::Instant) => &[("at", "the instant")],
            Some(Window::Whole) | None => &[],
        };
        for (word, meaning) in words {
            let is_given = given.iter().any(|given| given.split(':').next().map(str::trim) == Some(word));
            if !is_given && (place.is_some() || metric.is_some_and(|metric| metric.is_told_of(Scope::Run))) {
                self.add(start, CompletionKind::Field, word, format!("{word}: "), meaning, "");
            }
        }
    }

    fn places(&mut self, start: usize, metric: Option<&Metric>, names: &Names) {
        let is_told_of = |scope| metric.is_none_or(|metric| metric.is_told_of(scope));
        for client in names.clients.keys().filter(|_| is_told_of(Scope::Client)) {
            self.add(start, CompletionKind::Name, client, written(client), "clients", "");
        }
        for (node, (_, instances)) in &names.nodes {
            if is_told_of(Scope::Node) || is_told_of(Scope::Pool) {
                self.add(start, CompletionKind::Name, node, written(node), "node", "");
            }
            for number in (0..*instances.min(&MOST_INSTANCES)).filter(|_| is_told_of(Scope::Instance)) {
                let instance = format!("{node}/{number}");
                self.add(start, CompletionKind::Name, &instance, written(&instance), "instance", "");
            }
        }
    }
}

/// The metric in whose brackets a text ends, if it is one, and what stands in them so far.
fn arguments(before: &str) -> Option<(Option<&'static Metric>, &str)> {
    let mut open = Vec::new();
    for (at, letter) in before.char_indices() {
        match letter {
            '(' => open.push(at),
            ')' => drop(open.pop()),
            _ => {}
        }
    }
    let at = open.pop()?;
    let head = before[..at].trim_end();
    let start = head.trim_end_matches(|letter: char| letter.is_ascii_alphanumeric() || letter == '_').len();
    let name = &head[start..];
    // Brackets without a name before them hold an expression.
    (!name.is_empty() && name != "of").then(|| (Metric::named(name), &before[at + 1..]))
}

/// Whether a metric or a quantity comes next, rather than a relation.
fn is_operand_next(before: &str) -> bool {
    let before = before.trim_end();
    before.is_empty() || before.ends_with(['<', '>', '=', '+', '-', '*', '/', '(']) || before.ends_with(" of")
}

fn begins_word(before: &str, start: usize) -> bool {
    !before[..start].ends_with(is_name)
}

fn is_named(before: &str, name: &str) -> bool {
    before
        .match_indices(name)
        .any(|(at, _)| begins_word(before, at) && before[at + name.len()..].trim_start().starts_with('('))
}

fn unit_of(unit: Option<Unit>) -> &'static str {
    match unit {
        Some(Unit::Time) => "time",
        Some(Unit::Rate) => "rate",
        Some(Unit::Share) => "ratio",
        Some(Unit::TimeSquared | Unit::Count | Unit::Number) | None => "",
    }
}

/// What can be part of a name without quotes.
fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '-' | '/' | '.')
}

/// A name as claims write it.
fn written(name: &str) -> String {
    if name.chars().all(is_name) { name.to_owned() } else { format!("'{name}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The labels at the mark `|`.
    fn labels(marked: &str) -> Vec<String> {
        let cursor = marked.find('|').expect("the cursor is marked");
        let claim = marked.replacen('|', "", 1);
        let names = Names {
            clients: [("users".to_owned(), vec!["read".to_owned(), "big one".to_owned()])].into(),
            nodes: [("app".to_owned(), (vec!["cores", "workers"], 2)), ("lb".to_owned(), (Vec::new(), 1))]
                .into(),
            cases: vec!["lc".to_owned(), "rr".to_owned()],
        };
        complete(&claim, cursor, &names).into_iter().map(|one| one.label).collect()
    }

    #[test]
    fn what_can_come_next() {
        for (marked, expected) in [
            ("imb|", &["imbalance"][..]),
            ("makesp|(users)", &["makespan"]),
            ("utilization(|", &["app", "app/0", "app/1", "lb", "lb/0"]),
            ("p99(u|)", &["users"]),
            ("p99(users, |)", &["read", "big one", "from", "to"]),
            ("p99(users, r|)", &["read"]),
            ("utilization(app, c|", &["cores"]),
            ("queue(app, a|", &["at"]),
            ("p99(users, from: 1m|", &["1ms", "1min"]),
            ("p99(users)@|", &["lc", "rr"]),
            ("p99(users)@r|", &["rr"]),
            ("p99(users) |", &["<", "<=", "==", ">=", ">", "within"]),
            ("p99(users) w|", &["within"]),
            ("p99(users) < 250m|", &["250ms", "250min"]),
            ("hit_ratio(app) > 9|", &["9%"]),
            ("p99(users) < 0.5 * imb|", &["imbalance"]),
            ("2 * (imb|", &["imbalance"]),
            ("p99(users)@lc within 1% of imb|", &["imbalance"]),
        ] {
            assert_eq!(labels(marked), expected, "{marked}");
        }
        assert_eq!(labels("|").len(), METRICS.len());
    }
}
