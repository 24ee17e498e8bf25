//! What a scenario asks: the comment that it opens with.

/// The paragraphs of the comment that a text opens with, each on one line.
pub fn paragraphs(text: &str) -> Vec<String> {
    let comment = text.lines().map_while(|line| line.trim().strip_prefix("//")).map(str::trim);
    let lines: Vec<&str> = comment.collect();
    let paragraphs = lines.split(|line| line.is_empty()).map(|lines| lines.join(" "));
    paragraphs.filter(|paragraph| !paragraph.is_empty()).collect()
}

/// The first sentence of a paragraph, or all of it if that is none, and the rest.
pub fn first_sentence(paragraph: &str) -> (&str, &str) {
    // The point in `0.5 ms` ends nothing.
    let is_end = |at: usize| paragraph[at + 1..].chars().next().is_none_or(char::is_whitespace);
    let end = paragraph.match_indices(['?', '!', '.']).map(|(at, _)| at).find(|at| is_end(*at));
    let end = end.map_or(paragraph.len(), |at| at + 1);
    (&paragraph[..end], paragraph[end..].trim())
}

/// What a model is about: the first sentence of the comment it opens with, or its first paragraph if that has none.
pub fn question(text: &str) -> String {
    let paragraphs = paragraphs(text);
    paragraphs.first().map(|first| first_sentence(first).0.to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_is_the_first_sentence_of_the_first_comment() {
        assert_eq!(question("// What does it\n// buy?  R01\n(\n// no\n)"), "What does it buy?");
        assert_eq!(question("// Short\n()"), "Short");
        assert_eq!(question("// What do 0.5 ms\n// cost?\n()"), "What do 0.5 ms cost?");
        assert_eq!(question("// Short\n//\n// It goes on. For long.\n()"), "Short");
        assert_eq!(question("// One.\n// Two.\n()"), "One.");
        assert_eq!(question("()"), "");
    }

    #[test]
    fn a_comment_has_paragraphs() {
        assert_eq!(paragraphs("// One.\n// Two.\n//\n// Three\n\n// no\n()"), ["One. Two.", "Three"]);
        assert_eq!(first_sentence("One? Two. Three."), ("One?", "Two. Three."));
    }
}
