//! The canonical layout, for `escala fmt`: words and comments stay as they are, only what is between them changes.
//!
//! A bracket stays on one line if it fits, unless its author began a new line right after it, or it holds a line comment,
//! a blank line or a text of several lines; then each entry gets its own line and a comma. Blank lines are kept, one at a
//! time.

use super::scan::scan;
use super::token::{Bracket, Token, TokenKind};
use crate::diagnostic::Diagnostic;

/// What a line may hold.
const WIDTH: usize = 110;
const INDENT: usize = 4;

/// Lays a text out anew; formatting twice gives the same as formatting once.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let document = scan(text)?;
    let mut reader = Reader { text, tokens: &document.tokens, at: 0 };
    let items = reader.items(None);
    let mut printer = Printer { out: String::with_capacity(text.len()), column: 0 };
    printer.lines(&items, 0, "");
    printer.out.push('\n');
    Ok(printer.out)
}

/// What stands at one level between two brackets, or at the top.
enum Item<'t> {
    /// An entry, its comma left out.
    Entry { pieces: Vec<Piece<'t>>, flat: Option<usize>, place: Place },
    /// A comment that stands between entries.
    Comment { text: &'t str, is_line: bool, place: Place },
}

/// How an item stood to what was before and after it.
#[derive(Clone, Copy)]
struct Place {
    is_on_new_line: bool,
    follows_blank: bool,
    /// For a block comment: it is about the entry that follows on its line.
    leads: bool,
}

/// A part of an entry.
enum Piece<'t> {
    Word(&'t str),
    Colon,
    /// A comment in the middle of an entry.
    Comment {
        text: &'t str,
        is_line: bool,
    },
    /// Brackets; `flat` is the width on one line, if one line is possible.
    Group {
        bracket: Bracket,
        items: Vec<Item<'t>>,
        flat: Option<usize>,
    },
}

impl Piece<'_> {
    fn flat(&self) -> Option<usize> {
        match self {
            Piece::Word(word) => one_line(word),
            Piece::Colon => Some(1),
            Piece::Comment { text, is_line } => {
                if *is_line {
                    None
                } else {
                    one_line(text)
                }
            }
            Piece::Group { flat, .. } => *flat,
        }
    }
}

fn one_line(word: &str) -> Option<usize> {
    (!word.contains('\n')).then(|| word.chars().count())
}

/// Words that stand against each other: all others have a space between them.
fn sticks(before: &Piece<'_>, piece: &Piece<'_>) -> bool {
    matches!(piece, Piece::Colon) || matches!((before, piece), (Piece::Word(_), Piece::Group { .. }))
}

