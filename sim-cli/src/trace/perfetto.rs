//! Traces in the trace event format of Chrome, which Perfetto reads: a process for each node, threads for its instances,
//! a slice for each visit, and in it what it did; arrows from callers to whom they call.
//!
//! Slices of one thread must lie in each other. An instance handles several visits at a time, so it has as many threads
//! as there are traced visits at once.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value, json};
use sim_core::arena::Id;
use sim_core::engine::visit::Outcome;
use sim_core::model::InstanceId;
use sim_core::observe::trace::{Doing, Part, Segment, Span, Trace};
use sim_core::time::Time;

use super::{Run, push_json};

pub(super) const END: &str = "\n]}\n";

/// A file in the making.
pub(super) struct Perfetto {
    is_empty: bool,
    /// By instance: its threads.
    lanes: BTreeMap<InstanceId, Vec<Lane>>,
    threads: u64,
    arrows: u64,
}

/// A thread: what lies on it, from when to when.
#[derive(Default)]
struct Lane {
    thread: u64,
    taken: BTreeSet<(u64, u64)>,
}

impl Lane {
    fn has_room(&self, from: u64, to: u64) -> bool {
        let before = self.taken.range(..=(from, u64::MAX)).next_back();
        let after = self.taken.range((from, 0)..).next();
        before.is_none_or(|(_, end)| *end <= from)
            && after.is_none_or(|(start, _)| *start >= to && *start > from)
    }
}

/// An event of the format.
#[derive(Serialize)]
struct Event {
    name: String,
    cat: &'static str,
    ph: char,
    /// Microseconds of simulated time.
    ts: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    dur: Option<f64>,
    pid: u64,
    tid: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    /// Arrows end at the slice around them.
    #[serde(skip_serializing_if = "Option::is_none")]
    bp: Option<char>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    args: Map<String, Value>,
}

impl Perfetto {
    /// Begins a file.
    pub(super) fn begin(run: &Run<'_>, out: &mut String) -> Perfetto {
        let about = json!({"scenario": run.model.name, "seed": run.seed.to_string()});
        out.push_str("{\"displayTimeUnit\":\"ns\",\"otherData\":");
        push_json(out, &about);
        out.push_str(",\"traceEvents\":[");
        let mut writer = Perfetto { is_empty: true, lanes: BTreeMap::new(), threads: 0, arrows: 0 };
        for (id, node) in run.model.nodes.enumerate() {
            let pid = process(id.index());
            writer.push(
                &json!({"ph": "M", "name": "process_name", "pid": pid, "args": {"name": node.name}}),
                out,
            );
        }
        writer
    }

    fn push(&mut self, event: &impl Serialize, out: &mut String) {
        out.push_str(if std::mem::take(&mut self.is_empty) { "\n" } else { ",\n" });
        push_json(out, event);
    }

    /// Adds a trace.
    pub(super) fn trace(&mut self, run: &Run<'_>, trace: &Trace, out: &mut String) {
        let mut places: Vec<(u64, u64, Time, Time)> = Vec::with_capacity(trace.spans.len());
        for span in &trace.spans {
            let from = span.entered.unwrap_or(span.sent);
            let to = span.left.or(span.ended).unwrap_or(run.now).max(from);
            let pid = process(span.node.index());
            let tid = self.thread(run, span.place, from, to, out);
            places.push((pid, tid, from, to));
            let slice = |name: String, cat, from: Time, to: Time, args| Event {
                name,
                cat,
                ph: 'X',
                ts: microseconds(from),
                dur: Some(microseconds(to) - microseconds(from)),
                pid,
                tid,
                id: None,
                bp: None,
                args,
            };
            let name = run.model.nodes[span.node].name.clone();
            self.push(&slice(name, "visit", from, to, about(run, trace, span)), out);
            for (segment, ends) in span.stays(run.now) {
                let (start, ends) = (segment.from.max(from), ends.min(to));
                if let Some(word) = word(run, &segment, span)
                    && ends > start
                {
                    self.push(&slice(word, "part", start, ends, Map::new()), out);
                }
            }
            if let Some(parent) = span.parent {
                self.arrow(span, places[parent as usize], (pid, tid, from), out);
            }
        }
    }

