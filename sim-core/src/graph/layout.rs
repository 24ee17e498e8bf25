//! Where nodes and arrows go: layers from left to right, few crossings, long arrows bent around what is between.
//!
//! After Sugiyama, Tagawa and Toda (1981): arrows that close a cycle are turned for the time being; a node stands in the
//! layer after its last caller; a long arrow gets a bend in every layer it crosses; layers are sorted by the middle of
//! their neighbours; then each thing moves towards its neighbours as far as the others let it.

use std::collections::BTreeSet;

use petgraph::algo::{greedy_feedback_arc_set, toposort};
use petgraph::graph::DiGraph;

use super::Graph;

/// Sizes in pixels of the picture.
const HEIGHT: f64 = 50.0;
const LETTER: f64 = 8.0;
const SMALL_LETTER: f64 = 6.4;
const SIDES: f64 = 34.0;
const BETWEEN_ROWS: f64 = 28.0;
const BETWEEN_BENDS: f64 = 16.0;
const MARGIN: f64 = 24.0;
/// Room beside a label between two layers.
const BESIDE_LABEL: f64 = 50.0;
const SWEEPS: usize = 12;

/// A picture's size and what stands where in it.
#[derive(Clone, PartialEq, Debug)]
pub struct Layout {
    /// Of the whole picture.
    pub width: f64,
    /// Of the whole picture.
    pub height: f64,
    /// The nodes, in the order of [`Graph::nodes`].
    pub nodes: Vec<Placed>,
    /// The arrows, in the order of [`Graph::edges`].
    pub routes: Vec<Route>,
}

/// The box of a node; `x` and `y` are its middle.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Placed {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
    /// Of the box.
    pub width: f64,
    /// Of the box.
    pub height: f64,
}

/// The way of an arrow: from the caller's side, by its bends, to the callee's side.
#[derive(Clone, PartialEq, Debug)]
pub struct Route {
    /// At least two.
    pub points: Vec<(f64, f64)>,
    /// The middle of its label.
    pub label: (f64, f64),
}

/// A node, or a bend of a long arrow.
struct Item {
    layer: usize,
    width: f64,
    height: f64,
    y: f64,
    /// The items it is joined to in the layer before, and in the one after.
    joined: [Vec<usize>; 2],
}

/// Lays out `graph`. The same graph always gives the same picture.
pub fn layout(graph: &Graph) -> Layout {
    let turned = turned_edges(graph);
    let layers_of = layers_of(graph, &turned);
    let mut items: Vec<Item> = graph
        .nodes
        .iter()
        .zip(&layers_of)
        .map(|(node, &layer)| {
            let name = node.name.chars().count() as f64 * LETTER;
            let note = node.note.chars().count() as f64 * SMALL_LETTER;
            Item::new(layer, name.max(note) + SIDES, HEIGHT)
        })
        .collect();
    let ways: Vec<Vec<usize>> = graph
        .edges
        .iter()
        .enumerate()
        .map(|(index, edge)| {
            let ends = if turned.contains(&index) { (edge.to, edge.from) } else { (edge.from, edge.to) };
            way(&mut items, ends)
        })
        .collect();
    let mut layers = vec![Vec::new(); layers_of.iter().max().map_or(0, |last| last + 1)];
    for (index, item) in items.iter().enumerate() {
        layers[item.layer].push(index);
    }
    reduce_crossings(&mut layers, &items);
    place_rows(&layers, &mut items);
    draw(graph, &turned, &layers, &items, &ways)
}

/// How many calls each node is away from where requests come from, by the longest way.
pub(super) fn layers(graph: &Graph) -> Vec<usize> {
    layers_of(graph, &turned_edges(graph))
}

/// Calls of a node to itself take no part in the layers.
fn is_loop(graph: &Graph, edge: usize) -> bool {
    graph.edges[edge].from == graph.edges[edge].to
}

/// A few arrows without which nothing goes round in circles.
fn turned_edges(graph: &Graph) -> BTreeSet<usize> {
    let mut whole: DiGraph<(), usize> = DiGraph::new();
    let nodes: Vec<_> = graph.nodes.iter().map(|_| whole.add_node(())).collect();
    for (index, edge) in graph.edges.iter().enumerate().filter(|(index, _)| !is_loop(graph, *index)) {
        whole.add_edge(nodes[edge.from], nodes[edge.to], index);
    }
    greedy_feedback_arc_set(&whole).map(|edge| *edge.weight()).collect()
}

