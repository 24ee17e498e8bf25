//! `escala fmt`: the canonical layout of scenarios, every comment kept.

use std::path::PathBuf;

use sim_core::scenario::text;

use crate::exit::{Exit, Failure};
use crate::input::Source;
use crate::output::{Output, write_file};

/// Lay scenarios out anew, keeping every word and comment
///
/// Files are changed in place. `-` lays out standard input onto standard output.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// Scenarios, or `-`
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Change nothing; name the files that would change and end with code 1 if there are any
    #[arg(long)]
    check: bool,
}

/// Lays out all files; one that cannot be read as a scenario does not keep the others from it.
pub fn run(arguments: &Arguments, output: &Output) -> Result<Exit, Failure> {
    if output.file.is_some() && arguments.files.len() > 1 {
        return Err(Failure::usage("several scenarios do not fit into one file")
            .with_help("leave `--out` away: files are laid out in place"));
    }
    let mut exit = Exit::Fine;
    let mut changed = String::new();
    for path in &arguments.files {
        let source = Source::read(path)?;
        let laid_out = match text::format(&source.text) {
            Ok(laid_out) => laid_out,
            Err(diagnostics) => {
                output.diagnostics(&source.name, &source.text, &diagnostics);
                exit = exit.worst(Exit::Invalid);
                continue;
            }
        };
        let is_changed = laid_out != source.text;
        if arguments.check {
            if is_changed {
                changed.push_str(&source.name);
                changed.push('\n');
                exit = exit.worst(Exit::Failed);
            }
        } else if path.as_os_str() == "-" || output.file.is_some() {
            output.results(&laid_out)?;
        } else if is_changed {
            write_file(path, laid_out.as_bytes())?;
            output.note(&format!("laid out {}", source.name));
        }
    }
    if arguments.check {
        output.results(&changed)?;
        if !changed.is_empty() {
            output.note("these are not laid out; `escala fmt` with the same files does it");
        }
    }
    Ok(exit)
}
