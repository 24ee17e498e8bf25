//! What is released: the page as small as it gets, the command with the page in it, completions and manual pages.

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use crate::house::House;
use crate::{page, wasm};

/// The package of `wasm-opt`: large, and needed only here.
const OPTIMIZER: &str = "sim-web/optimizer";
const SHELLS: &[&str] = &["bash", "zsh", "fish", "powershell", "elvish"];

/// Fills `target/dist` anew.
pub fn make(house: &House) -> Result<(), String> {
    optimize(house)?;
    page::build_anew(house)?;
    house.run_in(page::FOLDER, "node", &["build/pack.mjs", "dist"], &[])?;
    house.cargo(&["build", "--release", "--package", "sim-cli"])?;

    let out = house.target("dist");
    let failed = |error: std::io::Error| format!("`{}`: {error}", out.display());
    if out.exists() {
        fs::remove_dir_all(&out).map_err(failed)?;
    }
    copy(&house.path(page::BUILT), &out.join("page")).map_err(failed)?;
    let command = out.join(format!("escala{EXE_SUFFIX}"));
    fs::copy(house.target(&format!("release/escala{EXE_SUFFIX}")), &command).map_err(failed)?;
    fs::create_dir_all(out.join("completions")).map_err(failed)?;
    fs::create_dir_all(out.join("man")).map_err(failed)?;
    for shell in SHELLS {
        write(house, &command, &["completions", shell], &out.join(format!("completions/escala.{shell}")))?;
    }
    write(house, &command, &["man"], &out.join("man/escala.1"))?;
    for verb in verbs(&fs::read_to_string(house.path("docs/commands.md")).map_err(failed)?) {
        write(house, &command, &["man", verb], &out.join(format!("man/escala-{verb}.1")))?;
    }
    print_sizes(&out).map_err(failed)
}

/// Writes what the command prints into a file.
fn write(house: &House, command: &Path, arguments: &[&str], file: &Path) -> Result<(), String> {
    let mut all: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
    all.extend(["--out".as_ref(), file.as_os_str()]);
    house.run(command, &all)
}

/// The verbs in the list of commands, which a test keeps current.
fn verbs(commands: &str) -> impl Iterator<Item = &str> {
    commands.lines().filter_map(|line| line.strip_prefix("## "))
}

/// Lets `wasm-opt` go over what the page takes of the engine, in place.
fn optimize(house: &House) -> Result<(), String> {
    page::install(house, OPTIMIZER)?;
    let program = house.path(OPTIMIZER).join("node_modules/binaryen/bin/wasm-opt");
    for engine in wasm::ENGINES {
        let path = house.path(engine);
        let size = || fs::metadata(&path).map_or(0, |found| found.len());
        let before = size();
        let (file, level) = (path.as_os_str(), "-O3".as_ref());
        house.run("node", &[program.as_os_str(), file, level, "-o".as_ref(), file])?;
        println!("wasm-opt: {engine} {} kB, {} kB before", size() / 1000, before / 1000);
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// What lies in the folder, each with the size of all in it.
fn print_sizes(out: &Path) -> std::io::Result<()> {
    println!("\n{}", out.display());
    let mut entries: Vec<_> = fs::read_dir(out)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        println!("  {:<14} {:>8} kB", entry.file_name().to_string_lossy(), size(&entry.path())? / 1000);
    }
    Ok(())
}

fn size(path: &Path) -> std::io::Result<u64> {
    if !path.is_dir() {
        return Ok(fs::metadata(path)?.len());
    }
    fs::read_dir(path)?.map(|entry| size(&entry?.path())).sum()
}
