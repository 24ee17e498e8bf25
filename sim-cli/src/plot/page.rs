//! The page a picture is drawn on: SVG or pixels, in the same units, so that both look alike.

use std::io::Error;
use std::sync::OnceLock;

use ab_glyph::FontRef;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::prelude::SVGBackend;
use plotters::style::{FontStyle, IntoFont, RGBColor, TextStyle, register_font};
use plotters_backend::text_anchor::Pos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontFamily,
    FontTransform,
};

use crate::exit::Failure;

use super::bitmap::{Bitmap, text_width};
use super::palette::{self, PAPER, Theme};

/// Units of a page in one pixel of the picture: plotters knows whole numbers only, and lines want to be finer than that.
pub const UNITS: i32 = 4;

/// A font of the reader's in SVG; in pixels, and for the width of words, the one below.
const FAMILY: &str = "sans-serif";
const REGULAR: &[u8] = include_bytes!("../../assets/fonts/DejaVuSans.ttf");
const BOLD: &[u8] = include_bytes!("../../assets/fonts/DejaVuSans-Bold.ttf");

/// plotters' size of a font is that of its lines: so much more than its em.
const LINE: f64 = 1.24;

/// A part of a page.
pub type Area<'p> = DrawingArea<Page<'p>, Shift>;

/// What may go wrong with it.
pub type Drawn<T = ()> = Result<T, DrawingAreaErrorKind<Error>>;

/// Something that can be drawn.
pub trait Picture: Send {
    /// In a few words, for those who cannot see it.
    fn title(&self) -> String;
    /// Width and height in pixels.
    fn size(&self) -> (u32, u32);
    /// Draws it on a page of that size.
    fn draw(&self, page: &Area) -> Drawn;
}

/// So many pixels in units.
pub const fn px(pixels: i32) -> i32 {
    pixels * UNITS
}

/// Words of an em of so many pixels.
pub fn words(pixels: f64, colour: RGBColor) -> TextStyle<'static> {
    (FAMILY, pixels * f64::from(UNITS) * LINE).into_font().color(&colour)
}

/// The same, bold.
pub fn bold(pixels: f64, colour: RGBColor) -> TextStyle<'static> {
    (FAMILY, pixels * f64::from(UNITS) * LINE).into_font().style(FontStyle::Bold).color(&colour)
}

/// How wide a text is, in pixels.
pub fn width_of(text: &str, style: &TextStyle) -> Result<f64, Failure> {
    Ok(f64::from(text_width(text, style)?) / f64::from(UNITS))
}

/// The same while drawing.
pub fn measured(text: &str, style: &TextStyle) -> Drawn<f64> {
    width_of(text, style).map_err(|failure| {
        DrawingAreaErrorKind::BackendError(DrawingErrorKind::DrawingError(Error::other(failure.message)))
    })
}

/// As much of a text as is not wider than so many pixels, and a sign that there was more.
pub fn fitted(text: &str, style: &TextStyle, pixels: i32) -> Drawn<String> {
    let mut kept = text.to_owned();
    let mut shown = kept.clone();
    while measured(&shown, style)? > f64::from(pixels) && kept.pop().is_some() {
        shown = format!("{}…", kept.trim_end());
    }
    Ok(shown)
}

/// `picture` as an SVG that stands on its own, and that can stand in a page of HTML.
pub fn svg(picture: &dyn Picture, theme: Theme) -> Result<String, Failure> {
    let (width, height) = picture.size();
    let mut text = String::new();
    draw(picture, Surface::Svg(SVGBackend::with_string(&mut text, in_units(picture))), theme)?;
    // The first line says how large the page is in units; what is shown is as large as the picture.
    let body = text.split_once('\n').map_or("", |(_, body)| body);
    let (wide, high) = in_units(picture);
    let title = picture.title().replace('&', "&amp;").replace('<', "&lt;");
    let style = if theme == Theme::Auto { palette::style_of_dark() } else { String::new() };
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"escala\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {wide} {high}\" role=\"img\">\n<title>{title}</title>\n{style}{body}"
    ))
}

/// `picture` as a PNG of twice its size, for dense screens: drawn twice as large again, and averaged.
pub fn png(picture: &dyn Picture, theme: Theme) -> Result<Vec<u8>, Failure> {
    let size = in_units(picture);
    let mut pixels = vec![0; 3 * size.0 as usize * size.1 as usize];
    draw(picture, Surface::Bitmap(Bitmap::new(&mut pixels, size)), theme)?;
    super::bitmap::png(&pixels, size)
        .map_err(|error| Failure::failed(format!("the picture cannot be packed as PNG: {error}")))
}

fn in_units(picture: &dyn Picture) -> (u32, u32) {
    let (width, height) = picture.size();
    (width * UNITS as u32, height * UNITS as u32)
}

fn draw(picture: &dyn Picture, surface: Surface, theme: Theme) -> Result<(), Failure> {
    fonts()?;
    let page = Page { surface, theme }.into_drawing_area();
    let drawn = page.fill(&PAPER).and_then(|()| picture.draw(&page)).and_then(|()| page.present());
    drawn.map_err(|error| Failure::failed(format!("the picture cannot be drawn: {error}")))
}

