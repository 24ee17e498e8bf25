//! The `escala` command.

fn main() {}
