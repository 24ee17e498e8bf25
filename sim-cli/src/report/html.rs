//! A report as one page of HTML that needs nothing else: no script, no network, no fonts of its own.
//!
//! ## Invariant: whatever users wrote comes out as text
//! Every text goes through [`escaped`]; only pictures, which escape by themselves, are put in as they are.

use std::fmt::Write;

use super::document::{Block, Cell, Document, Figure, Head, Number, Part, Section, Table, Tone};
use crate::plot;

const STYLE: &str = include_str!("../../assets/report.css");

/// Forbids the page to ask anybody for anything.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// Longer texts keep some width in a table on a narrow screen.
const LONG: usize = 20;

/// The whole page.
pub fn html(document: &Document) -> String {
    let mut page = Page { out: String::new(), pictures: 0 };
    page.document(document);
    page.out
}

/// A text as HTML shows it.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // No page may hold these.
            letter if letter.is_control() && !"\n\t".contains(letter) => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
    out
}

/// The same, with what stands between backticks as code.
fn with_code(text: &str) -> String {
    super::with_code(text, &escaped, &|code| format!("<code>{}</code>", escaped(code)))
}

fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "good",
        Tone::Bad => "bad",
        Tone::Doubtful => "doubt",
        Tone::Faint => "faint",
        Tone::Plain => "",
    }
}

/// A page in making.
struct Page {
    out: String,
    /// How many there are so far: what is referred to by name in a picture has to have another name in each.
    pictures: u32,
}

impl Page {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn document(&mut self, document: &Document) {
        let title = escaped(&document.title);
        self.put("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">");
        self.put("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        self.put(&format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">"));
        self.put(&format!("<meta name=\"generator\" content=\"escala {}\">", env!("CARGO_PKG_VERSION")));
        // Browsers ask for an icon unless they are given one.
        self.put("<link rel=\"icon\" href=\"data:,\">");
        self.put(&format!("<title>{title}</title>\n<style>\n{STYLE}</style>"));
        self.put(plot::style_of_dark().trim_end());
        self.put("</head>\n<body>");
        match document.parts.as_slice() {
            [part] => {
                self.put("<header>");
                self.put(&format!("<h1>{title}</h1>"));
                self.opening(part);
                self.put("</header>\n<main>");
                part.sections.iter().for_each(|section| self.section(section, 2));
            }
            parts => {
                self.put(&format!("<header>\n<h1>{title}</h1>"));
                self.put("<nav aria-label=\"Contents\">\n<ul>");
                for (number, part) in (1..).zip(parts) {
                    let (title, kind) = (escaped(&part.title), escaped(&part.kind));
                    self.put(&format!("<li><a href=\"#part-{number}\">{title}</a> · {kind}</li>"));
                }
                self.put("</ul>\n</nav>\n</header>\n<main>");
                for (number, part) in (1..).zip(parts) {
                    self.put(&format!("<section class=\"part\" id=\"part-{number}\">"));
                    self.put(&format!("<h2>{}</h2>", escaped(&part.title)));
                    self.opening(part);
                    part.sections.iter().for_each(|section| self.section(section, 3));
                    self.put("</section>");
                }
            }
        }
        self.put("</main>\n<footer>");
        self.put(&format!("<p>{}</p>", escaped(&super::colophon())));
        self.put("</footer>\n</body>\n</html>");
    }

    fn opening(&mut self, part: &Part) {
        self.put(&format!("<p class=\"kind\">{}</p>", escaped(&part.kind)));
        self.blocks(&part.opening);
    }

    fn section(&mut self, section: &Section, level: u32) {
        self.put(&format!("<section>\n<h{level}>{}</h{level}>", escaped(&section.title)));
        self.blocks(&section.blocks);
        self.put("</section>");
    }

    fn blocks(&mut self, blocks: &[Block]) {
        blocks.iter().for_each(|block| self.block(block));
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Question(text) => self.put(&format!("<p class=\"question\">{}</p>", with_code(text))),
            Block::Words(text) => self.put(&format!("<p>{}</p>", with_code(text))),
            Block::Aside(text) => self.put(&format!("<p class=\"aside\">{}</p>", with_code(text))),
            Block::Note(tone, text) => {
                let mark = super::mark(*tone);
                self.put(&format!("<p class=\"message {}\">{mark}{}</p>", class(*tone), with_code(text)));
            }
            Block::Numbers(numbers) => self.numbers(numbers),
            Block::Facts(facts) => {
                self.put("<dl class=\"facts\">");
                for (name, what) in facts {
                    self.put(&format!("<dt>{}</dt><dd>{}</dd>", escaped(name), with_code(what)));
                }
                self.put("</dl>");
            }
            Block::Table(table) => self.table(table),
            Block::Figure(figure) => self.figure(figure),
            Block::Code { text, .. } => {
                self.put(&format!(
                    "<pre tabindex=\"0\"><code>{}</code></pre>",
                    escaped(text.trim_end_matches('\n'))
                ));
            }
            Block::Folded(summary, blocks) => {
                self.put(&format!("<details>\n<summary>{}</summary>", with_code(summary)));
                self.blocks(blocks);
                self.put("</details>");
            }
        }
    }

