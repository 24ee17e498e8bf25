//! The page of the explorer: its files, as they were built into the command or as they lie in a folder.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use crate::exit::Failure;

pub mod reply;

include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// What a page opens with; without it a folder holds no page.
const FIRST: &str = "index.html";

/// All files of a page, in memory: what is not among them cannot be asked for.
pub struct Page {
    files: Vec<(Cow<'static, str>, Cow<'static, [u8]>)>,
}

impl Page {
    /// The page that was built into the command.
    pub fn built_in() -> Result<Page, Failure> {
        Page::of(BUILT_IN)
    }

    fn of(files: &[(&'static str, &'static [u8])]) -> Result<Page, Failure> {
        let files = files.iter().map(|&(path, bytes)| (Cow::Borrowed(path), Cow::Borrowed(bytes)));
        let page = Page { files: files.collect() };
        if page.file(FIRST).is_some() {
            return Ok(page);
        }
        let failure = Failure::failed("this `escala` was built without the page of the explorer");
        Err(failure.with_help(
            "in the folder of the project, `cargo xtask serve` builds the page and serves it; `cargo xtask dist` makes a \
             command that carries it",
        ))
    }

    /// The page in a folder, as it is now.
    pub fn in_folder(folder: &Path) -> Result<Page, Failure> {
        let mut page = Page { files: Vec::new() };
        page.add_folder(folder, "").map_err(|error| {
            Failure::usage(format!("the page in `{}` cannot be read: {error}", folder.display()))
        })?;
        match page.file(FIRST) {
            Some(_) => Ok(page),
            None => Err(Failure::usage(format!("`{}` has no `{FIRST}`", folder.display()))
                .with_help("name the folder of a built page, such as sim-web/ui/dist")),
        }
    }

    fn add_folder(&mut self, folder: &Path, prefix: &str) -> std::io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                self.add_folder(&entry.path(), &format!("{name}/"))?;
            } else {
                self.files.push((name.into(), fs::read(entry.path())?.into()));
            }
        }
        Ok(())
    }

    /// The bytes of a file, by its path in the page.
    pub fn file(&self, path: &str) -> Option<&[u8]> {
        let (_, bytes) = self.files.iter().find(|(name, _)| name == path)?;
        Some(bytes)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A page of these files.
    pub fn page(files: &[(&'static str, &'static [u8])]) -> Page {
        Page::of(files).expect("it has a first file")
    }

    #[test]
    fn a_command_without_a_page_says_how_to_get_one() {
        let failure = Page::of(&[("assets/index.js", b"")]).err().expect("there is no page");
        let text = failure.to_string();
        assert!(text.contains("without the page") && text.contains("`cargo xtask serve`"), "{text}");
    }
}
