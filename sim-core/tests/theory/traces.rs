//! F15: exact hit counts on public traces, which are other people's data and lie where `ESCALA_TRACES` says.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::PathBuf;

use crate::harness::{self, Findings};
use crate::reference;
use crate::run::compiled_with;

/// The traces and their files.
const TRACES: [(&str, &str); 6] = [
    ("F15-trace-gli", "gli.trace.gz"),
    ("F15-trace-sprite", "sprite.trace.gz"),
    ("F15-trace-multi1", "multi1.trace.gz"),
    ("F15-trace-cs", "cs.trace.gz"),
    ("F15-trace-2_pools", "2_pools.trace.gz"),
    ("F15-trace-web12", "web12.trace.xz"),
];

/// The cases that are tested here.
pub const COVERED: &[&str] = &[TRACES[0].0, TRACES[1].0, TRACES[2].0, TRACES[3].0, TRACES[4].0, TRACES[5].0];

/// One whole number a line, other lines skipped; or whole numbers of four bytes, the highest first.
fn keys(path: &PathBuf) -> Vec<u64> {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut content = Vec::new();
    if path.extension().is_some_and(|extension| extension == "xz") {
        let mut reader = lzma_rust2::XzReader::new(bytes.as_slice(), false);
        reader.read_to_end(&mut content).expect("the trace is an xz file");
        let (words, rest) = content.as_chunks::<4>();
        assert!(rest.is_empty(), "the trace ends within a key");
        return words.iter().map(|word| u64::from(u32::from_be_bytes(*word))).collect();
    }
    let mut reader = flate2::read::MultiGzDecoder::new(bytes.as_slice());
    reader.read_to_end(&mut content).expect("the trace is a gzip file");
    let text = String::from_utf8(content).expect("the trace is text");
    text.lines().filter_map(|line| line.trim().parse().ok()).collect()
}

/// Every cache of the case sees every request, each on its own.
fn hits(id: &str, keys: &[u64]) -> Findings {
    let metrics = reference::case(id).metrics;
    let mut findings = Findings::new();
    let mut caches = BTreeSet::new();
    for metric in &metrics {
        let (policy, capacity) = metric.name.split_once(" hits, C=").expect("it is a count of hits");
        match policy {
            "OPT" => {
                findings.reference(&metric.name, None, "knows the future: not simulated");
            }
            _ => {
                caches.insert((policy.to_owned(), capacity.to_owned()));
            }
        }
    }
    let (mut nodes, mut steps) = (String::new(), String::new());
    for (policy, capacity) in &caches {
        let evict = match policy.as_str() {
            "LRU" => "Lru",
            "FIFO" => "Fifo",
            "CLOCK" => "Clock",
            other => panic!("no cache evicts by {other}"),
        };
        let name = format!("{}-{capacity}", evict.to_lowercase());
        let _ = writeln!(nodes, r#"        "{name}": Cache(capacity: {capacity}, evict: {evict}),"#);
        let _ = write!(steps, r#"Get(cache: "{name}"), "#);
    }
    let text = format!(
        r#"Scenario(
    nodes: {{
        "users": Clients(to: "app", load: Replay(file: "trace.csv")),
        "app": Service(serve: [{steps}]),
{nodes}    }},
)"#
    );
    let mut rows = "time,key\n".to_owned();
    for (number, key) in keys.iter().enumerate() {
        let _ = writeln!(rows, "{number}us,{key}");
    }
    let run = compiled_with(&text, &|_| Some(rows.clone())).run(1);
    for (policy, capacity) in &caches {
        let name = format!("{}-{capacity}", policy.to_lowercase());
        findings.exact(format!("{policy} hits, C={capacity}"), run.cache_tally(&name).hits as f64);
    }
    findings
}

#[test]
fn f15_traces() {
    let Some(folder) = std::env::var_os("ESCALA_TRACES").map(PathBuf::from) else {
        eprintln!("F15 needs the traces in $ESCALA_TRACES: skipped {}", TRACES.len());
        return;
    };
    for (id, file) in TRACES {
        let keys = keys(&folder.join(file));
        harness::judge(id, |_| hits(id, &keys));
    }
}