fn layers_of(graph: &Graph, turned: &BTreeSet<usize>) -> Vec<usize> {
    let mut straight: DiGraph<(), ()> = DiGraph::new();
    let nodes: Vec<_> = graph.nodes.iter().map(|_| straight.add_node(())).collect();
    for (index, edge) in graph.edges.iter().enumerate().filter(|(index, _)| !is_loop(graph, *index)) {
        let (from, to) = if turned.contains(&index) { (edge.to, edge.from) } else { (edge.from, edge.to) };
        straight.add_edge(nodes[from], nodes[to], ());
    }
    let order = toposort(&straight, None).expect("without the turned arrows there is no cycle");
    let mut layers = vec![0; graph.nodes.len()];
    for node in order {
        for next in straight.neighbors(node) {
            layers[next.index()] = layers[next.index()].max(layers[node.index()] + 1);
        }
    }
    layers
}

/// The items an arrow runs through; a bend is added for each layer between its ends.
fn way(items: &mut Vec<Item>, (from, to): (usize, usize)) -> Vec<usize> {
    let mut way = vec![from];
    for layer in items[from].layer + 1..items[to].layer {
        items.push(Item::new(layer, 0.0, 0.0));
        way.push(items.len() - 1);
    }
    way.push(to);
    if from != to {
        for pair in way.windows(2) {
            items[pair[0]].joined[1].push(pair[1]);
            items[pair[1]].joined[0].push(pair[0]);
        }
    }
    way
}

/// Sorts each layer by the mean position of what its items are joined to, forth and back, and keeps the best order seen.
fn reduce_crossings(layers: &mut Vec<Vec<usize>>, items: &[Item]) {
    let mut best = (crossings(layers, items), layers.clone());
    for sweep in 0..SWEEPS {
        let side = sweep % 2;
        for step in 1..layers.len() {
            let layer = if side == 0 { step } else { layers.len() - 1 - step };
            let beside = if side == 0 { layer - 1 } else { layer + 1 };
            let position = positions(&layers[beside], items.len());
            let mean = |index: usize| {
                let joined = &items[index].joined[side];
                let sum: usize = joined.iter().map(|other| position[*other]).sum();
                (!joined.is_empty()).then(|| sum as f64 / joined.len() as f64)
            };
            let own = positions(&layers[layer], items.len());
            layers[layer].sort_by(|&left, &right| {
                let of = |index: usize| mean(index).unwrap_or(own[index] as f64);
                of(left).total_cmp(&of(right))
            });
        }
        let count = crossings(layers, items);
        if count < best.0 {
            best = (count, layers.clone());
        }
    }
    *layers = best.1;
}

fn positions(layer: &[usize], items: usize) -> Vec<usize> {
    let mut positions = vec![0; items];
    for (position, &index) in layer.iter().enumerate() {
        positions[index] = position;
    }
    positions
}

fn crossings(layers: &[Vec<usize>], items: &[Item]) -> usize {
    let between = |pair: &[Vec<usize>]| {
        let right = positions(&pair[1], items.len());
        let ends: Vec<(usize, usize)> = pair[0]
            .iter()
            .enumerate()
            .flat_map(|(left, &index)| items[index].joined[1].iter().map(move |&other| (left, other)))
            .map(|(left, other)| (left, right[other]))
            .collect();
        let crosses = |a: (usize, usize), b: (usize, usize)| a.0 < b.0 && a.1 > b.1;
        ends.iter().map(|&a| ends.iter().filter(|&&b| crosses(a, b)).count()).sum::<usize>()
    };
    layers.windows(2).map(between).sum()
}

/// Gives every item its height in the picture: first one below the other, then towards what it is joined to.
fn place_rows(layers: &[Vec<usize>], items: &mut [Item]) {
    for layer in layers {
        let mut y = 0.0;
        for &index in layer {
            y += items[index].room() / 2.0;
            items[index].y = y;
            y += items[index].room() / 2.0;
        }
        for &index in layer {
            items[index].y -= y / 2.0;
        }
    }
    for sweep in 0..2 * SWEEPS {
        let side = sweep % 2;
        for step in 0..layers.len() {
            let layer = if side == 0 { step } else { layers.len() - 1 - step };
            // The last sweeps look at both sides, so that callers stand in the middle of what they call.
            let sides: &[usize] = if sweep + 4 >= 2 * SWEEPS { &[0, 1] } else { std::slice::from_ref(&side) };
            let wishes: Vec<f64> = layers[layer].iter().map(|&index| wish(items, index, sides)).collect();
            settle(&layers[layer], &wishes, items);
        }
    }
}

