//! Pictures of runs, as SVG and PNG. A picture is laid out first, as plain values, and then drawn on either kind of page.

use sim_core::model::Model;
use sim_core::report::Report;

use crate::exit::Failure;
use crate::output::{Folder, write_file};

mod axis;
mod bitmap;
mod happenings;
mod heading;
mod latency;
mod over_time;
mod page;
mod palette;
mod panel;
mod strip;

use latency::Latency;
use over_time::OverTime;
use page::{Picture, png, svg};
use palette::Theme;

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
struct Named {
    name: String,
    picture: Box<dyn Picture>,
}

/// The pictures of a run of `model`: over time, and the latencies of each client.
fn of_run(report: &Report, model: &Model) -> Result<Vec<Named>, Failure> {
    let run = match &report.case {
        Some(case) => format!("{}-{case}", report.scenario),
        None => report.scenario.clone(),
    };
    let named = |what: &str, picture| Named { name: file_name(&format!("{run}-{what}")), picture };
    let mut pictures = vec![named("over-time", Box::new(OverTime::new(report)?) as Box<dyn Picture>)];
    for (name, client) in &report.measured.clients {
        let latency = Latency::new(report, model, name, client)?;
        pictures.push(named(&format!("latency-{name}"), Box::new(latency)));
    }
    Ok(pictures)
}

/// Draws the pictures of a run into a folder and gives the names of the files.
pub fn write(report: &Report, model: &Model, folder: &Folder, look: Look) -> Result<Vec<String>, Failure> {
    let mut written = Vec::new();
    for Named { name, picture } in of_run(report, model)? {
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

/// A name that is one on every system: other signs than these become dashes.
fn file_name(text: &str) -> String {
    text.chars()
        .map(|sign| if sign.is_alphanumeric() || "-_.@".contains(sign) { sign } else { '-' })
        .collect()
}
