//! Reports to hand around: what a run, a comparison or a sweep answers, on one page of HTML or as Markdown.
//!
//! What is told is put together first, as plain blocks, and then written as either.

use crate::exit::Failure;
use crate::plot::Named;

mod document;
mod html;
pub mod read;
mod run;
mod scenario;

use document::{Figure, Tone};

pub use document::{Document, Part};
pub use html::html;
pub use run::{Seen, of_run};
pub use scenario::Told;

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