/// The mean height of what an item is joined to, or where it is.
fn wish(items: &[Item], index: usize, sides: &[usize]) -> f64 {
    let joined = || sides.iter().flat_map(|&side| items[index].joined[side].iter());
    let sum: f64 = joined().map(|&other| items[other].y).sum();
    match joined().count() {
        0 => items[index].y,
        count => sum / count as f64,
    }
}

/// Moves the items of a layer to where they wish to be, as near as their order and sizes allow: neighbours that would
/// overlap form a block, which goes to the mean of its wishes.
fn settle(layer: &[usize], wishes: &[f64], items: &mut [Item]) {
    struct Block {
        first: usize,
        count: usize,
        /// The sum of what each item wishes for the block's first item.
        wishes: f64,
        length: f64,
    }
    impl Block {
        fn start(&self) -> f64 {
            self.wishes / self.count as f64
        }
    }
    let mut blocks: Vec<Block> = Vec::new();
    for (position, &index) in layer.iter().enumerate() {
        let room = items[index].room();
        let mut last =
            Block { first: position, count: 1, wishes: wishes[position] - room / 2.0, length: room };
        while let Some(before) = blocks.pop() {
            if before.start() + before.length <= last.start() {
                blocks.push(before);
                break;
            }
            last = Block {
                first: before.first,
                count: before.count + last.count,
                wishes: before.wishes + last.wishes - before.length * last.count as f64,
                length: before.length + last.length,
            };
        }
        blocks.push(last);
    }
    for block in blocks {
        let mut y = block.start();
        for &index in &layer[block.first..block.first + block.count] {
            let room = items[index].room();
            items[index].y = y + room / 2.0;
            y += room;
        }
    }
}

fn draw(
    graph: &Graph,
    turned: &BTreeSet<usize>,
    layers: &[Vec<usize>],
    items: &[Item],
    ways: &[Vec<usize>],
) -> Layout {
    let widest = |layer: &Vec<usize>| layer.iter().map(|&index| items[index].width).fold(0.0, f64::max);
    let mut left = MARGIN;
    let mut middles = Vec::new();
    for (number, layer) in layers.iter().enumerate() {
        let width = widest(layer);
        middles.push(left + width / 2.0);
        let label = graph
            .edges
            .iter()
            .filter(|edge| items[edge.from].layer.min(items[edge.to].layer) == number)
            .map(|edge| edge.label.chars().count() as f64 * SMALL_LETTER)
            .fold(0.0, f64::max);
        left += width + BESIDE_LABEL + label;
        if number + 1 == layers.len() {
            left -= BESIDE_LABEL + label;
        }
    }
    let top = items.iter().map(|item| item.y - item.height / 2.0).fold(f64::MAX, f64::min);
    let loops = graph.edges.iter().any(|edge| edge.from == edge.to);
    let above = MARGIN + if loops { 30.0 } else { 0.0 };
    let y = |index: usize| if items.is_empty() { 0.0 } else { items[index].y - top + above };
    let bottom = items.iter().map(|item| item.y + item.height / 2.0).fold(0.0_f64.min(top), f64::max);
    let nodes: Vec<Placed> = (0..graph.nodes.len())
        .map(|index| Placed {
            x: middles[items[index].layer],
            y: y(index),
            width: items[index].width,
            height: items[index].height,
        })
        .collect();
    let route = |edge: usize| {
        if is_loop(graph, edge) {
            return around(nodes[graph.edges[edge].from]);
        }
        let way = &ways[edge];
        let last = way.len() - 1;
        let mut points = Vec::new();
        for (position, &index) in way.iter().enumerate() {
            let half = widest(&layers[items[index].layer]) / 2.0;
            let half = if position == 0 || position == last { items[index].width / 2.0 } else { half };
            let x = middles[items[index].layer];
            if position > 0 {
                points.push((x - half, y(index)));
            }
            if position < last {
                points.push((x + half, y(index)));
            }
        }
        // The label stands on the first free stretch, where arrows that fan out have already parted.
        let label = between(points[0], points[1], 0.58);
        if turned.contains(&edge) {
            points.reverse();
        }
        Route { points, label }
    };
    let routes = (0..graph.edges.len()).map(route).collect();
    Layout { width: left + MARGIN, height: bottom - top.min(bottom) + above + MARGIN, nodes, routes }
}