/// The width of pieces on one line, the spaces between them counted.
fn flat_width(pieces: &[Piece<'_>]) -> Option<usize> {
    let spaces = pieces.windows(2).filter(|pair| !sticks(&pair[0], &pair[1])).count();
    pieces.iter().map(Piece::flat).sum::<Option<usize>>().map(|width| width + spaces)
}

/// Builds the items from the words; the shape is known to be sound.
struct Reader<'t, 'd> {
    text: &'t str,
    tokens: &'d [Token],
    at: usize,
}

impl<'t> Reader<'t, '_> {
    /// Reads up to the closing bracket, or to the end.
    fn items(&mut self, close: Option<Bracket>) -> Vec<Item<'t>> {
        let mut items = Vec::new();
        while let Some(token) = self.tokens.get(self.at) {
            match token.kind {
                TokenKind::Close(_) if close.is_some() => break,
                TokenKind::Comma => self.at += 1,
                TokenKind::LineComment | TokenKind::BlockComment => {
                    items.push(Item::Comment {
                        text: self.comment(token),
                        is_line: token.kind == TokenKind::LineComment,
                        place: self.place(),
                    });
                    self.at += 1;
                }
                TokenKind::Attribute
                | TokenKind::Name
                | TokenKind::Text
                | TokenKind::Char
                | TokenKind::Number
                | TokenKind::Open(_)
                | TokenKind::Close(_)
                | TokenKind::Colon
                | TokenKind::Stray => {
                    let place = self.place();
                    let pieces = self.pieces();
                    let flat = flat_width(&pieces);
                    items.push(Item::Entry { pieces, flat, place });
                }
            }
        }
        mark_leading(&mut items);
        items
    }

    /// One entry: up to its last word before a closing bracket, or to its comma, in front of which no line comment
    /// can stay.
    fn pieces(&mut self) -> Vec<Piece<'t>> {
        let mut pieces = Vec::new();
        let mut comments = Vec::new();
        let mut at_end = self.at;
        while let Some(token) = self.tokens.get(self.at) {
            let word = &self.text[token.range()];
            let piece = match token.kind {
                TokenKind::Close(_) => break,
                TokenKind::Comma => {
                    let is_line = |piece: &Piece<'_>| matches!(piece, Piece::Comment { is_line: true, .. });
                    if !comments.iter().any(is_line) {
                        pieces.append(&mut comments);
                        at_end = self.at;
                    }
                    break;
                }
                TokenKind::LineComment | TokenKind::BlockComment => {
                    let is_line = token.kind == TokenKind::LineComment;
                    comments.push(Piece::Comment { text: self.comment(token), is_line });
                    self.at += 1;
                    continue;
                }
                TokenKind::Open(bracket) => self.group(bracket),
                TokenKind::Colon => Piece::Colon,
                TokenKind::Attribute
                | TokenKind::Name
                | TokenKind::Text
                | TokenKind::Char
                | TokenKind::Number
                | TokenKind::Stray => Piece::Word(word),
            };
            self.at += 1;
            pieces.append(&mut comments);
            pieces.push(piece);
            at_end = self.at;
            if token.kind == TokenKind::Attribute {
                break;
            }
        }
        // What is left are comments between entries.
        self.at = at_end;
        pieces
    }

    /// A group, the reader being left on its closing bracket.
    fn group(&mut self, bracket: Bracket) -> Piece<'t> {
        self.at += 1;
        let is_spread = self.tokens.get(self.at).is_some_and(|next| {
            !matches!(next.kind, TokenKind::Close(_)) && self.gap_before(self.at).contains('\n')
        });
        let items = self.items(Some(bracket));
        let flat = if is_spread { None } else { flat_items(&items).map(|width| width + 2) };
        Piece::Group { bracket, items, flat }
    }

    fn place(&self) -> Place {
        let gap = self.gap_before(self.at);
        Place {
            is_on_new_line: gap.contains('\n'),
            follows_blank: gap.matches('\n').count() > 1,
            leads: false,
        }
    }

    /// The white space before a word; a comma counts as part of it.
    fn gap_before(&self, at: usize) -> &'t str {
        let before = self.tokens[..at].iter().rposition(|token| token.kind != TokenKind::Comma);
        let from = before.map_or(0, |before| self.tokens[before].end);
        self.tokens.get(at).map_or("", |token| &self.text[from..token.start])
    }

    fn comment(&self, token: &Token) -> &'t str {
        let text = &self.text[token.range()];
        if token.kind == TokenKind::LineComment { text.trim_end() } else { text }
    }
}

