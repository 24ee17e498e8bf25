//! `cargo xtask`: what a developer and CI run, the same for both. Needs nothing but Rust, and starts at once.
#![allow(clippy::print_stdout, reason = "its output is for people")]

mod chromium;
mod digest;
mod dist;
mod house;
mod notebooks;
mod page;
mod picture;
mod runner;
mod steps;
mod tools;
mod wasm;

use std::process::ExitCode;

use crate::house::House;
use crate::runner::Choice;
use crate::steps::STEPS;

const USAGE: &str = "\
usage: cargo xtask test [--list] [--only STEP]... [--skip STEP]...
       cargo xtask STEP... [-- ARGUMENT...]

`test` runs every step marked *, each step named on the command line runs with those it comes after. What stands behind `--` goes to
the program that a step ends with: `cargo xtask serve -- --port 8000 my.ron`.

steps:";

enum Request {
    List,
    Run(Choice),
}

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut house = House::find();
    if let Some(end) = arguments.iter().position(|argument| argument == "--") {
        house.passed_on = arguments.split_off(end).split_off(1);
    }
    let result = match parse(&arguments) {
        Ok(Request::List) => {
            print_usage();
            return ExitCode::SUCCESS;
        }
        Ok(Request::Run(choice)) => runner::run(&house, STEPS, &choice),
        Err(wrong) => Err(wrong),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(wrong) => {
            eprintln!("error: {wrong}");
            ExitCode::from(2)
        }
    }
}

fn parse(arguments: &[String]) -> Result<Request, String> {
    let mut choice = Choice::default();
    let Some((verb, rest)) = arguments.split_first() else {
        return Ok(Request::List);
    };
    if arguments.iter().any(|argument| matches!(argument.as_str(), "--list" | "--help" | "-h")) {
        return Ok(Request::List);
    }
    if verb != "test" {
        choice.only = arguments.to_vec();
        return Ok(Request::Run(choice));
    }
    let mut rest = rest.iter();
    while let Some(option) = rest.next() {
        let names = match option.as_str() {
            "--only" => &mut choice.only,
            "--skip" => &mut choice.skip,
            _ => return Err(format!("unknown option `{option}`: `cargo xtask` says what there is")),
        };
        names.push(
            rest.next().ok_or_else(|| format!("`{option}` is followed by the name of a step"))?.clone(),
        );
    }
    Ok(Request::Run(choice))
}

fn print_usage() {
    println!("{USAGE}");
    for step in STEPS {
        println!("  {:<14} {} {}", step.name, if step.is_check { '*' } else { ' ' }, step.about);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_name_steps() {
        let parsed = |line: &str| parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        for (line, only, skip) in [
            ("test", &[][..], &[][..]),
            ("test --only docs --only wasm", &["docs", "wasm"], &[]),
            ("test --skip clippy", &[], &["clippy"]),
            ("wasm", &["wasm"], &[]),
        ] {
            let Ok(Request::Run(choice)) = parsed(line) else { panic!("`{line}` is a run") };
            assert_eq!((choice.only, choice.skip), (owned(only), owned(skip)), "{line}");
        }
        assert!(matches!(parsed("test --list"), Ok(Request::List)));
        assert!(matches!(parsed(""), Ok(Request::List)));
        for wrong in ["test --only", "test --fast", "test docs"] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }

    fn owned(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }
}
