//! The graph as text for other programs: DOT for Graphviz, Mermaid for Markdown.

use std::fmt::Write;

use super::Graph;
use crate::model::NodeKind;

/// The graph in the language of Graphviz.
pub fn to_dot(graph: &Graph) -> String {
    let mut out = String::from(
        "digraph scenario {\n    rankdir=LR;\n    node [fontname=\"sans-serif\"];\n    edge [fontname=\"sans-serif\", fontsize=10];\n",
    );
    let mut line = |text: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "    {text}");
    };
    for node in &graph.nodes {
        let shape = match node.kind {
            NodeKind::Clients => "shape=box, style=\"rounded,dashed\"",
            NodeKind::Dns => "shape=note",
            NodeKind::Balancer => "shape=diamond",
            NodeKind::Service => "shape=box, style=rounded",
            NodeKind::Cache => "shape=box3d",
            NodeKind::Database => "shape=cylinder",
        };
        line(format!(
            "{} [label={}, {shape}];",
            quoted(&node.name),
            quoted(&format!("{}\n{}", node.name, node.note))
        ));
    }
    for edge in &graph.edges {
        let mut attributes = Vec::new();
        if !edge.label.is_empty() {
            attributes.push(format!("label={}", quoted(&edge.label)));
        }
        if edge.is_lookup {
            attributes.push("style=dashed".to_owned());
        }
        let attributes =
            if attributes.is_empty() { String::new() } else { format!(" [{}]", attributes.join(", ")) };
        let (from, to) = (&graph.nodes[edge.from].name, &graph.nodes[edge.to].name);
        line(format!("{} -> {}{attributes};", quoted(from), quoted(to)));
    }
    out.push_str("}\n");
    out
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

/// The graph as a Mermaid flow chart. Names become `n0`, `n1`, …, since words such as `end` mean something there.
pub fn to_mermaid(graph: &Graph) -> String {
    let mut out = String::from("flowchart LR\n");
    let mut line = |text: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "    {text}");
    };
    for (index, node) in graph.nodes.iter().enumerate() {
        let (open, close) = match node.kind {
            NodeKind::Clients => ("([", "])"),
            NodeKind::Dns => ("[/", "/]"),
            NodeKind::Balancer => ("{{", "}}"),
            NodeKind::Service => ("(", ")"),
            NodeKind::Cache => ("[[", "]]"),
            NodeKind::Database => ("[(", ")]"),
        };
        line(format!("n{index}{open}\"{}<br/><small>{}</small>\"{close}", node.name, node.note));
    }
    for edge in &graph.edges {
        let arrow = if edge.is_lookup { "-.->" } else { "-->" };
        let label = if edge.label.is_empty() { String::new() } else { format!("|\"{}\"|", edge.label) };
        line(format!("n{} {arrow}{label} n{}", edge.from, edge.to));
    }
    out
}
