//! Traces and where time went: what the command line asks of a run, and the file that traces go to.

use std::path::{Path, PathBuf};

use sim_core::engine::Engine;
use sim_core::model::Model;
use sim_core::observe::trace::{Sampling, Trace, Wish};
use sim_core::quantity::{Rate, Ratio};
use sim_core::time::{Duration, Time};

use crate::exit::Failure;
use crate::output::FileInMaking;

mod otlp;
mod perfetto;

use otlp::Otlp;
use perfetto::Perfetto;

/// Simulated time begins with the year 2000 where a date is asked for, in seconds since 1970: a date for which tools do
/// not take zero for "no time".
pub const EPOCH_S: u64 = 946_684_800;

/// Of how many requests at most it may be told where they spent their time.
const MOST_EXPLAINED: i64 = 100_000;

/// What is to be told of single requests.
#[derive(clap::Args, Clone, Default, Debug)]
pub struct Traced {
    /// Tell where requests around the median and the 99th percentile spent their time, node by node
    #[arg(long)]
    breakdown: bool,
    /// Tell where the slowest N requests spent their time, hop by hop; with `--breakdown`
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MOST_EXPLAINED))]
    explain_slow: Option<u32>,
    /// Write requests as traces, a span for each visit
    #[arg(long, value_name = "FILE", conflicts_with_all = ["replications", "precision"])]
    trace: Option<PathBuf>,
    /// What traces are written as: OpenTelemetry's JSON, or trace events for ui.perfetto.dev; by default what the file's
    /// name says (`out.perfetto.json`), else OTLP
    #[arg(long, value_name = "FORMAT", requires = "trace")]
    trace_format: Option<Format>,
    /// Which requests are traced: `head:1%`, `adaptive:10/s`, `slowest:100`, `slower:250ms` or `errors`; may be repeated
    /// [default: head:1%]
    #[arg(long, value_name = "CHOICE", requires = "trace", value_parser = sampling)]
    trace_sample: Vec<Sampling>,
}

/// How traces are written.
#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Format {
    // Without help of their own, which would spread the help of the whole command.
    Otlp,
    Perfetto,
}

impl Format {
    /// What the name of a file says.
    fn of(path: &Path) -> Format {
        let name =
            path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        if name.contains("perfetto") || name.contains("chrome") { Format::Perfetto } else { Format::Otlp }
    }
}

impl Traced {
    /// What a run has to watch for, if anything; the traces themselves only where they are written.
    pub fn wish(&self, is_written: bool) -> Option<Wish> {
        let samplings = match (&self.trace, self.trace_sample.as_slice()) {
            (Some(_), []) if is_written => vec![Sampling::Head(0.01)],
            (Some(_), chosen) if is_written => chosen.to_vec(),
            _ => Vec::new(),
        };
        let slowest = self.explain_slow.unwrap_or(0);
        let wish = Wish { samplings, slowest, breakdown: self.breakdown || slowest > 0 };
        (wish != Wish::default()).then_some(wish)
    }

    /// The file that the traces of a run go to.
    pub fn file(&self) -> Result<Option<TraceFile>, Failure> {
        let Some(path) = &self.trace else { return Ok(None) };
        let format = self.trace_format.unwrap_or_else(|| Format::of(path));
        Ok(Some(TraceFile { file: FileInMaking::new(path)?, format, text: String::new(), writer: None }))
    }
}

/// A choice on the command line.
fn sampling(text: &str) -> Result<Sampling, String> {
    let (word, value) = text.split_once(':').unwrap_or((text, ""));
    let wrong = |what: &str| Err(format!("`{word}` needs {what}"));
    match word {
        "head" => match value.parse::<Ratio>() {
            Ok(share) if share.0 > 0.0 && share.0 <= 1.0 => Ok(Sampling::Head(share.0)),
            _ => wrong("a share of all requests, such as `head:1%`"),
        },
        "adaptive" => match value.parse::<Rate>() {
            Ok(rate) if rate.0 > 0.0 && rate.0.is_finite() => Ok(Sampling::Adaptive(rate.0)),
            _ => wrong("how many a second of simulated time, such as `adaptive:10/s`"),
        },
        "slowest" => match value.parse::<u32>() {
            Ok(most) if most > 0 => Ok(Sampling::Slowest(most)),
            _ => wrong("a number, such as `slowest:100`"),
        },
        "slower" => match value.parse::<Duration>() {
            Ok(bound) => Ok(Sampling::SlowerThan(bound)),
            Err(_) => wrong("a latency, such as `slower:250ms`"),
        },
        "errors" if value.is_empty() => Ok(Sampling::Errors),
        _ => Err("choose `head:1%`, `adaptive:10/s`, `slowest:100`, `slower:250ms` or `errors`".to_owned()),
    }
}

