//! Loads: when clients make requests.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compile::{Compiler, Path};
use crate::distribution::Distribution;
use crate::model::load::{Arrivals, Burst, Load, Part, Rate as RateOverTime, Recorded};
use crate::model::{Class, Delay};
use crate::quantity::{Rate, Size};
use crate::scenario::one_u32;
use crate::time::{Duration, Time};

/// When clients make requests.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum LoadTable {
    /// An open loop: requests come at a rate, whatever becomes of earlier ones.
    Open(Open),
    /// An open loop whose rate jumps by chance: it goes through these states in turn, again and again.
    Bursty(Vec<BurstTable>),
    /// A closed loop: users who wait for their answer, think, and ask again.
    Closed(Closed),
    /// Requests as they were recorded in a file.
    Replay(Replay),
}

/// An open loop.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// How many requests come in a second, or the constant part of it.
    #[serde(default)]
    pub rate: Rate,
    /// What is added to the rate as time goes by; the sum of all parts counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shape: Vec<Shape>,
    /// How regularly requests come.
    #[serde(default)]
    pub arrivals: ArrivalTable,
    /// How many requests come together; the rate counts batches.
    #[serde(default = "one_u32")]
    #[schemars(range(min = 1))]
    pub batch: u32,
}

/// How regularly requests come.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub enum ArrivalTable {
    /// Independently of each other, as from many users.
    #[default]
    Poisson,
    /// Evenly.
    Constant,
    /// After independent spans of this shape; their mean is set by the rate.
    Renewal(Distribution<Duration>),
}

/// A part of a rate that changes with time.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum Shape {
    /// Straight from one rate to another.
    Ramp(Ramp),
    /// Another rate from each of these times on, as `Steps([("0s", "100/s"), ("5min", "300/s")])`.
    Steps(Vec<(Duration, Rate)>),
    /// A wave around zero, such as the course of a day.
    Sinusoid(Sinusoid),
    /// More for a while.
    Spike(Spike),
}

/// A rate that goes straight from one value to another.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ramp {
    /// The rate before.
    #[serde(default)]
    pub from: Rate,
    /// The rate after.
    pub to: Rate,
    /// When it begins to change.
    #[serde(default)]
    pub start: Duration,
    /// How long it takes.
    pub over: Duration,
}

/// A rate that swings around zero: amplitude · sin(2π (t − shift) / period).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sinusoid {
    /// Half the difference between peak and trough.
    pub amplitude: Rate,
    /// The length of a wave.
    pub period: Duration,
    /// When it first crosses zero upwards.
    #[serde(default)]
    pub shift: Duration,
}

/// A rate that is there for a while only.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spike {
    /// When it begins.
    pub at: Duration,
    /// How long it lasts.
    #[serde(rename = "for")]
    pub span: Duration,
    /// How much more comes meanwhile.
    pub rate: Rate,
}

/// A state of a bursty load.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BurstTable {
    /// How many requests come in a second while it lasts, as a Poisson process.
    pub rate: Rate,
    /// How long it lasts on average; exponential.
    pub stay: Duration,
}

/// A closed loop.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Closed {
    /// How many users there are; each has at most one request in flight.
    #[schemars(range(min = 1))]
    pub users: u32,
    /// How long a user thinks between an answer and the next request; by default not at all.
    #[serde(default)]
    pub think: Option<Distribution<Duration>>,
    /// Over how long the users start, evenly.
    #[serde(default)]
    pub ramp: Duration,
}

/// A recording.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// A CSV file whose first line names its columns: `time` (seconds, or with a unit), and if need be `class`, `key` and
    /// `size`.
    #[schemars(extend("x-names" = ["file"]))]
    pub file: String,
}

/// More come together only by a slip.
const MOST_IN_A_BATCH: u32 = 1_000_000;

/// The most users of a closed loop: each is a visit in memory, thinking or not.
const MOST_USERS: u32 = 10_000_000;

impl LoadTable {
    /// Whether it ends by itself.
    pub(crate) fn is_recorded(&self) -> bool {
        matches!(self, LoadTable::Replay(_))
    }

    pub(crate) fn lower(&self, compiler: &mut Compiler<'_>, path: &Path, classes: &[Class]) -> Load {
        match self {
            LoadTable::Open(open) => open.lower(compiler, path),
            LoadTable::Bursty(states) => bursty(states, compiler, &path.under("Bursty")),
            LoadTable::Closed(closed) => closed.lower(compiler, path),
            LoadTable::Replay(replay) => {
                let path = path.under("file");
                let rows = replay.read(compiler, &path, classes);
                Load::Replay { rows }
            }
        }
    }
}

