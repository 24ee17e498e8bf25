//! Reports to hand around: what a run, a comparison or a sweep answers, on one page of HTML or as Markdown.
//!
//! What is told is put together first, as plain blocks, and then written as either.

use crate::exit::Failure;
use crate::plot::Named;

mod comparison;
mod document;
mod html;
mod markdown;
pub mod read;
mod run;
mod scenario;
mod sweep;

use document::{Figure, Tone};

pub use comparison::of_comparison;
pub use document::{Document, Part};
pub use html::html;
pub use markdown::{Pictures, markdown};
pub use run::{Seen, of_run};
pub use scenario::Told;
pub use sweep::of_sweep;

/// The line below everything.
fn colophon() -> String {
    format!(
        "Written by escala {}, which simulates every request: the same inputs give the same page, byte by byte.",
        env!("CARGO_PKG_VERSION")
    )
}

/// A sign for those who do not see colours.
fn mark(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "✓ ",
        Tone::Bad => "✗ ",
        Tone::Doubtful => "! ",
        Tone::Plain | Tone::Faint => "",
    }
}

/// A picture with what it shows.
fn figure(named: &Named, caption: String) -> Result<Figure, Failure> {
    let (inline, alone) = named.svg()?;
    Ok(Figure { name: named.name().to_owned(), inline, alone, caption })
}

/// A word of a command as a shell takes it.
pub fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_./=:,@%+".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// A text of which pieces between backticks are code; without its twin a backtick is one.
fn with_code(text: &str, plain: &dyn Fn(&str) -> String, code: &dyn Fn(&str) -> String) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    if pieces.len().is_multiple_of(2) {
        return plain(text);
    }
    let piece = |(number, piece): (usize, &&str)| if number % 2 == 0 { plain(piece) } else { code(piece) };
    pieces.iter().enumerate().map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_take_them_apart() {
        assert_eq!(quoted("nodes.app.instances=4"), "nodes.app.instances=4");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(quoted(""), "''");
    }
}
