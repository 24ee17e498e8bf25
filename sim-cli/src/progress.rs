//! A bar on the terminal for runs that take longer than a second.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sim_core::engine::Engine;
use sim_core::time::Time;

use crate::show::number::{large, span_of_s};
use crate::terminal::Style;

const PATIENCE: Duration = Duration::from_secs(1);
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);
const PARTS: u64 = 1_000;

/// How far a run is, shown on standard error if that is a terminal.
pub struct Progress {
    bar: Option<ProgressBar>,
    last: Instant,
}

impl Progress {
    /// Shows nothing yet.
    pub fn new() -> Progress {
        Progress { bar: None, last: Instant::now() }
    }

    /// Shows how far `engine` is after `elapsed`.
    pub fn show(&mut self, engine: &Engine, elapsed: Duration) {
        if elapsed < PATIENCE || self.last.elapsed() < BETWEEN_LOOKS {
            return;
        }
        self.last = Instant::now();
        let share = share_done(engine);
        let bar = self.bar.get_or_insert_with(|| new_bar(share.is_some()));
        let state = engine.state();
        let seconds = elapsed.as_secs_f64();
        let rate = large(state.events as f64 / seconds);
        let mut message = format!("{} simulated, {rate} events/s", span_of_s(state.now.as_secs_f64()));
        if let Some(share) = share.filter(|share| *share > 0.0) {
            let left = span_of_s(seconds / share * (1.0 - share).max(0.0));
            message.push_str(&format!(", {left} left"));
            bar.set_position((share * PARTS as f64) as u64);
        }
        bar.set_message(message);
        bar.tick();
    }

    /// Takes the bar away.
    pub fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

/// How many of several runs are done, shown on standard error if that is a terminal.
pub struct Parts {
    bar: Option<ProgressBar>,
    start: Instant,
}

impl Parts {
    /// Shows nothing yet.
    pub fn new() -> Parts {
        Parts { bar: None, start: Instant::now() }
    }

    /// Shows that `done` of `all` runs, which are called `name`, are done.
    pub fn show(&mut self, done: u64, all: u64, name: &str) {
        let elapsed = self.start.elapsed();
        if elapsed < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| new_bar(true));
        let share = done as f64 / all.max(1) as f64;
        bar.set_position((share * PARTS as f64) as u64);
        let mut message = format!("{done} of {all} {name}");
        if done > 0 {
            let left = elapsed.as_secs_f64() / share * (1.0 - share);
            message.push_str(&format!(", {} left", span_of_s(left)));
        }
        bar.set_message(message);
        bar.tick();
    }

    /// Takes the bar away.
    pub fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

fn new_bar(has_end: bool) -> ProgressBar {
    let style = Style::of_stderr();
    let bar = ProgressBar::with_draw_target(Some(PARTS), ProgressDrawTarget::stderr());
    let template = if has_end { "{bar:24} {percent:>3}%  {wide_msg}" } else { "{spinner} {wide_msg}" };
    let letters = style.pick("█▉▊▋▌▍▎▏░", "#>.");
    if let Ok(template) = ProgressStyle::with_template(template) {
        let ticks = style.pick("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ", "-\\|/ ");
        bar.set_style(template.progress_chars(letters).tick_chars(ticks));
    }
    bar
}

/// By simulated time, or by requests where totals end the run; none where nobody can tell.
fn share_done(engine: &Engine) -> Option<f64> {
    let (model, state) = (engine.model(), engine.state());
    if model.run.end != Time::NEVER {
        return Some((state.now.as_secs_f64() / model.run.end.as_secs_f64()).min(1.0));
    }
    let total: u64 = model.sources.iter().map(|source| source.total).sum::<Option<u64>>()?;
    let made: u64 = state.sources.iter().map(|source| source.made).sum();
    (total > 0).then(|| made as f64 / total as f64)
}