impl Open {
    fn lower(&self, compiler: &mut Compiler<'_>, path: &Path) -> Load {
        let mut parts = Vec::new();
        if self.rate.0 > 0.0 || self.shape.is_empty() {
            parts.push(Part::Constant(self.rate.0));
        }
        for (index, shape) in self.shape.iter().enumerate() {
            parts.push(shape.lower(compiler, &path.under("shape").at(index)));
        }
        let rate = RateOverTime { parts };
        if rate.most() <= 0.0 {
            let place = if self.shape.is_empty() { path.under("rate") } else { path.under("shape") };
            compiler.error("never-sends", "this load never sends a request", &place);
        }
        if rate.least() < 0.0 {
            let message = format!("the rate can fall below zero, to {:.6}/s", rate.least());
            compiler
                .error("negative-rate", message, &path.under("shape"))
                .with_help("give a `rate` at least as large as the amplitude of the waves");
        }
        if self.batch == 0 || self.batch > MOST_IN_A_BATCH {
            let message = format!("a batch has from 1 to {MOST_IN_A_BATCH} requests, not {}", self.batch);
            compiler.error("out-of-range", message, &path.under("batch"));
        }
        let arrivals = match &self.arrivals {
            ArrivalTable::Poisson => Arrivals::Poisson,
            ArrivalTable::Constant => Arrivals::Constant,
            ArrivalTable::Renewal(spans) => {
                let place = path.under("arrivals").under("Renewal");
                let sampler = compiler.sampler(spans, &place);
                match compiler.model.samplers[sampler].mean() {
                    Some(mean) if mean > 0.0 => Arrivals::Renewal { spans: sampler, mean },
                    _ => {
                        let message = "spans between requests need a mean above zero";
                        compiler.error("no-mean", message, &place);
                        Arrivals::Poisson
                    }
                }
            }
        };
        Load::Open { rate, arrivals, batch: self.batch }
    }
}

impl Shape {
    fn lower(&self, compiler: &mut Compiler<'_>, path: &Path) -> Part {
        match self {
            Shape::Ramp(ramp) => {
                compiler.above_zero(ramp.over, &path.under("over"), "a ramp's length");
                Part::Ramp {
                    start: ramp.start.as_secs_f64(),
                    span: ramp.over.as_secs_f64(),
                    from: ramp.from.0,
                    to: ramp.to.0,
                }
            }
            Shape::Steps(steps) => {
                let path = path.under("Steps");
                if steps.is_empty() {
                    compiler.error("empty", "there must be at least one step", &path);
                }
                for (index, pair) in steps.windows(2).enumerate() {
                    if pair[1].0 <= pair[0].0 {
                        let message = format!(
                            "steps follow each other in time, {} is not after {}",
                            pair[1].0, pair[0].0
                        );
                        compiler.error("not-rising", message, &path.at(index + 1).at(0));
                    }
                }
                Part::Steps(steps.iter().map(|(at, rate)| (at.as_secs_f64(), rate.0)).collect())
            }
            Shape::Sinusoid(wave) => {
                compiler.above_zero(wave.period, &path.under("period"), "a period");
                Part::Sinusoid {
                    amplitude: wave.amplitude.0,
                    period: wave.period.as_secs_f64(),
                    shift: wave.shift.as_secs_f64(),
                }
            }
            Shape::Spike(spike) => {
                compiler.above_zero(spike.span, &path.under("for"), "a spike's length");
                Part::Spike { at: spike.at.as_secs_f64(), span: spike.span.as_secs_f64(), rate: spike.rate.0 }
            }
        }
    }
}

fn bursty(states: &[BurstTable], compiler: &mut Compiler<'_>, path: &Path) -> Load {
    if states.iter().all(|state| state.rate.0 <= 0.0) {
        compiler.error(
            "never-sends",
            "this load never sends a request: no state has a rate above zero",
            path,
        );
    }
    for (index, state) in states.iter().enumerate() {
        compiler.above_zero(state.stay, &path.at(index).under("stay"), "a stay");
    }
    let states = states.iter().map(|state| Burst { rate: state.rate.0, stay: state.stay.as_secs_f64() });
    Load::Bursty { states: states.collect() }
}

