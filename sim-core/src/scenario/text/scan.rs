//! RON text as a tree of byte ranges: entries, keys, names, values, and where the commas and comments are.

use super::token::{Bracket, Token, TokenKind, tokens, unclosed_text};
use crate::diagnostic::Diagnostic;
use std::borrow::Cow;
use std::ops::Range;

/// How many brackets may stand inside each other.
pub const MAX_DEPTH: usize = 64;

/// A text that is too broken is not worth more complaints than this.
const MAX_PROBLEMS: usize = 20;

/// What kind of value stands at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A string or byte string, escaped or raw.
    Text,
    /// A character in single quotes.
    Char,
    /// A number, or what begins like one.
    Number,
    /// A word alone: `true`, `None`, a variant without brackets.
    Name,
    /// `( … )` or `Name( … )`: a struct, a tuple or a variant.
    Round,
    /// `[ … ]`: a list.
    Square,
    /// `{ … }`: a map.
    Curly,
}

/// A value and what is inside it.
#[derive(Clone, Debug)]
pub struct Value {
    /// All of it, from its name to its closing bracket.
    pub span: Range<usize>,
    /// The struct's or variant's name, if one is written; a word alone is its own name.
    pub name: Option<Range<usize>>,
    /// What it is.
    pub kind: Kind,
    /// What stands between its brackets, in order.
    pub entries: Vec<Entry>,
}

impl Value {
    /// Whether it has brackets, and so may have entries.
    pub fn is_group(&self) -> bool {
        matches!(self.kind, Kind::Round | Kind::Square | Kind::Curly)
    }

    /// The byte of its closing bracket.
    pub(crate) fn close(&self) -> usize {
        self.span.end - 1
    }

    /// The one value of `Name(value)`, which paths and readers may look through.
    pub(crate) fn payload(&self) -> Option<&Entry> {
        match self.entries.as_slice() {
            [only] if self.kind == Kind::Round && only.key.is_none() => Some(only),
            _ => None,
        }
    }
}

/// One field, map entry or list element.
#[derive(Clone, Debug)]
pub struct Entry {
    /// From its key, or else its value, to the end of its value; without the comma.
    pub span: Range<usize>,
    /// The field's name or the map's key as written.
    pub key: Option<Range<usize>>,
    /// What it says.
    pub value: Value,
    /// The byte of the comma after it, if there is one.
    pub comma: Option<usize>,
}

/// A text of which the shape is sound.
#[derive(Clone, Debug)]
pub struct Document<'t> {
    /// The text that all ranges refer to.
    pub text: &'t str,
    /// The value that the text is.
    pub root: Value,
    /// Every comment, in order.
    pub comments: Vec<Range<usize>>,
    pub(super) tokens: Vec<Token>,
}

impl<'t> Document<'t> {
    /// A key without its quotes or its `r#`.
    pub fn key_text(&self, key: &Range<usize>) -> Cow<'t, str> {
        plain(&self.text[key.clone()])
    }

    /// From the root inwards, each value that holds `offset`, with the entry it stands in. The last entry's key, not
    /// its value, may be what holds it.
    pub(crate) fn chain(&self, offset: usize) -> Vec<(Option<&Entry>, &Value)> {
        let mut chain = vec![(None, &self.root)];
        let mut value = &self.root;
        loop {
            let next = value.entries.partition_point(|entry| entry.span.end <= offset);
            let Some(entry) = value.entries.get(next).filter(|entry| entry.span.contains(&offset)) else {
                return chain;
            };
            chain.push((Some(entry), &entry.value));
            if !entry.value.span.contains(&offset) {
                return chain;
            }
            value = &entry.value;
        }
    }
}

