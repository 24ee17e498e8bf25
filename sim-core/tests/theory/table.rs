//! The table of all comparisons, written where `ESCALA_THEORY_TABLE` says.

use std::fmt::Write as _;
use std::sync::Mutex;

/// A comparison.
pub struct Row {
    pub case: String,
    pub metric: String,
    pub expected: Option<f64>,
    pub measured: Option<f64>,
    /// Observations, where chance plays a part.
    pub count: Option<f64>,
    /// The difference over the largest one allowed.
    pub distance: f64,
    /// The difference in standard errors.
    pub score: Option<f64>,
    /// The distance in words.
    pub scale: String,
    /// Why it was not simulated.
    pub note: Option<&'static str>,
    /// The same with a second seed, if the first one failed.
    pub second: Option<Box<Row>>,
}

impl Row {
    /// Whether this estimate is farther away than chance excuses.
    pub fn is_off(&self) -> bool {
        self.distance.is_nan() || self.distance.abs() > 1.0 + 1e-6
    }

    /// Whether it is off, and a second one in the same direction too.
    pub fn fails(&self) -> bool {
        let confirms = |second: &Row| second.is_off() && (second.distance > 0.0) == (self.distance > 0.0);
        self.is_off() && self.second.as_ref().is_none_or(|second| confirms(second))
    }

    /// What is wrong, for the person who reads the failing test.
    pub fn sentence(&self) -> String {
        let second = self.second.as_ref().map_or(String::new(), |second| {
            format!("; with a second seed {} ({})", number(second.measured), second.scale)
        });
        format!(
            "  {}: expected {}, measured {} ({}){second}",
            self.metric,
            number(self.expected),
            number(self.measured),
            self.scale
        )
    }

    fn verdict(&self) -> &'static str {
        match (self.fails(), &self.second, self.note) {
            (true, ..) => "**fails**",
            (false, Some(_), _) => "holds (second seed)",
            (false, None, Some(_)) => "reference",
            (false, None, None) => "holds",
        }
    }

    fn line(&self) -> String {
        let count = self.count.map_or(String::new(), |count| format!("{count}"));
        let scale = match self.note {
            Some(why) => why.to_owned(),
            None => self.scale.clone(),
        };
        let metric = self.metric.replace('|', "\\|");
        let (expected, measured) = (number(self.expected), number(self.measured));
        format!(
            "| {} | {metric} | {expected} | {measured} | {scale} | {count} | {} |",
            self.case,
            self.verdict()
        )
    }
}

fn number(value: Option<f64>) -> String {
    match value {
        None => String::new(),
        Some(value) if value == value.round() && value.abs() < 1e9 => format!("{value}"),
        Some(value) => {
            let digits = (5 - value.abs().log10().floor() as i64).clamp(0, 12) as usize;
            format!("{value:.digits$}")
        }
    }
}

static ROWS: Mutex<Vec<Row>> = Mutex::new(Vec::new());

/// Where the table goes, if anywhere. More requests are simulated then.
pub fn path() -> Option<std::ffi::OsString> {
    std::env::var_os("ESCALA_THEORY_TABLE")
}

/// Adds comparisons and writes what is known so far: no test knows whether it is the last.
pub fn add(rows: Vec<Row>) {
    let Some(path) = path() else { return };
    let mut all = ROWS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    all.extend(rows);
    // The metrics of a case stay in their order; those of the laws come from as many tests.
    let order = |row: &Row| {
        (row.case.clone(), if row.expected.is_none() { row.metric.clone() } else { String::new() })
    };
    all.sort_by_cached_key(order);
    std::fs::write(path, page(&all)).expect("the table can be written");
}

fn page(rows: &[Row]) -> String {
    let mut cases: Vec<&str> = rows.iter().map(|row| row.case.as_str()).collect();
    cases.dedup();
    let of = |verdict: fn(&Row) -> bool| rows.iter().filter(|row| verdict(row)).count();
    let mut page = String::from(HEAD);
    let _ = writeln!(
        page,
        "{} cases, {} values: {} hold, {} of them with the second seed; {} are references that are not simulated; {} fail.\n",
        cases.len(),
        rows.len(),
        of(|row| !row.fails() && row.note.is_none()),
        of(|row| !row.fails() && row.second.is_some()),
        of(|row| !row.fails() && row.note.is_some()),
        of(Row::fails),
    );
    let scores: Vec<f64> = rows.iter().filter_map(|row| row.score).collect();
    let square = scores.iter().map(|score| score * score).sum::<f64>() / scores.len().max(1) as f64;
    let _ = writeln!(
        page,
        "The root mean square of the {} values of *z* is {:.2}; of independent ones it would be 1.\n",
        scores.len(),
        square.sqrt(),
    );
    page.push_str("| case | metric | expected | measured | difference | N | verdict |\n");
    page.push_str("| --- | --- | ---: | ---: | --- | ---: | --- |\n");
    rows.iter().for_each(|row| page.push_str(&format!("{}\n", row.line())));
    page.push_str("\nCases that the language cannot say:\n\n");
    crate::MISSING.iter().for_each(|(id, lacks)| page.push_str(&format!("- {id}: {lacks}\n")));
    page
}

const HEAD: &str = "# Simulated values beside reference values

Written by `cargo xtask theory`; do not edit. The cases, their sources and their tolerances are in
`sim-core/tests/theory/`, each with the scenario that was run.

*z* is the difference in standard errors of an estimate from N observations, autocorrelation included; up to 4 is chance.
Where a case gives a bound instead, the difference is told as a part of it. An estimate beyond its tolerance is made once
more with a second seed; a second one in the same direction is a failure. Seeds are hashes of the names of the cases.

";
