//! Which key a request asks for: Zipf, uniform, or a hot set.
//!
//! Keys are numbered from 0, the most popular first.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::alias::AliasTable;
use super::check::Problem;
use crate::math::{exp, expm1, ln, ln_1p, pow};
use crate::quantity::{Number, Ratio};
use crate::random::Draws;
use crate::sorted::Map;

/// How popular each of a number of keys is.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum Popularity {
    /// The k-th most popular key is asked for in proportion to 1/k^s, as `Zipf(n: 100_000, s: 0.9)`.
    Zipf(Zipf),
    /// Each of this many keys alike, as `Uniform(1_000)`.
    Uniform(u64),
    /// A few keys take most requests, as `HotSet(n: 100_000, keys: "1%", requests: "90%")`.
    HotSet(HotSet),
}

/// The parameters of Zipf's law.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Zipf {
    /// How many keys there are.
    pub n: u64,
    /// The exponent: 0 is uniform, about 0.8 to 1 is usual for web objects, more is more skewed.
    pub s: Number,
}

/// The parameters of a hot set.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HotSet {
    /// How many keys there are.
    pub n: u64,
    /// The share of the keys that is hot, rounded to whole keys and at least one.
    pub keys: Ratio,
    /// The share of the requests that goes to the hot keys, alike to each.
    pub requests: Ratio,
}

/// Up to so many keys Zipf's law is a table of 8 bytes per key; beyond it is drawn by rejection.
const MOST_TABLED: u64 = 1 << 20;

/// Beyond this a key's number would no longer be exact as a float.
const MOST_KEYS: u64 = 1 << 53;

impl Popularity {
    /// Every problem at once.
    pub fn check(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        let (path, n) = match self {
            Popularity::Zipf(Zipf { n, s }) => {
                if !(0.0..=100.0).contains(&s.0) {
                    found.push(Problem::new("s", format!("`s` must lie between 0 and 100, `{s}` does not")));
                }
                ("n", *n)
            }
            Popularity::Uniform(n) => ("", *n),
            Popularity::HotSet(HotSet { n, keys, requests }) => {
                for (name, share) in [("keys", keys), ("requests", requests)] {
                    if !(0.0..=1.0).contains(&share.0) {
                        let message = format!("`{name}` is a share and at most 100%, `{share}` is more");
                        found.push(Problem::new(name, message));
                    }
                }
                ("n", *n)
            }
        };
        if !(1..=MOST_KEYS).contains(&n) {
            found.push(Problem::new(path, format!("there must be from 1 to 2^53 keys, not {n}")));
        }
        found
    }

    /// The compiled form, or the first problem of [`Popularity::check`].
    pub fn sampler(&self) -> Result<KeySampler, Problem> {
        self.sampler_sharing(&Tables::default())
    }

    /// The same with a table that was made before, if there is such a one.
    pub fn sampler_sharing(&self, tables: &Tables) -> Result<KeySampler, Problem> {
        if let Some(problem) = self.check().into_iter().next() {
            return Err(problem);
        }
        Ok(KeySampler::of(self.law(), tables))
    }

    fn law(&self) -> KeyLaw {
        match *self {
            Popularity::Uniform(keys) => KeyLaw::Uniform { keys },
            Popularity::Zipf(Zipf { n, s }) => KeyLaw::Zipf { keys: n, exponent: s.0 },
            Popularity::HotSet(HotSet { n, keys, requests }) => {
                let hot = ((n as f64 * keys.0 + 0.5) as u64).clamp(1, n);
                // With no cold keys there is nothing else to ask for.
                let share = if hot == n { 1.0 } else { requests.0 };
                KeyLaw::HotSet { keys: n, hot, share }
            }
        }
    }
}

/// The numbers that a [`KeySampler`] is made of.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub enum KeyLaw {
    /// Each key alike.
    Uniform {
        /// How many there are.
        keys: u64,
    },
    /// `hot` of the keys take `share` of the requests.
    HotSet {
        /// How many keys there are.
        keys: u64,
        /// How many of them are hot.
        hot: u64,
        /// The share of requests that go to a hot one.
        share: f64,
    },
    /// The key of rank k, from 1, with a probability in proportion to k to the power of −`exponent`.
    Zipf {
        /// How many there are.
        keys: u64,
        /// The exponent.
        exponent: f64,
    },
}

/// Tables that were made before, to be used again: making one of 100,000 keys takes longer than all else of a compilation,
/// and who edits a scenario compiles it again and again.
#[derive(Clone, Debug, Default)]
pub struct Tables(Rc<RefCell<ByLaw>>);

