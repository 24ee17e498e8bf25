//! `escala graph`: the architecture as a picture.

use std::path::PathBuf;

use sim_core::graph::{self, Graph};

use crate::exit::{Exit, Failure};
use crate::input::Source;
use crate::output::Output;
use crate::prepare::{Edits, prepare};

/// Draw who calls whom
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The scenario, or `-`
    file: PathBuf,
    /// What to write; by default what the ending of `--out` says, or DOT
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The nodes and calls as JSON
    #[arg(long, conflicts_with = "format")]
    json: bool,
    #[command(flatten)]
    edits: Edits,
}

/// A language for graphs.
#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Format {
    /// For Graphviz
    Dot,
    /// For Markdown
    Mermaid,
    /// A picture, laid out
    Svg,
}

/// Writes the graph.
pub fn run(arguments: &Arguments, output: &Output) -> Result<Exit, Failure> {
    let source = Source::read(&arguments.file)?;
    let prepared = prepare(&source, &arguments.edits, output)?;
    let graph = prepared.graph();
    if arguments.json {
        output.json(&json(&graph))?;
        return Ok(Exit::Fine);
    }
    let format = match arguments.format {
        Some(format) => format,
        None => format_of(output)?,
    };
    let text = match format {
        Format::Dot => graph::to_dot(&graph),
        Format::Mermaid => graph::to_mermaid(&graph),
        Format::Svg => graph::to_svg(&graph, &graph::layout(&graph)),
    };
    output.results(&text)?;
    Ok(Exit::Fine)
}

fn format_of(output: &Output) -> Result<Format, Failure> {
    let Some(path) = &output.file else { return Ok(Format::Dot) };
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("dot" | "gv") => Ok(Format::Dot),
        Some("mmd" | "mermaid" | "md") => Ok(Format::Mermaid),
        Some("svg") => Ok(Format::Svg),
        _ => Err(Failure::usage(format!("the ending of `{}` names no format", path.display()))
            .with_help("end it with .svg, .dot or .mmd, or say `--format`")),
    }
}

fn json(graph: &Graph) -> serde_json::Value {
    let name = |index: usize| &graph.nodes[index].name;
    let nodes = graph
        .nodes
        .iter()
        .map(|node| serde_json::json!({ "name": node.name, "kind": node.kind.word(), "note": node.note }));
    let edges = graph.edges.iter().map(|edge| {
        serde_json::json!({
            "from": name(edge.from), "to": name(edge.to), "latency": edge.label, "lookup": edge.is_lookup,
        })
    });
    serde_json::json!({
        "schema": 1, "scenario": graph.name, "nodes": nodes.collect::<Vec<_>>(), "edges": edges.collect::<Vec<_>>(),
    })
}
