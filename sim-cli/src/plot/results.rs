//! Reads the folder of a sweep: what was varied, and what was measured of it in each case.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use sim_core::report::{METRICS, Metric};
use sim_core::statistics::interval_of;

use crate::csv::{fields, records};
use crate::exit::Failure;
use crate::sweep::manifest::{Manifest, SCHEMA};
use crate::sweep::table::WELL_ENDED;

const CONFIDENCE: f64 = 0.95;

/// A sweep as it stands in its folder.
pub struct Results {
    /// What its folder is called.
    pub name: String,
    /// What defines it.
    pub manifest: Manifest,
    /// The paths that were varied.
    pub axes: Vec<String>,
    columns: BTreeMap<String, usize>,
    /// As it stands in the file, without its head.
    table: String,
}

/// A row of the table, field by field.
type Row<'r> = Vec<Cow<'r, str>>;

/// A metric of something: `p99(users)`.
#[derive(Clone, Debug)]
pub struct Asked {
    /// As asked for.
    pub text: String,
    /// Which one.
    pub metric: &'static Metric,
    subject: String,
    part: String,
}

/// A case: the values along the axes, and a metric over its replications.
#[derive(Clone, PartialEq, Debug)]
pub struct Case {
    /// In the order of the axes, as written.
    pub values: Vec<String>,
    /// By metric asked for: the mean over replications, and its 95 % interval.
    pub measured: Vec<Option<(f64, Option<[f64; 2]>)>>,
}

