//! Where the project lies, and how its tools are started there.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the workspace.
pub struct House {
    root: PathBuf,
    /// What stood behind `--` on the command line: for the program that a step ends with.
    pub passed_on: Vec<String>,
}

impl House {
    /// The project this program was started in by `cargo xtask`.
    pub fn find() -> House {
        let manifest =
            std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest).parent().expect("xtask lies in a folder of the workspace");
        House { root: root.to_owned(), passed_on: Vec::new() }
    }

    /// A path inside the project.
    pub fn path(&self, inside: &str) -> PathBuf {
        self.root.join(inside)
    }

    /// A path inside cargo's folder of built files.
    pub fn target(&self, inside: &str) -> PathBuf {
        let folder = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
        self.root.join(folder).join(inside)
    }

    /// Runs `cargo` with `arguments`, its output going where ours goes.
    pub fn cargo(&self, arguments: &[&str]) -> Result<(), String> {
        self.cargo_with(arguments, &[])
    }

    /// As [`House::cargo`], with more of the environment set.
    pub fn cargo_with(&self, arguments: &[&str], environment: &[(&str, &OsStr)]) -> Result<(), String> {
        self.run_with("cargo", arguments, environment)
    }

    /// Runs `program` with `arguments`, its output going where ours goes.
    pub fn run(&self, program: impl AsRef<OsStr>, arguments: &[impl AsRef<OsStr>]) -> Result<(), String> {
        self.run_with(program, arguments, &[])
    }

    /// As [`House::run`], with more of the environment set.
    pub fn run_with(
        &self,
        program: impl AsRef<OsStr>,
        arguments: &[impl AsRef<OsStr>],
        environment: &[(&str, &OsStr)],
    ) -> Result<(), String> {
        self.run_in("", program, arguments, environment)
    }

    /// As [`House::run_with`], in a folder of the project.
    pub fn run_in(
        &self,
        inside: &str,
        program: impl AsRef<OsStr>,
        arguments: &[impl AsRef<OsStr>],
        environment: &[(&str, &OsStr)],
    ) -> Result<(), String> {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.path(inside)).envs(environment.iter().copied());
        finish(&mut command)
    }
}

fn finish(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{program}` ended with {status}")),
        Err(error) => Err(format!("`{program}` did not start: {error}")),
    }
}
