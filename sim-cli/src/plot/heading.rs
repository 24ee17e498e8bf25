//! What stands above every picture: of what it is, and what to quote so that others get the same.

use plotters::drawing::DrawingArea;
use plotters_backend::text_anchor::{HPos, Pos, VPos};
use sim_core::report::Report;

use super::page::{Area, Drawn, UNITS, bold, px, words};
use super::palette::{FAINT, INK};

/// The blank left of a picture in pixels.
pub const MARGIN: i32 = 16;
/// The height of all of it in pixels.
pub const HEIGHT: i32 = 58;

/// Title and subtitle of a picture.
#[derive(Clone, PartialEq, Debug)]
pub struct Heading {
    /// The scenario and its case.
    pub title: String,
    /// What is shown of it.
    pub shown: String,
    /// Seed, digest, and what else there is to know.
    pub subtitle: String,
}

/// What a picture of a scenario, or of a case of it, is called.
pub fn title(scenario: &str, case: Option<&str>) -> String {
    match case {
        Some(case) => format!("{scenario} @ {case}"),
        None => scenario.to_owned(),
    }
}

impl Heading {
    /// The heading of a picture that shows so much of a run.
    pub fn of(report: &Report, shown: &str) -> Heading {
        let title = title(&report.scenario, report.case.as_deref());
        let run = match (report.seeds.len(), &report.digest) {
            (0 | 1, Some(digest)) => format!("seed {} · digest {digest}", report.seed),
            (0 | 1, None) => {
                format!("seed {} · no digest: another machine would have stopped elsewhere", report.seed)
            }
            (several, _) => format!("{several} replications from seed {}", report.seed),
        };
        let subtitle = format!("{run} · results version {}", report.results);
        Heading { title, shown: shown.to_owned(), subtitle }
    }

    /// Adds something to the subtitle.
    pub fn add(&mut self, text: &str) {
        self.subtitle.push_str(" · ");
        self.subtitle.push_str(text);
    }

    /// Title and what is shown, for those who cannot see it.
    pub fn spoken(&self) -> String {
        format!("{}: {}", self.title, self.shown)
    }

    /// Draws it and gives what is left of the page.
    pub fn draw<'p>(&self, page: &Area<'p>) -> Drawn<Area<'p>> {
        let (head, rest): (DrawingArea<_, _>, _) = page.split_vertically(px(HEIGHT));
        let base = Pos::new(HPos::Left, VPos::Bottom);
        let title = bold(18.0, INK).pos(base);
        let (width, _) = head.estimate_text_size(&self.title, &title)?;
        head.draw_text(&self.title, &title, (px(MARGIN), px(31)))?;
        let after = px(MARGIN) + width as i32 + px(10);
        // The base of letters is so much below the bottom of larger ones.
        let lower = UNITS * 3 / 4;
        head.draw_text(&self.shown, &words(15.0, FAINT).pos(base), (after, px(31) - lower))?;
        head.draw_text(&self.subtitle, &words(11.0, FAINT).pos(base), (px(MARGIN), px(51)))?;
        Ok(rest)
    }
}