/// By the number of keys and the bits of the exponent.
type ByLaw = Map<(u64, u64), Arc<ZipfTable>>;

impl Tables {
    /// So many are kept.
    const MOST: usize = 8;

    fn zipf(&self, keys: u64, exponent: f64) -> Arc<ZipfTable> {
        let mut tables = self.0.borrow_mut();
        if tables.len() >= Tables::MOST {
            tables.clear();
        }
        let make = || Arc::new(ZipfTable::new(keys, exponent));
        Arc::clone(tables.get_or_insert_with((keys, exponent.to_bits()), make))
    }
}

/// A popularity ready to draw keys from.
#[derive(Clone, PartialEq, Debug)]
pub enum KeySampler {
    /// Each key alike.
    Uniform {
        /// How many there are.
        keys: u64,
    },
    /// `hot` of the keys take `share` of the requests.
    HotSet {
        /// How many keys there are.
        keys: u64,
        /// How many of them are hot.
        hot: u64,
        /// The share of requests that go to a hot one.
        share: f64,
    },
    /// Zipf's law by an exact table.
    Table(Arc<ZipfTable>),
    /// Zipf's law over more keys than one tabulates.
    Rejection(Box<ZipfRejection>),
}

impl KeySampler {
    /// The sampler of a law, with a table that was made before, if there is such a one.
    pub fn of(law: KeyLaw, tables: &Tables) -> KeySampler {
        match law {
            KeyLaw::Uniform { keys } => KeySampler::Uniform { keys },
            KeyLaw::HotSet { keys, hot, share } => KeySampler::HotSet { keys, hot, share },
            KeyLaw::Zipf { keys, exponent } if keys <= MOST_TABLED => {
                KeySampler::Table(tables.zipf(keys, exponent))
            }
            KeyLaw::Zipf { keys, exponent } => {
                KeySampler::Rejection(Box::new(ZipfRejection::new(keys, exponent)))
            }
        }
    }

    /// The law that it follows.
    pub fn law(&self) -> KeyLaw {
        match self {
            KeySampler::Uniform { keys } => KeyLaw::Uniform { keys: *keys },
            KeySampler::HotSet { keys, hot, share } => {
                KeyLaw::HotSet { keys: *keys, hot: *hot, share: *share }
            }
            KeySampler::Table(table) => KeyLaw::Zipf { keys: table.keys, exponent: table.exponent },
            KeySampler::Rejection(rejection) => {
                KeyLaw::Zipf { keys: rejection.keys, exponent: rejection.exponent }
            }
        }
    }

    /// A key, from 0.
    #[inline]
    pub fn sample(&self, draws: &mut Draws) -> u64 {
        match self {
            KeySampler::Uniform { keys } => below(*keys, draws),
            KeySampler::HotSet { keys, hot, share } => {
                if draws.unit() < *share {
                    below(*hot, draws)
                } else {
                    hot + below(keys - hot, draws)
                }
            }
            KeySampler::Table(table) => u64::from(table.choice.sample(draws)),
            KeySampler::Rejection(rejection) => rejection.sample(draws),
        }
    }

    /// How many keys there are.
    pub fn keys(&self) -> u64 {
        match self {
            KeySampler::Uniform { keys } | KeySampler::HotSet { keys, .. } => *keys,
            KeySampler::Table(table) => table.keys,
            KeySampler::Rejection(rejection) => rejection.keys,
        }
    }

    /// The probability of the key `rank`, from 0.
    pub fn probability(&self, rank: u64) -> f64 {
        if rank >= self.keys() {
            return 0.0;
        }
        match self {
            KeySampler::Uniform { keys } => 1.0 / *keys as f64,
            KeySampler::HotSet { hot, share, .. } if rank < *hot => share / *hot as f64,
            KeySampler::HotSet { keys, hot, share } => (1.0 - share) / (keys - hot) as f64,
            KeySampler::Table(table) => pow((rank + 1) as f64, -table.exponent) / table.sum,
            KeySampler::Rejection(rejection) => pow((rank + 1) as f64, -rejection.exponent) / rejection.sum,
        }
    }

