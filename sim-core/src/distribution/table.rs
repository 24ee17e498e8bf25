//! Samples and histograms from the text of a CSV file: one row per line, a header and `#` comments allowed.

use std::str::FromStr;

use super::Quantity;
use super::check::Problem;
use crate::quantity::Ratio;

/// One value with its unit per line; further columns are ignored.
pub(super) fn samples<Q: Quantity>(name: &str, text: &str) -> Result<Vec<Q>, Problem> {
    rows(name, text, |row| row.split(',').next().unwrap_or(row).trim().parse::<Q>().map_err(|e| e.message))
}

/// `upper,weight` per line.
pub(super) fn histogram<Q: Quantity>(name: &str, text: &str) -> Result<Vec<(Q, Ratio)>, Problem> {
    rows(name, text, |row| {
        let (upper, weight) =
            row.split_once(',').ok_or("expected an upper bound and a weight, with a comma between")?;
        let upper = upper.trim().parse::<Q>().map_err(|e| e.message)?;
        Ok((upper, Ratio::from_str(weight.trim()).map_err(|e| e.message)?))
    })
}

fn rows<T>(name: &str, text: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, Problem> {
    let mut values = Vec::new();
    let mut is_first = true;
    for (index, line) in text.trim_start_matches('\u{FEFF}').lines().enumerate() {
        let row = line.trim();
        if row.is_empty() || row.starts_with('#') {
            continue;
        }
        // A header is a first row that holds no figure.
        let is_header = is_first && !row.contains(|c: char| c.is_ascii_digit());
        is_first = false;
        if is_header {
            continue;
        }
        let value = read(row)
            .map_err(|message| Problem::new("", format!("`{name}`, line {}: {message}", index + 1)))?;
        values.push(value);
    }
    if values.is_empty() { Err(Problem::new("", format!("`{name}` holds no rows"))) } else { Ok(values) }
}
