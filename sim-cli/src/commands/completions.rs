//! `escala completions`: what a shell needs to complete the command line.

use clap::CommandFactory;

use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Print the completions for a shell
///
/// For bash: `escala completions bash > ~/.local/share/bash-completion/completions/escala`. For fish: `escala completions
/// fish > ~/.config/fish/completions/escala.fish`. For zsh: into a file `_escala` in a folder of `$fpath`.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// Which shell
    shell: clap_complete::Shell,
}

/// Prints them.
pub fn run(arguments: &Arguments, output: &Output) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut crate::Command::command(), "escala", &mut script);
    output.results(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Fine)
}
