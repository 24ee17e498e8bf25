//! From a file and the options beside it to models that can run.

use std::path::Path;
use std::sync::Arc;

use sim_core::compile::{Compiled, Files, apply_overrides, case, compile};
use sim_core::diagnostic::Diagnostic;
use sim_core::engine::Engine;
use sim_core::experiment::sweep::Sweep;
use sim_core::graph::Graph;
use sim_core::model::Model;
use sim_core::report::Claims;
use sim_core::report::run::claims;
use sim_core::scenario::text::parse_assignment;

use crate::exit::{Exit, Failure};
use crate::input::Source;
use crate::output::Output;

/// Changes to a scenario that the command line asks for.
#[derive(clap::Args, Clone, Default, PartialEq, Debug)]
pub struct Edits {
    /// The case of the scenario
    #[arg(long, value_name = "NAME")]
    pub case: Option<String>,
    /// The seed of all random draws, instead of the scenario's
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// How long to run, instead of the scenario's duration: `10min`
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub duration: Option<sim_core::time::Duration>,
    /// Put a value at a path of the scenario, such as `nodes.app.instances=8`; may be repeated
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
}

/// A span of time on the command line.
pub fn time(text: &str) -> Result<sim_core::time::Duration, String> {
    text.parse().map_err(|error: sim_core::quantity::QuantityError| error.message)
}

/// A scenario that can run, as edited.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The case it is of.
    pub case: Option<String>,
    /// What it was compiled to.
    pub compiled: Compiled,
    /// What has to hold after its run.
    pub claims: Claims,
    /// The text that was compiled: the file's, with all edits.
    pub text: String,
    /// What the compiled text is called in messages.
    pub name: String,
}

/// Why a scenario cannot run: findings about a text, which is not the file's where there are edits.
#[derive(Clone, PartialEq, Debug)]
pub struct Unfit {
    /// What the text is called.
    pub name: String,
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

impl Prepared {
    /// The model at the start.
    pub fn model(&self) -> &Model {
        &self.compiled.models[0]
    }

    /// Who calls whom in it.
    pub fn graph(&self) -> Graph {
        Graph::of(&self.compiled.scenario, self.model())
    }

    /// What engines run, to be shared by several.
    pub fn models(&self) -> Vec<Arc<Model>> {
        self.compiled.models.iter().cloned().map(Arc::new).collect()
    }

    /// A run of it.
    pub fn engine(&self) -> Engine {
        self.engine_with(self.model().run.seed)
    }

    /// A run of it with this seed.
    pub fn engine_with(&self, seed: u64) -> Engine {
        Engine::with_variants(self.models(), seed)
    }
}

impl Unfit {
    /// Shows the findings.
    pub fn tell(&self, output: &Output) -> Failure {
        output.diagnostics(&self.name, &self.text, &self.diagnostics);
        Failure::said(Exit::Invalid)
    }
}

/// Compiles a scenario as edited, shows warnings, and ends the command where it is not valid.
pub fn prepare(source: &Source, edits: &Edits, output: &Output) -> Result<Prepared, Failure> {
    edits.check()?;
    if Sweep::is_meant(&source.text) {
        let failure = Failure::usage(format!("`{}` is a sweep, no scenario", source.name));
        return Err(failure.with_help(format!("`escala sweep {} --out DIR` runs it", source.name)));
    }
    let prepared = try_prepare(source, edits).map_err(|unfit| unfit.tell(output))?;
    output.diagnostics(&prepared.name, &prepared.text, &prepared.compiled.warnings);
    Ok(prepared)
}

/// The same without a word.
pub fn try_prepare(source: &Source, edits: &Edits) -> Result<Prepared, Unfit> {
    try_prepare_with(source, edits, &|file| source.file(file))
}

/// The same with another way to the files that the scenario names.
pub fn try_prepare_with(source: &Source, edits: &Edits, files: Files<'_>) -> Result<Prepared, Unfit> {
    let unfit = |name: &str, text: &str, diagnostics: Vec<Diagnostic>| Unfit {
        name: name.to_owned(),
        text: text.to_owned(),
        diagnostics,
    };
    let mut text = source.text.clone();
    let mut name = source.name.clone();
    if let Some(wanted) = &edits.case {
        text = case(&text, wanted).map_err(|problem| unfit(&source.name, &source.text, vec![problem]))?;
        name = format!("{name} @ {wanted}");
    }
    let overrides = edits.overrides();
    if !overrides.is_empty() {
        text = apply_overrides(&text, &overrides).map_err(|problem| unfit(&name, &text, vec![problem]))?;
        let words: Vec<String> = overrides.iter().map(|(path, value)| format!("{path}={value}")).collect();
        name = format!("{name} with {}", words.join(", "));
    }
    let mut compiled = compile(&text, files).map_err(|problems| unfit(&name, &text, problems))?;
    let claims = claims(&text, &compiled).map_err(|problems| unfit(&name, &text, problems))?;
    let title = title(&source.name);
    for model in &mut compiled.models {
        model.name.clone_from(&title);
        model.run.seed = edits.seed.unwrap_or(model.run.seed);
    }
    Ok(Prepared { case: edits.case.clone(), compiled, claims, text, name })
}

impl Edits {
    /// Refuses these and `others`, options that say how to run a scenario, where `what` run already: `these inputs have`.
    pub fn check_unused(&self, others: &[(&str, bool)], what: &str) -> Result<(), Failure> {
        let Edits { case, seed, duration, set } = self;
        let own = [
            ("--case", case.is_some()),
            ("--seed", seed.is_some()),
            ("--duration", duration.is_some()),
            ("--set", !set.is_empty()),
        ];
        let Some((option, _)) = own.iter().chain(others).find(|(_, is_given)| *is_given) else {
            return Ok(());
        };
        let failure = Failure::usage(format!("`{option}` is about runs, and {what} run already"));
        Err(failure.with_help("leave it out, or name a scenario"))
    }

    /// Refuses what is no edit. The scenario decides whether there is such a path and what may stand there.
    pub fn check(&self) -> Result<(), Failure> {
        let problem = self.set.iter().find_map(|assignment| parse_assignment(assignment).err());
        problem.map_or(Ok(()), |problem| {
            let help = "write `--set path=value`, such as `--set nodes.app.instances=8`";
            Err(Failure::usage(problem.message).with_help(help))
        })
    }

    /// Those that change the text besides the case; `--set` comes last, so that nothing changes what it says.
    fn overrides(&self) -> Vec<(String, String)> {
        let duration = self.duration.map(|span| ("run.duration".to_owned(), span.to_string()));
        let set = self.set.iter().filter_map(|assignment| parse_assignment(assignment).ok());
        duration.into_iter().chain(set.map(|(path, value)| (path.to_owned(), value.to_owned()))).collect()
    }
}

/// What reports call a scenario: its file without folder and ending.
pub fn title(name: &str) -> String {
    let stem = Path::new(name).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    stem.filter(|_| !name.starts_with('<')).unwrap_or_else(|| "scenario".to_owned())
}
