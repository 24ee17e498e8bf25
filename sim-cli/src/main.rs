//! The `escala` command.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

mod claims;
mod commands;
mod comparison;
mod csv;
mod exit;
mod goldens;
mod input;
mod interrupt;
mod output;
#[cfg(feature = "serve")]
mod page;
mod plot;
mod prepare;
mod progress;
mod question;
mod replicate;
mod report;
mod search;
mod series;
mod show;
mod simulate;
mod sweep;
mod terminal;
mod threads;
mod trace;
mod warmup;

use commands::Verb;
use output::Output;

/// Try an architecture before building it.
///
/// Escala runs every request of a scenario through its clients, balancers, services, caches and databases, and says what
/// users and operators would have seen. The same scenario and seed give the same bits everywhere.
#[derive(Parser, Debug)]
#[command(name = "escala", version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Command {
    #[command(flatten)]
    streams: Streams,
    #[command(subcommand)]
    verb: Verb,
}

const EXIT_CODES: &str = "\
Exit codes: 0 fine · 1 the run failed or an `expect` did not hold · 2 usage · 3 invalid scenario · 130 interrupted
Begin with `escala new three-tier -o my.ron` and `escala run my.ron`.";

/// Where things go, for every verb.
#[derive(clap::Args, Debug)]
struct Streams {
    /// Write errors only: no notes, warnings or progress
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Write the result to a file, or a folder, instead of standard output
    #[arg(short, long, global = true, value_name = "PATH")]
    out: Option<PathBuf>,
}

fn main() -> ExitCode {
    let command = Command::parse();
    let output = Output::new(command.streams.quiet, command.streams.out);
    let exit = command.verb.run(&output).unwrap_or_else(|failure| {
        output.failure(&failure);
        failure.exit
    });
    exit.into()
}
