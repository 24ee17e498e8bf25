//! Where things are written: results to standard output or a file, all else to standard error.

use std::fs;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};

use sim_core::diagnostic::{Diagnostic, Severity};
use tempfile::NamedTempFile;

use crate::exit::Failure;
use crate::terminal::{Style, Tone};

/// The streams of one command.
#[derive(Clone, Debug)]
pub struct Output {
    /// Whether notes, warnings and progress are unwanted.
    pub is_quiet: bool,
    /// Where results go instead of standard output.
    pub file: Option<PathBuf>,
    /// How results are written.
    pub style: Style,
    notes: Style,
}

impl Output {
    /// The streams as the user asked for them.
    pub fn new(is_quiet: bool, file: Option<PathBuf>) -> Output {
        let file = file.filter(|path| path.as_os_str() != "-");
        let style = if file.is_some() { Style::of_file() } else { Style::of_stdout() };
        Output { is_quiet, file, style, notes: Style::of_stderr() }
    }

    /// Writes results: all of them, or, in a file, nothing.
    pub fn results(&self, text: &str) -> Result<(), Failure> {
        match &self.file {
            Some(path) => write_file(path, text.as_bytes()),
            None => write_stdout(text.as_bytes()),
        }
    }

    /// Writes results as JSON, indented for people where they look at it.
    pub fn json(&self, value: &impl serde::Serialize) -> Result<(), Failure> {
        let is_seen = self.file.is_some() || std::io::stdout().is_terminal();
        let text = if is_seen { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
        let text = text.map_err(|error| Failure::failed(format!("the result is no JSON: {error}")))?;
        self.results(&(text + "\n"))
    }

    /// Tells something that is not a result.
    pub fn note(&self, text: &str) {
        if !self.is_quiet {
            write_stderr(&self.notes.plain(text));
        }
    }

    /// Tells why the command ends, however quiet it should be.
    pub fn failure(&self, failure: &Failure) {
        if !failure.message.is_empty() {
            let word = self.notes.paint(Tone::Bad, "error");
            write_stderr(&format!("{word}: {}", self.notes.plain(&failure.to_string())));
        }
    }

    /// Shows findings about a text; when quiet, only those that stop the command.
    pub fn diagnostics(&self, file_name: &str, text: &str, diagnostics: &[Diagnostic]) {
        for diagnostic in diagnostics {
            if self.is_quiet && diagnostic.severity == Severity::Warning {
                continue;
            }
            write_stderr(&diagnostic.render(file_name, text, self.notes.has_colour));
            write_stderr("");
        }
    }
}

/// A reader that has seen enough, such as `head`, is no mistake.
fn write_stdout(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::failed(format!("standard output cannot be written: {error}")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// There is nobody left to tell if standard error is closed.
fn write_stderr(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// How the names of files begin that are still being written.
pub const TEMPORARY: &str = ".escala-";

/// A folder that files can be written to.
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder at `path`, made if it is not there.
    pub fn new(path: &Path) -> Result<Folder, Failure> {
        let refused = |error: &std::io::Error| {
            let failure =
                Failure::usage(format!("the folder `{}` cannot be written to: {error}", path.display()));
            failure.with_help("name a folder that you may write to, or one that can be made")
        };
        fs::create_dir_all(path).map_err(|error| refused(&error))?;
        // Whether files can be made in it is known when one was made.
        tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(path).map_err(|error| refused(&error))?;
        Ok(Folder { path: path.to_owned() })
    }

    /// The path of a file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        if self.path == Path::new(".") { PathBuf::from(name) } else { self.path.join(name) }
    }
}

/// Writes a file under another name and renames it, so that nobody ever sees half of it.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut file = FileInMaking::new(path)?;
    file.add(bytes)?;
    file.finish()
}

/// A file that gets its name when it is complete; until then it is a temporary one beside it.
pub struct FileInMaking {
    path: PathBuf,
    file: std::io::BufWriter<NamedTempFile>,
}

impl FileInMaking {
    /// Begins a file that will be at `path`.
    pub fn new(path: &Path) -> Result<FileInMaking, Failure> {
        if path.is_dir() {
            return Err(
                Failure::usage(format!("`{}` is a folder", path.display())).with_help("name a file in it")
            );
        }
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let file = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(folder);
        let file = file.map_err(|error| cannot_write(path, &error))?;
        Ok(FileInMaking { path: path.to_owned(), file: std::io::BufWriter::with_capacity(1 << 16, file) })
    }

    /// Adds to the file, and says which one it is if that fails.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.file.write_all(bytes).map_err(|error| cannot_write(&self.path, &error))
    }

    /// Gives the file its name; a file that had it before is replaced.
    pub fn finish(self) -> Result<(), Failure> {
        let path = self.path;
        let file = self.file.into_inner().map_err(|error| cannot_write(&path, error.error()))?;
        give_usual_permissions(&path, &file);
        file.persist(&path).map_err(|error| cannot_write(&path, &error.error))?;
        Ok(())
    }
}

impl Write for FileInMaking {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// A temporary file is for its owner alone; the finished one is like any other, or like the one it replaces.
#[cfg(unix)]
fn give_usual_permissions(path: &Path, file: &NamedTempFile) {
    use std::os::unix::fs::PermissionsExt;
    let permissions = match fs::metadata(path) {
        Ok(metadata) => metadata.permissions(),
        Err(_) => fs::Permissions::from_mode(0o644),
    };
    // A file that others cannot read is still the result that was asked for.
    let _ = file.as_file().set_permissions(permissions);
}

#[cfg(not(unix))]
fn give_usual_permissions(_: &Path, _: &NamedTempFile) {}

/// Why a file cannot be written, and what to do about it.
pub fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    let failure = Failure::usage(format!("`{}` cannot be written: {error}", path.display()));
    match error.kind() {
        ErrorKind::NotFound => failure.with_help("make its folder first"),
        ErrorKind::PermissionDenied => failure.with_help("choose a place you may write to"),
        ErrorKind::StorageFull | ErrorKind::FileTooLarge | ErrorKind::QuotaExceeded => {
            failure.with_help("make room for it")
        }
        _ => failure,
    }
}