impl Results {
    /// Reads a folder.
    pub fn read(folder: &Path) -> Result<Results, Failure> {
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read_to_string(&path).map_err(|error| {
                Failure::usage(format!("`{}` cannot be read: {error}", path.display()))
                    .with_help("name the folder that `escala sweep -o` has filled to its end")
            })
        };
        let name =
            folder.file_name().map_or_else(|| "results".into(), |name| name.to_string_lossy().into_owned());
        Results::parse(name, &read("manifest.json")?, &read("results.csv")?)
    }

    fn parse(name: String, manifest: &str, table: &str) -> Result<Results, Failure> {
        let manifest: Manifest = serde_json::from_str(manifest).map_err(|error| {
            Failure::usage(format!("`{name}/manifest.json` is no manifest of a sweep: {error}"))
                .with_help("name the folder of a sweep")
        })?;
        if manifest.schema != SCHEMA {
            let failure = format!("`{name}` has version {} of a sweep's folder", manifest.schema);
            return Err(Failure::usage(format!("{failure}, and this escala reads version {SCHEMA}"))
                .with_help("sweep again with this escala"));
        }
        let head = records(table).next().unwrap_or_default();
        let columns: BTreeMap<String, usize> =
            fields(head).enumerate().map(|(place, name)| (name.into_owned(), place)).collect();
        let axes: Vec<String> = manifest.axes().map(|(path, _)| path.to_owned()).collect();
        let needed = ["case", "seed", "stopped", "scope", "subject", "part"].into_iter();
        let missing = needed.chain(axes.iter().map(String::as_str)).find(|name| !columns.contains_key(*name));
        let is_short = records(table).any(|record| fields(record).count() != columns.len());
        if missing.is_some() || is_short {
            let what =
                missing.map_or_else(|| "a row is cut off".to_owned(), |name| format!("no column `{name}`"));
            return Err(Failure::usage(format!(
                "`{name}/results.csv` is not the table of this sweep: {what}"
            ))
            .with_help("run the same `escala sweep` again: it goes on where it stopped"));
        }
        Ok(Results {
            name,
            manifest,
            axes,
            columns,
            table: table.get(head.len() + 1..).unwrap_or_default().to_owned(),
        })
    }

    fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        records(&self.table).map(|record| fields(record).collect())
    }

    fn field<'r>(&self, row: &'r Row, column: &str) -> &'r str {
        self.columns.get(column).and_then(|place| row.get(*place)).map_or("", |field| field.as_ref())
    }

    /// The seed of the first replication.
    pub fn seed(&self) -> String {
        self.rows().next().map(|row| self.field(&row, "seed").to_owned()).unwrap_or_default()
    }

    /// How many runs did not come to a good end.
    pub fn badly_ended(&self) -> usize {
        let is_bad = |row: &Row| {
            self.field(row, "scope") == "run" && !WELL_ENDED.contains(&self.field(row, "stopped"))
        };
        self.rows().filter(is_bad).count()
    }

    /// The 99th percentile of the first client, which most want to see.
    pub fn usual_metric(&self) -> Result<Asked, Failure> {
        let first = self.rows().find(|row| self.field(row, "scope") == "client");
        let client = first.ok_or_else(|| Failure::usage("these results tell of no client"))?;
        self.ask(&format!("p99({})", self.field(&client, "subject")))
    }

    /// Reads a metric such as `p99(users)` or `wait_mean(app, cores)`.
    pub fn ask(&self, text: &str) -> Result<Asked, Failure> {
        let (name, rest) = text.split_once('(').unwrap_or((text, ")"));
        let Some(metric) = Metric::named(name.trim()) else {
            let near =
                METRICS.iter().map(|metric| metric.name).filter(|known| known.starts_with(name.trim()));
            let near: Vec<&str> = near.take(5).collect();
            let help = match near.as_slice() {
                [] => "docs/reference.md lists the metrics; write `p99(users)`".to_owned(),
                near => format!("there are {}", near.join(", ")),
            };
            return Err(Failure::usage(format!("there is no metric `{}`", name.trim())).with_help(help));
        };
        let mut words =
            rest.trim_end().trim_end_matches(')').splitn(2, ',').map(|word| word.trim().to_owned());
        let (subject, part) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let asked = Asked { text: text.to_owned(), metric, subject, part };
        if !self.rows().any(|row| self.is_of(&row, &asked)) {
            let known: BTreeSet<String> =
                self.rows().map(|row| self.field(&row, "subject").to_owned()).collect();
            let known: Vec<String> =
                known.into_iter().filter(|subject| !subject.is_empty()).take(12).collect();
            return Err(Failure::usage(format!("these results do not tell `{text}`"))
                .with_help(format!("they tell of {}", known.join(", "))));
        }
        Ok(asked)
    }

    fn is_of(&self, row: &Row, asked: &Asked) -> bool {
        self.field(row, "subject") == asked.subject
            && self.field(row, "part") == asked.part
            && (!asked.subject.is_empty() || self.field(row, "scope") == "run")
    }

    /// The axis whose path ends so.
    pub fn axis(&self, path: &str) -> Result<usize, Failure> {
        let is_end = |axis: &String| axis == path || axis.ends_with(&format!(".{path}"));
        let found: Vec<usize> = (0..self.axes.len()).filter(|axis| is_end(&self.axes[*axis])).collect();
        if let [axis] = found.as_slice() {
            return Ok(*axis);
        }
        let exact = found.iter().find(|axis| self.axes[**axis] == path);
        exact.copied().ok_or_else(|| {
            let what = if found.is_empty() { "is not varied in" } else { "is several axes of" };
            Failure::usage(format!("`{path}` {what} `{}`", self.name))
                .with_help(format!("its axes are {}", self.axes.join(", ")))
        })
    }

    /// All cases in order, with what was asked for.
    pub fn cases(&self, asked: &[Asked]) -> Vec<Case> {
        let mut cases: BTreeMap<u32, (Vec<String>, Vec<Vec<f64>>)> = BTreeMap::new();
        for row in self.rows() {
            let Ok(number) = self.field(&row, "case").parse() else { continue };
            let values = || self.axes.iter().map(|axis| self.field(&row, axis).to_owned()).collect();
            let (_, measured) =
                cases.entry(number).or_insert_with(|| (values(), vec![Vec::new(); asked.len()]));
            for (asked, measured) in asked.iter().zip(measured) {
                if self.is_of(&row, asked)
                    && let Ok(value) = self.field(&row, asked.metric.name).parse()
                {
                    measured.push(value);
                }
            }
        }
        let cases = cases.into_values();
        cases
            .map(|(values, measured)| Case { values, measured: measured.iter().map(|of| told(of)).collect() })
            .collect()
    }
}