    /// The keys in groups of nearly the same probability, the most popular first: the probability of one, and how many there
    /// are. Sums over groups are those over keys within 10⁻⁵, at the price of some thousand terms however many keys there are.
    pub fn groups(&self) -> Vec<(f64, f64)> {
        let (exponent, sum) = match self {
            KeySampler::Uniform { keys } => return vec![(self.probability(0), *keys as f64)],
            KeySampler::HotSet { keys, hot, .. } => {
                let groups = [(self.probability(0), *hot), (self.probability(*hot), keys - hot)];
                return groups
                    .into_iter()
                    .filter(|(_, many)| *many > 0)
                    .map(|(p, many)| (p, many as f64))
                    .collect();
            }
            KeySampler::Table(table) => (table.exponent, table.sum),
            KeySampler::Rejection(rejection) => (rejection.exponent, rejection.sum),
        };
        let mut groups = Vec::new();
        let mut start = 1;
        while start <= self.keys() {
            let end = (start + 1).max(start + start / GROUPS_A_RANK).min(self.keys() + 1);
            let middle = (start + end - 1) as f64 / 2.0;
            groups.push((pow(middle, -exponent) / sum, (end - start) as f64));
            start = end;
        }
        groups
    }
}

/// From the rank of this number on, neighbours share a group.
const GROUPS_A_RANK: u64 = 512;

/// A whole number below `bound` from one draw; its bias is below `bound` × 2⁻⁶⁴.
#[inline]
fn below(bound: u64, draws: &mut Draws) -> u64 {
    ((u128::from(draws.bits()) * u128::from(bound)) >> 64) as u64
}

/// Zipf's law as an alias table.
#[derive(Clone, PartialEq, Debug)]
pub struct ZipfTable {
    keys: u64,
    exponent: f64,
    /// Σ k^−s, by which the probabilities are scaled.
    sum: f64,
    choice: AliasTable,
}

impl ZipfTable {
    fn new(keys: u64, exponent: f64) -> ZipfTable {
        let weights: Vec<f64> = (1..=keys).map(|k| pow(k as f64, -exponent)).collect();
        // Summed from the small end, so that little is lost.
        let sum = weights.iter().rev().sum();
        ZipfTable { keys, exponent, sum, choice: AliasTable::new(&weights) }
    }
}

/// Zipf's law by rejection-inversion (Hörmann and Derflinger, ACM TOMACS 6, 1996): about one draw per key at any number of keys.
#[derive(Clone, PartialEq, Debug)]
pub struct ZipfRejection {
    keys: u64,
    exponent: f64,
    sum: f64,
    /// The hat's integral at its left and right end.
    low: f64,
    high: f64,
    /// Where a value this close below a whole number lies under the histogram for certain.
    squeeze: f64,
}

impl ZipfRejection {
    fn new(keys: u64, exponent: f64) -> ZipfRejection {
        let low = integral(1.5, exponent) - 1.0;
        let high = integral(keys as f64 + 0.5, exponent);
        let squeeze = 2.0 - inverse(integral(2.5, exponent) - pow(2.0, -exponent), exponent);
        ZipfRejection { keys, exponent, sum: harmonic(keys, exponent), low, high, squeeze }
    }

    fn sample(&self, draws: &mut Draws) -> u64 {
        loop {
            let u = self.high + draws.unit() * (self.low - self.high);
            let x = inverse(u, self.exponent);
            let k = ((x + 0.5) as u64).clamp(1, self.keys);
            let nearest = k as f64;
            if nearest - x <= self.squeeze
                || u >= integral(nearest + 0.5, self.exponent) - pow(nearest, -self.exponent)
            {
                return k - 1;
            }
        }
    }
}

/// ∫₁ˣ t^−s dt = (x^(1−s) − 1) / (1 − s), the logarithm for s = 1.
fn integral(x: f64, exponent: f64) -> f64 {
    let rest = 1.0 - exponent;
    if rest == 0.0 { ln(x) } else { expm1(rest * ln(x)) / rest }
}

/// The inverse of [`integral`].
fn inverse(area: f64, exponent: f64) -> f64 {
    let rest = 1.0 - exponent;
    if rest == 0.0 { exp(area) } else { exp(ln_1p((area * rest).max(-1.0)) / rest) }
}

/// Σ k^−s for k up to `keys`: the head term by term, the tail by the Euler–Maclaurin formula.
fn harmonic(keys: u64, exponent: f64) -> f64 {
    const HEAD: u64 = 1_000;
    let term = |k: f64| pow(k, -exponent);
    let head: f64 = (1..=keys.min(HEAD)).rev().map(|k| term(k as f64)).sum();
    if keys <= HEAD {
        return head;
    }
    let (first, last) = (HEAD as f64, keys as f64);
    let slope = |k: f64| -exponent * pow(k, -exponent - 1.0);
    let area = integral(last, exponent) - integral(first, exponent);
    head + area + (term(last) - term(first)) / 2.0 + (slope(last) - slope(first)) / 12.0
}

#[cfg(test)]
mod tests;
