//! What a sweep is asked for: by a scenario and options, or by a sweep's file, of which options change parts.

use std::path::Path;

use sim_core::compile::apply_overrides;
use sim_core::experiment::axis::Axis;
use sim_core::experiment::design::{Design, MOST_CASES, Plan};
use sim_core::experiment::sweep::Sweep;
use sim_core::scenario::text::set;

use super::cases::Cases;
use crate::exit::{Exit, Failure};
use crate::input::Source;
use crate::output::Output;
use crate::prepare::{Edits, prepare};

/// The options that define cases.
#[derive(clap::Args, Default, Debug)]
pub struct Options {
    /// An axis: a path and its values, as a list or a range; may be repeated, the last one varies fastest
    #[arg(long, value_name = "PATH=VALUES")]
    vary: Vec<String>,
    /// Runs of each case, with different seeds; the same ones for all cases. By default 1, or what the sweep's file says
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    replications: Option<u32>,
    /// Draw so many cases at random instead of running the whole grid
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_CASES)))]
    random: Option<u32>,
    /// Draw so many cases as a Latin hypercube: one in each of N equal parts of every axis
    #[arg(long, value_name = "N", conflicts_with = "random", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_CASES)))]
    latin: Option<u32>,
    #[command(flatten)]
    edits: Edits,
}

/// A scenario and what is to be done with it.
pub struct Asked {
    source: Source,
    edits: Edits,
    axes: Vec<Axis>,
    plan: Plan,
    /// How often each case is run.
    pub replications: u32,
}

impl Asked {
    /// Reads a scenario or a sweep's file. Options come after what the file says: an axis of the same path takes the place
    /// of the file's, others are added.
    pub fn read(file: &Path, options: &Options, output: &Output) -> Result<Asked, Failure> {
        let source = Source::read(file)?;
        let mut asked = match Sweep::is_meant(&source.text) {
            true => Asked::of_file(&source, output)?,
            false => {
                Asked { source, edits: Edits::default(), axes: Vec::new(), plan: Plan::Grid, replications: 1 }
            }
        };
        let of_file = asked.axes.len();
        for axis in options.axes(output)? {
            match asked.axes[..of_file].iter_mut().find(|known| known.is_same_place(&axis)) {
                Some(known) => *known = axis,
                None => asked.axes.push(axis),
            }
        }
        asked.edits.clone_from(&options.edits);
        asked.plan = options.plan().unwrap_or(asked.plan);
        asked.replications = options.replications.unwrap_or(asked.replications);
        Ok(asked)
    }

    fn of_file(file: &Source, output: &Output) -> Result<Asked, Failure> {
        let Sweep { scenario, set, axes, plan, replications } =
            Sweep::read(&file.text).map_err(|problems| {
                output.diagnostics(&file.name, &file.text, &problems);
                Failure::said(Exit::Invalid)
            })?;
        let source = file.beside(&scenario).map_err(|failure| Failure {
            message: format!("`{}` sweeps another file: {}", file.name, failure.message),
            help: Some("its name is relative to the sweep's file".to_owned()),
            ..failure
        })?;
        let text = apply_overrides(&source.text, &set).map_err(|problem| {
            output.diagnostics(&source.name, &source.text, &[problem]);
            Failure::said(Exit::Invalid)
        })?;
        let source = source.with_text(source.name.clone(), text);
        Ok(Asked { source, edits: Edits::default(), axes, plan, replications })
    }

    /// The cases, of which none is compiled yet.
    pub fn cases(self, output: &Output) -> Result<Cases, Failure> {
        // What `check` warns of in the scenario itself may not be so in any case.
        let prepared = prepare(&self.source, &self.edits, &Output::new(true, None))?;
        let seed = prepared.model().run.seed;
        let text = match self.edits.seed {
            // In the text, where every case finds it.
            Some(seed) => set(&prepared.text, "run.seed", &seed.to_string())
                .map_err(|problem| Failure::failed(problem.message))?,
            None => prepared.text,
        };
        let design = Design::new(self.axes, self.plan, seed).map_err(|problems| {
            output.diagnostics("", "", &problems);
            Failure::said(Exit::Usage)
        })?;
        Ok(Cases::new(self.source.with_text(prepared.name, text), design, seed))
    }
}

impl Options {
    /// The same options of another command.
    pub fn new(vary: Vec<String>, random: Option<u32>, latin: Option<u32>, edits: Edits) -> Options {
        Options { vary, replications: None, random, latin, edits }
    }

    fn plan(&self) -> Option<Plan> {
        self.random.map(Plan::Random).or(self.latin.map(Plan::Latin))
    }

    fn axes(&self, output: &Output) -> Result<Vec<Axis>, Failure> {
        let (axes, mistakes): (Vec<_>, Vec<_>) =
            self.vary.iter().map(|text| Axis::parse(text)).partition(Result::is_ok);
        if mistakes.is_empty() {
            return Ok(axes.into_iter().flatten().collect());
        }
        let mistakes: Vec<_> = mistakes.into_iter().filter_map(Result::err).collect();
        output.diagnostics("", "", &mistakes);
        Err(Failure::said(Exit::Usage))
    }
}
