//! Findings with their places, and the checks that several nodes share.

use std::ops::Range;

use super::mend::words;
use super::{Compiler, Path};
use crate::component::Node;
use crate::diagnostic::{Diagnostic, Fix, Severity, suggest};
use crate::distribution::discrete::{KeySampler, Popularity};
use crate::distribution::{Distribution, Problem, Quantity, Sampler};
use crate::model::{Delay, NodeId, SamplerId};
use crate::quantity::{Number, Ratio};
use crate::scenario::text::{Document, parse_path};
use crate::time::Duration;

/// Cores, workers and connections are counted in 32 bits, and nobody has more.
const MOST_SERVERS: u32 = 100_000_000;
const MOST_SPEED: f64 = 1e6;

/// What a path leads to. Where nothing stands because a default was taken, the name of what it would stand in.
pub(super) fn span_of(document: &Document<'_>, path: &str) -> Range<usize> {
    if let Some(found) = document.locate(path) {
        return found.value;
    }
    let segments = parse_path(path).unwrap_or_default();
    for length in (1..segments.len()).rev() {
        let words = segments[..length].iter().map(|segment| match segment.is_quoted {
            true => crate::scenario::text::quote(&segment.text),
            false => segment.text.clone(),
        });
        if let Some(found) = document.locate(&words.collect::<Vec<_>>().join(".")) {
            let value = &document.text[found.value.clone()];
            let name = value.find(['(', '[', '{']).unwrap_or(value.len());
            return match (name, found.key) {
                (0, Some(key)) => key,
                (0, None) => found.value.start..found.value.start + 1,
                _ => found.value.start..found.value.start + value[..name].trim_end().len(),
            };
        }
    }
    let start = document.root.span.start;
    document.root.name.clone().unwrap_or(start..start + 1)
}

/// A finding that was noted, to say more about it.
pub(crate) struct Noted<'d> {
    diagnostic: &'d mut Diagnostic,
    text: &'d str,
}

impl Noted<'_> {
    /// Says what to do about it.
    pub(crate) fn with_help(self, help: impl Into<String>) {
        self.diagnostic.help = Some(help.into());
    }

    /// Offers to write `right` instead of `wrong`, if that is what stands there.
    pub(crate) fn with_fix(self, wrong: &str, right: &str) -> Self {
        if let Some(span) = &self.diagnostic.span
            && let Some(word) = words(&self.text[span.clone()], wrong).next()
        {
            let span = span.start + word.start..span.start + word.end;
            self.diagnostic.fix = Some(Fix { span, replacement: right.to_owned() });
        }
        self
    }

    /// Says what was probably meant, if something is near enough.
    pub(crate) fn meant(self, wrong: &str, near: Option<&str>) {
        if let Some(near) = near {
            self.with_fix(wrong, near).with_help(format!("did you mean `{near}`?"));
        }
    }
}

