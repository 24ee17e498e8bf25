//! The tree of a text that is being written: brackets that are not closed yet, values that are not there yet.
//!
//! Whatever is wrong is passed over, with the rule that loses least of what stands around it: a wrong closing bracket
//! closes what it fits, a text in quotes ends with its line, a key that cannot stand in a bracket ends it.

use super::scan::{Document, Entry, Kind, MAX_DEPTH, Value};
use super::token::{Bracket, Token, TokenKind, tokens};

/// The tree of a text, sound or not.
pub(crate) struct Lenient<'t> {
    pub(crate) document: Document<'t>,
    /// The first bytes of values whose closing bracket is missing, in order.
    unclosed: Vec<usize>,
}

impl Lenient<'_> {
    /// Whether `offset` lies between the brackets of a value.
    pub(crate) fn holds(&self, value: &Value, offset: usize) -> bool {
        let is_open = self.unclosed.binary_search(&value.span.start).is_ok();
        let end = if is_open { value.span.end } else { value.span.end.saturating_sub(1) };
        value.is_group() && self.open_of(value) < offset && offset <= end
    }

    /// The byte of a group's opening bracket.
    fn open_of(&self, value: &Value) -> usize {
        let from = value.name.as_ref().map_or(value.span.start, |name| name.end);
        let tokens = &self.document.tokens;
        let next = tokens.partition_point(|token| token.start < from);
        let open = tokens[next..].iter().find(|token| !token.is_comment());
        open.map_or(from, |token| token.start)
    }

    /// The words around `offset`.
    pub(crate) fn cursor(&self, offset: usize) -> Cursor {
        let tokens = &self.document.tokens;
        let next = tokens.partition_point(|token| token.end < offset);
        let touches = |token: &&Token| {
            let is_text = token.kind == TokenKind::Text;
            // Behind its closing quote a text is done.
            let is_done =
                is_text && token.end == offset && is_closed_text(&self.document.text[token.range()]);
            token.start < offset && offset <= token.end && !is_done
        };
        // Two words may touch: the one that goes on after the cursor is a bracket or a comma.
        let touched = tokens[next..].iter().take(2).find(touches);
        let word = touched.filter(|token| {
            matches!(token.kind, TokenKind::Name | TokenKind::Number | TokenKind::Text | TokenKind::Stray)
        });
        let is_inside = touched.is_some_and(|token| match token.kind {
            TokenKind::LineComment => true,
            TokenKind::BlockComment | TokenKind::Attribute | TokenKind::Char => offset < token.end,
            _ => false,
        });
        let start = word.map_or(offset, |token| token.start);
        let end = word.map_or(offset, |token| token.end);
        let before = tokens[..tokens.partition_point(|token| token.end <= start)].iter().rev();
        let before = before.copied().find(|token| !token.is_comment());
        let after = tokens[tokens.partition_point(|token| token.start < end.max(offset))..].iter();
        let after = after.copied().find(|token| !token.is_comment());
        Cursor {
            is_in_comment: is_inside,
            start,
            end,
            is_text: word.is_some_and(|token| token.kind == TokenKind::Text),
            colon_before: before.filter(|token| token.kind == TokenKind::Colon).map(|token| token.start),
            begins_entry: before.is_none_or(|token| {
                matches!(token.kind, TokenKind::Open(_) | TokenKind::Comma)
                    || self.document.text[token.end..start.max(token.end)].contains('\n')
            }),
            before_colon: after.is_some_and(|token| token.kind == TokenKind::Colon),
            before_bracket: after.is_some_and(|token| token.kind == TokenKind::Open(Bracket::Round)),
        }
    }
}

/// What stands at the cursor and beside it.
#[derive(Debug)]
pub(crate) struct Cursor {
    pub(crate) is_in_comment: bool,
    /// The word that is being written, quotes included; empty at the cursor if there is none.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Whether the word is a text in quotes.
    pub(crate) is_text: bool,
    /// The colon right before the word.
    pub(crate) colon_before: Option<usize>,
    /// Whether an entry can begin here.
    pub(crate) begins_entry: bool,
    /// Whether a colon comes right after the word.
    pub(crate) before_colon: bool,
    /// Whether an opening round bracket does.
    pub(crate) before_bracket: bool,
}

/// Whether a text in quotes has both of them.
pub(crate) fn is_closed_text(word: &str) -> bool {
    let quotes = word.trim_start_matches(['b', 'r', '#']);
    quotes.len() >= 2 && quotes.trim_end_matches('#').ends_with('"')
}

/// Reads the shape of a text as well as it goes, while it is written at byte `cursor`.
pub(crate) fn lenient(text: &str, cursor: usize) -> Lenient<'_> {
    let tokens = lines_of_tokens(text, cursor);
    let mut reader = Reader { text, tokens: &tokens, at: 0, open: Vec::new(), unclosed: Vec::new() };
    let root = reader.root();
    let mut unclosed = reader.unclosed;
    unclosed.sort_unstable();
    let comments = tokens.iter().filter(|token| token.is_comment()).map(Token::range).collect();
    Lenient { document: Document { text, root, comments, tokens }, unclosed }
}

