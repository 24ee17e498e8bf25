//! `escala man`: the manual pages.

use clap::CommandFactory;

use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Print a manual page
///
/// To read it: `escala man | man -l -`, or `escala man run | man -l -` for the page of one verb.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The verb whose page is wanted; without one, the page of the whole command
    verb: Option<String>,
}

/// Prints it.
pub fn run(arguments: &Arguments, output: &Output) -> Result<Exit, Failure> {
    let mut command = crate::Command::command();
    command.build();
    let wanted = match &arguments.verb {
        None => command,
        Some(verb) => match command.find_subcommand(verb) {
            Some(found) => found.clone(),
            None => {
                let verbs: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
                return Err(Failure::usage(format!("there is no verb `{verb}`"))
                    .with_help(format!("the verbs are {}", verbs.join(", "))));
            }
        },
    };
    let mut page = Vec::new();
    let written = clap_mangen::Man::new(wanted).render(&mut page);
    written.map_err(|error| Failure::failed(format!("the page cannot be made: {error}")))?;
    output.results(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Fine)
}
