//! Colours: those of Okabe and Ito (2008), which people tell apart however they see colours, on white and on black.

use plotters::style::RGBColor;
use plotters_backend::BackendColor;

/// On what a picture is drawn.
#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Theme {
    /// On white
    Light,
    /// On black, nearly
    Dark,
    /// In SVG as the reader's system is set, in PNG on white
    Auto,
}

/// Behind everything.
pub const PAPER: RGBColor = RGBColor(255, 255, 255);
/// Titles and labels.
pub const INK: RGBColor = RGBColor(34, 34, 34);
/// What matters less: subtitles, units, notes. Its contrast with the paper is 7 to 1.
pub const FAINT: RGBColor = RGBColor(89, 89, 89);
/// The lines of axes.
pub const AXIS: RGBColor = RGBColor(140, 140, 140);
/// Lines that only guide the eye.
pub const GRID: RGBColor = RGBColor(228, 228, 228);
/// A line that others are compared with, drawn below them.
pub const BESIDE: RGBColor = RGBColor(178, 178, 178);

pub const BLUE: RGBColor = RGBColor(0, 114, 178);
pub const VERMILLION: RGBColor = RGBColor(213, 94, 0);
pub const GREEN: RGBColor = RGBColor(0, 158, 115);
pub const PURPLE: RGBColor = RGBColor(204, 121, 167);
pub const SKY: RGBColor = RGBColor(86, 180, 233);
pub const ORANGE: RGBColor = RGBColor(230, 159, 0);

/// For lines side by side. The yellow of the eight is left out: on white it is hard to see.
pub const SERIES: [RGBColor; 7] = [BLUE, ORANGE, GREEN, PURPLE, VERMILLION, SKY, INK];

/// What is drawn in other colours where it is dark; whatever is not here is seen on both.
const IN_THE_DARK: [(RGBColor, RGBColor); 7] = [
    (PAPER, RGBColor(22, 25, 29)),
    (INK, RGBColor(232, 234, 237)),
    (FAINT, RGBColor(168, 174, 181)),
    (AXIS, RGBColor(122, 128, 135)),
    (GRID, RGBColor(48, 53, 59)),
    (BESIDE, RGBColor(104, 110, 117)),
    (BLUE, RGBColor(46, 146, 214)),
];

/// A colour as it is in a theme.
pub fn in_theme(colour: BackendColor, theme: Theme) -> BackendColor {
    let dark = IN_THE_DARK.iter().find(|(light, _)| theme == Theme::Dark && rgb(light) == colour.rgb);
    dark.map_or(colour, |(_, dark)| BackendColor { rgb: rgb(dark), ..colour })
}

/// The style sheet by which an SVG is dark where its reader wants it so; on paper it is light.
pub fn style_of_dark() -> String {
    let hexadecimal = |RGBColor(red, green, blue): &RGBColor| format!("#{red:02X}{green:02X}{blue:02X}");
    let rules = IN_THE_DARK.iter().map(|(light, dark)| {
        let (light, dark) = (hexadecimal(light), hexadecimal(dark));
        format!(".escala [fill=\"{light}\"]{{fill:{dark}}}.escala [stroke=\"{light}\"]{{stroke:{dark}}}\n")
    });
    format!(
        "<style>@media screen and (prefers-color-scheme: dark){{\n{}}}</style>\n",
        rules.collect::<String>()
    )
}

fn rgb(RGBColor(red, green, blue): &RGBColor) -> (u8, u8, u8) {
    (*red, *green, *blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a colour as the Web Content Accessibility Guidelines 2.2 define it.
    fn luminance(RGBColor(red, green, blue): RGBColor) -> f64 {
        let part = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { sim_core::math::pow((part + 0.055) / 1.055, 2.4) }
        };
        0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue)
    }

    fn contrast(one: RGBColor, other: RGBColor) -> f64 {
        let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
        one.max(other) / one.min(other)
    }

    #[test]
    fn words_are_read_and_lines_are_seen_in_both_themes() {
        let dark = |colour: RGBColor| {
            let found = IN_THE_DARK.iter().find(|(light, _)| *light == colour);
            found.map_or(colour, |(_, dark)| *dark)
        };
        assert!((contrast(PAPER, RGBColor(0, 0, 0)) - 21.0).abs() < 1e-9);
        for word in [INK, FAINT] {
            assert!(contrast(word, PAPER) >= 7.0 && contrast(dark(word), dark(PAPER)) >= 7.0, "{word:?}");
        }
        // The palette trades contrast for being told apart: the guidelines' 3 to 1 holds for the first colours only.
        for line in SERIES {
            assert!(contrast(line, PAPER) >= 2.2 && contrast(dark(line), dark(PAPER)) >= 4.0, "{line:?}");
        }
    }
}