/// The fonts of pixels: regular and bold.
pub(super) fn fonts() -> Result<&'static [FontRef<'static>; 2], Failure> {
    static FONTS: OnceLock<Option<[FontRef<'static>; 2]>> = OnceLock::new();
    let fonts = FONTS.get_or_init(|| {
        register_font(FAMILY, FontStyle::Normal, REGULAR).ok()?;
        register_font(FAMILY, FontStyle::Bold, BOLD).ok()?;
        Some([FontRef::try_from_slice(REGULAR).ok()?, FontRef::try_from_slice(BOLD).ok()?])
    });
    fonts.as_ref().ok_or_else(|| Failure::failed("the fonts in this command are damaged: build it again"))
}

/// What is drawn on, and in which colours.
pub struct Page<'p> {
    surface: Surface<'p>,
    theme: Theme,
}

/// One surface for both formats, so that pictures need not be generic.
enum Surface<'p> {
    Svg(SVGBackend<'p>),
    Bitmap(Bitmap<'p>),
}

/// A style in the colours of a theme.
struct Themed<'s, S> {
    style: &'s S,
    theme: Theme,
}

impl<S: BackendStyle> BackendStyle for Themed<'_, S> {
    fn color(&self) -> BackendColor {
        palette::in_theme(self.style.color(), self.theme)
    }

    fn stroke_width(&self) -> u32 {
        self.style.stroke_width()
    }
}

impl<S: BackendTextStyle> BackendTextStyle for Themed<'_, S> {
    type FontError = S::FontError;

    fn color(&self) -> BackendColor {
        palette::in_theme(self.style.color(), self.theme)
    }

    fn size(&self) -> f64 {
        self.style.size()
    }

    fn transform(&self) -> FontTransform {
        self.style.transform()
    }

    fn style(&self) -> FontStyle {
        self.style.style()
    }

    fn anchor(&self) -> Pos {
        self.style.anchor()
    }

    fn family(&self) -> FontFamily<'_> {
        self.style.family()
    }

    fn layout_box(&self, text: &str) -> Result<((i32, i32), (i32, i32)), S::FontError> {
        self.style.layout_box(text)
    }

    fn draw<E, D: FnMut(i32, i32, BackendColor) -> Result<(), E>>(
        &self,
        text: &str,
        at: BackendCoord,
        mut draw: D,
    ) -> Result<Result<(), E>, S::FontError> {
        self.style.draw(text, at, |x, y, colour| draw(x, y, palette::in_theme(colour, self.theme)))
    }
}

/// Does the same to whichever surface it is.
macro_rules! either {
    ($page:expr, $on:ident => $what:expr) => {
        match $page {
            Surface::Svg($on) => $what,
            Surface::Bitmap($on) => $what,
        }
    };
}

type Outcome = Result<(), DrawingErrorKind<Error>>;

impl DrawingBackend for Page<'_> {
    type ErrorType = Error;

    fn get_size(&self) -> (u32, u32) {
        either!(&self.surface, on => on.get_size())
    }

    fn ensure_prepared(&mut self) -> Outcome {
        either!(&mut self.surface, on => on.ensure_prepared())
    }

    fn present(&mut self) -> Outcome {
        either!(&mut self.surface, on => on.present())
    }

    fn draw_pixel(&mut self, point: BackendCoord, colour: BackendColor) -> Outcome {
        let colour = palette::in_theme(colour, self.theme);
        either!(&mut self.surface, on => on.draw_pixel(point, colour))
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Outcome {
        let style = &Themed { style, theme: self.theme };
        either!(&mut self.surface, on => on.draw_line(from, to, style))
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        lower_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Outcome {
        let style = &Themed { style, theme: self.theme };
        either!(&mut self.surface, on => on.draw_rect(upper_left, lower_right, style, fill))
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Outcome {
        let style = &Themed { style, theme: self.theme };
        either!(&mut self.surface, on => on.draw_path(path, style))
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Outcome {
        let style = &Themed { style, theme: self.theme };
        either!(&mut self.surface, on => on.draw_circle(centre, radius, style, fill))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Outcome {
        let style = &Themed { style, theme: self.theme };
        either!(&mut self.surface, on => on.fill_polygon(corners, style))
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> Outcome {
        let style = &Themed { style, theme: self.theme };
        either!(&mut self.surface, on => on.draw_text(text, style, at))
    }

    /// As wide as in the font of pixels, also for SVG, whose font is the reader's.
    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Error>> {
        let width = text_width(text, style)
            .map_err(|failure| DrawingErrorKind::DrawingError(Error::other(failure.message)))?;
        Ok((width.ceil() as u32, (style.size() / LINE).ceil() as u32))
    }
}

/// The em of a style in units.
pub(super) fn em(style: &impl BackendTextStyle) -> f32 {
    (style.size() / LINE) as f32
}
