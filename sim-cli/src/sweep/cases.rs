//! The cases of a sweep as scenarios that can run.

use std::collections::BTreeMap;
use std::sync::Mutex;

use rayon::prelude::*;
use sim_core::diagnostic::Diagnostic;
use sim_core::experiment::design::{Design, Shard};
use sim_core::scenario::text::remove;

use super::manifest::sha256;
use crate::exit::{Exit, Failure};
use crate::input::Source;
use crate::output::Output;
use crate::prepare::{Edits, Prepared, Unfit, try_prepare_with};
use crate::threads::held;

/// The most mistakes that are shown; more are rarely read.
const MOST_SHOWN: usize = 20;

/// A design over a scenario.
pub struct Cases {
    /// The design.
    pub design: Design,
    /// The scenario with what is the same in all cases.
    pub text: String,
    /// The seed of all first replications.
    pub seed: u64,
    source: Source,
    /// Files that cases named, read once.
    files: Mutex<BTreeMap<String, Option<String>>>,
}

/// A mistake: the first case that has it, and how many do.
pub struct Mistake {
    number: u32,
    /// What is wrong with that case.
    pub unfit: Unfit,
    cases: u32,
}

impl Cases {
    /// The cases of `design` over a scenario. Its own cases and claims are left out: a sweep looks at neither, and they
    /// would be compiled with every case.
    pub fn new(source: Source, design: Design, seed: u64) -> Cases {
        let without = |text: String, field: &str| remove(&text, field).unwrap_or(text);
        let bare = ["cases", "expect"].into_iter().fold(source.text.clone(), without);
        let bare = source.with_text(source.name.clone(), bare);
        Cases { design, text: source.text, seed, source: bare, files: Mutex::new(BTreeMap::new()) }
    }

    /// The numbers of all cases, or of those of a shard.
    pub fn numbers(&self, shard: Option<Shard>) -> Vec<u32> {
        shard.unwrap_or(Shard::WHOLE).cases(self.design.cases()).collect()
    }

    /// Compiles one case.
    pub fn prepare(&self, number: u32) -> Result<Prepared, Unfit> {
        self.prepare_with(self.assignments(number))
    }

    fn prepare_with(&self, set: Vec<String>) -> Result<Prepared, Unfit> {
        try_prepare_with(&self.source, &Edits { set, ..Edits::default() }, &|name| self.file(name))
    }

    /// A case as `--set` would make it, for messages.
    pub fn name(&self, number: u32) -> String {
        self.assignments(number).join(", ")
    }

    /// What is put where in a case, as `--set` has it.
    fn assignments(&self, number: u32) -> Vec<String> {
        let paths = self.design.axes().iter().map(|axis| &axis.path);
        paths.zip(self.design.case(number)).map(|(path, value)| format!("{path}={value}")).collect()
    }

    /// Everything that is wrong with a case; nothing if it can run.
    fn mistakes(&self, number: u32) -> Vec<Unfit> {
        let Err(unfit) = self.prepare(number) else { return Vec::new() };
        // A path that leads nowhere would hide what is wrong with the other values.
        let is_nowhere = |unfit: &Unfit| unfit.diagnostics.iter().any(|one| one.code == "unknown-path");
        let (nowhere, rest): (Vec<_>, Vec<_>) =
            self.assignments(number).into_iter().partition(|assignment| {
                self.prepare_with(vec![assignment.clone()]).is_err_and(|unfit| is_nowhere(&unfit))
            });
        if nowhere.is_empty() {
            return vec![unfit];
        }
        let alone = nowhere.into_iter().filter_map(|assignment| self.prepare_with(vec![assignment]).err());
        alone.chain(self.prepare_with(rest).err()).collect()
    }

    /// Compiles all of `numbers` and shows every mistake once, so that nothing runs before everything can.
    pub fn check(&self, numbers: &[u32], output: &Output) -> Result<(), Failure> {
        let mistakes = self.all_mistakes(numbers);
        if mistakes.is_empty() {
            return Ok(());
        }
        for mistake in mistakes.iter().take(MOST_SHOWN) {
            let Unfit { name, text, diagnostics } = &mistake.unfit;
            output.diagnostics(name, text, diagnostics);
            if mistake.cases > 1 {
                output.note(&format!("the same in {} cases in all\n", mistake.cases));
            }
        }
        if mistakes.len() > MOST_SHOWN {
            output.note(&format!("and {} other mistakes", mistakes.len() - MOST_SHOWN));
        }
        Err(Failure::said(Exit::Invalid))
    }

    /// Every mistake once, in the order of the cases.
    pub fn all_mistakes(&self, numbers: &[u32]) -> Vec<Mistake> {
        let mistakes = numbers
            .par_iter()
            .flat_map_iter(|number| self.mistakes(*number).into_iter().map(|unfit| (*number, unfit)))
            .fold(BTreeMap::new, |known, (number, unfit)| with_mistakes(known, number, &unfit))
            .reduce(BTreeMap::new, joined);
        let mut mistakes: Vec<Mistake> = mistakes.into_values().collect();
        mistakes.sort_by_key(|mistake| mistake.number);
        mistakes
    }

    /// The files that the cases compiled so far have read, and the SHA-256 of each.
    pub fn files(&self) -> BTreeMap<String, String> {
        let files = held(&self.files);
        files.iter().filter_map(|(name, text)| Some((name.clone(), sha256(text.as_ref()?)))).collect()
    }

    fn file(&self, name: &str) -> Option<String> {
        let mut files = held(&self.files);
        files.entry(name.to_owned()).or_insert_with(|| self.source.file(name)).clone()
    }
}

/// Mistakes by what they say: a value that is wrong is wrong in many cases.
type Mistakes = BTreeMap<String, Mistake>;

fn with_mistakes(mut known: Mistakes, number: u32, unfit: &Unfit) -> Mistakes {
    let separate = |diagnostic: &Diagnostic| {
        let words = format!("{} {}", diagnostic.code, diagnostic.message);
        let unfit = Unfit { diagnostics: vec![diagnostic.clone()], ..unfit.clone() };
        Mistakes::from([(words, Mistake { number, unfit, cases: 1 })])
    };
    for diagnostic in &unfit.diagnostics {
        known = joined(known, separate(diagnostic));
    }
    known
}

fn joined(mut one: Mistakes, other: Mistakes) -> Mistakes {
    for (words, mistake) in other {
        match one.remove(&words) {
            None => one.insert(words, mistake),
            Some(known) => {
                let cases = known.cases + mistake.cases;
                let first = if known.number <= mistake.number { known } else { mistake };
                one.insert(words, Mistake { cases, ..first })
            }
        };
    }
    one
}
