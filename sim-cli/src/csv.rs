//! CSV, as RFC 4180 has it, with lines that end in `\n`.

use std::borrow::Cow;

/// A field, in quotes where it needs them.
pub fn field(text: &str) -> Cow<'_, str> {
    if text.contains([',', '"', '\n', '\r']) {
        Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(text)
    }
}

/// The records of a text, without the line ends between them; a line end within quotes is part of a field.
pub fn records(text: &str) -> impl Iterator<Item = &str> {
    // A quote inside a quoted field is written twice, so quotes come in pairs.
    let mut is_quoted = false;
    let ends_record = move |letter: char| {
        is_quoted ^= letter == '"';
        letter == '\n' && !is_quoted
    };
    text.split_terminator(ends_record)
}

/// The fields of a record, as they were before they were quoted.
pub fn fields(record: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let mut is_quoted = false;
    let ends_field = move |letter: char| {
        is_quoted ^= letter == '"';
        letter == ',' && !is_quoted
    };
    record.split(ends_field).map(|field| match field.strip_prefix('"').and_then(|it| it.strip_suffix('"')) {
        Some(quoted) => Cow::Owned(quoted.replace("\"\"", "\"")),
        None => Cow::Borrowed(field),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let rows = [["1", "", "PowerOf(d: 2)"], ["a,b", "say \"x\"", "two\nlines"], ["\"", ",", "\n"]];
        let text: String =
            rows.iter().map(|row| row.map(|text| field(text).into_owned()).join(",") + "\n").collect();
        let read: Vec<Vec<String>> =
            records(&text).map(|record| fields(record).map(Cow::into_owned).collect()).collect();
        assert_eq!(read, rows);
        assert_eq!(records("").count(), 0);
    }
}
