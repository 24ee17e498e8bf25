//! Keyed random draws: a draw is a pure function of what it is for, never the next number of a running stream.
//!
//! A request has a [`Key`]; each purpose inside it (a call, a service time, a back-off) derives its own key by
//! [`Key::child`]. So two policies see the same requests, and adding a node or a retry moves no other draw.
//!
//! The mixer is the finalizer of SplitMix64 in David Stafford's variant 13, whose output is equidistributed over a
//! counter and passes BigCrush (Steele, Lea and Flood, OOPSLA 2014; Stafford 2011).

use std::convert::Infallible;

use rand::TryRng;

/// The odd fraction of 2⁶⁴ by the golden ratio: consecutive multiples of it are spread evenly.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// What a random draw is for. Equal keys give equal draws; different keys give independent ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Key(pub u64);

impl Key {
    /// The key of a whole run.
    pub fn from_seed(seed: u64) -> Key {
        Key(mix(seed.wrapping_add(GOLDEN)))
    }

    /// The key of a thing known by its name: a client, a node, a purpose.
    pub fn named(self, name: &str) -> Key {
        self.child(hash_name(name))
    }

    /// The key of the purpose `tag` under this one. `tag` is well mixed already, such as [`hash_name`] gives it.
    #[inline(always)]
    pub fn child(self, tag: u64) -> Key {
        Key(mix(self.0.wrapping_add(tag)))
    }

    /// The key of the `number`-th thing for the purpose `tag` under this one.
    #[inline(always)]
    pub fn numbered_child(self, tag: u64, number: u64) -> Key {
        Key(mix(self.0.wrapping_add(tag).wrapping_add(number.wrapping_mul(GOLDEN))))
    }

    /// The key of the `number`-th thing under this one, such as a client's request.
    #[inline(always)]
    pub fn numbered(self, number: u64) -> Key {
        Key(mix(self.0.wrapping_add(number.wrapping_add(1).wrapping_mul(GOLDEN))))
    }

    /// The draws of this key.
    #[inline(always)]
    pub fn draws(self) -> Draws {
        Draws { state: self.0, is_first: true }
    }
}

/// The sequence of draws of one [`Key`]; as many as the purpose needs, all fixed by the key.
#[derive(Clone, PartialEq, Debug)]
pub struct Draws {
    state: u64,
    is_first: bool,
}

impl Draws {
    /// The next 64 random bits. The first ones are the key itself, which is well mixed already.
    #[inline(always)]
    pub fn bits(&mut self) -> u64 {
        // Mixed when asked for: most purposes need one draw.
        if !std::mem::replace(&mut self.is_first, false) {
            self.state = mix(self.state.wrapping_add(GOLDEN));
        }
        self.state
    }

    /// Passes over the next `count` draws.
    pub fn skip(&mut self, count: u64) {
        for _ in 0..count {
            self.bits();
        }
    }

    /// A number in [0, 1), in steps of 2⁻⁵³.
    #[inline(always)]
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// A number in (0, 1], in steps of 2⁻⁵³: safe to take the logarithm of.
    #[inline(always)]
    pub fn unit_above_zero(&mut self) -> f64 {
        ((self.bits() >> 11) + 1) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// A whole number below `bound`, which is at least 1. Its bias is below `bound` × 2⁻⁶⁴ … 2⁻³².
    #[inline(always)]
    pub fn below(&mut self, bound: u32) -> u32 {
        (((self.bits() >> 32) * u64::from(bound)) >> 32) as u32
    }
}

impl TryRng for Draws {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.bits() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.bits())
    }

    fn try_fill_bytes(&mut self, destination: &mut [u8]) -> Result<(), Infallible> {
        for chunk in destination.chunks_mut(8) {
            let bytes = self.bits().to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
        Ok(())
    }
}

/// Spreads every bit of `value` over the whole word.
#[inline(always)]
pub const fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// The 64-bit FNV-1a hash of `name`, mixed: the tag of a named thing.
pub const fn hash_name(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let mut hash = 0xCBF2_9CE4_8422_2325u64;
    let mut index = 0;
    while index < bytes.len() {
        hash = (hash ^ bytes[index] as u64).wrapping_mul(0x0000_0100_0000_01B3);
        index += 1;
    }
    mix(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_give_equal_draws_and_other_keys_other_ones() {
        let key = Key::from_seed(7).named("users").numbered(3);
        assert_eq!(key.draws().bits(), key.draws().bits());
        assert_ne!(key.draws().bits(), Key::from_seed(7).named("users").numbered(4).draws().bits());
        assert_ne!(key.draws().bits(), Key::from_seed(8).named("users").numbered(3).draws().bits());
        assert_ne!(key.draws().bits(), Key::from_seed(7).named("other").numbered(3).draws().bits());
    }

    #[test]
    fn first_draws_of_numbered_keys_are_uniform() {
        // Chi-square over 64 cells: mean 63, standard deviation √126; five of them above the mean fail.
        let key = Key::from_seed(1).named("uniform");
        let mut cells = [0u32; 64];
        let draws = 640_000;
        for number in 0..draws {
            cells[(key.numbered(number).draws().unit() * 64.0) as usize] += 1;
        }
        let expected = draws as f64 / 64.0;
        let chi_square: f64 =
            cells.iter().map(|&n| (f64::from(n) - expected) * (f64::from(n) - expected) / expected).sum();
        assert!((63.0 - 5.0 * 11.3..63.0 + 5.0 * 11.3).contains(&chi_square), "{chi_square}");
    }

    #[test]
    fn the_bits_are_fixed_for_ever() {
        // A change here changes every result of every scenario: raise `RESULTS`.
        let mut draws = Key::from_seed(42).named("golden").numbered(0).draws();
        assert_eq!([draws.bits(), draws.bits()], GOLDEN_DRAWS);
    }

    const GOLDEN_DRAWS: [u64; 2] = [15_770_875_182_295_090_405, 16_840_519_733_198_678_119];
}