/// What a key, a string or a name says, without quotes and escapes.
pub(crate) fn plain(word: &str) -> Cow<'_, str> {
    match word.as_bytes() {
        [b'"', ..] | [b'r', b'"', ..] => spelled(word).unwrap_or(Cow::Borrowed(word)),
        [b'r', b'#', ..] if word.ends_with('#') => spelled(word).unwrap_or(Cow::Borrowed(word)),
        [b'r', b'#', ..] => Cow::Borrowed(&word[2..]),
        _ => Cow::Borrowed(word),
    }
}

/// What a string says, or what is wrong with its escapes.
pub(crate) fn spelled(word: &str) -> Result<Cow<'_, str>, String> {
    match word.as_bytes() {
        [b'"', inside @ .., b'"'] if !inside.contains(&b'\\') => Ok(Cow::Borrowed(&word[1..word.len() - 1])),
        _ => ron::from_str::<String>(word).map(Cow::Owned).map_err(|wrong| wrong.code.to_string()),
    }
}

/// What kind of value a word is, or the value that begins with it.
pub(crate) fn kind_of(word: &str) -> Kind {
    let first = match tokens(word) {
        Ok(tokens) | Err((tokens, _)) => tokens.first().map(|token| token.kind),
    };
    match first {
        Some(TokenKind::Text) => Kind::Text,
        Some(TokenKind::Char) => Kind::Char,
        Some(TokenKind::Number) => Kind::Number,
        Some(TokenKind::Open(Bracket::Round)) => Kind::Round,
        Some(TokenKind::Open(Bracket::Square)) => Kind::Square,
        Some(TokenKind::Open(Bracket::Curly)) => Kind::Curly,
        _ => Kind::Name,
    }
}

/// Reads the shape of a text, or says everything that is wrong with it.
pub fn scan(text: &str) -> Result<Document<'_>, Vec<Diagnostic>> {
    let (tokens, broken) = match tokens(text) {
        Ok(tokens) => (tokens, None),
        Err((tokens, diagnostic)) => (tokens, Some(diagnostic)),
    };
    let mut scanner = Scanner { text, tokens: &tokens, at: 0, problems: Vec::new() };
    let root = scanner.document().unwrap_or_default();
    let problems = scanner.problems;
    match (broken, root) {
        // What follows from the broken word is not reported beside it.
        (Some(broken), _) => {
            let from = broken.span.as_ref().map_or(0, |span| span.start);
            let mut all: Vec<_> = problems
                .into_iter()
                .filter(|one| one.code == "missing-comma" && starts_before(one, from))
                .collect();
            all.push(blame_open_text(text, &tokens, from).unwrap_or(broken));
            Err(all)
        }
        (None, Some(root)) if problems.is_empty() => {
            let comments = tokens.iter().filter(|token| token.is_comment()).map(Token::range).collect();
            Ok(Document { text, root, comments, tokens })
        }
        (None, _) => {
            let first = problems.iter().filter_map(|one| one.span.as_ref()).map(|span| span.start).min();
            match first.and_then(|first| blame_open_text(text, &tokens, first)) {
                Some(unclosed) => Err(vec![unclosed]),
                None => Err(problems),
            }
        }
    }
}

fn starts_before(diagnostic: &Diagnostic, offset: usize) -> bool {
    diagnostic.span.as_ref().is_some_and(|span| span.start < offset)
}

/// A forgotten quote makes a text run on to the next quote, lines later: then the first trouble begins right there.
fn blame_open_text(text: &str, tokens: &[Token], trouble: usize) -> Option<Diagnostic> {
    let next = tokens.partition_point(|token| token.end < trouble);
    let before = tokens.get(next).filter(|token| token.end == trouble || token.start <= trouble)?;
    let ran_on = before.kind == TokenKind::Text && text[before.range()].contains('\n');
    (ran_on && text[before.start..].starts_with('"')).then(|| unclosed_text(text, before.start))
}

/// The shape is lost: reading on would only produce noise.
struct Lost;

struct Scanner<'t> {
    text: &'t str,
    tokens: &'t [Token],
    at: usize,
    problems: Vec<Diagnostic>,
}

