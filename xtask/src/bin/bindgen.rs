//! `bindgen NODE_FOLDER WEB_FOLDER WASM…`: writes the JavaScript bindings of WASM files for Node and for the browser.
//!
//! `wasm-bindgen` refuses a file of any other version than its own; as a library, pinned next to the crate that
//! `sim-web` links, the two cannot drift apart.

use std::path::PathBuf;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [node, web, files @ ..] = arguments.as_slice() else {
        eprintln!("usage: bindgen NODE_FOLDER WEB_FOLDER WASM...");
        return ExitCode::from(2);
    };
    for wasm in files {
        let mut for_node = Bindgen::new();
        let mut for_web = Bindgen::new();
        // What a page loads has to be small: the names of functions are a third of it.
        for_web.remove_name_section(true).remove_producers_section(true);
        let written = for_node
            .input_path(wasm)
            .nodejs(true)
            .and_then(|bindgen| bindgen.typescript(false).generate(node))
            .and_then(|()| for_web.input_path(wasm).web(true))
            // With the default path kept, `init()` finds the WASM file next to its script.
            .and_then(|bindgen| bindgen.typescript(true).omit_default_module_path(false).generate(web));
        if let Err(error) = written {
            eprintln!("error: {error:#}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
