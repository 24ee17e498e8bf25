//! What the text of a scenario tells before anything has run: its question and its graph; and how to run it again.

use sim_core::graph::{self, Graph};

use super::document::{Block, Figure, Section};
use crate::plot::safe_name;
use crate::question::{first_sentence, paragraphs};

/// A scenario, and how it was asked for.
pub struct Told {
    /// The text that was run, with all edits.
    pub text: String,
    /// Who calls whom in it.
    pub graph: Graph,
    /// The command that does the same again.
    pub command: String,
}

/// The question that the comment at the start of a text asks, and what else it says.
pub fn question(text: &str) -> Vec<Block> {
    let paragraphs = paragraphs(text);
    let Some((first, others)) = paragraphs.split_first() else { return Vec::new() };
    let (question, rest) = first_sentence(first);
    let mut blocks = vec![Block::Question(question.to_owned())];
    let rest = without_marks(rest);
    if !rest.is_empty() {
        blocks.push(Block::Words(rest));
    }
    blocks.extend(others.iter().map(|paragraph| Block::Words(paragraph.clone())));
    blocks
}

/// Without the numbers of requirements, such as `R16`, that scenarios have behind their question.
fn without_marks(text: &str) -> String {
    let is_mark = |word: &str| {
        let digits = word.strip_prefix('R');
        digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()))
    };
    if text.split(' ').all(is_mark) { String::new() } else { text.to_owned() }
}

impl Told {
    /// Who calls whom.
    pub fn architecture(&self) -> Option<Section> {
        let svg = graph::to_svg(&self.graph, &graph::layout(&self.graph));
        let has_lookups = self.graph.edges.iter().any(|edge| edge.is_lookup);
        let lookups = if has_lookups { ", and dashed arrows look up a name" } else { "" };
        let figure = Figure {
            name: safe_name(&format!("{}-graph", self.graph.name)),
            inline: svg.clone(),
            alone: svg,
            caption: format!("Who calls whom; beside an arrow is the latency one way{lookups}."),
        };
        Section::of("Architecture", vec![Block::Figure(figure)])
    }

    /// The command, and the text folded.
    pub fn repeat(&self) -> Vec<Block> {
        vec![
            Block::Code { language: "sh", text: self.command.clone() },
            Block::Folded(
                "The scenario, as it was run".to_owned(),
                vec![Block::Code { language: "ron", text: self.text.clone() }],
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_requirements_are_no_words() {
        assert_eq!(without_marks("R16 R51"), "");
        assert_eq!(without_marks("R16 and Robin"), "R16 and Robin");
        let blocks = question("// Why? R1\n//\n// Because.\n()");
        let texts: Vec<&str> = blocks
            .iter()
            .map(|block| match block {
                Block::Question(text) | Block::Words(text) => text.as_str(),
                _ => "",
            })
            .collect();
        assert_eq!(texts, ["Why?", "Because."]);
    }
}
