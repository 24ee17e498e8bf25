//! What is wrong with a text, where, and what would be right: shown to people, to editors and to scripts.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet, normalize_untrusted_str};
use serde::Serialize;
use std::ops::Range;

mod problem;
mod utf16;

pub use problem::{Change, Problem, problems};
pub use utf16::Utf16;

/// Whether the text can be used all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The text cannot be used.
    Error,
    /// The text can be used, and probably does not say what was meant.
    Warning,
}

/// A change to the text that would answer a diagnostic; an empty span inserts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The bytes to replace.
    pub span: Range<usize>,
    /// What to put in their place.
    pub replacement: String,
}

/// One finding about a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// The stable name of this kind of finding, such as `unknown-node`.
    pub code: &'static str,
    /// One sentence: lower case, no full stop, names in backticks.
    pub message: String,
    /// The bytes it is about; none if it is about the text as a whole.
    pub span: Option<Range<usize>>,
    /// A few words to stand beside the marked bytes.
    pub label: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// The same as an edit that a tool can apply.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// An error; `with` the further parts where there are any.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message.into())
    }

    /// A warning; `with` the further parts where there are any.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message.into())
    }

    fn new(severity: Severity, code: &'static str, message: String) -> Self {
        Self { severity, code, message, span: None, label: None, help: None, fix: None }
    }

    /// Marks the bytes it is about.
    #[must_use]
    pub fn with_span(mut self, span: Range<usize>) -> Self {
        self.span = Some(span);
        self
    }

    /// Puts words beside the marked bytes.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Offers an edit that answers it.
    #[must_use]
    pub fn with_fix(mut self, span: Range<usize>, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix { span, replacement: replacement.into() });
        self
    }

    /// As a compiler shows it: the message, the place, the line with the token underlined, the help.
    pub fn render(&self, file_name: &str, text: &str, colour: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut group = level.primary_title(normalize_untrusted_str(&self.message)).id(self.code).elements(
            self.span.as_ref().map(|span| {
                // Only the lines in question are handed over, so that many diagnostics about a large
                // text stay cheap.
                let excerpt = Excerpt::around(text, span);
                let mark = AnnotationKind::Primary
                    .span(excerpt.span)
                    .label(self.label.as_deref().map(normalize_untrusted_str));
                Snippet::source(excerpt.lines)
                    .line_start(excerpt.first_line)
                    .path(normalize_untrusted_str(file_name))
                    .annotation(mark)
            }),
        );
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(normalize_untrusted_str(help)));
        }
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[group])
    }

    /// The form that `check --json` writes and the browser reads.
    pub fn record(&self, file_name: &str, lines: &Lines) -> Record {
        let place = self.span.as_ref().map(|span| lines.place(span));
        Record {
            severity: self.severity,
            code: self.code,
            message: self.message.clone(),
            file: file_name.to_owned(),
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            end_line: place.map(|place| place.end_line),
            end_column: place.map(|place| place.end_column),
            help: self.help.clone(),
        }
    }
}

/// Orders diagnostics as a reader meets them: by place, those about the whole text first.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics
        .sort_by_key(|one| (one.span.as_ref().map(|span| (span.start, span.end)), one.severity, one.code));
}

/// The candidate that `name` was probably meant to be, if one is near enough.
pub fn suggest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let lower = name.to_lowercase();
    // A third of the letters may be wrong, one in short names.
    let reach = (name.chars().count() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let distance = strsim::osa_distance(&lower, &candidate.to_lowercase());
        if distance <= reach && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// One diagnostic for machines: places are null where it is about the text as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Record {
    /// `error` or `warning`.
    pub severity: Severity,
    /// The stable name of this kind of finding.
    pub code: &'static str,
    /// The sentence.
    pub message: String,
    /// The file as the user named it.
    pub file: String,
    /// See [`Place::line`].
    pub line: Option<u32>,
    /// See [`Place::column`].
    pub column: Option<u32>,
    /// See [`Place::end_line`].
    pub end_line: Option<u32>,
    /// See [`Place::end_column`].
    pub end_column: Option<u32>,
    /// What to do about it.
    pub help: Option<String>,
}

/// Where a span lies as editors count: from 1, columns in characters, the end being the first place after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The line of the first character.
    pub line: u32,
    /// The column of the first character.
    pub column: u32,
    /// The line of the end.
    pub end_line: u32,
    /// The column after the last character.
    pub end_column: u32,
}

