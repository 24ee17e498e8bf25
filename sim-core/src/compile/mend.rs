//! Fixes: which bytes of the scenario to change where a name in them is nearly right.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, Fix};

/// Where a name stands in a text as a whole word: `app` in `"app/0"` and `"app->db"`, not in `"app-2"`.
pub(super) fn words<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let places = text.match_indices(name).map(|(at, found)| at..at + found.len());
    places.filter(move |place| {
        let (before, after) = (&text[..place.start], &text[place.end..]);
        let goes_on = after.starts_with(is_part) || after.starts_with('-') && !after.starts_with("->");
        !name.is_empty() && !goes_on && !before.ends_with(is_part) && !before.ends_with('-')
    })
}

/// The fix that puts `right` in place of `wrong`, which stands once in `place`.
pub(super) fn in_place(text: &str, place: &Range<usize>, wrong: &str, right: &str) -> Option<Fix> {
    let mut found = words(&text[place.clone()], wrong);
    match (found.next(), found.next()) {
        (Some(word), None) => {
            let span = place.start + word.start..place.start + word.end;
            Some(Fix { span, replacement: right.to_owned() })
        }
        _ => None,
    }
}

/// The fix of a problem of an edited text, made in the text that says the edit, at `place`.
pub(super) fn carried_over(
    problem: &Diagnostic,
    edited: &str,
    text: &str,
    place: &Range<usize>,
) -> Option<Fix> {
    let fix = problem.fix.as_ref()?;
    in_place(text, place, edited.get(fix.span.clone())?, &fix.replacement)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_whole() {
        for (text, name, expected) in [
            ("\"app/0\"", "app", Some(1..4)),
            ("\"app->db\"", "app", Some(1..4)),
            ("\"app->db\"", "db", Some(6..8)),
            ("\"app-2\"", "app", None),
            ("\"my-app\"", "app", None),
            ("\"apps\"", "app", None),
            ("\"\"", "", None),
        ] {
            assert_eq!(words(text, name).next(), expected, "{text}");
        }
        assert_eq!(in_place("app app", &(0..7), "app", "x"), None);
        let fix = in_place("app app", &(3..7), "app", "x").unwrap();
        assert_eq!((fix.span, fix.replacement.as_str()), (4..7, "x"));
    }
}
