//! The page of the explorer: its packages, its build, and what is run in Node or Chromium to check and to measure it.

use std::env::consts::EXE_SUFFIX;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use crate::chromium;
use crate::digest::{self, Note};
use crate::house::House;
use crate::tools::script;

/// The folder of the page, and that of the built one.
pub const FOLDER: &str = "sim-web/ui";
pub const BUILT: &str = "sim-web/ui/dist";

/// What the page is made of.
const PARTS: &[&str] = &[
    "models",
    "sim-web/pkg",
    "sim-web/ui/build",
    "sim-web/ui/index.html",
    "sim-web/ui/package-lock.json",
    "sim-web/ui/package.json",
    "sim-web/ui/public",
    "sim-web/ui/src",
    "sim-web/ui/svelte.config.js",
    "sim-web/ui/tsconfig.json",
    "sim-web/ui/vite.config.ts",
];

/// Builds the page, unless it is the one that these parts make.
pub fn build(house: &House) -> Result<(), String> {
    let made_of = made_of(house)?;
    if note(house).says(&made_of) && house.path(BUILT).join("index.html").is_file() {
        println!("{BUILT} is up to date");
        return Ok(());
    }
    build_anew(house)
}

/// Builds the page, whatever there is.
pub fn build_anew(house: &House) -> Result<(), String> {
    install(house, FOLDER)?;
    note(house).forget();
    npm(house, FOLDER, &["run", "--silent", "build"], &[])?;
    note(house).write(&made_of(house)?)
}

fn made_of(house: &House) -> Result<String, String> {
    let parts: Vec<PathBuf> = PARTS.iter().map(|part| house.path(part)).collect();
    digest::of(&parts)
}

fn note(house: &House) -> Note {
    Note::new(house, "page")
}

/// Installs the packages of a folder just as its lock file says, unless they are there.
pub fn install(house: &House, folder: &str) -> Result<(), String> {
    let made_of = digest::of(&[house.path(folder).join("package-lock.json")])?;
    let note = Note::inside(house, &format!("{folder}/node_modules/.installed"));
    if note.says(&made_of) {
        return Ok(());
    }
    npm(house, folder, &["ci", "--no-audit", "--no-fund"], &[])
        .map_err(|wrong| format!("{wrong}: packages come from where npm is told to look"))?;
    note.write(&made_of)
}

fn npm(
    house: &House,
    folder: &str,
    arguments: &[&str],
    environment: &[(&str, &OsStr)],
) -> Result<(), String> {
    house.run_in(folder, script("npm"), arguments, environment)
}

/// Checks types and components, and that a mistake would be found: some versions have passed whatever there was.
pub fn check(house: &House) -> Result<(), String> {
    install(house, FOLDER)?;
    npm(house, FOLDER, &["run", "--silent", "check"], &[])?;
    println!("\nplanted mistakes, to be found:");
    match npm(house, FOLDER, &["run", "--silent", "check:planted"], &[]) {
        Ok(()) => Ok(()),
        Err(_) => Err("svelte-check does not find the mistakes in sim-web/ui/planted".to_owned()),
    }
}

/// Runs the tests beside the code of the page.
pub fn test(house: &House) -> Result<(), String> {
    install(house, FOLDER)?;
    npm(house, FOLDER, &["run", "--silent", "test"], &[])
}

/// Runs the browser tests. They compare with the command in `ESCALA`, or the one that was built.
pub fn test_in_browser(house: &House) -> Result<(), String> {
    let mut arguments = vec!["run", "--silent", "e2e"];
    if !house.passed_on.is_empty() {
        arguments.push("--");
        arguments.extend(house.passed_on.iter().map(String::as_str));
    }
    in_browser(house, &arguments)
}

/// Prints how fast the page starts, draws and seeks, and how large it is.
pub fn measure(house: &House) -> Result<(), String> {
    build_command(house)?;
    in_browser(house, &["run", "--silent", "measure"])
}

/// Writes the pictures of the explorer for README and docs.
pub fn take_screenshots(house: &House) -> Result<(), String> {
    build_command(house)?;
    in_browser(house, &["run", "--silent", "screenshots"])
}

/// The command that serves the page; the tests come after a step that has built it.
fn build_command(house: &House) -> Result<(), String> {
    house.cargo(&["build", "--release", "--package", "sim-cli"])
}

fn in_browser(house: &House, arguments: &[&str]) -> Result<(), String> {
    install(house, FOLDER)?;
    let mut environment: Vec<(&str, OsString)> = Vec::new();
    match chromium::find()?.program {
        Some(program) => environment.push(("CHROMIUM", program.into())),
        None => {
            // Of the very version that is wanted; it is there already unless Playwright was updated.
            let install = ["playwright", "install", "chromium"];
            house.run_in(FOLDER, script("npx"), &install, &[])?;
        }
    }
    if std::env::var_os("ESCALA").is_none() {
        environment.push(("ESCALA", house.target(&format!("release/escala{EXE_SUFFIX}")).into()));
    }
    let environment: Vec<(&str, &OsStr)> =
        environment.iter().map(|(name, value)| (*name, value.as_os_str())).collect();
    npm(house, FOLDER, arguments, &environment)
}

/// Opens the explorer with the command as it ships, which has the page in it by now.
pub fn serve(house: &House) -> Result<(), String> {
    let mut arguments = vec!["run", "--release", "--package", "sim-cli", "--", "serve", "--open"];
    arguments.extend(house.passed_on.iter().map(String::as_str));
    house.cargo(&arguments)
}
