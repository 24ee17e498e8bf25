//! What the terminal can show: colours, Unicode, and how wide it is.

use std::env;
use std::io::IsTerminal;

/// A way to write on one stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// Whether colours are wanted.
    pub has_colour: bool,
    /// Whether letters beyond ASCII are shown.
    pub has_unicode: bool,
}

/// What a piece of text is, for its colour. There are few, so that each still means something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// A heading.
    Strong,
    /// Less important than what is around it.
    Faint,
    /// It holds.
    Good,
    /// It deserves a look.
    Doubtful,
    /// It does not hold.
    Bad,
    /// A line of a chart.
    Chart,
}

impl Style {
    /// Neither colour nor Unicode.
    #[cfg(test)]
    pub const PLAIN: Style = Style { has_colour: false, has_unicode: false };

    /// What suits standard output.
    pub fn of_stdout() -> Style {
        Style::of(std::io::stdout().is_terminal())
    }

    /// What suits standard error.
    pub fn of_stderr() -> Style {
        Style::of(std::io::stderr().is_terminal())
    }

    /// What suits a file: no colour, whatever the terminal.
    pub fn of_file() -> Style {
        Style { has_colour: false, has_unicode: has_unicode() }
    }

    fn of(is_terminal: bool) -> Style {
        Style { has_colour: has_colour(is_terminal), has_unicode: has_unicode() }
    }

    /// `text` in the colour of `tone`, or as it is.
    pub fn paint(self, tone: Tone, text: &str) -> String {
        if !self.has_colour || text.is_empty() {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Strong => "1",
            Tone::Faint => "2",
            Tone::Good => "32",
            Tone::Doubtful => "33",
            Tone::Bad => "1;31",
            Tone::Chart => "36",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// The first where Unicode is shown, the second elsewhere.
    pub fn pick(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.has_unicode { unicode } else { ascii }
    }

    /// `text` with the few special letters that reports use replaced where they cannot be shown.
    pub fn plain(self, text: &str) -> String {
        if self.has_unicode {
            return text.to_owned();
        }
        const PAIRS: [(&str, &str); 14] = [
            ("µ", "u"),
            ("±", "+-"),
            ("·", "-"),
            ("×", "x"),
            ("–", "-"),
            ("—", "-"),
            ("…", "..."),
            ("≈", "~"),
            ("≤", "<="),
            ("≥", ">="),
            ("→", "->"),
            ("λ", "lambda"),
            ("ρ", "rho"),
            ("∞", "inf"),
        ];
        let replaced = PAIRS.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        replaced.chars().map(|letter| if letter.is_ascii() { letter } else { '?' }).collect()
    }
}

/// As <https://no-color.org> and most tools have it.
fn has_colour(is_terminal: bool) -> bool {
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    if is_set("NO_COLOR") {
        return false;
    }
    let is_forced = env::var_os("CLICOLOR_FORCE").is_some_and(|value| !value.is_empty() && value != "0");
    is_forced || is_terminal && !is_dumb
}

/// The locale decides, as for other tools; where it says nothing, most terminals of today show Unicode.
fn has_unicode() -> bool {
    let is_plain = env::var_os("TERM").is_some_and(|term| term == "dumb" || term == "linux");
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| {
        let value = env::var(name).ok()?;
        (!value.is_empty()).then_some(value)
    });
    let speaks_unicode = |locale: &str| {
        let locale = locale.to_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    };
    !is_plain && locale.is_none_or(|locale| speaks_unicode(&locale))
}
