//! Pictures as pixels: plotters' bitmap with words and lines of its own.
//!
//! plotters sets letters without the blank before them, and fills a thick line as one polygon, which has holes where
//! the line turns sharply. Here every letter stands at its place, and a line is drawn piece by piece, with round joints.

use std::io::Error;

use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};
use plotters::prelude::BitMapBackend;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
};

use crate::exit::Failure;

use super::page::{em, fonts};

/// How many pixels of the page, each way, are averaged into one of the PNG.
const AVERAGED: usize = 2;

/// A page of pixels.
pub struct Bitmap<'p>(BitMapBackend<'p>);

type Outcome = Result<(), DrawingErrorKind<Error>>;

impl<'p> Bitmap<'p> {
    /// A page on `pixels`, three bytes each.
    pub fn new(pixels: &'p mut [u8], size: (u32, u32)) -> Bitmap<'p> {
        Bitmap(BitMapBackend::with_buffer(pixels, size))
    }
}

fn told<E: std::error::Error + Send + Sync>(error: DrawingErrorKind<E>) -> DrawingErrorKind<Error> {
    DrawingErrorKind::DrawingError(Error::other(error.to_string()))
}

impl DrawingBackend for Bitmap<'_> {
    type ErrorType = Error;

    fn get_size(&self) -> (u32, u32) {
        self.0.get_size()
    }

    fn ensure_prepared(&mut self) -> Outcome {
        self.0.ensure_prepared().map_err(told)
    }

    fn present(&mut self) -> Outcome {
        self.0.present().map_err(told)
    }

    fn draw_pixel(&mut self, point: BackendCoord, colour: BackendColor) -> Outcome {
        self.0.draw_pixel(point, colour).map_err(told)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Outcome {
        self.0.draw_line(from, to, style).map_err(told)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        lower_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Outcome {
        self.0.draw_rect(upper_left, lower_right, style, fill).map_err(told)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Outcome {
        let radius = style.stroke_width() / 2;
        let mut last: Option<BackendCoord> = None;
        for point in path {
            if let Some(last) = last {
                self.draw_line(last, point, style)?;
                if radius > 0 {
                    self.draw_circle(last, radius, &style.color(), true)?;
                }
            }
            last = Some(point);
        }
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> Outcome {
        let (font, scale) = font_of(style).map_err(unset)?;
        let width = width_of(text, font, scale);
        // The same rules as in SVG: see plotters-svg, `dy`.
        let ex = 0.547 * em(style);
        let anchor = style.anchor();
        let left = match anchor.h_pos {
            HPos::Left => 0.0,
            HPos::Center => -width / 2.0,
            HPos::Right => -width,
        };
        let baseline = match anchor.v_pos {
            VPos::Top => 0.76 * em(style),
            VPos::Center => 0.5 * ex,
            VPos::Bottom => -0.5 * ex,
        };
        let transform = style.transform();
        for (glyph, x) in placed(text, font, scale) {
            let glyph = glyph.with_scale_and_position(scale, point(left + x, baseline));
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let corner = outline.px_bounds().min;
            let mut outcome = Ok(());
            outline.draw(|x, y, cover| {
                let (x, y) = transform.transform(corner.x as i32 + x as i32, corner.y as i32 + y as i32);
                let colour = style.color();
                let colour = BackendColor { alpha: colour.alpha * f64::from(cover.min(1.0)), ..colour };
                if outcome.is_ok() {
                    outcome = self.draw_pixel((at.0 + x, at.1 + y), colour);
                }
            });
            outcome?;
        }
        Ok(())
    }
}

fn unset(failure: Failure) -> DrawingErrorKind<Error> {
    DrawingErrorKind::DrawingError(Error::other(failure.message))
}

/// How wide `text` is in units of the page.
pub fn text_width(text: &str, style: &impl BackendTextStyle) -> Result<f32, Failure> {
    let (font, scale) = font_of(style)?;
    Ok(width_of(text, font, scale))
}

/// The font of a style, and the height of its letters in units.
fn font_of(style: &impl BackendTextStyle) -> Result<(&'static FontRef<'static>, PxScale), Failure> {
    let [regular, bold] = fonts()?;
    let font = if matches!(style.style(), FontStyle::Bold) { bold } else { regular };
    let em_in_font = font.units_per_em().unwrap_or(1.0);
    Ok((font, PxScale::from(em(style) * font.height_unscaled() / em_in_font)))
}

/// The letters of `text` and how far right each stands.
fn placed(text: &str, font: &FontRef, scale: PxScale) -> Vec<(ab_glyph::GlyphId, f32)> {
    let scaled = font.as_scaled(scale);
    let (mut x, mut last) = (0.0, None);
    let mut letters = Vec::with_capacity(text.len());
    for letter in text.chars() {
        let glyph = font.glyph_id(letter);
        if let Some(last) = last.replace(glyph) {
            x += scaled.kern(last, glyph);
        }
        letters.push((glyph, x));
        x += scaled.h_advance(glyph);
    }
    letters
}

fn width_of(text: &str, font: &FontRef, scale: PxScale) -> f32 {
    let last = placed(text, font, scale).pop();
    last.map_or(0.0, |(glyph, x)| x + font.as_scaled(scale).h_advance(glyph))
}

/// Packs pixels as a PNG of half the size each way.
pub fn png(pixels: &[u8], (width, height): (u32, u32)) -> Result<Vec<u8>, png::EncodingError> {
    let line = 3 * width as usize;
    let (columns, rows) = (width as usize / AVERAGED, height as usize / AVERAGED);
    let mut averaged = Vec::with_capacity(3 * columns * rows);
    for row in 0..rows {
        for place in 0..3 * columns {
            let (column, channel) = (place / 3, place % 3);
            let mut sum = 0;
            for y in row * AVERAGED..(row + 1) * AVERAGED {
                for x in column * AVERAGED..(column + 1) * AVERAGED {
                    sum += u32::from(pixels[y * line + 3 * x + channel]);
                }
            }
            averaged.push((sum / (AVERAGED * AVERAGED) as u32) as u8);
        }
    }
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, columns as u32, rows as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&averaged)?;
    writer.finish()?;
    Ok(out)
}
