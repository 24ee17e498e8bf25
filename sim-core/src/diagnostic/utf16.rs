//! Offsets as JavaScript counts them: UTF-16 code units, to and from the bytes that everything here counts.

/// Where the two ways of counting drift apart in a text; asked as often as needed after one pass.
pub struct Utf16<'t> {
    text: &'t str,
    /// Behind each character that is not ASCII: its end in bytes and in units. Between two of them both count alike.
    ends: Vec<(usize, usize)>,
}

impl<'t> Utf16<'t> {
    /// Goes over `text` once.
    pub fn new(text: &'t str) -> Self {
        let mut ends = Vec::new();
        let mut surplus = 0;
        for (at, c) in text.char_indices().filter(|(_, c)| !c.is_ascii()) {
            surplus += c.len_utf8() - c.len_utf16();
            let end = at + c.len_utf8();
            ends.push((end, end - surplus));
        }
        Self { text, ends }
    }

    /// The code units before a byte; one inside a character counts as its start, one past the text as the end.
    pub fn units(&self, byte: usize) -> usize {
        let byte = self.text.floor_char_boundary(byte);
        let next = self.ends.partition_point(|(end, _)| *end <= byte);
        let (end, units) = if next == 0 { (0, 0) } else { self.ends[next - 1] };
        units + byte - end
    }

    /// The byte behind so many code units; half of a surrogate pair counts as its start, what is past the text as the end.
    pub fn byte(&self, units: usize) -> usize {
        let next = self.ends.partition_point(|(_, end)| *end <= units);
        let (end, before) = if next == 0 { (0, 0) } else { self.ends[next - 1] };
        self.text.floor_char_boundary(end.saturating_add(units - before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn counts_as_javascript_does() {
        let text = "aé→𝄞b";
        let offsets = Utf16::new(text);
        let table = [(0, 0), (1, 1), (3, 2), (6, 3), (10, 5), (11, 6)];
        for (byte, units) in table {
            assert_eq!((offsets.units(byte), offsets.byte(units)), (units, byte));
        }
        // Inside a character, inside a surrogate pair, past the end.
        assert_eq!((offsets.units(8), offsets.byte(4)), (3, 6));
        assert_eq!((offsets.units(99), offsets.byte(99)), (6, 11));
        assert_eq!((Utf16::new("").units(3), Utf16::new("").byte(3)), (0, 0));
    }

    proptest! {
        #[test]
        fn agrees_with_counting(text in "\\PC{0,40}") {
            let offsets = Utf16::new(&text);
            let mut units = 0;
            for (byte, c) in text.char_indices() {
                prop_assert_eq!(offsets.units(byte), units);
                prop_assert_eq!(offsets.byte(units), byte);
                units += c.len_utf16();
            }
            prop_assert_eq!(offsets.units(text.len()), units);
            prop_assert_eq!(offsets.byte(units), text.len());
        }
    }
}
