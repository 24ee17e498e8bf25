//! `docs/commands.md` is what the command says of itself. This fails when it is stale;
//! `UPDATE_EXPECT=1 cargo test -p sim-cli --test commands` writes it anew.

use std::path::Path;
use std::process::Command;

const OPENING: &str = "\
# Commands

What `escala help` prints, verb by verb, written by a test: `UPDATE_EXPECT=1 cargo test -p sim-cli --test commands`. Results go to
standard output, notes and progress to standard error. `NO_COLOR` and `CLICOLOR_FORCE` are obeyed.
";

fn help(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_escala"))
        .args(arguments)
        .env("COLUMNS", "100")
        .output()
        .expect("the command starts");
    assert!(output.status.success(), "{arguments:?}");
    let text = String::from_utf8(output.stdout).expect("help is text");
    // Windows calls it `escala.exe`.
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").replace("escala.exe", "escala")
}

/// The verbs, as the help lists them.
fn verbs(help: &str) -> Vec<&str> {
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let list = list.take_while(|line| !line.is_empty());
    // A long description goes on in lines that are indented further.
    let names = list.filter(|line| !line.starts_with("    "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|verb| *verb != "help").collect()
}

#[test]
fn the_page_of_commands_is_up_to_date() {
    let overview = help(&["--help"]);
    let mut wanted = format!("{OPENING}\n```text\n{overview}\n```\n");
    let verbs = verbs(&overview);
    assert!(verbs.contains(&"run") && verbs.contains(&"man"), "{verbs:?}");
    for verb in verbs {
        wanted.push_str(&format!("\n## {verb}\n\n```text\n{}\n```\n", help(&[verb, "--help"])));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/commands.md");
    if std::env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1") {
        std::fs::write(&path, &wanted).expect("the file can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        found == wanted,
        "docs/commands.md is stale: UPDATE_EXPECT=1 cargo test -p sim-cli --test commands"
    );
}
