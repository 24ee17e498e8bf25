//! Panels below each other over one axis, under a heading and the words of what is marked: most pictures are that.

use crate::exit::Failure;

use super::heading::{HEIGHT, Heading};
use super::legend::Legend;
use super::page::{Area, Drawn, Picture, px};
use super::panel::{BELOW, Panel, Shared};
use super::strip::Strip;

/// In pixels.
const WIDTH: i32 = 1_000;
const FOOT: i32 = 8;

/// Panels below each other.
#[derive(Clone, PartialEq, Debug)]
pub struct Stack {
    heading: Heading,
    shared: Shared,
    strip: Strip,
    /// Each with its height in pixels, without what is written below the lowest.
    panels: Vec<(i32, Panel, Legend)>,
}

impl Stack {
    /// Lays them out.
    pub fn new(mut heading: Heading, shared: Shared, panels: Vec<(i32, Panel)>) -> Result<Stack, Failure> {
        let strip = Strip::new(&shared, WIDTH)?;
        if strip.left_out > 0 {
            heading.add(&format!("{} marks without words", strip.left_out));
        }
        let with_legend = |(height, panel): (i32, Panel)| {
            let legend = Legend::new(&panel.title, &panel.shapes, WIDTH)?;
            Ok((height + legend.extra(), panel, legend))
        };
        let panels = panels.into_iter().map(with_legend).collect::<Result<_, Failure>>()?;
        Ok(Stack { heading, shared, strip, panels })
    }
}

impl Picture for Stack {
    fn title(&self) -> String {
        self.heading.spoken()
    }

    fn size(&self) -> (u32, u32) {
        let panels: i32 = self.panels.iter().map(|(height, ..)| height).sum();
        (WIDTH as u32, (HEIGHT + self.strip.height() + panels + BELOW + FOOT) as u32)
    }

    fn draw(&self, page: &Area) -> Drawn {
        let rest = self.heading.draw(page)?;
        let (strip, mut rest) = rest.split_vertically(px(self.strip.height()));
        self.strip.draw(&strip, &self.shared.marks)?;
        for (index, (height, panel, legend)) in self.panels.iter().enumerate() {
            let is_lowest = index + 1 == self.panels.len();
            let (own, below) = rest.split_vertically(px(height + if is_lowest { BELOW } else { 0 }));
            panel.draw(&own, &self.shared, legend, is_lowest)?;
            rest = below;
        }
        Ok(())
    }
}
