//! Runs steps in the order of their table and sums them up; a step runs if all it comes after have passed.

use std::time::{Duration, Instant};

use crate::house::House;
use crate::tools::{self, Tool};

/// One thing `cargo xtask` does. Adding one is one row in `steps.rs`.
pub struct Step {
    pub name: &'static str,
    pub about: &'static str,
    /// What has to be on the machine.
    pub tools: &'static [Tool],
    /// The steps whose products it uses; they stand earlier in the table.
    pub after: &'static [&'static str],
    /// Part of `cargo xtask test`, and not only run when named.
    pub is_check: bool,
    pub run: fn(&House) -> Result<(), String>,
}

/// Which steps to run.
#[derive(Default, Debug)]
pub struct Choice {
    /// These and all they come after; the whole of `test` if empty.
    pub only: Vec<String>,
    /// All but these.
    pub skip: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Outcome {
    Passed,
    Failed(String),
    Skipped(String),
}

struct Row {
    name: &'static str,
    outcome: Outcome,
    took: Duration,
}

/// Runs the chosen steps and prints the summary. Whether all of them passed.
pub fn run(house: &House, steps: &'static [Step], choice: &Choice) -> Result<bool, String> {
    let chosen = plan(steps, choice)?;
    println!("== preflight: look for what the steps need");
    let tools: Vec<Tool> = chosen.iter().flat_map(|step| step.tools).copied().collect();
    let mut rows = vec![timed("preflight", || tools::provide(&tools))];
    for step in chosen {
        let row = match blocked(step, &rows) {
            Some(reason) => Row { name: step.name, outcome: Outcome::Skipped(reason), took: Duration::ZERO },
            None => {
                println!("\n== {}: {}", step.name, step.about);
                timed(step.name, || (step.run)(house))
            }
        };
        rows.push(row);
    }
    print_summary(&rows);
    Ok(rows.iter().all(|row| row.outcome == Outcome::Passed))
}

/// The steps to run, in the order of the table.
fn plan(steps: &'static [Step], choice: &Choice) -> Result<Vec<&'static Step>, String> {
    if let Some(name) =
        choice.only.iter().chain(&choice.skip).find(|name| !steps.iter().any(|step| step.name == *name))
    {
        return Err(format!("no step `{name}`: `cargo xtask test --list` names them"));
    }
    // Backwards, so that a step asks for what it comes after before that is looked at.
    let mut asked: Vec<&str> = choice.only.iter().map(String::as_str).collect();
    let mut chosen = Vec::new();
    for step in steps.iter().rev() {
        let is_asked = if choice.only.is_empty() { step.is_check } else { asked.contains(&step.name) };
        if is_asked && !choice.skip.iter().any(|name| name == step.name) {
            asked.extend(step.after);
            chosen.push(step);
        }
    }
    chosen.reverse();
    Ok(chosen)
}

/// Why `step` cannot run. A step that was left out on request is taken to have been done before.
fn blocked(step: &Step, rows: &[Row]) -> Option<String> {
    rows.iter()
        .filter(|row| row.name == "preflight" || step.after.contains(&row.name))
        .find(|row| row.outcome != Outcome::Passed)
        .map(|row| format!("needs {}", row.name))
}

fn timed(name: &'static str, work: impl FnOnce() -> Result<(), String>) -> Row {
    let start = Instant::now();
    let outcome = match work() {
        Ok(()) => Outcome::Passed,
        Err(reason) => {
            eprintln!("error: {name}: {reason}");
            Outcome::Failed(reason)
        }
    };
    Row { name, outcome, took: start.elapsed() }
}

fn print_summary(rows: &[Row]) {
    println!("\n{:<16} {:<8} {:>8}", "step", "result", "seconds");
    for row in rows {
        let (word, reason) = match &row.outcome {
            Outcome::Passed => ("ok", ""),
            Outcome::Failed(reason) => ("FAILED", reason.as_str()),
            Outcome::Skipped(reason) => ("skipped", reason.as_str()),
        };
        println!(
            "{}",
            format!("{:<16} {word:<8} {:>8.1}  {reason}", row.name, row.took.as_secs_f64()).trim_end()
        );
    }
    let total: Duration = rows.iter().map(|row| row.took).sum();
    let not_ok = rows.iter().filter(|row| row.outcome != Outcome::Passed).count();
    let result = if not_ok == 0 { "ok".to_owned() } else { format!("{not_ok} of {} not ok", rows.len()) };
    println!("{:<16} {result:<8} {:>8.1}", "total", total.as_secs_f64());
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn step(name: &'static str, after: &'static [&'static str], is_check: bool) -> Step {
        Step { name, about: "", tools: &[], after, is_check, run: |_| Ok(()) }
    }

    static STEPS: &[Step] = &[
        step("build", &[], true),
        step("lint", &[], true),
        step("use", &["build"], true),
        step("tell", &[], false),
    ];

    fn names(only: &[&str], skip: &[&str]) -> Result<Vec<&'static str>, String> {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let choice = Choice { only: owned(only), skip: owned(skip) };
        plan(STEPS, &choice).map(|steps| steps.iter().map(|step| step.name).collect())
    }

    #[test]
    fn a_plan_is_the_checks_or_what_is_asked_for_and_needed() {
        for (only, skip, expected) in [
            (&[][..], &[][..], &["build", "lint", "use"][..]),
            (&["use"], &[], &["build", "use"]),
            (&["use"], &["build"], &["use"]),
            (&["tell"], &[], &["tell"]),
            (&[], &["build", "lint"], &["use"]),
        ] {
            assert_eq!(names(only, skip).as_deref(), Ok(expected), "only {only:?} skip {skip:?}");
        }
        assert!(names(&["no-such"], &[]).is_err());
    }

    #[test]
    fn a_step_waits_for_those_it_comes_after_and_no_others() {
        let row = |name, outcome| Row { name, outcome, took: Duration::ZERO };
        let failed = Outcome::Failed(String::new());
        let rows =
            [row("preflight", Outcome::Passed), row("build", failed.clone()), row("lint", Outcome::Passed)];
        assert_eq!(blocked(&STEPS[2], &rows).as_deref(), Some("needs build"));
        assert_eq!(blocked(&STEPS[1], &rows), None);
        assert_eq!(blocked(&STEPS[1], &[row("preflight", failed)]).as_deref(), Some("needs preflight"));
    }
}
