//! The run over time as a file: CSV or Parquet, a row for each interval, or OpenMetrics, which Prometheus reads.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use sim_core::report::{Report, SeriesRow};
use sim_core::sorted::Map;

use crate::exit::Failure;
use crate::output::{FileInMaking, write_file};
use crate::sweep::parquet;
use crate::sweep::table::Kind;

mod openmetrics;

/// A file for the run over time.
pub struct SeriesFile {
    path: PathBuf,
    format: Format,
}

/// How it is written.
#[derive(Clone, Copy)]
enum Format {
    Csv,
    Parquet,
    OpenMetrics,
}

impl SeriesFile {
    /// A file whose name says how it is written, and which can be written as things stand: whoever waits for a run wants
    /// to know that before.
    pub fn new(path: &Path) -> Result<SeriesFile, Failure> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        let format = match ending.as_deref() {
            Some("csv") => Format::Csv,
            Some("parquet") => Format::Parquet,
            Some("om") => Format::OpenMetrics,
            _ => {
                let message = format!("`{}` does not say how the run over time is written", path.display());
                let help = "name a file that ends in `.csv`, `.parquet` or `.om`";
                return Err(Failure::usage(message).with_help(help));
            }
        };
        FileInMaking::new(path)?;
        Ok(SeriesFile { path: path.to_owned(), format })
    }

    /// Writes the rows of a report.
    pub fn write(self, report: &Report) -> Result<(), Failure> {
        let table = Table::of(report);
        match self.format {
            Format::OpenMetrics => write_file(&self.path, openmetrics::text(report).as_bytes()),
            Format::Csv => write_file(&self.path, table.csv().as_bytes()),
            Format::Parquet => {
                let columns = table.columns.iter().map(|(name, kind)| (name.as_str(), *kind));
                let mut file = parquet::Table::new(&self.path, &columns.collect::<Vec<_>>())?;
                for row in &table.rows {
                    file.push(row.iter().map(|field| Cow::Borrowed(field.as_str())))?;
                }
                file.finish()
            }
        }
    }
}

/// Rows and columns; what is not known is empty.
struct Table {
    columns: Vec<(String, Kind)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn of(report: &Report) -> Table {
        let of_run = ["t_s", "offered_rps", "completed_rps", "failed_rps", "p50_ms", "p99_ms"];
        let mut columns: Vec<(String, Kind)> =
            of_run.iter().map(|name| ((*name).to_owned(), Kind::Number)).collect();
        let nodes: Vec<&String> =
            report.series.first().into_iter().flat_map(|row| row.present.keys()).collect();
        for node in &nodes {
            columns.push((format!("{node}.present"), Kind::Count));
            columns.push((format!("{node}.instances"), Kind::Count));
            columns.push((format!("{node}.utilization"), Kind::Number));
        }
        let rows = report.series.iter().map(|row| fields(row, &nodes)).collect();
        Table { columns, rows }
    }

    /// Names of nodes need no quotes, and neither do numbers.
    fn csv(&self) -> String {
        let heads: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        let rows = self.rows.iter().map(|row| row.join(","));
        let mut text: String = std::iter::once(heads.join(",")).chain(rows).collect::<Vec<_>>().join("\n");
        text.push('\n');
        text
    }
}

fn fields(row: &SeriesRow, nodes: &[&String]) -> Vec<String> {
    let known = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let of_run = [Some(row.t), Some(row.offered_rps), Some(row.completed_rps), Some(row.failed_rps)];
    let mut fields: Vec<String> = of_run.into_iter().chain([row.p50_ms, row.p99_ms]).map(known).collect();
    for node in nodes {
        let count = |counts: &Map<String, u32>| counts.get(*node).copied().unwrap_or(0).to_string();
        fields.extend([count(&row.present), count(&row.instances)]);
        fields.push(known(row.utilization.get(*node).copied()));
    }
    fields
}
