//! The words of RON text, comments among them, each with its byte range.

use crate::diagnostic::Diagnostic;
use std::ops::Range;

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    LineComment,
    BlockComment,
    /// A whole `#![…]`, taken as one word.
    Attribute,
    Name,
    /// A string, escaped, raw or of bytes.
    Text,
    Char,
    /// Whatever begins like a number, `10min` and `800/s` included: the reader judges it.
    Number,
    Open(Bracket),
    Close(Bracket),
    Comma,
    Colon,
    /// A character that begins no word.
    Stray,
}

/// The three pairs of brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bracket {
    Round,
    Square,
    Curly,
}

impl Bracket {
    pub(super) fn close(self) -> char {
        match self {
            Bracket::Round => ')',
            Bracket::Square => ']',
            Bracket::Curly => '}',
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Token {
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    pub(super) fn is_comment(&self) -> bool {
        matches!(self.kind, TokenKind::LineComment | TokenKind::BlockComment)
    }
}

/// Cuts a text into words. An unclosed string or comment ends it: nothing after one can be trusted.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, (Vec<Token>, Diagnostic)> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_space();
        let start = lexer.at;
        match lexer.word() {
            Ok(None) => return Ok(tokens),
            Ok(Some(kind)) => tokens.push(Token { kind, start, end: lexer.at }),
            Err(diagnostic) => return Err((tokens, diagnostic)),
        }
    }
}

/// Whether a word that begins like a number is one; ranges (`1..5`) are left to the reader.
pub(crate) fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix(['+', '-']).unwrap_or(word);
    let based = |prefix, base| {
        digits.strip_prefix(prefix).is_some_and(|rest: &str| {
            rest.split(['i', 'u'])
                .next()
                .is_some_and(|rest| rest.chars().all(|c| c == '_' || c.is_digit(base)))
        })
    };
    if word.contains("..") || digits.starts_with("inf") || digits.starts_with("NaN") {
        return true;
    }
    if based("0x", 16) || based("0o", 8) || based("0b", 2) {
        return true;
    }
    let suffixes = ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64"];
    let bare = suffixes.iter().find_map(|suffix| digits.strip_suffix(suffix)).unwrap_or(digits);
    bare.starts_with(|c: char| c.is_ascii_digit() || c == '.') && bare.replace('_', "").parse::<f64>().is_ok()
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        self.skip_while(is_space);
    }

    fn skip_while(&mut self, holds: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|c| !holds(c)).unwrap_or(rest.len());
    }

    /// Reads one word; `None` at the end.
    fn word(&mut self) -> Result<Option<TokenKind>, Diagnostic> {
        let Some(first) = self.rest().chars().next() else { return Ok(None) };
        if let Some(kind) = punctuation(first) {
            self.at += 1;
            return Ok(Some(kind));
        }
        let kind = match first {
            '/' if self.rest().starts_with("//") => {
                self.skip_while(|c| c != '\n');
                TokenKind::LineComment
            }
            '/' if self.rest().starts_with("/*") => self.block_comment()?,
            '#' if self.rest().starts_with("#!") => self.attribute()?,
            '"' => self.escaped_text(0)?,
            'b' if self.rest().starts_with("b\"") => self.escaped_text(1)?,
            'r' if is_raw_text(&self.rest()[1..]) => self.raw_text(1)?,
            'b' if self.rest().starts_with("br") && is_raw_text(&self.rest()[2..]) => self.raw_text(2)?,
            'b' if self.rest().starts_with("b'") => self.character(1),
            '\'' => self.character(0),
            '0'..='9' | '+' | '-' | '.' => self.number(),
            'r' if self.rest().starts_with("r#") => {
                self.at += 2;
                self.skip_while(|c| is_name_part(c) || matches!(c, '.' | '+' | '-'));
                TokenKind::Name
            }
            c if c == '_' || c.is_alphabetic() => {
                self.skip_while(is_name_part);
                TokenKind::Name
            }
            other => {
                self.at += other.len_utf8();
                TokenKind::Stray
            }
        };
        Ok(Some(kind))
    }

    fn block_comment(&mut self) -> Result<TokenKind, Diagnostic> {
        let start = self.at;
        self.at += 2;
        let mut open = 1;
        while open > 0 {
            let Some(next) = self.rest().find(['/', '*']) else {
                return Err(Diagnostic::error("unclosed-comment", "this comment is never closed")
                    .with_span(start..start + 2)
                    .with_help("comments nest: each `/*` needs its own `*/`"));
            };
            self.at += next;
            if self.rest().starts_with("/*") {
                open += 1;
                self.at += 2;
            } else if self.rest().starts_with("*/") {
                open -= 1;
                self.at += 2;
            } else {
                self.at += 1;
            }
        }
        Ok(TokenKind::BlockComment)
    }

    fn attribute(&mut self) -> Result<TokenKind, Diagnostic> {
        let start = self.at;
        self.at += 2;
        let mut open = 0_usize;
        loop {
            self.skip_space();
            let from = self.at;
            match self.rest().chars().next() {
                None => break,
                Some('[') => open += 1,
                Some(']') => open = open.saturating_sub(1),
                // Only words that may hold a bracket matter here.
                Some('"') => drop(self.escaped_text(0)?),
                Some('/') if self.rest().starts_with("//") => self.skip_while(|c| c != '\n'),
                Some('/') if self.rest().starts_with("/*") => drop(self.block_comment()?),
                Some(_) => {}
            }
            if self.at == from {
                self.at += self.rest().chars().next().map_or(0, char::len_utf8);
                if open == 0 {
                    break;
                }
            }
        }
        if self.text[start..self.at].ends_with(']') {
            return Ok(TokenKind::Attribute);
        }
        Err(Diagnostic::error("bad-attribute", "this attribute is not complete")
            .with_span(start..start + 2)
            .with_help("write `#![enable(...)]`, or leave it out: a scenario needs none"))
    }

    fn escaped_text(&mut self, prefix: usize) -> Result<TokenKind, Diagnostic> {
        let start = self.at;
        self.at += prefix + 1;
        loop {
            let Some(next) = self.rest().find(['"', '\\']) else {
                return Err(unclosed_text(self.text, start));
            };
            self.at += next;
            if self.rest().starts_with('"') {
                self.at += 1;
                return Ok(TokenKind::Text);
            }
            self.at += 1;
            self.at += self.rest().chars().next().map_or(0, char::len_utf8);
        }
    }

    fn raw_text(&mut self, prefix: usize) -> Result<TokenKind, Diagnostic> {
        let start = self.at;
        self.at += prefix;
        let hashes = self.rest().find(|c| c != '#').unwrap_or(0);
        let end = format!("\"{}", &self.rest()[..hashes]);
        self.at += hashes + 1;
        let Some(length) = self.rest().find(&end) else { return Err(unclosed_text(self.text, start)) };
        self.at += length + end.len();
        Ok(TokenKind::Text)
    }

    fn character(&mut self, prefix: usize) -> TokenKind {
        let inside = &self.rest()[prefix + 1..];
        let escape = inside.starts_with('\\');
        let mut chars = inside.char_indices().skip(if escape { 2 } else { 1 });
        // The longest is `\u{10ffff}`.
        let close = chars.by_ref().take(if escape { 9 } else { 1 }).find(|(_, c)| *c == '\'');
        match close {
            Some((at, _)) => {
                self.at += prefix + 1 + at + 1;
                TokenKind::Char
            }
            None => {
                self.at += prefix + 1;
                TokenKind::Stray
            }
        }
    }

    /// Takes all that sticks to the number, so that `800/s` is one wrong word instead of three.
    fn number(&mut self) -> TokenKind {
        loop {
            self.skip_while(|c| !is_space(c) && punctuation(c).is_none() && !matches!(c, '"' | '\'' | '/'));
            let rest = self.rest();
            if !rest.starts_with('/') || rest.starts_with("//") || rest.starts_with("/*") {
                return TokenKind::Number;
            }
            self.at += 1;
        }
    }
}

