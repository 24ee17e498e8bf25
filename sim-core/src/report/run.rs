//! From text to a report in one call: for programs that use the simulator as a library, and for the browser.

use std::sync::Arc;

use crate::compile::{Compiled, Files, Known, case, compile_knowing};
use crate::diagnostic::Diagnostic;
use crate::engine::Engine;
use crate::scenario::text::scan;
use crate::sorted::Map;

use super::claim::{BASE, ClaimText};
use super::{Claims, Names, Report, Watch};

/// A scenario that can run, with what has to hold after it.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// What was compiled.
    pub compiled: Compiled,
    /// The claims of the scenario.
    pub claims: Claims,
}

impl Prepared {
    /// Compiles a scenario and reads its claims, or says everything that is wrong with it.
    pub fn new(text: &str, files: Files<'_>) -> Result<Prepared, Vec<Diagnostic>> {
        Prepared::knowing(text, files, &Known::default())
    }

    /// The same with what was made before.
    pub fn knowing(text: &str, files: Files<'_>, known: &Known) -> Result<Prepared, Vec<Diagnostic>> {
        let compiled = compile_knowing(text, files, known)?;
        let claims = claims(text, &compiled)?;
        Ok(Prepared { compiled, claims })
    }

    /// An engine for a run with this seed, or with the scenario's own.
    pub fn engine(&self, seed: Option<u64>) -> Engine {
        let variants: Vec<_> = self.compiled.models.iter().cloned().map(Arc::new).collect();
        let seed = seed.unwrap_or(variants[0].run.seed);
        Engine::with_variants(variants, seed)
    }

    /// What looks at a run on behalf of the claims.
    pub fn watch(&self) -> Watch {
        Watch::new(self.claims.spans())
    }

    /// Runs to the end and reports, the claims that need no other run checked.
    pub fn run(&self, seed: Option<u64>) -> Report {
        let mut engine = self.engine(seed);
        let mut watch = self.watch();
        watch.run(&mut engine);
        let mut report = watch.report(&engine);
        report.expect = self.claims.check(&Map::from([(BASE.to_owned(), &report)]));
        report
    }
}

/// Runs a scenario, or one of its cases, and returns the report as JSON; or what is wrong with it, as a compiler shows
/// it. Files that the scenario names are not there.
pub fn run_text(text: &str, case_name: Option<&str>) -> Result<String, String> {
    let shown = |problems: Vec<Diagnostic>, text: &str| {
        let shown: Vec<_> = problems.iter().map(|one| one.render("scenario", text, false)).collect();
        shown.join("\n\n")
    };
    let edited = match case_name {
        None => text.to_owned(),
        Some(name) => case(text, name).map_err(|problem| shown(vec![problem], text))?,
    };
    let prepared = Prepared::new(&edited, &|_| None).map_err(|problems| shown(problems, &edited))?;
    let mut report = prepared.run(None);
    report.case = case_name.map(str::to_owned);
    Ok(report.to_json(false).to_string())
}

/// The claims of a compiled scenario; mistakes point into `text`.
pub fn claims(text: &str, compiled: &Compiled) -> Result<Claims, Vec<Diagnostic>> {
    let document = scan(text)?;
    let names = Names::of(&compiled.models[0], compiled.scenario.cases.keys().cloned());
    let mut whole = Vec::new();
    let texts: Vec<_> = compiled
        .scenario
        .expect
        .iter()
        .enumerate()
        .map(|(number, claim)| {
            let value = document.locate(&format!("expect.{number}")).map_or(0..0, |found| found.value);
            let inside = text[value.clone()].find(claim.as_str());
            whole.push((value.clone(), inside.is_some()));
            ClaimText { text: claim, offset: value.start + inside.unwrap_or(0) }
        })
        .collect();
    Claims::parse(&texts, &names).map_err(|mistakes| {
        let placed = |mistake: Diagnostic| {
            let start = mistake.span.as_ref().map_or(0, |span| span.start);
            // A claim written with escapes has no bytes of its own to point at.
            let escaped = whole.iter().rev().find(|(value, _)| value.start <= start);
            match escaped {
                Some((value, false)) => Diagnostic { span: Some(value.clone()), fix: None, ..mistake },
                _ => mistake,
            }
        };
        mistakes.into_iter().map(placed).collect()
    })
}