/// A block comment is about the entry that follows it on its line, if nothing but such comments is between them.
fn mark_leading(items: &mut [Item<'_>]) {
    let mut is_followed = false;
    for item in items.iter_mut().rev() {
        let leads = match item {
            Item::Entry { .. } => true,
            Item::Comment { is_line, place, .. } => {
                place.leads = is_followed && !*is_line;
                place.leads
            }
        };
        let (Item::Entry { place, .. } | Item::Comment { place, .. }) = item;
        is_followed = leads && !place.is_on_new_line;
    }
}

/// The width of all items on one line, if they may stand on one.
fn flat_items(items: &[Item<'_>]) -> Option<usize> {
    let mut width = items.len().saturating_sub(1);
    let entries = items.iter().filter(|item| matches!(item, Item::Entry { .. })).count();
    width += entries.saturating_sub(1);
    for (index, item) in items.iter().enumerate() {
        width += match item {
            Item::Entry { place, .. } if index > 0 && place.follows_blank => return None,
            Item::Entry { flat, .. } => (*flat)?,
            Item::Comment { is_line, place, .. } if *is_line || place.is_on_new_line => return None,
            Item::Comment { text, .. } => one_line(text)?,
        };
    }
    Some(width)
}

struct Printer {
    out: String,
    column: usize,
}

impl Printer {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
        self.column = match text.rfind('\n') {
            Some(at) => text[at + 1..].chars().count(),
            None => self.column + text.chars().count(),
        };
    }

    fn new_line(&mut self, indent: usize) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.column = indent;
    }

    /// Each entry on its own line, comments where they stood.
    fn lines(&mut self, items: &[Item<'_>], indent: usize, comma: &str) {
        let mut is_led = false;
        for (index, item) in items.iter().enumerate() {
            let (Item::Entry { place, .. } | Item::Comment { place, .. }) = item;
            let is_comment = matches!(item, Item::Comment { .. });
            let stays =
                is_led || (is_comment && !place.is_on_new_line && !place.leads && !self.out.is_empty());
            if stays {
                self.put(" ");
            } else {
                if place.follows_blank && index > 0 {
                    self.out.push('\n');
                }
                self.new_line(indent);
            }
            match item {
                Item::Entry { pieces, .. } => {
                    self.pieces(pieces, indent);
                    self.put(comma);
                    is_led = false;
                }
                Item::Comment { text, is_line, place } => {
                    self.put(text);
                    is_led = !is_line && place.leads;
                }
            }
        }
    }

    fn pieces(&mut self, pieces: &[Piece<'_>], indent: usize) {
        for (index, piece) in pieces.iter().enumerate() {
            match index.checked_sub(1).map(|before| &pieces[before]) {
                Some(Piece::Comment { is_line: true, .. }) => self.new_line(indent + INDENT),
                Some(before) if !sticks(before, piece) => self.put(" "),
                Some(_) | None => {}
            }
            match piece {
                Piece::Word(word) => self.put(word),
                Piece::Colon => self.put(":"),
                Piece::Comment { text, .. } => self.put(text),
                Piece::Group { bracket, items, .. } => {
                    // What follows it, up to the next bracket or the comma, has to fit behind it.
                    let is_break =
                        |piece: &Piece<'_>| matches!(piece, Piece::Group { .. }) || piece.flat().is_none();
                    let behind =
                        pieces[index + 1..].iter().position(is_break).unwrap_or(pieces.len() - index - 1);
                    let width = flat_width(&pieces[index..=index + behind]);
                    let fits = width.is_some_and(|width| self.column + width < WIDTH);
                    self.group(*bracket, items, indent, fits);
                }
            }
        }
    }

    fn group(&mut self, bracket: Bracket, items: &[Item<'_>], indent: usize, is_flat: bool) {
        let open = match bracket {
            Bracket::Round => "(",
            Bracket::Square => "[",
            Bracket::Curly => "{",
        };
        self.put(open);
        if is_flat {
            self.flat(items, indent);
        } else if !items.is_empty() {
            self.lines(items, indent + INDENT, ",");
            self.new_line(indent);
        }
        let mut close = [0; 4];
        self.put(bracket.close().encode_utf8(&mut close));
    }

    fn flat(&mut self, items: &[Item<'_>], indent: usize) {
        let last = items.iter().rposition(|item| matches!(item, Item::Entry { .. }));
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.put(" ");
            }
            match item {
                Item::Entry { pieces, .. } => {
                    self.pieces(pieces, indent);
                    if Some(index) < last {
                        self.put(",");
                    }
                }
                Item::Comment { text, .. } => self.put(text),
            }
        }
    }
}
