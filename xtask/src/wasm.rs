//! The engine as WASM: cargo compiles it, and `bindgen` writes the JavaScript around it.

use std::ffi::OsString;

use crate::digest::{self, Note};
use crate::house::House;

/// What the page takes of the engine.
pub const ENGINE: &str = "sim-web/pkg/sim_web_bg.wasm";

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
        "sim-web",
        "--target",
        "wasm32-unknown-unknown",
        "--profile",
        "wasm",
    ])?;
    let compiled = house.target("wasm32-unknown-unknown/wasm/sim_web.wasm");
    let made_of =
        digest::of(&[compiled.clone(), house.path("Cargo.lock"), house.path("xtask/src/bin/bindgen.rs")])?;
    let note = Note::new(house, "bindings");
    if note.says(&made_of) && house.path(ENGINE).is_file() && house.target("wasm/node/sim_web.js").is_file() {
        println!("the bindings are up to date");
        return Ok(());
    }
    note.forget();
    let mut arguments: Vec<OsString> =
        ["run", "--package", "xtask", "--profile", "tool"].map(Into::into).into();
    arguments.extend(["--features", "bindgen", "--bin", "bindgen", "--"].map(Into::into));
    arguments.push(compiled.into());
    arguments.push(house.target("wasm/node").into());
    arguments.push(house.path("sim-web/pkg").into());
    house.run("cargo", &arguments)?;
    note.write(&made_of)
}