impl Closed {
    fn lower(&self, compiler: &mut Compiler<'_>, path: &Path) -> Load {
        compiler.at_least_one(Some(u64::from(self.users)), &path.under("users"), "the number of users");
        if self.users > MOST_USERS {
            let message = format!("a closed loop has at most {MOST_USERS} users, not {}", self.users);
            compiler.error("out-of-range", message, &path.under("users")).with_help(
                "every user takes memory from the start; an open load stands for any number of them",
            );
        }
        let think = match &self.think {
            Some(think) => compiler.delay(think, &path.under("think")),
            None => Delay::None,
        };
        Load::Closed { users: self.users, think, ramp: self.ramp }
    }
}

/// The columns of a recording by their position in a line.
#[derive(Default)]
struct Columns {
    time: Option<usize>,
    class: Option<usize>,
    key: Option<usize>,
    size: Option<usize>,
}

impl Columns {
    fn read(header: &str) -> Result<Columns, String> {
        let mut columns = Columns::default();
        for (index, name) in header.split(',').enumerate() {
            let place = match name.trim().to_lowercase().as_str() {
                "time" => &mut columns.time,
                "class" => &mut columns.class,
                "key" => &mut columns.key,
                "size" => &mut columns.size,
                other => {
                    return Err(format!(
                        "line 1 names a column `{other}`: the columns are `time`, `class`, `key` and `size`"
                    ));
                }
            };
            if place.replace(index).is_some() {
                return Err(format!("line 1 names the column `{}` twice", name.trim()));
            }
        }
        match columns.time {
            Some(_) => Ok(columns),
            None => Err("line 1 must name the columns, `time` among them".to_owned()),
        }
    }

    fn row(&self, line: &str, classes: &[Class]) -> Result<Recorded, String> {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let cell = |place: Option<usize>| {
            place.and_then(|place| cells.get(place)).copied().filter(|cell| !cell.is_empty())
        };
        let at = time(cell(self.time).ok_or("lacks a time")?)?;
        let class = match cell(self.class) {
            None => 0,
            Some(name) => {
                let position = classes.iter().position(|class| class.name == name);
                let position = position
                    .ok_or_else(|| format!("names the class `{name}`, which the clients do not have"))?;
                u8::try_from(position).map_err(|_| "has too many classes".to_owned())?
            }
        };
        let key = match cell(self.key) {
            None => None,
            Some(key) => {
                Some(key.parse().map_err(|_| format!("has the key `{key}`, which is no whole number"))?)
            }
        };
        let size = match cell(self.size) {
            None => None,
            Some(size) => {
                let bytes = size.parse::<u64>().or_else(|_| size.parse::<Size>().map(|Size(bytes)| bytes));
                Some(bytes.map_err(|error| error.message)?)
            }
        };
        Ok(Recorded { at, class, key, size })
    }
}

/// Seconds, or a time with its unit.
fn time(cell: &str) -> Result<Time, String> {
    let span = match cell.parse::<f64>() {
        Ok(seconds) if seconds.is_finite() && seconds >= 0.0 => Duration::from_secs_f64(seconds),
        Ok(_) => return Err(format!("has the time `{cell}`, which is not in the run")),
        Err(_) => cell.parse::<Duration>().map_err(|error| error.message)?,
    };
    Ok(Time::ZERO + span)
}

impl Replay {
    fn read(&self, compiler: &mut Compiler<'_>, path: &Path, classes: &[Class]) -> Vec<Recorded> {
        let Some(text) = (compiler.means.files)(&self.file) else {
            compiler.error("no-file", format!("the file `{}` cannot be read", self.file), path);
            return Vec::new();
        };
        let mut lines = text.lines().zip(1u64..).filter(|(line, _)| !line.trim().is_empty());
        let columns = match Columns::read(lines.next().map_or("", |(line, _)| line)) {
            Ok(columns) => columns,
            Err(why) => {
                compiler.error("bad-file", format!("`{}`: {why}", self.file), path);
                return Vec::new();
            }
        };
        let mut rows = Vec::new();
        for (line, number) in lines {
            match columns.row(line, classes) {
                Ok(row) => rows.push(row),
                Err(why) => {
                    let message = format!("`{}`: line {number} {why}", self.file);
                    compiler.error("bad-file", message, path);
                    return rows;
                }
            }
        }
        if rows.is_empty() {
            compiler.error("never-sends", format!("`{}` holds no requests", self.file), path);
        }
        rows.sort_by_key(|row| row.at);
        rows
    }
}
