//! `escala explain`: what a scenario was understood as.

use std::path::PathBuf;

use sim_core::catalogue::catalogue;
use sim_core::compile::explain::{defaults, explain};
use sim_core::scenario::schema;

use crate::exit::{Exit, Failure};
use crate::input::Source;
use crate::output::Output;
use crate::prepare::{Edits, prepare};

/// Say what a scenario was understood as: what each node does, what visits wait for, and every default taken
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The scenario, or `-`
    #[arg(required_unless_present_any = ["schema", "catalogue"])]
    file: Option<PathBuf>,
    /// The explanation and the defaults as JSON
    #[arg(long)]
    json: bool,
    /// Explain the language instead: the JSON Schema of scenarios, for editors
    #[arg(long, conflicts_with = "file")]
    schema: bool,
    /// Explain what there is instead, as JSON: kinds of nodes, faults, metrics, and the schema
    #[arg(long, conflicts_with_all = ["file", "schema"])]
    catalogue: bool,
    #[command(flatten)]
    edits: Edits,
}

/// Explains it.
pub fn run(arguments: &Arguments, output: &Output) -> Result<Exit, Failure> {
    let Some(file) = &arguments.file else {
        output.json(&if arguments.catalogue { catalogue() } else { schema() })?;
        return Ok(Exit::Fine);
    };
    let source = Source::read(file)?;
    let prepared = prepare(&source, &arguments.edits, output)?;
    let explanation = explain(&prepared.text, &prepared.compiled);
    if arguments.json {
        let defaults: serde_json::Map<String, serde_json::Value> =
            defaults(&prepared.text, &prepared.compiled)
                .into_iter()
                .map(|(path, value)| (path, value.into()))
                .collect();
        output.json(&serde_json::json!({
            "schema": 1,
            "scenario": prepared.model().name,
            "case": prepared.case,
            "explanation": explanation,
            "defaults": defaults,
        }))?;
    } else {
        output.results(&explanation)?;
    }
    Ok(Exit::Fine)
}
