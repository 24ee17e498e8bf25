//! The notebooks: a Python environment with what they need, and a run of each of them in it.

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;

use crate::house::House;
use crate::tools;

const REQUIREMENTS: &str = "notebooks/requirements.txt";

/// Runs every notebook with the command in `ESCALA`, or the one that was built; the pictures go to
/// `target/notebooks/pictures`.
pub fn execute(house: &House) -> Result<(), String> {
    let python = environment(house)?;
    let escala = match std::env::var_os("ESCALA") {
        Some(escala) => PathBuf::from(escala),
        None => house.target(&format!("release/escala{EXE_SUFFIX}")),
    };
    let arguments =
        [house.path("notebooks/execute.py"), PathBuf::from("--pictures"), house.target("notebooks/pictures")];
    house.run_with(python, &arguments, &[("ESCALA", escala.as_os_str())])
}

/// The Python of an environment with all that is required: the one of last time if nothing has changed, else a new one.
fn environment(house: &House) -> Result<PathBuf, String> {
    let tools::Python { program, version } = tools::python()?;
    let requirements = house.path(REQUIREMENTS);
    let required = fs::read_to_string(&requirements).map_err(|error| format!("`{REQUIREMENTS}`: {error}"))?;
    let folder = house.target("notebooks/venv");
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });

    // Written last, so that an installation that was interrupted begins anew.
    let note = folder.join("installed.txt");
    let installed = format!("{version}\n{required}");
    if python.is_file() && fs::read_to_string(&note).is_ok_and(|text| text == installed) {
        return Ok(python);
    }
    println!("installing {REQUIREMENTS} into {}", folder.display());
    let make: [&OsStr; 4] = ["-m".as_ref(), "venv".as_ref(), "--clear".as_ref(), folder.as_ref()];
    house.run(program, &make)?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    let install: Vec<&OsStr> = install.iter().map(OsStr::new).chain([requirements.as_os_str()]).collect();
    house.run(&python, &install).map_err(|wrong| {
        format!("{wrong}: packages come from where pip is told to look; `--skip notebooks` does without")
    })?;
    fs::write(&note, installed).map_err(|error| format!("`{}`: {error}", note.display()))?;
    Ok(python)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_requirement_has_one_version() {
        let text = fs::read_to_string(House::find().path(REQUIREMENTS)).expect("the file is there");
        let lines: Vec<&str> =
            text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        assert!(lines.len() > 20, "what the packages need is pinned too");
        for line in lines {
            assert!(line.split_once("==").is_some_and(|(_, version)| !version.contains('*')), "{line}");
        }
    }
}
