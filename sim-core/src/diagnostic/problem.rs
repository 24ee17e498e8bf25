//! A diagnostic as an editor in a browser takes it: offsets in UTF-16 code units, the fix as a change of the text.

use super::{Diagnostic, Lines, Severity, Utf16};
use serde::Serialize;

/// A finding about a text; places are null where it is about the text as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// `error` or `warning`.
    pub severity: Severity,
    /// The stable name of this kind of finding.
    pub code: &'static str,
    /// The sentence.
    pub message: String,
    /// Where the marked text begins, in UTF-16 code units.
    pub from: Option<usize>,
    /// Where it ends.
    pub to: Option<usize>,
    /// Its line, from 1.
    pub line: Option<u32>,
    /// Its column, from 1, in characters.
    pub column: Option<u32>,
    /// A few words to stand beside the marked text.
    pub label: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// The same as a change.
    pub fix: Option<Change>,
}

/// One replacement in a text, in UTF-16 code units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Where the replaced text begins.
    pub from: usize,
    /// Where it ends; as `from` to insert.
    pub to: usize,
    /// What comes in its place.
    pub insert: String,
}

impl Diagnostic {
    /// The form for editors; `lines` and `offsets` are those of the text that it is about.
    pub fn problem(&self, lines: &Lines<'_>, offsets: &Utf16<'_>) -> Problem {
        let place = self.span.as_ref().map(|span| lines.place(span));
        Problem {
            severity: self.severity,
            code: self.code,
            message: self.message.clone(),
            from: self.span.as_ref().map(|span| offsets.units(span.start)),
            to: self.span.as_ref().map(|span| offsets.units(span.end.max(span.start))),
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            label: self.label.clone(),
            help: self.help.clone(),
            fix: self.fix.as_ref().map(|fix| Change {
                from: offsets.units(fix.span.start),
                to: offsets.units(fix.span.end),
                insert: fix.replacement.clone(),
            }),
        }
    }
}

/// All findings about `text` in the form for editors.
pub fn problems(text: &str, diagnostics: &[Diagnostic]) -> Vec<Problem> {
    let (lines, offsets) = (Lines::new(text), Utf16::new(text));
    diagnostics.iter().map(|diagnostic| diagnostic.problem(&lines, &offsets)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_units_and_columns_count_characters() {
        let text = "// 𝄞\n(→polcy)";
        let start = text.find("polcy").unwrap();
        let span = start..start + 5;
        let found = [
            Diagnostic::error("unknown-field", "m").with_span(span.clone()).with_fix(span, "policy"),
            Diagnostic::warning("w", "of the whole").with_help("h"),
        ];
        let json = serde_json::to_string(&problems(text, &found)).unwrap();
        let expected = concat!(
            r#"[{"severity":"error","code":"unknown-field","message":"m","from":8,"to":13,"line":2,"column":3,"#,
            r#""label":null,"help":null,"fix":{"from":8,"to":13,"insert":"policy"}},"#,
            r#"{"severity":"warning","code":"w","message":"of the whole","from":null,"to":null,"line":null,"#,
            r#""column":null,"label":null,"help":"h","fix":null}]"#
        );
        assert_eq!(json, expected);
    }
}
