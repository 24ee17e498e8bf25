//! What a report consists of, whatever it is written as: parts, sections, and blocks of words, numbers and pictures.
//!
//! ## Invariant: texts are plain
//! Nothing here is markup: names, comments and claims stand here as users wrote them, and whoever writes a document
//! escapes all of them. In the text of a paragraph, a note or an item, words between backticks are code.

/// Whether something is good or bad news.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// Neither.
    Plain,
    /// It holds.
    Good,
    /// It deserves a look.
    Doubtful,
    /// It does not hold.
    Bad,
    /// It matters less.
    Faint,
}

/// A report.
pub struct Document {
    /// What all of it is about.
    pub title: String,
    /// One for each input.
    pub parts: Vec<Part>,
}

/// What is told of one input.
pub struct Part {
    /// The scenario and its case, or what was compared or swept.
    pub title: String,
    /// What it is, in a few words: `one run`.
    pub kind: String,
    /// What comes first: the question, and what makes the numbers wrong or incomplete.
    pub opening: Vec<Block>,
    /// The rest.
    pub sections: Vec<Section>,
}

/// Blocks below a heading.
pub struct Section {
    /// The heading.
    pub title: String,
    /// What stands below it.
    pub blocks: Vec<Block>,
}

impl Section {
    /// A section, if there is anything to tell.
    pub fn of(title: &str, blocks: Vec<Block>) -> Option<Section> {
        (!blocks.is_empty()).then(|| Section { title: title.to_owned(), blocks })
    }
}

/// Something that stands below what came before.
pub enum Block {
    /// The question that the input answers.
    Question(String),
    /// A paragraph.
    Words(String),
    /// A paragraph that matters less.
    Aside(String),
    /// Something that a reader has to know, good or bad.
    Note(Tone, String),
    /// The numbers that are read first.
    Numbers(Vec<Number>),
    /// Names, and what they stand for.
    Facts(Vec<(String, String)>),
    /// Numbers in rows.
    Table(Table),
    /// A picture.
    Figure(Figure),
    /// Text of a scenario or a command, to be copied.
    Code {
        /// What it is: `sh` or `ron`.
        language: &'static str,
        /// As it stands there.
        text: String,
    },
    /// What most readers do not want to see.
    Folded(String, Vec<Block>),
}

/// A number that is read first.
pub struct Number {
    /// Of what it is.
    pub name: String,
    /// The number with its unit.
    pub value: String,
    /// How sure it is, or what it is beside; may be empty.
    pub beside: String,
    /// Whether it is good or bad news.
    pub tone: Tone,
}

/// A table; the first cell of a row is the row's heading.
pub struct Table {
    /// What it is of.
    pub caption: String,
    /// Above its columns.
    pub heads: Vec<Head>,
    /// As many cells in each as there are heads.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Without columns in which nothing stands.
    pub fn without_empty_columns(mut self) -> Table {
        for place in (0..self.heads.len()).rev() {
            if self.rows.iter().all(|row| row[place].text.is_empty()) {
                self.heads.remove(place);
                self.rows.iter_mut().for_each(|row| drop(row.remove(place)));
            }
        }
        self
    }
}

/// The heading of a column.
pub struct Head {
    /// The heading.
    pub text: String,
    /// Whether numbers stand below it, which are set to the right.
    pub is_number: bool,
}

/// The heading of a column of words.
pub fn word(text: &str) -> Head {
    Head { text: text.to_owned(), is_number: false }
}

/// The heading of a column of numbers.
pub fn number(text: &str) -> Head {
    Head { text: text.to_owned(), is_number: true }
}

/// A cell of a table.
pub struct Cell {
    /// What stands in it.
    pub text: String,
    /// What stands below that, smaller.
    pub beside: String,
    /// Whether it is good or bad news.
    pub tone: Tone,
    /// A share of one that is drawn as a bar behind the text.
    pub share: Option<f64>,
}

impl Cell {
    /// A cell that is good or bad news.
    pub fn toned(tone: Tone, text: impl Into<String>) -> Cell {
        Cell { tone, ..Cell::from(text.into()) }
    }

    /// The same with something below it.
    pub fn with(self, beside: impl Into<String>) -> Cell {
        Cell { beside: beside.into(), ..self }
    }

    /// The same with a bar behind it.
    pub fn drawn(self, share: f64) -> Cell {
        Cell { share: Some(share.clamp(0.0, 1.0)), ..self }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell { text, beside: String::new(), tone: Tone::Plain, share: None }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::from(text.to_owned())
    }
}

/// A picture.
pub struct Figure {
    /// What its file is called without ending, where it becomes one.
    pub name: String,
    /// The picture for a page, in which the page's style says how it looks in the dark.
    pub inline: String,
    /// The picture that stands on its own.
    pub alone: String,
    /// What it shows.
    pub caption: String,
}
