//! The file of goldens: what each model and case gave before, one line each: `path case events digest`.
//!
//! Paths are relative to the file; `-` stands for the scenario as it stands. A changed line is a changed result.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use sim_core::report::claim::BASE;

use crate::exit::Failure;
use crate::output::write_file;

const FILE_NAME: &str = "goldens.txt";
const NO_CASE: &str = "-";

/// What a run gave.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Golden {
    /// The case, or [`BASE`].
    pub case: String,
    /// Model events.
    pub events: u64,
    /// The digest.
    pub digest: String,
}

/// Events and digest, by model and case.
type Lines = BTreeMap<(String, String), (u64, String)>;

/// The file and what is learnt of it during a test.
#[derive(Clone, Debug)]
pub struct Goldens {
    path: PathBuf,
    is_blessing: bool,
    lines: Lines,
    seen: BTreeSet<String>,
}

impl Goldens {
    /// Reads the file that is named, or else the one in a folder under test, if there is one or one is to be written.
    pub fn find(
        named: Option<&Path>,
        tested: &[PathBuf],
        is_blessing: bool,
    ) -> Result<Option<Goldens>, Failure> {
        let beside = || {
            let folders = tested.iter().filter(|path| path.is_dir());
            let files: Vec<PathBuf> = folders.map(|folder| folder.join(FILE_NAME)).collect();
            files.iter().find(|file| file.exists()).or(files.first().filter(|_| is_blessing)).cloned()
        };
        let Some(path) = named.map(Path::to_owned).or_else(beside) else {
            return match is_blessing {
                true => Err(Failure::usage("there is no file of goldens to write")
                    .with_help("name it with `--goldens`, or test a folder")),
                false => Ok(None),
            };
        };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if is_blessing && error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                let message = format!("`{}` cannot be read: {error}", path.display());
                return Err(Failure::usage(message).with_help("`--bless` writes it"));
            }
        };
        let lines = parse(&text).map_err(|line| {
            Failure::usage(format!("line {line} of `{}` is not `path case events digest`", path.display()))
                .with_help("`--bless` writes the file anew")
        });
        let lines = if is_blessing { lines.unwrap_or_default() } else { lines? };
        Ok(Some(Goldens { path, is_blessing, lines, seen: BTreeSet::new() }))
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What differs between the runs of `model` and the file; when blessing, the runs become what the file says.
    pub fn compare(&mut self, model: &Path, runs: &[Golden]) -> Vec<String> {
        let name = self.name_of(model);
        self.seen.insert(name.clone());
        if self.is_blessing {
            self.lines.retain(|(path, _), _| *path != name);
            for run in runs {
                self.lines.insert((name.clone(), run.case.clone()), (run.events, run.digest.clone()));
            }
            return Vec::new();
        }
        let mut problems = Vec::new();
        for run in runs {
            let of_case = if run.case == BASE { String::new() } else { format!(" @ {}", run.case) };
            match self.lines.get(&(name.clone(), run.case.clone())) {
                None => problems.push(format!("has no golden line{of_case}; `--bless` writes it")),
                Some((events, digest)) if (*events, digest) != (run.events, &run.digest) => {
                    problems.push(format!(
                        "gives {} events and {}{of_case}, not {events} and {digest} as before",
                        run.events, run.digest
                    ));
                }
                Some(_) => {}
            }
        }
        let cases: BTreeSet<&str> = runs.iter().map(|run| run.case.as_str()).collect();
        let of_model =
            self.lines.keys().filter(|(path, case)| *path == name && !cases.contains(case.as_str()));
        problems.extend(
            of_model.map(|(_, case)| format!("has a golden line for `{case}`, which is no case of it")),
        );
        problems
    }

    /// The models under the tested folders that have lines and were not found.
    pub fn orphans(&self, tested: &[PathBuf]) -> Vec<String> {
        let root = self.path.parent().unwrap_or(Path::new(""));
        let folders: Vec<PathBuf> = tested.iter().filter(|path| path.is_dir()).cloned().collect();
        let names: BTreeSet<&String> = self.lines.keys().map(|(path, _)| path).collect();
        names
            .into_iter()
            .filter(|name| !self.seen.contains(*name))
            .map(|name| root.join(name))
            .filter(|path| folders.iter().any(|folder| path.starts_with(folder)))
            .map(|path| path.display().to_string())
            .collect()
    }

    /// Writes the file; with `only_seen` it keeps nothing of models that were not tested.
    pub fn write(&self, only_seen: bool) -> Result<(), Failure> {
        let kept = self.lines.iter().filter(|((path, _), _)| !only_seen || self.seen.contains(path));
        let line = |((path, case), (events, digest)): (&(String, String), &(u64, String))| {
            let case = if case == BASE { NO_CASE } else { case };
            let digest = if digest.is_empty() { NO_CASE } else { digest };
            format!("{path} {case} {events} {digest}\n")
        };
        let text: String = kept.map(line).collect();
        write_file(&self.path, text.as_bytes())
    }

    /// A model as the file names it.
    fn name_of(&self, model: &Path) -> String {
        let root = self.path.parent().unwrap_or(Path::new(""));
        let plain = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let root = plain(if root == Path::new("") { Path::new(".") } else { root });
        let model = plain(model);
        let relative = model.strip_prefix(&root).unwrap_or(&model);
        let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
        parts.join("/")
    }
}

/// The lines, or the number of the first that is none.
fn parse(text: &str) -> Result<Lines, usize> {
    let mut lines = BTreeMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let [path, case, events, digest] = words[..] else { return Err(number) };
        let events = events.parse().map_err(|_| number)?;
        let case = if case == NO_CASE { BASE } else { case };
        let digest = if digest == NO_CASE { "" } else { digest };
        lines.insert((path.to_owned(), case.to_owned()), (events, digest.to_owned()));
    }
    Ok(lines)
}