/// Where each line of a text begins, to turn byte offsets into places without counting from the start.
pub struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// Finds the line starts of `text`.
    pub fn new(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// The place of a span; one that reaches past the text is cut at its end.
    pub fn place(&self, span: &Range<usize>) -> Place {
        let (line, column) = self.position(span.start);
        let (end_line, end_column) = self.position(span.end.max(span.start));
        Place { line, column, end_line, end_column }
    }

    fn position(&self, offset: usize) -> (u32, u32) {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.starts.partition_point(|start| *start <= offset);
        let column = self.text[self.starts[line - 1]..offset].chars().count() + 1;
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
    }
}

/// The whole lines that hold a span, and the span within them.
struct Excerpt<'t> {
    lines: &'t str,
    first_line: usize,
    span: Range<usize>,
}

impl<'t> Excerpt<'t> {
    fn around(text: &'t str, span: &Range<usize>) -> Self {
        let start = text.floor_char_boundary(span.start);
        let end = text.floor_char_boundary(span.end.max(start));
        let from = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let to = text[end..].find('\n').map_or(text.len(), |at| end + at);
        let first_line = text[..from].matches('\n').count() + 1;
        Self { lines: &text[from..to], first_line, span: start - from..end - from }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rendered_error_underlines_the_token() {
        let text = "Scenario(\n\t\"löwe\": polcy: 1,\n)";
        let start = text.find("polcy").unwrap();
        let shown = Diagnostic::error("unknown-field", "`lb` has no field `polcy`")
            .with_span(start..start + 5)
            .with_label("not a field")
            .with_help("did you mean `policy`?")
            .render("a.ron", text, false);
        let expected = "\
error[unknown-field]: `lb` has no field `polcy`
 --> a.ron:2:10
  |
2 |     \"löwe\": polcy: 1,
  |             ^^^^^ not a field
  |
  = help: did you mean `policy`?";
        assert_eq!(shown, expected);
    }

    #[test]
    fn carets_stand_under_wide_characters() {
        let text = "(\"東京\": oops)";
        let start = text.find("oops").unwrap();
        let shown = Diagnostic::error("x", "m").with_span(start..start + 4).render("f", text, false);
        // Two columns for each wide character.
        assert!(shown.ends_with("1 | (\"東京\": oops)\n  |          ^^^^"), "{shown}");
    }

    #[test]
    fn colour_is_only_written_when_asked_for() {
        let diagnostic = Diagnostic::warning("overload", "offered load is above capacity").with_span(0..1);
        assert!(diagnostic.render("f", "x", true).contains('\u{1b}'));
        assert!(!diagnostic.render("f", "x", false).contains('\u{1b}'));
    }

    #[test]
    fn any_span_can_be_rendered_and_placed() {
        let text = "é\n\r\n\t東";
        for start in 0..text.len() + 3 {
            for end in 0..text.len() + 3 {
                let diagnostic = Diagnostic::error("x", "m\u{1b}[0m").with_span(start..end);
                assert!(diagnostic.render("f", text, false).contains("f:"));
                Lines::new(text).place(&(start..end));
            }
        }
    }

    #[test]
    fn places_count_characters_from_one() {
        let text = "ab\né東x\n";
        let lines = Lines::new(text);
        let x = text.find('x').unwrap();
        let expected = Place { line: 2, column: 3, end_line: 2, end_column: 4 };
        assert_eq!(lines.place(&(x..x + 1)), expected);
        let record = Diagnostic::error("x", "m").with_span(x..x + 1).record("f", &lines);
        let json = serde_json::to_string(&record).unwrap();
        let expected = concat!(
            r#"{"severity":"error","code":"x","message":"m","file":"f","#,
            r#""line":2,"column":3,"end_line":2,"end_column":4,"help":null}"#
        );
        assert_eq!(json, expected);
    }

    #[test]
    fn suggestions_are_near_misses_only() {
        let table = [
            ("polcy", Some("policy")),
            ("Policy", Some("policy")),
            ("plicy", Some("policy")),
            ("to", Some("to")),
            ("ot", Some("to")),
            ("zzz", None),
            ("timeout_ms", Some("timeout")),
            ("", None),
        ];
        for (name, expected) in table {
            assert_eq!(suggest(name, ["policy", "to", "timeout"]), expected, "{name}");
        }
    }

    #[test]
    fn sorted_by_place_with_the_whole_text_first() {
        let mut all = vec![
            Diagnostic::error("c", "").with_span(9..10),
            Diagnostic::error("b", "").with_span(2..10),
            Diagnostic::error("a", ""),
        ];
        sort(&mut all);
        assert_eq!(all.iter().map(|one| one.code).collect::<Vec<_>>(), ["a", "b", "c"]);
    }
}
