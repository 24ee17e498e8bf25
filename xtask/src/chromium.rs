//! A Chromium for the browser tests: the one of `$CHROMIUM`, of the system, or of Playwright.

use std::path::{Path, PathBuf};

use crate::tools::{first_line, on_path};

/// What a system's package is called, and the browsers that do as well.
const NAMES: &[&str] =
    &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge"];

/// Where browsers are that are not on the path.
#[cfg(target_os = "macos")]
const PLACES: &[&str] = &[
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
#[cfg(windows)]
const PLACES: &[&str] = &[
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
];
#[cfg(not(any(target_os = "macos", windows)))]
const PLACES: &[&str] = &[];

/// Lines that bring one: the system's package where we may install it, else Playwright's own, which needs no rights but for the
/// libraries of the system that it is linked with.
#[cfg(not(any(target_os = "macos", windows)))]
pub const INSTALL: &[&str] = &[
    "sudo apt-get update && sudo apt-get install -y --no-install-recommends chromium fonts-dejavu-core",
    "sudo npx --yes playwright@1.65.1 install --with-deps chromium",
    "npx --yes playwright@1.65.1 install chromium",
];
#[cfg(any(target_os = "macos", windows))]
pub const INSTALL: &[&str] = &["npx --yes playwright@1.65.1 install chromium"];

/// A browser that was found.
pub struct Chromium {
    /// Its program; none for Playwright's own, which Playwright finds.
    pub program: Option<PathBuf>,
    /// As it says it.
    pub version: String,
}

/// The first one that starts.
pub fn find() -> Result<Chromium, String> {
    if let Some(named) = std::env::var_os("CHROMIUM").filter(|named| !named.is_empty()) {
        let program = PathBuf::from(named);
        let version = version(&program).map_err(|wrong| format!("$CHROMIUM: {wrong}"))?;
        return Ok(Chromium { program: Some(program), version });
    }
    let programs = NAMES.iter().filter_map(|name| on_path(name)).chain(PLACES.iter().map(PathBuf::from));
    for program in programs.filter(|program| program.is_file()) {
        // Some are only a hint at how to install the real one.
        if let Ok(version) = version(&program) {
            return Ok(Chromium { program: Some(program), version });
        }
    }
    match playwrights() {
        Some(program) => {
            let version =
                version(&program).map_err(|_| "Playwright's Chromium lacks libraries of the system")?;
            Ok(Chromium { program: None, version: format!("{version} (Playwright's)") })
        }
        None => Err("not found".to_owned()),
    }
}

/// What a browser says of itself. On Windows, asking would open a window.
fn version(program: &Path) -> Result<String, String> {
    if cfg!(windows) {
        return if program.is_file() {
            Ok(program.display().to_string())
        } else {
            Err("not found".to_owned())
        };
    }
    let name = program.display().to_string();
    let line = first_line(&name, &["--version"])?;
    if line.is_empty() { Err(format!("`{name}` says no version")) } else { Ok(line) }
}

/// The program of the newest browser that Playwright has downloaded.
fn playwrights() -> Option<PathBuf> {
    let home = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let folder = match home("PLAYWRIGHT_BROWSERS_PATH") {
        Some(folder) => folder,
        None if cfg!(windows) => home("LOCALAPPDATA")?.join("ms-playwright"),
        None if cfg!(target_os = "macos") => home("HOME")?.join("Library/Caches/ms-playwright"),
        None => home("XDG_CACHE_HOME").or_else(|| Some(home("HOME")?.join(".cache")))?.join("ms-playwright"),
    };
    let is_browser =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("chromium-"));
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(is_browser)
        .collect();
    found.sort();
    let inside = |folder: &Path| {
        let names = [
            "chrome-linux64/chrome",
            "chrome-linux/chrome",
            "chrome-win64/chrome.exe",
            "chrome-win/chrome.exe",
        ];
        let apps = ["chrome-mac-arm64", "chrome-mac-x64", "chrome-mac"].map(|folder| {
            [
                format!("{folder}/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing"),
                format!("{folder}/Chromium.app/Contents/MacOS/Chromium"),
            ]
        });
        let all = names.map(str::to_owned).into_iter().chain(apps.into_iter().flatten());
        all.map(|name| folder.join(name)).find(|path| path.is_file())
    };
    found.iter().rev().find_map(|folder| inside(folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::House;

    #[test]
    fn playwright_is_downloaded_in_the_version_that_the_page_is_tested_with() {
        let read = |path| std::fs::read_to_string(House::find().path(path)).expect("it is there");
        let package = read("sim-web/ui/package.json");
        let pinned = package.lines().find_map(|line| line.trim().strip_prefix("\"@playwright/test\": "));
        let pinned = pinned.expect("the page is tested with Playwright").trim_matches(['"', ',']);
        let workflow = read(".github/workflows/ci.yml");
        let lines: Vec<&str> = INSTALL.iter().copied().chain(workflow.lines()).collect();
        let lines: Vec<&str> = lines.into_iter().filter(|line| line.contains("npx ")).collect();
        assert!(lines.len() >= 2, "{lines:?}");
        for line in lines {
            assert!(line.contains(&format!("playwright@{pinned} ")), "{line}: {pinned}");
        }
    }
}
