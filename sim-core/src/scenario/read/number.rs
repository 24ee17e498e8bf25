//! Numbers as RON writes them: with underscores, in other bases, with the name of a type behind them.

/// What a number is as a whole number.
pub(super) enum Whole {
    Is(i128),
    IsNot,
    /// Larger than any type of the language.
    IsTooLarge,
}

const WHOLE_TYPES: [&str; 10] = ["i8", "i16", "i32", "i64", "i128", "u8", "u16", "u32", "u64", "u128"];
const BASES: [(&str, u32); 3] = [("0x", 16), ("0o", 8), ("0b", 2)];

pub(super) fn whole(word: &str) -> Whole {
    let (is_negative, digits) = match word.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, word.strip_prefix('+').unwrap_or(word)),
    };
    let digits = WHOLE_TYPES.iter().find_map(|suffix| digits.strip_suffix(suffix)).unwrap_or(digits);
    let based = BASES.iter().find_map(|(prefix, base)| Some((digits.strip_prefix(prefix)?, *base)));
    let (digits, base) = based.unwrap_or((digits, 10));
    let digits = digits.replace('_', "");
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(base)) {
        return Whole::IsNot;
    }
    match i128::from_str_radix(&digits, base) {
        Ok(number) => Whole::Is(if is_negative { -number } else { number }),
        Err(_) => Whole::IsTooLarge,
    }
}

pub(super) fn real(word: &str) -> Option<f64> {
    let digits = ["f32", "f64"].iter().find_map(|suffix| word.strip_suffix(suffix)).unwrap_or(word);
    digits.replace('_', "").parse().ok()
}