/// A file of traces, written while the run goes on.
pub struct TraceFile {
    file: FileInMaking,
    format: Format,
    text: String,
    writer: Option<Writer>,
}

enum Writer {
    Otlp(Otlp),
    Perfetto(Box<Perfetto>),
}

/// The run that traces are of.
struct Run<'r> {
    model: &'r Model,
    seed: u64,
    wish: &'r Wish,
    /// How far it has come.
    now: Time,
}

impl TraceFile {
    /// Adds traces of a run.
    pub fn write(&mut self, engine: &Engine, traces: &[Trace]) -> Result<(), Failure> {
        let Some(tracer) = &engine.state().tally.tracer else { return Ok(()) };
        let run =
            Run { model: engine.model(), seed: engine.seed(), wish: tracer.wish(), now: engine.state().now };
        self.text.clear();
        let out = &mut self.text;
        let writer = self.writer.get_or_insert_with(|| match self.format {
            Format::Otlp => Writer::Otlp(Otlp::begin(out)),
            Format::Perfetto => Writer::Perfetto(Box::new(Perfetto::begin(&run, out))),
        });
        for trace in traces {
            match writer {
                Writer::Otlp(writer) => writer.trace(&run, trace, out),
                Writer::Perfetto(writer) => writer.trace(&run, trace, out),
            }
            // A trace may be large.
            self.file.add(out.as_bytes())?;
            out.clear();
        }
        self.file.add(out.as_bytes())
    }

    /// Completes the file.
    pub fn finish(mut self) -> Result<(), Failure> {
        let end = match self.writer {
            None => "",
            Some(Writer::Otlp(_)) => otlp::END,
            Some(Writer::Perfetto(_)) => perfetto::END,
        };
        self.file.add(end.as_bytes())?;
        self.file.finish()
    }
}

/// Adds a value as JSON.
fn push_json(out: &mut String, value: &impl serde::Serialize) {
    // Whatever is written has string keys and finite numbers.
    out.push_str(&serde_json::to_string(value).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_read_and_mistakes_say_what_to_write() {
        assert_eq!(sampling("head:1%"), Ok(Sampling::Head(0.01)));
        assert_eq!(sampling("head:0.5"), Ok(Sampling::Head(0.5)));
        assert_eq!(sampling("adaptive:10/s"), Ok(Sampling::Adaptive(10.0)));
        assert_eq!(sampling("slowest:7"), Ok(Sampling::Slowest(7)));
        assert_eq!(sampling("slower:250ms"), Ok(Sampling::SlowerThan(Duration(250_000_000))));
        assert_eq!(sampling("errors"), Ok(Sampling::Errors));
        for wrong in ["head", "head:0%", "head:2", "adaptive:0/s", "slowest:0", "slowest:x", "slower:fast"] {
            let word = wrong.split(':').next().unwrap_or_default();
            let said = sampling(wrong).expect_err(wrong);
            assert!(said.contains(&format!("such as `{word}:")), "{wrong}: {said}");
        }
        for wrong in ["", "tail", "errors:5", "Head:1%"] {
            assert!(sampling(wrong).expect_err(wrong).contains("choose"), "{wrong}");
        }
    }

    #[test]
    fn a_name_says_what_is_written() {
        for (name, format) in [
            ("out.json", Format::Otlp),
            ("a/perfetto/trace.otlp.json", Format::Otlp),
            ("out.perfetto.json", Format::Perfetto),
            ("Chrome.json", Format::Perfetto),
        ] {
            assert_eq!(Format::of(Path::new(name)), format, "{name}");
        }
    }
}
