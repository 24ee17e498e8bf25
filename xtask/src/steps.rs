//! The steps, one row each, in the order they run.

use std::ffi::{OsStr, OsString};

use crate::house::House;
use crate::runner::Step;
use crate::tools::Tool;
use crate::{dist, notebooks, page, picture, wasm};

/// Every step. Quick ones come first, so that a slip shows at once.
pub static STEPS: &[Step] = &[
    Step {
        name: "format",
        about: "every Rust file is as rustfmt writes it",
        tools: &[Tool::Rustfmt],
        after: &[],
        is_check: true,
        run: |house| house.cargo(&["fmt", "--all", "--check"]),
    },
    Step {
        name: "clippy",
        about: "no warning in any crate, test or example",
        tools: &[Tool::Clippy, Tool::CCompiler],
        after: &[],
        is_check: true,
        run: |house| house.cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    },
    Step {
        name: "rust-tests",
        about: "unit, integration and documentation tests of every crate",
        tools: &[Tool::CCompiler],
        after: &[],
        is_check: true,
        run: |house| house.cargo_with(&["test", "--workspace", "--no-fail-fast"], &borrowed(&traces(house))),
    },
    Step {
        name: "models",
        about: "every model holds its claims and gives its golden digests, in the command as it ships",
        tools: &[Tool::CCompiler],
        after: &[],
        is_check: true,
        run: |house| {
            house.cargo(&["run", "--release", "--package", "sim-cli", "--", "test", "models", "--quiet"])
        },
    },
    Step {
        name: "notebooks",
        about: "every notebook runs to its end, in a Python environment of its own in target/notebooks",
        tools: &[Tool::Python],
        after: &["models"],
        is_check: true,
        run: notebooks::execute,
    },
    Step {
        name: "docs",
        about: "the documentation builds and its links lead somewhere",
        tools: &[],
        after: &[],
        is_check: true,
        run: |house| {
            let environment = [("RUSTDOCFLAGS", OsStr::new("-D warnings"))];
            house.cargo_with(&["doc", "--workspace", "--no-deps"], &environment)
        },
    },
    Step {
        name: "wasm",
        about: "the engine as WASM: for Node in target/wasm/node, for the page in sim-web/pkg",
        tools: &[Tool::WasmTarget, Tool::CCompiler],
        after: &[],
        is_check: true,
        run: wasm::build,
    },
    Step {
        name: "wasm-goldens",
        about: "the WASM build gives the golden digests",
        tools: &[Tool::Node],
        after: &["wasm"],
        is_check: true,
        run: |house| house.run("node", &[house.path("sim-web/tests/goldens.mjs"), house.target("wasm/node")]),
    },
    Step {
        name: "ui",
        about: "the page of the explorer in sim-web/ui/dist, built anew if anything it is made of has changed",
        tools: &[Tool::Node],
        after: &["wasm"],
        is_check: true,
        run: page::build,
    },
    Step {
        name: "ui-check",
        about: "the types of the page and of its components; that a planted mistake is found",
        tools: &[Tool::Node],
        after: &["wasm"],
        is_check: true,
        run: page::check,
    },
    Step {
        name: "ui-tests",
        about: "tests of the parts of the page, on the real WASM",
        tools: &[Tool::Node],
        after: &["wasm"],
        is_check: true,
        run: page::test,
    },
    Step {
        name: "browser-tests",
        about: "the built page in a real Chromium, beside the command as it ships",
        tools: &[Tool::Node, Tool::Chromium],
        after: &["models", "ui"],
        is_check: true,
        run: page::test_in_browser,
    },
    Step {
        name: "serve",
        about: "builds what is missing or stale and opens the explorer: `escala serve --open`",
        tools: &[Tool::CCompiler],
        after: &["ui"],
        is_check: false,
        run: page::serve,
    },
    Step {
        name: "dist",
        about: "what is released, in target/dist: the command with the page in it, the page for any host, completions, man pages",
        tools: &[Tool::CCompiler, Tool::Node],
        after: &["wasm"],
        is_check: false,
        run: dist::make,
    },
    Step {
        name: "measure",
        about: "prints start-up, frames a second, sizes and seek times of the page, measured in Chromium",
        tools: &[Tool::Chromium],
        after: &["ui"],
        is_check: false,
        run: page::measure,
    },
    Step {
        name: "screenshots",
        about: "writes docs/images/explorer-*.png: the pictures of the explorer in README and docs",
        tools: &[Tool::Chromium],
        after: &["ui"],
        is_check: false,
        run: page::take_screenshots,
    },
    Step {
        name: "theory",
        about: "writes docs/theory.md: closed forms beside simulated values",
        tools: &[Tool::CCompiler],
        after: &[],
        is_check: false,
        run: |house| {
            let arguments = ["test", "-p", "sim-core", "--test", "theory", "--", "--nocapture"];
            let mut environment = traces(house);
            environment.push(("ESCALA_THEORY_TABLE", house.path("docs/theory.md").into()));
            house.cargo_with(&arguments, &borrowed(&environment))
        },
    },
    Step {
        name: "picture",
        about: "writes docs/images/run.svg: the README's first run as it looks on a terminal",
        tools: &[Tool::CCompiler],
        after: &[],
        is_check: false,
        run: picture::draw,
    },
];

/// Says where the traces of the cache cases lie, if nobody has said so and they are beside the project.
fn traces(house: &House) -> Vec<(&'static str, OsString)> {
    let beside = house.path("../shared/theory/traces");
    let is_known = std::env::var_os("ESCALA_TRACES").is_some() || !beside.is_dir();
    if is_known { Vec::new() } else { vec![("ESCALA_TRACES", beside.into())] }
}

fn borrowed<'e>(environment: &'e [(&'static str, OsString)]) -> Vec<(&'e str, &'e OsStr)> {
    environment.iter().map(|(name, value)| (*name, value.as_os_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_have_their_own_names_and_come_after_earlier_ones() {
        for (index, step) in STEPS.iter().enumerate() {
            let earlier = &STEPS[..index];
            assert!(earlier.iter().all(|other| other.name != step.name), "two steps `{}`", step.name);
            for name in step.after {
                assert!(earlier.iter().any(|other| other.name == *name), "`{}` is after `{name}`", step.name);
            }
        }
    }
}
