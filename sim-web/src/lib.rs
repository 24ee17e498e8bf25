//! The WASM surface of Escala.