    /// An arrow from who calls to who is called.
    fn arrow(
        &mut self,
        span: &Span,
        (from_pid, from_tid, starts, ends): (u64, u64, Time, Time),
        (pid, tid, at): (u64, u64, Time),
        out: &mut String,
    ) {
        self.arrows += 1;
        let point = |ph, at: Time, pid, tid, bp| Event {
            name: "call".to_owned(),
            cat: "call",
            ph,
            ts: microseconds(at),
            dur: None,
            pid,
            tid,
            id: Some(self.arrows),
            bp,
            args: Map::new(),
        };
        let start = point('s', span.sent.clamp(starts, ends), from_pid, from_tid, None);
        let end = point('f', at, pid, tid, Some('e'));
        self.push(&start, out);
        self.push(&end, out);
    }

    /// A thread of an instance on which nothing lies between two times.
    fn thread(&mut self, run: &Run<'_>, place: InstanceId, from: Time, to: Time, out: &mut String) -> u64 {
        let (from, to) = (from.0, to.0);
        let lanes = self.lanes.entry(place).or_default();
        if let Some(lane) = lanes.iter_mut().find(|lane| lane.has_room(from, to)) {
            lane.taken.insert((from, to));
            return lane.thread;
        }
        self.threads += 1;
        let thread = self.threads;
        lanes.push(Lane { thread, taken: BTreeSet::from([(from, to)]) });
        let number = lanes.len();
        let name = run.model.instance_name(place);
        let name = if number == 1 { name } else { format!("{name} ({number})") };
        let pid = process(run.model.instances[place].node.index());
        let named =
            json!({"ph": "M", "name": "thread_name", "pid": pid, "tid": thread, "args": {"name": name}});
        self.push(&named, out);
        // Threads of one instance stand together.
        let order = (place.index() as u64) * 1_000 + (number as u64).min(999);
        let sorted = json!({"ph": "M", "name": "thread_sort_index", "pid": pid, "tid": thread,
            "args": {"sort_index": order}});
        self.push(&sorted, out);
        thread
    }
}

/// Numbers of processes begin with one: zero is the kernel's.
fn process(node: usize) -> u64 {
    node as u64 + 1
}

fn microseconds(time: Time) -> f64 {
    time.0 as f64 / 1e3
}

fn about(run: &Run<'_>, trace: &Trace, span: &Span) -> Map<String, Value> {
    let mut args = Map::new();
    let mut add = |key: &str, value: Value| {
        args.insert(key.to_owned(), value);
    };
    add("request", trace.number.into());
    add("instance", run.model.instance_name(span.place).into());
    if span.parent.is_none() {
        let class = &run.model.sources[trace.source].classes[usize::from(trace.class)].name;
        if !class.is_empty() {
            add("class", class.as_str().into());
        }
        if let Some(sampling) = trace.chosen_by.and_then(|place| run.wish.samplings.get(place as usize)) {
            add("sampled_by", sampling.word().into());
        }
    }
    if span.attempt > 0 {
        add("attempt", span.attempt.into());
    }
    let is_over = span.ended.is_some();
    let outcome: Outcome = span.outcome;
    add("outcome", if is_over { outcome.word() } else { "unfinished" }.into());
    if let Some(at) = span.given_up {
        add("given_up_us", microseconds(at).into());
    }
    let parts = span.own_parts(run.now);
    for part in Part::ALL {
        let time = parts.of(part).0;
        if time > 0 || matches!(part, Part::Queue | Part::Service | Part::Network) {
            add(&format!("{}_us", part.word()), (time as f64 / 1e3).into());
        }
    }
    args
}

/// What a slice inside a visit is called; none for what is a slice of its own elsewhere, or takes no time.
fn word(run: &Run<'_>, segment: &Segment, span: &Span) -> Option<String> {
    let node = |id| run.model.nodes[id].name.as_str();
    let pool = |slot: u8| run.model.nodes[span.node].pool_word(usize::from(slot)).unwrap_or("pool");
    let is_elsewhere = segment.node != span.node;
    Some(match segment.doing {
        Doing::Network if is_elsewhere => format!("on the way: {}", node(segment.node)),
        Doing::Waiting if is_elsewhere => format!("ask {}", node(segment.node)),
        Doing::InLine(slot) => format!("in line for {}", pool(slot)),
        Doing::Working(slot) => format!("work on {}", pool(slot)),
        Doing::Waiting => "wait".to_owned(),
        Doing::Locked => "wait for a lock".to_owned(),
        Doing::Fetching => "wait for a fetch".to_owned(),
        Doing::BackingOff => "back off".to_owned(),
        Doing::Stalled => "stand still".to_owned(),
        Doing::Running | Doing::Network | Doing::Calling(_) | Doing::Hit | Doing::Miss => return None,
    })
}
