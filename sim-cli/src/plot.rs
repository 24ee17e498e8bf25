//! Pictures, as SVG and PNG: of runs, comparisons and sweeps. A picture is laid out first, as plain values, and then drawn
//! on either kind of page.

use sim_core::model::Model;
use sim_core::report::Report;

use crate::comparison::Comparison;
use crate::exit::Failure;
use crate::output::{Folder, write_file};
use crate::prepare::Prepared;

mod axis;
mod bitmap;
mod comparison;
mod forest;
mod front;
mod happenings;
mod heading;
mod heat;
mod latency;
mod legend;
mod lines;
mod load_curve;
mod notes;
mod over_time;
mod page;
mod palette;
mod panel;
mod results;
mod stack;
mod strip;
mod sweep;

use latency::latency;
use over_time::over_time;
use page::{Picture, png, svg};
use palette::Theme;

pub use heading::{Heading, title as scenario_title};
pub use lines::{Chart, Line, Theory, Value};
pub use load_curve::LoadCurve;
pub use palette::style_of_dark;
pub use results::{Asked, Case, Results};

/// In which formats pictures are written.
#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Sharp at every size, with the fonts of the reader
    Svg,
    /// For whatever shows no SVG
    Png,
    /// Each picture twice
    Both,
}

/// How pictures are written.
#[derive(clap::Args, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Look {
    /// What to write
    #[arg(long, value_enum, default_value = "both")]
    pub format: Format,
    /// On what to draw
    #[arg(long, value_enum, default_value = "light")]
    pub theme: Theme,
}

impl Default for Look {
    fn default() -> Look {
        Look { format: Format::Both, theme: Theme::Light }
    }
}

/// A picture and what its file is called.
pub struct Named {
    name: String,
    picture: Box<dyn Picture>,
}

impl Named {
    /// A picture whose file is called so, with dashes for what is in no file name on every system.
    fn new(name: &str, picture: impl Picture + 'static) -> Named {
        Named { name: safe_name(name), picture: Box::new(picture) }
    }
}

/// A name with dashes for what is in no file name on every system.
pub fn safe_name(name: &str) -> String {
    let sign = |sign: char| if sign.is_alphanumeric() || "-_.@".contains(sign) { sign } else { '-' };
    let name: String = name.chars().map(sign).collect();
    name.trim_end_matches('-').to_owned()
}

impl Named {
    /// What its file is called, without ending.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The picture for a page of HTML that has [`style_of_dark`], and the same to stand on its own.
    pub fn svg(&self) -> Result<(String, String), Failure> {
        let picture = self.picture.as_ref();
        Ok((svg(picture, Theme::Light)?, svg(picture, Theme::Auto)?))
    }
}

/// The pictures of a run of `model`: over time, and the latencies of each client.
pub fn of_run(report: &Report, model: &Model) -> Result<Vec<Named>, Failure> {
    let run = file_name(&report.scenario, report.case.as_deref());
    let mut pictures = vec![Named::new(&format!("{run}-over-time"), over_time(report)?)];
    for (name, client) in &report.measured.clients {
        pictures.push(Named::new(&format!("{run}-latency-{name}"), latency(report, model, name, client)?));
    }
    Ok(pictures)
}

/// The pictures of latency against load, by client.
pub fn of_loads(prepared: &Prepared, curves: Vec<(String, LoadCurve)>) -> Result<Vec<Named>, Failure> {
    let run = file_name(&prepared.model().name, prepared.case.as_deref());
    let named = |(client, curve): (String, LoadCurve)| {
        Ok(Named::new(&format!("{run}-load-{client}"), curve.picture()?))
    };
    curves.into_iter().map(named).collect()
}

/// The picture of a comparison; `name` is that of its file.
pub fn of_comparison(comparison: &Comparison, name: &str) -> Result<Named, Failure> {
    Ok(Named::new(&format!("{}-forest", stem(name)), comparison::forest(comparison)?))
}

/// What to draw of the results of a sweep.
#[derive(clap::Args, Clone, Default, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// Of a sweep: the axis that lines go over; twice: the axes across and down of a heat map
    #[arg(long, value_name = "PATH")]
    pub over: Vec<String>,
    /// Of a sweep: what is drawn, such as `p99(users)`; may be repeated. By default p99 of the first client
    #[arg(long, value_name = "METRIC")]
    pub metric: Vec<String>,
    /// Of a sweep: the metric is drawn against this one, with the cases that none beats by both
    #[arg(long, value_name = "METRIC", conflicts_with = "over")]
    pub against: Option<String>,
    /// Of a sweep: only the cases with this value along an axis; may be repeated
    #[arg(long = "where", value_name = "PATH=VALUE")]
    pub conditions: Vec<String>,
}

/// The pictures of the results of a sweep in their folder.
pub fn of_sweep(folder: &std::path::Path, wanted: &Wanted) -> Result<Vec<Named>, Failure> {
    let results = results::Results::read(folder)?;
    let name = results.name.clone();
    let mut asked = wanted.metric.iter().map(|metric| results.ask(metric)).collect::<Result<Vec<_>, _>>()?;
    if asked.is_empty() {
        asked.push(results.usual_metric()?);
    }
    if let Some(against) = &wanted.against {
        asked.truncate(1);
        asked.push(results.ask(against)?);
        let selection = sweep::Selection::new(results, asked, &wanted.conditions)?;
        return Ok(vec![Named::new(&format!("{name}-front"), selection.front()?)]);
    }
    let metrics: Vec<String> = asked.iter().map(|asked| asked.text.clone()).collect();
    let selection = sweep::Selection::new(results, asked, &wanted.conditions)?;
    let over = wanted.over.iter().map(|path| selection.axis(path)).collect::<Result<Vec<_>, _>>()?;
    let over = if over.is_empty() { selection.varied() } else { over };
    match over.as_slice() {
        [over] => Ok(vec![Named::new(&format!("{name}-lines"), selection.lines(*over)?)]),
        [across, down] => {
            let heat = |(number, metric): (usize, &String)| {
                Ok(Named::new(&format!("{name}-heat-{metric}"), selection.heat(number, *across, *down)?))
            };
            metrics.iter().enumerate().map(heat).collect()
        }
        [] => Err(Failure::usage(format!(
            "all cases in `{name}` are the same: there is nothing to draw them over"
        ))),
        several => Err(Failure::usage(format!("`{name}` varies {}", selection.paths(several)))
            .with_help("say by `--over` which axis lines go over, or twice for a heat map")),
    }
}

/// The name of a file or folder without where it is and its ending.
fn stem(name: &str) -> String {
    let stem = std::path::Path::new(name).file_stem();
    stem.map_or_else(|| "results".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

fn file_name(scenario: &str, case: Option<&str>) -> String {
    case.map_or_else(|| scenario.to_owned(), |case| format!("{scenario}-{case}"))
}

/// Draws pictures into a folder and gives the names of the files.
pub fn write(pictures: &[Named], folder: &Folder, look: Look) -> Result<Vec<String>, Failure> {
    let mut written = Vec::new();
    for Named { name, picture } in pictures {
        let mut put = |ending: &str, bytes: &[u8]| {
            let path = folder.file(&format!("{name}.{ending}"));
            write_file(&path, bytes)?;
            written.push(path.display().to_string());
            Ok::<(), Failure>(())
        };
        if look.format != Format::Png {
            put("svg", svg(picture.as_ref(), look.theme)?.as_bytes())?;
        }
        if look.format != Format::Svg {
            put("png", &png(picture.as_ref(), look.theme)?)?;
        }
    }
    Ok(written)
}
