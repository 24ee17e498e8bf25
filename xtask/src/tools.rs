//! What the steps need from the machine: looked for before the long work, installed where that takes no rights.

use std::path::Path;
use std::process::{Command, Stdio};

/// A program or component some step calls. One row of [`TOOLS`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tool {
    Rustfmt,
    Clippy,
    WasmTarget,
    CCompiler,
    Node,
    Python,
}

struct Row {
    tool: Tool,
    name: &'static str,
    /// The version found, or what is wrong.
    look: fn() -> Result<String, String>,
    /// One line for the reader to run; run for them where [`ours_to_run`] says so.
    install: &'static str,
}

const TOOLS: &[Row] = &[
    Row {
        tool: Tool::Rustfmt,
        name: "rustfmt",
        look: || first_line("cargo", &["fmt", "--version"]),
        install: "rustup component add rustfmt",
    },
    Row {
        tool: Tool::Clippy,
        name: "clippy",
        look: || first_line("cargo", &["clippy", "--version"]),
        install: "rustup component add clippy",
    },
    Row {
        tool: Tool::WasmTarget,
        name: "wasm32 target",
        look: wasm_target,
        install: "rustup target add wasm32-unknown-unknown",
    },
    Row { tool: Tool::CCompiler, name: "C compiler", look: c_compiler, install: C_COMPILER },
    Row { tool: Tool::Node, name: "Node 20.19 or later", look: || at_least("node", (20, 19)), install: NODE },
    Row {
        tool: Tool::Python,
        name: "Python 3.11 or later",
        look: || python().map(|python| python.version),
        install: PYTHON,
    },
];

#[cfg(target_os = "macos")]
const C_COMPILER: &str = "xcode-select --install";
#[cfg(windows)]
const C_COMPILER: &str = "winget install Microsoft.VisualStudio.2022.BuildTools";
#[cfg(not(any(target_os = "macos", windows)))]
const C_COMPILER: &str = "sudo apt-get install -y build-essential";

#[cfg(target_os = "macos")]
const NODE: &str = "brew install node";
#[cfg(windows)]
const NODE: &str = "winget install OpenJS.NodeJS.LTS";
#[cfg(not(any(target_os = "macos", windows)))]
const NODE: &str =
    "curl -fsSL https://deb.nodesource.com/setup_22.x | sudo -E bash - && sudo apt-get install -y nodejs";

#[cfg(target_os = "macos")]
const PYTHON: &str = "brew install python";
#[cfg(windows)]
const PYTHON: &str = "winget install Python.Python.3.13";
#[cfg(not(any(target_os = "macos", windows)))]
const PYTHON: &str = "sudo apt-get install -y python3 python3-venv";

/// A Python that can make environments.
pub struct Python {
    pub program: String,
    /// As it says it: `Python 3.12.1`.
    pub version: String,
}

/// The Python that `$PYTHON` names, or else the first good one of the usual names.
pub fn python() -> Result<Python, String> {
    match std::env::var("PYTHON") {
        Ok(named) => good_python(&named).map_err(|wrong| format!("$PYTHON: {wrong}")),
        // The first reason counts: where there is a `python3`, `python` may be something else.
        Err(_) => good_python("python3").or_else(|wrong| good_python("python").map_err(|_| wrong)),
    }
}

fn good_python(program: &str) -> Result<Python, String> {
    let version = at_least(program, (3, 11))?;
    if !version.starts_with("Python ") {
        return Err(format!("`{program}` is {version}"));
    }
    match first_line(program, &["-c", "import ensurepip, venv"]) {
        Ok(_) => Ok(Python { program: program.to_owned(), version }),
        Err(_) => Err(format!("{version} comes without `venv`")),
    }
}

/// Looks for each of `tools` and installs what is missing and may be; the error lists what the reader has to run.
pub fn provide(tools: &[Tool]) -> Result<(), String> {
    println!("{:<20} {}", "rustc", first_line("rustc", &["--version"])?);
    let mut missing = Vec::new();
    for row in TOOLS.iter().filter(|row| tools.contains(&row.tool)) {
        let found = (row.look)().or_else(|wrong| match ours_to_run(row.install) {
            Some(line) => {
                println!("{:<20} {wrong}; running `{line}`", row.name);
                run_line(line).and_then(|()| (row.look)())
            }
            None => Err(wrong),
        });
        match found {
            Ok(version) => println!("{:<20} {version}", row.name),
            Err(wrong) => {
                println!("{:<20} {wrong}", row.name);
                missing.push(format!("{}: {wrong}: run `{}`", row.name, row.install));
            }
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(missing.join("; ")) }
}

/// The line as we may run it: `rustup` writes to the user's own folder; the system's packages are the administrator's.
fn ours_to_run(install: &str) -> Option<&str> {
    if install.starts_with("rustup ") {
        return Some(install);
    }
    let is_administrator = || first_line("id", &["-u"]).is_ok_and(|user| user == "0");
    install.strip_prefix("sudo ").filter(|line| line.starts_with("apt-get ") && is_administrator())
}

fn run_line(line: &str) -> Result<(), String> {
    let mut words = line.split(' ');
    let program = words.next().unwrap_or_default();
    let status = Command::new(program).args(words).status().map_err(|error| format!("`{line}`: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{line}` failed")) }
}

fn first_line(program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|_| format!("`{program}` not found"))?;
    if !output.status.success() {
        return Err(format!("`{program} {}` failed", arguments.join(" ")));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// Asks the compiler and not `rustup`, so that a toolchain installed in another way does as well.
fn wasm_target() -> Result<String, String> {
    let folder = first_line("rustc", &["--print", "target-libdir", "--target", "wasm32-unknown-unknown"])?;
    if Path::new(&folder).is_dir() { Ok("installed".to_owned()) } else { Err("not installed".to_owned()) }
}

/// On Windows the linker that built this very program is the compiler's.
fn c_compiler() -> Result<String, String> {
    if cfg!(windows) {
        return Ok("installed".to_owned());
    }
    let program = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    first_line(&program, &["--version"])
}

fn at_least(program: &str, least: (u32, u32)) -> Result<String, String> {
    let line = first_line(program, &["--version"])?;
    match version(&line) {
        Some(found) if found >= least => Ok(line),
        Some(_) => Err(format!("{line} is too old")),
        None => Err(format!("`{program} --version` says `{line}`")),
    }
}

/// Major and minor of a line such as `v22.14.0` or `Python 3.12.1`.
fn version(line: &str) -> Option<(u32, u32)> {
    let number = line.split(' ').next_back()?.trim_start_matches('v');
    let mut parts = number.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_programs_print() {
        for (line, expected) in [
            ("v20.19.0", Some((20, 19))),
            ("v22.4.0-rc.1", Some((22, 4))),
            ("Python 3.11.7", Some((3, 11))),
            ("unknown", None),
            ("", None),
        ] {
            assert_eq!(version(line), expected, "{line}");
        }
    }

    #[test]
    fn each_tool_has_a_row() {
        for tool in [Tool::Rustfmt, Tool::Clippy, Tool::WasmTarget, Tool::CCompiler, Tool::Node, Tool::Python]
        {
            assert_eq!(TOOLS.iter().filter(|row| row.tool == tool).count(), 1, "{tool:?}");
        }
    }
}
