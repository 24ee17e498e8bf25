//! The text of a claim while it is read: the next word or sign, and what is wrong with it.

use crate::diagnostic::{Diagnostic, suggest};

use super::super::Place;
use super::Parser;

impl<'t> Parser<'t> {
    /// The longest text from here that can be a quantity; a slash belongs to it only before the unit of a rate.
    pub(super) fn quantity_text(&mut self) -> &'t str {
        let start = self.at;
        let rest = &self.text[start..];
        let mut end = 0;
        let mut before = ' ';
        for letter in rest.chars() {
            let is_exponent = (letter == '-' || letter == '+') && before == 'e';
            if !(letter.is_alphanumeric() || matches!(letter, '.' | '_' | '%' | 'µ' | 'μ') || is_exponent) {
                break;
            }
            end += letter.len_utf8();
            before = letter;
        }
        for span in ["/s", "/min", "/h", "/d"] {
            let goes_on =
                |after: &str| after.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_');
            if rest[end..].strip_prefix(span).is_some_and(|after| !goes_on(after)) {
                end += span.len();
                break;
            }
        }
        self.at = start + end;
        &rest[..end]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    pub(super) fn eat(&mut self, token: &str) -> bool {
        let is_here = self.text[self.at..].starts_with(token);
        self.at += if is_here { token.len() } else { 0 };
        is_here
    }

    pub(super) fn skip_blanks(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    /// A metric's name or a keyword.
    pub(super) fn word(&mut self) -> &'t str {
        self.take_while(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    }

    /// A name from the scenario, in quotes if it holds other letters.
    pub(super) fn name(&mut self) -> &'t str {
        if let Some(quote) = self.peek().filter(|letter| matches!(letter, '"' | '\'')) {
            self.at += 1;
            let name = self.take_while(|letter| letter != quote);
            self.at += usize::from(self.peek().is_some());
            return name;
        }
        self.take_while(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '/' | '.'))
    }

    fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> &'t str {
        self.skip_blanks();
        let rest = &self.text[self.at..];
        let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// The word or sign at this point, as a range within the claim.
    pub(super) fn token_here(&mut self) -> std::ops::Range<usize> {
        self.skip_blanks();
        let rest = &self.text[self.at..];
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        let word = rest.find(|letter| !is_word(letter)).unwrap_or(rest.len());
        let sign = rest.chars().next().map_or(0, char::len_utf8);
        self.at..self.at + word.max(sign)
    }

    /// A range of the claim as a place in the scenario.
    pub(super) fn place(&self, range: std::ops::Range<usize>) -> Place {
        self.offset + range.start..self.offset + range.end
    }

    pub(super) fn unexpected(&self, range: std::ops::Range<usize>, help: &str) -> Diagnostic {
        let found = &self.text[range.clone()];
        let message = if found.is_empty() {
            "the claim ends too early".to_owned()
        } else {
            format!("`{found}` is not expected here")
        };
        self.error(self.place(range), message, help)
    }

    pub(super) fn error(&self, place: Place, message: impl Into<String>, help: &str) -> Diagnostic {
        Diagnostic::error("claim-syntax", message).with_span(place).with_help(help)
    }

    pub(super) fn report(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        place: Place,
        help: impl Into<String>,
    ) {
        self.mistakes.push(Diagnostic::error(code, message).with_span(place).with_help(help));
    }

    pub(super) fn unknown<'c>(
        &mut self,
        code: &'static str,
        what: &str,
        name: &str,
        place: Place,
        candidates: impl Iterator<Item = &'c str> + Clone,
    ) {
        let mut diagnostic =
            Diagnostic::error(code, format!("unknown {what} `{name}`")).with_span(place.clone());
        if let Some(meant) = suggest(name, candidates.clone()) {
            diagnostic = diagnostic.with_help(format!("did you mean `{meant}`?")).with_fix(place, meant);
        } else {
            let known: Vec<_> = candidates.map(|name| format!("`{name}`")).collect();
            let list = if known.is_empty() { "there is none".to_owned() } else { known.join(", ") };
            diagnostic = diagnostic.with_help(format!("known: {list}"));
        }
        self.mistakes.push(diagnostic);
    }
}
