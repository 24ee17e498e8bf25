//! A report as Markdown, for where pages are written in it; pictures are files beside it.

use super::document::{Block, Cell, Document, Figure, Head, Number, Part, Section, Table};

/// Where pictures are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pictures {
    /// Beside the text, under their names.
    Beside,
    /// Nowhere: there is only the text.
    LeftOut,
}

/// A document as Markdown, and its pictures by the names of their files, no name twice.
pub fn markdown(document: &Document, pictures: Pictures) -> (String, Vec<(String, &Figure)>) {
    let mut text = Text { out: String::new(), pictures, figures: Vec::new() };
    text.document(document);
    (text.out, text.figures)
}

/// A text as Markdown shows it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '*' | '_' | '[' | ']' | '#' | '|' | '`' | '~' | '!' => {
                out.push('\\');
                out.push(letter);
            }
            '\n' | '\r' => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

/// The same, with what stands between backticks as code.
fn with_code(text: &str) -> String {
    // In a table a bar parts columns also inside of code.
    let code = |code: &str| format!("`{}`", code.replace('|', "\\|").replace(['\n', '\r'], " "));
    super::with_code(text, &escaped, &code)
}

struct Text<'d> {
    out: String,
    pictures: Pictures,
    figures: Vec<(String, &'d Figure)>,
}

impl<'d> Text<'d> {
    /// A block, with an empty line behind it.
    fn put(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push_str("\n\n");
    }

    fn document(&mut self, document: &'d Document) {
        self.put(&format!("# {}", escaped(&document.title)));
        let is_single = document.parts.len() == 1;
        for Part { title, kind, opening, sections } in &document.parts {
            if !is_single {
                self.put(&format!("## {}", escaped(title)));
            }
            self.put(&format!("*{}*", escaped(kind)));
            self.blocks(opening);
            for Section { title, blocks } in sections {
                let level = if is_single { "##" } else { "###" };
                self.put(&format!("{level} {}", escaped(title)));
                self.blocks(blocks);
            }
        }
        self.put(&format!("---\n\n{}", escaped(&super::colophon())));
        self.out.truncate(self.out.trim_end().len());
        self.out.push('\n');
    }

    fn blocks(&mut self, blocks: &'d [Block]) {
        blocks.iter().for_each(|block| self.block(block));
    }

    fn block(&mut self, block: &'d Block) {
        match block {
            Block::Question(text) => self.put(&format!("**{}**", with_code(text))),
            Block::Words(text) | Block::Aside(text) => self.put(&with_code(text)),
            Block::Note(tone, text) => {
                self.put(&format!("> {}{}", escaped(super::mark(*tone)), with_code(text)))
            }
            Block::Numbers(numbers) => {
                let line = |Number { name, value, beside, .. }: &Number| {
                    let beside =
                        if beside.is_empty() { String::new() } else { format!(" ({})", with_code(beside)) };
                    format!("- {}: **{}**{beside}", with_code(name), escaped(value))
                };
                self.put(&numbers.iter().map(line).collect::<Vec<_>>().join("\n"));
            }
            Block::Facts(facts) => {
                let line =
                    |(name, what): &(String, String)| format!("- {}: {}", escaped(name), with_code(what));
                self.put(&facts.iter().map(line).collect::<Vec<_>>().join("\n"));
            }
            Block::Table(table) => self.table(table),
            Block::Figure(figure) => self.figure(figure),
            Block::Code { language, text } => {
                let fence = "`".repeat(longest_run_of_backticks(text).max(2) + 1);
                self.put(&format!("{fence}{language}\n{}\n{fence}", text.trim_end()));
            }
            Block::Folded(summary, blocks) => {
                self.put(&format!("<details><summary>{}</summary>", super::html::escaped(summary)));
                self.blocks(blocks);
                self.put("</details>");
            }
        }
    }

    fn table(&mut self, table: &Table) {
        let heads: Vec<String> = table.heads.iter().map(|head| escaped(&head.text)).collect();
        let sides: Vec<&str> =
            table.heads.iter().map(|Head { is_number, .. }| if *is_number { "--:" } else { "---" }).collect();
        let mut text = format!(
            "{}:\n\n| {} |\n| {} |\n",
            with_code(&table.caption),
            heads.join(" | "),
            sides.join(" | ")
        );
        for row in &table.rows {
            let cell = |cell: &Cell| match cell.beside.as_str() {
                "" => with_code(&cell.text),
                beside => format!("{} ({})", with_code(&cell.text), escaped(beside)),
            };
            text.push_str(&format!("| {} |\n", row.iter().map(cell).collect::<Vec<_>>().join(" | ")));
        }
        self.put(&text);
    }

    fn figure(&mut self, figure: &'d Figure) {
        if self.pictures == Pictures::LeftOut {
            let caption = with_code(figure.caption.trim_end_matches('.'));
            return self.put(&format!("*Picture left out, for there is only this text: {caption}.*"));
        }
        let is_taken = |name: &str| self.figures.iter().any(|(other, _)| other == name);
        let names = std::iter::once(figure.name.clone())
            .chain((2..).map(|number| format!("{}-{number}", figure.name)));
        let name = names.map(|name| format!("{name}.svg")).find(|name| !is_taken(name)).unwrap_or_default();
        let caption = with_code(&figure.caption);
        self.put(&format!("![{}](<{name}>)\n\n*{caption}*", escaped(&figure.caption.replace('`', ""))));
        self.figures.push((name, figure));
    }
}

fn longest_run_of_backticks(text: &str) -> usize {
    text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_users_write_comes_out_as_text() {
        assert_eq!(escaped("a|b <i> *c* [d](e)\nf"), r"a\|b &lt;i&gt; \*c\* \[d\](e) f");
        assert_eq!(with_code("`a_b` a_b"), r"`a_b` a\_b");
        assert_eq!(longest_run_of_backticks("a ``` b ` c"), 3);
    }
}
