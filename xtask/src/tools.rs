//! What the steps need from the machine: looked for before the long work, installed where that takes no rights.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::chromium;

/// A program or component some step calls. One row of [`TOOLS`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tool {
    Rustfmt,
    Clippy,
    WasmTarget,
    CCompiler,
    Node,
    Python,
    Chromium,
}

struct Row {
    tool: Tool,
    name: &'static str,
    /// The version found, or what is wrong.
    look: fn() -> Result<String, String>,
    /// Lines that help, the first one for the reader to run; those that [`ours_to_run`] allows are run for them, until one has helped.
    install: &'static [&'static str],
}

const TOOLS: &[Row] = &[
    Row {
        tool: Tool::Rustfmt,
        name: "rustfmt",
        look: || first_line("cargo", &["fmt", "--version"]),
        install: &["rustup component add rustfmt"],
    },
    Row {
        tool: Tool::Clippy,
        name: "clippy",
        look: || first_line("cargo", &["clippy", "--version"]),
        install: &["rustup component add clippy"],
    },
    Row {
        tool: Tool::WasmTarget,
        name: "wasm32 target",
        look: wasm_target,
        install: &["rustup target add wasm32-unknown-unknown"],
    },
    Row { tool: Tool::CCompiler, name: "C compiler", look: c_compiler, install: &[C_COMPILER] },
    Row { tool: Tool::Node, name: "Node 20.19 or later", look: node, install: &[NODE] },
    Row {
        tool: Tool::Python,
        name: "Python 3.11 or later",
        look: || python().map(|python| python.version),
        install: &[PYTHON],
    },
    Row {
        tool: Tool::Chromium,
        name: "Chromium",
        look: || chromium::find().map(|found| found.version),
        install: chromium::INSTALL,
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
        let mut found = (row.look)();
        for line in row.install.iter().filter_map(|line| ours_to_run(line)) {
            let Err(wrong) = &found else { break };
            println!("{:<20} {wrong}; running `{line}`", row.name);
            found = run_line(&line).and_then(|()| (row.look)());
        }
        match found {
            Ok(version) => println!("{:<20} {version}", row.name),
            Err(wrong) => {
                println!("{:<20} {wrong}", row.name);
                missing.push(format!("{}: {wrong}: run `{}`", row.name, row.install[0]));
            }
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(missing.join("; ")) }
}

/// The line as we may run it: `rustup` and `npx` write to the user's own folders; the system's packages are the administrator's.
fn ours_to_run(install: &str) -> Option<String> {
    let is_own = |line: &str| line.starts_with("rustup ") || line.starts_with("npx ");
    if is_own(install) {
        return Some(install.to_owned());
    }
    let is_administrator = || first_line("id", &["-u"]).is_ok_and(|user| user == "0");
    let lines: Option<Vec<&str>> = install.split(AND).map(|line| line.strip_prefix("sudo ")).collect();
    let lines =
        lines.filter(|lines| lines.iter().all(|line| line.starts_with("apt-get ") || is_own(line)))?;
    is_administrator().then(|| lines.join(AND))
}

/// Between lines of which each needs the one before.
const AND: &str = " && ";

fn run_line(line: &str) -> Result<(), String> {
    for line in line.split(AND) {
        let mut words = line.split(' ');
        let name = words.next().unwrap_or_default();
        let program = if name == "npx" { script(name) } else { name.to_owned() };
        let status =
            Command::new(program).args(words).status().map_err(|error| format!("`{line}`: {error}"))?;
        if !status.success() {
            return Err(format!("`{line}` failed"));
        }
    }
    Ok(())
}

/// What a program that comes with Node is called here.
pub fn script(name: &str) -> String {
    if cfg!(windows) { format!("{name}.cmd") } else { name.to_owned() }
}

/// Where a program of this name is on the path.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(&file))
        .find(|path| path.is_file())
}

/// The first line that a program prints.
pub fn first_line(program: &str, arguments: &[&str]) -> Result<String, String> {
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

/// Some systems have a Node without the program that installs packages.
fn node() -> Result<String, String> {
    let version = at_least("node", (20, 19))?;
    let npm = first_line(&script("npm"), &["--version"])
        .map_err(|_| format!("Node {version} comes without `npm`"))?;
    Ok(format!("{version}, npm {npm}"))
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
        for tool in [
            Tool::Rustfmt,
            Tool::Clippy,
            Tool::WasmTarget,
            Tool::CCompiler,
            Tool::Node,
            Tool::Python,
            Tool::Chromium,
        ] {
            assert_eq!(TOOLS.iter().filter(|row| row.tool == tool).count(), 1, "{tool:?}");
        }
    }

    #[test]
    fn only_what_takes_no_rights_is_run_for_the_user() {
        for line in ["rustup component add clippy", "npx --yes playwright install"] {
            assert_eq!(ours_to_run(line).as_deref(), Some(line));
        }
        for line in [
            "brew install node",
            "curl -fsSL https://example.org | sudo -E bash - && sudo apt-get install -y nodejs",
        ] {
            assert_eq!(ours_to_run(line), None, "{line}");
        }
    }
}