impl<'a> Compiler<'a> {
    /// Notes a finding at a place, among those of its kind.
    fn note(&mut self, diagnostic: Diagnostic, span: Range<usize>) -> Noted<'_> {
        let list = match diagnostic.severity {
            Severity::Error => &mut self.problems,
            Severity::Warning => &mut self.warnings,
        };
        list.push(diagnostic.with_span(span));
        Noted { diagnostic: list.last_mut().expect("it was just pushed"), text: self.document.text }
    }

    /// What `path` leads to.
    fn value_span(&self, path: &Path) -> Range<usize> {
        span_of(self.document, path.as_str())
    }

    /// The key that `path` leads to, or else its value.
    fn key_span(&self, path: &Path) -> Range<usize> {
        let found = self.document.locate(path.as_str()).and_then(|found| found.key);
        found.unwrap_or_else(|| self.value_span(path))
    }

    /// Notes an error about what `path` leads to.
    pub(crate) fn error(&mut self, code: &'static str, message: impl Into<String>, path: &Path) -> Noted<'_> {
        self.note(Diagnostic::error(code, message), self.value_span(path))
    }

    /// Notes an error about the key that `path` leads to.
    pub(crate) fn error_at_key(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        path: &Path,
    ) -> Noted<'_> {
        self.note(Diagnostic::error(code, message), self.key_span(path))
    }

    /// Notes a warning about the key that `path` leads to.
    pub(crate) fn warning_at_key(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        path: &Path,
    ) -> Noted<'_> {
        self.note(Diagnostic::warning(code, message), self.key_span(path))
    }

    /// Notes a warning about what `path` leads to.
    pub(crate) fn warning(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        path: &Path,
    ) -> Noted<'_> {
        self.note(Diagnostic::warning(code, message), self.value_span(path))
    }

    /// The node called `name`, or an error that there is none.
    pub(crate) fn target(&mut self, name: &str, path: &Path) -> Option<(NodeId, &'a Node)> {
        let scenario = self.scenario;
        if let Some(node) = scenario.nodes.get(name) {
            return Some((*self.nodes.get(name)?, node));
        }
        let near = suggest(name, scenario.nodes.keys().map(String::as_str));
        self.error("unknown-node", format!("no node is called `{name}`"), path).meant(name, near);
        None
    }

    /// Compiles a distribution, noting all its problems.
    pub(crate) fn sampler<Q: Quantity>(&mut self, distribution: &Distribution<Q>, path: &Path) -> SamplerId {
        let mut problems = distribution.check();
        let sampler = match distribution.sampler(self.means.files) {
            Ok(sampler) => sampler,
            Err(problem) => {
                if problems.is_empty() {
                    problems.push(problem);
                }
                Sampler::Constant(1.0)
            }
        };
        for problem in problems {
            self.problem(problem, distribution, path);
        }
        self.model.samplers.push(sampler)
    }

    fn problem<Q: Quantity>(&mut self, problem: Problem, distribution: &Distribution<Q>, path: &Path) {
        let place = place_in(distribution, &problem.path, path);
        let noted = self.error("bad-distribution", problem.message, &place);
        if let Some(help) = problem.help {
            noted.with_help(help);
        }
    }

    /// Compiles a time before something happens.
    pub(crate) fn delay(&mut self, distribution: &Distribution<Duration>, path: &Path) -> Delay {
        match distribution {
            Distribution::Constant(Duration(0)) => Delay::None,
            Distribution::Constant(span) => Delay::Constant(*span),
            drawn => Delay::Drawn(self.sampler(drawn, path)),
        }
    }

    /// Compiles a popularity of keys.
    pub(crate) fn keys(&mut self, popularity: &Popularity, path: &Path) -> Option<KeySampler> {
        for problem in popularity.check() {
            let place = match (problem.path.as_str(), popularity) {
                ("", Popularity::Uniform(_)) => path.under("Uniform"),
                ("", Popularity::Zipf(_) | Popularity::HotSet(_)) => path.clone(),
                (field, _) => path.under(field),
            };
            self.error("bad-keys", problem.message, &place);
        }
        popularity.sampler_sharing(&self.means.known.tables).ok()
    }

    /// The cumulated shares of 2⁶⁴ that weights stand for.
    pub(crate) fn weights(&mut self, weights: &[Ratio], place: impl Fn(usize) -> Path) -> Vec<u64> {
        let total: f64 = weights.iter().map(|weight| weight.0).sum();
        if total <= 0.0 || !total.is_finite() {
            let message = if total <= 0.0 {
                "at least one weight must be above zero"
            } else {
                "the weights are too large"
            };
            self.error("bad-weight", message, &place(0));
            return vec![u64::MAX; weights.len()];
        }
        let mut sum = 0.0;
        let shares = weights.iter().map(|weight| {
            sum += weight.0;
            // A cast from float to integer stops at the largest integer.
            (sum / total * 18_446_744_073_709_551_616.0) as u64
        });
        let mut shares: Vec<u64> = shares.collect();
        // Whatever rounding has left over goes to the last one that can be drawn at all.
        if let Some(last) = weights.iter().rposition(|weight| weight.0 > 0.0) {
            shares[last..].fill(u64::MAX);
        }
        shares
    }

    /// Notes an error unless `span` is above zero.
    pub(crate) fn above_zero(&mut self, span: Duration, path: &Path, what: &str) {
        if span == Duration::ZERO {
            self.error("out-of-range", format!("{what} must be above zero"), path);
        }
    }

    /// Notes an error if `count` is given and zero.
    pub(crate) fn at_least_one(&mut self, count: Option<u64>, path: &Path, what: &str) {
        if count == Some(0) {
            self.error("out-of-range", format!("{what} must be at least 1"), path);
        }
    }

    /// Notes an error unless `count` is a sensible number of servers.
    pub(crate) fn count(&mut self, count: u32, path: &Path, why: &str) {
        if count == 0 {
            self.error("out-of-range", why, path);
        } else if count > MOST_SERVERS {
            self.error(
                "out-of-range",
                format!("{count} is more than the {MOST_SERVERS} that are possible"),
                path,
            );
        }
    }

    /// Notes an error unless `share` is at most one.
    pub(crate) fn share(&mut self, share: Ratio, path: &Path, what: &str) {
        if share.0 > 1.0 {
            self.error("out-of-range", format!("{what} is at most 100%, `{share}` is more"), path);
        }
    }

    /// Notes an error unless `speed` is a sensible speed of cores.
    pub(crate) fn speed(&mut self, speed: Number, path: &Path) {
        if !(1.0 / MOST_SPEED..=MOST_SPEED).contains(&speed.0) {
            let message =
                format!("a speed lies between {} and {MOST_SPEED}, {} does not", 1.0 / MOST_SPEED, speed.0);
            self.error("out-of-range", message, path);
        }
    }

    /// Notes an error if there is no such host, or if what the host decides is given beside it.
    pub(crate) fn on_host(&mut self, host: &str, given: &[(&str, bool)], site: &super::Site<'_>) {
        if !self.scenario.hosts.contains_key(host) {
            let near = suggest(host, self.scenario.hosts.keys().map(String::as_str));
            let message = format!("no host is called `{host}`");
            self.error("unknown-host", message, &site.under("host")).meant(host, near);
        }
        for (name, is_given) in given {
            if *is_given {
                let message = format!("`{name}` is decided by the host `{host}`");
                self.error("contradiction", message, &site.under(name));
            }
        }
    }

    /// Notes an error unless some clients have a class of this name.
    pub(crate) fn known_class(&mut self, name: &str, path: &Path) {
        let scenario = self.scenario;
        let classes = || {
            scenario.nodes.values().flat_map(|node| match node {
                Node::Clients(clients) => clients.classes.keys().map(String::as_str).collect(),
                _ => Vec::new(),
            })
        };
        if classes().all(|class| class != name) {
            let near = suggest(name, classes());
            let message = format!("no clients have a class `{name}`");
            self.error_at_key("unknown-class", message, path).meant(name, near);
        }
    }
}

/// The place of a problem below the distribution at `path`: lists stand in the brackets of their variant.
fn place_in<Q>(distribution: &Distribution<Q>, below: &str, path: &Path) -> Path {
    if below.is_empty() {
        return path.clone();
    }
    match distribution {
        Distribution::Mixture(parts) => {
            let mut words = below.splitn(3, '.');
            let (index, side, rest) = (words.next(), words.next(), words.next());
            let list = path.under("Mixture");
            let part = index.and_then(|index| index.parse::<usize>().ok()).and_then(|index| parts.get(index));
            match (index, side, part) {
                (Some(index), Some("1"), Some((_, part))) => {
                    place_in(part, rest.unwrap_or(""), &list.under(index).under("1"))
                }
                _ => list.under(below),
            }
        }
        Distribution::Empirical(_) => path.under("Empirical").under(below),
        Distribution::Histogram(_) => path.under("Histogram").under(below),
        _ => path.under(below),
    }
}