/// The mean over replications and its interval; of one replication, no interval.
fn told(values: &[f64]) -> Option<(f64, Option<[f64; 2]>)> {
    let interval = interval_of(values, CONFIDENCE)?;
    let ends = (values.len() > 1).then(|| [interval.low(), interval.high()]);
    Some((interval.mean, ends))
}

#[cfg(test)]
pub mod tests {
    use super::*;

    const MANIFEST: &str = r#"{"schema": 1, "results": 2, "version": "0.1.0",
        "scenario": {"sha256": "", "text": ""}, "files": {}, "cases": 4, "replications": 2, "seeds": [7, 8], "shard": null,
        "design": {"plan": "grid", "axes": [
            {"path": "nodes.app.instances", "values": "1,2"}, {"path": "nodes.lb.policy", "values": "Random,PowerOf(d: 2)"}]}}"#;

    /// Four cases of two replications; cases differ by the tens, replications by the ones.
    pub fn small() -> Results {
        let mut table = "case,replication,seed,stopped,nodes.app.instances,nodes.lb.policy,scope,subject,part,p99,throughput\n".to_owned();
        for case in 1..=4 {
            let (instances, policy) = ((case - 1) / 2 + 1, ["Random", "PowerOf(d: 2)"][(case - 1) % 2]);
            for replication in 1..=2 {
                let start = format!("{case},{replication},{},reached,{instances},{policy}", 6 + replication);
                table +=
                    &format!("{start},run,,,,\n{start},client,users,,0.{case}{replication},{}\n", case * 100);
                table += &format!("{start},client,users,read,0.0{case},\n{start},node,app,,,\n");
            }
        }
        Results::parse("small".to_owned(), MANIFEST, &table).expect("it is sound")
    }

    #[test]
    fn a_sweep_is_read_case_by_case() {
        let results = small();
        assert_eq!(
            (results.manifest.replications, results.seed().as_str(), results.badly_ended()),
            (2, "7", 0)
        );
        let usual = results.usual_metric().expect("there is a client");
        assert_eq!(usual.text, "p99(users)");
        let of_reads = results.ask("p99(users, read)").expect("it is told");
        let cases = results.cases(&[usual, of_reads]);
        assert_eq!(cases.len(), 4);
        assert_eq!(cases[1].values, ["1", "PowerOf(d: 2)"]);
        let (mean, interval) = cases[1].measured[0].expect("it was measured");
        // Student's t for one degree of freedom is 12.706.
        let half = 12.706_204_736 * 0.005;
        let [low, high] = interval.expect("there are two replications");
        assert!(
            (mean - 0.215).abs() < 1e-12
                && (high - mean - half).abs() < 1e-9
                && (mean - low - half).abs() < 1e-9
        );
        assert_eq!(cases[1].measured[1], Some((0.02, Some([0.02, 0.02]))));
        let not_measured = results.ask("p99(app)").expect("it is told of");
        assert_eq!(results.cases(&[not_measured])[0].measured, [None]);
    }

    #[test]
    fn axes_are_found_by_their_ends() {
        let results = small();
        assert_eq!(
            (results.axis("instances").ok(), results.axis("nodes.lb.policy").ok()),
            (Some(0), Some(1))
        );
        let failure = results.axis("rate").expect_err("there is none");
        assert_eq!(failure.message, "`rate` is not varied in `small`");
    }

    #[test]
    fn what_cannot_be_told_is_said() {
        let results = small();
        for (text, says) in [
            ("p98(users)", "no metric `p98`"),
            ("p99(nobody)", "do not tell `p99(nobody)`"),
            ("p99(users, write)", "do not tell"),
        ] {
            let failure = results.ask(text).expect_err(text);
            assert!(failure.message.contains(says), "{}", failure.message);
        }
        for (manifest, table, says) in [
            ("{}", "", "is no manifest"),
            (&MANIFEST.replacen('1', "9", 1), "", "version 9"),
            (MANIFEST, "case,seed,stopped\n", "no column `scope`"),
            (
                MANIFEST,
                "case,seed,stopped,scope,subject,part,nodes.app.instances,nodes.lb.policy\n1,",
                "a row is cut off",
            ),
        ] {
            let failure = Results::parse("x".to_owned(), manifest, table).err().expect(says);
            assert!(failure.message.contains(says), "{}", failure.message);
        }
    }
}