/// The words of a text, of which no text in quotes reaches beyond its line: else one forgotten quote would turn all that
/// follows inside out.
fn lines_of_tokens(text: &str, cursor: usize) -> Vec<Token> {
    let mut all: Vec<Token> = Vec::new();
    let mut from = 0;
    loop {
        let (found, broken) = match tokens(&text[from..]) {
            Ok(found) => (found, None),
            Err((found, diagnostic)) => (found, diagnostic.span),
        };
        let shifted = found.into_iter().map(|token| Token {
            start: token.start + from,
            end: token.end + from,
            ..token
        });
        let mut resume = None;
        for token in shifted {
            let line = line_of(text, token.start);
            if token.kind == TokenKind::Text && token.end > line {
                resume = Some(token.start);
                break;
            }
            all.push(token);
        }
        let broken = broken.map(|span| span.start + from);
        let Some(start) = resume.or(broken) else { return all };
        if text[start..].starts_with("/*") {
            all.push(Token { kind: TokenKind::BlockComment, start, end: text.len() });
            return all;
        }
        let end = end_of_open_text(text, start, cursor);
        if end > start {
            let kind = if text[start..].starts_with('#') { TokenKind::Stray } else { TokenKind::Text };
            all.push(Token { kind, start, end });
        }
        from = end.max(start + text[start..].chars().next().map_or(1, char::len_utf8));
        if from >= text.len() {
            return all;
        }
    }
}

fn line_of(text: &str, start: usize) -> usize {
    text[start..].find('\n').map_or(text.len(), |at| start + at)
}

/// Where a text without its closing quote ends: with its line, without the brackets that close what it stands in, but not
/// before the cursor, if that is in it.
fn end_of_open_text(text: &str, start: usize, cursor: usize) -> usize {
    let line = start..line_of(text, start);
    let end = start + text[line.clone()].trim_end_matches([' ', '\t', '\r', ',', ')', ']', '}']).len();
    if line.contains(&cursor) || line.end == cursor { end.max(cursor) } else { end }
}

struct Reader<'t> {
    text: &'t str,
    tokens: &'t [Token],
    at: usize,
    /// The brackets around the present place, outermost first.
    open: Vec<Bracket>,
    unclosed: Vec<usize>,
}

impl Reader<'_> {
    fn peek(&mut self) -> Option<Token> {
        while self.tokens.get(self.at).is_some_and(|token| {
            token.is_comment() || matches!(token.kind, TokenKind::Attribute | TokenKind::Stray)
        }) {
            self.at += 1;
        }
        self.tokens.get(self.at).copied()
    }

    /// Whether the next word is of this kind and a colon follows it.
    fn is_key(&mut self, kind: TokenKind) -> bool {
        let is_here = self.peek().is_some_and(|token| token.kind == kind);
        let mut after =
            self.tokens[self.at.min(self.tokens.len())..].iter().skip(1).filter(|token| !token.is_comment());
        is_here && after.next().is_some_and(|token| token.kind == TokenKind::Colon)
    }

    fn root(&mut self) -> Value {
        while let Some(token) = self.peek() {
            if let Some(root) = self.value() {
                return root;
            }
            debug_assert!(self.tokens.get(self.at).is_some_and(|next| next.start == token.start));
            self.at += 1;
        }
        self.nothing(self.text.len())
    }

    /// A value that is not there.
    fn nothing(&self, at: usize) -> Value {
        Value { span: at..at, name: None, kind: Kind::Name, entries: Vec::new() }
    }

    /// The value that begins here, if one does.
    fn value(&mut self) -> Option<Value> {
        let token = self.peek()?;
        let simple = |kind| Value { span: token.range(), name: None, kind, entries: Vec::new() };
        let value = match token.kind {
            TokenKind::Text => simple(Kind::Text),
            TokenKind::Char => simple(Kind::Char),
            TokenKind::Number => simple(Kind::Number),
            TokenKind::Open(bracket) => {
                self.at += 1;
                return Some(self.group(token, token.start, bracket));
            }
            TokenKind::Name => {
                self.at += 1;
                return Some(match self.peek() {
                    Some(open) if open.kind == TokenKind::Open(Bracket::Round) => {
                        self.at += 1;
                        let group = self.group(open, token.start, Bracket::Round);
                        Value { name: Some(token.range()), ..group }
                    }
                    _ => Value { name: Some(token.range()), ..simple(Kind::Name) },
                });
            }
            _ => return None,
        };
        self.at += 1;
        Some(value)
    }

    /// The group of an opening bracket that was taken; the value begins at `start`.
    fn group(&mut self, open: Token, start: usize, bracket: Bracket) -> Value {
        let kind = match bracket {
            Bracket::Round => Kind::Round,
            Bracket::Square => Kind::Square,
            Bracket::Curly => Kind::Curly,
        };
        if self.open.len() >= MAX_DEPTH {
            return Value { span: start..open.end, name: None, kind, entries: Vec::new() };
        }
        self.open.push(bracket);
        let (entries, end) = self.entries(bracket);
        self.open.pop();
        let end = match end {
            End::Closed(end) => end,
            End::Open(end) => {
                self.unclosed.push(start);
                end
            }
        };
        Value { span: start..end.max(open.end), name: None, kind, entries }
    }

    fn entries(&mut self, bracket: Bracket) -> (Vec<Entry>, End) {
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let Some(token) = self.peek() else { return (entries, End::Open(self.text.len())) };
            match token.kind {
                TokenKind::Close(close) if close == bracket => {
                    self.at += 1;
                    return (entries, End::Closed(token.end));
                }
                TokenKind::Close(close) if self.open.contains(&close) => {
                    return (entries, End::Open(token.start));
                }
                _ if self.is_of_another(bracket) => return (entries, End::Open(token.start)),
                _ => match self.entry(bracket) {
                    Some(entry) => entries.push(entry),
                    None => self.at += 1,
                },
            }
        }
    }

    /// Whether a key stands here that can only belong to something farther out.
    fn is_of_another(&mut self, bracket: Bracket) -> bool {
        let (wanted, kind) = match bracket {
            Bracket::Round => (Bracket::Curly, TokenKind::Text),
            Bracket::Square => (Bracket::Round, TokenKind::Name),
            Bracket::Curly => return false,
        };
        self.open.contains(&wanted) && self.is_key(kind)
    }

    fn entry(&mut self, bracket: Bracket) -> Option<Entry> {
        let first = self.value()?;
        let colon = self.peek().filter(|token| token.kind == TokenKind::Colon && bracket != Bracket::Square);
        let (key, value) = match colon {
            None => (None, first),
            Some(colon) => {
                self.at += 1;
                let is_next_key = self.is_key(TokenKind::Name) || self.is_key(TokenKind::Text);
                let value = if is_next_key { None } else { self.value() };
                (Some(first.span), value.unwrap_or_else(|| self.nothing(colon.end)))
            }
        };
        let comma = self.peek().filter(|token| token.kind == TokenKind::Comma);
        self.at += usize::from(comma.is_some());
        let start = key.as_ref().map_or(value.span.start, |key| key.start);
        Some(Entry { span: start..value.span.end, key, value, comma: comma.map(|token| token.start) })
    }
}

