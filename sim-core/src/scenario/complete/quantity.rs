//! Numbers with units as they are typed.

/// The units of a kind of quantity, the commonest first, with their names.
pub(crate) fn units(unit: &str) -> &'static [(&'static str, &'static str)] {
    match unit {
        "time" => &[
            ("ms", "milliseconds"),
            ("s", "seconds"),
            ("min", "minutes"),
            ("h", "hours"),
            ("us", "microseconds"),
            ("ns", "nanoseconds"),
            ("d", "days"),
        ],
        "rate" => &[("/s", "a second"), ("/min", "a minute"), ("/h", "an hour"), ("/d", "a day")],
        "ratio" => &[("%", "percent")],
        "size" => &[
            ("B", "bytes"),
            ("KiB", "1024 bytes"),
            ("MiB", "1024² bytes"),
            ("GiB", "1024³ bytes"),
            ("kB", "1000 bytes"),
            ("MB", "10⁶ bytes"),
            ("GB", "10⁹ bytes"),
        ],
        "bandwidth" => &[
            ("Mbit/s", "10⁶ bits a second"),
            ("Gbit/s", "10⁹ bits a second"),
            ("MB/s", "10⁶ bytes a second"),
            ("MiB/s", "1024² bytes a second"),
            ("kB/s", "1000 bytes a second"),
        ],
        _ => &[],
    }
}

/// The number, perhaps with the beginning of a unit, that a text ends with: where it begins, and the number alone.
pub(crate) fn number_at_end(typed: &str) -> Option<(usize, &str)> {
    let unit = typed.trim_end_matches(|letter: char| letter.is_alphabetic() || matches!(letter, '/' | '%'));
    let rest = unit.trim_end_matches(|letter: char| letter.is_ascii_digit() || matches!(letter, '.' | '_'));
    let number = &unit[rest.len()..];
    number.starts_with(|letter: char| letter.is_ascii_digit()).then_some((rest.len(), number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::{Bandwidth, Rate, Ratio, Size};
    use crate::time::Duration;

    #[test]
    fn every_unit_is_read() {
        let reads = |kind: &str, text: &str| match kind {
            "time" => text.parse::<Duration>().is_ok(),
            "rate" => text.parse::<Rate>().is_ok(),
            "ratio" => text.parse::<Ratio>().is_ok(),
            "size" => text.parse::<Size>().is_ok(),
            _ => text.parse::<Bandwidth>().is_ok(),
        };
        for kind in ["time", "rate", "ratio", "size", "bandwidth"] {
            assert!(!units(kind).is_empty());
            for (unit, _) in units(kind) {
                assert!(reads(kind, &format!("5{unit}")), "5{unit}");
            }
        }
    }

    #[test]
    fn the_number_at_the_end_is_what_gets_a_unit() {
        for (typed, expected) in [
            ("5", Some((0, "5"))),
            ("1h30", Some((2, "30"))),
            ("1.5m", Some((0, "1.5"))),
            ("800/", Some((0, "800"))),
            ("", None),
            ("ms", None),
        ] {
            assert_eq!(number_at_end(typed), expected, "{typed}");
        }
    }
}