/// The mark ends with the line: what follows was not meant to be text.
pub(super) fn unclosed_text(text: &str, start: usize) -> Diagnostic {
    let line = text[start..].lines().next().unwrap_or_default().trim_end();
    let end = start + line.trim_end_matches([' ', '\t', ',', ')', ']', '}']).len();
    Diagnostic::error("unclosed-text", "this text is never closed")
        .with_span(start..start + line.len())
        .with_fix(end..end, "\"")
        .with_help("a text ends with the quote it began with: `\"`")
}

fn punctuation(c: char) -> Option<TokenKind> {
    Some(match c {
        '(' => TokenKind::Open(Bracket::Round),
        '[' => TokenKind::Open(Bracket::Square),
        '{' => TokenKind::Open(Bracket::Curly),
        ')' => TokenKind::Close(Bracket::Round),
        ']' => TokenKind::Close(Bracket::Square),
        '}' => TokenKind::Close(Bracket::Curly),
        ',' => TokenKind::Comma,
        ':' => TokenKind::Colon,
        _ => return None,
    })
}

fn is_raw_text(after_r: &str) -> bool {
    after_r.trim_start_matches('#').starts_with('"')
}

fn is_name_part(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// White space as ron counts it.
pub(super) fn is_space(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t'
            | '\n'
            | '\r'
            | '\x0B'
            | '\x0C'
            | '\u{85}'
            | '\u{200E}'
            | '\u{200F}'
            | '\u{2028}'
            | '\u{2029}'
    )
}
