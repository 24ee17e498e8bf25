//! What is read: a scenario from a file or standard input, and the files it names.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::exit::Failure;

/// More than anybody writes as a scenario; a device file is not read for ever.
const LARGEST_SCENARIO: u64 = 16 << 20;
/// More than the longest trace worth replaying.
const LARGEST_DATA: u64 = 1 << 30;

/// A scenario as it was found.
#[derive(Clone, PartialEq, Debug)]
pub struct Source {
    /// As the user named it, for messages.
    pub name: String,
    /// What stands in it.
    pub text: String,
    /// Where the files it names are looked for.
    folder: PathBuf,
}

impl Source {
    /// Reads a file, or standard input for `-`.
    pub fn read(path: &Path) -> Result<Source, Failure> {
        if path.as_os_str() == "-" {
            let text = bounded(std::io::stdin().lock(), LARGEST_SCENARIO)
                .map_err(|why| Failure::usage(format!("standard input {why}")))?;
            return Ok(Source { name: "<stdin>".to_owned(), text, folder: PathBuf::from(".") });
        }
        let name = path.display().to_string();
        if path.is_dir() {
            return Err(Failure::usage(format!("`{name}` is a folder"))
                .with_help("name one scenario in it; `escala test` takes folders"));
        }
        let file = File::open(path).map_err(|error| cannot_read(&name, &error))?;
        let text = bounded(file, LARGEST_SCENARIO)
            .map_err(|why| Failure::usage(format!("`{name}` {why}")).with_help("a scenario is RON text"))?;
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        Ok(Source { name, text, folder })
    }

    /// The same source with another text.
    pub fn with_text(&self, name: String, text: String) -> Source {
        Source { name, text, folder: self.folder.clone() }
    }

    /// Another scenario, named relative to this file.
    pub fn beside(&self, name: &str) -> Result<Source, Failure> {
        Source::read(&self.folder.join(name))
    }

    /// The text of a file that the scenario names, relative to it; none if there is no such text.
    pub fn file(&self, name: &str) -> Option<String> {
        bounded(File::open(self.folder.join(name)).ok()?, LARGEST_DATA).ok()
    }
}

fn cannot_read(name: &str, error: &std::io::Error) -> Failure {
    let failure = Failure::usage(format!("`{name}` cannot be read: {error}"));
    match error.kind() {
        std::io::ErrorKind::NotFound => {
            failure.with_help("`escala new` lists scenarios to start from; `-` reads standard input")
        }
        _ => failure,
    }
}

/// All of `reader` as text, or why not.
fn bounded(reader: impl Read, most: u64) -> Result<String, String> {
    let mut bytes = Vec::new();
    reader.take(most + 1).read_to_end(&mut bytes).map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > most {
        return Err(format!("is larger than {} MiB", most >> 20));
    }
    String::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned())
}