    fn numbers(&mut self, numbers: &[Number]) {
        self.put("<dl class=\"numbers\">");
        for Number { name, value, beside, tone } in numbers {
            let (class, value) = (class(*tone), escaped(value));
            let mut text =
                format!("<div><dt>{}</dt><dd class=\"value {class}\">{value}</dd>", with_code(name));
            if !beside.is_empty() {
                // Writing to a string cannot fail.
                let _ = write!(text, "<dd class=\"beside\">{}</dd>", with_code(beside));
            }
            self.put(&(text + "</div>"));
        }
        self.put("</dl>");
    }

    /// What is wider than the page scrolls in a box of its own, also by the keyboard.
    fn boxed(&mut self, label: &str, content: &str) {
        let label = escaped(label);
        self.put(&format!("<div class=\"box\" role=\"region\" aria-label=\"{label}\" tabindex=\"0\">"));
        self.put(content);
        self.put("</div>");
    }

    fn table(&mut self, table: &Table) {
        let heads = table.heads.iter().map(|Head { text, is_number }| {
            let class = if *is_number { " class=\"number\"" } else { "" };
            format!("<th scope=\"col\"{class}>{}</th>", escaped(text))
        });
        let mut text = format!(
            "<table>\n<caption><span>{}</span></caption>\n<thead><tr>{}</tr></thead>\n<tbody>\n",
            with_code(&table.caption),
            heads.collect::<String>()
        );
        for row in &table.rows {
            let cells = row.iter().zip(&table.heads).enumerate();
            let cells: String = cells.map(|(place, (one, head))| cell(one, head, place == 0)).collect();
            text.push_str(&format!("<tr>{cells}</tr>\n"));
        }
        self.boxed(&table.caption.replace('`', ""), &(text + "</tbody>\n</table>"));
    }

    fn figure(&mut self, figure: &Figure) {
        self.pictures += 1;
        let name = format!("picture-{}-", self.pictures);
        let picture = figure
            .inline
            .replace(" id=\"", &format!(" id=\"{name}"))
            .replace("url(#", &format!("url(#{name}"));
        let is_graph = picture.contains("class=\"escala-graph\"");
        self.put(if is_graph { "<figure class=\"graph\">" } else { "<figure>" });
        self.boxed(&figure.caption.replace('`', ""), picture.trim_end());
        self.put(&format!("<figcaption>{}</figcaption>\n</figure>", with_code(&figure.caption)));
    }
}

fn cell(cell: &Cell, head: &Head, is_first: bool) -> String {
    let mut classes = vec![if head.is_number { "number" } else { "words" }];
    if cell.text.chars().count() > LONG {
        classes.push("long");
    }
    if cell.share.is_some() {
        classes.push("drawn");
    }
    classes.push(class(cell.tone));
    let classes = classes.join(" ");
    let share = cell.share.map(|share| format!(" style=\"--share: {:.1}%\"", share * 100.0));
    let share = share.unwrap_or_default();
    let beside = if cell.beside.is_empty() {
        String::new()
    } else {
        format!("<small>{}</small>", escaped(&cell.beside))
    };
    let text = with_code(&cell.text);
    let classes = classes.trim_end();
    if is_first {
        format!("<th scope=\"row\" class=\"{classes}\">{text}{beside}</th>")
    } else {
        format!("<td class=\"{classes}\"{share}>{text}{beside}</td>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_users_write_comes_out_as_text() {
        assert_eq!(escaped("<b a='\"'>&\u{1}"), "&lt;b a=&#39;&quot;&#39;&gt;&amp;\u{fffd}");
        assert_eq!(with_code("`a<b` and <i>"), "<code>a&lt;b</code> and &lt;i&gt;");
        assert_eq!(with_code("a ` alone"), "a ` alone");
    }

    #[test]
    fn names_inside_of_pictures_are_told_apart() {
        let figure = || {
            Block::Figure(Figure {
                name: "graph".to_owned(),
                inline: "<svg><marker id=\"head\"/><path marker-end=\"url(#head)\"/></svg>".to_owned(),
                alone: String::new(),
                caption: "who calls whom".to_owned(),
            })
        };
        let mut page = Page { out: String::new(), pictures: 0 };
        page.blocks(&[figure(), figure()]);
        for name in ["picture-1-head", "picture-2-head"] {
            assert_eq!(page.out.matches(&format!("id=\"{name}\"")).count(), 1, "{}", page.out);
            assert_eq!(page.out.matches(&format!("url(#{name})")).count(), 1, "{}", page.out);
        }
    }
}
