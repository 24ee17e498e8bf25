//! The steps, one row each, in the order they run.

use std::ffi::{OsStr, OsString};

use crate::house::House;
use crate::notebooks;
use crate::picture;
use crate::runner::Step;
use crate::tools::Tool;

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
        run: wasm,
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

fn wasm(house: &House) -> Result<(), String> {
    house.cargo(&[
        "build",
        "--package",
        "sim-web",
        "--target",
        "wasm32-unknown-unknown",
        "--profile",
        "wasm",
    ])?;
    let mut arguments: Vec<OsString> =
        ["run", "--package", "xtask", "--profile", "tool"].map(Into::into).into();
    arguments.extend(["--features", "bindgen", "--bin", "bindgen", "--"].map(Into::into));
    arguments.push(house.target("wasm32-unknown-unknown/wasm/sim_web.wasm").into());
    arguments.push(house.target("wasm/node").into());
    arguments.push(house.path("sim-web/pkg").into());
    house.run("cargo", &arguments)
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