/// The way of a call to itself, over the top of the box.
fn around(node: Placed) -> Route {
    let top = node.y - node.height / 2.0;
    let (left, right) = (node.x - node.width / 5.0, node.x + node.width / 5.0);
    let points = vec![(right, top), (right, top - 24.0), (left, top - 24.0), (left, top)];
    Route { points, label: (node.x, top - 24.0) }
}

fn between(from: (f64, f64), to: (f64, f64), share: f64) -> (f64, f64) {
    // The curve is steepest in the middle: its height there follows the smooth step of its share.
    let rise = share * share * (3.0 - 2.0 * share);
    (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * rise)
}

impl Item {
    fn new(layer: usize, width: f64, height: f64) -> Item {
        Item { layer, width, height, y: 0.0, joined: [Vec::new(), Vec::new()] }
    }

    /// Its height with the space around it.
    fn room(&self) -> f64 {
        self.height + if self.height > 0.0 { BETWEEN_ROWS } else { BETWEEN_BENDS }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{GraphEdge, GraphNode};
    use super::*;
    use crate::model::NodeKind;

    /// A graph written as `"a>b b>c"`.
    fn graph(text: &str) -> Graph {
        let names: BTreeSet<&str> = text.split([' ', '>']).filter(|name| !name.is_empty()).collect();
        let names: Vec<&str> = names.into_iter().collect();
        let find = |name: &str| names.iter().position(|other| *other == name).unwrap();
        let edge = |(from, to): (&str, &str)| GraphEdge {
            from: find(from),
            to: find(to),
            label: "1ms".to_owned(),
            latency: 0.0,
            is_lookup: false,
        };
        Graph {
            name: String::new(),
            nodes: names
                .iter()
                .map(|name| GraphNode {
                    name: (*name).to_owned(),
                    kind: NodeKind::Service,
                    note: String::new(),
                })
                .collect(),
            edges: text.split(' ').filter_map(|pair| pair.split_once('>')).map(edge).collect(),
        }
    }

    #[test]
    fn boxes_stay_apart_and_inside_the_picture() {
        for text in [
            "",
            "a",
            "a>a",
            "a>b b>a",
            "a>b b>c c>a a>c",
            "a>b a>c a>d a>e b>f c>f d>f e>f a>f",
            "u>l l>a l>b l>c a>d b>d c>d a>k b>k c>k u>w u>d",
        ] {
            let picture = layout(&graph(text));
            for (index, one) in picture.nodes.iter().enumerate() {
                assert!(one.x - one.width / 2.0 >= 0.0 && one.x + one.width / 2.0 <= picture.width, "{text}");
                assert!(one.y - one.height / 2.0 >= 0.0, "{text}");
                assert!(one.y + one.height / 2.0 <= picture.height, "{text}");
                for other in &picture.nodes[index + 1..] {
                    let apart = (one.x - other.x).abs() >= (one.width + other.width) / 2.0
                        || (one.y - other.y).abs() >= (one.height + other.height) / 2.0;
                    assert!(apart, "{text}: {one:?} and {other:?}");
                }
            }
            for route in &picture.routes {
                assert!(route.points.len() >= 2, "{text}");
                let inside =
                    |(x, y): (f64, f64)| x >= 0.0 && y >= 0.0 && x <= picture.width && y <= picture.height;
                assert!(route.points.iter().all(|&point| inside(point)), "{text}: {route:?}");
            }
        }
    }

    #[test]
    fn a_chain_is_a_straight_line_from_left_to_right() {
        let picture = layout(&graph("a>b b>c c>d"));
        assert!(picture.nodes.windows(2).all(|pair| pair[0].x < pair[1].x && pair[0].y == pair[1].y));
    }

    #[test]
    fn arrows_that_need_not_cross_do_not() {
        // By name, `b` would stand above `c` and its callee below: the arrows would cross.
        let text = graph("a>b a>c b>z c>y");
        let picture = layout(&text);
        let y = |name: &str| picture.nodes[text.nodes.iter().position(|node| node.name == name).unwrap()].y;
        assert_eq!(y("b") < y("c"), y("z") < y("y"));
    }

    #[test]
    fn a_long_arrow_goes_around_what_is_between() {
        let text = graph("a>b b>c a>c");
        let picture = layout(&text);
        let long = text.edges.iter().position(|edge| edge.from == 0 && edge.to == 2).unwrap();
        let middle = picture.nodes[1];
        for &(x, y) in &picture.routes[long].points {
            let in_box =
                (x - middle.x).abs() < middle.width / 2.0 + 1.0 && (y - middle.y).abs() < middle.height / 2.0;
            assert!(!in_box, "{:?}", picture.routes[long]);
        }
    }
}
