//! The verbs, one file each.

use crate::exit::{Exit, Failure};
use crate::output::Output;

mod check;
mod compare;
mod completions;
mod explain;
mod fmt;
mod graph;
mod man;
mod merge;
mod new;
mod plot;
mod report;
mod run;
pub mod search;
#[cfg(feature = "serve")]
mod serve;
mod sweep;
mod test;

/// What the command is asked to do.
#[derive(clap::Subcommand, Debug)]
pub enum Verb {
    Run(run::Arguments),
    Compare(compare::Arguments),
    Check(check::Arguments),
    Test(test::Arguments),
    Sweep(sweep::Arguments),
    Merge(merge::Arguments),
    Search(search::Arguments),
    Explain(explain::Arguments),
    Graph(graph::Arguments),
    Plot(plot::Arguments),
    Report(report::Arguments),
    #[cfg(feature = "serve")]
    Serve(serve::Arguments),
    New(new::Arguments),
    Fmt(fmt::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

impl Verb {
    /// Does it.
    pub fn run(&self, output: &Output) -> Result<Exit, Failure> {
        match self {
            Verb::Run(arguments) => run::run(arguments, output),
            Verb::Compare(arguments) => compare::run(arguments, output),
            Verb::Check(arguments) => check::run(arguments, output),
            Verb::Test(arguments) => test::run(arguments, output),
            Verb::Sweep(arguments) => sweep::run(arguments, output),
            Verb::Merge(arguments) => merge::run(arguments, output),
            Verb::Search(arguments) => search::run(arguments, output),
            Verb::Explain(arguments) => explain::run(arguments, output),
            Verb::Graph(arguments) => graph::run(arguments, output),
            Verb::Plot(arguments) => plot::run(arguments, output),
            Verb::Report(arguments) => report::run(arguments, output),
            #[cfg(feature = "serve")]
            Verb::Serve(arguments) => serve::run(arguments, output),
            Verb::New(arguments) => new::run(arguments, output),
            Verb::Fmt(arguments) => fmt::run(arguments, output),
            Verb::Completions(arguments) => completions::run(arguments, output),
            Verb::Man(arguments) => man::run(arguments, output),
        }
    }
}
