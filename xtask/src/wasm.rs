//! The engine as WASM: cargo compiles it, and `bindgen` writes the JavaScript around it.

use std::ffi::OsString;

use crate::digest::{self, Note};
use crate::house::House;

/// What the page takes of the engine: live runs, and what it loads later, texts and whole runs.
pub const ENGINES: [&str; 2] = ["sim-web/pkg/sim_web_live_bg.wasm", "sim-web/pkg/sim_web_bg.wasm"];

const CRATES: [&str; 2] = ["sim_web_live", "sim_web"];

/// What the page offers, as the command tells it.
const CATALOGUE: &str = "sim-web/pkg/catalogue.json";

/// Builds what has changed.
pub fn build(house: &House) -> Result<(), String> {
    bind(house)?;
    let tell =
        ["run", "--quiet", "--release", "--package", "sim-cli", "--", "explain", "--catalogue", "--out"];
    let mut arguments: Vec<OsString> = tell.map(Into::into).into();
    arguments.push(house.path(CATALOGUE).into());
    house.run("cargo", &arguments)
}

fn bind(house: &House) -> Result<(), String> {
    house.cargo(&[
        "build",
        "--package",
        "sim-web-live",
        "--package",
        "sim-web",
        "--target",
        "wasm32-unknown-unknown",
        "--profile",
        "wasm",
    ])?;
    let compiled = CRATES.map(|name| house.target(&format!("wasm32-unknown-unknown/wasm/{name}.wasm")));
    let binder = [house.path("Cargo.lock"), house.path("xtask/src/bin/bindgen.rs")];
    let made_of = digest::of(&[&compiled[..], &binder].concat())?;
    let note = Note::new(house, "bindings");
    let for_node = CRATES.map(|name| house.target(&format!("wasm/node/{name}.js")));
    let are_there = ENGINES.map(|file| house.path(file)).iter().chain(&for_node).all(|file| file.is_file());
    if note.says(&made_of) && are_there {
        println!("the bindings are up to date");
        return Ok(());
    }
    note.forget();
    let mut arguments: Vec<OsString> =
        ["run", "--package", "xtask", "--profile", "tool"].map(Into::into).into();
    arguments.extend(["--features", "bindgen", "--bin", "bindgen", "--"].map(Into::into));
    arguments.push(house.target("wasm/node").into());
    arguments.push(house.path("sim-web/pkg").into());
    arguments.extend(compiled.map(Into::into));
    house.run("cargo", &arguments)?;
    note.write(&made_of)
}