impl Scanner<'_> {
    fn document(&mut self) -> Result<Option<Value>, Lost> {
        while self.peek().is_some_and(|token| token.kind == TokenKind::Attribute) {
            self.at += 1;
        }
        if self.peek().is_none() {
            self.report(Diagnostic::error("empty", "there is no value here").with_span(0..0))?;
            return Ok(None);
        }
        let root = self.value(0)?;
        if let Some(extra) = self.peek() {
            let message = format!("{} stands after the end of the scenario", self.shown(extra));
            self.report(Diagnostic::error("stray-token", message).with_span(extra.range()))?;
        }
        Ok(root)
    }

    /// The next word that is no comment.
    fn peek(&mut self) -> Option<Token> {
        while self.tokens.get(self.at).is_some_and(Token::is_comment) {
            self.at += 1;
        }
        self.tokens.get(self.at).copied()
    }

    fn take_if(&mut self, kind: TokenKind) -> Option<Token> {
        let token = self.peek().filter(|token| token.kind == kind)?;
        self.at += 1;
        Some(token)
    }

    /// Reads a value. `None`, with a problem told and the word passed over, if none begins here.
    fn value(&mut self, depth: usize) -> Result<Option<Value>, Lost> {
        let Some(token) = self.peek() else { return Ok(None) };
        self.at += 1;
        let simple = |kind| Value { span: token.range(), name: None, kind, entries: Vec::new() };
        Ok(Some(match token.kind {
            TokenKind::Text => simple(Kind::Text),
            TokenKind::Char => simple(Kind::Char),
            TokenKind::Number => simple(Kind::Number),
            TokenKind::Open(bracket) => self.group(token, bracket, depth)?,
            TokenKind::Name => match self.take_if(TokenKind::Open(Bracket::Round)) {
                None => Value { name: Some(token.range()), ..simple(Kind::Name) },
                Some(open) => {
                    let group = self.group(open, Bracket::Round, depth)?;
                    Value { span: token.start..group.span.end, name: Some(token.range()), ..group }
                }
            },
            TokenKind::Close(_)
            | TokenKind::Comma
            | TokenKind::Colon
            | TokenKind::Attribute
            | TokenKind::LineComment
            | TokenKind::BlockComment
            | TokenKind::Stray => {
                if matches!(token.kind, TokenKind::Close(_)) && depth > 0 {
                    // The group that is open deals with it.
                    self.at -= 1;
                }
                let message = format!("expected a value, found {}", self.shown(token));
                self.report(Diagnostic::error("stray-token", message).with_span(token.range()))?;
                return Ok(None);
            }
        }))
    }

    fn group(&mut self, open: Token, bracket: Bracket, depth: usize) -> Result<Value, Lost> {
        if depth >= MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} brackets stand inside each other");
            self.problems.push(Diagnostic::error("too-deep", message).with_span(open.range()));
            return Err(Lost);
        }
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            match self.peek() {
                Some(token) if token.kind == TokenKind::Close(bracket) => {
                    self.at += 1;
                    let kind = match bracket {
                        Bracket::Round => Kind::Round,
                        Bracket::Square => Kind::Square,
                        Bracket::Curly => Kind::Curly,
                    };
                    return Ok(Value { span: open.start..token.end, name: None, kind, entries });
                }
                None => return Err(self.unclosed(open, bracket, None)),
                Some(token) if matches!(token.kind, TokenKind::Close(_)) => {
                    return Err(self.unclosed(open, bracket, Some(token)));
                }
                Some(token) => {
                    if let Some(previous) = entries.last().filter(|entry| entry.comma.is_none()) {
                        let end = previous.span.end;
                        self.missing_comma(end, token)?;
                    }
                    if let Some(entry) = self.entry(bracket, depth)? {
                        entries.push(entry);
                    }
                }
            }
        }
    }

    fn entry(&mut self, bracket: Bracket, depth: usize) -> Result<Option<Entry>, Lost> {
        let Some(first) = self.value(depth + 1)? else { return Ok(None) };
        let colon = self.take_if(TokenKind::Colon);
        let (key, value) = match (colon, bracket) {
            (None, Bracket::Round | Bracket::Square) => (None, first),
            (Some(_), Bracket::Round | Bracket::Curly) => match self.value(depth + 1)? {
                Some(value) => (Some(first.span), value),
                None => return Ok(None),
            },
            (None, Bracket::Curly) => {
                let message = format!("the map's entry {} has no value", self.cut(&first.span));
                let problem = Diagnostic::error("missing-colon", message).with_span(first.span.clone());
                self.report(problem.with_help("a map's entry is written `key: value`"))?;
                (None, first)
            }
            (Some(colon), Bracket::Square) => {
                let problem =
                    Diagnostic::error("stray-token", "a list's element has no name").with_span(colon.range());
                self.report(problem.with_help("named entries stand in `( … )` or `{ … }`"))?;
                return Ok(None);
            }
        };
        let comma = self.take_if(TokenKind::Comma).map(|token| token.start);
        let start = key.as_ref().map_or(value.span.start, |key| key.start);
        Ok(Some(Entry { span: start..value.span.end, key, value, comma }))
    }

    fn missing_comma(&mut self, end: usize, next: Token) -> Result<(), Lost> {
        let word = self.text[..end].trim_end_matches(|c: char| c.is_alphanumeric() || c == '_').len();
        if next.start > end || word == end {
            let message = format!("a comma is missing before {}", self.shown(next));
            let problem = Diagnostic::error("missing-comma", message).with_span(next.range());
            return self.report(problem.with_fix(end..end, ","));
        }
        // Words that stick together, such as `app-1`, were meant as one.
        let message = format!("{} is not a value", self.cut(&(word..next.end)));
        let help = match next.kind {
            TokenKind::Open(_) => "fields stand in round brackets: `Name(field: value)`",
            _ => "names of nodes and quantities with a unit are written in quotes",
        };
        let mut problem = Diagnostic::error("stray-token", message).with_span(word..next.end).with_help(help);
        if matches!(next.kind, TokenKind::Name | TokenKind::Number) {
            problem = problem.with_fix(word..next.end, super::quote(&self.text[word..next.end]));
        }
        self.report(problem)?;
        // The wrong brackets would be complained about once more.
        if matches!(next.kind, TokenKind::Open(_)) { Err(Lost) } else { Ok(()) }
    }

    fn unclosed(&mut self, open: Token, bracket: Bracket, instead: Option<Token>) -> Lost {
        let message = format!("this {} is never closed", self.shown(open));
        let mut problem = Diagnostic::error("unclosed-bracket", message).with_span(open.range());
        if let Some(token) = instead {
            let line = self.text[..token.start].matches('\n').count() + 1;
            let found = self.shown(token);
            problem =
                problem.with_help(format!("line {line} has {found} where `{}` is needed", bracket.close()));
        }
        let end = instead.map_or(self.text.trim_end().len(), |token| token.start);
        problem = problem.with_fix(end..end, bracket.close());
        self.problems.push(problem);
        Lost
    }

    fn report(&mut self, problem: Diagnostic) -> Result<(), Lost> {
        self.problems.push(problem);
        if self.problems.len() < MAX_PROBLEMS { Ok(()) } else { Err(Lost) }
    }

    fn shown(&self, token: Token) -> String {
        self.cut(&token.range())
    }

    /// The words in backticks, cut short if they are long.
    fn cut(&self, span: &Range<usize>) -> String {
        cut(&self.text[span.clone()])
    }
}

/// Text in backticks, on one line and not too long, to be named in a message.
pub(crate) fn cut(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let short: String = line.chars().take(40).collect();
    if short.len() < text.len() { format!("`{}…`", short.trim_end()) } else { format!("`{short}`") }
}
