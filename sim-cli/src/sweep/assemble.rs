//! From parts to results: all finished cases in the order of the design.

use super::folder::Folder;
use super::parquet::Table;
use super::table::{WELL_ENDED, columns, head, stopped};
use crate::csv::{fields, records};
use crate::exit::Failure;
use crate::output::FileInMaking;

/// What was put together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Assembled {
    /// Cases.
    pub cases: u64,
    /// Rows of all of them.
    pub rows: u64,
    /// Cases in which some run broke a law or was stopped by a bound.
    pub ill: u64,
}

/// Writes the results of a folder whose cases are all finished, one case in memory at a time.
pub fn assemble(folder: &Folder) -> Result<Assembled, Failure> {
    let columns = columns(folder.manifest.axes());
    let mut csv = FileInMaking::new(&folder.path("results.csv"))?;
    let mut parquet = Table::new(&folder.path("results.parquet"), &columns)?;
    csv.add(head(&columns).as_bytes())?;
    let mut assembled = Assembled::default();
    for number in folder.manifest.numbers() {
        let part = folder.part(number).ok_or_else(|| {
            Failure::failed(format!("case {number} of `{}` is gone", folder.name()))
                .with_help("give the same command again: it runs what is missing")
        })?;
        csv.add(part.as_bytes())?;
        let mut is_ill = false;
        for row in records(&part) {
            parquet.push(fields(row))?;
            is_ill |= !WELL_ENDED.contains(&stopped(row));
            assembled.rows += 1;
        }
        assembled.cases += 1;
        assembled.ill += u64::from(is_ill);
    }
    csv.finish()?;
    parquet.finish()?;
    Ok(assembled)
}
