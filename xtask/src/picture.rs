//! The picture in the README: what `escala run` prints on a terminal, as an SVG.

use std::fmt::Write;
use std::process::Command;

use crate::house::House;

const SCENARIO: &str = "models/basics/three-tier.ron";
const PICTURE: &str = "docs/images/run.svg";

/// The size of a letter, and the frame around all of them.
const LETTER: (f64, f64) = (8.0, 18.0);
const MARGIN: f64 = 20.0;

/// Runs the scenario and draws what it prints. The command is the one in `ESCALA`, or is built.
pub fn draw(house: &House) -> Result<(), String> {
    let mut command = match std::env::var_os("ESCALA") {
        Some(escala) => Command::new(escala),
        None => {
            let mut cargo = Command::new("cargo");
            cargo.args(["run", "--quiet", "--release", "--"]);
            cargo
        }
    };
    command.args(["--quiet", "run", SCENARIO]).env("CLICOLOR_FORCE", "1").env_remove("NO_COLOR");
    let output = command
        .current_dir(house.path(""))
        .output()
        .map_err(|error| format!("the command did not start: {error}"))?;
    if !output.status.success() {
        return Err(format!(
            "{}\nthe run ended with {}",
            String::from_utf8_lossy(&output.stderr),
            output.status
        ));
    }
    let text =
        format!("\u{1b}[2m$ escala run {SCENARIO}\u{1b}[0m\n\n{}", String::from_utf8_lossy(&output.stdout));
    std::fs::write(house.path(PICTURE), svg(&text)).map_err(|error| format!("`{PICTURE}`: {error}"))
}

/// Text with the colours of a terminal as a picture that reads on light and dark pages.
fn svg(text: &str) -> String {
    let lines: Vec<Vec<Piece>> = text.trim_end().lines().map(pieces).collect();
    let columns = lines.iter().flatten().map(|piece| piece.column + length(&piece.text)).max().unwrap_or(0);
    let (width, height) =
        (columns as f64 * LETTER.0 + 2.0 * MARGIN, lines.len() as f64 * LETTER.1 + 2.0 * MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" role=\"img\" \
         aria-label=\"What escala run prints\">\n\
         <style>text {{ font: 13px ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #d6deeb }}\n\
         .strong {{ font-weight: bold; fill: #ffffff }} .faint {{ fill: #8b98a9 }} .good {{ fill: #7fd88f }} \
         .doubtful {{ fill: #f2c55c }} .bad {{ fill: #ff7a85; font-weight: bold }} .chart {{ fill: #5cc8e8 }}</style>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"10\" fill=\"#111927\"/>\n"
    );
    for (number, line) in lines.iter().enumerate() {
        let y = MARGIN + (number as f64 + 0.75) * LETTER.1;
        for piece in line {
            // Every piece stands at its column and is as wide as its letters, whatever font there is.
            let x = MARGIN + piece.column as f64 * LETTER.0;
            let wide = length(&piece.text) as f64 * LETTER.0;
            let text = piece.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            writeln!(
                out,
                "<text x=\"{x}\" y=\"{y}\" textLength=\"{wide}\" lengthAdjust=\"spacingAndGlyphs\" class=\"{}\">{text}</text>",
                piece.class
            )
            .expect("a string can be written to");
        }
    }
    out.push_str("</svg>\n");
    out
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// Letters of one colour without a gap between them.
#[derive(PartialEq, Debug)]
struct Piece {
    column: usize,
    class: &'static str,
    text: String,
}

/// A line with its escape sequences, taken apart at colours and gaps.
fn pieces(line: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut column = 0;
    for (number, part) in line.split("\u{1b}[").enumerate() {
        let (code, text) = match part.split_once('m') {
            Some(split) if number > 0 => split,
            _ => ("0", part),
        };
        let class = match code {
            "1" => "strong",
            "2" => "faint",
            "32" => "good",
            "33" => "doubtful",
            "1;31" => "bad",
            "36" => "chart",
            _ => "",
        };
        for word in text.split("  ") {
            let word_column = column + length(word) - length(word.trim_start());
            if !word.trim().is_empty() {
                found.push(Piece { column: word_column, class, text: word.trim().to_owned() });
            }
            column += length(word) + 2;
        }
        column -= 2;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_taken_apart_at_colours_and_gaps() {
        let found = pieces("  one two   \u{1b}[36m▃▄\u{1b}[0m < 3");
        let piece = |column, class, text: &str| Piece { column, class, text: text.to_owned() };
        assert_eq!(found, [piece(2, "", "one two"), piece(12, "chart", "▃▄"), piece(15, "", "< 3")]);
        assert!(svg("a < b").contains("a &lt; b"));
    }
}
