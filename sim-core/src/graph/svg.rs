//! The laid out graph as an SVG picture that stands on its own and reads well on light and dark pages.

use std::fmt::Write;

use super::layout::{Layout, Placed, Route};
use super::{Graph, GraphEdge, GraphNode};
use crate::model::NodeKind;

/// The rules are about this picture alone, also where it stands in a page.
const STYLE: &str = "\
.escala-graph text { font-family: system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif; text-anchor: middle; }
.escala-graph .name { font-size: 14px; font-weight: 600; fill: #1f2933; }
.escala-graph .note { font-size: 11px; fill: #52606d; }
.escala-graph .label { font-size: 11px; fill: #52606d; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round; paint-order: stroke; }
.escala-graph .arrow { fill: none; stroke: #7b8794; stroke-width: 1.6px; }
.escala-graph .lookup { stroke-dasharray: 5 4; }
.escala-graph .head { fill: #7b8794; }
.escala-graph .page { fill: #ffffff; }
";

/// Draws `graph` as `layout` says.
pub fn to_svg(graph: &Graph, layout: &Layout) -> String {
    let (width, height) = (layout.width, layout.height);
    let mut out = String::new();
    let mut line = |text: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{text}");
    };
    line(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"escala-graph\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\">"
    ));
    line(format!("<title>{}</title>", escaped(&graph.name)));
    line(format!("<style>\n{STYLE}</style>"));
    line("<defs><marker id=\"head\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path class=\"head\" d=\"M0 0.8 L10 5 L0 9.2 z\"/></marker></defs>".to_owned());
    line("<rect class=\"page\" width=\"100%\" height=\"100%\" rx=\"8\"/>".to_owned());
    for (edge, route) in graph.edges.iter().zip(&layout.routes) {
        line(arrow(edge, route));
    }
    for (node, placed) in graph.nodes.iter().zip(&layout.nodes) {
        line(shape(node, *placed));
    }
    // Labels last: an arrow never runs over one.
    for (edge, route) in graph.edges.iter().zip(&layout.routes).filter(|(edge, _)| !edge.label.is_empty()) {
        let (x, y) = route.label;
        line(format!(
            "<text class=\"label\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>",
            y - 3.0,
            escaped(&edge.label)
        ));
    }
    out.push_str("</svg>\n");
    out
}

fn arrow(edge: &GraphEdge, route: &Route) -> String {
    let mut path = String::new();
    for (index, &(x, y)) in route.points.iter().enumerate() {
        let Some((from_x, from_y)) = index.checked_sub(1).map(|before| route.points[before]) else {
            let _ = write!(path, "M{x:.1} {y:.1}");
            continue;
        };
        if edge.from == edge.to || (from_y - y).abs() < 0.05 {
            let _ = write!(path, " L{x:.1} {y:.1}");
        } else {
            // It leaves and arrives level.
            let middle = (from_x + x) / 2.0;
            let _ = write!(path, " C{middle:.1} {from_y:.1} {middle:.1} {y:.1} {x:.1} {y:.1}");
        }
    }
    let class = if edge.is_lookup { "arrow lookup" } else { "arrow" };
    format!("<path class=\"{class}\" d=\"{path}\" marker-end=\"url(#head)\"/>")
}

fn shape(node: &GraphNode, at: Placed) -> String {
    let (fill, line) = match node.kind {
        NodeKind::Clients => ("#eef2f6", "#627d98"),
        NodeKind::Dns => ("#f3ecfb", "#8a5fc0"),
        NodeKind::Balancer => ("#fff4dc", "#c98a1b"),
        NodeKind::Service => ("#e3f2fd", "#2680c2"),
        NodeKind::Cache => ("#e3f6ec", "#2f9e6e"),
        NodeKind::Database => ("#fdeaea", "#c5504b"),
    };
    let (left, top) = (at.x - at.width / 2.0, at.y - at.height / 2.0);
    let (right, bottom) = (left + at.width, top + at.height);
    let paint = format!("fill=\"{fill}\" stroke=\"{line}\" stroke-width=\"1.5\"");
    let outline = match node.kind {
        NodeKind::Clients => rectangle(left, top, at, at.height / 2.0, &paint),
        NodeKind::Service => rectangle(left, top, at, 8.0, &paint),
        // Two sheets, one behind the other.
        NodeKind::Cache => format!(
            "{}{}",
            rectangle(left + 4.0, top - 4.0, at, 4.0, &paint),
            rectangle(left, top, at, 4.0, &paint)
        ),
        // A card with a corner turned down.
        NodeKind::Dns => format!(
            "<path {paint} d=\"M{left:.1} {top:.1} H{:.1} L{right:.1} {:.1} V{bottom:.1} H{left:.1} Z M{:.1} {top:.1} V{:.1} H{right:.1}\"/>",
            right - 10.0,
            top + 10.0,
            right - 10.0,
            top + 10.0
        ),
        NodeKind::Balancer => format!(
            "<path {paint} d=\"M{:.1} {top:.1} H{:.1} L{right:.1} {:.1} L{:.1} {bottom:.1} H{:.1} L{left:.1} {:.1} Z\"/>",
            left + 14.0,
            right - 14.0,
            at.y,
            right - 14.0,
            left + 14.0,
            at.y
        ),
        NodeKind::Database => {
            let half = at.width / 2.0;
            format!(
                "<path {paint} d=\"M{left:.1} {:.1} V{:.1} A{half:.1} 6 0 0 0 {right:.1} {:.1} V{:.1} A{half:.1} 6 0 0 0 {left:.1} {:.1} A{half:.1} 6 0 0 0 {right:.1} {:.1}\"/>",
                top + 5.0,
                bottom - 5.0,
                bottom - 5.0,
                top + 5.0,
                top + 5.0,
                top + 5.0
            )
        }
    };
    // The lid of a database pushes its words down.
    let shift = if node.kind == NodeKind::Database { 5.0 } else { 0.0 };
    format!(
        "<g>{outline}<text class=\"name\" x=\"{x:.1}\" y=\"{:.1}\">{}</text><text class=\"note\" x=\"{x:.1}\" y=\"{:.1}\">{}</text></g>",
        at.y - 3.0 + shift,
        escaped(&node.name),
        at.y + 13.0 + shift,
        escaped(&node.note),
        x = at.x,
    )
}

fn rectangle(left: f64, top: f64, at: Placed, corner: f64, paint: &str) -> String {
    let (width, height) = (at.width, at.height);
    format!(
        "<rect {paint} x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{corner:.1}\"/>"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::super::{layout, to_dot, to_mermaid};
    use super::*;

    fn three_nodes() -> Graph {
        let node = |name: &str, kind: NodeKind| GraphNode {
            name: name.to_owned(),
            kind,
            note: kind.word().to_owned(),
        };
        let edge = |from, to, label: &str, is_lookup| GraphEdge {
            from,
            to,
            label: label.to_owned(),
            latency: 0.0,
            is_lookup,
        };
        Graph {
            name: "a <name> & more".to_owned(),
            nodes: vec![
                node("db", NodeKind::Database),
                node("end", NodeKind::Clients),
                node("www", NodeKind::Dns),
            ],
            edges: vec![edge(1, 0, "0.5ms", false), edge(1, 2, "", true)],
        }
    }

    #[test]
    fn every_format_names_every_node_and_link() {
        let graph = three_nodes();
        let svg = to_svg(&graph, &layout(&graph));
        assert!(svg.contains("<title>a &lt;name&gt; &amp; more</title>"), "{svg}");
        for text in [svg, to_dot(&graph), to_mermaid(&graph)] {
            for word in ["db", "end", "www", "0.5ms", "database"] {
                assert!(text.contains(word), "{word} is missing in {text}");
            }
        }
    }

    #[test]
    fn lookups_are_dashed() {
        let graph = three_nodes();
        assert!(to_dot(&graph).contains("\"end\" -> \"www\" [style=dashed];"));
        assert!(to_mermaid(&graph).contains("n1 -.-> n2"));
        assert_eq!(to_svg(&graph, &layout(&graph)).matches("class=\"arrow lookup\"").count(), 1);
    }
}
