//! The folder of a sweep: its manifest, a part for each finished case, the results, and the log.
//!
//! ## Invariant: what stands there is whole
//! Every file is written under another name and renamed, so a process that is killed leaves finished cases and nothing
//! else. A part that is not whole all the same, after a power cut for example, counts as not there.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::log::Log;
use super::manifest::Manifest;
use super::table::beginning;
use crate::csv::records;
use crate::exit::Failure;
use crate::output::{TEMPORARY, write_file};

const MANIFEST: &str = "manifest.json";
const PARTS: &str = "parts";
const LOG: &str = "run.log";

/// A folder and what it is to hold.
pub struct Folder {
    path: PathBuf,
    /// What defines its results.
    pub manifest: Manifest,
}

impl Folder {
    /// Makes a folder for these results, or goes on with one that was made for the same ones. Refuses a folder that holds
    /// anything else, and changes nothing there.
    pub fn open(path: &Path, manifest: Manifest) -> Result<(Folder, Log), Failure> {
        refuse_another(path, &manifest)?;
        let parts = path.join(PARTS);
        fs::create_dir_all(&parts).map_err(|error| {
            Failure::usage(format!("`{}` cannot be made: {error}", parts.display()))
                .with_help("name a folder that you may write to with `--out`")
        })?;
        let log = Log::open(&path.join(LOG))?;
        // Another command may have been faster; from here on the log's lock keeps others away.
        refuse_another(path, &manifest)?;
        sweep_up(path);
        sweep_up(&parts);
        write_file(&path.join(MANIFEST), manifest.text().as_bytes())?;
        Ok((Folder { path: path.to_owned(), manifest }, log))
    }

    /// The folder of a sweep that was made before.
    pub fn existing(path: &Path) -> Result<Folder, Failure> {
        let manifest = found(path)?.ok_or_else(|| {
            Failure::usage(format!("`{}` holds no sweep", path.display()))
                .with_help("name folders that `escala sweep --shard i/n --out DIR` wrote")
        })?;
        Ok(Folder { path: path.to_owned(), manifest })
    }

    /// A file in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// What the user calls it.
    pub fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// The rows of a finished case; none if it is not finished.
    pub fn part(&self, number: u32) -> Option<String> {
        let text = fs::read_to_string(self.part_path(number)).ok()?;
        let last = if text.ends_with('\n') { records(&text).last()? } else { return None };
        let is_whole = text.starts_with(&beginning(number, 1))
            && last.starts_with(&beginning(number, self.manifest.replications));
        is_whole.then_some(text)
    }

    /// Keeps the rows of a finished case.
    pub fn keep(&self, number: u32, rows: &str) -> Result<(), Failure> {
        write_file(&self.part_path(number), rows.as_bytes())
    }

    /// The cases that belong here and are not finished.
    pub fn unfinished(&self) -> Vec<u32> {
        let numbers = self.manifest.numbers().into_iter();
        numbers.filter(|number| self.part(*number).is_none()).collect()
    }

    fn part_path(&self, number: u32) -> PathBuf {
        self.path.join(PARTS).join(format!("{number:06}.csv"))
    }
}

/// Refuses a folder that holds other results than these.
fn refuse_another(path: &Path, manifest: &Manifest) -> Result<(), Failure> {
    let Some(found) = found(path)? else { return Ok(()) };
    let difference = found.difference(manifest).or_else(|| {
        let is_same_part = found.shard == manifest.shard;
        (!is_same_part).then_some("another shard").or((found != *manifest).then_some("other files"))
    });
    let Some(difference) = difference else { return Ok(()) };
    let message = format!("`{}` holds the results of another sweep: {difference}", path.display());
    let help = "name another folder with `--out`, or take this one away; nothing was changed in it";
    Err(Failure::usage(message).with_help(help))
}

/// The manifest of a folder; none if there is no folder or nothing in it.
fn found(path: &Path) -> Result<Option<Manifest>, Failure> {
    let refused =
        |why: String, help: &str| Failure::usage(format!("`{}` {why}", path.display())).with_help(help);
    match fs::read_to_string(path.join(MANIFEST)) {
        Ok(text) => match serde_json::from_str(&text) {
            Ok(manifest) => Ok(Some(manifest)),
            Err(error) => Err(refused(
                format!("holds a manifest that this version of escala cannot read: {error}"),
                "name another folder, or use the version that wrote it",
            )),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => match first_stranger(path) {
            None => Ok(None),
            Some(name) => Err(refused(
                format!("is no folder of a sweep: it holds `{name}`"),
                "name a new folder with `--out`",
            )),
        },
        Err(error) => {
            Err(refused(format!("cannot be read: {error}"), "name a folder that you may read and write"))
        }
    }
}

/// A name in the folder that no sweep put there before its manifest.
fn first_stranger(path: &Path) -> Option<String> {
    let names = |path: &Path| -> Vec<String> {
        let entries = fs::read_dir(path).into_iter().flatten().filter_map(Result::ok);
        let mut names: Vec<_> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.retain(|name| !name.starts_with(TEMPORARY));
        names.sort();
        names
    };
    let stranger = names(path).into_iter().find(|name| name != PARTS && name != LOG);
    // Parts come after the manifest: without it nobody knows of what they are.
    stranger.or_else(|| names(&path.join(PARTS)).first().map(|name| format!("{PARTS}/{name}")))
}

/// Takes away what a killed process was writing.
fn sweep_up(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    for entry in entries {
        if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
            // What stays is in nobody's way.
            let _ = fs::remove_file(entry.path());
        }
    }
}
