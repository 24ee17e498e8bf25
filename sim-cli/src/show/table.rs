//! Tables whose columns stand straight: words to the left, numbers to the right.

use crate::terminal::{Style, Tone};

/// A cell: its text and, if it should stand out, its tone.
#[derive(Clone, PartialEq, Debug)]
pub struct Cell {
    text: String,
    tone: Option<Tone>,
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell { text, tone: None }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        text.to_owned().into()
    }
}

impl Cell {
    /// A cell that stands out.
    pub fn toned(tone: Tone, text: impl Into<String>) -> Cell {
        Cell { text: text.into(), tone: Some(tone) }
    }
}

/// On which side a column stands straight.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// For words.
    Left,
    /// For numbers.
    Right,
}

/// A table under construction.
#[derive(Clone, Debug)]
pub struct Table {
    heads: Vec<(&'static str, Side)>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table with these columns; those that stay empty are left out.
    pub fn new(heads: &[(&'static str, Side)]) -> Table {
        Table { heads: heads.to_vec(), rows: Vec::new() }
    }

    /// Adds a row; cells that are missing at its end are empty.
    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// The lines of the table, indented by two blanks.
    pub fn render(&self, style: Style) -> String {
        let plain: Vec<Vec<(String, Option<Tone>)>> = self
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| (style.plain(&cell.text), cell.tone)).collect())
            .collect();
        let widths: Vec<Option<usize>> = self
            .heads
            .iter()
            .enumerate()
            .map(|(column, (head, _))| {
                let cells = || plain.iter().filter_map(|row| row.get(column));
                let widest = cells().map(|(text, _)| text.chars().count()).max().unwrap_or(0);
                (widest > 0).then_some(widest.max(style.plain(head).chars().count()))
            })
            .collect();
        let mut lines = String::new();
        let heads: Vec<(String, Option<Tone>)> =
            self.heads.iter().map(|(head, _)| (style.plain(head), Some(Tone::Faint))).collect();
        let has_heads = self.heads.iter().any(|(head, _)| !head.is_empty());
        for row in has_heads.then_some(&heads).into_iter().chain(&plain) {
            lines.push_str(self.line(row, &widths, style).trim_end());
            lines.push('\n');
        }
        lines
    }

    fn line(&self, row: &[(String, Option<Tone>)], widths: &[Option<usize>], style: Style) -> String {
        let mut line = String::new();
        let nothing = (String::new(), None);
        for (column, (_, side)) in self.heads.iter().enumerate() {
            let Some(width) = widths[column] else { continue };
            let (text, tone) = row.get(column).unwrap_or(&nothing);
            let blanks = " ".repeat(width.saturating_sub(text.chars().count()));
            let painted = tone.map_or_else(|| text.clone(), |tone| style.paint(tone, text));
            line.push_str("  ");
            match side {
                Side::Left => line.extend([painted, blanks]),
                Side::Right => line.extend([blanks, painted]),
            }
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_straight_and_empty_ones_are_left_out() {
        let mut table = Table::new(&[("node", Side::Left), ("empty", Side::Left), ("p99", Side::Right)]);
        table.row(vec!["app".into(), "".into(), "1.00µs".into()]);
        table.row(vec!["database".into(), "".into(), Cell::toned(Tone::Bad, "12ms")]);
        table.row(vec!["x".into()]);
        let expected = "  node         p99\n  app       1.00us\n  database    12ms\n  x\n";
        assert_eq!(table.render(Style::PLAIN), expected);
        let coloured = table.render(Style { has_colour: true, has_unicode: true });
        assert!(coloured.contains("  \u{1b}[1;31m12ms\u{1b}[0m\n"), "{coloured:?}");
    }
}