/// Where a group ends, and whether its bracket says so.
enum End {
    Closed(usize),
    Open(usize),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::text::scan;

    /// The tree with names and brackets, `~` where a bracket is missing.
    fn shown(lenient: &Lenient<'_>, value: &Value) -> String {
        let text = lenient.document.text;
        if !value.is_group() {
            return text[value.span.clone()].to_owned();
        }
        let name = value.name.as_ref().map_or("", |name| &text[name.clone()]);
        let entries = value.entries.iter().map(|entry| {
            let inner = shown(lenient, &entry.value);
            entry.key.as_ref().map_or(inner.clone(), |key| format!("{}:{inner}", &text[key.clone()]))
        });
        let mark = if lenient.unclosed.contains(&value.span.start) { "~" } else { "" };
        let (open, close) = match value.kind {
            Kind::Square => ("[", "]"),
            Kind::Curly => ("{", "}"),
            _ => ("(", ")"),
        };
        format!("{name}{open}{}{mark}{close}", entries.collect::<Vec<_>>().join(","))
    }

    #[test]
    fn what_is_broken_loses_little_else() {
        let table = [
            ("", ""),
            ("(a: 1", "(a:1~)"),
            ("(a: , b: 2)", "(a:,b:2)"),
            ("(a: b: 2)", "(a:,b:2)"),
            ("(a: [1, 2, b: 3)", "(a:[1,2~],b:3)"),
            ("(n: {\"a\": S(x: 1,\n \"b\": T(y: 2)}, m: 3)", "(n:{\"a\":S(x:1~),\"b\":T(y:2)},m:3)"),
            ("(n: {\"a\": S(x: [C(E(1), }, m: 3)", "(n:{\"a\":S(x:[C(E(1)~)~]~)},m:3)"),
            ("(a: F(b: \"x),\n c: \"y\")", "(a:F(b:\"x),c:\"y\")"),
            ("(a: 1)) ] b", "(a:1)"),
            ("]) (a: 1)", "(a:1)"),
            ("(a 1 b: 2 ; c: 3)", "(a,1,b:2,c:3)"),
            ("(a: 1 /* never", "(a:1~)"),
            ("(a: r#\"x", "(a:r#\"x~)"),
        ];
        for (text, expected) in table {
            let tree = lenient(text, 0);
            assert_eq!(shown(&tree, &tree.document.root), expected, "{text}");
        }
    }

    #[test]
    fn a_sound_text_has_its_tree() {
        let text = include_str!("../../../tests/data/sound.ron");
        let (tree, sound) = (lenient(text, 0), scan(text).unwrap());
        assert!(tree.unclosed.is_empty());
        assert_eq!(format!("{:?}", tree.document.root), format!("{:?}", sound.root));
    }
}
