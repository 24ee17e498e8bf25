//! Drives a run to its end and watches over it: progress, a limit of wall time, Ctrl-C, a line for each request, traces.

use std::path::Path;
use std::time::{Duration, Instant};

use sim_core::arena::Id;
use sim_core::engine::visit::Outcome;
use sim_core::engine::{Engine, Stop};
use sim_core::model::Model;
use sim_core::observe::record::RequestRecord;
use sim_core::observe::trace::Wish;
use sim_core::report::{Report, Watch};

use crate::csv;
use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::output::FileInMaking;
use crate::progress::Progress;
use crate::trace::TraceFile;

/// Events between two looks at the clock: a few milliseconds.
const EVENTS_BETWEEN_LOOKS: u64 = 100_000;
/// Fewer where records wait in memory meanwhile.
const EVENTS_BETWEEN_WRITES: u64 = 10_000;

/// Who looks on while a run goes on.
#[derive(Default)]
pub struct Oversight {
    /// The longest it may take.
    pub wall_limit: Option<Duration>,
    /// Where a line for each request goes.
    pub requests: Option<RequestsFile>,
    /// What is to be told of single requests.
    pub wish: Option<Wish>,
    /// Where traces go.
    pub traces: Option<TraceFile>,
    /// Who tells the user how far it is.
    pub progress: Option<Progress>,
}

/// Runs `engine` to its end and reports; a limit of wall time shows in the report's reason to stop.
pub fn simulate(engine: &mut Engine, mut watch: Watch, oversight: &mut Oversight) -> Result<Report, Failure> {
    let start = Instant::now();
    if oversight.requests.is_some() {
        engine.record_requests();
    }
    if let Some(wish) = oversight.wish.take() {
        engine.trace(wish);
    }
    let is_written = oversight.requests.is_some() || oversight.traces.is_some();
    let events = if is_written { EVENTS_BETWEEN_WRITES } else { EVENTS_BETWEEN_LOOKS };
    loop {
        let stop: Option<Stop> = watch.advance(engine, events);
        if let Some(file) = &mut oversight.requests {
            let records = engine.take_records();
            file.write(engine.model(), &records)?;
        }
        write_traces(engine, oversight)?;
        let elapsed = start.elapsed();
        if stop.is_some() {
            break;
        }
        if interrupt::is_asked() {
            return Err(interrupted(engine));
        }
        if oversight.wall_limit.is_some_and(|limit| elapsed >= limit) {
            engine.interrupt();
            break;
        }
        if let Some(progress) = &mut oversight.progress {
            progress.show(engine, elapsed);
        }
    }
    if let Some(progress) = &mut oversight.progress {
        progress.clear();
    }
    if let Some(file) = oversight.requests.take() {
        file.finish()?;
    }
    // Where a limit has ended the run, those under way were not told yet.
    write_traces(engine, oversight)?;
    if let Some(file) = oversight.traces.take() {
        file.finish()?;
    }
    let mut report = watch.report(engine);
    report.wall_s = start.elapsed().as_secs_f64();
    Ok(report)
}

fn write_traces(engine: &mut Engine, oversight: &mut Oversight) -> Result<(), Failure> {
    let Some(file) = &mut oversight.traces else { return Ok(()) };
    let traces = engine.take_traces();
    file.write(engine, &traces)
}

fn interrupted(engine: &Engine) -> Failure {
    let at = crate::show::number::span_of_s(engine.state().now.as_secs_f64());
    Failure {
        exit: Exit::Interrupted,
        message: format!("interrupted at {at} of simulated time; nothing was written"),
        help: Some("`--wall-limit 10s` ends a run by itself and reports what it saw".to_owned()),
    }
}

/// A CSV file with a line for each request, written while the run goes on.
pub struct RequestsFile {
    file: FileInMaking,
    line: String,
}

impl RequestsFile {
    /// Begins the file.
    pub fn new(path: &Path) -> Result<RequestsFile, Failure> {
        let mut file = FileInMaking::new(path)?;
        file.add(b"client,class,key,sent_s,outcome,latency_ms,attempts,instances\n")?;
        Ok(RequestsFile { file, line: String::new() })
    }

    fn write(&mut self, model: &Model, records: &[RequestRecord]) -> Result<(), Failure> {
        for record in records {
            self.line.clear();
            line(&mut self.line, model, record);
            self.file.add(self.line.as_bytes())?;
        }
        Ok(())
    }

    fn finish(self) -> Result<(), Failure> {
        self.file.finish()
    }
}

/// One line; numbers are exact to the nanosecond.
fn line(out: &mut String, model: &Model, record: &RequestRecord) {
    use std::fmt::Write;
    let source = &model.sources[record.source];
    let class = source.classes.get(usize::from(record.class)).map_or("", |class| class.name.as_str());
    let key = record.key.map(|key| key.to_string()).unwrap_or_default();
    let (sent, latency) = (record.sent.0, record.latency.0);
    let outcome: Outcome = record.outcome;
    let instances: Vec<String> = record
        .visited
        .iter()
        .filter(|instance| instance.index() != source.place.index())
        .map(|instance| model.instance_name(*instance))
        .collect();
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "{},{},{key},{}.{:09},{},{}.{:06},{},{}",
        model.nodes[source.node].name,
        csv::field(class),
        sent / 1_000_000_000,
        sent % 1_000_000_000,
        outcome.word(),
        latency / 1_000_000,
        latency % 1_000_000,
        record.attempts,
        instances.join(" "),
    );
}
